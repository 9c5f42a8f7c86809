"""Web pages that an office calls .xls: the tables in them."""

from __future__ import annotations

import html.parser
import re
from collections.abc import Mapping
from decimal import Decimal

from simulator.characters import parse_number
from simulator.errors import Problem
from simulator.phrases import phrase
from simulator.population import cells
from simulator.population.column import Table, plain
from simulator.population.grid import Grid, Range
from simulator.population.layout import arrange
from simulator.population.look import RAISED, STRUCK
from simulator.population.numberformat import Meaning, meaning
from simulator.population.raw import Finding, RawTable, letters
from simulator.population.sheets import AGAIN, decode
from simulator.population.units import MONEY

MOST_STYLES, MOST_BESIDE = 2_000_000, 200  # characters looked at for styles; texts beside the table
_DOES = {
    "sup": "superscript",
    "sub": "subscript",
    "s": "struck",
    "strike": "struck",
    "del": "struck",
    **dict.fromkeys(("script", "style", "template", "noscript", "title", "rt", "rp"), "unseen"),
}
_LOOKS = {  # what a style does to a text
    "display:none": "unseen",
    "visibility:hidden": "unseen",
    "line-through": "struck",
    "vertical-align:super": "superscript",
    "vertical-align:text-top": "superscript",
    "vertical-align:sub": "subscript",
}
_MARKS = ("sup", "superscript", "footnote", "note")
_LAID_OUT = ("colspan", "rowspan", "width", "height", "border", "tabindex", "id", "x:fmla")
_VALUES = ("x:num", "x:str", "sdval", "data-v", "data-value", "office:value", "data-sheets-value")
MOST_SPAN, MOST_ROWS = 500, 65_534  # a merged heading wider than any table; as many rows as a browser merges


def is_html(data: bytes) -> bool:
    """Whether the bytes are a web page or the XML of a spreadsheet, whatever the file is called."""
    start = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").lower()
    return start.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<?xml", b"<style", b"<div"))


def is_xml_book(data: bytes) -> bool:
    """Whether the bytes are the XML in which a spreadsheet of 2003 could save a workbook."""
    return b"urn:schemas-microsoft-com:office:spreadsheet" in data[:2048] and b"<html" not in data[:2048].lower()


class _Tables(html.parser.HTMLParser):
    """The cells of every outermost table of a page, each with what is shown and, where the page says it, what is stored; and
    the texts beside the tables."""

    def __init__(self, styles: _Styles) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.merged: list[list[Range]] = []
        self.odd: list[list[tuple[int, int, Problem]]] = []  # row, column, and what is doubtful
        self.hidden: list[int] = []  # rows and cells of each that are not shown
        self.beside: list[str] = []
        self.styles = styles
        self.cell: list[str] | None = None
        self.stored = ("", False)
        self.format: Meaning | None = None
        self.spans: dict[int, int] = {}  # rows still covered, by column
        self.depth = 0
        self.within: list[tuple[str, str]] = []  # tags inside a cell and what they do: raised, lowered, struck, unseen

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append([])
                self.merged.append([])
                self.odd.append([])
                self.hidden.append(0)
                self.spans = {}
        elif self.depth == 1 and tag == "tr":
            self._close()
            self.tables[-1].append([])
            self.hidden[-1] += self.styles.has(given, "display:none")
        elif self.depth == 1 and tag in ("td", "th") and self.tables[-1]:
            self._close()
            row = self.tables[-1][-1]
            while self.spans.get(len(row), 0) > 0:
                self.spans[len(row)] -= 1
                row.append("")
            wide, tall = min(_span(given.get("colspan")) or 1, MOST_SPAN), _span(given.get("rowspan")) or MOST_ROWS
            for at in range(len(row), len(row) + wide):
                self.spans[at] = tall - 1
            row += [""] * wide
            self.cell, self.at, self.stored = [], len(row) - wide, _stored(given)
            self.format = self.styles.format(given)
            self.struck = self.styles.has(given, "line-through")
            self.hidden[-1] += self.styles.has(given, "display:none") or self.styles.has(given, "visibility:hidden")
            if wide * tall > 1:
                self.merged[-1].append((len(self.tables[-1]) - 1, self.at, len(self.tables[-1]) - 2 + tall, self.at + wide - 1))
        elif self.cell is None:
            self.within += [(tag, "unseen")] if tag in ("script", "style") else []
        elif tag == "br":
            self.cell.append(" ")
        elif tag in ("input", "img"):
            ticked = given.get("type") in ("checkbox", "radio")
            text = ("是" if "checked" in given else "否") if ticked else given.get("value") or given.get("alt") or ""
            self.handle_data("" if given.get("type") == "hidden" else f" {text} ")
        else:
            does = _DOES.get(tag) or next((how for look, how in _LOOKS.items() if self.styles.has(given, look)), "")
            if tag == "option" and "selected" not in given:
                does = "unseen"
            mark = tag == "small" or (given.get("href") or "").startswith("#") or (given.get("class") or "") in _MARKS
            if not does and mark and "".join(self.cell).strip():
                does = "superscript"  # a mark that leads to a footnote
            self.within += [(tag, does)] if does else []
            self.stored = self.stored if self.stored[0] else _stored(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table") and self.depth == 1:
            self._close()
        if tag == "table" and self.depth:
            self.depth -= 1
        at = next((at for at in reversed(range(len(self.within))) if self.within[at][0] == tag), None)
        if at is not None:
            del self.within[at:]

    def handle_data(self, data: str) -> None:
        does = {how for _, how in self.within}
        if "unseen" in does:
            return
        if self.cell is None:
            self.beside += [data] if data.strip() and len(self.beside) < MOST_BESIDE else []
            return
        for how in does & {"superscript", "subscript"}:
            data = data.translate(RAISED[how])
        self.struck |= "struck" in does and bool(data.strip())
        self.cell.append(data)

    def _close(self) -> None:
        if self.cell is not None:
            row = len(self.tables[-1]) - 1
            shown = " ".join("".join(self.cell).split())
            stored, sure = self.stored
            text = _reconciled(shown, stored) if stored and (sure or shown) else shown
            if (text is None and sure) or (self.format and self.format.twisted):
                cause = phrase("{} is shown and {} stored", cells.shown(shown), stored)
                self.odd[-1].append((row, self.at, Problem("", cause, "write the number that is meant")))
            elif text and self.format and self.format.unit and re.fullmatch(r"[\d.]+", text):
                text = self.format.text(text)
            if self.struck and shown:
                self.odd[-1].append((row, self.at, Problem("", phrase("{} is struck out, or a part of it", cells.shown(shown)), STRUCK)))
            self.tables[-1][-1][self.at] = shown if text is None else text
            self.cell, self.within = None, []


class _Styles:
    """What a page's style sheet says of its classes."""

    def __init__(self, text: str):
        sheets = " ".join(re.findall(r"<style[^>]*>(.*?)</style", text[:MOST_STYLES], re.DOTALL | re.IGNORECASE))
        rules = re.findall(r"([^{}]+)\{([^{}]*)\}", sheets)
        self.classes = {name: rule for names, rule in rules for name in re.findall(r"\.([\w-]+)", names)}
        self.known: dict[tuple[str, str, bool], str] = {}

    def _rules(self, attributes: Mapping[str, str | None]) -> str:
        own, classes = attributes.get("style") or "", attributes.get("class") or ""
        return ";".join((own, *(self.classes.get(name, "") for name in classes.split())))

    def has(self, attributes: Mapping[str, str | None], what: str) -> bool:
        """Whether a style says so, in lower case and without blanks; one that hides is said in other ways, too."""
        if not attributes:
            return False
        key = attributes.get("style") or "", attributes.get("class") or "", "hidden" in attributes
        if key not in self.known:
            rules = f";{''.join(self._rules(attributes).lower().split())};" + "display:none;" * key[2]
            white = re.search(";color:(white|#fff|#ffffff);", rules) and "background" not in rules
            self.known[key] = rules + ("visibility:hidden;" if white or ";font-size:0" in rules else "")
        return what in self.known[key]

    def format(self, attributes: Mapping[str, str | None]) -> Meaning | None:
        """What a cell's number format says of its unit."""
        found = re.search(r"mso-number-format:\s*(?:\"([^\"]*)\"|'([^']*)'|([^;]*))", self._rules(attributes)) if attributes else None
        if found is None:
            return None
        code = re.sub(r"\\([0-9A-Fa-f]{4}) ?", lambda hexed: chr(int(hexed.group(1), 16)), next(filter(None, found.groups()), ""))
        return meaning(code.replace("\\", ""))


def _span(text: str | None) -> int:
    """How many cells are one, as a browser reads it; 0 of rows is up to the end of the table."""
    found = re.match(r"\s*([0-9]{1,5})(?![0-9])", text or "")
    return int(found[1]) if found else 1


def _stored(attributes: Mapping[str, str | None]) -> tuple[str, bool]:
    """The number that a page keeps beside what it shows: of Excel and WPS x:num, of LibreOffice sdval, of SheetJS data-v, of
    Google data-sheets-value, of others in attributes of their own; and whether it is one of those that are sure to be the value."""
    for name in (*_VALUES, *(name for name in attributes if name not in (*_VALUES, *_LAID_OUT))):
        text = (attributes.get(name) or "").strip()
        if name == "data-sheets-value" and (found := re.search(r'"3":\s*(-?[\d.eE+-]+)', text)):
            text = found.group(1)
        if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
            return text, name in _VALUES
    return "", False


def _reconciled(shown: str, stored: str) -> str | None:
    """What a cell holds that shows one thing and stores a number: the number where it is shown rounded, with the unit shown;
    what is shown where that is no number, as a day; None where they are two different numbers.

    >>> _reconciled("300,000", "299999.6"), _reconciled("10.00万元", "10"), _reconciled("85%", "0.85")
    ('299999.6', '10万元', '85%')
    >>> _reconciled("2013-05-06", "41400"), _reconciled("10", "100000"), _reconciled("####", "5")
    ('2013-05-06', None, '5')
    """
    exact = Decimal(stored)
    if not shown or set(shown) <= {"#"}:
        return f"{exact:f}"
    word = plain(shown)
    unit = next((unit for unit in sorted(MONEY, key=len, reverse=True) if word.endswith(unit)), "%" if word.endswith("%") else "")
    try:
        number = parse_number(word.removesuffix(unit))
    except ValueError:
        return shown
    factor = Decimal("0.01") if unit == "%" else Decimal(MONEY.get(unit, 1))
    slack = Decimal(1).scaleb(int(number.as_tuple().exponent)) * Decimal("0.5000001")
    if abs(number - exact) <= slack and unit != "%":
        return f"{exact:f}{unit}"
    return f"{exact / factor:f}{unit}" if unit and abs(number - exact / factor) <= slack else None


def from_html(data: bytes, label: str, table: Table) -> RawTable | Problem:
    """The raw table of a web page's largest table, or why there is none."""
    try:
        text, _ = decode(data)
    except ValueError as error:
        return Problem(label, phrase("the text's encoding is {}", error), "open it and save it as an Excel workbook (.xlsx)")
    page = _Tables(_Styles(text))
    page.feed(text)
    page.close()
    if page.depth:
        return Problem(label, "the page ends within its table: it was cut off", AGAIN)
    if not any(page.tables):
        return Problem(label, "is a page without a table", "open it and save it as an Excel workbook (.xlsx)")
    at = max(range(len(page.tables)), key=lambda at: len(page.tables[at]))
    rows = page.tables[at]
    others = [cell for place, other in enumerate(page.tables) if place != at for row in other[:MOST_BESIDE] for cell in row if cell]
    found = arrange(Grid(label, rows, range(1, len(rows) + 1), title=label, merged=page.merged[at], says=[*page.beside, *others]), table)
    if isinstance(found, RawTable):
        found.warnings.append(
            Problem(label, "is a web page named as a workbook; its largest table was read", "compare the number of rows", "warning")
        )
        if page.hidden[at]:
            cause = phrase("{}; everything was read", phrase("{} row(s) or cell(s) are hidden", page.hidden[at]))
            found.warnings.append(Problem(label, cause, "show it and compare", "warning"))
        found.warnings += [
            Finding(f"{label}!{letters(column)}{row + 1}", odd.cause, odd.remedy, "error", table=label, line=row + 1, position=column)
            for row, column, odd in page.odd[at]
        ]
    return found
