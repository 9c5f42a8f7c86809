"""Parquet files, and anything else that comes as typed columns, as raw tables of texts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from simulator.errors import Problem
from simulator.population.layout import MOST_COLUMNS
from simulator.population.raw import RawTable, Typed, as_text

MOST_ROWS = 20_000_000  # a register of a million enterprises has three million


def from_parquet(data: bytes, label: str) -> RawTable | Problem:
    """The raw table of a Parquet file's bytes, or why there is none. Lines count rows from 1, without the header."""
    import pyarrow
    from pyarrow import parquet

    try:
        declared = parquet.read_metadata(io.BytesIO(data))  # first: a few bytes may stand for any number of rows
        if declared.num_rows > MOST_ROWS or declared.num_columns > MOST_COLUMNS:
            return Problem(label, f"the table has {declared.num_rows:,} rows and {declared.num_columns:,} columns; a register "
                           "has not", f"at most {MOST_ROWS:,} rows are read; check the file")
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
    if types.is_floating(kind) or (types.is_integer(kind) and not missing.any()) or (types.is_boolean(kind) and \
            not missing.any()):
        return Typed(held.to_numpy(), missing, as_text)
    if types.is_date32(kind):
        return Typed(held.to_numpy().astype("datetime64[D]"), missing, as_text)
    return [as_text(value) for value in held.to_pylist()]
