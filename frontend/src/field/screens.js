// The screens beside the form: what can be filled in, what was begun, what is on its way, and the account.
import { leave, speak } from "./account.js";
import * as catalogue from "./catalogue.js";
import { ask, h, moment, sure } from "./dom.js";
import * as entities from "./entities.js";
import { darkness, isLarge, setDarkness, setLarge } from "./looks.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import { spoken, t } from "./words.js";

const FEW = 6;
const WEEK = 7 * 86_400_000;
const UNSENT = ["draft", "waiting", "sending", "refused"];
const text = (app, title) => (app.me.language === "en" ? title.en || title.zh : title.zh);
const button = (label, onclick, kind = "") => h("button", { type: "button", class: `act ${kind}`, onclick }, label);
const empty = (key) => h("p", { class: "nothing" }, t(key));

export async function forms(app) {
  const offered = await catalogue.current();
  if (!offered.length) return [empty(app.away ? "forms.none-away" : app.loading ? "forms.wait" : "forms.none")];
  const programs = [...new Map(offered.map((one) => [one.program, one.programTitle]))];
  return programs.map(([code, title]) => group(app, text(app, title), offered.filter((one) => one.program === code)));
}

function group(app, title, offered) {
  const row = (one) =>
    h(
      "a",
      { class: "row-link", href: `#/new/${encodeURIComponent(one.id)}/${encodeURIComponent(one.version)}` },
      h("strong", {}, text(app, one.title)),
      h("span", { "aria-hidden": "true" }, "＋"),
    );
  return offered.length ? h("section", {}, h("h2", {}, title), h("div", { class: "rows" }, offered.map(row))) : null;
}

// The forms that were used last; for somebody new, the first ones.
export async function usual(app) {
  const offered = await catalogue.current();
  const recent = ((await store.get("kept", "recent")) ?? []).map((id) => offered.find((one) => one.id === id)).filter(Boolean);
  return group(app, t(recent.length ? "forms.recent" : "tab.forms"), recent.length ? recent : offered.slice(0, FEW));
}

export async function drafts(app) {
  const begun = (await store.records()).filter((one) => one.state === "draft");
  if (!begun.length) return [empty("drafts.none")];
  const row = (one) =>
    h(
      "article",
      { class: "item" },
      h("a", { class: "item-main", href: `#/fill/${encodeURIComponent(one.id)}` }, heading(app, one), h("span", { class: "quiet" }, t("drafts.at", { at: moment(one.at) }))),
      h("div", { class: "row" }, button(t("delete"), () => drop(app, one))),
    );
  return begun.map(row);
}

export async function outbox_(app) {
  const found = (await store.records()).filter((one) => one.state !== "draft");
  await forgetOld(found);
  if (!found.length) return [empty("outbox.none")];
  const waiting = found.filter((one) => one.state === "waiting");
  const all = button(t("outbox.send", { count: waiting.length }), () => outbox.send({ now: true }), "act-main");
  const order = ["refused", "sending", "waiting", "sent"];
  const rows = order.flatMap((state) => found.filter((one) => one.state === state));
  return [waiting.length ? h("div", { class: "send" }, all) : null, ...(await Promise.all(rows.map((one) => item(app, one))))];
}
export { outbox_ as outbox };

async function item(app, one) {
  const sent = (await store.files(one.id)).filter((file) => file.sent).length;
  const page = app.away ? null : h("a", { class: "act", href: `/records/${encodeURIComponent(one.receipt)}/` }, t("outbox.open"));
  const acts = {
    waiting: sent ? [] : [button(t("outbox.mend"), () => reopen(one)), button(t("delete"), () => drop(app, one))],
    refused: [
      one.conflict
        ? h("a", { class: "act act-main", href: `#/conflict/${encodeURIComponent(one.id)}` }, t("outbox.conflict"))
        : button(t("outbox.mend"), () => reopen(one), "act-main"),
      button(t("delete"), () => drop(app, one)),
    ],
    sending: [],
    sent: [page].filter(Boolean),
  }[one.state];
  const tries = one.state === "waiting" && one.tries ? t("outbox.tried", { count: one.tries, at: moment(one.next) }) : "";
  return h(
    "article",
    { class: "item", "data-state": one.state },
    h("div", { class: "item-main" }, heading(app, one), h("span", { class: `state state-${one.state}` }, t(`state.${one.state}`)), h("span", { class: "quiet" }, tries || moment(one.sentAt ?? one.at))),
    one.problems?.length ? h("ul", { class: "why" }, one.problems.map((problem) => h("li", {}, spoken(problem)))) : null,
    sent ? h("p", { class: "quiet" }, t("outbox.part", { count: sent })) : null,
    acts.length ? h("div", { class: "row" }, acts) : null,
  );
}

function heading(app, one) {
  return h("strong", {}, text(app, one.title), one.summary ? h("small", {}, one.summary) : null);
}

async function reopen(one) {
  if (await store.change(one.id, ["waiting", "refused"], { state: "draft" })) location.hash = `#/fill/${encodeURIComponent(one.id)}`;
}

async function drop(app, one) {
  if (!(await sure(t("drop.title"), `${text(app, one.title)} ${one.summary}`, t("delete")))) return;
  if (await store.forget(one.id)) await entities.unsay(one.id);
  await app.draw();
}

async function forgetOld(found) {
  for (const one of found) {
    if (one.state === "sent" && Date.now() - one.sentAt > WEEK) await store.forget(one.id);
  }
}

// The server holds something else under this id: look at it, correct it with this one, send this as another record, or
// give this one up. What has changed there since is not corrected from here.
export async function conflict(app, [id]) {
  const one = await store.record(id);
  if (!one?.conflict || one.state !== "refused") return [empty("outbox.none")];
  const moved = one.conflict === "moved";
  const plain = ((moved && one.of) || one.id).replace(/^uuid:/, "");
  return [
    h("article", { class: "item" }, h("div", { class: "item-main" }, heading(app, one), h("span", { class: "quiet" }, moment(one.at)))),
    h("p", {}, t(moved ? "conflict.moved" : "conflict.what")),
    h("ul", { class: "why" }, one.problems.map((problem) => h("li", {}, spoken(problem)))),
    h(
      "div",
      { class: "stack" },
      app.away ? null : h("a", { class: "act", href: `/records/${encodeURIComponent(plain)}/` }, t("conflict.look")),
      moved ? null : button(t("conflict.correct"), () => another(one, true), "act-main"),
      button(t("conflict.again"), () => another(one, false)),
      button(t("conflict.drop"), () => drop(app, one).then(() => (location.hash = "#/outbox")), "act-bad"),
    ),
  ];
}

async function another(one, correcting) {
  const id = `uuid:${crypto.randomUUID()}`;
  const blobs = (await store.files(one.id)).map(({ name, blob }) => ({ name, blob }));
  const named = /<((?:\w+:)?)instanceID([^>]*)>[^<]*<\/\1instanceID>(?:<\1deprecatedID[^>]*>[^<]*<\/\1deprecatedID>)?/;
  const xml = one.xml.replace(named, (_whole, prefix, attributes) => {
    const element = (name, value) => `<${prefix}${name}${attributes}>${value}</${prefix}${name}>`;
    return element("instanceID", id) + (correcting ? element("deprecatedID", one.id) : "");
  });
  const of = correcting ? one.id : undefined;
  await store.save({ ...one, id, of, xml, state: "waiting", problems: [], conflict: "", tries: 0, next: 0 }, blobs, one.id);
  location.hash = "#/outbox";
  outbox.send({ now: true });
}

export async function me(app) {
  const room = await store.room();
  const mega = (bytes) => Math.max(0, Math.round(bytes / 1_000_000));
  const choice = (value) => h("option", { value, selected: darkness() === value }, t(`dark.${value}`));
  const other = app.me.language === "en" ? "zh-hans" : "en";
  const redraw = (act) => async () => {
    await act();
    await app.draw();
  };
  const switchTo = async (event) => {
    const button = event.target;
    const done = await speak(app.me, other).catch(() => false);
    if (done) location.reload();
    else button.replaceWith(h("p", { class: "quiet", role: "status" }, t("me.no-network")));
  };
  return [
    h("section", { class: "card" }, h("strong", {}, app.me.name), h("span", { class: "quiet" }, `${app.me.organisation} · ${app.me.role}`)),
    h(
      "section",
      { class: "stack" },
      h("label", { class: "setting" }, t("me.dark"), h("select", { onchange: (event) => setDarkness(event.target.value) }, ["auto", "light", "dark"].map(choice))),
      button(t(isLarge() ? "me.normal" : "me.large"), redraw(() => setLarge(!isLarge()))),
      button(other === "en" ? "English" : "中文", switchTo),
      button(t("me.fetch"), redraw(() => app.refresh({ all: true }))),
      h("a", { class: "act", href: "/" }, t("me.desk")),
    ),
    room ? h("p", { class: room.note ? "note note-bad" : "quiet" }, t("me.room", { used: mega(room.used), free: mega(room.free) })) : null,
    h("section", { class: "stack" }, button(t("me.leave"), () => goodbye(app), "act-bad")),
  ];
}

// What is unsent is named before anybody signs out, and stays or goes as the person says.
async function goodbye(app) {
  const unsent = (await store.records()).filter((one) => UNSENT.includes(one.state));
  const lines = unsent.length
    ? [t("leave.unsent", { count: unsent.length }), h("ul", {}, unsent.map((one) => h("li", {}, `${text(app, one.title)} ${one.summary} · ${t(`state.${one.state}`)}`)))]
    : [t("leave.nothing")];
  const choices = [
    { value: "keep", label: t("leave.keep"), kind: "act-main" },
    { value: "wipe", label: t("leave.wipe"), kind: "act-bad" },
    { value: "", label: t("cancel") },
  ];
  const answer = await ask({ title: t("me.leave"), lines, choices });
  if (!answer) return;
  if (answer === "wipe") await store.wipe(app.me.key);
  await leave(app.me);
  location.replace("/field/");
}
