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
from simulator.projection.drivers import DRIVERS
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


@dataclass(frozen=True)
class Stage:
    """What no draw changes, as the kernel plays it. enacted: the law in the base year and the award years; edges (years + 1, pairs),
    generosity (3,): see `kernel.Shared`; hindsight: the market's growth is the published one; known: position up to which the register's
    facts are known; suspended_from: first year without rebates; register; synthetic: incumbents are drawn instead."""

    seed: np.uint64
    generosity: np.ndarray
    enacted: Enacted
    declared: Declared
    edges: np.ndarray
    hindsight: bool
    base_year: int
    known: int
    suspended_from: int
    register: kernel.Register
    synthetic: bool

    def decided(self, of_years: np.ndarray) -> np.ndarray:
        """The law's numbers in each draw and year (draws, years + 1, numbers), "at most" sums with the share that is decided."""
        policy, written = self.enacted.policy, self.enacted.terms.numbers
        numbers = np.repeat(written[None], len(of_years), axis=0)
        for t, path in enumerate(policy.number_paths):
            name = self.declared.discretion.get(path.partition(".")[0])
            if path in policy.discretion and name:
                numbers[:, :, t] = np.floor(written[:, t] * of_years[name] + 0.5)
        return numbers

    def play_under(
        self,
        of_years: np.ndarray,
        draws_of: np.ndarray,
        by_clause: np.ndarray,
        by_year: np.ndarray,
        wanted: kernel.Wanted,
        *,
        taken: int = 0,
        who: int = kernel.EVERYBODY,
        only: int = 0,
    ) -> None:
        """`kernel.play_draws` under the parameters of each year (draws, years + 1). draws_of (draws,): their numbers."""
        draws, years = by_clause.shape[:2]
        enacted, declared, register = self.enacted, self.declared, self.register
        numbers, head = self.decided(of_years), enacted.terms.head
        steady = np.zeros(years + 1, np.bool_)
        steady[1:] = (numbers[:, 1:] == numbers[:, :-1]).all(axis=(0, 2)) & (head[1:] == head[:-1])
        shared = kernel.Shared(
            seed=self.seed,
            draws=draws_of,
            parameters=general(of_years),
            rates=np.stack([of_years[name] for name in declared.take_up], axis=2),
            typical=np.stack([of_years[name][:, 0] if name else np.zeros(draws) for name in declared.typical], axis=1),
            keys=enacted.keys,
            law=enacted.law,
            terms=head,
            numbers=numbers,
            steady=steady,
            readings=enacted.readings,
            own=own_facts(enacted.policy, of_years[:, 0]),
            growth=np.zeros((draws, years + 1)),
            prices=np.zeros((draws, years + 1)),
            drivers=np.zeros((draws, years + 1), DRIVERS),
            edges=self.edges,
            generosity=self.generosity,
            groups=np.zeros((draws, int(register.states["group"].max(initial=0)) + 1), np.int16),
            base_year=self.base_year,
            suspended_from=self.suspended_from,
            wanted=wanted,
        )
        workspace = empty_workspace(years, enacted.law, register.own.shape[1], register.own_annual.shape[2])
        kernel.play_draws(shared, register, workspace, self.hindsight, self.known, taken, self.synthetic, who, only, by_clause, by_year)
