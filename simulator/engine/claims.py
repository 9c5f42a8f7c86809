"""The single claims of a block of draws: what each enterprise is awarded, year by year and clause by clause.

They exist for one block at a time; whoever asks keeps sums by draw.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.engine import totals
from simulator.engine.ledger import CLAIM
from simulator.engine.prepared import prepare
from simulator.population.register import Population
from simulator.scenario import Scenario

ROOM = 10_000  # records a block begins with


def claims_of(scenario: Scenario, population: Population | None) -> Callable[[int, np.ndarray], np.ndarray]:
    """A function of the first draw of a block and its parameters that gives its claims, ledger.CLAIM records.

    In the order of draws, then of enterprises' keys; an enterprise's claims stand in the order of years and clauses. The same claims
    `play` adds up: to the fen, whatever the blocks.
    """
    prepared, years = prepare(scenario, population), len(scenario.years)
    room = [ROOM]

    def block(first: int, parameters: np.ndarray) -> np.ndarray:
        while True:
            claims = np.zeros(room[0] + 1, CLAIM)
            by_clause = np.zeros((len(parameters), years, len(scenario.law.policy.clauses), len(totals.BY_CLAUSE)), np.int64)
            by_year = np.zeros((len(parameters), years, len(totals.BY_YEAR)), np.int64)
            prepared.play(first, parameters, by_clause, by_year, claims=claims)
            count = int(claims[0]["amount"])
            if count <= len(claims) - 1:
                found = claims[1 : count + 1]  # enterprises are played a block at a time, in all draws, year by year
                return found[np.lexsort((found["year"], found["enterprise"], found["draw"]))]
            room[0] = max(room[0], count + count // 4)  # too small: make room and play again

    return block
