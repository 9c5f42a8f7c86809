"""The budget's workbook answers every question of a budget officer: in both languages, with the run's own numbers, whole in the tables
beside it."""

from __future__ import annotations

import re

import openpyxl
import pytest

import simulator
from simulator.budget.drivers import cost_drivers, sensitivity_of
from simulator.budget.loopholes.pricing import price_ways
from simulator.document.numbers import UNITS
from simulator.report import design, workbook
from simulator.report.wording import LANGUAGES, load
from simulator.store.record import TOTAL, RunFolder
from tests.report import books
from tests.report.made import write_workbook

RATIONED = {"draws": 60, "rationing.mode": "pro_rata", "appropriation.2014": 3_000_000}
SHEETS = (
    "funding.sheet_quantiles",
    "funding.sheet_risk",
    "funding.sheet_ledger",
    "funding.sheet_breaches",
    "funding.sheet_commitments",
    "funding.sheet_exposure",
    "attribution.sheet",
    "attribution.sheet_interaction",
    "attribution.sheet_readings",
    "sensitivity.sheet_tornado",
    "sensitivity.sheet_indices",
    "notches.sheet",
    "notches.sheet_years",
    "notches.sheet_map",
    "loopholes.sheet_prices",
    "loopholes.sheet_text",
    "legality.sheet",
    "design.sheet_terms",
    "design.sheet_frontier",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small run with everything a report may ask of it."""
    settings = simulator.load_scenario(changes=RATIONED)
    budget = simulator.run(settings)
    whose = cost_drivers(budget.result, settings, few=4, pairs=1)
    matters = sensitivity_of(budget.result, settings, few=16, count=16)
    near = simulator.notches(settings, draws=4)
    terms = simulator.design(settings, 3e7, ["law.office_rent.max_area=100:500:200"])
    tables = (
        budget.budgeting(chance=0.15)
        | design.tables(terms)
        | {
            "attribution": whose.attribution.clauses,
            "interaction": whose.attribution.causes,
            "readings": whose.readings,
            "tornado": matters.tornado,
            "indices": matters.indices,
            "notches": near.edges,
            "notch_map": near.map,
            "loopholes": price_ways(settings, simulator.synthesize(settings, 40), draws=4),
        }
    )
    return RunFolder.open(budget.write(tmp_path_factory.mktemp("答 a"), tables))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_question_has_its_sheet_with_the_numbers_of_the_run(run, lang, tmp_path):
    words, scale = load(lang), UNITS[lang]["money"].scale
    workbook.write_tables(run, lang, tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    assert [key for key in SHEETS if words.say(key) not in book.sheetnames] == []
    values = {key: [[c.value for c in row] for row in book[words.say(key)].iter_rows()] for key in SHEETS}
    cells = {str(cell).strip() for rows in values.values() for row in rows for cell in row if cell is not None}
    assert not cells & {"nan", "None", "inf"}
    for rows in values.values():  # every estimate stands beside its error or the ends of its interval
        heads = next(row for row in rows if len([c for c in row if c]) > 1)
        assert len(heads) == len(set(heads))
    paid = run.row("paid")
    ledger = values["funding.sheet_ledger"]
    own = {row[1]: row for row in ledger if row[0] == words.say("funding.paid")}
    years = len(run.cash_years)
    total = own.pop(words.say("cost.total"))
    for column in range(2, 3 + years):  # clauses are the whole, to the fen, in every year and in all
        assert sum(row[column] for row in own.values()) * scale == pytest.approx(total[column] * scale, abs=0.005)
    assert sum(total[2 : 2 + years]) * scale == pytest.approx(total[2 + years] * scale, abs=0.005)
    assert total[2 + years] < paid["mean"] / scale  # 2014 is rationed
    assert {words.say("funding.waiting")} <= {row[0] for row in ledger}
    quantiles = values["funding.sheet_quantiles"][-1]
    assert quantiles[1] * scale == pytest.approx(paid["mean"])
    assert paid["p50"] <= quantiles[2] * scale * (1 + 1e-9) <= paid["p50"] * 1.02  # what suffices is rounded up
    risk = values["funding.sheet_risk"][-1]
    assert risk[2] == pytest.approx(run.row("overrun")["probability"])
    heads = next(row for row in values["funding.sheet_risk"] if row[0] == words.say("funding.year"))
    assert words.say("funding.reserve", level=15) in heads  # the chance that was asked for
    shares = values["attribution.sheet"]
    assert shares[-1][1] == pytest.approx(shares[-1][4])  # booked and Shapley add up to the same cost
    flags = [row[1] for row in values["legality.sheet"][-3:]]
    assert flags == ["2014-11-27", "2015-05-10", "2024-08-01"] and all("四（四）" in row[0] for row in values["legality.sheet"][-3:])
    main = [row[7] for row in values["loopholes.sheet_prices"][-6:] if row[7]]
    assert main and all(clause.startswith("四（") for clause in main)
    assert str(TOTAL) not in {cell for rows in values.values() for row in rows for cell in row}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_printed_has_the_same_numbers_as_the_tables(run, lang, tmp_path):
    """Each answer to be printed stands under its heading, and every number of it, errors too, in the table beside. (What the text stops
    is printed beside the prices.)"""
    words = load(lang)
    write_workbook(run, lang, tmp_path / "w.xlsx")
    workbook.write_tables(run, lang, tmp_path / "t.xlsx")
    book, tables = (openpyxl.load_workbook(tmp_path / name) for name in ("w.xlsx", "t.xlsx"))
    assert len(book.sheetnames) <= 10
    for key in set(SHEETS) - {"notches.sheet_years", "notches.sheet_map", "loopholes.sheet_text"}:
        whole = books.rows_of(tables[words.say(key)])
        printed = books.table(book, whole[0][0])
        known = {cell for row in whole for cell in row}
        assert len(printed) > 2 and {cell for row in printed for cell in row if isinstance(cell, float | int)} <= known, key
        for row in printed:  # what stands in small print is an error, or an interval
            assert all(re.match(r"± |[（(]", cell) for cell in row if cell) if not row[0] else True, key
