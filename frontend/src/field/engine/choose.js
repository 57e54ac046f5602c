// Search in a long list that is kept on the phone: places, organisations, entities of a register.
import Widget from "enketo-core/src/js/widget";
import { h } from "../dom.js";
import { t } from "../words.js";
import { read } from "./controls.js";

const SHOWN = 30;
// An old phone has to search ten thousand names between two keystrokes: what can be worked out once is.
let lists = new Map();

export function offer(given) {
  lists = new Map([...given].map(([name, rows]) => [name, indexed(rows)]));
}

function indexed(rows) {
  let sought = null;
  return {
    rows,
    labels: new Map(rows),
    get sought() {
      sought ??= rows.map(([, label, , initials]) => `${label} ${initials ?? ""}`.toLowerCase());
      return sought;
    },
  };
}

const fits = (row, above) => above.every((answer, at) => row[2][at] === answer);

export default class Choose extends Widget {
  static get selector() {
    return "input[data-list]";
  }

  _init() {
    this.held = lists.get(this.element.dataset.list) ?? indexed([]);
    this.many = this.element.dataset.many === "true";
    this.above = (this.element.dataset.filter ?? "").split(" ").filter(Boolean).map((path) => path.split("/").pop());
    if (this.above.length) this.element.form.addEventListener("change", (event) => event.target !== this.element && this.refit());
    this.element.classList.add("hide");
    this.search = h("input", {
      type: "search", class: "ignore choose-search", autocomplete: "off", enterkeyhint: "search",
      placeholder: t("choose.search"), "aria-label": t("choose.search"),
    });
    this.found = h("div", { class: "choose-found" });
    this.picked = h("div", { class: "choose-picked" });
    this.element.after(h("div", { class: "widget choose" }, this.picked, this.search, this.found));
    this.search.addEventListener("input", (event) => {
      event.stopPropagation();
      this.list();
    });
    this.search.addEventListener("change", (event) => event.stopPropagation());
    this.search.addEventListener("focus", () => this.list());
    this.search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.found.querySelector("button")?.click();
    });
    this.element.addEventListener("applyfocus", () => this.search.focus());
    this.show();
  }

  get codes() {
    return this.originalInputValue.split(" ").filter(Boolean);
  }

  list() {
    const words = this.search.value.trim().toLowerCase().split(/\s+/);
    const { rows, sought } = this.held;
    const above = this.answersAbove();
    const matches = [];
    for (let at = 0; at < rows.length && matches.length <= SHOWN; at += 1) {
      if (!fits(rows[at], above)) continue;
      if (words.every((word) => sought[at].includes(word) || rows[at][0].startsWith(word))) matches.push(rows[at]);
    }
    const pick = ([code, label]) =>
      h("button", { type: "button", class: "choose-one", onclick: (event) => this.pick(event, code) }, label);
    const more = matches.length > SHOWN ? h("p", { class: "quiet" }, t("choose.more")) : null;
    const none = matches.length ? null : h("p", { class: "quiet" }, t(above.includes("") ? "choose.first" : rows.length ? "choose.none" : "choose.empty"));
    this.found.replaceChildren(...[...matches.slice(0, SHOWN).map(pick), more, none].filter(Boolean));
  }

  answersAbove() {
    const view = this.element.form;
    return this.above.map((name) => read(view, name));
  }

  // What was chosen under another answer goes with it.
  refit() {
    const above = this.answersAbove();
    const codes = this.codes;
    if (!codes.length) return this.found.replaceChildren();
    const standing = new Set(this.held.rows.filter((row) => codes.includes(row[0]) && fits(row, above)).map((row) => row[0]));
    if (standing.size === codes.length) return;
    this.originalInputValue = codes.filter((code) => standing.has(code)).join(" ");
    this.show();
  }

  pick(event, code) {
    event.preventDefault();
    this.originalInputValue = this.many ? [...new Set([...this.codes, code])].join(" ") : code;
    this.search.value = "";
    this.show();
  }

  drop(event, code) {
    event.preventDefault();
    this.originalInputValue = this.codes.filter((one) => one !== code).join(" ");
    this.show();
  }

  show() {
    const label = (code) => this.held.labels.get(code) ?? code;
    const chip = (code) =>
      h(
        "button",
        { type: "button", class: "choose-chip", "aria-label": t("choose.drop", { name: label(code) }), onclick: (event) => this.drop(event, code) },
        label(code),
        h("span", { "aria-hidden": "true" }, "×"),
      );
    const codes = this.codes;
    this.picked.replaceChildren(...codes.map(chip));
    this.search.hidden = !this.many && codes.length > 0;
    this.found.replaceChildren();
  }

  update() {
    this.show();
  }
}
