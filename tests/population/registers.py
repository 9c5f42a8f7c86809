"""Small registers for the tests: tables as lists of rows (first the header), written as CSV or as a workbook."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl

from simulator.errors import PopulationError, Problem
from simulator.population.readers import read_population
from simulator.population.register import Population
from tests import of_2013

GOOD_CODE = "91350100M000100Y43"  # its check character is right


def table(columns: str, *rows: str) -> list[list[str]]:
    """A header and rows written with blanks between the cells; . is a blank cell.

    >>> table("enterprise_id year", "E1 2013", "E1 .")
    [['enterprise_id', 'year'], ['E1', '2013'], ['E1', '']]
    """
    return [["" if cell == "." else cell for cell in line.split()] for line in (columns, *rows)]


def full(name: str, *rows: dict[str, str]) -> list[list[str]]:
    """A table with all its columns; cells that a row does not name are blank."""
    columns = [column.name for column in next(t for t in of_2013.TABLES if t.name == name).columns]
    return [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]


ENTERPRISES = full("enterprises", {"enterprise_id": "E1", "name": "甲"}, {"enterprise_id": "E2", "name": "乙"})
ANNUAL = full("annual", {"enterprise_id": "E1", "year": 2013}, {"enterprise_id": "E1", "year": 2014})


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


def write(folder: Path, **tables: list[list[str]] | str | bytes) -> Path:
    """A folder of CSV tables; enterprises and annual are sound and full unless given."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in ({"enterprises": ENTERPRISES, "annual": ANNUAL} | tables).items():
        if isinstance(content, list):
            content = as_csv(content)
        (folder / f"{name}.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def write_workbook(path: Path | io.BytesIO, **sheets: list[list]) -> Path | io.BytesIO:
    """A workbook of these sheets; enterprises and annual are sound and full unless given."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in ({"enterprises": ENTERPRISES, "annual": ANNUAL} | sheets).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


def problems(path: Path) -> list[Problem]:
    """What the readers refuse at that path; a register that is read is a failure of the test."""
    try:
        read_population(path)
    except PopulationError as error:
        assert all(problem.severity == "error" for problem in error.problems)
        return error.problems
    raise AssertionError("the register was accepted")


def only_problem(path: Path) -> Problem:
    found = problems(path)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def warnings(path: Path) -> list[Problem]:
    """What the readers find odd at that path."""
    found = read_population(path).warnings
    assert all(problem.severity == "warning" for problem in found)
    return found


def enterprise(folder: Path, **facts: str) -> Population:
    """The population of one enterprise E1 with these facts."""
    rows = full("enterprises", {"enterprise_id": "E1", "name": "甲"} | facts)
    return read_population(write(folder, enterprises=rows))


def year(folder: Path, **facts: str) -> Population:
    """The population of one enterprise E1 with one year, 2013, of these facts."""
    return read_population(write(folder, annual=full("annual", {"enterprise_id": "E1", "year": 2013} | facts)))
