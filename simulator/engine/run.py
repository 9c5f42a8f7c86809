"""Play the draws of a scenario: blocks of draws on threads, totals in, results out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from simulator import facts
from simulator.compiled import is_cold
from simulator.engine import kernel, life
from simulator.engine.generosity import NEVER, generosity_of
from simulator.engine.incumbents import forget, known_by, states_of
from simulator.engine.ledger import CLAIM, remember_paid
from simulator.engine.window import laid_over
from simulator.errors import Problem, ScenarioError
from simulator.law.assessment import CASH_CLAUSES, CLAUSES, TERMS
from simulator.law.case import HISTORY
from simulator.law.readings import compile_readings
from simulator.population.register import Population
from simulator.projection.assumptions import TAKE_UP_FIELDS, TYPICAL_FIELDS, draw_parameters, pull_levers
from simulator.projection.enterprises import STATE
from simulator.projection.market import total_retail_sales
from simulator.scenario import Scenario

NO_CLAIMS = np.zeros(0, CLAIM)
LUCK_BITS = 24  # draws stay below 2²⁴, so that another luck is another range of draws


@dataclass(frozen=True)
class Draws:
    """What the draws leave behind: sums only.

    years: award years (y,); cash_years: (y + 1,), one longer. by_clause: int64 (draws, y, clauses, 4): recipients,
    entitled, awarded, displaced; by_year: int64 (draws, y, sums), see life.BY_YEAR; paid: int64 fen (draws, y + 1,
    clauses), cash; recovered: int64 fen (draws, y + 1); parameters: the outer layer (draws,); trscg, services: CNY
    (draws, y). Money in fen; school places in places.
    """

    years: list[int]
    by_clause: np.ndarray
    by_year: np.ndarray
    paid: np.ndarray
    recovered: np.ndarray
    parameters: np.ndarray
    trscg: np.ndarray
    services: np.ndarray
    seconds: float = 0.0

    @property
    def cash_years(self) -> list[int]:
        return [*self.years, self.years[-1] + 1]

    def of_year(self, name: str) -> np.ndarray:
        """One of life.BY_YEAR, (draws, y)."""
        return self.by_year[:, :, life.BY_YEAR.index(name)]


def play(
    scenario: Scenario,
    population: Population | None = None,
    *,
    workers: int | None = None,
    block: int | None = None,
    executor: Executor | None = None,
    luck: int = 0,
    parameters: np.ndarray | None = None,
    progress: Callable[[int], None] | None = None,
    notice: Callable[[str], None] | None = None,
) -> Draws:
    """Play all draws of a scenario, on a register or (None) on incumbents drawn anew in every draw.

    workers: threads (default: the machine's cores); block: draws per task; progress is called with the number of draws
    done; notice with a word where something takes its time. The result depends on none of these. luck: another luck (0 …
    255) for the same parameters, draw by draw: two of them split the variance. parameters: another outer layer than the
    scenario's own, as `outer_layer` gives it, one record per draw. Raises ScenarioError.
    """
    started = time.perf_counter()
    task = prepare(scenario, population)
    parameters = pull_levers(outer_layer(scenario, 0, scenario.draws) if parameters is None else parameters)
    draws, years = len(parameters), len(scenario.years)
    by_clause = np.zeros((draws, years, CLAUSES, len(life.BY_CLAUSE)), np.int64)
    by_year = np.zeros((draws, years, len(life.BY_YEAR)), np.int64)
    workers = workers or os.cpu_count() or 1
    block = block or max(1, min(256, -(-draws // (4 * workers))))
    if notice and is_cold(kernel.play_draws.__name__):
        notice("compiling the engine once for this version (some tens of seconds) …")

    def one(first: int) -> int:
        last = min(first + block, draws)
        task(first + (luck << LUCK_BITS), parameters[first:last], by_clause[first:last], by_year[first:last])
        return last - first

    firsts = range(0, draws, block)
    pool = executor or ThreadPoolExecutor(workers)
    try:
        for done in as_completed([pool.submit(one, first) for first in firsts]):
            finished = done.result()
            if progress:
                progress(finished)
    finally:
        if executor is None:
            pool.shutdown(cancel_futures=True)
    _refuse_overflow(by_clause, by_year)
    return _finish(scenario, by_clause, by_year, parameters, paid_until(scenario, population), time.perf_counter() - started)


def outer_layer(scenario: Scenario, first: int, count: int) -> np.ndarray:
    """What a scenario assumes in draws first … first + count − 1: PARAMETERS records (count,), levers not yet pulled."""
    return draw_parameters(scenario.parameters(), scenario.seed, first, count,
                           at_mean=scenario.plain["uncertainty"] == "none", correlations=scenario.correlations)


def prepare(scenario: Scenario, population: Population | None) -> Callable[..., None]:
    """Everything no draw changes, worked out once: a function that plays a block of draws into its sums and, where asked,
    writes its single claims into an array of ledger.CLAIM and keeps its populations (see `kernel.play_draws`)."""
    base, years = scenario.base_year, scenario.years
    if population is None:
        enterprises, states = np.zeros(0, facts.ENTERPRISE), np.zeros(0, STATE)
        annual = np.zeros((0, len(years) + 1), facts.ANNUAL)
        existing = district = paid = np.zeros((0, len(years), CASH_CLAUSES), np.int64)
        terms, known, paid_years = scenario.law.compile(TERMS, [base, *years]), 0, 0
        histories = np.zeros((0, CLAUSES), HISTORY)
    else:
        known_year = known_until(scenario, population)
        if not scenario.lawful or known_year < population.last_year:
            population = population.subset(known_by(population, known_year))
        window = laid_over(population, scenario.law, years[0], years[-1], known_year)
        known = min(known_year, years[-1]) - base
        enterprises, annual = forget(population.enterprises, known_year), window.annual
        states, terms = states_of(population, window, known), window.terms
        existing, district, paid = window.existing, window.of_district, window.paid
        paid_years = paid_until(scenario, population)
        histories = histories_before(population, scenario, enterprises)
    suspended = scenario.plain["rebate_suspended_from"] or NEVER
    readings, hindsight = compile_readings(scenario.interpretation), scenario.plain["market"] == "hindsight"
    generosity = generosity_of(scenario)
    seed, synthetic = np.uint64(scenario.seed), population is None and not scenario.lawful

    def task(first: int, parameters: np.ndarray, by_clause: np.ndarray, by_year: np.ndarray,
             kept: np.ndarray | None = None, kept_rows: np.ndarray | None = None,
             kept_count: np.ndarray | None = None, claims: np.ndarray = NO_CLAIMS) -> None:
        draws = len(parameters)
        rates = np.stack([parameters[name] for name in TAKE_UP_FIELDS], axis=1)
        typical = np.zeros_like(rates)
        for k, name in enumerate(TYPICAL_FIELDS):
            typical[:, k] = parameters[name]
        kernel.play_draws(seed, first, parameters, rates, typical, generosity, terms, readings, hindsight, base, known,
                          suspended, enterprises, states, annual, existing, district, paid, paid_years, histories,
                          synthetic, claims, by_clause, by_year,
                          np.zeros((draws, 0), facts.ENTERPRISE) if kept is None else kept,
                          np.zeros((draws, 0, len(years) + 1), facts.ANNUAL) if kept_rows is None else kept_rows,
                          np.zeros((draws, 1), np.int64) if kept_count is None else kept_count)

    return task


def histories_before(population: Population, scenario: Scenario, enterprises: np.ndarray) -> np.ndarray:
    """What a register's enterprises were really paid before the first award year (n or 0, clauses) law.case.HISTORY."""
    first, base = population.first_year, scenario.base_year
    if not population.last_paid_year or first > base:
        return np.zeros((0, CLAUSES), HISTORY)
    window = laid_over(population, scenario.law, first, base)
    histories = np.zeros((len(population), CLAUSES), HISTORY)
    if window.paid.size:
        remember_paid(enterprises, window.annual, window.paid, window.terms[1:], compile_readings(scenario.interpretation),
                      window.years, histories)
    return histories


def known_until(scenario: Scenario, population: Population) -> int:
    """The last year whose facts the run uses: the setting, else the base year; under `as_the_law_says` all that the
    register has. Raises ScenarioError when the register lacks that year."""
    chosen = scenario.plain["population.known_until"]
    if chosen is None:
        chosen = max(population.last_year, scenario.base_year) if scenario.lawful else scenario.base_year
    if not population.first_year <= chosen <= population.last_year:
        raise ScenarioError(Problem(
            "population.known_until", f"{chosen}, but the register has the years {population.first_year} … "
            f"{population.last_year}", "give the register that year's rows, or another population.known_until"))
    return chosen


def paid_until(scenario: Scenario, population: Population | None) -> int:
    """Position of the last award year whose payments a register knows: 0 where it knows none."""
    if population is None or not population.paid.size:
        return 0
    known = min(known_until(scenario, population), scenario.years[-1])
    return max(0, min(known, population.last_paid_year) - scenario.base_year)


def _refuse_overflow(by_clause: np.ndarray, by_year: np.ndarray) -> None:
    cells = CLAUSES * (by_clause.shape[1] + 1)  # totals add up that many sums
    too_large = by_year[:, :, life.TOO_LARGE].any() or int(by_clause.max(initial=0)) * cells > life.LARGEST_SUM
    if too_large or (by_clause < 0).any() or (by_year < 0).any():
        raise ScenarioError(Problem("", "sales, taxes or awards grow beyond what can be counted in fen",
                                    "check sales and growth of the assumptions or of the register"))


def _finish(scenario: Scenario, by_clause: np.ndarray, by_year: np.ndarray, parameters: np.ndarray, paid_years: int,
            seconds: float) -> Draws:
    """Cash timing, recoveries, services and total retail sales: what follows from the sums.

    What a register says was paid (the first `paid_years`) was paid in that year; later awards follow `cash.same_year`.
    """
    draws, years = by_clause.shape[:2]
    awarded = by_clause[:, :, :, life.AWARDED].copy()
    awarded[:, :, CASH_CLAUSES:] = 0  # in kind never enters cash
    now = np.floor(awarded * parameters["cash_same_year"][:, None, None] + 0.5).astype(np.int64)
    now[:, :paid_years] = awarded[:, :paid_years]
    paid = np.zeros((draws, years + 1, CLAUSES), np.int64)
    paid[:, :-1] = now
    paid[:, 1:] += awarded - now
    due = by_year[:, :, life.CLAWBACK_DUE]
    recovered = np.zeros((draws, years + 1), np.int64)
    recovered[:, 1:] = np.floor(due * parameters["breach_recovered"][:, None] + 0.5)
    online = by_year[:, :, life.ONLINE_SALES] / 100
    return Draws(scenario.years, by_clause, by_year, paid, recovered, parameters,
                 total_retail_sales(parameters, scenario.years), online * parameters["services_ratio"][:, None], seconds)
