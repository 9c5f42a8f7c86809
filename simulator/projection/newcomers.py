"""Who is there in the base year where no register says, and who newly arrives each year; their facts from own variates.

Numbers of arrivals come from one variate per kind and year by the inverse Poisson distribution, so that a higher rate only
adds. An arrival's facts come by inverse distribution functions of its own variates, anew in every draw.
"""

import math

import numpy as np

from simulator.compiled import rule
from simulator.distributions import lognormal, poisson
from simulator.facts import NATIONAL, REGIONAL
from simulator.law.calendar import month_of
from simulator.money import FEN
from simulator.projection import enterprises as kinds
from simulator.projection.bunching import CAPITAL, lifted
from simulator.projection.columns import TOGETHER, padded
from simulator.projection.enterprises import day_in_year
from simulator.streams import (
    ANCHOR_SECTOR,
    AREA,
    ARRIVALS,
    BUNCHES,
    DESIGNATED,
    FOUNDED_LOCALLY,
    LEASE_LAG,
    LINE,
    LINE_FEE,
    MEMBERS,
    O2O,
    REGISTERED_CAPITAL,
    SALES,
    SERVICE,
    SETTLING_DAY,
    SPLIT_OFF_EARLIER,
    fill,
    u,
)

CAPITAL_REFORM = 2014_03_01  # from here paid-in capital is free to state (facts key paidin_rule_after)
ARRIVING = (kinds.GOODS, kinds.REGIONAL_HQ, kinds.NATIONAL_HQ, kinds.SPLIT_OFF, kinds.TRADITIONAL, kinds.JOINER, kinds.BUILDING)

# Variates that nearly every invented enterprise is asked once, of many side by side: one by one they cost several times as much.
VARIATES = np.dtype(
    [
        (name, np.float64, (TOGETHER,))
        for name in (
            "settling_day",
            "sales",
            "capital",
            "service",
            "founded_locally",
            "lease_lag",
            "split_off_earlier",
            "o2o",
            "area",
            "designated",
            "line",
        )
    ]
)


@rule
def draw_facts(seed, draw, keys, variates):
    """The variates of an VARIATES record, for these keys."""
    fill(seed, draw, SETTLING_DAY, keys, 0, variates.settling_day)
    fill(seed, draw, SALES, keys, 0, variates.sales)
    fill(seed, draw, REGISTERED_CAPITAL, keys, 0, variates.capital)
    fill(seed, draw, SERVICE, keys, 0, variates.service)
    fill(seed, draw, FOUNDED_LOCALLY, keys, 0, variates.founded_locally)
    fill(seed, draw, LEASE_LAG, keys, 0, variates.lease_lag)
    fill(seed, draw, SPLIT_OFF_EARLIER, keys, 0, variates.split_off_earlier)
    fill(seed, draw, O2O, keys, 0, variates.o2o)
    fill(seed, draw, AREA, keys, 0, variates.area)
    fill(seed, draw, DESIGNATED, keys, 0, variates.designated)
    fill(seed, draw, LINE, keys, 0, variates.line)


@rule
def arrival_rate(par, kind, offered, generosity):
    """Expected arrivals of a kind in a year (platforms: in the base year).

    offered: whether the policy is there to attract the but-for part; generosity (3,): what the law gives a reference
    newcomer, start-up, regional, national, over what the baseline's law gives it.
    """
    if kind == kinds.GOODS:
        rate, but_for, g = par.startups_a_year, par.butfor_startups, generosity[0]
    elif kind == kinds.REGIONAL_HQ:
        rate, but_for, g = par.regional_a_year, par.butfor_anchors, generosity[1]
    elif kind == kinds.NATIONAL_HQ:
        rate, but_for, g = par.national_a_year, par.butfor_anchors, generosity[2]
    elif kind == kinds.SPLIT_OFF:
        return par.split_offs_a_year
    elif kind == kinds.TRADITIONAL:
        return par.traditional_a_year
    elif kind == kinds.JOINER:
        return par.joiners_a_year
    elif kind == kinds.PLATFORM:
        return par.platforms_number
    else:
        return par.buildings_a_year
    drawn = rate * but_for * par.butfor_offered
    if not offered:
        return rate - drawn
    return rate - drawn + drawn * min(g, par.butfor_cap) ** par.butfor_elasticity


@rule
def arrivals(par, kind, offered, generosity, seed, draw, year):
    """How many of a kind arrive in a year."""
    return poisson(u(seed, draw, ARRIVALS, np.uint64(kind), year), arrival_rate(par, kind, offered, generosity))


@rule
def registered_capital(par, p):
    """Registered capital in yuan: lognormal with the given median and mean, cut at the largest."""
    mean_over_median = max(1.0, par.capital_registered_mean / par.capital_registered_median)
    log_sd = math.sqrt(2 * math.log(mean_over_median))
    return min(lognormal(p, par.capital_registered_median, log_sd), par.capital_registered_cut)


@rule
def furnish(par, state, seed, draw, variates, e):
    """Office and data line of an enterprise, from its own variates."""
    state.area = lognormal(variates.area[e], par.office_area_median, par.office_area_log_sd)
    state.rent = par.office_rent
    state.designated = 1 if variates.designated[e] < par.office_designated_share else 0
    if variates.line[e] < par.line_prevalence:
        state.line_lease = lognormal(u(seed, draw, LINE_FEE, state.key, 0), par.line_fee_median, par.line_fee_log_sd)


@rule
def is_service(par, p):
    """Whether an enterprise of the retail stream is a service firm, from its variate."""
    return p < par.service_share


@rule
def relative_size(par, p):
    """An incumbent's sales relative to the median, from its variate."""
    return lognormal(p, 1.0, par.incumbents_log_sd)


@rule
def incumbents(par):
    """How many incumbents of the base year a draw has."""
    return np.int64(par.incumbents_number + 0.5)


@rule
def months_later(day, months):
    """The same day so many months later; days are at most the 28th."""
    month = month_of(day) + months
    return month // 12 * 10_000 + (month % 12 + 1) * 100 + day % 100


@rule
def lease_of(par, p, settled_on):
    """The day an office lease starts, from its variate: with settling, or for some a few months later."""
    if p >= par.office_lease_later_share:
        return settled_on
    return months_later(settled_on, 1 + np.int64(p / par.office_lease_later_share * par.office_lease_lag))


@rule
def sector_of_anchor(par, enterprise, state, seed, draw):
    """Headquarters and settlement centres need not retail online, nor be of e-commerce at all."""
    p = u(seed, draw, ANCHOR_SECTOR, state.key, 0)
    if p < par.anchors_other_sector + par.anchors_not_retail:
        enterprise.online_retailer, state.online_share = 0, 0.0
    if p < par.anchors_other_sector:
        enterprise.ecommerce = 0


@rule
def make_incumbent(par, enterprise, state, seed, draw, sales, service, base_year, variates, e):
    """An incumbent of the base year: there before the policy, so no newcomer's clause applies. A few retailers were split off
    a traditional enterprise in the two years up to the base year."""
    state.kind = kinds.SERVICE if service else kinds.GOODS
    state.anyway = 1
    state.sales = sales
    state.online_share = 0.0 if service else 1.0
    furnish(par, state, seed, draw, variates, e)
    enterprise.accounts_sound = 1
    enterprise.ecommerce = 1
    enterprise.online_retailer = 0 if service else 1
    p = variates.split_off_earlier[e] * par.incumbents_number
    if not service and p < par.split_offs_earlier:
        days = 2 * p / par.split_offs_earlier
        enterprise.spun_off_on = day_in_year(days % 1.0, base_year - 1 + np.int64(days))
    enterprise.o2o = 1 if variates.o2o[e] < par.o2o_share else 0
    enterprise.registered_capital = np.int64(registered_capital(par, variates.capital[e])) * FEN
    enterprise.paid_in_capital = np.int64(enterprise.registered_capital / FEN * par.capital_paid_in_before_2014_03) * FEN


@rule
def make_platform(par, enterprise, state, seed, draw):
    """A local third-party platform of the base year."""
    state.kind = kinds.PLATFORM
    state.anyway = 1
    state.members = lognormal(u(seed, draw, MEMBERS, state.key, 0), par.platforms_members_median, par.platforms_members_log_sd)
    state.fee = par.platforms_fee
    state.sales = state.members * state.fee
    enterprise.accounts_sound = 1
    enterprise.ecommerce = 1
    enterprise.online_retailer = 1


@rule
def make_newcomer(par, enterprise, state, seed, draw, year, edges, variates, e):
    """A new arrival's facts. state.kind is the stream it comes from (ARRIVING), state.key its key; a retail newcomer may
    turn out a service firm. Nothing is computed from the law but by bunching: edges (pairs,) EDGE records. variates: its own, at e."""
    key, kind = state.key, state.kind
    state.born = year
    enterprise.accounts_sound = 1
    enterprise.ecommerce = 1
    enterprise.online_retailer = 1
    day = day_in_year(variates.settling_day[e], year)
    p_sales, p_capital = variates.sales[e], variates.capital[e]
    state.online_share = 1.0
    if kind == kinds.JOINER:
        state.passing, state.entry_fee = 1, par.joiners_fee
        return
    if kind == kinds.BUILDING:
        enterprise.ecommerce, enterprise.online_retailer = 0, 0
        enterprise.building_opened_on = (year - 2) * 10_000 + 1_01
        state.passing = 1
        state.building_area, state.occupancy = par.buildings_area, par.buildings_occupancy
        return
    if kind == kinds.TRADITIONAL:  # an old enterprise that opens a shop online: no newcomer, its taxes are not new
        enterprise.ecommerce, enterprise.online_retailer = 0, 0
        state.sales = lognormal(p_sales, par.traditional_sales_median, par.startups_sales_log_sd)
        return
    capital = registered_capital(par, p_capital)
    if kind == kinds.SPLIT_OFF:  # a new legal person, but not newly settled: it comes out of the district
        enterprise.spun_off_on = day
        state.sales = lognormal(p_sales, par.startups_sales_median, par.startups_sales_log_sd)
    else:
        enterprise.settled_on = day
        enterprise.lease_started_on = lease_of(par, variates.lease_lag[e], day)
    paid_in = par.capital_paid_in_before_2014_03 if day < CAPITAL_REFORM else par.capital_paid_in_after
    if kind == kinds.GOODS:
        state.sales = lognormal(p_sales, par.startups_sales_median, par.startups_sales_log_sd)
        if is_service(par, variates.service[e]):
            state.kind, state.online_share, enterprise.online_retailer = kinds.SERVICE, 0.0, 0
        enterprise.founded_locally = 1 if variates.founded_locally[e] < par.startups_founded_locally else 0
    elif kind == kinds.REGIONAL_HQ or kind == kinds.NATIONAL_HQ:
        national = kind == kinds.NATIONAL_HQ
        enterprise.headquarters = NATIONAL if national else REGIONAL
        usual = par.national_capital_median if national else par.regional_capital_median
        capital = lognormal(p_capital, usual, par.anchors_capital_log_sd)
        paid_in = 1.0
        median = par.national_sales_median if national else par.regional_sales_median
        state.sales = lognormal(p_sales, median, par.anchors_sales_log_sd)
        sector_of_anchor(par, enterprise, state, seed, draw)
    enterprise.o2o = 1 if variates.o2o[e] < par.o2o_share else 0
    enterprise.registered_capital = np.int64(capital) * FEN
    if enterprise.settled_on != 0 and u(seed, draw, BUNCHES, key, 0) < par.bunching_capital:
        enterprise.registered_capital = lifted(enterprise.registered_capital, edges, CAPITAL, par.bunching_capital_reach)
        capital = enterprise.registered_capital / FEN
    enterprise.paid_in_capital = np.int64(capital * paid_in) * FEN
    furnish(par, state, seed, draw, variates, e)


@rule
def make_newcomers(par, enterprises, states, seed, draw, year, edges, keys, records):
    """`make_newcomer` for each of these, in order of their kinds, their variates drawn together; who joins a platform has none. keys
    (TOGETHER,), records (1,) VARIATES: to be written over."""
    variates, start = records[0], 0
    while start < enterprises.shape[0]:
        joins, count = states[start].kind == kinds.JOINER, 0
        while count < min(TOGETHER, enterprises.shape[0] - start) and (states[start + count].kind == kinds.JOINER) == joins:
            keys[count] = states[start + count].key
            count += 1
        if not joins:
            draw_facts(seed, draw, keys[: padded(count)], variates)
        for e in range(count):
            make_newcomer(par, enterprises[start + e], states[start + e], seed, draw, year, edges, variates, e)
        start += count
