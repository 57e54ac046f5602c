// The page of a checked draft: the walk from claim to claim, the card of the claim in hand, the filter, the tip.
import htmx from "htmx.org/dist/htmx.esm.js";
import { hint, unhint } from "./tip.js";

const PHONE = "(max-width: 900px)";

export function attach(root) {
  if (root.dataset.attached) return;
  root.dataset.attached = "1";
  new Walk(root);
}

let current = null;

class Walk {
  constructor(root) {
    this.root = root;
    this.place = root.querySelector("[data-card-place]");
    this.help = root.querySelector("[data-help]");
    this.only = "";
    this.at = null;
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("keydown", (event) => this.typed(event));
    root.addEventListener("mouseover", hint);
    root.addEventListener("mouseout", unhint);
    root.querySelector("[data-show-others]")?.addEventListener("change", (event) => {
      root.classList.toggle("check-plain", !event.target.checked);
    });
    if (!current) document.addEventListener("keydown", (event) => current.anywhere(event));
    current = this;
    const chosen = root.dataset.chosen;
    const mark = chosen && root.querySelector(`.mark[data-key="${CSS.escape(chosen)}"]`);
    if (mark) this.open(mark.dataset.claim, { focus: true });
  }

  // Marks that the filter leaves, in the order of the text.
  marks() {
    const all = [...this.root.querySelectorAll(".mark[id]")];
    return this.only && this.only !== "fault" ? all.filter((mark) => mark.matches(`.mark-${this.only}`)) : all;
  }

  mark(number) {
    return this.root.querySelector(`#mark-${number}`);
  }

  clicked(event) {
    const target = event.target.closest(
      ".mark, [data-go], [data-go-fault], [data-fault], [data-only], [data-card-close]",
    );
    if (!target || event.metaKey || event.ctrlKey) return;
    if (target.matches(".mark")) {
      event.preventDefault();
      this.open(target.dataset.claim);
    } else if (target.dataset.go) {
      event.preventDefault();
      this.open(target.dataset.go, { scroll: true });
    } else if (target.dataset.goFault) {
      event.preventDefault();
      this.showFault(target.dataset.goFault);
    } else if (target.dataset.only !== undefined) {
      this.filter(target);
    } else if (target.matches("[data-card-close]")) {
      this.close();
    } else if (target.dataset.fault && !target.closest(".mark")) {
      event.preventDefault();
      const row = this.root.querySelector(`#fault-row-${target.dataset.fault}`);
      row?.scrollIntoView({ block: "nearest" });
      row?.querySelector("a").focus({ preventScroll: true });
    }
  }

  // Space opens what says of itself that it is a button.
  typed(event) {
    if (event.key === " " && event.target.matches(".mark")) {
      event.preventDefault();
      this.open(event.target.dataset.claim);
    }
  }

  anywhere(event) {
    if (!this.root.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, dialog, [contenteditable], details.menu[open]")) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.step(step);
    } else if (event.key === "Enter" && this.at && event.target === document.body) {
      this.open(this.at, { inside: true });
    } else if (event.key === "Escape" && this.place.childElementCount) {
      this.close();
    }
  }

  step(by) {
    const marks = this.marks();
    if (!marks.length) return;
    const here = marks.findIndex((mark) => mark.dataset.claim === this.at);
    const next = here < 0 ? (by > 0 ? 0 : marks.length - 1) : (here + by + marks.length) % marks.length;
    this.open(marks[next].dataset.claim, { focus: true, scroll: true });
  }

  // Enter on a mark that is open already goes on into its card.
  open(number, { focus = false, scroll = false, inside = false } = {}) {
    const again = this.at === number && !focus && !scroll;
    const card = this.root.querySelector(`template[data-card-of="${number}"]`);
    const mark = this.mark(number);
    this.at = number;
    for (const old of this.root.querySelectorAll(".is-chosen")) old.classList.remove("is-chosen");
    for (const one of this.root.querySelectorAll(`.mark[data-claim="${number}"], [data-row="${number}"]`)) {
      one.classList.add("is-chosen");
    }
    if (card) this.show(card);
    if (mark && (scroll || focus)) reveal(mark, this.place);
    if (focus) mark?.focus({ preventScroll: true });
    if (inside || again) this.place.querySelector("a, button:not([data-card-close])")?.focus();
    unhint();
  }

  show(card) {
    const section = card.content.firstElementChild.cloneNode(true);
    this.place.replaceChildren(section);
    if (this.help) this.help.hidden = true;
    this.place.closest("aside").scrollTop = 0;
    htmx.process(section);
    section.dispatchEvent(new CustomEvent("yibiao:added", { bubbles: true }));
  }

  close() {
    const mark = this.at && this.mark(this.at);
    this.place.replaceChildren();
    if (this.help) this.help.hidden = false;
    mark?.focus({ preventScroll: true });
  }

  showFault(number) {
    const found = this.root.querySelector(`.fault[data-fault="${number}"], #fault-${number}`);
    if (!found) return;
    for (const old of this.root.querySelectorAll(".is-chosen")) old.classList.remove("is-chosen");
    for (const one of this.root.querySelectorAll(`[data-fault="${number}"], #fault-row-${number}`)) {
      one.classList.add("is-chosen");
    }
    reveal(found, this.place);
  }

  filter(button) {
    this.only = button.dataset.only;
    for (const other of this.root.querySelectorAll("[data-only]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    for (const row of this.root.querySelectorAll(".claim-list > li")) {
      row.hidden = this.only !== "" && row.dataset.colour !== this.only;
    }
  }
}

// Brings a mark into the part of the window that neither the bar nor the sheet of the card covers.
function reveal(mark, card) {
  const low = matchMedia(PHONE).matches ? innerHeight - card.offsetHeight - 80 : innerHeight - 40;
  const at = mark.getBoundingClientRect();
  if (at.top > 130 && at.bottom < low) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // From the top of the page: a walk that is faster than the scrolling still ends where it should.
  scrollTo({ top: scrollY + at.top - (100 + (low - 100) / 3), behavior: calm ? "auto" : "smooth" });
}
