// The board follows the log. The server tells each key figure that changed, the map, the trend and the list, and they are
// put in their places. Where no stream can be had, a small question is asked, and the whole is fetched when it is old.
import htmx from "htmx.org/dist/htmx.esm.js";

const PAUSE = 1000;
const LONGEST = 15000;
const REST = 5000;
const RETRY = 60000;
let stream = null;
let followed = null;
let timer = 0;
let pause = PAUSE;
let refresh = 0;
let noStreamUntil = 0;
const waiting = new Map();

export function watchLive() {
  const live = board();
  // The board was fetched again and stands in the place of the one that was followed.
  if (!live || followed === live.dataset.events) return;
  followed = live.dataset.events;
  follow();
}

document.addEventListener("visibilitychange", () => {
  if (!board()) return;
  if (document.hidden) rest();
  else follow();
});
addEventListener("pagehide", rest);
addEventListener("pageshow", (event) => event.persisted && board() && follow());

function board() {
  return document.querySelector("[data-live]");
}

function rest() {
  stream?.close();
  stream = null;
  clearTimeout(timer);
  clearTimeout(refresh);
  timer = refresh = 0;
}

function follow() {
  rest();
  if (document.hidden) return;
  if (!window.EventSource || Date.now() < noStreamUntil) {
    timer = setTimeout(ask, PAUSE);
    return;
  }
  const live = board();
  stream = new EventSource(`${live.dataset.events}&seen=${live.dataset.seen}`);
  stream.addEventListener("open", () => report(true));
  stream.addEventListener("figures", (event) => take(JSON.parse(event.data)));
  stream.addEventListener("checkpoint", (event) => take(JSON.parse(event.data)));
  // The session ended, or rights changed: the server says what is open now.
  stream.addEventListener("bye", () => location.reload());
  stream.addEventListener("error", () => {
    if (stream?.readyState !== EventSource.CLOSED) {
      report(false);
      return;
    }
    // Refused, not broken: ask from time to time, and try again later.
    noStreamUntil = Date.now() + RETRY * (1 + Math.random());
    follow();
  });
}

function take(told) {
  report(true);
  const live = board();
  // The whole was fetched meanwhile, and is newer.
  if (told.checkpoint < Number(live.dataset.seen)) return;
  live.dataset.seen = told.checkpoint;
  for (const [key, html] of Object.entries(told.pieces)) {
    const place = live.querySelector(`[data-figure="${CSS.escape(key)}"]`);
    if (place) put(place, html);
  }
  say(told.sealed_at);
  // A board that had nothing to show yet has no places.
  if (!live.querySelector("[data-figure]")) refresh ||= setTimeout(renew, Math.random() * PAUSE);
}

function put(place, html) {
  // Whoever is choosing in a list is not disturbed: it waits until she is done.
  if (place.querySelector("select")?.matches(":focus")) {
    if (!waiting.has(place)) place.addEventListener("focusout", () => setTimeout(() => settle(place)), { once: true });
    waiting.set(place, html);
    return;
  }
  const before = place.querySelector("[data-key]")?.textContent;
  const held = place.contains(document.activeElement) && document.activeElement.getAttribute("href");
  const chart = place.querySelector("[data-chart]");
  place.innerHTML = html;
  const fresh = place.querySelector("[data-chart]");
  // A chart that is drawn already goes on from where it stands.
  if (chart && fresh) {
    chart.setAttribute("aria-label", fresh.getAttribute("aria-label"));
    fresh.replaceWith(chart);
  }
  htmx.process(place);
  place.dispatchEvent(new CustomEvent("yibiao:added", { bubbles: true }));
  const figure = place.querySelector("[data-key]");
  if (held) focusAgain(place, held, figure);
  if (figure && figure.textContent !== before) figure.classList.add("changed");
}

function settle(place) {
  const html = waiting.get(place);
  waiting.delete(place);
  if (html !== undefined && place.isConnected) put(place, html);
}

// The way down that had the focus has it again, else the number.
function focusAgain(place, address, figure) {
  const link = [...place.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === address);
  (link ?? figure)?.focus({ preventScroll: true });
}

// The whole board. Whoever is using it is not disturbed: it waits until she is done.
async function renew() {
  refresh = 0;
  const live = board();
  if (!live || document.hidden) return;
  if (live.contains(document.activeElement)) {
    refresh = setTimeout(renew, REST);
    return;
  }
  const before = values(live);
  await htmx.ajax("GET", live.dataset.source, { target: live, swap: "outerHTML" });
  for (const [key, [text, element]] of Object.entries(values(board()))) {
    if (before[key] && before[key][0] !== text) element.classList.add("changed");
  }
  say(board().dataset.sealedAt);
}

async function ask() {
  timer = 0;
  const live = board();
  if (!live || document.hidden) return;
  if (Date.now() > noStreamUntil && window.EventSource) {
    follow();
    return;
  }
  try {
    const answer = await fetch(live.dataset.live, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      location.reload();
      return;
    }
    const now = String((await answer.json()).checkpoint);
    report(true);
    pause = now === live.dataset.seen ? Math.min(pause * 1.5, LONGEST) : PAUSE;
    if (now !== live.dataset.seen) await renew();
  } catch {
    // Without a network the numbers stay, and the page says that they are no longer live.
    report(false);
    pause = 5 * PAUSE;
  }
  timer = setTimeout(ask, pause);
}

function values(root) {
  return Object.fromEntries(
    [...root.querySelectorAll("[data-key]")].map((element) => [element.dataset.key, [element.textContent, element]]),
  );
}

// No live region: a screen reader hears the time and the numbers when it comes to them, and not each time they change.
function say(at) {
  const time = document.querySelector("[data-as-of]");
  if (!time || !at) return;
  time.dateTime = at;
  time.textContent = new Date(at).toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" });
}

function report(well) {
  for (const pulse of document.querySelectorAll("[data-pulse]")) {
    if (pulse.classList.contains("pulse-off") === !well) continue;
    pulse.classList.toggle("pulse-off", !well);
    pulse.querySelector("[data-pulse-on]").hidden = !well;
    pulse.querySelector("[data-pulse-off]").hidden = well;
  }
}
