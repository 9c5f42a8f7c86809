"""One table, three places: a text for the terminal, a sheet of a workbook, a CSV file.

Numbers are written in the terminal to the decimals of their kind; a workbook keeps them as numbers, a text that looks like
a formula stays a text. An estimate carries its Monte Carlo error: in the terminal beside it, in a workbook in columns of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.errors import Problem, SimulatorError
from simulator.files import change, put
from simulator.report import terminal
from simulator.report.rounding import MISSING, UP, signed
from simulator.spreadsheets import save_csv, workbook


def _number(value: float, places: int = 2) -> str:
    return f"{value:z,.{places}f}"


def _enough(value: float, places: int = 2) -> str:
    return _number(rounded_up(value, places), places)


def rounded_up(value: float, places: int) -> float:
    """To so many decimals, never below the value.

    >>> rounded_up(44.881, 1), rounded_up(44.9, 1)
    (44.9, 44.9)
    """
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=UP)) if math.isfinite(value) else value


# kind of a column: how a terminal writes it, what a workbook's cell is formatted as; no zero has a sign
KINDS: Mapping[str, tuple[Callable[..., str], str]] = {
    "text": (str, ""),
    "year": ("{:.0f}".format, "0"),
    "count": ("{:z,.0f}".format, "#,##0"),
    "number": (_number, "#,##0.00"),
    "enough": (_enough, "#,##0.00"),  # an amount that is to suffice: rounded up
    "signed": (signed, "[>=0.005]+#,##0.00;[<=-0.005]-#,##0.00;0.00"),
    "share": ("{:z.1%}".format, "0.0%"),
}
WITH_ERROR = "±"  # ends a kind whose cells are (estimate, standard error): "number±"; a plain number is no estimate
_WIDEST = 120  # columns of a terminal; a wider table has errors below their estimates
_MOST = 3  # decimals of an estimate in a terminal
WITH_ENDS = "[]"  # ends a kind whose cells are (estimate, low end, high end of its 95 % interval): "share[]"


@dataclass(frozen=True)
class Sheet:
    """A table with its title. columns: header → kind (KINDS, or one WITH_ERROR or WITH_ENDS); rows: a cell per column, None or nan
    where there is nothing; note: a sentence under it; left: columns aligned left in a terminal; ends: what a workbook's columns of
    the ends of an interval are called."""

    title: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[object]]
    left: int = 1
    note: str = field(default="")
    ends: tuple[str, str] = ("95%↓", "95%↑")

    def split(self) -> Sheet:
        """The same with the errors of estimates, or the ends of their intervals, in columns of their own to the right."""
        columns = {header: plain(kind) for header, kind in self.columns.items()}
        errors: dict[str, str] = {}
        for header, kind in self.columns.items():
            if kind.endswith(WITH_ERROR):
                errors[f"± ({header})"] = _unsigned(plain(kind))
            elif kind.endswith(WITH_ENDS):
                errors |= {f"{header} · {end}": _of_ends(plain(kind)) for end in self.ends}
        rows = []
        for row in self.rows:
            parts = [_parts(cell, kind) for cell, kind in zip(row, self.columns.values(), strict=True)]
            rows.append([*(first for first, *_ in parts), *(error for _, *rest in parts for error in rest)])
        return replace(self, columns=columns | errors, rows=rows)


def plain(kind: str) -> str:
    """The kind of the estimate alone, without its error or interval."""
    return kind.removesuffix(WITH_ERROR).removesuffix(WITH_ENDS)


def _unsigned(kind: str) -> str:
    return "number" if kind in ("signed", "enough") else kind


def _of_ends(kind: str) -> str:
    return "number" if kind == "enough" else kind


def _parts(cell: object, kind: str) -> tuple[object, ...]:
    """An estimate and its error or ends; of a plain cell of such a column blanks for these."""
    width = 2 if kind.endswith(WITH_ERROR) else 3 if kind.endswith(WITH_ENDS) else 1
    return cell if isinstance(cell, tuple) else (cell, *[None] * (width - 1))


def as_text(*sheets: Sheet) -> str:
    """The sheets one under the other, as a terminal shows them; a sheet without rows is its note."""
    return "\n\n".join("\n".join(filter(None, (sheet.title, _grid(sheet), sheet.note))) for sheet in sheets)


def _grid(sheet: Sheet) -> str:
    if not sheet.rows:
        return ""
    kinds = list(sheet.columns.values())
    rows = [[written(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in sheet.rows]
    shown = terminal.table(list(sheet.columns), rows, left=sheet.left)
    if max(map(terminal.width, shown.splitlines())) <= _WIDEST:
        return shown
    folded = [line for row in rows for line in _folded(row, kinds)]
    if sheet.left == len(kinds):  # all of it text: the last column is broken into lines
        folded = _broken(list(sheet.columns), folded)
    return terminal.table(list(sheet.columns), folded, left=sheet.left)


def _folded(row: Sequence[str], kinds: Sequence[str]) -> list[list[str]]:
    """A row of a table too wide for a terminal: errors and ends of intervals on a line of their own below it, where it has any."""
    above, below = list(row), [""] * len(row)
    for c, kind in enumerate(kinds):
        if kind.endswith((WITH_ERROR, WITH_ENDS)):
            estimate, space, rest = row[c].partition(" ")
            above[c], below[c] = (estimate, rest) if space else (row[c], "")
    return [above, below] if any(below) else [above]


def _broken(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The last column of a text table in lines that fit beside the others."""
    before = sum(max(terminal.width(line[c]) for line in [header, *rows]) + 2 for c in range(len(header) - 1))
    found = []
    for row in rows:
        first, *rest = terminal.lines(row[-1], max(_WIDEST - before, _WIDEST // 3))
        found += [[*row[:-1], first], *([*[""] * (len(row) - 1), line] for line in rest)]
    return found


def written(cell: Any, kind: str) -> str:
    """A cell as a terminal or a page shows it: `1.20 ± 0.03`, `12.0% [9.1%, 15.3%]`."""
    if isinstance(cell, tuple):
        show: Callable[..., str] = _with_error if kind.endswith(WITH_ERROR) else _with_ends
        return show(*cell, plain(kind))
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return MISSING
    return str(cell) if kind == "text" or isinstance(cell, str) else KINDS[plain(kind)][0](cell)


def _with_error(value: float, error: float, kind: str) -> str:
    """An estimate and its standard error, to the first digit of the error where the decimals of the kind show nothing of it."""
    if math.isnan(value) or math.isnan(error):
        return MISSING if math.isnan(value) else f"{written(value, kind)} ± {MISSING}"
    if value == error == 0:  # nothing in any draw
        return "0"
    places = min(_MOST, max(2, math.ceil(-math.log10(error)))) if error > 0 else 2
    both = (KINDS[k][0](x, places) if k in ("number", "signed") else KINDS[k][0](x) for k, x in ((kind, value), (_unsigned(kind), error)))
    return " ± ".join(both)


def _with_ends(value: float, low: float, high: float, kind: str) -> str:
    """An estimate and its interval; alone where the draws were too few for one."""
    if math.isnan(low) or math.isnan(value):
        return written(value, kind)
    return f"{written(value, kind)} [{written(low, _of_ends(kind))}, {written(high, _of_ends(kind))}]"


def save(path: str | Path, sheets: Mapping[str, Sheet], frames: Mapping[str, pd.DataFrame]) -> Path:
    """Write FILE.xlsx (a sheet each, by the keys of `sheets`) or FILE.csv (the first frame, the others beside it as
    FILE.NAME.csv; one that is empty is not written). Raises SimulatorError for another ending, or a place not writable."""
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        return put(path, lambda p: _workbook(sheets, p))
    if path.suffix.lower() != ".csv":
        raise SimulatorError(Problem(str(path), "has no known ending", "write FILE.csv or FILE.xlsx"))
    with change(path.parent, at=path.name) as changing:
        for number, (name, frame) in enumerate(frames.items()):
            beside = path.name if number == 0 else f"{path.stem}.{name}.csv"
            if len(frame) or number == 0:
                changing.put(beside, partial(save_csv, frame))
            else:
                changing.remove(beside)  # of an earlier run
    return path


def _workbook(sheets: Mapping[str, Sheet], path: Path) -> None:
    book = workbook(path)
    look = {"border": 1, "valign": "top"}
    styles = {kind: book.add_format({**look, "num_format": number} if number else {**look, "text_wrap": True})
              for kind, (_, number) in KINDS.items()}
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "align": "center", "text_wrap": True})
    note = book.add_format({"font_color": "#555555"})
    for name, whole in sheets.items():
        sheet = whole.split()
        page = book.add_worksheet(name[:31])
        page.write_string(0, 0, sheet.title, title)
        page.write_string(1, 0, sheet.note, note)
        for column, (header, kind) in enumerate(sheet.columns.items()):
            cells = [written(row[column], kind) for row in sheet.rows]
            page.set_column(column, column, min(48, max(10, *map(terminal.width, [header, *cells])) + 2))
            page.write_string(2, column, header, head)
            for row, cells_of_row in enumerate(sheet.rows, start=3):
                cell = cells_of_row[column]
                if cell is None or isinstance(cell, str) or (isinstance(cell, float) and not math.isfinite(cell)):
                    page.write_string(row, column, written(cell, kind), styles["text"])
                else:
                    page.write_number(row, column, rounded_up(float(str(cell)), 2) if kind == "enough" else cell, styles[kind])
        page.freeze_panes(3, sheet.left)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
    book.close()
