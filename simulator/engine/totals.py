"""What the enterprises of a draw leave behind: sums by year and clause, in whole fen, exact in any order."""

from simulator.compiled import columnwise, inlined, rule
from simulator.law.calendar import date_in_term, year_of
from simulator.law.calling import lowest
from simulator.money import FEN, LARGEST

ONE_IN = 20  # online sales of a twentieth of all sales make a traditional enterprise one that has gone online
LARGEST_SUM = 9 * 10**18  # fen; int64 ends at 9.22 · 10¹⁸
# sums by draw, year and clause
RECIPIENTS, ENTITLED, AWARDED, DISPLACED = range(4)
BY_CLAUSE = ("recipients", "entitled", "awarded", "displaced")
# sums by draw and year; money in fen
(
    ANY_RECIPIENT,
    RETAINED_WITH,
    RETAINED_WITHOUT,
    ONLINE_SALES,
    OF_SCALE,
    LEADING,
    TRADITIONAL_ONLINE,
    CLAWBACK_DUE,
    ENTERPRISES,
    TOO_LARGE,
    ENTERPRISES_WITHOUT,
    ONLINE_WITHOUT,
    TAXES_WITH,
    TAXES_WITHOUT,
    LOCAL_WITH,
    LOCAL_WITHOUT,
    UNSHARED_WITH,
    UNSHARED_WITHOUT,
    AWARDED_ANYWAY,
    REBATED_TAX,
    DISPLACED_OF_DISTRICT,
    OF_SCALE_3,
    OF_SCALE_10,
    OF_SCALE_20,
    LEADING_200,
    LEADING_1000,
    NATIONAL_HEADQUARTERS,
) = range(27)
BY_YEAR = (
    "recipients",
    "retained_tax_with",
    "retained_tax_without",
    "online_sales",
    "merchants_of_scale",
    "leading",
    "traditional_online",
    "clawback_due",
    "enterprises",
    "too_large",
    "enterprises_without",
    "online_sales_without",  # without the policy
    "taxes_with",
    "taxes_without",
    "local_with",
    "local_without",  # main taxes of all levels; their local part
    "unshared_with",
    "unshared_without",  # retained tax under the sharing rules of the base year
    "awarded_anyway",  # cash awarded to those who would be here without the policy
    "rebated_tax",  # this year's retained tax of those who get a rebate
    "displaced_of_district",  # existing support displaced that the district would have paid
    # other definitions of the targets: online sales of 3, 10, 20 m; of 200 m, 1 bn; national headquarters
    "of_scale_3",
    "of_scale_10",
    "of_scale_20",
    "leading_200",
    "leading_1000",
    "national_headquarters",
)
MILLION = 1_000_000 * FEN


@columnwise
def add_up(par, carried, before, now, count, sums):
    """Enter a year of enterprises side by side into the year's sums and the counts of the targets: those that are there with the
    policy, and those that would be without it. Returns whether any may count as a traditional enterprise that went online.

    carried: CARRIED; before, now: YEAR.
    """
    of_scale, leading, traditional = par.targets_of_scale * FEN, par.targets_leading * FEN, par.targets_traditional * FEN
    enterprises = retained = online_sales = taxes = local = unshared = large = national = candidates = 0
    scale = lead = scale_3 = scale_10 = scale_20 = lead_200 = lead_1000 = 0
    other_enterprises = other_retained = other_online_sales = other_taxes = other_local = other_unshared = 0
    for e in range(count):
        present = (now.present[e] != 0) & (now.there[e] != 0)
        here, without = present & (now.here[e] != 0), present & (carried.anyway[e] != 0)
        online, kept, lasting = now.online_sales[e], now.retained_tax[e], 1 - carried.passing[e]
        tax = now.turnover_tax[e] + now.income_tax[e]
        enterprises += lasting if here else 0
        retained += kept if here else 0
        online_sales += online if here else 0
        taxes += tax if here else 0
        local += now.local[e] if here else 0
        unshared += now.unshared[e] if here else 0
        scale += 1 if here & (online >= of_scale) else 0
        lead += 1 if here & (online >= leading) else 0
        scale_3 += 1 if here & (online >= 3 * MILLION) else 0
        scale_10 += 1 if here & (online >= 10 * MILLION) else 0
        scale_20 += 1 if here & (online >= 20 * MILLION) else 0
        lead_200 += 1 if here & (online >= 200 * MILLION) else 0
        lead_1000 += 1 if here & (online >= 1000 * MILLION) else 0
        national += 1 if here & (carried.national[e] != 0) else 0
        other_enterprises += lasting if without else 0
        other_retained += kept if without else 0
        other_online_sales += online if without else 0
        other_taxes += tax if without else 0
        other_local += now.local[e] if without else 0
        other_unshared += now.unshared[e] if without else 0
        large += 1 if (here | without) & ((now.sales[e] > LARGEST) | (online > LARGEST) | (kept > LARGEST)) else 0
        had_none = (carried.traditional[e] != 0) | ((before.sales[e] > 0) & (before.online_sales[e] == 0))
        candidate = (carried.spun_off[e] != 0) | (had_none & ((online > 0) | (online >= traditional)))
        candidates += 1 if here & candidate & (carried.went_online[e] == 0) else 0
    sums[ENTERPRISES] += enterprises
    sums[RETAINED_WITH] += retained
    sums[ONLINE_SALES] += online_sales
    sums[TAXES_WITH] += taxes
    sums[LOCAL_WITH] += local
    sums[UNSHARED_WITH] += unshared
    sums[OF_SCALE] += scale
    sums[LEADING] += lead
    sums[OF_SCALE_3] += scale_3
    sums[OF_SCALE_10] += scale_10
    sums[OF_SCALE_20] += scale_20
    sums[LEADING_200] += lead_200
    sums[LEADING_1000] += lead_1000
    sums[NATIONAL_HEADQUARTERS] += national
    sums[ENTERPRISES_WITHOUT] += other_enterprises
    sums[RETAINED_WITHOUT] += other_retained
    sums[ONLINE_WITHOUT] += other_online_sales
    sums[TAXES_WITHOUT] += other_taxes
    sums[LOCAL_WITHOUT] += other_local
    sums[UNSHARED_WITHOUT] += other_unshared
    sums[TOO_LARGE] += large
    return candidates > 0


@rule
def count_online(par, policy, year, carried, before, now, states, groups, count, sums):
    """Enter traditional enterprises that went online in `year`, of the term, into its sums, each once.

    groups: the year each group of enterprises first went online, 0 for not yet.
    """
    for e in range(count):
        if now.present[e] & now.there[e] & now.here[e] == 0 or carried.went_online[e] != 0:
            continue
        spun_off_on, group = carried.spun_off[e], states[e].group
        sales, online = now.sales[e], now.online_sales[e]
        split_off = date_in_term(spun_off_on, policy) and year_of(spun_off_on) == year
        had_none = carried.traditional[e] != 0 or (before.sales[e] > 0 and before.online_sales[e] == 0)
        enough = online >= par.targets_traditional * FEN
        # where all sales are known, a twentieth of them is enough too
        enough = enough or (sales > online > 0 and online * ONE_IN >= sales)
        if split_off or (had_none and enough):
            carried.went_online[e] = 1
            if group == 0:
                sums[TRADITIONAL_ONLINE] += 1
            elif groups[group] == 0 or year < groups[group]:
                groups[group] = year


@rule
def check_sums(by_clause, by_year):
    """Note in TOO_LARGE a year whose sums are beyond what can be counted in fen. No single amount is far above LARGEST, so
    looked at every few enterprises a sum is seen above LARGEST_SUM before it can wrap."""
    for j in range(by_year.shape[0]):
        for total in by_year[j]:
            by_year[j, TOO_LARGE] += total > LARGEST_SUM
        for k in range(by_clause.shape[1]):
            largest = max(by_clause[j, k, ENTITLED], by_clause[j, k, AWARDED], by_clause[j, k, DISPLACED])
            by_year[j, TOO_LARGE] += largest > LARGEST_SUM


@inlined
def enter_awards(law, anyway, row, amounts, bits, supported, support, of_district, by_clause, by_year):
    """Enter what was awarded into the year's sums; bits: of which clauses something may have been, one each. Returns whether anything
    was."""
    anything = rebated = 0
    while bits != 0:
        k = lowest(bits)
        bits &= bits - 1
        if amounts[k] > 0:
            anything = 1
            by_clause[k, RECIPIENTS] += 1
            by_clause[k, AWARDED] += amounts[k]
            rebated |= law.tied >> k & 1
            if k < law.cash:
                by_year[AWARDED_ANYWAY] += amounts[k] * anyway
                if supported != 0 and amounts[k] > support[k] and law.weighs != 0:
                    by_clause[k, DISPLACED] += support[k]
                    by_year[DISPLACED_OF_DISTRICT] += of_district[k]
    by_year[ANY_RECIPIENT] += anything
    if rebated != 0:
        by_year[REBATED_TAX] += row.retained_tax
    return anything != 0
