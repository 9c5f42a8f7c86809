// Making elements, writing numbers, giving files away.

/** An element: h("div.name.other", { attribute: value, onclick: f }, "text", element, [more]). Texts are never read as HTML. */
function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function button(text, act, attributes = {}, classes = "") {
  return h(`button${classes}`, { type: "button", onclick: act, ...attributes }, text);
}

/** A box that is typed into; commit is called with it by Enter, or when it is left, if anything was typed. (JupyterLab keeps some keys
 * to itself, so that a browser's own `change` does not always come.) */
function typedBox(commit, attributes = {}) {
  let typed = false;
  const done = () => {
    if (!typed) return;
    typed = false;
    commit(box);
  };
  const box = h("input", { type: "text", autocomplete: "off", spellcheck: "false", oninput: () => { typed = true; }, onchange: done,
    onkeydown: (event) => { if (event.key === "Enter") done(); }, ...attributes });
  return box;
}

/** Put children in the place of those an element has. */
function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
}

let numbered = 0;
const fresh = (stem) => `wi-${stem}-${(numbered += 1)}`;

/** A sentence with its places filled. */
function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const decimals = (step) => (String(step).split(".")[1] || "").length;
const written = (number, digits) => number.toLocaleString("en-US", { maximumFractionDigits: digits });

function download(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

/** A table's figures as CSV that spreadsheets open: plain numbers, notes in a column of their own, no cell that is a formula. */
function csvOf(table) {
  const noted = table.header.map((_, i) => table.rows.some((row) => row[i]?.note));
  const plain = (text) => {
    const number = text.replace(/,(?=\d{3})/g, "").replace(/\u2212/g, "-").replace(/^\+(?=[\d.])/, "");
    const safe = /^-?[\d.]+%?$/.test(number) ? number : /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const lines = [table.header.flatMap((name, i) => (noted[i] ? [name, ""] : [name])),
    ...table.rows.map((row) => row.flatMap((cell, i) => (noted[i] ? [cell.text, cell.note] : [cell.text])))];
  return "\ufeff" + lines.map((line) => line.map(plain).join(",")).join("\r\n") + "\r\n";
}

const MOST_BESIDE = 6; // columns that stand beside each other on a telephone

/** A table as the page shows it, with its figures to take away. */
function tableOf(table, words) {
  const numeric = table.header.map((_, i) => i > 0 && table.rows.every((row) => /^[-+\u2212<>—\d.,%]*$|^—/.test(row[i].text)));
  const long = table.header.length > MOST_BESIDE; // on a narrow page a row of it becomes a block, its cells named
  const role = (name) => (long ? name : null); // a table for those who listen, however it is laid out
  const cell = (entry, i) => h(i ? "td" : "th", { class: numeric[i] ? "num" : null, scope: i ? null : "row", role: role(i ? "cell" : "rowheader"),
    "data-name": long && i ? table.header[i] : null }, entry.text,
    entry.note ? h("span.note", {}, ` ${entry.note}`) : "");
  return h("figure.table", {},
    h("figcaption", {}, h("h3", {}, table.title), h("span.unit", {}, table.unit),
      button(words.csv, () => download(`${table.name}.csv`, new Blob([csvOf(table)], { type: "text/csv;charset=utf-8" })),
        { "aria-label": filled(words.csv_of, { title: table.title }) }, ".plain.csv")),
    h("div.scroll", { tabindex: "0", role: "group", "aria-label": table.title },
      h("table", { class: long ? "long" : null, role: role("table") },
        h("thead", { role: role("rowgroup") }, h("tr", { role: role("row") },
          table.header.map((text, i) => h("th", { scope: "col", role: role("columnheader"), class: numeric[i] ? "num" : null }, text)))),
        h("tbody", { role: role("rowgroup") },
          table.rows.map((row, k) => h("tr", { class: table.strong.includes(k) ? "strong" : null, role: role("row") }, row.map(cell)))))),
    table.note ? h("p.small", {}, table.note) : "");
}
