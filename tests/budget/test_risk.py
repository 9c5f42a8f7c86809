"""Overrun, shortfall and reserve: closed forms of a Poisson number of fixed awards, and small samples by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulator.budget.risk import LEVELS, TOTAL, levels_in, levels_with, reserve, risk, worst
from simulator.errors import ScenarioError
from tests.laws_of_the_model.playing import EVERYBODY_APPLIES, STILL, assume, played, scenario
from tests.of_2013 import CASH_CLAUSES, CLAUSES, SLUGS

DRAWS, RATE, AWARD = 4000, 3.0, 10_000_000  # a hundred thousand yuan for each model building
ONLY_BUILDINGS = [STILL, EVERYBODY_APPLIES, assume(buildings__a_year=RATE, cash__same_year=1, incumbents__number=0)]


@pytest.fixture(scope="module")
def buildings():
    """Model buildings alone: their number in a year is Poisson, each brings one fixed award the year after it opened."""
    chosen = scenario(*ONLY_BUILDINGS, draws=DRAWS, horizon=2014)
    return chosen, played(*ONLY_BUILDINGS, draws=DRAWS, horizon=2014)


def test_overrun_and_reserve_of_a_poisson_number_of_fixed_awards(buildings):
    chosen, draws = buildings
    awarded = draws.paid[:, 1, SLUGS.index("model_building_award")]
    assert (draws.paid[:, 1].sum(axis=1) == awarded).all()  # nobody else is there
    number = awarded // AWARD
    assert (number * AWARD == awarded).all()
    rate = number.mean()
    assert abs(rate - RATE) < 4 * math.sqrt(RATE / DRAWS)
    law = stats.poisson(RATE)
    table = risk(
        draws, chosen.set({f"appropriation.{year}": None for year in range(2013, 2019)} | {"appropriation.2014": 400_000})
    ).set_index("year")
    row = table.loc[2014]
    assert abs(row["probability"] - law.sf(4)) < 4 * math.sqrt(law.sf(4) * law.cdf(4) / DRAWS)
    expected = sum((n - 4) * law.pmf(n) for n in range(5, 40)) * 100_000
    assert abs(row["expected_overrun"] - expected) < 4 * row["expected_overrun_error"]
    assert abs(row["overrun_if_any"] - expected / law.sf(4)) < 4 * row["overrun_if_any_error"]
    for level in LEVELS:
        enough = max(0.0, (law.ppf(1 - level / 100) - 4) * 100_000)
        assert row[f"reserve_{level}_low"] <= enough <= row[f"reserve_{level}_high"]
    assert table.loc[TOTAL].drop("appropriation").equals(row.drop("appropriation"))


def test_the_reserve_for_a_chance_of_one_s_own(buildings):
    """Three in a hundred: the Poisson quantile of 97 % within its interval, between those of 5 % and 1 %."""
    chosen, draws = buildings
    table = risk(draws, chosen.set({"appropriation.2014": 400_000}), levels_with(0.03, DRAWS)).set_index("year")
    row, enough = table.loc[2014], (stats.poisson(RATE).ppf(0.97) - 4) * 100_000
    assert levels_in(table) == [20, 10, 5, 3, 1] and row["reserve_3_low"] <= enough <= row["reserve_3_high"]
    assert row["reserve_5"] <= row["reserve_3"] <= row["reserve_1"]


@pytest.mark.parametrize(
    "chance, draws, reported",
    [
        (0.005, 1000, "a whole per cent"),
        (0.6, 1000, "a whole per cent"),
        (float("nan"), 1000, "a whole per cent"),
        (0.02, 100, "--draws 250 or more"),
    ],
)
def test_a_chance_that_is_none_or_too_fine_for_the_draws_is_refused(chance, draws, reported):
    with pytest.raises(ScenarioError, match=reported):
        levels_with(chance, draws)


@given(st.lists(st.integers(0, 1000), min_size=120, max_size=300), st.integers(0, 1000), st.sampled_from(LEVELS[:3]))
def test_the_reserve_is_the_least_that_keeps_the_chance(due, appropriation, level):
    due = np.array(due)
    enough, low, high = reserve(due, appropriation, level)

    def overruns(extra):
        return int((due > appropriation + extra).sum())

    assert overruns(enough) * 100 <= level * len(due)
    assert enough == 0 or overruns(enough - 1) * 100 > level * len(due)
    assert low <= enough <= high


def test_the_dearest_twentieth_is_the_expected_shortfall():
    values = np.array(stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000) * 100, np.int64) * 100
    mean, error = worst(values)
    assert mean == pytest.approx(100 * stats.norm.pdf(stats.norm.ppf(0.95)) / 0.05, rel=0.01)
    rng = np.random.default_rng(1)
    means = [worst((rng.normal(size=2000) * 1e4).astype(np.int64)) for _ in range(300)]
    assert np.std([m for m, _ in means]) == pytest.approx(np.mean([e for _, e in means]), rel=0.15)
    assert math.isnan(worst(values[:50])[0]) and error > 0


def test_years_without_a_figure_are_not_in_the_total():
    paid = np.zeros((10, 3, CLAUSES), np.int64)
    paid[:, :, 0] = np.arange(10)[:, None] * 100
    draws = SimpleNamespace(replicate=None, paid=paid, cash=CASH_CLAUSES, cash_years=[2013, 2014, 2015])
    table = risk(draws, SimpleNamespace(appropriation={2013: 500, 2015: 700})).set_index("year")
    assert list(table.index) == [2013, 2015, TOTAL] and table.loc[TOTAL, "appropriation"] == 12.0
    assert table["probability"].tolist() == [0.4, 0.2, 0.3]
    assert table.loc[2013, "expected_overrun"] == pytest.approx((1 + 2 + 3 + 4) / 10)
    assert risk(draws, SimpleNamespace(appropriation={})).empty
