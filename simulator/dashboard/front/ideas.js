// What-ifs by name: keeping, comparing, handing on; files and reports; one enterprise looked up.

class Ideas {
  constructor(app) {
    this.app = app;
    const { words } = app;
    this.name = h("input", { type: "text", id: fresh("name"), maxlength: "60", autocomplete: "off",
      onkeydown: (event) => { if (event.key === "Enter") this.keep(); } });
    this.now = h("p.small", { role: "status" });
    this.list = h("ul.kept");
    this.against = h("select", { id: fresh("against"), onchange: () => this.compare() });
    this.compareTools = h("div.tools", {},
      button(words.compare, () => this.compare(), {}, ".compare"),
      h("label", { for: this.against.id }, words.against), this.against,
      button(words.excel, () => app.gesture({ type: "excel", names: this.chosen() })),
      button(words.compare_report, () => app.gesture({ type: "compare_report", names: this.chosen() })));
    this.compared = h("div.compared", { "aria-live": "polite" });
    this.gained = h("div.gained");
    this.link = h("input", { type: "text", readonly: true, id: fresh("link"), onfocus: () => this.link.select() });
    this.paste = typedBox((box) => {
      if (box.value.trim()) app.gesture({ type: "link", text: box.value.trim() });
      box.value = "";
    }, { id: fresh("paste"), placeholder: words.paste_hint });
    this.options = h("input", { type: "text", readonly: true, id: fresh("options"), onfocus: () => this.options.select() });
    this.file = h("input", { type: "file", accept: ".yaml,.yml", id: fresh("file"), onchange: () => this.load() });
    this.el = h("section.ideas", { "aria-label": words.ideas },
      h("h2", {}, words.ideas), this.now,
      h("div.tools", {}, h("label", { for: this.name.id }, words.name), this.name, button(words.keep, () => this.keep(), {}, ".main.keep")),
      this.list, this.compareTools, this.compared,
      h("div.tools", {}, button(words.gains, () => this.gains(), { title: words.gains_tip }, ".gains")), this.gained,
      h("h2", {}, words.hand_on),
      h("div.tools", {}, h("label", { for: this.link.id }, words.link), this.link, button(words.copy, () => this.copy(this.link, words.link_copied), {
        "aria-label": words.copy_link }, ".copy-link")),
      h("p.small", {}, words.link_tip),
      h("div.tools", {}, h("label", { for: this.paste.id }, words.paste), this.paste),
      h("div.tools", {}, button(words.save, () => app.gesture({ type: "save", name: this.title() }), {}, ".save"),
        h("label.chosen-file", {}, words.load, this.file),
        button(words.report, () => this.report(), { title: words.report_tip }, ".make-report")),
      h("div.tools", {}, h("label", { for: this.options.id }, words.options), this.options,
        button(words.copy, () => this.copy(this.options, words.copied), { "aria-label": words.copy_options })));
    this.typed = false;
    this.name.addEventListener("input", () => { this.typed = true; });
  }

  title() {
    return this.name.value.trim() || this.proposed();
  }

  /** The name of what is on the page; of something new, the next that is free. */
  proposed() {
    const { state } = this.app;
    return state.name && state.same ? state.name : state.next;
  }

  keep() {
    this.typed = false;
    this.app.gesture({ type: "keep", name: this.title() });
  }

  report() {
    this.app.gesture({ type: "report", name: this.title(), formats: ["html", "xlsx"] });
  }

  /** The what-ifs whose boxes are ticked; all if none is. */
  chosen() {
    return [...this.list.querySelectorAll("input:checked")].map((box) => box.value);
  }

  compare() {
    this.app.gesture({ type: "compare", names: this.chosen(), against: this.against.value });
  }

  gains() {
    const names = this.chosen();
    const from = names.length > 1 ? names[0] : "";
    fill(this.gained, h("p.small", {}, this.app.words.comparing));
    this.app.gesture({ type: "gains", from, to: names.length ? names[names.length - 1] : "*" });
  }

  copy(field, said) {
    field.select();
    const done = () => this.app.say(said);
    if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done, () => document.execCommand("copy") && done());
    else if (document.execCommand("copy")) done();
  }

  load() {
    const file = this.file.files[0];
    if (!file) return;
    file.arrayBuffer().then((bytes) => {
      let text;
      try {
        text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        text = new TextDecoder("gb18030").decode(bytes);
      }
      this.app.gesture({ type: "load", name: file.name, text });
      this.file.value = "";
    });
  }

  update() {
    const { words, state } = this.app;
    if (!this.typed) this.name.value = this.proposed();
    this.now.textContent = state.name ? filled(state.same ? words.on_page : words.on_page_changed, { name: state.name })
      : state.listed.length ? words.on_page_new : words.on_page_baseline;
    const ticked = new Set(this.chosen());
    fill(this.list, state.kept.map((name) => h("li", {},
      h("label.tick", {}, h("input", { type: "checkbox", value: name, checked: ticked.has(name) }), name),
      button(words.open, () => { this.typed = false; this.app.gesture({ type: "open", name }); }, { "aria-label": filled(words.open_of, { name }) }, ".plain.open"),
      button(words.rename, () => this.rename(name), { "aria-label": filled(words.rename_of, { name }) }, ".plain"),
      button(words.drop, () => this.app.gesture({ type: "drop", name }), { "aria-label": filled(words.drop_of, { name }) }, ".plain"))),
    state.kept.length ? h("li", {}, button(words.open_baseline, () => { this.typed = false; this.app.gesture({ type: "open", name: "" }); }, {}, ".plain")) : "");
    this.compareTools.hidden = !state.kept.length && !state.listed.length;
    const against = this.against.value;
    fill(this.against, [h("option", { value: "" }, words.baseline), ...state.kept.map((name) => h("option", { value: name }, name))]);
    this.against.value = state.kept.includes(against) ? against : "";
    this.link.value = this.app.address();
    this.options.value = state.options || words.no_options;
  }

  rename(name) {
    const field = typedBox((box) => this.app.gesture({ type: "rename", name, new: box.value }),
      { value: name, maxlength: "60", "aria-label": filled(this.app.words.rename_of, { name }) });
    field.addEventListener("keydown", (event) => { if (event.key === "Escape") this.update(); });
    const label = [...this.list.querySelectorAll("input")].find((box) => box.value === name).parentElement;
    label.replaceWith(field);
    field.focus();
  }

  comparing() {
    fill(this.compared, h("p.small", {}, this.app.words.comparing));
  }

  showCompared(message) {
    const { words } = this.app;
    fill(this.compared, chartOf(message.picture, words.compare_picture, words, words.compare_picture_note), message.tables.map((table) => tableOf(table, words)));
  }

  showGains(message) {
    const { words } = this.app;
    fill(this.gained, h("h3", {}, filled(words.gains_title, { from: message.labels[0], to: message.labels[1] })),
      message.tables.map((table) => tableOf(table, words)), h("p.small", {}, message.note));
  }
}

/** One enterprise under the settings as opened and the present ones. */
class Finder {
  constructor(app) {
    this.app = app;
    const { words } = app;
    this.search = typedBox((box) => app.gesture({ type: "find", text: box.value }),
      { type: "search", placeholder: words.finder_hint, "aria-label": words.finder_hint });
    this.hits = h("select", { size: "6", hidden: true, "aria-label": words.finder_hits, onchange: () => app.gesture({ type: "tell", id: this.hits.value }) });
    this.story = h("div.story", { "aria-live": "polite" });
    this.el = h("section.finder", { "aria-label": words.finder }, h("h2", {}, words.finder),
      app.page.sample ? h("p.small", {}, words.finder_note) : "", h("div.search", {}, this.search), this.hits, this.story);
  }

  found(message) {
    this.hits.hidden = !message.hits.length;
    fill(this.hits, message.hits.map((hit) => h("option", { value: hit.id }, hit.text)));
    if (message.hits.length) {
      this.hits.value = message.hits[0].id;
      this.app.gesture({ type: "tell", id: message.hits[0].id });
    } else fill(this.story, message.asked ? h("p", {}, this.app.words.finder_none) : "");
  }

  tell(story) {
    const { words } = this.app;
    fill(this.story, story.problem ? h("p", { role: "alert" }, story.problem) : "", story.table ? tableOf(story.table, words) : "",
      story.texts.map(([name, text]) => h("details", {}, h("summary", {}, name), h("pre", { tabindex: "0" }, text))));
  }
}
