"""Which clauses could ever matter to an enterprise, or in a year: never too few, and no more than its marks allow.

The Monte Carlo engine leaves out the rest (`reachable`, `stirs`): one too few would lose awards, one too many only time.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from simulator import assess, facts, load_scenario, synthesize
from simulator.engine.window import laid_over
from simulator.law.case import Figures, May, stirs_always
from simulator.law.clauses import CATALOGUE, SLUGS

NEVER, EVER = May(settle=False, certify=False), May(settle=True, certify=True)
TERM = np.rec.array([(20130401, 20151231, 0)], [(name, np.int64) for name in ("start", "end", "withdrawn")])[0]
SETTLED, ONLINE = {"settled_on": 20130520}, {"online_retailer": 1}
# for each clause the least marks of an enterprise, of a row, and what time may bring instead of one of them
LEAST = {
    "headquarters_award": (SETTLED | {"headquarters": facts.REGIONAL}, {}, {"settled_on"}),
    "opening_award": (SETTLED | ONLINE | {"o2o": 1}, {}, {"settled_on"}),
    "office_rent": (SETTLED | {"ecommerce": 1}, {"designated_building": 1}, {"settled_on"}),
    "tax_rebate": (ONLINE, {}, set()),
    "certification_award": ({"certified_on": 20140101}, {}, {"certified_on"}),
    "spin_off_award": (ONLINE | {"spun_off_on": 20120101}, {}, set()),
    "platform_entry_fee": ({}, {"entry_fee": 1}, set()),
    "platform_membership_award": ({}, {"paid_members": 1}, set()),
    "data_line": ({"ecommerce": 1}, {"line_lease": 1}, set()),
    "model_building_award": ({}, {"building_recognised": 1}, set()),
    "school_places": (ONLINE, {}, set()),
}


def record(dtype, marks):
    return SimpleNamespace(**{name: marks.get(name, 0) for name in dtype.names})


def reachable(slug, enterprise, row, may, **tiers):
    terms = {"income": 1, "tier1_members": 1, "tier2_members": 1, "tier3_members": 1} | tiers
    rule = CATALOGUE[SLUGS.index(slug)].reachable
    return bool(getattr(rule, "py_func", rule)(
        record(facts.ENTERPRISE, enterprise), record(facts.ANNUAL, row),
        SimpleNamespace(platform_membership_award=SimpleNamespace(**terms), policy=TERM), may))


def test_every_clause_has_its_least_marks():
    assert tuple(LEAST) == SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_the_least_marks_reach_a_clause_and_without_one_of_them_it_is_out_of_reach(slug):
    enterprise, row, may_come = LEAST[slug]
    assert reachable(slug, enterprise, row, NEVER)
    for mark in (*enterprise, *row):
        without = ({k: v for k, v in marks.items() if k != mark} for marks in (enterprise, row))
        enterprise_without, row_without = without
        assert not reachable(slug, enterprise_without, row_without, NEVER), mark
        assert reachable(slug, enterprise_without, row_without, EVER) == (mark in may_come), mark


def test_a_platform_is_one_by_members_or_by_income_or_where_the_tiers_ask_for_nothing():
    slug = "platform_membership_award"
    assert reachable(slug, {}, {"membership_income": 1}, NEVER)
    assert not reachable(slug, {}, {}, NEVER)
    for tier in ("tier1_members", "tier2_members", "tier3_members"):
        assert reachable(slug, {}, {}, NEVER, income=0, **{tier: 0})
        assert not reachable(slug, {}, {}, NEVER, income=1, **{tier: 0})
    assert not reachable(slug, {}, {}, NEVER, income=0)


@pytest.mark.parametrize("slug, figure, least, terms", [
    ("tax_rebate", "district_contribution", 30_000_000, SimpleNamespace(low_contribution=30_000_000)),
    ("school_places", "executive_children", 1, None),
])
def test_a_year_stirs_a_clause_from_its_edge_on(slug, figure, least, terms):
    rule = CATALOGUE[SLUGS.index(slug)].stirs
    for value in (least - 1, least):
        figures = Figures(*(value if name == figure else 0 for name in Figures._fields))
        stirred = getattr(rule, "py_func", rule)(figures, SimpleNamespace(**{slug: terms}))
        assert bool(stirred) == (value == least), value


def test_no_year_stills_the_other_clauses():
    still = {slug for slug, clause in zip(SLUGS, CATALOGUE, strict=True) if clause.stirs is not stirs_always}
    assert still == {"tax_rebate", "school_places"} and getattr(stirs_always, "py_func", stirs_always)(None, None)


@pytest.mark.plays_draws
def test_what_is_awarded_was_within_reach_and_stirred():
    """An invented register under the law: no award of a clause that the engine would have left out."""
    register, scenario = synthesize(enterprises=1500), load_scenario("baseline")
    awarded = assess(register, scenario)
    window, seen = laid_over(register, scenario.law, int(awarded.years[0]), int(awarded.years[-1])), set()
    for i, j, k in np.argwhere(awarded.awards > 0):
        row, terms, clause = window.annual[i, j + 1], window.terms[j + 1], CATALOGUE[k]
        assert clause.reachable(register.enterprises[i], row, terms, NEVER), SLUGS[k]
        assert clause.stirs(Figures(*(row[name] for name in Figures._fields)), terms), SLUGS[k]
        seen.add(SLUGS[k])
    assert {"tax_rebate", "school_places", "data_line"} <= seen
