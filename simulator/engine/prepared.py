"""A scenario and a population made ready for the kernel: everything no draw changes, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from simulator import facts
from simulator.engine import kernel
from simulator.engine.contest import weighed
from simulator.engine.edges import edges_of
from simulator.engine.enacted import Enacted, Stage, enact
from simulator.engine.generosity import NEVER, generosity_of
from simulator.engine.incumbents import forget, known_by, states_of
from simulator.engine.ledger import remember_paid
from simulator.engine.window import laid_over
from simulator.errors import Problem, ScenarioError
from simulator.law.policy import HISTORY
from simulator.phrases import phrase
from simulator.population.parts import Register
from simulator.population.register import Population
from simulator.projection.assumptions import by_year
from simulator.projection.enterprises import STATE
from simulator.projection.uncertain import Uncertain
from simulator.scenario import Scenario
from simulator.streams import REPLICATE_BITS


@dataclass(frozen=True)
class Prepared(Stage):
    """A scenario and a population, made ready. dated: what is assumed from a year on, `path@2014`; at_mode: every assumption is at its
    most likely value."""

    dated: Mapping[str, Uncertain]
    at_mode: bool

    @cached_property
    def office_taken(self) -> int:
        """What of the office space the register's enterprises that settled since the base year have taken, as facts.AREA counts."""
        row, settled = self.register.annual[:, self.known], self.register.enterprises["settled_on"] // 10_000
        return int(row["rented_area"][(row["designated_building"] != 0) & (settled > self.base_year)].sum())

    def under(self, scenario: Scenario, enacted: Enacted) -> Prepared:
        """The same for a scenario that differs in law and assumptions only. enacted: its law in these years."""
        return replace(
            self,
            enacted=enacted,
            edges=edges_of(enacted.policy, enacted.terms, self.base_year),
            generosity=generosity_of(scenario),
            dated=_dated(scenario),
        )

    def of_years(self, numbers: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """The parameters of each year (draws, years + 1) of draws with these numbers, what is dated put in."""
        years = [self.base_year + j for j in range(len(self.enacted.terms.head))]
        return by_year(self.declared, parameters, self.dated, int(self.seed), numbers % (1 << REPLICATE_BITS), years, at_mode=self.at_mode)

    def play(
        self,
        first: int | np.ndarray,
        parameters: np.ndarray,
        by_clause: np.ndarray,
        by_year: np.ndarray,
        *,
        who: int = kernel.EVERYBODY,
        only: int = 0,
        taken: int | None = None,
        **wanted: np.ndarray,
    ) -> None:
        """Add draws (PARAMETERS records) to their sums. first: the number of the first, or of each; who, only: see
        `kernel.play_draws`; taken: of the office space, None: by the register; wanted: fields of `kernel.Wanted`, filled besides the
        sums."""
        numbers = np.asarray(first) if np.ndim(first) else first + np.arange(len(parameters))
        of_years = self.of_years(numbers, parameters)
        nothing = kernel.nothing_wanted(len(parameters), by_year.shape[1])

        def play(asked: kernel.Wanted, into: tuple[np.ndarray, np.ndarray]) -> None:
            space = self.office_taken if taken is None else taken
            self.play_under(of_years, numbers, *into, asked, taken=space, who=who, only=only)

        if self.enacted.policy.contested:
            scratch, law = (np.zeros_like(by_clause), np.zeros_like(by_year)), self.decided(of_years)
            wanted |= weighed(self.enacted, self.seed, numbers, law, self.base_year, nothing, lambda asked: play(asked, scratch))
        play(nothing._replace(**wanted), (by_clause, by_year))


def prepare(scenario: Scenario, population: Population | None) -> Prepared:
    """What no draw changes. Raises ScenarioError."""
    base, years = scenario.base_year, scenario.years
    if population is None:
        enacted, known = enact(scenario, [base, *years]), 0
        register = nobody(len(years), enacted)
    else:
        population = population.under(scenario.law.policy)
        known_year = known_until(scenario, population)
        if not scenario.lawful or known_year < population.last_year:
            population = population.subset(known_by(population, known_year))
        window = laid_over(population, scenario.law, years[0], years[-1], known_year)
        known, enacted = min(known_year, years[-1]) - base, enact(scenario, [base, *years])
        enterprises, states = forget(population.enterprises, known_year), states_of(population, window, known)
        reach = np.zeros(len(population), np.int64)
        reregistration = scenario.parameters()["reregistration.share"].high > 0
        active = ((window.annual[:, known]["present"] != 0) & (states["closed"] == 0)).astype(np.int64)
        ordinary = np.zeros(window.annual.shape, np.int64)
        kernel.reach_of_register(
            enacted.law,
            enterprises,
            states,
            window.annual,
            window.own,
            window.own_annual,
            active,
            known,
            enacted.terms.head,
            enacted.terms.numbers,
            enacted.readings,
            reregistration,
            reach,
            ordinary,
        )
        register = kernel.Register(
            enterprises,
            states,
            states["key"].copy(),
            window.annual,
            own=window.own,
            own_annual=window.own_annual,
            active=active,
            reach=reach,
            ordinary=ordinary,
            existing=window.existing,
            of_district=window.of_district,
            paid=window.paid,
            paid_years=paid_until(scenario, population),
            histories=histories_before(population, scenario, enterprises),
        )
    return Prepared(
        seed=np.uint64(scenario.seed),
        generosity=generosity_of(scenario),
        enacted=enacted,
        declared=scenario.declared,
        edges=edges_of(enacted.policy, enacted.terms, base),
        hindsight=scenario.plain["market"] == "hindsight",
        base_year=base,
        known=known,
        suspended_from=scenario.plain["rebate_suspended_from"] or NEVER,
        register=register,
        synthetic=population is None and not scenario.lawful,
        dated=_dated(scenario),
        at_mode=scenario.plain["uncertainty"] == "none",
    )


def _dated(scenario: Scenario) -> dict[str, Uncertain]:
    return {path: value for path, value in scenario.parameters().items() if "@" in path}


def nobody(years: int, enacted: Enacted) -> kernel.Register:
    """A register of no enterprise."""
    numbers, none = np.zeros(0, np.int64), np.zeros((0, years, enacted.cash), np.int64)
    own = enacted.policy.own_words, len(enacted.policy.own_annual)
    return kernel.Register(
        np.zeros(0, facts.ENTERPRISE),
        np.zeros(0, STATE),
        np.zeros(0, np.uint64),
        np.zeros((0, years + 1), facts.ANNUAL),
        own=np.zeros((0, own[0]), np.int64),
        own_annual=np.zeros((0, years + 1, own[1]), np.int64),
        active=numbers,
        reach=numbers,
        ordinary=np.zeros((0, years + 1), np.int64),
        existing=none,
        of_district=none,
        paid=none,
        paid_years=0,
        histories=np.zeros((0, enacted.clauses), HISTORY),
    )


def histories_before(population: Population, scenario: Scenario, enterprises: np.ndarray) -> np.ndarray:
    """What a register's enterprises were really paid before the first award year (n or 0, clauses) law.policy.HISTORY."""
    first, base = population.first_year, scenario.base_year
    if not population.last_paid_year or first > base:
        return np.zeros((0, len(scenario.law.policy.clauses)), HISTORY)
    window = laid_over(population, scenario.law, first, base)
    enacted = enact(scenario, [])
    histories = np.zeros((len(population), enacted.clauses), HISTORY)
    if window.paid.size:
        terms = window.terms.of(slice(1, None))
        remember_paid(
            enacted.law,
            enterprises,
            window.own,
            window.annual,
            window.own_annual,
            window.paid,
            terms.head,
            terms.numbers,
            enacted.readings,
            window.years,
            histories,
        )
    return histories


def known_until(scenario: Scenario, population: Register) -> int:
    """The last year whose facts the run uses: the setting, else the base year; under `as_the_law_says` all that the
    register has. Raises ScenarioError when the register lacks that year."""
    chosen = scenario.plain["population.known_until"]
    if chosen is None:
        chosen = max(population.last_year, scenario.base_year) if scenario.lawful else scenario.base_year
    if not population.first_year <= chosen <= population.last_year:
        raise ScenarioError(
            Problem(
                "population.known_until",
                phrase("{}, but the register has the years {} … {}", chosen, population.first_year, population.last_year),
                "give the register that year's rows, or another population.known_until",
            )
        )
    return chosen


def paid_until(scenario: Scenario, population: Register | None) -> int:
    """Position of the last award year whose payments a register knows: 0 where it knows none."""
    if population is None or not population.has_payments:
        return 0
    known = min(known_until(scenario, population), scenario.years[-1])
    return max(0, min(known, population.last_paid_year) - scenario.base_year)
