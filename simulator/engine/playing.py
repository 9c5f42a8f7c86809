"""Playing many enterprises in a draw: a register's, drawn incumbents, each year's newcomers, some of them together at a time."""

import numpy as np

from simulator.compiled import maker, rule
from simulator.engine.life import live_together
from simulator.engine.totals import TRADITIONAL_ONLINE
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.law.assessment import ALL, reach_of
from simulator.law.calendar import year_in_term, year_of
from simulator.lotteries import BUT_FOR, key_of_slot, u
from simulator.projection import enterprises as kinds
from simulator.projection.enterprises import STATE, what_may_come, write_year
from simulator.projection.luck import PROFITS, TOGETHER, draw_yearly
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


@rule
def reach_in_draw(par, enterprise, state, row, terms):
    """`reach_of` for an enterprise that a draw brings, by its first row; a platform may yet grow past any threshold."""
    if state.kind == kinds.PLATFORM:
        return ALL
    reach, may = 0, what_may_come(enterprise, state, par.reregistration_share > 0.0)
    for j in range(1, terms.shape[0]):
        reach |= reach_of(enterprise, row, terms[j], may)
    return reach


@rule
def comes_anyway(world, settled_on, headquarters, key):
    """Whether a register's enterprise would be here without the policy: all that settled before it, and of those since
    all but the but-for share."""
    if year_of(settled_on) <= world.base_year:
        return True
    par = world.par
    but_for = par.butfor_anchors if headquarters != 0 else par.butfor_startups
    return u(world.seed, world.draw, BUT_FOR, key, 0) >= but_for * par.butfor_offered


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


@maker
def bring_in(register, known, room, count):
    """What no draw changes of the `count` enterprises of a register named in room.which, into the room."""
    for e in range(count):
        i, plan = room.which[e], room.plans[e]
        room.keys[e] = register.keys[i]
        plan.known, plan.first, plan.active, plan.reach = known, 1, register.active[i], register.reach[i]
        plan.paid_years = register.paid_years
        written = known + 1 if plan.active != 0 else register.annual.shape[1]  # the later rows are written anew
        room.rows[e, :written] = register.annual[i, :written]
        if register.existing.shape[0] > 0:
            room.existing[e], room.of_district[e] = register.existing[i], register.of_district[i]
        if register.paid.shape[0] > 0:
            room.paid[e] = register.paid[i]
        plan.paid_before = 1 if register.histories.shape[0] > 0 else 0
        if plan.paid_before != 0:
            room.histories[e] = register.histories[i]


@maker
def play_block(world, register, known, room, count, by_clause, by_year):
    """One draw of the enterprises brought in."""
    for e in range(count):
        enterprise, state = room.enterprises[e], room.states[e]
        room.enterprises[e], room.states[e] = register.enterprises[room.which[e]], register.states[room.which[e]]
        state.anyway = 1 if comes_anyway(world, enterprise.settled_on, enterprise.headquarters, room.keys[e]) else 0
    draw_yearly(world.par, world.seed, world.draw, world.base_year, world.growth, room.keys[:count], known + 1, room.luck)
    live_together(world, room, count, by_clause, by_year)


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
    sharing = world.terms[0].sharing
    while start < n:
        count, start = choose(held, only, start, n, room.which)
        for e in range(count):
            i = room.which[e]
            room.keys[e] = key_of_slot(kinds.GOODS, 0, i) if i < number else key_of_slot(kinds.PLATFORM, 0, i - number)
        draw_yearly(par, seed, draw, world.base_year, world.growth, room.keys[:count], 0, room.luck)
        for e in range(count):
            i, plan, enterprise, state, row = room.which[e], room.plans[e], room.enterprises[e], room.states[e], room.rows[e, 0]
            room.enterprises[e], room.states[e] = no_enterprise[0], no_state[0]
            state.key = room.keys[e]
            if i < number:
                make_incumbent(par, enterprise, state, seed, draw, median * relative[i], services[i])
            else:
                make_platform(par, enterprise, state, seed, draw)
            write_year(par, state, row, room.luck[PROFITS, 0, e], 0, world.base_year, sharing, world.base_year, sharing,
                       world.moves[0], True)
            plan.known, plan.first, plan.active, plan.paid_years, plan.paid_before = 0, 1, 1, 0, 0
            plan.reach = reach_in_draw(par, enterprise, state, row, world.terms)
        live_together(world, room, count, by_clause, by_year)
        note_held(held, only, room, count)


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
        for e in range(count):
            i, plan = order[start + e], room.plans[e]
            if states[i].designated != 0:
                if states[i].area <= space:
                    space -= states[i].area
                else:
                    states[i].designated = 0
            room.enterprises[e], room.states[e], room.keys[e] = enterprises[i], states[i], states[i].key
            room.rows[e, j - 1] = no_row[0]
            plan.known, plan.first, plan.active, plan.reach, plan.paid_years, plan.paid_before = j - 1, j, 1, ALL, 0, 0
        draw_yearly(par, seed, draw, world.base_year, world.growth, room.keys[:count], j, room.luck)
        live_together(world, room, count, by_clause, by_year)
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
