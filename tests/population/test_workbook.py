"""Workbooks: the same contract, places as cell addresses, and what a workbook alone can get wrong."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from simulator.population import schema
from simulator.population.readers import read_population
from tests import of_2013
from tests.population.registers import (
    ANNUAL,
    ENTERPRISES,
    full,
    only_problem,
    problems,
    table,
    warnings,
    write,
    write_workbook,
)

AT = {column.name: place for place, column in enumerate(of_2013.ANNUAL)}


def annual(**cells) -> list[list]:
    """A table `annual` of one row with cells of any type."""
    row = [cells.get(column.name, "") for column in of_2013.ANNUAL]
    row[:2] = ["E1", cells.get("year", 2013)]
    return [ANNUAL[0], row]


def test_a_workbook_is_the_same_population_as_its_csv(tmp_path):
    cells = {"year": 2013, "sales": 61234.5, "rent": 1.1 + 2.2, "designated_building": True, "trades_locally": "是",
             "paid_members": 1001, "building_occupancy": 0.85, "entry_fee": "未知", "vat": "３，０００"}  # fmt: skip
    texts = {"year": "2013", "sales": "61234.50", "rent": "3.3", "designated_building": "是", "trades_locally": "1",
             "paid_members": "1001", "building_occupancy": ".85", "entry_fee": "unknown", "vat": "3000"}  # fmt: skip
    support = table("enterprise_id year clause amount payer", "E1 2013 3 900 市级")
    book = write_workbook(tmp_path / "名录.xlsx", annual=annual(**cells), existing_support=support)
    folder = write(tmp_path / "csv", annual=full("annual", {"enterprise_id": "E1"} | texts), existing_support=support)
    population = read_population(book)
    assert population == read_population(folder)
    assert population.source == "名录.xlsx" and population.warnings == [] and len(population.sha256) == 64


def test_chinese_sheets_and_headers(tmp_path):
    book = openpyxl.Workbook()
    for name, rows in {"企业": ENTERPRISES, "年度": ANNUAL}.items():
        sheet = book.create_sheet(name)
        sheet.append([schema.table_named(name).column(column).header for column in rows[0]])
        for row in rows[1:]:
            sheet.append([cell or None for cell in row])
    book.remove(book["Sheet"])
    book.save(tmp_path / "a.xlsx")
    assert read_population(tmp_path / "a.xlsx") == read_population(write(tmp_path / "b"))


@pytest.mark.parametrize(
    "cell",
    [datetime.date(2013, 5, 6), datetime.datetime(2013, 5, 6, 10, 30), 20130506, "2013年5月6日", "2013/5/6"],
)
def test_date_cells(tmp_path, cell):
    rows = [ENTERPRISES[0], ["E1", "甲", cell, *[""] * 18]]
    assert read_population(write_workbook(tmp_path / "a.xlsx", enterprises=rows)).enterprises["settled_on"][0] == 20130506


@pytest.mark.parametrize(
    "cells, address, cause",
    [
        ({"rent": "abc"}, "annual!K2", "“abc” is not a number"),
        ({"rent": -1}, "annual!K2", "“-1” is negative"),
        ({"rent": datetime.date(2013, 5, 6)}, "annual!K2", "“2013-05-06” is not a number"),
        ({"rent": datetime.time(3, 4)}, "annual!K2", "is not a number"),
        ({"rent": "#N/A"}, "annual!K2", "the cell shows #N/A"),
        ({"rent": "=1+1"}, "annual!K2", "formula was never calculated"),
        ({"year": 2013.5}, "annual!B2", "not a year"),
        ({"year": "=2013"}, "annual!B2", "formula was never calculated"),
        ({"year": datetime.date(2013, 1, 1)}, "annual!B2", "not a year"),
        ({"designated_building": 2}, "annual!L2", "neither yes nor no"),
    ],
)
def test_places_are_addresses(tmp_path, cells, address, cause):
    problem = only_problem(write_workbook(tmp_path / "a.xlsx", annual=annual(**cells)))
    assert problem.place == address and cause in problem.cause and problem.remedy


def test_faults_of_headers_rows_and_sheets(tmp_path):
    rows = [["enterprise_id", "year", "rnt", "rent"], ["E1", 2013, "", 1], ["E1", 2013, "", 2]]
    found = problems(write_workbook(tmp_path / "a.xlsx", annual=rows, 年度=ANNUAL, paid=[["enterprise_id"]]))
    assert [problem.place for problem in found] == [
        "a.xlsx, sheet 年度", "annual!C1", "annual!B3", "paid", "paid", "paid"]  # fmt: skip


def test_addresses_count_from_the_sheets_corner(tmp_path):
    rows = [[], [], ["", *annual()[0]], ["", *annual(rent="x")[1]]]
    assert only_problem(write_workbook(tmp_path / "a.xlsx", annual=rows)).place == "annual!L4"


def test_a_code_that_became_a_number(tmp_path):
    rows = [["enterprise_id"], [915001070000000001]]
    found = problems(write_workbook(tmp_path / "a.xlsx", enterprises=rows, annual=[["enterprise_id", "year"], ["E1", 2013]]))
    assert found[0].place == "enterprises!A2" and "shortened" in found[0].cause


def test_a_missing_and_an_unknown_sheet(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "enterprise"
    book.save(tmp_path / "a.xlsx")
    found = problems(tmp_path / "a.xlsx")
    assert [p.remedy for p in found] == ["add the sheet enterprises or 企业", "add the sheet annual or 年度"]
    (warning,) = warnings(write_workbook(tmp_path / "b.xlsx", 说明=[["x"]]))
    assert warning.place == "b.xlsx, sheet 说明"
    (warning,) = warnings(write_workbook(tmp_path / "c.xlsx", 合成=[]))
    assert warning.place == "c.xlsx, sheet 合成" and "not these tables" in warning.cause


def test_formulas_with_a_value_are_values(tmp_path):
    """A calculated formula counts; one whose calculated value is an empty text is blank."""
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("enterprises")
        sheet.write_row(0, 0, ["enterprise_id", "paid_in_capital", "registered_capital"])
        sheet.write_row(1, 0, ["E1"])
        sheet.write_formula(1, 1, "=20+22", None, 42)
        sheet.write_formula(1, 2, '=IF(1=1,"","x")', None, "")
        sheet = book.add_worksheet("annual")
        sheet.write_row(0, 0, ["enterprise_id", "year"])
        sheet.write_row(1, 0, ["E1", 2013])
    # as spreadsheets write it; the library has no way to say that the calculated value is a text, and asks to calculate anew
    rewritten(path, "xl/worksheets/sheet1.xml", lambda content: content.replace(b'r="C2"', b'r="C2" t="str"'))
    rewritten(path, "xl/workbook.xml", lambda content: content.replace(b' fullCalcOnLoad="1"', b""))
    rewritten(path, "docProps/app.xml", lambda content: content.replace(b"Microsoft Excel", b"WPS Office"))
    enterprises = read_population(path).enterprises
    assert enterprises["paid_in_capital"][0] == 4200 and enterprises["registered_capital"][0] == 0


@pytest.mark.parametrize("data", [b"", b"rubbish", b"PK\x03\x04" + b"\0" * 60, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_what_is_no_workbook(tmp_path, data):
    (tmp_path / "a.xlsx").write_bytes(data)
    problem = only_problem(tmp_path / "a.xlsx")
    assert problem.place == "a.xlsx" and problem.remedy


def test_a_damaged_workbook(tmp_path):
    good = write_workbook(tmp_path / "good.xlsx").read_bytes()
    for number in range(60):
        at = len(good) * number // 60
        (tmp_path / "a.xlsx").write_bytes(good[:at] + b"\xff\xfe\x00\x01" + good[at + 4 :])
        try:
            read_population(tmp_path / "a.xlsx")  # a byte nobody reads may be damaged
        except Exception as error:
            assert type(error).__name__ == "PopulationError", (number, repr(error))


def rewritten(path, part: str, change) -> None:
    """A copy of the workbook with one part changed."""
    source = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry.filename)
            target.writestr(entry.filename, change(content) if entry.filename == part else content)


def test_a_bomb_is_not_unpacked(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx")
    rewritten(path, "xl/styles.xml", lambda content: content + b" " * 50_000_000)
    assert "unpacks to" in only_problem(path).cause


def test_entities_and_far_cells_are_refused(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx")
    rewritten(path, "xl/workbook.xml", lambda content: b'<!DOCTYPE x [<!ENTITY a "b">]>' + content)
    assert "cannot be read" in only_problem(path).cause
    far = annual()
    path = write_workbook(tmp_path / "b.xlsx", annual=far)
    rewritten(path, "xl/worksheets/sheet2.xml", lambda content: content.replace(b'r="B2"', b'r="XFD1048576"'))
    assert "annual!XFD1048576 lies far outside" in only_problem(path).cause
