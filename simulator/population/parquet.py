"""Parquet files, and anything else that comes as typed columns, as raw tables of texts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from simulator.errors import Problem
from simulator.phrases import phrase
from simulator.population.column import Column, Table
from simulator.population.layout import MOST_COLUMNS
from simulator.population.raw import Later, RawTable, Typed, as_text
from simulator.population.sheets import MOST_BYTES
from simulator.population.units import column_named, of_name

MOST_ROWS = 20_000_000  # a register of a million enterprises has three million
MOST_VALUES = 200_000_000
MOST_TEXT = 32_767  # characters a spreadsheet's cell may hold
BATCH = 65_536
SEVEN_DIGITS = 100_000  # yuan: beyond, single precision has no fen


def from_parquet(data: bytes, label: str, of: Table) -> RawTable | Problem:
    """The raw table of a Parquet file's bytes, or why there is none. Lines count rows from 1, without the header."""
    import pyarrow
    from pyarrow import compute, parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        declared, schema = file.metadata, file.schema_arrow  # first: a few bytes may stand for any number of rows
        rows, columns = declared.num_rows, declared.num_columns
        if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_VALUES:
            cause = phrase("the table has {} rows and {} columns; a register has not", format(rows, ","), format(columns, ","))
            return Problem(label, cause, phrase("at most {} rows are read; check the file", format(MOST_ROWS, ",")))
        texts = [field.name for field in schema if str(field.type).removeprefix("large_") in ("string", "binary")]
        # texts as numbers into their different values: however often one is repeated, it is held once
        file = parquet.ParquetFile(io.BytesIO(data), read_dictionary=texts)
        total, coarse, found = 0, list[Problem](), list[Sequence[str]]()

        def again(at: int) -> Callable[[], Sequence[str]]:
            return lambda: as_texts(_column(file, at))

        for at, field in enumerate(schema):  # one at a time: texts are kept, numbers read again when they are wanted
            held = _column(file, at, total)
            total += held.nbytes
            column = column_named(field.name, of)
            if (
                (pyarrow.types.is_float32(field.type) or pyarrow.types.is_float16(field.type))
                and (column is not None and column.kind == "money")
                and (compute.max(compute.abs(held.cast(pyarrow.float64()))).as_py() or 0) >= SEVEN_DIGITS
            ):
                coarse.append(rounded(label, column))
            texts_of = as_texts(held)
            found.append(Later(rows, again(at)) if isinstance(texts_of, Typed) else texts_of)
        return RawTable(
            label,
            False,
            list(map(str, schema.names)),
            0,
            found or [()],
            range(1, rows + 1),
            says=[*of_name(label), *(("title", text) for text in _said(schema.metadata))],
            comments=[(0, at, text) for at, field in enumerate(schema) for text in _said(field.metadata)],
            warnings=coarse,
        )
    except (pyarrow.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        return Problem(label, phrase("this is no Parquet file that can be read: {}", type(error).__name__), "write it anew")


def _column(file: Any, at: int, before: int = 0) -> Any:
    """A column of a Parquet file; before: bytes of those that were read. Raises ValueError where a file holds more than any register."""
    import pyarrow

    name = file.schema_arrow.names[at]
    place = file.schema_arrow.names[:at].count(name)  # of several of that name
    batches = bounded(file.iter_batches(BATCH, columns=[name]), before)
    return pyarrow.chunked_array([batch.column(place) for batch in batches], file.schema_arrow.field(at).type)


def rounded(label: str, column: Column) -> Problem:
    """Amounts that lost digits before they came here."""
    cause = phrase("{} is kept in single precision, of which six or seven digits are sure: larger amounts have been rounded", column.label)
    return Problem(label, cause, "keep amounts as DECIMAL or in double precision", "warning")


def _said(metadata: Mapping[bytes, bytes] | None) -> list[str]:
    """What somebody wrote beside a table or a column: a description, a comment, a unit."""
    texts = {key.decode(errors="replace"): text.decode(errors="replace") for key, text in (metadata or {}).items() if len(text) < 1000}
    return [
        f"{key}：{text}" if re.search("unit|单位", key, re.IGNORECASE) else text
        for key, text in texts.items()
        if not key.startswith("PARQUET:")
    ]


def bounded(batches: Iterable[Any], total: int = 0) -> Iterator[Any]:
    """Record batches while they hold what a register may. Raises ValueError for more bytes than any register has."""
    for batch in batches:
        total += batch.nbytes
        if total > MOST_BYTES:
            raise ValueError("more bytes than a register")
        yield batch


def as_texts(held: Any) -> Sequence[str]:
    """A column of Arrow's as texts; numbers, flags and days stay what they are until somebody asks for the text. Moments stay
    moments with their zone, which `days` reads. Raises ValueError for texts that no cell holds."""
    import pyarrow
    from pyarrow import compute, types

    kind = held.type
    missing = np.asarray(held.is_null().to_numpy())
    if types.is_dictionary(kind):
        found: list[str] = []
        for chunk in held.chunks:
            words = [_short(as_text(word)) for word in chunk.dictionary.to_pylist()]
            places = compute.fill_null(chunk.indices.cast(pyarrow.int64()), -1).to_numpy(zero_copy_only=False)
            found += [words[at] if at >= 0 else "" for at in places.tolist()]
        return found
    if types.is_float32(kind) or types.is_float16(kind):  # its own shortest digits: 299999.6, not 299999.59375
        held, kind = held.cast(pyarrow.string()).cast(pyarrow.float64()), pyarrow.float64()
    if types.is_floating(kind) or (types.is_integer(kind) and not missing.any()) or (types.is_boolean(kind) and not missing.any()):
        return Typed(held.to_numpy(), missing, as_text)
    if types.is_timestamp(kind) and kind.tz is None:
        days = held.cast(pyarrow.timestamp("us"), safe=False).to_numpy().astype("datetime64[us]")
        if (days == days.astype("datetime64[D]"))[~missing].all():
            return Typed(days.astype("datetime64[D]"), missing, as_text)
        return ["" if none else as_text(day.item()) for day, none in zip(days, missing, strict=True)]
    if types.is_timestamp(kind):
        days = held.cast(pyarrow.timestamp("us", "UTC"), safe=False).cast(pyarrow.timestamp("us")).to_numpy()
        beijing = kind.tz in ("Asia/Shanghai", "Asia/Chongqing", "Asia/Chungking", "Asia/Urumqi", "PRC", "+08:00")
        zone, shift = ("+08:00", np.timedelta64(8, "h")) if beijing else ("+00:00", np.timedelta64(0, "h"))
        return [
            "" if none else f"{np.datetime_as_string(day + shift, unit='s').replace('T', ' ')}{zone}"
            for day, none in zip(days, missing, strict=True)
        ]
    if types.is_date32(kind):
        return Typed(held.to_numpy().astype("datetime64[D]"), missing, as_text)
    return [_short(as_text(value)) for value in held.to_pylist()]


def _short(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise ValueError("a text longer than any cell's")
    return text
