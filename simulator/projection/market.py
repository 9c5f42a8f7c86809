"""The market all online retailers share: its growth path, and total retail sales of consumer goods.

`ex_ante`: what a planner of early 2013 could expect, an autoregressive deviation around a falling path. `hindsight`: the
published growth of online retail 2013–2017 (facts key cn_online_growth_path; 2017 from memory); a scenario of other years is refused.
"""

import numpy as np

from simulator.compiled import entry, rule
from simulator.distributions import normal
from simulator.streams import MARKET, u

PUBLISHED_FROM = 2013
PUBLISHED = np.log1p(np.array([0.41, 0.497, 0.333, 0.262, 0.322]))


@rule
def market_growth(pars, hindsight, seed, draw, base_year, growth):
    """Log growth of the market into `growth` (years + 1,); position 0, the base year, stays 0. pars (years + 1,): PARAMETERS
    of each year; a growth that is dated starts the path anew."""
    deviation, since = 0.0, 1
    for j in range(1, growth.shape[0]):
        year, par = base_year + j, pars[j]
        if par.market_growth != pars[j - 1].market_growth:
            since = j
        if hindsight:
            growth[j] = PUBLISHED[year - PUBLISHED_FROM]
            continue
        deviation = par.market_persistence * deviation + par.market_sd * normal(u(seed, draw, MARKET, np.uint64(0), year))
        growth[j] = par.market_growth + par.market_yearly_change * (j - since) + deviation
        if j == 1:
            growth[j] += par.market_first_year_extra


@rule
def price_levels(pars, prices):
    """Prices of rents and fees over the base year's into `prices` (years + 1,)."""
    prices[0] = 1.0
    for j in range(1, prices.shape[0]):
        prices[j] = prices[j - 1] * (1.0 + pars[j].prices_growth)


@entry
def market_paths(parameters, seed, base_year, years):
    """The planner's growth of the market in each draw, as log growth (draws, years), whatever the scenario's preset."""
    paths = np.zeros((parameters.shape[0], years))
    growth = np.zeros(years + 1)
    pars = np.empty(years + 1, parameters.dtype)
    for d in range(parameters.shape[0]):
        pars[:] = parameters[d]
        market_growth(pars, False, seed, d, base_year, growth)
        paths[d] = growth[1:]
    return paths


def total_retail_sales(par: np.ndarray, years: list[int]) -> np.ndarray:
    """社会消费品零售总额 in CNY, (draws, years): the level drawn for 2015, moved by its yearly growth."""
    steps = np.asarray(years) - 2015
    return par["trscg_level_2015"][:, None] * (1 + par["trscg_growth"][:, None]) ** steps[None, :]
