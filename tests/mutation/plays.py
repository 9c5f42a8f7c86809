"""What kills most mutants within seconds: registers whose assessment is known, by hand or from the independent oracle.

The 86 cases by hand, an enterprise below, on and above every threshold, and random registers under every reading, under other
numbers and dates, and with payments that were really made. Then the numbers of the text, and draws that an independent engine
plays to the fen.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.mutation.mutants import Mutant

ENTERPRISES, FEWER, TOLD, DRAWN = 400, 120, 60, 300  # of a random register, of one of many, explained, of one that is played
DATES = (
    (date(2013, 1, 1), date(2015, 12, 31)),
    (date(2013, 7, 1), date(2016, 6, 30)),
    (date(2012, 2, 29), None),
    (date(2014, 1, 1), date(2014, 12, 31)),
)


_MADE: dict[str, tuple[Any, Any]] = {}


@dataclass(frozen=True)
class Play:
    """A register, the settings and other numbers (as the oracle names them) it is assessed under, and what must come out: amounts,
    displaced and, from the oracle, data errors. All of it is plain data: whoever holds it need not have imported the law."""

    name: str
    register: Any
    changes: Mapping[str, Any]
    numbers: Mapping[str, Any]
    answers: tuple[Any, ...]

    def under(self, law: Any = None) -> tuple[Any, Any]:
        """The register and the scenario. law: another one than the shipped."""
        population, scenario = _made(self)
        if law is not None:
            own, written = scenario.law, scenario.law.as_written.numbers
            moved = {
                path: replace(law.numbers[path], values=number.values)
                for path, number in own.numbers.items()
                if number.values != written[path].values
            }
            end = law.end if own.end == own.policy.end else own.end
            scenario = replace(scenario, law=replace(law, numbers={**law.numbers, **moved}, start=own.start, end=end))
        return population, scenario

    def holds(self, law: Any = None) -> bool:
        """Whether the law comes to what is expected."""
        from tests.law.against_oracle import engine_answer

        population, scenario = self.under(law)
        return tuple(engine_answer(population, scenario)[: len(self.answers)]) == self.answers


def _made(play: Play) -> tuple[Any, Any]:
    """The register as the readers see it, and the scenario; made once."""
    from tests.law.against_oracle import baseline, population_of
    from tests.law.test_oracle_agrees import with_oracle_terms

    if play.name not in _MADE:
        scenario = baseline().set(play.changes)
        if play.numbers:
            scenario = replace(scenario, law=with_oracle_terms(scenario.law, play.numbers))
        with TemporaryDirectory() as folder:
            _MADE[play.name] = population_of(play.register, Path(folder)), scenario
    return _MADE[play.name]


def prepare() -> list[Play]:
    """Every play, cheapest first, each answer being held against the hand or the oracle before it is taken."""
    from tests.law.against_oracle import baseline, oracle_answer, oracle_name
    from tests.law.test_cases import CASES
    from tests.law.test_edges import MOVED, THRESHOLDS, at_the_edges
    from tests.law.test_oracle_agrees import paid_platforms, with_oracle_terms
    from tests.of_2013 import RISING, SWITCHES
    from tests.oracle.random_registers import random_readings, random_register, random_terms

    plays = [
        Play(
            f"case: {name}",
            register,
            {f"interpretation.{k}": v for k, v in readings.items()},
            {},
            tuple({key: round(a * 100) for key, a in table.items()} for table in (awards, displaced)),
        )
        for name, register, readings, awards, displaced in CASES
    ]

    def against_oracle(name: str, register: Any, changes: Mapping[str, Any], numbers: Mapping[str, Any] | None = None) -> None:
        scenario = baseline().set(changes)
        if numbers:
            scenario = replace(scenario, law=with_oracle_terms(scenario.law, numbers))
        plays.append(Play(name, register, changes, numbers or {}, oracle_answer(register, scenario, numbers)))

    against_oracle("edges", at_the_edges(MOVED), {}, {oracle_name(path): number for path, number in MOVED.items()})
    against_oracle("random", random_register(ENTERPRISES, seed=20130101), {})
    register = random_register(FEWER, seed=7)
    for switch, meaning in SWITCHES.items():
        for reading in meaning.names:
            if reading != meaning.default:
                against_oracle(f"{switch}={reading}", register, {f"interpretation.{switch}": reading})
    # a year without a row reaches a threshold of nothing; of thresholds that must rise the lowest
    nothing = {oracle_name(path): Decimal(max((paths.index(path) for paths in RISING if path in paths), default=0)) for path in THRESHOLDS}
    against_oracle("thresholds of nothing", random_register(FEWER, seed=23), {"interpretation.rebate_window": "from_qualifying"}, nothing)
    for reading in SWITCHES["membership_tiers"].names:  # payments that were made stand for tiers
        against_oracle(f"paid, membership_tiers={reading}", paid_platforms(), {"interpretation.membership_tiers": reading})
    for seed in range(8):
        rng = random.Random(seed)
        register = random_register(FEWER, seed=seed, with_paid=seed % 2 == 1)
        numbers = {name: value for name, value in random_terms(rng, 0.3).items() if not name.endswith(".edge")}  # the mutants' own
        start, end = DATES[seed % len(DATES)]
        chosen: dict[str, Any] = {f"interpretation.{name}": reading for name, reading in random_readings(rng).items()}
        against_oracle(
            f"other numbers, dates and readings {seed}",
            register,
            {**chosen, "policy.start": start, "policy.end": end, "population.known_until": 2018},
            numbers,
        )
    for play in plays:
        assert play.holds(), play.name
    return plays


def text_holds(law: Any) -> bool:
    """Whether the law's numbers, edges, articles and term are those of the text."""
    from tests.law import test_terms

    try:
        for test in (
            test_terms.test_every_number_of_the_text_is_there_with_unit_and_edge,
            test_terms.test_local_vat_share_changes_in_2016_and_2017,
            test_terms.test_the_term_is_2013_to_2015,
            test_terms.test_every_clause_and_number_cites_its_article,
        ):
            test(law)
    except AssertionError:
        return False
    return True


def explanations_hold(play: Play, law: Any) -> bool:
    """Whether every condition is reported as under the shipped law (which tests/law/test_explanation is about), for some enterprises."""
    return _outcomes(play, None) == _outcomes(play, law)


def _outcomes(play: Play, law: Any) -> list[Any]:
    from simulator import explain

    population, scenario = play.under(law)
    return [
        (year.year, line.slug, line.outcome, line.due, [(f.name, f.held) for f in line.findings])
        for identity in population.ids[:TOLD]
        for year in explain(population, identity, scenario).years
        for line in year.clauses
    ]


@lru_cache(maxsize=1)
def _drawn() -> tuple[Any, Any, Any]:
    """Draws in which every clause is at work, the register they are of, and their sums, as whole arrays come to them, too."""
    from simulator import synthesize
    from simulator.engine.run import play
    from tests.benchmarks import contenders
    from tests.benchmarks.arrays import Arrays
    from tests.benchmarks.test_agreement import EVERYTHING
    from tests.benchmarks.work import common_scenario, differences, work_of

    scenario = common_scenario(3, **{**EVERYTHING, "horizon": 2019})  # years after the last rent, in which nothing ends any more
    population = synthesize(enterprises=DRAWN)
    work, ours = work_of(scenario, population), play(scenario, population, workers=1)
    assert not differences((ours.by_clause, ours.by_year), contenders.sums_of(Arrays(work), work, work.draws), work)
    return scenario, population, ours


def draws_hold(law: Any) -> bool:
    """Whether the draws come to the same under the law."""
    import numpy as np

    from simulator.engine.run import play

    scenario, population, ours = _drawn()
    found = play(replace(scenario, law=replace(law, start=scenario.law.start)), population, workers=1)
    return np.array_equal(found.by_clause, ours.by_clause) and np.array_equal(found.by_year, ours.by_year)


def policy_mutants() -> list[Mutant]:
    """The mutants of the policy's file, made in a process that may import the law."""
    from tests.mutation import policy_file

    return policy_file.policy_mutants()


_known: list[Play] = []


def take(known: list[Play]) -> None:
    """Keep the plays in this process."""
    _known[:] = known


def policy_killer(mutant: Mutant) -> str:
    """The first thing that tells a changed policy from the shipped one; "" when nothing does."""
    from simulator.errors import LawError
    from tests.mutation.policy_file import law

    try:
        changed = law(mutant)
    except LawError:
        return "refused by the reader"
    for play in _known:
        if not play.holds(changed):
            return play.name
    if not text_holds(changed):
        return "text"
    if not explanations_hold(next(play for play in _known if play.name == "random"), changed):
        return "explanations"
    return "" if draws_hold(changed) else "draws"
