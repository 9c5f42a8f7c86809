"""Bunching: the only door by which a threshold of the law reaches a fact of an enterprise.

Whoever stands somewhat below an edge may lift a fact over it. The edges come as a plain list: which fact, and the least value
that reaches the edge. Everything else about an enterprise is settled before the law looks at it.
"""

import numpy as np

from simulator.compiled import rule

BUNCHED = ("registered_capital", "district_contribution")  # the facts that can be lifted; their places are codes of EDGE
CAPITAL, CONTRIBUTION = range(len(BUNCHED))
# fact: a place in BUNCHED; edge: the least value that reaches it, in the fact's machine units; 0: no such edge this year
EDGE = np.dtype([("fact", np.int64), ("edge", np.int64)])


@rule
def lifted(value, edges, fact, reach):
    """A value (fen) brought up to the lowest edge above it, where it lies within that edge's reach (a share of it).

    edges (pairs,): EDGE records, the edges of one fact from the lowest up.
    """
    for i in range(edges.shape[0]):
        edge = edges[i].edge
        if edges[i].fact == fact and value < edge:
            return edge if (1.0 - reach) * edge <= value else value
    return value


@rule
def lift_contributions(reach, edges, now, count):
    """Contributions of a year side by side (YEAR) that lie within reach (a share of it) of an edge."""
    for e in range(count):
        now.district_contribution[e] = lifted(now.district_contribution[e], edges, CONTRIBUTION, reach)
