"""Figures of a sample of draws: exact intervals cover what they promise, and describe() is what NumPy says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from simulator.budget.statistics import COVER, FEWEST_BEYOND, QUANTILES, chance, describe, quantile_ranks
from tests.analytic.agreement import share_agrees

SIZES = [30, 59, 100, 101, 250, 500, 1000, 2500, 10_000]
TAIL = (1 - COVER) / 2


def coverage_of_ranks(n: int, percent: int, low: int, high: int) -> float:
    """P(X₍low₎ ≤ quantile ≤ X₍high₎) of a continuous distribution, ranks counted from 0: the number of draws below the
    quantile is binomial, and must lie in low + 1 … high."""
    return float(stats.binom.cdf(high, n, percent / 100) - stats.binom.cdf(low, n, percent / 100))


@pytest.mark.parametrize("percent", QUANTILES)
def test_intervals_of_quantiles_cover_exactly_and_are_the_shortest_that_do(percent):
    """At every size: at least 95 %, at most 2.5 % beyond either end, and one rank less at either end is too few."""
    reported = 0
    for n in SIZES:
        ranks = quantile_ranks(n, percent)
        if n * min(percent, 100 - percent) < 100 * FEWEST_BEYOND:
            assert ranks is None, "a quantile with so few draws beyond it is no figure"
            continue
        if ranks is None:  # then no order statistic is far enough out: even the largest may lie below the quantile
            largest = 1 - stats.binom.cdf(n - 1, n, percent / 100)
            assert max(largest, stats.binom.pmf(0, n, percent / 100)) > TAIL
            continue
        low, high = ranks
        reported += 1
        assert 0 <= low < math.ceil(n * percent / 100) - 1 < high < n
        assert coverage_of_ranks(n, percent, low, high) >= COVER
        assert stats.binom.cdf(low, n, percent / 100) <= TAIL < stats.binom.cdf(low + 1, n, percent / 100)
        assert stats.binom.sf(high, n, percent / 100) <= TAIL < stats.binom.sf(high - 1, n, percent / 100)
    assert reported >= 3


REPETITIONS = 2000


@pytest.mark.parametrize("law", ["lognormal", "with ties"])
def test_intervals_of_quantiles_cover_in_repetitions(law):
    """2000 samples of 400: the interval holds the true quantile as often as the binomial says; with ties more often."""
    rng, n = np.random.default_rng(20), 400
    samples = np.sort(rng.lognormal(0, 1, (REPETITIONS, n)), axis=1)
    if law == "with ties":
        samples = np.ceil(samples)
    for percent in (5, 50, 80, 90, 95):
        true = math.exp(stats.norm.ppf(percent / 100))
        true = math.ceil(true) if law == "with ties" else true
        low, high = quantile_ranks(n, percent)
        covered = (samples[:, low] <= true) & (true <= samples[:, high])
        assert covered.mean() > COVER - 4 * math.sqrt(COVER * (1 - COVER) / REPETITIONS)
        if law == "lognormal":
            share_agrees(covered, coverage_of_ranks(n, percent, low, high))
            narrow = (samples[:, low + 3] <= true) & (true <= samples[:, high - 3])
            assert narrow.mean() < COVER - 4 * math.sqrt(COVER * (1 - COVER) / REPETITIONS), "a test of nothing"


@pytest.mark.parametrize("n", [20, 100, 1000])
def test_chances_have_the_interval_of_clopper_and_pearson(n):
    """The same as scipy's, for every number of hits; in particular none and all."""
    for k in sorted({0, 1, 2, n // 20, n // 2, n - 1, n}):
        found = chance(np.arange(n) < k)
        exact = stats.binomtest(k, n).proportion_ci(COVER, method="exact")
        assert found["probability"] == k / n
        assert found["probability_low"] == pytest.approx(exact.low, rel=1e-9, abs=1e-11)
        assert found["probability_high"] == pytest.approx(exact.high, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("n", [20, 300])
def test_chances_cover_whatever_the_probability(n):
    """Summed exactly over the binomial: at least 95 % for every probability, 2.5 % beyond either end at most."""
    intervals = [chance(np.arange(n) < k) for k in range(n + 1)]
    low = np.array([i["probability_low"] for i in intervals])
    high = np.array([i["probability_high"] for i in intervals])
    k = np.arange(n + 1)
    for p in np.concatenate([np.linspace(0.001, 0.999, 400), [1e-6, 1 - 1e-6]]):
        weights = stats.binom.pmf(k, n, p)
        assert weights[(low <= p) & (p <= high)].sum() >= COVER
        assert weights[low > p].sum() <= TAIL + 1e-12 and weights[high < p].sum() <= TAIL + 1e-12


def test_chances_cover_in_repetitions():
    """2000 samples of 200 with P = 0.07: covered as often as the exact sum over the binomial says."""
    n, p = 200, 0.07
    hits = np.random.default_rng(3).binomial(n, p, REPETITIONS)
    by_hits = {k: chance(np.arange(n) < k) for k in range(n + 1)}
    inside = np.array([i["probability_low"] <= p <= i["probability_high"] for i in by_hits.values()])
    exactly = float(stats.binom.pmf(np.arange(n + 1), n, p)[inside].sum())
    share_agrees(inside[hits], exactly, 0.93)


def test_describe_is_what_numpy_says():
    """Mean, standard error with n − 1, and the ⌈np⌉-th smallest value, to the last digit."""
    rng = np.random.default_rng(4)
    for values in (rng.lognormal(15, 1.5, 1000), rng.integers(0, 12, 777), rng.normal(-5, 1, 2001)):
        found, n = describe(values), len(values)
        assert found["mean"] == np.mean(values)
        assert found["standard_error"] == pytest.approx(np.std(values, ddof=1) / math.sqrt(n), rel=1e-13)
        assert found["standard_error"] != pytest.approx(np.std(values) / math.sqrt(n), rel=1e-6)
        for percent in QUANTILES:
            if quantile_ranks(n, percent):
                assert found[f"p{percent}"] == np.quantile(values, percent / 100, method="inverted_cdf")
                assert found[f"p{percent}_low"] <= found[f"p{percent}"] <= found[f"p{percent}_high"]
                assert {found[f"p{percent}{end}"] for end in ("", "_low", "_high")} <= set(values.astype(float))
        assert np.array_equal(describe(rng.permutation(values))["p50"], found["p50"])


def test_describe_leaves_out_what_the_draws_cannot_tell():
    assert describe(np.array([3.0])) == {"mean": 3.0}
    few = describe(np.arange(60.0))
    assert {"mean", "standard_error", "p50", "p50_low", "p50_high"} <= set(few)
    assert "p99" not in few and "p95" not in few and "p5" not in few
    assert "p99" in describe(np.arange(1000.0))


@pytest.mark.parametrize("value", [0.0, 0.1, 123456.78, -7.3, 1e13 + 0.01])
def test_where_all_draws_agree_the_error_is_exactly_nothing(value):
    """Not the rounding of a mean: 0."""
    found = describe(np.full(1000, value))
    assert found["standard_error"] == 0.0
    assert found["p50_low"] == found["p50"] == found["p50_high"] == value


def test_variance_is_stable_far_from_zero():
    """Deviations of 0.1 around 10 000 000.2 (as in NIST's NumAcc4): eight correct digits."""
    values = np.tile([10_000_000.1, 10_000_000.3], 500)
    assert describe(np.append(values, 10_000_000.2))["standard_error"] * math.sqrt(1001) == pytest.approx(0.1, rel=1e-8)


def test_the_mean_is_within_its_error_as_often_as_it_should_be():
    """±1.96 standard errors around the mean of 1000 lognormal draws: 92.5 % or more (skewness costs some of the 95)."""
    samples = np.random.default_rng(5).lognormal(0, 1, (REPETITIONS, 1000))
    found = [describe(s) for s in samples[:, :]]
    mean, error = (np.array([f[name] for f in found]) for name in ("mean", "standard_error"))
    covered = np.abs(mean - math.exp(0.5)) < 1.96 * error
    assert 0.925 < covered.mean() < 0.96
