"""What kills most mutants within a second: registers whose assessment is known, by hand or from the independent oracle.

The 86 cases by hand, an enterprise below, on and above every threshold, and random registers under every reading, under
other numbers, dates and edges, and with payments that were really made.
"""

from __future__ import annotations

import copy
import random
import sys
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

ENTERPRISES, FEWER = 400, 120  # of a random register, and where it is one of many
DATES = ((date(2013, 1, 1), date(2015, 12, 31)), (date(2013, 7, 1), date(2016, 6, 30)), (date(2012, 2, 29), None),
         (date(2014, 1, 1), date(2014, 12, 31)))


@dataclass(frozen=True)
class Play:
    """The arguments of an assessment up to `years`, annual before its blanks are filled, and what must come out: awards,
    displaced, clawback, lacking. `terms` has the year before the first, too."""

    name: str
    enterprises: Any
    annual: Any
    existing: np.ndarray
    paid: np.ndarray
    paid_years: int
    terms: Any
    readings: Any
    years: Any
    expected: tuple[np.ndarray, ...]

    def light(self) -> Play:
        """The same with records as plain Python objects, which are quicker to read."""
        return replace(self, **{name: _light(getattr(self, name)) for name in (
            "enterprises", "annual", "terms", "readings", "years")})

    def holds(self, assessment: ModuleType) -> bool:
        """Whether this law comes to what is expected. Only once per object: blanks are filled in place."""
        sys.modules["simulator.law.sharing"].fill_blanks(self.annual, self.terms)
        found = tuple(np.zeros_like(wanted) for wanted in self.expected)
        found[0][:], found[1][..., :-1] = 77, 77  # awards and what they displace are what they are, whatever stood there before
        assessment.assess_register(self.enterprises, self.annual, self.existing, self.paid, self.paid_years, self.terms[1:],
                                   self.readings, self.years, *found)
        return all(np.array_equal(ours, wanted) for ours, wanted in zip(found, self.expected, strict=True))


def bits_hold(known: list[Play], assessment: ModuleType) -> bool:
    """Whether the bits of clauses are right: those in reach, those whose conditions hold, those that keep marks, paid or not.

    Held against each clause's own rules, which the tests of each clause are about.
    """
    from simulator.law.case import HISTORY, Case, Figures, May, remember_nothing
    from tests.of_2013 import CASH, CATALOGUE

    marking = sum(2 ** k for k, clause in enumerate(CATALOGUE) if clause.remember is not remember_nothing)
    if (2 ** len(CATALOGUE) - 1, marking, sum(CASH)) != (assessment.ALL, assessment.MARKING, assessment.CASH_CLAUSES):
        return False
    play = next(play for play in known if play.name == "random")
    for i, enterprise in enumerate(play.enterprises[:60]):
        for j, year in enumerate(play.years):
            case = Case(enterprise, play.annual[i, j + 1], play.annual[i, j], play.terms[j + 1], play.readings, year)
            for may in (May(False, False), May(True, True)):
                reach = sum(2 ** k for k, clause in enumerate(CATALOGUE)
                            if clause.reachable(enterprise, case.this_year, case.terms, may))
                if assessment.reach_of(enterprise, case.this_year, case.terms, may) != reach:
                    return False
            history, amounts = np.zeros(len(CATALOGUE), HISTORY), np.zeros(len(CATALOGUE), np.int64)
            held = sum(2 ** k for k, clause in enumerate(CATALOGUE) if all(clause.conditions(case, history[k])))
            figures = Figures(*(getattr(case.this_year, name) for name in Figures._fields))
            stirred = sum(2 ** k for k, clause in enumerate(CATALOGUE) if clause.stirs(figures, case.terms))
            if assessment.stirring(figures, case.terms) != stirred or held & ~stirred:
                return False
            if any(assessment.entitlements(case, history, amounts, reach) != held & reach for reach in (assessment.ALL, 0b01010101010)):
                return False
            paid_nothing, unpaid = history.copy(), history.copy()
            assessment.remember(case, paid_nothing, np.zeros_like(amounts))
            assessment.remember_unpaid(case, unpaid, np.zeros_like(amounts))
            if not np.array_equal(paid_nothing, unpaid):
                return False
    return True


def _light(value: Any) -> Any:
    if isinstance(value, np.void):
        return SimpleNamespace(**{name: _light(value[name]) for name in value.dtype.names})
    if isinstance(value, np.ndarray):
        out = np.empty(value.shape, object)
        for at in np.ndindex(value.shape):
            out[at] = _light(value[at])
        return out
    return value.item()


def prepare() -> list[Play]:
    """Every play, cheapest first, each answer being held against the hand or the oracle before it is taken."""
    from simulator.law.readings import SWITCHES
    from tests.law.against_oracle import baseline, oracle_answer
    from tests.law.test_cases import CASES
    from tests.law.test_edges import MOVED, OTHER_EDGE, THRESHOLDS, at_the_edges, oracle_name, scenario_with
    from tests.law.test_oracle_agrees import paid_platforms, with_oracle_terms
    from tests.oracle.random_registers import random_readings, random_register, random_terms

    plays = []
    for name, register, readings, awards, displaced in CASES:
        scenario = baseline().set({f"interpretation.{k}": v for k, v in readings.items()})
        told = tuple({key: round(a * 100) for key, a in table.items()} for table in (awards, displaced))
        plays.append(_play(f"case: {name}", register, scenario, told))

    def against_oracle(name, register, scenario, terms=None):
        plays.append(_play(name, register, scenario, oracle_answer(register, scenario, terms)))

    for flipped in (False, True):
        edges = {path: number.edge for path, number in baseline().law.numbers.items() if path in THRESHOLDS}
        edges = {path: OTHER_EDGE[edge] if flipped else edge for path, edge in edges.items()}
        with TemporaryDirectory() as folder:
            scenario = scenario_with(Path(folder), MOVED, edges)
        terms = {oracle_name(path): number for path, number in MOVED.items()}
        terms |= {oracle_name(path) + ".edge": edge for path, edge in edges.items()}
        against_oracle(f"edges, {'flipped' if flipped else 'as written'}", at_the_edges(MOVED), scenario, terms)
    against_oracle("random", random_register(ENTERPRISES, seed=20130101), baseline())
    register = random_register(FEWER, seed=7)
    for switch, meaning in SWITCHES.items():
        for reading in meaning.names[1:]:
            against_oracle(f"{switch}={reading}", register, baseline().set({f"interpretation.{switch}": reading}))
    nothing = {oracle_name(path): Decimal(0) for path in THRESHOLDS}  # a year without a row reaches a threshold of nothing
    scenario = baseline().set({"interpretation.rebate_window": "from_qualifying"})
    scenario = replace(scenario, law=with_oracle_terms(scenario.law, nothing))
    against_oracle("thresholds of nothing", random_register(FEWER, seed=23), scenario, nothing)
    for reading in SWITCHES["membership_tiers"].names:  # payments that were made stand for tiers
        scenario = baseline().set({"interpretation.membership_tiers": reading})
        against_oracle(f"paid, membership_tiers={reading}", paid_platforms(), scenario)
    for seed in range(8):
        rng = random.Random(seed)
        register = random_register(FEWER, seed=seed, with_paid=seed % 2 == 1)
        terms = random_terms(rng, 0.3)
        chosen = {f"interpretation.{name}": reading for name, reading in random_readings(rng).items()}
        start, end = DATES[seed % len(DATES)]
        scenario = baseline().set({**chosen, "policy.start": start, "policy.end": end, "population.known_until": 2018})
        scenario = replace(scenario, law=with_oracle_terms(scenario.law, terms))
        against_oracle(f"other numbers, dates and readings {seed}", register, scenario, terms)
    return plays


def _play(name: str, register: Any, scenario: Any, told: tuple[dict, ...]) -> Play:
    """A register as the engine assesses it. told: awards, displaced and, from the oracle, data errors, as they must be."""
    from simulator.engine import window
    from simulator.engine.assess import assess
    from simulator.law.assessment import CLAUSES, assess_register
    from simulator.law.readings import compile_readings
    from tests.law.against_oracle import engine_answer, population_of

    with TemporaryDirectory() as folder:
        population = population_of(register, folder)
    assert tuple(engine_answer(population, scenario)[:len(told)]) == told, name
    first, last = scenario.law.start.year, population.last_year
    first = min(first, population.first_year) if population.last_paid_year else first
    fill, blank = window.fill_blanks, []
    window.fill_blanks = lambda annual, terms: blank.append((copy.deepcopy(annual), fill(annual, terms))[0])
    try:
        laid = window.laid_over(population, scenario.law, first, last)
    finally:
        window.fill_blanks = fill
    n, years = len(population), len(laid.years)
    paid_years = max(0, min(years, population.last_paid_year - first + 1)) if laid.paid.size else 0
    readings = compile_readings(scenario.interpretation)
    awards, clawback = np.zeros((n, years, CLAUSES), np.int64), np.zeros((n, years), np.int64)
    expected = (awards, np.zeros_like(awards), clawback, np.zeros_like(clawback))
    assess_register(population.enterprises, laid.annual, laid.existing, laid.paid, paid_years, laid.terms[1:], readings,
                    laid.years, *expected)
    assessed = assess(population, scenario)
    assert np.array_equal(assessed.awards, awards[:, -len(assessed.years):]), name
    return Play(name, population.enterprises, blank[0], laid.existing, laid.paid, paid_years, laid.terms, readings,
                laid.years, expected)
