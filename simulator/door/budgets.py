"""Monte Carlo budgets: one, several with common random numbers, and what a budget allows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.audit import has_read
from simulator.door.given import load_scenario, opened, register_for
from simulator.notices import shown

if TYPE_CHECKING:
    from decimal import Decimal

    from pandas import DataFrame

    from simulator.budget.compare import Comparison
    from simulator.budget.design import DesignResult
    from simulator.budget.result import BudgetRun
    from simulator.door.given import AnyRegister, AnyScenario
    from simulator.engine.blocks import Workers
    from simulator.engine.cluster import Cluster
    from simulator.scenario import Scenario


def run(
    scenario: AnyScenario = "baseline",
    population: AnyRegister | None = None,
    *,
    precision: float | None = None,
    of: str = "total",
    most: int | None = None,
    expected: bool = False,
    workers: Workers = None,
    progress: Any = None,
    notice: Any = None,
    out: str | Path | None = None,
    resume: bool = False,
    new: bool = False,
) -> BudgetRun:
    """A Monte Carlo budget. population: a register; None takes the scenario's own (`population.source`).

    precision: draws are added to the scenario's, up to `most` (50,000), until the 95 % interval of one figure is as narrow to
    either side, 0.01 for 1 % of it: `of` is total, net_impact, a year or a clause, p95 or p95.office_rent for a quantile, or
    overrun. Whether that was reached says the run's `precision`. expected: look at the mean of that figure with arrivals and
    market at their expectation, and keep these means in `out`, too (`BudgetRun.expected`). workers: threads or a `cluster`; the
    result does not depend on them. progress, notice: called with draws done, and with a word. out: a folder that keeps the run
    and, while it is played without `precision`, its finished blocks; resume: go on with an unfinished run there, to the same
    bytes; new: throw an unfinished one away.

    >>> run(load_scenario(changes={"draws": 16}), precision=0.2).precision.status
    'converged'
    """
    from simulator.budget.precision import MOST, play_until
    from simulator.budget.result import BudgetRun
    from simulator.engine.checkpoints import kept
    from simulator.engine.run import play

    scenario = load_scenario(scenario)
    has_read("scenario", scenario.hash())
    people = register_for(scenario, population)

    def played(chosen: Scenario, before: Any = None, keep: Any = None) -> Any:
        with shown(notice) if notice else contextlib.nullcontext():
            return play(chosen, people, workers=workers, before=before, progress=progress, keep=keep)

    if precision is not None:
        scenario, draws, reached = play_until(scenario, precision, of, played, most or MOST, expected)
        budget = BudgetRun(scenario, draws, people, reached)
        if out is not None:
            budget.write(out, {"expected": budget.expected} if expected else None)
        return budget
    if out is None:
        return BudgetRun(scenario, played(scenario), people)
    with kept(out, scenario, people, resume=resume, new=new, notice=notice) as keep:
        budget = BudgetRun(scenario, played(scenario, keep=keep), people)
        budget.write(out, {"expected": budget.expected} if expected else None)
    return budget


@contextlib.contextmanager
def cluster(scheduler: str | None = None, *, processes: int = 0) -> Iterator[Cluster]:
    """Workers for `workers=` of whatever plays draws: the numbers are those of one process, to the byte.

    scheduler: address of a Dask scheduler, tls://host:port (tcp:// for invented registers and drawn incumbents); without it so
    many processes of this machine. A register is read by the workers, under the path it was given with. Raises ClusterError.
    """
    from simulator.engine.cluster import local, remote

    with remote(scheduler) if scheduler else local(processes) as workers:
        yield workers


def compare(
    baseline: AnyScenario | BudgetRun, *reforms: AnyScenario | BudgetRun, population: AnyRegister | None = None, workers: Workers = None
) -> Comparison:
    """Paired differences in cost with common random numbers; equal scenarios differ by exactly 0. workers: threads or a `cluster`.

    >>> same = compare(load_scenario(changes={"draws": 20}), load_scenario(changes={"draws": 20}))
    >>> float(same.differences["mean"].abs().max())
    0.0
    """
    from simulator.budget.compare import compare_runs
    from simulator.budget.result import BudgetRun

    people = opened(population) if population is not None else None
    runs = [r if isinstance(r, BudgetRun) else run(r, people, workers=workers) for r in (baseline, *reforms)]
    return compare_runs(*runs)


def further_years(
    scenario: AnyScenario,
    until: int,
    population: AnyRegister | None = None,
    *,
    workers: Workers = None,
    notice: Any = None,
) -> Comparison:
    """What each further year of `policy.end` costs, up to the year `until`; the steps add up to the whole extension.

    >>> steps = further_years(load_scenario(changes={"draws": 20}), 2017)
    >>> list(steps.differences["scenario"].unique())
    ['2016', '2017']
    """
    from simulator.budget.compare import further_years as lengthen

    people = opened(population) if population is not None else None
    return lengthen(load_scenario(scenario), until, lambda s: run(s, people, workers=workers, notice=notice))


def design(
    scenario: AnyScenario,
    budget: float | Decimal | None,
    free: Iterable[str],
    *,
    confidence: float = 0.95,
    maximise: str = "support",
    population: AnyRegister | None = None,
    workers: Workers = None,
    progress: Any = None,
) -> DesignResult:
    """The most generous terms that fit `budget` (CNY, all cash of all years) with the confidence, Monte Carlo error
    included; and the frontier of cost and growth.

    budget: None takes the sum of the scenario's appropriations. free: terms as `law.office_rent.max_area` or
    `law.tax_rebate.high_rate=0.3:0.7:0.05` (lowest, highest, step). maximise: support (mean cash awarded) or growth (mean
    online sales induced). progress: called after each design played.

    >>> found = design(load_scenario(changes={"draws": 60}), 1e9, ["law.office_rent.max_area=300:500:100"])
    >>> str(found.best.values["law.office_rent.max_area"])
    '500'
    """
    from decimal import Decimal

    from simulator.budget.design import find
    from simulator.budget.freedom import free_terms
    from simulator.engine.replay import on_common_numbers

    scenario = load_scenario(scenario)
    people = register_for(scenario, population)
    terms = free_terms(scenario.law, free)
    if budget is None:
        budget = Decimal(sum(scenario.funds.values())) / 100

    step = None if progress is None else lambda _: progress(1)
    return find(scenario, terms, Decimal(str(budget)), on_common_numbers(people, workers=workers, progress=step), confidence, maximise)


def loopholes(
    scenario: AnyScenario = "baseline",
    population: AnyRegister | None = None,
    *,
    workers: Workers = None,
    progress: Any = None,
) -> DataFrame:
    """The known ways round the text: what it stops, who gains by the law, and the price with its Monte Carlo error (CNY).

    population: a register with rows of the policy's first year; None invents one. progress: called after each play.

    >>> from simulator import synthesize
    >>> prices = loopholes(load_scenario(changes={"draws": 5}), synthesize(enterprises=50))
    >>> list(prices["way"][:3])
    ['split', 'split_off', 'capital']
    """
    from simulator.budget.loopholes.pricing import price_ways
    from simulator.population.parts import whole

    scenario = load_scenario(scenario)
    people = whole(register_for(scenario, population))
    return price_ways(scenario, people, workers, scenario.draws, progress)
