// An input that finds places, entities or organisations by name, initials or code; the code is what is sent.
//
// <input name="place" value="2201…" data-picker="place" data-url="/places/search" data-shown="长春市">
// data-many lets several be chosen (sent as codes with spaces between); data-go goes to the page of what is chosen,
// data-submit-on-pick sends the form.
let serial = 0;

export function attach(input) {
  if (input.dataset.attached || input.closest("template")) return;
  input.dataset.attached = "1";
  new Picker(input);
}

class Picker {
  constructor(input) {
    this.code = input;
    input.picker = this;
    this.many = input.dataset.many !== undefined;
    this.items = [];
    this.at = -1;
    this.build();
    this.show(input.value, input.dataset.shown);
  }

  build() {
    const id = `picker-${++serial}`;
    this.box = document.createElement("span");
    this.box.className = "picker";
    this.text = document.createElement("input");
    Object.assign(this.text, { type: "text", autocomplete: "off", id: this.code.id, placeholder: this.code.placeholder });
    this.code.removeAttribute("id");
    this.code.type = "hidden";
    this.text.spellcheck = false;
    const says = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id };
    for (const [name, value] of Object.entries(says)) this.text.setAttribute(name, value);
    for (const name of ["aria-label", "aria-describedby", "aria-invalid"]) {
      if (this.code.hasAttribute(name)) this.text.setAttribute(name, this.code.getAttribute(name));
    }
    this.text.disabled = this.code.disabled;
    this.tokens = document.createElement("span");
    this.tokens.className = "tokens";
    this.list = document.createElement("ul");
    Object.assign(this.list, { className: "picker-list", id, hidden: true });
    this.list.setAttribute("role", "listbox");
    this.code.before(this.box);
    this.box.append(this.tokens, this.text, this.list, this.code);
    this.text.addEventListener("input", () => this.later());
    this.text.addEventListener("focus", () => this.search());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("blur", () => setTimeout(() => this.leave(), 150));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li[data-at]");
      if (item) this.pick(this.items[item.dataset.at]);
    });
  }

  show(value, shown) {
    if (!this.many) {
      this.text.value = value ? shown || value : "";
      this.told = this.text.value;
      return;
    }
    const names = (shown || "").split("、");
    this.chosen = value ? value.split(/\s+/).map((code, n) => ({ code, name: names[n] || code })) : [];
    this.retoken();
  }

  // What is shown for the value, to be kept in a draft with it.
  shown() {
    return this.many ? this.chosen.map((one) => one.name).join("、") : this.text.value;
  }

  restore(value, shown) {
    this.code.value = value;
    this.show(value, shown);
  }

  retoken() {
    this.tokens.replaceChildren(
      ...this.chosen.map((one) => {
        const token = document.createElement("span");
        token.className = "token";
        token.textContent = one.name;
        const drop = document.createElement("button");
        drop.type = "button";
        drop.textContent = "×";
        drop.setAttribute("aria-label", `× ${one.name}`);
        drop.addEventListener("click", () => {
          this.chosen = this.chosen.filter((other) => other !== one);
          this.retoken();
          this.send(this.chosen.map((other) => other.code).join(" "));
        });
        token.append(drop);
        return token;
      }),
    );
  }

  later() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.search(), 160);
  }

  // An untouched choice asks for nothing in particular.
  asked() {
    return this.text.value === this.told ? "" : this.text.value;
  }

  async search() {
    clearTimeout(this.waiting);
    const asked = this.asked();
    const url = new URL(this.code.dataset.url, location.href);
    url.searchParams.set("q", asked);
    const turn = (this.turn = {});
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      const found = answer.ok ? (await answer.json()).items : [];
      if (turn !== this.turn || document.activeElement !== this.text) return;
      this.items = found;
      this.listed = asked;
      this.open();
    } catch {
      this.close();
    }
  }

  open() {
    this.at = -1;
    const none = this.box.closest("[data-none]")?.dataset.none ?? document.body.dataset.none ?? "—";
    const rows = this.items.map((one, n) => {
      const row = document.createElement("li");
      row.dataset.at = n;
      row.id = `${this.list.id}-${n}`;
      row.setAttribute("role", "option");
      const name = document.createElement("span");
      name.textContent = one.name;
      const more = document.createElement("small");
      more.textContent = one.path ?? one.code;
      row.append(name, more);
      return row;
    });
    if (!rows.length) {
      const row = document.createElement("li");
      row.className = "picker-none";
      row.textContent = none;
      rows.push(row);
    }
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.text.setAttribute("aria-expanded", "true");
  }

  // Also what was about to be asked is given up: a list that opens after the choice would cover what comes next.
  close() {
    clearTimeout(this.waiting);
    this.turn = null;
    this.list.hidden = true;
    this.text.setAttribute("aria-expanded", "false");
    this.text.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) return void this.search();
      this.mark((this.at + step + this.items.length) % (this.items.length || 1));
    } else if (event.key === "Enter" && (!this.list.hidden || this.asked())) {
      event.preventDefault();
      this.enter();
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && this.many && !this.text.value && this.chosen.length) {
      this.chosen.pop();
      this.retoken();
      this.send(this.chosen.map((one) => one.code).join(" "));
    }
  }

  // Fast typing followed by Enter means what was typed, not what the list still shows.
  async enter() {
    if (this.listed !== this.asked()) await this.search();
    const one = this.items[Math.max(this.at, 0)];
    if (one && this.listed === this.asked()) this.pick(one);
  }

  mark(at) {
    this.at = at;
    [...this.list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
    const row = this.list.children[at];
    row?.scrollIntoView({ block: "nearest" });
    if (row?.id) this.text.setAttribute("aria-activedescendant", row.id);
  }

  pick(one) {
    this.close();
    if (this.code.dataset.go !== undefined) {
      location.href = `${this.code.dataset.go}${encodeURIComponent(one.code)}/`;
      return;
    }
    if (this.many) {
      if (!this.chosen.some((other) => other.code === one.code)) this.chosen.push(one);
      this.text.value = "";
      this.retoken();
      this.send(this.chosen.map((other) => other.code).join(" "));
    } else {
      this.text.value = this.told = one.name;
      this.send(one.code);
    }
  }

  leave() {
    this.close();
    if (this.many || this.text.value === this.told) return;
    if (!this.text.value.trim()) {
      this.told = "";
      this.send("");
    } else if (this.code.dataset.free !== undefined || /^[\w-]+$/.test(this.text.value.trim())) {
      // A code that was typed instead of chosen is sent as it is: the server knows whether it exists.
      this.told = this.text.value;
      this.send(this.text.value.trim());
    } else {
      this.text.value = this.told;
    }
  }

  send(value) {
    this.code.value = value;
    this.code.dispatchEvent(new Event("input", { bubbles: true }));
    this.code.dispatchEvent(new Event("change", { bubbles: true }));
    if (this.code.dataset.submitOnPick !== undefined) this.code.form.requestSubmit();
  }
}
