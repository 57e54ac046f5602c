// The forms that the person may fill in, kept with their lists and with what is known already, and what waits today.
// A version stays as long as a draft needs it.
import * as entities from "./entities.js";
import { ask } from "./server.js";
import * as store from "./store.js";

const key = (one) => `${one.id}|${one.version}`;
const path = (one) => `forms/${encodeURIComponent(one.id)}/${encodeURIComponent(one.version)}`;
const AT_ONCE = 4;
const FRESH = 10 * 60_000;
// The form that is open, which may have been withdrawn before its first answer.
let open = null;
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

// The form as it is to be filled in from now on; a version that is no longer kept is asked for again. Null where it
// cannot be had.
export async function form(id, version) {
  const found = (await store.get("forms", `${id}|${version}`)) ?? (await fetchOld(id, version).catch(() => null));
  open = found && key(found);
  return found;
}

async function fetchOld(id, version) {
  const like = (await current()).find((one) => one.id === id);
  if (!like) return null;
  const got = await ask(`${path({ id, version })}/`);
  const names = [...new Set([...got.form.matchAll(/ data-list="([^"]+)"/g)].map((found) => found[1]))];
  const lists = names.map((name) => like.lists.find((list) => list.name === name && !list.own) ?? { name, digest: got.digest, own: true });
  const one = { ...like, version, lists, digest: got.digest, form: got.form, model: got.model };
  for (const list of lists) if (!(await store.get("lists", listKey(one, list)))) await fetchList(one, list);
  await store.put("forms", one, key(one));
  return one;
}

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
  const failed = await together(missing, progress);
  const whole = failed.length ? await wholly(forms) : forms;
  await store.put("kept", whole, "forms");
  await sweep(forms);
  if (failed.length) throw failed[0];
}

// The forms of which all is there, and the former version of the others: one that the server cannot give, or has not
// given yet, keeps nobody from filling in what was there before.
async function wholly(forms) {
  const before = await current();
  const found = [];
  for (const one of forms) {
    const parts = [store.get("forms", key(one)), ...one.lists.map((list) => store.get("lists", listKey(one, list)))];
    found.push((await Promise.all(parts)).every(Boolean) ? one : before.find((former) => former.id === one.id));
  }
  return found.filter(Boolean);
}

// A few at a time: each is small, and the way to the server is long. Gives what went wrong.
async function together(steps, progress) {
  const left = [...steps];
  const failed = [];
  const next = async () => {
    for (let step = left.shift(); step; step = left.shift()) {
      progress(steps.length - left.length - 1, steps.length);
      await step().catch((error) => {
        failed.push(error);
        // Where nothing is heard of the server there is no use in asking for the rest.
        if (!error.status) left.length = 0;
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return failed;
}

async function fetchForm(one) {
  const got = await ask(`${path(one)}/`);
  await store.put("forms", { ...one, form: got.form, model: got.model }, key(one));
}

async function fetchList(one, list) {
  const { rows } = await ask(`${path(one)}/lists/${encodeURIComponent(list.name)}/`);
  await store.put("lists", { digest: list.digest, rows }, listKey(one, list));
}

async function fetchKnown(one) {
  const { sources } = await ask(`${path(one)}/known/`);
  for (const source of sources) if (source.register) await entities.settle(source.register, source.rows);
  await store.put("known", { at: Date.now(), sources }, one.id);
}

async function sweep(forms) {
  const offered = new Set(forms.map((one) => one.id));
  for (const held of await store.keys("known")) if (!offered.has(held)) await store.remove("known", held);
  const needed = new Set([...forms.map(key), open]);
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
