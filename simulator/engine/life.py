"""The lives of enterprises in one draw: their years side by side, the law on each of them, and the sums they leave behind."""

from __future__ import annotations

from simulator.compiled import columnwise, inlined, once, rule
from simulator.engine.ledger import enter_claims
from simulator.engine.totals import CLAWBACK_DUE, ENTITLED, add_up, check_sums, count_online, enter_awards
from simulator.law.assessment import (
    CASH_CLAUSES,
    CLAUSES,
    MARKING,
    entitlements,
    remember,
    remember_unpaid,
    settle,
    stirring,
)
from simulator.law.calendar import year_in_term, year_of
from simulator.law.case import Case, Figures
from simulator.law.clauses import SLUGS
from simulator.law.clauses.office_rent import months_due
from simulator.law.settlement import breached_on
from simulator.projection.behaviour import applies, take_up_rate
from simulator.projection.bunching import lift_contributions
from simulator.projection.enterprises import (
    RETAILER,
    befall,
    leaves_after_support,
    project_year,
    reregister,
    write_year,
)
from simulator.projection.taxes import tax_year

REBATE, RENT_CLAUSE = SLUGS.index("tax_rebate"), SLUGS.index("office_rent")


@once
def take_up(world, key, j, amounts):
    """Set to 0 what the enterprise does not apply for in the year at position j."""
    par = world.pars[j]
    for k in range(CLAUSES):
        if amounts[k] > 0:
            rate = take_up_rate(world.rates[j, k], amounts[k], world.typical[k], par.take_up_size_elasticity)
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
    take_up(world, key, case.year - world.base_year, amounts)
    return holding


@columnwise
def look_around(par, terms, reregistration, carried, now, count):
    """Of a projected year: to whom something may have befallen, and which clauses have to be looked at."""
    certification, of_others = par.certification_rate, par.certification_rate_others
    breach, accounts = par.breach_rate, 1.0 - par.breach_accounts_rate
    for e in range(count):
        rate = certification if carried.may_certify[e] == RETAILER else of_others
        certified = (carried.may_certify[e] != 0) & (now.certification[e] < rate)
        broken = ((carried.unbroken[e] != 0) & (now.breach[e] < breach)) | (now.breach[e] > accounts)
        befallen = certified | broken | (reregistration & (carried.may_settle[e] != 0))
        now.befallen[e] = 1 if befallen & (now.present[e] != 0) else 0
        there = now.present[e]
        figures = Figures(now.sales[e] * there, now.online_sales[e] * there, now.retained_tax[e] * there,
                          now.district_contribution[e] * there, now.executive_children[e] * there)
        now.matter[e] = now.calm[e] & stirring(figures, terms)
        now.here[e] = 1


@rule
def project(world, room, cohort):
    """The projected years of those in the room, side by side."""
    carried, years, base_year = room.carried[0], room.years, world.base_year
    for j in range(cohort.known + 1, years.shape[0]):
        year, terms, par = base_year + j, world.terms[j], world.pars[j]
        tax = tax_year(par, year, terms.sharing, base_year, world.terms[0].sharing, world.moves[j])
        project_year(par, tax, carried, years[j - 1], years[j], cohort.count, year, False)
        if par.bunching_contribution > 0.0:
            lift_contributions(par, world.edges[j], years[j], cohort.count)
        reregistration = par.reregistration_share > 0.0 and year_in_term(year, terms.policy)
        look_around(par, terms, reregistration, carried, years[j], cohort.count)


@once
def keep(world, room, cohort, e):
    """Enter an enterprise as it lived with the policy into the draw's population, while there is room: kept (capacity,)
    ENTERPRISE, kept_rows (capacity, years + 1) ANNUAL, kept_count (1,) of all, also those without room."""
    place, left = world.kept_count[0], room.plans[e].left
    world.kept_count[0] += 1
    if place < world.kept.shape[0]:
        world.kept[place] = room.enterprises[e]
        for j in range(cohort.first - 1, room.years.shape[0]):
            stays = j < cohort.first or room.years[j].there[e] != 0
            if stays and (left == 0 or world.base_year + j <= left):
                world.kept_rows[place, j] = room.rows[e, j]


@once
def recall(room, e, paid_before):
    """The history of the e-th enterprise, into room.history: that of the one before is wiped off. Returns whether anything was
    ever paid."""
    history, ever_paid = room.history, False
    if room.written[0] != 0 or paid_before:
        for k in range(CLAUSES):
            history[k] = room.histories[e, k]
            ever_paid = ever_paid or history[k].years > 0
    room.written[0] = 1 if paid_before else 0
    return ever_paid


@once
def concerned(room, cohort, e):
    """Whether the law has to look at the e-th enterprise at all."""
    if cohort.paid_before or cohort.paid_years > 0:
        return True
    for j in range(cohort.first, room.years.shape[0]):
        if room.years[j].matter[e] | room.years[j].befallen[e]:
            return True
    return False


@inlined
def live(world, room, cohort, e, everything, by_clause, by_year):
    """The law on the years of the e-th enterprise, and what it is awarded into the sums: by_clause (years, clauses, 4), by_year
    (years, len(BY_YEAR)). everything: write its rows and what befalls it, whether or not it matters."""
    plan, enterprise, state, rows, carried = room.plans[e], room.enterprises[e], room.states[e], room.rows[e], room.carried[0]
    history, amounts, key = room.history, room.amounts, room.keys[e]
    ever_paid, written = recall(room, e, cohort.paid_before), cohort.known
    for j in range(cohort.first, rows.shape[0]):
        now, year, sums, terms = room.years[j], world.base_year + j, by_year[j - 1], world.terms[j]
        if now.there[e] == 0:
            return
        projected = j > cohort.known and plan.active != 0
        if projected and now.befallen[e]:
            plan.changed = 1
            if world.pars[j].reregistration_share > 0.0 and year_in_term(year, terms.policy):
                reregister(world.pars[j], enterprise, carried, e, world.seed, world.draw, key, year)
            befall(world.pars[j], enterprise, carried, now, e, year)
        matter = now.matter[e] if plan.changed == 0 else plan.reach
        really = j <= cohort.paid_years
        looking_back = ever_paid and (history[RENT_CLAUSE].years > 0 or year_of(breached_on(enterprise, world.readings)) == year)
        if matter == 0 and not (really or looking_back or everything):
            continue
        if projected:
            if written < j - 1:
                write_year(state, room.years[j - 1], e, world.prices[j - 1] / world.prices[cohort.priced], rows[j - 1])
            write_year(state, now, e, world.prices[j] / world.prices[cohort.priced], rows[j])
            written = j
        case = Case(enterprise, rows[j], rows[j - 1], terms, world.readings, year)
        support = room.existing[e, j - 1]
        holding = award(world, case, history, key, matter, support, amounts, room.replaced, by_clause[j - 1])
        plan.held |= holding
        if really:
            for k in range(CASH_CLAUSES):
                amounts[k] = room.paid[e, j - 1, k]
        if holding != 0 or really:
            paid = enter_awards(carried.anyway[e], rows[j], amounts, support, room.of_district[e, j - 1], by_clause[j - 1], sums)
            ever_paid = ever_paid or paid
        if ever_paid:
            room.written[0] = 1
            due = remember(case, history, amounts)
            sums[CLAWBACK_DUE] += due
            if world.claims.shape[0] > 0:
                enter_claims(world.claims, world.draw, key, j, amounts, due)
            # who would be here without the policy does not leave because its support ends
            ends = j > cohort.known and carried.anyway[e] == 0 and support_ends(case, history)
            if ends and leaves_after_support(world.pars[j], state, world.seed, world.draw, year):
                plan.left = year
                for later in range(j + 1, rows.shape[0]):
                    room.years[later].here[e] = 0
                return
        elif matter & MARKING:
            room.written[0] = 1
            remember_unpaid(case, history, amounts)


@rule
def live_together(world, room, cohort, by_clause, by_year):
    """Play the enterprises in the room."""
    carried, years, everything = room.carried[0], room.years, world.kept.shape[0] > 0
    project(world, room, cohort)
    for e in range(cohort.count):
        plan = room.plans[e]
        plan.changed, plan.held, plan.left = 0, 0, 0
        if everything or concerned(room, cohort, e):
            live(world, room, cohort, e, everything, by_clause, by_year)
        if everything:
            keep(world, room, cohort, e)
    if not everything:
        world.kept_count[0] += cohort.count
    for j in range(cohort.first, years.shape[0]):
        online = add_up(world.par, carried, years[j - 1], years[j], cohort.count, by_year[j - 1])
        if online and year_in_term(world.base_year + j, world.terms[j].policy):
            count_online(world.par, world.terms[j].policy, world.base_year + j, carried, years[j - 1], years[j], room.states,
                         world.groups, cohort.count, by_year[j - 1])
    check_sums(by_clause, by_year)
