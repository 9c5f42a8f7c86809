"""The lotteries every enterprise is asked in every projected year, drawn for many enterprises together.

One by one a lottery costs several times what it costs in a loop over enterprises, which a compiler turns into vector code.
The numbers are those of `lotteries.u` all the same: functions of their names, whoever asks.
"""

import math

from simulator.compiled import columnwise, rule
from simulator.distributions import laplace_cut_within, poisson
from simulator.elementary import exp
from simulator.lotteries import BREACH, CERTIFICATION, CHILDREN, EXIT, GROWTH, PROFIT, fill
from simulator.projection.enterprises import SHOCK_CUT


@columnwise
def growth_factors(numbers, count, common, scale, inside):
    """The first `count` urns of `numbers` as growth factors, in place: common log growth and an own Laplace shock, cut."""
    for i in range(count):
        numbers[i] = exp(common + laplace_cut_within(numbers[i], scale, inside))


@rule
def draw_yearly(pars, seed, draw, base_year, growth, keys, first, years):
    """Fill the growth factors, the urns and the children of senior managers of `years` (years + 1,) YEAR, from position
    `first` on, for the enterprises of keys (n,).

    pars (years + 1,): PARAMETERS of each year; growth (years + 1,): what all share of a year's log growth; position 0 is the
    base year.
    """
    scale = pars[0].market_own_shock
    inside = 1 - math.exp(-SHOCK_CUT / scale)
    for j in range(first, years.shape[0]):
        par = pars[j]
        childless = math.exp(-par.children_rate)
        now, year = years[j], base_year + j
        children, urns = now.executive_children, now.profit
        fill(seed, draw, GROWTH, keys, year, now.factor)
        growth_factors(now.factor, keys.shape[0], growth[j], scale, inside)
        fill(seed, draw, CHILDREN, keys, year, urns)
        for i in range(keys.shape[0]):
            children[i] = poisson(urns[i], par.children_rate) if urns[i] > childless else 0
        fill(seed, draw, PROFIT, keys, year, urns)
        fill(seed, draw, EXIT, keys, year - 1, now.leaves)
        fill(seed, draw, BREACH, keys, year, now.breach)
        fill(seed, draw, CERTIFICATION, keys, year, now.certification)
