"""Raw tables: every cell a text that knows its place. What is read from a file before anything is interpreted."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, overload

import numpy as np

from simulator.errors import Problem
from simulator.population.column import Column
from simulator.population.schema import contract

_ADDRESS = re.compile(r"\$?([A-Za-z]{0,3})\$?([0-9]{0,9})")
DIGITS = 15  # what a spreadsheet keeps of a number, and a float of what a person wrote; the rest is noise


@dataclass(frozen=True, kw_only=True)
class Finding(Problem):
    """A problem that knows its cell: `table` as labelled, `line` as an editor counts, `position` of the column (−1: the
    whole row or table)."""

    table: str = ""
    line: int = -1
    position: int = -1


class Typed(Sequence[str]):
    """A column that came as numbers, flags or days: its values at once, and each as the text an office would type.

    values: float64, int64, bool or datetime64[D]; missing: where there is none; spelt: the text of one value.
    """

    def __init__(self, values: np.ndarray, missing: np.ndarray, spelt: Callable[[Any], str]):
        self.values, self.missing, self.spelt = values, missing, spelt

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        return "" if self.missing[row] else self.spelt(self.values[row].item())


class Later(Sequence[str]):
    """A column that is decoded from its file each time it is wanted as a whole, and kept only once single cells are looked at."""

    def __init__(self, length: int, read: Callable[[], Sequence[str]]):
        self.length, self.read = length, read
        self.kept: Sequence[str] | None = None

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[str]:
        return iter(self.read())

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if self.kept is None:
            self.kept = self.read()
        return self.kept[row]  # type: ignore[return-value]  # slices of columns are lists


def as_text(value: Any) -> str:
    """A typed value as the text an office would have typed; what is no value (NaN, infinity) stays to be refused.

    >>> as_text(0.1 + 0.2), as_text(None), as_text(True), as_text(float("nan"))
    ('0.3', '', 'true', 'nan')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text  # of DECIMAL(18, 3): 100.000 would look like thousands
    if isinstance(value, bytes):  # a bit of MySQL's, or text that was stored without saying so
        return str(value[0]) if value in (b"\0", b"\1") else value.rstrip(b"\0").decode("utf-8", "backslashreplace")
    if isinstance(value, datetime.datetime):
        bare = value.tzinfo is None and value.time() == datetime.time()
        return value.date().isoformat() if bare else value.isoformat(" ", "seconds")
    return str(value)


@dataclass
class RawTable:
    """The cells of one table as texts.

    label: file or sheet name; is_sheet: whether places are addresses (annual!H17) or lines; header: texts of the header
    row; columns: texts by column, in the header's order; lines: line or row number of each row, as an editor counts.

    groups: by column, the text of the upper row of a two-row header; beside: the first of them that declares a unit where the lower row
    is a whole header, so that what stands under none may be meant, too; below: by column, the text of a row of units under the header;
    says: texts beside the table in which a unit may be declared, each with where it stands (name, title, note); comments: of cells, with
    line and column (−1: above the header); scaled: by column, the first line whose number is shown divided, and by what; totals: line and
    cells of every 合计 row, which is no row of the table; keys: for tables without lines (a database), what each row is called; mac_dates:
    day numbers count from 1904; encoding: of a text file; open_at: its length where its last line has no end, -1 where that was reported;
    grid: all rows as they stood, with their lines, for the annotated copy.
    """

    label: str
    is_sheet: bool
    header: list[str]
    header_line: int
    columns: list[Sequence[str]]
    lines: Sequence[int]
    warnings: list[Problem] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    beside: str = ""
    below: list[str] = field(default_factory=list)
    says: list[tuple[str, str]] = field(default_factory=list)
    comments: list[tuple[int, int, str]] = field(default_factory=list)
    scaled: dict[int, tuple[int, str]] = field(default_factory=dict)
    totals: list[tuple[int, list[str]]] = field(default_factory=list)
    keys: list[str] | None = None
    mac_dates: bool = False
    encoding: str = ""
    open_at: int = 0
    grid: tuple[Sequence[list[str]], Sequence[int]] = field(default=((), ()), repr=False)

    def __len__(self) -> int:
        return len(self.lines)

    def line_of(self, row: int) -> int:
        """The line of a row; row −1 is the header."""
        return self.header_line if row < 0 else self.lines[row]

    def place(self, row: int, position: int, column: Column | None = None) -> str:
        """Where a cell stands: row −1 is the header; position −1 is the whole row."""
        suffix = f", column {column.label}" if column else ""
        if self.keys is not None:
            return f"{self.label} {self.keys[row]}{suffix}" if row >= 0 else f"{self.label}{suffix}"
        line = self.line_of(row)
        if self.is_sheet:
            return f"{self.label}!{letters(position)}{line}" if position >= 0 else f"{self.label} row {line}"
        return f"{self.label} line {line}{suffix}"

    def problem(self, row: int, position: int, cause: str, remedy: str, severity: str = "error", column: Column | None = None) -> Finding:
        """A problem of one cell (row −1: header; position −1: the whole row)."""
        place = self.place(row, position, column)
        return Finding(place, cause, remedy, severity, table=self.label, line=self.line_of(row), position=position)

    def text(self, row: int, position: int) -> str:
        """What stands in a cell."""
        return str(self.header[position] if row < 0 else self.columns[position][row])


@dataclass
class Source:
    """What was found at a path: the tables that could be opened, by English name, and what else is to be said.

    present: names of all tables found, usable or not (a damaged table is not also missing); problems: errors and
    warnings; synthetic: whether the data is marked as invented; sha256: of the bytes read; says: as of a RawTable, of every table;
    strays: label, name and first rows of files and sheets that are no table.
    """

    tables: dict[str, RawTable] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    synthetic: bool = False
    sha256: str = ""
    says: list[tuple[str, str]] = field(default_factory=list)
    strays: list[tuple[str, str, Sequence[Sequence[str]]]] = field(default_factory=list)

    def add(self, name: str, found: RawTable | Problem) -> None:
        """Take in a table, or why it cannot be opened."""
        self.present.add(name)
        if isinstance(found, Problem):
            self.problems.append(found)
        else:
            self.tables[name] = found
            self.problems += found.warnings

    def unreadable(self, problem: Problem) -> Source:
        """Nothing of the source can be opened: nobody knows what it holds, so no table is missing."""
        self.problems.append(problem)
        self.present = {table.name for table in contract().tables}
        return self


def letters(position: int) -> str:
    """A column's letters in a spreadsheet.

    >>> letters(0), letters(7), letters(27)
    ('A', 'H', 'AB')
    """
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def position_of(address: str) -> tuple[int, int]:
    """Row number (from 1) and column position (from 0) of a cell address; −1 of a column's or row's own. Raises ValueError for what
    is no address.

    >>> position_of("AB12"), position_of("$b$3"), position_of("C")
    ((12, 27), (3, 1), (-1, 2))
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(f"{address} is no address")
    position = 0
    for letter in found[1].upper():
        position = position * 26 + ord(letter) - ord("A") + 1
    return int(found[2] or -1), position - 1
