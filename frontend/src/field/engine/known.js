// What is known already stands there before it is asked: filled in, marked with where it comes from, told back when sent.
import { h } from "../dom.js";
import { t } from "../words.js";
import { question, read, write, written } from "./controls.js";

export class Known {
  // ``given`` is what a draft was filled in with; ``proposed`` are answers of the page, which are none of the person.
  constructor(view, sources, given, proposed) {
    this.view = view;
    this.sources = sources.map((one) => ({ ...one, rows: new Map(one.rows.map((row) => [row[0], row])) }));
    this.given = new Map(Object.entries(given ?? {}));
    this.proposed = proposed;
    this.seen = new Map(this.sources.map((one) => [one.question, this.given.size ? read(view, one.question) : ""]));
    this.heard();
  }

  // After every answer: a new key brings other answers along, and what was changed by hand says so.
  heard() {
    for (const [name, before] of this.seen) {
      const now = read(this.view, name);
      if (now === before) continue;
      this.seen.set(name, now);
      for (const source of this.sources) if (source.question === name) this.bring(source, now);
    }
    for (const name of this.given.keys()) this.mark(name);
  }

  bring(source, key) {
    for (const [name, held] of [...this.given]) {
      if (held.question !== source.question || held.kind !== source.kind) continue;
      if (this.untouched(name)) write(this.view, name, "");
      this.given.delete(name);
      this.mark(name);
    }
    const row = source.rows.get(key);
    for (const [name, value] of Object.entries(row?.[2] ?? {})) {
      const now = read(this.view, name);
      if (!question(this.view, name) || (now && now !== this.proposed[name] && now !== written(this.view, name, value))) continue;
      write(this.view, name, value);
      this.given.set(name, { question: source.question, kind: source.kind, key, of: row[1], values: row[2], seal: row[3] });
    }
  }

  untouched(name) {
    return read(this.view, name) === written(this.view, name, this.given.get(name).values[name]);
  }

  mark(name) {
    const asked = question(this.view, name);
    if (!asked) return;
    const held = this.given.get(name);
    asked.classList.toggle("known", Boolean(held));
    asked.querySelector(":scope > .known-from, fieldset > .known-from")?.remove();
    if (!held) return;
    const same = this.untouched(name);
    const source = held.kind === "last" ? t("known.last") : t(held.seal ? "known.register" : "known.here", { of: held.of });
    const back = h("button", { type: "button", class: "plain", onclick: () => this.restore(name) }, t("known.back"));
    const note = h("p", { class: "known-from" }, source, same ? null : h("span", {}, ` · ${t("known.changed")}`, back));
    (asked.querySelector(":scope > fieldset") ?? asked).append(note);
  }

  restore(name) {
    write(this.view, name, this.given.get(name).values[name]);
    this.mark(name);
  }

  held() {
    return Object.fromEntries(this.given);
  }
}

// What is told back: each row whole, as its seal speaks of all of it, and the questions that were filled in from it.
export function toldBack(given) {
  const rows = new Map();
  for (const [name, held] of Object.entries(given ?? {})) {
    if (!held.seal) continue;
    const row = rows.get(held.seal) ?? [held.question, held.key, held.values, held.seal, []];
    row[4].push(name);
    rows.set(held.seal, row);
  }
  return [...rows.values()];
}
