"""A workbook (.xlsx, .xls) as raw tables; what must be asked of the file itself is asked first (`xlsx`, `legacy`)."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

import python_calamine

from simulator.errors import Problem
from simulator.population import legacy
from simulator.population.cells import Refused
from simulator.population.column import Table, plain
from simulator.population.layout import arrange
from simulator.population.legacy import is_ole
from simulator.population.raw import Finding, RawTable, Source, as_text, position_of, stray
from simulator.population.schema import SYNTHETIC_MARK, table_named
from simulator.population.synthetic_mark import digest_of, fits, unbound
from simulator.population.xlsx import hollow_cells, refusal

MOST_MARKED = 100  # lines of a mark


def from_workbook(data: bytes, label: str) -> Source:
    """The tables of an .xlsx or .xls workbook's bytes; label: the file's name."""
    source = Source(sha256=hashlib.sha256(data).hexdigest())
    opened = _open(data)
    if isinstance(opened, tuple):
        return source.unreadable(Problem(label, *opened))
    mark = ""
    for name in opened.names:
        table = table_named(name)
        if table is None:
            mark = name if plain(name) in SYNTHETIC_MARK else mark
            source.problems += stray(f"{label}, sheet {name}", name)
        elif table.name in source.present:
            source.problems.append(
                Problem(f"{label}, sheet {name}", f"there are two sheets for {table.label}", "keep one")
            )
        else:
            found, others = _sheet(opened, name, name, table)
            source.add(table.name, found)
            source.problems += others
    if mark:
        text = "\n".join(str(row[0]) for row in opened.cells(mark)[:MOST_MARKED] if row)
        source.synthetic = fits(text, {name: digest_of(raw) for name, raw in source.tables.items()})
        source.problems += [] if source.synthetic else [unbound(f"{label}, sheet {mark}")]
    return source


def lone_table(data: bytes, label: str, table: Table) -> tuple[RawTable | Problem, list[Problem]]:
    """The table of a workbook that holds only this one (a file of a register's folder), and what else is to be said.

    The sheet named after the table, or the only sheet that holds anything.
    """
    opened = _open(data)
    if isinstance(opened, tuple):
        return Problem(label, *opened), []
    named = [name for name in opened.names if table_named(name) is table]
    filled = named or [name for name in opened.names if any(any(row) for row in opened.cells(name))]
    if len(filled) != 1:
        return Problem(label, f"{len(filled)} sheets could be the table {table.label}",
                       f"keep one, or name it {table.header}"), []
    return _sheet(opened, filled[0], label, table)


@dataclass
class _Book:
    """An opened workbook: sheet names, what makes its values doubtful, and whether days count from 1904."""

    reader: python_calamine.CalamineWorkbook
    names: list[str]
    hollow: dict[str, list[tuple[str, str, str]]]
    hidden: dict[str, str]
    mac_dates: bool
    read: dict[str, list[list[Any]]] = field(default_factory=dict)

    def merged(self, name: str) -> dict[int, dict[int, int]]:
        """The merged cells of a sheet that lie in one row: by row, first and last column."""
        found: dict[int, dict[int, int]] = {}
        for (top, left), (bottom, right) in self.reader.get_sheet_by_name(name).merged_cell_ranges or ():
            if top == bottom:
                found.setdefault(top, {})[left] = right
        return found

    def cells(self, name: str) -> list[list[Any]]:
        """The cells of a sheet."""
        if name not in self.read:
            self.read[name] = self.reader.get_sheet_by_name(name).to_python(skip_empty_area=False)
        return self.read[name]


def _open(data: bytes) -> _Book | tuple[str, str]:
    """The workbook, or why it cannot be opened (cause, remedy)."""
    found = refusal(data)
    if found is not None:
        return found
    try:
        # first: it also looks for what would make the value reader burst
        hollow, hidden, mac_dates = (_hollow_of_xls(data) if is_ole(data) else hollow_cells(data))
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [s for s in book.sheets_metadata if s.typ == python_calamine.SheetTypeEnum.WorkSheet]
        hidden = {s.name: "the sheet is hidden" for s in sheets if
                  s.visible != python_calamine.SheetVisibleEnum.Visible} | hidden
        opened = _Book(book, [s.name for s in sheets], hollow, hidden, mac_dates)
        for name in opened.names:  # what is damaged shows itself here
            if table_named(name):
                opened.cells(name)
        return opened
    except Refused as refused:
        return refused.cause, refused.remedy
    except MemoryError:
        raise
    except BaseException as error:
        # the value reader is compiled code, and its panics are no ordinary exceptions
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        return (
            "the workbook cannot be read: it is damaged or protected by a password",
            "open it and save it again as .xlsx, without password",
        )


def _hollow_of_xls(data: bytes) -> tuple[dict[str, list[tuple[str, str, str]]], dict[str, str], bool]:
    hollow, mac_dates = legacy.hollow_cells(data)
    return hollow, {}, mac_dates


def _sheet(book: _Book, name: str, label: str, table: Table) -> tuple[RawTable | Problem, list[Problem]]:
    """One sheet as a raw table called `label`, and the cells whose value cannot be trusted."""
    # one stray cell far below makes millions of blank ones: blank rows are passed over at once
    rows = [[] if row.count("") == len(row) else [as_text(cell) for cell in row] for row in book.cells(name)]
    found = arrange(rows, list(range(1, len(rows) + 1)), label, is_sheet=True, table=table, title=f"{label} {name}",
                    merged=book.merged(name))
    problems: list[Problem] = []
    for address, cause, remedy in book.hollow.get(name, ()):
        problems.append(Finding(f"{label}!{address}", cause, remedy, "error", label, *position_of(address)))
    if name in book.hidden:
        problems.append(Problem(label, f"{book.hidden[name]}; everything was read", "show it and compare", "warning"))
    if isinstance(found, RawTable):
        found.mac_dates = book.mac_dates
    return found, problems
