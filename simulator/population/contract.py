"""Hold a raw table to its contract: which column is which, every cell's value, and all faults at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.errors import Problem, nearest
from simulator.population.cells import UNKNOWN, Refused, own_unit, parse, serial_day, shown
from simulator.population.layout import IGNORED
from simulator.population.raw import RawTable, Typed
from simulator.population.schema import Column, Table, plain
from simulator.population.units import Declared, answer_for, column_named, declared_unit

KEYS = ("enterprise_id", "year", "clause")  # columns that say what a row is about: neither blank nor unknown
LITERAL = (*KEYS, "name")  # columns in which 未知 / unknown is no statement about a fact


@dataclass
class Checked:
    """A table of which every cell was read.

    values: by column found, one stored value a row (int64 array; list of str for texts and words);
    positions: where the column stands; units: by column, the unit it is declared in; unknown: by column, the rows
    whose cell says unknown; refused: by column, the rows whose cell cannot be used; absent: the columns that are not
    there; faults: errors with row and position, for sorting.
    """

    raw: RawTable
    table: Table
    values: dict[str, np.ndarray | list[str]] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    units: dict[str, Declared] = field(default_factory=dict)
    unknown: dict[str, list[int]] = field(default_factory=dict)
    refused: dict[str, set[int]] = field(default_factory=dict)
    absent: list[Column] = field(default_factory=list)
    faults: list[tuple[int, int, Problem]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.raw)

    def problem(self, row: int, name: str, cause: str, remedy: str, severity: str = "error") -> Problem:
        """A problem of the cell in that row and column; of the row when the column is not there."""
        column = self.table.column(name) if name in self.positions else None
        return self.raw.problem(row, self.positions.get(name, -1), cause, remedy, severity, column)

    def fault(self, row: int, name: str, cause: str, remedy: str) -> None:
        """Note an error in a cell."""
        self.faults.append((row, self.positions.get(name, -1), self.problem(row, name, cause, remedy)))

    def warn(self, row: int, name: str, cause: str, remedy: str) -> None:
        """Note what stops nothing but should be looked at."""
        self.warnings.append(self.problem(row, name, cause, remedy, "warning"))

    def column(self, name: str) -> np.ndarray | list[str]:
        """The values of a column, its default in every row when it is absent."""
        if name not in self.values:
            column = self.table.column(name)
            self.values[name] = _stored([column.default] * len(self), column)
        return self.values[name]

    def readable(self, row: int, *names: str) -> bool:
        """Whether the row's cells in these columns are there and were not refused."""
        return all(name in self.positions and row not in self.refused.get(name, ()) for name in names)

    def known(self, name: str) -> np.ndarray:
        """Rows whose cell in that column is there, was read and is not unknown: only these can be compared."""
        known = np.full(len(self), name in self.positions)
        known[[*self.unknown.get(name, []), *self.refused.get(name, ())]] = False
        return known

    def row(self, row: int) -> tuple[str, ...]:
        """The texts of a row."""
        return tuple(column[row] for column in self.raw.columns)

    def drop(self, rows: set[int]) -> None:
        """Leave out rows that say again what another says."""
        keep = [row for row in range(len(self)) if row not in rows]
        place = {row: new for new, row in enumerate(keep)}
        for name, values in self.values.items():
            self.values[name] = [values[row] for row in keep] if isinstance(values, list) else values[keep]
        self.unknown = {n: [place[r] for r in found if r in place] for n, found in self.unknown.items()}
        self.refused = {n: {place[r] for r in found if r in place} for n, found in self.refused.items()}
        self.raw.columns = [[column[row] for row in keep] for column in self.raw.columns]
        self.raw.lines = [self.raw.lines[row] for row in keep]
        if self.raw.keys is not None:
            self.raw.keys = [self.raw.keys[row] for row in keep]

    @property
    def errors(self) -> list[Problem]:
        """All errors, in the order of the file."""
        return [problem for _, _, problem in sorted(self.faults, key=lambda fault: fault[:2])]


def check(raw: RawTable, table: Table, answers: Mapping[str, str] | None = None) -> Checked:
    """Every cell of a raw table read by its column's kind; faults are noted, never raised.

    answers: units the user declares, by column (`--unit`).
    """
    checked = Checked(raw, table)
    _name_columns(checked)
    for column in table.columns:
        if column.name in checked.positions:
            position = checked.positions[column.name]
            _find_unit(checked, column, answers or {})
            _read_column(checked, column, raw.columns[position])
        else:
            checked.absent.append(column)
            _tell_absent(checked, column)
    return checked


def _name_columns(checked: Checked) -> None:
    """Which position holds which column; unknown, nameless and double columns are faults."""
    raw, table = checked.raw, checked.table
    for position, text in enumerate(raw.header):
        name = plain(text)
        column = column_named(text, table)

        def fault(cause: str, remedy: str, position: int = position) -> None:
            checked.faults.append((-1, position, raw.problem(-1, position, cause, remedy)))

        if not name:
            if any(plain(str(cell)) for cell in raw.columns[position]):
                fault(f"column {position + 1} holds values but has no name", "name the column, or remove it")
        elif column is None:
            if name not in IGNORED:
                known = [own for column in table.columns for own in (column.name, column.header)]
                remedy = nearest(name, known) or "remove the column, or give it the name of a known one"
                fault(f"unknown column {shown(text)}", remedy)
        elif column.name in checked.positions:
            first = checked.positions[column.name] + 1
            fault(f"column {column.label} stands twice, also as column {first}", "keep one")
        else:
            checked.positions[column.name] = position


def _find_unit(checked: Checked, column: Column, answers: Mapping[str, str]) -> None:
    """The unit a column is written in, as answered or declared; a contradiction is a fault that asks."""
    raw, position = checked.raw, checked.positions[column.name]
    answer = answer_for(answers, column, checked.table)
    if answer is not None:
        checked.units[column.name] = answer
        return
    group = raw.groups[position] if raw.groups else ""
    found = declared_unit(column, raw.header[position], group, raw.title, checked.table)
    if isinstance(found, Declared):
        checked.units[column.name] = found
    elif found is not None:
        ask = f"say which: --unit {column.name}=元 or 万元" if column.kind == "money" else f"write {column.unit}"
        problem = raw.problem(-1, position, f"the unit of {column.label} is unclear: {found}", ask, "error", column)
        checked.faults.append((-1, position, problem))


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
        cause = f"column {column.label} is absent, so unknown in every row; {needed}"
        checked.warnings.append(Problem(label, cause, "add the column; blank cells mean none", "warning"))


def _read_column(checked: Checked, column: Column, texts: Sequence[str]) -> None:
    """Store a column's values. Each distinct text is read once: offices repeat themselves."""
    if isinstance(texts, Typed) and (stored := _read_typed(texts, column, checked.units.get(column.name))) is not None:
        checked.values[column.name] = stored
        return
    values: dict[str, int | str] = {}
    remarkable: dict[str, Refused | str] = {}  # texts to be told of: a refusal, "unknown", "rounded" or "serial"
    unit, mac_dates = checked.units.get(column.name), checked.raw.mac_dates
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
                values[text], rounded = parse(text, column, unit, mac_dates)
                if rounded:
                    remarkable[text] = "rounded"
                elif column.kind == "date" and serial_day(text):
                    remarkable[text] = "serial"
            except Refused as refused:
                remarkable[text] = refused
    checked.values[column.name] = _stored([values[text] for text in texts], column)
    if remarkable:
        _tell_remarkable(checked, column, texts, remarkable)
    if column.kind == "money" and unit is None:
        _tell_mixed(checked, column, texts, values)


def _read_typed(typed: Typed, column: Column, unit: Declared | None) -> np.ndarray | None:
    """A column that came as numbers, flags or days, read at once; None where any value is not plainly right (then each
    is read as the text it would be, so that what is wrong is told as everywhere)."""
    values, missing = typed.values, typed.missing
    if column.name in KEYS and missing.any():
        return None
    if column.kind == "flag" and values.dtype == bool:
        stored, scaled = values.astype(np.int64), None
    elif column.kind == "date" and values.dtype.kind == "M":
        months = np.where(missing, np.datetime64("1990-01-01"), values).astype("datetime64[M]")
        days = (np.where(missing, np.datetime64("1990-01-01"), values) - months.astype("datetime64[D]")).astype(np.int64)
        months = months.astype(np.int64)
        stored, scaled = (1970 + months // 12) * 10_000 + (months % 12 + 1) * 100 + days + 1, None
        if ((stored < column.low) | (stored > column.high)).any():
            return None
    elif column.kind in ("money", "area", "rent", "share", "count", "year", "clause") and values.dtype.kind in "fi":
        scaled = np.where(missing, 0, values).astype(np.float64) * column.resolution * float(unit.factor if unit else 1)
        if not np.isfinite(scaled).all() or np.abs(scaled).max(initial=0) > 2**53:
            return None
        stored = np.rint(scaled).astype(np.int64)
        if (np.abs(scaled - stored) > 1e-6 * np.maximum(1, np.abs(scaled) * 1e-6)).any():
            return None  # finer than the resolution
        low, high = (bound * column.resolution for bound in (column.low, column.high))
        if ((stored < low) | (stored > high))[~missing].any():
            return None
    else:
        return None
    return np.where(missing, column.default, stored)


def _tell_remarkable(
    checked: Checked, column: Column, texts: Sequence[str], remarkable: dict[str, Refused | str]
) -> None:
    """Faults and unknowns row by row; rounding and day numbers once for the column, for a whole column may be so."""
    often: dict[str, list[int]] = {"rounded": [], "serial": []}
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
            often[remark].append(row)
    if rows := often["rounded"]:
        step = 1 / column.resolution
        checked.warn(
            rows[0],
            column.name,
            f"{shown(texts[rows[0]])} is finer than {step:.10g}: rounded half up, as were "
            f"{len(rows)} cell(s) of this column in all",
            f"write multiples of {step:.10g}",
        )
    if rows := often["serial"]:
        day = serial_day(texts[rows[0]], checked.raw.mac_dates)
        checked.warn(
            rows[0],
            column.name,
            f"{shown(texts[rows[0]])} is a spreadsheet's number of a day, read as {day}; {len(rows)} cell(s) in all",
            "compare the first one; format the column as a date",
        )


def _tell_mixed(checked: Checked, column: Column, texts: Sequence[str], values: dict[str, int | str]) -> None:
    """Some amounts with 万 behind them and some without, and no unit of the column: nobody can tell what the bare ones
    are in."""
    scaled = {text for text in values if (factor := own_unit(text)) is not None and factor > 1}
    if not scaled:
        return
    bare = [row for row, text in enumerate(texts) if values[text] != column.default and own_unit(text) is None]
    bare = [row for row in bare if row not in checked.refused.get(column.name, ())]
    if bare:
        checked.fault(
            bare[0],
            column.name,
            f"{shown(texts[bare[0]])} bears no unit while other amounts of the column do; {len(bare)} cell(s) in all",
            f"say what those without are in: --unit {column.name}=元 or 万元",
        )


def _stored(values: list, column: Column) -> np.ndarray | list[str]:
    return values if isinstance(column.default, str) else np.array(values, dtype=np.int64)
