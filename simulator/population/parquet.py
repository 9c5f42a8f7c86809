"""Parquet files, and anything else that comes as typed columns, as raw tables of texts."""

from __future__ import annotations

import datetime
import io
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from simulator.errors import PopulationError, Problem
from simulator.facts import BLANK
from simulator.population import schema, tables
from simulator.population.raw import RawTable, Typed
from simulator.population.schema import Column, Table

DIGITS = 15  # a float keeps no more that a person wrote


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
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value)


def from_parquet(data: bytes, label: str, table: Table) -> RawTable | Problem:
    """The raw table of a Parquet file's bytes, or why there is none. Lines count rows from 1, without the header."""
    import pyarrow
    from pyarrow import parquet

    try:
        frame = parquet.read_table(io.BytesIO(data))
        columns = [_column(frame.column(at)) for at in range(frame.num_columns)]
    except (pyarrow.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        return Problem(label, f"this is no Parquet file that can be read: {type(error).__name__}", "write it anew")
    header = [str(name) for name in frame.column_names]
    return RawTable(label, False, header, 0, columns or [()], list(range(1, frame.num_rows + 1)), title=label)


def _column(held: Any) -> Sequence[str]:
    """A column as texts; numbers, flags and days stay what they are until somebody asks for the text."""
    from pyarrow import types

    kind = held.type
    missing = np.asarray(held.is_null().to_numpy())
    if types.is_floating(kind) or (types.is_integer(kind) and not missing.any()) or types.is_boolean(kind) and \
            not missing.any():
        return Typed(held.to_numpy(), missing, as_text)
    if types.is_date32(kind):
        return Typed(held.to_numpy().astype("datetime64[D]"), missing, as_text)
    return [as_text(value) for value in held.to_pylist()]


def write_parquet(population: tables.Population, folder: Path) -> Path:
    """Write a register without unknown facts as Parquet tables, column by column: a million enterprises in seconds.

    Raises PopulationError when the folder holds other tables of a register, or cannot be written, and ValueError for a
    register with unknown cells (write it as CSV).
    """
    import pyarrow
    from pyarrow import parquet

    if population.unknown:
        raise ValueError("a register with unknown cells is written as CSV")
    owners, places = np.nonzero(population.annual["present"])
    columns = {"enterprises": {"enterprise_id": population.ids}, "annual": {"enterprise_id": population.ids[owners]}}
    for column in schema.ENTERPRISES[1:]:
        if column.name in population.details:
            values = population.details[column.name].to_numpy()
            if column.kind == "text" or column.kind == "choice":
                if any(values):
                    columns["enterprises"][column.name] = values
            elif values.any():
                columns["enterprises"][column.name] = _typed(values, column)
        else:
            columns["enterprises"][column.name] = _typed(population.enterprises[column.name], column)
    columns["annual"]["year"] = population.first_year + places
    for column in schema.ANNUAL[2:]:
        if column.name != "employees":
            columns["annual"][column.name] = _typed(population.annual[column.name][owners, places], column)
        elif population.employees.size:
            columns["annual"][column.name] = population.employees[owners, places]
    small = {name: frame for name, frame in tables.to_tables(population, only=("existing_support", "paid", "applications"))
             .items() if len(frame)}
    files = {f"{name}.parquet" for name in (*columns, *small)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tables.refuse_mixture(folder, files)
        for name, held in columns.items():
            _save(parquet, pyarrow.table(held), folder / f"{name}.parquet")
        for name, frame in small.items():
            _save(parquet, pyarrow.Table.from_pandas(frame, preserve_index=False), folder / f"{name}.parquet")
        if population.synthetic:
            tables.write_mark(folder)
    except OSError as error:
        raise PopulationError(
            Problem(str(folder), f"cannot be written: {error.strerror}", "choose another folder")
        ) from error
    return folder


def _save(parquet: Any, table: Any, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    try:
        parquet.write_table(table, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _typed(stored: np.ndarray, column: Column) -> Any:
    """Stored values as a typed column: CNY and m² as floats, days as dates, flags as booleans, blanks as nulls."""
    import pyarrow

    if column.kind == "flag":
        return stored.astype(bool)
    if column.kind == "date":
        safe = np.where(stored > 0, stored, 19700101)
        months = (safe // 10_000 - 1970) * 12 + safe // 100 % 100 - 1
        days = months.astype("datetime64[M]").astype("datetime64[D]") + (safe % 100 - 1)
        return pyarrow.array(days, mask=stored == 0)
    if column.kind == "choice":
        words = {value: options[0] for value, options in column.choices}
        return pyarrow.array([words.get(value, "") for value in stored.tolist()])
    if column.resolution == 1:
        return stored
    return pyarrow.array(stored / column.resolution, mask=stored == BLANK if column.derived else None)
