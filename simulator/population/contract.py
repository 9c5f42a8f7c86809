"""Hold a raw table to its contract: which column is which, every cell's value, and all faults at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.errors import Problem, nearest
from simulator.population.cells import UNKNOWN, Refused, parse, shown
from simulator.population.schema import Column, Table, plain
from simulator.population.sheets import RawTable

KEYS = ("enterprise_id", "year", "clause")  # columns that say what a row is about: neither blank nor unknown
LITERAL = (*KEYS, "name")  # columns in which 未知 / unknown is no statement about a fact


@dataclass
class Checked:
    """A table of which every cell was read.

    values: by column found, one stored value a row (int64 array; list of str for texts and words);
    positions: where the column stands; unknown: by column, the rows whose cell says unknown; refused: by
    column, the rows whose cell cannot be used; absent: the columns that are not there; faults: errors with
    row and position, for sorting.
    """

    raw: RawTable
    table: Table
    values: dict[str, np.ndarray | list[str]] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, list[int]] = field(default_factory=dict)
    refused: dict[str, set[int]] = field(default_factory=dict)
    absent: list[Column] = field(default_factory=list)
    faults: list[tuple[int, int, Problem]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.raw)

    def place(self, row: int, name: str) -> str:
        """Where the cell of that row and column stands; of the row when the column is not there."""
        if name not in self.positions:
            return self.raw.place(row, -1)
        return self.raw.place(row, self.positions[name], self.table.column(name))

    def fault(self, row: int, name: str, cause: str, remedy: str) -> None:
        """Note an error in a cell."""
        problem = Problem(self.place(row, name), cause, remedy)
        self.faults.append((row, self.positions.get(name, -1), problem))

    def warn(self, row: int, name: str, cause: str, remedy: str) -> None:
        """Note what stops nothing but should be looked at."""
        self.warnings.append(Problem(self.place(row, name), cause, remedy, "warning"))

    def column(self, name: str) -> np.ndarray | list[str]:
        """The values of a column, its default in every row when it is absent."""
        if name not in self.values:
            column = self.table.column(name)
            self.values[name] = _stored([column.default] * len(self), column)
        return self.values[name]

    def readable(self, row: int, *names: str) -> bool:
        """Whether the row's cells in these columns are there and were not refused."""
        return all(name in self.positions and row not in self.refused.get(name, ()) for name in names)

    @property
    def errors(self) -> list[Problem]:
        """All errors, in the order of the file."""
        return [problem for _, _, problem in sorted(self.faults, key=lambda fault: fault[:2])]


def check(raw: RawTable, table: Table) -> Checked:
    """Every cell of a raw table read by its column's kind; faults are noted, never raised."""
    checked = Checked(raw, table)
    _name_columns(checked)
    for column in table.columns:
        if column.name in checked.positions:
            _read_column(checked, column, raw.columns[checked.positions[column.name]])
        else:
            checked.absent.append(column)
            _tell_absent(checked, column)
    return checked


def _name_columns(checked: Checked) -> None:
    """Which position holds which column; unknown, nameless and double columns are faults."""
    raw, table = checked.raw, checked.table
    known = {name: column for column in table.columns for name in (plain(column.name), plain(column.header))}
    for position, text in enumerate(raw.header):
        name = plain(text)
        column = known.get(name)

        def fault(cause: str, remedy: str, position: int = position) -> None:
            checked.faults.append((-1, position, Problem(raw.place(-1, position), cause, remedy)))

        if not name:
            if any(plain(cell) for cell in raw.columns[position]):
                fault(f"column {position + 1} holds values but has no name", "name the column, or remove it")
        elif column is None:
            remedy = nearest(name, known) or "remove the column, or give it the name of a known one"
            if any(mark in name for mark in "万亿千"):
                remedy += "; amounts are written in CNY (元)"
            fault(f"unknown column {shown(text)}", remedy)
        elif column.name in checked.positions:
            fault(
                f"column {column.label} stands twice, also as column {checked.positions[column.name] + 1}",
                "keep one",
            )
        else:
            checked.positions[column.name] = position


def _tell_absent(checked: Checked, column: Column) -> None:
    """What a column that is not there means."""
    label = checked.raw.label
    if column.required:
        cause, remedy = f"required column {column.label} is missing", "add the column"
        checked.faults.append((-1, -1, Problem(label, cause, remedy)))
    elif not (column.optional or column.derived or column.kind == "text"):
        needed = (
            ("not assessable without it: " + ", ".join(column.needed_by))
            if column.needed_by
            else ("no clause needs it, the statistical tables do")
        )
        checked.warnings.append(
            Problem(
                label,
                f"column {column.label} is absent, so unknown in every row; {needed}",
                "add the column; blank cells mean none",
                "warning",
            )
        )


def _read_column(checked: Checked, column: Column, texts: Sequence[str]) -> None:
    """Store a column's values. Each distinct text is read once: offices repeat themselves."""
    values: dict[str, int | str] = {}
    remarkable: dict[
        str, Refused | str
    ] = {}  # texts to be told of, row by row: a refusal, "unknown" or "rounded"
    for text in set(texts):
        values[text] = column.default
        word = plain(text)
        if not word:
            if column.name in KEYS:
                remarkable[text] = Refused("the cell is blank", f"write the {column.name}, or remove the row")
        elif column.name not in LITERAL and word in UNKNOWN:
            remarkable[text] = "unknown"
        else:
            try:
                values[text], rounded = parse(text, column)
                if rounded:
                    remarkable[text] = "rounded"
            except Refused as refused:
                remarkable[text] = refused
    checked.values[column.name] = _stored([values[text] for text in texts], column)
    if remarkable:
        _tell_remarkable(checked, column, texts, remarkable)


def _tell_remarkable(
    checked: Checked, column: Column, texts: Sequence[str], remarkable: dict[str, Refused | str]
) -> None:
    """Faults and unknowns row by row; rounding once for the column, for a whole column may be finer than its
    unit.
    """
    rounded = []
    for row, text in enumerate(texts):
        remark = remarkable.get(text)
        if remark is None:
            continue
        if isinstance(remark, Refused):
            checked.refused.setdefault(column.name, set()).add(row)
            checked.fault(row, column.name, remark.cause, remark.remedy)
        elif remark == "unknown":
            checked.unknown.setdefault(column.name, []).append(row)
        else:
            rounded.append(row)
    if rounded:
        step = 1 / column.resolution
        checked.warn(
            rounded[0],
            column.name,
            f"{shown(texts[rounded[0]])} is finer than {step:.10g}: rounded half up, as were "
            f"{len(rounded)} cell(s) of this column in all",
            f"write multiples of {step:.10g}",
        )


def _stored(values: list, column: Column) -> np.ndarray | list[str]:
    return values if isinstance(column.default, str) else np.array(values, dtype=np.int64)
