"""The recipe of an invented register: joint facts of an enterprise by kind, from its own variates.

Size is the common thread: sales, capital, employees, office and line are tied to it by rank correlations (a Gaussian
copula), so that a large enterprise tends to be large in all of them. Sales are lognormal with a Pareto tail; registered
capital is lognormal, most of it rounded down to the sums that articles of association name; paid-in capital follows the
rules before and after March 2014. What a year brings (growth, taxes, certification, exit) is the projection's own.
"""

import math

import numpy as np

from simulator.compiled import entry, rule
from simulator.distributions import lognormal, normal, poisson
from simulator.facts import AREA as AREA_UNITS
from simulator.facts import NATIONAL, REGIONAL
from simulator.money import FEN
from simulator.projection import enterprises as kinds
from simulator.projection.chance import draw_yearly
from simulator.projection.columns import CARRIED, YEAR
from simulator.projection.drivers import DRIVERS, drive
from simulator.projection.enterprises import (
    befall,
    carry,
    common_growth,
    day_in_year,
    project_year,
    set_out,
    write_year,
)
from simulator.projection.newcomers import CAPITAL_REFORM, is_service, lease_of, sector_of_anchor
from simulator.streams import (
    AGE,
    AREA,
    BREACH,
    CHILDREN,
    DESIGNATED,
    EMPLOYEES,
    FOUNDED_LOCALLY,
    JOINS,
    LEASE_LAG,
    LINE,
    LINE_FEE,
    MEMBERS,
    O2O,
    OCCUPANCY,
    PAID_IN,
    REGISTERED_CAPITAL,
    ROUND_CAPITAL,
    SALES,
    SERVICE,
    SETTLING_DAY,
    u,
)

# Judgement (J) where no source is named. Rank correlations with size (sales):
CAPITAL_WITH_SIZE, STAFF_WITH_SIZE, AREA_WITH_SIZE, LINE_WITH_SIZE = 0.5, 0.7, 0.5, 0.4
TAIL_FROM, TAIL_INDEX = 0.98, 1.1  # of sales: Pareto from this quantile on (emp_hill_cn)
LARGEST_SALES = 2_000_000_000.0  # CNY
ROUNDED = 0.7  # share of registered capital that is a round sum
ROUND_SUMS = np.array([30_000, 50_000, 100_000, 200_000, 300_000, 500_000, 1_000_000, 2_000_000, 3_000_000, 5_000_000])
FINE_FROM, FINE = 10_000_000.0, 100_000.0  # CNY: larger sums are round to the hundred thousand
FULLY_PAID_BEFORE = 0.5  # share paid in fully until 2014-02; the others lie around the rest of the mean ratio
NOTHING_PAID_AFTER = 0.3  # share that pays in nothing from 2014-03
UNDER_FIVE = 0.494  # share younger than five years (share_firms_under5y)
LATER_AGE, OLDEST = 6.0, 30.0  # mean years beyond five; cut
STAFF_P = np.array([0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 0.9999])
STAFF = np.array([1.0, 1.0, 2.0, 3.0, 5.0, 13.0, 25.0, 120.0, 12000.0])  # emp_quantiles_cn, emp_hill_cn


@rule
def tied(p_own, z_size, rank):
    """A standard normal of an own variate whose rank correlation with size is `rank`."""
    r = 2 * math.sin(math.pi * rank / 6)
    return r * z_size + math.sqrt(1 - r * r) * normal(p_own)


@rule
def cumulated(z):
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@rule
def relative_sales(p, log_sd):
    """Sales relative to the median: lognormal, with a Pareto tail from `TAIL_FROM` on."""
    if p < TAIL_FROM:
        return lognormal(p, 1.0, log_sd)
    return lognormal(TAIL_FROM, 1.0, log_sd) * ((1 - TAIL_FROM) / (1 - p)) ** (1 / TAIL_INDEX)


@rule
def round_down(capital):
    """The largest round sum not above, CNY; what lies below all of them stays as it is. Down, so that the published shares
    above 2, 10 and 30 m are not moved."""
    if capital >= FINE_FROM:
        return math.floor(capital / FINE) * FINE
    best = capital
    for j in range(ROUND_SUMS.shape[0]):
        if ROUND_SUMS[j] <= capital:
            best = float(ROUND_SUMS[j])
    return best


@rule
def staff(p):
    """Employees: the published quantiles, a Pareto piece between each two of them."""
    for j in range(1, STAFF_P.shape[0]):
        if p <= STAFF_P[j] or j == STAFF_P.shape[0] - 1:
            share = min(1.0, math.log((1 - STAFF_P[j - 1]) / (1 - p)) / math.log((1 - STAFF_P[j - 1]) / (1 - STAFF_P[j])))
            low = math.log(STAFF[j - 1])
            return int(math.exp(low + share * (math.log(STAFF[j]) - low)) + 0.5)
    return 1


@rule
def paid_in_ratio(p, mean, day):
    """Paid-in over registered capital: until 2014-02 often all of it, from 2014-03 often nothing; mean as given."""
    if day < CAPITAL_REFORM:
        whole = min(FULLY_PAID_BEFORE, mean)
        if p < whole:
            return 1.0
        rest = (mean - whole) / (1 - whole)  # mean of the others, spread evenly around it
        half = min(rest - 0.2, 1 - rest) if rest > 0.2 else 0.0
        return rest + half * (2 * (p - whole) / (1 - whole) - 1)
    if p < NOTHING_PAID_AFTER:
        return 0.0
    return min(1.0, 2 * mean / (1 - NOTHING_PAID_AFTER) * (p - NOTHING_PAID_AFTER) / (1 - NOTHING_PAID_AFTER))


@rule
def day_settled_before(p, first_year):
    """The day an enterprise settled that was there when the register begins: by age, half of them young."""
    if p < UNDER_FIVE:
        age = 5.0 * p / UNDER_FIVE
    else:
        age = 5.0 - LATER_AGE * math.log(max(1e-9, 1 - (p - UNDER_FIVE) / (1 - UNDER_FIVE)))
    age = min(age, OLDEST)
    whole = np.int64(age)
    return day_in_year(age - whole, first_year - 1 - whole)


@rule
def settle_down(par, enterprise, state, seed, first_year, year, median_sales):
    """The facts an enterprise comes with. year: of its arrival, 0: there before; median_sales: of its kind, CNY."""
    key, kind = state.key, state.kind
    p_size = u(seed, 0, SALES, key, 0)
    z_size = normal(p_size)
    state.anyway, state.born, p_age = 1, year, 0.0
    enterprise.accounts_sound, enterprise.ecommerce, enterprise.online_retailer = 1, 1, 1
    state.online_share = 1.0
    anchor = kind == kinds.REGIONAL_HQ or kind == kinds.NATIONAL_HQ
    if kind == kinds.GOODS and is_service(par, u(seed, 0, SERVICE, key, 0)):
        state.kind, state.online_share, enterprise.online_retailer = kinds.SERVICE, 0.0, 0
    if year == 0:
        p_age = u(seed, 0, AGE, key, 0)
        day = day_settled_before(p_age, first_year)
        state.born = day // 10_000
        state.sales = min(median_sales * relative_sales(p_size, par.incumbents_log_sd), LARGEST_SALES)
    else:
        day = day_in_year(u(seed, 0, SETTLING_DAY, key, 0), year)
        log_sd = par.anchors_sales_log_sd if anchor else par.startups_sales_log_sd
        state.sales = min(lognormal(p_size, median_sales, log_sd), LARGEST_SALES)
    if anchor:
        sector_of_anchor(par, enterprise, state, seed, 0)
    if kind == kinds.GOODS and u(seed, 0, FOUNDED_LOCALLY, key, 0) < par.startups_founded_locally:
        enterprise.founded_locally = 1
    if kind == kinds.SPLIT_OFF:
        enterprise.spun_off_on = day
    else:
        # of the older ones a register says nothing: they were there before
        enterprise.settled_on = day if year > 0 or p_age < UNDER_FIVE else 0
        enterprise.lease_started_on = lease_of(par, u(seed, 0, LEASE_LAG, key, 0), day) if year > 0 else 0
    if kind == kinds.PLATFORM:
        state.members = lognormal(u(seed, 0, MEMBERS, key, 0), par.platforms_members_median, par.platforms_members_log_sd)
        state.fee = par.platforms_fee
        state.sales = state.members * state.fee
    elif kind == kinds.BUILDING:
        enterprise.ecommerce, enterprise.online_retailer, state.online_share = 0, 0, 0.0
        enterprise.building_opened_on = day
        state.sales = 0.0
        state.building_area = par.buildings_area * math.exp(0.4 * z_size)
        state.occupancy = min(1.0, max(0.0, par.buildings_occupancy + 0.1 * normal(u(seed, 0, OCCUPANCY, key, 0))))
    _capital(par, enterprise, key, seed, z_size, day, kind)
    if kind != kinds.BUILDING:
        area = par.office_area_median * math.exp(par.office_area_log_sd * tied(u(seed, 0, AREA, key, 0), z_size, AREA_WITH_SIZE))
        state.area = min(area, 20_000.0)
        state.rent = par.office_rent
        state.designated = 1 if u(seed, 0, DESIGNATED, key, 0) < par.office_designated_share else 0
        if u(seed, 0, LINE, key, 0) < 2 * par.line_prevalence * p_size:  # the larger, the rather; mean as assumed
            z_line = tied(u(seed, 0, LINE_FEE, key, 0), z_size, LINE_WITH_SIZE)
            state.line_lease = par.line_fee_median * math.exp(par.line_fee_log_sd * z_line)
        enterprise.o2o = 1 if u(seed, 0, O2O, key, 0) < par.o2o_share else 0
    return staff(cumulated(tied(u(seed, 0, EMPLOYEES, key, 0), z_size, STAFF_WITH_SIZE)))


@rule
def _capital(par, enterprise, key, seed, z_size, day, kind):
    """Registered and paid-in capital in fen, whole yuan; headquarters pay in all of it."""
    z = tied(u(seed, 0, REGISTERED_CAPITAL, key, 0), z_size, CAPITAL_WITH_SIZE)
    if kind == kinds.REGIONAL_HQ or kind == kinds.NATIONAL_HQ:
        national = kind == kinds.NATIONAL_HQ
        enterprise.headquarters = NATIONAL if national else REGIONAL
        median = par.national_capital_median if national else par.regional_capital_median
        capital = median * math.exp(par.anchors_capital_log_sd * z)
        ratio = 1.0
    else:
        spread = math.sqrt(2 * math.log(max(1.0, par.capital_registered_mean / par.capital_registered_median)))
        capital = min(par.capital_registered_median * math.exp(spread * z), par.capital_registered_cut)
        if u(seed, 0, ROUND_CAPITAL, key, 0) < ROUNDED:
            capital = round_down(capital)
        mean = par.capital_paid_in_before_2014_03 if day < CAPITAL_REFORM else par.capital_paid_in_after
        ratio = paid_in_ratio(u(seed, 0, PAID_IN, key, 0), mean, day)
    enterprise.registered_capital = np.int64(capital) * FEN
    enterprise.paid_in_capital = np.int64(np.int64(capital) * ratio) * FEN


@entry
def invent(pars, seed, first_year, kind_of, born, head, joining, median_sales, enterprises, states, annual, employees):
    """Fill ENTERPRISE and STATE (n,), ANNUAL and employees (n, years) of enterprises of the given kinds and first years
    (born = 0: there before). pars (years,): PARAMETERS, the same each year; median_sales (kinds, 2): CNY of those there
    before and of newcomers."""
    years = annual.shape[1]
    carried, columns = np.zeros(1, CARRIED), np.zeros(years, YEAR)
    drivers, prices = np.zeros(years, DRIVERS), np.empty(years)
    _invent(
        pars,
        seed,
        first_year,
        kind_of,
        born,
        head,
        joining,
        median_sales,
        enterprises,
        states,
        annual,
        employees,
        carried,
        columns,
        drivers,
        prices,
    )


@rule
def _invent(
    pars,
    seed,
    first_year,
    kind_of,
    born,
    head,
    joining,
    median_sales,
    enterprises,
    states,
    annual,
    employees,
    all_carried,
    columns,
    drivers,
    prices,
):
    """`invent`; all_carried, columns, drivers, prices: to be written over."""
    par, carried = pars[0], all_carried[0]
    growth = common_growth(par, par.market_growth)
    for j in range(prices.shape[0]):  # states are in the base year's prices, the last but one's
        prices[j] = (1.0 + par.prices_growth) ** (j - prices.shape[0] + 2)
        drive(pars, j, first_year + j, head, j, first_year, j, par.market_growth, prices[j], drivers[j])
    for i in range(len(kind_of)):
        enterprise, state = enterprises[i], states[i]
        state.kind = kind_of[i]
        median = median_sales[kind_of[i], 0 if born[i] == 0 else 1]
        draw_yearly(drivers, seed, 0, first_year, states["key"][i : i + 1], 0, len(columns) - 1, columns)
        for j in range(columns.shape[0]):
            year, now, key = first_year + j, columns[j], states[i].key
            now.breach[0] = u(seed, 0, BREACH, key, year)
            now.executive_children[0] = poisson(u(seed, 0, CHILDREN, key, year), pars[j].children_rate)
        people = settle_down(par, enterprise, state, seed, first_year, born[i], median)
        carry(enterprise, state, 1, carried, 0)
        before = columns[0]
        set_out(state, before, 0)
        for j in range(annual.shape[1]):
            year, now = first_year + j, columns[j]
            if year < born[i]:
                continue
            project_year(drivers[j], carried, before, now, 1, year, j == 0 or year == born[i])
            if now.there[0] == 0:
                break
            before = now
            state.entry_fee = 0.0
            if enterprise.online_retailer != 0 and u(seed, 0, JOINS, state.key, year) < joining:
                state.entry_fee = par.joiners_fee
            write_year(state, now, 0, year, prices[j], annual[i, j])
            if state.kind != kinds.BUILDING:
                annual[i, j].building_area = 0
            elif annual[i, j].building_area < 5_000 * AREA_UNITS:
                annual[i, j].building_recognised = 0
            # the published quantiles are of the base year; staff follows the growth of all at half its pace
            since = year - max(born[i], first_year + annual.shape[1] - 2)
            employees[i, j] = max(1, int(people * math.exp(0.5 * growth * since) + 0.5))
            befall(drivers[j], enterprise, carried, now, 0, year)
