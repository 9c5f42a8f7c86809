"""The compiled loop over draws: a register's enterprises or drawn incumbents, then each year's newcomers.

No array of the size population × draws exists: an enterprise lives in scratch records and leaves only sums behind, in
int64 fen, exact in any order. The order of enterprises changes nothing; newcomers find room in the designated buildings
by day of settling.
"""

import numpy as np

from simulator.compiled import entry, rule
from simulator.engine.life import TRADITIONAL_ONLINE, World, keep, live
from simulator.facts import ANNUAL, AREA, ENTERPRISE
from simulator.law.assessment import CASH_CLAUSES, TERMS
from simulator.law.calendar import year_in_term, year_of
from simulator.law.case import HISTORY
from simulator.lotteries import BUT_FOR, key_of_slot, u
from simulator.projection import enterprises as kinds
from simulator.projection.enterprises import STATE, common_growth, write_year
from simulator.projection.market import market_growth
from simulator.projection.newcomers import (
    ARRIVING,
    arrivals,
    is_service,
    make_incumbent,
    make_newcomer,
    make_platform,
    relative_size,
)


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
def play_register(world, claims, known, enterprises, states, annual, existing, district, paid, paid_years, histories,
                  by_clause, by_year):
    """The enterprises of a register, their facts known up to position `known`."""
    enterprise, state, rows = np.zeros(1, ENTERPRISE), np.zeros(1, STATE), np.zeros(annual.shape[1], ANNUAL)
    nothing, nothing_before = np.zeros((0, CASH_CLAUSES), np.int64), np.zeros(0, HISTORY)
    for i in range(enterprises.shape[0]):
        enterprise[0], state[0] = enterprises[i], states[i]
        rows[:] = annual[i]
        anyway = comes_anyway(world, enterprises[i].settled_on, enterprises[i].headquarters, states[i].key)
        state[0].anyway = 1 if anyway else 0
        active = rows[known].present != 0 and state[0].closed == 0
        live(world, claims, known, 1, active, enterprise[0], state[0], rows, existing[i] if existing.shape[0] > 0 else nothing,
             district[i] if district.shape[0] > 0 else nothing, paid[i] if paid.shape[0] > 0 else nothing, paid_years,
             histories[i] if histories.shape[0] > 0 else nothing_before, by_clause, by_year)
        keep(world, enterprise[0], state[0], rows)
    for year in world.groups:  # a group counts once, in the first year one of it went online
        if year > 0:
            by_year[year - world.base_year - 1, TRADITIONAL_ONLINE] += 1


@rule
def play_incumbents(world, claims, by_clause, by_year):
    """Incumbents of the base year where no register says, their sales adding up to the total drawn; and platforms."""
    seed, draw, par, years = world.seed, world.draw, world.par, by_year.shape[0]
    enterprise, state, rows = np.zeros(1, ENTERPRISE), np.zeros(1, STATE), np.zeros(years + 1, ANNUAL)
    no_enterprise, no_state, no_row = np.zeros(1, ENTERPRISE), np.zeros(1, STATE), np.zeros(1, ANNUAL)
    nothing, nothing_before = np.zeros((0, CASH_CLAUSES), np.int64), np.zeros(0, HISTORY)
    number = np.int64(par.incumbents_number + 0.5)
    platforms = arrivals(par, kinds.PLATFORM, True, world.generosity, seed, draw, 0)
    total = 0.0
    for slot in range(number):
        key = key_of_slot(kinds.GOODS, 0, slot)
        if not is_service(par, seed, draw, key):
            total += relative_size(par, seed, draw, key)
    median = par.incumbents_online_sales / total if total > 0 else 0.0
    sharing = world.terms[0].sharing
    for slot in range(number + platforms):
        enterprise[0], state[0] = no_enterprise[0], no_state[0]
        rows[:] = no_row[0]
        if slot < number:
            state[0].key = key_of_slot(kinds.GOODS, 0, slot)
            make_incumbent(par, enterprise[0], state[0], seed, draw, median)
        else:
            state[0].key = key_of_slot(kinds.PLATFORM, 0, slot - number)
            make_platform(par, enterprise[0], state[0], seed, draw)
        write_year(par, state[0], rows[0], seed, draw, world.base_year, sharing, world.base_year, sharing, True)
        live(world, claims, 0, 1, True, enterprise[0], state[0], rows, nothing, nothing, nothing, 0, nothing_before,
             by_clause, by_year)
        keep(world, enterprise[0], state[0], rows)


@rule
def play_newcomers(world, claims, j, space, by_clause, by_year):
    """The arrivals of the year at position j. Returns the office space left: it goes by day of settling."""
    seed, draw, par = world.seed, world.draw, world.par
    year, terms = world.base_year + j, world.terms[j]
    rows, no_row = np.zeros(by_year.shape[0] + 1, ANNUAL), np.zeros(1, ANNUAL)
    nothing, nothing_before = np.zeros((0, CASH_CLAUSES), np.int64), np.zeros(0, HISTORY)
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
    for i in np.argsort(enterprises["settled_on"], kind="mergesort"):
        if states[i].designated != 0:
            if states[i].area <= space:
                space -= states[i].area
            else:
                states[i].designated = 0
        rows[:] = no_row[0]
        live(world, claims, j - 1, j, True, enterprises[i], states[i], rows, nothing, nothing, nothing, 0, nothing_before,
             by_clause, by_year)
        keep(world, enterprises[i], states[i], rows)
    return space


@rule
def office_left(par, enterprises, annual, known, base_year):
    """Office space still free for newcomers, m²: the stock at the base year less what a register's enterprises that
    settled since then have taken."""
    taken = 0
    for i in range(enterprises.shape[0]):
        if annual[i, known].designated_building != 0 and year_of(enterprises[i].settled_on) > base_year:
            taken += annual[i, known].rented_area
    return par.office_stock - taken / AREA


@entry
def play_draws(seed, first_draw, parameters, rates, typical, generosity, terms, readings, hindsight, base_year, known,
               suspended_from, enterprises, states, annual, existing, district, paid, paid_years, histories, synthetic,
               claims, by_clause, by_year, kept, kept_rows, kept_count):
    """Play draws first_draw … ; sums into by_clause (draws, years, clauses, 4) and by_year (draws, years, sums of a year).

    parameters (draws,) PARAMETERS records; rates, typical (draws, clauses): take-up and the sum it belongs to; terms
    (years + 1,); a register: enterprises, states (n,), annual (n, years + 1), facts known up to position `known`;
    what was paid before the first award year in `histories` (n or 0, clauses); synthetic: incumbents are drawn instead,
    anew in every draw. claims: see `ledger.enter_claims`. kept (draws, capacity), kept_rows (draws, capacity, years + 1),
    kept_count (draws, 1): each draw's population, see `keep`; capacity 0 keeps none.
    """
    years = by_clause.shape[1]
    groups = 0
    for i in range(states.shape[0]):
        groups = max(groups, states[i].group)
    growth, decided = np.zeros(years + 1), np.zeros(years + 1, TERMS)
    for d in range(parameters.shape[0]):
        draw, par = first_draw + d, parameters[d]
        decide_terms(terms, par, decided)
        market_growth(par, hindsight, seed, draw, base_year, growth)
        for j in range(years + 1):
            growth[j] = common_growth(par, growth[j])
        world = World(seed, draw, par, rates[d], typical[d], decided, readings, growth, generosity,
                      np.zeros(groups + 1, np.int64), base_year, suspended_from, kept[d], kept_rows[d], kept_count[d])
        play_register(world, claims, known, enterprises, states, annual, existing, district, paid, paid_years, histories,
                      by_clause[d], by_year[d])
        if synthetic:
            play_incumbents(world, claims, by_clause[d], by_year[d])
        space = office_left(par, enterprises, annual, known, base_year)
        for j in range(known + 1, years + 1):
            space = play_newcomers(world, claims, j, space, by_clause[d], by_year[d])
