"""The bureau's forms say what the run says, and leave to people what it cannot know."""

from __future__ import annotations

import math
import re

import numpy as np
import openpyxl
import pytest

import simulator
from simulator.budget.affordability import affordability, revenue, revenue_of
from simulator.budget.concentration import concentration, lorenz
from simulator.document.numbers import UNITS, shown
from simulator.report import forms, sections, tables
from simulator.report.tables import chance_text
from simulator.report.wording import LANGUAGES, load
from simulator.store.record import TOTAL, RunFolder
from tests.report import books
from tests.report.made import write_workbook
from tests.report.test_sections import text_of


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A small run of the engine with what the forms need, and the run itself."""
    budget = simulator.run(simulator.load_scenario("baseline", {"draws": 40}))
    analyses = {"affordability": affordability(budget.result, budget.scenario.statistics), "concentration": concentration(budget.scenario)}
    return budget, RunFolder.open(budget.write(tmp_path_factory.mktemp("forms"), analyses))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_indicators_are_filled_from_the_run(real, lang):
    budget, run = real
    words, unit = load(lang), UNITS[lang]["money"]
    rows = {row[2]: row for row in forms.indicators(run, words)}
    paid = rows[words.say("growth.row_paid")]
    assert paid[3].startswith("≤ ")
    assert shown(run.row("paid"), unit, "p80") in paid[3] and paid[4] == "80%"
    for target in run.targets:
        [row] = [r for name, r in rows.items() if words.pick(target.names) in name]
        assert row[4] == chance_text(budget.figure("target", target.key, target.year), words) and row[3].startswith("≥ ")
    assert rows[words.say("forms.satisfied")][5] == words.say("forms.basis_survey")  # not a result of the run
    assert {row[0] for row in rows.values()} == {words.say(f"forms.{k}") for k in ("output", "cost", "benefit", "satisfaction")}


def test_the_money_of_the_form_is_what_the_bureau_appropriates(real, run):
    one, unit = run("ordinary"), UNITS["zh"]["money"]
    assert forms.funds(one, unit) == {y: one.appropriation.get(y, 0.0) for y in one.cash_years}
    _, shipped = real
    assert shipped.example == tuple(shipped.cash_years) and forms.funds(shipped, unit) == {}
    unfunded = run("unfunded")
    asked = forms.funds(unfunded, unit)
    needs = [row[1].text for row in tables.asks(unfunded, load("zh")).rows[:-1]]
    assert asked and [unit.text(v, 0.0) for v in asked.values()] == [f"{float(text.replace(',', '')):,g}" for text in needs]
    assert all(v >= unfunded.row("paid", TOTAL, y)["p80"] for y, v in asked.items())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["ordinary", "unfunded", "few draws", "one draw"])
def test_forms_of_odd_runs_have_no_hole(run, kind, lang):
    for section in (sections.performance, sections.appraisal):
        text = text_of(section(run(kind), lang))
        assert not re.search(r"\bnan\b|\bNone\b|≥ —|≤ —", text)
    assert [load(lang).say(f"appraisal.{k}") in text for k in forms._FEASIBLE] == [True] * 9


def test_affordability_is_payouts_over_revenue(real):
    budget, run = real
    table = run.analyses["affordability"]
    paid = budget.draws[budget.draws["clause"] != "school_places"].groupby(["draw", "year"])["paid"].sum().unstack()
    for entry in table.to_dict("records"):
        assert entry["share"] == pytest.approx(paid[entry["year"]].mean() / entry["revenue"])
        assert entry["share_high"] >= entry["share"] or entry["share"] == 0
    assert set(table["basis"]) <= {"published", "interpolated", "held"} and len(table) == len(run.cash_years)
    for lang in LANGUAGES:
        text = text_of(sections.appraisal(run, lang))
        year = table.iloc[1]
        assert f"{100 * year['share']:.2f}%" in text


def test_revenue_between_two_years_grows_evenly():
    known = revenue(simulator.load_scenario().statistics)
    assert {2007, 2013, 2015} <= set(known) and all(e["low"] <= e["value"] <= e["high"] for e in known.values())
    middle, basis = revenue_of(2014, known)
    assert basis == "interpolated" and middle["value"] == pytest.approx(math.sqrt(known[2013]["value"] * known[2015]["value"]))
    assert revenue_of(2018, known) == (dict(known[2015]), "held") and revenue_of(1999, known)[1] == "held"


def test_the_curve_of_support_is_a_lorenz_curve():
    amounts = np.array([5.0, 1.0, 2.0, 0.5, 40.0] * 60)
    curve = lorenz(amounts)
    assert curve.iloc[0].tolist()[:2] == [0, 0] and curve.iloc[-1].tolist()[:2] == [1, 1]
    steps = curve["support"].diff().dropna() / curve["enterprises"].diff().dropna()
    assert (steps.diff().dropna() >= -1e-9).all()  # convex: from the least to the most
    differences = np.abs(amounts[:, None] - amounts[None, :]).mean()
    assert curve["gini"].iloc[0] == pytest.approx(differences / 2 / amounts.mean())
    assert lorenz(np.ones(7))["gini"].iloc[0] == pytest.approx(0)
    assert lorenz(np.zeros(0)).empty


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_forms_are_in_the_workbook_too(real, lang, tmp_path):
    _, run = real
    write_workbook(run, lang, tmp_path / "x.xlsx")
    words, book = load(lang), openpyxl.load_workbook(tmp_path / "x.xlsx")
    texts = [str(cell) for key in ("forms.funds", "forms.indicators") for row in books.table(book, words.say(key)) for cell in row]
    assert words.say("forms.satisfied") in texts and any(t.startswith("=SUM(") for t in texts)
    shares = [cell for row in books.table(book, words.say("afford.title")) for cell in row if str(cell).startswith("=")]
    assert len(shares) >= len(run.cash_years) and all("/" in s for s in shares)
