"""From bytes to raw tables: every cell a text that knows its place. Nothing is interpreted here.

A table that cannot be opened yields problems instead of rows; the other tables are still read, so that one
report names everything.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.errors import Problem, nearest
from simulator.population.schema import SYNTHETIC_MARK, TABLES, Column, Table, plain

DELIMITERS = (",", ";", "\t")
MOST_COLUMNS = (
    500  # far above any table's; what is wider is no table, and filling it up would cost the memory
)


@dataclass
class RawTable:
    """The cells of one table as texts.

    label: file or sheet name; is_sheet: whether places are addresses (annual!H17) or lines; header: texts of
    the header row; columns: texts by column, in the header's order; lines: line or row number of each row,
    as an editor counts.
    """

    label: str
    is_sheet: bool
    header: list[str]
    header_line: int
    columns: list[Sequence[str]]
    lines: list[int]
    warnings: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, row: int, position: int, column: Column | None = None) -> str:
        """Where a cell stands: row −1 is the header; position −1 is the whole row."""
        line = self.header_line if row < 0 else self.lines[row]
        if self.is_sheet:
            return f"{self.label}!{letters(position)}{line}" if position >= 0 else f"{self.label} row {line}"
        suffix = f", column {column.label}" if column else ""
        return f"{self.label} line {line}{suffix}"


@dataclass
class Source:
    """What was found at a path: the tables that could be opened, by English name, and what else is to be
    said.

    present: names of all tables found, usable or not (a damaged table is not also missing); problems: errors
    and warnings; synthetic: whether the data is marked as invented; sha256: of the bytes read.
    """

    tables: dict[str, RawTable] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    synthetic: bool = False
    sha256: str = ""

    def add(self, name: str, found: RawTable | Problem) -> None:
        """Take in a table, or why it cannot be opened."""
        self.present.add(name)
        if isinstance(found, Problem):
            self.problems.append(found)
        else:
            self.tables[name] = found
            self.problems += found.warnings


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


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 (with or without mark) or GB18030, strictly.

    Raises ValueError with a message that names the byte at which the more likely of the two encodings ends.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        as_utf8 = error.start
    if data.startswith(
        b"\xef\xbb\xbf"
    ):  # marked as UTF-8: reading it as GB18030 would yield other characters
        raise ValueError(f"marked as UTF-8, but byte {as_utf8 + 3} is not")
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        as_gb = error.start
    raise ValueError(f"neither UTF-8 (wrong from byte {as_utf8}) nor GB18030 (wrong from byte {as_gb})")


def from_csv(data: bytes, label: str, table: Table) -> RawTable | Problem:
    """The raw table of a CSV file's bytes, or why there is none."""
    try:
        text = decode(data)
    except ValueError as error:
        return Problem(label, f"the text's encoding is {error}", "save the file as CSV UTF-8")
    if not text.strip("\ufeff\x1a").strip():
        return Problem(label, "the file is empty", "write a header line and one line per row")
    if "\x00" in text:
        return Problem(
            label, f"this is no text: byte 0 at character {text.index(chr(0))}", "save the table as CSV UTF-8"
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, table), strict=True)
    rows, lines, first = [], [], 1
    try:
        for row in reader:
            rows.append(row)
            lines.append(first)
            first = reader.line_num + 1
    except csv.Error as error:
        return Problem(
            f"{label} line {first}",
            f"the row cannot be taken apart: {error}",
            'write a text that holds a quotation mark as "…""…", and close every quotation',
        )
    return arrange(rows, lines, label, is_sheet=False)


def _delimiter(text: str, table: Table) -> str:
    """The delimiter under which the header line holds most columns of the table; comma when none does."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    known = {name for column in table.columns for name in (plain(column.name), plain(column.header))}

    def found(delimiter: str) -> tuple[int, int]:
        parts = header.split(delimiter)
        return sum(plain(part.strip(' "')) in known for part in parts), len(parts)

    return max(DELIMITERS, key=found)


def arrange(rows: list[list[str]], lines: list[int], label: str, is_sheet: bool) -> RawTable | Problem:
    """Rows as columns under the first row that is not blank; blank rows are left out, short ones filled up
    and told.
    """
    widest = max(map(len, rows), default=0)
    if widest > MOST_COLUMNS:
        return Problem(
            label, f"a row of {widest:,} cells is no row of a register", "check the delimiter and quotations"
        )
    kept = [place for place, row in enumerate(rows) if any(cell and not cell.isspace() for cell in row)]
    if not kept:
        return Problem(label, "the table is empty", "write a header line and one line per row")
    header, body = rows[kept[0]], [rows[place] for place in kept[1:]]
    body_lines = [lines[place] for place in kept[1:]]
    width = max((len(row) for row in body), default=0)
    header = header + [""] * (width - len(header))
    raw = RawTable(label, is_sheet, header, lines[kept[0]], [], body_lines)
    named = max((position for position, name in enumerate(header) if plain(name)), default=-1) + 1
    short = [line for row, line in zip(body, body_lines, strict=True) if len(row) < named]
    if short:
        raw.warnings.append(
            Problem(
                f"{label} line {short[0]}",
                f"{len(short)} row(s) end before the last column; the rest is read as blank",
                "check that nothing was cut off",
                "warning",
            )
        )
    width = len(header)
    raw.columns = list(
        zip(*(row if len(row) == width else row + [""] * (width - len(row)) for row in body), strict=True)
    )
    raw.columns = raw.columns or [()] * width
    return raw


def stray(label: str, name: str) -> list[Problem]:
    """A warning about a file or sheet that is no table: a misspelt table must not vanish silently."""
    if plain(name) in SYNTHETIC_MARK:
        return []
    known = [word for table in TABLES for word in (table.name, table.header)]
    remedy = nearest(plain(name), known) or "nothing to do, unless it was meant to be read"
    return [Problem(label, "is no table of a register and was not read", remedy, "warning")]
