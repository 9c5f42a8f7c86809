"""From files or a database to a checked population, or one report of every problem.

A register is a folder with enterprises, annual and, where there are any, existing_support, paid and applications (or
their Chinese names 企业, 年度, 既有政策, 已兑现, 申报) as .csv, .xlsx, .xls or .parquet; or one workbook with sheets of
these names; or a DuckDB file or SQL database with tables of these names (`env:NAME`, the address being in that
environment variable).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from simulator.audit import has_read
from simulator.errors import PopulationError, Problem
from simulator.law.policy import Policy
from simulator.phrases import phrase
from simulator.population import checks
from simulator.population.assembly import assemble
from simulator.population.beside import stray
from simulator.population.checked import Checked
from simulator.population.contract import check
from simulator.population.magnitude import check_magnitudes
from simulator.population.raw import Source
from simulator.population.register import Population
from simulator.population.schema import contract, under
from simulator.population.sources import open_source
from simulator.population.totals import check_totals
from simulator.population.units import check_answers, stated
from simulator.resources import give_back


@dataclass
class Examination:
    """What was found in a register: all problems, errors first, and the population where there is no error.

    source: the raw tables, with every cell as it stood; label: name of the file, folder or variable.
    """

    label: str
    source: Source
    problems: list[Problem] = field(default_factory=list)
    population: Population | None = None

    @property
    def errors(self) -> list[Problem]:
        """What stops the import."""
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def encodings(self) -> str:
        """The encoding each text file was read in."""
        return ", ".join(f"{raw.label} {raw.encoding}" for raw in self.source.tables.values() if raw.encoding)

    @property
    def warnings(self) -> list[Problem]:
        """What stops nothing but should be looked at."""
        return [problem for problem in self.problems if problem.severity != "error"]


def read_population(
    path: str | Path, units: Mapping[str, str] | None = None, until: int | None = None, policy: Policy | None = None
) -> Population:
    """The population of a register's folder, workbook or database.

    units: 元 or 万元 by column of amounts, where the register does not say; until: the last year of the whole register of
    which this is a part, 0 where that is not known yet; policy: whose contract it is to fulfil, the shipped baseline's if unsaid.
    Raises PopulationError with every problem of all its tables at once; what is merely odd is in `warnings`.
    """
    found = examine(path, units, until, policy)
    if found.population is None:
        raise PopulationError(found.errors)
    return found.population


def examine(
    path: str | Path, units: Mapping[str, str] | None = None, until: int | None = None, policy: Policy | None = None
) -> Examination:
    """Read and check a register and keep what was found. Raises PopulationError only when there is nothing to open, or
    for units that cannot be meant."""
    if policy is not None and contract().policy is not policy:
        with under(policy):
            return examine(path, units, until, policy)
    if wrong := check_answers(units or {}):
        raise PopulationError(wrong)
    source, name, kind = open_source(path)
    if until is None:
        has_read("register", source.sha256)
    for raw in source.tables.values():
        raw.says += source.says
    if named := sorted({text for raw in source.tables.values() for where, text in raw.says if where == "name" and stated(text)[0]}):
        source.sha256 = hashlib.sha256(repr((source.sha256, named)).encode()).hexdigest()  # a name that says the unit changes the amounts
    tables = {table.name: check(source.tables[table.name], table, units) for table in contract().tables if table.name in source.tables}
    give_back()
    owners = _check_keys(tables)
    _tell_missing(source, name, kind)
    for checked in tables.values():
        check_totals(checked)
    if "enterprises" in tables and "annual" in tables:
        check_magnitudes(tables, owners["annual"])
    give_back()
    errors = [problem for problem in source.problems if problem.severity == "error"]
    reported = {problem.place for problem in errors}  # a cell without a value must not also be reported as blank
    errors += [error for checked in tables.values() for error in checked.errors if error.place not in reported]
    population = None
    if not errors:
        try:
            population = assemble(tables, owners, until or 0)
        except PopulationError as refused:
            errors = refused.problems
    warnings = [problem for problem in source.problems if problem.severity == "warning"]
    warnings += [problem for checked in tables.values() for problem in (*checked.warnings, *checked.not_listed("warning"))]
    if population is not None:
        population = replace(
            population,
            source=name,
            sha256=source.sha256,
            synthetic=source.synthetic,
            warnings=warnings + _lacking_years(population, contract().policy),
            origin=(str(path) if str(path).startswith("env:") else str(Path(path).resolve()), tuple(sorted((units or {}).items()))),
        )
        warnings = population.warnings
    return Examination(name, source, errors + warnings, population)


def _lacking_years(population: Population, policy: Policy) -> list[Problem]:
    """Years of which the policy's formulas ask for figures, before the first in the table."""
    lacking = policy.years_lacking(max(policy.start.year, population.first_year), population.first_year)
    if not lacking:
        return []
    years = ", ".join(map(str, lacking))
    cause = phrase("the policy asks for figures of {}, the table begins with {}: they count as 0", years, population.first_year)
    return [Problem("annual", cause, phrase("add the row of {}", years), "warning")]


def _tell_missing(source: Source, name: str, kind: str) -> None:
    """A required table that is not there, or holds no row, and what was found instead; kind: file, sheet or table."""
    for found in source.strays:
        source.problems += stray(*found, source.present)
    ending = ".csv" if kind == "file" else ""
    for table in contract().tables:
        if not table.required:
            continue
        if table.name not in source.present:
            cause = phrase("the table {} is missing", table.label)
            remedy = phrase("add the {} {} or {}", kind, f"{table.name}{ending}", f"{table.header}{ending}")
            source.problems.append(Problem(name, cause, remedy))
        elif table.name in source.tables and not len(source.tables[table.name]):
            label = source.tables[table.name].label
            source.problems.append(Problem(label, "the table has a header but no row", "write one line per row"))


def _check_keys(tables: dict[str, Checked]) -> dict[str, np.ndarray]:
    """By table: the enterprise of every row. Faults between rows and tables are noted in the tables."""
    enterprises = tables.get("enterprises")
    index = None
    if enterprises is not None and "enterprise_id" in enterprises.positions:
        index = checks.check_enterprises(enterprises)
    refused = enterprises.refused.get("enterprise_id") if enterprises is not None else None
    unreadable = refused is not None and int(refused.sum()) * 2 > len(refused)
    return {name: checks.check_rows(rows, index, unreadable) for name, rows in tables.items() if name != "enterprises"}
