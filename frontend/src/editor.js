import { hint, unhint } from "./tip.js";

// The editors of bulletins and drafts: the preview follows the typing, and a chosen citation is put where the cursor stands.
export function attach(form) {
  const source = form.querySelector("[data-editor-source]");
  const insert = form.querySelector("[data-editor-insert]");
  let saved = source.value;

  source.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-editor-save]"));
    }
  });

  insert?.addEventListener("click", () => {
    const indicator = form.querySelector("[name='cite-indicator']").value;
    const wording = form.querySelector("[name='cite-wording']").value || "exact";
    if (!indicator) return;
    const mark = `{{ ${indicator} | ${wording} }}`;
    source.setRangeText(mark, source.selectionStart, source.selectionEnd, "end");
    source.focus();
    source.dispatchEvent(new Event("input", { bubbles: true }));
  });

  const jump = (event) => {
    const where = event.target.closest("[data-jump]");
    if (!where || (event.key && event.key !== " ")) return;
    event.preventDefault();
    unhint();
    const at = Number(where.dataset.jump);
    source.focus();
    source.setSelectionRange(at, at + Number(where.dataset.length || 0));
    propose(form, where);
  };
  const preview = document.getElementById("preview");
  preview.addEventListener("click", jump);
  preview.addEventListener("keydown", jump);
  preview.addEventListener("mouseover", hint);
  preview.addEventListener("mouseout", unhint);

  form.addEventListener("submit", () => {
    saved = source.value;
  });
  window.addEventListener("beforeunload", (event) => {
    if (source.value !== saved) event.preventDefault();
  });
}

// A number that was typed and may be one of the indicators: it only has to be put in.
function propose(form, mark) {
  const code = form.querySelector("[name='cite-indicator']");
  if (!code?.picker || !mark.dataset.propose) return;
  code.picker.restore(mark.dataset.propose, mark.dataset.proposeLabel);
  code.dispatchEvent(new Event("change", { bubbles: true }));
}
