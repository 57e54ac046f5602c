// A photo from the camera or the album, or another file; it is kept under a name of our own.
import Widget from "enketo-core/src/js/widget";
import { h, sure } from "../dom.js";
import { t } from "../words.js";
import { blob, isTooLarge, prepared, size, take } from "./files.js";
import { shrink } from "./shrink.js";

const ENDINGS = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif" };

// Sound alone often comes in what may hold a film too.
const SOUND = ["video/mp4", "video/webm", "video/3gpp"];

// Whether the question takes such a file; what the phone does not know is left to the server to judge.
function suits(file, accept) {
  const kind = file.type.toLowerCase();
  if (!accept || !kind) return true;
  return accept.toLowerCase().split(",").map((one) => one.trim()).some((one) => {
    if (one.startsWith(".")) return file.name.toLowerCase().endsWith(one);
    if (one === "audio/*" && SOUND.includes(kind)) return true;
    return one === "application/*" || one === "*/*" || (one.endsWith("/*") ? kind.startsWith(one.slice(0, -1)) : kind === one);
  });
}

export default class Attach extends Widget {
  static get selector() {
    return '.question:not(.or-appearance-draw):not(.or-appearance-signature) input[type="file"]';
  }

  _init() {
    this.accept = this.element.getAttribute("accept") ?? "";
    this.most = Number(this.element.dataset.maxPixels) || 0;
    this.said = h("p", { class: "attach-said", role: "status" });
    this.shown = h("div", { class: "attach-shown" });
    this.acts = h("div", { class: "row" }, this.choices());
    // The answer is the name of the file: from here on the control is a text that nobody sees.
    const held = this.element.dataset.loadedFileName ?? "";
    Object.assign(this.element, { type: "text", value: held });
    this.element.dataset.file = "";
    this.element.classList.add("hide");
    this.element.after(h("div", { class: "widget attach" }, this.shown, this.acts, this.said));
    this.element.addEventListener("applyfocus", () => this.acts.querySelector("input")?.focus());
    this.show();
  }

  choices() {
    const image = this.accept.startsWith("image");
    const pick = (word, props) => {
      const input = h("input", { type: "file", class: "ignore attach-input", accept: this.accept || null, ...props });
      input.addEventListener("change", (event) => {
        event.stopPropagation();
        if (input.files[0]) prepared(this.keep(input.files[0]));
        input.value = "";
      });
      return h("label", { class: "act attach-pick" }, t(word), input);
    };
    const only = this.question.classList.contains("or-appearance-new") || this.question.classList.contains("or-appearance-new-front");
    const camera = this.question.classList.contains("or-appearance-new-front") ? "user" : "environment";
    if (!image) return [pick("attach.file", {})];
    return [pick("attach.camera", { capture: camera }), only ? null : pick("attach.album", {})].filter(Boolean);
  }

  async keep(file) {
    if (!file.size) {
      this.said.textContent = t("attach.empty");
      return;
    }
    if (!suits(file, this.accept)) {
      this.said.textContent = t("attach.other", { name: file.name });
      return;
    }
    this.said.textContent = t("attach.busy");
    const made = await shrink(file, this.most).catch(() => file);
    if (isTooLarge(made)) {
      this.said.textContent = t("form.filepicker.toolargeerror", { maxSize: size() });
      return;
    }
    const ending = ENDINGS[made.type] ?? (file.name.match(/\.(\w{1,8})$/)?.[1] ?? "bin").toLowerCase();
    this.originalInputValue = take(made, this.accept.startsWith("image") ? "photo" : "file", ending);
    this.show();
  }

  async drop() {
    if (!(await sure(t("form.filepicker.resetWarning"), "", t("delete")))) return;
    this.originalInputValue = "";
    this.show();
  }

  async show() {
    const name = this.element.value;
    this.said.textContent = "";
    this.acts.hidden = Boolean(name) || this.props.readonly;
    if (!name) return this.shown.replaceChildren();
    const held = await blob(name).catch(() => null);
    if (name !== this.element.value) return;
    const url = held && URL.createObjectURL(held);
    const plain = () => h("span", { class: "attach-name" }, name);
    const seen = url && this.accept.startsWith("image") ? h("img", { src: url, alt: name }) : plain();
    seen.addEventListener("load", () => URL.revokeObjectURL(url));
    seen.addEventListener("error", () => {
      seen.replaceWith(plain());
      this.said.textContent = t("attach.unseen");
    });
    const drop = this.props.readonly ? null : h("button", { type: "button", class: "act act-bad", onclick: () => this.drop() }, t("fill.clear"));
    this.shown.replaceChildren(...[seen, drop].filter(Boolean));
    if (!held) this.said.textContent = t("form.filepicker.notFound");
  }

  update() {
    this.show();
  }
}
