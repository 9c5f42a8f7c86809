"""五（四）（五） settlement: conduct, no double benefit, clawback, and what is remembered as paid."""

from simulator.compiled import rule
from simulator.law.calendar import year_of
from simulator.law.clauses import SLUGS
from simulator.law.readings import OpeningAwards, ViolationBar

HEADQUARTERS, OPENING = SLUGS.index("headquarters_award"), SLUGS.index("opening_award")


@rule
def eligible(case):
    """五（五） conduct: sound accounts, and not barred by a violation (`violation_bar`)."""
    if case.enterprise.accounts_sound == 0:
        return False
    violated = year_of(case.enterprise.violated_on)
    if violated == 0:
        return True
    if case.readings.violation_bar == ViolationBar.that_year:
        return case.year != violated
    return case.year < violated


@rule
def keep_one_opening_award(readings, amounts):
    """`opening_awards=higher_of`: of 四（一） and 四（二） the lower becomes 0 (ties: 四（一） stays), before settlement."""
    if readings.opening_awards == OpeningAwards.higher_of:
        if amounts[OPENING] > amounts[HEADQUARTERS]:
            amounts[HEADQUARTERS] = 0
        else:
            amounts[OPENING] = 0


@rule
def outbid(amount, existing):
    """五（四） no double benefit: an existing support of the same sum or more leaves this policy nothing to pay."""
    return existing > 0 and amount <= existing


@rule
def record_payment(own, year, amount):
    """Remember an amount (fen, > 0 counts as a paid year) this policy paid under one clause in `year`."""
    if amount > 0:
        own.total += amount
        own.years += 1
        if own.first_year == 0:
            own.first_year = year


@rule
def due_back(case, history, cash):
    """五（五） clawback: in the year of a violation all cash ever paid under this policy, in fen; 0 in other years."""
    if year_of(case.enterprise.violated_on) != case.year:
        return 0
    total = 0
    for k in range(len(cash)):
        if cash[k]:
            total += history[k].total
    return total
