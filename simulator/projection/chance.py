"""The streams enterprises are asked in projected years, drawn for many of them together: all, or those that some clause could matter to.

One by one a stream costs several times what it costs in a loop over enterprises, which a compiler turns into vector code.
The numbers are those of `streams.u` all the same: functions of their names, whoever asks.
"""

from simulator.compiled import columnwise, rule
from simulator.distributions import laplace_cut_within, poisson
from simulator.elementary import exp
from simulator.projection.columns import padded
from simulator.streams import CERTIFICATION, CHILDREN, EXIT, GROWTH, PROFIT, fill


@columnwise
def growth_factors(numbers, count, common, scale, inside):
    """The first `count` variates of `numbers` as growth factors, in place: common log growth and an own Laplace shock, cut."""
    for i in range(count):
        numbers[i] = exp(common + laplace_cut_within(numbers[i], scale, inside))


@rule
def draw_yearly(drivers, seed, draw, base_year, keys, first, last, years):
    """Fill the growth factors and the variates of profit, exit and certification of `years` (years + 1,) YEAR, from position `first`
    to `last`, for the enterprises of keys (n,).

    drivers (years + 1,): DRIVERS of each year; position 0 is the base year.
    """
    for j in range(first, last + 1):
        now, year, by = years[j], base_year + j, drivers[j]
        fill(seed, draw, GROWTH, keys, year, now.factor)
        growth_factors(now.factor, keys.shape[0], by.growth, by.shock, by.inside)
        fill(seed, draw, PROFIT, keys, year, now.profit)
        fill(seed, draw, EXIT, keys, year - 1, now.leaves)
        fill(seed, draw, CERTIFICATION, keys, year, now.certification)


@rule
def draw_for(seed, draw, stream, year, who, keys, numbers, column):
    """The numbers of some of those side by side into their places of a column. who (n,): their places, keys (TOGETHER,): of which
    the first n are theirs; numbers (TOGETHER,): scratch."""
    fill(seed, draw, stream, keys[: padded(who.shape[0])], year, numbers)
    for i in range(who.shape[0]):
        column[who[i]] = numbers[i]


@rule
def draw_children(drivers, seed, draw, year, keys, numbers, children):
    """The children of senior managers of the enterprises of keys (n,) into their column. numbers (TOGETHER,): scratch."""
    rate, childless = drivers.children, drivers.childless
    fill(seed, draw, CHILDREN, keys, year, numbers)
    for i in range(keys.shape[0]):
        children[i] = poisson(numbers[i], rate) if numbers[i] > childless else 0
