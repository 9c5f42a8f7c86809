"""What is ruled out beforehand can never matter: the engine leaves nobody out who would be awarded something."""

import numpy as np
import pytest

from simulator import assess, load_scenario, synthesize
from simulator.engine.enacted import enact
from simulator.engine.window import laid_over
from simulator.law.machine import CERTIFIES, SETTLES
from simulator.law.plain import Plain
from simulator.law.policy import HISTORY
from simulator.projection.columns import SEEN, TOGETHER, YEAR
from tests.of_2013 import POLICY, SLUGS

PLAIN = Plain(POLICY, SEEN)
HISTORIES = np.zeros(len(SLUGS), HISTORY)


def stirred(rows: np.ndarray, head, numbers, readings) -> np.ndarray:
    """The clauses that the figures of these rows leave possible, one bit each."""
    found = []
    for start in range(0, len(rows), TOGETHER):
        part = rows[start : start + TOGETHER]
        now = np.zeros(1, YEAR)
        table = now.view(np.int64).reshape(-1, TOGETHER)
        for name, place in SEEN.places.items():
            table[place, : len(part)] = part[name]
        PLAIN.stir(table, len(part), head, numbers, readings)
        found.append(table[SEEN.possible, : len(part)].copy())
    return np.concatenate(found)


@pytest.mark.plays_draws
def test_what_is_awarded_was_within_reach_and_stirred():
    """An invented register under the law: no award of a clause that the engine would have left out."""
    register, scenario = synthesize(enterprises=1500), load_scenario("baseline")
    awarded = assess(register, scenario)
    window, seen = laid_over(register, scenario.law, int(awarded.years[0]), int(awarded.years[-1])), set()
    enacted = enact(scenario, [])
    for j in range(len(awarded.years)):
        head, numbers = window.terms.head[j + 1], window.terms.numbers[j + 1]
        due = np.flatnonzero(awarded.awards[:, j].any(axis=1))
        possible = stirred(window.annual[due, j + 1], head, numbers, enacted.readings)
        for i, bits in zip(due, possible, strict=True):
            row = window.annual[i, j + 1 : j + 2]
            reach = PLAIN.reach(register.enterprises[i], (), row, ((),), 1, 0, 0, head, numbers, enacted.readings, HISTORIES, 0)
            for k in np.flatnonzero(awarded.awards[i, j]):
                assert reach >> k & 1, SLUGS[k]
                assert int(bits) >> k & 1, SLUGS[k]
                seen.add(SLUGS[k])
    assert {"tax_rebate", "school_places", "data_line"} <= seen


def test_something_is_ruled_out():
    """A register's enterprise of before the policy is out of the reach of newcomers' clauses, unless it may come back as new."""
    register, scenario = synthesize(enterprises=300), load_scenario("baseline")
    window, enacted = laid_over(register, scenario.law, 2013, 2013), enact(scenario, [])
    old = int(np.flatnonzero((register.enterprises["settled_on"] == 0) & (register.enterprises["online_retailer"] != 0))[0])
    row = window.annual[old, 1:2].copy()
    row["designated_building"] = 1

    def reach(may: int) -> set[str]:
        bits = PLAIN.reach(
            register.enterprises[old],
            (),
            row,
            ((),),
            1,
            0,
            0,
            window.terms.head[1],
            window.terms.numbers[1],
            enacted.readings,
            HISTORIES,
            may,
        )
        return {slug for k, slug in enumerate(SLUGS) if bits >> k & 1}

    assert "office_rent" not in reach(0) and "office_rent" in reach(SETTLES) and "tax_rebate" in reach(0)
    assert "certification_award" in reach(CERTIFIES)


def test_the_figures_of_a_year_rule_out_what_has_an_edge():
    scenario = load_scenario("baseline")
    terms, enacted = scenario.law.compile([2013]), enact(scenario, [])
    rows = np.zeros(2, [(name, np.int64) for name in SEEN.places])
    rows["present"] = 1
    rows["district_contribution"] = [50_000_00 - 1, 50_000_00]
    rows["executive_children"] = [0, 1]
    bits = stirred(rows, terms.head[0], terms.numbers[0], enacted.readings)
    for slug in ("tax_rebate", "school_places"):
        assert [int(b) >> SLUGS.index(slug) & 1 for b in bits] == [0, 1], slug
