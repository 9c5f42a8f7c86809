"""Raising a probability or a number of the law only adds, draw by draw; and clauses leave one another alone.

Where the model is truly monotone: take-up that does not depend on the sum at stake (an enterprise that applied earlier
has its two years earlier), nobody leaving because rent support ends, arrivals that do not follow the support offered, and
office space for all.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.laws_of_the_model.playing import (
    ALL_CAME_ANYWAY,
    assume,
    by_clause,
    cube,
    fingerprint,
    played,
    scenario,
)
from tests.of_2013 import CASH, SLUGS

# everything may happen, and often enough for each clause to be used in a few draws
LIVELY = {
    **ALL_CAME_ANYWAY,
    **assume(
        take_up__size_elasticity=0,
        exit__after_support=0,
        existing__share=0,
        office__stock=1e8,
        incumbents__number=60,
        platforms__number=3,
        platforms__members_median=3000,
        buildings__a_year=2,
        regional__a_year=2,
        national__a_year=1,
        certification__rate=0.2,
        breach__rate=0.1,
        line__fee_median=400_000,
    ),
    "draws": 30,
}
TAKE_UP = [f"assumptions.take_up.{slug}" for slug in SLUGS]
AWARDS = {  # the numbers of the law that a clause's sum grows with
    "headquarters_award": ("national_award", "regional_award", "discretion_share"),
    "opening_award": ("rate",),
    "office_rent": ("rate", "max_area"),
    "tax_rebate": ("low_rate", "high_rate"),
    "certification_award": ("award",),
    "spin_off_award": ("award",),
    "platform_entry_fee": ("rate",),
    "platform_membership_award": ("tier1_award", "tier2_award", "tier3_award"),
    "data_line": ("rate", "cap"),
    "model_building_award": ("award",),
}
SCALED = [(slug, term) for slug, terms in AWARDS.items() for term in terms]


@pytest.fixture(scope="module")
def lively():
    return played(LIVELY)


def others(slug: str) -> np.ndarray:
    return np.array([name != slug for name in SLUGS])


def test_every_clause_is_used(lively):
    """What follows asks something of every clause."""
    assert (cube(lively, "recipients").sum(axis=(0, 1)) > 10).all(), dict(
        zip(SLUGS, cube(lively, "recipients").sum(axis=(0, 1)), strict=True)
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_more_take_up_only_adds(lively, slug):
    """Of one clause: its recipients and sums never fall, in any draw and year; every other clause keeps its sums."""
    path = f"assumptions.take_up.{slug}"
    steps = [played(LIVELY, {path: rate}) for rate in (0.0, 0.35, 0.6, 1.0)]
    for less, more in itertools.pairwise(steps):
        for measure in ("recipients", "awarded"):
            fewer, further = by_clause(less, slug, measure), by_clause(more, slug, measure)
            assert (further >= fewer).all()
            assert further.sum() > fewer.sum()
        assert np.array_equal(cube(less)[:, :, others(slug)], cube(more)[:, :, others(slug)])
    assert not by_clause(steps[0], slug).any()
    assert np.array_equal(by_clause(steps[-1], slug), by_clause(steps[-1], slug, "entitled"))


@pytest.mark.parametrize(("slug", "term"), SCALED, ids=[f"{s}.{t}" for s, t in SCALED])
def test_a_larger_award_never_costs_less(slug, term):
    """Each number a clause's sum grows with: at 80 % of it no draw costs more, some cost less; other clauses the same."""
    base = scenario(LIVELY)
    number = base.law.numbers[f"{slug}.{term}"].at(2013)
    less = played(LIVELY, {f"law.{slug}.{term}": (number * 8 / 10).quantize(number) if number > 100 else number * 8 / 10})
    more = played(LIVELY)
    assert (by_clause(less, slug) <= by_clause(more, slug)).all()
    assert by_clause(less, slug).sum() < by_clause(more, slug).sum()
    assert np.array_equal(cube(less)[:, :, others(slug)], cube(more)[:, :, others(slug)])


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug in AWARDS])
def test_a_clause_switched_off_leaves_the_others_their_sums(lively, slug):
    """All its amounts 0: nothing under the clause, and the very same sums under every other."""
    off = played(LIVELY, {f"law.{slug}.{term}": 0 for term in AWARDS[slug]})
    assert not cube(off)[:, :, ~others(slug)].any()
    for measure in ("recipients", "entitled", "awarded", "displaced"):
        assert np.array_equal(cube(off, measure)[:, :, others(slug)], cube(lively, measure)[:, :, others(slug)])


ADDING = {  # path: (less, more); every enterprise more, or longer there, can only cost more
    "startups.a_year": (20, 60),
    "regional.a_year": (0.5, 2),
    "national.a_year": (0.2, 1),
    "split_offs.a_year": (0.5, 3),
    "traditional.a_year": (1, 5),
    "joiners.a_year": (20, 300),
    "buildings.a_year": (0.1, 2),
    "platforms.number": (0.5, 4),
    "certification.rate": (0.02, 0.3),
    "line.prevalence": (0.05, 0.5),
    "office.designated_share": (0.1, 0.7),
    "children.rate": (0.01, 0.5),
    "o2o_share": (0.1, 0.5),
    "discretion.headquarters_award": (0.4, 0.9),
}


@pytest.mark.parametrize("path", ADDING)
def test_raising_an_assumption_only_adds(path):
    """In no draw, year or clause less is paid; in the sum more is."""
    less, more = (played(LIVELY, {f"assumptions.{path}": value}) for value in ADDING[path])
    assert (cube(more) >= cube(less)).all()
    assert (cube(more, "recipients") >= cube(less, "recipients")).all()
    if path == "traditional.a_year":  # no clause is for them; they count for the target of 二
        assert more.of_year("traditional_online").sum() > less.of_year("traditional_online").sum()
    else:
        assert cube(more).sum() > cube(less).sum()


@pytest.mark.parametrize("path", ["exit.incumbents", "exit.year1", "exit.year2", "breach.rate"])
def test_raising_a_hazard_only_takes_away(path):
    """Whoever leaves earlier or breaks a rule gets no more, in any draw, year or clause; of clauses that go by taxes or members that
    holds of breaches alone: who stays grows by what the leavers free."""
    less, more = (cube(played(LIVELY, {f"assumptions.{path}": value})) for value in (0.01, 0.5))
    if path.startswith("exit."):
        flat = others("tax_rebate") & others("platform_membership_award")
        less, more = less[:, :, flat], more[:, :, flat]
    assert (more <= less).all()
    assert more.sum() < less.sum()
    less, more = (played(LIVELY, {f"assumptions.{path}": value}) for value in (0.01, 0.5))
    assert (more.of_year("enterprises") <= less.of_year("enterprises")).all()


def test_more_space_only_adds_rent_support():
    """Designated offices of one size: a larger stock takes support from nobody, and concerns no other clause. (Of
    different sizes that is not so: with more space a large one may come first that leaves two small ones without.)"""
    alike = assume(office__area_log_sd=0, office__area_median=100)
    steps = [played(LIVELY, alike, assume(office__stock=stock)) for stock in (0, 99.9, 500, 5_000, 1e8)]
    for less, more in itertools.pairwise(steps):
        assert (by_clause(more, "office_rent") >= by_clause(less, "office_rent")).all()
        assert np.array_equal(cube(less)[:, :, others("office_rent")], cube(more)[:, :, others("office_rent")])
    totals = [by_clause(step, "office_rent").sum() for step in steps]
    assert totals[0] == totals[1] == 0 < totals[2] < totals[3] < totals[4]


def test_where_the_model_is_not_monotone_the_test_can_tell():
    """Support that attracts: with leaving after support the same comparison fails, so it is no empty one."""
    leaving = {**LIVELY, **assume(exit__after_support=1.0, butfor__offered=1, butfor__startups=1)}
    less, more = (played(leaving, {"assumptions.take_up.office_rent": rate}) for rate in (0.0, 1.0))
    assert not (cube(more)[:, :, others("office_rent")] >= cube(less)[:, :, others("office_rent")]).all()


def test_what_has_no_part_in_a_run_changes_no_byte():
    """The sums at stake that take-up belongs to, at elasticity 0; the numbers of the targets under any assumption."""
    one = played(LIVELY)
    assert fingerprint(one) != fingerprint(played(LIVELY, assume(o2o_share=0.5)))
    for slug, is_cash in zip(SLUGS, CASH, strict=True):
        if is_cash:
            other = played(LIVELY, {f"assumptions.typical_sum.{slug}": 1})
            assert np.array_equal(one.by_clause, other.by_clause) and np.array_equal(one.by_year, other.by_year)
