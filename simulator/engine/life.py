"""The lives of enterprises in one draw: their years side by side, the law on those it could matter to, and the sums they leave behind.

All that many enterprises go through is done for all of them at once, one column a field: growth, taxes, what a year's figures
rule out, who applies. One by one only a year that a clause could matter in is looked at.
"""

from __future__ import annotations

from simulator.compiled import columnwise, once, rule
from simulator.engine.ledger import enter_claims
from simulator.engine.own import write_own
from simulator.engine.totals import CLAWBACK_DUE, ENTITLED, add_up, check_sums, count_online, enter_awards
from simulator.engine.weighing import weigh
from simulator.law.assessment import common, remember, remember_unpaid, settle
from simulator.law.calendar import year_in_term, year_of
from simulator.law.calling import at, call, lowest
from simulator.law.policy import ELIGIBLE
from simulator.projection.behaviour import applies, take_up_rate
from simulator.projection.bunching import lift_contributions
from simulator.projection.chance import draw_children, draw_for
from simulator.projection.columns import TOGETHER, padded
from simulator.projection.enterprises import (
    RETAILER,
    befall,
    breaks,
    leaves_after_support,
    project_year,
    reregister,
    write_year,
)
from simulator.streams import BREACH


@rule
def project(world, workspace, cohort):
    """The figures of the projected years of those in the workspace, who opens up, and which clauses the figures leave possible."""
    carried, years, width = workspace.carried[0], workspace.years, padded(cohort.count)
    for j in range(cohort.known + 1, cohort.last + 1):
        year, drivers = world.base_year + j, world.drivers[j]
        project_year(drivers, carried, years[j - 1], years[j], width, year, False)
        if drivers.lifting > 0.0:
            lift_contributions(drivers.lifting, world.edges[j], years[j], cohort.count)
        open_up(drivers, carried, years[j], width)
        if world.law.children != 0 or world.kept.shape[0] > 0:
            keys, children = workspace.keys[:width], years[j].executive_children
            draw_children(drivers, world.seed, world.draw, year, keys, workspace.looked[0].numbers, children)
        call(world.law.stir, (at(years, (j,)), width, at(world.terms, (j,)), at(world.numbers, (j,)), at(world.readings, ())))


@columnwise
def open_up(drivers, carried, now, count):
    """Of a projected year: who becomes one that more clauses could matter to, by a certification or as one that settles anew."""
    certification, of_others, returning = drivers.certification, drivers.certification_of_others, drivers.returning > 0.0
    for e in range(count):
        rate = certification if carried.may_certify[e] == RETAILER else of_others
        certified = (carried.may_certify[e] != 0) & (now.certification[e] < rate)
        opens = certified | (returning & (carried.may_settle[e] != 0))
        now.opens[e] = 1 if opens & (now.present[e] != 0) else 0


@columnwise
def add_possible(carried, now, count, looked):
    """Enter the clauses that could matter in a year: as things stand, and whatever befalls the enterprise."""
    for e in range(count):
        possible = now.possible[e] & -now.there[e]
        looked.usual[e] |= possible & now.ordinary[e]
        looked.ever[e] |= possible & (now.ordinary[e] | carried.reach[e])
        looked.opens[e] |= now.opens[e]


@rule
def what_matters(workspace, cohort, count):
    """Over all years, into workspace.looked: the clauses that could matter to each, and who opens up."""
    looked = workspace.looked[0]
    for e in range(count):
        looked.usual[e], looked.ever[e], looked.opens[e] = 0, 0, 0
    for j in range(cohort.first, cohort.last + 1):
        add_possible(workspace.carried[0], workspace.years[j], count, looked)


@once
def choose_looked(world, workspace, cohort, everything):
    """Into looked.who the places of those that the law may have to look at in some year, with all that may befall them drawn. Returns
    how many."""
    looked, years = workspace.looked[0], workspace.years
    everybody = everything or cohort.paid_before or cohort.paid_years > 0
    what_matters(workspace, cohort, padded(cohort.count))
    n = 0
    for e in range(cohort.count):
        looked.who[n], looked.keys[n] = e, workspace.keys[e]
        n += 1 if everybody or looked.usual[e] != 0 or (looked.opens[e] != 0 and looked.ever[e] != 0) else 0
    for j in range(cohort.known + 1, cohort.last + 1):
        draw_for(world.seed, world.draw, BREACH, world.base_year + j, looked.who[:n], looked.keys, looked.numbers, years[j].breach)
    return n


@once
def recall(workspace, cohort, listed):
    """What was paid before the first year, into the histories of those listed: what they were paid in the draw before is wiped off."""
    for i in range(listed):
        e = workspace.looked[0].who[i]
        plan = workspace.plans[e]
        plan.paid, plan.opened, plan.written = plan.paid_before, 0, cohort.known
        plan.changed, plan.held, plan.left = 0, 0, 0
        while plan.noted != 0:
            k = lowest(plan.noted)
            plan.noted &= plan.noted - 1
            workspace.history[e, k] = workspace.histories[e, k] if cohort.paid_before else workspace.nothing[0]


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


@rule
def ever_ends(law, history):
    """Whether a support that was paid may run out some day."""
    bits = law.ending
    while bits != 0:
        if history[lowest(bits)].years > 0:
            return True
        bits &= bits - 1
    return False


@once
def write_rows(world, workspace, cohort, e, j, price):
    """The rows of the e-th enterprise up to position j, as far as the law reads them. price: of year j, over those its state is in."""
    plan, rows, state, years = workspace.plans[e], workspace.rows[e], workspace.states[e], workspace.years
    for p in range(max(plan.written + 1, j - world.law.ago), j):
        write_year(state, years[p], e, world.base_year + p, world.drivers[p].price / world.drivers[cohort.priced].price, rows[p])
    write_year(state, years[j], e, world.base_year + j, price, rows[j])
    if world.own.shape[0] > 0:
        for p in range(plan.written + 1, j + 1):  # each follows from the one before, whether or not the law looked at that
            write_own(world, workspace, e, p, cohort.based, years)
    plan.written = j


@rule
def given_of(world, workspace, e, j):
    """What the policy's functions are handed of the e-th enterprise in the year at position j."""
    return common(
        at(workspace.enterprises, (e,)),
        at(workspace.own, (e,)),
        at(workspace.rows, (e,)),
        at(workspace.own_rows, (e,)),
        workspace.rows.shape[1],
        j,
        world.base_year + j,
        at(world.terms, (j,)),
        at(world.numbers, (j,)),
        at(world.readings, ()),
        at(workspace.history, (e,)),
    )


@columnwise
def ask(seed, draw, asking, count, together, elasticity):
    """Who of the first `count` applies."""
    for i in range(count):
        rate = take_up_rate(asking.rate[i], asking.amount[i], asking.typical[i], elasticity)
        asking.yes[i] = 1 if applies(seed, draw, asking.key[i], asking.of_clause[i], rate, together) else 0


@rule
def answer(world, workspace, j, count):
    """Put the questions of the year at position j, and take back what is not applied for."""
    asking, drivers = workspace.asking[0], world.drivers[j]
    ask(world.seed, world.draw, asking, padded(count), drivers.together, drivers.elasticity)
    for i in range(count):
        workspace.amounts[asking.who[i], asking.clause[i]] *= asking.yes[i]


@once
def entitle(world, workspace, cohort, j, listed, everything, by_clause):
    """What the law gives in the year at position j to those it has to look at, and which of it they apply for, into `amounts`;
    entitlements into the year's sums. Returns how many there are."""
    law, looked, asking, now, drivers = world.law, workspace.looked[0], workspace.asking[0], workspace.years[j], world.drivers[j]
    year, projected, really = world.base_year + j, j > cohort.known, j <= cohort.paid_years
    price, count, asked = drivers.price / world.drivers[cohort.priced].price, 0, 0
    for i in range(listed):
        e = looked.who[i]
        plan, enterprise = workspace.plans[e], workspace.enterprises[e]
        if now.there[e] == 0 or plan.left != 0:
            continue
        if projected and plan.active != 0 and now.present[e] != 0:
            if now.opens[e] != 0:
                plan.opened = plan.changed = 1
                if drivers.returning > 0.0:
                    reregister(drivers, enterprise, workspace.carried[0], e, world.seed, world.draw, workspace.keys[e], year)
            if now.opens[e] != 0 or breaks(drivers, now.breach[e]):
                plan.changed = 1
                befall(drivers, enterprise, workspace.carried[0], now, e, year)
        matter = now.possible[e] & (now.ordinary[e] if plan.opened == 0 else now.ordinary[e] | workspace.carried[0].reach[e])
        if matter == 0 and not (really or everything):
            if plan.paid == 0:
                continue
            broke = year_of(enterprise.violated_on) == year or year_of(enterprise.unsound_on) == year
            if not (broke or law.looks_back != 0 or ever_ends(law, workspace.history[e])):
                continue
        if projected and plan.active != 0:
            write_rows(world, workspace, cohort, e, j, price)
        given, amounts = given_of(world, workspace, e, j), workspace.amounts[e]
        conduct, holding = call(law.conduct, given), call(law.entitle, given + (matter, at(amounts, ())))
        looked.visited[count], looked.matter[count], looked.conduct[count], looked.holding[count] = e, matter, conduct, holding
        count += 1
        if holding == 0:
            continue
        plan.held |= holding
        if year >= world.suspended_from:
            for k in range(law.clauses):
                amounts[k] *= 1 - (law.tied >> k & 1)
        if plan.supported != 0 or conduct & ELIGIBLE == 0:  # else settlement takes nothing
            settle(law, conduct, workspace.existing[e, j - 1], amounts, workspace.replaced)
        bits = holding
        while bits != 0:
            k = lowest(bits)
            bits &= bits - 1
            if amounts[k] > 0:
                by_clause[k, ENTITLED] += amounts[k]
                asking.who[asked], asking.clause[asked] = e, k
                asking.key[asked], asking.of_clause[asked] = workspace.keys[e], world.keys[k]
                asking.amount[asked], asking.rate[asked], asking.typical[asked] = amounts[k], world.rates[j, k], world.typical[k]
                asked += 1
                if asked == TOGETHER:
                    answer(world, workspace, j, asked)
                    asked = 0
    answer(world, workspace, j, asked)
    return count


@once
def pay(world, workspace, cohort, j, count, by_clause, by_year):
    """Enter what those the law has looked at are awarded in the year at position j into its sums and into their histories."""
    law, looked, carried, year = world.law, workspace.looked[0], workspace.carried[0], world.base_year + j
    really = j <= cohort.paid_years
    for i in range(count):
        e, matter, conduct, holding = looked.visited[i], looked.matter[i], looked.conduct[i], looked.holding[i]
        plan, amounts, history, support = workspace.plans[e], workspace.amounts[e], workspace.history[e], workspace.existing[e, j - 1]
        given, row, key = given_of(world, workspace, e, j), workspace.rows[e, j], workspace.keys[e]
        of_district = workspace.of_district[e, j - 1]
        if world.weighed.shape[0] > 0 and holding != 0 and not really:
            weigh(world, workspace, given, conduct, j, key, amounts)
        if really:
            for k in range(law.cash):
                amounts[k] = workspace.paid[e, j - 1, k]
        got = (1 << law.cash) - 1 | holding if really else holding
        if got != 0:
            plan.noted |= got
            if enter_awards(law, carried.anyway[e], row, amounts, got, plan.supported, support, of_district, by_clause, by_year):
                plan.paid = 1
        if plan.paid != 0:
            plan.noted |= law.marking
            due = remember(law, given, conduct, history, year, amounts, matter | got)
            by_year[CLAWBACK_DUE] += due
            if world.claims.shape[0] > 0:
                enter_claims(law, world.claims, world.draw, key, j, amounts, due)
            # who would be here without the policy does not leave because its support ends
            ends = j > cohort.known and carried.anyway[e] == 0 and support_ends(law, given, history)
            if ends and leaves_after_support(world.drivers[j], workspace.states[e], world.seed, world.draw, year):
                plan.left = year
                for later in range(j + 1, cohort.last + 1):
                    workspace.years[later].here[e] = 0
        elif law.marking & matter:
            plan.noted |= law.marking
            remember_unpaid(law, given, conduct, amounts)


@once
def keep(world, workspace, cohort, e):
    """Enter an enterprise as it lived with the policy into the draw's population, while there is space: kept (capacity,)
    ENTERPRISE, kept_rows (capacity, years + 1) ANNUAL, kept_count (1,) of all, also those without space."""
    place, left = world.kept_count[0], workspace.plans[e].left
    world.kept_count[0] += 1
    if place < world.kept.shape[0]:
        world.kept[place] = workspace.enterprises[e]
        for j in range(cohort.first - 1, cohort.last + 1):
            stays = j < cohort.first or workspace.years[j].there[e] != 0
            if stays and (left == 0 or world.base_year + j <= left):
                world.kept_rows[place, j] = workspace.rows[e, j]


@rule
def live_together(world, workspace, cohort, by_clause, by_year):
    """Play the enterprises in the workspace: into by_clause (years, clauses, 4), by_year (years, len(BY_YEAR)). Returns of how many, named
    in workspace.looked, a clause could hold at all."""
    carried, years, everything = workspace.carried[0], workspace.years, world.kept.shape[0] > 0
    project(world, workspace, cohort)
    listed = choose_looked(world, workspace, cohort, everything)
    recall(workspace, cohort, listed)
    for j in range(cohort.first, cohort.last + 1):
        count = entitle(world, workspace, cohort, j, listed, everything, by_clause[j - 1])
        pay(world, workspace, cohort, j, count, by_clause[j - 1], by_year[j - 1])
    if everything:
        for e in range(cohort.count):
            keep(world, workspace, cohort, e)
    else:
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
    return listed
