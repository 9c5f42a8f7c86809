"""A workbook's cells for Excel and WPS: formats, titles, frozen headers, amounts in 元 with 万元 beside them.

Texts are written as texts, never as formulas; formulas only where this module is told so, each with the value it must give.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from simulator.report.rounding import WITHHELD
from simulator.spreadsheets import workbook

_BORDER = {"border": 1, "border_color": "#C4CCD4", "valign": "vcenter"}
_LINE = 96  # a line of landscape A4 in a column's units
_TOTAL = {"bold": True, "bg_color": "#F0F3F6"}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": "#1C2733"},
    "note": {"font_color": "#55616D", "text_wrap": True, "valign": "top"},
    "unit": {"font_color": "#55616D"},
    "head": {**_BORDER, "bold": True, "bg_color": "#DCE6F1", "align": "center", "text_wrap": True},
    "group": {**_BORDER, "bold": True, "font_color": "#1F4E79", "bg_color": "#F7F9FB"},
    "text": {**_BORDER, "text_wrap": True},
    "centre": {**_BORDER, "align": "center"},
    "money": {**_BORDER, "num_format": "#,##0.00"},
    "large": {**_BORDER, "num_format": "#,##0.00"},
    "count": {**_BORDER, "num_format": "#,##0.0"},
    "whole": {**_BORDER, "num_format": "#,##0"},
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.file.close()

    def page(self, name: str, title: str, widths: Sequence[float], note: str = "", across: int | None = None) -> Page:
        """A new sheet, landscape A4, one page wide, its title and note written. across: columns the note takes (default: all)."""
        sheet = self.file.add_worksheet(name[:31])
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        sheet.set_footer(f"&L&8{self.footer.replace('&', '&&')}&R&8&P / &N")
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, title, self.formats["title"])
        sheet.set_row(0, 24)
        row = 1
        if note:
            under = widths[:across]
            sheet.merge_range(1, 0, 1, len(under) - 1, note, self.formats["note"])
            sheet.set_row(1, 15 * max(1, math.ceil(2.1 * len(note) / max(sum(under), 1))) + 4)
            row = 2
        return Page(self, sheet, row, tuple(widths))


@dataclass
class Page:
    """One sheet and the row that is written next."""

    book: Book
    sheet: xlsxwriter.worksheet.Worksheet
    row: int
    widths: tuple[float, ...]
    _lines: int = 1  # of the current row's longest text

    def header(self, texts: Sequence[str], freeze: int = 1, groups: Sequence[tuple[int, int, str]] = ()) -> None:
        """The headings, repeated on every printed page, frozen with everything above them.

        groups: (first column, last column, text) of a row above them; columns in no group span both rows.
        """
        look, first = self.book.formats["head"], self.row
        grouped = {c for start, stop, _ in groups for c in range(start, stop + 1)}
        if len(groups) > 1:
            self._paginate(groups)
        for start, stop, text in groups:
            self.sheet.merge_range(self.row, start, self.row, stop, text, look)
        self.row += bool(groups)
        for column, text in enumerate(texts):
            if groups and column not in grouped:
                self.sheet.merge_range(self.row - 1, column, self.row, column, text, look)
            else:
                self.sheet.write_string(self.row, column, text, look)
        self.sheet.set_row(self.row, 15 * max(self._lines_of(c, t) for c, t in enumerate(texts)) + 5)
        self.sheet.repeat_rows(first, self.row)
        self.row += 1
        self.sheet.freeze_panes(self.row, freeze)

    def _paginate(self, groups: Sequence[tuple[int, int, str]]) -> None:
        """Each group of columns is a printed page of its own, the columns before the first of them repeated on every one: side by
        side they would be too small to read."""
        first = groups[0][0]
        beside = sum(self.widths[:first])
        widest = max(beside + sum(self.widths[start:stop + 1]) for start, stop, _ in groups)
        self.sheet.repeat_columns(0, first - 1)
        self.sheet.set_v_pagebreaks([start for start, _, _ in groups[1:]])
        self.sheet.set_print_scale(max(40, min(100, int(100 * _LINE / widest))))

    def text(self, column: int, text: str, look: str = "text") -> None:
        """A text in the current row."""
        self.sheet.write_string(self.row, column, text, self.book.formats[look])
        self._lines = max(self._lines, self._lines_of(column, text))

    def _lines_of(self, column: int, text: str) -> int:
        cells = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
        return max(1, math.ceil(cells / self.widths[column]))

    def number(self, column: int, value: float, look: str = "money", withheld: bool = False) -> None:
        """A number in the current row; blank where there is none, a mark where it is withheld."""
        if withheld:
            self.sheet.write_string(self.row, column, WITHHELD, self.book.formats[look])
        elif value is None or not math.isfinite(value):
            self.sheet.write_blank(self.row, column, None, self.book.formats[look])
        else:
            self.sheet.write_number(self.row, column, float(value), self.book.formats[look])

    def formula(self, column: int, formula: str, value: float, look: str = "money") -> None:
        """A formula in the current row, with the value it gives (shown by programs that do not calculate)."""
        self.sheet.write_formula(self.row, column, f"={formula}", self.book.formats[look], float(value))

    def end_row(self) -> None:
        """The current row is written: as high as its longest text needs."""
        if self._lines > 1:
            self.sheet.set_row(self.row, 14 * self._lines + 3)
        self.row, self._lines = self.row + 1, 1


def cell(row: int, column: int) -> str:
    """A cell's address, C5."""
    return xl_rowcol_to_cell(row, column)


def span(row: int, first: int, last: int) -> str:
    """Cells of one row, C5:H5."""
    return f"{cell(row, first)}:{cell(row, last)}"


def down(column: int, first: int, last: int) -> str:
    """Cells of one column, C5:C14."""
    return f"{xl_col_to_name(column)}{first + 1}:{xl_col_to_name(column)}{last + 1}"
