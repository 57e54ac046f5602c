// Where one stands, asked for only when the person presses the button.
import Widget from "enketo-core/src/js/widget";
import { h } from "../dom.js";
import { t } from "../words.js";

export default class Here extends Widget {
  static get selector() {
    return ".question input[data-type-xml=geopoint]";
  }

  _init() {
    this.element.classList.add("hide");
    this.said = h("p", { class: "quiet", role: "status" });
    const button = h("button", { type: "button", class: "act", onclick: (event) => this.locate(event) }, t("here.take"));
    this.away = h("button", { type: "button", class: "act", onclick: (event) => this.drop(event) }, t("here.drop"));
    this.element.after(h("div", { class: "widget here" }, h("div", { class: "row" }, button, this.away), this.said));
    this.update();
  }

  locate(event) {
    event.preventDefault();
    if (!navigator.geolocation) {
      this.said.textContent = t("here.none");
      return;
    }
    this.said.textContent = t("here.waiting");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const rounded = (number) => String(Math.round(number * 1e6) / 1e6);
        const parts = [coords.latitude, coords.longitude, coords.altitude ?? 0, coords.accuracy];
        this.originalInputValue = parts.map(rounded).join(" ");
        this.update();
      },
      () => (this.said.textContent = t("here.none")),
      { enableHighAccuracy: true, timeout: 30_000, maximumAge: 10_000 },
    );
  }

  drop(event) {
    event.preventDefault();
    this.originalInputValue = "";
    this.update();
  }

  update() {
    const [latitude, longitude, , accuracy] = this.originalInputValue.split(" ");
    this.away.hidden = !latitude;
    const metres = Math.round(Number(accuracy ?? 0));
    this.said.textContent = latitude ? t("here.at", { latitude, longitude, metres }) : t("here.not-yet");
  }
}
