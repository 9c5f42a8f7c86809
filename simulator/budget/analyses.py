"""What a report says beside a run's figures: what a bureau budgets with, and what the figures lean on."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from simulator.budget import drivers
from simulator.budget.affordability import affordability
from simulator.budget.backtest import backtest, backtest_of_place
from simulator.budget.concentration import concentration
from simulator.budget.conditions import conditions
from simulator.budget.execution import execution
from simulator.budget.exposure import exposure
from simulator.budget.funding import commitments_table, ledger_table
from simulator.budget.ledger import Ledger
from simulator.budget.loopholes.pricing import price_ways, reaches
from simulator.budget.risk import levels_with, risk
from simulator.budget.variance import split
from simulator.engine.blocks import Workers
from simulator.engine.run import Draws
from simulator.population.parts import Register, whole
from simulator.projection.market import PUBLISHED_FROM
from simulator.scenario import Scenario

# what is played for a report, and about how long each takes beside the others: for a bar of progress
EFFORT = {
    "ledger": 8,
    "exposure": 6,
    "drivers": 12,
    "conditions": 12,
    "loopholes": 6,
    "attribution": 20,
    "tornado": 45,
    "notches": 3,
}
Step = Callable[[str], object]  # called with a name of EFFORT before it is made


def budgeting(
    draws: Draws, scenario: Scenario, population: Register | None, ledger: Ledger, workers: Workers, chance: float | None
) -> dict[str, pd.DataFrame]:
    """What a finance bureau budgets with: risk (overrun and reserve; chance: one of one's own that a reserve is to keep), ledger
    (due, paid, waiting, breaches, the largest recipients), commitments, exposure (the legal maximum), execution (where the
    register has payments). Raises ScenarioError for a chance that is none."""
    levels = levels_with(chance, scenario.draws)
    tables = {
        "risk": risk(draws, scenario, levels, ledger),
        "ledger": ledger_table(ledger, draws),
        "commitments": commitments_table(ledger, draws),
        "exposure": exposure(scenario, population, workers),
    }
    if len(done := execution(draws, scenario, whole(population), workers)):
        tables["execution"] = done
    return tables


def analyses(
    draws: Draws,
    scenario: Scenario,
    population: Register | None,
    workers: Workers,
    only: Collection[str] | None,
    step: Step = str,
) -> dict[str, pd.DataFrame]:
    """What a report adds to the figures: drivers (parameters against chance, what a result leans on), conditions (what
    would have to be true for each target), backtest, backtest_of_place and affordability (share of the district's revenue)
    where the scenario names published figures, concentration (how unequally support is spread), loopholes (ways round the
    text and their price), and what drives the cost (`budget.drivers`). Plays further draws. only: those of these names (causes for the
    tables of `budget.drivers`). step: see `Step`."""
    register = whole(population)
    people = register if register is not None and reaches(register, scenario) else None
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "drivers": lambda: split(draws, scenario, population, workers),
        "conditions": lambda: conditions(draws, scenario, population, workers),
        "loopholes": lambda: price_ways(scenario, people, workers),
        "concentration": lambda: concentration(scenario, register),
    }
    if (statistics := scenario.statistics) is not None:
        makers["affordability"] = lambda: affordability(draws, statistics)
        if scenario.base_year == PUBLISHED_FROM - 1:
            makers["backtest"] = lambda: backtest(draws, scenario)
            makers["backtest_of_place"] = lambda: backtest_of_place(draws, statistics)
    found = {}
    for name, make in makers.items():
        if only is None or name in only:
            step(name)
            found[name] = make()
    return found | (drivers.tables(draws, scenario, register, workers, step) if only is None or "causes" in only else {})
