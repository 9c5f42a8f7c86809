"""The compiled loop over draws: a register's enterprises or drawn incumbents, then each year's newcomers.

No array of the size population × draws exists: an enterprise lives in scratch records and leaves only sums behind, in
int64 fen, exact in any order. The order of enterprises changes nothing; newcomers find room in the designated buildings
by day of settling.
"""

from typing import Any, NamedTuple

import numpy as np

from simulator.compiled import entry, inlined, maker, rule
from simulator.engine.ledger import CLAIM
from simulator.engine.life import TRADITIONAL_ONLINE, World, forget_past, live_together, room_for, share_with_all
from simulator.facts import ANNUAL, AREA, ENTERPRISE
from simulator.law.assessment import ALL, TERMS, reach_of
from simulator.law.calendar import year_in_term, year_of
from simulator.lotteries import BUT_FOR, key_of_slot, u
from simulator.projection import enterprises as kinds
from simulator.projection.enterprises import (
    STATE,
    what_may_come,
    write_year,
)
from simulator.projection.luck import PROFITS, TOGETHER, draw_yearly
from simulator.projection.market import market_growth
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

THOSE_THERE, NEWCOMERS, EVERYBODY = 1, 2, 3  # who is played


class Register(NamedTuple):
    """A register as the kernel plays it: enterprises, states, keys (n,); annual (n, years + 1); active (n,): whether later
    years are written; reach (n,): the clauses that could ever matter to each, one bit each; existing, of_district, paid (n
    or 0, years, cash clauses); paid_years: in how many first years the payments are known; histories (n or 0, clauses): what
    was paid before the first award year."""

    enterprises: Any
    states: Any
    keys: Any
    annual: Any
    active: Any
    reach: Any
    existing: Any
    of_district: Any
    paid: Any
    paid_years: int
    histories: Any


class Wanted(NamedTuple):
    """What is asked for besides the sums: claims: see `ledger.enter_claims`; kept (draws, capacity), kept_rows (draws,
    capacity, years + 1), kept_count (draws, 1): each draw's population, see `life.keep`, capacity 0 keeps none; held (draws,
    n or 0): the clauses whose conditions held for each enterprise of the base year, one bit each."""

    claims: Any
    kept: Any
    kept_rows: Any
    kept_count: Any
    held: Any


class Shared(NamedTuple):
    """What the enterprises of each draw share: the arrays of a World, one more axis of draws in front."""

    seed: Any
    first_draw: int
    parameters: Any
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
    wanted: Any


@inlined
def world_of(shared, d):
    """The World of the draw at place d."""
    wanted = shared.wanted
    return World(shared.seed, shared.first_draw + d, shared.parameters[d], shared.rates[d], shared.typical[d], shared.terms[d],
                 shared.readings, shared.growth[d], shared.moves[d], shared.generosity, shared.groups[d], shared.base_year,
                 shared.suspended_from, wanted.claims, wanted.kept[d], wanted.kept_rows[d], wanted.kept_count[d])


def nothing_wanted(draws: int, years: int) -> Wanted:
    """Nothing besides the sums."""
    return Wanted(
        np.zeros(0, CLAIM), np.zeros((draws, 0), ENTERPRISE), np.zeros((draws, 0, years + 1), ANNUAL),
        np.zeros((draws, 1), np.int64), np.zeros((draws, 0), np.uint16))


@rule
def reach_in_draw(par, enterprise, state, row, terms):
    """`reach_of` for an enterprise that a draw brings, by its first row; a platform may yet grow past any threshold."""
    if state.kind == kinds.PLATFORM:
        return ALL
    reach, may = 0, what_may_come(enterprise, state, par.reregistration_share > 0.0)
    for j in range(1, terms.shape[0]):
        reach |= reach_of(enterprise, row, terms[j], may)
    return reach


@entry
def reach_of_register(enterprises, states, annual, known, terms, reregistration, reach):
    """Fill reach (n,): the clauses that could ever matter to each enterprise of a register, whatever a draw brings.
    reregistration: whether any incumbent may come back as new."""
    for i in range(enterprises.shape[0]):
        reach[i] = 0
        may = what_may_come(enterprises[i], states[i], reregistration)
        for j in range(1, terms.shape[0]):
            for row in range(min(j, known) + 1):
                reach[i] |= reach_of(enterprises[i], annual[i, row], terms[j], may)
            if j > known:
                reach[i] |= reach_of(enterprises[i], annual[i, known], terms[j], may)


@rule
def decide_terms(terms, par, decided):
    """The law's numbers with the share of each "at most" sum that this draw's district decides."""
    for j in range(terms.shape[0]):
        decided[j] = terms[j]
        headquarters, line = terms[j].headquarters_award.discretion_share, terms[j].data_line.discretion_share
        decided[j].headquarters_award.discretion_share = np.int64(
            headquarters * par.discretion_headquarters_award + 0.5)
        decided[j].data_line.discretion_share = np.int64(line * par.discretion_data_line + 0.5)


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


@entry
def most_there(seed, first_draw, parameters, generosity):
    """The largest number of drawn incumbents and platforms in draws first_draw … ."""
    most = 0
    for d in range(parameters.shape[0]):
        platforms = arrivals(parameters[d], kinds.PLATFORM, True, generosity, seed, first_draw + d, 0)
        most = max(most, incumbents(parameters[d]) + platforms)
    return most


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


@entry
def play_draws(seed, first_draw, parameters, rates, typical, generosity, terms, readings, hindsight, base_year, known,
               suspended_from, register, synthetic, who, only, wanted, by_clause, by_year):
    """Play draws first_draw … ; sums into by_clause (draws, years, clauses, 4) and by_year (draws, years, sums of a year).

    parameters (draws,) PARAMETERS records; rates, typical (draws, clauses): take-up and the sum it belongs to; terms
    (years + 1,); register: its facts known up to position `known`; synthetic: incumbents are drawn instead, anew in every
    draw; who is played: THOSE_THERE in the base year, NEWCOMERS or both; only: 0, or bits of clauses: of those there only
    the ones that hold one of them in `wanted.held`.
    """
    draws, years, n = parameters.shape[0], by_clause.shape[1], register.enterprises.shape[0]
    room = room_for(years)
    shared = Shared(seed, first_draw, parameters, rates, typical, np.zeros((draws, years + 1), TERMS), readings,
                    np.zeros((draws, years + 1)), np.zeros((draws, years + 1, 2)), generosity,
                    np.zeros((draws, groups_of(register.states) + 1), np.int16), base_year, suspended_from, wanted)
    for d in range(draws):
        decide_terms(terms, parameters[d], shared.terms[d])
        market_growth(parameters[d], hindsight, seed, first_draw + d, base_year, shared.growth[d])
        share_with_all(parameters[d], terms, base_year, known, shared.growth[d], shared.moves[d])
    start = 0
    while who & THOSE_THERE and only == 0 and start < n:  # a block's facts stay in the fastest memory while all draws play it
        count, start = choose(wanted.held[0], only, start, n, room.which)
        bring_in(register, known, room, count)
        for d in range(draws):
            world = world_of(shared, d)
            play_block(world, register, known, room, count, by_clause[d], by_year[d])
            note_held(wanted.held[d], only, room, count)
    taken = office_taken(register.enterprises, register.annual, known, base_year) if who & NEWCOMERS else 0
    for d in range(draws):
        world = world_of(shared, d)
        if who & THOSE_THERE:
            start = 0
            while only != 0 and start < n:  # those who held a clause are others in every draw
                count, start = choose(wanted.held[d], only, start, n, room.which)
                bring_in(register, known, room, count)
                play_block(world, register, known, room, count, by_clause[d], by_year[d])
            forget_past(room)
            count_groups(world, by_year[d])
            if synthetic:
                play_incumbents(world, room, wanted.held[d], only, by_clause[d], by_year[d])
        if who & NEWCOMERS:
            space = parameters[d].office_stock - taken / AREA
            for j in range(known + 1, years + 1):
                space = play_newcomers(world, j, space, room, by_clause[d], by_year[d])
