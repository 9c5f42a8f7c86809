"""Means with arrivals and market at their expectation: the same means, less error, never a quantile."""

from __future__ import annotations

import math

import numba
import numpy as np
import pandas as pd
import pytest

from simulator import load_scenario, run, verify
from simulator.budget.expected import ARRIVING, DRAWS_EACH, at_expectation, surprises
from simulator.budget.statistics import mean_and_error
from simulator.engine.generosity import generosity_of
from simulator.errors import ScenarioError
from simulator.projection.newcomers import arrival_rate, arrivals

DRAWS = 1200


@pytest.fixture(scope="module", params=["plain", "sobol"])
def played(request):
    return run(load_scenario("baseline", {"draws": DRAWS, "sampling": request.param}))


def test_the_means_are_the_same_and_their_errors_smaller(played):
    """Every corrected mean lies where the paired difference allows; what headquarters, split-offs and buildings cost, which is a
    matter of how many come, is known as well as from one and a half times the draws and more."""
    table = played.expected
    moved = table[table["standard_error"] > 0]
    assert len(moved) > 150
    gap = (moved["expected"] - moved["mean"]).abs()
    assert (gap <= 4 * moved["standard_error"]).all()
    assert (table.loc[table["standard_error"] == 0, "expected"] == table.loc[table["standard_error"] == 0, "mean"]).all()
    cash = table[(table["measure"] == "paid") & (table["year"] == "total")].set_index("clause")
    gain = (cash["standard_error"] / cash["expected_error"]) ** 2
    if played.result.replicate is None:
        assert (gain[["headquarters_award", "spin_off_award", "model_building_award"]] > 1.4).all()
        assert 1.05 < gain["total"] < 2
    else:  # sixteen sequences tell an error to about a fifth
        assert gain[["headquarters_award", "spin_off_award", "model_building_award"]].mean() > 1.3


def test_clauses_and_years_still_add_up(played):
    cash = played.expected.query("measure == 'paid'").pivot(index="clause", columns="year", values="expected")
    total = cash.loc["total", "total"]
    assert cash.drop("total").sum().to_numpy() == pytest.approx(cash.loc["total"].to_numpy(), abs=1e-9 * total)
    assert cash.drop(columns="total").sum(axis=1).to_numpy() == pytest.approx(cash["total"].to_numpy(), abs=1e-9 * total)


def test_nothing_else_is_touched(played):
    """The summary's means are as drawn, and so are its quantiles and probabilities; only means can be asked for."""
    summary = played.summary
    assert summary.query("measure == 'paid' and clause == 'total' and year == 'total'")["mean"].item() == pytest.approx(
        played.paid_totals().mean()
    )
    assert not [c for c in played.expected.columns if c.startswith("p5") or "probability" in c]
    assert not played.expected["measure"].isin(["overrun", "target", "target_fully"]).any()
    for of in ("p95", "p50.2014", "overrun"):
        with pytest.raises(ScenarioError, match="is no mean"):
            run(played.scenario, precision=0.5, of=of, expected=True)


@numba.njit
def of_engine(par, kind, offered, generosity, seed, draw, year):
    """Arrivals, and their rate, as compiled code has them."""
    return arrivals(par, kind, offered, generosity, seed, draw, year), arrival_rate(par, kind, offered, generosity)


def test_surprises_are_the_engines_own_arrivals_less_their_rate(played):
    scenario, draws = played.scenario, played.result
    found, generosity = surprises(draws, scenario), generosity_of(scenario)
    column = 1
    for year in draws.years:
        offered = year <= 2015
        for kind in ARRIVING:
            for d in (0, 1, 7, 500, DRAWS - 1):
                par = draws.parameters[d]
                came, rate = of_engine(par, kind, offered, generosity, np.uint64(scenario.seed), d, year)
                assert found[d, column] == pytest.approx(came - rate, abs=1e-9)
            column += 1
        column += 1  # the market's shock
    assert column == found.shape[1]
    error = found.std(axis=0) / math.sqrt(DRAWS)
    assert (np.abs(found.mean(axis=0)) < 4.5 * error + 1e-12).all()


def test_a_mean_stays_without_bias_in_repetitions():
    """A skewed figure, half of it a surprise of mean 0, 300 times 320 draws: on average the closed form, with half the variance.
    Estimated on the draws themselves the slope would lean with the tail."""
    dice, n = np.random.default_rng(4), 320
    drawn, corrected = [], []
    for _ in range(300):
        surprise = dice.exponential(1, (n, 1)) - 1
        values = 5 + surprise + surprise**2 * 0.3 + 1.2 * dice.normal(size=(n, 1))
        drawn.append(values.mean())
        corrected.append(at_expectation(values, surprise).mean())
    mean, error = mean_and_error(np.array(corrected))
    assert abs(mean - 5.3) < 3.5 * error
    assert np.var(corrected) < 0.62 * np.var(drawn)


def test_few_draws_are_left_as_they_are():
    values, surprise = np.arange(40.0)[:, None], np.random.default_rng(1).normal(size=(40, 4))
    assert at_expectation(values, surprise) is values
    assert DRAWS_EACH * 5 > 40
    still = np.random.default_rng(1).normal(size=(400, 1))
    assert at_expectation(still, np.zeros((400, 3))) is still


def test_a_run_keeps_them_and_they_are_repeated_to_the_byte(tmp_path):
    kept = run(load_scenario("baseline", {"draws": 480}), expected=True, out=tmp_path / "run")
    table = pd.read_csv(tmp_path / "run" / "expected.csv", encoding="utf-8-sig", dtype={"year": str})
    assert list(table["expected"]) == pytest.approx(list(kept.expected["expected"]), rel=1e-12)
    found = verify(tmp_path / "run", rerun=True)
    assert set(found["state"]) == {"same", "repeated"}
    assert found[found["state"] == "repeated"]["file"].str.endswith("expected.csv").sum() == 1
