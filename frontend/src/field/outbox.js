// Sends what is finished, each record in as many steps as it has photos; a step that arrived is not sent again.
import { toldBack } from "./engine/known.js";
import { Away, Refused, SignedOut, submit } from "./server.js";
import * as store from "./store.js";

const FIRST = 5_000;
const LONGEST = 300_000;
const LOOK = 10_000;
// A phone says that it is online before a way to the server is there.
const SOON = [0, 2_000, 10_000];

let tell = () => {};
let running = false;

export function watch(changed) {
  tell = changed;
  addEventListener("online", () => SOON.forEach((pause) => setTimeout(() => send({ now: true }), pause)));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(() => send(), LOOK);
}

// The app may have been ended in the midst of sending: what is not known to have arrived waits again.
export const recover = () => alone(waitAgain);

async function waitAgain() {
  for (const record of await store.records()) {
    if (record.state === "sending") await store.change(record.id, ["sending"], { state: "waiting" });
  }
}

export async function send({ now = false } = {}) {
  if (running) return;
  running = true;
  try {
    await alone(() => all(now));
  } catch (error) {
    // The phone's memory failed: what is being sent waits again when the app looks the next time.
    console.error(error);
  } finally {
    running = false;
  }
}

// One window sends at a time, and only it knows what is on its way.
async function alone(step) {
  if (!navigator.locks) return step();
  return navigator.locks.request("yibiao-field-outbox", { ifAvailable: true }, (lock) => lock && step());
}

// A clock that was set back must not keep anything waiting for longer than was meant.
function isDue(next) {
  const left = next - Date.now();
  return left <= 0 || left > LONGEST;
}

async function all(now) {
  await waitAgain();
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
    await store.arrived(id, { receipt, problems: [], sentAt: Date.now() });
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
    if (file) await store.marked(record.id, file.name);
  }
  return receipt;
}

// The server holds something else under this id; or what this corrects has changed since.
const TAKEN = ["records.submission.conflict", "records.openrosa.instance-taken"];
const MOVED = ["records.openrosa.out-of-date", "records.openrosa.withdrawn", "records.submission.stale", "records.submission.withdrawn"];

function conflict(problems) {
  const among = (codes) => problems.some((problem) => codes.includes(problem.code));
  return among(TAKEN) ? "taken" : among(MOVED) ? "moved" : "";
}

async function fail(record, error) {
  if (error instanceof Refused) {
    await store.change(record.id, ["sending"], { state: "refused", problems: error.problems, conflict: conflict(error.problems), tries: 0 });
    tell({ reached: true });
    return true;
  }
  const tries = (record.tries ?? 0) + 1;
  const next = Date.now() + Math.min(LONGEST, FIRST * 2 ** tries);
  await store.change(record.id, ["sending"], { state: "waiting", tries, next });
  if (!(error instanceof Away) && !(error instanceof SignedOut)) console.error(error);
  tell({ signedOut: error instanceof SignedOut, away: error instanceof Away ? error : null });
  return false;
}
