"""`behaviour=as_the_law_says` equals `assess` to the fen, in every draw, for the enterprise-years a register has.

Two ways through the same law: the assessment of a register, and the Monte Carlo with all guesses switched off. Registers
are the oracle's: crowded with edge values, gaps, blanks, existing support and really paid amounts.
"""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import pytest

from simulator import assess, read_population, resources, synthesize
from simulator.budget.statistics import describe
from simulator.engine.run import play
from simulator.errors import ScenarioError
from tests.law.against_oracle import population_of
from tests.laws_of_the_model.playing import by_clause, cash, cube, register, scenario
from tests.of_2013 import CASH, SLUGS
from tests.oracle.random_registers import random_readings, random_register

LAWFUL = {"behaviour": "as_the_law_says", "draws": 3}
ENTERPRISES = 400


def as_played(population, settings=()):
    """(assessment, draws) of the same register under the same law, over the years the register has."""
    chosen = scenario(LAWFUL, *settings)
    chosen = chosen.set({"horizon": max(population.last_year, chosen.law.start.year)})
    return assess(population, chosen), play(chosen, population)


def agree(assessment, draws) -> None:
    """Every sum of every draw: recipients, awards, displaced support by clause and year; clawback by year."""
    assert list(assessment.years) == draws.years
    wanted = {
        "recipients": (assessment.awards > 0).sum(axis=0),
        "awarded": assessment.awards.sum(axis=0),
        "displaced": assessment.displaced.sum(axis=0),
    }
    for measure, sums in wanted.items():
        for draw, played in enumerate(cube(draws, measure)):
            places = [
                (draws.years[j], SLUGS[k], int(sums[j, k]), int(played[j, k])) for j, k in zip(*np.nonzero(sums != played), strict=True)
            ]
            assert not places, f"{measure}, draw {draw}: year, clause, assessed, played: {places[:5]}"
    assert (draws.of_year("clawback_due") == assessment.clawback.sum(axis=0)).all()
    assert (draws.of_year("recipients") == (assessment.awards > 0).any(axis=2).sum(axis=0)).all()


def some_readings(seed: int) -> list[dict[str, str]]:
    """None at even seeds, another random reading of every switch at odd ones."""
    if seed % 2 == 0:
        return []
    return [{f"interpretation.{name}": chosen for name, chosen in random_readings(random.Random(seed)).items()}]


@pytest.mark.parametrize("with_paid", [False, True], ids=["assessed", "partly paid"])
@pytest.mark.parametrize("seed", range(5))
def test_on_random_registers(seed, with_paid, tmp_path):
    """Under the default and under random readings, with existing support, with and without a table of payments."""
    population = population_of(random_register(ENTERPRISES, seed, with_paid), tmp_path)
    assert population.support.any() and bool(population.last_paid_year) == with_paid
    assessment, draws = as_played(population, some_readings(seed))
    agree(assessment, draws)
    # the register asks something of (nearly) every clause and of settlement
    assert (assessment.awards.sum(axis=(0, 1)) > 0).sum() >= len(SLUGS) - 1
    assert assessment.displaced.any() and assessment.clawback.any()


@pytest.mark.parametrize(
    ("start", "end"), [(date(2012, 2, 29), None), (date(2013, 7, 1), date(2016, 6, 30)), (date(2014, 1, 1), date(2014, 12, 31))]
)
def test_under_other_dates_of_the_policy(start, end, tmp_path):
    settings = {"policy.start": start, "policy.end": end}
    agree(*as_played(population_of(random_register(ENTERPRISES, 7), tmp_path), [settings]))


def test_payments_before_the_first_award_year_are_remembered(tmp_path):
    """A register that was really paid in 2013, under a policy that is played from 2014: "once" looks back on that."""
    population = population_of(random_register(ENTERPRISES, 7, with_paid=True), tmp_path)
    settings = {"policy.start": date(2014, 1, 1), "policy.end": date(2015, 12, 31)}
    agree(*as_played(population, [settings]))


def test_on_the_sample_and_on_an_invented_register():
    for population in (read_population(resources.folder("data") / "sample"), synthesize(enterprises=300, seed=1)):
        assessment, draws = as_played(population)
        agree(assessment, draws)
        assert cash(draws).sum() > 0


def test_each_enterprise_by_itself(tmp_path):
    """One at a time, so that errors cannot cancel: the enterprises of a random register."""
    population = population_of(random_register(60, 11), tmp_path)
    chosen = scenario(LAWFUL, draws=1, horizon=population.last_year)
    whole = assess(population, chosen)
    for i in range(len(population)):
        draws = play(chosen, population.subset([i]), workers=1)
        assert np.array_equal(cube(draws)[0], whole.awards[i])
        assert np.array_equal(draws.of_year("clawback_due")[0], whole.clawback[i])


def test_nothing_is_left_to_chance_and_nothing_lags(tmp_path):
    """No draw differs but in who would have come anyway; cash falls in the year of the award; errors are exactly 0."""
    population = population_of(random_register(ENTERPRISES, 3), tmp_path)
    _, draws = as_played(population)
    assert (draws.by_clause == draws.by_clause[0]).all()
    for name in ("recipients", "retained_tax_with", "online_sales", "enterprises", "clawback_due", "traditional_online"):
        assert (draws.of_year(name) == draws.of_year(name)[0]).all()
    assert np.array_equal(draws.paid[:, :-1, np.array(CASH)], cube(draws)[:, :, np.array(CASH)])
    assert not draws.paid[:, -1].any()
    for year in (cash(draws) / 100).T:
        assert describe(np.repeat(year, 400))["standard_error"] == 0.0


def test_the_comparison_can_fail(tmp_path):
    """A fact changed for one enterprise, or behaviour back to normal, is noticed."""
    population = population_of(random_register(ENTERPRISES, 4), tmp_path)
    assessment, _ = as_played(population)
    other = population.subset(slice(None))
    certified = np.flatnonzero(assessment.awards[:, :, SLUGS.index("certification_award")].any(axis=1))[0]
    other.enterprises["certified_on"][certified] = 0
    with pytest.raises(AssertionError, match="certification_award"):
        agree(assessment, as_played(other)[1])
    projected = play(scenario(draws=3, horizon=population.last_year, **{"population.known_until": population.last_year}), population)
    with pytest.raises(AssertionError):
        agree(assessment, projected)
    assert (by_clause(projected, "certification_award") <= assessment.awards[:, :, SLUGS.index("certification_award")].sum(axis=0)).all()


@pytest.mark.parametrize("behaviour", ["projected", "as_the_law_says"])
def test_a_register_without_the_base_year_is_refused(behaviour):
    """A policy that starts in 2014 needs the rows of 2013: without them nobody would be there, and cost next to nothing."""
    people = register(5, range(2011, 2013), online_retailer=1, sales=10**9, online_sales=10**9)
    later = {"policy.start": date(2014, 1, 1), "policy.end": date(2016, 12, 31), "behaviour": behaviour, "draws": 2}
    with pytest.raises(ScenarioError, match="2011 … 2012"):
        play(scenario(later), people)
    assert play(scenario(draws=2, behaviour=behaviour), people).of_year("enterprises")[:, 0].all()


def test_facts_after_the_known_years_are_not_used(tmp_path):
    """A planner of 2013 sees nothing of 2014: the register cut off after 2013 gives the same bytes."""
    population = population_of(random_register(ENTERPRISES, 5), tmp_path)
    keep = population.annual.shape[1] - (population.last_year - 2013)
    enterprises = population.enterprises.copy()
    for name in ("settled_on", "spun_off_on"):
        known = enterprises[name] // 10_000 <= 2013
        population, enterprises = population.subset(known), enterprises[known]
    for name in ("certified_on", "violated_on", "lease_started_on", "building_opened_on"):
        enterprises[name][enterprises[name] // 10_000 > 2013] = 0
    cut = type(population)(
        population.ids,
        enterprises,
        population.annual[:, :keep],
        population.first_year,
        support=population.support[:, :keep],
        support_district=population.support_district[:, :keep],
        details=population.details,
    )
    settings = {"draws": 3, "population.known_until": 2013, "assumptions.office.stock": 10_000}
    full, seen = play(scenario(settings), population), play(scenario(settings), cut)
    assert np.array_equal(full.by_clause, seen.by_clause) and np.array_equal(full.by_year, seen.by_year)
