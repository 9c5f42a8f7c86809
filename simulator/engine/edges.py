"""Which thresholds of a law a fact may be lifted to: worked out here, so that the projection knows no clause by name."""

from __future__ import annotations

import numpy as np

from simulator.law.assessment import PLACES
from simulator.law.clauses import CATALOGUE, SLUGS
from simulator.projection.bunching import BUNCHED, EDGE


def edges_of(terms: np.ndarray, base_year: int) -> np.ndarray:
    """EDGE records (years + 1, pairs), by fact from the lowest up, of a law's numbers (years + 1,) TERMS from `base_year` on.

    A year out of term and a clause that is not offered have no edges: they are 0.
    """
    found = [(fact, k, term.name) for k, clause in enumerate(CATALOGUE) for term in clause.TERMS if term.threshold
             for fact, name in enumerate(BUNCHED)
             if any(name in condition.facts and term.name in condition.terms and term.unit == "CNY"
                    for condition in clause.EVIDENCE.values())]
    edges = np.zeros((len(terms), len(found)), EDGE)
    for j, law in enumerate(terms):
        policy = law["policy"]
        in_term = policy["start"] // 10_000 <= base_year + j <= policy["end"] // 10_000
        pairs = [(fact, int(law[SLUGS[k]][name]) if in_term and not policy["withdrawn"] >> PLACES[k] & 1 else 0)
                 for fact, k, name in found]
        edges[j] = np.array(sorted(pairs), EDGE)
    return edges
