// Large type and dark pages, as this phone was set.
const LARGE = "yibiao-field:large";
const DARK = "yibiao-field:dark";
const night = matchMedia("(prefers-color-scheme: dark)");

export const isLarge = () => localStorage.getItem(LARGE) === "1";
export const darkness = () => localStorage.getItem(DARK) ?? "auto";

export function setLarge(on) {
  localStorage.setItem(LARGE, on ? "1" : "0");
  apply();
}

export function setDarkness(value) {
  localStorage.setItem(DARK, value);
  apply();
}

export function apply() {
  const root = document.documentElement;
  const dark = darkness() === "dark" || (darkness() === "auto" && night.matches);
  root.toggleAttribute("data-dark", dark);
  if (dark) root.dataset.board = "dark";
  else delete root.dataset.board;
  if (isLarge()) root.dataset.type = "large";
  else delete root.dataset.type;
}

night.addEventListener?.("change", apply);
