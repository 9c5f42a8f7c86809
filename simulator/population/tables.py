"""A population spelt out again: its tables as data frames.

Amounts in CNY, areas in m², ISO dates, booleans; "unknown" where the register says so; a blank (None) where
the law is to derive the fact. Columns that are unknown as a whole, and optional columns nobody filled, are
left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.population.column import Column, Table
from simulator.population.schema import contract
from simulator.population.spelling import iso, spell

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "unknown"

Unknown = tuple[str, int, str]  # enterprise id, year and column, as `Population.unknown` has them
Columns = dict[str, list[Any]]  # written values by column


Population = Any  # simulator.population.register.Population, which is spelt out by this module


def to_tables(population: Population, only: tuple[str, ...] = ()) -> dict[str, pd.DataFrame]:
    """All five tables (or only those named) by English name, English columns; the optional ones have no rows where the
    register has none.
    """
    unknown = set(population.unknown)
    makers = {"enterprises": _enterprises, "annual": _annual, "existing_support": _support, "paid": _paid, "applications": _applications}
    chosen = [table for table in contract().tables if not only or table.name in only]
    return {table.name: _frame(table, makers[table.name](population, unknown)) for table in chosen}


def _frame(table: Table, columns: Columns) -> pd.DataFrame:
    """Columns as a frame; without rows, all columns of the table."""
    import pandas as pd  # a quarter of a second, only where a table is made

    return pd.DataFrame(columns or {column.name: [] for column in table.columns})


def _spelt(column: Column, stored: Any, keys: list[tuple[str, int]], unknown: set[Unknown]) -> list[Any]:
    """The written values of a column, "unknown" where its cell is."""
    values = [spell(value, column) for value in (stored.tolist() if isinstance(stored, np.ndarray) else stored)]
    marked = {entry[:2] for entry in unknown if entry[2] == column.name}
    return [UNKNOWN if key in marked else value for key, value in zip(keys, values, strict=True)] if marked else values


def held(population: Population, table: Table) -> Iterator[tuple[Column, Any]]:
    """The stored values of every column of `enterprises` or `annual` but the keys: those that are known, and of details those that
    somebody filled in or called unknown."""
    absent, doubtful = ({column for name, _, column in population.unknown if bool(name) == known} for known in (False, True))
    owners, places = np.nonzero(population.annual["present"])
    for column in table.columns:
        name, own = column.name, column.name in contract().own
        if name in ("enterprise_id", "year") or name in absent or (own and name not in population.own):
            continue
        if table.name == "annual":
            if own or name != "employees" or len(population.employees):
                every = population.own[name] if own else population.employees if name == "employees" else population.annual[name]
                yield column, every[owners, places]
        elif name not in population.details:
            yield column, population.own[name] if own else population.enterprises[name]
        elif any(details := population.details[name].tolist()) or name in doubtful:
            yield column, details


def _enterprises(population: Population, unknown: set[Unknown]) -> Columns:
    keys = [(name, 0) for name in population.ids]
    values = {column.name: _spelt(column, stored, keys, unknown) for column, stored in held(population, contract().tables[0])}
    return {"enterprise_id": list(population.ids)} | values


def _annual(population: Population, unknown: set[Unknown]) -> Columns:
    owners, places = np.nonzero(population.annual["present"])
    keys = [(population.ids[owner], population.first_year + int(place)) for owner, place in zip(owners, places, strict=True)]
    values = {column.name: _spelt(column, stored, keys, unknown) for column, stored in held(population, contract().tables[1])}
    return {"enterprise_id": [name for name, _ in keys], "year": [year for _, year in keys]} | values


def _support(population: Population, unknown: set[Unknown]) -> Columns:
    """One row per enterprise, year, clause and payer; what the district does not pay is written as paid by
    "other".
    """
    district = population.support_district
    rows: list[tuple[Any, ...]] = [
        (owner, year, clause, amount, "district") for owner, year, clause, amount in _amounts(population, district)
    ]
    rows += [(owner, year, clause, amount, "other") for owner, year, clause, amount in _amounts(population, population.support - district)]
    by_id = {name: owner for owner, name in enumerate(population.ids)}
    for name, year, clause, what in _unknown_rows(unknown, "existing_support"):
        if what == "payer":  # its amount counts as the district's until somebody says otherwise
            place = next(i for i, row in enumerate(rows) if row[:3] == (by_id[name], year, clause) and row[4] == "district")
            rows[place] = (*rows[place][:4], UNKNOWN)
        else:
            rows.append((by_id[name], year, clause, UNKNOWN, "district"))
    return _columns(population, rows, ("amount", "payer"))


def _paid(population: Population, unknown: set[Unknown]) -> Columns:
    """One row per enterprise, year and clause; a row of 0 where nothing else tells the last paid year."""
    rows: list[tuple[Any, ...]] = [*_amounts(population, population.paid)]
    by_id = {name: owner for owner, name in enumerate(population.ids)}
    rows += [(by_id[name], year, clause, UNKNOWN) for name, year, clause, _ in _unknown_rows(unknown, "paid")]
    if population.last_paid_year and len(population) and population.last_paid_year not in {row[1] for row in rows}:
        rows.append((0, population.last_paid_year, 1, 0.0))
    return _columns(population, rows, ("amount",))


def _applications(population: Population, unknown: set[Unknown]) -> Columns:
    marked = {entry[:3] for entry in _unknown_rows(unknown, "applications")}
    rows = []
    for owner, year, clause, day in population.applications.tolist():
        doubtful = day == 0 and (population.ids[owner], year, clause) in marked
        rows.append((owner, year, clause, UNKNOWN if doubtful else iso(day)))
    return _columns(population, rows, ("applied_on",), sort=False)


def _amounts(population: Population, amounts: np.ndarray) -> list[tuple[int, int, int, float]]:
    """Enterprise, year, clause and CNY of every amount that is not 0."""
    found = zip(*(index.tolist() for index in np.nonzero(amounts)), strict=True)
    return [
        (owner, population.first_year + place, clause + 1, float(amounts[owner, place, clause]) / 100) for owner, place, clause in found
    ]


def _unknown_rows(unknown: set[Unknown], table: str) -> list[tuple[str, int, int, str]]:
    """Enterprise, year, clause and column (payer, or blank for the amount or date) of a table's unknown
    cells.
    """
    rows = []
    for name, year, path in sorted(unknown):
        parts = path.split(".")
        if parts[0] == table:
            rows.append((name, year, contract().policy.index(parts[1]) + 1, parts[2] if len(parts) > 2 else ""))
    return rows


def _columns(population: Population, rows: list[tuple[Any, ...]], names: tuple[str, ...], sort: bool = True) -> Columns:
    """Rows (enterprise, year, clause, …) as columns, none when there are no rows."""
    if not rows:
        return {}
    ordered = sorted(rows, key=lambda row: row[:3]) if sort else rows
    owners, *rest = (list(values) for values in zip(*ordered, strict=True))
    return {"enterprise_id": [population.ids[owner] for owner in owners], **dict(zip(("year", "clause", *names), rest, strict=True))}
