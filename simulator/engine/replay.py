"""Playing a scenario again after a change of the law, without playing again what the change cannot touch.

An enterprise whose conditions of a clause never held gives the same sums whatever the clause pays. So of those there in the
base year only the ones that ever held a changed clause's conditions are played anew; their old part is taken out of the
sums, in whole fen, and the new one put in. Newcomers are always played: how many come depends on the law. The result is that
of a full run, to the byte.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from simulator.engine.generosity import generosity_of
from simulator.engine.kernel import NEWCOMERS, THOSE_THERE, most_there
from simulator.engine.prepared import Prepared, paid_until, prepare
from simulator.engine.run import Draws, finish, outer_layer, play_blocks
from simulator.law.assessment import DECLARED, PLACES, TERMS
from simulator.law.clauses import SLUGS
from simulator.population.register import Population
from simulator.projection.assumptions import pull_levers
from simulator.scenario import Scenario

LARGEST_MEMORY = 256 * 2**20  # bytes for who ever held which clause's conditions; beyond that everything is played
REMEMBERED = 24  # results kept, so that a setting put back is there at once
Sums = tuple[np.ndarray, np.ndarray]


class Session:
    """Plays a scenario, and changed ones, on the same luck. Not for several threads at once."""

    def __init__(self, scenario: Scenario, population: Population | None = None, workers: int | None = None):
        self.population, self.workers = population, workers
        self._results: OrderedDict[str, Draws] = OrderedDict()
        self._base: _Base | None = None
        self.scenario = scenario

    def play(self, scenario: Scenario | None = None, progress: Callable[[int], None] | None = None) -> Draws:
        """What `engine.run.play` gives. progress is called with draws done and may raise to stop. Raises ScenarioError."""
        scenario = scenario or self.scenario
        started, key = time.perf_counter(), scenario.hash()
        if key in self._results:
            self._results.move_to_end(key)
            return self._results[key]
        base, changed = self._base, None
        if base is not None and _same_but_law(scenario, base.scenario):
            prepared = replace(base.prepared, terms=scenario.law.compile(TERMS, [scenario.base_year, *scenario.years]),
                               generosity=generosity_of(scenario))
            changed = clauses_to_replay(base.prepared, prepared)
        if base is None or changed is None:
            base = self._base = _Base(scenario, self.population, self.workers, progress)
            prepared, changed = base.prepared, 0
        there = base.with_changes(prepared, changed, progress)
        sums = _add(there, base.newcomers(prepared, progress), 1)
        draws = finish(scenario, *sums, base.parameters, paid_until(scenario, self.population), time.perf_counter() - started)
        self._results[key] = draws
        if len(self._results) > REMEMBERED:
            self._results.popitem(last=False)
        return draws


class _Base:
    """A scenario played in full: the sums of those there in the base year, and which clauses' conditions each ever held."""

    def __init__(self, scenario: Scenario, population: Population | None, workers: int | None,
                 progress: Callable[[int], None] | None):
        self.scenario, self.workers = scenario, workers
        self.prepared = prepare(scenario, population)
        self.parameters = pull_levers(outer_layer(scenario, 0, scenario.draws))
        n = len(self.prepared.register.keys)
        if self.prepared.synthetic:
            n = most_there(self.prepared.seed, 0, self.parameters, self.prepared.generosity)
        too_many = 2 * n * len(self.parameters) > LARGEST_MEMORY
        self.held = None if too_many else np.zeros((len(self.parameters), n), np.uint16)
        self.sums = self._play(self.prepared, progress, held=self.held)
        self._rest: dict[int, Sums] = {}
        self._newcomers: dict[bytes, Sums] = {}

    def with_changes(self, prepared: Prepared, changed: int, progress: Callable[[int], None] | None) -> Sums:
        """The sums of those there under a law that differs in the clauses whose bits are set."""
        if changed == 0:
            return self.sums
        if self.held is None:
            return self._play(prepared, progress)
        if changed not in self._rest:
            old = self._play(self.prepared, progress, held=self.held, only=changed)
            self._rest = {changed: _add(self.sums, old, -1)}
        return _add(self._rest[changed], self._play(prepared, progress, held=self.held, only=changed), 1)

    def newcomers(self, prepared: Prepared, progress: Callable[[int], None] | None) -> Sums:
        """The sums of all newcomers under a law; as before where the law is the one played last."""
        law = prepared.terms.tobytes() + prepared.generosity.tobytes()
        if law not in self._newcomers:
            self._newcomers = {law: self._play(prepared, progress, who=NEWCOMERS)}
        return self._newcomers[law]

    def _play(self, prepared: Prepared, progress: Callable[[int], None] | None, who: int = THOSE_THERE, only: int = 0,
              held: np.ndarray | None = None) -> Sums:
        return play_blocks(prepared, self.parameters, workers=self.workers, progress=progress, who=who, only=only, held=held)


def clauses_to_replay(base: Prepared, changed: Prepared) -> int | None:
    """The clauses whose numbers differ, one bit each; None where more must be played than those that held them before.

    An amount or a share may change where it is not 0 before or after; a threshold may rise; a length of time may shrink; a
    clause may be withdrawn. Then whoever never held a clause's conditions does not hold them now.
    """
    bits = 0
    for block in TERMS.names or ():
        old, new = base.terms[block], changed.terms[block]
        if np.array_equal(old, new):
            continue
        if block == "policy":
            gone = new["withdrawn"][0] & ~old["withdrawn"][0]
            if old["withdrawn"][0] & ~new["withdrawn"][0] or any(not np.array_equal(old[t], new[t]) for t in ("start", "end")):
                return None
            bits |= sum(1 << k for k, place in enumerate(PLACES) if gone >> place & 1)
        elif block not in SLUGS or not all(_never_adds(term, old[term.name], new[term.name]) for term in DECLARED[block]):
            return None
        else:
            bits |= 1 << SLUGS.index(block)
    return bits


def _never_adds(term: Any, old: np.ndarray, new: np.ndarray) -> bool:
    """Whether nobody can hold a clause's conditions because its number changed so."""
    if np.array_equal(old, new):
        return True
    if term.threshold:
        return bool((new >= old).all())
    if term.unit in ("years", "months"):
        return bool((new <= old).all() and (new > 0).all())
    return bool((old > 0).all() and (new > 0).all())


def _same_but_law(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios differ in nothing that changes a draw but the law: appropriations come after the draws."""
    return all(getattr(one, name) == getattr(other, name) for name in ("plain", "interpretation", "assumptions", "correlations"))


def _add(one: Sums, other: Sums, sign: int) -> Sums:
    return one[0] + sign * other[0], one[1] + sign * other[1]
