"""Enterprises that a draw brings: incumbents of the base year where no register says, and each year's newcomers."""

import numpy as np

from simulator.compiled import maker, once, rule
from simulator.engine.life import live_together
from simulator.engine.own import furnish_own
from simulator.engine.workspace import ADDED, FOUND_ROOM, Cohort, choose, expected_row, note_held, possible
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.law.assessment import ALL
from simulator.law.calendar import year_in_term
from simulator.projection import enterprises as kinds
from simulator.projection.chance import draw_yearly
from simulator.projection.columns import TOGETHER, padded
from simulator.projection.enterprises import STATE, carry, project_year, set_out, write_year
from simulator.projection.newcomers import (
    ARRIVING,
    arrivals,
    draw_facts,
    incumbents,
    is_service,
    make_incumbent,
    make_newcomers,
    make_platform,
    relative_size,
)
from simulator.projection.taxes import to_fen
from simulator.streams import SALES, SERVICE, SUPPORT, fill, key_of_slot, u


@once
def hold_older_support(world, workspace, e):
    """What an older policy gives an enterprise that holds its support, under every clause and in every year: a share of the
    clause's typical sum, whatever the law under test gives."""
    par, existing, of_district, plan = world.par, workspace.existing[e], workspace.of_district[e], workspace.plans[e]
    holds = par.existing_share > 0.0 and u(world.seed, world.draw, SUPPORT, workspace.states[e].key, 0) < par.existing_share
    plan.supported = 1 if holds else 0
    for k in range(world.law.cash if holds else 0):
        amount = to_fen(par.existing_rate * world.typical[k])
        for j in range(existing.shape[0]):
            existing[j, k], of_district[j, k] = amount, np.int64(amount * par.existing_of_district + 0.5)


@once
def enter_drawn(world, workspace, e, start, last, based):
    """An enterprise that the draw brings, from its state into the columns; start: position of the year it sets out from; last: of the
    last one it can be there; based: of the year its own facts are of."""
    for place in range(workspace.own.shape[1]):
        workspace.own[e, place] = 0
    if world.own.shape[0] > 0:
        furnish_own(world, workspace, e, based)
    hold_older_support(world, workspace, e)
    state, carried = workspace.states[e], workspace.carried[0]
    carry(workspace.enterprises[e], state, 1, carried, e)
    carried.anyway[e], carried.went_online[e] = state.anyway, 0
    set_out(state, workspace.years[start], e)
    workspace.plans[e].active, carried.reach[e] = 1, ALL
    row = workspace.rows[e, start + 1]
    expected_row(state, 1, workspace.years[start + 1], e, row)
    for j in range(start + 1, last + 1):
        if j > start + 1 and world.steady[j]:
            workspace.years[j].ordinary[e] = workspace.years[j - 1].ordinary[e]
            continue
        workspace.years[j].ordinary[e] = possible(
            world.law,
            workspace.enterprises,
            e,
            state,
            workspace.rows[e],
            start + 1,
            workspace.own,
            workspace.own_rows,
            world.terms,
            world.numbers,
            j,
            world.readings,
        )


@rule
def sizes_of_incumbents(world, keys, variates, relative, services):
    """Sales relative to the median of the drawn incumbents, and which are service firms. Returns the sum of the goods
    retailers' relative sales. keys, variates: room for those of TOGETHER enterprises."""
    total = 0.0
    for start in range(0, relative.shape[0], TOGETHER):
        count = min(TOGETHER, relative.shape[0] - start)
        for e in range(count):
            keys[e] = key_of_slot(kinds.GOODS, 0, start + e)
        fill(world.seed, world.draw, SERVICE, keys[: padded(count)], 0, variates.service)
        fill(world.seed, world.draw, SALES, keys[: padded(count)], 0, variates.sales)
        for e in range(count):
            slot = start + e
            services[slot] = is_service(world.par, variates.service[e])
            relative[slot] = relative_size(world.par, variates.sales[e])
            if not services[slot]:
                total += relative[slot]
    return total


@maker
def play_incumbents(world, workspace, held, only, by_clause, by_year):
    """Incumbents of the base year where no register says, their sales adding up to the total drawn; and platforms."""
    seed, draw, par, start = world.seed, world.draw, world.par, 0
    no_enterprise, no_state = np.zeros(1, ENTERPRISE), np.zeros(1, STATE)
    number = incumbents(par)
    n = number + arrivals(par, kinds.PLATFORM, True, world.generosity, seed, draw, 0)
    relative, services = np.empty(number), np.empty(number, np.bool_)
    variates = workspace.variates[0]
    total = sizes_of_incumbents(world, workspace.keys, variates, relative, services)
    median = par.incumbents_online_sales / total if total > 0 else 0.0
    first_year, last = workspace.years[0], workspace.years.shape[0] - 1
    while start < n:
        count, start = choose(held, only, start, n, workspace.which)
        for e in range(count):
            i = workspace.which[e]
            workspace.keys[e] = key_of_slot(kinds.GOODS, 0, i) if i < number else key_of_slot(kinds.PLATFORM, 0, i - number)
        draw_facts(seed, draw, workspace.keys[: padded(count)], variates)
        for e in range(count):
            i, enterprise, state = workspace.which[e], workspace.enterprises[e], workspace.states[e]
            workspace.enterprises[e], workspace.states[e] = no_enterprise[0], no_state[0]
            state.key = workspace.keys[e]
            if i < number:
                make_incumbent(par, enterprise, state, seed, draw, median * relative[i], services[i], world.base_year, variates, e)
            else:
                make_platform(par, enterprise, state, seed, draw)
            enter_drawn(world, workspace, e, 0, last, 0)
        draw_yearly(world.drivers, seed, draw, world.base_year, workspace.keys[: padded(count)], 0, last, workspace.years)
        project_year(world.drivers[0], workspace.carried[0], first_year, first_year, padded(count), world.base_year, True)
        for e in range(count):
            write_year(workspace.states[e], first_year, e, world.base_year, 1.0, workspace.rows[e, 0])
        listed = live_together(world, workspace, Cohort(count, 0, 1, last, 0, 0, False, 0), by_clause, by_year)
        note_held(held, only, workspace, count, listed)


@maker
def newly_arrived(par, seed, draw, generosity, offered, year, edges, keys, variates, first, held, only):
    """The arrivals of a year: enterprises, states, their numbers, and in which order they settle; and the number of the next year's first.

    first: the number of the year's first arrival; held, only: as for `workspace.choose`, by number; keys, variates: scratch."""
    total, number = 0, first
    for kind in ARRIVING:
        for _ in range(arrivals(par, kind, offered, generosity, seed, draw, year)):
            total += 1 if only == 0 or (held[number] >> 1) & only else 0
            number += 1
    enterprises, states, numbers = np.zeros(total, ENTERPRISE), np.zeros(total, STATE), np.zeros(total, np.int64)
    i, number = 0, first
    for kind in ARRIVING:
        anyway = arrivals(par, kind, False, generosity, seed, draw, year)
        for slot in range(arrivals(par, kind, offered, generosity, seed, draw, year)):
            if only == 0 or (held[number] >> 1) & only:
                states[i].kind, states[i].key = kind, key_of_slot(kind, year, slot)
                states[i].anyway = 1 if slot < anyway else 0
                numbers[i] = number
                i += 1
            number += 1
    make_newcomers(par, enterprises, states, seed, draw, year, edges, keys, variates)
    return enterprises, states, numbers, np.argsort(enterprises["settled_on"], kind="mergesort"), number


@rule
def find_office(state, space):
    """A newcomer that wants an office in the designated buildings takes it, where there is space. space: what is left, m², and how many
    found none."""
    if state.designated != 0:
        if state.area <= space[0]:
            space[0] -= state.area
        else:
            state.designated = 0
            space[1] += 1


@maker
def play_newcomers(world, j, space, first, workspace, held, only, by_clause, by_year):
    """The arrivals of the year at position j. Returns the number of the next year's first arrival.

    space: see `find_office`; it goes by day of settling; first: the number of the year's first arrival; held (n or 0), only: as for
    `workspace.choose`, by number of arrival. With `only`, who has an office in the designated buildings is what `held` says, and who
    is ADDED is taken to find one.
    """
    seed, draw, par = world.seed, world.draw, world.pars[j]
    year, terms, no_row, start = world.base_year + j, world.terms[j], np.zeros(1, ANNUAL), 0
    enterprises, states, numbers, order, number = newly_arrived(
        par,
        seed,
        draw,
        world.generosity,
        year_in_term(year, terms),
        year,
        world.edges[j],
        workspace.keys,
        workspace.variates,
        first,
        held,
        only,
    )
    total = len(order)
    while start < total:
        passing, count = states[order[start]].passing, 1  # those seen in this year alone are played together, in it alone
        while count < min(TOGETHER, total - start) and states[order[start + count]].passing == passing:
            count += 1
        before, last = workspace.years[j - 1], j if passing != 0 else workspace.years.shape[0] - 1
        for e in range(count):
            i = order[start + e]
            if only == 0:
                find_office(states[i], space)
            elif held[numbers[i]] == ADDED:
                space[0] -= states[i].area if states[i].designated != 0 else 0.0
            elif held[numbers[i]] & FOUND_ROOM == 0:
                states[i].designated = 0
            workspace.enterprises[e], workspace.states[e], workspace.keys[e], workspace.which[e] = (
                enterprises[i],
                states[i],
                states[i].key,
                numbers[i],
            )
            for p in range(max(0, j - world.law.ago), j):
                workspace.rows[e, p] = no_row[0]
            enter_drawn(world, workspace, e, j - 1, last, j)
            before.sales[e], before.online_sales[e] = 0, 0
        draw_yearly(world.drivers, seed, draw, world.base_year, workspace.keys[: padded(count)], j, last, workspace.years)
        listed = live_together(world, workspace, Cohort(count, j - 1, j, last, 0, 0, False, j), by_clause, by_year)
        note_held(held, only, workspace, count, listed)
        start += count
    return number
