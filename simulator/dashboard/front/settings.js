// The settings: headings that open, a row for each setting. A row shows what it is sent; only a person's own gesture leaves it.

const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

/** One setting. app: { words, gesture, heard }; it is shown anew by `show` unless it is in somebody's hand. */
class Row {
  constructor(control, app) {
    Object.assign(this, { control, app, sent: 0, waiting: null, dirty: false, value: control.base });
    const { words } = app;
    const id = fresh("field");
    this.was = h("span.was");
    this.about = h("div.about", { id: fresh("about"), hidden: true }, control.about.map((line) => h("p", {}, line)));
    const info = button("?", () => this.explain(info), {
      "aria-label": filled(words.about, { label: control.label }), "aria-expanded": "false", "aria-controls": this.about.id }, ".plain.info");
    const label = h("label.name", { for: id }, control.unit ? filled(words.label, { label: control.label, unit: control.unit }) : control.label);
    this.back = button("↺", () => app.gesture({ type: "reset", path: control.path }), {
      "aria-label": filled(words.back, { label: control.label }), title: words.back_short }, ".plain.back");
    const parts = [];
    if (control.kind === "choice") {
      this.entry = h("select", { id, onchange: () => this.choose() }, control.choices.map((text, i) => h("option", { value: i }, text)));
    } else if (control.kind === "formula") {
      this.formula = new FormulaBox(control, app, () => this.enter(), () => { this.dirty = true; });
      this.entry = this.formula.box;
      this.entry.id = id;
      parts.push(this.formula.el);
    } else {
      const list = control.kind === "list" ? fresh("list") : null;
      this.entry = typedBox(() => this.enter(), { id, list });
      this.entry.addEventListener("input", () => { this.dirty = true; });
      this.entry.addEventListener("keydown", (event) => this.typed(event));
      if (list) parts.push(h("datalist", { id: list }, control.choices.map((text) => h("option", { value: text }))));
    }
    if (control.kind === "slider") {
      this.low = Number(control.low);
      this.high = Number(control.high);
      this.step = Number(control.step);
      this.slider = h("input", { type: "range", min: control.low, max: control.high, step: "any",
        "aria-label": filled(words.slider, { label: control.label }), oninput: () => this.slide(Number(this.slider.value)),
        onkeydown: (event) => this.key(event) });
      const home = this.home = Number(control.base.at);
      const mark = Number.isFinite(home) ? h("i.home", { title: words.home, style: `--at:${this.share(home)}` }) : "";
      parts.push(h("span.track", {}, this.slider, mark));
    }
    this.el = h(`div.row.${control.kind}`, { "data-path": control.path }, h("div.head", {}, label, info, this.was), ...parts, this.formula ? null : this.entry, this.back,
      this.about);
    this.show(control.base, false);
  }

  share(at) {
    return Math.min(1, Math.max(0, (at - this.low) / (this.high - this.low)));
  }

  /** Stand where the value is; what is being typed, or was not heard of yet, stays. */
  show(value, changed) {
    this.value = value;
    this.el.classList.toggle("changed", changed);
    this.was.textContent = changed && !this.formula ? filled(this.app.words.was, { value: this.control.base.text }) : "";
    if (this.formula) this.formula.before(changed ? this.control.base.text : "");
    if (this.sent > this.app.heard()) return;
    if (this.waiting !== null) {
      const at = this.waiting;
      this.waiting = null;
      this.tellSlide(at);
      return;
    }
    if (this.control.kind === "choice") this.entry.value = String(value.choice);
    else if (!this.dirty) {
      this.entry.value = value.text;
      this.formula?.tell();
    }
    if (this.slider && value.at !== undefined) this.stand(Number(value.at), value.text);
  }

  stand(at, text) {
    this.slider.value = String(Math.min(this.high, Math.max(this.low, at)));
    this.slider.style.setProperty("--fill", this.share(at));
    this.slider.setAttribute("aria-valuetext", filled(this.app.words.value, { value: text, unit: this.control.unit }));
  }

  /** The slider was moved: to the nearest of its steps, or to the baseline's own value, which may lie between two. */
  slide(raw) {
    const { step, low, base } = this.control;
    const near = Math.min(this.high, Math.max(this.low, this.low + Math.round((raw - this.low) / this.step) * this.step));
    const own = Math.abs(raw - this.home) <= Math.abs(raw - near);
    const digits = own ? decimals(base.at) : Math.max(decimals(step), decimals(low));
    const at = own ? this.home : near;
    const text = written(at, digits);
    this.stand(at, text);
    if (!this.value.text.includes("/") && !this.dirty) this.entry.value = text;
    const exact = at.toFixed(digits);
    if (this.sent > this.app.heard() && this.app.connected()) this.waiting = exact; // one at a time, the last one next
    else this.tellSlide(exact);
  }

  tellSlide(at) {
    this.sent = this.app.gesture({ type: "slide", path: this.control.path, at });
  }

  /** From a value between two steps a key goes to the next of them. */
  key(event) {
    const at = Number(this.waiting ?? this.slider.value);
    const move = KEYS[event.key];
    let to = null;
    if (event.key === "Home") to = this.low;
    else if (event.key === "End") to = this.high;
    else if (move !== undefined) {
      const place = (at - this.low) / this.step;
      const near = Math.round(place);
      const from = Math.abs(place - near) < 1e-6 ? near : move > 0 ? Math.floor(place) : Math.ceil(place);
      to = this.low + (from + move) * this.step;
      const slack = this.step * 1e-6;
      if (Math.min(at, to) + slack < this.home && this.home < Math.max(at, to) - slack && Math.abs(move) === 1) to = this.home;
    }
    if (to === null) return;
    event.preventDefault();
    this.slide(to);
  }

  choose() {
    this.sent = this.app.gesture({ type: "choose", path: this.control.path, choice: Number(this.entry.value) });
  }

  enter() {
    this.dirty = false; // before the answer comes back
    const text = this.entry.value.trim();
    if (text === this.value.text) this.entry.value = this.value.text;
    else this.sent = this.app.gesture({ type: "set", path: this.control.path, text });
  }

  typed(event) {
    if (event.key !== "Escape") return;
    this.dirty = false;
    this.entry.value = this.value.text;
  }

  checked(message) {
    if (this.formula) this.formula.checked(message);
  }

  explain(info) {
    this.about.hidden = !this.about.hidden;
    info.setAttribute("aria-expanded", String(!this.about.hidden));
  }
}

/** A heading and its rows, made when they are first wanted. */
class Section {
  constructor(section, app) {
    Object.assign(this, { section, app, rows: new Map() });
    this.count = h("span.count");
    this.body = h("div.body");
    this.el = h("details.section", { "data-heading": section.heading, ontoggle: () => this.open() },
      h("summary", {}, h("span", {}, section.title), this.count), this.body);
    this.only = null;
  }

  open() {
    if (!this.el.open) return;
    for (const path of this.section.paths) {
      if (this.only && !this.only.has(path)) continue;
      if (!this.rows.has(path)) this.rows.set(path, new Row(this.app.page.controls[path], this.app));
    }
    fill(this.body, this.section.paths.filter((path) => this.rows.has(path)).map((path) => this.rows.get(path).el));
    this.update();
  }

  update() {
    const { changed } = this.app.state;
    const count = this.section.paths.filter((path) => path in changed).length;
    this.count.textContent = count ? filled(this.app.words.changed_count, { count }) : "";
    for (const [path, row] of this.rows) {
      row.el.hidden = Boolean(this.only) && !this.only.has(path);
      row.show(changed[path] ?? row.control.base, path in changed);
    }
  }

  /** Only these settings, open; null: all, as it stood before. */
  showOnly(paths) {
    const before = this.only;
    if (!before) this.stood = this.el.open;
    this.only = paths;
    this.el.hidden = Boolean(paths) && !paths.size;
    this.el.open = paths ? paths.size > 0 : before ? this.stood : this.el.open;
    this.open();
    this.update();
  }
}

/** A text as it is searched: no matter whether a bracket is narrow or wide, a letter large or small. */
const folded = (text) => text.normalize("NFKC").toLowerCase();

/** All headings, the search over them, what was changed, and any other setting by its path. */
class Settings {
  constructor(app) {
    this.app = app;
    const { words, page } = app;
    this.sections = page.sections.map((section) => new Section(section, app));
    this.found = h("p.small", { role: "status" });
    this.search = h("input", { type: "search", placeholder: words.search_hint, "aria-label": words.search, oninput: () => this.find() });
    this.list = h("ul.changed-list");
    this.other = typedBox((box) => { if (box.value.trim()) app.gesture({ type: "other", text: box.value.trim() }); },
      { placeholder: words.other_hint, "aria-label": words.other });
    this.el = h("section.settings", { "aria-label": words.settings },
      h("h2", {}, words.changed), this.list, h("div.search", {}, this.search), this.found,
      h("div.sections", {}, this.sections.map((section) => section.el)),
      h("h2", {}, words.other), h("p.small", {}, words.other_tip), this.other);
  }

  update() {
    const { words, state, page } = this.app;
    fill(this.list, state.listed.length
      ? state.listed.map((entry) => h("li", {}, filled(words.changed_item, entry), " ",
        button("↺", () => this.app.gesture({ type: "reset", path: entry.path }),
          { "aria-label": filled(words.back, { label: entry.label }), title: words.back_short }, ".plain.back")))
      : h("li.none", {}, words.changed_none));
    for (const section of this.sections) section.update();
    return page;
  }

  taken() {
    this.other.value = "";
  }

  checked(message) {
    for (const section of this.sections) section.rows.get(message.path)?.checked(message);
  }

  /** Settings whose words, source, path or heading hold the text; 四(三) is 四（三）. */
  find() {
    const wanted = folded(this.search.value.trim());
    let count = 0;
    for (const section of this.sections) {
      if (!wanted) {
        section.showOnly(null);
        continue;
      }
      const whole = folded(section.section.title).includes(wanted);
      const hits = section.section.paths.filter((path) => whole || this.text(path).includes(wanted));
      count += hits.length;
      section.showOnly(new Set(hits));
    }
    this.found.textContent = wanted ? filled(this.app.words.found, { count }) : "";
  }

  text(path) {
    const control = this.app.page.controls[path];
    return folded([path, control.label, control.other, ...control.about].join(" "));
  }
}
