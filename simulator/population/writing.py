"""A register written into a folder: as CSV an office can open, or as Parquet where there are many enterprises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulator.errors import PopulationError, Problem
from simulator.facts import BLANK
from simulator.files import Change, change, listed
from simulator.phrases import phrase
from simulator.population import schema
from simulator.population.column import Column, plain
from simulator.population.synthetic_mark import MARK, synthetic_mark
from simulator.population.tables import Population, held, to_tables
from simulator.regular import digest_of
from simulator.spreadsheets import save_rows

TABLE_FILES = (".csv", ".parquet", ".xlsx", ".xls")  # what would be read together with new tables
ELSEWHERE = "choose another folder"


def write_folder(population: Population, folder: Path) -> Path:
    """Write the tables that have rows (and the required ones) into a folder as CSV; returns the folder.

    Raises PopulationError when the folder holds other tables of a register, or cannot be written.
    """
    return _write_files(
        folder,
        {
            f"{name}.csv": partial(_save_csv, frame)
            for name, frame in to_tables(population).items()
            if len(frame) or name in ("enterprises", "annual")
        },
        population.synthetic,
    )


def write_parquet(population: Population, folder: Path) -> Path:
    """Write a register without unknown facts as Parquet tables, column by column: a million enterprises in seconds.

    Raises PopulationError when the folder holds other tables of a register, or cannot be written, and ValueError for a
    register with unknown cells (write it as CSV).
    """
    import pyarrow
    from pyarrow import parquet

    if any(enterprise for enterprise, _, _ in population.unknown):
        raise ValueError("a register with unknown cells is written as CSV")
    owners, places = np.nonzero(population.annual["present"])
    columns = {
        "enterprises": {"enterprise_id": population.ids},
        "annual": {"enterprise_id": population.ids[owners], "year": population.first_year + places},
    }
    for table in schema.contract().tables[:2]:
        columns[table.name] |= {column.name: _typed(np.asarray(stored), column) for column, stored in held(population, table)}
    small = {name: frame for name, frame in to_tables(population, only=("existing_support", "paid", "applications")).items() if len(frame)}
    files = {name: pyarrow.table(found) for name, found in columns.items()}
    files |= {name: pyarrow.Table.from_pandas(frame, preserve_index=False) for name, frame in small.items()}
    return _write_files(
        folder, {f"{name}.parquet": partial(parquet.write_table, found) for name, found in files.items()}, population.synthetic
    )


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
    if column.kind == "choice" and stored.dtype.kind in "iu":
        words = {value: options[0] for value, options in column.choices}
        return pyarrow.array([words.get(value, "") for value in stored.tolist()])
    if column.resolution == 1:
        return stored
    return pyarrow.array(stored / column.resolution, mask=stored == BLANK if column.derived else None)


def _write_files(folder: Path, files: Mapping[str, Callable[[Path], object]], synthetic: bool) -> Path:
    """Each file by its writer, all in one step; a mark beside them, with their sha256, where the register is invented."""
    with change(folder, PopulationError, ELSEWHERE) as changing:
        _refuse_mixture(changing, {*files, *([MARK] if synthetic else [])})
        digests = {name: changing.put(name, write) for name, write in files.items()}
        if synthetic:
            changing.text(MARK, synthetic_mark(digests))
    return folder


def mark_synthetic(folder: Path) -> None:
    """Say in a folder of parts that what lies there is invented; each part has its own mark."""
    with change(folder, PopulationError, ELSEWHERE) as changing:
        changing.text(MARK, synthetic_mark({}))


def _refuse_mixture(changing: Change, files: set[str]) -> None:
    """Tables already there that would be read together with the new ones: the program's own go, others must not stay unnoticed."""
    problems, mine = [], listed(changing.folder)
    for entry in changing.folder.iterdir():
        is_table = entry.suffix.lower() in TABLE_FILES and schema.table_named(entry.stem) is not None
        is_mark = entry.suffix.lower() == ".txt" and plain(entry.stem) in schema.SYNTHETIC_MARK
        if (is_table or is_mark) and entry.name not in files:
            changing.remove(entry.name)
            if not entry.is_file() or mine.get(entry.name) != digest_of(entry):
                cause = phrase("already holds {}, which would be read together with the new tables", entry.name)
                problems.append(Problem(str(changing.folder), cause, "remove it, or choose an empty folder"))
    if problems:
        raise PopulationError(problems)


def _save_csv(frame: pd.DataFrame, path: Path) -> None:
    """One table as UTF-8 CSV with a mark, so that spreadsheets read its Chinese."""
    columns = [[_cell(value) for value in frame[name].tolist()] for name in frame.columns]
    save_rows(list(frame.columns), zip(*columns, strict=True), path)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value != value:
        return ""
    return str(int(value)) if value == int(value) else repr(float(value))
