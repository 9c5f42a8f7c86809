"""The compiled loop over draws: a register's enterprises or drawn incumbents, then each year's newcomers.

No array of the size population × draws exists: an enterprise lives in scratch records and leaves only sums behind, in
int64 fen, exact in any order. The order of enterprises changes nothing; newcomers find room in the designated buildings
by day of settling.
"""

from typing import Any, NamedTuple

import numpy as np

from simulator.compiled import entry, inlined, loop
from simulator.engine.from_draw import play_incumbents, play_newcomers
from simulator.engine.from_register import bring_in, count_groups, play_block
from simulator.engine.ledger import CLAIM
from simulator.engine.weighing import CANDIDATE
from simulator.engine.workspace import (
    World,
    choose,
    expected_row,
    forget_past,
    note_held,
    possible,
    reach_of,
)
from simulator.facts import ANNUAL, AREA, ENTERPRISE
from simulator.projection import enterprises as kinds
from simulator.projection.columns import YEAR
from simulator.projection.drivers import drive
from simulator.projection.enterprises import what_may_come
from simulator.projection.market import market_growth, price_levels
from simulator.projection.newcomers import arrivals, incumbents

THOSE_THERE, NEWCOMERS, EVERYBODY = 1, 2, 3  # who is played
HELD = np.uint64  # which clauses' conditions held, and one bit more


class Register(NamedTuple):
    """A register as the kernel plays it: enterprises, states, keys (n,); annual (n, years + 1); active (n,): whether later
    years are written; reach (n,), ordinary (n, years + 1): the clauses that could ever matter to each, and those that could in a
    year as long as nothing befalls it, one bit each; own (n, facts), own_annual (n, years + 1,
    facts): the policy's own; existing, of_district, paid (n or 0, years, cash clauses); paid_years: in how many
    first years the payments are known; histories (n or 0, clauses): what was paid before the first award year."""

    enterprises: Any
    states: Any
    keys: Any
    annual: Any
    own: Any
    own_annual: Any
    active: Any
    reach: Any
    ordinary: Any
    existing: Any
    of_district: Any
    paid: Any
    paid_years: int
    histories: Any


class Wanted(NamedTuple):
    """What is asked for besides the sums: claims: see `ledger.enter_claims`; kept (draws, capacity), kept_rows (draws,
    capacity, years + 1), kept_count (draws, 1): each draw's population, see `life.keep`, capacity 0 keeps none; held (draws,
    n or 0): the clauses whose conditions held for each of those played, from the second bit on, see `workspace.note_held`:
    enterprises of the base year, or newcomers in order of arrival; space (draws, 2): the office space that newcomers leave, m², and how
    many found none, where all are played; with `only` what ADDED ones take is taken off what stands there; contested (clauses,),
    weighed (years or 0,): the state of each year, candidates (draws, …), decided (draws, …): see `weighing`."""

    claims: Any
    kept: Any
    kept_rows: Any
    kept_count: Any
    held: Any
    space: Any
    contested: Any
    weighed: Any
    candidates: Any
    decided: Any


class Shared(NamedTuple):
    """What the enterprises of each draw share: the arrays of a World, one more axis of draws in front.

    draws (draws,): their numbers; parameters (draws, years + 1) PARAMETERS records; rates (draws, years + 1, clauses), typical
    (draws, clauses); own (draws, facts); numbers (draws, years + 1, numbers): the law's, with the shares of "at most" sums that
    each draw's district decides; steady (years + 1,): whether the law is that of the year before in all draws; edges (years + 1,
    pairs); growth, prices (draws, years + 1): scratch. drivers (draws, years + 1) DRIVERS and groups are filled while the draws are played.
    """

    seed: Any
    draws: Any
    parameters: Any
    rates: Any
    typical: Any
    keys: Any
    law: Any
    terms: Any
    numbers: Any
    steady: Any
    readings: Any
    own: Any
    growth: Any
    prices: Any
    drivers: Any
    edges: Any
    generosity: Any
    groups: Any
    base_year: int
    suspended_from: int
    wanted: Any


@inlined
def world_of(shared, d):
    """The World of the draw at place d."""
    wanted = shared.wanted
    return World(
        shared.seed,
        shared.draws[d],
        shared.parameters[d, 0],
        shared.parameters[d],
        shared.rates[d],
        shared.typical[d],
        shared.keys,
        shared.law,
        shared.terms,
        shared.numbers[d],
        shared.steady,
        shared.readings,
        shared.own[d],
        shared.drivers[d],
        shared.edges,
        shared.generosity,
        shared.groups[d],
        shared.base_year,
        shared.suspended_from,
        wanted.claims,
        wanted.kept[d],
        wanted.kept_rows[d],
        wanted.kept_count[d],
        wanted.contested,
        wanted.weighed,
        wanted.candidates[d],
        wanted.decided[d],
    )


def nothing_wanted(draws: int, years: int) -> Wanted:
    """Nothing besides the sums."""
    return Wanted(
        np.zeros(0, CLAIM),
        np.zeros((draws, 0), ENTERPRISE),
        np.zeros((draws, 0, years + 1), ANNUAL),
        np.zeros((draws, 1), np.int64),
        np.zeros((draws, 0), HELD),
        np.zeros((draws, 2)),
        np.zeros(0, np.bool_),
        np.zeros(0, np.int64),
        np.zeros((draws, 1), CANDIDATE),
        np.zeros((draws, 0), CANDIDATE),
    )


@entry
def reach_of_register(
    law, enterprises, states, annual, own, own_annual, active, known, terms, numbers, readings, reregistration, reach, ordinary
):
    """Fill reach (n,): the clauses that could ever matter to each enterprise of a register, whatever a draw brings; and ordinary (n,
    years + 1): those that could in a year as long as nothing befalls it. reregistration: whether any incumbent may come back as
    new."""
    scratch, rows = np.zeros(1, YEAR), np.zeros(1, ANNUAL)
    for i in range(enterprises.shape[0]):
        reach[i] = 0
        expected_row(states[i], active[i], scratch[0], 0, rows[0])
        for j in range(terms.shape[0]):
            if j <= known:
                ordinary[i, j] = possible(law, enterprises, i, states[i], annual[i], j, own, own_annual, terms, numbers, j, readings)
            else:
                ordinary[i, j] = possible(law, enterprises, i, states[i], rows, 0, own, own_annual, terms, numbers, j, readings)
        may = what_may_come(enterprises[i], states[i], reregistration)
        for j in range(1, terms.shape[0]):
            for row in range(min(j, known) + 1):
                reach[i] |= reach_of(
                    law, enterprises, i, annual[i], row, own, own_annual, terms, numbers, j, readings, may.settle + 2 * may.certify
                )


@entry
def most_there(seed, parameters, generosity):
    """The largest number of drawn incumbents and platforms in the first draws."""
    most = 0
    for d in range(parameters.shape[0]):
        platforms = arrivals(parameters[d, 0], kinds.PLATFORM, True, generosity, seed, d, 0)
        most = max(most, incumbents(parameters[d, 0]) + platforms)
    return most


@loop
def play_draws(shared, register, workspace, hindsight, known, taken, synthetic, who, only, by_clause, by_year):
    """Play the draws that share what `shared` says; sums into by_clause (draws, years, clauses, 4) and by_year (draws, years, sums
    of a year).

    register: its facts known up to position `known`; workspace: any, whatever stands in it; hindsight: see `market.market_growth`; taken:
    of the office space, 0.01 m²; synthetic: incumbents are drawn instead, anew in every draw; who is played: THOSE_THERE in the base
    year, NEWCOMERS or both; only: 0, or bits of clauses: of either, only the ones that hold one of them in `wanted.held`.
    """
    draws, years, n = shared.draws.shape[0], by_clause.shape[1], register.enterprises.shape[0]
    parameters, wanted, base_year, terms = shared.parameters, shared.wanted, shared.base_year, shared.terms
    for d in range(draws):
        market_growth(parameters[d], hindsight, shared.seed, shared.draws[d], base_year, shared.growth[d])
        price_levels(parameters[d], shared.prices[d])
        for j in range(years + 1):
            of_market, price = shared.growth[d, j], shared.prices[d, j]
            drive(parameters[d], j, base_year + j, terms, 0, base_year, known, of_market, price, shared.drivers[d, j])
    start = 0
    while who & THOSE_THERE and only == 0 and start < n:  # a block's facts stay in the fastest memory while all draws play it
        count, start = choose(wanted.held[0], only, start, n, workspace.which)
        cohort = bring_in(register, known, base_year, terms, workspace, count)
        for d in range(draws):
            world = world_of(shared, d)
            listed = play_block(world, register, workspace, cohort, by_clause[d], by_year[d])
            note_held(wanted.held[d], only, workspace, count, listed)
    for d in range(draws):
        world = world_of(shared, d)
        if who & THOSE_THERE:
            start = 0
            while only != 0 and start < n:  # those who held a clause are others in every draw
                count, start = choose(wanted.held[d], only, start, n, workspace.which)
                cohort = bring_in(register, known, base_year, terms, workspace, count)
                play_block(world, register, workspace, cohort, by_clause[d], by_year[d])
            forget_past(workspace)
            count_groups(world, by_year[d])
            if synthetic:
                play_incumbents(world, workspace, wanted.held[d], only, by_clause[d], by_year[d])
        if who & NEWCOMERS:
            first, space = 0, wanted.space[d]
            if only == 0:
                space[0], space[1] = parameters[d, 0].office_stock - taken / AREA, 0
            for j in range(known + 1, years + 1):
                first = play_newcomers(world, j, space, first, workspace, wanted.held[d], only, by_clause[d], by_year[d])
