"""One enterprise's years: growth, taxes, offices, exit and breach, from the state it is in to the facts the law reads."""

import math
from typing import NamedTuple

import numpy as np

from simulator.compiled import columnwise, inlined, once, rule
from simulator.distributions import mean_exp_laplace_cut
from simulator.facts import AREA, NATIONAL, OCCUPANCY, RENT
from simulator.law.calendar import year_of
from simulator.projection.taxes import business_tax_of, expected_retained_rate, retained, to_fen
from simulator.streams import LEAVING, REREGISTERS, u

# kinds of enterprises
GOODS, SERVICE, REGIONAL_HQ, NATIONAL_HQ, PLATFORM, SPLIT_OFF, TRADITIONAL, JOINER, BUILDING = range(9)
KINDS = ("goods", "service", "regional", "national", "platform", "split_off", "traditional", "joiner", "building")
RETAILER, OTHER = 1, 2  # who may yet be certified
SHOCK_CUT = 1.5  # own growth shocks are cut at ±1.5 (log)


class May(NamedTuple):
    """What time may still bring an enterprise: that it settles anew, that it is certified. Its other marks stay."""

    settle: bool
    certify: bool


# What an enterprise sets out with. Money in yuan; area m²; rent yuan per m² and month; flags 0 / 1.
# born: first calendar year (0: an incumbent of unknown age); own_rate: retained tax per yuan of sales a register shows
# (0: none, the model's); anyway: it would be here without the policy; passing: seen only in the year it asks for support
# (platform joiners, building operators); closed: gone before the projection; group: number of its group of enterprises in
# a register (0: none), which counts once.
STATE = np.dtype(
    [
        ("kind", np.int64),
        ("key", np.uint64),
        ("born", np.int64),
        ("anyway", np.int64),
        ("profitable", np.int64),
        ("passing", np.int64),
        ("closed", np.int64),
        ("group", np.int64),
        ("sales", np.float64),
        ("online_share", np.float64),
        ("own_rate", np.float64),
        ("area", np.float64),
        ("rent", np.float64),
        ("designated", np.int64),
        ("line_lease", np.float64),
        ("members", np.float64),
        ("fee", np.float64),
        ("entry_fee", np.float64),
        ("building_area", np.float64),
        ("occupancy", np.float64),
    ]
)


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


@rule
def own_rate_moves(par, year, sharing, base_par, base_year, base_sharing, services):
    """How the taxes and sharing rules of a year move a register's own retained rate of the base year."""
    then = expected_retained_rate(base_par, services, base_year, base_sharing)
    return expected_retained_rate(par, services, year, sharing) / then if then > 0.0 else 1.0


@rule
def hazards(par):
    """Probabilities of being gone after a year: of incumbents, of newcomers in their first, second, third and later years."""
    dormancy = par.exit_dormancy
    return (
        par.exit_incumbents * dormancy,
        par.exit_year1 * dormancy,
        par.exit_year2 * dormancy,
        par.exit_year3 * dormancy,
        par.exit_later * dormancy,
    )


@columnwise
def project_year(drivers, carried, before, now, count, year, fresh):
    """A projected year of enterprises side by side: who is still there, growth, profit, taxes, and the facts in fen.

    drivers: `drivers.DRIVERS`; carried: CARRIED; before, now: YEAR, now with its variates; fresh: the year is everybody's first.
    """
    # read before the loop: in it, a compiler could not know that they stay what they are
    incumbents, first, second, third = drivers.gone_incumbent, drivers.gone_first, drivers.gone_second, drivers.gone_third
    later, new_profit, lasting, regained = drivers.gone_later, drivers.profitable, drivers.lasts, drivers.regained
    goods_burden, services_burden, margin, income_rate = drivers.goods_burden, drivers.services_burden, drivers.margin, drivers.income_rate
    kept_share, goods_local, services_local = drivers.kept, drivers.goods_local, drivers.services_local
    income_local, goods_base, services_base = drivers.income_local, drivers.goods_base, drivers.services_base
    income_base, goods_moved, services_moved = drivers.income_base, drivers.goods_moved, drivers.services_moved
    for e in range(count):
        born = carried.born[e]
        age, new = year - born, fresh | (born == year)
        hazard = incumbents if born == 0 else first if age <= 1 else second if age == 2 else third if age == 3 else later
        gone = (carried.active[e] != 0) & (not new) & ((carried.passing[e] != 0) | (now.leaves[e] < hazard))
        now.there[e] = 0 if gone else before.there[e]
        now.present[e], now.here[e] = now.there[e] & carried.active[e], 1
        # the market's growth is net of those who leave: who stays grows by what they free
        stays = 1.0 - hazard
        factor = 1.0 if new else now.factor[e] / stays if stays > 0.0 else now.factor[e]
        whole = before.yuan[e] * factor
        part = carried.first_part[e] if born == year else 1.0
        yuan = whole * part
        now.yuan[e], now.members[e], now.part[e] = whole, before.members[e] * factor, part
        lasts = lasting if before.profitable[e] != 0 else regained
        profitable = now.profit[e] < (new_profit if new else lasts)
        now.profitable[e] = 1 if profitable else 0
        services = carried.services[e] != 0
        turnover = yuan * (services_burden if services else goods_burden)
        income = yuan * margin * income_rate if profitable else 0.0
        kept = retained(kept_share, services_local if services else goods_local, turnover, income_local, income)
        unshared = retained(kept_share, services_base if services else goods_base, turnover, income_base, income)
        own = yuan * carried.own_rate[e]  # a register's own level, moved only by the sharing rules
        unshared = own if carried.own_rate[e] > 0.0 else unshared
        kept = own * (services_moved if services else goods_moved) if carried.own_rate[e] > 0.0 else kept
        now.sales[e], now.online_sales[e] = to_fen(yuan), to_fen(yuan * carried.online_share[e])
        now.turnover_tax[e], now.income_tax[e] = to_fen(turnover), to_fen(income)
        now.local[e], now.unshared[e] = to_fen(kept / kept_share if kept_share > 0.0 else 0.0), to_fen(unshared)
        now.retained_tax[e] = to_fen(kept)
        now.district_contribution[e] = now.retained_tax[e]


@rule
def write_year(state, now, e, year, price, row):
    """The facts of the e-th enterprise's projected year into an ANNUAL row; all 0 for one that has no row.

    year: the calendar's; price: of rents and fees, over those its state is in.
    """
    there = now.present[e]
    services = pays_like_services(state.kind)
    row.present = there
    row.sales, row.online_sales = now.sales[e] * there, now.online_sales[e] * there
    row.business_tax = business_tax_of(year, now.turnover_tax[e]) * there if services else 0
    row.vat = now.turnover_tax[e] * there - row.business_tax
    row.income_tax = now.income_tax[e] * there
    row.retained_tax = now.retained_tax[e] * there
    row.district_contribution = now.district_contribution[e] * there
    row.rented_area = np.int64(state.area * AREA + 0.5) * there
    row.rent = np.int64(state.rent * price * RENT + 0.5) * there
    row.designated_building = state.designated * there
    row.line_lease = to_fen(state.line_lease * price * now.part[e]) * there
    row.entry_fee = to_fen(state.entry_fee * price) * there
    row.trades_locally = there
    row.paid_members = np.int64(now.members[e]) * there
    row.membership_income = to_fen(now.members[e] * state.fee * price) * there
    row.building_area = np.int64(state.building_area * AREA + 0.5) * there
    row.building_occupancy = np.int64(state.occupancy * OCCUPANCY + 0.5) * there
    row.building_recognised = there if state.kind == BUILDING else 0
    row.executive_children = now.executive_children[e] * there


@once
def carry(enterprise, state, active, carried, e):
    """What an enterprise is throughout a draw, into the e-th place of the columns."""
    carried.born[e], carried.passing[e], carried.active[e] = state.born, state.passing, active
    carried.services[e] = 1 if pays_like_services(state.kind) else 0
    carried.national[e] = 1 if enterprise.headquarters == NATIONAL else 0
    carried.traditional[e] = 1 if state.kind == TRADITIONAL else 0
    carried.spun_off[e] = enterprise.spun_off_on
    carried.own_rate[e], carried.online_share[e] = state.own_rate, state.online_share
    came_on = max(enterprise.settled_on, enterprise.spun_off_on)
    carried.first_part[e] = part_of_year(came_on) if year_of(came_on) == state.born else 1.0
    may = what_may_come(enterprise, state, True)
    carried.may_settle[e], carried.may_certify[e] = 1 if may.settle else 0, 0
    if may.certify:
        carried.may_certify[e] = RETAILER if enterprise.online_retailer != 0 else OTHER
    carried.unbroken[e] = 1 if enterprise.violated_on == 0 else 0


@once
def set_out(state, before, e):
    """Where the e-th enterprise's projection sets out from: its year before the first projected one."""
    before.there[e], before.profitable[e] = 1, state.profitable
    before.yuan[e], before.members[e], before.part[e] = state.sales, state.members, 1.0


@rule
def what_may_come(enterprise, state, reregistration):
    """What a projection may still bring an enterprise. reregistration: whether any incumbent may come back as new."""
    return May(
        reregistration and state.born == 0 and enterprise.settled_on == 0 and state.passing == 0,
        enterprise.certified_on == 0 and state.kind != JOINER and state.kind != BUILDING,
    )


@rule
def day_in_year(p, year):
    """A date of the year from a u: month and day uniform over 12 months of 28 days."""
    day = np.int64(p * 336)
    return year * 10_000 + (day // 28 + 1) * 100 + day % 28 + 1


@rule
def part_of_year(day):
    """The share of a day's year from its month on."""
    return (13 - day // 100 % 100) / 12


@inlined
def breaks(drivers, variate):
    """Whether a year may bring a violation or accounts that cease to be sound."""
    return (variate < drivers.violation) | (variate > 1.0 - drivers.unsound)


@once
def befall(drivers, enterprise, carried, now, e, year):
    """What may happen to an enterprise in a projected year, by its variates: a certification; a violation, at the variate's
    lower end, accounts that cease to be sound, at its upper. Within such a part an variate is spread evenly, so it tells the day."""
    rate = drivers.certification if carried.may_certify[e] == RETAILER else drivers.certification_of_others
    if carried.may_certify[e] != 0 and now.certification[e] < rate and enterprise.certified_on == 0:
        enterprise.certified_on = day_in_year(now.certification[e] / rate, year)
    if now.breach[e] > 1.0 - drivers.unsound and enterprise.unsound_on == 0:
        enterprise.unsound_on = day_in_year((1.0 - now.breach[e]) / drivers.unsound, year)
    if now.breach[e] < drivers.violation and enterprise.violated_on == 0:
        enterprise.violated_on = day_in_year(now.breach[e] / drivers.violation, year)


@once
def reregister(drivers, enterprise, carried, e, seed, draw, key, year):
    """钻空子：an incumbent that dissolves and returns as newly settled: the full cost of a newcomer, no new tax."""
    if carried.may_settle[e] != 0 and enterprise.settled_on == 0:
        if u(seed, draw, REREGISTERS, key, year) < drivers.returning:
            enterprise.settled_on = year * 10_000 + 7_01
            enterprise.lease_started_on = enterprise.settled_on


@rule
def leaves_after_support(drivers, state, seed, draw, year):
    """Whether an enterprise whose rent support runs out this year leaves the district."""
    return u(seed, draw, LEAVING, state.key, year) < drivers.leaving
