"""A scenario's law made ready for the engine: the policy's functions, its numbers in the years looked at, the readings chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from simulator.engine import kernel
from simulator.engine.own import own_facts
from simulator.engine.workspace import empty_workspace
from simulator.law.calling import Functions, functions_of
from simulator.law.policy import Policy
from simulator.law.readings import compile_readings
from simulator.law.terms import Terms
from simulator.projection.assumptions import Declared, general
from simulator.projection.columns import SEEN
from simulator.scenario import Scenario
from simulator.streams import key_of


@dataclass(frozen=True)
class Enacted:
    """policy; law: its functions; keys (clauses,): of the clauses' names; terms: the law in the years asked for; readings."""

    policy: Policy
    law: Functions
    keys: np.ndarray
    terms: Terms
    readings: np.ndarray

    @property
    def clauses(self) -> int:
        return len(self.policy.clauses)

    @property
    def cash(self) -> int:
        """How many clauses pay cash; they stand first."""
        return self.policy.cash_clauses


def enact(scenario: Scenario, years: Iterable[int]) -> Enacted:
    """The law of a scenario in some calendar years."""
    policy = scenario.law.policy
    keys = np.array([key_of(f"{policy.name}/{slug}") for slug in policy.slugs], np.uint64)
    return Enacted(policy, functions_of(policy, SEEN), keys, scenario.law.compile(years), compile_readings(policy, scenario.interpretation))


def play_enacted(
    enacted: Enacted,
    declared: Declared,
    seed: np.uint64,
    draws_of: np.ndarray,
    of_years: np.ndarray,
    generosity: np.ndarray,
    edges: np.ndarray,
    hindsight: bool,
    base_year: int,
    known: int,
    suspended_from: int,
    register: kernel.Register,
    taken: int,
    synthetic: bool,
    who: int,
    only: int,
    wanted: kernel.Wanted,
    by_clause: np.ndarray,
    by_year: np.ndarray,
) -> None:
    """`kernel.play_draws` of a law under the parameters of each year (draws, years + 1): take-up, sums it belongs to, and what share of
    each "at most" sum the district decides."""
    draws, years = by_clause.shape[:2]
    numbers, head = decided(enacted, declared, of_years), enacted.terms.head
    steady = np.zeros(len(head), np.bool_)
    steady[1:] = (head[1:] == head[:-1]) & (numbers[:, 1:] == numbers[:, :-1]).all(axis=(0, 2))
    shared = kernel.Shared(
        seed=seed,
        draws=draws_of,
        parameters=general(of_years),
        rates=np.stack([of_years[name] for name in declared.take_up], axis=2),
        typical=np.stack([of_years[name][:, 0] if name else np.zeros(draws) for name in declared.typical], axis=1),
        keys=enacted.keys,
        law=enacted.law,
        terms=enacted.terms.head,
        numbers=numbers,
        steady=steady,
        readings=enacted.readings,
        own=own_facts(enacted.policy, of_years[:, 0]),
        growth=np.zeros((draws, years + 1)),
        moves=np.zeros((draws, years + 1, 2)),
        prices=np.zeros((draws, years + 1)),
        edges=edges,
        generosity=generosity,
        groups=np.zeros((draws, int(register.states["group"].max(initial=0)) + 1), np.int16),
        base_year=base_year,
        suspended_from=suspended_from,
        wanted=wanted,
    )
    workspace = empty_workspace(years, enacted.law, register.own.shape[1], register.own_annual.shape[2])
    kernel.play_draws(shared, register, workspace, hindsight, known, taken, synthetic, who, only, by_clause, by_year)


def decided(enacted: Enacted, declared: Declared, of_years: np.ndarray) -> np.ndarray:
    """The law's numbers in each draw and year (draws, years + 1, numbers), "at most" sums with the share that is decided."""
    numbers = np.repeat(enacted.terms.numbers[None], len(of_years), axis=0)
    for t, path in enumerate(enacted.policy.number_paths):
        name = declared.discretion.get(path.partition(".")[0])
        if path in enacted.policy.discretion and name:
            numbers[:, :, t] = np.floor(enacted.terms.numbers[:, t] * of_years[name] + 0.5)
    return numbers
