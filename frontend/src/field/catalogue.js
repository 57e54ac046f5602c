// The forms that the person may fill in, kept with their lists and with what is known already, and what waits today.
// A version stays as long as a draft needs it.
import * as entities from "./entities.js";
import { ask } from "./server.js";
import * as store from "./store.js";

const key = (one) => `${one.id}|${one.version}`;
const AT_ONCE = 4;
const FRESH = 10 * 60_000;
// A list that left its form belongs to that version of it; any other is the same for all forms of a program.
const listKey = (one, list) => (list.own ? `${key(one)}/${list.name}` : `${one.program}/${list.name}`);

export async function current() {
  return (await store.get("kept", "forms")) ?? [];
}

export async function tasks() {
  return (await store.get("kept", "tasks")) ?? { at: "", tasks: [] };
}

// By how many milliseconds the clock of this phone was fast when it last asked; the server tells the time in minutes.
export const skew = async () => (await store.get("kept", "skew")) ?? 0;

export const form = (id, version) => store.get("forms", `${id}|${version}`);

export async function refresh(progress, { all = false } = {}) {
  const waiting = await ask("tasks/");
  await store.put("kept", waiting, "tasks");
  await store.put("kept", Date.now() - Date.parse(waiting.at), "skew");
  const { forms } = await ask("forms/");
  const missing = [];
  for (const one of forms) {
    if ((await store.get("forms", key(one)))?.digest !== one.digest) missing.push(() => fetchForm(one));
    for (const list of one.lists) {
      missing.push(async () => {
        const known = await store.get("lists", listKey(one, list));
        if (known?.digest !== list.digest) await fetchList(one, list);
      });
    }
    if (one.knows && (all || !((await store.get("known", one.id))?.at > Date.now() - FRESH))) missing.push(() => fetchKnown(one));
  }
  await together(missing, progress);
  await store.put("kept", forms, "forms");
  await sweep(forms);
  return forms;
}

// A few at a time: each is small, and the way to the server is long.
async function together(steps, progress) {
  const left = [...steps];
  const next = async () => {
    for (let step = left.shift(); step; step = left.shift()) {
      progress(steps.length - left.length - 1, steps.length);
      await step();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

async function fetchForm(one) {
  const got = await ask(`forms/${encodeURIComponent(one.id)}/${encodeURIComponent(one.version)}/`);
  await store.put("forms", { ...one, form: got.form, model: got.model }, key(one));
}

async function fetchList(one, list) {
  const path = `forms/${encodeURIComponent(one.id)}/${encodeURIComponent(one.version)}/lists/${encodeURIComponent(list.name)}/`;
  const { rows } = await ask(path);
  await store.put("lists", { digest: list.digest, rows }, listKey(one, list));
}

async function fetchKnown(one) {
  const { sources } = await ask(`forms/${encodeURIComponent(one.id)}/${encodeURIComponent(one.version)}/known/`);
  for (const source of sources) if (source.register) await entities.settle(source.register, source.rows);
  await store.put("known", { at: Date.now(), sources }, one.id);
}

async function sweep(forms) {
  const offered = new Set(forms.map((one) => one.id));
  for (const held of await store.keys("known")) if (!offered.has(held)) await store.remove("known", held);
  const needed = new Set(forms.map(key));
  for (const record of await store.records()) needed.add(`${record.form}|${record.version}`);
  for (const held of await store.keys("forms")) if (!needed.has(held)) await store.remove("forms", held);
  for (const held of await store.keys("lists")) if (held.includes("|") && !needed.has(held.split("/")[0])) await store.remove("lists", held);
}

// The lists of a form by name: rows of code and label.
export async function lists(one) {
  const found = new Map();
  for (const list of one.lists) {
    const rows = (await store.get("lists", listKey(one, list)))?.rows ?? [];
    found.set(list.name, await entities.listed(list.name, rows));
  }
  return found;
}

// What a form need not ask: by question and key, also what this phone registered itself.
export async function known(one, record) {
  return entities.amended((await store.get("known", one.id))?.sources ?? [], record);
}
