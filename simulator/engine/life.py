"""One enterprise's life in one draw: its years, the law on each of them, and the sums it leaves behind."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulator.compiled import rule
from simulator.engine.ledger import enter_claims
from simulator.facts import NATIONAL
from simulator.law.assessment import CASH_CLAUSES, CLAUSES, entitlements, remember, settle
from simulator.law.calendar import date_in_term, year_in_term, year_of
from simulator.law.case import HISTORY, Case
from simulator.law.clauses import SLUGS
from simulator.law.clauses.office_rent import months_due
from simulator.money import FEN, LARGEST, RATE
from simulator.projection import enterprises as kinds
from simulator.projection.behaviour import applies, take_up_rate
from simulator.projection.enterprises import (
    befall,
    bunch,
    exits,
    grow,
    leaves_after_support,
    reregister,
    write_year,
)
from simulator.projection.taxes import to_fen

ONE_IN = 20  # online sales of a twentieth of all sales make a traditional enterprise one that has gone online
LARGEST_SUM = 9 * 10**18  # fen; int64 ends at 9.22 · 10¹⁸
REBATE, RENT_CLAUSE = SLUGS.index("tax_rebate"), SLUGS.index("office_rent")
# sums by draw, year and clause
RECIPIENTS, ENTITLED, AWARDED, DISPLACED = range(4)
BY_CLAUSE = ("recipients", "entitled", "awarded", "displaced")
# sums by draw and year; money in fen
(ANY_RECIPIENT, RETAINED_WITH, RETAINED_WITHOUT, ONLINE_SALES, OF_SCALE, LEADING, TRADITIONAL_ONLINE, CLAWBACK_DUE,
 ENTERPRISES, TOO_LARGE, ENTERPRISES_WITHOUT, ONLINE_WITHOUT, TAXES_WITH, TAXES_WITHOUT, LOCAL_WITH, LOCAL_WITHOUT,
 UNSHARED_WITH, UNSHARED_WITHOUT, AWARDED_ANYWAY, REBATED_TAX, DISPLACED_OF_DISTRICT,
 OF_SCALE_3, OF_SCALE_10, OF_SCALE_20, LEADING_200, LEADING_1000, NATIONAL_HEADQUARTERS) = range(27)
BY_YEAR = (
    "recipients", "retained_tax_with", "retained_tax_without", "online_sales", "merchants_of_scale", "leading",
    "traditional_online", "clawback_due", "enterprises", "too_large",
    "enterprises_without", "online_sales_without",  # without the policy
    "taxes_with", "taxes_without", "local_with", "local_without",  # main taxes of all levels; their local part
    "unshared_with", "unshared_without",  # retained tax under the sharing rules of the base year
    "awarded_anyway",  # cash awarded to those who would be here without the policy
    "rebated_tax",  # this year's retained tax of those who get a rebate
    "displaced_of_district",  # existing support displaced that the district would have paid
    # other definitions of the targets: online sales of 3, 10, 20 m; of 200 m, 1 bn; national headquarters
    "of_scale_3", "of_scale_10", "of_scale_20", "leading_200", "leading_1000", "national_headquarters",
)
ALTERNATIVES = ((OF_SCALE_3, 3), (OF_SCALE_10, 10), (OF_SCALE_20, 20), (LEADING_200, 200), (LEADING_1000, 1000))  # m CNY
MILLION = 1_000_000 * FEN


class World(NamedTuple):
    """What all enterprises of a draw share.

    par: a PARAMETERS record; rates, typical (clauses,): take-up and the sum it belongs to; terms (years + 1,): the law's
    numbers of the base year and each year; growth (years + 1,): the common part of log growth; generosity (3,): see
    newcomers.arrival_rate; groups: see `count`; suspended_from: first year without rebates; kept, kept_rows, kept_count:
    see `keep`.
    """

    seed: Any
    draw: Any
    par: Any
    rates: Any
    typical: Any
    terms: Any
    readings: Any
    growth: Any
    generosity: Any
    groups: Any
    base_year: int
    suspended_from: int
    kept: Any
    kept_rows: Any
    kept_count: Any


@rule
def take_up(world, key, amounts):
    """Set to 0 what the enterprise does not apply for."""
    par = world.par
    for k in range(CLAUSES):
        if amounts[k] > 0:
            rate = take_up_rate(world.rates[k], amounts[k], world.typical[k], par.take_up_size_elasticity)
            if not applies(world.seed, world.draw, key, k, rate, par.take_up_together):
                amounts[k] = 0


@rule
def count(par, case, state, groups, sums):
    """Enter an enterprise that is there with the policy into the year's sums and the counts of the targets.

    groups: the year each group of enterprises first went online, 0 for not yet.
    """
    row, last, policy = case.this_year, case.last_year, case.terms.policy
    sums[ENTERPRISES] += 1 - state.passing
    sums[RETAINED_WITH] += row.retained_tax
    sums[ONLINE_SALES] += row.online_sales
    sums[TAXES_WITH] += row.vat + row.business_tax + row.income_tax
    sums[LOCAL_WITH] += to_fen(state.local_tax)
    sums[UNSHARED_WITH] += to_fen(state.kept_unshared)
    if row.online_sales >= par.targets_of_scale * FEN:
        sums[OF_SCALE] += 1
    if row.online_sales >= par.targets_leading * FEN:
        sums[LEADING] += 1
    for place, millions in ALTERNATIVES:
        if row.online_sales >= millions * MILLION:
            sums[place] += 1
    if case.enterprise.headquarters == NATIONAL:
        sums[NATIONAL_HEADQUARTERS] += 1
    if state.went_online == 0 and year_in_term(case.year, policy):
        spun_off_on = case.enterprise.spun_off_on
        split_off = date_in_term(spun_off_on, policy) and year_of(spun_off_on) == case.year
        had_none = state.kind == kinds.TRADITIONAL or (last.sales > 0 and last.online_sales == 0)
        enough = row.online_sales >= par.targets_traditional * FEN
        # where all sales are known, a twentieth of them is enough too
        enough = enough or (row.sales > row.online_sales > 0 and row.online_sales * ONE_IN >= row.sales)
        if split_off or (had_none and enough):
            state.went_online = 1
            if state.group == 0:
                sums[TRADITIONAL_ONLINE] += 1
            elif groups[state.group] == 0 or case.year < groups[state.group]:
                groups[state.group] = case.year


@rule
def count_without(state, row, sums):
    """Enter an enterprise that would be there without the policy into the counterfactual's sums."""
    sums[RETAINED_WITHOUT] += row.retained_tax
    if row.present != 0:
        sums[ENTERPRISES_WITHOUT] += 1 - state.passing
        sums[ONLINE_WITHOUT] += row.online_sales
        sums[TAXES_WITHOUT] += row.vat + row.business_tax + row.income_tax
        sums[LOCAL_WITHOUT] += to_fen(state.local_tax)
        sums[UNSHARED_WITHOUT] += to_fen(state.kept_unshared)


@rule
def too_large(row, by_clause, sums):
    """Whether a fact of the year, or a sum so far, is beyond what can be counted in fen. No single amount is far above
    LARGEST, so a sum is seen above LARGEST_SUM before it can wrap."""
    if max(row.sales, row.online_sales, row.retained_tax) > LARGEST:
        return True
    for sum_so_far in sums:
        if sum_so_far > LARGEST_SUM:
            return True
    for k in range(CLAUSES):
        if max(by_clause[k, ENTITLED], by_clause[k, AWARDED], by_clause[k, DISPLACED]) > LARGEST_SUM:
            return True
    return False


@rule
def support_ends(case, history):
    """Rent support was paid, covers months of this year, and none of the next."""
    if history[RENT_CLAUSE].years == 0 or months_due(case) == 0:
        return False
    next_year = Case(case.enterprise, case.this_year, case.this_year, case.terms, case.readings, case.year + 1)
    return months_due(next_year) == 0


@rule
def award(world, case, history, key, support, amounts, replaced, by_clause):
    """What the law gives this year and the enterprise applies for, into `amounts`; entitlements into the year's sums."""
    entitlements(case, history, amounts)
    if case.year >= world.suspended_from:
        amounts[REBATE] = 0
    settle(case, history, support, amounts, replaced)
    for k in range(CLAUSES):
        by_clause[k, ENTITLED] += amounts[k]
    take_up(world, key, amounts)


@rule
def enter_awards(state, row, amounts, support, of_district, by_clause, by_year):
    """Enter what was awarded into the year's sums."""
    anything = 0
    for k in range(CLAUSES):
        if amounts[k] > 0:
            anything = 1
            by_clause[k, RECIPIENTS] += 1
            by_clause[k, AWARDED] += amounts[k]
            if k < CASH_CLAUSES:
                by_year[AWARDED_ANYWAY] += amounts[k] * state.anyway
                if amounts[k] > support[k]:
                    by_clause[k, DISPLACED] += support[k]
                    by_year[DISPLACED_OF_DISTRICT] += of_district[k]
    by_year[ANY_RECIPIENT] += anything
    if amounts[REBATE] > 0:
        by_year[REBATED_TAX] += row.retained_tax


@rule
def keep(world, enterprise, state, rows):
    """Enter an enterprise as it lived with the policy into the draw's population, while there is room: kept (capacity,)
    ENTERPRISE, kept_rows (capacity, years + 1) ANNUAL, kept_count (1,) of all, also those without room."""
    place = world.kept_count[0]
    world.kept_count[0] += 1
    if place < world.kept.shape[0]:
        world.kept[place] = enterprise
        if state.left != 0:  # what befell it elsewhere afterwards is not the district's
            if year_of(enterprise.violated_on) > state.left:
                world.kept[place].violated_on = 0
            if year_of(enterprise.certified_on) > state.left:
                world.kept[place].certified_on = 0
        for j in range(rows.shape[0]):
            if state.left == 0 or world.base_year + j <= state.left:
                world.kept_rows[place, j] = rows[j]


@rule
def live(world, claims, known, first, active, enterprise, state, annual, existing, district, paid, paid_years, before,
         by_clause, by_year):
    """Play one enterprise's years first … last and enter them into the sums.

    annual (years + 1,): its rows, known up to position `known`, written from there on if `active`; position 0 is the
    base year. existing, district, paid (years or 0, cash clauses): existing support, the district's part of it, and what was
    really paid in the first `paid_years`; before (clauses or 0,): the history at the start. claims: see
    `enter_claims`, empty when nobody asks for them. by_clause (years, clauses, 4), by_year (years, len(BY_YEAR)). Ends
    when the enterprise is gone.
    """
    seed, draw, par = world.seed, world.draw, world.par
    history = np.zeros(CLAUSES, HISTORY)
    for k in range(before.shape[0]):
        history[k] = before[k]
    amounts, replaced = np.zeros(CLAUSES, np.int64), np.zeros(CLAUSES, np.int64)
    no_support = np.zeros(CASH_CLAUSES, np.int64)
    here, without = True, state.anyway != 0  # with the policy, and without it
    for j in range(first, annual.shape[0]):
        year = world.base_year + j
        row, terms = annual[j], world.terms[j]
        if j > known and active:
            newly_born = state.born == year
            if not newly_born:
                if exits(par, state, seed, draw, year - 1):
                    return
                grow(par, state, world.growth[j], seed, draw, year)
            if year_in_term(year, terms.policy):
                reregister(par, enterprise, state, seed, draw, year)
            base = known if state.own_rate > 0.0 else 0  # whose sharing rules the yardstick is
            write_year(par, state, row, seed, draw, year, terms.sharing, world.base_year + base, world.terms[base].sharing,
                       newly_born)
            bunch(par, terms, row)
            befall(par, enterprise, state, seed, draw, year)
        elif row.present != 0:
            share = terms.sharing.district_share
            state.local_tax = row.retained_tax / FEN / (share / RATE) if share > 0 else 0.0
            state.kept_unshared = row.retained_tax / FEN
        if without:
            count_without(state, row, by_year[j - 1])
        if here:
            case = Case(enterprise, row, annual[j - 1], terms, world.readings, year)
            if row.present != 0:
                count(par, case, state, world.groups, by_year[j - 1])
            support = existing[j - 1] if existing.shape[0] > 0 else no_support
            award(world, case, history, state.key, support, amounts, replaced, by_clause[j - 1])
            if j <= paid_years:
                amounts[:CASH_CLAUSES] = paid[j - 1]
            of_district = district[j - 1] if district.shape[0] > 0 else no_support
            enter_awards(state, row, amounts, support, of_district, by_clause[j - 1], by_year[j - 1])
            due = remember(case, history, amounts)
            by_year[j - 1, CLAWBACK_DUE] += due
            if claims.shape[0] > 0:
                enter_claims(claims, draw, state.key, j, amounts, due)
            if j > known and support_ends(case, history):
                here = not leaves_after_support(par, state, seed, draw, year)
                state.left = 0 if here else year
        by_year[j - 1, TOO_LARGE] += too_large(row, by_clause[j - 1], by_year[j - 1])
        if not (here or without):
            return
