"""One enterprise's life in one draw: its years, the law on each of them, and the sums it leaves behind."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulator.compiled import inlined, maker, once, rule
from simulator.engine.ledger import enter_claims
from simulator.facts import ANNUAL, ENTERPRISE, NATIONAL
from simulator.law.assessment import CASH_CLAUSES, CLAUSES, MARKING, entitlements, remember, remember_unpaid, settle
from simulator.law.calendar import date_in_term, year_in_term, year_of
from simulator.law.case import HISTORY, Case
from simulator.law.clauses import SLUGS
from simulator.law.clauses.office_rent import months_due
from simulator.lotteries import poisson
from simulator.money import FEN, LARGEST, RATE
from simulator.projection import enterprises as kinds
from simulator.projection.behaviour import applies, take_up_rate
from simulator.projection.enterprises import (
    STATE,
    befall,
    bunch,
    common_growth,
    exits,
    grow,
    leaves_after_support,
    own_rate_moves,
    reregister,
    write_year,
)
from simulator.projection.luck import BREACHES, CERTIFIED, CHILD, FACTOR, GONE, PROFITS, TOGETHER, YEARLY
from simulator.projection.taxes import to_fen

ONE_IN = 20  # online sales of a twentieth of all sales make a traditional enterprise one that has gone online
LARGEST_SUM = 9 * 10**18  # fen; int64 ends at 9.22 · 10¹⁸
REBATE, RENT_CLAUSE = SLUGS.index("tax_rebate"), SLUGS.index("office_rent")
# sums by draw, year and clause
RECIPIENTS, ENTITLED, AWARDED, DISPLACED = range(4)
BY_CLAUSE = ("recipients", "entitled", "awarded", "displaced")
# sums by draw and year; money in fen
(ANY_RECIPIENT, RETAINED_WITH, RETAINED_WITHOUT, ONLINE_SALES, OF_SCALE, LEADING, TRADITIONAL_ONLINE, CLAWBACK_DUE,
 ENTERPRISES, TOO_LARGE, ENTERPRISES_WITHOUT, ONLINE_WITHOUT, TAXES_WITH, TAXES_WITHOUT, LOCAL_WITH, LOCAL_WITHOUT,
 UNSHARED_WITH, UNSHARED_WITHOUT, AWARDED_ANYWAY, REBATED_TAX, DISPLACED_OF_DISTRICT,
 OF_SCALE_3, OF_SCALE_10, OF_SCALE_20, LEADING_200, LEADING_1000, NATIONAL_HEADQUARTERS) = range(27)
BY_YEAR = (
    "recipients", "retained_tax_with", "retained_tax_without", "online_sales", "merchants_of_scale", "leading",
    "traditional_online", "clawback_due", "enterprises", "too_large",
    "enterprises_without", "online_sales_without",  # without the policy
    "taxes_with", "taxes_without", "local_with", "local_without",  # main taxes of all levels; their local part
    "unshared_with", "unshared_without",  # retained tax under the sharing rules of the base year
    "awarded_anyway",  # cash awarded to those who would be here without the policy
    "rebated_tax",  # this year's retained tax of those who get a rebate
    "displaced_of_district",  # existing support displaced that the district would have paid
    # other definitions of the targets: online sales of 3, 10, 20 m; of 200 m, 1 bn; national headquarters
    "of_scale_3", "of_scale_10", "of_scale_20", "leading_200", "leading_1000", "national_headquarters",
)
ALTERNATIVES = ((OF_SCALE_3, 3), (OF_SCALE_10, 10), (OF_SCALE_20, 20), (LEADING_200, 200), (LEADING_1000, 1000))  # m CNY
MILLION = 1_000_000 * FEN


class World(NamedTuple):
    """What all enterprises of a draw share.

    par: a PARAMETERS record; rates, typical (clauses,): take-up and the sum it belongs to; terms (years + 1,): the law's
    numbers of the base year and each year; growth (years + 1,): the common part of log growth; moves (years + 1, 2): how
    the sharing rules move a register's own retained rate, of goods and of services; generosity (3,): see
    newcomers.arrival_rate; groups: see `count`; suspended_from: first year without rebates; claims: see `enter_claims`; kept,
    kept_rows, kept_count: see `keep`.
    """

    seed: Any
    draw: Any
    par: Any
    rates: Any
    typical: Any
    terms: Any
    readings: Any
    growth: Any
    moves: Any
    generosity: Any
    groups: Any
    base_year: int
    suspended_from: int
    claims: Any
    kept: Any
    kept_rows: Any
    kept_count: Any


@rule
def share_with_all(par, terms, base_year, known, growth, moves):
    """Fill growth and moves of World; growth comes as log growth of the market; known: the position a register's own
    retained rate is of."""
    for j in range(growth.shape[0]):
        growth[j] = common_growth(par, growth[j])
        for s in range(2):
            moves[j, s] = own_rate_moves(par, base_year + j, terms[j].sharing, base_year + known, terms[known].sharing, s == 1)


# How an enterprise is to be played. known: position up to which its facts are known; first: position of its first year;
# active: later years are written; reach: the clauses to look at, one bit each; paid_years: years whose payments are known;
# paid_before: it has a history.
# What comes back: held: the clauses whose conditions held in some year, one bit each; last: position of its last row.
PLAN = np.dtype([(name, np.int64) for name in ("known", "first", "active", "reach", "paid_years", "paid_before", "held", "last")])


class Room(NamedTuple):
    """Room for the enterprises played together, used again and again, and what belongs to each of them.

    which (TOGETHER,): its number where it comes from; keys (TOGETHER,); plans: PLAN; enterprises, states; rows (TOGETHER,
    years + 1): position 0 is the base year; existing, of_district, paid (TOGETHER, years, cash clauses): existing support,
    the district's part of it, what this policy really paid; histories (TOGETHER, clauses): what it paid before the first
    year; luck (YEARLY, years + 1, TOGETHER): yearly urns; history, amounts, replaced (clauses,): of the one being played; written (1,):
    whether payments stand in history.
    """

    which: Any
    keys: Any
    plans: Any
    enterprises: Any
    states: Any
    rows: Any
    existing: Any
    of_district: Any
    paid: Any
    histories: Any
    luck: Any
    history: Any
    amounts: Any
    replaced: Any
    written: Any


@maker
def room_for(years):
    """An empty Room."""
    support = (TOGETHER, years, CASH_CLAUSES)
    return Room(
        np.zeros(TOGETHER, np.int64), np.zeros(TOGETHER, np.uint64), np.zeros(TOGETHER, PLAN), np.zeros(TOGETHER, ENTERPRISE),
        np.zeros(TOGETHER, STATE), np.zeros((TOGETHER, years + 1), ANNUAL), np.zeros(support, np.int64),
        np.zeros(support, np.int64), np.zeros(support, np.int64), np.zeros((TOGETHER, CLAUSES), HISTORY),
        np.zeros((YEARLY, years + 1, TOGETHER)), np.zeros(CLAUSES, HISTORY), np.zeros(CLAUSES, np.int64),
        np.zeros(CLAUSES, np.int64), np.zeros(1, np.int64))


@maker
def forget_past(room):
    """Whoever comes next has no existing support and was never paid before."""
    never = np.zeros(1, HISTORY)
    room.existing[:], room.of_district[:] = 0, 0
    room.histories[:] = never[0]


@once
def take_up(world, key, amounts):
    """Set to 0 what the enterprise does not apply for."""
    par = world.par
    for k in range(CLAUSES):
        if amounts[k] > 0:
            rate = take_up_rate(world.rates[k], amounts[k], world.typical[k], par.take_up_size_elasticity)
            if not applies(world.seed, world.draw, key, k, rate, par.take_up_together):
                amounts[k] = 0


@once
def count(par, case, state, groups, sums):
    """Enter an enterprise that is there with the policy into the year's sums and the counts of the targets.

    groups: the year each group of enterprises first went online, 0 for not yet.
    """
    row, last, policy = case.this_year, case.last_year, case.terms.policy
    sums[ENTERPRISES] += 1 - state.passing
    sums[RETAINED_WITH] += row.retained_tax
    sums[ONLINE_SALES] += row.online_sales
    sums[TAXES_WITH] += row.vat + row.business_tax + row.income_tax
    sums[LOCAL_WITH] += to_fen(state.local_tax)
    sums[UNSHARED_WITH] += to_fen(state.kept_unshared)
    if row.online_sales >= par.targets_of_scale * FEN:
        sums[OF_SCALE] += 1
    if row.online_sales >= par.targets_leading * FEN:
        sums[LEADING] += 1
    for place, millions in ALTERNATIVES:
        if row.online_sales >= millions * MILLION:
            sums[place] += 1
    if case.enterprise.headquarters == NATIONAL:
        sums[NATIONAL_HEADQUARTERS] += 1
    if state.went_online == 0 and year_in_term(case.year, policy):
        spun_off_on = case.enterprise.spun_off_on
        split_off = date_in_term(spun_off_on, policy) and year_of(spun_off_on) == case.year
        had_none = state.kind == kinds.TRADITIONAL or (last.sales > 0 and last.online_sales == 0)
        enough = row.online_sales >= par.targets_traditional * FEN
        # where all sales are known, a twentieth of them is enough too
        enough = enough or (row.sales > row.online_sales > 0 and row.online_sales * ONE_IN >= row.sales)
        if split_off or (had_none and enough):
            state.went_online = 1
            if state.group == 0:
                sums[TRADITIONAL_ONLINE] += 1
            elif groups[state.group] == 0 or case.year < groups[state.group]:
                groups[state.group] = case.year


@once
def count_without(state, row, sums):
    """Enter an enterprise that would be there without the policy into the counterfactual's sums."""
    sums[RETAINED_WITHOUT] += row.retained_tax
    if row.present != 0:
        sums[ENTERPRISES_WITHOUT] += 1 - state.passing
        sums[ONLINE_WITHOUT] += row.online_sales
        sums[TAXES_WITHOUT] += row.vat + row.business_tax + row.income_tax
        sums[LOCAL_WITHOUT] += to_fen(state.local_tax)
        sums[UNSHARED_WITHOUT] += to_fen(state.kept_unshared)


@rule
def check_sums(by_clause, by_year):
    """Note in TOO_LARGE a year whose sums are beyond what can be counted in fen. No single amount is far above LARGEST, so
    looked at every few enterprises a sum is seen above LARGEST_SUM before it can wrap."""
    for j in range(by_year.shape[0]):
        for total in by_year[j]:
            by_year[j, TOO_LARGE] += total > LARGEST_SUM
        for k in range(CLAUSES):
            largest = max(by_clause[j, k, ENTITLED], by_clause[j, k, AWARDED], by_clause[j, k, DISPLACED])
            by_year[j, TOO_LARGE] += largest > LARGEST_SUM


@rule
def support_ends(case, history):
    """Rent support was paid, covers months of this year, and none of the next."""
    if history[RENT_CLAUSE].years == 0 or months_due(case) == 0:
        return False
    next_year = Case(case.enterprise, case.this_year, case.this_year, case.terms, case.readings, case.year + 1)
    return months_due(next_year) == 0


@inlined
def award(world, case, history, key, reach, support, amounts, replaced, by_clause):
    """What the law gives this year and the enterprise applies for, into `amounts`; entitlements into the year's sums.
    Returns the clauses whose conditions hold, one bit each."""
    holding = entitlements(case, history, amounts, reach)
    if holding == 0:
        return 0
    if case.year >= world.suspended_from:
        amounts[REBATE] = 0
    settle(case, history, support, amounts, replaced)
    for k in range(CLAUSES):
        by_clause[k, ENTITLED] += amounts[k]
    take_up(world, key, amounts)
    return holding


@inlined
def enter_awards(state, row, amounts, support, of_district, by_clause, by_year):
    """Enter what was awarded into the year's sums. Returns whether anything was."""
    anything = 0
    for k in range(CLAUSES):
        if amounts[k] > 0:
            anything = 1
            by_clause[k, RECIPIENTS] += 1
            by_clause[k, AWARDED] += amounts[k]
            if k < CASH_CLAUSES:
                by_year[AWARDED_ANYWAY] += amounts[k] * state.anyway
                if amounts[k] > support[k]:
                    by_clause[k, DISPLACED] += support[k]
                    by_year[DISPLACED_OF_DISTRICT] += of_district[k]
    by_year[ANY_RECIPIENT] += anything
    if amounts[REBATE] > 0:
        by_year[REBATED_TAX] += row.retained_tax
    return anything != 0


@once
def project(world, known, j, enterprise, state, row, luck, e):
    """Write a projected year's facts; the urns are the e-th of luck. Returns whether the enterprise is still there."""
    par, year, terms = world.par, world.base_year + j, world.terms[j]
    newly_born = state.born == year
    if not newly_born:
        if exits(par, state, luck[GONE, j, e], year - 1):
            return False
        grow(state, luck[FACTOR, j, e])
    if year_in_term(year, terms.policy):
        reregister(par, enterprise, state, world.seed, world.draw, year)
    children = poisson(luck[CHILD, j, e], par.children_rate) if luck[CHILD, j, e] > 0.0 else 0
    base = known if state.own_rate > 0.0 else 0  # whose sharing rules the yardstick is
    write_year(par, state, row, luck[PROFITS, j, e], children, year, terms.sharing, world.base_year + base,
               world.terms[base].sharing, world.moves[j], newly_born)
    bunch(par, terms, row)
    befall(par, enterprise, state, luck[CERTIFIED, j, e], luck[BREACHES, j, e], year)
    return True


@once
def keep(world, plan, enterprise, state, rows):
    """Enter an enterprise as it lived with the policy into the draw's population, while there is room: kept (capacity,)
    ENTERPRISE, kept_rows (capacity, years + 1) ANNUAL, kept_count (1,) of all, also those without room."""
    place = world.kept_count[0]
    world.kept_count[0] += 1
    if place < world.kept.shape[0]:
        world.kept[place] = enterprise
        if state.left != 0:  # what befell it elsewhere afterwards is not the district's
            if year_of(enterprise.violated_on) > state.left:
                world.kept[place].violated_on = 0
            if year_of(enterprise.certified_on) > state.left:
                world.kept[place].certified_on = 0
        last = rows.shape[0] - 1 if plan.active == 0 else plan.last
        for j in range(plan.first - 1, last + 1):
            if state.left == 0 or world.base_year + j <= state.left:
                world.kept_rows[place, j] = rows[j]


@once
def recall(room, e, plan):
    """The history of the e-th enterprise, into room.history: that of the one before is wiped off. Returns whether anything was
    ever paid."""
    history, ever_paid = room.history, False
    for k in range(CLAUSES):  # clauses' own marks may have changed without a payment
        history[k].mark = 0
    if room.written[0] != 0 or plan.paid_before != 0:
        for k in range(CLAUSES):
            history[k] = room.histories[e, k]
            ever_paid = ever_paid or history[k].years > 0
    room.written[0] = plan.paid_before
    return ever_paid


@inlined
def live(world, room, e, by_clause, by_year):
    """Play the years of the e-th enterprise of the room and enter them into the sums: by_clause (years, clauses, 4), by_year
    (years, len(BY_YEAR)). Ends when it is gone."""
    plan, enterprise, state, rows = room.plans[e], room.enterprises[e], room.states[e], room.rows[e]
    history, amounts = room.history, room.amounts
    ever_paid = recall(room, e, plan)
    plan.held, plan.last = 0, plan.first - 1
    here, without = True, state.anyway != 0  # with the policy, and without it
    for j in range(plan.first, rows.shape[0]):
        year, row, sums = world.base_year + j, rows[j], by_year[j - 1]
        if j > plan.known and plan.active != 0:
            if not project(world, plan.known, j, enterprise, state, row, room.luck, e):
                return
            plan.last = j
        elif row.present != 0:
            share = world.terms[j].sharing.district_share
            state.local_tax = row.retained_tax / FEN / (share / RATE) if share > 0 else 0.0
            state.kept_unshared = row.retained_tax / FEN
        if without:
            count_without(state, row, sums)
        if here:
            case = Case(enterprise, row, rows[j - 1], world.terms[j], world.readings, year)
            if row.present != 0:
                count(world.par, case, state, world.groups, sums)
            support = room.existing[e, j - 1]
            holding = award(world, case, history, state.key, plan.reach, support, amounts, room.replaced, by_clause[j - 1])
            plan.held |= holding
            really = j <= plan.paid_years
            if really:
                for k in range(CASH_CLAUSES):
                    amounts[k] = room.paid[e, j - 1, k]
            if holding != 0 or really:
                paid = enter_awards(state, row, amounts, support, room.of_district[e, j - 1], by_clause[j - 1], sums)
                ever_paid = ever_paid or paid
            if ever_paid:
                room.written[0] = 1
                due = remember(case, history, amounts)
                sums[CLAWBACK_DUE] += due
                if world.claims.shape[0] > 0:
                    enter_claims(world.claims, world.draw, state.key, j, amounts, due)
                if j > plan.known and support_ends(case, history):
                    here = not leaves_after_support(world.par, state, world.seed, world.draw, year)
                    state.left = 0 if here else year
            elif plan.reach & MARKING:
                remember_unpaid(case, history, amounts)
        sums[TOO_LARGE] += max(row.sales, row.online_sales, row.retained_tax) > LARGEST
        if not (here or without):
            return


@rule
def live_together(world, room, count, by_clause, by_year):
    """Play the first `count` enterprises of the room."""
    for e in range(count):
        live(world, room, e, by_clause, by_year)
        keep(world, room.plans[e], room.enterprises[e], room.states[e], room.rows[e])
    check_sums(by_clause, by_year)
