"""四（十一） 子女入学: school places for children of senior managers of online retailers, every year of the term.

In kind: counted in places, never added to cash and never clawed back. What a place costs is an assumption
(`assumptions.per_pupil_cost`), not a number of the law.
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.law.calendar import year_in_term
from simulator.law.case import lacks_nothing, remember_nothing
from simulator.law.evidence import Evidence

NAMES = ("子女入学", "school places")
FACTS = ("online_retailer", "executive_children")
TERMS = ()


class Conditions(NamedTuple):
    """What 四（十一） asks."""

    in_term: bool
    online_retailer: bool
    children: bool


EVIDENCE = {
    "in_term": Evidence("年度在政策期内", "year in term"),
    "online_retailer": Evidence("网络零售企业", "online retailer", ("online_retailer",)),
    "children": Evidence("高管子女申请就学", "children of senior managers asking for a place", ("executive_children",)),
}


@rule
def reachable(enterprise, row, terms, may):
    """An online retailer."""
    return enterprise.online_retailer != 0


@rule
def stirs(figures, terms):
    """Children of senior managers."""
    return figures.executive_children > 0


@rule
def conditions(case, own):
    """Each condition of 四（十一） for this enterprise and year."""
    return Conditions(
        year_in_term(case.year, case.terms.policy),
        case.enterprise.online_retailer != 0,
        case.this_year.executive_children > 0,
    )


@rule
def amount(case, own):
    """Places asked for."""
    return case.this_year.executive_children


remember, lacking = remember_nothing, lacks_nothing
