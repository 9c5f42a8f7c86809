"""One table, three places: a text for the terminal, a sheet of a workbook, a CSV file.

Numbers are written in the terminal to the decimals of their kind; a workbook keeps them as numbers, a text that looks like
a formula stays a text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from simulator.errors import Problem, SimulatorError
from simulator.files import put
from simulator.report import screen
from simulator.report.rounding import MISSING
from simulator.spreadsheets import save_csv, workbook

# kind of a column: how a terminal writes it, what a workbook's cell is formatted as
KINDS: Mapping[str, tuple[str, str]] = {
    "text": ("", ""),
    "year": ("{:.0f}", "0"),
    "count": ("{:,.0f}", "#,##0"),
    "number": ("{:,.2f}", "#,##0.00"),
    "signed": ("{:+,.2f}", "+#,##0.00;-#,##0.00;0.00"),
    "share": ("{:.1%}", "0.0%"),
}


@dataclass(frozen=True)
class Sheet:
    """A table with its title. columns: header → kind (KINDS); rows: a cell per column, None or nan where there is nothing;
    note: a sentence under it; left: columns aligned left in a terminal."""

    title: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[object]]
    left: int = 1
    note: str = field(default="")


def as_text(*sheets: Sheet) -> str:
    """The sheets one under the other, as a terminal shows them; a sheet without rows is its note."""
    return "\n\n".join("\n".join(filter(None, (sheet.title, _grid(sheet), sheet.note))) for sheet in sheets)


def _grid(sheet: Sheet) -> str:
    if not sheet.rows:
        return ""
    kinds = list(sheet.columns.values())
    rows = [[written(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in sheet.rows]
    return screen.table(list(sheet.columns), rows, left=sheet.left)


def written(cell: object, kind: str) -> str:
    """A cell as a terminal or a page shows it."""
    if cell is None or isinstance(cell, float) and math.isnan(cell):
        return MISSING
    return str(cell) if kind == "text" or isinstance(cell, str) else KINDS[kind][0].format(cell)


def save(path: str | Path, sheets: Mapping[str, Sheet], frames: Mapping[str, pd.DataFrame]) -> Path:
    """Write FILE.xlsx (a sheet each, by the keys of `sheets`) or FILE.csv (the first frame, the others beside it as
    FILE.NAME.csv; one that is empty is not written). Raises SimulatorError for another ending, or a place not writable."""
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        return put(path, lambda p: _workbook(sheets, p))
    if path.suffix.lower() != ".csv":
        raise SimulatorError(Problem(str(path), "has no known ending", "write FILE.csv or FILE.xlsx"))
    for number, (name, frame) in enumerate(frames.items()):
        beside = path if number == 0 else path.with_name(f"{path.stem}.{name}.csv")
        if len(frame) or number == 0:
            put(beside, lambda p, frame=frame: save_csv(frame, p))
        else:
            beside.unlink(missing_ok=True)  # of an earlier run
    return path


def _workbook(sheets: Mapping[str, Sheet], path: Path) -> None:
    book = workbook(path)
    look = {"border": 1, "valign": "top"}
    styles = {kind: book.add_format({**look, "num_format": number} if number else {**look, "text_wrap": True})
              for kind, (_, number) in KINDS.items()}
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "align": "center", "text_wrap": True})
    note = book.add_format({"font_color": "#555555"})
    for name, sheet in sheets.items():
        page = book.add_worksheet(name[:31])
        page.write_string(0, 0, sheet.title, title)
        page.write_string(1, 0, sheet.note, note)
        for column, (header, kind) in enumerate(sheet.columns.items()):
            cells = [written(row[column], kind) for row in sheet.rows]
            page.set_column(column, column, min(48, max(10, *map(screen.width, [header, *cells])) + 2))
            page.write_string(2, column, header, head)
            for row, cells_of_row in enumerate(sheet.rows, start=3):
                cell = cells_of_row[column]
                if cell is None or isinstance(cell, str) or isinstance(cell, float) and not math.isfinite(cell):
                    page.write_string(row, column, written(cell, kind), styles["text"])
                else:
                    page.write_number(row, column, cell, styles[kind])
        page.freeze_panes(3, sheet.left)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
    book.close()
