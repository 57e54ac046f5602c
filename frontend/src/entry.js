// Filling in a form: items added and removed, questions that come and go with the answers, and a draft on this machine.
//
// The server decides what is asked, required and offered; this only shows it. Without the script the form still works.
import htmx from "htmx.org/dist/htmx.esm.js";
import { forget, keep, kept, sending } from "./drafts.js";

const SAYS = {
  zh: {
    found: (at) => `这张表有一份没有提交的草稿（${at}）。`,
    restore: "接着填",
    discard: "不要了",
    away: "现在连不上服务器，填的内容已存在本机。",
  },
  en: {
    found: (at) => `There is an unsent draft of this form (${at}).`,
    restore: "Continue with it",
    discard: "Discard it",
    away: "The server cannot be reached now; what you fill in is kept on this machine.",
  },
};

export function attach(form) {
  if (form.dataset.attached) return;
  form.dataset.attached = "1";
  new Entry(form);
}

class Entry {
  constructor(form) {
    this.form = form;
    this.says = SAYS[document.documentElement.lang.startsWith("en") ? "en" : "zh"];
    this.touched = new Set();
    this.dirty = false;
    for (const field of form.querySelectorAll("[data-question]")) relevant(field, field.dataset.relevant !== "false");
    // Pressed before this stood by, it would have done nothing.
    for (const button of form.querySelectorAll("[data-add]")) button.disabled = false;
    form.addEventListener("input", (event) => this.changed(event));
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("focusout", (event) => this.left(event));
    form.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("submit", () => this.submit());
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty) event.preventDefault();
    });
    const summary = form.querySelector("[data-summary]");
    if (summary) {
      this.dirty = true;
      summary.focus();
    } else {
      this.offer();
    }
  }

  changed(event) {
    if (!event.isTrusted && event.target.type !== "hidden") return;
    this.dirty = true;
    this.later();
  }

  left(event) {
    const field = event.target.closest("[data-question]");
    if (!field || this.touched.has(field.dataset.question)) return;
    this.touched.add(field.dataset.question);
    if (this.dirty) this.later();
  }

  clicked(event) {
    const button = event.target.closest("[data-add], [data-remove]");
    if (!button) return;
    if (button.matches("[data-add]")) {
      const item = this.add(button.closest("[data-repeat]"));
      item.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    } else {
      const repeat = button.closest("[data-repeat]");
      button.closest("[data-item]").remove();
      repeat.querySelector("[data-add]").focus();
    }
    this.dirty = true;
    this.later();
  }

  // A new item takes the number after the highest one used, so that an item removed in between confuses nobody.
  add(repeat, number = this.next(repeat)) {
    const html = repeat.querySelector("template[data-blank]").innerHTML.replaceAll("__n__", String(number));
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const item = holder.content.firstElementChild;
    repeat.querySelector("[data-items]").append(item);
    for (const field of item.querySelectorAll("[data-question]")) relevant(field, field.dataset.relevant !== "false");
    htmx.process(item);
    item.dispatchEvent(new CustomEvent("yibiao:added", { bubbles: true }));
    return item;
  }

  next(repeat) {
    const numbers = [...repeat.querySelectorAll("[data-item]")].map((item) => Number(item.dataset.item));
    return Math.max(-1, ...numbers) + 1;
  }

  later() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), 300);
  }

  async ask() {
    keep(this.entries());
    const turn = (this.turn = {});
    try {
      const body = new FormData(this.form);
      const answer = await fetch(this.form.dataset.states, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
      });
      if (!answer.ok || turn !== this.turn) return;
      for (const state of (await answer.json()).states) this.apply(state);
      this.notice?.remove();
    } catch {
      this.tell(this.says.away);
    }
  }

  apply(state) {
    const field = this.form.querySelector(`[data-question="${CSS.escape(state.key)}"]`);
    if (!field) return;
    relevant(field, state.relevant);
    const required = field.querySelector("[data-required]");
    if (required) required.hidden = !state.required;
    if (state.choices) offer(field, new Set(state.choices));
    const calculated = field.querySelector("[data-calculated]");
    if (calculated) calculated.textContent = state.value ?? "—";
    if (this.touched.has(state.key)) complain(field, state.problems);
  }

  entries() {
    const shown = {};
    for (const input of this.form.querySelectorAll("[data-picker]")) {
      if (input.picker && input.value) shown[input.name] = input.picker.shown();
    }
    return [...new FormData(this.form)]
      .filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken")
      .map(([name, value]) => [name, value, shown[name]]);
  }

  offer() {
    const draft = kept();
    if (!draft) return;
    const at = new Date(draft.at).toLocaleString(document.documentElement.lang);
    const notice = this.tell(this.says.found(at));
    for (const [text, act] of [
      [this.says.restore, () => this.restore(draft.entries)],
      [this.says.discard, () => forget()],
    ]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "button button-small", textContent: text });
      button.addEventListener("click", () => {
        act();
        notice.remove();
      });
      notice.append(" ", button);
    }
  }

  restore(entries) {
    for (const [name] of entries) {
      const [, repeat, number] = name.match(/^a\.([^.]+)\.(\d+)\./) ?? [];
      if (!repeat || this.named(name).length) continue;
      const holder = this.form.querySelector(`[data-repeat="${CSS.escape(repeat)}"]`);
      if (holder) this.add(holder, Number(number));
    }
    for (const box of this.form.querySelectorAll("input[type=checkbox]")) box.checked = false;
    for (const [name, value, shown] of entries) {
      for (const control of this.named(name)) {
        if (control.type === "checkbox" || control.type === "radio") control.checked ||= control.value === value;
        else if (control.picker) control.picker.restore(value, shown);
        else control.value = value;
      }
    }
    this.dirty = true;
    this.later();
  }

  named(name) {
    return this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
  }

  tell(text) {
    this.notice?.remove();
    this.notice = document.createElement("p");
    this.notice.className = "notice";
    this.notice.setAttribute("role", "status");
    this.notice.textContent = text;
    this.form.prepend(this.notice);
    return this.notice;
  }

  submit() {
    this.dirty = false;
    keep(this.entries());
    sending();
  }
}

function relevant(field, yes) {
  field.hidden = !yes;
  for (const control of field.querySelectorAll("input, select, textarea")) {
    // What is not asked is not sent; an option that is not offered stays off as well.
    control.disabled = !yes || control.closest("[data-option]")?.hidden === true;
  }
}

function offer(field, names) {
  for (const option of field.querySelectorAll("[data-option]")) {
    const yes = names.has(option.dataset.option);
    option.hidden = !yes;
    const control = option.matches("option") ? option : option.querySelector("input");
    control.disabled = !yes;
    if (!yes && control.checked) control.checked = false;
    if (!yes && control.selected) option.closest("select").value = "";
  }
}

function complain(field, problems) {
  const place = field.querySelector("[data-problems]");
  field.classList.toggle("field-bad", problems.length > 0);
  place.replaceChildren(
    ...problems.map((text) => {
      const line = document.createElement("p");
      line.className = "field-error";
      line.textContent = text;
      return line;
    }),
  );
}
