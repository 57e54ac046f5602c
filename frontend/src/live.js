// The board follows the log: one small question a second, and the page is renewed only when the answer has changed.
import htmx from "htmx.org/dist/htmx.esm.js";

const PAUSE = 1000;
let timer = 0;

export function watchLive() {
  if (!timer && document.querySelector("[data-live]")) timer = setTimeout(ask, PAUSE);
}

async function ask() {
  timer = 0;
  const live = document.querySelector("[data-live]");
  if (!live) return;
  let pause = PAUSE;
  if (!document.hidden) {
    try {
      const answer = await fetch(live.dataset.live, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) {
        location.reload();
        return;
      }
      const now = String((await answer.json()).checkpoint);
      report(true);
      if (now !== live.dataset.seen) await renew(live);
    } catch {
      // Without a network the numbers stay, and the page says that they are no longer live.
      report(false);
      pause = 5 * PAUSE;
    }
  }
  timer = setTimeout(ask, pause);
}

async function renew(live) {
  const before = values(live);
  await htmx.ajax("GET", live.dataset.source, { target: live, swap: "outerHTML" });
  const after = document.querySelector("[data-live]");
  for (const [key, [text, element]] of Object.entries(values(after))) {
    if (before[key] && before[key][0] !== text) element.classList.add("changed");
  }
}

function values(root) {
  return Object.fromEntries(
    [...root.querySelectorAll("[data-key]")].map((element) => [element.dataset.key, [element.textContent, element]]),
  );
}

function report(well) {
  for (const pulse of document.querySelectorAll("[data-pulse]")) {
    pulse.classList.toggle("pulse-off", !well);
    pulse.querySelector("[data-pulse-on]").hidden = !well;
    pulse.querySelector("[data-pulse-off]").hidden = well;
  }
}
