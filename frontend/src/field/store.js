// What stays on the phone, one database for each account: nobody sees what another has begun.
import { deleteDB, openDB } from "idb";

let db = null;

const name = (account) => `yibiao-field-${account}`;

export async function open(account) {
  db?.close();
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
    blocking: () => db?.close(),
  });
}

export async function wipe(account) {
  db?.close();
  db = null;
  await deleteDB(name(account));
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

// A record and its files, all or nothing; files that it no longer names go.
export async function save(record, blobs) {
  const change = db.transaction(["records", "files"], "readwrite");
  const store = change.objectStore("files");
  for (const key of await store.index("record").getAllKeys(record.id)) {
    if (!record.files.includes(key[1])) await store.delete(key);
  }
  for (const blob of blobs) {
    const known = await store.get([record.id, blob.name]);
    if (!known || known.blob.size !== blob.blob.size) await store.put({ record: record.id, sent: false, ...blob });
  }
  await change.objectStore("records").put(record);
  await change.done;
}

// Changes a record only where it still stands as expected: sending and mending may meet.
export async function change(id, expected, values) {
  const step = db.transaction("records", "readwrite");
  const found = await step.store.get(id);
  const fits = found && (expected === null || expected.includes(found.state));
  if (fits) await step.store.put({ ...found, ...values });
  await step.done;
  return fits ? { ...found, ...values } : null;
}

export async function forget(id) {
  const step = db.transaction(["records", "files"], "readwrite");
  for (const key of await step.objectStore("files").index("record").getAllKeys(id)) {
    await step.objectStore("files").delete(key);
  }
  await step.objectStore("records").delete(id);
  await step.done;
}

export async function forgetFiles(id) {
  const step = db.transaction("files", "readwrite");
  for (const key of await step.store.index("record").getAllKeys(id)) await step.store.delete(key);
  await step.done;
}

// Free bytes, and whether they are few; null where the browser does not say.
export async function room() {
  const told = await navigator.storage?.estimate?.();
  if (!told?.quota) return null;
  const free = told.quota - told.usage;
  return { used: told.usage, free, low: free < 50_000_000 || told.usage > told.quota * 0.85 };
}
