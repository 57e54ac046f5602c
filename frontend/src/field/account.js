// Who uses the phone. What the server said last is kept, so that the app opens without a network.
import { ask, post, SignedOut } from "./server.js";

const ME = "yibiao-field:me";
const WORDS = "yibiao-field:words";
const LEFT = "yibiao-field:left";

function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

export const lastWords = () => kept(WORDS) ?? {};

// {me}, or {signedOut} where somebody has to sign in; ``away`` says that the server did not answer.
export async function identify() {
  const known = kept(ME);
  if (localStorage.getItem(LEFT) && !(await leaveForGood())) return { signedOut: true, away: true };
  try {
    const me = await ask("me/", known ? 5_000 : 20_000);
    localStorage.setItem(ME, JSON.stringify(me));
    localStorage.setItem(WORDS, JSON.stringify(me.words));
    return { me };
  } catch (error) {
    if (error instanceof SignedOut) return { signedOut: true };
    return known ? { me: known, away: true } : { signedOut: true, away: true };
  }
}

// Another window of the browser may be left open with somebody's drafts on it: it goes with the person.
export function whenLeft(gone) {
  addEventListener("storage", (event) => event.key === ME && event.newValue === null && gone());
}

// Leaving counts at once, also without a network: the server is told as soon as it can be reached.
export async function leave(me) {
  localStorage.setItem(LEFT, me.csrf);
  localStorage.removeItem(ME);
  await leaveForGood();
}

async function leaveForGood() {
  try {
    let csrf = localStorage.getItem(LEFT);
    for (let tries = 0; tries < 2; tries += 1) {
      if ((await post("/account/logout/", csrf)).status < 400) break;
      // The token was of an earlier sign-in: nobody is signed out by an old one.
      csrf = (await ask("me/")).csrf;
    }
  } catch (error) {
    if (!(error instanceof SignedOut)) return false;
  }
  localStorage.removeItem(LEFT);
  return true;
}

export async function speak(me, language) {
  return (await post("/i18n/setlang/", me.csrf, { language, next: "/field/" })).status < 400;
}
