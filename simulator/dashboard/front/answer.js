// The answer: cards, charts with what is read off them, tables.

/** A chart with a pointer that reads it off, by mouse, finger or arrow keys, and its figures as a table. */
function chartOf(chart, title, words, note) {
  const tip = h("div.tip", { hidden: true, "aria-live": "polite" });
  const holder = h("div.picture", { tabindex: "0", role: "group", "aria-label": title });
  holder.innerHTML = chart.svg; // made by the program, its texts escaped there
  const svg = holder.querySelector("svg");
  const [top, bottom] = chart.ends;
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [key, value] of Object.entries({ class: "pointer", y1: top, y2: bottom, visibility: "hidden" })) mark.setAttribute(key, value);
  svg.append(mark);
  holder.append(tip);
  let place = -1;
  const read = (i) => {
    place = Math.min(chart.hover.length - 1, Math.max(0, i));
    const point = chart.hover[place];
    for (const end of ["x1", "x2"]) mark.setAttribute(end, point.x);
    mark.setAttribute("visibility", "visible");
    fill(tip, point.text.split("\n").map((line) => h("div", {}, line)));
    tip.hidden = false;
    const share = point.x / chart.width;
    tip.style.left = share > 0.55 ? "auto" : `calc(${100 * share}% + 8px)`;
    tip.style.right = share > 0.55 ? `calc(${100 * (1 - share)}% + 8px)` : "auto";
  };
  const away = () => {
    tip.hidden = true;
    mark.setAttribute("visibility", "hidden");
  };
  if (chart.hover.length) {
    holder.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * chart.width;
      read(chart.hover.reduce((best, point, i) => (Math.abs(point.x - x) < Math.abs(chart.hover[best].x - x) ? i : best), 0));
    });
    holder.addEventListener("pointerleave", away);
    holder.addEventListener("blur", away);
    holder.addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
        event.preventDefault();
        read(place + (event.key === "ArrowRight" ? 1 : -1));
      } else if (event.key === "Escape") away();
    });
  }
  return h("section.chart-box", {}, h("h2", {}, title), holder, note ? h("p.small", {}, note) : "",
    chart.table ? h("details.figures", {}, h("summary", {}, words.figures), tableOf(chart.table, words)) : "");
}

function cardOf(card) {
  return h("div.card", { "data-card": card.key, "data-value": card.value, "data-error": card.error },
    h("div.label", {}, card.label),
    h("div.number", {}, h("span", {}, card.number), card.unit ? h("small", {}, card.unit) : ""),
    h("div.note", {}, card.note));
}

/** Cards and all that follows from an answer. */
class AnswerView {
  constructor(app) {
    this.app = app;
    const { words } = app;
    this.cards = h("section.cards", { "aria-label": words.cards });
    this.fan = h("div.wide");
    this.curve = h("div.half");
    this.tables = h("div.tables");
    this.shared = h("div.shared");
    this.line = typedBox((box) => app.gesture({ type: "line", text: box.value }), { id: fresh("line") });
    this.el = h("section.answer", { "aria-label": words.answer },
      h("div.pair", {}, this.fan, h("div.half", {}, this.curve,
        h("div.tools", {}, h("label", { for: this.line.id }, filled(words.line, { unit: app.page.unit })), this.line, h("span.small", {}, words.line_tip)))),
      this.tables, this.shared);
  }

  show(answer) {
    const { words } = this.app;
    fill(this.cards, answer.cards.map(cardOf));
    this.replace(this.fan, answer.fan && chartOf(answer.fan, words.fan, words, words.fan_note));
    this.showCurve(answer.curve);
    fill(this.tables, answer.tables.map((table) => tableOf(table, words)));
  }

  showCurve(curve) {
    this.replace(this.curve, chartOf(curve, this.app.words.exceedance, this.app.words));
  }

  /** Another picture in the place of one; figures that were open stay open. */
  replace(place, made) {
    const open = place.querySelector("details.figures")?.open;
    if (made && open) made.querySelector("details.figures").open = true;
    fill(place, made);
  }

  showShared(html) {
    this.shared.innerHTML = html; // made by the program, its texts escaped there
  }
}
