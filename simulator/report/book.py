"""A workbook's cells for Excel and WPS: formats, sheets of landscape A4 with tables one under the other, totals as formulas.

Texts are written as texts, never as formulas; formulas only where this module is told so, each with the value it must give.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from simulator.report import terminal
from simulator.report.rounding import WITHHELD
from simulator.spreadsheets import printed, workbook

_BORDER = {"border": 1, "border_color": "#C4CCD4", "valign": "vcenter"}
GRID = (28, *[11] * 11)  # columns of a sheet with several tables: as many as stay readable on landscape A4
_TOTAL = {"bold": True, "bg_color": "#F0F3F6"}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": "#1C2733"},
    "heading": {"bold": True, "font_size": 12, "font_color": "#1F4E79"},
    "note": {"font_color": "#55616D", "text_wrap": True, "valign": "top"},
    "unit": {"font_color": "#55616D"},
    "head": {**_BORDER, "bold": True, "bg_color": "#DCE6F1", "align": "center", "text_wrap": True},
    "group": {**_BORDER, "bold": True, "font_color": "#1F4E79", "bg_color": "#F7F9FB"},
    "text": {**_BORDER, "text_wrap": True, "indent": 1},
    "centre": {**_BORDER, "align": "center"},
    "money": {**_BORDER, "num_format": "#,##0.00", "font_size": 9, "shrink": True},
    "large": {**_BORDER, "num_format": "#,##0.00"},
    "error": {**_BORDER, "font_size": 8, "font_color": "#55616D", "align": "right", "text_wrap": True},
    "count": {**_BORDER, "num_format": "#,##0.0"},
    "whole": {**_BORDER, "num_format": "#,##0", "shrink": True},
    "share": {**_BORDER, "num_format": "0.0%"},
    "small_share": {**_BORDER, "num_format": "0.000%"},
}


class Book:
    """A workbook being written; use it in `with`."""

    def __init__(self, path: Path, lang: str, footer: str):
        self.file = workbook(path)
        font = {"font_name": "微软雅黑" if lang == "zh" else "Calibri", "font_size": 10}
        self.formats = {}
        for name, look in _FORMATS.items():
            if name == "large" and lang != "zh":
                look = look | {"num_format": "#,##0.000"}  # of a million
            self.formats[name] = self.file.add_format({**font, **look})
            self.formats[f"{name}+"] = self.file.add_format({**font, **look, **_TOTAL})  # of a row of totals
        self.footer = footer
        self._pages: list[Page] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            for page in self._pages:
                page.sheet.print_area(0, 0, max(page.row - 1, 0), len(page.widths) - 1)
            self.file.close()

    def page(self, name: str, title: str, widths: Sequence[float] = GRID, note: str = "") -> Page:
        """A new sheet, landscape A4, one page wide, its title and note written; the title is repeated on every printed page."""
        sheet = self.file.add_worksheet(name[:31])
        sheet.hide_gridlines(2)
        printed(sheet)
        sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        sheet.set_footer(f"&L&8{self.footer.replace('&', '&&')}&R&8&P / &N")
        for column, wide in enumerate(widths):
            sheet.set_column(column, column, wide)
        sheet.write_string(0, 0, title, self.formats["title"])
        sheet.set_row(0, 24)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        page = Page(self, sheet, 1, list(widths), [(c, c) for c in range(len(widths))])
        page.note(note)
        self._pages.append(page)
        return page


@dataclass
class Page:
    """One sheet and the row that is written next.

    widths: of the sheet's columns. spans: first and last column of the sheet that each column of the present table takes.
    copies: rows from the current one to those where the same headings and texts stand: see `blocks`.
    """

    book: Book
    sheet: xlsxwriter.worksheet.Worksheet
    row: int
    widths: list[float]
    spans: list[tuple[int, int]]
    copies: tuple[int, ...] = ()
    _lines: int = 1  # of the current row's longest text

    def note(self, text: str, look: str = "note") -> None:
        """A text over the whole width, as high as it needs; nothing for an empty one."""
        if not text:
            return
        high = _lines(text, sum(self.widths), look)
        self.sheet.merge_range(self.row, 0, self.row, len(self.widths) - 1, text, self.book.formats[look])
        self.sheet.set_row(self.row, 15 * high + 4)
        self.row += 1

    def table(self, title: str, wanted: Sequence[float], note: str = "") -> None:
        """A further table: its heading and note under what stands on the sheet. wanted: a width for each of its columns; where there
        are fewer than the sheet has, those that lack most take several of the sheet's."""
        for column in range(len(self.widths), len(wanted)):
            self.sheet.set_column(column, column, GRID[-1])
            self.widths.append(GRID[-1])
        taken = [1] * len(wanted)
        for _ in self.widths[len(wanted):]:
            lack = [want / (self.widths[-1] * n + (c == 0) * (self.widths[0] - self.widths[-1]))
                    for c, (want, n) in enumerate(zip(wanted, taken, strict=True))]
            taken[lack.index(max(lack))] += max(lack) > 1
        ends = list(accumulate(taken))
        self.copies, self.spans = (), [(end - n, end - 1) for end, n in zip(ends, taken, strict=True)]
        self.row += 1
        self.sheet.write_string(self.row, 0, title, self.book.formats["heading"])
        self.sheet.set_row(self.row, 20)
        self.row += 1
        self.note(note)

    def blocks(self, titles: Sequence[str], rows: int, gap: int = 0) -> None:
        """The same rows several times, one block under the other: texts are written into all of them, numbers into the last unless
        `moved`. titles: of the blocks; rows: of each, its header not counted; gap: rows left free under the first."""
        high = rows + 3  # its title, its header, and a free row
        starts = [self.row + high * place + (gap if place else 0) for place in range(len(titles))]
        for self.row, title in zip(starts, titles, strict=True):
            self.sheet.write_string(self.row, 0, title, self.book.formats["unit"])
        self.copies = tuple(start - starts[-1] for start in starts[:-1])
        self.row += 1

    @contextmanager
    def moved(self, rows: int) -> Iterator[None]:
        """What is written meanwhile stands so many rows below."""
        self.row += rows
        yield
        self.row -= rows

    def header(self, texts: Sequence[str], freeze: int | None = None) -> None:
        """The headings. freeze: of the sheet's only table, repeated on every printed page and frozen with so many columns."""
        for column, text in enumerate(texts):
            self.text(column, text, "head")
        if freeze is not None:
            self.sheet.repeat_rows(0, self.row)
            self.sheet.freeze_panes(self.row + 1, freeze)
        self.end_row()

    def text(self, column: int, text: str, look: str = "text") -> None:
        """A text in the current row, and in its copies."""
        first, last = self.spans[column]
        for row in (self.row, *(self.row + copy for copy in self.copies)):
            if first < last:
                self.sheet.merge_range(row, first, row, last, text, self.book.formats[look])
            else:
                self.sheet.write_string(row, first, text, self.book.formats[look])
        self._lines = max(self._lines, _lines(text, sum(self.widths[first:last + 1]), look))

    def number(self, column: int, value: float, look: str = "money", withheld: bool = False) -> None:
        """A number in the current row; blank where there is none, a mark where it is withheld."""
        first = self._joined(column, look)
        if withheld:
            self.sheet.write_string(self.row, first, WITHHELD, self.book.formats[look])
        elif value is None or not math.isfinite(value):
            self.sheet.write_blank(self.row, first, None, self.book.formats[look])
        else:
            self.sheet.write_number(self.row, first, float(value), self.book.formats[look])

    def formula(self, column: int, formula: str, value: float, look: str = "money") -> None:
        """A formula in the current row, with the value it gives (shown by programs that do not calculate)."""
        self.sheet.write_formula(self.row, self._joined(column, look), f"={formula}", self.book.formats[look], float(value))

    def cell(self, column: int) -> str:
        """The address of a cell in the current row."""
        return cell(self.row, self.spans[column][0])

    def _joined(self, column: int, look: str) -> int:
        first, last = self.spans[column]
        if first < last:
            self.sheet.merge_range(self.row, first, self.row, last, "", self.book.formats[look])
        return first

    def end_row(self, small: bool = False) -> None:
        """The current row is written: as high as its longest text needs. small: it is in small print."""
        for row in (self.row, *(self.row + copy for copy in self.copies)) if small or self._lines > 1 else ():
            self.sheet.set_row(row, (11 if small else 14) * self._lines + 2)
        self.row, self._lines = self.row + 1, 1


def _lines(text: str, width: float, look: str) -> int:
    """How many lines a text takes in a column of this width: less of it in bold and indented print, more in small print."""
    wide = int(width * {"head": 0.95, "error": 1.4}.get(look, 1.06))
    return sum(max(1, len(terminal.lines(line, wide)), math.ceil(terminal.width(line) / wide)) for line in text.split("\n"))


def cell(row: int, column: int) -> str:
    """A cell's address, C5."""
    return xl_rowcol_to_cell(row, column)


def span(row: int, first: int, last: int) -> str:
    """Cells of one row, C5:H5."""
    return f"{cell(row, first)}:{cell(row, last)}"


def down(column: int, first: int, last: int) -> str:
    """Cells of one column, C5:C14."""
    return f"{xl_col_to_name(column)}{first + 1}:{xl_col_to_name(column)}{last + 1}"
