"""Playing a scenario again after a change of the law or of assumptions, without playing again what the change cannot touch.

An enterprise whose conditions of a clause never held gives the same sums whatever the clause pays, and however often it is applied
for. So only the ones that ever held a changed clause's conditions are played anew; their old part is taken out of the sums, in whole
fen, and the new one put in. How many newcomers come depends on the law and on what is assumed of arrivals: those that come besides are
played, and those that no longer do are taken out. Where office space is short, who comes decides who else finds some: in such a draw
all newcomers are played; and so they are where another assumption about newcomers alone changes. The result is that of a full run, to
the byte.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from simulator.engine.blocks import Elsewhere, Workers
from simulator.engine.comers import carry_over, count_arrivals, find_offices
from simulator.engine.enacted import Enacted, enact
from simulator.engine.kernel import EVERYBODY, HELD, NEWCOMERS, THOSE_THERE, most_there
from simulator.engine.prepared import Prepared, paid_until, prepare
from simulator.engine.run import Draws, finish, outer_layer, play, play_blocks
from simulator.law.language.moving import Moving
from simulator.law.language.nodes import HISTORY, READING, Node, Range
from simulator.law.policy import HISTORY_FIELDS, Policy
from simulator.population.parts import Parts, Register
from simulator.population.register import Population
from simulator.projection.assumptions import ARRIVALS_ONLY, EVERYTHING, NEWCOMERS_ONLY, general, pull_levers, touches
from simulator.projection.bunching import CAPITAL, CONTRIBUTION
from simulator.projection.newcomers import ARRIVING
from simulator.scenario import Scenario

MARK = HISTORY_FIELDS.index("mark")
LARGEST_MEMORY = 256 * 2**20  # bytes for who ever held which clause's conditions; beyond that everything is played
GENTLY = 80_000  # enterprises times draws of a block that nobody waits for: somebody may ask at any time
HELD_TAKE = 2.0  # times as long to play one that held a changed clause as one of all: the law looks at it
REMEMBERED = 24  # results kept, so that a setting put back is there at once
ADDED_ONLY = 1 << 62  # where a clause's bit would stand: those of `comers.carry_over` who were not there
TIGHT = 1.0  # m² of office space left: below, the order in which it is counted may matter
RESTS = 24  # sums of all but those who held some clauses, kept
Sums = tuple[np.ndarray, np.ndarray]
Progress = Callable[[int], None] | None


def on_common_numbers(
    population: Register | None = None, base: Scenario | None = None, *, workers: Workers = None, progress: Progress = None
) -> Callable[[Scenario], Draws]:
    """A function that plays one scenario after another as `run.play` does. Of each that differs from `base` (None: from one before) in
    clauses or in assumptions about newcomers alone, no more is played than that can touch; not so where the work goes elsewhere or a
    register lies in parts."""
    if isinstance(workers, Elsewhere) or isinstance(population, Parts):
        return lambda scenario: play(scenario, population, workers=workers, progress=progress)
    session = Session(base, population, workers)
    if base is not None:
        session.play()

    def played(scenario: Scenario) -> Draws:
        draws = session.answer(scenario, rebase=base is None)
        if progress:
            progress(scenario.draws)
        return draws

    return played


def under_assumptions(
    scenario: Scenario, population: Register | None = None, *, workers: Workers = None, progress: Progress = None
) -> Callable[[np.ndarray], Draws]:
    """A function that plays a scenario under one outer layer after another, each as `run.play(…, parameters=…)` does: see
    `on_common_numbers`."""
    if isinstance(workers, Elsewhere) or isinstance(population, Parts):
        return lambda parameters: play(scenario, population, workers=workers, parameters=parameters, progress=progress)
    session = Session(scenario, population, workers)
    session.play()

    def played(parameters: np.ndarray) -> Draws:
        draws = session.assuming(parameters)
        if progress:
            progress(len(parameters))
        return draws

    return played


def paid_instead(scenario: Scenario, base: Draws, gone: Population, come: Population, workers: int | None = None) -> np.ndarray | None:
    """What `run.play` would give as paid, had some enterprises `come` to a register in place of others, `gone`; None where that may
    touch anybody else: through what is contested or through office space. base: the draws of the scenario on that register."""
    of_gone, of_come = prepare(scenario, gone), prepare(scenario, come)
    if scenario.law.policy.contested or of_gone.office_taken != of_come.office_taken:
        return None
    old, new = (play_blocks(prepared, base.parameters, workers=workers, who=THOSE_THERE) for prepared in (of_gone, of_come))
    by_clause, by_year = _add(_add((base.by_clause, base.by_year), old, -1), new, 1)
    return finish(scenario, by_clause, by_year, base.parameters, paid_until(scenario, come), 0.0).paid


class Change(NamedTuple):
    """What a scenario changes in one that was played in full. law: it, prepared; parameters (draws,), of_years (draws, years + 1): its
    assumptions drawn; clauses: only who held one of these, one bit each, is played again; arrivals: others may come; newcomers: all
    who come are played; everybody: and all of those there."""

    law: Prepared
    parameters: np.ndarray
    of_years: np.ndarray
    clauses: int
    arrivals: bool = False
    newcomers: bool = False
    everybody: bool = False


class Session:
    """Plays a scenario, and changed ones, with the same random numbers. Not for several threads at once."""

    def __init__(self, scenario: Scenario | None, population: Population | None = None, workers: int | None = None):
        self.population, self.workers = population, workers
        self._results: OrderedDict[str, Draws] = OrderedDict()
        self._base: _Base | None = None
        self._change: tuple[Scenario, Change | None] | None = None  # the last one asked for
        self.scenario = scenario
        self.seconds = 0.0  # a full run took

    def play(self, scenario: Scenario | None = None, progress: Progress = None) -> Draws:
        """What `engine.run.play` gives. progress is called with draws done and may raise to stop. Raises ScenarioError."""
        scenario = scenario or self.scenario
        assert scenario is not None
        key = scenario.hash()
        if key in self._results:
            self._results.move_to_end(key)
        else:
            self._results[key] = self.answer(scenario, progress)
            if len(self._results) > REMEMBERED:
                self._results.popitem(last=False)
        return self._results[key]

    def answer(self, scenario: Scenario, progress: Progress = None, *, rebase: bool = True) -> Draws:
        """The same, whatever was asked before. rebase: what has to be played in full is what further ones are changes of."""
        started, change = time.perf_counter(), None if scenario.law.policy.contested else self._changed(scenario)
        if scenario.law.policy.contested or (self._base and change is None and not rebase):
            # where what one gets depends on all there is no part to play again
            return play(scenario, self.population, workers=self.workers, progress=progress)
        if self._base is None or change is None or (change.everybody and rebase):
            base = self._rebase(scenario, progress)
            (by_clause, by_year), parameters = base.all, base.parameters
            self.seconds = time.perf_counter() - started
        else:
            (by_clause, by_year), parameters = self._base.with_changes(change, progress), change.parameters
        return finish(scenario, by_clause, by_year, parameters, paid_until(scenario, self.population), time.perf_counter() - started)

    def assuming(self, parameters: np.ndarray) -> Draws:
        """What `run.play` gives of the scenario that was played in full, under another outer layer."""
        base, scenario = self._base, self.scenario
        assert scenario is not None
        if base is None:
            return play(scenario, self.population, workers=self.workers, parameters=parameters)
        change = base.assuming(base.prepared, pull_levers(parameters), 0)
        return finish(scenario, *base.with_changes(change, None), change.parameters, paid_until(scenario, self.population), 0.0)

    def seconds_for(self, scenario: Scenario) -> float:
        """About how long a scenario's answer will take."""
        if scenario.hash() in self._results:
            return 0.0
        change = self._changed(scenario)
        return self.seconds if self._base is None or change is None or change.everybody else self._base.seconds_for(change)

    def look_ahead(self, scenario: Scenario, progress: Progress = None) -> None:
        """Make ready for a change of any one clause of a scenario that was played: its answer then takes no longer than any
        later one. Nothing where it is not known who held a clause: everything is played then, whatever changes."""
        base = self._base
        if base is None or (held := base.held[THOSE_THERE]) is None:
            return
        block = max(1, GENTLY // max(1, held.shape[1]))
        change = self._changed(scenario)
        if change is None or change.clauses or change.newcomers or change.everybody:  # what is changed further is changed from here
            base = self._rebase(scenario, progress, block)
        for k in range(base.prepared.enacted.clauses):
            base.rest(1 << k, progress, block)

    def _rebase(self, scenario: Scenario, progress: Progress, block: int | None = None) -> _Base:
        """Play a scenario in full; further ones are changes of it."""
        self._base = base = _Base(scenario, self._prepared(scenario), self.workers, progress, block)
        self._change = None
        return base

    def _prepared(self, scenario: Scenario) -> Prepared:
        """`prepare`; taken over where only assumptions differ from what was played in full before."""
        if self._base is not None and self._base.scenario.law == scenario.law and _same_surroundings(scenario, self._base.scenario):
            return self._base.prepared.under(scenario, self._base.prepared.enacted)
        return prepare(scenario, self.population)

    def _changed(self, scenario: Scenario) -> Change | None:
        """What differs from what was played in full; None where all is to be played."""
        if self._base is None or not _same_surroundings(scenario, self._base.scenario):
            return None
        if self._change is None or self._change[0] is not scenario:
            self._change = scenario, self._base.change(scenario)
        return self._change[1]


class _Base:
    """A scenario played in full, and which clauses' conditions everybody in it ever held."""

    def __init__(self, scenario: Scenario, prepared: Prepared, workers: int | None, progress: Progress, block: int | None = None):
        self.scenario, self.prepared, self.workers = scenario, prepared, workers
        self.parameters = pull_levers(outer_layer(scenario, 0, scenario.draws))
        self.of_years = prepared.of_years(np.arange(len(self.parameters)), self.parameters)
        self.arrivals = self._arrivals(prepared, self.of_years)
        there = len(prepared.register.keys)
        if prepared.synthetic:
            there = most_there(prepared.seed, general(self.of_years), prepared.generosity)
        most = {THOSE_THERE: there, NEWCOMERS: int(self.arrivals[..., 0].sum(axis=(1, 2)).max())}
        self.space = np.zeros((len(self.parameters), 2))  # see `kernel.Wanted`
        self.held = {who: self._nobody_held(n) for who, n in most.items()}
        self.sums: dict[int, Sums] = {}
        self.seconds: dict[int, float] = {}  # each part took
        for who, held in self.held.items():
            started = time.perf_counter()
            self.sums[who] = self._play(self.as_it_is, who, progress, held=held, space=self.space, block=block)
            self.seconds[who] = time.perf_counter() - started
        self._rest: dict[int, dict[int, Sums]] = {}
        self._shares: dict[int, float] = {}

    @property
    def as_it_is(self) -> Change:
        """No change."""
        return Change(self.prepared, self.parameters, self.of_years, 0)

    @property
    def all(self) -> Sums:
        """The sums of everybody."""
        return _add(self.sums[THOSE_THERE], self.sums[NEWCOMERS], 1)

    def change(self, scenario: Scenario) -> Change | None:
        """What a scenario of the same surroundings changes; None where the law differs in more than some clauses."""
        same_law = scenario.law is self.scenario.law  # the readings are the same here, see `_same_surroundings`
        law = self.prepared.under(scenario, self.prepared.enacted if same_law else _enacted(scenario))
        clauses = clauses_to_replay(self.prepared.enacted, law.enacted)
        if clauses is None:
            return None
        if scenario.assumptions == self.scenario.assumptions and scenario.correlations == self.scenario.correlations:
            return Change(law, self.parameters, self.of_years, clauses, arrivals=clauses != 0)
        return self.assuming(law, pull_levers(outer_layer(scenario, 0, scenario.draws)), clauses)

    def assuming(self, law: Prepared, parameters: np.ndarray, clauses: int) -> Change:
        """The change to a law that differs in these clauses, and to an outer layer."""
        of_years = law.of_years(np.arange(len(parameters)), parameters)
        change = Change(law, parameters, of_years, clauses, arrivals=clauses != 0)
        of_clause = {name: k for names in (law.declared.take_up, law.declared.typical) for k, name in enumerate(names) if name}
        for name in of_years.dtype.names or ():
            if np.array_equal(of_years[name], self.of_years[name]):
                continue
            touched = touches(name, drawn=law.synthetic)
            if name in of_clause:
                change = change._replace(clauses=change.clauses | 1 << of_clause[name])
            elif touched == ARRIVALS_ONLY:
                change = change._replace(arrivals=True)
            elif touched == NEWCOMERS_ONLY:
                change = change._replace(newcomers=True)
            elif touched == EVERYTHING:
                return change._replace(everybody=True)
        return change

    def with_changes(self, change: Change, progress: Progress) -> Sums:
        """The sums of everybody under a change."""
        if change.everybody:
            return self._play(change, EVERYBODY, progress)
        there = self._replay(THOSE_THERE, change, progress) if change.clauses else self.sums[THOSE_THERE]
        others = change.clauses or change.arrivals or change.newcomers
        newcomers = self._replay(NEWCOMERS, change, progress) if others else self.sums[NEWCOMERS]
        return _add(there, newcomers, 1)

    def rest(self, clauses: int, progress: Progress, block: int | None = None) -> dict[int, Sums]:
        """The sums of all but those who ever held the conditions of one of these clauses; of all where that is not known."""
        if clauses not in self._rest:
            found = dict(self.sums)
            for who, held in self.held.items():
                if held is not None:
                    old = self._play(self.as_it_is, who, progress, held=held, only=clauses, block=block)
                    found[who] = _add(found[who], old, -1)
            self._rest[clauses] = found
            if len(self._rest) > RESTS:
                self._rest.pop(next(iter(self._rest)))
        return self._rest[clauses]

    def seconds_for(self, change: Change) -> float:
        """About how long the answer to a change takes; no less where any number of newcomers may be others."""
        share = min(1.0, HELD_TAKE * self.share_held(change.clauses)) if change.clauses else 0.0
        many = change.newcomers or (change.arrivals and not change.clauses)
        return self.seconds[THOSE_THERE] * share + self.seconds[NEWCOMERS] * (1.0 if many else share)

    def share_held(self, clauses: int) -> float:
        """The share of those there, over all draws, that ever held the conditions of one of these clauses."""
        held = self.held[THOSE_THERE]
        if held is None:
            return 1.0
        if clauses not in self._shares:
            self._shares[clauses] = float(((held >> np.uint64(1)) & np.uint64(clauses) != 0).mean()) if held.size else 0.0
        return self._shares[clauses]

    def _replay(self, who: int, change: Change, progress: Progress) -> Sums:
        """The sums of those there, or of newcomers: of those who held a changed clause anew, and of those who come or no longer do."""
        held, anew, only = self.held[who], self._all_anew(who, change), change.clauses
        if held is None or anew.all():
            return self._play(change, who, progress)
        by_clause, by_year = (part.copy() for part in (self.rest(only, progress) if only else self.sums)[who])
        space, moved = self.space.copy(), np.zeros(len(anew), np.bool_)
        if who == NEWCOMERS and change.arrivals:
            after = self._arrivals(change.law, change.of_years)
            moved = (after != self.arrivals).any(axis=(1, 2, 3))
        if moved.any():
            held, gone = self._carried_over(change, after, moved, only)
            only |= ADDED_ONLY
            if len(fewer := np.flatnonzero(gone.any(axis=1))):
                old = self._play(self.as_it_is, who, progress, only=1, draws=fewer, held=gone[fewer])
                _put((by_clause, by_year), fewer, old, -1)
        if only:
            same = np.flatnonzero(~anew)
            left = space[same]
            _put((by_clause, by_year), same, self._play(change, who, progress, only=only, draws=same, held=held[same], space=left), 1)
            space[same] = left
        anew |= moved & (space[:, 0] < TIGHT) & (space[:, 1] == 0)
        if anew.any():
            by_clause[anew], by_year[anew] = self._play(change, who, progress, draws=np.flatnonzero(anew))
        return by_clause, by_year

    def _carried_over(self, change: Change, after: np.ndarray, moved: np.ndarray, clauses: int) -> tuple[np.ndarray, np.ndarray]:
        """`comers.carry_over` for newcomers of whom others come in some draws: moved."""
        held, law, short = self.held[NEWCOMERS], change.law, moved & (self.space[:, 1] > 0)
        assert held is not None
        now = np.zeros((len(held), after[..., 0].sum(axis=(1, 2)).max()), HELD)
        offices, gone, places = np.zeros_like(now), np.zeros_like(held), np.flatnonzero(short)
        found, head = np.zeros((len(places), now.shape[1]), HELD), law.enacted.terms.head
        of_years = general(change.of_years[places])
        find_offices(law.seed, places, of_years, law.generosity, head, law.base_year, law.known, law.edges, law.office_taken, found)
        offices[places] = found
        carry_over(self.arrivals, after, held, offices, short, HELD(clauses << 1), now, gone)
        return now, gone

    def _all_anew(self, who: int, change: Change) -> np.ndarray:
        """The draws (draws,) in which all are to be played anew: where they come with other facts."""
        if who == NEWCOMERS and change.newcomers:
            return np.ones(len(self.parameters), np.bool_)
        lifted = np.zeros(len(self.parameters), np.bool_)
        for fact, share in ((CONTRIBUTION, "bunching_contribution"), (CAPITAL, "bunching_capital")):
            edges, before = (one.edges["edge"][one.edges["fact"] == fact] for one in (change.law, self.prepared))
            if not np.array_equal(edges, before) and (who == NEWCOMERS or fact == CONTRIBUTION):
                lifted |= (change.of_years[share] > 0).any(axis=1)
        return lifted

    def _arrivals(self, prepared: Prepared, of_years: np.ndarray) -> np.ndarray:
        head = prepared.enacted.terms.head
        counts = np.zeros((len(of_years), len(head) - 1, len(ARRIVING), 2), np.int64)
        count_arrivals(prepared.seed, general(of_years), prepared.generosity, head, prepared.base_year, prepared.known, counts)
        return counts

    def _nobody_held(self, n: int) -> np.ndarray | None:
        too_many = 8 * n * len(self.parameters) > LARGEST_MEMORY
        return None if too_many else np.zeros((len(self.parameters), n), HELD)

    def _play(
        self,
        change: Change,
        who: int,
        progress: Progress,
        *,
        only: int = 0,
        draws: np.ndarray | None = None,
        block: int | None = None,
        **wanted: np.ndarray | None,
    ) -> Sums:
        parameters = change.parameters if draws is None else change.parameters[draws]
        return play_blocks(
            change.law, parameters, workers=self.workers, block=block, numbers=draws, progress=progress, who=who, only=only, **wanted
        )


def clauses_to_replay(base: Enacted, changed: Enacted) -> int | None:
    """Of two laws in force in the same years: the clauses that differ, one bit each; None where more must be played than those that
    held them before.

    An amount or a share may change where it is not 0 before; a threshold may rise; a length of time may shrink; a
    clause may be withdrawn. Then whoever never held a clause's conditions does not hold them now.
    """
    old, new, policy = base.terms, changed.terms, base.policy
    if policy is not changed.policy or any(
        not np.array_equal(old.head[n], new.head[n]) for n in old.head.dtype.names or () if n != "withdrawn"
    ):
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
    if ((old == 0) & (new > 0)).any():  # what was nothing may be an amount that is noticed now
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


def _same_surroundings(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios prepare a register the same, and differ in nothing that changes a draw but law and assumptions:
    appropriations come after the draws. Whether anybody may come back as new matters to a register."""
    same = one.plain == other.plain and one.interpretation == other.interpretation
    some_come_back = [scenario.parameters()["reregistration.share"].high > 0 for scenario in (one, other)]
    return same and some_come_back[0] == some_come_back[1]


def _add(one: Sums, other: Sums, sign: int) -> Sums:
    return one[0] + sign * other[0], one[1] + sign * other[1]


def _put(sums: Sums, draws: np.ndarray, other: Sums, sign: int) -> None:
    for all_of, some in zip(sums, other, strict=True):
        all_of[draws] += sign * some
