"""Tables in a workbook, found by their headings: which sheet they stand on is nobody's concern."""

from __future__ import annotations

from typing import Any

from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Rows = list[list[Any]]


def place(book: Workbook, first: str, *below: str) -> tuple[Worksheet, int]:
    """The sheet and the row of a heading, in the first column; below: of the last of these, each under the one before."""
    for sheet in book:
        texts = [sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1)]
        if first in texts:
            row = texts.index(first)
            for heading in below:
                row = texts.index(heading, row + 1)
            return sheet, row + 1
    raise KeyError(first)


def rows_of(sheet: Worksheet, first: int = 1) -> Rows:
    """The cells' values from a row on; those of joined cells once, what is empty to the right left out."""
    joined = {(r, c) for area in sheet.merged_cells.ranges for r, c in area.cells if (r, c) != (area.min_row, area.min_col)}
    rows = []
    for cells in sheet.iter_rows(min_row=first):
        values = [cell.value for cell in cells if (cell.row, cell.column) not in joined]
        while values and values[-1] is None:
            values.pop()
        rows.append(values)
    return rows


def table(book: Workbook, *headings: str) -> Rows:
    """The rows under a heading (see `place`) up to the next empty one."""
    sheet, row = place(book, *headings)
    rows = rows_of(sheet, row + 1)
    return rows[: rows.index([])] if [] in rows else rows
