"""Registers in databases: a DuckDB file, or any SQL database that SQLAlchemy reaches.

A database's address holds a password, so it is taken from an environment variable only (`env:SIMULATOR_DATABASE`) and
stands in no record, message or log: messages name the variable. Nothing is written to a database.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from simulator import packages
from simulator.errors import PopulationError, Problem
from simulator.phrases import phrase
from simulator.population import parquet
from simulator.population.checked import KEYS
from simulator.population.column import plain
from simulator.population.raw import RawTable, Source, as_text
from simulator.population.schema import SYNTHETIC_MARK, table_named
from simulator.population.sheets import MOST_BYTES
from simulator.population.synthetic_mark import unbound
from simulator.population.units import column_named, of_name, stated

Remarks = dict[str, str | None]  # by column, "" for the table
MOST_ROWS = 5_000_000  # of a DuckDB file: a few bytes of it may stand for any number of rows


def from_duckdb(path: Path) -> Source:
    """The tables of a DuckDB file, opened to read only; nothing outside the file is reached."""
    try:
        import duckdb
    except ImportError:
        raise PopulationError(Problem(path.name, "DuckDB is not installed", packages.with_extra("database"))) from None
    settings: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": "2GB",
        "temp_directory": "",
        "threads": 1,
    }
    found: dict[tuple[str, str], tuple[list[str], list[Any]]] = {}
    remarks: dict[tuple[str, str], Remarks] = {}
    single: dict[tuple[str, str], set[str]] = {}
    refused: list[Problem] = []
    try:
        with duckdb.connect(str(path), read_only=True, config=settings) as connection:
            tables = connection.execute("SELECT schema_name, table_name, sql FROM duckdb_tables() WHERE NOT internal").fetchall()
            views = connection.execute("SELECT schema_name, view_name, '' FROM duckdb_views() WHERE NOT internal").fetchall()
            for schema, name, sql in sorted([*tables, *views]):
                found[schema, name] = ([], [])
                if table_named(name) is None:
                    continue
                if not sql or "GENERATED ALWAYS AS" in sql:
                    cause = "is a view or has computed columns; only stored tables are read"
                    refused.append(Problem(name, cause, "store it: CREATE TABLE … AS SELECT …"))
                    del found[schema, name]
                    continue
                quoted = f"{_quoted(schema)}.{_quoted(name)}"
                _bound(connection, name, quoted)
                remarks[schema, name] = dict(
                    connection.execute(
                        "SELECT '', comment FROM duckdb_tables() WHERE schema_name = $1 AND table_name = $2 UNION ALL SELECT column_name, "
                        "comment FROM duckdb_columns() WHERE schema_name = $1 AND table_name = $2",
                        [schema, name],
                    ).fetchall()
                )
                kinds = connection.execute(f"DESCRIBE FROM {quoted}").fetchall()
                bits = [kind[0] for kind in kinds if kind[1] == "BIT"]  # Arrow has none
                single[schema, name] = {kind[0] for kind in kinds if kind[1] == "FLOAT"}
                replaced = ", ".join(f"CAST({_quoted(bit)} AS VARCHAR) AS {_quoted(bit)}" for bit in bits)
                relation = connection.sql(f"SELECT *{f' REPLACE ({replaced})' if bits else ''} FROM {quoted}")  # noqa: S608
                held = relation.to_arrow_table() if hasattr(relation, "to_arrow_table") else relation.fetch_arrow_table()
                found[schema, name] = (held.column_names, list(zip(*map(parquet.as_texts, held.columns), strict=True)))
    except duckdb.Error as error:
        cause = phrase("cannot be read as a DuckDB file: {}", type(error).__name__)
        raise PopulationError(Problem(path.name, cause, "check the file; close the program that writes to it")) from None
    source = _source(found.items(), remarks, single)
    source.present |= {table.name for problem in refused if (table := table_named(problem.place)) is not None}
    source.problems += refused
    return source


def _bound(connection: Any, name: str, quoted: str) -> None:
    """Ask how much a table holds before any of it is read. Raises PopulationError for more than a register has."""
    columns = [row[:2] for row in connection.execute(f"DESCRIBE FROM {quoted}").fetchall()]
    if odd := [column for column, kind in columns if kind.endswith("]") or kind.partition("(")[0] in ("STRUCT", "MAP", "UNION", "VARIANT")]:
        cause = phrase("the column {} holds lists or records; a register's holds one value a row", odd[0])
        raise PopulationError(Problem(name, cause, "store one value a row"))
    texts = [
        f"octet_length(CAST({_quoted(column)} AS BLOB))" if kind == "BLOB" else f"strlen({_quoted(column)})"
        for column, kind in columns
        if kind in ("VARCHAR", "JSON", "BLOB")
    ]
    sizes = "".join(f", max({text}), sum({text})" for text in texts)
    rows, *found = connection.execute(f"SELECT count(*){sizes} FROM {quoted}").fetchall()[0]  # noqa: S608
    if rows > MOST_ROWS:
        raise PopulationError(
            Problem(name, phrase("the table has more than {} rows; a register has not", format(MOST_ROWS, ",")), "check the database")
        )
    if max([0, *(size or 0 for size in found[::2])]) > 4 * parquet.MOST_TEXT or sum(size or 0 for size in found[1::2]) > MOST_BYTES // 2:
        raise PopulationError(Problem(name, "holds more text than a register does", "check the database"))


def from_variable(given: str) -> Source:
    """The tables of the database whose address is in an environment variable; given: `env:NAME`.

    All tables are read in one transaction. Raises PopulationError with messages that never hold the address.
    """
    name = given.removeprefix("env:")
    address = os.environ.get(name, "")
    if not name or not address:
        cause = "there is no such environment variable, or it is empty"
        raise PopulationError(Problem(given, cause, "set it to the address, as postgresql+psycopg://user:password@host/database"))
    try:
        import sqlalchemy
    except ImportError:
        raise PopulationError(Problem(given, "SQLAlchemy is not installed", packages.with_extra("database"))) from None
    try:
        url = sqlalchemy.make_url(address)
        engine = sqlalchemy.create_engine(url)
        repeatable = url.get_backend_name() == "postgresql"
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if repeatable else {}
        try:
            with engine.connect().execution_options(**options) as connection:
                inspector = sqlalchemy.inspect(connection)
                found = {}
                remarks: dict[tuple[str, str], Remarks] = {}
                single: dict[tuple[str, str], set[str]] = {}
                coarse = {"postgresql": "REAL", "mysql": "FLOAT", "mariadb": "FLOAT"}.get(url.get_backend_name())
                for table in sorted({*inspector.get_table_names(), *inspector.get_view_names()}):
                    columns: list[str] = []
                    rows: list[Any] = []
                    if table_named(table) is not None:
                        chosen = sqlalchemy.select(sqlalchemy.text("*")).select_from(sqlalchemy.table(table))
                        done = connection.execute(chosen)
                        columns, rows = list(done.keys()), _fetched(done, table)
                        remarks["", table] = _remarks(inspector, table)
                        single["", table] = {c["name"] for c in inspector.get_columns(table) if type(c["type"]).__name__ == coarse}
                    found[("", table)] = (columns, rows)
        finally:
            engine.dispose()
    except PopulationError:
        raise
    except ImportError as error:  # the driver; its name is no secret
        raise PopulationError(
            Problem(given, phrase("the driver {} is not installed", error.name), packages.with_extra("database"))
        ) from None
    except Exception as error:  # noqa: BLE001  whatever a driver raises may hold the address in its text: only its kind is named
        cause = phrase("the database cannot be reached or read: {}", type(error).__name__)
        remedy = "check the address in the variable, the network and the right to read the tables"
        raise PopulationError(Problem(given, cause, remedy)) from None
    return _source(found.items(), remarks, single)


def _fetched(done: Any, table: str) -> list[Any]:
    """The rows of a table. Raises PopulationError for a value that no program here can hold, as a day 'infinity' or before Christ."""
    try:
        return list(done.fetchall())
    except Exception as error:
        if type(error).__name__ != "DataError":
            raise
        raise PopulationError(
            Problem(table, "holds a value that cannot be read, as a day “infinity” or one before the year 1", "correct it; NULL means none")
        ) from None


def _remarks(inspector: Any, table: str) -> Remarks:
    """What a database keeps as comments of a table and its columns; nothing where it keeps none."""
    try:
        of_table = inspector.get_table_comment(table)["text"]
    except NotImplementedError:
        of_table = None
    return {"": of_table} | {column["name"]: column.get("comment") for column in inspector.get_columns(table)}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _source(
    found: Iterable[tuple[tuple[str, str], tuple[list[str], list[Any]]]],
    remarks: Mapping[tuple[str, str], Remarks],
    single: Mapping[tuple[str, str], set[str]],
) -> Source:
    """Raw tables from columns and rows, what was remarked of them, and which columns are of single precision. A database keeps no
    order, so rows are sorted: equal data, equal population."""
    source = Source()
    digest = hashlib.sha256()
    for (schema, name), (columns, rows) in found:
        table = table_named(name)
        source.problems += [unbound(name)] if plain(name) in SYNTHETIC_MARK else []
        if table is None:  # a database holds much else
            continue
        if table.name in source.present:
            source.problems.append(Problem(f"{schema}.{name}".strip("."), phrase("there are two tables for {}", table.label), "keep one"))
            continue
        texts = sorted([as_text(value) for value in row] for row in rows)
        said = {column: text for column, text in remarks.get((schema, name), {}).items() if text and stated(text)[0]}
        digest.update(repr((table.name, columns, texts, *([sorted(said.items())] if said else []))).encode())
        raw = RawTable(name, False, [str(column) for column in columns], 0, [], list(range(1, len(texts) + 1)))
        raw.columns = list(zip(*texts, strict=True)) or [()] * len(columns)
        raw.says = of_name(name) + ([("title", said[""])] if "" in said else [])
        raw.comments = [(0, at, said[column]) for at, column in enumerate(columns) if column in said]
        named = [column_named(str(column), table) for column in columns]
        raw.warnings += [
            parquet.rounded(name, column)
            for at, column in enumerate(named)
            if column is not None and column.kind == "money" and columns[at] in single.get((schema, name), ())
            if any(re.fullmatch(r"-?[1-9]\d{5,}(\.\d+)?|.*e\+?\d+", as_text(row[at])) for row in rows)
        ]
        keys = [at for at, column in enumerate(named) if column is not None and column.name in KEYS]
        raw.keys = ["row " + " ".join(text[at] for at in keys) for text in texts]
        source.add(table.name, raw)
    source.sha256 = digest.hexdigest()
    return source
