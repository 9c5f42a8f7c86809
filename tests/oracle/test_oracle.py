"""The oracle on the worked cases, and on examples worked by hand for what the cases leave out."""

from __future__ import annotations

import csv
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.random_registers import Case, case_registers, random_register, write_csv
from tests.oracle.reading import (
    ANNUAL_COLUMNS,
    DEFAULT_TERMS,
    ENTERPRISE_COLUMNS,
    READINGS,
    Register,
    Result,
    assess,
)

CASES_FILE = Path(__file__).parent.parent / "law" / "cases.yaml"
CASES = list(case_registers(CASES_FILE))
D = Decimal


# ---------------------------------------------------------------------------------- the worked cases


def test_every_case_is_loaded() -> None:
    assert len(CASES) == 86
    assert CASES_FILE.read_text(encoding="utf-8").count("\n- case:") == 86


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Case) -> None:
    result = assess(case.register, readings=case.readings)
    assert result.awards == case.awards
    assert result.displaced == case.displaced


# --------------------------------------------------------------------------- examples worked by hand


def one(
    enterprise: dict[str, Any],
    annual: dict[int, dict[str, Any]],
    support: list[tuple[int, int, Any]] = (),  # type: ignore[assignment]
    paid: list[tuple[int, int, Any]] = (),  # type: ignore[assignment]
    start: date | None = date(2013, 1, 1),
    end: date | None = date(2015, 12, 31),
    terms: dict[str, Any] | None = None,
    **readings: str,
) -> Result:
    """Assess one enterprise, "A"; support and paid rows are (year, clause, amount)."""

    def rows(table: Any) -> list[dict[str, Any]]:
        return [{"enterprise_id": "A", "year": y, "clause": c, "amount": D(x)} for y, c, x in table]

    register = Register(
        enterprises=[{"enterprise_id": "A", **enterprise}],
        annual=[{"enterprise_id": "A", "year": year, **facts} for year, facts in annual.items()],
        existing_support=rows(support),
        paid=rows(paid),
    )
    return assess(register, start=start, end=end, readings=readings, terms=terms)


def given(*args: Any, **more: Any) -> dict[tuple[int, str], Decimal]:
    """The awards of `one`, by year and slug."""
    return {(year, slug): amount for (_, year, slug), amount in one(*args, **more).awards.items()}


def amounts(slug: str, *args: Any, **more: Any) -> dict[int, Decimal]:
    """The awards of one slug, by year; no other may be there."""
    awards = given(*args, **more)
    assert {name for _, name in awards} <= {slug}
    return {year: amount for (year, _), amount in awards.items()}


def blank_years(first: int, last: int) -> dict[int, dict[str, Any]]:
    return {year: {} for year in range(first, last + 1)}


def taxes(**by_year: Any) -> dict[int, dict[str, Any]]:
    """Annual rows with a retained tax: taxes(y2013=1)."""
    return {int(year[1:]): {"retained_tax": D(tax)} for year, tax in by_year.items()}


def every_year(first: int, last: int, **facts: Any) -> dict[int, dict[str, Any]]:
    return {year: dict(facts) for year in range(first, last + 1)}


def members(income: int = 2_000_000, **by_year: int) -> dict[int, dict[str, Any]]:
    return {int(y[1:]): {"membership_income": D(income), "paid_members": n} for y, n in by_year.items()}


HEADQUARTERS = {"settled_on": date(2014, 5, 1), "ecommerce": True}


# 四（一）, 四（二）


def test_discretion_scales_both_headquarters_awards_and_rounds_half_up() -> None:
    terms = {"headquarters_award.discretion_share": D("0.123456789")}
    national = HEADQUARTERS | {"headquarters": "national", "paid_in_capital": D(30_000_000)}
    assert given(national, blank_years(2014, 2014), terms=terms) == {(2014, "headquarters_award"): D("370370.37")}
    below = national | {"paid_in_capital": D("29999999.99")}
    assert given(below, blank_years(2014, 2014), terms=terms, headquarters_fallback="fall_back") == {
        (2014, "headquarters_award"): D("123456.79")
    }


@pytest.mark.parametrize(
    ("capital", "award"),
    [("9999999.99", None), ("10000000", 1_000_000), ("29999999.99", 1_000_000), ("30000000", 3_000_000)],
)
def test_fall_back_still_asks_for_the_regional_threshold(capital: str, award: int | None) -> None:
    national = HEADQUARTERS | {"headquarters": "national", "paid_in_capital": D(capital)}
    expected = {} if award is None else {2014: D(award)}
    rows = blank_years(2014, 2014)
    assert amounts("headquarters_award", national, rows, headquarters_fallback="fall_back") == expected


def test_a_headquarters_is_not_by_itself_ecommerce_but_an_online_retailer_is() -> None:
    plain = {"settled_on": date(2014, 5, 1), "headquarters": "regional", "paid_in_capital": D(10_000_000)}
    rows = blank_years(2014, 2014)
    award = {2014: D(1_000_000)}
    assert amounts("headquarters_award", plain, rows) == {}
    assert amounts("headquarters_award", plain | {"online_retailer": True, "ecommerce": False}, rows) == award
    only_ecommerce = plain | {"ecommerce": True}
    assert amounts("headquarters_award", only_ecommerce, rows) == award
    assert amounts("headquarters_award", only_ecommerce, rows, headquarters_sector="online_retailer") == {}
    assert amounts("headquarters_award", plain, rows, headquarters_sector="any") == award


def test_higher_of_compares_rounded_amounts_and_leaves_a_tie_to_clause_1() -> None:
    firm = {
        "settled_on": date(2014, 5, 1),
        "headquarters": "regional",
        "online_retailer": True,
        "o2o": True,
        "registered_capital": D(2_000_000),
    }
    rows = blank_years(2014, 2014)
    # 3 % of 33 333 333.33 is 999 999.9999, a million once rounded
    tie = given(firm | {"paid_in_capital": D("33333333.33")}, rows, opening_awards="higher_of")
    assert tie == {(2014, "headquarters_award"): D(1_000_000)}
    # 3 % of 33 333 333.67 is 1 000 000.0101
    above = given(firm | {"paid_in_capital": D("33333333.67")}, rows, opening_awards="higher_of")
    assert above == {(2014, "opening_award"): D("1000000.01")}


# 四（三）


def test_rent_of_a_lease_older_than_settling_under_both_clocks() -> None:
    firm = {"settled_on": date(2013, 11, 20), "lease_started_on": date(2012, 1, 1), "ecommerce": True}
    rows = every_year(2013, 2016, rented_area=D(100), rent=D(40), designated_building=True)
    assert amounts("office_rent", firm, rows) == {2013: D(8000)}  # months 23 and 24 of the lease
    assert amounts("office_rent", firm, rows, rent_clock="settling") == {
        2013: D(8000),
        2014: D(48000),
        2015: D(40000),
    }


def test_rent_begun_in_the_last_month_of_the_term_runs_on_for_23_more() -> None:
    firm = {"settled_on": date(2015, 12, 31), "lease_started_on": date(2015, 12, 31), "online_retailer": True}
    rows = every_year(2015, 2018, rented_area=D("10.01"), rent=D("33.33"), designated_building=True)
    assert amounts("office_rent", firm, rows) == {  # 333.6333 a month, rounded once a year
        2015: D("333.63"),
        2016: D("4003.60"),
        2017: D("3669.97"),
    }


def test_rent_never_begins_after_the_term_even_if_settled_within() -> None:
    firm = {"settled_on": date(2015, 12, 31), "lease_started_on": date(2016, 1, 1), "online_retailer": True}
    rows = every_year(2015, 2017, rented_area=D(10), rent=D(30), designated_building=True)
    assert amounts("office_rent", firm, rows) == {}


# 四（四）

RETAILER = {"online_retailer": True}


def test_any_two_pays_its_second_year_after_the_term_and_no_third() -> None:
    rows = taxes(y2014=100_000, y2015=200_000, y2016=150_000, y2017=400_000, y2018=900_000)
    assert amounts("tax_rebate", RETAILER, rows, rebate_window="any_two") == {
        2015: D(30_000),
        2017: D(125_000),
    }
    assert amounts("tax_rebate", RETAILER, rows) == {2015: D(30_000)}


def test_from_qualifying_with_no_rebate_for_a_new_firm() -> None:
    firm = RETAILER | {"settled_on": date(2015, 3, 1)}
    rows = taxes(y2015=60_000, y2016=360_000, y2017=900_000)
    readings = {"rebate_window": "from_qualifying", "new_firm_increment": "none"}
    assert amounts("tax_rebate", firm, rows, **readings) == {2016: D(150_000)}
    # by payment the window cannot begin in 2016
    assert amounts("tax_rebate", firm, rows, new_firm_increment="none") == {}


def test_from_qualifying_counts_a_year_without_base_and_lists_it() -> None:
    rows = taxes(y2013=50_000, y2014=60_000, y2015=160_000)
    result = one(RETAILER, rows, rebate_window="from_qualifying")
    assert result.awards == {("A", 2014, "tax_rebate"): D(3000)}
    assert result.data_errors == [("A", 2013)]


def test_from_qualifying_skips_a_barred_year() -> None:
    firm = RETAILER | {"violated_on": date(2013, 7, 1)}
    rows = taxes(y2012=40_000, y2013=60_000, y2014=70_000, y2015=90_000)
    readings = {"rebate_window": "from_qualifying", "violation_bar": "that_year"}
    assert amounts("tax_rebate", firm, rows, **readings) == {2014: D(3000), 2015: D(6000)}


def test_a_firm_split_off_in_the_tail_year_has_no_base_though_out_of_term() -> None:
    firm = RETAILER | {"spun_off_on": date(2016, 5, 1)}
    rows = taxes(y2014=100_000, y2015=200_000, y2016=250_000)
    assert amounts("tax_rebate", firm, rows) == {2015: D(30_000), 2016: D(75_000)}
    assert amounts("tax_rebate", firm, rows, new_firm_increment="none") == {2015: D(30_000)}


def test_a_missing_base_is_an_error_only_where_it_matters() -> None:
    def errors(firm: dict[str, Any], rows: dict[int, dict[str, Any]], **more: Any) -> list[int]:
        return [year for _, year in one(firm, rows, **more).data_errors]

    assert errors(RETAILER, taxes(y2013=50_000)) == [2013]
    assert errors(RETAILER, taxes(y2013="49999.99")) == []
    assert errors({"ecommerce": True}, taxes(y2013=50_000)) == []
    assert errors(RETAILER | {"accounts_sound": False}, taxes(y2013=50_000)) == []
    assert errors(RETAILER | {"violated_on": date(2012, 1, 1)}, taxes(y2013=50_000)) == []
    assert errors(RETAILER | {"settled_on": date(2013, 1, 1)}, taxes(y2013=50_000)) == []
    assert errors(RETAILER, taxes(y2016=50_000)) == []  # no window can begin after the term
    begun_2013 = taxes(y2012=0, y2013=50_000, y2015=90_000)
    assert errors(RETAILER, begun_2013) == []
    assert errors(RETAILER, begun_2013, rebate_window="any_two") == [2015]
    assert errors(RETAILER, taxes(y2013=60_000, y2015=60_000), paid=[(2013, 5, 1)]) == [2015]


def test_worked_out_tax_is_rounded_before_it_meets_a_threshold_or_a_base() -> None:
    rows = {  # 0.5 × 0.25 × 399 999.96 = 49 999.995
        2012: {"retained_tax": D(10_000)},
        2013: {"vat": D("399999.96")},
        2014: {"retained_tax": D("50000.10")},
    }
    assert amounts("tax_rebate", RETAILER, rows) == {2013: D(12_000), 2014: D("0.03")}


def test_the_shares_of_2017_and_other_shares() -> None:
    rows = {
        2016: {"retained_tax": D(100_000)},
        2017: {"vat": D(400_000), "business_tax": D(2), "income_tax": D(10)},
    }
    # 0.5 × (0.5 × 400 000 + 1 × 2 + 0.4 × 10) = 100 003
    assert amounts("tax_rebate", RETAILER, rows, end=None) == {2017: D("0.90")}
    terms = {"sharing.local_vat_share_from_2017": D("0.6"), "sharing.local_income_tax_share": D(1)}
    # 0.5 × (0.6 × 400 000 + 2 + 10) = 120 006
    assert amounts("tax_rebate", RETAILER, rows, end=None, terms=terms) == {2017: D("6001.80")}


# 四（五）, 四（六）, 四（十）


def test_certification_of_a_plain_enterprise_only_under_any() -> None:
    firm = {"certified_on": date(2015, 12, 31)}
    rows = blank_years(2015, 2015)
    assert amounts("certification_award", firm, rows) == {}
    assert amounts("certification_award", firm, rows, certification_scope="ecommerce") == {}
    assert amounts("certification_award", firm, rows, certification_scope="any") == {2015: D(20_000)}


def test_anniversary_of_29_february_and_outbid_for_good() -> None:
    firm = RETAILER | {"spun_off_on": date(2012, 2, 29)}
    rows = blank_years(2013, 2014)
    outbid = [(2013, 6, 20_000)]
    assert amounts("spin_off_award", firm, rows, spin_off_timing="anniversary") == {2013: D(20_000)}
    assert amounts("spin_off_award", firm, rows, outbid, spin_off_timing="anniversary") == {}
    assert amounts("spin_off_award", firm, rows, outbid) == {2014: D(20_000)}
    late = RETAILER | {"spun_off_on": date(2015, 1, 1)}  # a full year only in 2016
    assert amounts("spin_off_award", late, blank_years(2013, 2016)) == {}


def test_model_building_opened_on_29_february_or_the_last_day_of_a_year() -> None:
    rows = every_year(2013, 2015, building_recognised=True, building_area=D("5000.01"), building_occupancy=D("0.8001"))
    for opened, first in ((date(2012, 2, 29), 2013), (date(2013, 12, 31), 2014), (date(2015, 1, 1), None)):
        expected = {} if first is None else {first: D(100_000)}
        assert amounts("model_building_award", {"building_opened_on": opened}, rows) == expected
    assert amounts("model_building_award", {}, rows) == {}


# 四（七）, 四（九）


def test_half_of_the_line_rate_by_discretion_and_the_cap_after_rounding() -> None:
    rows = {2013: {"line_lease": D("0.03")}, 2014: {"line_lease": D("666666.68")}}
    # 30 % of 0.03 is 0.009: one fen, so the window begins; 30 % of 666 666.68 is 200 000.004
    assert amounts("data_line", {"ecommerce": True}, rows) == {2013: D("0.01"), 2014: D(200_000)}
    terms = {"data_line.discretion_share": D("0.5")}
    # 15 % of 0.03 rounds to nothing, so the window begins in 2014
    rows[2015] = {"line_lease": D("0.30")}  # 0.045
    assert amounts("data_line", {"ecommerce": True}, rows, terms=terms) == {
        2014: D("100000.00"),
        2015: D("0.05"),
    }


def test_line_window_lost_to_a_violation_of_its_second_year() -> None:
    firm = {"ecommerce": True, "violated_on": date(2014, 12, 31)}
    rows = every_year(2013, 2015, line_lease=D(1000))
    assert given(firm, rows, violation_bar="that_year") == {
        (2013, "data_line"): D(300),
        (2014, "clawback"): D(-300),
    }


def test_line_tail_after_the_term() -> None:
    rows = every_year(2015, 2017, line_lease=D(1000))
    assert amounts("data_line", {"ecommerce": True}, rows) == {2015: D(300), 2016: D(300)}
    assert amounts("data_line", {"ecommerce": True}, rows, [(2015, 9, 300)]) == {}


# 四（八）

PLATFORM = "platform_membership_award"


def test_each_pays_an_outbid_tier_with_the_next() -> None:
    rows = members(y2013=1500, y2014=2500, y2015=900)
    assert amounts(PLATFORM, {}, rows, [(2013, 8, 50_000)], membership_tiers="each") == {2014: D(150_000)}
    assert amounts(PLATFORM, {}, rows, [(2013, 8, 50_000)], membership_tiers="first_only") == {2014: D(100_000)}


def test_crossing_of_two_tiers_under_all_four_readings_of_tiers() -> None:
    rows = members(y2012=1500, y2013=5001, y2014=900, y2015=5001)
    expected = {
        "each_highest": {2013: D(200_000)},
        "each": {2013: D(300_000), 2015: D(50_000)},  # the lowest was not crossed in 2013, but in 2015
        "top_up": {2013: D(200_000)},
        "first_only": {2013: D(200_000)},
    }
    assert set(expected) == set(READINGS["membership_tiers"])
    for reading, by_year in expected.items():
        assert amounts(PLATFORM, {}, rows, membership_event="crossing", membership_tiers=reading) == by_year


def test_crossing_without_a_row_of_the_year_before() -> None:
    rows = members(y2012=6000, y2014=6000)
    assert amounts(PLATFORM, {}, rows, membership_event="crossing") == {2014: D(200_000)}


def test_a_crossing_short_of_income_or_outbid_is_gone() -> None:
    rows = members(y2013=1001, y2014=1002)
    poor = members(1_000_000, y2013=1001) | members(y2014=1002)
    assert amounts(PLATFORM, {}, poor, membership_event="crossing") == {}
    assert amounts(PLATFORM, {}, poor) == {2014: D(50_000)}
    assert amounts(PLATFORM, {}, rows, [(2013, 8, 50_000)], membership_event="crossing") == {}


# 五（四）, 五（五）


@pytest.mark.parametrize("payer", ["district", "municipal", "other", None])
def test_the_payer_changes_only_what_the_district_saves(payer: str | None) -> None:
    def register(amount: str) -> Register:
        support = {"enterprise_id": "A", "year": 2013, "clause": 5}
        return Register(
            enterprises=[{"enterprise_id": "A", "online_retailer": True, "certified_on": date(2013, 5, 1)}],
            annual=[{"enterprise_id": "A", "year": 2013}],
            existing_support=[
                support | {"amount": D(amount), "payer": payer},
                support | {"amount": D(5000), "payer": "municipal"},
            ],
        )

    key = ("A", 2013, "certification_award")
    result = assess(register("14999.99"))
    assert result.awards == {key: D(20_000)}
    assert result.displaced == {key: D("19999.99")}
    assert result.displaced_of_district == ({key: D("14999.99")} if payer in ("district", None) else {})
    assert assess(register("15000")) == Result()


def test_nothing_is_displaced_where_this_policy_pays_nothing() -> None:
    firm = {"online_retailer": True, "accounts_sound": False, "certified_on": date(2013, 5, 1)}
    assert one(firm, blank_years(2013, 2013), [(2013, 5, 100), (2013, 7, 100)]) == Result()


def test_a_violation_after_the_last_assessed_year_is_a_warning() -> None:
    firm = RETAILER | {"certified_on": date(2013, 5, 1), "violated_on": date(2016, 1, 1)}
    result = one(firm, blank_years(2013, 2015))
    assert result.awards == {("A", 2013, "certification_award"): D(20_000)}
    assert result.warnings == [("A", date(2016, 1, 1))]
    assert one(firm, blank_years(2013, 2016)).warnings == []


def test_an_enterprise_without_any_row_is_assessed_for_the_years_of_the_table() -> None:
    register = Register(
        enterprises=[
            {"enterprise_id": "A", "online_retailer": True, "spun_off_on": date(2014, 1, 1)},
            {"enterprise_id": "B", "online_retailer": True, "certified_on": date(2015, 1, 1)},
            {"enterprise_id": "C"},
        ],
        annual=[{"enterprise_id": "C", "year": 2014}],
    )
    assert assess(register).awards == {}  # 2015 is not in the table
    register.annual.append({"enterprise_id": "C", "year": 2015})
    assert assess(register).awards == {
        ("A", 2015, "spin_off_award"): D(20_000),
        ("B", 2015, "certification_award"): D(20_000),
    }


# The `paid` table


def test_paid_replaces_the_awards_of_all_enterprises_up_to_its_last_year() -> None:
    register = Register(
        enterprises=[
            {"enterprise_id": "A", "online_retailer": True, "certified_on": date(2013, 5, 1)},
            {"enterprise_id": "B", "online_retailer": True, "certified_on": date(2014, 5, 1)},
            {"enterprise_id": "C", "accounts_sound": False},
            {"enterprise_id": "D", "online_retailer": True, "certified_on": date(2015, 5, 1)},
        ],
        annual=[
            {"enterprise_id": "B", "year": 2014, "executive_children": 2},
            {"enterprise_id": "B", "year": 2015},
        ],
        paid=[{"enterprise_id": "C", "year": 2014, "clause": 1, "amount": D("77.77")}],
    )
    assert assess(register).awards == {
        ("B", 2014, "school_places"): D(2),
        ("C", 2014, "headquarters_award"): D("77.77"),
        ("D", 2015, "certification_award"): D(20_000),
    }


def test_what_was_paid_uses_up_once_and_windows_and_what_was_not_paid_does_not() -> None:
    firm = {"ecommerce": True}
    rows = every_year(2013, 2016, line_lease=D(1000), entry_fee=D(100), trades_locally=True)
    assert given(firm, rows, paid=[(2013, 9, "1.50"), (2013, 7, "2.50")]) == {
        (2013, "data_line"): D("1.50"),
        (2013, "platform_entry_fee"): D("2.50"),
        (2014, "data_line"): D(300),
    }
    assert given(firm, rows, paid=[(2013, 1, 5)]) == {
        (2013, "headquarters_award"): D(5),
        (2014, "platform_entry_fee"): D(60),
        (2014, "data_line"): D(300),
        (2015, "data_line"): D(300),
    }


def test_rebate_window_after_a_paid_year_under_its_three_readings() -> None:
    rows = taxes(y2012=0, y2013=60_000, y2014=50_000, y2015=150_000, y2016=160_000)
    paid = [(2013, 4, "17000")]
    assert amounts("tax_rebate", RETAILER, rows, paid=paid) == {2013: D(17_000)}
    assert amounts("tax_rebate", RETAILER, rows, paid=paid, rebate_window="any_two") == {
        2013: D(17_000),
        2015: D(30_000),
    }
    # 2013 qualified by its facts, so 2013 and 2014 are the window, whatever was paid when
    assert amounts("tax_rebate", RETAILER, rows, paid=[(2014, 4, 9)], rebate_window="from_qualifying") == {2014: D(9)}


def test_paid_amounts_are_clawed_back_up_to_the_violation_year() -> None:
    paid = [(2013, 5, 20_000), (2013, 9, "500.55"), (2014, 9, "300")]
    rows = every_year(2013, 2016, line_lease=D(1000))
    firm = {"ecommerce": True, "violated_on": date(2013, 12, 31)}
    assert given(firm, rows, paid=paid)[2013, "clawback"] == D("-20500.55")
    firm = {"ecommerce": True, "violated_on": date(2015, 1, 1)}
    assert given(firm, rows, paid=paid) == {
        (2013, "certification_award"): D(20_000),
        (2013, "data_line"): D("500.55"),
        (2014, "data_line"): D(300),
        (2015, "clawback"): D("-20800.55"),
    }


def test_existing_support_is_displaced_by_a_higher_paid_amount_only() -> None:
    for support, displaced in (("499.99", D("499.99")), ("500", None), ("500.01", None)):
        result = one({}, blank_years(2013, 2013), [(2013, 3, support)], [(2013, 3, 500)])
        key = ("A", 2013, "office_rent")
        assert result.awards == {key: D(500)}
        assert result.displaced == ({} if displaced is None else {key: displaced})


@pytest.mark.parametrize(
    ("reading", "paid", "later_members", "later_award"),
    [
        ("each", 150_000, 5001, 200_000),  # the lower two
        ("each", 200_000, 5001, 150_000),  # the highest alone
        ("each", 250_000, 5001, 100_000),  # the lowest and the highest
        ("each", 120_000, 5001, 250_000),  # no set fits: the middle one
        ("each", 30_000, 2001, 100_000),  # below every award: the lowest
        ("each_highest", 150_000, 2001, None),
        ("each_highest", 150_000, 5001, 200_000),
        ("each_highest", "49999.99", 1001, None),
        ("each_highest", "49999.99", 2001, 100_000),
        ("top_up", 30_000, 1001, 20_000),
        ("top_up", 120_000, 2001, None),
        ("top_up", 120_000, 5001, 80_000),
        ("first_only", "0.01", 5001, None),
    ],
)
def test_tiers_used_up_by_a_paid_amount(reading: str, paid: Any, later_members: int, later_award: int | None) -> None:
    rows = members(y2014=later_members)
    expected = {2013: D(paid)} | ({} if later_award is None else {2014: D(later_award)})
    assert amounts(PLATFORM, {}, rows, paid=[(2013, 8, paid)], membership_tiers=reading) == expected


# Term, terms, input


def test_a_policy_starting_in_mid_year() -> None:
    start = date(2013, 7, 1)
    firm = RETAILER | {
        "certified_on": date(2013, 6, 30),  # a dated fact: too early
        "spun_off_on": date(2012, 3, 1),  # run a year in 2013, an annual fact
    }
    rows = {2013: {"executive_children": 1}}
    assert given(firm, rows, start=start) == {
        (2013, "spin_off_award"): D(20_000),
        (2013, "school_places"): D(1),
    }


def test_an_open_ended_policy() -> None:
    firm = RETAILER | {"certified_on": date(2018, 5, 1)}
    rows = members(y2018=1001)
    assert given(firm, rows) == {}
    assert given(firm, rows, end=None) == {
        (2018, "certification_award"): D(20_000),
        (2018, PLATFORM): D(50_000),
    }


def test_without_a_start_the_table_says_where_to_begin() -> None:
    firm = RETAILER | {"certified_on": date(2011, 5, 1)}
    assert amounts("certification_award", firm, blank_years(2011, 2012), start=None) == {2011: D(20_000)}
    assert amounts("certification_award", firm, blank_years(2012, 2012), start=None) == {}


EDGE_EXAMPLES: dict[str, tuple[dict[str, Any], dict[int, dict[str, Any]]]] = {
    "headquarters_award.national_capital": (
        HEADQUARTERS | {"headquarters": "national", "paid_in_capital": D(30_000_000)},
        blank_years(2014, 2014),
    ),
    "headquarters_award.regional_capital": (
        HEADQUARTERS | {"headquarters": "regional", "paid_in_capital": D(10_000_000)},
        blank_years(2014, 2014),
    ),
    "opening_award.registered_capital": (
        {
            "settled_on": date(2014, 5, 1),
            "online_retailer": True,
            "o2o": True,
            "registered_capital": D(2_000_000),
            "paid_in_capital": D(1),
        },
        blank_years(2014, 2014),
    ),
    "tax_rebate.high_threshold": (RETAILER, taxes(y2013=0, y2014=300_000)),
    "tax_rebate.low_threshold": (RETAILER, taxes(y2013=0, y2014=50_000)),
    "platform_membership_award.income": ({}, members(1_000_000, y2014=1001)),
    "platform_membership_award.tier_1.members": ({}, members(y2014=1000)),
    "platform_membership_award.tier_2.members": ({}, members(y2014=2000)),
    "platform_membership_award.tier_3.members": ({}, members(y2014=5000)),
    "model_building_award.area": (
        {"building_opened_on": date(2012, 1, 1)},
        every_year(2014, 2014, building_recognised=True, building_area=D(5000), building_occupancy=D("0.8001")),
    ),
    "model_building_award.occupancy": (
        {"building_opened_on": date(2012, 1, 1)},
        every_year(2014, 2014, building_recognised=True, building_area=D("5000.01"), building_occupancy=D("0.80")),
    ),
}


def test_every_threshold_has_an_edge_and_an_example() -> None:
    edges = {name.removesuffix(".edge") for name in DEFAULT_TERMS if name.endswith(".edge")}
    assert edges == set(EDGE_EXAMPLES)


@pytest.mark.parametrize("threshold", EDGE_EXAMPLES)
def test_flipping_an_edge_matters_exactly_on_the_number(threshold: str) -> None:
    firm, rows = EDGE_EXAMPLES[threshold]
    inclusive = given(firm, rows, terms={threshold + ".edge": "at_least"})
    strict = given(firm, rows, terms={threshold + ".edge": "more_than"})
    assert sum(inclusive.values()) > sum(strict.values())
    default = inclusive if DEFAULT_TERMS[threshold + ".edge"] == "at_least" else strict
    assert given(firm, rows) == default


def test_what_does_not_exist_is_refused() -> None:
    for readings in ({"rent_clok": "lease"}, {"rent_clock": "leese"}):
        with pytest.raises(ValueError):
            assess(Register(), readings=readings)
    for terms in ({"tax_rebate.rate": D(1)}, {"tax_rebate.low_threshold.edge": "about"}):
        with pytest.raises(ValueError):
            assess(Register(), terms=terms)
    with pytest.raises(TypeError):
        assess(Register(), terms={"tax_rebate.low_rate": 0.3})
    with pytest.raises(ValueError):
        one({"onlineretailer": True}, {})
    with pytest.raises(ValueError):
        one({}, {2013: {}}, [(2013, 11, 1)])


# ---------------------------------------------------------------------------------- random registers


def test_random_registers_repeat_and_touch_every_heading() -> None:
    register = random_register(400, seed=5, with_paid=True)
    assert register == random_register(400, seed=5, with_paid=True)
    assert register.paid and register.existing_support
    result = assess(random_register(400, seed=5))
    assert len({slug for _, _, slug in result.awards}) == 12
    assert result.displaced and result.data_errors and result.warnings


def test_the_order_of_rows_does_not_matter() -> None:
    register = random_register(200, seed=6, with_paid=True)
    rng = random.Random(1)
    mixed = Register(**{name: rng.sample(rows, len(rows)) for name, rows in vars(register).items()})
    for readings in ({}, {switch: values[-1] for switch, values in READINGS.items()}):
        one_way, other_way = assess(register, readings=readings), assess(mixed, readings=readings)
        assert one_way.awards == other_way.awards
        assert one_way.displaced == other_way.displaced
        assert sorted(one_way.data_errors) == sorted(other_way.data_errors)


def test_csv_files_carry_all_columns_and_leave_blanks_empty(tmp_path: Path) -> None:
    register = random_register(50, seed=7, with_paid=True)
    write_csv(register, tmp_path, random.Random(1))
    for name, columns, rows in (
        ("enterprises", ENTERPRISE_COLUMNS, register.enterprises),
        ("annual", ANNUAL_COLUMNS, register.annual),
    ):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        assert tuple(read[0]) == columns
        assert len(read) == len(rows)
        assert not any("None" in row.values() or "True" in row.values() for row in read)
    assert (tmp_path / "paid.csv").exists()
    write_csv(Register(register.enterprises, register.annual), tmp_path)
    assert not (tmp_path / "paid.csv").exists()
    assert not (tmp_path / "existing_support.csv").exists()


# ------------------------------------------------------------------- readings of the second edition


def test_who_is_newly_settled() -> None:
    firm = {
        "settled_on": date(2013, 6, 1),
        "headquarters": "regional",
        "online_retailer": True,
        "o2o": True,
        "registered_capital": D(40_000_000),
        "paid_in_capital": D(40_000_000),
        "founded_locally": True,
        "lease_started_on": date(2013, 6, 1),
    }
    rows = {2013: {"rented_area": D(100), "rent": D(40), "designated_building": True, "retained_tax": D(60_000)}}
    everything = {
        (2013, "headquarters_award"): D(1_000_000),
        (2013, "opening_award"): D(1_200_000),
        (2013, "office_rent"): D(28_000),
        (2013, "tax_rebate"): D(18_000),
    }
    assert given(firm, rows) == everything
    outside = {"newly_settled": "from_outside"}
    assert given(firm, rows, **outside) == {(2013, "tax_rebate"): D(18_000)}  # 四（四） asks for new, not settled
    assert given(firm | {"founded_locally": None}, rows, **outside) == everything


@pytest.mark.parametrize(
    ("months", "leased", "settled", "expected"),
    [
        (24, date(2013, 7, 10), date(2013, 7, 10), {2013: 6, 2014: 12}),
        (24, date(2013, 12, 31), date(2013, 12, 31), {2013: 1, 2014: 12}),
        (24, date(2012, 11, 1), date(2013, 5, 1), {2013: 8}),  # the clock's year is 2012
        (18, date(2013, 7, 1), date(2013, 7, 1), {2013: 6, 2014: 12}),  # a year and a half makes two
        (25, date(2013, 7, 1), date(2013, 7, 1), {2013: 6, 2014: 12, 2015: 12}),
        (12, date(2013, 7, 1), date(2013, 7, 1), {2013: 6}),
    ],
)
def test_the_rent_of_calendar_years(months: int, leased: date, settled: date, expected: dict[int, int]) -> None:
    firm = {"settled_on": settled, "lease_started_on": leased, "ecommerce": True}
    rows = {year: {"rented_area": D(100), "rent": D(10), "designated_building": True} for year in range(2013, 2018)}
    found = given(firm, rows, rent_window="calendar_years", terms={"office_rent.months": D(months)})
    assert found == {(year, "office_rent"): D(1_000 * count) for year, count in expected.items()}


def test_the_rent_of_calendar_years_by_the_settling_clock() -> None:
    firm = {"settled_on": date(2013, 10, 1), "lease_started_on": date(2014, 3, 1), "ecommerce": True}
    rows = {year: {"rented_area": D(100), "rent": D(10), "designated_building": True} for year in range(2013, 2017)}
    readings = {"rent_window": "calendar_years", "rent_clock": "settling"}
    assert given(firm, rows, **readings) == {(2014, "office_rent"): D(10_000)}


def test_the_rebate_of_the_programmes_own_years() -> None:
    firm = {"online_retailer": True}
    rows = {year: {"retained_tax": D(tax)} for year, tax in {2012: 100_000, 2013: 90_000, 2014: 200_000, 2015: 400_000}.items()}
    own = {"rebate_window": "programme"}
    assert given(firm, rows, **own) == {(2014, "tax_rebate"): D(33_000)}
    assert given(firm, rows, **own, start=date(2013, 7, 1)) == {(2014, "tax_rebate"): D(33_000)}
    assert given(firm, rows, **own, start=date(2014, 7, 1)) == {(2014, "tax_rebate"): D(33_000), (2015, "tax_rebate"): D(100_000)}
    ends = {"start": date(2014, 1, 1), "end": date(2014, 12, 31)}
    assert given(firm, rows, **own, **ends) == {(2014, "tax_rebate"): D(33_000)}


def test_accounts_that_cease_to_be_sound() -> None:
    firm = {"online_retailer": True, "certified_on": date(2013, 5, 1), "unsound_on": date(2014, 5, 1)}
    rows = {2013: {}, 2014: {"line_lease": D(100_000)}, 2015: {"line_lease": D(100_000)}}
    award = {(2013, "certification_award"): D(20_000)}
    lines = {(2014, "data_line"): D(30_000), (2015, "data_line"): D(30_000)}
    back = {(2014, "clawback"): D(-20_000)}
    both = {"clawback_trigger": "violations_and_accounts"}
    assert given(firm, rows) == award | lines
    assert given(firm, rows, **both) == award | back
    one_year = given(firm, rows, **both, violation_bar="that_year")
    assert one_year == award | back | {(2015, "data_line"): D(30_000)}
    later = firm | {"violated_on": date(2015, 1, 1)}
    assert given(later, rows, **both) == award | back  # the earlier day counts, and alone
    earlier = firm | {"violated_on": date(2013, 1, 1)}
    assert given(earlier, rows, **both) == {}
