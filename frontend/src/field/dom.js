// Small pieces of page: elements, and questions that stop until they are answered.
import { t } from "./words.js";

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Resolves with the value of the button that was pressed, or with "" where it was put aside.
export function ask({ title, lines = [], choices }) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "ask", "aria-label": title },
      h("h2", {}, title),
      ...lines.map((line) => (line instanceof Node ? line : h("p", {}, line))),
      h(
        "div",
        { class: "ask-acts" },
        choices.map(({ value, label, kind }) =>
          h("button", { type: "button", class: `act ${kind ?? ""}`, onclick: () => dialog.close(value) }, label),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export async function sure(title, text, yes) {
  const choices = [
    { value: "yes", label: yes, kind: "act-bad" },
    { value: "", label: t("cancel") },
  ];
  return (await ask({ title, lines: text ? [text] : [], choices })) === "yes";
}

export function moment(at) {
  const two = (number) => String(number).padStart(2, "0");
  const on = new Date(at);
  return `${on.getMonth() + 1}-${two(on.getDate())} ${two(on.getHours())}:${two(on.getMinutes())}`;
}
