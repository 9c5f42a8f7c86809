"""The compiled loop: draw by draw, enterprise by enterprise, year by year, the law inside.

No array of the size population × draws exists: an enterprise lives in scratch records and leaves only sums behind, in
int64 fen, exact in any order. The order of enterprises changes nothing but who finds room in the designated buildings,
which go by day of settling.
"""

import numpy as np

from simulator.compiled import entry, rule
from simulator.facts import ANNUAL, AREA, ENTERPRISE
from simulator.law.assessment import CASH_CLAUSES, CLAUSES, TERMS, entitlements, remember, settle
from simulator.law.calendar import date_in_term, year_in_term, year_of
from simulator.law.case import HISTORY, Case
from simulator.law.clauses import SLUGS
from simulator.law.clauses.office_rent import months_due
from simulator.lotteries import BUT_FOR, key_of_slot, u
from simulator.money import FEN, LARGEST
from simulator.projection import enterprises as kinds
from simulator.projection.behaviour import applies, take_up_rate
from simulator.projection.enterprises import STATE, befall, exits, grow, leaves_after_support, write_year
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

REBATE, RENT_CLAUSE = SLUGS.index("tax_rebate"), SLUGS.index("office_rent")
# sums by draw, year and clause
RECIPIENTS, ENTITLED, AWARDED, DISPLACED = range(4)
BY_CLAUSE = ("recipients", "entitled", "awarded", "displaced")
# sums by draw and year; money in fen
(ANY_RECIPIENT, RETAINED_WITH, RETAINED_WITHOUT, ONLINE_SALES, OF_SCALE, LEADING, TRADITIONAL_ONLINE, CLAWBACK_DUE,
 ENTERPRISES, TOO_LARGE) = range(10)
BY_YEAR = ("recipients", "retained_tax_with", "retained_tax_without", "online_sales", "merchants_of_scale", "leading",
           "traditional_online", "clawback_due", "enterprises", "too_large")


@rule
def decide_terms(terms, par, decided):
    """The law's numbers with the share of each "at most" sum that this draw's district decides."""
    for j in range(terms.shape[0]):
        decided[j] = terms[j]
        headquarters, line = terms[j].headquarters_award.discretion_share, terms[j].data_line.discretion_share
        decided[j].headquarters_award.discretion_share = np.int64(headquarters * par.discretion_headquarters_award + 0.5)
        decided[j].data_line.discretion_share = np.int64(line * par.discretion_data_line + 0.5)


@rule
def take_up(seed, draw, key, amounts, rates, typical, par):
    """Set to 0 what the enterprise does not apply for."""
    for k in range(CLAUSES):
        if amounts[k] > 0:
            rate = take_up_rate(rates[k], amounts[k], typical[k], par.take_up_size_elasticity)
            if not applies(seed, draw, key, k, rate, par.take_up_together):
                amounts[k] = 0


@rule
def count(par, enterprise, state, row, last, year, policy, sums):
    """Enter an enterprise that is there with the policy into the year's sums and the counts of the targets."""
    sums[ENTERPRISES] += 1 - state.passing
    sums[RETAINED_WITH] += row.retained_tax
    sums[ONLINE_SALES] += row.online_sales
    if row.sales > LARGEST:
        sums[TOO_LARGE] += 1
    if row.online_sales >= par.targets_of_scale * FEN:
        sums[OF_SCALE] += 1
    if row.online_sales >= par.targets_leading * FEN:
        sums[LEADING] += 1
    if state.went_online == 0 and year_in_term(year, policy):
        split_off = date_in_term(enterprise.spun_off_on, policy) and year_of(enterprise.spun_off_on) == year
        had_none = state.kind == kinds.TRADITIONAL or (last.sales > 0 and last.online_sales == 0)
        if split_off or (had_none and row.online_sales >= par.targets_traditional * FEN):
            state.went_online = 1
            sums[TRADITIONAL_ONLINE] += 1


@rule
def live(seed, draw, par, rates, typical, terms, readings, market, base_year, known, first, active, suspended_from,
         enterprise, state, annual, existing, paid, paid_years, by_clause, by_year):
    """Play one enterprise's years first … last and enter them into the sums.

    annual (years + 1,): its rows, known up to position `known`, written from there on if `active`; position 0 is the
    base year.
    existing, paid (years or 0, cash clauses). Stops when the enterprise is gone.
    """
    history = np.zeros(CLAUSES, HISTORY)
    amounts, replaced = np.zeros(CLAUSES, np.int64), np.zeros(CLAUSES, np.int64)
    no_support = np.zeros(CASH_CLAUSES, np.int64)
    here, without = True, state.anyway != 0
    for j in range(first, annual.shape[0]):
        year = base_year + j
        row, last = annual[j], annual[j - 1]
        if j > known and active:
            if state.born != year:
                if exits(par, state, seed, draw, year - 1):
                    return
                grow(par, state, market[j], seed, draw, year)
            write_year(par, state, row, seed, draw, year, terms[j].sharing, terms[known].sharing, state.born == year)
            befall(par, enterprise, state, seed, draw, year)
        if without:
            by_year[j - 1, RETAINED_WITHOUT] += row.retained_tax
        if here:
            case = Case(enterprise, row, last, terms[j], readings, year)
            if row.present != 0:
                count(par, enterprise, state, row, last, year, terms[j].policy, by_year[j - 1])
            support = existing[j - 1] if existing.shape[0] > 0 else no_support
            entitlements(case, history, amounts)
            if year >= suspended_from:
                amounts[REBATE] = 0
            settle(case, history, support, amounts, replaced)
            for k in range(CLAUSES):
                by_clause[j - 1, k, ENTITLED] += amounts[k]
            if j <= paid_years:
                for k in range(CASH_CLAUSES):
                    amounts[k] = paid[j - 1, k]
            else:
                take_up(seed, draw, state.key, amounts, rates, typical, par)
            anything = False
            for k in range(CLAUSES):
                if amounts[k] > 0:
                    anything = True
                    by_clause[j - 1, k, RECIPIENTS] += 1
                    by_clause[j - 1, k, AWARDED] += amounts[k]
                    if k < CASH_CLAUSES and amounts[k] > support[k]:
                        by_clause[j - 1, k, DISPLACED] += support[k]
            by_year[j - 1, ANY_RECIPIENT] += anything
            by_year[j - 1, CLAWBACK_DUE] += remember(case, history, amounts)
            if j > known and here and history[RENT_CLAUSE].years > 0 and months_due(case) > 0:
                ends = months_due(Case(enterprise, row, row, terms[j], readings, year + 1)) == 0
                if ends and leaves_after_support(par, state, seed, draw, year):
                    here = False
        if not (here or without):
            return


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
def play_draws(seed, first_draw, parameters, rates, typical, terms, readings, hindsight, base_year, known, suspended_from,
               enterprises, states, annual, existing, paid, paid_years, synthetic, by_clause, by_year):
    """Play draws first_draw … ; sums into by_clause (draws, years, clauses, 4) and by_year (draws, years, 10).

    parameters (draws,) PARAMETERS records; rates, typical (draws, clauses): take-up and the sum it belongs to; terms
    (years + 1,); a register: enterprises, states, keys in states (n,), annual (n, years + 1) facts known up to position
    `known`; synthetic: incumbents are drawn instead, anew in every draw.
    """
    years = by_clause.shape[1]
    market = np.zeros(years + 1)
    decided = np.zeros(years + 1, TERMS)
    enterprise, state, rows = np.zeros(1, ENTERPRISE), np.zeros(1, STATE), np.zeros(years + 1, ANNUAL)
    no_enterprise, no_state, no_row = np.zeros(1, ENTERPRISE), np.zeros(1, STATE), np.zeros(1, ANNUAL)
    nothing = np.zeros((0, CASH_CLAUSES), np.int64)
    for d in range(parameters.shape[0]):
        draw, par = first_draw + d, parameters[d]
        sums, yearly = by_clause[d], by_year[d]
        decide_terms(terms, par, decided)
        market_growth(par, hindsight, seed, draw, base_year, market)
        for i in range(enterprises.shape[0]):
            enterprise[0], state[0] = enterprises[i], states[i]
            for j in range(years + 1):
                rows[j] = annual[i, j]
            settled = year_of(enterprise[0].settled_on)
            if settled > base_year and enterprise[0].headquarters != 0:
                but_for = par.butfor_anchors
            else:
                but_for = par.butfor_startups if settled > base_year else 0.0
            came_for_it = u(seed, draw, BUT_FOR, state[0].key, 0) < but_for * par.butfor_offered
            state[0].anyway = 0 if came_for_it else 1
            live(seed, draw, par, rates[d], typical[d], decided, readings, market, base_year, known, 1,
                 annual[i, known].present != 0 and state[0].closed == 0, suspended_from, enterprise[0], state[0], rows, existing[i] if existing.shape[0] > 0 else nothing,
                 paid[i] if paid.shape[0] > 0 else nothing, paid_years, sums, yearly)
        if synthetic:
            number = np.int64(par.incumbents_number + 0.5)
            relative = 0.0
            for slot in range(number):
                key = key_of_slot(kinds.GOODS, 0, slot)
                if not is_service(par, seed, draw, key):
                    relative += relative_size(par, seed, draw, key)
            median = par.incumbents_online_sales / relative if relative > 0 else 0.0
            platforms = arrivals(par, kinds.PLATFORM, True, seed, draw, 0)
            for slot in range(number + platforms):
                enterprise[0], state[0] = no_enterprise[0], no_state[0]
                for j in range(years + 1):
                    rows[j] = no_row[0]
                if slot < number:
                    state[0].key = key_of_slot(kinds.GOODS, 0, slot)
                    make_incumbent(par, enterprise[0], state[0], seed, draw, median)
                else:
                    state[0].key = key_of_slot(kinds.PLATFORM, 0, slot - number)
                    make_platform(par, enterprise[0], state[0], seed, draw)
                write_year(par, state[0], rows[0], seed, draw, base_year, decided[0].sharing, decided[0].sharing, True)
                live(seed, draw, par, rates[d], typical[d], decided, readings, market, base_year, 0, 1, True, suspended_from,
                     enterprise[0], state[0], rows, nothing, nothing, 0, sums, yearly)
        space = office_left(par, enterprises, annual, known, base_year)
        national = decided[0].headquarters_award.national_capital / FEN
        regional = decided[0].headquarters_award.regional_capital / FEN
        for j in range(known + 1, years + 1):
            year = base_year + j
            offered = year_in_term(year, decided[j].policy)
            total = 0
            for kind in ARRIVING:
                total += arrivals(par, kind, offered, seed, draw, year)
            newcomers, born = np.zeros(total, ENTERPRISE), np.zeros(total, STATE)
            i = 0
            for kind in ARRIVING:
                coming = arrivals(par, kind, offered, seed, draw, year)
                anyway = arrivals(par, kind, False, seed, draw, year)
                for slot in range(coming):
                    born[i].kind, born[i].key = kind, key_of_slot(kind, year, slot)
                    born[i].anyway = 1 if slot < anyway else 0
                    make_newcomer(par, newcomers[i], born[i], seed, draw, year, national, regional)
                    i += 1
            order = np.argsort(newcomers["settled_on"], kind="mergesort")  # designated offices go by day of settling
            for i in order:
                if born[i].designated != 0:
                    if born[i].area <= space:
                        space -= born[i].area
                    else:
                        born[i].designated = 0
                for k in range(years + 1):
                    rows[k] = no_row[0]
                live(seed, draw, par, rates[d], typical[d], decided, readings, market, base_year, j - 1, j,
                     True, suspended_from, newcomers[i], born[i], rows, nothing, nothing, 0, sums, yearly)
