"""One enterprise's years: growth, taxes, offices, exit and breach, from the state it is in to the facts the law reads."""

import math

import numpy as np

from simulator.compiled import once, rule
from simulator.facts import AREA, OCCUPANCY, RENT
from simulator.law.case import May
from simulator.lotteries import LEAVING, REREGISTERS, mean_exp_laplace_cut, u
from simulator.projection import taxes

# kinds of enterprises
GOODS, SERVICE, REGIONAL_HQ, NATIONAL_HQ, PLATFORM, SPLIT_OFF, TRADITIONAL, JOINER, BUILDING = range(9)
KINDS = ("goods", "service", "regional", "national", "platform", "split_off", "traditional", "joiner", "building")
SHOCK_CUT = 1.5  # own growth shocks are cut at ±1.5 (log)

# What an enterprise carries from year to year. Money in yuan; area m²; rent yuan per m² and month; flags 0 / 1.
# born: first calendar year (0: an incumbent of unknown age); own_rate: retained tax per yuan of sales a register shows
# (0: none, the model's); anyway: it would be here without the policy; passing: seen only in the year it asks for support
# (platform joiners, building operators); closed: gone before the projection; went_online: counted for the target of 二; group: number of
# its group of enterprises in a register (0: none), which counts once; local_tax: the year's local part of the main
# taxes; kept_unshared: what the district would keep of them under the sharing rules of the base year; left: last year before
# it left because rent support ran out (0: it did not).
STATE = np.dtype([
    ("kind", np.int64), ("key", np.uint64), ("born", np.int64), ("anyway", np.int64), ("profitable", np.int64),
    ("passing", np.int64), ("closed", np.int64), ("went_online", np.int64), ("group", np.int64),
    ("local_tax", np.float64), ("kept_unshared", np.float64),
    ("sales", np.float64), ("online_share", np.float64), ("own_rate", np.float64), ("area", np.float64),
    ("rent", np.float64), ("designated", np.int64), ("line_lease", np.float64), ("members", np.float64),
    ("fee", np.float64), ("entry_fee", np.float64), ("building_area", np.float64), ("occupancy", np.float64),
    ("left", np.int64),
])


@rule
def pays_like_services(kind):
    """Whether turnover tax is that of services."""
    return kind == SERVICE or kind == PLATFORM or kind == BUILDING


@rule
def common_growth(par, market):
    """What all enterprises share of a year's log growth: market + local wedge − entry's part, less what makes the own
    shock neutral on average."""
    neutral = mean_exp_laplace_cut(par.market_own_shock, SHOCK_CUT)
    return market + par.market_local_wedge - par.market_entry_part - math.log(neutral)


@once
def grow(state, factor):
    """A year's growth."""
    state.sales *= factor
    state.members *= factor


@rule
def own_rate_moves(par, year, sharing, base_year, base_sharing, services):
    """How the sharing rules of a year move a register's own retained rate of the base year."""
    then = taxes.expected_retained_rate(par, services, base_year, base_sharing)
    return taxes.expected_retained_rate(par, services, year, sharing) / then if then > 0.0 else 1.0


@once
def write_year(par, state, row, profit, children, year, sharing, base_year, base_sharing, moves, is_first_year):
    """The facts of a projected year from the state, into an ANNUAL row.

    profit: the year's urn of it; children: of senior managers; base_year, base_sharing: of the run; moves (2,):
    `own_rate_moves` of goods and of services.
    """
    services = pays_like_services(state.kind)
    profitable = taxes.is_profitable(par, state.profitable != 0, is_first_year, profit)
    state.profitable = 1 if profitable else 0
    turnover = taxes.turnover_tax(par, state.sales, services)
    income = taxes.income_tax(par, state.sales, profitable)
    kept = taxes.retained(par, turnover, income, services, year, sharing)
    unshared = taxes.retained(par, turnover, income, services, base_year, base_sharing)
    if state.own_rate > 0.0:  # a register's own level, moved only by the sharing rules
        unshared = state.sales * state.own_rate
        kept = unshared * moves[1 if services else 0]
    state.local_tax = kept / par.tax_district_share if par.tax_district_share > 0.0 else 0.0
    state.kept_unshared = unshared
    row.present = 1
    row.sales = taxes.to_fen(state.sales)
    row.online_sales = taxes.to_fen(state.sales * state.online_share)
    row.vat = 0 if services else taxes.to_fen(turnover)
    row.business_tax = taxes.to_fen(turnover) if services else 0
    row.income_tax = taxes.to_fen(income)
    row.retained_tax = taxes.to_fen(kept)
    row.district_contribution = row.retained_tax
    row.rented_area = np.int64(state.area * AREA + 0.5)
    row.rent = np.int64(state.rent * RENT + 0.5)
    row.designated_building = state.designated
    row.line_lease = taxes.to_fen(state.line_lease)
    row.entry_fee = taxes.to_fen(state.entry_fee)
    row.trades_locally = 1
    row.paid_members = np.int64(state.members)
    row.membership_income = taxes.to_fen(state.members * state.fee)
    row.building_area = np.int64(state.building_area * AREA + 0.5)
    row.building_occupancy = np.int64(state.occupancy * OCCUPANCY + 0.5)
    row.building_recognised = 1 if state.kind == BUILDING else 0
    row.executive_children = children


@once
def reregister(par, enterprise, state, seed, draw, year):
    """钻空子：an incumbent that dissolves and returns as newly settled: the full cost of a newcomer, no new tax."""
    if state.born == 0 and enterprise.settled_on == 0 and state.passing == 0:
        if u(seed, draw, REREGISTERS, state.key, year) < par.reregistration_share:
            enterprise.settled_on = year * 10_000 + 7_01
            enterprise.lease_started_on = enterprise.settled_on


@once
def bunch(par, terms, row):
    """Contributions just below an edge of 四（四） are brought up to it (`bunching.contribution`: how far below)."""
    reach = 1.0 - par.bunching_contribution
    if reach >= 1.0:
        return
    for edge in (terms.tax_rebate.high_contribution, terms.tax_rebate.low_contribution):
        if reach * edge <= row.district_contribution < edge:
            row.district_contribution = edge


@rule
def what_may_come(enterprise, state, reregistration):
    """What a projection may still bring an enterprise. reregistration: whether any incumbent may come back as new."""
    return May(
        reregistration and state.born == 0 and enterprise.settled_on == 0 and state.passing == 0,
        enterprise.certified_on == 0 and enterprise.online_retailer != 0 and state.kind != JOINER,
    )


@once
def befall(par, enterprise, state, certification, breach, year):
    """What may happen to an enterprise in a projected year, by its urns: a certification, a breach of 五（五）."""
    if certification < par.certification_rate and enterprise.certified_on == 0 and enterprise.online_retailer != 0 \
            and state.kind != JOINER:
        enterprise.certified_on = year * 10_000 + 6_30
    if breach < par.breach_rate and enterprise.violated_on == 0:
        enterprise.violated_on = year * 10_000 + 9_30


@once
def exits(par, state, urn, year):
    """Whether the enterprise is gone after this year: a hazard by age, times the multiple for dormancy."""
    if state.passing != 0:
        return True
    age = year - state.born + 1
    if state.born == 0:
        hazard = par.exit_incumbents
    elif age <= 1:
        hazard = par.exit_year1
    elif age == 2:
        hazard = par.exit_year2
    elif age == 3:
        hazard = par.exit_year3
    else:
        hazard = par.exit_later
    return urn < hazard * par.exit_dormancy


@rule
def leaves_after_support(par, state, seed, draw, year):
    """Whether an enterprise whose rent support runs out this year leaves the district."""
    return u(seed, draw, LEAVING, state.key, year) < par.exit_after_support
