"""Variance split, confidence letters, what would have to be true, back-test: against closed forms."""

import numpy as np
import pytest

from simulator import load_scenario, run
from simulator.budget.affordability import affordability
from simulator.budget.backtest import backtest, crps
from simulator.budget.conditions import conditions
from simulator.budget.variance import letter_of, parameter_share, split
from simulator.engine.run import play


def test_parameter_share_against_its_closed_form():
    dice = np.random.default_rng(7)
    n = 20_000
    parameter = dice.normal(0, 2, n)
    first, second = parameter + dice.normal(0, 1, n), parameter + dice.normal(0, 1, n)
    share, error = parameter_share(first, second)
    assert abs(share - 4 / 5) < 4 * error
    assert error < 0.01
    independent, error = parameter_share(dice.normal(size=n), dice.normal(size=n))
    assert abs(independent) < 4 * error


def test_without_uncertainty_all_is_luck_and_without_luck_all_is_parameters():
    scenario = load_scenario("baseline", {"draws": 300, "uncertainty": "none"})
    first, second = play(scenario), play(scenario, luck=1)
    assert not np.array_equal(first.by_clause, second.by_clause)
    share, error = parameter_share(first.paid.sum(axis=(1, 2)).astype(float), second.paid.sum(axis=(1, 2)).astype(float))
    assert abs(share) < 4 * error


def test_another_luck_keeps_the_parameters():
    scenario = load_scenario("baseline", {"draws": 20})
    assert np.array_equal(play(scenario).parameters, play(scenario, luck=3).parameters)


def test_the_entry_fee_leans_on_its_fee():
    scenario = load_scenario("baseline", {"draws": 300})
    table = split(play(scenario), scenario, None).set_index("result")
    assert table.loc["paid.platform_entry_fee", "drivers"].startswith("joiners.fee")
    assert table.loc["paid.platform_entry_fee", "parameter_share"] > 0.9
    assert set(table["letter"]) <= {"A", "B", "C", "J"}


def test_a_result_is_as_sure_as_its_weakest_source():
    scenario = load_scenario("baseline")
    assert letter_of({"tax.burden_services": 0.9, "office.rent": 0.1}, scenario) == "A"
    assert letter_of({"tax.burden_services": 0.9, "office.rent": 0.5}, scenario) == "C"
    assert letter_of({"tax.burden_services": 0.9, "startups.a_year": 0.5, "o2o_share": -0.4}, scenario) == "J"


def test_the_value_needed_for_the_services_target_is_found():
    """All else at its mean and services the ratio × sales: the ratio needed is the target over the median of sales."""
    changes = {"draws": 200, "uncertainty": "none"}
    fixed = load_scenario("baseline", changes)
    median = np.median(play(fixed).of_year("online_sales")[:, 2]) / 100
    # only the ratio is uncertain, so it is the assumption the target leans on
    scenario = load_scenario("baseline", {"draws": 200})
    scenario = scenario.set({f"assumptions.{p}": s.value.mean for p, s in scenario.assumptions.items()
                             if s.value.shape != "fixed" and p != "services.ratio"})
    found = conditions(play(scenario), scenario, None).set_index("target").loc["services"]
    assert found["assumption"] == "services.ratio"
    assert found["needed"] == pytest.approx(4e9 / median, rel=0.12)  # the search halves its interval six times


def test_crps_against_brute_force():
    dice = np.random.default_rng(3)
    sample, outcome = np.sort(dice.normal(size=400)), 0.7
    grid = np.linspace(-8, 8, 200_001)
    below = np.searchsorted(sample, grid, side="right") / len(sample)
    integral = ((below - (grid >= outcome)) ** 2).sum() * (grid[1] - grid[0])
    assert crps(sample, outcome) == pytest.approx(integral, rel=1e-3)


def test_backtest_scores_four_points_of_the_planner_whatever_the_preset():
    tables = [backtest(play(s), s) for s in (load_scenario("baseline", {"draws": 200, "market": m})
                                             for m in ("ex_ante", "hindsight"))]
    assert len(tables[0]) == 4 and tables[0].equals(tables[1])
    assert (tables[0]["p10"] < tables[0]["p50"]).all() and (tables[0]["width"] > 0).all()


def test_every_figure_of_the_summary_stands_on_its_draws():
    budget = run(load_scenario("baseline", {"draws": 150}))
    paid = budget.paid_totals()
    row = budget.figure("paid")
    assert row["mean"] == pytest.approx(paid.mean(), rel=1e-12)
    assert row["standard_error"] == pytest.approx(paid.std(ddof=1) / np.sqrt(150), rel=1e-9)
    assert row["p80"] == np.sort(paid)[120 - 1]
    assert row["p80_low"] <= row["p80"] <= row["p80_high"]
    beside = affordability(budget.result).set_index("year")
    for year in budget.result.cash_years:  # the same figures with the same errors, over the district's revenue
        same = budget.figure("paid", year=year)
        assert beside.loc[year, "paid_mean_error"] == pytest.approx(same["standard_error"], rel=1e-12)
        assert beside.loc[year, "share_error"] == pytest.approx(same["standard_error"] / beside.loc[year, "revenue"])
        assert list(beside.loc[year, ["paid_p95", "paid_p95_low", "paid_p95_high"]]) == pytest.approx([
            same[k] for k in ("p95", "p95_low", "p95_high")])
    tested = backtest(budget.result, budget.scenario)
    assert (tested["position_low"] <= tested["position"]).all() and (tested["position"] <= tested["position_high"]).all()
    assert (tested["position_high"] > tested["position_low"]).all()
    authorised = sum(budget.scenario.appropriation.values()) / 100
    assert budget.figure("overrun")["probability"] == pytest.approx((paid > authorised).mean())
