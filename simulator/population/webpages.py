"""Web pages that an office calls .xls: the tables in them."""

from __future__ import annotations

import html.parser

from simulator.errors import Problem
from simulator.population.column import Table
from simulator.population.layout import arrange
from simulator.population.raw import RawTable
from simulator.population.sheets import decode

MOST_SPAN = 500  # a merged heading wider than any table


def is_html(data: bytes) -> bool:
    """Whether the bytes are a web page or the XML of a spreadsheet, whatever the file is called."""
    start = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").lower()
    return start.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<?xml", b"<style", b"<div"))


def is_xml_book(data: bytes) -> bool:
    """Whether the bytes are the XML in which a spreadsheet of 2003 could save a workbook."""
    return b"urn:schemas-microsoft-com:office:spreadsheet" in data[:2048] and b"<html" not in data[:2048].lower()


class _Tables(html.parser.HTMLParser):
    """The cells of every outermost table of a page, spans filled up with blanks as in a workbook."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.cell: list[str] | None = None
        self.spans: dict[int, int] = {}  # rows still covered, by column
        self.depth = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append([])
                self.spans = {}
        elif self.depth == 1 and tag == "tr":
            self._close()
            self.tables[-1].append([])
        elif self.depth == 1 and tag in ("td", "th") and self.tables[-1]:
            self._close()
            row, given = self.tables[-1][-1], dict(attributes)
            while self.spans.get(len(row), 0) > 0:
                self.spans[len(row)] -= 1
                row.append("")
            wide, tall = (_span(given.get(name)) for name in ("colspan", "rowspan"))
            for at in range(len(row), len(row) + wide):
                self.spans[at] = tall - 1
            row += [""] * wide
            self.cell, self.at = [], len(row) - wide
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table") and self.depth == 1:
            self._close()
        if tag == "table" and self.depth:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _close(self) -> None:
        if self.cell is not None:
            self.tables[-1][-1][self.at] = " ".join("".join(self.cell).split())
            self.cell = None


def _span(text: str | None) -> int:
    return min(max(int(text), 1), MOST_SPAN) if text and text.isdecimal() and len(text) < 9 else 1


def from_html(data: bytes, label: str, table: Table) -> RawTable | Problem:
    """The raw table of a web page's largest table, or why there is none."""
    try:
        text, _ = decode(data)
    except ValueError as error:
        return Problem(label, f"the text's encoding is {error}", "open it and save it as an Excel workbook (.xlsx)")
    page = _Tables()
    page.feed(text)
    page.close()
    if not any(page.tables):
        return Problem(label, "is a page without a table", "open it and save it as an Excel workbook (.xlsx)")
    rows = max(page.tables, key=len)
    found = arrange(rows, list(range(1, len(rows) + 1)), label, is_sheet=True, table=table, title=label)
    if isinstance(found, RawTable):
        found.warnings.append(Problem(label, "is a web page named as a workbook; its largest table was read",
                                      "compare the number of rows", "warning"))
    return found
