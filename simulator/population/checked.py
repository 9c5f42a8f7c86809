"""A table of which every cell was read: values, what is unknown, what was refused, and all that is to be said of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from simulator.errors import Problem
from simulator.phrases import phrase
from simulator.population.column import Column, Table
from simulator.population.raw import RawTable
from simulator.population.units import Declared

KEYS = ("enterprise_id", "year", "clause")  # columns that say what a row is about: neither blank nor unknown
LITERAL = (*KEYS, "name")  # columns in which 未知 / unknown is no statement about a fact
MOST = 5_000  # problems of a column that are listed, errors and warnings each; the others are counted


@dataclass
class Checked:
    """A table of which every cell was read.

    values: by column found, one stored value a row (array of whole numbers, see `keep`; list of str for texts and words);
    positions: where the column stands; units: by column, the unit it is declared in; unknown: by column, the rows
    whose cell says unknown; refused: by column, whether each row's cell cannot be used; absent: the columns that are not
    there; faults: errors with row and position, for sorting; told: by column and severity, how many problems there are.
    """

    raw: RawTable
    table: Table
    values: dict[str, np.ndarray | list[str]] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    units: dict[str, Declared] = field(default_factory=dict)
    unknown: dict[str, np.ndarray] = field(default_factory=dict)
    refused: dict[str, np.ndarray] = field(default_factory=dict)
    absent: list[Column] = field(default_factory=list)
    faults: list[tuple[int, int, Problem]] = field(default_factory=list)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    warnings: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.raw)

    def problem(self, row: int, name: str, cause: str, remedy: str, severity: str = "error") -> Problem:
        """A problem of the cell in that row and column; of the row when the column is not there."""
        column = self.table.column(name) if name in self.positions else None
        return self.raw.problem(row, self.positions.get(name, -1), cause, remedy, severity, column)

    def fault(self, row: int, name: str, cause: str, remedy: str) -> None:
        """Note an error in a cell."""
        self.told[name, "error"] += 1
        if self.told[name, "error"] <= MOST:
            self.faults.append((row, self.positions.get(name, -1), self.problem(row, name, cause, remedy)))

    def warn(self, row: int, name: str, cause: str, remedy: str) -> None:
        """Note what stops nothing but should be looked at."""
        self.told[name, "warning"] += 1
        if self.told[name, "warning"] <= MOST:
            self.warnings.append(self.problem(row, name, cause, remedy, "warning"))

    def column(self, name: str) -> np.ndarray | list[str]:
        """The values of a column, its default in every row when it is absent."""
        if name not in self.values:
            default = self.table.column(name).default
            self.keep(name, [default] * len(self) if isinstance(default, str) else np.full(len(self), default, np.int64))
        values = self.values[name]
        return values if isinstance(values, list) else np.asarray(values, np.int64)

    def keep(self, name: str, values: np.ndarray | list[str]) -> None:
        """Store the values of a column, in as few bytes as hold them: a large register's are mostly 0, yes, no or small."""
        if not isinstance(values, list) and name not in KEYS:
            low, high = int(values.min(initial=0)), int(values.max(initial=0))
            values = values.astype(np.min_scalar_type(min(low, -1 - high)))
        self.values[name] = values

    def take(self, name: str) -> np.ndarray | list[str]:
        """The values of a column, for the last time: they are not kept."""
        found = self.column(name)
        del self.values[name]
        return found

    def numbers(self, name: str) -> np.ndarray:
        """The values of a column that holds no texts, int64."""
        return cast("np.ndarray", self.column(name))

    def texts(self, name: str) -> list[str]:
        """The values of a column of texts."""
        return cast("list[str]", self.column(name))

    def readable(self, row: int, *names: str) -> bool:
        """Whether the row's cells in these columns are there and were not refused."""
        return all(name in self.positions and not (name in self.refused and self.refused[name][row]) for name in names)

    def known(self, name: str) -> np.ndarray:
        """Rows whose cell in that column is there, was read and is not unknown: only these can be compared."""
        known = np.full(len(self), name in self.positions)
        known[self.unknown.get(name, [])] = False
        return known & ~self.refused[name] if name in self.refused else known

    def row(self, row: int) -> tuple[str, ...]:
        """The texts of a row."""
        return tuple(column[row] for column in self.raw.columns)

    def drop(self, rows: set[int]) -> None:
        """Leave out rows that say again what another says."""
        keep = [row for row in range(len(self)) if row not in rows]
        place = {row: new for new, row in enumerate(keep)}
        for name, values in self.values.items():
            self.values[name] = [values[row] for row in keep] if isinstance(values, list) else values[keep]
        self.unknown = {n: np.array([place[r] for r in found.tolist() if r in place], np.int64) for n, found in self.unknown.items()}
        self.refused = {n: found[keep] for n, found in self.refused.items()}
        self.raw.columns = [[column[row] for row in keep] for column in self.raw.columns]
        self.raw.lines = [self.raw.lines[row] for row in keep]
        if self.raw.keys is not None:
            self.raw.keys = [self.raw.keys[row] for row in keep]

    @property
    def errors(self) -> list[Problem]:
        """All errors, in the order of the file."""
        return [problem for _, _, problem in sorted(self.faults, key=lambda fault: fault[:2])] + self.not_listed("error")

    def not_listed(self, severity: str) -> list[Problem]:
        """How many problems of columns are counted and not listed."""
        return [
            self.problem(-1, name, phrase("{} more of this column are not listed", format(count - MOST, ",")), "mend these first", severity)
            for (name, of), count in self.told.items()
            if of == severity and count > MOST
        ]


def stored(values: list[Any], column: Column) -> np.ndarray | list[str]:
    """Values of a column as they are kept: int64, or a list of texts."""
    return values if isinstance(column.default, str) else np.array(values, dtype=np.int64)
