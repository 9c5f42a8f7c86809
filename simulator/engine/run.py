"""Play the draws of a scenario: tasks on threads or on a cluster, totals in, results out."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from simulator.engine import kernel, totals
from simulator.engine.blocks import (
    FEWEST_DRAWS,
    Elsewhere,
    Sums,
    Task,
    Work,
    Workers,
    carry_out,
    no_sums,
    on_threads,
    refuse_overflow,
    threads,
)
from simulator.engine.checkpoints import Checkpoints
from simulator.engine.instalments import parts_of
from simulator.engine.kernel import NEWCOMERS, THOSE_THERE
from simulator.engine.prepared import Prepared, paid_until
from simulator.law.policy import Policy
from simulator.population.parts import Register
from simulator.projection.assumptions import draw_parameters, pull_levers
from simulator.projection.market import total_retail_sales
from simulator.projection.sobol import replicate_of
from simulator.scenario import Scenario


@dataclass(frozen=True)
class Draws:
    """What the draws leave behind: sums only.

    years: award years (y,); cash_years: (y + 1,), one longer. by_clause: int64 (draws, y, clauses, 4): recipients,
    entitled, awarded, displaced; by_year: int64 (draws, y, sums), see totals.BY_YEAR; paid: int64 fen (draws, y + 1,
    clauses), cash; recovered: int64 fen (draws, y + 1); parameters: the outer layer (draws,); trscg, services: CNY
    (draws, y). Money in fen; what is in kind in its units. policy: whose clauses they are. replicate (draws,): which
    Sobol sequence each draw belongs to, None where the draws are independent of each other; every Monte Carlo error is
    made with it (`budget.statistics`).
    """

    years: list[int]
    by_clause: np.ndarray
    by_year: np.ndarray
    paid: np.ndarray
    recovered: np.ndarray
    parameters: np.ndarray
    trscg: np.ndarray
    services: np.ndarray
    policy: Policy
    seconds: float = 0.0
    replicate: np.ndarray | None = None

    @property
    def slugs(self) -> tuple[str, ...]:
        """The clauses, those in cash first."""
        return self.policy.slugs

    @property
    def cash(self) -> int:
        """How many clauses pay cash."""
        return self.policy.cash_clauses

    @property
    def cash_years(self) -> list[int]:
        return [*self.years, self.years[-1] + 1]

    def of_year(self, name: str) -> np.ndarray:
        """One of totals.BY_YEAR, (draws, y)."""
        return self.by_year[:, :, totals.BY_YEAR.index(name)]


def play(
    scenario: Scenario,
    population: Register | None = None,
    *,
    workers: Workers = None,
    block: int | None = None,
    executor: Executor | None = None,
    replicate: int = 0,
    parameters: np.ndarray | None = None,
    before: Draws | None = None,
    progress: Callable[[int], None] | None = None,
    keep: Checkpoints | None = None,
) -> Draws:
    """Play all draws of a scenario, on a register or (None) on incumbents drawn anew in every draw.

    workers: threads (default: the machine's cores), or a cluster; block: draws per task; progress is called with the draws
    done. The result depends on none of these. replicate: other random numbers (0 …
    255) for the same parameters, draw by draw: two of them split the variance. parameters: another outer layer than the
    scenario's own, as `outer_layer` gives it, one record per draw. before: the scenario's first draws, already played: only the
    others are. keep: where finished tasks are kept and found again. Raises ScenarioError, and SimulatorError where a task cannot
    be kept.
    """
    started = time.perf_counter()
    start = 0 if before is None else len(before.parameters)
    parameters = pull_levers(outer_layer(scenario, start, scenario.draws - start) if parameters is None else parameters)
    sums = play_work(
        Work(scenario, population, replicate, start),
        parameters,
        workers=workers,
        block=block,
        executor=executor,
        progress=progress,
        keep=keep,
    )
    seconds = time.perf_counter() - started
    if before is not None:
        sums = np.concatenate([before.by_clause, sums[0]]), np.concatenate([before.by_year, sums[1]])
        parameters, seconds = np.concatenate([before.parameters, parameters]), before.seconds + seconds
    return finish(scenario, *sums, parameters, paid_until(scenario, population), seconds)


def play_work(
    work: Work,
    parameters: np.ndarray,
    *,
    workers: Workers = None,
    block: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
    keep: Checkpoints | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Play all tasks of a work into sums by_clause and by_year (see Draws); the arguments as for `play`."""
    draws, elsewhere = len(parameters), workers if isinstance(workers, Elsewhere) else None
    by_clause, by_year = no_sums(draws, len(work.scenario.years), len(work.scenario.law.policy.clauses))
    play_there = elsewhere.player(work) if elsewhere else None
    tasks = work.tasks(draws, elsewhere.workers if elsewhere else threads(workers), keep.block if keep and keep.block else block)
    counted = Counted(progress, draws, sum(task.last - task.first for task in tasks))
    taken: dict[int, int] = {}
    if keep:
        keep.begin(tasks)

    def add(task: Task, sums: Sums) -> None:
        part = slice(task.first, task.last)
        by_clause[part] += sums.by_clause
        by_year[part] += sums.by_year
        refuse_overflow(by_clause[part], by_year[part])  # each time: two wraps would look like a sum
        if task.who == THOSE_THERE:
            taken[task.part] = sums.taken
        counted.more(task.last - task.first)

    def take(task: Task, sums: Sums) -> None:
        if keep:
            keep.save(task, sums)
        add(task, sums)

    def do(task: Task) -> Sums:
        return work.play(task, parameters[task.first : task.last], sum(taken.values()))

    for newcomers in (False, True):  # last: the register's enterprises take office space first
        remaining = []
        for task in tasks:
            if (task.who == NEWCOMERS) == newcomers:
                found = keep.load(task) if keep else None
                remaining.append(task) if found is None else add(task, found)
        if elsewhere and play_there:
            carry_out(
                remaining,
                lambda task: play_there(task, parameters[task.first : task.last], sum(taken.values())),
                take,
                elsewhere.width,
                elsewhere.watch,
            )
        else:
            on_threads(remaining, do, take, threads(workers), executor)
    return by_clause, by_year


class Counted:
    """Turns what is done of all tasks into numbers of draws done, for a bar of progress."""

    def __init__(self, progress: Callable[[int], None] | None, draws: int, of: int):
        self.progress, self.draws, self.of, self.done, self.said = progress, draws, of, 0, 0

    def more(self, done: int) -> None:
        self.done += done
        draws = self.done * self.draws // self.of
        if self.progress and draws > self.said:
            self.progress(draws - self.said)
        self.said = draws


def play_blocks(
    prepared: Prepared,
    parameters: np.ndarray,
    *,
    workers: int | None = None,
    block: int | None = None,
    numbers: np.ndarray | None = None,
    progress: Callable[[int], None] | None = None,
    who: int = kernel.EVERYBODY,
    only: int = 0,
    **wanted: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Play draws of what is prepared on threads into sums by_clause and by_year (see Draws).

    parameters: PARAMETERS records, one per draw; numbers: theirs, by default 0 … ; who, only: see `kernel.play_draws`; wanted:
    fields of `kernel.Wanted` that have draws in front. The rest as for `play`. Raises ScenarioError where sums are too large to be counted.
    """
    draws, workers = len(parameters), threads(workers)
    by_clause, by_year = no_sums(draws, len(prepared.enacted.terms.head) - 1, prepared.enacted.clauses)
    numbers = np.arange(draws) if numbers is None else numbers
    block = block or max(min(FEWEST_DRAWS, -(-draws // workers)), min(256, -(-draws // (4 * workers))))

    def one(first: int) -> int:
        last = min(first + block, draws)
        asked = {name: array[first:last] for name, array in wanted.items() if array is not None}
        sums = by_clause[first:last], by_year[first:last]
        prepared.play(numbers[first:last], parameters[first:last], *sums, taken=None, who=who, only=only, **asked)
        return last - first

    on_threads(range(0, draws, block), one, lambda _, done: progress(done) if progress else None, workers)
    refuse_overflow(by_clause, by_year)
    return by_clause, by_year


def outer_layer(scenario: Scenario, first: int, count: int) -> np.ndarray:
    """What a scenario assumes in draws first … first + count − 1: PARAMETERS records (count,), levers not yet pulled."""
    return draw_parameters(
        scenario.declared,
        scenario.parameters(),
        scenario.seed,
        first,
        count,
        at_mode=scenario.plain["uncertainty"] == "none",
        correlations=scenario.correlations,
        sobol=scenario.plain["sampling"] == "sobol",
    )


def finish(
    scenario: Scenario, by_clause: np.ndarray, by_year: np.ndarray, parameters: np.ndarray, paid_years: int, seconds: float
) -> Draws:
    """Cash timing, recoveries, services and total retail sales: what follows from the sums.

    What a register says was paid (the first `paid_years`) was paid in that year; later awards follow `cash.same_year`.
    """
    draws, years = by_clause.shape[:2]
    awarded = by_clause[:, :, :, totals.AWARDED].copy()
    policy = scenario.law.policy
    awarded[:, :, policy.cash_clauses :] = 0  # in kind never enters cash
    paid = falling_due(awarded, policy, parameters["cash_same_year"], paid_years)
    due = by_year[:, :, totals.CLAWBACK_DUE]
    recovered = np.zeros((draws, years + 1), np.int64)
    recovered[:, 1:] = np.floor(due * parameters["breach_recovered"][:, None] + 0.5)
    online = by_year[:, :, totals.ONLINE_SALES] / 100
    return Draws(
        scenario.years,
        by_clause,
        by_year,
        paid,
        recovered,
        parameters,
        total_retail_sales(parameters, scenario.years),
        online * parameters["services_ratio"][:, None],
        policy,
        seconds,
        replicate_of(0, draws) if scenario.plain["sampling"] == "sobol" else None,
    )


def falling_due(awarded: np.ndarray, policy: Policy, same_year: np.ndarray, paid_years: int) -> np.ndarray:
    """When what is awarded (draws, years, the first clauses) falls due: (draws, years + 1, clauses), fen. same_year (draws,): the share
    that does so in its own year, where a clause is not paid in parts; what was really paid was paid in that year."""
    now = np.floor(awarded * same_year[:, None, None] + 0.5).astype(np.int64)
    now[:, :paid_years] = awarded[:, :paid_years]
    due = np.pad(now, ((0, 0), (0, 1), (0, 0)))
    due[:, 1:] += awarded - now
    for k, clause in enumerate(policy.clauses[: awarded.shape[2]]):
        if len(clause.parts) > 1:
            due[:, :, k] = in_parts(awarded[:, :, k], clause.parts, paid_years)
    return due


def in_parts(awarded: np.ndarray, parts: tuple[int, ...], paid_years: int) -> np.ndarray:
    """What is awarded (draws, years) paid out in parts, the first in its own year, the last with what rounding left: (draws,
    years + 1), fen. What falls due after the last of these years is not in it; what was really paid was paid in that year."""
    draws, years = awarded.shape
    paid = np.zeros((draws, years + 1), np.int64)
    for j in range(years):
        for part, amount in enumerate(parts_of(awarded[:, j], (1,) if j < paid_years else parts)):
            if j + part <= years:
                paid[:, j + part] += amount
    return paid
