"""四（八） 平台会员奖励: one-off awards for third-party platforms whose paid members pass three tiers.

Asked: membership income above its threshold in a year of the term, and members above a tier. How the tiers follow one
another is `membership_tiers`; whether being above or rising above counts is `membership_event`.
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.law.calendar import year_in_term
from simulator.law.case import lacks_nothing, stirs_always
from simulator.law.evidence import Evidence
from simulator.law.readings import MembershipEvent, MembershipTiers
from simulator.law.terms import Term

NAMES = ("平台会员奖励", "platform membership award")
FACTS = ("membership_income", "paid_members")
TERMS = (
    Term("income", "CNY", threshold=True),
    Term("tier1_members", "count", threshold=True),
    Term("tier1_award", "CNY"),
    Term("tier2_members", "count", threshold=True),
    Term("tier2_award", "CNY"),
    Term("tier3_members", "count", threshold=True),
    Term("tier3_award", "CNY"),
)


FEWEST_FIRST = (1, 2, 4, 3, 5, 6, 7)  # sets of tiers


class Conditions(NamedTuple):
    """What 四（八） asks."""

    in_term: bool
    income_reached: bool
    tier_reached: bool
    tier_open: bool


EVIDENCE = {
    "in_term": Evidence("年度在政策期内", "year in term"),
    "income_reached": Evidence("年会员会费收入超过门槛", "membership income above the threshold",
                               ("membership_income",), ("income",)),
    "tier_reached": Evidence("注册收费会员突破档位", "paid members pass a tier", ("paid_members",),
                             ("tier1_members", "tier2_members", "tier3_members"), ("membership_event",),
                             ("paid_members",)),
    "tier_open": Evidence("所达档位尚未兑现", "the tier reached is still open", (),
                          ("tier1_award", "tier2_award", "tier3_award"), ("membership_tiers",)),
}


@rule
def tier_reached(case, members):
    """Whether a tier counts as reached in the year: members above it, or risen above it, by reading."""
    if case.this_year.paid_members < members:
        return False
    if case.readings.membership_event == MembershipEvent.crossing:
        return case.last_year.paid_members < members  # no row of the year before: 0 members
    return True


@rule
def tiers_reached(case):
    """The tiers reached in the year, one bit each (1, 2, 4)."""
    terms = case.terms.platform_membership_award
    return (
        tier_reached(case, terms.tier1_members)
        + 2 * tier_reached(case, terms.tier2_members)
        + 4 * tier_reached(case, terms.tier3_members)
    )


@rule
def highest(tiers):
    """The highest tier of a set, as a set of one."""
    return 4 if tiers & 4 else 2 if tiers & 2 else tiers & 1


@rule
def awards_of(case, tiers):
    """Sum of the awards of a set of tiers, in fen."""
    terms = case.terms.platform_membership_award
    total = 0
    if tiers & 1:
        total += terms.tier1_award
    if tiers & 2:
        total += terms.tier2_award
    if tiers & 4:
        total += terms.tier3_award
    return total


@rule
def tiers_due(case, own):
    """The tiers an award of this year would use up, by reading; 0 when none is open."""
    reached, reading = tiers_reached(case), case.readings.membership_tiers
    if reading == MembershipTiers.each:
        return reached & ~own.mark
    if reading == MembershipTiers.first_only and own.years > 0:
        return 0
    if reading == MembershipTiers.each_highest and highest(reached) <= highest(own.mark):
        return 0
    return highest(reached)


@rule
def amount_due(case, own):
    """The award of the tiers due; under `top_up` what is missing to it over all this policy paid. Fen."""
    due = awards_of(case, tiers_due(case, own))
    if case.readings.membership_tiers == MembershipTiers.top_up:
        return max(0, due - own.total)
    return due


@rule
def reachable(enterprise, row, terms, may):
    """A platform with members, or anyone should the thresholds be nothing."""
    own = terms.platform_membership_award
    anyone = own.income <= 0 and min(own.tier1_members, own.tier2_members, own.tier3_members) <= 0
    return row.paid_members > 0 or row.membership_income > 0 or anyone


@rule
def conditions(case, own):
    """Each condition of 四（八） for this enterprise and year."""
    return Conditions(
        year_in_term(case.year, case.terms.policy),
        case.this_year.membership_income >= case.terms.platform_membership_award.income,
        tiers_reached(case) != 0,
        amount_due(case, own) > 0,
    )


@rule
def amount(case, own):
    """The award due, in fen."""
    return amount_due(case, own)


@rule
def tiers_of_payment(case, paid):
    """The tiers a really paid amount stands for, when the register cannot say: under `each` the set whose awards add up
    to it (fewest, then lowest tiers); otherwise the tier with the highest award not above it, the lowest tier if it is below all."""
    if case.readings.membership_tiers == MembershipTiers.each:
        for tiers in FEWEST_FIRST:
            if awards_of(case, tiers) == paid:
                return tiers
    if paid >= awards_of(case, 4):
        return 4
    return 2 if paid >= awards_of(case, 2) else 1


@rule
def remember(case, own, paid, eligible):
    """The tiers paid so far. `own` is still as it was before this year's payment."""
    if paid == 0:
        return own.mark
    due = tiers_due(case, own)
    return own.mark | (due if due and paid == amount_due(case, own) else tiers_of_payment(case, paid))


stirs, lacking = stirs_always, lacks_nothing
