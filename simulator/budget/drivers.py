"""What drives the cost, all of it for one run: whose cost it is, what readings cost, which assumptions matter, who stands near
the edges of the law. The sizes of these analyses are chosen here once: a report, a verb and a function that ask the same question of
the same run give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from simulator.budget import attribution, sensitivity, tornado
from simulator.budget.attribution import Attribution
from simulator.budget.notches import notches
from simulator.budget.paired import Progress
from simulator.engine.blocks import Workers
from simulator.engine.run import Draws
from simulator.population.parts import Register
from simulator.population.register import Population
from simulator.scenario import Scenario

SETS = 30  # draws on which sets of clauses are played; twice as many for readings
ENDS, SAMPLES = 64, 256  # draws of the assumptions that move most, at their ends; of the shares of variance
NEAR = 30  # draws whose populations are asked who stands near an edge
FEWEST = 200  # draws below which a report does not speak of drivers: it would only tell noise


@dataclass(frozen=True)
class CostDrivers:
    """Whose cost it is (`attribution`), and what every other reading of the text would cost (tornado.READINGS_COLUMNS)."""

    scenario: Scenario
    attribution: Attribution
    readings: pd.DataFrame


@dataclass(frozen=True)
class Sensitivity:
    """What matters: each assumption at its ends (tornado.COLUMNS) and shares of variance (sensitivity.COLUMNS)."""

    scenario: Scenario
    tornado: pd.DataFrame
    indices: pd.DataFrame


def cost_drivers(
    draws: Draws,
    scenario: Scenario,
    population: Register | None = None,
    *,
    workers: Workers = None,
    few: int = SETS,
    pairs: int = attribution.PAIRS,
    progress: Progress | None = None,
) -> CostDrivers:
    """Attribute the cost of a run to its clauses and price the readings. few: draws on which sets of clauses are played (twice as
    many for readings); pairs: orders of clauses sampled, each with its reverse. Raises ScenarioError."""
    return CostDrivers(
        scenario,
        attribution.attribute(draws, scenario, population, workers=workers, few=few, pairs=pairs, progress=progress),
        tornado.readings(scenario, population, workers=workers, draws=2 * few, progress=progress),
    )


def sensitivity_of(
    draws: Draws,
    scenario: Scenario,
    population: Register | None = None,
    *,
    workers: Workers = None,
    few: int = ENDS,
    count: int = SAMPLES,
    progress: Progress | None = None,
) -> Sensitivity:
    """Tornado and Sobol indices of a run. few: draws on which the assumptions that move a result most are played at their ends;
    count: draws of the indices. Raises ScenarioError."""
    return Sensitivity(
        scenario,
        tornado.assumptions(scenario, population, workers=workers, first=max(2, few // 8), draws=few, progress=progress),
        sensitivity.indices(draws, scenario, population, workers=workers, count=count, progress=progress),
    )


def tables(
    draws: Draws,
    scenario: Scenario,
    population: Population | None = None,
    workers: Workers = None,
    step: Callable[[str], object] = str,
) -> dict[str, pd.DataFrame]:
    """What a report tells of the drivers of a run, by name of the file; nothing of a run of fewer than FEWEST draws. step: called with the
    name of what is made next."""
    if scenario.draws < FEWEST:
        return {}
    step("attribution")
    whose = cost_drivers(draws, scenario, population, workers=workers)
    step("tornado")
    matters = sensitivity_of(draws, scenario, population, workers=workers)
    step("notches")
    near = notches(scenario, population, draws=NEAR)
    clauses = whose.attribution.clauses.assign(draws=whose.attribution.draws)
    return {
        "attribution": clauses,
        "interaction": whose.attribution.causes,
        "readings": whose.readings,
        "tornado": matters.tornado,
        "indices": matters.indices,
        "notches": near.edges,
        "notch_map": near.map,
    }
