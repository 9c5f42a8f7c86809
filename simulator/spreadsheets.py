"""Every table that a spreadsheet may open is written here, so that no text in it is run as a formula.

A text that begins like a formula gets an apostrophe before it, in CSV files and in workbooks alike: a workbook's cell is a
text anyhow, but stays one only until somebody edits it or saves the sheet as CSV. Numbers, negative ones too, stay as they are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame
    from xlsxwriter import Workbook

# A spreadsheet runs a text that begins so as a formula; the full-width forms, too, in Chinese and Japanese versions.
_FORMULA = re.compile("'*[=+\\-\u2212@\t\r\n＝＋－＠]")
_NUMBER = r"[+\-\u2212]?\d[\d,]*(\.\d+)?([eE][+-]?\d+)?%?"
_NUMBERS = re.compile(rf"{_NUMBER}(\s*[–~…±]\s*{_NUMBER})?")  # a number, or from one to another


def escaped(text: str) -> str:
    """A text as it may stand in a file that a spreadsheet opens.

    >>> escaped("=1+1"), escaped("ACME"), escaped("-5.20"), unescaped(escaped("'=1"))
    ("'=1+1", 'ACME', '-5.20', "'=1")
    """
    return "'" + text if _FORMULA.match(text) and not _NUMBERS.fullmatch(text) else text


def unescaped(text: str) -> str:
    """The text that `escaped` wrote."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def save_csv(frame: DataFrame, path: Path, *, separator: str = ",", line_end: str = "\n") -> None:
    """A table as UTF-8 text with a mark, so that spreadsheets read its Chinese."""
    safe = frame.rename(columns=_cell)
    for place, name in enumerate(frame.columns):
        if frame[name].dtype.kind not in "iufb":
            safe.isetitem(place, frame[name].astype(object).map(_cell))
    safe.to_csv(path, index=False, encoding="utf-8-sig", sep=separator, lineterminator=line_end)


def save_rows(header: Sequence[str], rows: Iterable[Sequence[Any]], path: Path) -> None:
    """The same from rows of texts, written as they stand where they are no formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(_cell, header))
        writer.writerows(map(_cell, row) for row in rows)


def workbook(path: Path) -> Workbook:
    """An empty workbook whose sheets keep every text a text; formulas are written with `write_formula` only. Closed, it raises OSError
    where it cannot be written."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError
    from xlsxwriter.worksheet import Worksheet

    class Sheet(Worksheet):
        def _write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:  # every text comes through here
            return super()._write_string(row, col, escaped(string), cell_format)

    class Book(Workbook):
        def add_worksheet(self, name: str | None = None, worksheet_class: Any = None) -> Any:
            return super().add_worksheet(name, worksheet_class or Sheet)

        def close(self) -> None:
            try:
                super().close()
            except FileCreateError as e:  # what the system said: a full disk is reported like any other
                raise (e.args[0] if isinstance(e.args[0], OSError) else OSError(str(e))) from e

    return Book(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})


def breadth(text: str) -> int:
    """How wide a text is in a sheet, Chinese letters counting twice.

    >>> breadth("销售额 A")
    9
    """
    return sum(1 if letter.isascii() else 2 for letter in text) + 1


def height(texts: Iterable[str], widths: Iterable[int]) -> int:
    """How high a row must be for texts wrapped in columns of these widths, in points."""
    return 15 * max(sum(-(-breadth(line) // width) for line in text.split("\n")) for text, width in zip(texts, widths, strict=False))


def printed(sheet: Any) -> None:
    """A sheet set for the printer: A4 across, all columns on one page's width."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _cell(value: Any) -> Any:
    return escaped(value) if isinstance(value, str) else value
