"""The work every contender does: a register, the draws of a scenario, and the sums that have to come out.

Arrivals are off, so that the work is the register's enterprises alone; the law is read by its default readings. What no
draw changes, and what all enterprises of a draw share, is worked out here once for every contender and is not timed.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator import load_scenario
from simulator.engine import totals
from simulator.engine.incumbents import forget, known_by, states_of
from simulator.engine.prepared import known_until
from simulator.engine.run import outer_layer
from simulator.engine.window import laid_over
from simulator.law.terms import HEAD, Law
from simulator.population.register import Population
from simulator.projection.assumptions import pull_levers
from simulator.projection.market import market_paths
from simulator.scenario import Scenario
from simulator.streams import keys_of
from tests.of_2013 import CLAUSES, POLICY, SLUGS, TAKE_UP_FIELDS, TYPICAL_FIELDS

# arrivals off; prices, relief of income tax and what the default readings do not ask for off; three whole award years; everything
# else as in the baseline
COMMON = (
    {f"assumptions.{kind}.a_year": 0 for kind in ("startups", "regional", "national", "split_offs", "traditional", "joiners", "buildings")}
    | {
        f"assumptions.{path}": 0
        for path in (
            "prices.growth",
            "tax.small_share",
            "tax.western_share",
            "existing.share",
            "certification.rate_others",
            "breach.accounts_rate",
        )
    }
    | {"horizon": 2015, "policy.start": datetime.date(2013, 1, 1)}
)
CLAUSE = {slug: k for k, slug in enumerate(SLUGS)}
KEYS = keys_of(f"{POLICY.name}/{slug}" for slug in SLUGS)  # of the clauses' own streams
SHOCK_CUT = 1.5  # MODEL 3: the own shock is cut at ±1.5
NOT_COMPARED = ("too_large",)  # a guard against overflow, no result


def common_scenario(draws: int, **changes: Any) -> Scenario:
    """The baseline without arrivals, 2013–2015; changes: by path, two underscores for each dot."""
    return load_scenario("baseline").set({**COMMON, "draws": draws} | {k.replace("__", "."): v for k, v in changes.items()})


@dataclass(frozen=True)
class Work:
    """n enterprises, y years, d draws.

    enterprises (n,) ENTERPRISE and states (n,) STATE as known in year position `known` (0: the base year); annual (n, y + 1)
    ANNUAL; existing, district (n or 0, y, cash clauses) fen; terms [y + 1] the law's numbers by block and name; parameters (d,) PARAMETERS;
    rates, typical (d, clauses) take-up and the sum (yuan) it belongs to; growth (d, y + 1) the common part of log growth.
    """

    scenario: Scenario
    population: Population
    years: list[int]
    base: int
    known: int
    enterprises: np.ndarray
    states: np.ndarray
    annual: np.ndarray
    existing: np.ndarray
    district: np.ndarray
    terms: list[dict[str, dict[str, int]]]
    parameters: np.ndarray
    rates: np.ndarray
    typical: np.ndarray
    growth: np.ndarray

    def __len__(self) -> int:
        return len(self.enterprises)

    @property
    def draws(self) -> int:
        return len(self.parameters)


def work_of(scenario: Scenario, population: Population) -> Work:
    """A scenario's draws on what is known of a register. Raises ValueError for what the contenders do not all do."""
    if len(population.paid) or (population.details["group_id"] != "").any():
        raise ValueError("the common work has no payments really made and no groups of enterprises")
    if scenario.interpretation != load_scenario("baseline").interpretation or scenario.plain["market"] != "ex_ante":
        raise ValueError("the common work reads the law by its default readings and takes the planner's market")
    known_year, base, years = known_until(scenario, population), scenario.base_year, scenario.years
    population = population.subset(known_by(population, known_year))
    window = laid_over(population, scenario.law, years[0], years[-1], known_year)
    known = known_year - base
    parameters = pull_levers(outer_layer(scenario, 0, scenario.draws))
    typical = np.zeros((scenario.draws, CLAUSES))
    typical[:, : len(TYPICAL_FIELDS)] = np.stack([parameters[name] for name in TYPICAL_FIELDS], axis=1)
    return Work(
        scenario,
        population,
        years,
        base,
        known,
        forget(population.enterprises, known_year),
        states_of(population, window, known),
        window.annual,
        window.existing,
        window.of_district,
        numbers_of(scenario.law, [base, *years]),
        parameters,
        np.stack([parameters[name] for name in TAKE_UP_FIELDS], axis=1),
        typical,
        _common_growth(parameters, scenario.seed, base, len(years)),
    )


def numbers_of(law: Law, years: list[int]) -> list[dict[str, dict[str, int]]]:
    """A law's numbers (machine units: fen, 0.01 m², 1/10 000) of each year, by block and name; dates and tax sharing with them.
    A threshold that has to be passed is one more: whoever reads these asks whether a fact is at least the threshold."""
    compiled, found = law.compile(years), []
    for head, numbers in zip(compiled.head, compiled.numbers, strict=True):
        named = {
            "policy": {name: int(head[name]) for name in ("start", "end")},
            "sharing": {name: int(head[name]) for name in HEAD.names if name.endswith("_share")},
        }
        for path, number in zip(POLICY.number_paths, numbers, strict=True):
            block, name = path.split(".")
            named.setdefault(block, {})[name] = int(number) + (law.numbers[path].edge == "more_than")
        found.append(named)
    return found


def _common_growth(parameters: np.ndarray, seed: int, base: int, years: int) -> np.ndarray:
    """Market + local wedge − entry's part − log E[exp shock], (draws, years + 1)."""
    growth = np.zeros((len(parameters), years + 1))
    growth[:, 1:] = market_paths(parameters, np.uint64(seed), base, years)
    for d, par in enumerate(parameters):
        b = float(par["market_own_shock"])
        up = (1 - math.exp(-SHOCK_CUT * (1 / b - 1))) / (1 / b - 1)
        down = (1 - math.exp(-SHOCK_CUT * (1 / b + 1))) / (1 / b + 1)
        neutral = math.log((up + down) / (2 * b * (1 - math.exp(-SHOCK_CUT / b))))
        growth[d] = growth[d] + par["market_local_wedge"] - par["market_entry_part"] - neutral
    return growth


class Sums:
    """What a draw leaves behind: by_clause (years, clauses, 4) and by_year (years, sums), the engine's own layout."""

    def __init__(self, work: Work):
        self.by_clause = np.zeros((len(work.years), CLAUSES, len(totals.BY_CLAUSE)), np.int64)
        self.by_year = np.zeros((len(work.years), len(totals.BY_YEAR)), np.int64)


def differences(ours: tuple[np.ndarray, np.ndarray], theirs: tuple[np.ndarray, np.ndarray], work: Work) -> list[str]:
    """Every sum that is not the same in two results (by_clause, by_year) of some draws, in words; empty: they agree."""
    found = []
    for d, j, k, what in np.argwhere(ours[0] != theirs[0]):
        found.append(
            f"draw {d} {work.years[j]} {SLUGS[k]} {totals.BY_CLAUSE[what]}: {ours[0][d, j, k, what]} and {theirs[0][d, j, k, what]}"
        )
    for d, j, what in np.argwhere(ours[1] != theirs[1]):
        if totals.BY_YEAR[what] not in NOT_COMPARED:
            found.append(f"draw {d} {work.years[j]} {totals.BY_YEAR[what]}: {ours[1][d, j, what]} and {theirs[1][d, j, what]}")
    return found
