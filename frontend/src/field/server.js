// Asking the server: an answer, or one of three reasons why there is none.
// With a status where the server can be reached, but is not well.
export class Away extends Error {
  constructor(text, status = 0) {
    super(text);
    this.status = status;
  }
}
export class SignedOut extends Error {}
export class Refused extends Error {
  constructor(status, problems) {
    super(problems.map((problem) => problem.code).join("\n"));
    this.status = status;
    this.problems = problems;
  }
}

const BASE = "/field/api/";
const WHO = "me/";
let owner = {};

// From here on every question says whose it is: the server refuses it once somebody else has signed in.
export function speakFor(account) {
  owner = { "X-Yibiao-Account": account };
}

async function reach(path, options, patience) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const answer = await fetch(path, { ...options, signal: stop.signal, credentials: "same-origin", cache: "no-store" });
    const text = await answer.text();
    return { status: answer.status, text };
  } catch (error) {
    throw new Away(String(error));
  } finally {
    clearTimeout(timer);
  }
}

function told(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export async function ask(path, patience = 20_000) {
  const { status, text } = await reach(BASE + path, { headers: { Accept: "application/json", ...(path === WHO ? {} : owner) } }, patience);
  if (status === 401 || status === 403) throw new SignedOut();
  if (status !== 200) throw new Away(`status ${status}`, status);
  const answer = told(text);
  // A page where data were asked for: a network that wants a sign-in of its own.
  if (answer === null) throw new Away("no data");
  return answer;
}

export async function submit(body, size) {
  const headers = { Accept: "application/json", "X-Yibiao-Field": "1", ...owner };
  const { status, text } = await reach(`${BASE}submissions`, { method: "POST", headers, body }, 60_000 + size / 10);
  const answer = told(text);
  if (answer === null || status >= 500 || status === 408 || status === 429) throw new Away(`status ${status}`, status >= 400 ? status : 0);
  if (status === 401) throw new SignedOut();
  if (status !== 201) throw new Refused(status, answer.problems ?? []);
  return answer;
}

export async function post(path, csrf, fields = {}) {
  const body = new URLSearchParams(fields);
  return reach(path, { method: "POST", headers: { "X-CSRFToken": csrf }, body }, 10_000);
}
