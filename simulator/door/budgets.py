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
    """A Monte Carlo budget: what a policy costs, year by year, and how sure that is.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand.
    population : str, Path, Register or None
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand. None takes the
        scenario's own (`population.source`); where that is `synthetic`, incumbents are drawn anew in every draw.
    precision : float, optional
        Relative half width of a 95 % interval, 0.01 for 1 %. Draws are added to the scenario's until that of `of` is as narrow.
    of : str
        The figure that is to be as precise: `total`, `net_impact`, a year, a clause, `p95` or `p95.office_rent` for a quantile,
        `overrun`.
    most : int, optional
        Most draws that `precision` may play (50,000).
    expected : bool
        Look at the mean of that figure with arrivals and market at their expectation, and keep these means in `out`, too.
    workers : int, Cluster or None
        Threads (None: one for each core) or a `cluster`. No figure depends on it.
    progress, notice : callable, optional
        Called with the draws done, and with a sentence.
    out : str or Path, optional
        Folder that keeps the run and, while it is played without `precision`, its finished blocks.
    resume, new : bool
        Go on with an unfinished run in `out`, to the same bytes; or throw it away.

    Returns
    -------
    BudgetRun
        Tables in CNY; `figure(name)` gives mean, standard error and quantiles; `precision` says whether the interval was reached.

    Raises
    ------
    ScenarioError, PopulationError
        With every problem: place, cause, remedy.
    SimulatorError
        Where `out` cannot be written, or holds an unfinished run that is neither resumed nor thrown away.

    Notes
    -----
    Draws are independent or, with `sampling: sobol`, sixteen scrambled Sobol sequences (Owen 1997). Quantiles have the exact interval of
    order statistics, probabilities that of Clopper and Pearson (1934).

    Examples
    --------
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

    Parameters
    ----------
    scheduler : str, optional
        Address of a Dask scheduler, tls://host:port; tcp:// for invented registers and drawn incumbents only.
    processes : int
        Without a scheduler: so many processes of this machine.

    Yields
    ------
    Cluster
        A register is read by the workers, under the path it was given with.

    Raises
    ------
    ClusterError
        Where no scheduler answers, its workers are of another version, or real enterprises would travel without TLS.

    Examples
    --------
    >>> with cluster(processes=1) as workers:  # doctest: +SKIP
    ...     budget = run("baseline", workers=workers)
    """
    from simulator.engine.cluster import local, remote

    with remote(scheduler) if scheduler else local(processes) as workers:
        yield workers


def compare(
    baseline: AnyScenario | BudgetRun, *reforms: AnyScenario | BudgetRun, population: AnyRegister | None = None, workers: Workers = None
) -> Comparison:
    """Paired differences in cost between scenarios, with common random numbers.

    Parameters
    ----------
    baseline, *reforms : str, Path, Scenario or BudgetRun
        Each is played, where it is not a run already; with the baseline's seed and draws.
    population : str, Path, Register or None
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand. None takes the
        scenario's own (`population.source`); where that is `synthetic`, incumbents are drawn anew in every draw.
    workers : int, Cluster or None
        Threads (None: one for each core) or a `cluster`. No figure depends on it.

    Returns
    -------
    Comparison
        `differences`: by scenario, clause and year, CNY, with paired standard errors.

    Raises
    ------
    ScenarioError, PopulationError
        Also where runs differ in seed, draws or sampling: then their random numbers are not common.

    Notes
    -----
    Equal scenarios differ by exactly 0: every random number belongs to an enterprise, a year and a purpose, not to an order of calls.

    Examples
    --------
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
    """What each further year of the policy costs.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand.
    until : int
        Last year that `policy.end` is moved to.
    population : str, Path, Register or None
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand. None takes the
        scenario's own (`population.source`); where that is `synthetic`, incumbents are drawn anew in every draw.
    workers : int, Cluster or None
        Threads (None: one for each core) or a `cluster`. No figure depends on it.
    notice : callable, optional
        Called with a sentence.

    Returns
    -------
    Comparison
        A step for each year, CNY; the steps add up to the whole extension.

    Raises
    ------
    ScenarioError
        Where the policy has no end, or ends later than `until`.

    Examples
    --------
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
    """The most generous terms that fit a budget.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand.
    budget : float, Decimal or None
        CNY, all cash of all years. None takes the sum of the scenario's appropriations.
    free : iterable of str
        Terms as `law.office_rent.max_area`, or `law.tax_rebate.high_rate=0.3:0.7:0.05` (lowest, highest, step).
    confidence : float
        Probability, 0 to 1, with which the budget is kept; Monte Carlo error included.
    maximise : {"support", "growth"}
        Mean cash awarded, or mean online sales induced.
    population : str, Path, Register or None
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand. None takes the
        scenario's own (`population.source`); where that is `synthetic`, incumbents are drawn anew in every draw.
    workers : int, Cluster or None
        Threads (None: one for each core) or a `cluster`. No figure depends on it.
    progress : callable, optional
        Called after each design played.

    Returns
    -------
    DesignResult
        `best`, and the frontier of cost and growth.

    Raises
    ------
    ScenarioError
        Where a term is none, or no design fits the budget.

    Notes
    -----
    All designs are played on the same random numbers.

    Examples
    --------
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
    """The known ways round the text: what stops each, who gains by the law, and the price.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand.
    population : str, Path, Register or None
        Register with rows of the policy's first year. None invents one.
    workers : int, Cluster or None
        Threads (None: one for each core) or a `cluster`. No figure depends on it.
    progress : callable, optional
        Called after each play.

    Returns
    -------
    DataFrame
        A row for each way, CNY, with Monte Carlo errors.

    Raises
    ------
    ScenarioError, PopulationError

    Examples
    --------
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
