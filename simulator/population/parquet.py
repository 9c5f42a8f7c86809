"""Parquet files, and anything else that comes as typed columns, as raw tables of texts."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

from simulator.errors import Problem
from simulator.population.raw import RawTable
from simulator.population.schema import Table

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
        columns = [[as_text(value) for value in frame.column(at).to_pylist()] for at in range(frame.num_columns)]
    except (pyarrow.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        return Problem(label, f"this is no Parquet file that can be read: {type(error).__name__}", "write it anew")
    header = [str(name) for name in frame.column_names]
    return RawTable(label, False, header, 0, columns or [()], list(range(1, frame.num_rows + 1)), title=label)
