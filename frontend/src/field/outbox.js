// Sends what is finished, each record in as many steps as it has photos; a step that arrived is not sent again.
import { toldBack } from "./engine/known.js";
import { Away, Refused, SignedOut, submit } from "./server.js";
import * as store from "./store.js";

const FIRST = 5_000;
const LONGEST = 300_000;
const LOOK = 10_000;

let tell = () => {};
let running = false;

export function watch(changed) {
  tell = changed;
  addEventListener("online", () => send({ now: true }));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(() => send(), LOOK);
}

// The app may have been ended in the midst of sending: what is not known to have arrived waits again.
export async function recover() {
  for (const record of await store.records()) {
    if (record.state === "sending") await store.change(record.id, ["sending"], { state: "waiting" });
  }
}

export async function send({ now = false } = {}) {
  if (running) return;
  running = true;
  try {
    const one = () => all(now);
    if (navigator.locks) await navigator.locks.request("yibiao-field-outbox", { ifAvailable: true }, (lock) => lock && one());
    else await one();
  } finally {
    running = false;
  }
}

// A clock that was set back must not keep anything waiting for longer than was meant.
function isDue(next) {
  const left = next - Date.now();
  return left <= 0 || left > LONGEST;
}

async function all(now) {
  const due = (await store.records()).filter((one) => one.state === "waiting" && (now || isDue(one.next ?? 0)));
  for (const record of due.reverse()) {
    if (!(await deliver(record.id))) return;
  }
}

// Whether it is of use to go on with the next one.
async function deliver(id) {
  const record = await store.change(id, ["waiting"], { state: "sending" });
  if (!record) return true;
  tell();
  try {
    const receipt = await steps(record);
    await store.change(id, ["sending"], { state: "sent", receipt, problems: [], sentAt: Date.now(), xml: "" });
    await store.forgetFiles(id);
    tell({ reached: true });
    return true;
  } catch (error) {
    return fail(record, error);
  }
}

async function steps(record) {
  const left = (await store.files(record.id)).filter((file) => !file.sent);
  let receipt = "";
  const steps = left.length ? left : [null];
  for (const [index, file] of steps.entries()) {
    const body = new FormData();
    if (index < left.length - 1) body.append("*isIncomplete*", "yes");
    body.append("xml_submission_file", new Blob([record.xml], { type: "text/xml" }), "submission.xml");
    const known = toldBack(record.known);
    if (known.length) body.append("prefilled", JSON.stringify(known));
    if (file) body.append(file.name, file.blob, file.name);
    receipt = (await submit(body, record.xml.length + (file?.blob.size ?? 0))).id;
    if (file) await store.put("files", { ...file, sent: true });
  }
  return receipt;
}

async function fail(record, error) {
  if (error instanceof Refused) {
    const conflict = error.status === 409;
    await store.change(record.id, ["sending"], { state: "refused", problems: error.problems, conflict, tries: 0 });
    tell({ reached: true });
    return true;
  }
  const tries = (record.tries ?? 0) + 1;
  const next = Date.now() + Math.min(LONGEST, FIRST * 2 ** tries);
  await store.change(record.id, ["sending"], { state: "waiting", tries, next });
  if (!(error instanceof Away) && !(error instanceof SignedOut)) console.error(error);
  tell({ signedOut: error instanceof SignedOut, away: error instanceof Away });
  return false;
}
