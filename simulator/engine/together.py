"""Assess a register under a policy that weighs enterprises against each other: only the first so many, sums shared out.

Year by year, all enterprises of a year before the next: who is among the first is known only then, and what a year pays decides
what the next one may.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.engine.enacted import Enacted
from simulator.engine.window import Window
from simulator.law.assessment import entitle_year, remember_year
from simulator.law.policy import ELIGIBLE, HISTORY, Policy
from simulator.law.steps import FIRST, POT, Step
from simulator.population.register import Population


def assess_together(
    population: Population,
    enacted: Enacted,
    window: Window,
    paid_years: int,
    awards: np.ndarray,
    displaced: np.ndarray,
    clawback: np.ndarray,
    lacking: np.ndarray,
    explained_of: int | None = None,
) -> dict[int, list[Step]]:
    """Fill the arrays of `assess_register`. Equal values of a ranking stand in the order of the enterprises' codes. Returns by year
    what was decided of one enterprise (`explained_of`: its position)."""
    law, policy, n = enacted.law, enacted.policy, len(population)
    histories = np.zeros((n, law.clauses), HISTORY)
    places, ranks, conduct = np.zeros(law.clauses, np.int64), np.zeros((n, law.clauses), np.int64), np.zeros(n, np.int64)
    due = np.zeros_like(ranks)
    terms = window.terms.of(slice(1, None))
    existing = window.existing
    by_code = np.argsort(population.ids.astype(str), kind="stable")
    rank_of_code = np.empty(n, np.int64)
    rank_of_code[by_code] = np.arange(n)
    law_stays = np.array([clause.first is not None and clause.first.stays for clause in policy.clauses])
    steps: dict[int, list[Step]] = {}
    for j, year in enumerate(window.years):
        facts = (population.enterprises, window.own, window.annual, window.own_annual, j + window.skip, int(year))
        amounts = np.zeros((n, law.clauses), np.int64)
        replaced = np.zeros_like(amounts)
        entitle_year(
            law,
            *facts,
            existing[:, j] if existing.size else np.zeros((0, max(law.cash, 1)), np.int64),
            terms.head[j : j + 1],
            terms.numbers[j],
            enacted.readings,
            histories,
            amounts,
            replaced,
            conduct,
            lacking[:, j],
            places,
            ranks,
            due,
        )
        if j < paid_years:
            lacking[:, j] = 0
            amounts[:, : law.cash] = window.paid[:, j]
            if existing.size:
                replaced[:, : law.cash] = np.where((amounts[:, : law.cash] > existing[:, j]) & bool(law.weighs), existing[:, j], 0)
        else:
            eligible = conduct & ELIGIBLE > 0
            seated = np.where(law_stays, (due > 0) & eligible[:, None], amounts > 0)
            orders = [_order_of_application(population, int(year), pot.clauses, rank_of_code) for pot in policy.settlement.pots]
            steps[int(year)] = weigh(policy, amounts, seated, places, ranks, rank_of_code, orders, terms.numbers[j], explained_of)
            replaced[amounts == 0] = 0  # who is left with nothing keeps the existing support
        awards[:, j], displaced[:, j] = amounts, replaced
        remember_year(
            law, *facts, terms.head[j : j + 1], terms.numbers[j], enacted.readings, histories, awards[:, j].copy(), conduct, clawback[:, j]
        )
    return steps


def weigh(
    policy: Policy,
    amounts: np.ndarray,
    seated: np.ndarray,
    places: np.ndarray,
    ranks: np.ndarray,
    ties: np.ndarray,
    orders: Sequence[np.ndarray],
    numbers: np.ndarray,
    explained_of: int | None = None,
) -> list[Step]:
    """Of a year's amounts (n, clauses), in place: only the first so many, then what pots hold. seated (n, clauses): who takes a place;
    places (clauses,), ranks (n, clauses): how many get a clause, and by what; ties (n,): the order of equal ones; orders: of application,
    by pot; numbers: the law's. Returns what was decided of one enterprise (`explained_of`: its position)."""
    own = list[Step]()
    for k, clause in enumerate(policy.clauses):
        if clause.first is None:
            continue
        asking = np.nonzero(seated[:, k])[0]
        standing = standings(ranks[asking, k], ties[asking])
        out = asking[standing > int(places[k])]
        if explained_of is not None and amounts[explained_of, k] > 0:
            before = int(amounts[explained_of, k])
            own.append(
                Step(
                    FIRST,
                    k,
                    k,
                    before,
                    0 if explained_of in out else before,
                    limit=int(places[k]),
                    asked=len(asking),
                    standing=int(standing[asking == explained_of][0]),
                    value=int(ranks[explained_of, k]),
                )
            )
        amounts[out, k] = 0
    for at, pot in enumerate(policy.settlement.pots):
        of_pot, asked, order = list(pot.clauses), amounts.copy(), orders[at]
        limit = int(numbers[policy.number_paths.index(pot.amount)])
        share_out(pot.share, of_pot, limit, amounts, order)
        if explained_of is not None:
            whole = int(asked[:, of_pot].sum())
            ahead = int(amounts[order[: int(np.nonzero(order == explained_of)[0][0])]][:, of_pot].sum())
            for k in of_pot:
                if asked[explained_of, k] > 0:
                    own.append(
                        Step(POT, at, k, int(asked[explained_of, k]), int(amounts[explained_of, k]), limit=limit, asked=whole, ahead=ahead)
                    )
                ahead += int(amounts[explained_of, k])
    return own


def standings(values: np.ndarray, ties: np.ndarray) -> np.ndarray:
    """The place of each by the largest value (n,), from 1; equal ones stand in the order of `ties`.

    >>> standings(np.array([5, 9, 9]), np.array([0, 2, 1]))
    array([3, 2, 1])
    """
    found = np.empty(len(values), np.int64)
    found[np.lexsort((ties, -values))] = np.arange(1, len(values) + 1)
    return found


def _order_of_application(population: Population, year: int, clauses: tuple[int, ...], rank_of_code: np.ndarray) -> np.ndarray:
    """The enterprises by first day of application for one of these clauses in a year, those without one last; then by code."""
    day, given = np.full(len(population), 99_999_999, np.int64), population.applications
    for entry in given[(given["year"] == year) & np.isin(given["clause"] - 1, clauses) & (given["applied_on"] > 0)]:
        day[entry["enterprise"]] = min(day[entry["enterprise"]], entry["applied_on"])
    return np.lexsort((rank_of_code, day))


def share_out(share: str, clauses: list[int], sum_of_pot: int, amounts: np.ndarray, order: np.ndarray) -> None:
    """Cut what a pot's clauses award (n, clauses), fen, to its sum: everybody by the same share, rounded down, or first come first."""
    asked = amounts[:, clauses]
    whole = int(asked.sum())
    if whole <= sum_of_pot:
        return
    if share == "pro_rata":
        amounts[:, clauses] = [[int(a) * sum_of_pot // whole for a in row] for row in asked.tolist()]
        return
    left = sum_of_pot
    for i in order:
        for k in clauses:
            given = min(int(amounts[i, k]), left)
            amounts[i, k] = given
            left -= given
