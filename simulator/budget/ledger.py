"""The ledger of a run: what falls due, is paid, waits, lapses or is cancelled, by draw, year and clause.

Draws are played a second time, block by block, for their single claims; only sums by draw stay.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from simulator.budget import rationing
from simulator.engine.blocks import Workers, threads
from simulator.engine.claims import claims_of
from simulator.engine.enacted import enact
from simulator.engine.instalments import weights_of
from simulator.engine.prepared import paid_until
from simulator.engine.run import Draws, falling_due
from simulator.errors import Problem, SimulatorError
from simulator.population.register import Population
from simulator.scenario import Scenario
from simulator.scenario.funding import MODES

CLAIMS_AT_ONCE = 500_000  # about 25 MB a thread


@dataclass(frozen=True)
class Ledger:
    """What a run's claims leave behind: sums by draw, in fen.

    flows: int64 (draws, cash years, cash clauses, 6), see rationing.FLOWS; due_back, recovered: int64 (draws, cash years),
    what breaches make due back of what was really paid, and what of it comes back a year later; unpaid: claims not paid in full
    at the end of each year; committed: int64 (draws, years, years), awarded by year of admission and year; largest: int64 (draws, 3),
    awarded to all, to the largest recipient, to the five largest.
    """

    years: list[int]
    cash_years: list[int]
    flows: np.ndarray
    due_back: np.ndarray
    recovered: np.ndarray
    unpaid: np.ndarray
    committed: np.ndarray
    largest: np.ndarray

    def flow(self, name: str) -> np.ndarray:
        """One of rationing.FLOWS: (draws, cash years, cash clauses) fen."""
        return self.flows[:, :, :, rationing.FLOWS.index(name)]

    def need(self) -> np.ndarray:
        """What is asked of each year's money: new claims and what waited from the year before. (draws, cash years) fen."""
        return np.asarray(sum(self.flow(name).sum(axis=2) for name in ("paid", "waiting", "lapsed")))

    def due(self) -> np.ndarray:
        """What falls due in each year for the first time. (draws, cash years) fen."""
        return np.asarray(self.flow("due").sum(axis=2))


def keep_ledger(
    scenario: Scenario, population: Population | None, draws: Draws, workers: Workers = None, block: int | None = None
) -> Ledger:
    """The ledger of draws already played. It depends neither on workers nor on the block. Raises SimulatorError when the
    claims do not add up to the run's sums."""
    count, years, funding = len(draws.parameters), len(draws.years), scenario.funding
    later = years + 1
    flows = np.zeros((count, later, draws.cash, len(rationing.FLOWS)), np.int64)
    due_back, unpaid = np.zeros((count, later), np.int64), np.zeros((count, later), np.int64)
    committed, largest = np.zeros((count, years, years), np.int64), np.zeros((count, 3), np.int64)
    claims_in, days_of = claims_of(scenario, population), days_given(scenario, population)
    pool_of, pool_limits = _pools(scenario, draws.cash_years)
    rank = np.array([funding.order.index(slug) for slug in draws.slugs[: draws.cash]])
    caps = np.array([funding.clause_caps.get(slug, rationing.UNLIMITED) for slug in draws.slugs[: draws.cash]])
    limits = np.array([scenario.appropriation.get(y, rationing.UNLIMITED) for y in draws.cash_years])
    cap = rationing.UNLIMITED if funding.enterprise_cap is None else funding.enterprise_cap
    parts, known = weights_of(scenario.law.policy), paid_until(scenario, population)
    keys = enact(scenario, []).keys[: draws.cash]
    recipients = draws.by_clause[:, :, : draws.cash, 0].sum(axis=(1, 2)).max(initial=1)
    block = block or max(1, min(64, CLAIMS_AT_ONCE // max(1, int(recipients))))

    def one(first: int) -> None:
        part = slice(first, min(first + block, count))
        claims = claims_in(first, draws.parameters[part])
        rationing.keep_ledger(
            np.uint64(scenario.seed),
            scenario.base_year,
            keys,
            claims,
            days_of(claims),
            first,
            draws.parameters["cash_same_year"][part].astype(float),
            parts,
            known,
            list(MODES).index(funding.mode),
            funding.unpaid == "carried",
            rank,
            cap,
            pool_of,
            caps,
            pool_limits,
            limits,
            flows[part],
            due_back[part],
            unpaid[part],
            committed[part],
            largest[part],
        )

    with ThreadPoolExecutor(threads(workers)) as pool:
        list(pool.map(one, range(0, count, block)))
    recovered = np.zeros_like(due_back)
    recovered[:, 1:] = np.floor(due_back[:, :-1] * draws.parameters["breach_recovered"][:, None] + 0.5)
    ledger = Ledger(draws.years, draws.cash_years, flows, due_back, recovered, unpaid, committed, largest)
    _hold(ledger, draws, scenario, known)
    return ledger


def days_given(scenario: Scenario, population: Population | None) -> Callable[[np.ndarray], np.ndarray]:
    """A function of claims that gives the day each was applied for, as rationing.DAYS counts; 0 where no register says."""
    if population is None or not len(population.applications):
        return lambda claims: np.zeros(len(claims), np.int64)
    keys = population.keys
    order = np.argsort(keys)
    table = np.zeros((len(population), len(scenario.years), scenario.law.policy.cash_clauses + 1), np.int64)
    given = population.applications
    given = given[
        (given["clause"] >= 1)
        & (given["clause"] <= scenario.law.policy.cash_clauses)
        & (given["year"] > scenario.base_year)
        & (given["year"] <= scenario.years[-1])
        & (given["applied_on"] > 0)
    ]
    day = given["applied_on"]
    table[given["enterprise"], given["year"] - scenario.years[0], given["clause"] - 1] = (
        day // 10_000 * rationing.DAYS + (day // 100 % 100 - 1) * 31 + day % 100 - 1
    )

    def of(claims: np.ndarray) -> np.ndarray:
        place = np.minimum(np.searchsorted(keys[order], claims["enterprise"]), len(keys) - 1)
        row = order[place]
        return np.where(keys[row] == claims["enterprise"], table[row, claims["year"] - 1, claims["clause"]], 0)

    return of


def _pools(scenario: Scenario, cash_years: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Of the pools that have money set aside: the pool of each clause (−1: none), and limits (pools, cash years)."""
    funding = scenario.funding
    names = sorted({pool for pool, _ in funding.earmarked})
    pool_of = np.full(scenario.law.policy.cash_clauses, -1)
    for p, name in enumerate(names):
        pool_of[[scenario.law.policy.index(slug) for slug in funding.members(name)]] = p
    limits = np.array(
        [[funding.earmarked.get((name, year), rationing.UNLIMITED) for year in cash_years] for name in names], np.int64
    ).reshape(len(names), len(cash_years))
    return pool_of, limits


def _hold(ledger: Ledger, draws: Draws, scenario: Scenario, paid_years: int) -> None:
    """What must hold to the fen in every draw, before anything is printed."""
    flow = {name: ledger.flow(name) for name in rationing.FLOWS}
    awarded = draws.by_clause[:, :, : draws.cash, 2]
    gone = sum(flow[name].sum(axis=1) for name in ("paid", "lapsed", "cancelled")) + flow["waiting"][:, -1]
    faults = []
    if (flow["due"] != falling_due(awarded - flow["cut"][:, :-1], draws.policy, draws.parameters["cash_same_year"], paid_years)).any():
        faults.append("what falls due is not what was awarded and not cut")
    if (gone != flow["due"].sum(axis=1)).any():
        faults.append("paid, waiting, lapsed and cancelled are not what fell due")
    if (ledger.committed.sum(axis=1) != awarded.sum(axis=2)).any() or (ledger.largest[:, 0] != awarded.sum(axis=(1, 2))).any():
        faults.append("commitments or recipients are not what was awarded")
    if (
        scenario.funding.mode == "none"
        and scenario.funding.enterprise_cap is None
        and ((flow["paid"] != draws.paid[:, :, : draws.cash]).any() or (ledger.recovered != draws.recovered).any())
    ):
        faults.append("unrationed claims are not paid as the run pays them")
    if faults:
        raise SimulatorError([Problem(scenario.name, fault, "a fault of the program: please report it") for fault in faults])
