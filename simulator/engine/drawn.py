"""The population of each draw: every enterprise as it lived with the policy, with its facts of each year.

What the sums of a run are sums of. The law can be applied to it as to a register: what is then assessed is the entitlement
of that draw, before anybody applies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator import facts
from simulator.engine import totals
from simulator.engine.prepared import prepare
from simulator.engine.run import outer_layer
from simulator.population.register import Population
from simulator.projection.assumptions import pull_levers
from simulator.scenario import Scenario


@dataclass(frozen=True)
class DrawnPopulation:
    """Enterprises of all draws, one below the other.

    draw (n,): which draw each belongs to; enterprises (n,) facts.ENTERPRISE; annual (n, years + 1) facts.ANNUAL, column 0
    the year before the first award year; a year in which the enterprise is not there has present = 0.
    """

    draw: np.ndarray
    enterprises: np.ndarray
    annual: np.ndarray


def draw_population(scenario: Scenario, population: Population | None = None, draws: int = 20) -> DrawnPopulation:
    """The populations of draws 0 … draws − 1 of a scenario, as `engine.run.play` plays them. Raises ScenarioError."""
    prepared, years = prepare(scenario, population), len(scenario.years)
    parameters = pull_levers(outer_layer(scenario, 0, draws))
    found = []
    for d in range(draws):
        count, capacity = np.zeros((1, 1), np.int64), 0
        while True:  # once to count, once to keep
            sums = (
                np.zeros((1, years, len(scenario.law.policy.clauses), len(totals.BY_CLAUSE)), np.int64),
                np.zeros((1, years, len(totals.BY_YEAR)), np.int64),
            )
            kept = np.zeros((1, capacity), facts.ENTERPRISE)
            rows = np.zeros((1, capacity, years + 1), facts.ANNUAL)
            count[:] = 0
            prepared.play(d, parameters[d : d + 1], *sums, kept=kept, kept_rows=rows, kept_count=count)
            if int(count[0, 0]) <= capacity:
                break
            capacity = int(count[0, 0])
        found.append((np.full(capacity, d), kept[0], rows[0]))
    return DrawnPopulation(*(np.concatenate(part) for part in zip(*found, strict=True)))
