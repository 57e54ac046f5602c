// Entities that this phone registered or changed while the server does not know of it yet: they can be chosen at once.
import * as store from "./store.js";

const KEPT = "entities";
const name = (register, key) => `${register}|${key}`;

async function all() {
  return (await store.get("kept", KEPT)) ?? {};
}

// Keeps what a finished record says of an entity; returns how the server is told what this phone had seen of it.
// ``before`` is what the record said when it was finished the last time: others may build on it since.
export async function say(record, { register, key, label, values }, row, before) {
  const own = name(register, key);
  let said = null;
  await store.amend("kept", KEPT, (all = {}) => {
    const held = Object.fromEntries(Object.entries(all).filter(([as, one]) => as === own || one.record !== record));
    const known = held[own];
    if (before?.register === register && before.key === key) {
      said = before.said;
      if (known?.record === record) held[own] = { ...known, label, values };
      return held;
    }
    const version = Math.max(known?.version ?? 0, row?.version ?? 0);
    const mine = known && known.version >= (row?.version ?? 0);
    const uid = known?.uid ?? row?.uid ?? record.replace(/^uuid:/, "");
    const trunk = mine ? known.trunk : (row?.version ?? "");
    const branch = mine ? known.branch : crypto.randomUUID();
    said = version
      ? { id: uid, update: "1", baseVersion: version, trunkVersion: trunk, branchId: branch }
      : { id: uid, create: "1", baseVersion: "", trunkVersion: "", branchId: "" };
    held[own] = { register, key, label, values, uid, version: version + 1, trunk, branch, record };
    return held;
  });
  return { register, key, said };
}

const without = (wanted) => (all) => {
  const left = Object.entries(all ?? {}).filter(([as, one]) => !wanted(as, one));
  return left.length === Object.keys(all ?? {}).length ? all : Object.fromEntries(left);
};

// The record was taken back before it was sent.
export const unsay = (record) => store.amend("kept", KEPT, without((_as, one) => one.record === record));

// What the server knows by now as this phone left it need not be kept.
export async function settle(register, rows) {
  const versions = new Map(rows.map(([key, , , , , version]) => [name(register, key), version]));
  await store.amend("kept", KEPT, without((as, one) => versions.get(as) >= one.version));
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
