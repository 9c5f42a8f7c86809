"""四（三） 办公用房租金补助: rent of newly settled e-commerce enterprises in designated buildings, for the first 24 months.

The months run by the clock (`rent_clock`: from the lease or from settling; `rent_window`: so many months, or the calendar
years they make), paid or not; the month it starts in counts whole, and no month before settling
counts. The area is capped. Rounded once, on the year's sum. The support must begin in term; its tail runs on.
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.facts import AREA, NO_DATE, RENT
from simulator.law.calendar import date_in_term, month_of
from simulator.law.case import begins_in_term, lacks_nothing, newly_settled, remember_nothing, stirs_always
from simulator.law.evidence import Evidence
from simulator.law.readings import RentClock, RentWindow
from simulator.law.terms import Term
from simulator.money import FEN, RATE, share_of

NAMES = ("租金补助", "office rent")
FACTS = ("settled_on", "founded_locally", "ecommerce", "online_retailer", "lease_started_on", "rented_area", "rent",
         "designated_building")
TERMS = (
    Term("rate", "share"),
    Term("max_area", "m2"),
    Term("months", "months"),
)
# rent × area × months is in units of 1 / (RENT · AREA) yuan; of that the rate's share, in fen
WHOLE = RENT * AREA // FEN * RATE


class Conditions(NamedTuple):
    """What 四（三） asks."""

    newly_settled: bool
    ecommerce: bool
    designated_building: bool
    months_left: bool
    begins_in_term: bool


EVIDENCE = {
    "newly_settled": Evidence("新落户（在政策期内）", "newly settled, in term", ("settled_on", "founded_locally"),
                              readings=("newly_settled",)),
    "ecommerce": Evidence("电子商务企业", "e-commerce enterprise", ("ecommerce",)),
    "designated_building": Evidence("租用区政府指定商务楼宇", "office in a designated building",
                                    ("designated_building", "rented_area", "rent"), ("rate", "max_area")),
    "months_left": Evidence("当年有月份在前两年之内", "months of the year within the clock",
                            ("lease_started_on", "settled_on"), ("months",), ("rent_clock", "rent_window")),
    "begins_in_term": Evidence("首次兑现在政策期内", "begins in term"),
}


@rule
def months_due(case):
    """Months of the year that the support covers (0…12)."""
    enterprise = case.enterprise
    if enterprise.lease_started_on == NO_DATE or enterprise.settled_on == NO_DATE:
        return 0
    settled, leased = month_of(enterprise.settled_on), month_of(enterprise.lease_started_on)
    clock = settled if case.readings.rent_clock == RentClock.settling else leased
    months = case.terms.office_rent.months
    end = clock + months
    if case.readings.rent_window == RentWindow.calendar_years:
        end = (clock // 12 + (months + 11) // 12) * 12
    return max(0, min(end, case.year * 12 + 12) - max(settled, leased, case.year * 12))


@rule
def reachable(enterprise, row, terms, may):
    """An e-commerce enterprise in a designated building that settles or has settled."""
    newly = date_in_term(enterprise.settled_on, terms.policy) or may.settle
    return enterprise.ecommerce != 0 and row.designated_building != 0 and newly


@rule
def conditions(case, own):
    """Each condition of 四（三） for this enterprise and year."""
    enterprise, policy = case.enterprise, case.terms.policy
    return Conditions(
        newly_settled(case),
        enterprise.ecommerce != 0,
        case.this_year.designated_building != 0,
        months_due(case) > 0,
        begins_in_term(own, case.year, policy),
    )


@rule
def amount(case, own):
    """Rate × monthly rent × area up to the cap × months, in fen."""
    area = min(case.this_year.rented_area, case.terms.office_rent.max_area)
    return share_of(case.this_year.rent * area * months_due(case), case.terms.office_rent.rate, WHOLE)


stirs, remember, lacking = stirs_always, remember_nothing, lacks_nothing
