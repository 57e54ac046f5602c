// The screen on which a form is filled in. Every change is kept at once; leaving loses nothing.
import * as catalogue from "./catalogue.js";
import * as entities from "./entities.js";
import { h, moment } from "./dom.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import { spoken, t } from "./words.js";

const PAUSE = 250;

// ``here`` says whether the person still waits for this screen.
export async function fill(app, root, name, [first, second, task], here) {
  const draft = name === "fill" ? await store.record(first) : null;
  const form = await catalogue.form(draft?.form ?? first, draft?.version ?? second);
  if (!here()) return;
  if (name === "fill" ? draft?.state !== "draft" : !form) {
    location.replace("#/drafts");
    return;
  }
  const page = frame(app, form ?? draft, draft);
  root.replaceChildren(...page.parts);
  if (!form) return stop(page, t("fill.gone"));
  const release = draft && (await hold(draft.id));
  if (draft && !release) return stop(page, t("fill.elsewhere"));
  const { open } = (await import("./filler.js").catch(() => null)) ?? {};
  const keeper = new Keeper(app, form, draft, page);
  keeper.task = draft?.task ?? task ?? "";
  keeper.sources = await catalogue.known(form, draft?.id);
  const asked = task && !draft ? (await catalogue.tasks()).tasks.find((one) => one.id === task) : null;
  const lists = await catalogue.lists(form);
  if (!open || !here()) {
    release?.();
    if (here()) stop(page, t("fill.missing"));
    return;
  }
  keeper.session = open({
    into: page.place,
    form,
    lists,
    sources: keeper.sources,
    answers: asked?.form?.answers ?? {},
    draft,
    language: app.me.language,
    place: app.me.place,
    changed: () => keeper.soon(),
  });
  stay(app, page, keeper, release || hold(keeper.session.id));
}

// The form is open until the person goes elsewhere.
function stay(app, page, keeper, release) {
  page.problems.replaceChildren(...said(keeper.draft, keeper.session));
  page.done.addEventListener("click", () => finish(keeper, page));
  const hidden = () => document.visibilityState === "hidden" && keeper.now();
  document.addEventListener("visibilitychange", hidden);
  app.leave = async () => {
    keeper.left = true;
    document.removeEventListener("visibilitychange", hidden);
    await keeper.session.ready();
    await keeper.now();
    keeper.session.close();
    (await release)?.();
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

function stop(page, text) {
  page.done.hidden = true;
  const again = h("button", { type: "button", class: "act act-main", onclick: () => location.reload() }, t("fill.try"));
  page.problems.replaceChildren(h("p", {}, text), again);
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
    h("li", {}, spoken(problem), problem.field ? h("button", { type: "button", class: "plain", onclick: () => session.point(problem) }, t("fill.go")) : null);
  return [h("h2", {}, t("fill.refused")), h("ul", {}, draft.problems.map(line))];
}

// Keeps a draft, one step after the other. ``left`` says that the person has gone elsewhere, ``over`` that the record is
// finished: from then on nothing makes a draft of it again.
class Keeper {
  constructor(app, form, draft, page) {
    Object.assign(this, { app, form, page, draft, session: null, timer: 0, dirty: false, left: false, over: false, last: Promise.resolve() });
  }

  soon() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), PAUSE);
  }

  now() {
    clearTimeout(this.timer);
    if (this.dirty) this.last = this.last.then(() => this.over || this.keep({}));
    return this.last;
  }

  // Whether the record was finished; else it still is a draft.
  end(values) {
    this.last = this.last.then(async () => {
      this.over ||= !this.left && (await this.keep(values));
      return this.over;
    });
    return this.last;
  }

  record(values) {
    const { form, session, draft } = this;
    return {
      program: form.program,
      form: form.id,
      version: form.version,
      title: form.title,
      problems: draft?.problems ?? [],
      begunAt: draft?.begunAt ?? Date.now(),
      said: draft?.said,
      of: draft?.of,
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
  }

  // Never throws: what was not kept is told of, and tried again with the next change and on leaving.
  async keep(values) {
    this.dirty = false;
    try {
      const record = this.record(values);
      const blobs = this.session.files();
      await store.save(record, blobs).catch(async (error) => {
        if (error.name !== "InvalidStateError") throw error;
        await store.reopen();
        await store.save(record, blobs);
      });
      this.kept(record);
      this.tell("");
      return true;
    } catch (error) {
      console.error(error);
      this.dirty = true;
      this.tell(error.name === "QuotaExceededError" ? "full" : "broken");
      return false;
    }
  }

  kept(record) {
    if (!this.draft) {
      navigator.storage?.persist?.();
      if (!this.left) history.replaceState(null, "", `#/fill/${encodeURIComponent(record.id)}`);
    }
    if (record.files.length !== (this.draft?.files.length ?? 0)) this.app.measure();
    this.draft = record;
    this.page.saved.textContent = t("fill.saved", { at: moment(record.at) });
  }

  tell(trouble) {
    if ((this.app.trouble ?? "") === trouble) return;
    this.app.trouble = trouble;
    if (trouble) this.page.saved.textContent = t("fill.not-kept");
    this.page.saved.classList.toggle("saved-not", Boolean(trouble));
    this.app.draw();
  }
}

async function finish(keeper, page) {
  page.done.disabled = true;
  try {
    await keeper.session.ready();
    await keeper.now();
    const plain = await keeper.session.finished();
    if (plain === null) {
      page.saved.textContent = t("fill.unfinished");
      return;
    }
    const told = await withEntity(keeper, plain);
    if (!(await keeper.end({ ...told, state: "waiting", problems: [], conflict: "", tries: 0, next: 0 }))) return;
    await remember(keeper.form);
    location.hash = "#/outbox";
    outbox.send({ now: true });
  } catch (error) {
    console.error(error);
    keeper.tell("broken");
  } finally {
    page.done.disabled = false;
  }
}

// A form that keeps a register says of which entity it speaks, and how this phone had seen it.
async function withEntity({ form, session, sources, draft }, xml) {
  const keeps = form.keeps;
  const key = keeps && session.value(keeps.key);
  if (!key) return { xml };
  const source = sources.find((one) => one.register === keeps.register && one.question === keeps.key);
  const found = source?.rows.find((row) => row[0] === key);
  const row = found?.[3] ? { uid: found[4], version: found[5] } : null;
  const values = Object.fromEntries(keeps.saves.map((name) => [name, session.value(name)]));
  const told = await entities.say(session.id, { register: keeps.register, key, label: session.value(keeps.label), values }, row, draft?.said);
  const plain = (value) => String(value).replace(/[<&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const attributes = Object.entries({ dataset: `register-${keeps.register}`, ...told.said }).map(([name, value]) => `${name}="${plain(value)}"`);
  return { xml: xml.replace(/<\/(\w+:)?meta>/, (end) => `<entity ${attributes.join(" ")}/>${end}`), said: told };
}

async function remember(form) {
  const recent = (await store.get("kept", "recent")) ?? [];
  await store.put("kept", [form.id, ...recent.filter((id) => id !== form.id)].slice(0, 4), "recent");
}
