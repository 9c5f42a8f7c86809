"""From files to a checked population, or one report of every problem.

A register is a folder with enterprises.csv, annual.csv and, where there are any, existing_support.csv,
paid.csv and applications.csv (or their Chinese names 企业, 年度, 既有政策, 已兑现, 申报), or one .xlsx
workbook with sheets of these names.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from simulator.errors import PopulationError, Problem
from simulator.population import checks
from simulator.population.assembly import assemble
from simulator.population.contract import Checked, check
from simulator.population.register import Population
from simulator.population.schema import SYNTHETIC_MARK, TABLES, plain, table_named
from simulator.population.sheets import Source, from_csv, stray
from simulator.population.workbook import from_workbook


def read_population(path: str | Path) -> Population:
    """The population of a register's folder or workbook.

    Raises PopulationError with every problem of all its tables at once; what is merely odd is in `warnings`.
    """
    path = Path(path)
    source = _open(path)
    tables = {
        table.name: check(source.tables[table.name], table) for table in TABLES if table.name in source.tables
    }
    owners = _check_keys(tables)
    name = path.resolve().name  # also of "."
    _tell_missing(source, name, path.is_dir())
    errors = [problem for problem in source.problems if problem.severity == "error"]
    told = {problem.place for problem in errors}  # a cell without a value must not also be told as blank
    errors += [error for checked in tables.values() for error in checked.errors if error.place not in told]
    if errors:
        raise PopulationError(errors)
    population = assemble(tables, owners)
    warnings = [problem for problem in source.problems if problem.severity == "warning"]
    warnings += [problem for checked in tables.values() for problem in checked.warnings]
    return replace(
        population, warnings=warnings, source=name, sha256=source.sha256, synthetic=source.synthetic
    )


def _open(path: Path) -> Source:
    """The raw tables at a path; raises PopulationError when there is nothing to open."""
    try:
        if path.is_dir():
            return _from_folder(path)
        if path.suffix.lower() == ".xlsx":
            return from_workbook(path.read_bytes(), path.name)
        if path.exists():
            raise PopulationError(
                Problem(
                    str(path),
                    "is neither a folder of CSV tables nor an .xlsx workbook",
                    "give the folder that holds enterprises.csv and annual.csv, or the workbook",
                )
            )
    except OSError as error:
        raise PopulationError(
            Problem(str(path), f"cannot be read: {error.strerror or error}", "check the path")
        ) from error
    except ValueError as error:  # a path with a zero character
        raise PopulationError(Problem(str(path), f"is no path: {error}", "check the path")) from error
    raise PopulationError(Problem(str(path), "there is no such file or folder", "check the path"))


def _from_folder(folder: Path) -> Source:
    """The tables of a folder. The hash covers table names and bytes in the contract's order, not what files
    are called.
    """
    source = Source()
    contents: dict[str, bytes] = {}
    for entry in sorted(folder.iterdir()):
        suffix, table = entry.suffix.lower(), table_named(entry.stem)
        if suffix == ".txt" and plain(entry.stem) in SYNTHETIC_MARK:
            source.synthetic = True
        if suffix != ".csv":
            continue
        if table is None:
            source.problems += stray(entry.name, entry.stem)
        elif table.name in source.present:
            source.problems.append(Problem(entry.name, f"there are two files for {table.label}", "keep one"))
        else:
            try:
                contents[table.name] = entry.read_bytes()
            except OSError as error:
                source.add(
                    table.name, Problem(entry.name, f"cannot be read: {error.strerror}", "check the file")
                )
            else:
                source.add(table.name, from_csv(contents[table.name], entry.name, table))
    digest = hashlib.sha256()
    for name in [table.name for table in TABLES if table.name in contents]:
        digest.update(name.encode() + hashlib.sha256(contents[name]).digest())
    source.sha256 = digest.hexdigest()
    return source


def _tell_missing(source: Source, name: str, is_folder: bool) -> None:
    """A required table that is not there, or holds no row; name: of the folder or workbook."""
    kind, ending = ("file", ".csv") if is_folder else ("sheet", "")
    for table in TABLES:
        if not table.required:
            continue
        if table.name not in source.present:
            cause = f"the table {table.label} is missing"
            remedy = f"add the {kind} {table.name}{ending} or {table.header}{ending}"
            source.problems.append(Problem(name, cause, remedy))
        elif table.name in source.tables and not len(source.tables[table.name]):
            label = source.tables[table.name].label
            source.problems.append(
                Problem(label, "the table has a header but no row", "write one line per row")
            )


def _check_keys(tables: dict[str, Checked]) -> dict[str, np.ndarray]:
    """By table: the enterprise of every row. Faults between rows and tables are noted in the tables."""
    enterprises = tables.get("enterprises")
    index = None
    if enterprises is not None and "enterprise_id" in enterprises.positions:
        index = checks.check_enterprises(enterprises)
    return {name: checks.check_rows(rows, index) for name, rows in tables.items() if name != "enterprises"}
