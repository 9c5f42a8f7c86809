// A formula that is written by hand: names are completed, and what is wrong is said while it is written.

const NAME = /[\p{L}_][\p{L}\p{N}_.]*$/u; // the name that ends where the cursor stands
const NAMES = /[\p{L}_][\p{L}\p{N}_.]*/gu;
const MOST = 8; // names offered at once

/** The box of a formula. commit: called when it is done (Enter, or left); touched: when anything was typed. */
class FormulaBox {
  constructor(control, app, commit, touched) {
    Object.assign(this, { control, app, commit, names: app.page.names[control.heading] ?? [], offered: [], chosen: -1, typed: false });
    const list = fresh("names");
    this.box = h("textarea", { rows: 2, spellcheck: "false", autocomplete: "off", "aria-autocomplete": "list", "aria-controls": list,
      oninput: () => { this.typed = true; touched(); this.offer(); this.ask(); this.tell(); },
      onkeydown: (event) => this.key(event), onblur: () => this.done() });
    this.list = h("ul.names", { id: list, role: "listbox", hidden: true, "aria-label": app.words.names });
    this.fault = h("p.fault", { role: "status", hidden: true });
    this.said = h("p.small.said", { hidden: true });
    this.was = h("p.small.before", { hidden: true });
    this.el = h("div.formula", {}, this.box, this.fault, this.list, this.said, this.was);
  }

  /** What the names in the formula are called in the page's language. */
  tell() {
    const known = new Map(this.names);
    const said = (name) => {
      const before = this.names.find(([one]) => one.endsWith(".") && name.startsWith(one));
      return known.get(name) ?? (before && known.has(name.slice(before[0].length)) ? `${before[1]} ${known.get(name.slice(before[0].length))}` : null);
    };
    const found = [...new Set(this.box.value.match(NAMES) ?? [])].filter((name) => said(name));
    this.said.hidden = !found.length;
    this.said.textContent = found.map((name) => filled(this.app.words.named, { name, said: said(name) })).join(this.app.words.and);
  }

  /** Names that begin with, or hold, what was typed last. */
  offer() {
    const word = NAME.exec(this.box.value.slice(0, this.box.selectionStart))?.[0] ?? "";
    const rank = ([name, said]) => (name.startsWith(word) ? 0 : said.startsWith(word) ? 1 : name.includes(word) || said.includes(word) ? 2 : 3);
    this.word = word;
    this.offered = word ? this.names.filter((one) => rank(one) < 3 && one[0] !== word).sort((a, b) => rank(a) - rank(b)).slice(0, MOST) : [];
    this.chosen = this.offered.length ? 0 : -1;
    this.show();
  }

  show() {
    this.list.hidden = !this.offered.length;
    fill(this.list, this.offered.map(([name, said], i) => h("li", { role: "option", id: `${this.list.id}-${i}`, "aria-selected": String(i === this.chosen),
      onmousedown: (event) => { event.preventDefault(); this.take(i); } }, h("code", {}, name), " ", h("span.small", {}, said))));
    if (this.chosen >= 0) this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.chosen}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  take(i) {
    const at = this.box.selectionStart;
    const [name] = this.offered[i];
    this.box.setRangeText(name, at - this.word.length, at, "end");
    this.close();
    this.ask();
    this.tell();
  }

  close() {
    this.offered = [];
    this.chosen = -1;
    this.show();
  }

  key(event) {
    const open = this.offered.length > 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.chosen = (this.chosen + (event.key === "ArrowDown" ? 1 : this.offered.length - 1)) % this.offered.length;
      this.show();
    } else if (open && event.key === "Tab") {
      event.preventDefault();
      this.take(this.chosen);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.done();
    } else if (event.key === "Escape") {
      if (open) event.stopPropagation();
      else {
        this.typed = false;
        this.box.value = this.app.state.changed[this.control.path]?.text ?? this.control.base.text;
        this.tell();
        this.fault.hidden = true;
      }
      this.close();
    }
  }

  ask() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.app.gesture({ type: "check", path: this.control.path, text: this.box.value }), 250);
  }

  checked(message) {
    if (message.text !== this.box.value) return; // it has been written on since
    this.fault.hidden = !message.problems.length;
    this.fault.textContent = message.problems.join("\n");
  }

  done() {
    this.close();
    if (!this.typed) return;
    this.typed = false;
    clearTimeout(this.waiting);
    this.fault.hidden = true;
    this.commit();
  }

  /** What the policy's file says, where this is another. */
  before(text) {
    this.was.hidden = !text;
    this.was.textContent = text ? filled(this.app.words.was, { value: text }) : "";
  }
}

