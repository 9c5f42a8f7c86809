"""Whose cost it is: exact and sampled values agree, every column adds up to the run's cost, and interactions are what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.budget import attribution
from simulator.budget.attribution import INTERACTION, TOTAL, VALUES, attribute, cost, players_of
from simulator.engine.run import play
from simulator.scenario import load_scenario, under_policy
from tests.laws_of_the_model.playing import ALL_CAME_ANYWAY, EVERYBODY_APPLIES, NOBODY_BREAKS_A_RULE, assume, scenario
from tests.of_2013 import SLUGS

FOUR = ("headquarters_award", "opening_award", "office_rent", "tax_rebate")
ONLY_FOUR = {f"law.{slug}.offered": slug in FOUR for slug in SLUGS}
# nobody comes for the support or leaves when it ends; the opening awards are all that clauses have to do with each other
APART = {**ALL_CAME_ANYWAY, **EVERYBODY_APPLIES, **NOBODY_BREAKS_A_RULE, **assume(exit__after_support=0)}
NOTICED = {
    "interpretation.opening_awards": "higher_of",
    "assumptions.butfor.anchors": 0.6,
    "assumptions.o2o_share": 0.5,
    "assumptions.regional.a_year": 4,
    "assumptions.startups.a_year": 20,
    "assumptions.incumbents.number": 10,
}


@pytest.fixture(scope="module")
def four():
    settings = scenario(ONLY_FOUR, NOTICED, draws=60)
    draws = play(settings)
    return settings, draws, attribute(draws, settings)


def column_sums(found):
    table = found.clauses.set_index("clause")
    return {name: round((table[name].drop(TOTAL).sum() - table[name][TOTAL]) * 100) for name in VALUES}


def test_every_column_adds_up_to_the_run_to_the_fen(four):
    _settings, draws, found = four
    assert list(found.clauses["clause"]) == [*FOUR, INTERACTION, TOTAL]
    assert found.orders == 0 and found.sets == 16
    assert column_sums(found) == dict.fromkeys(VALUES, 0)
    table = found.clauses.set_index("clause")
    assert table["shapley"][TOTAL] == pytest.approx(cost(draws).mean() / 100, abs=0.005)
    assert table["shapley"][INTERACTION] == 0
    assert table["booked"][INTERACTION] == pytest.approx(-draws.recovered.sum(axis=1).mean() / 100, abs=0.011)
    for slug in FOUR:
        paid = draws.paid[:, :, SLUGS.index(slug)].sum(axis=1) / 100
        assert table["booked"][slug] == pytest.approx(paid.mean(), abs=0.011)
        assert table["booked_error"][slug] == pytest.approx(paid.std(ddof=1) / np.sqrt(60))


def test_values_are_those_of_runs_by_hand(four):
    settings, draws, found = four
    table = found.clauses.set_index("clause")
    for slug in ("headquarters_award", "office_rent"):
        alone = cost(play(settings.set({f"law.{other}.offered": False for other in FOUR if other != slug})))
        without = cost(play(settings.set({f"law.{slug}.offered": False})))
        assert table["alone"][slug] == pytest.approx(alone.mean() / 100, abs=0.02)
        assert table["last_in"][slug] == pytest.approx((cost(draws) - without).mean() / 100, abs=0.02)
        assert table["alone_error"][slug] == pytest.approx(alone.std(ddof=1) / 100 / np.sqrt(60), rel=1e-6)


def test_sampling_agrees_with_all_sets_within_its_error(four, monkeypatch):
    settings, draws, found = four
    monkeypatch.setattr(attribution, "FEW", 0)
    sampled = attribute(draws, settings, pairs=6)
    assert sampled.orders == 12 and column_sums(sampled) == dict.fromkeys(VALUES, 0)
    exact, error = found.clauses["shapley"], sampled.clauses["shapley_error"]
    assert (np.abs(sampled.clauses["shapley"] - exact) <= 4 * error + 0.02).all()
    assert sampled.clauses["alone"].equals(found.clauses["alone"])


def test_few_draws_are_carried_over_and_still_add_up(four):
    settings, draws, found = four
    less = attribute(draws, settings, few=15)
    assert less.draws == 15 and column_sums(less) == dict.fromkeys(VALUES, 0)
    both = less.clauses.merge(found.clauses, on="clause")
    gap = np.abs(both["shapley_x"] - both["shapley_y"])
    assert (gap <= 4 * np.hypot(both["shapley_error_x"], both["shapley_error_y"]) + 0.02).all()


def test_without_anything_in_common_each_clause_costs_what_is_booked():
    settings = scenario(ONLY_FOUR, APART, draws=20)
    table = attribute(play(settings), settings).clauses.set_index("clause")
    for name in ("alone", "last_in", "shapley"):
        assert table[name].to_numpy() == pytest.approx(table["booked"].to_numpy(), abs=0.03), name
    assert table["booked"]["office_rent"] > 0


def test_the_higher_of_two_opening_awards_is_the_whole_interaction():
    """Nothing else ties the clauses: together less alone is what a run under "both are paid" pays more, turned round."""
    settings = scenario(ONLY_FOUR, APART, NOTICED, assume(butfor__anchors=0), draws=40)
    settings = settings.set({"law.headquarters_award.regional_capital": 1_000_000})
    draws = play(settings)
    found = attribute(draws, settings)
    causes = found.causes.set_index("cause")
    lost = cost(draws) - cost(play(settings.set({"interpretation.opening_awards": "cumulative"})))
    assert lost.sum() < 0
    assert causes["mean"]["exclusive"] == pytest.approx(lost.mean() / 100, abs=0.01)
    assert causes["mean"]["arrivals"] == 0 == causes["mean"]["other"]
    assert found.clauses.set_index("clause")["alone"][INTERACTION] == pytest.approx(lost.mean() / 100, abs=0.01)


def test_who_comes_for_one_clause_costs_under_the_others(four):
    causes = four[2].causes.set_index("cause")
    assert list(causes.index) == ["arrivals", "exclusive", "other"]
    assert causes["mean"].sum() == pytest.approx(four[2].clauses.set_index("clause")["alone"][INTERACTION], abs=0.02)
    assert causes["mean"]["arrivals"] > 0  # some come for the rent and ask for the opening award too


def test_players_are_the_cash_clauses_offered():
    assert players_of(scenario()) == SLUGS[:10]
    assert players_of(scenario(ONLY_FOUR)) == FOUR


def test_progress_ends_where_it_says():
    settings, done = scenario(ONLY_FOUR, draws=5), []
    attribute(play(settings), settings, progress=lambda n, total: done.append((n, total)))
    assert sum(n for n, _ in done) == done[-1][1]


def test_another_policy_has_no_causes_of_this_one():
    """What makes the whole another thing than its parts follows from the policy's own links."""
    assert attribution.causes_of(load_scenario("baseline"))["exclusive"] == {"interpretation.opening_awards": "cumulative"}
    for name in ("longhua_2025", Path(__file__).parents[1] / "policies" / "donghu.yaml"):
        assert set(attribution.causes_of(under_policy(name))) == {"arrivals"}
