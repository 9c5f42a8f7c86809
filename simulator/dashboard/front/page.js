// The page as a whole: what it hears, what it tells, and what it keeps where the program may be gone.

const TAB = "what-if"; // in sessionStorage: this tab's link and the gestures nobody heard yet
const PATIENCE = 9000; // ms without a word from the program until it is taken for gone
const BEAT = 3000;
const CHANGES = new Set(["set", "slide", "choose", "reset", "undo", "redo", "other"]);

/** What a browser keeps; nothing where it keeps nothing. */
const kept = {
  read(store, key) {
    try {
      return JSON.parse(store.getItem(key)) || {};
    } catch {
      return {};
    }
  },
  write(store, key, value) {
    try {
      store.setItem(key, JSON.stringify(value));
    } catch { /* private windows, full stores: the address still has it */ }
  },
};

class App {
  constructor(model, el) {
    Object.assign(this, { model, el, page: null, state: null, answer: null, status: null, lost: "", asked: null });
    this.alone = Boolean(model.standalone);
    this.key = this.alone ? TAB : `${TAB}:${location.pathname}`;
    const before = kept.read(sessionStorage, this.key);
    this.who = before.who || Math.random().toString(36).slice(2);
    this.n = before.n || 0;
    this.pending = before.pending || [];
    this.wanted = (this.alone && location.hash.startsWith("#w=") && location.hash.slice(3)) || before.link || "";
    this.askedAt = 0; // since when a ping waits for its answer
    el.classList.add("what-if");
    el.dataset.lmSuppressShortcuts = "true"; // JupyterLab's letters are not meant here
    fill(el, h("p.opening", { role: "status" }, "正在打开…… Opening …"));
  }

  connected() {
    return !this.lost;
  }

  heard() {
    return this.state?.heard[this.who] ?? 0;
  }

  /** Tell the program what a person did; what changes a setting is kept until it was heard. Returns its number. */
  gesture(message) {
    this.n += 1;
    const numbered = { ...message, n: this.n, who: this.who };
    if (CHANGES.has(message.type)) {
      if (message.type === "slide") this.pending = this.pending.filter((one) => one.type !== "slide" || one.path !== message.path);
      this.pending.push(numbered);
      this.remember();
    }
    if (this.connected()) this.send(numbered);
    return this.n;
  }

  send(message) {
    try {
      this.model.send(message);
    } catch { // a notebook's line to a kernel that is no more
      this.lose("kernel");
    }
  }

  remember() {
    kept.write(sessionStorage, this.key, { who: this.who, n: this.n, link: this.state?.link ?? this.wanted, pending: this.pending });
  }

  hello() {
    this.send({ type: "hello", link: this.wanted, who: this.who, n: this.heard() });
  }

  /** Words of the program. */
  hear(message) {
    this.askedAt = 0;
    if (this.lost) this.found();
    const does = {
      page: () => this.open(message),
      state: () => this.showState(message),
      status: () => this.showStatus(message),
      answer: () => this.showAnswer(message),
      curve: () => this.view.showCurve(message.curve),
      shared: () => this.view.showShared(message.html),
      message: () => this.showMessage(message),
      asked: () => this.ask(message),
      taken: () => this.settings.taken(),
      checked: () => this.settings.checked(message),
      comparing: () => this.ideas.comparing(),
      compared: () => this.ideas.showCompared(message),
      gains: () => this.ideas.showGains(message),
      found: () => this.finder.found(message),
      story: () => this.finder.tell(message),
    }[message.type];
    if (does && (this.page || message.type === "page")) does();
  }

  open(page) {
    if (this.page && this.page.identity === page.identity) return; // it came back: everything stands already
    this.page = page;
    this.words = page.words;
    const { words } = page;
    this.el.lang = page.tag;
    if (this.alone) {
      document.documentElement.lang = page.tag;
      document.title = page.title;
    }
    this.state = { changed: {}, listed: [], kept: [], heard: {}, next: "", name: "", options: "", link: "" };
    this.statusLine = h("div.status", { "data-state": "first" });
    this.quiet = h("div.unseen", { role: "status" }); // for those who listen: only where it comes to rest
    this.message = h("div.message", { hidden: true });
    this.notice = h("div.notice", { hidden: true });
    this.offer = h("div.notice", { hidden: true });
    this.undo = button(words.undo, () => this.gesture({ type: "undo" }), { disabled: true }, ".undo");
    this.redo = button(words.redo, () => this.gesture({ type: "redo" }), { disabled: true }, ".redo");
    this.reset = button(words.reset, () => this.gesture({ type: "reset" }), { disabled: true }, ".reset-all");
    const draws = (which) => typedBox((box) => this.gesture({ type: "draws", which, text: box.value }),
      { class: "draws", inputmode: "numeric", "aria-label": words[which] });
    this.quick = draws("quick");
    this.full = draws("full");
    this.bar = h("progress", { hidden: true, "aria-label": words.progress, max: "1", value: "0" });
    this.stop = button(words.stop, () => this.gesture({ type: "cancel" }), { hidden: true }, ".stop");
    this.settings = new Settings(this);
    this.view = new AnswerView(this);
    this.ideas = new Ideas(this);
    this.finder = new Finder(this);
    fill(this.el, h("div.frame", {},
      h("div.title", {}, h("h1", {}, page.title), h("span.small", {}, page.scenario), h("span.small", {}, page.people)),
      this.settings.el,
      h("div.right", {}, h("div.bar", {}, this.statusLine, this.quiet, this.message, this.notice, this.offer,
        h("div.tools", {}, this.undo, this.redo, this.reset, h("span.label", {}, words.quick), this.quick, h("span.label", {}, words.full), this.full,
          button(words.run, () => this.gesture({ type: "full" }), { title: words.run_tip }, ".main.full-run"), this.bar, this.stop)),
      this.view.cards, h("div.rest", {}, this.view.el, this.ideas.el, this.finder.el))));
    this.offerLast();
    this.first = true;
  }

  showState(state) {
    this.state = state;
    const heard = this.heard();
    this.pending = this.pending.filter((one) => one.n > heard);
    if (this.first) { // what was done while nobody heard it
      this.first = false;
      for (const one of this.pending) this.send(one);
    }
    this.undo.disabled = !state.undo;
    this.redo.disabled = !state.redo;
    this.reset.disabled = !state.listed.length;
    if (document.activeElement !== this.quick) this.quick.value = state.quick;
    if (document.activeElement !== this.full) this.full.value = state.full;
    this.settings.update();
    this.ideas.update();
    this.notice.hidden = !state.notice;
    if (state.notice) {
      fill(this.notice, h("span", {}, state.notice.text), button(state.notice.button, () => this.gesture({ type: "other", text: state.notice.set })));
    }
    this.wanted = state.untouched ? "" : state.link;
    this.remember();
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.writeAddress(), 250);
  }

  /** The state into the address, where the address is this page's, and into the browser. */
  writeAddress() {
    if (this.alone) {
      const address = location.pathname + location.search + (this.wanted ? `#w=${this.wanted}` : "");
      if (address !== location.pathname + location.search + location.hash) history.replaceState(null, "", address);
    }
    if (this.wanted) kept.write(localStorage, `${TAB}:${this.page.identity}`, { link: this.wanted, at: new Date().toISOString() });
  }

  /** What may be handed on: the page's address without what opens it, and the state. */
  address() {
    const word = `#w=${this.state.link}`;
    return this.alone ? location.origin + location.pathname + word : word;
  }

  /** What was last on this page in this browser, where nothing is on it now. */
  offerLast() {
    const last = kept.read(localStorage, `${TAB}:${this.page.identity}`);
    if (this.wanted || this.pending.length || !last.link) return;
    const close = () => { this.offer.hidden = true; };
    this.offer.hidden = false;
    fill(this.offer, h("span", {}, filled(this.words.last, { at: new Date(last.at).toLocaleString(this.page.tag) })),
      button(this.words.last_take, () => { close(); this.gesture({ type: "link", text: last.link }); }), button(this.words.last_leave, close));
  }

  showStatus(status) {
    this.status = status;
    if (this.lost) return;
    this.statusLine.dataset.state = status.state;
    this.statusLine.textContent = status.text;
    this.el.classList.toggle("old", status.state === "stale");
    this.el.classList.toggle("waiting", !["current", "early", "stale"].includes(status.state));
    const full = status.state === "full";
    this.bar.hidden = this.stop.hidden = !full;
    if (full) {
      this.bar.max = status.most || 1;
      this.bar.value = status.done;
    }
    clearTimeout(this.resting);
    if (status.state === "current") this.resting = setTimeout(() => { this.quiet.textContent = status.text; }, 800);
  }

  showAnswer(answer) {
    this.answer = answer;
    this.view.show(answer);
  }

  say(text) {
    this.showMessage({ kind: "status", text });
  }

  showMessage(message) {
    if (message.kind !== "alert" && this.asked && !message.text) return;
    this.asked = null;
    this.message.hidden = !message.text;
    this.message.className = `message ${message.kind}`;
    this.message.setAttribute("role", message.kind === "alert" ? "alert" : "status");
    fill(this.message, h("span", {}, message.text), (message.files ?? []).map((file) => button(filled(this.words.download, { name: file.name }),
      () => download(file.name, new Blob([bytesOf(file.data)], { type: file.kind })), {}, ".plain.file")),
    button("×", () => { this.message.hidden = true; }, { "aria-label": this.words.close }, ".plain.close"));
  }

  /** A question before something is done: yes, something else, or no. */
  ask(question) {
    this.asked = question;
    const again = (more) => {
      this.asked = null;
      this.message.hidden = true;
      if (!more) return;
      if (question.path) this.gesture({ type: "set", path: question.path, ...more });
      else if (question.keep) this.gesture({ type: "keep", ...more });
      else this.gesture({ type: "save", ...more });
    };
    const text = question.text ?? question.keep ?? question.save;
    const name = question.path ? "text" : "name";
    const yes = button(question.path ? this.words.yes : this.words.replace, () => again({ [name]: text, sure: true }));
    this.message.hidden = false;
    this.message.className = "message asked";
    this.message.setAttribute("role", "alert");
    const instead = question.instead
      ? button(filled(this.words.instead, { value: question.instead }), () => again({ [name]: question.instead, sure: true })) : "";
    const no = button(this.words.no, () => again(null));
    fill(this.message, h("span", {}, question.question), yes, instead, no);
    (instead || no).focus(); // Enter pressed twice is no yes
  }

  /** The program is gone: said with the time of what is shown, which is greyed. Input stays. */
  lose(why) {
    if (this.lost === why || !this.page) return;
    this.lost = why;
    const at = this.answer ? new Date(this.answer.at).toLocaleString(this.page.tag) : "—";
    this.statusLine.dataset.state = "lost";
    this.statusLine.textContent = filled(this.words[`lost_${why}`], { at });
    this.el.classList.add("lost");
  }

  /** It is there again. Whatever it did not hear is sent anew. */
  found() {
    this.lost = "";
    this.el.classList.remove("lost");
    if (!this.page) return;
    this.first = true;
    this.hello();
    if (this.status) this.showStatus(this.status);
  }

  /** Asked now and then whether it is there; a word of any kind is an answer. */
  beat() {
    if (this.askedAt && Date.now() - this.askedAt > PATIENCE) this.lose("silent");
    this.askedAt ||= Date.now();
    this.send({ type: "ping" });
  }
}

function render({ model, el }) {
  const app = new App(model, el);
  const hear = (message) => app.hear(message);
  model.on("msg:custom", hear);
  model.on("lost", () => app.lose("closed")); // the stand-alone page's socket
  model.on("back", () => { if (app.lost) app.found(); else app.hello(); });
  const kernel = model.widget_manager?.kernel;
  const watch = () => {
    if (["dead", "terminating", "restarting", "autorestarting"].includes(kernel.status)) app.lose("kernel");
    else if (kernel.connectionStatus === "disconnected") app.lose("closed");
  };
  kernel?.statusChanged?.connect(watch);
  kernel?.connectionStatusChanged?.connect(watch);
  const address = () => {
    if (app.alone && location.hash.startsWith("#w=") && location.hash.slice(3) !== app.state?.link) app.gesture({ type: "link", text: location.hash });
  };
  window.addEventListener("hashchange", address);
  app.hello();
  const beating = setInterval(() => app.beat(), BEAT);
  return () => {
    clearInterval(beating);
    window.removeEventListener("hashchange", address);
    kernel?.statusChanged?.disconnect(watch);
    kernel?.connectionStatusChanged?.disconnect(watch);
    model.off?.("msg:custom", hear);
  };
}

export default { render };
