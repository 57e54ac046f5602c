// Photos and other files of the record in hand: chosen just now, or kept with its draft.
import { file as keptFile } from "../store.js";

const LIMIT = 20_000_000;
let record = "";
let chosen = new Map();
const busy = new Set();

export function of(id) {
  if (record !== id) chosen = new Map();
  record = id;
}

// Takes a file under a name of our own: phones call every photo the same.
export function take(blob, kind, ending) {
  const name = `${kind}-${crypto.randomUUID().slice(0, 8)}.${ending}`;
  chosen.set(name, blob);
  return name;
}

// A photo takes a moment to become what is kept: nobody leaves the form, or sends it, without it.
export async function prepared(making) {
  busy.add(making);
  try {
    return await making;
  } finally {
    busy.delete(making);
  }
}

export const settled = () => Promise.allSettled([...busy]);

export async function blob(name) {
  const found = chosen.get(name) ?? (await keptFile(record, name))?.blob;
  if (!found) throw new Error(name);
  return found;
}

export const isTooLarge = (subject) => subject.size > LIMIT;
export const size = () => `${LIMIT / 1_000_000} MB`;

// The files that were chosen since the form was opened, of those that the answers name.
export const current = (names) => names.filter((name) => chosen.has(name)).map((name) => ({ name, blob: chosen.get(name) }));

async function url(subject) {
  if (!subject) return null;
  return URL.createObjectURL(typeof subject === "string" ? await blob(subject) : subject);
}

// What the library asks of whoever keeps its files; its own widgets for files are not in use.
export default {
  init: () => Promise.resolve(true),
  isWaitingForPermissions: () => false,
  getFileUrl: url,
  getObjectUrl: url,
  urlToBlob: async (address) => (await fetch(address)).blob(),
  getCurrentFiles: () => [],
  isTooLarge,
  getMaxSizeReadable: size,
};
