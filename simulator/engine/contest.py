"""Clauses that enterprises are weighed against each other for, in a simulation: only the first so many, sums that are shared out.

Who is among the first is known only when all have been played. So draws are played again and again: each time the first year
that is still open is written down (RECORD), weighed here, and from then on as it was decided (DECIDED); the years behind it
follow. A year that cuts nobody needs no further play. The rules are those of `together`, which assesses a register.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.engine import kernel
from simulator.engine.enacted import Enacted
from simulator.engine.together import weigh
from simulator.engine.weighing import CANDIDATE, DECIDED, RECORD
from simulator.streams import APPLICATION_DAY, uniforms

ROOM = 4_096  # candidates of a draw a play begins with
Play = Callable[[kernel.Wanted], None]


def contested(enacted: Enacted) -> np.ndarray:
    """Which clauses are weighed (clauses,)."""
    some = enacted.policy.contested
    return np.array([clause in some for clause in enacted.policy.clauses])


def weighed(
    enacted: Enacted, seed: np.uint64, numbers: np.ndarray, law: np.ndarray, base_year: int, nothing: kernel.Wanted, play: Play
) -> dict[str, np.ndarray]:
    """The fields of `kernel.Wanted` under which draws are played as they were weighed. numbers (draws,): of the draws; law (draws,
    years + 1, numbers): the law's; nothing: wanted besides; play: plays all enterprises of the draws."""
    draws, years = len(numbers), law.shape[1] - 1
    state, room = np.full(years, RECORD, np.int64), ROOM
    settled = np.zeros((draws, 0), CANDIDATE)
    asks = {"contested": contested(enacted), "weighed": state, "decided": settled}
    while (state == RECORD).any():
        candidates = np.zeros((draws, room + 1), CANDIDATE)
        play(nothing._replace(**asks, candidates=candidates))
        most = int(candidates["amount"][:, 0].max())
        if most > room:
            room = most + most // 4
            continue
        found = [candidates[d, 1 : 1 + candidates["amount"][d, 0]] for d in range(draws)]
        for j in range(int(np.argmax(state == RECORD)), years):
            cut = False
            of_year = []
            for d, own in enumerate(found):
                own = own[own["year"] == j + 1]
                decision = _decided(enacted, own, law[d, j + 1], seed, int(numbers[d]), base_year + j + 1)
                cut |= bool((decision["amount"] != own["amount"]).any())
                of_year.append(decision)
            state[j] = DECIDED
            asks["decided"] = settled = _with(settled, of_year)
            if cut:
                break
    return asks | {"candidates": np.zeros((draws, 1), CANDIDATE)}


def _decided(enacted: Enacted, asking: np.ndarray, law: np.ndarray, seed: np.uint64, draw: int, year: int) -> np.ndarray:
    """What each candidate of a year gets: the same records with other amounts."""
    policy, given = enacted.policy, asking.copy()
    if not len(given):
        return given
    keys, who = np.unique(asking["enterprise"], return_inverse=True)
    amounts = np.zeros((len(keys), len(policy.clauses)), np.int64)
    amounts[who, asking["clause"]] = asking["amount"]
    seated, ranks, places = np.zeros_like(amounts, bool), np.zeros_like(amounts), np.zeros(len(policy.clauses), np.int64)
    seated[who, asking["clause"]], ranks[who, asking["clause"]], places[asking["clause"]] = True, asking["value"], asking["places"]
    order = np.argsort(uniforms(seed, draw, APPLICATION_DAY, keys, year), kind="stable")
    weigh(policy, amounts, seated, places, ranks, np.arange(len(keys)), [order] * len(policy.settlement.pots), law)
    given["amount"] = amounts[who, asking["clause"]]
    return given


def _with(settled: np.ndarray, of_year: list[np.ndarray]) -> np.ndarray:
    """What was settled (draws, n), with another year of each draw, in the order in which the engine looks it up."""
    kept = [np.concatenate([old[old["year"] > 0], new]) for old, new in zip(settled, of_year, strict=True)]
    found = np.zeros((len(kept), max(map(len, kept), default=0)), CANDIDATE)
    for row, own in zip(found, kept, strict=True):
        row[: len(own)] = own[np.lexsort((own["enterprise"], own["clause"], own["year"]))]
        row["year"][len(own) :] = np.iinfo(np.int64).max  # behind all others
    return found
