// The texts of the app come from the server in the person's language and are kept for when there is no network.
let held = {};

export function take(words) {
  held = words;
}

// What a refusal says, in the language of now; one that was kept by an app of before is in that of then. Only refusals of
// the form itself know how both are said as a whole.
export function spoken({ text = "", texts, rule, remedy }) {
  const language = document.documentElement.lang === "en" ? "en" : "zh";
  if (texts) return texts[language];
  return rule ? [rule[language], remedy[language]].join(language === "en" ? " " : "") : text;
}

export function t(key, values = {}) {
  return (held[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
