"""Designs with a known answer: the exact rate of a linear cost, the brute-force optimum, and a budget nothing fits."""

from __future__ import annotations

from decimal import Decimal as D
from itertools import product

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.stats import binomtest

from simulator import design
from simulator.budget.design import fewest_draws, find
from simulator.budget.freedom import free_terms
from simulator.budget.search import Search, allowed_over
from simulator.engine.run import play
from simulator.errors import ScenarioError
from simulator.facts import AREA as AREA_UNIT
from simulator.facts import RENT
from simulator.report import design as reported
from simulator.report.wording import load
from tests.laws_of_the_model.playing import register, scenario

RATE, AREA = "law.tax_rebate.high_rate", "law.office_rent.max_area"
CERTAIN = {"behaviour": "as_the_law_says", "uncertainty": "none", "horizon": 2013, "draws": 59}
RANDOM = {"behaviour": "as_the_law_says", "horizon": 2015, "draws": 100, "population.known_until": 2013}
TERMS = [f"{RATE}=0.2:0.9:0.1", f"{AREA}=50:400:50"]


@pytest.fixture(scope="module")
def two():
    """Two online retailers whose retained tax rises by 400 000 and 250 000 yuan, in the higher band of 四（四）."""
    people = register(2, range(2012, 2014), online_retailer=1)
    people.annual["retained_tax"] = np.array([[100_000, 500_000], [80_000, 330_000]]) * 100
    people.annual["district_contribution"] = people.annual["retained_tax"]
    return people


@pytest.fixture(scope="module")
def certain():
    return scenario(CERTAIN)


@pytest.fixture(scope="module")
def several():
    """Twelve retailers that settle in 2013, with offices of 30 to 360 m² and taxes that grow at random from then on."""
    each = np.arange(1, 13)
    people = register(
        12,
        range(2012, 2014),
        online_retailer=1,
        settled_on=2013_03_01,
        lease_started_on=2013_03_01,
        designated_building=1,
        rented_area=each * 30 * AREA_UNIT,
        rent=50 * RENT,
    )
    people.annual["present"][:, 0] = 0
    people.annual["retained_tax"][:, 1] = each[::-1] * 60_000 * 100
    people.annual["district_contribution"] = people.annual["retained_tax"]
    people.annual["sales"][:, 1] = people.annual["online_sales"][:, 1] = each[::-1] * 9_000_000 * 100
    return people


# ------------------------------------------------------------------------------------------ a known answer


@pytest.mark.parametrize("budget, rate", [(200_000, "0.3076"), (260_000, "0.4000"), (259_999.99, "0.3999"), (0, "0"), (650_000, "1")])
def test_a_linear_cost_gives_the_exact_rate_on_its_resolution(certain, two, budget, rate):
    """650 000 yuan × rate ≤ budget, in ten-thousandths: nothing random, so nothing is held back."""
    found = design(certain, budget, [RATE], population=two)
    assert found.best.values[RATE] == D(rate)
    assert found.best.support[0] == pytest.approx(650_000 * float(rate)) and found.best.over == 0.0
    assert found.monotone and not found.contradicted


def test_the_range_and_step_asked_for_are_kept(certain, two):
    found = design(certain, 200_000, [f"{RATE}=0.1:0.6:0.05"], population=two)
    assert found.best.values[RATE] == D("0.30")
    assert set(found.frontier[RATE]) <= {round(0.1 + 0.05 * i, 2) for i in range(11)}
    everything = design(certain, 10**9, [f"{RATE}=0.1:0.6:0.05"], population=two)
    assert everything.best.values[RATE] == D("0.60")
    assert load("en").say("design.everything") in reported.sentences(everything, load("en"))


def test_a_threshold_is_more_generous_the_lower_it_is(certain, two):
    """Above 330 000 only the larger gets the higher rate: 200 000 + 0.3 × 250 000 = 275 000; else 325 000."""
    edge = "law.tax_rebate.high_contribution"
    found = design(certain, 300_000, [f"{edge}=300000:500000:1"], population=two)
    assert found.best.values[edge] == D(330_001)
    assert design(certain, 330_000, [f"{edge}=300000:500000:1"], population=two).best.values[edge] == D(300_000)


def test_a_budget_nothing_fits_says_so_with_the_cheapest_in_reach(certain, two):
    found = design(certain, 100_000, [f"{RATE}=0.4:0.6"], population=two)
    assert found.best is None and found.cheapest.needed == 260_000.0 and found.checked == {}
    assert "不能以 95% 的把握控制在 10.00 万元之内；最少需要 26.00 万元" in reported.text(found)
    assert "at least CNY 0.26 million is needed" in reported.text(found, "en")


# ------------------------------------------------------------------------------------------ against brute force


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_two_terms_reach_what_every_combination_reaches(several, share):
    """The budget lies between what the least and the most generous corner needs."""
    base = scenario(RANDOM)
    terms = free_terms(base.law, TERMS)

    def played(changed):
        return play(changed, several)

    corners = Search(base, terms, D(0), 0.95, "support", played)
    low, high = corners.at(corners.bottom).needed, corners.at(corners.top).needed
    budget = D(round(low + share * (high - low)))
    found = find(base, terms, budget, played)
    search = Search(base, found.terms, budget, 0.95, "support", played)
    every = [search.at(p) for p in product(*(range(t.steps + 1) for t in found.terms))]
    feasible = [d for d in every if d.feasible]
    assert len(every) == 64 and 1 < len(feasible) < 64 and found.played < 64
    assert np.ptp(found.best.paid) > 0
    assert found.best.support.mean() == max(d.support.mean() for d in feasible)


def test_the_order_of_the_terms_changes_nothing(several):
    one, other = (design(scenario(RANDOM), 5_000_000, order, population=several) for order in (TERMS, TERMS[::-1]))
    assert one.best.values == other.best.values


# ------------------------------------------------------------------------------------------ the error respected


@pytest.mark.parametrize("draws, confidence", [(59, 0.95), (100, 0.95), (1000, 0.95), (1000, 0.99), (300, 0.8)])
def test_a_chance_is_shown_not_only_estimated(draws, confidence):
    """As many draws may exceed the budget as leave the exact upper bound at the chance allowed; one more is too many."""
    allowed = allowed_over(draws, confidence)

    def upper(k):
        return binomtest(k, draws).proportion_ci(0.90, "exact").high  # one-sided 95 %

    assert upper(allowed) <= 1 - confidence < upper(allowed + 1)
    assert allowed / draws < 1 - confidence  # stricter than the estimate


def test_too_few_draws_show_nothing(certain, two):
    assert (fewest_draws(0.95), fewest_draws(0.99), fewest_draws(0.8)) == (59, 299, 14)
    assert allowed_over(58, 0.95) == -1
    with pytest.raises(ScenarioError, match="58 cannot show a confidence of 0.95 → at least 59"):
        design(certain.set({"draws": 58}), 1, [RATE], population=two)


def test_the_budget_needed_is_that_of_the_bound():
    """With newcomers, who come for what is offered: growth has its price."""
    small = {"draws": 60, "assumptions.incumbents.number": 5, "assumptions.joiners.a_year": 0}
    found = design(scenario(small), 27_000_000, [f"{AREA}=50:400:50"])
    assert found.best.needed <= 27_000_000
    for row in found.frontier.to_dict("records"):
        assert row["feasible"] == (row["needed"] <= 27_000_000) == (row["over_high"] <= 0.05)
    assert (found.frontier["needed"].diff().dropna() > 0).all() and (found.frontier["growth"].diff().dropna() > 0).all()
    first, *others = found.frontier.to_dict("records")
    assert first["gained"] == 0 == first["gained_error"]
    for row in others:  # with common random numbers: surer than either growth is by itself
        assert row["gained"] == pytest.approx(row["growth"] - first["growth"]) and 0 < row["gained_error"] < row["growth_error"]
    assert 0 <= found.checked["probability_low"] <= found.checked["probability"] <= found.checked["probability_high"]


def test_growth_is_another_goal():
    small = {"draws": 60, "assumptions.incumbents.number": 5, "assumptions.joiners.a_year": 0}
    found = design(scenario(small), 27_000_000, [f"{AREA}=50:400:150"], maximise="growth")
    assert found.maximise == "growth"
    assert found.best.growth.mean() == pytest.approx(found.frontier[found.frontier["feasible"]]["growth"].max())


# ------------------------------------------------------------------------------------------ what cannot be meant


@pytest.mark.parametrize(
    "free, reason",
    [
        (["law.tax_rebate.hihg_rate"], "is no number of a clause → did you mean law.tax_rebate.high_rate?"),
        (["law.sharing.district_share"], "is no number of a clause"),
        (["assumptions.o2o_share"], "is no number of a clause"),
        ([f"{RATE}=a:b"], "is no range"),
        ([f"{RATE}=0.5"], "is no range"),
        ([f"{RATE}=0.2:1.5"], "1.5 lies outside 0 … 1 share"),
        ([f"{RATE}=0.6:0.2"], "there is no step"),
        ([f"{RATE}=0.1:0.2:0.00001"], "is finer than 1/10,000 share"),
        ([RATE, RATE], "stands twice"),
        ([RATE, AREA, "law.data_line.cap", "law.data_line.rate"], "names 4 terms → one to 3"),
    ],
)
def test_a_term_that_is_none_is_refused(certain, free, reason):
    with pytest.raises(ScenarioError) as e:
        free_terms(certain.law, free)
    assert reason in str(e.value)


def test_all_problems_of_a_design_come_at_once(certain, two):
    with pytest.raises(ScenarioError) as e:
        design(certain, -1, [RATE], confidence=1.0, maximise="peace", population=two)
    assert len(e.value.problems) == 3


def test_a_term_s_range_is_everything_lawful(certain):
    rate, months = free_terms(certain.law, [RATE, "law.office_rent.months"])
    assert (rate.low, rate.high, rate.step, rate.today) == (0, 1, D("0.0001"), D("0.50"))
    assert (months.low, months.high, months.step) == (0, 96, 1)


# ------------------------------------------------------------------------------------------ reported


def test_a_design_is_written_as_workbook_and_csv(certain, two, tmp_path):
    found = design(certain, 200_000, [RATE], population=two)
    book = openpyxl.load_workbook(reported.save(found, tmp_path / "方案.xlsx"))
    assert book.sheetnames == ["条款数额", "成本与增长"]
    assert [c.value for c in book["条款数额"][4]][:5] == ["高档返还比例", "四（四）", RATE, "50%", "30.76%"]
    reported.save(found, tmp_path / "d.csv", "en")
    assert len(pd.read_csv(tmp_path / "d.csv", encoding="utf-8-sig")) == len(found.frontier)
    said = reported.text(found)
    assert "30.76%" in said and "所求" in said


def test_ranges_and_names_are_read_as_they_are_typed(certain):
    spans = ("tax_rebate.high_rate=30%：70%：5%", "headquarters_award.regional_award=50万:200万:50万", "office_rent.max_area=三百:500:100")
    rate, award, area = free_terms(certain.law, [f"law.{span}" for span in spans])
    assert (rate.low, rate.high, rate.step) == (D("0.3"), D("0.7"), D("0.05"))
    assert (award.low, award.step, area.low) == (500_000, 500_000, 300)
    for words, remedy in (("补助面积上限", "did you mean law.office_rent.max_area?"), ("四（三）", "see simulator terms 四（三）")):
        with pytest.raises(ScenarioError) as refused:
            free_terms(certain.law, [words])
        assert [problem.remedy for problem in refused.value.problems] == [remedy]
