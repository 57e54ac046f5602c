// A signature or a drawing, made with a finger on the whole screen.
import Widget from "enketo-core/src/js/widget";
import SignaturePad from "signature_pad";
import { h } from "../dom.js";
import { t } from "../words.js";
import { blob, prepared, take } from "./files.js";

export default class Sign extends Widget {
  static get selector() {
    return '.or-appearance-draw input[data-type-xml="binary"], .or-appearance-signature input[data-type-xml="binary"]';
  }

  _init() {
    this.kind = this.question.classList.contains("or-appearance-signature") ? "signature" : "drawing";
    this.shown = h("div", { class: "attach-shown" });
    this.button = h("button", { type: "button", class: "act", onclick: () => this.draw() });
    const held = this.element.dataset.loadedFileName ?? "";
    Object.assign(this.element, { type: "text", value: held });
    this.element.dataset.file = "";
    this.element.classList.add("hide");
    this.element.after(h("div", { class: "widget sign" }, this.shown, this.props.readonly ? null : this.button));
    this.element.addEventListener("applyfocus", () => this.button.focus());
    this.show();
  }

  draw() {
    const canvas = h("canvas", { class: "sign-pad", "aria-label": t(`sign.${this.kind}`) });
    const said = h("p", { class: "quiet" }, t(`sign.${this.kind}`));
    const act = (word, kind, onclick) => h("button", { type: "button", class: `act ${kind}`, onclick }, t(word));
    const close = () => dialog.close();
    let pad = null;
    const done = () => {
      if (pad.isEmpty()) {
        said.textContent = t("sign.empty");
        return;
      }
      prepared(new Promise((resolve) => canvas.toBlob(resolve))).then((made) => {
        if (!made || !dialog.open) return;
        this.originalInputValue = take(made, this.kind, "png");
        this.show();
        close();
      });
    };
    const acts = h("div", { class: "acts-row" }, act("cancel", "", close), act("sign.again", "", () => pad.clear()), act("sign.done", "act-main", done));
    const dialog = h("dialog", { class: "sign-ask" }, said, canvas, acts);
    dialog.addEventListener("close", () => {
      pad?.off();
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    const ratio = Math.max(devicePixelRatio || 1, 1);
    Object.assign(canvas, { width: canvas.offsetWidth * ratio, height: canvas.offsetHeight * ratio });
    canvas.getContext("2d").scale(ratio, ratio);
    pad = new SignaturePad(canvas, { backgroundColor: "#ffffff", minWidth: 1.2, maxWidth: 3.2 });
  }

  async show() {
    const name = this.element.value;
    this.button.textContent = t(name ? "sign.redo" : `sign.${this.kind}`);
    if (!name) return this.shown.replaceChildren();
    const held = await blob(name).catch(() => null);
    if (name !== this.element.value) return;
    const url = held && URL.createObjectURL(held);
    this.shown.replaceChildren(url ? h("img", { src: url, alt: t(`sign.${this.kind}`), onload: () => URL.revokeObjectURL(url) }) : h("span", {}, t("form.filepicker.notFound")));
  }

  update() {
    this.show();
  }
}
