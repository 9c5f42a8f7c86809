"""The year in which the policy has paid for itself: against years, binomials and normal distributions known beforehand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from simulator.budget.break_even import EARLIEST, LATEST, REACHED, YEAR, break_even, first_year, year_of_the_mean
from simulator.budget.statistics import COVER, quantile_ranks

YEARS = [2013, 2014, 2015, 2016]
ALL = np.ones(len(YEARS), bool)


def reported(net, paid=None, **rest):
    """The rows by measure and year."""
    net = np.asarray(net, float)
    return {(measure, year): row for measure, year, row in break_even(net, np.ones_like(net) if paid is None else paid, YEARS, **rest)}


@pytest.mark.parametrize("net, year", [([-5, -1, 3, 6], 2016), ([-5, 5, 0, 0], 2014), ([-5, 6, -9, 0], 2014), ([-5, -1, -3, -6], math.inf)])
def test_it_is_the_first_year_in_which_the_sum_so_far_is_not_negative(net, year):
    assert first_year(np.cumsum(net), ALL, YEARS) == year
    assert reported([net, net])[YEAR, None]["mean"] == year


def test_before_the_first_payout_there_is_nothing_to_earn_back():
    net, paid = np.array([[0.0, 0.0, -2.0, 3.0]] * 2), np.array([[0.0, 0.0, 7.0, 0.0]] * 2)
    assert reported(net, paid)[YEAR, None]["mean"] == 2016
    nothing = reported(np.zeros((2, 4)), np.zeros((2, 4)))
    assert nothing[YEAR, None]["mean"] == math.inf and nothing[REACHED, 2016]["probability"] == 0


def test_draws_that_break_even_are_a_binomial_and_their_median_an_order_statistic():
    """Of 100 draws 30 break even in 2014, 40 in 2015, none in 2016 and 30 never."""
    net = np.array([[-1, 2, 0, 0]] * 30 + [[-1, 0, 1, -9]] * 40 + [[-1, -1, 0, 0]] * 30, float)
    found = reported(net)
    for year, hits in zip(YEARS, (0, 30, 70, 70), strict=True):
        exact = stats.binomtest(hits, 100).proportion_ci(COVER, method="exact")
        row = found[REACHED, year]
        assert row["probability"] == hits / 100
        assert (row["probability_low"], row["probability_high"]) == pytest.approx((exact.low, exact.high), rel=1e-9, abs=1e-11)
    own = np.array([2014.0] * 30 + [2015] * 40 + [math.inf] * 30)
    low, high = quantile_ranks(100, 50)
    row = found[YEAR, None]
    assert (row["p50"], row["p50_low"], row["p50_high"]) == (2015, own[low], own[high])
    assert row["p80"] == math.inf


def test_where_draws_agree_the_year_is_certain_and_one_draw_says_nothing_of_it():
    certain = reported([[-2, 1, 2, 0]] * 5)
    assert certain[YEAR, None]["mean"] == certain[EARLIEST, None]["mean"] == certain[LATEST, None]["mean"] == 2015
    one = reported([[-2, 1, 2, 0]])
    assert one[YEAR, None]["mean"] == 2015 and math.isnan(one[EARLIEST, None]["mean"])


@pytest.mark.parametrize("mean", [[-1, -0.3, -0.05, 0.4], [-1, -0.1, 0.1, 0.3], [-1, -1, -0.6, -0.1]])
def test_the_interval_of_years_covers_the_year_of_the_true_mean(mean):
    """2000 samples of 100 normal draws: the interval holds the year of the distribution's own mean at least as often as it says,
    and is not simply all years."""
    dice, repetitions = np.random.default_rng(3), 2000
    truth = first_year(np.array(mean), ALL, YEARS)
    ends = np.array(
        [year_of_the_mean(np.array(mean) + np.cumsum(dice.normal(0, 0.5, (100, 4)), axis=1), ALL, YEARS) for _ in range(repetitions)]
    )
    covered = (ends[:, 0] <= truth) & (truth <= ends[:, 1])
    assert covered.mean() > COVER - 4 * math.sqrt(COVER * (1 - COVER) / repetitions)
    assert (ends[:, 0] > 2013).all() and ((ends[:, 0] == ends[:, 1]) | (ends[:, 1] < 2016)).any()


def test_sequences_that_agree_more_than_independent_draws_do_make_the_interval_narrower():
    dice = np.random.default_rng(4)
    alike, replicate = np.repeat(dice.normal(0, 1, (20, 1)), 16, axis=0), np.tile(np.arange(16), 20)
    so_far = np.array([-3, -0.1, 0.1, 3.0]) + alike  # every sequence holds the same draws: nothing differs between them
    plain, known = (year_of_the_mean(so_far - alike.mean(), ALL, YEARS, r) for r in (None, replicate))
    assert plain == (2014, 2016) and known == (2015, 2015)
