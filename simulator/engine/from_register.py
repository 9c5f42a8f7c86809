"""A register's enterprises in a draw: what no draw changes is brought in once, then every draw plays it."""

from simulator.compiled import maker, once, rule
from simulator.engine.life import live_together
from simulator.engine.totals import TRADITIONAL_ONLINE
from simulator.engine.workspace import Cohort, all_clauses
from simulator.law.assessment import ALL
from simulator.law.calendar import year_of
from simulator.money import FEN, RATE
from simulator.projection.chance import draw_yearly
from simulator.projection.columns import padded
from simulator.projection.enterprises import carry, set_out
from simulator.projection.taxes import to_fen
from simulator.streams import BUT_FOR, u


@rule
def lay_beside(workspace, e, j, terms):
    """A known year of the e-th enterprise, from its row into the columns."""
    row, now = workspace.rows[e, j], workspace.years[j]
    share = terms.district_share
    now.there[e], now.present[e], now.here[e], now.opens[e], now.possible[e] = 1, row.present, 1, 0, ALL
    now.sales[e], now.online_sales[e], now.retained_tax[e] = row.sales, row.online_sales, row.retained_tax
    now.turnover_tax[e], now.income_tax[e] = row.vat + row.business_tax, row.income_tax
    now.local[e] = to_fen(row.retained_tax / FEN / (share / RATE) if share > 0 else 0.0)
    now.unshared[e] = to_fen(row.retained_tax / FEN)


@maker
def bring_in(register, known, base_year, terms, workspace, count):
    """What no draw changes of the `count` enterprises of a register named in workspace.which, into the workspace. Returns the Cohort."""
    carried = workspace.carried[0]
    for e in range(count):
        i, plan = workspace.which[e], workspace.plans[e]
        workspace.keys[e] = register.keys[i]
        workspace.enterprises[e], workspace.states[e] = register.enterprises[i], register.states[i]
        plan.active = register.active[i]
        carry(workspace.enterprises[e], workspace.states[e], plan.active, carried, e)
        carried.reach[e] = register.reach[i]
        carried.came_later[e] = 1 if year_of(workspace.enterprises[e].settled_on) > base_year else 0
        written = known + 1 if plan.active != 0 else register.annual.shape[1]  # the later rows are written when asked for
        workspace.rows[e, :written] = register.annual[i, :written]
        for j in range(known + 1):
            lay_beside(workspace, e, j, terms[j])
        set_out(workspace.states[e], workspace.years[known], e)
        for j in range(register.ordinary.shape[1]):
            workspace.years[j].ordinary[e] = register.ordinary[i, j]
        if workspace.own.shape[1] > 0:
            workspace.own[e] = register.own[i]
        if workspace.own_rows.shape[2] > 0:
            workspace.own_rows[e, :written] = register.own_annual[i, :written]
        plan.supported = plan.paid_before = 0
        if register.existing.shape[0] > 0:
            workspace.existing[e], workspace.of_district[e] = register.existing[i], register.of_district[i]
            for j in range(register.existing.shape[1]):
                for k in range(register.existing.shape[2]):
                    plan.supported |= 1 if register.existing[i, j, k] > 0 else 0
        if register.paid.shape[0] > 0:
            workspace.paid[e] = register.paid[i]
        if register.histories.shape[0] > 0:
            workspace.histories[e], plan.noted = register.histories[i], all_clauses(workspace)
            for k in range(register.histories.shape[1]):
                plan.paid_before |= 1 if register.histories[i, k].years > 0 else 0
    return Cohort(count, known, 1, register.annual.shape[1] - 1, known, register.paid_years, register.histories.shape[0] > 0, known)


@once
def come_anyway(world, workspace, count):
    """Whether a register's enterprises would be here without the policy: all that settled before it, and of those since all
    but the but-for share."""
    par, carried = world.par, workspace.carried[0]
    for e in range(count):
        carried.went_online[e], carried.anyway[e] = 0, 1
    for e in range(count):
        if carried.came_later[e] != 0:
            but_for = par.butfor_anchors if workspace.enterprises[e].headquarters != 0 else par.butfor_startups
            anyway = u(world.seed, world.draw, BUT_FOR, workspace.keys[e], 0) >= but_for * par.butfor_offered
            carried.anyway[e] = 1 if anyway else 0


@rule
def play_block(world, register, workspace, cohort, by_clause, by_year):
    """One draw of the enterprises brought in. Returns what `live_together` does."""
    come_anyway(world, workspace, cohort.count)
    keys, first = workspace.keys[: padded(cohort.count)], cohort.known + 1
    draw_yearly(world.drivers, world.seed, world.draw, world.base_year, keys, first, cohort.last, workspace.years)
    listed = live_together(world, workspace, cohort, by_clause, by_year)
    for i in range(listed):  # the next draw finds them as they came
        e = workspace.looked[0].who[i]
        if workspace.plans[e].changed != 0:
            workspace.enterprises[e] = register.enterprises[workspace.which[e]]
        if world.own.shape[0] > 0:  # what came true by chance
            for place in range(workspace.own.shape[1]):
                workspace.own[e, place] = register.own[workspace.which[e], place]
    return listed


@rule
def count_groups(world, by_year):
    """A group of enterprises counts once, in the first year one of it went online."""
    for year in world.groups:
        if year > 0:
            by_year[year - world.base_year - 1, TRADITIONAL_ONLINE] += 1
