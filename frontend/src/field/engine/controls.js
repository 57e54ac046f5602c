// The answers of a form by the names of its questions, whatever their controls look like. Lists of items are left out.
export function controls(view, name) {
  const end = CSS.escape(`/${name}`);
  return [...view.querySelectorAll(`[name$="${end}"], [data-name$="${end}"]`)].filter((one) => !one.closest(".or-repeat") && !one.classList.contains("ignore"));
}

const chosen = (list) => list.filter((one) => one.checked).map((one) => one.value);

export function read(view, name) {
  const list = controls(view, name);
  if (!list.length) return "";
  if (["radio", "checkbox"].includes(list[0].type)) return chosen(list).join(" ");
  return list[0].value;
}

const LENGTHS = { "datetime-local": 16, date: 10, time: 5 };

// A value as the control would hold it: comparing what was given with what is there asks for the same writing.
export function written(view, name, value) {
  const text = Array.isArray(value) ? value.join(" ") : String(value ?? "");
  return text.slice(0, LENGTHS[controls(view, name)[0]?.type] ?? text.length);
}

export function write(view, name, value) {
  const list = controls(view, name);
  const text = written(view, name, value);
  if (!list.length || read(view, name) === text) return;
  if (["radio", "checkbox"].includes(list[0].type)) {
    const wanted = text.split(" ");
    let touched = null;
    for (const one of list) {
      const on = Boolean(text) && wanted.includes(one.value);
      if (one.checked !== on) touched = Object.assign(one, { checked: on });
    }
    touched?.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  set(list[0], text);
}

export function set(control, value) {
  control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
  control.dispatchEvent(new CustomEvent("inputupdate", { bubbles: true }));
}

export const question = (view, name) => controls(view, name)[0]?.closest(".question") ?? null;
