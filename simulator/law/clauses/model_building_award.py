"""四（十） 示范楼宇奖励: a one-off award to the operator of a recognised model e-commerce building.

Asked, in a year of the term: recognised, office area and e-commerce occupancy strictly above their thresholds, and one
year in operation by 31 December.
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.facts import NO_DATE
from simulator.law.calendar import year_in_term, year_later, year_of
from simulator.law.case import lacks_nothing, never_paid, remember_nothing, stirs_always
from simulator.law.evidence import Evidence
from simulator.law.terms import Term

NAMES = ("示范楼宇奖励", "model building award")
FACTS = ("building_opened_on", "building_area", "building_occupancy", "building_recognised")
TERMS = (
    Term("area", "m2", threshold=True),
    Term("occupancy", "occupancy", threshold=True),
    Term("award", "CNY"),
)


class Conditions(NamedTuple):
    """What 四（十） asks."""

    in_term: bool
    recognised: bool
    area_reached: bool
    occupancy_reached: bool
    ran_a_year: bool
    not_yet_paid: bool


EVIDENCE = {
    "in_term": Evidence("年度在政策期内", "year in term"),
    "recognised": Evidence("经区政府认定为示范性楼宇", "recognised as a model building", ("building_recognised",), ("award",)),
    "area_reached": Evidence("办公使用面积超过门槛", "office area above the threshold", ("building_area",), ("area",)),
    "occupancy_reached": Evidence("电商入驻率超过门槛", "e-commerce occupancy above the threshold",
                                  ("building_occupancy",), ("occupancy",)),
    "ran_a_year": Evidence("实际运行一年以上", "one year in operation", ("building_opened_on",)),
    "not_yet_paid": Evidence("此前未享受", "not paid before"),
}


@rule
def reachable(enterprise, row, terms, may):
    """A recognised building."""
    return row.building_recognised != 0


@rule
def conditions(case, own):
    """Each condition of 四（十） for this enterprise and year."""
    terms, opened_on = case.terms.model_building_award, case.enterprise.building_opened_on
    return Conditions(
        year_in_term(case.year, case.terms.policy),
        case.this_year.building_recognised != 0,
        case.this_year.building_area >= terms.area,
        case.this_year.building_occupancy >= terms.occupancy,
        opened_on != NO_DATE and year_of(year_later(opened_on)) <= case.year,
        never_paid(own),
    )


@rule
def amount(case, own):
    """The award, in fen."""
    return case.terms.model_building_award.award


stirs, remember, lacking = stirs_always, remember_nothing, lacks_nothing
