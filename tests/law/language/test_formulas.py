"""What formulas come to, in plain Python and in machine code alike."""

from __future__ import annotations

import re

import pytest

from simulator.law.language.formula import FUNCTIONS
from simulator.law.policyfile import examine
from tests.law.language.writing import HEAD, Facts, both, comes_to, document, faults, law_of_formulas

FEN = 100
CASES = [  # formula, facts in stored units, fen
    ("rate * online_sales", {"online_sales": 1_000_000_01}, 30_000_000 + 0),
    ("min(rate * online_sales, cap)", {"online_sales": 10**12}, 20_000_000),
    ("max(cap, 1元)", {}, 20_000_000),
    (
        "steps(online_sales - last_year.online_sales, step) * 1万元",
        {"online_sales": 599_999_999, "last_year__online_sales": 100_000_000},
        4_000_000,
    ),
    (
        "每满(网络零售额 - 上年.网络零售额, 一档) × 1万元",
        {"online_sales": 600_000_000, "last_year__online_sales": 100_000_000},
        5_000_000,
    ),
    ("steps(last_year.online_sales - online_sales, step) * 1万元", {"online_sales": 600_000_000}, 0),
    ("each * parcels", {"parcels": 3}, 165),
    ("each * parcels", {"parcels": 10**9}, 55_000_000_000),
    ("exports * exchange", {"exports": 1_00}, 650),
    ("tier(parcels >= {least: 1万元, 2000件: 2万元})", {"parcels": 999}, 0),
    ("tier(parcels >= {least: 1万元, 2000件: 2万元})", {"parcels": 1000}, 1_000_000),
    ("tier(parcels > {least: 1万元, 2000件: 2万元}, 5元)", {"parcels": 1000}, 500),
    ("分档(快递件数 > {件数: 1万元, 2000件: 2万元}, 否则=5元)", {"parcels": 2001}, 2_000_000),
    ("cap if ecommerce else 1元", {"ecommerce": 1}, 20_000_000),
    ("如果(电子商务企业, 上限, 1元)", {}, 100),
    ("if(ecommerce, cap, 1元) + IF(and(ecommerce, o2o), cap, 0)", {"ecommerce": 1}, 20_000_000),
    ("cap if (ecommerce) else if(or(o2o, online_retailer), 2元, 1元)", {"o2o": 1}, 200),
    ("floor(online_sales, 1000元)", {"online_sales": 199_999}, 100_000),
    ("floor(parcels / 3) * 1元", {"parcels": 11}, 300),
    ("ceil(parcels / 3) * 1元", {"parcels": 10}, 400),
    ("round(online_sales * 0.5)", {"online_sales": 3}, 2),
    ("round(online_sales, 100元)", {"online_sales": 15_000}, 20_000),
    ("cap / 3", {}, 6_666_667),
    (
        "months_in(year, from=month(settled_on), to=month(settled_on) + months) / 12个月 * cap",
        {"settled_on": 20160701},
        10_000_000,
    ),
    ("月数(本年, 自=月份(落户日期), 至=月份(落户日期) + months) / 12个月 * 上限", {"settled_on": 20160701}, 10_000_000),
    ("age(opened_on) / 1年 * 1元", {"opened_on": 20100601}, 600),
    ("(year - year(opened_on)) / 1年 * 1元", {"opened_on": 20100601}, 600),
    ("in_year(2015).online_sales * rate", {"last_year__online_sales": 1000}, 300),
    ("2015年.网络零售额 * rate + 某年(2015年).网络零售额 * rate", {"last_year__online_sales": 1000}, 600),
    ("in_year(2017).online_sales * rate", {"online_sales": 1000, "last_year__online_sales": 1000}, 0),  # is to come
    ("year_before_last.online_sales * rate", {"ago2__online_sales": 1000, "last_year__online_sales": 7}, 300),
    ("前年.网络零售额 * rate", {"ago2__online_sales": 1000}, 300),
    ("大前年.快递件数 * each", {"ago3__parcels": 1000}, 55_000),
    ("years_ago(7).online_sales * rate + 几年前(1).网络零售额 * rate", {"ago7__online_sales": 1000, "last_year__online_sales": 100}, 330),
    ("years_ago(9).online_sales * rate", {"online_sales": 1000}, 0),  # before the first row
    ("online_sales − 10元", {"online_sales": 500}, 0),
    ("２０万元 ＋ 1元", {}, 20_000_100),
    ("=rate * online_sales", {"online_sales": 1000}, 300),
    ("numbers.rate * facts.online_sales", {"online_sales": 1000}, 300),
    ("数值.比例 * 数据.网络零售额", {"online_sales": 1000}, 300),
]
CONDITIONS = [  # condition, facts, whether it holds
    ("online_sales >= 500万元", {"online_sales": 500_000_000}, True),
    ("online_sales > 500万元", {"online_sales": 500_000_000}, False),
    ("网络零售额 ≥ 500万元", {"online_sales": 499_999_999}, False),
    ("online_sales >= 500万", {"online_sales": 500_000_000}, None),
    ("settled_on in term", {"settled_on": 20171231}, True),
    ("settled_on in term", {"settled_on": 20180101}, False),
    ("settled_on in term", {}, False),
    ("settled_on is none", {}, True),
    ("known(settled_on)", {}, False),
    ("落户日期 >= 2015-03-01", {"settled_on": 20150301}, True),
    ("settled_on < 2015年3月1日", {"settled_on": 20150301}, False),
    ("settled_on < 2015-03-01", {}, False),
    ("year(settled_on) == year", {"settled_on": 20160301}, True),
    ("year == 2016", {}, True),
    ("2015 <= year < 2017", {}, True),
    ("settled_on + 1年 <= end_of_year(year)", {"settled_on": 20160101}, False),
    ("years_after(settled_on, 1年) <= end_of_year(year)", {"settled_on": 20151231}, True),
    ("earliest(settled_on, opened_on) < 2016-01-01", {"settled_on": 20160301, "opened_on": 20150301}, True),
    ("latest(settled_on, opened_on) < 2016-01-01", {"settled_on": 20160301, "opened_on": 20150301}, False),
    ('award_level == "gold"', {"award_level": 2}, True),
    ('获奖等级 == "金牌"', {"award_level": 1}, False),
    ('award_level in ("gold", "silver")', {"award_level": 1}, True),
    ("award_level is none", {}, True),
    ('scope == "narrow"', {}, True),
    ('scope == "宽"', {}, False),
    ("ecommerce and not online_retailer", {"ecommerce": 1}, True),
    ("电子商务企业 且 非 网络零售企业", {"ecommerce": 1}, True),
    ("ecommerce or online_retailer", {}, False),
    ("或(电子商务企业, 网络零售企业)", {"online_retailer": 1}, True),
    ("且(ecommerce, o2o)", {"ecommerce": 1}, False),
    ("last_year.present", {"last_year__present": 1}, True),
    ("in_term(settled_on)", {"settled_on": 20150101}, True),
    ("年份(落户日期) < 本年", {"settled_on": 20150101}, True),
    ("date(2016, 1, 1) <= start_of_year(year)", {}, True),
    ("paid.years == 0", {}, True),
    ("paid.first_year is none", {}, True),
    (
        "online_sales >= last_year.online_sales * (1 + rate)",
        {"online_sales": 130, "last_year__online_sales": 100},
        True,
    ),
    (
        "online_sales >= last_year.online_sales * (1 + rate)",
        {"online_sales": 129, "last_year__online_sales": 100},
        False,
    ),
    ("year(settled_on) in term", {"settled_on": 20160101}, True),
    ("ecommerce == true", {"ecommerce": 1}, True),
    ("电子商务企业 == 否", {"ecommerce": 1}, False),
]


@pytest.mark.parametrize(("formula", "given", "fen"), CASES, ids=[c[0] for c in CASES])
def test_an_amount(formula, given, fen):
    assert comes_to(formula, **given) == fen


@pytest.mark.parametrize(("formula", "given", "holds"), CONDITIONS, ids=[f"{c[0]} {i}" for i, c in enumerate(CONDITIONS)])
def test_a_condition(formula, given, holds):
    if holds is None:  # 500万 of what?
        assert [p for p in faults(where=formula) if "units do not agree" in p.cause]
        return
    assert comes_to("1元", formula, **given) == (100 if holds else 0)


def test_every_function_is_tried_above():
    tried = " ".join(f for f, *_ in (*CASES, *CONDITIONS))
    for name in FUNCTIONS:
        assert f"{name.strip('_')}(" in tried or name in ("if_", "and_", "or_", "not_"), name


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("online_sales + rented_area", "units do not agree"),
        ("online_sales * rented_area", "comes to CNY·m2"),
        ("parcels", "comes to"),
        ("ecommerce * cap", "is a condition"),
        ("online_sales / last_year.online_sales * cap", "divides by what may be nothing"),
        ("cap / 0", "divides by nothing"),
        ("steps(online_sales, parcels) * cap", "units do not agree"),
        ("settled_on", "is no amount"),
        ("settled_on + months", "adds months to a day"),
        ("online_sales ** 2", "not known"),
        ("online_sales // 3", "not known"),
        ("min(cap)", "takes other values"),
        ("tier(online_sales, {least: cap})", "whether its number counts"),
        ("tier(online_sales <= {step: cap})", "reached from below"),
        ("tier(online_sales > {20元: cap, 10元: cap})", "do not rise"),
        ("sales_growth", "there is no sales_growth"),
        ("in_year(x).online_sales", "needs a year in figures"),
        ("years_ago(x).online_sales", "needs a number of years in figures"),
        ("years_ago(11).online_sales", "needs a number of years in figures"),
        ("years_ago(2).online_sale", "there is no online_sale"),
        ("last_year.rate * sales", "rate is no fact of a year"),
        ("years_ago(2).settled_on", "settled_on is of the enterprise, not of a year"),
        ("paid.totl", "paid has no"),
        ("two.paid.total", "no clause"),
        ("months_in(year, 3, 4) * 1元", "a month is needed"),
        ("date(2015, 2, 30)", "no day of the calendar"),
        ("1元 if settled_on > year else 2元", "compared with"),
        ("", "no formula"),
        ("cap +", "cannot be read"),
        ("(cap", "brackets"),
        ("floor(cap, to=1元, per=2)", "no per to give"),
    ],
)
def test_a_fault_is_reported_with_a_remedy_in_both_languages(formula, said):
    found = faults(formula)
    assert found, formula
    assert any(said in p.cause for p in found), found
    for problem in found:
        assert problem.place.startswith("tried.yaml line ")
        assert problem.cause_zh and problem.remedy and problem.remedy_zh


def test_a_caret_stands_under_the_place_also_behind_chinese_words():
    found = faults("上限 + 租用面积")
    line, caret = found[0].cause.splitlines()[1:]
    assert caret.index("^") == 4 and line.strip() == "上限 + 租用面积"
    assert faults("上限 + 销信额")[0].cause.splitlines()[2].index("^") == 4 + len("上限") * 2 + len(" + ")


@pytest.mark.parametrize(
    ("formula", "remedy"),
    [
        ("rate * last_year", "write last_year.x"),
        ("rate * 前年(销售额)", "write 前年.x"),
        ("rate * years_ago(2)", "write years_ago(…).x"),
        ("rate * 2015年网络零售额", "write 2015年.x"),
        ("SUM(sales, vat) * rate", "write a + b"),
        ("rate * avg(sales, vat)", "write (a + b) / 2"),
        ("cap if ecommerce && o2o else 0", "write and, or"),
        ("若 ecommerce 则 cap 否则 0", "a if condition else b"),
        ("min(rate * sales；cap)", "write , between"),
        ("rate *【sales】", "write ( and )"),
        ("cap if sales大于等于step else 0", "compare with >="),
    ],
)
def test_what_people_write_instead_is_answered_with_what_to_write(formula, remedy):
    (found, *_) = faults(formula)
    assert remedy in found.remedy and re.search("[\u4e00-\u9fff]", found.remedy_zh)


def test_a_year_written_onto_a_name_gets_its_point():
    (found,) = faults("rate * 前年网络零售额")
    assert (found.remedy, found.remedy_zh) == ("did you mean 前年.网络零售额?", "是否应为“前年.网络零售额”？")


def test_full_width_signs_are_read_and_reported():
    law, problems = law_of_formulas("比例＊（网络零售额－10元）")
    assert law is not None
    assert {p.severity for p in problems if "full-width" in p.cause} == {"warning"}


LETS = """\
let:
  doubled: {is: 2 * cap, zh: 两倍上限, en: twice the cap}
  half: {is: 0.5 * cap, zh: 网络零售额}
clauses:
  one:
    article: 一
    zh: 甲
    kind: recurrent
    term: none
    let: {more: {is: 两倍上限 + 1元, zh: 加一元}, year_less: {is: 7元, zh: 本年}}
    amount: "%s"
"""


@pytest.mark.parametrize(
    "formula, fen",
    [
        ("加一元", 40_000_100),
        ("more", 40_000_100),
        ("两倍上限", 40_000_000),
        ("doubled + 加一元", 80_000_100),
        ("网络零售额 + half", 10_000_300),  # the fact's name before a definition's
        ("1元 if 本年 == 2016 else year_less", 100),  # 本年 stays the year
    ],
)
def test_a_definition_goes_by_its_chinese_name_too_where_nothing_else_does(formula, fen):
    law, problems = examine(document(HEAD + LETS % formula))
    assert law is not None, problems
    given = Facts(law).set("online_sales", 300)
    assert [given.entitle(code)[1][0] for code in both(law)] == [fen, fen]
