"""The year in which the policy has paid for itself: its net impact of all years so far is no longer negative.

Given for the mean net impact, with an interval of years, and of the draws themselves: the share of them in which that year has
come, year by year, and the median of their own years. Before the first payout there is nothing to earn back, so no year counts;
where the sum stays negative in all years projected, the year is never (infinite).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from scipy import special

from simulator.budget.statistics import COVER, Replicate, chance, error_of_mean, quantiles

YEAR, EARLIEST, LATEST, REACHED = "break_even_year", "break_even_earliest", "break_even_latest", "break_even"
Row = tuple[str, int | None, dict[str, float]]  # measure, year (None: of all years), columns of the summary


def break_even(net: np.ndarray, paid: np.ndarray, years: Sequence[int], replicate: Replicate = None) -> Iterator[Row]:
    """The rows of a summary. net, paid: CNY of each year (draws, years).

    break_even_year: as mean the year of the mean net impact, as quantiles those of the draws' own years with the intervals of
    order statistics. break_even_earliest, break_even_latest: the interval of the first. break_even: the probability that the
    year has come by the end of each year, with the interval of `chance`.
    """
    so_far, started = np.cumsum(net, axis=1), np.cumsum(paid, axis=1) > 0
    own = np.array([first_year(row, begun, years) for row, begun in zip(so_far, started, strict=True)])
    any_paid = np.asarray(started.any(axis=0))
    earliest, latest = year_of_the_mean(so_far, any_paid, years, replicate)
    yield YEAR, None, {"mean": first_year(so_far.mean(axis=0), any_paid, years)} | quantiles(own, replicate)
    yield EARLIEST, None, {"mean": earliest}
    yield LATEST, None, {"mean": latest}
    for year in years:
        yield REACHED, year, chance(own <= year, replicate)


def first_year(so_far: np.ndarray, started: np.ndarray, years: Sequence[int]) -> float:
    """The first year that has started in which a sum so far is no longer negative; infinite: never. All (years,)."""
    return next((float(year) for year, value, begun in zip(years, so_far, started, strict=True) if begun and value >= 0), math.inf)


def year_of_the_mean(so_far: np.ndarray, started: np.ndarray, years: Sequence[int], replicate: Replicate = None) -> tuple[float, float]:
    """The interval of the year in which the mean of `so_far` (draws, years) is first no longer negative; nan from a single draw.

    From the year in which the upper end of the mean's interval first is, to the year in which the lower end is. The lower end
    must not be so in any year before, hence its share of the error is divided among the years (Bonferroni): the interval holds
    the year at least as often as it promises.
    """
    mean = so_far.mean(axis=0)
    error = np.array([error_of_mean(column, replicate) for column in so_far.T])
    if np.isnan(error).any():
        return math.nan, math.nan
    tail = (1 - COVER) / 2
    early, late = -special.ndtri(tail), -special.ndtri(tail / len(years))
    return first_year(mean + early * error, started, years), first_year(mean - late * error, started, years)
