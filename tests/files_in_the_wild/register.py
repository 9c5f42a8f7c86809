"""The plain register that every case must amount to, and how cases are written and compared."""

from __future__ import annotations

import copy
import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import xlsxwriter

from simulator.population.readers import examine, read_population
from simulator.population.register import Population
from tests.of_2013 import TABLES
from tests.population.registers import as_csv

Rows = list[list]

CODES = [f"9150010700000000{end}" for end in ("1J", "2M", "3Q", "4U")]


def tables() -> dict[str, Rows]:
    """Four enterprises, two years each, an amount in every column of money; 既有政策 and 已兑现 with two rows each."""
    enterprises = [
        {
            "enterprise_id": code,
            "name": f"样例{n}",
            "settled_on": "2014-01-01" if n == 1 else "",
            "registered_capital": 5_000_000 + n,
            "paid_in_capital": 3_000_000,
            "online_retailer": "是",
            "o2o": "是",
        }
        for n, code in enumerate(CODES, 1)
    ]
    annual = [
        {
            "enterprise_id": code,
            "year": year,
            "sales": 20_000_000 + n,
            "online_sales": 15_000_000,
            "vat": 300_000,
            "business_tax": 10_000,
            "income_tax": 40_000,
            "retained_tax": 299_999.6,
            "district_contribution": 250_000,
            "rented_area": 120,
            "rent": 45,
            "designated_building": "是",
            "line_lease": 100_000,
            "entry_fee": 3_000,
            "membership_income": 1_200_000,
            "paid_members": 1500,
            "building_area": 6000,
            "building_occupancy": 0.85,
            "executive_children": 2,
        }
        for n, code in enumerate(CODES, 1)
        for year in (2013, 2014)
    ]
    support = [{"enterprise_id": CODES[2], "year": year, "clause": 9, "amount": 150_000} for year in (2013, 2014)]
    paid = [{"enterprise_id": CODES[3], "year": 2013, "clause": 9, "amount": 20_000}]
    return {
        table.name: [[column.header for column in table.columns], *([row.get(column.name, "") for column in table.columns] for row in rows)]
        for table, rows in zip(TABLES, (enterprises, annual, support, paid), strict=False)
    }


def column(table: str, name: str) -> int:
    """Where a column stands."""
    return [c.name for c in next(t for t in TABLES if t.name == table).columns].index(name)


def changed(change: Callable[[dict[str, Rows]], object]) -> dict[str, Rows]:
    """The tables with a change."""
    found = copy.deepcopy(tables())
    change(found)
    return found


def folder(path: Path, rows: dict[str, Rows], end: str = "", encoding: str = "utf-8") -> Path:
    """The tables as CSV files in a folder."""
    path.mkdir(parents=True, exist_ok=True)
    for name, table in rows.items():
        text = as_csv([["" if cell is None else str(cell) for cell in row] for row in table])
        (path / f"{name}.csv").write_bytes((text + end).encode(encoding))
    return path


def workbook(path: Path, rows: dict[str, Rows], change: Callable[[openpyxl.Workbook], object] | None = None) -> Path:
    """The tables as sheets of a workbook of openpyxl's."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in rows.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append([None if cell == "" else cell for cell in row])
    if change:
        change(book)
    book.save(path)
    return path


def by_xlsxwriter(path: Path, rows: dict[str, Rows], write: Callable[[xlsxwriter.Workbook, dict], object]) -> Path:
    """The tables as sheets of a workbook of XlsxWriter's, which marks it to be calculated when it is opened."""
    with xlsxwriter.Workbook(path) as book:
        sheets = {}
        for name, table in rows.items():
            sheets[name] = sheet = book.add_worksheet(name)
            for at, row in enumerate(table):
                sheet.write_row(at, 0, row)
        write(book, sheets)
    return path


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The workbook with its parts changed."""
    source = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, change(entry.filename, source.read(entry.filename)))
    return path


def facts(population: Population) -> tuple:
    """All that the law reads, to the fen."""
    return (
        population.ids.tolist(),
        population.first_year,
        population.enterprises.tolist(),
        population.annual.tolist(),
        population.support.tolist(),
        population.paid.tolist(),
        sorted(population.unknown),
    )


def plain(tmp_path: Path) -> tuple:
    """The plain register's facts."""
    return facts(read_population(folder(tmp_path / "plain", tables())))


def same(path: Path, tmp_path: Path, *reported: str) -> bool:
    """Whether the register at a path amounts to the plain one; every text of `reported` must be found in its warnings."""
    found = examine(path)
    assert not found.errors, [str(problem) for problem in found.errors]
    said = " | ".join(str(problem) for problem in found.warnings)
    assert all(text in said for text in reported), said
    return facts(found.population) == plain(tmp_path)


def asked(path: Path, *reported: str) -> bool:
    """Whether the register at a path is refused, with every text of `reported` in what is said."""
    said = " | ".join(str(problem) for problem in examine(path).errors)
    assert said and all(text in said for text in reported), said
    return True


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
