// The screen on which a form is filled in. Every change is kept at once; leaving loses nothing.
import * as catalogue from "./catalogue.js";
import * as entities from "./entities.js";
import { h, moment } from "./dom.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import { t } from "./words.js";

const PAUSE = 250;

export async function fill(app, root, name, [first, second, task]) {
  const draft = name === "fill" ? await store.record(first) : null;
  const form = draft ? await catalogue.form(draft.form, draft.version) : await catalogue.form(first, second);
  if (!form || (draft && draft.state !== "draft")) {
    location.replace("#/drafts");
    return;
  }
  const page = frame(app, form, draft);
  root.replaceChildren(...page.parts);
  let release = draft && (await hold(draft.id));
  if (draft && !release) return elsewhere(page);
  const { open } = (await import("./filler.js").catch(() => null)) ?? {};
  if (!open) {
    page.problems.replaceChildren(h("p", {}, t("fill.missing")));
    return;
  }
  const keeper = new Keeper(app, form, draft, page);
  keeper.task = draft?.task ?? task ?? "";
  keeper.sources = await catalogue.known(form, draft?.id);
  const asked = task && !draft ? (await catalogue.tasks()).tasks.find((one) => one.id === task) : null;
  keeper.session = open({
    into: page.place,
    form,
    lists: await catalogue.lists(form),
    sources: keeper.sources,
    answers: asked?.form?.answers ?? {},
    draft,
    language: app.me.language,
    place: app.me.place,
    changed: () => keeper.soon(),
  });
  release ??= await hold(keeper.session.id);
  page.problems.replaceChildren(...said(draft, keeper.session));
  page.done.addEventListener("click", () => finish(keeper, page));
  const hidden = () => document.visibilityState === "hidden" && keeper.now();
  document.addEventListener("visibilitychange", hidden);
  app.leave = async () => {
    document.removeEventListener("visibilitychange", hidden);
    await keeper.now();
    keeper.session?.close();
    release?.();
  };
}

// A draft is filled in by one window at a time: two would each undo what the other kept. Gives the way to let it go, or
// null where another window has it; a page that was just loaded anew may find itself before it.
async function hold(id) {
  if (!navigator.locks) return () => {};
  for (const pause of [0, PAUSE, 4 * PAUSE]) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const release = await new Promise((resolve) => {
      navigator.locks.request(`yibiao-field-draft-${id}`, { ifAvailable: true }, (lock) => (lock ? new Promise((done) => resolve(done)) : resolve(null)));
    });
    if (release) return release;
  }
  return null;
}

function elsewhere(page) {
  page.done.hidden = true;
  const again = h("button", { type: "button", class: "act act-main", onclick: () => location.reload() }, t("fill.try"));
  page.problems.replaceChildren(h("p", {}, t("fill.elsewhere")), again);
}

function frame(app, form, draft) {
  const saved = h("span", { class: "saved", role: "status" }, draft ? t("fill.saved", { at: moment(draft.at) }) : "");
  const problems = h("div", { class: "problems" });
  const place = h("div", { class: "form" });
  const done = h("button", { type: "button", class: "act act-main" }, t("fill.done"));
  const later = h("a", { class: "act", href: "#/drafts" }, t("fill.later"));
  const title = app.me.language === "en" ? form.title.en || form.title.zh : form.title.zh;
  const head = h("header", { class: "top" }, h("a", { class: "back", href: "#/today", "aria-label": t("back") }, "‹"), h("div", { class: "top-title" }, h("h1", {}, title), saved));
  const parts = [head, h("div", { "data-notes": true }), h("main", { class: "screen" }, problems, place), h("footer", { class: "acts" }, later, done)];
  return { parts, saved, problems, place, done };
}

// What the server found wrong the last time, each with the way to its question.
function said(draft, session) {
  if (!draft?.problems?.length) return [];
  const line = (problem) =>
    h("li", {}, problem.text, problem.field ? h("button", { type: "button", class: "plain", onclick: () => session.point(problem) }, t("fill.go")) : null);
  return [h("h2", {}, t("fill.refused")), h("ul", {}, draft.problems.map(line))];
}

class Keeper {
  constructor(app, form, draft, page) {
    Object.assign(this, { app, form, page, draft, session: null, timer: 0, dirty: false, last: Promise.resolve() });
  }

  soon() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), PAUSE);
  }

  now() {
    clearTimeout(this.timer);
    if (this.dirty) this.last = this.last.then(() => this.keep({}));
    return this.last;
  }

  async keep(values) {
    this.dirty = false;
    const session = this.session;
    const record = {
      program: this.form.program,
      form: this.form.id,
      version: this.form.version,
      title: this.form.title,
      problems: this.draft?.problems ?? [],
      begunAt: this.draft?.begunAt ?? Date.now(),
      id: session.id,
      xml: session.answers(),
      summary: session.summary(),
      files: session.named(),
      known: session.known(),
      task: this.task,
      at: Date.now(),
      state: "draft",
      ...values,
    };
    try {
      await store.save(record, session.files());
      if (this.app.full) {
        this.app.full = false;
        this.app.draw();
      }
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
      // What was not kept is tried again with the next change, and on leaving.
      this.app.full = true;
      this.dirty = true;
      this.app.draw();
      return false;
    }
    if (!this.draft) {
      navigator.storage?.persist?.();
      history.replaceState(null, "", `#/fill/${encodeURIComponent(record.id)}`);
    }
    this.draft = record;
    this.page.saved.textContent = t("fill.saved", { at: moment(record.at) });
    return true;
  }
}

async function finish(keeper, page) {
  page.done.disabled = true;
  try {
    await keeper.now();
    const plain = await keeper.session.finished();
    if (plain === null) {
      page.saved.textContent = t("fill.unfinished");
      return;
    }
    const xml = await withEntity(keeper, plain);
    const kept = await keeper.keep({ xml, state: "waiting", problems: [], conflict: false, tries: 0, next: 0 });
    if (!kept) return;
    keeper.dirty = false;
    await remember(keeper.form);
    location.hash = "#/outbox";
    outbox.send({ now: true });
  } finally {
    page.done.disabled = false;
  }
}

// A form that keeps a register says of which entity it speaks, and how this phone had seen it.
async function withEntity({ form, session, sources }, xml) {
  const keeps = form.keeps;
  const key = keeps && session.value(keeps.key);
  if (!key) return xml;
  const source = sources.find((one) => one.register === keeps.register && one.question === keeps.key);
  const found = source?.rows.find((row) => row[0] === key);
  const row = found?.[3] ? { uid: found[4], version: found[5] } : null;
  const values = Object.fromEntries(keeps.saves.map((name) => [name, session.value(name)]));
  const said = await entities.say(session.id, { register: keeps.register, key, label: session.value(keeps.label), values }, row);
  const attributes = Object.entries({ dataset: `register-${keeps.register}`, ...said }).map(([name, value]) => `${name}="${value}"`);
  return xml.replace(/<\/(\w+:)?meta>/, (end) => `<entity ${attributes.join(" ")}/>${end}`);
}

async function remember(form) {
  const recent = (await store.get("kept", "recent")) ?? [];
  await store.put("kept", [form.id, ...recent.filter((id) => id !== form.id)].slice(0, 4), "recent");
}
