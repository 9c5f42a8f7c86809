"""Variance split, confidence letters, what would have to be true, back-test: against closed forms."""

import numpy as np
import pytest
from scipy.stats import norm, spearmanr

from simulator import load_scenario, run
from simulator.budget.affordability import affordability
from simulator.budget.backtest import backtest, backtest_of_place, crps, crps_error
from simulator.budget.conditions import _search, conditions
from simulator.budget.statistics import jackknife, quantile_ranks
from simulator.budget.targets import targets_of
from simulator.budget.variance import letter_of, parameter_share, split
from simulator.engine.run import play
from simulator.engine.totals import ENTERPRISES, ONLINE_SALES
from tests.of_2013 import BY_PATH


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


def test_without_uncertainty_all_is_chance_and_without_chance_all_is_parameters():
    scenario = load_scenario("baseline", {"draws": 300, "uncertainty": "none"})
    first, second = play(scenario), play(scenario, replicate=1)
    assert not np.array_equal(first.by_clause, second.by_clause)
    share, error = parameter_share(first.paid.sum(axis=(1, 2)).astype(float), second.paid.sum(axis=(1, 2)).astype(float))
    assert abs(share) < 4 * error


def test_other_random_numbers_keeps_the_parameters():
    scenario = load_scenario("baseline", {"draws": 20})
    assert np.array_equal(play(scenario).parameters, play(scenario, replicate=3).parameters)


def test_the_entry_fee_leans_on_its_fee():
    scenario = load_scenario("baseline", {"draws": 300})
    table = split(play(scenario), scenario, None).set_index("result")
    assert table.loc["paid.platform_entry_fee", "drivers"].startswith("joiners.fee")
    assert table["drivers"].str.fullmatch(r"(\S+ [+-]\d\.\d\d±\d\.\d\d(; )?)+").all()
    assert table.loc["paid.platform_entry_fee", "parameter_share"] > 0.9
    assert set(table["letter"]) <= {"A", "B", "C", "J"}


def test_a_result_is_as_sure_as_its_weakest_source():
    scenario = load_scenario("baseline")
    assert letter_of({"tax.burden_services": 0.9, "office.rent": 0.1}, scenario) == "A"
    assert letter_of({"tax.burden_services": 0.9, "market.own_shock": 0.5}, scenario) == "C"
    assert letter_of({"tax.burden_services": 0.9, "startups.a_year": 0.5, "o2o_share": -0.4}, scenario) == "J"


def test_the_value_needed_for_the_services_target_is_found():
    """All else at its mean and services the ratio × sales: the ratio needed is the target over the median of sales."""
    # only the ratio is uncertain, so it is the assumption the target leans on
    scenario = load_scenario("baseline", {"draws": 200})
    scenario = scenario.set(
        {f"assumptions.{p}": s.value.mean for p, s in scenario.assumptions.items() if s.value.shape != "fixed" and p != "services.ratio"}
    )
    median = np.median(play(scenario).of_year("online_sales")[:, 2]) / 100
    found = conditions(play(scenario), scenario, None).set_index("target").loc["services"]
    assert found["assumption"] == "services.ratio"
    assert found["needed"] == pytest.approx(4e9 / median, rel=0.12)  # the search halves its interval six times
    assert found["needed_low"] < found["needed"] <= found["needed_high"]


@pytest.mark.parametrize("rises", [True, False])
@pytest.mark.parametrize("centre", [0.9, 1.0, 1.2, 40.0])
def test_the_interval_of_a_value_needed_is_that_of_the_median_of_what_the_draws_need(rises, centre):
    """Each of 120 draws needs a value of its own, known: the interval found holds the order statistics' and is not much wider."""
    scenario, path = load_scenario("baseline", {"draws": 120}), "services.ratio"
    value = scenario.assumptions[path].value
    away = value.mean + (1 if rises else -1) * (centre - 1) * (value.high - value.low)
    own = np.sort(np.random.default_rng(5).normal(away, 0.3 * (value.high - value.low), 120))
    target = next(t for t in targets_of(scenario.law) if t.key == "services")

    def quantities(_: str, at: float) -> dict[str, np.ndarray]:
        reached = own <= at if rises else own >= at
        return {target.column: np.where(reached, target.low, 0.0)}

    needed, low, high = _search(scenario, target, path, rises, quantities)
    if centre == 40:  # out of reach
        assert np.isnan([needed, low, high]).all()
        return
    first, last = quantile_ranks(120, 50)
    exact = (own[first], own[last]) if rises else (own[-1 - last], own[-1 - first])
    assert low <= exact[0] <= exact[1] <= high
    if BY_PATH[path].low < low and np.isfinite([low, high]).all():
        assert high - low < 6 * (exact[1] - exact[0]) + (value.high - value.low) / 4


@pytest.mark.parametrize("lean", [0.0, 0.6])
def test_the_jackknife_tells_the_spread_of_rank_correlations(lean):
    """400 samples of 200 pairs: the mean of the errors is the spread of the figures over the samples."""
    dice = np.random.default_rng(6)
    x = dice.normal(size=(400, 200))
    y = lean * x + np.sqrt(1 - lean**2) * dice.normal(size=x.shape)
    figures = [spearmanr(a, b)[0] for a, b in zip(x, y, strict=True)]
    errors = [jackknife(lambda chosen, a=a, b=b: spearmanr(a[chosen], b[chosen])[0], 200) for a, b in zip(x[:60], y[:60], strict=True)]
    assert np.mean(errors) == pytest.approx(np.std(figures), rel=0.15)
    assert np.isnan(jackknife(np.mean, 3))


def test_crps_against_brute_force():
    dice = np.random.default_rng(3)
    sample, outcome = np.sort(dice.normal(size=400)), 0.7
    grid = np.linspace(-8, 8, 200_001)
    below = np.searchsorted(sample, grid, side="right") / len(sample)
    integral = ((below - (grid >= outcome)) ** 2).sum() * (grid[1] - grid[0])
    assert crps(sample, outcome) == pytest.approx(integral, rel=1e-3)


def test_the_error_of_a_crps_is_its_spread_over_samples():
    """Normal draws and an outcome of 0.7: the score's closed form, and the spread of 2000 scores of 150 draws."""
    dice, outcome = np.random.default_rng(4), 0.7
    samples = dice.normal(size=(2000, 150))
    scores = np.array([crps(np.sort(s), outcome) for s in samples])
    errors = np.array([crps_error(s, outcome) for s in samples[:200]])
    exact = outcome * (2 * norm.cdf(outcome) - 1) + 2 * norm.pdf(outcome) - 1 / np.sqrt(np.pi)
    assert abs(scores.mean() - exact) < 0.01  # (n − 1)/n of the spread between draws
    assert errors.mean() == pytest.approx(scores.std(), rel=0.05)


def test_backtest_scores_four_points_of_the_planner_whatever_the_preset():
    tables = [backtest(play(s), s) for s in (load_scenario("baseline", {"draws": 200, "market": m}) for m in ("ex_ante", "hindsight"))]
    assert len(tables[0]) == 4 and tables[0].equals(tables[1])
    assert (tables[0]["p10_low"] < tables[0]["p10"]).all() and (tables[0]["p90"] < tables[0]["p90_high"]).all()
    assert (tables[0]["crps_error"] > 0).all()
    assert (tables[0]["p10"] < tables[0]["p50"]).all() and (tables[0]["width"] > 0).all()


def test_what_was_published_of_the_place_stands_beside_what_the_run_expects():
    scenario = load_scenario("baseline", {"draws": 300})
    draws = play(scenario)
    found = backtest_of_place(draws, scenario.statistics).set_index("unit")
    sales, firms = draws.by_year[:, :, ONLINE_SALES], draws.by_year[:, 0, ENTERPRISES]
    assert draws.years[:3] == [2013, 2014, 2015] and list(found["from"]) == [2013, 2013]
    assert found.loc["ratio", "year"] == 2015 and found.loc["count", "year"] == 2013
    assert found.loc["ratio", "position"] == pytest.approx((sales[:, 2] < 3.0 * sales[:, 0]).mean())
    assert found.loc["count", "position"] == pytest.approx((firms < 300).mean())
    assert (found["p10"] < found["p50"]).all() and (found["p50"] < found["p90"]).all()
    assert backtest_of_place(play(scenario.set({"horizon": 2014, "draws": 2})), scenario.statistics)["unit"].tolist() == ["count"]


def test_every_figure_of_the_summary_stands_on_its_draws():
    budget = run(load_scenario("baseline", {"draws": 150}))
    paid = budget.paid_totals()
    row = budget.figure("paid")
    assert row["mean"] == pytest.approx(paid.mean(), rel=1e-12)
    assert row["standard_error"] == pytest.approx(paid.std(ddof=1) / np.sqrt(150), rel=1e-9)
    assert row["p80"] == pytest.approx(np.sort(paid)[120 - 1], rel=1e-12)
    assert row["p80_low"] <= row["p80"] <= row["p80_high"]
    beside = affordability(budget.result, budget.scenario.statistics).set_index("year")
    for year in budget.result.cash_years:  # the same figures with the same errors, over the district's revenue
        same = budget.figure("paid", year=year)
        assert beside.loc[year, "paid_mean_error"] == pytest.approx(same["standard_error"], rel=1e-12)
        assert beside.loc[year, "share_error"] == pytest.approx(same["standard_error"] / beside.loc[year, "revenue"])
        assert list(beside.loc[year, ["paid_p95", "paid_p95_low", "paid_p95_high"]]) == pytest.approx(
            [same[k] for k in ("p95", "p95_low", "p95_high")]
        )
    tested = backtest(budget.result, budget.scenario)
    assert (tested["position_low"] <= tested["position"]).all() and (tested["position"] <= tested["position_high"]).all()
    assert (tested["position_high"] > tested["position_low"]).all()
    authorised = sum(budget.scenario.appropriation.values()) / 100
    assert budget.figure("overrun")["probability"] == pytest.approx((paid > authorised).mean())
