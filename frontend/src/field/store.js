// What stays on the phone, one database for each account: nobody sees what another has begun.
import { deleteDB, openDB } from "idb";

const PAUSES = [0, 200, 1_000, 3_000];
let db = null;
let owner = "";
let again = null;
let told = { taken() {}, cleared() {} };

const name = (account) => `yibiao-field-${account}`;

// ``taken`` is called where another window takes the memory away: it was wiped, or a newer version of the app needs it.
// ``cleared`` is called where the browser ended or cleared it; by then there is one again, which may be empty.
export async function open(account, tell = told) {
  db?.close();
  owner = account;
  told = tell;
  db = await openDB(name(account), 2, {
    upgrade(fresh, before) {
      if (before < 2) fresh.createObjectStore("known");
      if (before) return;
      fresh.createObjectStore("kept");
      fresh.createObjectStore("forms");
      fresh.createObjectStore("lists");
      fresh.createObjectStore("records", { keyPath: "id" });
      fresh.createObjectStore("files", { keyPath: ["record", "name"] }).createIndex("record", "record");
    },
    blocking: () => {
      db?.close();
      tell.taken();
    },
    terminated: () => reopen().then(tell.cleared, console.error),
  });
}

// While the browser still clears, a new memory is not to be had at once.
export function reopen() {
  again ??= retry().finally(() => (again = null));
  return again;
}

async function retry() {
  let fault = null;
  for (const pause of PAUSES) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      return await open(owner);
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}

export async function wipe(account) {
  db?.close();
  db = null;
  await deleteDB(name(account));
}

// A step that fails is told of where it is awaited, once.
function begin(stores) {
  const step = db.transaction(stores, "readwrite");
  step.done.catch(() => {});
  return step;
}

export const get = (store, key) => db.get(store, key);
export const put = (store, value, key) => db.put(store, value, key);
export const remove = (store, key) => db.delete(store, key);
export const keys = (store) => db.getAllKeys(store);
export const record = (id) => db.get("records", id);
export const files = (id) => db.getAllFromIndex("files", "record", id);
export const file = (id, name) => db.get("files", [id, name]);

export async function records() {
  return (await db.getAll("records")).sort((a, b) => b.at - a.at);
}

// Changes one value by what it was, in one step: two windows never undo what the other kept.
export async function amend(store, key, how) {
  const step = begin(store);
  const before = await step.store.get(key);
  const after = how(before);
  if (after !== before) await step.store.put(after, key);
  await step.done;
}

// A record and its files, all or nothing; files that it no longer names go. ``instead`` is the record that it follows:
// it goes in the same step, and where it is gone already nothing is kept.
export async function save(record, blobs, instead = null) {
  const change = begin(["records", "files"]);
  const store = change.objectStore("files");
  if (instead) {
    if ((await change.objectStore("records").get(instead))?.state !== "refused") return false;
    for (const key of await store.index("record").getAllKeys(instead)) await store.delete(key);
    await change.objectStore("records").delete(instead);
  }
  for (const key of await store.index("record").getAllKeys(record.id)) {
    if (!record.files.includes(key[1])) await store.delete(key);
  }
  for (const blob of blobs) {
    const known = await store.get([record.id, blob.name]);
    if (!known || known.blob.size !== blob.blob.size) await store.put({ record: record.id, sent: false, ...blob });
  }
  await change.objectStore("records").put(record);
  await change.done;
  return true;
}

// Changes a record only where it still stands as expected: sending and mending may meet.
export async function change(id, expected, values) {
  const step = begin("records");
  const found = await step.store.get(id);
  const fits = found && (expected === null || expected.includes(found.state));
  if (fits) await step.store.put({ ...found, ...values });
  await step.done;
  return fits ? { ...found, ...values } : null;
}

// Whether it went: what is being sent stays.
export async function forget(id) {
  const step = begin(["records", "files"]);
  if ((await step.objectStore("records").get(id))?.state === "sending") return false;
  for (const key of await step.objectStore("files").index("record").getAllKeys(id)) {
    await step.objectStore("files").delete(key);
  }
  await step.objectStore("records").delete(id);
  await step.done;
  return true;
}

// A record that arrived, which needs its answers and files no longer; only where it still stands as it was sent.
export async function arrived(id, values) {
  const step = begin(["records", "files"]);
  const found = await step.objectStore("records").get(id);
  if (found?.state === "sending") {
    await step.objectStore("records").put({ ...found, ...values, state: "sent", xml: "" });
    for (const key of await step.objectStore("files").index("record").getAllKeys(id)) await step.objectStore("files").delete(key);
  }
  await step.done;
}

// A file that arrived, unless it went meanwhile.
export async function marked(id, name) {
  const step = begin("files");
  const found = await step.store.get([id, name]);
  if (found) await step.store.put({ ...found, sent: true });
  await step.done;
}

// What lies here is mostly photos that were not sent: of so much one is told, however much room there seems to be.
const HEAVY = 300_000_000;

// Free bytes, and what is to be told of them: "low", "heavy" or nothing; null where the browser does not say. Some
// browsers always say the same of what is free, and the phone is full without a warning.
export async function room() {
  const told = await navigator.storage?.estimate?.();
  if (!told?.quota) return null;
  const free = told.quota - told.usage;
  const low = free < 50_000_000 || told.usage > told.quota * 0.85;
  return { used: told.usage, free, note: low ? "low" : told.usage > HEAVY ? "heavy" : "" };
}
