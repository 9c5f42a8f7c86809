"""The Sobol sampling of the outer layer: what it draws, and errors that know it, against closed forms."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from simulator import compare, load_scenario
from simulator.budget.compare import compare_runs, quantile_difference
from simulator.budget.exposure import exposure_table
from simulator.budget.paired import carried_over
from simulator.budget.result import BudgetRun
from simulator.budget.risk import risk
from simulator.budget.statistics import NORMAL, chance, describe, error_of_mean, mean_and_error
from simulator.engine.run import outer_layer, play
from simulator.errors import ScenarioError
from simulator.projection.assumptions import draw_parameters
from simulator.projection.sobol import REPLICATES, chances_by_draw, points
from simulator.projection.uncertain import parse
from tests.of_2013 import BY_PATH, DECLARED

PATHS = list(BY_PATH)
SEED = np.uint64(5)


def chances(count: int, first: int = 0, seed: int = 5, wanted: int = len(PATHS)) -> np.ndarray:
    """(count, wanted) chances of the first assumptions."""
    return np.stack(list(chances_by_draw(np.uint64(seed), first, count, PATHS, PATHS[:wanted]).values()), axis=1)


def test_a_draw_is_the_same_however_many_are_made_and_whatever_else_is_uncertain():
    whole = chances(200)
    assert np.array_equal(whole[:37], chances(37))
    assert np.array_equal(whole[83:120], chances(37, first=83))
    assert np.array_equal(whole[:, :5], chances(200, wanted=5))
    assert not np.array_equal(whole, chances(200, seed=6))
    scenario = load_scenario("baseline", {"sampling": "sobol", "draws": 160})
    drawn = outer_layer(scenario, 0, 160)
    assert np.array_equal(drawn[48:99], outer_layer(scenario, 48, 51))
    fixed = outer_layer(scenario.set({"assumptions.market.growth": 0.3}), 0, 160)
    assert np.array_equal(drawn["office_rent"], fixed["office_rent"])


def test_sequences_are_sobols_points_evenly_spread_and_apart_from_each_other():
    """Each sequence's first 2ᵏ points lie one in each of 2ᵏ slices of every coordinate, and two coordinates' in every equal box
    that Sobol's do; their discrepancy is far below independent numbers', and no two sequences have a number in common."""
    assert np.array_equal(points(3, 9, 4) / 2**30, qmc.Sobol(4, scramble=False, bits=30).random_base2(4)[3:12])
    n = 64
    drawn = chances(n * REPLICATES)
    assert drawn.min() > 0 and drawn.max() < 1
    for r in range(REPLICATES):
        mine = drawn[r::REPLICATES]
        assert (np.sort((mine * n).astype(int), axis=0) == np.arange(n)[:, None]).all()
        boxes = (mine[:, 0] * 8).astype(int) * 8 + (mine[:, 1] * 8).astype(int)
        assert len(set(boxes)) == n
        assert qmc.discrepancy(mine[:, :4]) < 0.3 * qmc.discrepancy(np.random.default_rng(r).random((n, 4)))
    assert len(np.unique(drawn[:, 0])) == n * REPLICATES


def test_sequences_are_alike_in_distribution():
    """Every sequence's k-th point is uniform over the seeds, and two sequences' are unrelated (χ² and correlation at 1e-4)."""
    found = np.stack([chances(4 * REPLICATES, seed=s, wanted=3).reshape(4, REPLICATES, 3) for s in range(400)])
    for r in (0, 7, 15):
        for k in range(4):
            for c in range(3):
                counts = np.histogram(found[:, k, r, c], 10, (0, 1))[0]
                assert stats.chisquare(counts).pvalue > 1e-5, (r, k, c)
    wide = 4.5 / math.sqrt(400)
    for a, b in ((0, 1), (3, 12), (14, 15)):
        assert abs(np.corrcoef(found[:, 0, a, 0], found[:, 0, b, 0])[0, 1]) < wide


def test_distributions_and_correlations_are_kept():
    scenario = load_scenario("baseline", {"correlations.startups.a_year~office.rent": 0.6})
    values = scenario.parameters()
    n = 64 * REPLICATES
    drawn = draw_parameters(DECLARED, values, 3, 0, n, correlations=scenario.correlations, sobol=True)
    for path, value in values.items():
        column = drawn[BY_PATH[path].field]
        if value.shape == "fixed":
            assert (column == value.mode).all()
        else:
            assert value.low <= column.min() and column.max() <= value.high
            assert abs(column.mean() - value.mean) < 0.01 * (value.high - value.low), path
    rank = stats.spearmanr(drawn["startups_a_year"], drawn["office_rent"])[0]
    assert abs(rank - 0.6) < 0.05
    assert abs(stats.spearmanr(drawn["startups_a_year"], drawn["o2o_share"])[0]) < 0.1
    certain = draw_parameters(DECLARED, values, 3, 0, 5, at_mean=True, sobol=True)
    assert (certain["office_rent"] == values["office.rent"].mean).all()


def of_parameters(seed: int, n: int, sobol: bool) -> np.ndarray:
    """A cost that parameters alone make and whose mean is known: number × rent, plus a share, of independent PERTs."""
    made = {path: parse(form, path, -1e9, 1e9)[0] for path, form in FORMS.items()}
    values = {path: made.get(path, parse(0, path, -1, 1)[0]) for path in PATHS}
    drawn = draw_parameters(DECLARED, values, seed, 0, n, sobol=sobol)
    return drawn["startups_a_year"] * drawn["office_rent"] + 1000 * drawn["o2o_share"]


FORMS = {
    "startups.a_year": {"low": 20, "mode": 45, "high": 90},
    "office.rent": {"low": 30, "high": 80},
    "o2o_share": {"values": [0.1, 0.5], "weights": [3, 1]},
}
MEAN = (20 + 4 * 45 + 90) / 6 * 55 + 1000 * 0.2


def test_the_mean_of_parameters_is_their_product_and_its_error_is_a_tenth():
    """200 seeds of 1,024 draws: unbiased, the variance of the mean well below a tenth of plain draws', and the intervals from the
    sequences hold the closed form as often as they promise."""
    n, seeds = 1024, 200
    replicate = np.arange(n) % REPLICATES
    plain = np.array([of_parameters(s, n, False).mean() for s in range(seeds)])
    reported = np.array([mean_and_error(of_parameters(s, n, True), replicate) for s in range(seeds)])
    assert abs(plain.mean() - MEAN) < 4 * plain.std() / math.sqrt(seeds)
    assert abs(reported[:, 0].mean() - MEAN) < 4 * reported[:, 0].std() / math.sqrt(seeds)
    assert reported[:, 0].var() < plain.var() / 10
    covered = (np.abs(reported[:, 0] - MEAN) <= NORMAL * reported[:, 1]).mean()
    assert covered > 0.95 - 3 * math.sqrt(0.95 * 0.05 / seeds)
    blind = np.mean([error_of_mean(of_parameters(s, n, True)) for s in range(5)])
    assert reported[:, 1].mean() < blind / 2, "what independent draws would tell is far too wide"


def test_errors_of_sequences_against_independent_ones():
    """Where the draws are independent after all, both kinds of error tell the same, sequences with the wider t."""
    dice = np.random.default_rng(2)
    n = 1600
    replicate, ratio = np.arange(n) % REPLICATES, stats.t.ppf(0.975, REPLICATES - 1) / NORMAL
    both = [(error_of_mean(x), error_of_mean(x, replicate)) for x in dice.exponential(1, (400, n))]
    plain, grouped = np.array(both).T
    assert np.sqrt((grouped**2).mean()) == pytest.approx(ratio * np.sqrt((plain**2).mean()), rel=0.06)
    values = dice.exponential(1, n)
    found, reported = describe(values), describe(values, replicate)
    assert [found[k] for k in ("mean", "p50", "p95")] == [reported[k] for k in ("mean", "p50", "p95")]
    assert reported["p95_low"] < reported["p95"] < reported["p95_high"] and reported["p95_low"] != found["p95_low"]
    hits = values > 3
    assert chance(hits)["probability"] == chance(hits, replicate)["probability"]
    assert chance(hits, replicate)["probability_low"] < hits.mean() < chance(hits, replicate)["probability_high"]
    for none in (np.zeros(n, bool), np.ones(n, bool)):
        assert chance(none, replicate) == chance(none)
    rare = values > np.sort(values)[-9]
    assert chance(rare, replicate)["probability_high"] >= chance(rare)["probability_high"] - 1e-12


@pytest.fixture(scope="module")
def sobol_run():
    scenario = load_scenario("baseline", {"sampling": "sobol", "draws": 50})
    return BudgetRun(scenario, play(scenario))


def test_draws_are_rounded_up_and_the_record_says_how_they_were_drawn(sobol_run):
    assert sobol_run.scenario.draws == 64 and len(sobol_run.result.parameters) == 64
    assert sobol_run.record()["sampling"] == "sobol"
    assert np.array_equal(sobol_run.result.replicate, np.arange(64) % 16)
    assert play(load_scenario("baseline", {"draws": 2})).replicate is None
    assert load_scenario("baseline", {"draws": 50}).draws == 50
    with pytest.raises(ScenarioError, match="sampling"):
        compare(load_scenario("baseline", {"draws": 64}), sobol_run)
    with pytest.raises(ScenarioError, match="plain or sobol"):
        load_scenario("baseline", {"sampling": "halton"})


def repeated(draws, times: int = 1):
    """Draws whose every sequence is the same: each draw sixteen times, once a sequence."""
    names = ("by_clause", "by_year", "paid", "recovered", "parameters", "trscg", "services")
    return replace(
        draws, replicate=np.arange(16 * len(draws.parameters)) % 16, **{name: np.repeat(getattr(draws, name), 16, axis=0) for name in names}
    )


def test_every_table_makes_its_errors_from_the_sequences(sobol_run):
    """When all sequences agree there is no error left in any table, though the draws differ: so no table forgets them."""
    scenario = sobol_run.scenario.set({"appropriation.2014": 3_000_000})
    alike = BudgetRun(scenario, repeated(sobol_run.result))
    reform = BudgetRun(scenario, repeated(play(scenario.set({"law.office_rent.max_area": 100}))))
    summary = alike.summary.dropna(subset="standard_error")
    assert (summary["standard_error"].abs() <= 1e-9 * summary["mean"].abs().clip(lower=1)).all()
    assert (BudgetRun(scenario, replace(alike.result, replicate=None)).summary["standard_error"] > 0).sum() > 100
    table = risk(alike.result, scenario)
    for name in ("expected_overrun_error", "overrun_if_any_error", "worst_twentieth_error"):
        assert (table[name].dropna() <= 1e-6 * table["worst_twentieth"].max()).all(), name
    assert (exposure_table(alike.result)["standard_error"] <= 1e-6).all()
    differences = compare_runs(alike, reform)
    assert (differences.differences["standard_error"] <= 1e-6).all() and differences.differences["mean"].abs().max() > 0
    assert (differences.outcomes["standard_error"] <= 1e-5).all()
    whole = alike.paid_totals()
    assert carried_over(whole, whole[:160], alike.result.replicate)[1] <= 1e-6
    before, after = whole, whole * 1.1
    _, _, difference, low, high = quantile_difference(before, after, 50, alike.result.replicate)
    assert high - low <= 1e-6 and low == pytest.approx(difference)
