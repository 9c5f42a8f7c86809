"""The outer layer: every uncertain assumption has the distribution a scenario writes, and the correlations it asks for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.projection.assumptions import draw_parameters
from simulator.projection.uncertain import Uncertain, fixed, parse
from tests.laws_of_the_model.playing import baseline, scenario
from tests.of_2013 import BY_PATH, DECLARED, PARAMETERS

DRAWS = 5_000
ALPHA = 1e-4 / 200  # about a hundred assumptions, each tested once or twice


def drawn(chosen, draws: int = DRAWS, *, alone: tuple[str, ...] = (), **named) -> np.ndarray:
    """The parameters of a scenario; with `alone` all others are held at their means, which is quicker."""
    values = {path: fixed(value.mean) if alone and path not in alone else value for path, value in chosen.parameters().items()}
    return draw_parameters(DECLARED, values, chosen.seed, 0, draws, correlations=chosen.correlations, **named)


@pytest.fixture(scope="module")
def records() -> np.ndarray:
    """The baseline's."""
    return drawn(baseline())


def law_of(value: Uncertain):
    """The distribution in scipy's words: PERT is a beta with a + b = 6."""
    width = value.high - value.low
    if value.shape == "uniform":
        return stats.uniform(value.low, width)
    towards = 4 * (value.mode - value.low) / width
    return stats.beta(1 + towards, 5 - towards, value.low, width)


def p_value(sample: np.ndarray, law) -> float:
    return stats.kstest(sample, law.cdf, method="asymp").pvalue


def test_each_assumption_has_its_distribution(records):
    """KS for every uncertain assumption of the baseline; the fixed ones are fixed; fields and paths belong together."""
    tested = 0
    for path, value in baseline().parameters().items():
        sample = records[BY_PATH[path].field]
        if value.shape == "fixed":
            assert (sample == value.mode).all()
            continue
        law, tested = law_of(value), tested + 1
        assert p_value(sample, law) > ALPHA, path
        assert value.low <= sample.min() and sample.max() <= value.high
        assert abs(sample.mean() - value.mean) < 4 * law.std() / np.sqrt(DRAWS), path
        assert law.mean() == pytest.approx(value.mean, rel=1e-12)
    assert tested > 40
    assert len(records.dtype) == len(BY_PATH) == len(PARAMETERS)


def test_a_wrong_distribution_would_be_seen():
    """A triangle with the same corners, a PERT of another mode, a uniform: all refused."""
    value = parse({"low": 20, "mode": 45, "high": 90}, "x", 0, 100)[0]
    p = np.random.default_rng(1).uniform(size=4 * DRAWS)
    right = value.inverse(p)
    assert p_value(right, law_of(value)) > ALPHA
    triangle = stats.triang((45 - 20) / 70, 20, 70).ppf(p)
    other = parse({"low": 20, "mode": 48, "high": 90}, "x", 0, 100)[0].inverse(p)
    for wrong in (triangle, other, 20 + 70 * p):
        assert p_value(wrong, law_of(value)) < ALPHA


def test_discrete_numbers():
    """{values, weights}: the values in the shares of their weights, and none that has no weight."""
    chosen = scenario({"assumptions.o2o_share": {"values": [0.1, 0.9, 0.3, 0.5], "weights": [1, 0, 2, 5]}})
    sample = drawn(chosen, 4 * DRAWS, alone=("o2o_share",))["o2o_share"]
    found, counts = np.unique(sample, return_counts=True)
    assert list(found) == [0.1, 0.3, 0.5]
    assert stats.chisquare(counts, np.array([1, 2, 5]) / 8 * len(sample)).pvalue > ALPHA
    assert stats.chisquare(counts, np.array([1, 2, 4]) / 7 * len(sample)).pvalue < ALPHA


def rank_correlation(records: np.ndarray, one: str, other: str) -> float:
    return stats.spearmanr(records[BY_PATH[one].field], records[BY_PATH[other].field]).statistic


def test_assumptions_are_independent_unless_said_otherwise(records):
    """All pairs of the baseline: the largest of some thousand rank correlations is no larger than chance makes it."""
    uncertain = [path for path, value in baseline().parameters().items() if value.shape != "fixed"]
    ranks = np.array([stats.rankdata(records[BY_PATH[path].field]) for path in uncertain])
    correlations = np.corrcoef(ranks)[np.triu_indices(len(uncertain), 1)]
    limit = stats.norm.isf(ALPHA / len(correlations)) / np.sqrt(DRAWS)
    assert np.abs(correlations).max() < limit < 0.12
    assert (correlations * np.sqrt(DRAWS)).std() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("rank", [0.6, -0.4, 0.95])
def test_asked_rank_correlations_come_out(rank):
    """Spearman's, as asked; each margin stays what it was; third parties hear nothing of it."""
    pair = ("startups.a_year", "market.growth")
    chosen = scenario({f"correlations.{pair[0]}~{pair[1]}": rank})
    of_pair = drawn(chosen, 4 * DRAWS, alone=pair)
    assert rank_correlation(of_pair, *pair) == pytest.approx(rank, abs=4 * (1 - rank**2) * 1.1 / np.sqrt(4 * DRAWS))
    for path in pair:
        assert p_value(of_pair[BY_PATH[path].field], law_of(chosen.parameters()[path])) > ALPHA
    records, before = drawn(chosen, 50), drawn(baseline(), 50)
    for name in records.dtype.names:
        if name not in {BY_PATH[path].field for path in pair}:
            assert np.array_equal(records[name], before[name])


def test_making_one_certain_moves_no_other():
    """An assumption's variate is its own: fixing one, or drawing in pieces, leaves every other number as it was."""
    before = drawn(baseline(), 500)
    after = drawn(scenario({"assumptions.startups.a_year": 45, "assumptions.cash.same_year": {"low": 0, "high": 1}}), 500)
    for name in before.dtype.names:
        assert np.array_equal(before[name], after[name]) == (name not in ("startups_a_year", "cash_same_year"))
    values = baseline().parameters()
    pieces = [draw_parameters(DECLARED, values, 2013, first, 100) for first in range(0, 500, 100)]
    assert np.array_equal(np.concatenate(pieces), before)


def test_at_mean_every_number_is_its_mean():
    records = drawn(baseline(), 10, at_mean=True)
    for path, value in baseline().parameters().items():
        assert (records[BY_PATH[path].field] == value.mean).all()
