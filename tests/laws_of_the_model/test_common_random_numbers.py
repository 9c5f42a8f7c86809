"""Randomness is a function of names: what a draw is depends neither on who computes it nor on what else is computed.

Compared are bytes, not means: everything a run leaves behind, every sum of every draw.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import replace

import numpy as np
import pytest

from simulator import compare, load_scenario, run, synthesize
from simulator.engine.run import play
from simulator.errors import ScenarioError
from tests.laws_of_the_model.playing import (
    ALL_CAME_ANYWAY,
    NOBODY_COMES,
    arrays,
    by_clause,
    cash,
    cube,
    fingerprint,
    played,
    scenario,
)

SMALL = {"draws": 60, "assumptions.incumbents.number": 80, "horizon": 2016}


class Backwards(Executor):
    """Does nothing until it is asked for the results, then everything, the last task first."""

    def __init__(self) -> None:
        self.tasks: list[tuple] = []

    def submit(self, fn, /, *args, **kwargs) -> Future:
        future: Future = Future()
        self.tasks.append((future, fn, args, kwargs))
        if len(self.tasks) == self.awaited:
            for waiting, function, given, named in reversed(self.tasks):
                waiting.set_result(function(*given, **named))
        return future

    awaited = 0


@pytest.fixture(scope="module")
def small():
    return scenario(SMALL)


@pytest.fixture(scope="module")
def people():
    """An invented register of 120, to be read as known in 2012."""
    return synthesize(enterprises=120, seed=5)


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_threads_and_blocks_change_no_byte(small, people, workers):
    """Blocks of 1, 7, 64 and all draws, on 1, 2 and 8 threads; with and without a register."""
    for population in (None, people):
        reference = fingerprint(play(small, population, workers=1, block=small.draws))
        for block in (1, 7, 64, None):
            assert fingerprint(play(small, population, workers=workers, block=block)) == reference


def test_the_order_of_finishing_changes_no_byte(small):
    backwards = Backwards()
    backwards.awaited = -(-small.draws // 7)
    assert fingerprint(play(small, executor=backwards, block=7)) == fingerprint(play(small, workers=1))
    assert len(backwards.tasks) == backwards.awaited > 5


@pytest.mark.parametrize(
    "settings",
    [{}, {"correlations.startups.a_year~o2o_share": 0.6, "correlations.market.growth~startups.a_year": 0.4}],
    ids=["independent", "correlated"],
)
def test_a_longer_run_begins_with_the_shorter_one(settings):
    """The first 100 of 300 draws are a run of 100, parameters included; so are the first 1 and 37."""
    longer = played(settings, draws=300)
    for draws in (100, 37, 1):
        assert fingerprint(played(settings, draws=draws)) == fingerprint(longer, draws)
    assert fingerprint(longer, 100) != fingerprint(longer, 99)


def test_draws_differ_from_one_another():
    """No two draws are alike: neither the parameters nor what befell the enterprises."""
    result = played(SMALL)
    assert len(np.unique(result.parameters["startups_a_year"])) == SMALL["draws"]
    assert len(np.unique(cash(result).sum(axis=1))) == SMALL["draws"]


def test_seed_0_is_a_seed_like_any_other():
    """0 plays, plays the same twice, and is neither the default seed nor its neighbours."""
    prints = {seed: fingerprint(played(SMALL, seed=seed)) for seed in (0, 1, 2013, 2014, 2**32, 2**64 - 1)}
    assert fingerprint(played(SMALL, seed=0)) == prints[0]
    assert len(set(prints.values())) == len(prints)
    assert cash(played(SMALL, seed=0)).sum() > 0


def test_other_random_numbers_has_the_same_parameters():
    """`replicate=1`: every parameter of every draw as before, everything that befalls the enterprises anew and unrelated."""
    chosen = scenario(SMALL, draws=300, uncertainty="none")
    one, other, again = play(chosen), play(chosen, replicate=1), play(chosen, replicate=1, workers=1, block=7)
    assert np.array_equal(one.parameters, other.parameters)
    assert fingerprint(other) == fingerprint(again)
    costs = [cash(result).sum(axis=1) for result in (one, other, play(chosen, replicate=255))]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert not np.intersect1d(costs[a], costs[b]).size
        assert abs(np.corrcoef(costs[a], costs[b])[0, 1]) * np.sqrt(300) < 4
    drawn = scenario(SMALL, draws=300)
    common = np.corrcoef(*(cash(play(drawn, replicate=chance)).sum(axis=1) for chance in (0, 1)))[0, 1]
    assert common * np.sqrt(300) > 4, "the same parameters show in both"


def test_seeds_are_unrelated():
    """Costs of the same draws under neighbouring seeds are not correlated (|r| √n < 4)."""
    one, other = (cash(played(SMALL, seed=seed, draws=300)).sum(axis=1) for seed in (12345, 12346))
    assert abs(np.corrcoef(one, other)[0, 1]) * np.sqrt(300) < 4
    assert not np.intersect1d(one, other).size


def test_equal_scenarios_differ_by_exactly_nothing():
    """However the equal scenario came about, and whatever has no effect: draw by draw, to the fen."""
    one, again = scenario(SMALL), scenario(SMALL)
    roundabout = one.set({"assumptions.o2o_share": 0.9, "law.tax_rebate.high_rate": 0.1}).set(
        {"assumptions.o2o_share": {"low": 0.10, "mode": 0.25, "high": 0.50}, "law.tax_rebate.high_rate": 0.5}
    )
    no_effect = one.set({"appropriation.2013": "1元", "assumptions.per_pupil_cost": 1})
    differences = compare(one, again, roundabout, no_effect).differences
    assert (differences["mean"] == 0).all() and (differences["share_higher"] == 0).all()
    assert (differences["standard_error"] == 0).all()
    reform = compare(one, one.set({"law.tax_rebate.high_rate": 0.4})).differences
    assert (reform["mean"] != 0).any()


def test_common_numbers_makes_differences_precise():
    """A reform's difference has a far smaller error than on separate chance: the draws are paired."""
    base = scenario(SMALL, draws=200)
    reform = base.set({"law.tax_rebate.high_rate": 0.4})
    one, two, apart = run(base), run(reform), run(reform.set({"seed": 99}))
    paired = (two.paid_totals() - one.paid_totals()).var()
    separate = (apart.paid_totals() - one.paid_totals()).var()
    assert paired * 20 < separate
    with pytest.raises(ScenarioError, match="seed"):
        compare(one, apart)


# --------------------------------------------------------------------------------------------------- a register


def there_in_2012(people) -> np.ndarray:
    """Rows of old enterprises with a row of the base year."""
    here = people.annual["present"][:, 2012 - people.first_year] != 0
    return np.flatnonzero(here & (people.enterprises["settled_on"] < 20130000) & (people.enterprises["online_retailer"] != 0))


def sums_of_register(people, *settings, **plain):
    """Sums of a register in which space and newcomers are as in any other: all arrays but what no enterprise makes."""
    result = played(SMALL, *settings, population=people, **plain)
    return {"by_clause": result.by_clause, "by_year": result.by_year}


def test_the_order_of_rows_changes_nothing(people):
    """Newcomers, who find what office space the register leaves them, included."""
    assert (people.enterprises["settled_on"] > 20130000).any(), "somebody has to use up office space"
    shuffled = people.subset(np.random.default_rng(3).permutation(len(people)))
    for settings in ({}, {"population.known_until": 2013, "assumptions.office.stock": 3000}):
        one, other = played(SMALL, settings, population=people), played(SMALL, settings, population=shuffled)
        assert fingerprint(one) == fingerprint(other)
    assert list(shuffled.ids) != list(people.ids)


def test_cost_of_a_union_is_the_sum_of_the_costs(people):
    """cost(A ∪ B) = cost(A) + cost(B), for every sum of every draw, nobody else coming."""
    first, known = np.arange(len(people)) % 3 == 0, {"population.known_until": 2013}
    whole = sums_of_register(people, NOBODY_COMES, known)
    a = sums_of_register(people.subset(first), NOBODY_COMES, known)
    b = sums_of_register(people.subset(~first), NOBODY_COMES, known)
    for name, array in whole.items():
        assert np.array_equal(array, a[name] + b[name])
        assert a[name].any() and b[name].any()


def test_an_enterprise_more_changes_no_other(people):
    """Newcomers arrive and do as before; the sums rise by what the one enterprise makes alone."""
    awarded = 0
    for one in there_in_2012(people)[:3]:
        others = np.arange(len(people)) != one
        alone = sums_of_register(people.subset(~others), NOBODY_COMES)
        with_it, without_it = sums_of_register(people), sums_of_register(people.subset(others))
        for name in alone:
            assert np.array_equal(with_it[name] - without_it[name], alone[name])
        assert alone["by_year"].any()
        awarded += alone["by_clause"].sum()
    assert awarded > 0


def test_only_newcomers_touch_the_office_stock(people):
    """Without newcomers no space is short, whatever the stock; with them less of it means less rent support."""
    known = {"population.known_until": 2013}
    for settings, same in ((NOBODY_COMES, True), (ALL_CAME_ANYWAY, False)):
        none, plenty = (played(SMALL, known, settings, {"assumptions.office.stock": stock}, population=people) for stock in (0, 1e7))
        assert np.array_equal(cube(none), cube(plenty)) == same
        assert (by_clause(none, "office_rent") <= by_clause(plenty, "office_rent")).all()


def test_a_name_is_all_that_makes_chance(people):
    """Another id is other chance for that enterprise, and for nobody else."""
    ids, one = people.ids.copy(), there_in_2012(people)[0]
    ids[one] = "SOMEBODY ELSE"
    renamed = replace(people, ids=ids)
    others = np.arange(len(people)) != one
    before, after = (sums_of_register(p, NOBODY_COMES) for p in (people, renamed))
    rest = sums_of_register(people.subset(others), NOBODY_COMES)
    alone = sums_of_register(renamed.subset(~others), NOBODY_COMES)
    assert not np.array_equal(before["by_year"], after["by_year"])
    assert np.array_equal(after["by_year"] - rest["by_year"], alone["by_year"])


# ------------------------------------------------------------------------------------------- what is not drawn


def test_without_uncertainty_chance_remains():
    """`uncertainty=none`: every assumption at its mode in every draw; arrivals, growth and take-up still vary."""
    chosen = scenario(SMALL, uncertainty="none")
    result = play(chosen)
    for path, uncertain in chosen.parameters().items():
        assert (result.parameters[path.replace(".", "_")] == uncertain.most_likely).all()
    assert len(np.unique(cash(result).sum(axis=1))) == SMALL["draws"]
    drawn = played(SMALL, draws=300)
    certain = played(SMALL, draws=300, uncertainty="none")
    assert cash(certain).sum(axis=1).std() < cash(drawn).sum(axis=1).std()


def test_loading_and_changing_leaves_the_scenario_alone():
    """Scenarios are frozen: playing or changing one changes no later run of it."""
    chosen = load_scenario("baseline", SMALL)
    before = fingerprint(play(chosen))
    chosen.set({"assumptions.startups.a_year": 500, "law.certification_award.award": 1})
    assert fingerprint(play(chosen)) == before
    assert {a.dtype for a in arrays(play(chosen)).values()} >= {np.dtype(np.int64)}
