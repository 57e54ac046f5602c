// The form filler. In: a form, its lists, a draft with its files. Out: the answers as XML, and files.
// Nothing outside this folder's engine knows which library is behind it.
import { Form } from "enketo-core";
import $ from "jquery";
import { offer } from "./engine/choose.js";
import { read, set, write } from "./engine/controls.js";
import { current, of, settled as filesSettled } from "./engine/files.js";
import { Known } from "./engine/known.js";
import { t } from "./words.js";

// Two taps within so many milliseconds are one.
const TWICE = 400;
const EVENTS = ["input", "change", "dataupdate", "addrepeat", "removerepeat"];

export function open({ into, form, lists, sources, draft, answers, language, place, changed }) {
  const view = document.createRange().createContextualFragment(form.form).firstElementChild;
  into.replaceChildren(view);
  // The library would write a handler into the page, which the content policy forbids; ours stands below.
  view.setAttribute = (name, value) => name.startsWith("on") || Element.prototype.setAttribute.call(view, name, value);
  of(draft?.id ?? "");
  offer(lists);
  const filler = new Form(view, { modelStr: form.model, instanceStr: draft?.xml.replace(/<entity [^>]*\/>/, ""), submitted: false, external: [] }, { language });
  const faults = filler.init();
  if (faults.length) console.error(faults.join("\n"));
  const id = filler.instanceID;
  of(id);
  const proposed = draft ? {} : begin(filler, view, place);
  if (draft) emptied(filler, view, draft.xml);
  for (const [name, value] of Object.entries(answers)) write(view, name, value);
  const known = new Known(view, sources, draft?.known, proposed);
  speak(view);
  steady(view);
  view.addEventListener("addrepeat", () => speak(view));
  view.addEventListener("submit", (event) => event.preventDefault());
  const heard = () => {
    known.heard();
    changed();
  };
  for (const event of EVENTS) view.addEventListener(event, heard);

  return {
    id,
    faults,
    answers() {
      settle(view);
      return filler.getDataStr();
    },
    files: () => current(named(view)),
    named: () => named(view),
    known: () => known.held(),
    value: (name) => read(view, name),
    summary: () => summary(view),
    ready: filesSettled,
    async finished() {
      if (!(await filler.validate())) return null;
      view.dispatchEvent(new CustomEvent("before-save", { bubbles: true }));
      return filler.getDataStr({ irrelevant: false });
    },
    point: (problem) => point(view, problem),
    close() {
      for (const event of EVENTS) view.removeEventListener(event, heard);
      filler.resetView();
      into.replaceChildren();
    },
  };
}

const LISTS = ".or-repeat-info:not([data-repeat-fixed]):not([data-repeat-count])";

function clear(filler, info) {
  for (const item of [...info.parentElement.querySelectorAll(":scope > .or-repeat")]) filler.repeats.remove($(item));
}

// The library shows a first item of every list; a draft in which a list is empty keeps it so.
function emptied(filler, view, xml) {
  const root = new DOMParser().parseFromString(xml, "text/xml").documentElement;
  const items = (parent, name) => [...(parent?.children ?? [])].filter((one) => one.localName === name && ![...one.attributes].some((note) => note.localName === "template"));
  const infos = [...view.querySelectorAll(LISTS)];
  const steps = (info) => info.dataset.name.split("/").slice(2);
  for (const info of infos.sort((a, b) => steps(a).length - steps(b).length)) {
    const same = [...view.querySelectorAll(`.or-repeat-info[data-name="${info.dataset.name}"]`)];
    const [list, ...above] = steps(info).reverse();
    const parents = above.reverse().reduce((found, name) => found.flatMap((one) => items(one, name)), [root]);
    if (info.isConnected && !items(parents[same.indexOf(info)], list).length) clear(filler, info);
  }
}

// A new record: no item of a list is there until somebody adds it, and the place is the person's own.
function begin(filler, view, place) {
  for (const info of view.querySelectorAll(LISTS)) clear(filler, info);
  const control = view.querySelector("input[data-list=places]");
  const mine = control && place && !control.value;
  if (mine) set(control, place);
  // The phone's own input shows no more than was given: nobody needs the milliseconds.
  for (const moment of view.querySelectorAll("input[type=datetime-local]")) {
    if (moment.value.length > 16) set(moment, moment.value.slice(0, 16));
  }
  return mine ? { [control.name.split("/").pop()]: place } : {};
}

// A glove taps twice: the second tap does not take back what the first chose.
function steady(view) {
  let last = null;
  let at = 0;
  const heard = (event) => {
    if (!["radio", "checkbox"].includes(event.target.type)) return;
    if (event.target === last && event.timeStamp - at < TWICE) {
      event.preventDefault();
      event.stopPropagation();
    } else [last, at] = [event.target, event.timeStamp];
  };
  view.addEventListener("click", heard, true);
}

// What is being typed counts already: the library looks only when the person goes on to the next question.
const settled = new WeakMap();

function settle(view) {
  const control = document.activeElement;
  const typed = view.contains(control) && control.matches("textarea, input:not(.ignore):not([type=file]):not([type=radio]):not([type=checkbox])");
  if (!typed || settled.get(control) === control.value) return;
  settled.set(control, control.value);
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

function speak(view) {
  for (const text of view.querySelectorAll("[data-i18n]")) text.textContent = t(`form.${text.dataset.i18n}`);
  for (const list of view.querySelectorAll(".option-wrapper")) list.dataset.first = t("choose.first");
  for (const mark of view.querySelectorAll(".required")) mark.textContent = t("fill.required");
  for (const button of view.querySelectorAll(".add-repeat-btn")) button.textContent = `＋ ${t("fill.add")}`;
  for (const button of view.querySelectorAll(".repeat-buttons .remove")) button.textContent = t("fill.remove");
  for (const button of view.querySelectorAll(".btn-reset")) {
    button.textContent = t("fill.clear");
    button.setAttribute("aria-label", t("fill.clear"));
  }
}

// Names of files that the answers hold, chosen now or before.
function named(view) {
  return [...view.querySelectorAll("input[data-file]")].map((input) => input.value).filter(Boolean);
}

// A line by which the person knows the draft again: the first things that were told.
function summary(view) {
  const told = [];
  for (const chip of view.querySelectorAll(".choose-chip")) told.push(chip.firstChild.textContent);
  for (const input of view.querySelectorAll("input[type=text]:not(.ignore):not(.hide), textarea")) told.push(input.value.trim());
  return told.filter(Boolean).slice(0, 2).join(" · ").slice(0, 60);
}

// Shows where the server found something wrong.
function point(view, { field, repeat, index }) {
  const end = CSS.escape(`${repeat ? `/${repeat}` : ""}/${field}`);
  const controls = [...view.querySelectorAll(`[name$="${end}"], [data-name$="${end}"]`)];
  const questions = [...new Set(controls.map((control) => control.closest(".question")))].filter(Boolean);
  const question = questions[index ?? 0] ?? questions[0];
  if (!question) return;
  question.classList.add("pointed");
  question.scrollIntoView({ block: "center" });
  question.querySelector("input:not(.hide), select, textarea")?.focus({ preventScroll: true });
}
