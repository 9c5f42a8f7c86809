"""A run cut into tasks that any thread, process or machine can do, in any order, with the same sums.

A task is a range of draws of everybody; or, where a register lies in parts, of those there in one part, and then of the
newcomers, who need only know what office space is taken. Sums are whole numbers, so their order changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import numpy as np

from simulator.engine import totals
from simulator.engine.kernel import EVERYBODY, NEWCOMERS, THOSE_THERE
from simulator.engine.prepared import Prepared, prepare
from simulator.errors import Problem, ScenarioError
from simulator.phrases import phrase
from simulator.population.parts import Parts, Register
from simulator.scenario import Scenario
from simulator.streams import REPLICATE_BITS

FEWEST, FEWEST_OF_PARTS = 4, 2  # tasks for each worker
FEWEST_DRAWS = 25  # of a task: bringing in a register's enterprises takes as long as several
MOST = 1024  # draws of a task that reads a part of a register
AT_ONCE = 256  # draws of any other task
WAITING = 256  # tasks submitted to threads at a time
AWAKE = 0.5  # seconds: how soon Ctrl+C is noticed where waiting cannot be interrupted (Windows)
GRACE = 30  # seconds an interrupted run waits for what is under way
T = TypeVar("T")


class Task(NamedTuple):
    """Draws first … last − 1 of everybody (part −1), of those there in a part (from 0), or of the newcomers (part −1)."""

    part: int
    who: int
    first: int
    last: int


class Sums(NamedTuple):
    """by_clause, by_year: see `run.Draws`, of a task's draws; taken: office space that its enterprises take."""

    by_clause: np.ndarray
    by_year: np.ndarray
    taken: int = 0


@dataclass(frozen=True)
class Work:
    """What is to be played: a scenario on a register or (None) on incumbents drawn anew in every draw. replicate: see `run.play`;
    start: the number of the first draw."""

    scenario: Scenario
    register: Register | None
    replicate: int = 0
    start: int = 0

    @cached_property
    def prepared(self) -> Prepared:
        """What no draw changes; of a register in parts without anybody of it."""
        return prepare(self.scenario, self.register.nobody() if isinstance(self.register, Parts) else self.register)

    def tasks(self, draws: int, workers: int, block: int | None = None) -> list[Task]:
        """All tasks, newcomers' last. block: draws of a task."""
        parts = len(self.register.counts) if isinstance(self.register, Parts) else 0
        if parts and (some := self.scenario.law.policy.contested):
            raise ScenarioError(
                Problem(
                    "--population",
                    phrase("is a register in parts, but {} is weighed over all enterprises", some[0].slug),
                    "keep the register in one folder or workbook",
                )
            )
        pieces = -(-FEWEST_OF_PARTS * workers // parts) if parts else FEWEST * workers  # each piece reads its part
        least = 1 if parts else min(FEWEST_DRAWS, -(-draws // workers))
        block = block or max(1, least, min(MOST if parts else AT_ONCE, -(-draws // pieces)))
        ranges = [(first, min(first + block, draws)) for first in range(0, draws, block)]
        if not parts:
            return [Task(-1, EVERYBODY, *r) for r in ranges]
        return [Task(part, THOSE_THERE, *r) for part in range(parts) for r in ranges] + [Task(-1, NEWCOMERS, *r) for r in ranges]

    def play(self, task: Task, parameters: np.ndarray, taken: int = 0) -> Sums:
        """Play a task; parameters: of its draws; taken: office space that the register takes, for newcomers alone."""
        prepared = self.prepared
        if isinstance(self.register, Parts) and task.who == THOSE_THERE:
            prepared = prepare(self.scenario, self.register.part(task.part))
            taken = prepared.office_taken
        sums = no_sums(len(parameters), len(prepared.enacted.terms.head) - 1, prepared.enacted.clauses)
        first = self.start + task.first + (self.replicate << REPLICATE_BITS)
        prepared.play(first, parameters, *sums, who=task.who, taken=None if task.who == EVERYBODY else taken)
        return Sums(*sums, taken)


def no_sums(draws: int, years: int, clauses: int) -> tuple[np.ndarray, np.ndarray]:
    """by_clause and by_year of nobody."""
    return (np.zeros((draws, years, clauses, len(totals.BY_CLAUSE)), np.int64), np.zeros((draws, years, len(totals.BY_YEAR)), np.int64))


def refuse_overflow(by_clause: np.ndarray, by_year: np.ndarray) -> None:
    """Raises ScenarioError where sums are too large to be counted."""
    cells = by_clause.shape[2] * (by_clause.shape[1] + 1)  # totals add up that many sums
    too_large = (
        by_year[:, :, totals.TOO_LARGE].any()
        or max(int(by_clause.max(initial=0)) * cells, int(by_year.max(initial=0))) > totals.LARGEST_SUM
    )
    if too_large or (by_clause < 0).any() or (by_year < 0).any():
        raise ScenarioError(
            Problem(
                "",
                "sales, taxes or awards grow beyond what can be counted in fen",
                "check sales and growth of the assumptions or of the register",
            )
        )


def threads(workers: int | Executor | None) -> int:
    """How many threads are meant where work stays on this machine."""
    return workers if isinstance(workers, int) and workers else os.cpu_count() or 1


class Elsewhere(Executor):
    """Workers that share no memory with this process: see `cluster`. workers: how many; width: tasks to have under way."""

    @property
    def workers(self) -> int:
        raise NotImplementedError

    @property
    def width(self) -> int:
        raise NotImplementedError

    def player(self, work: Work) -> Callable[[Task, np.ndarray, int], Future[Sums]]:
        """A function that has `Work.play` done there. Raises ClusterError where that may not be."""
        raise NotImplementedError

    def watch(self) -> None:
        """Raises ClusterError where nobody is left who could do anything."""


Workers = int | Elsewhere | None  # threads of this process (None: one for each core), or a cluster


def carry_out(
    tasks: Iterable[T],
    submit: Callable[[T], Future[Any]],
    take: Callable[[T, Any], None],
    width: int,
    watch: Callable[[], None] = lambda: None,
) -> None:
    """Submit tasks, `width` at a time, and take each result as it comes. Interrupted, it takes what was under way.

    watch: called again and again while nothing comes.
    """
    remaining = iter(tasks)
    waiting: dict[Any, Any] = {}
    try:
        while True:
            waiting |= {submit(task): task for task in islice(remaining, width - len(waiting))}
            if not waiting:
                return
            done = wait(waiting, AWAKE, FIRST_COMPLETED).done
            for future in done:
                take(waiting.pop(future), future.result())
            if not done:
                watch()
    except KeyboardInterrupt:
        under_way = {future: task for future, task in waiting.items() if not future.cancel()}
        for future in wait(under_way, GRACE).done:
            try:
                take(under_way[future], future.result())
            except Exception:  # noqa: BLE001, S112  the interruption is what is to be reported
                continue
        raise
    finally:
        for future in waiting:
            future.cancel()


def on_threads(
    tasks: Iterable[T], do: Callable[[T], Any], take: Callable[[T, Any], None], workers: int, executor: Executor | None = None
) -> None:
    """`carry_out` on threads of this process, or on an executor that shares its memory."""
    pool = executor or ThreadPoolExecutor(workers)
    try:
        carry_out(tasks, lambda task: pool.submit(do, task), take, WAITING)
    finally:
        if executor is None:
            pool.shutdown(cancel_futures=True)
