"""The lives of enterprises in one draw: their years side by side, the law on each of them, and the sums they leave behind."""

from __future__ import annotations

from simulator.compiled import columnwise, inlined, once, rule
from simulator.engine.ledger import enter_claims
from simulator.engine.own import write_own
from simulator.engine.totals import CLAWBACK_DUE, ENTITLED, add_up, check_sums, count_online, enter_awards
from simulator.engine.weighing import asks_for, weigh
from simulator.law.assessment import common, remember, remember_unpaid, settle
from simulator.law.calendar import year_in_term, year_of
from simulator.law.calling import at, call
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


@rule
def support_ends(law, given, history):
    """Whether a support that was paid runs out this year."""
    if law.ending == 0:
        return False
    ends = call(law.ends, given)
    for k in range(law.clauses):
        if ends >> k & 1 and history[k].years > 0:
            return True
    return False


@inlined
def award(world, given, conduct, j, key, reach, support, amounts, replaced, by_clause):
    """What the law gives this year and the enterprise applies for, into `amounts`; entitlements into the year's sums.
    Returns the clauses whose conditions hold, one bit each."""
    law = world.law
    holding = call(law.entitle, given + (reach, at(amounts, ())))
    if holding == 0:
        return 0
    if world.base_year + j >= world.suspended_from:
        for k in range(law.clauses):
            if law.tied >> k & 1:
                amounts[k] = 0
    settle(law, conduct, support, amounts, replaced)
    for k in range(law.clauses):
        if amounts[k] > 0:
            by_clause[k, ENTITLED] += amounts[k]
            if not asks_for(world, key, j, k, amounts[k]):
                amounts[k] = 0
    return holding


@columnwise
def look_around(par, reregistration, carried, now, count):
    """Of a projected year: to whom something may have affected."""
    certification, of_others = par.certification_rate, par.certification_rate_others
    breach, accounts = par.breach_rate, 1.0 - par.breach_accounts_rate
    for e in range(count):
        rate = certification if carried.may_certify[e] == RETAILER else of_others
        certified = (carried.may_certify[e] != 0) & (now.certification[e] < rate)
        broken = ((carried.unbroken[e] != 0) & (now.breach[e] < breach)) | (now.breach[e] > accounts)
        affected = certified | broken | (reregistration & (carried.may_settle[e] != 0))
        now.affected[e] = 1 if affected & (now.present[e] != 0) else 0
        now.here[e] = 1


@rule
def project(world, workspace, cohort):
    """The projected years of those in the workspace, side by side."""
    carried, years, base_year = workspace.carried[0], workspace.years, world.base_year
    for j in range(cohort.known + 1, cohort.last + 1):
        year, terms, par = base_year + j, world.terms[j], world.pars[j]
        tax = tax_year(par, year, terms, base_year, world.terms[0], world.moves[j])
        project_year(par, tax, carried, years[j - 1], years[j], cohort.count, year, False)
        if par.bunching_contribution > 0.0:
            lift_contributions(par, world.edges[j], years[j], cohort.count)
        reregistration = par.reregistration_share > 0.0 and year_in_term(year, terms)
        look_around(par, reregistration, carried, years[j], cohort.count)
        call(world.law.stir, (at(years, (j,)), cohort.count, at(world.terms, (j,)), at(world.numbers, (j,)), at(world.readings, ())))


@once
def keep(world, workspace, cohort, e):
    """Enter an enterprise as it lived with the policy into the draw's population, while there is workspace: kept (capacity,)
    ENTERPRISE, kept_rows (capacity, years + 1) ANNUAL, kept_count (1,) of all, also those without workspace."""
    place, left = world.kept_count[0], workspace.plans[e].left
    world.kept_count[0] += 1
    if place < world.kept.shape[0]:
        world.kept[place] = workspace.enterprises[e]
        for j in range(cohort.first - 1, cohort.last + 1):
            stays = j < cohort.first or workspace.years[j].there[e] != 0
            if stays and (left == 0 or world.base_year + j <= left):
                world.kept_rows[place, j] = workspace.rows[e, j]


@once
def recall(workspace, e, paid_before):
    """The history of the e-th enterprise, into workspace.history: that of the one before is wiped off. Returns whether anything was
    ever paid."""
    history, ever_paid = workspace.history, False
    if workspace.written[0] != 0 or paid_before:
        for k in range(history.shape[0]):
            history[k] = workspace.histories[e, k]
            ever_paid = ever_paid or history[k].years > 0
    workspace.written[0] = 1 if paid_before else 0
    return ever_paid


@once
def concerned(workspace, cohort, e):
    """Whether the law has to look at the e-th enterprise at all."""
    if cohort.paid_before or cohort.paid_years > 0:
        return True
    for j in range(cohort.first, cohort.last + 1):
        if workspace.years[j].relevant[e] | workspace.years[j].affected[e]:
            return True
    return False


@inlined
def live(world, workspace, cohort, e, everything, by_clause, by_year):
    """The law on the years of the e-th enterprise, and what it is awarded into the sums: by_clause (years, clauses, 4), by_year
    (years, len(BY_YEAR)). everything: write its rows and what befalls it, whether or not it matters."""
    plan, enterprise, state, rows, carried = (
        workspace.plans[e],
        workspace.enterprises[e],
        workspace.states[e],
        workspace.rows[e],
        workspace.carried[0],
    )
    history, amounts, key, law = workspace.history, workspace.amounts, workspace.keys[e], world.law
    ever_paid, written = recall(workspace, e, cohort.paid_before), cohort.known
    for j in range(cohort.first, cohort.last + 1):
        now, year, sums, terms = workspace.years[j], world.base_year + j, by_year[j - 1], world.terms[j]
        if now.there[e] == 0:
            return
        projected = j > cohort.known and plan.active != 0
        if projected and now.affected[e]:
            plan.changed = 1
            if world.pars[j].reregistration_share > 0.0 and year_in_term(year, terms):
                reregister(world.pars[j], enterprise, carried, e, world.seed, world.draw, key, year)
            befall(world.pars[j], enterprise, carried, now, e, year)
        matter = now.relevant[e] if plan.changed == 0 else plan.reach
        really = j <= cohort.paid_years
        broke = year_of(enterprise.violated_on) == year or year_of(enterprise.unsound_on) == year
        looking_back = ever_paid and (broke or law.ending != 0 or law.looks_back != 0)
        if matter == 0 and not (really or looking_back or everything):
            continue
        if projected:
            for p in range(max(written + 1, j - law.ago), j):
                write_year(state, workspace.years[p], e, world.base_year + p, world.prices[p] / world.prices[cohort.priced], rows[p])
            write_year(state, now, e, year, world.prices[j] / world.prices[cohort.priced], rows[j])
            if world.own.shape[0] > 0:
                for p in range(written + 1, j + 1):  # each follows from the one before, whether or not the law looked at that
                    write_own(world, workspace, e, p, cohort.based, workspace.years)
            written = j
        given = common(
            at(workspace.enterprises, (e,)),
            at(workspace.own, (e,)),
            at(workspace.rows, (e,)),
            at(workspace.own_rows, (e,)),
            rows.shape[0],
            j,
            year,
            at(world.terms, (j,)),
            at(world.numbers, (j,)),
            at(world.readings, ()),
            at(history, ()),
        )
        support, conduct = workspace.existing[e, j - 1], call(law.conduct, given)
        holding = award(world, given, conduct, j, key, matter, support, amounts, workspace.replaced, by_clause[j - 1])
        plan.held |= holding
        if world.weighed.shape[0] > 0 and holding != 0 and not really:
            weigh(world, workspace, given, conduct, j, key, amounts)
        if really:
            for k in range(law.cash):
                amounts[k] = workspace.paid[e, j - 1, k]
        if holding != 0 or really:
            paid = enter_awards(law, carried.anyway[e], rows[j], amounts, support, workspace.of_district[e, j - 1], by_clause[j - 1], sums)
            ever_paid = ever_paid or paid
        if ever_paid:
            workspace.written[0] = 1
            due = remember(law, given, conduct, history, year, amounts)
            sums[CLAWBACK_DUE] += due
            if world.claims.shape[0] > 0:
                enter_claims(law, world.claims, world.draw, key, j, amounts, due)
            # who would be here without the policy does not leave because its support ends
            ends = j > cohort.known and carried.anyway[e] == 0 and support_ends(law, given, history)
            if ends and leaves_after_support(world.pars[j], state, world.seed, world.draw, year):
                plan.left = year
                for later in range(j + 1, rows.shape[0]):
                    workspace.years[later].here[e] = 0
                return
        elif matter & law.marking:
            workspace.written[0] = 1
            remember_unpaid(law, given, conduct, amounts)


@rule
def live_together(world, workspace, cohort, by_clause, by_year):
    """Play the enterprises in the workspace."""
    carried, years, everything = workspace.carried[0], workspace.years, world.kept.shape[0] > 0
    project(world, workspace, cohort)
    for e in range(cohort.count):
        plan = workspace.plans[e]
        plan.changed, plan.held, plan.left = 0, 0, 0
        if everything or concerned(workspace, cohort, e):
            live(world, workspace, cohort, e, everything, by_clause, by_year)
        if everything:
            keep(world, workspace, cohort, e)
    if not everything:
        world.kept_count[0] += cohort.count
    for j in range(cohort.first, cohort.last + 1):
        online = add_up(world.par, carried, years[j - 1], years[j], cohort.count, by_year[j - 1])
        if online and year_in_term(world.base_year + j, world.terms[j]):
            count_online(
                world.par,
                world.terms[j],
                world.base_year + j,
                carried,
                years[j - 1],
                years[j],
                workspace.states,
                world.groups,
                cohort.count,
                by_year[j - 1],
            )
    check_sums(by_clause, by_year)
