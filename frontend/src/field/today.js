// The first screen: what waits for whoever holds the phone, and the forms that are used most.
import * as catalogue from "./catalogue.js";
import { h, moment } from "./dom.js";
import { usual } from "./screens.js";
import * as store from "./store.js";
import { t } from "./words.js";

export async function today(app) {
  const { at, tasks } = await catalogue.tasks();
  const records = new Map((await store.records()).filter((one) => one.task).map((one) => [one.task, one]));
  const rows = tasks.map((one) => row(app, one, records.get(one.id)));
  const stale = at && app.away ? h("p", { class: "quiet" }, t("today.as-of", { at: moment(at) })) : null;
  const none = h("p", { class: "nothing nothing-small" }, t(at ? "today.none" : app.away ? "forms.none-away" : "today.wait"));
  return [h("section", {}, h("h2", {}, t("today.tasks")), stale, rows.length ? h("div", { class: "rows" }, rows) : none), await usual(app)];
}

function row(app, one, record) {
  const parts = [
    h("span", { class: "task-main" }, h("strong", {}, one.title), h("small", {}, [one.about, one.due && one.kind !== "shift" ? t("today.due", { at: moment(one.due) }) : ""].filter(Boolean).join(" · "))),
    h("span", { class: `tag ${tone(one, record, app)}` }, said(one, record, app)),
  ];
  const closed = (!one.form && app.away) || (record && ["waiting", "sending", "sent"].includes(record.state));
  return closed ? h("div", { class: "row-link row-closed", "data-task": one.id }, parts) : h("a", { class: "row-link", "data-task": one.id, href: address(one, record) }, parts);
}

function address(one, record) {
  if (record) return record.state === "draft" ? `#/fill/${encodeURIComponent(record.id)}` : "#/outbox";
  if (!one.form) return one.url;
  return `#/new/${[one.form.id, one.form.version, one.id].map(encodeURIComponent).join("/")}`;
}

function said(one, record, app) {
  if (record) return t(`state.${record.state}`);
  if (!one.form && app.away) return t("today.away");
  if (one.late) return t("today.late");
  return t(`task.${one.kind}`);
}

function tone(one, record, app) {
  if (record?.state === "sent") return "tag-good";
  if (record) return "tag-wait";
  if (!one.form && app.away) return "";
  return one.late ? "tag-bad" : "";
}
