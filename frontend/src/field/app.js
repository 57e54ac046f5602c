// The app: who uses it, which screen is open, and what is told above every screen.
import { identify, lastWords } from "./account.js";
import * as catalogue from "./catalogue.js";
import { h } from "./dom.js";
import { fill } from "./fill.js";
import { apply } from "./looks.js";
import * as outbox from "./outbox.js";
import * as screens from "./screens.js";
import { ask, SignedOut, speakFor } from "./server.js";
import * as store from "./store.js";
import { today } from "./today.js";
import { take, t } from "./words.js";

const TABS = ["today", "forms", "drafts", "outbox", "me"];
// Minutes by which a clock may be wrong without a word.
const WRONG = 10;
const app = { me: null, away: false, signedOut: false, loading: false, progress: null, update: null, leave: null, refresh, show, draw };

export async function start() {
  apply();
  take(lastWords());
  const found = await identify();
  app.away = Boolean(found.away);
  if (!found.me) return signIn(found.away);
  app.me = found.me;
  take(app.me.words);
  speakFor(app.me.key);
  document.documentElement.lang = app.me.language === "en" ? "en" : "zh-CN";
  document.title = t("title");
  await store.open(app.me.key);
  await outbox.recover();
  addEventListener("hashchange", show);
  addEventListener("online", () => refresh());
  addEventListener("offline", () => (app.away = true) && draw());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && whoIsIt());
  outbox.watch(heard);
  await show();
  watchVersions();
  if (!app.away) await refresh();
  outbox.send();
  // An old phone takes seconds to read the form library: better now than when somebody waits for a form.
  (globalThis.requestIdleCallback ?? setTimeout)(() => import("./filler.js").catch(() => {}));
}

function signIn(away) {
  const link = h("a", { class: "act act-main", href: "/account/login/?next=/field/" }, t("sign-in"));
  const said = Object.keys(lastWords()).length ? t(away ? "sign-in.away" : "sign-in.first") : "";
  if (!said && !away) return location.replace("/account/login/?next=/field/");
  document.getElementById("app").replaceChildren(h("main", { class: "screen bare" }, h("p", {}, said), link));
}

function heard({ reached, signedOut, away } = {}) {
  if (reached) Object.assign(app, { away: false, signedOut: false });
  if (signedOut) {
    app.signedOut = true;
    whoIsIt();
  }
  if (away) app.away = true;
  draw();
}

// Somebody else may have signed in beside the open app: it begins anew, as theirs, and keeps what is open for its owner.
async function whoIsIt() {
  const now = await ask("me/", 5_000).catch(() => null);
  if (!now || now.key === app.me.key) return;
  await app.leave?.();
  location.reload();
}

async function refresh({ all = false } = {}) {
  app.loading = true;
  try {
    const told = (done, count) => {
      app.progress = t("forms.fetching", { done: done + 1, all: count });
      draw();
    };
    await catalogue.refresh(told, { all });
    Object.assign(app, { away: false, signedOut: false });
  } catch (error) {
    if (error instanceof SignedOut) {
      app.signedOut = true;
      await whoIsIt();
    } else app.away = true;
  }
  Object.assign(app, { progress: null, loading: false });
  await draw();
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

async function show() {
  await app.leave?.();
  app.leave = null;
  await draw(true);
  scrollTo(0, 0);
}

// Draws the screen that is open; a form that is being filled in stays as it is.
async function draw(opened = false) {
  const { name, rest } = route();
  const root = document.getElementById("app");
  if (name === "fill" || name === "new") {
    app.clock = await clock();
    if (opened) await fill(app, root, name, rest);
    root.querySelector("[data-notes]")?.replaceChildren(...notes());
    return;
  }
  const screen = { ...screens, today }[TABS.includes(name) || name === "conflict" ? name : "today"];
  app.clock = await clock();
  const content = await screen(app, rest);
  if (route().name !== name) return;
  root.replaceChildren(
    h("header", { class: "top" }, h("h1", {}, t(`tab.${name}`)), h("span", { class: app.away ? "net net-off" : "net" }, t(app.away ? "net.off" : "net.on"))),
    h("div", { "data-notes": true }, notes()),
    h("main", { class: "screen" }, content),
    await tabs(name),
  );
}

function notes() {
  const link = (href, text) => h("a", { href }, text);
  return [
    app.signedOut && h("p", { class: "note note-bad" }, t("signed-out"), " ", link("/account/login/?next=/field/", t("sign-in"))),
    app.update && h("p", { class: "note" }, t("update"), " ", h("button", { type: "button", class: "plain", onclick: () => app.update.postMessage("take") }, t("update.take"))),
    app.clock && h("p", { class: "note note-bad" }, app.clock),
    app.low && h("p", { class: "note note-bad" }, t("storage.low")),
    app.full && h("p", { class: "note note-bad", role: "alert" }, t("storage.full")),
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
  const room = await store.room();
  app.low = Boolean(room?.low);
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
    await app.leave?.();
    location.reload();
  });
}
