"""五（四）（五） settlement: conduct, no double benefit, clawback, and what is remembered as paid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.compiled import rule
from simulator.facts import NO_DATE
from simulator.law.calendar import year_of
from simulator.law.clauses import SLUGS
from simulator.law.readings import ClawbackTrigger, OpeningAwards, ViolationBar

HEADQUARTERS, OPENING = SLUGS.index("headquarters_award"), SLUGS.index("opening_award")


@rule
def breached_on(enterprise, readings):
    """The day of the breach that 五（五） looks at, 0 for none: a violation; under `violations_and_accounts` also the day
    accounts ceased to be sound, whichever came first."""
    violated, unsound = enterprise.violated_on, enterprise.unsound_on
    if readings.clawback_trigger == ClawbackTrigger.violations or unsound == NO_DATE:
        return violated
    return unsound if violated == NO_DATE else min(violated, unsound)


def breaches(enterprises: np.ndarray, interpretation: Mapping[str, str]) -> np.ndarray:
    """`breached_on` of ENTERPRISE records (n,) under the chosen readings (switch → reading)."""
    violated, unsound = enterprises["violated_on"], enterprises["unsound_on"]
    if interpretation["clawback_trigger"] == ClawbackTrigger.violations.name:
        return violated
    return np.where((unsound != NO_DATE) & ((violated == NO_DATE) | (unsound < violated)), unsound, violated)


@rule
def eligible(case):
    """五（五） conduct: sound accounts, and not barred by a breach (`clawback_trigger`, `violation_bar`)."""
    if case.enterprise.accounts_sound == 0:
        return False
    violated = year_of(breached_on(case.enterprise, case.readings))
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
    if year_of(breached_on(case.enterprise, case.readings)) != case.year:
        return 0
    total = 0
    for k in range(len(cash)):
        if cash[k]:
            total += history[k].total
    return total
