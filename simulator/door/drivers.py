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
    """Whose cost it is: each clause alone, as the last one in and by Shapley's value, adding up to the run's cost to the fen;
    their interaction by cause; and what every other reading of the text would cost.

    of: a scenario (played first) or a run. few: draws on which sets of clauses are played (default: 30, as in a report); orders: of
    clauses, sampled in pairs of reverses (five clauses or fewer: all sets). progress: called with draws done and draws in all, stage
    by stage.

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
    """Which assumptions matter, for cash paid, net fiscal impact and online sales: each at its low and high end with common random numbers,
    and Sobol indices with bootstrap intervals, chance being one of the factors.

    few: draws on which the assumptions that move most are played at their ends; samples: draws of the indices (default: 64 and 256, as in
    a report). The others as for `attribute`.
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

    population: a register with years of the policy is asked as it is; otherwise the populations of `draws` draws. within: the
    band to either side of an edge, a share of it. Raises ScenarioError.

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
