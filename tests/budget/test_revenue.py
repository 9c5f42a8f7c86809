"""What the policy brings: identities in every draw, the policy switched off, and the levers of the projection."""

import numpy as np
import pytest

import simulator
from simulator import load_scenario
from simulator.budget.layout import total_cash
from simulator.budget.revenue import flows
from simulator.budget.statistics import pooled, ratio
from simulator.budget.summary import by_clause
from simulator.budget.targets import measures
from simulator.engine.generosity import generosity_of
from simulator.engine.run import play
from simulator.engine.totals import AWARDED
from simulator.errors import ScenarioError
from simulator.population.register import details_of
from tests.of_2013 import CASH

DRAWS = 120


def played(changes=None, population=None):
    scenario = load_scenario("baseline", {"draws": DRAWS, **(changes or {})})
    return scenario, play(scenario, population)


@pytest.fixture(scope="module")
def baseline():
    return played()


def test_net_impact_is_the_sum_of_its_parts_in_every_draw(baseline):
    scenario, draws = baseline
    f = flows(draws, scenario)
    parts = (
        f["induced_tax"]
        - f["crowded_out"]
        + draws.recovered / 100
        + f["support_saved"]
        - total_cash(draws)
        - f["administration"]
        - f["measures_cost"]
    )
    assert np.abs(f["net_impact"] - parts).max() == 0
    assert f["administration"].min() >= 0 and (f["administration"] > 0).any()


def test_governments_add_up_to_all_taxes_in_every_draw(baseline):
    scenario, draws = baseline
    f = flows(draws, scenario)
    governments = f["induced_district"] + f["induced_zone_and_towns"] + f["induced_municipality"] + f["induced_centre"]
    every = (draws.of_year("taxes_with") - draws.of_year("taxes_without")) / 100
    assert np.allclose(governments[:, :-1], every, atol=0.02)
    assert (f["induced_centre"].sum(axis=1) >= -0.01).all()


def test_clauses_add_up_and_the_industry_is_its_two_parts(baseline):
    _, draws = baseline
    paid = by_clause(draws)["paid"][:, :, np.array(CASH)].sum(axis=2)
    assert np.allclose(paid, total_cash(draws), rtol=1e-12)
    quantities = measures(draws)
    assert np.array_equal(quantities["industry"], quantities["online_sales"] + quantities["services"])
    assert (np.diff(quantities["traditional_online"], axis=1) >= 0).all()


def test_the_reassignment_of_2016_is_not_the_policys(baseline):
    scenario, draws = baseline
    f = flows(draws, scenario)
    assert np.abs(f["reassigned_tax"][:, :3]).max() < 1  # nothing before 2016 but rounding
    assert (f["reassigned_tax"][:, 3:5].mean(axis=0) > 1e5).all()
    assert f["induced_as_booked"][:, 4].mean() > 1.1 * f["induced_tax"][:, 4].mean() > 0
    assert np.allclose(f["induced_as_booked"][:, :3], f["induced_tax"][:, :3], atol=1)
    # booked at the new shares the net impact would be better by the difference, and is not
    benefit = f["net_impact"] + total_cash(draws) + f["administration"] - draws.recovered / 100 - f["support_saved"]
    assert np.allclose(benefit, f["induced_tax"] - f["crowded_out"], atol=0.01)


def test_without_the_policy_nothing_is_induced_and_nothing_paid():
    scenario, draws = played({"policy.in_force": False})
    f = flows(draws, scenario)
    for name in ("induced_tax", "induced_sales", "induced_enterprises", "induced_centre", "net_impact"):
        assert np.abs(f[name]).max() == 0, name
    assert draws.by_clause.sum() == 0 and draws.paid.sum() == 0
    assert draws.of_year("retained_tax_with").sum() > 0


def test_the_counterfactual_is_the_world_without_the_policy(baseline):
    """What the run calls "without" is what a run of the policy not in force plays, with the same random numbers."""
    _, draws = baseline
    _, without = played({"policy.in_force": False})
    assert np.array_equal(draws.of_year("retained_tax_without"), without.of_year("retained_tax_with"))
    assert np.array_equal(draws.of_year("online_sales_without"), without.of_year("online_sales"))


def test_doubling_arrivals_doubles_expected_newcomers():
    fixed = {
        "uncertainty": "none",
        "draws": 2000,
        "horizon": 2013,
        "assumptions.incumbents.number": 0,
        "assumptions.platforms.number": 0,
        "assumptions.split_offs.a_year": 0,
        "assumptions.traditional.a_year": 0,
        "assumptions.regional.a_year": 0,
        "assumptions.national.a_year": 0,
    }
    _, once = played({**fixed, "assumptions.startups.a_year": 10})
    _, twice = played({**fixed, "assumptions.startups.a_year": 20})
    one, two = once.of_year("enterprises")[:, 0], twice.of_year("enterprises")[:, 0]
    assert (two >= one).all()  # a higher rate only adds
    error = np.sqrt((4 * one.var() + two.var()) / len(one))
    assert abs(two.mean() - 2 * one.mean()) < 4 * error
    assert abs(one.mean() - 10) < 4 * np.sqrt(10 / len(one))


def test_rebates_stop_when_suspended():
    rebate = 3
    unmoved = {"assumptions.butfor.elasticity": 0}  # nobody stays away because the law is less generous
    _, draws = played(unmoved)
    _, stopped = played({**unmoved, "rebate_suspended_from": 2015})
    assert draws.by_clause[:, 2:, rebate].sum() > 0 == stopped.by_clause[:, 2:, rebate].sum()
    assert np.array_equal(stopped.by_clause[:, :2, rebate], draws.by_clause[:, :2, rebate])


def test_re_registration_costs_and_brings_no_tax():
    fixed = {
        f"assumptions.{kind}.a_year": 0
        for kind in ("startups", "regional", "national", "split_offs", "traditional", "joiners", "buildings")
    }
    # no leaving, so that nobody's tax depends on support
    fixed["assumptions.exit.after_support"] = 0
    _, honest = played(fixed)
    _, again = played({**fixed, "assumptions.reregistration.share": 0.3})
    assert (again.by_clause[:, :, 2, AWARDED].sum(axis=1) >= honest.by_clause[:, :, 2, AWARDED].sum(axis=1)).all()
    assert again.by_clause[:, :, 2, AWARDED].sum() > honest.by_clause[:, :, 2, AWARDED].sum() == 0
    assert np.array_equal(again.of_year("retained_tax_with"), honest.of_year("retained_tax_with"))


def test_bunching_lifts_contributions_to_the_edge():
    _, plain = played()
    _, lifted = played({"assumptions.bunching.contribution": 0.2})
    assert lifted.by_clause[:, :, 3, 0].sum() > plain.by_clause[:, :, 3, 0].sum()
    assert np.array_equal(lifted.of_year("retained_tax_without"), plain.of_year("retained_tax_without"))


def test_a_lever_that_is_used_asks_for_its_cost_and_acts():
    with pytest.raises(ScenarioError, match="without a cost"):
        load_scenario("baseline", {"assumptions.levers.start_ups.effect": 1.5})
    changes = {"assumptions.levers.start_ups.effect": 1.5, "assumptions.levers.start_ups.cost": 100_000}
    scenario, draws = played(changes)
    _, plain = played()
    assert (draws.of_year("enterprises") >= plain.of_year("enterprises")).all()
    assert draws.of_year("enterprises").sum() > plain.of_year("enterprises").sum()
    assert (flows(draws, scenario)["measures_cost"].sum(axis=1) == 300_000).all()


def test_generosity_follows_the_law():
    assert generosity_of(load_scenario("baseline")).tolist() == [1, 1, 1]
    twice = generosity_of(load_scenario("baseline", {"law.headquarters_award.regional_award": 2_000_000}))
    assert twice[0] == 1 and twice[1] > 1 and twice[2] == 1
    less = generosity_of(load_scenario("baseline", {"law.office_rent.rate": 0.5}))
    assert (less < 1).all()


def test_ratio_of_means_and_its_error():
    dice = np.random.default_rng(1)
    below = dice.gamma(4, 1, 100_000)
    above = 3 * below + dice.normal(0, 1, len(below))
    value, error = ratio(above, below)
    assert abs(value - 3) < 4 * error
    assert error == pytest.approx(1 / 4 / np.sqrt(len(below)), rel=0.02)
    assert ratio(above, np.zeros(3))[0] == np.inf


def test_the_mean_over_all_that_draws_hold_has_the_error_of_their_chance():
    """Each of 200 draws holds a Poisson number of things of mean 3 and variance 4: their mean has variance 4 ÷ number, found and
    covered as often as promised."""
    dice, repetitions, n = np.random.default_rng(2), 2000, 200
    numbers = dice.poisson(5, (repetitions, n)).astype(float)
    sums = 3 * numbers + dice.normal(0, 2, (repetitions, n)) * np.sqrt(numbers)
    found = np.array([pooled(s, k) for s, k in zip(sums, numbers, strict=True)])
    assert found[:, 1].mean() == pytest.approx(2 / np.sqrt(5 * n), rel=0.02)
    covered = (np.abs(found[:, 0] - 3) <= 1.96 * found[:, 1]).mean()
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / repetitions) + 0.005  # the spread is estimated, too
    assert np.isnan(pooled(np.zeros(4), np.zeros(4))).all() and np.isnan(pooled(np.array([6.0, 0]), np.array([2.0, 0]))[1])


def test_the_district_saves_only_what_it_would_have_paid():
    people = simulator.synthesize(enterprises=60)
    scenario = load_scenario("baseline", {"draws": 3, "behaviour": "as_the_law_says"})
    draws = play(scenario, people)
    displaced = draws.by_clause[:, :, np.array(CASH), 3].sum(axis=2)
    assert np.array_equal(draws.of_year("displaced_of_district"), displaced)  # the sample's payer is the district
    assert displaced.sum() > 0
    others = simulator.synthesize(enterprises=60)
    object.__setattr__(others, "support_district", np.zeros_like(others.support_district))
    assert play(scenario, others).of_year("displaced_of_district").sum() == 0


def test_a_group_of_traditional_enterprises_counts_once_and_a_twentieth_of_sales_is_enough():
    """Two of a group of three go online in 2013; one alone sells a twentieth of its 8 m online; one stays below."""
    people = simulator.synthesize(enterprises=5)
    enterprises, annual = people.enterprises.copy(), people.annual.copy()
    for name in ("settled_on", "spun_off_on", "violated_on"):
        enterprises[name] = 0
    annual["present"], annual["online_sales"] = 1, 0
    annual["sales"] = 8_000_000 * 100
    annual["online_sales"][:, 2] = [x * 100 for x in (1_000_000, 2_000_000, 0, 400_000, 399_999)]  # 2013, the third year
    details = details_of(5, **{**people.details, "group_id": ["G", "G", "G", "", ""]})
    for name, value in (("enterprises", enterprises), ("annual", annual), ("details", details)):
        object.__setattr__(people, name, value)
    scenario = load_scenario("baseline", {"draws": 2, "behaviour": "as_the_law_says", "horizon": 2013})
    assert play(scenario, people).of_year("traditional_online").tolist() == [[2], [2]]
