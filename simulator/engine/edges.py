"""Which thresholds of a law a fact may be lifted to: worked out here, so that the projection knows no clause by name."""

from __future__ import annotations

import numpy as np

from simulator.law.policy import Policy
from simulator.law.terms import Terms
from simulator.projection.bunching import BUNCHED, EDGE


def edges_of(policy: Policy, terms: Terms, base_year: int) -> np.ndarray:
    """EDGE records (years + 1, pairs), by fact from the lowest up, of a law in force from `base_year` on.

    A year out of term and a clause that is not offered have no edges: they are 0.
    """
    found = [
        (BUNCHED.index(edge.fact), k, edge)
        for k, clause in enumerate(policy.clauses)
        for edge in dict.fromkeys(e for e in clause.edges if e.fact in BUNCHED and e.op in (">=", ">") and not e.ago)
    ]
    edges = np.zeros((len(terms.head), len(found)), EDGE)
    for j, head in enumerate(terms.head):
        in_term = head["start"] // 10_000 <= base_year + j <= head["end"] // 10_000
        pairs = [
            (
                fact,
                int(terms.numbers[j, policy.number_paths.index(edge.number)]) + (edge.op == ">")
                if in_term and not head["withdrawn"] >> k & 1
                else 0,
            )
            for fact, k, edge in found
        ]
        edges[j] = np.array(sorted(pairs), EDGE)
    return edges
