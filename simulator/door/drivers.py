"""What drives a cost: whose it is, which assumptions matter, who stands near an edge of the law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.door.budgets import run
from simulator.door.given import load_scenario, register_for

if TYPE_CHECKING:
    from simulator.budget.drivers import CostDrivers, Sensitivity
    from simulator.budget.notches import Notches
    from simulator.budget.result import BudgetRun
    from simulator.door.given import AnyRegister, AnyScenario
    from simulator.engine.blocks import Workers


def attribute(
    of: AnyScenario | BudgetRun = "baseline",
    population: AnyRegister | None = None,
    *,
    few: int | None = None,
    orders: int = 8,
    workers: Workers = None,
    progress: Any = None,
    notice: Any = None,
) -> CostDrivers:
    """Whose cost it is: clauses, their interaction by cause, and what every other reading of the text would cost.

    Parameters
    ----------
    of : str, Path, Scenario or BudgetRun
        A scenario (played first) or a run.
    population : str, Path, Register or None
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand. None takes the
        scenario's own (`population.source`); where that is `synthetic`, incumbents are drawn anew in every draw.
    few : int, optional
        Draws on which sets of clauses are played (30, as in a report).
    orders : int
        Of clauses, sampled in pairs of reverses; with five clauses or fewer all sets are played.
    workers : int, Cluster or None
        Threads (None: one for each core) or a `cluster`. No figure depends on it.
    progress, notice : callable, optional
        Called with draws done and draws in all, stage by stage; and with a sentence.

    Returns
    -------
    CostDrivers
        Each clause alone, as the last one in and by Shapley's value, CNY, adding up to the run's cost to the fen.

    Raises
    ------
    ScenarioError, PopulationError

    Notes
    -----
    Shapley (1953); sampled orders: Castro, Gómez and Tejada (2009).

    Examples
    --------
    >>> found = attribute(load_scenario(changes={"draws": 8}), few=4, orders=2)
    >>> list(found.attribution.clauses["clause"])[-2:]
    ['interaction', 'total']
    """
    from simulator.budget.drivers import SETS, cost_drivers

    budget = _run_of(of, population, workers, progress, notice)
    return cost_drivers(
        budget.result,
        budget.scenario,
        budget.population,
        workers=workers,
        few=SETS if few is None else few,
        pairs=max(1, orders // 2),
        progress=progress,
    )


def sensitivity(
    of: AnyScenario | BudgetRun = "baseline",
    population: AnyRegister | None = None,
    *,
    few: int | None = None,
    samples: int | None = None,
    workers: Workers = None,
    progress: Any = None,
    notice: Any = None,
) -> Sensitivity:
    """Which assumptions matter, for cash paid, net fiscal impact and online sales.

    Parameters
    ----------
    of : str, Path, Scenario or BudgetRun
        A scenario (played first) or a run.
    population : str, Path, Register or None
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand. None takes the
        scenario's own (`population.source`); where that is `synthetic`, incumbents are drawn anew in every draw.
    few : int, optional
        Draws on which the assumptions that move most are played at their low and high ends (64, as in a report).
    samples : int, optional
        Draws of the Sobol indices (256, as in a report).
    workers : int, Cluster or None
        Threads (None: one for each core) or a `cluster`. No figure depends on it.
    progress, notice : callable, optional
        As for `attribute`.

    Returns
    -------
    Sensitivity
        Ends in CNY with common random numbers; indices, 0 to 1, with bootstrap intervals; chance is one of the factors.

    Raises
    ------
    ScenarioError, PopulationError

    Notes
    -----
    Sobol indices by Saltelli et al. (2010), as in SciPy.

    Examples
    --------
    >>> sensitivity(load_scenario(changes={"draws": 64}))  # doctest: +SKIP
    """
    from simulator.budget.drivers import ENDS, SAMPLES, sensitivity_of

    budget = _run_of(of, population, workers, progress, notice)
    return sensitivity_of(
        budget.result,
        budget.scenario,
        budget.population,
        workers=workers,
        few=ENDS if few is None else few,
        count=SAMPLES if samples is None else samples,
        progress=progress,
    )


def notches(
    scenario: AnyScenario = "baseline", population: AnyRegister | None = None, *, within: float = 0.1, draws: int | None = None
) -> Notches:
    """Who stands near the edges of the law, how large each jump is, and what reaching the edge gains.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Shipped name (`baseline`), path of a YAML file, or a scenario in hand.
    population : str, Path, Register or None
        A register with years of the policy is asked as it is; otherwise the populations of `draws` draws.
    within : float
        The band to either side of an edge, a share of it.
    draws : int, optional
        Where populations are drawn.

    Returns
    -------
    Notches
        `edges`: CNY and enterprises by edge.

    Raises
    ------
    ScenarioError, PopulationError

    Notes
    -----
    After Kleven and Waseem (2013) on notches.

    Examples
    --------
    >>> len(notches(draws=2).edges["term"].unique())
    11
    """
    from simulator.budget.drivers import NEAR
    from simulator.budget.notches import notches as find
    from simulator.population.parts import whole

    scenario = load_scenario(scenario)
    people = whole(register_for(scenario, population))
    return find(scenario, people, within=within, draws=NEAR if draws is None else draws)


def _run_of(of: AnyScenario | BudgetRun, population: AnyRegister | None, workers: Workers, progress: Any, notice: Any) -> BudgetRun:
    """The run given, or a run of the scenario given, reported as one stage."""
    from simulator.budget.result import BudgetRun

    if isinstance(of, BudgetRun):
        return of
    scenario = load_scenario(of)
    step = None if progress is None else lambda done: progress(done, scenario.draws)
    return run(scenario, population, workers=workers, progress=step, notice=notice)
