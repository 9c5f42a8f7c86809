"""Playing many enterprises in a draw: a register's, drawn incumbents, each year's newcomers, some of them together at a time."""

import numpy as np

from simulator.compiled import maker, once, rule
from simulator.engine.life import live_together
from simulator.engine.room import Cohort
from simulator.engine.totals import TRADITIONAL_ONLINE
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.law.assessment import ALL, reach_of
from simulator.law.calendar import year_in_term, year_of
from simulator.law.case import May
from simulator.lotteries import BUT_FOR, key_of_slot, u
from simulator.money import FEN, RATE
from simulator.projection import enterprises as kinds
from simulator.projection.columns import TOGETHER
from simulator.projection.enterprises import STATE, carry, project_year, set_out, write_year
from simulator.projection.luck import draw_yearly
from simulator.projection.newcomers import (
    ARRIVING,
    arrivals,
    incumbents,
    is_service,
    make_incumbent,
    make_newcomer,
    make_platform,
    relative_size,
)
from simulator.projection.taxes import tax_year, to_fen


@once
def come_anyway(world, room, count):
    """Whether a register's enterprises would be here without the policy: all that settled before it, and of those since all
    but the but-for share."""
    par, carried = world.par, room.carried[0]
    for e in range(count):
        carried.went_online[e], carried.anyway[e] = 0, 1
        if carried.came_later[e] != 0:
            but_for = par.butfor_anchors if room.enterprises[e].headquarters != 0 else par.butfor_startups
            anyway = u(world.seed, world.draw, BUT_FOR, room.keys[e], 0) >= but_for * par.butfor_offered
            carried.anyway[e] = 1 if anyway else 0


@rule
def choose(held, only, start, n, which):
    """The next enterprises to play together, from number `start` on: into `which`. Returns how many, and where to go on.

    held (n or 0,): clauses whose conditions held for each, one bit each; only: 0, or the bits of which an enterprise must
    hold one.
    """
    i, count = start, 0
    while i < n and count < TOGETHER:
        if only == 0 or held[i] & only:
            which[count] = i
            count += 1
        i += 1
    return count, i


@rule
def note_held(held, only, room, count):
    """Keep which clauses' conditions held, where that is asked for: when all are played, and `held` has room."""
    if only == 0 and held.shape[0] > 0:
        for e in range(count):
            held[room.which[e]] = room.plans[e].held


@rule
def lay_beside(room, e, j, terms):
    """A known year of the e-th enterprise, from its row into the columns."""
    row, now = room.rows[e, j], room.years[j]
    share = terms.sharing.district_share
    now.there[e], now.present[e], now.here[e], now.befallen[e] = 1, row.present, 1, 0
    now.sales[e], now.online_sales[e], now.retained_tax[e] = row.sales, row.online_sales, row.retained_tax
    now.turnover_tax[e], now.income_tax[e] = row.vat + row.business_tax, row.income_tax
    now.local[e] = to_fen(row.retained_tax / FEN / (share / RATE) if share > 0 else 0.0)
    now.unshared[e] = to_fen(row.retained_tax / FEN)
    now.matter[e] = reach_of(room.enterprises[e], row, terms, May(False, False))


@once
def expect(room, e, known, terms):
    """Which clauses could matter to the e-th enterprise in the years to come as long as nothing befalls it, by what a projected
    row keeps from year to year; a platform may yet grow past any threshold."""
    years, state = room.years, room.states[e]
    if known + 1 == years.shape[0]:
        return
    first, row = years[known + 1], room.rows[e, known + 1]
    set_out(state, first, e)
    first.present[e] = room.plans[e].active
    write_year(state, first, e, row)
    for j in range(known + 1, years.shape[0]):
        reach = reach_of(room.enterprises[e], row, terms[j], May(False, False))
        years[j].calm[e] = ALL if state.kind == kinds.PLATFORM else reach


@maker
def bring_in(register, known, base_year, terms, room, count):
    """What no draw changes of the `count` enterprises of a register named in room.which, into the room. Returns the Cohort."""
    carried = room.carried[0]
    for e in range(count):
        i, plan = room.which[e], room.plans[e]
        room.keys[e] = register.keys[i]
        room.enterprises[e], room.states[e] = register.enterprises[i], register.states[i]
        plan.active, plan.reach, plan.changed = register.active[i], register.reach[i], 0
        carry(room.enterprises[e], room.states[e], plan.active, carried, e)
        carried.came_later[e] = 1 if year_of(room.enterprises[e].settled_on) > base_year else 0
        room.rows[e] = register.annual[i]  # years not known yet are absent rows
        for j in range(known + 1):
            lay_beside(room, e, j, terms[j])
        set_out(room.states[e], room.years[known], e)
        expect(room, e, known, terms)
        if register.existing.shape[0] > 0:
            room.existing[e], room.of_district[e] = register.existing[i], register.of_district[i]
        if register.paid.shape[0] > 0:
            room.paid[e] = register.paid[i]
        if register.histories.shape[0] > 0:
            room.histories[e] = register.histories[i]
    return Cohort(count, known, 1, register.paid_years, register.histories.shape[0] > 0)


@maker
def play_block(world, register, room, cohort, by_clause, by_year):
    """One draw of the enterprises brought in."""
    for e in range(cohort.count):
        if room.plans[e].changed != 0:
            room.enterprises[e] = register.enterprises[room.which[e]]
    come_anyway(world, room, cohort.count)
    draw_yearly(world.par, world.seed, world.draw, world.base_year, world.growth, room.keys[:cohort.count], cohort.known + 1,
                room.years)
    live_together(world, room, cohort, by_clause, by_year)


@rule
def count_groups(world, by_year):
    """A group of enterprises counts once, in the first year one of it went online."""
    for year in world.groups:
        if year > 0:
            by_year[year - world.base_year - 1, TRADITIONAL_ONLINE] += 1


@rule
def sizes_of_incumbents(world, relative, services):
    """Sales relative to the median of the drawn incumbents, and which are service firms. Returns the sum of the goods
    retailers' relative sales."""
    total = 0.0
    for slot in range(relative.shape[0]):
        key = key_of_slot(kinds.GOODS, 0, slot)
        services[slot] = is_service(world.par, world.seed, world.draw, key)
        relative[slot] = relative_size(world.par, world.seed, world.draw, key)
        if not services[slot]:
            total += relative[slot]
    return total


@maker
def play_incumbents(world, room, held, only, by_clause, by_year):
    """Incumbents of the base year where no register says, their sales adding up to the total drawn; and platforms."""
    seed, draw, par, start = world.seed, world.draw, world.par, 0
    no_enterprise, no_state = np.zeros(1, ENTERPRISE), np.zeros(1, STATE)
    number = incumbents(par)
    n = number + arrivals(par, kinds.PLATFORM, True, world.generosity, seed, draw, 0)
    relative, services = np.empty(number), np.empty(number, np.bool_)
    total = sizes_of_incumbents(world, relative, services)
    median = par.incumbents_online_sales / total if total > 0 else 0.0
    sharing, edges, first_year = world.terms[0].sharing, (0, 0), room.years[0]
    tax = tax_year(par, world.base_year, sharing, world.base_year, sharing, world.moves[0])
    while start < n:
        count, start = choose(held, only, start, n, room.which)
        for e in range(count):
            i = room.which[e]
            room.keys[e] = key_of_slot(kinds.GOODS, 0, i) if i < number else key_of_slot(kinds.PLATFORM, 0, i - number)
        for e in range(count):
            i, enterprise, state = room.which[e], room.enterprises[e], room.states[e]
            room.enterprises[e], room.states[e] = no_enterprise[0], no_state[0]
            state.key = room.keys[e]
            if i < number:
                make_incumbent(par, enterprise, state, seed, draw, median * relative[i], services[i])
            else:
                make_platform(par, enterprise, state, seed, draw)
            enter_drawn(room, e, 0, world.terms)
        draw_yearly(par, seed, draw, world.base_year, world.growth, room.keys[:count], 0, room.years)
        project_year(par, tax, edges, room.carried[0], first_year, first_year, count, world.base_year, True)
        for e in range(count):
            write_year(room.states[e], first_year, e, room.rows[e, 0])
        live_together(world, room, Cohort(count, 0, 1, 0, False), by_clause, by_year)
        note_held(held, only, room, count)


@once
def enter_drawn(room, e, start, terms):
    """An enterprise that the draw brings, from its state into the columns; start: position of the year it sets out from."""
    state, carried = room.states[e], room.carried[0]
    carry(room.enterprises[e], state, 1, carried, e)
    carried.anyway[e], carried.went_online[e] = state.anyway, 0
    set_out(state, room.years[start], e)
    room.plans[e].active, room.plans[e].reach = 1, ALL
    expect(room, e, start, terms)


@maker
def play_newcomers(world, j, space, room, by_clause, by_year):
    """The arrivals of the year at position j. Returns the office space left: it goes by day of settling."""
    seed, draw, par = world.seed, world.draw, world.par
    year, terms, no_row, start = world.base_year + j, world.terms[j], np.zeros(1, ANNUAL), 0
    offered = year_in_term(year, terms.policy)
    total = 0
    for kind in ARRIVING:
        total += arrivals(par, kind, offered, world.generosity, seed, draw, year)
    enterprises, states = np.zeros(total, ENTERPRISE), np.zeros(total, STATE)
    i = 0
    for kind in ARRIVING:
        anyway = arrivals(par, kind, False, world.generosity, seed, draw, year)
        for slot in range(arrivals(par, kind, offered, world.generosity, seed, draw, year)):
            states[i].kind, states[i].key = kind, key_of_slot(kind, year, slot)
            states[i].anyway = 1 if slot < anyway else 0
            make_newcomer(par, enterprises[i], states[i], seed, draw, year, terms)
            i += 1
    order = np.argsort(enterprises["settled_on"], kind="mergesort")
    while start < total:
        count = min(TOGETHER, total - start)
        before = room.years[j - 1]
        for e in range(count):
            i = order[start + e]
            if states[i].designated != 0:
                if states[i].area <= space:
                    space -= states[i].area
                else:
                    states[i].designated = 0
            room.enterprises[e], room.states[e], room.keys[e] = enterprises[i], states[i], states[i].key
            room.rows[e, j - 1] = no_row[0]
            enter_drawn(room, e, j - 1, world.terms)
            before.sales[e], before.online_sales[e] = 0, 0
        draw_yearly(par, seed, draw, world.base_year, world.growth, room.keys[:count], j, room.years)
        live_together(world, room, Cohort(count, j - 1, j, 0, False), by_clause, by_year)
        start += count
    return space


@rule
def office_taken(enterprises, annual, known, base_year):
    """Office space a register's enterprises that settled since the base year have taken of the stock, 0.01 m²."""
    taken = 0
    for i in range(enterprises.shape[0]):
        if annual[i, known].designated_building != 0 and year_of(enterprises[i].settled_on) > base_year:
            taken += annual[i, known].rented_area
    return taken


@rule
def groups_of(states):
    """The largest number of a group of enterprises."""
    most = 0
    for i in range(states.shape[0]):
        most = max(most, states[i].group)
    return most
