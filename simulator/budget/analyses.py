"""What a report says beside a run's figures: what a bureau budgets with, and what the figures lean on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from simulator.budget import drivers
from simulator.budget.affordability import affordability
from simulator.budget.backtest import backtest, backtest_of_place
from simulator.budget.concentration import concentration
from simulator.budget.conditions import conditions
from simulator.budget.execution import execution
from simulator.budget.exposure import exposure
from simulator.budget.funding import commitments_table, ledger_table
from simulator.budget.loopholes.pricing import price_ways, reaches
from simulator.budget.risk import levels_with, risk
from simulator.budget.variance import split
from simulator.engine.blocks import Workers
from simulator.population.parts import whole
from simulator.projection.market import PUBLISHED_FROM

if TYPE_CHECKING:
    import pandas as pd

    from simulator.budget.result import BudgetRun


def budgeting(of: BudgetRun, workers: Workers = None, chance: float | None = None) -> dict[str, pd.DataFrame]:
    """What a finance bureau budgets with: risk (overrun and reserve; chance: one of one's own that a reserve is to keep), ledger
    (due, paid, waiting, breaches, the largest recipients), commitments, exposure (the legal maximum), execution (where the
    register has payments). Raises ScenarioError for a chance that is none."""
    levels = levels_with(chance, of.scenario.draws)
    ledger = of.ledger(workers)
    tables = {
        "risk": risk(of.result, of.scenario, levels, ledger),
        "ledger": ledger_table(ledger, of.result),
        "commitments": commitments_table(ledger, of.result),
        "exposure": exposure(of.scenario, of.population, workers),
    }
    if len(done := execution(of.result, of.scenario, whole(of.population), workers)):
        tables["execution"] = done
    return tables


def analyses(
    of: BudgetRun, workers: Workers = None, chance: float | None = None, only: Collection[str] | None = None
) -> dict[str, pd.DataFrame]:
    """What a report adds to the figures: drivers (parameters against chance, what a result leans on), conditions (what
    would have to be true for each target), backtest, backtest_of_place and affordability (share of the district's revenue)
    where the scenario names published figures, concentration (how unequally support is spread), loopholes (ways round the
    text and their price), and what drives the cost (`budget.drivers`). Plays further draws. only: those of these names (budgeting and
    causes for the tables of `budgeting` and of `budget.drivers`)."""
    register = whole(of.population)
    people = register if register is not None and reaches(register, of.scenario) else None
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "drivers": lambda: split(of.result, of.scenario, of.population, workers),
        "conditions": lambda: conditions(of.result, of.scenario, of.population, workers),
        "loopholes": lambda: price_ways(of.scenario, people, workers),
        "concentration": lambda: concentration(of.scenario, register),
    }
    found = budgeting(of, workers, chance) if only is None or "budgeting" in only else {}
    if (statistics := of.scenario.statistics) is not None:
        makers["affordability"] = lambda: affordability(of.result, statistics)
        if of.scenario.base_year == PUBLISHED_FROM - 1:
            makers["backtest"] = lambda: backtest(of.result, of.scenario)
            makers["backtest_of_place"] = lambda: backtest_of_place(of.result, statistics)
    found |= {name: make() for name, make in makers.items() if only is None or name in only}
    return found | (drivers.tables(of.result, of.scenario, register, workers) if only is None or "causes" in only else {})
