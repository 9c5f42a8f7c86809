"""二（二） 增长奖励: a share of the rise of an online retailer's online sales, capped, in every year of the term.

An invented clause of an invented district: the rise over the year before must reach a share of that year's online sales.
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.law.calendar import year_in_term
from simulator.law.case import lacks_nothing, remember_nothing, stirs_always
from simulator.law.evidence import Evidence
from simulator.law.terms import Term
from simulator.money import RATE, share_of

NAMES = ("增长奖励", "growth award")
FACTS = ("online_retailer", "online_sales")
TERMS = (
    Term("growth", "share", threshold=True),
    Term("rate", "share"),
    Term("cap", "CNY"),
)


class Conditions(NamedTuple):
    """What 二（二） asks."""

    online_retailer: bool
    in_term: bool
    grown: bool


EVIDENCE = {
    "online_retailer": Evidence("网络零售企业", "online retailer", ("online_retailer",)),
    "in_term": Evidence("在政策期内", "in term"),
    "grown": Evidence("网络零售额增长达到比例", "online sales have risen enough", ("online_sales",), ("growth",),
                      last_year=("online_sales",)),
}


@rule
def reachable(enterprise, row, terms, may):
    """An online retailer."""
    return enterprise.online_retailer != 0


@rule
def conditions(case, own):
    """Each condition of 二（二） for this enterprise and year."""
    before, now = case.last_year.online_sales, case.this_year.online_sales
    return Conditions(
        case.enterprise.online_retailer != 0,
        year_in_term(case.year, case.terms.policy),
        before > 0 and now - before >= share_of(before, case.terms.growth_award.growth, RATE),
    )


@rule
def amount(case, own):
    """Rate × rise, rounded, then capped, in fen."""
    terms = case.terms.growth_award
    return min(share_of(case.this_year.online_sales - case.last_year.online_sales, terms.rate, RATE), terms.cap)


stirs, remember, lacking = stirs_always, remember_nothing, lacks_nothing
