"""A document in a workbook for Excel and WPS: sheets of landscape A4 with blocks one under the other, numbers as numbers.

Texts are written as texts, never as formulas; formulas only where a caller asks for them, each with the value it must give. A figure
is shown by the table it is drawn from, if it has one.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from simulator.document import (
    Block,
    Bullets,
    Cards,
    Cell,
    Contents,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
    Title,
    every,
)
from simulator.document.numbers import DOWN, MISSING, UP, WITHHELD, Number
from simulator.render import text as of_text
from simulator.render.pictures import DOTS, png
from simulator.spreadsheets import printed, workbook

_BORDER = {"border": 1, "border_color": "#C4CCD4", "valign": "vcenter"}
GRID = (28, *[11] * 11)  # columns of a sheet with several tables: as many as stay readable on landscape A4
_ENGLISH = {"large": "#,##0.000", "big": '"CNY "#,##0.00" billion"'}  # of a million, and of a billion
_WIDEST, _NARROWEST = 46, 10
_SHARES = {"chance": "share", "percent": "share", "share": "share", "fine": "small_share"}  # units of shares: how they look
_SCALE = 0.7  # of pictures
_ROW, _INCH = 14, 0.077  # points of a row; inches of a column's unit of width
_PAPER, _MARGINS = (11.69, 8.27), (0.5, 0.6)  # of a sheet, inches: across and up
_TITLE = 24  # points of the sheet's title, which every page repeats
_TOGETHER = 0.6  # of a page: what is no higher is not divided
_DOTS = 96  # per inch, as a workbook takes those of a picture that does not say
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
    "big": {**_BORDER, "num_format": '#,##0.0" 亿元"'},
    "signed": {**_BORDER, "num_format": "[>=0.005]+#,##0.00;[<=-0.005]-#,##0.00;0.00"},  # what rounds to nothing has no sign
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
            if lang != "zh" and name in _ENGLISH:
                look = look | {"num_format": _ENGLISH[name]}
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
                page.paginate()
            self.file.close()

    def page(self, name: str, title: str, widths: Sequence[float] = GRID, note: str = "") -> Page:
        """A new sheet, landscape A4, one page wide, its title and note written; the title is repeated on every printed page."""
        sheet = self.file.add_worksheet(name[:31])
        sheet.hide_gridlines(2)
        printed(sheet)
        sheet.set_margins(*[_MARGINS[0]] * 2, *[_MARGINS[1]] * 2)
        sheet.set_footer(f"&L&8{self.footer.replace('&', '&&')}&R&8&P / &N")
        for column, wide in enumerate(widths):
            sheet.set_column(column, column, wide)
        sheet.write_string(0, 0, title, self.formats["title"])
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        page = Page(self, sheet, 1, list(widths), [(c, c) for c in range(len(widths))])
        page.high(0, _TITLE)
        page.note(note)
        self._pages.append(page)
        return page


@dataclass
class Page:
    """One sheet and the row that is written next.

    widths: of the sheet's columns. spans: first and last column of the sheet that each column of the present table takes.
    copies: rows from the current one to those where the same headings and texts stand: see `blocks`.
    kept: first and last row of what is to stay on one printed page, if it is no higher than most of one, and the last of what is to in
    any case.
    """

    book: Book
    sheet: xlsxwriter.worksheet.Worksheet
    row: int
    widths: list[float]
    spans: list[tuple[int, int]]
    copies: tuple[int, ...] = ()
    kept: list[tuple[int, int, int]] = field(default_factory=list)
    _lines: int = 1  # of the current row's longest text
    _heights: dict[int, float] = field(default_factory=dict)

    def high(self, row: int, points: float) -> None:
        """A row's height."""
        self.sheet.set_row(row, points)
        self._heights[row] = points

    def keep(self, first: int, last: int, least: int | None = None) -> None:
        """Rows that are to stay together in print; least: the last of those that are to where all are too high."""
        self.kept.append((first, last, last if least is None else min(least, last)))

    def paginate(self) -> None:
        """Let printed pages begin where they divide nothing that is to stay together. Every row has its height: programs differ in what
        they give to one that has none."""
        across, up = (size - 2 * margin for size, margin in zip(_PAPER, _MARGINS, strict=True))
        room = up * 72 / min(1.0, across / (sum(self.widths) * _INCH)) * 0.97
        ends = dict[int, list[tuple[int, int]]]()
        for first, last, least in self.kept:
            ends.setdefault(first, []).append((last, least))

        def together(first: int, last: int) -> float:
            return sum(self._heights.get(row, _ROW) for row in range(first, last + 1))

        found, used = list[int](), 0.0
        for row in range(self.row):
            self.high(row, self._heights.get(row, _ROW))
            wholes = [together(row, last if together(row, last) <= room * _TOGETHER else least) for last, least in ends.get(row, ())]
            whole, high = max(wholes, default=0.0), together(row, row)
            if used > _TITLE and (used + high > room or used + whole > room >= whole + _TITLE):
                found.append(row)
                used = _TITLE
            used += high
        self.sheet.set_h_pagebreaks(found)

    def note(self, text: str, look: str = "note") -> None:
        """A text over the whole width, as high as it needs; nothing for an empty one."""
        if not text:
            return
        high = _lines(text, sum(self.widths), look)
        self.sheet.merge_range(self.row, 0, self.row, len(self.widths) - 1, text, self.book.formats[look])
        self.high(self.row, _ROW * high + 4)
        self.row += 1

    def table(self, title: str, wanted: Sequence[float], note: str = "", unit: str = "") -> None:
        """A further table: its heading, note and unit under what stands on the sheet. wanted: a width for each of its columns; where
        there are fewer than the sheet has, those that lack most take several of the sheet's."""
        for column in range(len(self.widths), len(wanted)):
            self.sheet.set_column(column, column, GRID[-1])
            self.widths.append(GRID[-1])
        self.heading(title)
        self.note(note)
        self.note(unit, "unit")
        self.columns(wanted)

    def columns(self, wanted: Sequence[float]) -> None:
        """What follows has columns of these widths, each one or several of the sheet's."""
        taken = [1] * len(wanted)
        for _ in self.widths[len(wanted) :]:
            lack = [
                want / (self.widths[-1] * n + (c == 0) * (self.widths[0] - self.widths[-1]))
                for c, (want, n) in enumerate(zip(wanted, taken, strict=True))
            ]
            taken[lack.index(max(lack))] += max(lack) > 1
        ends = list(accumulate(taken))
        self.copies, self.spans = (), [(end - n, end - 1) for end, n in zip(ends, taken, strict=True)]

    def heading(self, text: str) -> None:
        """A heading under what stands on the sheet."""
        self.row += 1
        self.sheet.write_string(self.row, 0, text, self.book.formats["heading"])
        self.high(self.row, 20)
        self.keep(self.row, self.row + 3)
        self.row += 1

    def picture(self, figure: Figure) -> None:
        """A picture under its title, its caption below: as wide as the sheet at most."""
        first = self.row + 1
        self.heading(figure.title)
        raw = png(figure.picture)
        across, up = figure.picture.inches
        scale = min(_SCALE, sum(self.widths) * _INCH / across)
        dots = scale * _DOTS / DOTS
        self.sheet.insert_image(
            self.row, 0, "chart.png", {"image_data": io.BytesIO(raw), "x_scale": dots, "y_scale": dots, "description": figure.picture.alt}
        )
        self.row += math.ceil(up * scale * 72 / _ROW) + 1
        self.note(figure.caption)
        self.keep(first, self.row - 1)

    def blocks(self, titles: Sequence[str], rows: int, gap: int = 0) -> None:
        """The same rows several times, one block under the other: texts are written into all of them, numbers into the last unless
        `moved`. titles: of the blocks; rows: of each, its header not counted; gap: rows left free under the first."""
        high = rows + 3  # its title, its header, and a free row
        starts = [self.row + high * place + (gap if place else 0) for place in range(len(titles))]
        for self.row, title in zip(starts, titles, strict=True):
            self.sheet.write_string(self.row, 0, title, self.book.formats["unit"])
            self.keep(self.row, self.row + rows + 1)
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
        self._lines = max(self._lines, _lines(text, sum(self.widths[first : last + 1]), look))

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
            self.high(row, (11 if small else _ROW) * self._lines + 2)
        self.row, self._lines = self.row + 1, 1


def put(book: Book, name: str, table: Table, ends: tuple[str, str], legend: str = "") -> Page:
    """A sheet of one table: its title, its note, a column per figure and one more for each error or end of an interval. ends: what the
    columns of the ends are called; legend: what these columns are, where there are any."""
    header, rows = _whole(table, ends)
    note = " ".join(filter(None, (table.note.replace("\n", " "), legend if len(header) > len(table.header) else "")))
    page = book.page(name, table.title, _widths(header, rows), note)
    page.note(table.aside, "unit")
    page.header(header, next((c for c in range(len(table.header)) if table.numeric(c)), 1))
    _rows(page, table, rows)
    return page


def sheet(book: Book, name: str, title: str, sections: Sequence[Section]) -> Page:
    """A sheet of sections one under the other."""
    page = book.page(name, title)
    for each in sections:
        write(page, each.blocks, each.title if each.title != title else "")
    return page


def write(page: Page, blocks: Sequence[Block], heading: str = "") -> None:
    """Blocks under what stands on the sheet, under a heading."""
    if heading:
        page.heading(heading)
    for block in every(blocks):
        match block:
            case Title(text) | Heading(text):
                page.heading(text)
            case Paragraph(text):
                page.note(str(text))
            case Table():
                under(page, block)
            case Figure(data=Table() as data):
                under(page, data)
            case Figure():
                page.picture(block)
            case Cards(cards):
                for card in cards:
                    page.note(" ".join(filter(None, (f"{card.label}:", card.number, card.unit, card.note))))
            case Facts(entries):
                page.columns((GRID[0], sum(page.widths) - GRID[0]))
                for entry in entries:
                    for column, text in enumerate(entry):
                        page.text(column, text)
                    page.end_row()
            case Bullets(items):
                for item in items:
                    page.note(item)
            case Contents():
                pass  # a workbook's contents are its sheets


def under(page: Page, table: Table) -> None:
    """A table under the last: errors and intervals in smaller print under their estimates."""
    header, rows, first = list(table.header), [list(row) for row in table.rows], page.row + 1
    page.table(table.title, _widths(header, rows), table.note.replace("\n", " "), table.aside)
    page.header(header)
    body = page.row
    _rows(page, table, rows, small=True)
    page.keep(first, page.row - 1, body + 3)


def _rows(page: Page, table: Table, rows: Sequence[Sequence[Cell]], small: bool = False) -> None:
    groups, first, last = dict(table.groups), page.row, page.row
    for place, row in enumerate(rows):
        if place in groups:
            page.text(0, groups[place], "group")
            for column in range(1, len(row)):
                page.text(column, "", "group")
            page.end_row()
        plus = "+" if table.is_strong(place) else ""
        before, last = last, page.row
        for column, cell in enumerate(row):
            if (formula := _formula(page, table, place, column, first)) is not None:
                page.formula(column, formula, value_of(cell.of) if cell.of else 0.0, f"{_look(cell.of) if cell.of else 'large'}{plus}")
            elif cell.of is not None:
                page.number(column, value_of(cell.of), f"{_look(cell.of)}{plus}", cell.of.withheld)
            else:
                text = " ".join(filter(None, (cell.text, "" if cell.number else cell.note)))
                page.text(column, text if text != MISSING or cell.number else "", f"{'centre' if cell.number else 'text'}{plus}")
        page.end_row()
        if small and any(cell.number and cell.note for cell in row):
            page.keep(page.row - 1, page.row)
            for column, cell in enumerate(row):
                page.text(column, cell.note if cell.number else "", "error")
            page.end_row(small=True)
    if len(rows) > 1:  # no row ends a table on a page by itself
        page.keep(before, page.row - 1)


def _formula(page: Page, table: Table, row: int, column: int, first: int) -> str | None:
    """How a cell follows from others; None where it stands for itself, or where others are withheld or not known."""
    given = [cell.of for cell in table.rows[row]]
    if column in table.formulas and all(of is None or (not of.withheld and math.isfinite(of.value)) for of in given):
        return table.formulas[column].format(*(page.cell(c) for c in range(len(table.header))))
    if not table.adds or column == 0 or any(cell.of and cell.of.withheld for line in table.rows for cell in line):
        return None
    if row == len(table.rows) - 1:
        return f"SUM({down(page.spans[column][0], first, page.row - 1)})"
    if column == len(table.header) - 1:
        return f"SUM({span(page.row, page.spans[1][0], page.spans[column - 1][1])})"
    return None


def _whole(table: Table, ends: tuple[str, str]) -> tuple[list[str], list[list[Cell]]]:
    """The table with errors, or ends of intervals, in columns of their own to the right."""
    header, rows = list(table.header), [list(row) for row in table.rows]
    for column, name in enumerate(table.header):
        numbers = [row[column].of for row in table.rows]
        more: list[tuple[str, Sequence[float | None]]] = []
        if any(of is not None and of.ends is not None for of in numbers):
            more = [(f"{name} · {end}", [of.ends[k] if of and of.ends else None for of in numbers]) for k, end in enumerate(ends)]
        elif any(of is not None and of.error > 0 for of in numbers):
            more = [(f"± ({name})", [of.error or None if of else None for of in numbers])]  # blank for what is exact
        for title, values in more:
            header.append(title)
            for row, of, value in zip(rows, numbers, values, strict=True):
                row.append(Cell("", True, of=Number(value, of.unit, withheld=of.withheld)) if of and value is not None else Cell("", True))
    return header, rows


def value_of(of: Number) -> float:
    """A number as a cell holds it: in its unit, a share as it is; what is to suffice rounded up, what is promised rounded down."""
    if of.unit.key in _SHARES or not math.isfinite(of.value):
        return of.value
    value, places = of.value / of.unit.scale, of.unit.finest if of.digits is None else of.digits
    return rounded(value, places, of.rounding) if of.rounding in (UP, DOWN) else value


def rounded(value: float, places: int, way: str) -> float:
    """To so many decimals: UP never below the value, DOWN never above it.

    >>> rounded(44.881, 1, UP), rounded(44.9, 1, UP), rounded(44.881, 1, DOWN)
    (44.9, 44.9, 44.8)
    """
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=way))


def _look(of: Number) -> str:
    if of.unit.key in _SHARES:
        return _SHARES[of.unit.key]
    if of.unit.key == "count" and of.digits == 0:
        return "whole"
    return "signed" if of.signed else of.unit.key if of.unit.key in ("count", "big") else "large"


def _widths(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[float]:
    """A width for each column that holds its longest cell, within limits, and the longest word of its header."""
    return [
        min(
            _WIDEST,
            max(
                _NARROWEST, *(of_text.width(text) + 2 for text in (min(name.split(" "), key=len), *(_longest(row[column]) for row in rows)))
            ),
        )
        for column, name in enumerate(header)
    ]


def _longest(cell: Cell) -> str:
    """What of a cell needs most room; large amounts are written with their unit."""
    return cell.text + " CNY billion" if cell.of and cell.of.unit.key == "big" else cell.text or cell.note


def _lines(text: str, width: float, look: str) -> int:
    """How many lines a text takes in a column of this width: less of it in bold and indented print, more in small print."""
    wide = int(width * {"head": 0.95, "error": 1.4}.get(look, 1.06))
    return sum(max(1, len(of_text.lines(line, wide)), math.ceil(of_text.width(line) / wide)) for line in text.split("\n"))


def cell(row: int, column: int) -> str:
    """A cell's address, C5."""
    return xl_rowcol_to_cell(row, column)


def span(row: int, first: int, last: int) -> str:
    """Cells of one row, C5:H5."""
    return f"{cell(row, first)}:{cell(row, last)}"


def down(column: int, first: int, last: int) -> str:
    """Cells of one column, C5:C14."""
    return f"{xl_col_to_name(column)}{first + 1}:{xl_col_to_name(column)}{last + 1}"
