// Entities that this phone registered or changed while the server does not know of it yet: they can be chosen at once.
import * as store from "./store.js";

const KEPT = "entities";
const name = (register, key) => `${register}|${key}`;

async function all() {
  return (await store.get("kept", KEPT)) ?? {};
}

// Keeps what a finished record says of an entity; returns how the server is told what this phone had seen of it.
export async function say(record, { register, key, label, values }, row) {
  const held = await all();
  const known = held[name(register, key)];
  if (known?.record === record) return known.said;
  const version = Math.max(known?.version ?? 0, row?.version ?? 0);
  const mine = known && known.version >= (row?.version ?? 0);
  const uid = known?.uid ?? row?.uid ?? record.replace(/^uuid:/, "");
  const trunk = mine ? known.trunk : (row?.version ?? "");
  const branch = mine ? known.branch : crypto.randomUUID();
  const said = version
    ? { id: uid, update: "1", baseVersion: version, trunkVersion: trunk, branchId: branch }
    : { id: uid, create: "1", baseVersion: "", trunkVersion: "", branchId: "" };
  held[name(register, key)] = { register, key, label, values, uid, version: version + 1, trunk, branch, record, said };
  await store.put("kept", held, KEPT);
  return said;
}

// The record was taken back before it was sent.
export async function unsay(record) {
  const held = await all();
  const left = Object.fromEntries(Object.entries(held).filter(([, one]) => one.record !== record));
  if (Object.keys(left).length < Object.keys(held).length) await store.put("kept", left, KEPT);
}

// What the server knows by now as this phone left it need not be kept.
export async function settle(register, rows) {
  const held = await all();
  let gone = false;
  for (const [key, , , , , version] of rows) {
    const mine = held[name(register, key)];
    if (mine && version >= mine.version) gone = delete held[name(register, key)];
  }
  if (gone) await store.put("kept", held, KEPT);
}

// A list of a register with what this phone registered itself.
export async function listed(list, rows) {
  const mine = Object.values(await all()).filter((one) => list === `register-${one.register}`);
  if (!mine.length) return rows;
  const labels = new Map(mine.map((one) => [one.key, one.label]));
  return [...mine.map((one) => [one.key, one.label]), ...rows.filter(([key]) => !labels.has(key))];
}

// What is known for a form with what this phone knows better; such a row has no seal. A record says
// nothing to itself.
export async function amended(sources, record) {
  const mine = Object.values(await all()).filter((one) => one.record !== record);
  return sources.map((source) => {
    const rows = new Map(source.rows.map((row) => [row[0], row]));
    for (const one of mine) {
      if (one.register !== source.register) continue;
      const values = Object.entries(source.names).filter(([, kept]) => (one.values[kept] ?? "") !== "");
      rows.set(one.key, [one.key, one.label, Object.fromEntries(values.map(([field, kept]) => [field, one.values[kept]])), "", one.uid, one.version]);
    }
    return { ...source, rows: [...rows.values()] };
  });
}
