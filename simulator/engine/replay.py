"""Playing a scenario again after a change of the law, without playing again what the change cannot touch.

An enterprise whose conditions of a clause never held gives the same sums whatever the clause pays. So only the ones that ever
held a changed clause's conditions are played anew; their old part is taken out of the sums, in whole fen, and the new one put
in. How many newcomers come depends on the law: in a draw where others come than did, all of them are played. The result is
that of a full run, to the byte.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from simulator.engine.generosity import generosity_of
from simulator.engine.kernel import NEWCOMERS, THOSE_THERE, count_arrivals, most_there
from simulator.engine.prepared import Prepared, paid_until, prepare
from simulator.engine.run import Draws, finish, outer_layer, play_blocks
from simulator.law.assessment import DECLARED, PLACES, TERMS
from simulator.law.clauses import SLUGS
from simulator.population.register import Population
from simulator.projection.assumptions import pull_levers
from simulator.projection.newcomers import ARRIVING, MINDED
from simulator.scenario import Scenario

LARGEST_MEMORY = 256 * 2**20  # bytes for who ever held which clause's conditions; beyond that everything is played
REMEMBERED = 24  # results kept, so that a setting put back is there at once
RESTS = 32  # sums of all but those who held some clauses, kept
Sums = tuple[np.ndarray, np.ndarray]
Progress = Callable[[int], None] | None


class Session:
    """Plays a scenario, and changed ones, on the same luck. Not for several threads at once."""

    def __init__(self, scenario: Scenario, population: Population | None = None, workers: int | None = None):
        self.population, self.workers = population, workers
        self._results: OrderedDict[str, Draws] = OrderedDict()
        self._base: _Base | None = None
        self.scenario = scenario

    def play(self, scenario: Scenario | None = None, progress: Progress = None) -> Draws:
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
        sums = base.with_changes(prepared, changed, progress)
        draws = finish(scenario, *sums, base.parameters, paid_until(scenario, self.population), time.perf_counter() - started)
        self._results[key] = draws
        if len(self._results) > REMEMBERED:
            self._results.popitem(last=False)
        return draws


class _Base:
    """A scenario played in full, and which clauses' conditions everybody in it ever held."""

    def __init__(self, scenario: Scenario, population: Population | None, workers: int | None, progress: Progress):
        self.scenario, self.workers = scenario, workers
        self.prepared = prepare(scenario, population)
        self.parameters = pull_levers(outer_layer(scenario, 0, scenario.draws))
        self.arrivals = self._arrivals(self.prepared)
        there = len(self.prepared.register.keys)
        if self.prepared.synthetic:
            there = most_there(self.prepared.seed, self.parameters, self.prepared.generosity)
        most = {THOSE_THERE: there, NEWCOMERS: int(self.arrivals.sum(axis=(1, 2)).max())}
        self.held = {who: self._nobody_held(n) for who, n in most.items()}
        self.sums = {who: self._play(self.prepared, who, progress, held=held) for who, held in self.held.items()}
        self._rest: dict[tuple[int, int], Sums] = {}

    def with_changes(self, prepared: Prepared, changed: int, progress: Progress) -> Sums:
        """The sums of everybody under a law that differs in the clauses whose bits are set."""
        if changed == 0:
            return _add(self.sums[THOSE_THERE], self.sums[NEWCOMERS], 1)
        there, newcomers = (self._replay(who, prepared, changed, progress) for who in (THOSE_THERE, NEWCOMERS))
        others = self._others_come(prepared)
        if others.any():
            all_anew = self._play(prepared, NEWCOMERS, progress, draws=np.flatnonzero(others))
            for sums, anew in zip(newcomers, all_anew, strict=True):
                sums[others] = anew
        return _add(there, newcomers, 1)

    def rest(self, who: int, changed: int, progress: Progress) -> Sums:
        """The sums of all but those who ever held the conditions of one of these clauses."""
        if (who, changed) not in self._rest:
            old = self._play(self.prepared, who, progress, held=self.held[who], only=changed)
            self._rest[who, changed] = _add(self.sums[who], old, -1)
            if len(self._rest) > RESTS:
                self._rest.pop(next(iter(self._rest)))
        return self._rest[who, changed]

    def _replay(self, who: int, prepared: Prepared, changed: int, progress: Progress) -> Sums:
        held = self.held[who]
        if held is None:
            return self._play(prepared, who, progress)
        return _add(self.rest(who, changed, progress), self._play(prepared, who, progress, held=held, only=changed), 1)

    def _others_come(self, prepared: Prepared) -> np.ndarray:
        """In which draws (draws,) other newcomers come than did, or with other facts."""
        if self.held[NEWCOMERS] is None:
            return np.zeros(len(self.parameters), np.bool_)  # they were all played
        for block, term in MINDED:
            if not np.array_equal(prepared.terms[block][term], self.prepared.terms[block][term]):
                return np.ones(len(self.parameters), np.bool_)
        return (self._arrivals(prepared) != self.arrivals).any(axis=(1, 2))

    def _arrivals(self, prepared: Prepared) -> np.ndarray:
        counts = np.zeros((len(self.parameters), len(prepared.terms) - 1, len(ARRIVING)), np.int64)
        count_arrivals(prepared.seed, self.parameters, prepared.generosity, prepared.terms, prepared.base_year, prepared.known,
                       counts)
        return counts

    def _nobody_held(self, n: int) -> np.ndarray | None:
        too_many = 2 * n * len(self.parameters) > LARGEST_MEMORY
        return None if too_many else np.zeros((len(self.parameters), n), np.uint16)

    def _play(self, prepared: Prepared, who: int, progress: Progress, *, held: np.ndarray | None = None, only: int = 0,
              draws: np.ndarray | None = None) -> Sums:
        parameters = self.parameters if draws is None else self.parameters[draws]
        return play_blocks(prepared, parameters, workers=self.workers, numbers=draws, progress=progress, who=who, only=only,
                           held=held)


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
