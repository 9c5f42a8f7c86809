"""四（五） 市级电商认定奖励: a one-off award in the year of a municipal e-commerce certification.

Reading: `certification_scope` (who may take it).
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.law.calendar import date_in_term, year_of
from simulator.law.case import lacks_nothing, never_paid, remember_nothing, stirs_always
from simulator.law.evidence import Evidence
from simulator.law.readings import CertificationScope
from simulator.law.terms import Term

NAMES = ("电商认定奖励", "certification award")
FACTS = ("ecommerce", "online_retailer", "certified_on")
TERMS = (Term("award", "CNY"),)


class Conditions(NamedTuple):
    """What 四（五） asks."""

    certified_this_year: bool
    in_scope: bool
    not_yet_paid: bool


EVIDENCE = {
    "certified_this_year": Evidence("当年新获认定（在政策期内）", "certified this year, in term", ("certified_on",), ("award",)),
    "in_scope": Evidence("属适用对象", "among those covered", ("online_retailer", "ecommerce"),
                         readings=("certification_scope",)),
    "not_yet_paid": Evidence("此前未享受", "not paid before"),
}


@rule
def in_scope(case):
    """Whether the enterprise is among those the award is for, by reading."""
    scope = case.readings.certification_scope
    if scope == CertificationScope.any:
        return True
    if scope == CertificationScope.ecommerce:
        return case.enterprise.ecommerce != 0
    return case.enterprise.online_retailer != 0


@rule
def reachable(enterprise, row, terms, may):
    """An enterprise that is certified or may be."""
    return date_in_term(enterprise.certified_on, terms.policy) or may.certify


@rule
def conditions(case, own):
    """Each condition of 四（五） for this enterprise and year."""
    certified_on = case.enterprise.certified_on
    return Conditions(
        date_in_term(certified_on, case.terms.policy) and year_of(certified_on) == case.year,
        in_scope(case),
        never_paid(own),
    )


@rule
def amount(case, own):
    """The award, in fen."""
    return case.terms.certification_award.award


stirs, remember, lacking = stirs_always, remember_nothing, lacks_nothing
