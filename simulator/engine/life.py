"""One enterprise's life in one draw: its years, the law on each of them, and the sums it leaves behind."""

from __future__ import annotations

from simulator.compiled import inlined, once, rule
from simulator.engine.ledger import enter_claims
from simulator.engine.totals import CLAWBACK_DUE, ENTITLED, TOO_LARGE, check_sums, count, count_without, enter_awards
from simulator.law.assessment import CASH_CLAUSES, CLAUSES, MARKING, entitlements, remember, remember_unpaid, settle
from simulator.law.calendar import year_in_term, year_of
from simulator.law.case import Case
from simulator.law.clauses import SLUGS
from simulator.law.clauses.office_rent import months_due
from simulator.lotteries import poisson
from simulator.money import FEN, LARGEST, RATE
from simulator.projection.behaviour import applies, take_up_rate
from simulator.projection.enterprises import (
    befall,
    bunch,
    exits,
    grow,
    leaves_after_support,
    reregister,
    write_year,
)
from simulator.projection.luck import BREACHES, CERTIFIED, CHILD, FACTOR, GONE, PROFITS

REBATE, RENT_CLAUSE = SLUGS.index("tax_rebate"), SLUGS.index("office_rent")


@once
def take_up(world, key, amounts):
    """Set to 0 what the enterprise does not apply for."""
    par = world.par
    for k in range(CLAUSES):
        if amounts[k] > 0:
            rate = take_up_rate(world.rates[k], amounts[k], world.typical[k], par.take_up_size_elasticity)
            if not applies(world.seed, world.draw, key, k, rate, par.take_up_together):
                amounts[k] = 0


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
