"""四（六） 分离设立奖励: a one-off award for an online retailer split off a traditional enterprise, once it has run a year.

Reading: `spin_off_timing` (first year in term with a full year behind it, or only the year of the anniversary).
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.facts import NO_DATE
from simulator.law.calendar import year_in_term, year_later, year_of
from simulator.law.case import lacks_nothing, never_paid, remember_nothing, stirs_always
from simulator.law.evidence import Evidence
from simulator.law.readings import SpinOffTiming
from simulator.law.terms import Term

NAMES = ("分离设立奖励", "spin-off award")
FACTS = ("online_retailer", "spun_off_on")
TERMS = (Term("award", "CNY"),)


class Conditions(NamedTuple):
    """What 四（六） asks."""

    online_retailer: bool
    spun_off: bool
    in_term: bool
    ran_a_year: bool
    not_yet_paid: bool


EVIDENCE = {
    "online_retailer": Evidence("网络零售企业", "online retailer", ("online_retailer",)),
    "spun_off": Evidence("由区内传统企业分离设立", "split off a traditional enterprise", ("spun_off_on",)),
    "in_term": Evidence("年度在政策期内", "year in term"),
    "ran_a_year": Evidence("运行满一年", "has run for one year", ("spun_off_on",), ("award",), ("spin_off_timing",)),
    "not_yet_paid": Evidence("此前未享受", "not paid before"),
}


@rule
def reachable(enterprise, row, terms, may):
    """An online retailer split off."""
    return enterprise.online_retailer != 0 and enterprise.spun_off_on != NO_DATE


@rule
def conditions(case, own):
    """Each condition of 四（六） for this enterprise and year."""
    spun_off_on = case.enterprise.spun_off_on
    full = year_of(year_later(spun_off_on))
    only_then = case.readings.spin_off_timing == SpinOffTiming.anniversary
    return Conditions(
        case.enterprise.online_retailer != 0,
        spun_off_on != NO_DATE,
        year_in_term(case.year, case.terms.policy),
        spun_off_on != NO_DATE and (full == case.year if only_then else full <= case.year),
        never_paid(own),
    )


@rule
def amount(case, own):
    """The award, in fen."""
    return case.terms.spin_off_award.award


stirs, remember, lacking = stirs_always, remember_nothing, lacks_nothing
