"""四（二） 开办奖励: a one-off share of paid-in capital for online retailers with shops that newly settle.

Asked of registered capital, paid on paid-in capital, in the year of settling.
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.law.calendar import date_in_term, year_of
from simulator.law.case import lacks_nothing, never_paid, newly_settled, remember_nothing, stirs_always
from simulator.law.evidence import Evidence
from simulator.law.terms import Term
from simulator.money import RATE, share_of

NAMES = ("开办奖励", "opening award")
FACTS = ("settled_on", "founded_locally", "registered_capital", "paid_in_capital", "online_retailer", "o2o")
TERMS = (
    Term("registered_capital", "CNY", threshold=True),
    Term("rate", "share"),
)


class Conditions(NamedTuple):
    """What 四（二） asks."""

    newly_settled: bool
    online_retailer: bool
    o2o: bool
    capital_reached: bool
    not_yet_paid: bool


EVIDENCE = {
    "newly_settled": Evidence("当年新落户（在政策期内）", "newly settled this year, in term",
                              ("settled_on", "founded_locally"), readings=("newly_settled",)),
    "online_retailer": Evidence("网络零售企业", "online retailer", ("online_retailer",)),
    "o2o": Evidence("线上线下结合", "sells online and offline combined", ("o2o",)),
    "capital_reached": Evidence("注册资金达到门槛", "registered capital reaches the threshold",
                                ("registered_capital", "paid_in_capital"), ("registered_capital", "rate")),
    "not_yet_paid": Evidence("此前未享受", "not paid before"),
}


@rule
def reachable(enterprise, row, terms, may):
    """An online retailer with shops that settles or has settled."""
    newly = date_in_term(enterprise.settled_on, terms.policy) or may.settle
    return enterprise.online_retailer != 0 and enterprise.o2o != 0 and newly


@rule
def conditions(case, own):
    """Each condition of 四（二） for this enterprise and year."""
    enterprise = case.enterprise
    return Conditions(
        newly_settled(case) and year_of(enterprise.settled_on) == case.year,
        enterprise.online_retailer != 0,
        enterprise.o2o != 0,
        enterprise.registered_capital >= case.terms.opening_award.registered_capital,
        never_paid(own),
    )


@rule
def amount(case, own):
    """Rate × paid-in capital, in fen."""
    return share_of(case.enterprise.paid_in_capital, case.terms.opening_award.rate, RATE)


stirs, remember, lacking = stirs_always, remember_nothing, lacks_nothing
