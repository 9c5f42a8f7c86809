"""Facts are settled before the law looks at them: whatever number of the law changes, nobody's facts do, save by bunching."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from simulator import synthesize
from simulator.engine.drawn import draw_population
from simulator.engine.edges import edges_of
from simulator.projection.bunching import BUNCHED, CAPITAL, EDGE, lifted
from tests.laws_of_the_model.playing import (
    ALL_CAME_ANYWAY,
    NOBODY_GAMES,
    assume,
    baseline,
    by_clause,
    cash,
    played,
    scenario,
)
from tests.of_2013 import POLICY

DRAWS = 3
# who comes and who stays may follow the support offered (the but-for part); here nobody does
UNMOVED = {**ALL_CAME_ANYWAY, **assume(exit__after_support=0), "draws": DRAWS}
NUMBERS = POLICY.number_paths
CAPITALS = ("headquarters_award.national_capital", "headquarters_award.regional_capital", "opening_award.registered_capital")


def other(path: str):
    """Another value of a number of the law: a third more, or for shares a half."""
    number = baseline().law.numbers[path]
    value = number.at(2013)
    if number.unit in ("share", "occupancy"):
        return value / 2
    return value * 4 // 3 + 1


@pytest.fixture(scope="module")
def people():
    return draw_population(scenario(UNMOVED, NOBODY_GAMES), draws=DRAWS)


@pytest.fixture(scope="module")
def bunching_people():
    return draw_population(scenario(UNMOVED), draws=DRAWS)


@pytest.mark.parametrize("path", NUMBERS)
def test_no_number_of_the_law_changes_a_fact(people, path):
    changed = draw_population(scenario(UNMOVED, NOBODY_GAMES, {f"law.{path}": other(path)}), draws=DRAWS)
    assert changed.enterprises.tobytes() == people.enterprises.tobytes()
    assert changed.annual.tobytes() == people.annual.tobytes()


@pytest.mark.parametrize("path", NUMBERS)
def test_bunching_is_the_only_door(bunching_people, path):
    """By default newcomers may raise their registered capital to an edge; nothing else follows a number of the law."""
    changed = draw_population(scenario(UNMOVED, {f"law.{path}": other(path)}), draws=DRAWS)
    assert changed.annual.tobytes() == bunching_people.annual.tobytes()
    capital = ("registered_capital", "paid_in_capital")
    moved = {
        name for name in changed.enterprises.dtype.names if not np.array_equal(changed.enterprises[name], bunching_people.enterprises[name])
    }
    assert moved == (set(capital) if path == "opening_award.registered_capital" else set())
    assert len(bunching_people.enterprises) > 300


@pytest.mark.parametrize("path", NUMBERS)
def test_an_invented_register_does_not_follow_the_law(path):
    one, another = (synthesize(baseline().set(changes), 120) for changes in ({}, {f"law.{path}": other(path)}))
    assert one == another


@pytest.mark.parametrize("path", CAPITALS)
def test_raising_a_threshold_of_capital_never_costs_more(path):
    """In every draw, at any height; with bunching by no more than those raised to the new edge pay in."""
    lively = {
        **UNMOVED,
        **assume(
            regional__a_year=4,
            national__a_year=2,
            startups__a_year=90,
            discretion__headquarters_award=1,
            take_up__size_elasticity=0,
            existing__share=0,
        ),
        "draws": 30,
    }
    steps = [
        played(lively, NOBODY_GAMES, {f"law.{path}": height})
        for height in (500_000, 2_000_000, 10_000_000, 20_000_000, 60_000_000, 300_000_000, 1_000_000_000)
    ]
    for lower, higher in itertools.pairwise(steps):
        slug = path.split(".")[0]
        assert (by_clause(higher, slug) <= by_clause(lower, slug)).all()
        assert (cash(higher) <= cash(lower)).all()
    assert cash(steps[-1]).sum() < cash(steps[0]).sum()


def test_bunching_costs_at_most_what_the_raised_pay_in():
    """Capital of 1.9 m and an edge of 2 m: a share b of O2O start-ups takes 3 % of 0.5 × 2 m each, the others nothing."""
    lone = {
        **UNMOVED,
        **NOBODY_GAMES,
        **assume(
            incumbents__number=0,
            regional__a_year=0,
            national__a_year=0,
            startups__a_year=300,
            o2o_share=1,
            service_share=0,
            breach__rate=0,
            existing__share=0,
            capital__registered_median=1_900_000,
            capital__registered_mean=1_900_000,
            capital__paid_in_before_2014_03=0.5,
            take_up__opening_award=1,
            take_up__size_elasticity=0,
        ),
        "uncertainty": "none",
        "draws": 200,
        "horizon": 2013,
    }
    for share in (0.0, 0.4, 1.0):
        taken = by_clause(played(lone, assume(bunching__capital=share, bunching__capital_reach=0.06)), "opening_award", "recipients")
        error = np.sqrt(300 * share / 200)
        assert abs(taken.mean() - 300 * share) <= 4 * error
    assert not by_clause(played(lone, assume(bunching__capital=1, bunching__capital_reach=0.04)), "opening_award").any()


def test_where_the_edges_lie():
    law = baseline().law
    edges = edges_of(POLICY, law.compile(range(2012, 2018)), 2012)
    assert edges.dtype == EDGE
    by_fact = {name: edges["edge"][1][edges["fact"][1] == place].tolist() for place, name in enumerate(BUNCHED)}
    assert by_fact == {"registered_capital": [200_000_000], "district_contribution": [5_000_000, 30_000_000]}
    assert not edges["edge"][0].any() and not edges["edge"][4].any(), "out of term nobody minds"
    withdrawn = law.set({"opening_award.offered": False})
    found = edges_of(POLICY, withdrawn.compile(range(2012, 2018)), 2012)
    assert not found["edge"][found["fact"] == CAPITAL].any()


@pytest.mark.parametrize(
    ("value", "reach", "expected"),
    [(100, 0.5, 200), (99, 0.5, 99), (199, 0.5, 200), (200, 0.5, 300), (149, 0.0, 149), (300, 1.0, 300), (0, 1.0, 200)],
)
def test_a_value_is_lifted_to_the_lowest_edge_above_it(value, reach, expected):
    edges = np.array([(CAPITAL, 0), (CAPITAL, 200), (CAPITAL, 300), (1, 150)], EDGE).view(np.recarray)
    assert lifted(value, edges, CAPITAL, reach) == expected
