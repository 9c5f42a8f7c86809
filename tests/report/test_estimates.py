"""Estimates in tables: the error beside them in a terminal and on a page, in columns of its own in a workbook."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

import simulator
from simulator.budget.affordability import affordability
from simulator.budget.backtest import backtest, backtest_of_place
from simulator.document import Cell, Table
from simulator.document import numbers as rounding
from simulator.render import text as of_text
from simulator.render.html import blocks
from simulator.render.text import width as screen_width
from simulator.report import driver_sheets, forms, returns
from simulator.report.saved import save
from simulator.report.tabled import tabled
from simulator.report.tables import chance_cell
from simulator.report.wording import load
from simulator.store.record import RunFolder

NAN = math.nan


@pytest.mark.parametrize(
    "cell, kind, text",
    [
        ((1234.567, 1.2345), "number±", "1,235 ± 1.2"),  # to the digit that the error reaches, the error to one more
        ((12_345.6, 123.4), "number±", "12,350 ± 120"),
        ((0.0281, 0.0018), "number±", "<0.1 ± <0.1"),  # something is never shown as nothing
        ((-5.0, 0.0), "signed±", "\u22125"),
        ((0.0, 0.0), "signed±", "0"),  # nothing in any draw
        ((3.0, NAN), "signed±", "+3 ± —"),
        ((NAN, NAN), "number±", "—"),
        (4.0, "number±", "4"),  # counted, not estimated
        (None, "number±", "—"),
        ((0.5, 0.2719, 0.7281), "share[]", "50%（27% 至 73%）"),
        ((0.5, NAN, NAN), "share[]", "50%"),
        ((2.0, 1.0, 3.5), "signed[]", "+2.0（1.0 至 3.5）"),
        ((44.81, 44.2, 45.1), "enough[]", "44.9（44.2 至 45.1）"),  # rounded up
    ],
)
def test_every_form_shows_the_error_with_the_estimate(cell, kind, text):
    shown = tabled("t", {"a": kind}, [(cell,)], load("zh"))
    assert f"{shown.rows[0][0].text} {shown.rows[0][0].note}".strip().replace(" （", "（") == text
    assert text.replace("（", " （") in of_text.tables(shown)


def test_a_workbook_has_the_error_in_columns_of_its_own(tmp_path):
    rows = [("x", (1.5, 0.25), (0.5, 0.25, 0.75)), ("y", 2.0, None)]
    sheet = tabled("t", {"a": "text", "b": "signed±", "c": "share[]"}, rows, load("en"))
    place = save(tmp_path / "t.xlsx", {"t": sheet}, {"t": pd.DataFrame()}, load("en"))
    rows = list(load_workbook(place)["t"].iter_rows(min_row=3, values_only=True))
    low, high = (load("en").say(f"workbook.{end}") for end in ("low", "high"))
    assert rows == [("a", "b", "c", "± (b)", f"c · {low}", f"c · {high}"), ("x", 1.5, 0.5, 0.25, 0.25, 0.75), ("y", 2, "—", "", "", "")]


@pytest.mark.parametrize("lang, interval", [("zh", "（21% 至 26%）"), ("en", "(21% to 26%)")])
def test_a_page_shows_the_interval_of_a_chance_beneath_it(lang, interval):
    cell = chance_cell({"probability": 0.234, "probability_low": 0.206, "probability_high": 0.264}, load(lang))
    assert (cell.text, cell.note) == ("23%", interval)
    html = blocks(Table("", ["a", "b"], [[Cell("x"), cell]]))
    assert f'23% <span class="note">{interval}</span>' in html.replace('<i data-pad=""></i>', "")
    assert chance_cell({"probability": NAN, "probability_low": NAN}, load(lang)).note == ""


@pytest.mark.parametrize(
    "row, text",
    [
        ({"unit": "CNY", "short_of": 13_912.4, "short_of_error": 287.6, "draws": 20}, "13,900 ± 290 CNY"),
        ({"unit": "CNY", "short_of": 12.5, "short_of_error": NAN, "draws": 20}, "13 ± — CNY"),
        ({"unit": "count", "short_of": 371, "short_of_error": 8.7, "draws": 20}, "371 ± 8.7"),
        ({"unit": "occupancy", "short_of": 0.0312, "short_of_error": 0.0044, "draws": 20}, "3.1 ± 0.44%"),
        ({"unit": "count", "short_of": 371, "short_of_error": NAN, "draws": 0}, "371"),  # of a register
    ],
)
def test_what_is_missing_below_an_edge_carries_its_error_in_its_unit(row, text):
    assert driver_sheets.missing(row, load("en")) == text
    assert driver_sheets.missing({**row, "short_of": np.nan}, load("en")) is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_folder_s_analyses_keep_their_errors_up_to_the_page(tmp_path, lang):
    """What the run writes beside its figures is what the page reads: no table loses its errors on the way."""
    settings = simulator.load_scenario(changes={"draws": 60})
    budget = simulator.run(settings)
    found = {
        "backtest": backtest(budget.result, settings),
        "backtest_of_place": backtest_of_place(budget.result, settings.statistics),
        "affordability": affordability(budget.result, settings.statistics),
        "conditions": pd.DataFrame(
            [
                {
                    "target": "services",
                    "probability": 0.2,
                    "probability_low": 0.1,
                    "probability_high": 0.3,
                    "assumption": "services.ratio",
                    "assumed": 0.3,
                    "needed": 0.5,
                    "needed_low": 0.45,
                    "needed_high": math.inf,
                    "unit": "share",
                }
            ]
        ),
    }
    run, words = RunFolder.open(budget.write(tmp_path, found)), load(lang)
    tables = {
        "backtest": blocks(returns.backtest(run, words)),
        "affordability": blocks(forms.affordable(run, words, errors=True)),
        "conditions": blocks(returns.conditions(run, words)),
    }
    noted = re.compile(r'class="num[^"]*">[^<]*(?:<i[^>]*></i>)? <span class="note">')
    assert words.say("backtest.place_title") in tables["backtest"]
    tables["backtest"], tables["place"] = tables["backtest"].split(words.say("backtest.place_title"))
    least = {"backtest": 3, "place": 2, "conditions": 2, "affordability": 1}  # 60 draws give no interval of a P95
    for name, html in tables.items():
        rows = re.findall(r"<tr>.*?</tr>", html)[1:]
        assert rows and all(len(noted.findall(row)) >= least[name] for row in rows), name
    assert words.say("unit.between", low="45.0%", high="…") in tables["conditions"]
    text = blocks(returns.ratios(run, words))
    assert text.count("±") >= 6 and words.say("returns.break_even") in text


@pytest.fixture(scope="module")
def small():
    return simulator.run(simulator.load_scenario(changes={"draws": 60}))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_run_on_the_screen_has_every_year_s_intervals(small, lang):
    """Of each quantile and of the chance of an overrun: the ends that the summary says, as the page prints them."""
    from simulator.report import screen

    said = screen.budget(small, lang).split("\n\n")[1].splitlines()
    paid, overrun = small.figure("paid", year=2014), small.figure("overrun", year=2014)
    place = next(k for k, line in enumerate(said) if line.startswith("2014"))
    reported, words, unit = " ".join(said[place : place + 2]), load(lang), rounding.UNITS[lang]["money"]
    for q in ("p50", "p80"):
        ends = rounding.number_of({**paid, "measure": "paid"}, unit, q).margin
        assert (
            rounding.shown({**paid, "measure": "paid"}, unit, q) in reported
            and words.say("unit.between", low=ends[0], high=ends[1]) in reported
        )
    low, high = (rounding.percent(overrun[f"probability_{end}"]) for end in ("low", "high"))
    assert words.say("unit.between", low=low, high=high) in reported
    assert sum(line.startswith(("20", words.say("risk.all_years"))) for line in said) == len(small.result.cash_years) + 1


def test_a_text_too_wide_for_a_terminal_is_broken_into_lines():
    rows = [("四（四）", "2014-11-27", "未经国务院批准，" * 20), ("四（四）", "2015-05-10", "short")]
    lines = of_text.tables(tabled("", {"条款": "text", "日期": "text", "要求": "text"}, rows, load("zh"))).splitlines()
    assert max(map(screen_width, lines)) <= 120
    assert "".join(line.split()[-1] for line in lines[2:-1]) == "未经国务院批准，" * 20
    assert lines[-1].split() == ["四（四）", "2015-05-10", "short"] and not any(line.strip().startswith("，") for line in lines)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_clause_s_share_and_the_targets_say_how_sure_they_are(small, lang, tmp_path):
    from simulator.budget.statistics import ratio
    from simulator.report import clause_sections, tables
    from tests.of_2013 import SLUGS

    run, words = RunFolder.open(small.write(tmp_path)), load(lang)
    of = small.result.paid[:, :, SLUGS.index("office_rent")].sum(axis=1) / 100
    value, error = ratio(of, small.paid_totals())
    unit = rounding.UNITS[lang]["share"]
    said = words.say("clause.share", share=unit.text(value, error), error=unit.text(error, error / 10))
    assert said in clause_sections.answer(run, "office_rent", lang).html and 0 < error < 0.1
    row = run.row("online_sales", year=2015)
    big = rounding.UNITS[lang]["big"]
    between = words.say("unit.between", low=big.text(row["p50_low"], digits=1), high=big.text(row["p50_high"], digits=1))
    assert between in blocks(tables.targets(run, words, intervals=True))
    assert f"± {rounding.UNITS[lang]['money'].text(run.row('paid')['standard_error'], run.row('paid')['standard_error'] / 10)}" in (
        blocks(tables.quantiles(run, words))
    )


def test_an_exact_number_of_numpy_is_written_as_any_other():
    share = rounding.UNITS["zh"]["share"]
    assert share.text(np.float64(0.05), np.float64(0.0)) == share.text(0.05, 0.0) != ""
