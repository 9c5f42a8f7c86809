"""The law file: every number of the text with its unit and edge; every fault named with line, path and remedy, at once."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest

from simulator.errors import LawError
from simulator.law.readings import check, compile_readings, defaults
from simulator.law.shipped import default_law
from simulator.law.terms import NO_END, UNITS
from tests.faults import texts_of
from tests.law.of_the_text import OF_THE_TEXT
from tests.of_2013 import SLUGS, SWITCHES

ARTICLES = dict(zip(SLUGS, (f"四（{n}）" for n in "一 二 三 四 五 六 七 八 九 十 十一".split()), strict=True))


@pytest.fixture(scope="module")
def law():
    return default_law()


# ---------------------------------------------------------------------------------- what the shipped file says


def test_every_number_of_the_text_is_there_with_unit_and_edge(law):
    found = {path: (number.at(2013), number.unit, number.edge) for path, number in law.numbers.items()}
    assert found == OF_THE_TEXT


def test_local_vat_share_changes_in_2016_and_2017(law):
    shares = [law.numbers["sharing.local_vat_share"].at(year) for year in (1990, 1994, 2015, 2016, 2017, 2100)]
    assert shares == [D("0.25"), D("0.25"), D("0.25"), D("0.4167"), D("0.5"), D("0.5")]


def test_every_clause_and_number_cites_its_article(law):
    assert {slug: law.blocks[slug].article for slug in ARTICLES} == ARTICLES
    for path, number in law.numbers.items():
        assert number.article == law.blocks[path.partition(".")[0]].article
        assert any("一" <= c <= "鿿" for c in number.zh) and number.en.isascii()


def test_the_term_is_2013_to_2015(law):
    assert (law.start, law.end) == (datetime.date(2013, 1, 1), datetime.date(2015, 12, 31))
    assert default_law().policy.targets_year == 2015  # 二: what is to be reached by then


# ------------------------------------------------------------------------------------------- single faults


def test_dates_are_set_one_by_one_or_all_together(law):
    def rates(changed):
        return [changed.numbers["tax_rebate.high_rate"].at(year) for year in (2013, 2014, 2015, 2016)]

    later = law.set({"tax_rebate.high_rate@2015": D("0.4")})
    assert rates(later) == [D("0.5"), D("0.5"), D("0.4"), D("0.4")]
    both = law.set({"tax_rebate.high_rate@2016": D("0.1"), "tax_rebate.high_rate@2014": D("0.2")})
    assert rates(both) == [D("0.5"), D("0.2"), D("0.2"), D("0.1")]
    assert rates(later.set({"tax_rebate.high_rate@2015": D("0.3")})) == [D("0.5"), D("0.5"), D("0.3"), D("0.3")]
    assert rates(law.set({"tax_rebate.high_rate": {2013: D("0.5"), 2014: D("0.6")}})) == [D("0.5")] + [D("0.6")] * 3
    assert rates(later.set({"tax_rebate.high_rate": D("0.1")})) == [D("0.1")] * 4  # without a date: for all years
    assert rates(law) == [D("0.5")] * 4  # and the law itself stays as it was


@pytest.mark.parametrize(
    "path", ["tax_rebate.high_rate@", "tax_rebate.high_rate@15", "tax_rebate.high_rate@1989", "tax_rebate.high_rate@2101"]
)
def test_a_date_that_is_no_year_is_refused(law, path):
    assert texts_of(law.set, {path: D("0.4")}) == [f"law.{path}: has no year after @ → write e.g. @2015"]


def test_a_number_is_kept_by_the_years_it_holds_from(law):
    def years(changes, path="tax_rebate.high_rate"):
        return law.set(changes).numbers[path].values

    share = law.numbers["sharing.local_vat_share"].values
    assert years({}) == {1900: D("0.5")} and len(share) == 3
    assert years({"tax_rebate.high_rate": D("0.4")}) == {1900: D("0.4")}
    assert years({"tax_rebate.high_rate@1990": D("0.4"), "tax_rebate.high_rate@2100": D("0.3")}) == {
        1900: D("0.5"),
        1990: D("0.4"),
        2100: D("0.3"),
    }
    assert years({"sharing.local_vat_share": D("0.3")}, "sharing.local_vat_share") == {min(share): D("0.3")}


def test_what_is_too_many_is_taken_for_per_cent_of_shares_alone(law):
    assert texts_of(law.set, {"tax_rebate.years": 60}) == ["law.tax_rebate.years: 60 lies outside 0 … 50 years → check the unit"]


def test_a_policy_not_in_force_has_no_days(law):
    policy = law.set({"policy.in_force": False}).compile([2013]).head[0]
    assert (policy["start"], policy["end"]) == (0, 0)


def test_a_change_is_checked_like_the_file_and_all_at_once(law):
    changes = {
        "tax_rebate.hihg_rate": 1,
        "tax_rebate.high_rate@2015": 50,
        "data_line.cap": "much",
        "policy.start": None,
        "policy.end": 2015,
        "office_rent.months": D("1.5"),
        "data_line.rate": float("nan"),
    }
    assert texts_of(law.set, changes) == [
        "law.tax_rebate.hihg_rate: is no number of the law → did you mean law.tax_rebate.high_rate?",
        "law.tax_rebate.high_rate@2015: 50 lies outside 0 … 1 share → write 0.5 for 50 %",
        "law.data_line.cap: is 'much' → write a number in CNY, or {year: number}",
        "policy.start: is none → write a date as 2013-01-01",
        "policy.end: is 2015 → write a date as 2013-01-01 or none",
        "law.office_rent.months: 1.5 is finer than 1/1 months → round it",
        "law.data_line.rate: NaN lies outside 0 … 1 share → check the unit",
    ]
    assert texts_of(law.set, {"policy.end": datetime.date(2012, 12, 31)}) == [
        "policy.end: 2012-12-31 lies before policy.start 2013-01-01 → exchange them"
    ]


# what the widest sensible number of each unit is, and how fine it may be: written down a second time
WIDEST = {
    "CNY": (D(10**11), 100),
    "share": (D(1), 10_000),
    "m2": (D(50_000), 100),
    "occupancy": (D(1), 1_000_000),
    "count": (D(10**9), 1),
    "months": (D(600), 1),
    "years": (D(50), 1),
}


def test_each_unit_has_its_widest_and_its_finest_number():
    assert {name: (UNITS[name].high, UNITS[name].scale) for name in WIDEST} == WIDEST


@pytest.mark.parametrize("given, remedy", [("100", "write 1 for 100 %"), ("100.01", "check the unit"), ("1.01", "write 0.0101 for 1.01 %")])
def test_a_share_above_one_is_taken_for_per_cent_up_to_a_hundred(law, given, remedy):
    assert texts_of(law.set, {"tax_rebate.high_rate": D(given)}) == [
        f"law.tax_rebate.high_rate: {given} lies outside 0 … 1 share → {remedy}"
    ]


def test_a_misspelt_reading_is_reported_the_one_meant():
    assert [str(p) for p in check(default_law().policy, {"opening_awards": "higer_of"})] == [
        "interpretation.opening_awards: has no reading 'higer_of' → did you mean higher_of?"
    ]
    assert [str(p) for p in check(default_law().policy, {"opening_award": "higher_of", "opening_awards": "qqqq", "qqqq": 1}, "here")] == [
        "here.opening_award: is no interpretation switch → did you mean opening_awards?",
        f"here.opening_awards: has no reading 'qqqq' → one of {', '.join(SWITCHES['opening_awards'].names)}",
        f"here.qqqq: is no interpretation switch → one of {', '.join(SWITCHES)}",
    ]
    assert check(default_law().policy, {name: reading for name, switch in SWITCHES.items() for reading in switch.names[-1:]}) == []
    with pytest.raises(LawError, match="is no interpretation switch"):
        compile_readings(default_law().policy, {"qqqq": 1})


def test_a_reading_called_none_may_be_written_as_yaml_reads_it():
    name = next(name for name, switch in SWITCHES.items() if "none" in switch.names)

    def code(chosen):
        return compile_readings(default_law().policy, chosen)[list(SWITCHES).index(name)]

    assert code({name: None}) == code({name: "none"}) != code({})
    policy = default_law().policy
    assert (compile_readings(policy, defaults(policy)) == compile_readings(policy, {})).all()


def test_a_law_cannot_be_changed_in_place(law):
    number = law.numbers["data_line.cap"]
    for change in (
        lambda: setattr(law, "start", None),
        lambda: law.numbers.__setitem__("data_line.cap", number),
        lambda: law.blocks.pop("data_line"),
        lambda: setattr(number, "unit", "share"),
        lambda: number.values.__setitem__(1900, D(1)),
    ):
        with pytest.raises((AttributeError, TypeError)):
            change()


# ------------------------------------------------------------------------------- compiled to machine numbers


@pytest.mark.parametrize(
    "path, zh, en",
    [
        ("headquarters_award.national_capital", "≥ 30,000,000 元", "≥ 30,000,000 CNY"),
        ("platform_membership_award.income", "> 1,000,000 元", "> 1,000,000 CNY"),
        ("model_building_award.occupancy", "> 80%", "> 80%"),
        ("model_building_award.area", "> 5,000 平方米", "> 5,000 m2"),
        ("opening_award.rate", "3%", "3%"),
        ("office_rent.rate", "100%", "100%"),
        ("office_rent.months", "24 月", "24 months"),
    ],
)
def test_a_number_is_shown_with_edge_and_unit(law, path, zh, en):
    assert law.numbers[path].shown(2013, "zh") == zh
    assert law.numbers[path].shown(2013, "en") == en


@pytest.mark.parametrize("share, text", [(1, "100%"), (0, "0%"), ("0.1", "10%"), ("0.005", "0.5%"), ("0.9999", "99.99%")])
def test_a_share_keeps_the_zeros_of_its_number(law, share, text):
    assert law.set({"tax_rebate.high_rate": D(share)}).numbers["tax_rebate.high_rate"].shown(2013) == text


def test_a_policy_is_in_force_or_not(law):
    assert law.in_force and not law.set({"policy.in_force": False}).in_force
    assert texts_of(law.set, {"policy.in_force": 0}) == ["policy.in_force: is 0 → write true or false"]


def test_a_compiled_law_holds_every_number_and_the_dates(law):
    compiled = law.compile([2012, 2016])
    assert (compiled.head["start"].tolist(), compiled.head["end"].tolist()) == ([20130101] * 2, [20151231] * 2)
    assert law.set({"policy.end": None}).compile([2013]).head["end"][0] == NO_END
    assert compiled.head["local_vat_share"].tolist() == [2500, 4167]
    for t, path in enumerate(law.policy.number_paths):
        number = law.numbers[path]
        assert compiled.numbers[0, t] == number.at(2012) * number.scale, path
