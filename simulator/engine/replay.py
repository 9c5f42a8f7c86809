"""Playing a scenario again after a change of the law or of assumptions, without playing again what the change cannot touch.

An enterprise whose conditions of a clause never held gives the same sums whatever the clause pays, and however often it is applied
for. So only the ones that ever held a changed clause's conditions are played anew; their old part is taken out of the sums, in whole
fen, and the new one put in. How many newcomers come depends on the law and on what is assumed of arrivals: those that come besides are
played, and those that no longer do are taken out; where office space is short, also those who find some or no longer do. Where another
assumption about newcomers alone changes, all of these are played. The result is that of a full run, to the byte.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from simulator.engine.blocks import Elsewhere, Workers, no_sums
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
IDLE_BLOCK = 80_000  # enterprises times draws of a block played at idle priority: a question stops it after the block
HELD_TAKE = 2.0  # times as long to play one that held a changed clause as one of all: the law looks at it
REMEMBERED = 24  # results kept, so that a setting put back is there at once
ADDED_ONLY = 1 << 62  # where a clause's bit would stand: those of `comers.carry_over` who were not there
TIGHT = 1.0  # m² of office space left: below, the order in which it is counted may matter
RESTS = 24  # sums of all but those who held some clauses, kept
ALL = slice(None)  # draws
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

    @property
    def extent(self) -> tuple[int, bool, bool, bool]:
        """Whom it touches."""
        return self.clauses, self.arrivals, self.newcomers, self.everybody


class Session:
    """Plays a scenario, and changed ones, with the same random numbers. Not for several threads at once."""

    def __init__(self, scenario: Scenario | None, population: Population | None = None, workers: int | None = None):
        self.population, self.workers = population, workers
        self._results: OrderedDict[str, Draws] = OrderedDict()
        self._base: _Base | None = None
        self._change: tuple[Scenario, Change | None] | None = None  # the last one asked for
        self.scenario = scenario
        self.seconds = 0.0  # a full run took
        self._took: dict[tuple[int, bool, bool, bool], float] = {}  # seconds that a change of that extent took last

    def play(
        self,
        scenario: Scenario | None = None,
        progress: Progress = None,
        *,
        stops: Sequence[int] = (),
        show: Callable[[Draws], None] = lambda _first: None,
        rebase: bool = True,
        idle: bool = False,
    ) -> Draws:
        """What `engine.run.play` gives. progress is called with draws done and may raise to stop. stops: numbers of draws, ascending,
        after which `show` is given what the first draws gave; it may raise, too. rebase, idle: see `answer`. Raises ScenarioError."""
        scenario = scenario or self.scenario
        assert scenario is not None
        key = scenario.hash()
        if key in self._results:
            self._results.move_to_end(key)
        else:
            self._results[key] = self.answer(scenario, progress, stops=stops, show=show, rebase=rebase, idle=idle)
            if len(self._results) > REMEMBERED:
                self._results.popitem(last=False)
        return self._results[key]

    def answer(
        self,
        scenario: Scenario,
        progress: Progress = None,
        *,
        stops: Sequence[int] = (),
        show: Callable[[Draws], None] = lambda _first: None,
        rebase: bool = True,
        idle: bool = False,
    ) -> Draws:
        """The same, whatever was asked before. rebase: what has to be played in full is what further ones are changes of; idle: at
        idle priority, in small blocks."""
        change = None if scenario.law.policy.contested else self._changed(scenario)
        if scenario.law.policy.contested or (self._base and change is None and not rebase):
            # where what one gets depends on all there is no part to play again
            return play(scenario, self.population, workers=self.workers, progress=progress, block=self._idle_block() if idle else None)
        if anew := self._base is None or change is None or (change.everybody and rebase):
            base = _Base(scenario, self._prepared(scenario), self.workers)
            parameters, play_part = base.parameters, base.play
        else:
            base, parameters, play_part = self._base, change.parameters, partial(self._base.with_changes, change)
        paid_years, seconds, parts, done = paid_until(scenario, self.population), 0.0, [], 0
        for last in (*stops, scenario.draws):
            started = time.perf_counter()
            parts.append(play_part(slice(done, last), progress, self._idle_block() if idle else None))
            seconds, done = seconds + time.perf_counter() - started, last
            by_clause, by_year = (np.concatenate(sums) for sums in zip(*parts, strict=True))
            result = finish(scenario, by_clause, by_year, parameters[:last], paid_years, seconds)
            if last < scenario.draws:
                show(result)
        if anew:
            self._base, self._change, self.seconds = base, None, seconds
        elif change is not None:
            self._took[change.extent] = seconds
        return result

    def assuming(self, parameters: np.ndarray) -> Draws:
        """What `run.play` gives of the scenario that was played in full, under another outer layer."""
        base, scenario = self._base, self.scenario
        assert scenario is not None
        if base is None:
            return play(scenario, self.population, workers=self.workers, parameters=parameters)
        change = base.assuming(base.prepared, pull_levers(parameters), 0)
        return finish(scenario, *base.with_changes(change, ALL, None), change.parameters, paid_until(scenario, self.population), 0.0)

    def seconds_for(self, scenario: Scenario) -> float:
        """About how long a scenario's answer will take."""
        if scenario.hash() in self._results:
            return 0.0
        change = self._changed(scenario)
        if self._base is None or change is None or change.everybody:
            return self.seconds
        return self._took[change.extent] if change.extent in self._took else self._base.seconds_for(change)

    def look_ahead(self, scenario: Scenario, progress: Progress = None) -> None:
        """Make ready for a change of any one clause of a scenario that was played: its answer then takes no longer than any
        later one. Nothing where it is not known who held a clause: everything is played then, whatever changes."""
        base = self._base
        if base is None or base.held[THOSE_THERE] is None:
            return
        block = self._idle_block()
        change = self._changed(scenario)
        if change is None or any(change.extent):  # what is changed further is changed from here
            base = _Base(scenario, self._prepared(scenario), self.workers)
            base.play(ALL, progress, block)
            self._base, self._change = base, None
        for k in range(base.prepared.enacted.clauses):
            base.rest(1 << k, scenario.draws, progress, block)

    def _idle_block(self) -> int:
        """Draws of a block at idle priority."""
        return max(1, IDLE_BLOCK // max(1, self._base.there if self._base else 0))

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
    """A scenario that is played in full, and which clauses' conditions everybody in it ever held."""

    def __init__(self, scenario: Scenario, prepared: Prepared, workers: int | None):
        self.scenario, self.prepared, self.workers = scenario, prepared, workers
        self.parameters = pull_levers(outer_layer(scenario, 0, scenario.draws))
        self.of_years = prepared.of_years(np.arange(len(self.parameters)), self.parameters)
        self.arrivals = self._arrivals(prepared, self.of_years, np.arange(len(self.parameters)))
        there = len(prepared.register.keys)
        if prepared.synthetic:
            there = most_there(prepared.seed, general(self.of_years), prepared.generosity)
        most = {THOSE_THERE: there, NEWCOMERS: int(self.arrivals[..., 0].sum(axis=(1, 2)).max())}
        self.space = np.zeros((len(self.parameters), 2))  # see `kernel.Wanted`
        self.held, self.there = {who: self._nobody_held(n) for who, n in most.items()}, there
        enacted = prepared.enacted
        self.sums = {who: no_sums(len(self.parameters), len(enacted.terms.head) - 1, enacted.clauses) for who in most}
        self.seconds = dict.fromkeys(most, 0.0)  # each part took
        self._rest: dict[int, _Rest] = {}
        self._shares: dict[int, float] = {}

    def play(self, part: slice, progress: Progress, block: int | None = None) -> Sums:
        """Play some of its draws; the sums of everybody in them."""
        for who, held in self.held.items():
            started = time.perf_counter()
            noted = held if held is None else held[part]
            played = self._play(self.as_it_is, who, progress, draws=part, block=block, held=noted, space=self.space[part])
            for whole, some in zip(self.sums[who], played, strict=True):
                whole[part] = some
            self.seconds[who] += time.perf_counter() - started
        return self.all(part)

    @property
    def as_it_is(self) -> Change:
        """No change."""
        return Change(self.prepared, self.parameters, self.of_years, 0)

    def all(self, part: slice) -> Sums:
        """The sums of everybody in some draws."""
        return _add(_of(self.sums[THOSE_THERE], part), _of(self.sums[NEWCOMERS], part), 1)

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

    def with_changes(self, change: Change, part: slice, progress: Progress, block: int | None = None) -> Sums:
        """The sums of everybody under a change, in some draws."""
        if change.everybody:
            return self._play(change, EVERYBODY, progress, draws=part, block=block)
        there, newcomers = (_of(self.sums[who], part) for who in (THOSE_THERE, NEWCOMERS))
        if change.clauses:
            there = self._replay(THOSE_THERE, change, part, progress, block)
        if change.clauses or change.arrivals or change.newcomers:
            newcomers = self._replay(NEWCOMERS, change, part, progress, block)
        return _add(there, newcomers, 1)

    def rest(self, clauses: int, draws: int, progress: Progress, block: int | None = None) -> dict[int, Sums]:
        """The sums of all but those who ever held the conditions of one of these clauses, right in the first draws; of all where that is
        not known."""
        rest = self._rest.setdefault(clauses, _Rest({who: (sums[0].copy(), sums[1].copy()) for who, sums in self.sums.items()}))
        if rest.done < draws:
            part = slice(rest.done, draws)
            old = {
                who: self._play(self.as_it_is, who, progress, only=clauses, draws=part, block=block, held=held[part])
                for who, held in self.held.items()
                if held is not None
            }
            for who, played in old.items():
                for whole, gone in zip(rest.sums[who], played, strict=True):
                    whole[part] -= gone
            rest.done = draws
            if len(self._rest) > RESTS:
                self._rest.pop(next(iter(self._rest)))
        return rest.sums

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

    def _replay(self, who: int, change: Change, part: slice, progress: Progress, block: int | None) -> Sums:
        """The sums of those there, or of newcomers, in some draws: of those who held a changed clause anew, and of those who come or no
        longer do."""
        draws, held, anew, only = np.arange(len(self.parameters))[part], self.held[who], self._all_anew(who, change)[part], change.clauses
        if held is None or anew.all():
            return self._play(change, who, progress, draws=part, block=block)
        kept = self.rest(only, int(draws[-1]) + 1, progress, block) if only else self.sums
        by_clause, by_year = (sums[part].copy() for sums in kept[who])
        held, space, moved = held[part], self.space[part].copy(), np.zeros(len(draws), np.bool_)
        if who == NEWCOMERS and change.arrivals:
            after = self._arrivals(change.law, change.of_years[part], draws)
            moved = (after != self.arrivals[part]).any(axis=(1, 2, 3))
        if moved.any():
            held, gone = self._carried_over(change, draws, held, after, moved)
            only |= ADDED_ONLY
            if len(fewer := np.flatnonzero(gone.any(axis=1))):
                old = self._play(self.as_it_is, who, progress, only=1, draws=draws[fewer], block=block, held=gone[fewer])
                _put((by_clause, by_year), fewer, old, -1)
        if only:
            same = np.flatnonzero(~anew)
            left = space[same]
            played = self._play(change, who, progress, only=only, draws=draws[same], block=block, held=held[same], space=left)
            _put((by_clause, by_year), same, played, 1)
            space[same] = left
        anew |= moved & (space[:, 0] < TIGHT) & (space[:, 1] == 0)
        if anew.any():
            by_clause[anew], by_year[anew] = self._play(change, who, progress, draws=draws[anew], block=block)
        return by_clause, by_year

    def _carried_over(
        self, change: Change, draws: np.ndarray, held: np.ndarray, after: np.ndarray, moved: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """`comers.carry_over` for newcomers of some draws, in which others come where moved."""
        law, short = change.law, moved & (self.space[draws, 1] > 0)
        now = np.zeros((len(held), after[..., 0].sum(axis=(1, 2)).max()), HELD)
        offices, gone, places = np.zeros_like(now), np.zeros_like(held), np.flatnonzero(short)
        found, head, of_years = np.zeros((len(places), now.shape[1]), HELD), law.enacted.terms.head, general(change.of_years[draws[places]])
        find_offices(law.seed, draws[places], of_years, law.generosity, head, law.base_year, law.known, law.edges, law.office_taken, found)
        offices[places] = found
        carry_over(self.arrivals[draws], after, held, offices, short, HELD(change.clauses << 1), now, gone)
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

    def _arrivals(self, prepared: Prepared, of_years: np.ndarray, draws: np.ndarray) -> np.ndarray:
        head = prepared.enacted.terms.head
        counts = np.zeros((len(draws), len(head) - 1, len(ARRIVING), 2), np.int64)
        count_arrivals(prepared.seed, draws, general(of_years), prepared.generosity, head, prepared.base_year, prepared.known, counts)
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
        draws: slice | np.ndarray = ALL,
        block: int | None = None,
        **wanted: np.ndarray | None,
    ) -> Sums:
        return play_blocks(
            change.law,
            change.parameters[draws],
            workers=self.workers,
            block=block,
            numbers=np.arange(len(change.parameters))[draws],
            progress=progress,
            who=who,
            only=only,
            **wanted,
        )


class _Rest:
    """The sums of all but some, of the first `done` draws; of the others those of all."""

    def __init__(self, sums: dict[int, Sums]):
        self.sums, self.done = sums, 0


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


def _of(sums: Sums, part: slice) -> Sums:
    return sums[0][part], sums[1][part]


def _add(one: Sums, other: Sums, sign: int) -> Sums:
    return one[0] + sign * other[0], one[1] + sign * other[1]


def _put(sums: Sums, places: np.ndarray, other: Sums, sign: int) -> None:
    for all_of, some in zip(sums, other, strict=True):
        all_of[places] += sign * some
