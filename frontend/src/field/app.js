// The app: who uses it, which screen is open, and what is told above every screen.
import { identify, lastWords, whenLeft } from "./account.js";
import * as catalogue from "./catalogue.js";
import { h } from "./dom.js";
import { fill } from "./fill.js";
import { apply } from "./looks.js";
import * as outbox from "./outbox.js";
import * as screens from "./screens.js";
import { ask, Away, SignedOut, speakFor } from "./server.js";
import * as store from "./store.js";
import { today } from "./today.js";
import { take, t } from "./words.js";

const TABS = ["today", "forms", "drafts", "outbox", "me"];
// Minutes by which a clock may be wrong without a word.
const WRONG = 10;
// How long the server may be silent before the page says so, and how often it is tried again while it is away.
const PATIENCE = 600;
const AGAIN = 60_000;
// ``away`` is "" or why there is no server: "off" without a network, "down" where it answers but is not well.
const app = { me: null, away: "", trouble: "", signedOut: false, loading: null, progress: null, update: null, leave: null, refresh, draw, measure };
let turn = 0;
let left = Promise.resolve();

export async function start() {
  apply();
  take(lastWords());
  const waiting = setTimeout(() => document.getElementById("app").replaceChildren(h("main", { class: "screen bare" }, h("p", { role: "status" }, lastWords().opening ?? "……"))), PATIENCE);
  const found = await identify();
  clearTimeout(waiting);
  app.away = found.away ? "off" : "";
  if (!found.me) return signIn(found.away);
  app.me = found.me;
  take(app.me.words);
  speakFor(app.me.key);
  document.documentElement.lang = app.me.language === "en" ? "en" : "zh-CN";
  document.title = t("title");
  // A form that is open goes on, and is kept again with its next answer.
  await store.open(app.me.key, { taken: () => location.reload(), cleared: () => app.leave || location.reload() });
  await outbox.recover();
  listen();
  await show();
  watchVersions();
  if (!app.away) await refresh();
  outbox.send({ now: true });
  // An old phone takes seconds to read the form library: better now than when somebody waits for a form.
  (globalThis.requestIdleCallback ?? setTimeout)(() => import("./filler.js").catch(() => {}));
}

function listen() {
  addEventListener("hashchange", show);
  addEventListener("online", () => refresh());
  addEventListener("offline", () => {
    app.away = "off";
    draw();
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && whoIsIt());
  setInterval(() => app.away && document.visibilityState === "visible" && refresh(), AGAIN);
  whenLeft(() => anew());
  outbox.watch(heard);
}

function signIn(away) {
  const link = h("a", { class: "act act-main", href: "/account/login/?next=/field/" }, t("sign-in"));
  const said = Object.keys(lastWords()).length ? t(away ? "sign-in.away" : "sign-in.first") : "";
  if (!said && !away) return location.replace("/account/login/?next=/field/");
  document.getElementById("app").replaceChildren(h("main", { class: "screen bare" }, h("p", {}, said), link));
}

function heard({ reached, signedOut, away } = {}) {
  if (reached) {
    Object.assign(app, { away: "", signedOut: false });
    measure();
  }
  if (signedOut) {
    Object.assign(app, { away: "", signedOut: true });
    whoIsIt();
  }
  if (away) app.away = why(away);
  draw();
}

// Somebody else may have signed in beside the open app: it begins anew, as theirs, and keeps what is open for its owner.
async function whoIsIt() {
  const now = await ask("me/", 5_000).catch(() => null);
  if (!now) return;
  if (now.key !== app.me.key) await anew();
  else if (app.signedOut || app.away) refresh();
}

async function anew() {
  await leave();
  location.reload();
}

const why = (error) => (error.status ? "down" : "off");

// Asked for twice, it is done once.
function refresh({ all = false } = {}) {
  app.loading ??= fetchAll(all).finally(() => (app.loading = null));
  return app.loading;
}

async function fetchAll(all) {
  try {
    const told = (done, count) => {
      app.progress = t("forms.fetching", { done: done + 1, all: count });
      draw();
    };
    await catalogue.refresh(told, { all });
    Object.assign(app, { away: "", signedOut: false });
  } catch (error) {
    if (error instanceof SignedOut) app.signedOut = true;
    else if (error instanceof Away) app.away = why(error);
    else {
      console.error(error);
      app.trouble = error.name === "QuotaExceededError" ? "full" : app.trouble;
    }
    if (error instanceof SignedOut) setTimeout(whoIsIt);
  }
  app.progress = null;
  setTimeout(draw);
}

// Whether the phone has room for more.
async function measure() {
  const room = await store.room().catch(() => null);
  const note = room?.note ? t(`storage.${room.note}`, { used: Math.round(room.used / 1_000_000) }) : "";
  if (note === app.room) return;
  app.room = note;
  draw();
}

function route() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  return { name: name || "today", rest: rest.map(decodeURIComponent) };
}

// Records carry the phone's time: a clock that is wrong is told of, also where there is no network to ask again.
async function clock() {
  const skew = await catalogue.skew();
  const minutes = Math.round(Math.abs(skew) / 60_000);
  if (minutes < WRONG) return "";
  const [unit, size] = minutes >= 2880 ? ["days", 1440] : minutes >= 120 ? ["hours", 60] : ["minutes", 1];
  return t(skew > 0 ? "clock.fast" : "clock.slow", { by: t(`clock.${unit}`, { count: Math.round(minutes / size) }) });
}

// Closes the form that is open, once what is in it is kept.
function leave() {
  const close = app.leave;
  app.leave = null;
  if (close) left = left.then(close).catch((error) => console.error(error));
  return left;
}

async function show() {
  await leave();
  await draw(true);
  scrollTo(0, 0);
}

// Draws the screen that is open; a form that is being filled in stays as it is. Of several at once the last one counts.
async function draw(opened = false) {
  try {
    const { name, rest } = route();
    const isForm = name === "fill" || name === "new";
    if (opened || !isForm) turn += 1;
    const mine = turn;
    const here = () => mine === turn;
    app.clock = await clock().catch(() => app.clock);
    if (!isForm) await drawScreen(TABS.includes(name) || name === "conflict" ? name : "today", rest, here);
    else {
      if (opened) await fill(app, root(), name, rest, here);
      root().querySelector("[data-notes]")?.replaceChildren(...notes());
    }
  } catch (error) {
    console.error(error);
  }
}

const root = () => document.getElementById("app");

async function drawScreen(name, rest, here) {
  const content = await { ...screens, today }[name](app, rest);
  const below = await tabs(name === "conflict" ? "outbox" : name);
  if (!here()) return;
  const net = t(app.away ? `net.${app.away}` : "net.on");
  root().replaceChildren(
    h("header", { class: "top" }, h("h1", {}, t(`tab.${name}`)), h("span", { class: app.away ? "net net-off" : "net" }, net)),
    h("div", { "data-notes": true }, notes()),
    h("main", { class: "screen" }, content),
    below,
  );
}

function notes() {
  const link = (href, text) => h("a", { href }, text);
  return [
    app.signedOut && h("p", { class: "note note-bad" }, t("signed-out"), " ", link("/account/login/?next=/field/", t("sign-in"))),
    app.update && h("p", { class: "note" }, t("update"), " ", h("button", { type: "button", class: "plain", onclick: () => app.update.postMessage("take") }, t("update.take"))),
    app.clock && h("p", { class: "note note-bad" }, app.clock),
    app.room && h("p", { class: "note note-bad" }, app.room),
    app.trouble && h("p", { class: "note note-bad", role: "alert" }, t(`storage.${app.trouble}`)),
    app.progress && h("p", { class: "note", role: "status" }, app.progress),
  ].filter(Boolean);
}

async function tabs(here) {
  const records = await store.records();
  const counts = {
    drafts: records.filter((one) => one.state === "draft").length,
    outbox: records.filter((one) => ["waiting", "sending", "refused"].includes(one.state)).length,
  };
  const tab = (name) =>
    h(
      "a",
      { href: `#/${name}`, "aria-current": name === here ? "page" : null },
      t(`tab.${name}`),
      counts[name] ? h("b", {}, String(counts[name])) : null,
    );
  return h("nav", { class: "tabs" }, TABS.map(tab));
}

async function watchVersions() {
  measure();
  if (!navigator.serviceWorker) return;
  const had = Boolean(navigator.serviceWorker.controller);
  const registered = await navigator.serviceWorker.register("/field/worker.js", { scope: "/field/" }).catch(() => null);
  const waiting = () => {
    app.update = registered?.waiting && had ? registered.waiting : null;
    draw();
  };
  registered?.addEventListener("updatefound", () => {
    registered.installing?.addEventListener("statechange", waiting);
  });
  waiting();
  let reloaded = false;
  navigator.serviceWorker.addEventListener("controllerchange", async () => {
    if (!had || reloaded) return;
    reloaded = true;
    await anew();
  });
}
