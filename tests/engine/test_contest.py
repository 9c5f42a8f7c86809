"""Only the first so many, and sums that are shared out, in a simulation: what assessing a register gives, and the rule in every draw."""

import numpy as np
import pytest

from simulator.engine.assess import assess
from simulator.engine.claims import claims_of
from simulator.engine.replay import Session
from simulator.engine.run import outer_layer, play
from simulator.engine.synthesize import synthesize
from simulator.engine.totals import AWARDED, ENTITLED, RECIPIENTS
from simulator.errors import ScenarioError
from simulator.law.shipped import law_at, policy_path
from simulator.population.readers import read_population
from simulator.projection.assumptions import pull_levers
from simulator.scenario import under_policy
from tests.policies.test_outside import FIRST_BEHIND_A_CAP

LAWFUL = {"behaviour": "as_the_law_says", "uncertainty": "none", "draws": 2}
CASES = [
    ("liulin_2024", {}),
    ("liulin_2024", {"law.numbers.pot": 30_000}),
    ("jinzhai_2016", {}),
    ("jinzhai_2016", {"law.numbers.pot": 90_000}),
]


def test_the_policies_of_the_cases_are_weighed():
    assert {name for name, _ in CASES} == {
        name for name in ("liulin_2024", "jinzhai_2016", "wuxiang", "longhua_2025") if law_at(policy_path(name)).policy.contested
    }


@pytest.mark.parametrize(("name", "changes"), CASES)
def test_a_register_played_as_the_law_says_is_assessed_to_the_fen(name, changes):
    law = law_at(policy_path(name))
    population = read_population(policy_path(name).with_name("register"), policy=law.policy)
    scenario = under_policy(name).set({**LAWFUL, **changes, "population.known_until": population.last_year})
    result = assess(population, scenario)
    draws = play(scenario, population)
    years = [scenario.years.index(year) for year in result.years if year in scenario.years]
    expected = result.awards[:, [j for j, year in enumerate(result.years) if year in scenario.years]].sum(axis=0)
    assert expected.sum() > 0
    for d in range(len(draws.parameters)):
        assert draws.by_clause[d, years, :, AWARDED].tolist() == expected.tolist()


@pytest.mark.parametrize("vacant", ["passes_on", "stays"])
def test_a_place_left_vacant_is_so_in_every_draw(vacant, tmp_path):
    """Many are among the first five and cut to nothing by a cap: what a register is assessed to, play gives too."""
    text = FIRST_BEHIND_A_CAP.replace("1户", "5户").replace("by: online_sales", f"by: online_sales, vacant: {vacant}")
    path = tmp_path / "tried.yaml"
    path.write_text(text.replace("kind: one_off", "kind: recurrent").replace("if: ecommerce", "if: online_sales >= 100万元"), "utf-8")
    scenario = under_policy(path)
    population = synthesize(scenario, 300)
    scenario = scenario.set({**LAWFUL, "population.known_until": population.last_year})
    result, draws, k = assess(population, scenario), play(scenario, population), 1
    years = [scenario.years.index(year) for year in result.years]
    assert draws.by_clause[0, years, :, AWARDED].tolist() == result.awards.sum(axis=0).tolist()
    paid = (result.awards[:, :, k] > 0).sum(axis=0)
    assert (paid == (5 if vacant == "passes_on" else 0)).all()


@pytest.fixture(scope="module")
def tight():
    """Many who ask for few places and a small sum."""
    return under_policy("liulin_2024").set({"draws": 12, "law.numbers.pot": 15_001.57})


def test_no_draw_gives_more_than_there_is_and_the_first_get_it(tight):
    draws, policy = play(tight), tight.law.policy
    k = policy.index("first_sales")
    assert draws.by_clause[:, 0, k, ENTITLED].min() > draws.by_clause[:, 0, k, AWARDED].max()
    assert (draws.by_clause[..., k, RECIPIENTS] <= 10).all() and (draws.by_clause[:, 0, k, RECIPIENTS] == 10).all()
    paid = draws.by_clause[..., AWARDED].sum(axis=2)
    assert paid.max() <= 1_500_157 and paid[:, 0].min() > 1_500_157 - 10  # a fen at most lost for each


def test_claims_blocks_and_another_play_say_the_same(tight):
    draws = play(tight)
    parameters = pull_levers(outer_layer(tight, 0, tight.draws))
    claims = claims_of(tight, None)(0, parameters)
    awarded = np.zeros_like(draws.by_clause[..., AWARDED])
    np.add.at(awarded, (claims["draw"], claims["year"] - 1, claims["clause"]), claims["amount"])
    assert (awarded == draws.by_clause[..., AWARDED]).all()
    assert (play(tight, block=5, workers=2).by_clause == draws.by_clause).all()
    session = Session(tight)
    assert (session.play().by_clause == draws.by_clause).all()
    other, k = tight.set({"law.first_sales.places": 3}), tight.law.policy.index("first_sales")
    assert (session.play(other).by_clause == play(other).by_clause).all()
    assert (session.play(other).by_clause[:, 0, k, RECIPIENTS] == 3).all()


def test_who_is_left_out_may_come_in_a_later_year():
    """Ten places a year: whoever was not among them asks again, where his sales still break the mark."""
    scenario = under_policy("liulin_2024").set({"draws": 6})
    draws, k = play(scenario), scenario.law.policy.index("first_sales")
    assert (draws.by_clause[:, 1, k, RECIPIENTS] > 0).any()


def test_a_register_in_parts_is_refused(tmp_path):
    from simulator.population.parts import Parts

    parts = object.__new__(Parts)
    object.__setattr__(parts, "counts", [1, 1])
    with pytest.raises(ScenarioError, match="in parts"):
        play(under_policy("liulin_2024").set({"draws": 2}), parts)
