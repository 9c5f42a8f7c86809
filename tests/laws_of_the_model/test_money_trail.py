"""Where the money goes: entitled, awarded, paid, due back, recovered; to the fen, in every draw.

Played with all uncertainty, with frequent breaches, with and without a register.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from simulator import synthesize
from simulator.engine import totals
from tests.laws_of_the_model.playing import (
    ALL_CAME_ANYWAY,
    EVERYBODY_APPLIES,
    NOBODY_COMES,
    NOBODY_LEAVES,
    assume,
    by_clause,
    cash,
    cube,
    played,
)
from tests.of_2013 import CASH, SLUGS

IN_CASH = np.array(CASH)
PLACES = SLUGS.index("school_places")
BUSY = {
    **assume(
        incumbents__number=100,
        breach__rate=0.2,
        certification__rate=0.2,
        children__rate=0.5,
        regional__a_year=2,
        platforms__number=3,
        platforms__members_median=3000,
        buildings__a_year=2,
        cash__same_year={"low": 0.1, "high": 0.9},
    ),
    "draws": 80,
}


@pytest.fixture(scope="module", params=["drawn incumbents", "register"])
def draws(request):
    """80 draws in which every clause is used and rules are often broken."""
    if request.param == "register":
        people = synthesize(enterprises=200, seed=8)
        return played(BUSY, {"population.known_until": 2013}, population=people)
    return played(BUSY)


def test_what_is_awarded_was_due(draws):
    """0 ≤ awarded ≤ entitled, with no more recipients than enterprises: in every draw, year and clause."""
    assert (cube(draws) >= 0).all() and (cube(draws) <= cube(draws, "entitled")).all()
    assert (cube(draws, "displaced")[:, :, IN_CASH] <= cube(draws)[:, :, IN_CASH]).all()
    assert ((cube(draws) > 0) == (cube(draws, "recipients") > 0)).all()
    assert (cube(draws, "recipients").max(axis=2) <= draws.of_year("recipients")).all()
    assert (draws.of_year("recipients") <= cube(draws, "recipients").sum(axis=2)).all()
    assert cube(draws).sum() < cube(draws, "entitled").sum(), "take-up takes nothing away here"
    assert (cube(draws).sum(axis=(0, 1)) > 0).all(), "some clause is not used here"


def test_all_that_is_awarded_is_paid_and_nothing_else(draws):
    """Σ paid over the cash years = Σ awarded, exactly, by draw and clause; each year's award in its year and the next."""
    awarded = cube(draws)[:, :, IN_CASH]
    paid = draws.paid[:, :, IN_CASH]
    assert np.array_equal(paid.sum(axis=1), awarded.sum(axis=1))
    left = np.zeros_like(awarded[:, 0])
    for j in range(len(draws.years)):
        now = paid[:, j] - left
        share = draws.parameters["cash_same_year"][:, None]
        assert (now >= 0).all() and (now <= awarded[:, j]).all()
        assert np.abs(now - share * awarded[:, j]).max() <= 0.5 + 1e-6
        left = awarded[:, j] - now
    assert np.array_equal(paid[:, -1], left)
    assert draws.cash_years == [*draws.years, draws.years[-1] + 1]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_all_at_once_or_all_a_year_later(share):
    result = played(BUSY, assume(cash__same_year=share), draws=10)
    awarded, nothing = cube(result)[:, :, IN_CASH], np.zeros((10, 1, IN_CASH.sum()), np.int64)
    order = (awarded, nothing) if share else (nothing, awarded)
    assert np.array_equal(result.paid[:, :, IN_CASH], np.concatenate(order, axis=1))


def test_in_kind_never_enters_cash(draws):
    """School places are counted, and are nowhere among the money: not paid, not clawed back."""
    assert cube(draws)[:, :, PLACES].sum() > 0
    assert not draws.paid[:, :, PLACES].any()
    only_places = {f"assumptions.take_up.{slug}": 0 for slug in SLUGS if slug != "school_places"}
    result = played(BUSY, only_places, assume(breach__rate=0.5), draws=10)
    assert by_clause(result, "school_places").sum() > 0
    assert not result.paid.any() and not result.of_year("clawback_due").any() and not result.recovered.any()


def test_no_more_is_due_back_than_was_awarded_before(draws):
    """Clawback up to a year ≤ cash awarded up to the year before, and some of it there is."""
    due, awarded = np.cumsum(draws.of_year("clawback_due"), axis=1), np.cumsum(cash(draws), axis=1)
    assert (draws.of_year("clawback_due") >= 0).all()
    assert not due[:, 0].any(), "nothing has been paid before the first year"
    assert (due[:, 1:] <= awarded[:, :-1]).all()
    assert due[:, -1].sum() > 0.1 * awarded[:, -1].sum()


def test_no_more_comes_back_than_is_due(draws):
    """Recovered ≤ due, a year later, in the share drawn, to the fen."""
    due = draws.of_year("clawback_due")
    assert not draws.recovered[:, 0].any()
    assert (draws.recovered[:, 1:] >= 0).all() and (draws.recovered[:, 1:] <= due).all()
    assert np.abs(draws.recovered[:, 1:] - due * draws.parameters["breach_recovered"][:, None]).max() <= 0.5 + 1e-6
    everything = played(BUSY, assume(breach__recovered=1), draws=10)
    assert np.array_equal(everything.recovered[:, 1:], everything.of_year("clawback_due"))
    assert not played(BUSY, assume(breach__recovered=0), draws=10).recovered.any()


def test_everyone_breaking_a_rule_gives_all_of_it_back():
    """A register known to 2013: in 2014 everyone breaks a rule, all that 2013 brought is due, nothing is awarded again."""
    people = synthesize(enterprises=200, seed=8)
    settings = {**NOBODY_COMES, **NOBODY_LEAVES, **EVERYBODY_APPLIES, "population.known_until": 2013}
    result = played(BUSY, settings, assume(breach__rate=1), population=people, draws=20)
    there = played(BUSY, settings, assume(breach__rate=0), population=people, draws=20)
    assert np.array_equal(result.of_year("clawback_due")[:, 1], cash(result)[:, 0])
    assert cash(result)[:, 0].any() and not cube(result)[:, 1:].any()
    assert cash(there)[:, 1:].any() and not there.of_year("clawback_due")[:, 1:].any()


@pytest.mark.parametrize("end", [date(2013, 12, 31), date(2014, 12, 31), date(2015, 12, 31)])
def test_after_the_policy_only_tails_are_paid(end):
    """One-off awards and places end with the term; rent runs 24 months on, rebates and lines a second year; then nothing."""
    result = played(BUSY, {"policy.end": end, "horizon": end.year + 4, "assumptions.split_offs.earlier": 0}, draws=40)
    year = {y: j for j, y in enumerate(result.years)}
    awarded = {slug: by_clause(result, slug).sum(axis=0) for slug in SLUGS}
    for slug, sums in awarded.items():
        # a split-off has to run for a year first: a term of one year has none
        assert sums[: year[end.year] + 1].any() == (slug != "spin_off_award" or end.year > 2013), slug
        last = {"office_rent": end.year + 2, "tax_rebate": end.year + 1, "data_line": end.year + 1}.get(slug, end.year)
        assert not sums[year[last] + 1 :].any(), slug
        if last > end.year:
            assert sums[year[last]] > 0, f"{slug} has no tail here"
    assert not result.paid[:, year[end.year + 3] + 1 :].any()
    assert result.of_year("online_sales")[:, -1].all(), "enterprises go on"


def test_without_end_nothing_ends():
    """Every clause still pays in 2019, but for the platforms of 2012, whose tiers are used up by then."""
    result = played(BUSY, {"policy.end": None, "horizon": 2019}, draws=20)
    ends = np.array([slug == "platform_membership_award" for slug in SLUGS])
    assert (cube(result)[:, -1].sum(axis=0) > 0)[~ends].all()


def test_policy_without_effect_on_anyone_leaves_taxes_alone():
    """Who came anyway and does not leave for want of support pays the same with the policy and without."""
    still = played(BUSY, ALL_CAME_ANYWAY, assume(exit__after_support=0), draws=20)
    assert np.array_equal(still.of_year("retained_tax_with"), still.of_year("retained_tax_without"))
    drawn = played(BUSY, assume(exit__after_support=0, butfor__offered=1, butfor__startups=0.5), draws=20)
    assert (drawn.of_year("retained_tax_with") >= drawn.of_year("retained_tax_without")).all()
    assert (drawn.of_year("retained_tax_with") > drawn.of_year("retained_tax_without")).any()
    # the counterfactual is the same draw without those who came for the policy: a higher share leaves fewer
    fewer = played(BUSY, assume(exit__after_support=0, butfor__offered=1, butfor__startups=0.9), draws=20)
    assert (fewer.of_year("retained_tax_without") <= drawn.of_year("retained_tax_without")).all()


def test_sums_have_names_and_places(draws):
    """Every sum of the engine has its name, once, and none is left out."""
    assert draws.by_clause.shape[2:] == (len(SLUGS), len(totals.BY_CLAUSE))
    assert draws.by_year.shape[2] == len(totals.BY_YEAR) == len(set(totals.BY_YEAR))
    assert draws.by_clause.dtype == draws.by_year.dtype == draws.paid.dtype == np.int64
