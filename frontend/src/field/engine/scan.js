// A bar code or QR code: read by the camera, from a photo, or typed.
import Widget from "enketo-core/src/js/widget";
import { h } from "../dom.js";
import { t } from "../words.js";

const PAUSE = 150;
const WIDE = 960;

export default class Scan extends Widget {
  static get selector() {
    return '.question input[data-type-xml="barcode"]';
  }

  _init() {
    if (this.props.readonly) return;
    this.said = h("p", { class: "attach-said", role: "status" });
    const photo = h("input", { type: "file", class: "ignore attach-input", accept: "image/*", capture: "environment" });
    photo.addEventListener("change", (event) => {
      event.stopPropagation();
      if (photo.files[0]) this.still(photo.files[0]);
      photo.value = "";
    });
    const live = navigator.mediaDevices?.getUserMedia ? h("button", { type: "button", class: "act", onclick: () => this.live() }, t("scan.live")) : null;
    const acts = h("div", { class: "row" }, live, h("label", { class: "act attach-pick" }, t("scan.photo"), photo));
    this.element.after(h("div", { class: "widget scan" }, acts, this.said));
  }

  async still(file) {
    this.said.textContent = t("attach.busy");
    const image = await createImageBitmap(file).catch(() => null);
    const text = image ? await (await decoder())(image, image.width, image.height) : "";
    if (text) this.take(text);
    this.said.textContent = text ? "" : t("scan.none");
  }

  async live() {
    this.said.textContent = "";
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
    if (!stream) {
      this.said.textContent = t("scan.denied");
      return;
    }
    const video = h("video", { class: "scan-video", playsinline: true, muted: true });
    const close = h("button", { type: "button", class: "act", onclick: () => dialog.close() }, t("cancel"));
    const dialog = h("dialog", { class: "sign-ask" }, h("p", { class: "quiet" }, t("scan.aim")), video, h("div", { class: "acts-row" }, close));
    let open = true;
    dialog.addEventListener("close", () => {
      open = false;
      for (const track of stream.getTracks()) track.stop();
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    video.srcObject = stream;
    await video.play().catch(() => {});
    const read = await decoder();
    while (open) {
      const text = video.videoWidth ? await read(video, video.videoWidth, video.videoHeight) : "";
      if (text && open) {
        navigator.vibrate?.(80);
        this.take(text);
        dialog.close();
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  take(text) {
    this.originalInputValue = text.trim();
  }
}

// The phone's own reader where it has one; many phones have none.
async function decoder() {
  const own = globalThis.BarcodeDetector;
  const kinds = own ? await own.getSupportedFormats().catch(() => []) : [];
  if (kinds.length) {
    const detector = new own({ formats: kinds });
    return async (picture) => (await detector.detect(picture).catch(() => []))[0]?.rawValue ?? "";
  }
  const { decode } = await import("./decode.js");
  const canvas = document.createElement("canvas");
  return async (picture, width, height) => {
    const share = Math.min(1, WIDE / Math.max(width, height));
    Object.assign(canvas, { width: Math.round(width * share), height: Math.round(height * share) });
    const ink = canvas.getContext("2d", { willReadFrequently: true });
    ink.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return decode(ink.getImageData(0, 0, canvas.width, canvas.height));
  };
}
