// What every page does. Parts that only some pages need are loaded when the page holds them.
import htmx from "htmx.org/dist/htmx.esm.js";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/pages.css";
import "./styles/check.css";
import "./styles/duty.css";
import "./styles/notices.css";
import "./styles/report.css";
import "./styles/print.css";
import { forgetAll, settle } from "./drafts.js";
import { watchLive } from "./live.js";

const LAZY = [
  ["[data-chart]", () => import("./charts.js"), "draw"],
  ["[data-picker]", () => import("./picker.js"), "attach"],
  ["[data-entry]", () => import("./entry.js"), "attach"],
  ["[data-editor]", () => import("./editor.js"), "attach"],
  ["[data-check]", () => import("./check.js"), "attach"],
  ["[data-report]", () => import("./report.js"), "attach"],
  ["[data-replay]", () => import("./replay.js"), "tick"],
];

async function enliven(root) {
  for (const [selector, load, act] of LAZY) {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.push(root);
    if (found.length) {
      const part = await load();
      found.forEach((element) => part[act](element));
    }
  }
  // All parts of the page stand by: keys pressed before this may have found nobody listening.
  if (root === document.body) document.documentElement.dataset.alive = "";
}

// Where the row of pages is longer than the screen, the one that is open is in sight.
function showWhere() {
  for (const here of document.querySelectorAll(".subnav [aria-current]")) {
    const row = here.parentElement;
    row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }
}
showWhere();

function drawer() {
  return document.getElementById("drawer");
}

let opener = null;

document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target.id === "drawer-body") {
    if (!drawer().open) {
      opener = event.detail.requestConfig?.elt ?? null;
      drawer().showModal();
    }
    drawer().scrollTop = 0;
  }
});

htmx.onLoad((element) => {
  enliven(element);
  watchLive();
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-close], [data-print], [data-copy], [data-toggle-screen]");
  if (target?.matches("[data-close]")) drawer()?.close();
  if (target?.matches("[data-print]")) window.print();
  if (target?.matches("[data-copy]")) navigator.clipboard?.writeText(target.dataset.copy);
  if (target?.matches("[data-toggle-screen]")) {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.();
  }
  if (event.target === drawer()) drawer().close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  const choices = event.target.closest("[data-alone]");
  if (choices && event.target.checked) settleAlone(choices, event.target);
});

// A choice that means all of them is not ticked beside others.
function settleAlone(choices, ticked) {
  const all = ticked.value === choices.dataset.alone;
  for (const box of choices.querySelectorAll("input:checked")) {
    if (box !== ticked && (all || box.value === choices.dataset.alone)) box.checked = false;
  }
}

// Items that a form adds hold pickers of their own.
document.addEventListener("yibiao:added", (event) => enliven(event.target));

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sign-out]")) forgetAll();
});

settle();

drawer()?.addEventListener("close", () => {
  document.getElementById("drawer-body").replaceChildren();
  opener?.isConnected && opener.focus();
});
