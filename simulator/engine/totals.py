"""What the enterprises of a draw leave behind: sums by year and clause, in whole fen, exact in any order."""

from simulator.compiled import inlined, once, rule
from simulator.facts import NATIONAL
from simulator.law.assessment import CASH_CLAUSES, CLAUSES
from simulator.law.calendar import date_in_term, year_in_term, year_of
from simulator.law.clauses import SLUGS
from simulator.money import FEN
from simulator.projection import enterprises as kinds
from simulator.projection.taxes import to_fen

ONE_IN = 20  # online sales of a twentieth of all sales make a traditional enterprise one that has gone online
LARGEST_SUM = 9 * 10**18  # fen; int64 ends at 9.22 · 10¹⁸
REBATE = SLUGS.index("tax_rebate")
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


@once
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


@once
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
def check_sums(by_clause, by_year):
    """Note in TOO_LARGE a year whose sums are beyond what can be counted in fen. No single amount is far above LARGEST, so
    looked at every few enterprises a sum is seen above LARGEST_SUM before it can wrap."""
    for j in range(by_year.shape[0]):
        for total in by_year[j]:
            by_year[j, TOO_LARGE] += total > LARGEST_SUM
        for k in range(CLAUSES):
            largest = max(by_clause[j, k, ENTITLED], by_clause[j, k, AWARDED], by_clause[j, k, DISPLACED])
            by_year[j, TOO_LARGE] += largest > LARGEST_SUM


@inlined
def enter_awards(state, row, amounts, support, of_district, by_clause, by_year):
    """Enter what was awarded into the year's sums. Returns whether anything was."""
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
    return anything != 0
