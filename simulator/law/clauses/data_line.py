"""四（九） 数据专线补贴: a share of the year's line lease, capped, for two consecutive calendar years.

The text says "not more than": the rate is scaled by the share the district decides. The support begins with the first
year paid, which must be in term; a year without a line inside the two is lost.
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.law.case import lacks_nothing, remember_nothing, stirs_always, within_years
from simulator.law.evidence import Evidence
from simulator.law.terms import Term
from simulator.money import RATE, share_of

NAMES = ("数据专线补贴", "data line")
FACTS = ("ecommerce", "online_retailer", "line_lease")
TERMS = (
    Term("rate", "share"),
    Term("discretion_share", "share"),
    Term("cap", "CNY"),
    Term("years", "years"),
)


class Conditions(NamedTuple):
    """What 四（九） asks."""

    ecommerce: bool
    line_leased: bool
    in_window: bool


EVIDENCE = {
    "ecommerce": Evidence("电子商务企业", "e-commerce enterprise", ("ecommerce",)),
    "line_leased": Evidence("当年租用数据专线", "leases a data line this year", ("line_lease",), ("rate", "cap")),
    "in_window": Evidence("在两年补贴期内", "within the two years", (), ("years",)),
}


@rule
def reachable(enterprise, row, terms, may):
    """An e-commerce enterprise with a data line."""
    return enterprise.ecommerce != 0 and row.line_lease > 0


@rule
def conditions(case, own):
    """Each condition of 四（九） for this enterprise and year."""
    return Conditions(
        case.enterprise.ecommerce != 0,
        case.this_year.line_lease > 0,
        within_years(own, case.year, case.terms.data_line.years, case.terms.policy),
    )


@rule
def amount(case, own):
    """Rate × share decided × lease, rounded, then capped, in fen."""
    terms = case.terms.data_line
    return min(share_of(case.this_year.line_lease, terms.rate * terms.discretion_share, RATE * RATE), terms.cap)


stirs, remember, lacking = stirs_always, remember_nothing, lacks_nothing
