"""The lotteries every enterprise is asked in every projected year, drawn for many enterprises together.

One by one a lottery costs several times what it costs in a loop over enterprises, which a compiler turns into vector code.
The numbers are those of `lotteries.u` all the same: functions of their names, whoever asks.
"""

import math

from simulator.compiled import rule
from simulator.lotteries import BREACH, CERTIFICATION, CHILDREN, EXIT, GROWTH, PROFIT, fill, laplace_cut_within
from simulator.projection.enterprises import SHOCK_CUT

TOGETHER = 32  # enterprises drawn together: what they draw stays in the fastest memory
FACTOR, PROFITS, GONE, BREACHES, CERTIFIED, CHILD = range(6)
YEARLY = 6  # of the above: growth factor, and the urns of profit, exit after the year before, breach, certification, children


@rule
def draw_yearly(par, seed, draw, base_year, growth, keys, first, luck):
    """Fill luck (YEARLY, years + 1, ≥ n) for n enterprises and the years at positions first … last.

    growth (years + 1,): what all share of a year's log growth; position 0 is the base year. An urn of children that means
    none is 0.
    """
    scale, childless = par.market_own_shock, math.exp(-par.children_rate)
    inside = 1 - math.exp(-SHOCK_CUT / scale)
    for j in range(first, luck.shape[1]):
        year, factors, common = base_year + j, luck[FACTOR, j], growth[j]
        fill(seed, draw, GROWTH, keys, year, factors)
        for i in range(keys.shape[0]):
            factors[i] = math.exp(common + laplace_cut_within(factors[i], scale, inside))
        fill(seed, draw, PROFIT, keys, year, luck[PROFITS, j])
        fill(seed, draw, EXIT, keys, year - 1, luck[GONE, j])
        fill(seed, draw, BREACH, keys, year, luck[BREACHES, j])
        fill(seed, draw, CERTIFICATION, keys, year, luck[CERTIFIED, j])
        children = luck[CHILD, j]
        fill(seed, draw, CHILDREN, keys, year, children)
        for i in range(keys.shape[0]):
            children[i] = children[i] if children[i] > childless else 0.0
