// The strip of a replayed demo: its clock runs on between two pages.
const SHOWN = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
const PAUSE = 500;

export function tick(strip) {
  const { at, end, speed } = strip.dataset;
  const begun = performance.now();
  const time = strip.querySelector("time");
  const show = () => {
    const gone = (performance.now() - begun) / 1000;
    const left = Math.max((Number(end) - Number(at)) / Number(speed), 0);
    const now = Number(at) + (gone < left ? gone * Number(speed) : left * Number(speed) + gone - left);
    time.textContent = SHOWN.format(now * 1000);
  };
  setInterval(show, PAUSE);
}
