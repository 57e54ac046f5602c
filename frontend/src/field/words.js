// The texts of the app come from the server in the person's language and are kept for when there is no network.
let held = {};

export function take(words) {
  held = words;
}

export function t(key, values = {}) {
  return (held[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
