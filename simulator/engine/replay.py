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

import numpy as np

from simulator.engine.edges import edges_of
from simulator.engine.enacted import Enacted, enact
from simulator.engine.generosity import generosity_of
from simulator.engine.kernel import HELD, NEWCOMERS, THOSE_THERE, count_arrivals, most_there
from simulator.engine.prepared import Prepared, paid_until, prepare
from simulator.engine.run import Draws, finish, outer_layer, play, play_blocks
from simulator.law.language.moving import Moving
from simulator.law.language.nodes import HISTORY, READING, Node, Range
from simulator.law.policy import HISTORY_FIELDS, Policy
from simulator.population.register import Population
from simulator.projection.assumptions import general, pull_levers
from simulator.projection.bunching import CAPITAL, CONTRIBUTION
from simulator.projection.newcomers import ARRIVING
from simulator.scenario import Scenario

MARK = HISTORY_FIELDS.index("mark")
LARGEST_MEMORY = 256 * 2**20  # bytes for who ever held which clause's conditions; beyond that everything is played
GENTLY = 80_000  # enterprises times draws of a block that nobody waits for: somebody may ask at any time
HELD_TAKE = 2.0  # times as long to play one that held a changed clause as one of all: the law looks at it
REMEMBERED = 24  # results kept, so that a setting put back is there at once
RESTS = 24  # sums of all but those who held some clauses, kept
Sums = tuple[np.ndarray, np.ndarray]
Progress = Callable[[int], None] | None


class Session:
    """Plays a scenario, and changed ones, on the same luck. Not for several threads at once."""

    def __init__(self, scenario: Scenario, population: Population | None = None, workers: int | None = None):
        self.population, self.workers = population, workers
        self._results: OrderedDict[str, Draws] = OrderedDict()
        self._base: _Base | None = None
        self.scenario = scenario
        self.seconds = 0.0  # a full run took

    def play(self, scenario: Scenario | None = None, progress: Progress = None) -> Draws:
        """What `engine.run.play` gives. progress is called with draws done and may raise to stop. Raises ScenarioError."""
        scenario = scenario or self.scenario
        started, key = time.perf_counter(), scenario.hash()
        if key in self._results:
            self._results.move_to_end(key)
            return self._results[key]
        if scenario.law.policy.contested:  # what one gets depends on all: there is no part to play again
            self._results[key] = play(scenario, self.population, workers=self.workers, progress=progress)
            return self._results[key]
        base, changed = self._base, self._changed(scenario)
        if base is None or changed is None:
            base = self._base = _Base(scenario, self._prepared(scenario), self.workers, progress)
            prepared, changed, self.seconds = base.prepared, 0, time.perf_counter() - started
        else:
            enacted = _enacted(scenario)
            prepared = replace(base.prepared, enacted=enacted, edges=edges_of(enacted.policy, enacted.terms, scenario.base_year),
                               generosity=generosity_of(scenario))
        sums = base.with_changes(prepared, changed, progress)
        draws = finish(scenario, *sums, base.parameters, paid_until(scenario, self.population), time.perf_counter() - started)
        self._results[key] = draws
        if len(self._results) > REMEMBERED:
            self._results.popitem(last=False)
        return draws

    def seconds_for(self, scenario: Scenario) -> float:
        """About how long a scenario's answer will take."""
        if scenario.hash() in self._results:
            return 0.0
        changed = self._changed(scenario)
        share = 1.0 if self._base is None or changed is None else self._base.share_held(changed)
        return self.seconds * min(1.0, HELD_TAKE * share)

    def look_ahead(self, scenario: Scenario, progress: Progress = None) -> None:
        """Make ready for a change of any one clause of a scenario that was played: its answer then takes no longer than any
        later one. Nothing where it is not known who held a clause: everything is played then, whatever changes."""
        if self._base is None or (held := self._base.held[THOSE_THERE]) is None:
            return
        block = max(1, GENTLY // max(1, held.shape[1]))
        if self._changed(scenario) != 0:  # what is changed further is changed from here
            self._base = _Base(scenario, self._prepared(scenario), self.workers, progress, block)
        for k in range(self._base.prepared.enacted.clauses):
            self._base.rest(1 << k, progress, block)

    def _prepared(self, scenario: Scenario) -> Prepared:
        """`prepare`, most of it taken over where only assumptions differ from what was played in full before."""
        if self._base is not None and _same_but_assumptions(scenario, self._base.scenario):
            return replace(self._base.prepared, generosity=generosity_of(scenario))
        return prepare(scenario, self.population)

    def _changed(self, scenario: Scenario) -> int | None:
        """`clauses_to_replay` of a scenario; None where it is not the one that was played in full with another law."""
        if self._base is None or not _same_but_law(scenario, self._base.scenario):
            return None
        return clauses_to_replay(self._base.prepared.enacted, _enacted(scenario))


class _Base:
    """A scenario played in full, and which clauses' conditions everybody in it ever held."""

    def __init__(self, scenario: Scenario, prepared: Prepared, workers: int | None, progress: Progress, block: int | None = None):
        self.scenario, self.prepared, self.workers = scenario, prepared, workers
        self.parameters = pull_levers(outer_layer(scenario, 0, scenario.draws))
        self._of_years = prepared.of_years(np.arange(len(self.parameters)), self.parameters)
        self.arrivals = self._arrivals(self.prepared)
        there = len(self.prepared.register.keys)
        if self.prepared.synthetic:
            there = most_there(self.prepared.seed, general(self._of_years), self.prepared.generosity)
        most = {THOSE_THERE: there, NEWCOMERS: int(self.arrivals.sum(axis=(1, 2)).max())}
        self.held = {who: self._nobody_held(n) for who, n in most.items()}
        self.sums = {who: self._play(self.prepared, who, progress, held=held, block=block) for who, held in self.held.items()}
        self._rest: dict[int, dict[int, Sums]] = {}
        self._shares: dict[int, float] = {}

    def with_changes(self, prepared: Prepared, changed: int, progress: Progress) -> Sums:
        """The sums of everybody under a law that differs in the clauses whose bits are set."""
        there, newcomers = (self._replay(who, prepared, changed, progress) if changed else self.sums[who] for who in self.held)
        return _add(there, newcomers, 1)

    def rest(self, changed: int, progress: Progress, block: int | None = None) -> dict[int, Sums]:
        """The sums of all but those who ever held the conditions of one of these clauses; of all where that is not known."""
        if changed not in self._rest:
            found = dict(self.sums)
            for who, held in self.held.items():
                if held is not None:
                    old = self._play(self.prepared, who, progress, held=held, only=changed, block=block)
                    found[who] = _add(found[who], old, -1)
            self._rest[changed] = found
            if len(self._rest) > RESTS:
                self._rest.pop(next(iter(self._rest)))
        return self._rest[changed]

    def share_held(self, changed: int) -> float:
        """The share of those there, over all draws, that ever held the conditions of one of these clauses."""
        held = self.held[THOSE_THERE]
        if held is None:
            return 1.0
        if changed not in self._shares:
            self._shares[changed] = float(((held >> np.uint64(1)) & np.uint64(changed) != 0).mean()) if held.size else 0.0
        return self._shares[changed]

    def _replay(self, who: int, prepared: Prepared, changed: int, progress: Progress) -> Sums:
        """The sums of those there, or of newcomers: in a draw where the same come, of those who held a changed clause anew."""
        held, anew = self.held[who], self._all_anew(who, prepared)
        by_clause, by_year = (part.copy() for part in self.rest(changed, progress)[who])
        same = np.flatnonzero(~anew)
        if held is not None and len(same):
            held = held if len(same) == len(held) else held[same]
            played = self._play(prepared, who, progress, held=held, only=changed, draws=same)
            by_clause[same] += played[0]
            by_year[same] += played[1]
        if anew.any():
            by_clause[anew], by_year[anew] = self._play(prepared, who, progress, draws=np.flatnonzero(anew))
        return by_clause, by_year

    def _all_anew(self, who: int, prepared: Prepared) -> np.ndarray:
        """The draws (draws,) in which all are to be played anew: where others come than did, or with other facts."""
        draws = len(self.parameters)
        if self.held[who] is None:
            return np.ones(draws, np.bool_)
        lifted = np.zeros(draws, np.bool_)
        for fact, share in ((CONTRIBUTION, "bunching_contribution"), (CAPITAL, "bunching_capital")):
            edges, before = (one.edges["edge"][one.edges["fact"] == fact] for one in (prepared, self.prepared))
            if not np.array_equal(edges, before) and (who == NEWCOMERS or fact == CONTRIBUTION):
                lifted |= (self._of_years[share] > 0).any(axis=1)
        if who == THOSE_THERE:
            return lifted
        return lifted | (self._arrivals(prepared) != self.arrivals).any(axis=(1, 2))

    def _arrivals(self, prepared: Prepared) -> np.ndarray:
        counts = np.zeros((len(self.parameters), len(prepared.enacted.terms.head) - 1, len(ARRIVING)), np.int64)
        count_arrivals(prepared.seed, general(self._of_years), prepared.generosity, prepared.enacted.terms.head, prepared.base_year,
                       prepared.known,
                       counts)
        return counts

    def _nobody_held(self, n: int) -> np.ndarray | None:
        too_many = 8 * n * len(self.parameters) > LARGEST_MEMORY
        return None if too_many else np.zeros((len(self.parameters), n), HELD)

    def _play(self, prepared: Prepared, who: int, progress: Progress, *, held: np.ndarray | None = None, only: int = 0,
              draws: np.ndarray | None = None, block: int | None = None) -> Sums:
        parameters = self.parameters if draws is None else self.parameters[draws]
        return play_blocks(prepared, parameters, workers=self.workers, block=block, numbers=draws, progress=progress, who=who,
                           only=only, held=held)


def clauses_to_replay(base: Enacted, changed: Enacted) -> int | None:
    """Of two laws in force in the same years: the clauses that differ, one bit each; None where more must be played than those that
    held them before.

    An amount or a share may change where it is not 0 before or after; a threshold may rise; a length of time may shrink; a
    clause may be withdrawn. Then whoever never held a clause's conditions does not hold them now.
    """
    old, new, policy = base.terms, changed.terms, base.policy
    if policy is not changed.policy or any(not np.array_equal(old.head[n], new.head[n]) for n in old.head.dtype.names or ()
                                           if n != "withdrawn"):
        return None
    was, now = int(old.head["withdrawn"][0]), int(new.head["withdrawn"][0])
    if was & ~now:
        return None
    bits = now & ~was
    for t, path in enumerate(policy.number_paths):
        one, other = old.numbers[:, t], new.numbers[:, t]
        if np.array_equal(one, other):
            continue
        users = [k for k, clause in enumerate(policy.clauses) if path in clause.uses.numbers]
        if path.startswith("numbers.") or not users or not _never_adds(policy, path, one, other, changed.readings):
            return None
        bits |= sum(1 << k for k in users)
    return bits


def _never_adds(policy: Policy, path: str, old: np.ndarray, new: np.ndarray, readings: np.ndarray) -> bool:
    """Whether nobody can hold a clause's conditions because its number changed so: no condition comes to hold where it did not, and
    nothing that is noted of a year without a payment becomes another."""
    rises, falls = bool((new >= old).all()), bool((new <= old).all())
    if not ((old > 0) == (new > 0)).all():  # what was nothing may be an amount that is noticed now
        return False

    def chosen(node: Node) -> Range | None:
        return (int(readings[node.at[0]]),) * 2 if node.op == READING else None

    moving = Moving(policy.number_paths.index(path), chosen)
    for clause in policy.clauses:
        noted = [clause.marks_when.node, clause.mark] if clause.marks_when and clause.mark else []
        asked = any(moving.reads(condition.node, HISTORY, MARK) for condition in clause.conditions)
        if asked and any(moving.way(node) != 0 for node in noted):
            return False
        for condition in clause.conditions:
            way = moving.way(condition.node)
            if not (way == 0 or (way == -1 and rises) or (way == 1 and falls) or moving.steady(condition.node)):
                return False
    return True


def _enacted(scenario: Scenario) -> Enacted:
    return enact(scenario, [scenario.base_year, *scenario.years])


def _same_but_law(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios differ in nothing that changes a draw but the law: appropriations come after the draws."""
    return all(getattr(one, name) == getattr(other, name) for name in ("plain", "interpretation", "assumptions", "correlations"))


def _same_but_assumptions(one: Scenario, other: Scenario) -> bool:
    """Whether a register is prepared the same for two scenarios: whether anybody may come back as new matters to it."""
    same = all(getattr(one, name) == getattr(other, name) for name in ("plain", "interpretation", "law"))
    some_come_back = [scenario.parameters()["reregistration.share"].high > 0 for scenario in (one, other)]
    return same and some_come_back[0] == some_come_back[1]


def _add(one: Sums, other: Sums, sign: int) -> Sums:
    return one[0] + sign * other[0], one[1] + sign * other[1]
