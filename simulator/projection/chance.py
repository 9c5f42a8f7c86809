"""The streams every enterprise is asked in every projected year, drawn for many enterprises together.

One by one a stream costs several times what it costs in a loop over enterprises, which a compiler turns into vector code.
The numbers are those of `streams.u` all the same: functions of their names, whoever asks.
"""

import math

from simulator.compiled import columnwise, rule
from simulator.distributions import laplace_cut_within, poisson
from simulator.elementary import exp
from simulator.projection.enterprises import SHOCK_CUT
from simulator.streams import BREACH, CERTIFICATION, CHILDREN, EXIT, GROWTH, PROFIT, fill


@columnwise
def growth_factors(numbers, count, common, scale, inside):
    """The first `count` variates of `numbers` as growth factors, in place: common log growth and an own Laplace shock, cut."""
    for i in range(count):
        numbers[i] = exp(common + laplace_cut_within(numbers[i], scale, inside))


@rule
def draw_yearly(pars, seed, draw, base_year, growth, keys, first, last, years):
    """Fill the growth factors, the variates and the children of senior managers of `years` (years + 1,) YEAR, from position
    `first` to `last`, for the enterprises of keys (n,).

    pars (years + 1,): PARAMETERS of each year; growth (years + 1,): what all share of a year's log growth; position 0 is the
    base year.
    """
    scale = pars[0].market_own_shock
    inside = 1 - math.exp(-SHOCK_CUT / scale)
    for j in range(first, last + 1):
        par = pars[j]
        childless = math.exp(-par.children_rate)
        now, year = years[j], base_year + j
        children, variates = now.executive_children, now.profit
        fill(seed, draw, GROWTH, keys, year, now.factor)
        growth_factors(now.factor, keys.shape[0], growth[j], scale, inside)
        fill(seed, draw, CHILDREN, keys, year, variates)
        for i in range(keys.shape[0]):
            children[i] = poisson(variates[i], par.children_rate) if variates[i] > childless else 0
        fill(seed, draw, PROFIT, keys, year, variates)
        fill(seed, draw, EXIT, keys, year - 1, now.leaves)
        fill(seed, draw, BREACH, keys, year, now.breach)
        fill(seed, draw, CERTIFICATION, keys, year, now.certification)
