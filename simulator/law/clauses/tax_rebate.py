"""四（四） 税收返还扶持: a share of the rise of the district-retained main taxes, for two years.

The year's contribution decides the band (a number both bands name belongs to the higher), the rise of retained tax over
the year before is what is shared. An enterprise new in the year has base 0 (`new_firm_increment`); any other without a
row of the year before gets nothing, and the year is listed as a data error. Which two years: `rebate_window`.
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.law.calendar import is_new_in, year_in_term, year_of
from simulator.law.case import begins_in_term, within_years
from simulator.law.evidence import Evidence
from simulator.law.readings import NewFirmIncrement, RebateWindow
from simulator.law.terms import Term
from simulator.money import RATE, share_of

NAMES = ("税收返还", "tax rebate")
FACTS = ("settled_on", "online_retailer", "spun_off_on", "vat", "business_tax", "income_tax",
         "retained_tax", "district_contribution")
TERMS = (
    Term("high_contribution", "CNY", threshold=True),
    Term("high_rate", "share"),
    Term("low_contribution", "CNY", threshold=True),
    Term("low_rate", "share"),
    Term("years", "years"),
)


class Conditions(NamedTuple):
    """What 四（四） asks."""

    online_retailer: bool
    has_row: bool
    contribution_reached: bool
    base_known: bool
    tax_rose: bool
    in_window: bool


EVIDENCE = {
    "online_retailer": Evidence("网络零售企业", "online retailer", ("online_retailer",)),
    "has_row": Evidence("有当年数据", "the register has a row of the year"),
    "contribution_reached": Evidence("区级财政贡献额达到下限", "contribution reaches the lower threshold",
                                     ("district_contribution",),
                                     ("low_contribution", "low_rate", "high_contribution", "high_rate")),
    "base_known": Evidence("有上年基数", "base of the year before known", ("settled_on", "spun_off_on"),
                           readings=("new_firm_increment",)),
    "tax_rose": Evidence("区级留成较上年增长", "retained tax rose over the year before", ("retained_tax",),
                         last_year=("retained_tax",)),
    "in_window": Evidence("在两年扶持期内", "within the two years", (), ("years",), ("rebate_window",)),
}


@rule
def base_known(case):
    """Whether there is a base to measure the rise from."""
    if is_new_in(case.enterprise, case.year):
        return case.readings.new_firm_increment == NewFirmIncrement.full
    return case.last_year.present != 0


@rule
def increment(case):
    """Rise of retained tax over the base, never below 0, in fen; 0 without a base."""
    if not base_known(case):
        return 0
    base = 0 if is_new_in(case.enterprise, case.year) else case.last_year.retained_tax
    return max(0, case.this_year.retained_tax - base)


@rule
def qualifies(case):
    """An online retailer's year whose contribution reaches the lower threshold."""
    return (
        case.enterprise.online_retailer != 0
        and case.this_year.present != 0
        and case.this_year.district_contribution >= case.terms.tax_rebate.low_contribution
    )


@rule
def in_window(case, own):
    """Whether the year is one of the supported years, by reading."""
    length, window, policy = case.terms.tax_rebate.years, case.readings.rebate_window, case.terms.policy
    if window == RebateWindow.from_qualifying:
        first = case.year if own.mark == 0 else own.mark
        return year_in_term(first, policy) and case.year < first + length
    if window == RebateWindow.programme:
        return year_in_term(case.year, policy) and case.year < year_of(policy.start) + length
    if window == RebateWindow.any_two:
        return own.years < length and begins_in_term(own, case.year, policy)
    return within_years(own, case.year, length, policy)


@rule
def reachable(enterprise, row, terms, may):
    """An online retailer."""
    return enterprise.online_retailer != 0


@rule
def stirs(figures, terms):
    """A contribution that reaches the lower threshold."""
    return figures.district_contribution >= terms.tax_rebate.low_contribution


@rule
def conditions(case, own):
    """Each condition of 四（四） for this enterprise and year."""
    return Conditions(
        case.enterprise.online_retailer != 0,
        case.this_year.present != 0,
        case.this_year.district_contribution >= case.terms.tax_rebate.low_contribution,
        base_known(case),
        increment(case) > 0,
        in_window(case, own),
    )


@rule
def amount(case, own):
    """The band's rate × the rise, in fen."""
    terms = case.terms.tax_rebate
    high = case.this_year.district_contribution >= terms.high_contribution
    return share_of(increment(case), terms.high_rate if high else terms.low_rate, RATE)


@rule
def remember(case, own, paid, eligible):
    """The first qualifying year in term (`from_qualifying`): whether or not anything is paid or assessable."""
    if own.mark == 0 and eligible and qualifies(case) and year_in_term(case.year, case.terms.policy):
        return case.year
    return own.mark


@rule
def lacking(case, own):
    """The year would count, but an old enterprise has no row of the year before: a data error."""
    return (
        qualifies(case)
        and not is_new_in(case.enterprise, case.year)
        and case.last_year.present == 0
        and in_window(case, own)
    )
