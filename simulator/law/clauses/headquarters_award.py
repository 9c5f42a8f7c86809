"""四（一） 总部开办奖励: a one-off award for national and regional headquarters or settlement centres that newly settle.

A national centre with enough paid-in capital takes the national award, a regional one the regional award, in the year it
settles. The text says "at most": the award is the cap times the share the district decides (`discretion_share`).
Readings: `headquarters_sector` (who counts), `headquarters_fallback` (a national centre below its own threshold).
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.facts import NATIONAL, NONE, REGIONAL
from simulator.law.calendar import date_in_term, year_of
from simulator.law.case import lacks_nothing, never_paid, newly_settled, remember_nothing, stirs_always
from simulator.law.evidence import Evidence
from simulator.law.readings import HeadquartersFallback, HeadquartersSector
from simulator.law.terms import Term
from simulator.money import RATE, share_of

NAMES = ("总部开办奖励", "headquarters award")
FACTS = ("settled_on", "founded_locally", "paid_in_capital", "ecommerce", "online_retailer", "headquarters")
TERMS = (
    Term("national_capital", "CNY", threshold=True),
    Term("national_award", "CNY"),
    Term("regional_capital", "CNY", threshold=True),
    Term("regional_award", "CNY"),
    Term("discretion_share", "share"),
)


class Conditions(NamedTuple):
    """What 四（一） asks."""

    newly_settled: bool
    in_sector: bool
    is_headquarters: bool
    capital_reached: bool
    not_yet_paid: bool


EVIDENCE = {
    "newly_settled": Evidence("当年新落户（在政策期内）", "newly settled this year, in term",
                              ("settled_on", "founded_locally"), readings=("newly_settled",)),
    "in_sector": Evidence("属适用行业", "in the sector covered", ("ecommerce", "online_retailer"),
                          readings=("headquarters_sector",)),
    "is_headquarters": Evidence("为全国或区域总部（结算中心）", "national or regional headquarters", ("headquarters",)),
    "capital_reached": Evidence("实缴资本达到门槛", "paid-in capital reaches the threshold",
                                ("headquarters", "paid_in_capital"), ("national_capital", "regional_capital"),
                                ("headquarters_fallback",)),
    "not_yet_paid": Evidence("此前未享受", "not paid before"),
}


@rule
def award_reached(case):
    """The award (fen) the paid-in capital reaches for this kind of headquarters; 0 if none."""
    enterprise, terms = case.enterprise, case.terms.headquarters_award
    regional = enterprise.headquarters == REGIONAL
    if enterprise.headquarters == NATIONAL:
        if enterprise.paid_in_capital >= terms.national_capital:
            return terms.national_award
        regional = case.readings.headquarters_fallback == HeadquartersFallback.fall_back
    if regional and enterprise.paid_in_capital >= terms.regional_capital:
        return terms.regional_award
    return 0


@rule
def in_sector(case):
    """Whether the enterprise's sector is covered, by reading."""
    sector = case.readings.headquarters_sector
    if sector == HeadquartersSector.any:
        return True
    if sector == HeadquartersSector.online_retailer:
        return case.enterprise.online_retailer != 0
    return case.enterprise.ecommerce != 0


@rule
def reachable(enterprise, row, terms, may):
    """A headquarters that settles or has settled."""
    return enterprise.headquarters != NONE and (date_in_term(enterprise.settled_on, terms.policy) or may.settle)


@rule
def conditions(case, own):
    """Each condition of 四（一） for this enterprise and year."""
    return Conditions(
        newly_settled(case) and year_of(case.enterprise.settled_on) == case.year,
        in_sector(case),
        case.enterprise.headquarters != NONE,
        award_reached(case) > 0,
        never_paid(own),
    )


@rule
def amount(case, own):
    """The award reached × the share decided, in fen."""
    return share_of(award_reached(case), case.terms.headquarters_award.discretion_share, RATE)


stirs, remember, lacking = stirs_always, remember_nothing, lacks_nothing
