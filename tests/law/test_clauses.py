"""Clauses where random registers seldom go: 四（八）'s tiers and what a real payment says of them; an award of one fen."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from simulator import assess, explain
from simulator.law.assessment import settle
from simulator.law.explanation import NOT_DUE
from simulator.law.policy import ELIGIBLE
from simulator.population.readers import read_population
from tests.law.against_oracle import baseline
from tests.of_2013 import CATALOGUE, SLUGS
from tests.population.registers import full, write

ALL, TWO, NONE = 6_000, 2_500, 900  # paid members: above all three tiers, above two, above none
AS_WRITTEN = (50_000, 100_000, 200_000)


def platform(folder, members: tuple[int, ...], paid: int = 0):
    """A platform with these members from 2013 on; what it was really paid in 2013, CNY."""
    years = [
        {"enterprise_id": "E1", "year": 2013 + n, "membership_income": 9_000_000, "paid_members": count} for n, count in enumerate(members)
    ]
    rows = [{"enterprise_id": "E1", "year": 2013, "clause": 8, "amount": paid}] if paid else []
    tables = {"paid": full("paid", *rows)} if rows else {}
    one = {"enterprise_id": "E1", "name": "平台", "ecommerce": 1, "sector": "platform"}
    return read_population(write(folder, enterprises=full("enterprises", one), annual=full("annual", *years), **tables))


def read_as(reading: str, awards: tuple[int, ...] = AS_WRITTEN):
    """The baseline with a reading of the tiers, and with other awards of the three."""
    return baseline().set(
        {"interpretation.membership_tiers": reading}
        | {f"law.platform_membership_award.tier{n}_award": award for n, award in enumerate(awards, start=1)}
    )


@pytest.mark.parametrize(
    "reading, awards, members, paid, later",
    [
        # each tier once: the payment is the set of tiers that adds up to it
        *(
            ("each", AS_WRITTEN, (NONE, ALL), paid, 350_000 - paid)
            for paid in (50_000, 100_000, 150_000, 200_000, 250_000, 300_000, 350_000)
        ),
        ("each", AS_WRITTEN, (NONE, ALL), 60_000, 300_000),  # no set: the tier whose award it reaches
        ("each", AS_WRITTEN, (NONE, ALL), 199_999, 250_000),
        ("each", (50_000, 150_000, 200_000), (NONE, TWO), 200_000, 200_000),  # the fewest tiers that add up to it: the third
        ("each", (80_000, 50_000, 200_000), (NONE, ALL), 80_000, 250_000),  # awards that fall: still what adds up to it
        ("each", (50_000, 300_000, 200_000), (NONE, ALL), 300_000, 250_000),
        ("each", (50_000, 150_000, 200_000), (TWO, TWO), 200_000, 0),  # just what was due: the two tiers, not the third
        # the highest alone: the tier with the highest award not above the payment
        ("each_highest", (50_000, 100_000, 120_000), (NONE, ALL), 150_000, 0),
        ("each_highest", AS_WRITTEN, (NONE, ALL), 199_999, 200_000),
        ("each_highest", AS_WRITTEN, (NONE, TWO), 1_000, 100_000),
        ("each_highest", (50_000, 300_000, 200_000), (TWO, ALL), 300_000, 200_000),  # just what was due: the second tier
    ],
)
def test_what_was_really_paid_says_which_tiers_are_used_up(reading, awards, members, paid, later, tmp_path):
    table = assess(platform(tmp_path, members, paid), read_as(reading, awards)).table()
    found = table[(table["year"] == 2014) & (table["clause"] == "platform_membership_award")]["amount"].sum()
    assert found == later


def test_a_tier_that_is_used_up_is_reported_as_not_open(tmp_path):
    reported = explain(platform(tmp_path, (TWO, 1_200, 2_600)), "E1", baseline(), 2015)
    (year,) = reported.years
    (line,) = [one for one in year.clauses if one.slug == "platform_membership_award"]
    assert line.outcome == NOT_DUE
    assert {condition.name: condition.held for condition in line.findings} == {
        "in_term": True,
        "income_reached": True,
        "tier_reached": True,
        "tier_open": False,
    }


@pytest.mark.parametrize("paid, displaced", [(9_999.99, 0), (10_000, 0), (10_000.01, 10_000)])
def test_a_real_payment_displaces_an_existing_support_that_is_less(paid, displaced, tmp_path):
    """五（四）: where both were the same, the existing one was left to pay."""

    def row(amount):
        return {"enterprise_id": "E1", "year": 2013, "clause": SLUGS.index("certification_award") + 1, "amount": amount}

    people = read_population(
        write(
            tmp_path,
            enterprises=full("enterprises", {"enterprise_id": "E1", "name": "甲", "ecommerce": 1}),
            paid=full("paid", row(paid)),
            annual=full("annual", {"enterprise_id": "E1", "year": 2013}),
            existing_support=full("existing_support", row(10_000)),
        )
    )
    table = assess(people, baseline()).table().set_index("clause")
    (year,) = explain(people, "E1", baseline(), 2013).years
    (line,) = [one for one in year.clauses if one.slug == "certification_award"]
    assert table.loc["certification_award", ["amount", "displaced"]].tolist() == [paid, displaced]
    assert (line.award, line.displaced) == (round(paid * 100), displaced * 100)


def headquarters(folder):
    """A national headquarters that sells online and in shops, settled in 2013, with 90 million paid in."""
    one = {
        "enterprise_id": "E1",
        "name": "总部",
        "ecommerce": 1,
        "online_retailer": 1,
        "o2o": 1,
        "headquarters": "national",
        "settled_on": "2013-05-01",
        "registered_capital": 90_000_000,
        "paid_in_capital": 90_000_000,
    }
    return read_population(
        write(folder, enterprises=full("enterprises", one), annual=full("annual", {"enterprise_id": "E1", "year": 2013}))
    )


def test_an_award_of_one_fen_is_one(tmp_path):
    one_fen = baseline().set({"law.headquarters_award.national_award": 0.01, "law.headquarters_award.discretion_share": 1})
    assert assess(headquarters(tmp_path), one_fen).table().set_index("clause")["amount"]["headquarters_award"] == 0.01


@pytest.mark.parametrize("headquarters_award, kept", [(2_700_000, "headquarters_award"), (2_699_999.99, "opening_award")])
def test_of_two_opening_awards_of_the_same_sum_the_headquarters_is_kept(headquarters_award, kept, tmp_path):
    higher_of = baseline().set(
        {
            "interpretation.opening_awards": "higher_of",
            "law.headquarters_award.discretion_share": 1,
            "law.headquarters_award.national_award": headquarters_award,
            "law.opening_award.rate": 0.03,
        }
    )
    assert set(assess(headquarters(tmp_path), higher_of).table()["clause"]) & {"headquarters_award", "opening_award"} == {kept}


def test_two_clauses_remember_more_than_what_they_paid():
    assert {clause.slug for clause in CATALOGUE if clause.mark is not None} == {"tax_rebate", "platform_membership_award"}


def test_a_clause_that_is_not_offered_misses_no_fact(tmp_path):
    one = {"enterprise_id": "E1", "name": "甲", "ecommerce": 1, "online_retailer": 1}
    year = {"enterprise_id": "E1", "year": 2013, "vat": 9_000_000, "district_contribution": 5_000_000}  # and no row of 2012
    people = read_population(write(tmp_path, enterprises=full("enterprises", one), annual=full("annual", year)))
    (error,) = [p for p in assess(people, baseline()).problems if p.severity == "data error"]
    assert error.cause.startswith("tax_rebate: no row of the year before") and error.remedy == "add the row of 2012"
    without = assess(people, baseline().set({"law.tax_rebate.offered": False})).problems
    assert [p for p in without if p.severity == "data error"] == []


@pytest.mark.parametrize(
    ("conduct", "weighs", "amounts", "displaced"),
    [
        (ELIGIBLE, 1, [6, 0, 6, 6], [0, 0, 5, 0]),
        (ELIGIBLE, 0, [6, 6, 6, 6], [0, 0, 0, 0]),
        (0, 1, [0, 0, 0, 0], [0, 0, 0, 0]),
    ],
)
def test_settlement_says_all_whatever_stood_there(conduct, weighs, amounts, displaced):
    """Of existing support of nothing, as much, and less."""
    given, found = np.full(4, 6), np.full(4, 77)
    settle.py_func(SimpleNamespace(cash=4, weighs=weighs), conduct, np.array([0, 6, 5, 0]), given, found)
    assert (given.tolist(), found.tolist()) == (amounts, displaced)
