"""Issue 10, 7: no text of an export is run by a spreadsheet, whoever writes it; negative numbers stay numbers."""

import ast
import csv
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator
from simulator.budget.result import BudgetRun
from simulator.engine.run import play
from simulator.population.findings import write_annotated
from simulator.population.indicators import write_indicators
from simulator.population.readers import examine
from simulator.population.template import write_workbook
from simulator.report import payout_list
from simulator.report.saved import save
from simulator.report.tabled import tabled
from simulator.report.wording import load
from simulator.spreadsheets import escaped, save_csv, unescaped, workbook
from simulator.store.register_checks import write_check
from tests.population.registers import full, write

ROOT = Path(__file__).resolve().parents[2]
LEADS = ("=", "+", "-", "@", "\t", "\r", "\u2212", "＝", "＋", "－", "＠")
HOSTILE = ['=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\u22122+3", "＝1+1", "'=1"]


def runs(text: object) -> bool:
    """Whether a spreadsheet would run this text; a number, or a range of numbers, does nothing."""
    number = r"[+\-\u2212]?\d[\d.,%]*"
    return isinstance(text, str) and text.startswith(LEADS) and not re.fullmatch(f"{number}( … {number})?", text)


@given(st.text())
def test_a_text_is_neutralised_once_and_comes_back(text):
    assert unescaped(escaped(text)) == text
    assert not runs(escaped(text)) or text[1:2].isdecimal()  # -1e5 is a number, too


@pytest.mark.parametrize("number", ["-5", "-0.30", "+5", "\u22122,190", "-1e5", "-3%", "-0.5 … -0.3", "1.5"])
def test_a_number_written_as_text_stays(number):
    assert escaped(number) == number


@pytest.mark.parametrize("text", [*HOSTILE, "\t=1", "\rx", "-1-2", "+86-23", "-", "=1", "-1 … =2"])
def test_a_formula_in_any_dress_does_not(text):
    assert escaped(text) == f"'{text}"


def test_a_table_keeps_its_numbers_and_its_header_is_a_text(tmp_path):
    save_csv(pd.DataFrame({"=a": HOSTILE[:2], "b": [-1.5, -2.0], "c": pd.Categorical(["@x", "y"])}), tmp_path / "a.csv")
    rows = list(csv.reader((tmp_path / "a.csv").open(encoding="utf-8-sig", newline="")))
    assert rows[0][0] == "'=a" and [r[1] for r in rows[1:]] == ["-1.5", "-2.0"] and rows[1][2] == "'@x"
    assert not any(runs(cell) for row in rows for cell in row)


def test_a_workbook_writes_texts_as_texts_and_formulas_only_as_such(tmp_path):
    with workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, HOSTILE)
        sheet.merge_range(1, 0, 1, 3, HOSTILE[0])
        sheet.write_string(2, 0, HOSTILE[1])
        sheet.write(2, 1, -5)
        sheet.write_formula(2, 2, "=1+1")
    cells = {c.coordinate: c for row in openpyxl.load_workbook(tmp_path / "a.xlsx")["a"] for c in row if c.value is not None}
    assert (cells["B3"].value, cells.pop("C3").value) == (-5, "=1+1")
    assert [c for c in cells.values() if c.data_type == "f" or runs(c.value)] == []


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """A register whose ids, names and areas are formulas, and everything this program writes of it."""
    place = tmp_path_factory.mktemp("出口 exports")
    people = [
        {
            "enterprise_id": f"E{n}{text}" if n else text,
            "name": text,
            "area": text,
            "group_id": text,
            "online_retailer": 1,
            "ecommerce": 1,
            "settled_on": "2013-09-01",
            "registered_capital": 30_000_000,
            "paid_in_capital": 20_000_000,
        }
        for n, text in enumerate(HOSTILE)
        if text != "'=1"
    ]
    years = [
        {"enterprise_id": p["enterprise_id"], "year": y, "sales": 900_000_000, "online_sales": 800_000_000, "vat": 900_000}
        for p in people
        for y in (2012, 2013)
    ]
    register = write(
        place / "=register",
        enterprises=full("enterprises", *people),
        annual=full("annual", *years),
        paid=full("paid", {"enterprise_id": people[0]["enterprise_id"], "year": 2013, "clause": 2, "amount": -1}),
    )
    write_annotated(examine(register), place / "annotated.xlsx")
    write_check(place / "check", register)
    (register / "paid.csv").unlink()
    population = simulator.read_population(register)
    population.write_folder(place / "written")
    write_workbook(place / "tables.xlsx", population.to_tables())
    write_indicators(simulator.indicators(population), place / "indicators.xlsx", HOSTILE[0])
    assessed = simulator.assess(population)
    for ending in ("csv", "xlsx"):
        payout_list.save(assessed, place / f"payout.{ending}")
        table = tabled(HOSTILE[0], {HOSTILE[1]: "text", "b": "number"}, [(HOSTILE[2], -5.0)], load("zh"), HOSTILE[3])
        save(place / f"sheet.{ending}", {"a": table}, {"a": pd.DataFrame({HOSTILE[1]: [HOSTILE[2]], "b": [-5.0]})}, load("zh"))
    scenario = simulator.load_scenario("baseline", {"draws": 2})
    BudgetRun(scenario, play(scenario, population), population).write(place / "run", {"more": pd.DataFrame({"a": HOSTILE})})
    return place


def test_no_export_holds_a_text_that_runs(exports):
    found, seen = [], 0
    for file in sorted(exports.rglob("*.csv")):
        if "=register" in file.parts:  # the input
            continue
        for row in csv.reader(file.open(encoding="utf-8-sig", newline="")):
            found += [(file.name, cell) for cell in row if runs(cell)]
            seen += sum(unescaped(cell) != cell for cell in row)
    for file in sorted(exports.rglob("*.xlsx")):
        for sheet in openpyxl.load_workbook(file):
            for row in sheet.iter_rows():
                for cell in row:
                    own = cell.data_type == "f" and re.fullmatch(r"=(SUM\()?[A-Z0-9:+]+\)?", str(cell.value))  # the payout list's totals
                    found += [(file.name, cell.value)] if runs(cell.value) and not own else []
                    seen += isinstance(cell.value, str) and unescaped(cell.value) != cell.value
    assert found == [] and seen > 60


def test_what_was_neutralised_is_read_back_as_it_was(exports):
    again, first = (simulator.read_population(exports / name) for name in ("written", "=register"))
    assert again == first
    assert list(simulator.read_population(exports / "tables.xlsx").ids) == list(first.ids)


WRITERS = {"to_csv", "to_excel", "writer", "DictWriter", "Workbook", "ExcelWriter"}


def ways_round(source: str) -> list[str]:
    """Calls that write a table past `simulator.spreadsheets`."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [c.attr for c in calls if isinstance(c, ast.Attribute) and c.attr in WRITERS]


def test_no_table_is_written_past_the_one_place():
    files = [f for f in (ROOT / "simulator").rglob("*.py") if f.name != "spreadsheets.py"]
    assert {f.name: found for f in files if (found := ways_round(f.read_text(encoding="utf-8")))} == {}
    assert ways_round("frame.to_csv('a.csv')\nimport xlsxwriter\nxlsxwriter.Workbook('a')") == ["to_csv", "Workbook"]
