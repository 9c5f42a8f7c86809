"""Worked cases made from a policy: at caps, under readings, with other clauses, where conduct fails; kept as files and read again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.cli import main
from simulator.engine import casebook, casemaking, policycases
from simulator.engine.instalments import parts_of
from simulator.errors import LawError
from tests.law.language.writing import examine, yamlfile

TEXT = """name: tried
zh: 试写
term: {start: 2022-01-01, end: 2024-12-31}
facts: {spent: {table: annual, unit: 元, zh: 支出}, listed: {table: annual, unit: 是/否, zh: 限上}}
readings: {scope: {zh: 范围, default: narrow, narrow: {zh: 窄}, wide: {zh: 宽}}}
numbers: {all_most: {value: 8万元, article: 三, zh: 合计上限}}
clauses:
  share:
    article: 一
    zh: 支出补助
    kind: recurrent
    numbers: {rate: {value: 30 %, zh: 比例}, later: {value: 20 %, zh: 以后比例}, most: {value: 5万元, zh: 上限}}
    where: {in_scope: {if: 'listed or scope == "wide"', zh: 在范围内}}
    amount: min((rate if paid.years == 0 else later) * spent, most)
  award:
    article: 二
    zh: 销售奖励
    kind: one_off
    parts: [50 %, 30 %, 20 %]
    numbers: {least: {value: 100万元, zh: 门槛}, given: {value: 4万元, zh: 奖励}}
    where: {enough: {if: online_sales > least, zh: 超过门槛}}
    amount: given
links: {caps: {all: {of: [share, award], most: all_most, zh: 合计封顶}}}
settlement: {existing_support: none, conduct: {sound: {if: accounts_sound, zh: 财务健全}}}
"""


@pytest.fixture(scope="module")
def law():
    found, problems = examine(yamlfile.loads(TEXT, "tried.yaml", LawError, gather=True, quantities=True))
    assert found is not None, problems
    return found


@pytest.fixture(scope="module")
def cases(law):
    made, missed = casemaking.make(law)
    assert not missed
    return made


def of_year(case, name):
    return case.years.get(2022, {}).get(name)


def test_a_cap_of_a_share_has_a_case_on_either_side_though_rounding_hides_a_fen(cases):
    """5万元 / 30 % is 166,666.67 yuan; a case just below it gives less than the cap."""
    near = {
        of_year(c, "spent"): c.gives[2022] for c in cases if c.clause == "share" and 16_600_000 < (of_year(c, "spent") or 0) < 16_700_000
    }
    assert 4_999_900 < min(near.values()) < 5_000_000 and max(near.values()) == 5_000_000


def test_rates_that_change_by_year_are_seen(cases):
    over = next(c for c in cases if c.clause == "share" and c.zh.startswith("逐年"))
    spent = of_year(over, "spent")
    assert list(over.gives.values()) == [spent * 3 // 10, spent * 2 // 10, spent * 2 // 10, 0, 0] and spent * 3 // 10 < 5_000_000


def test_every_reading_has_a_case_that_comes_out_otherwise(law, cases):
    found = [c for c in cases if c.readings]
    assert found and all(c.readings == {"scope": "wide"} for c in found)
    assert all(c.gives != {y: g for y, g in policycases.assess_case(law, replace(c, readings={})).items() if y in c.gives} for c in found)


def test_a_cap_over_clauses_has_cases_where_it_begins_to_cut(cases):
    """The award of 4万元 is cut as soon as the share comes to more than 4万元."""
    shared = [c for c in cases if "合计封顶" in c.zh]
    assert {(c.clause, c.gives[2022]) for c in shared if "一起" in c.zh} == {("share", 5_000_000), ("award", 3_000_000)}


def test_conduct_has_a_case_in_which_nothing_is_given(cases):
    (bad,) = [c for c in cases if c.enterprise.get("accounts_sound") == 0]
    assert set(bad.gives.values()) == {0}


@pytest.mark.parametrize("ending", ["xlsx", "yaml"])
def test_cases_are_read_as_they_were_kept(law, cases, ending, tmp_path):
    casebook.save(law.policy, [replace(case, confirmed=True) for case in cases], tmp_path / f"c.{ending}")
    again = casebook.load(law.policy, tmp_path / f"c.{ending}")
    assert [(c.name, c.years, c.readings) for c in again] == [(c.name, c.years, dict(c.readings)) for c in cases]
    assert not list(policycases.differences(law, again))


def test_shares_of_the_years_are_the_parts_of_an_award(law):
    assert law.policy.clauses[law.policy.index("award")].parts == (5, 3, 2)
    assert parts_of(4_000_001, (5, 3, 2)) == [2_000_000, 1_200_000, 800_001]
    for wrong in ("[50 %, 30 %]", "[50 %]", "[110 %, -10 %]", "三年", "11"):
        _, problems = examine(yamlfile.loads(TEXT.replace("[50 %, 30 %, 20 %]", wrong), "t.yaml", LawError, gather=True, quantities=True))
        assert [p for p in problems if p.severity == "error" and p.place.endswith(".parts")], wrong


GROWTH = """
name: grown
zh: 增长奖励
term: {start: 2022-01-01, end: 2024-12-31}
clauses:
  grown:
    article: 一
    zh: 增长奖励
    kind: recurrent
    numbers: {rate: {value: 15 %, zh: 增幅}, fast: {value: 40 %, zh: 高增幅}, award: {value: 5万元, zh: 奖励}}
    where: {rose: {if: "last_year.present and sales >= last_year.sales * (1 + rate)", zh: 增长}}
    amount: 2 * award if sales > last_year.sales * (1 + fast) else award
"""


@pytest.mark.parametrize("written, other", [("sales >= last_year", "sales > last_year"), ("if sales > last_year", "if sales >= last_year")])
def test_exactly_so_much_growth_has_a_case(written, other):
    law, changed = (
        examine(yamlfile.loads(text, "t.yaml", LawError, gather=True, quantities=True))[0]
        for text in (GROWTH, GROWTH.replace(written, other))
    )
    made = [replace(case, confirmed=True) for case in casemaking.make(law)[0]]
    assert made and not list(policycases.differences(law, made)) and list(policycases.differences(changed, made))


TWICE = """
name: twice
zh: 连续增长
term: {start: 2022-01-01, end: 2024-12-31}
facts: {opened: {table: enterprises, unit: 日期, zh: 开业日期}}
numbers:
  share: {value: 50 %, article: 二, zh: 贡献比例}
  least: {value: 2万元, article: 二, zh: 保底}
  fresh: {value: 1万元, article: 二, zh: 新企业}
clauses:
  twice:
    article: 一
    zh: 连续两年增长奖励
    kind: recurrent
    numbers: {rate: {value: 15 %, zh: 增幅}, part: {value: 3 %, zh: 比例}, most: {value: 30万元, zh: 上限}}
    where:
      rose: {if: "sales >= last_year.sales * (1 + rate) and last_year.sales >= year_before_last.sales * (1 + rate)", zh: 连续增长}
      there: {if: year_before_last.present, zh: 有前年数据}
    amount: min(part * sales, most)
  flat:
    article: 二
    zh: 定额
    kind: recurrent
    numbers: {award: {value: 10万元, zh: 奖}}
    where: {a: {if: ecommerce and sales > 0, zh: 电商}}
    amount: award
links:
  exclusive: {higher: {of: [twice, flat], zh: 就高}}
  caps:
    tax:
      of: [twice, flat]
      most: fresh if age(opened) < 1年 and known(opened) else max(least, share * last_year.district_contribution)
      zh: 贡献封顶
"""


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("and last_year.sales >= year", "and last_year.sales > year"),  # the edge of the year before
        ("value: 30万元", "value: 300001元"),  # what a cap by the contribution of a year would hide
        ("share: {value: 50 %", "share: {value: 51 %"),
        ("least: {value: 2万元", "least: {value: 20001元"),
        ("fresh: {value: 1万元", "fresh: {value: 10001元"),  # where a day decides which cap it is
        ("of: [twice, flat], zh: 就高", "of: [flat, twice], zh: 就高"),  # two of the same sum
    ],
)
def test_a_change_of_a_year_before_a_cap_or_an_order_has_a_case(written, other):
    law, changed = (
        examine(yamlfile.loads(text, "t.yaml", LawError, gather=True, quantities=True))[0]
        for text in (TWICE, TWICE.replace(written, other))
    )
    assert law is not None and changed is not None and written in TWICE
    made = [replace(case, confirmed=True) for case in casemaking.make(law)[0]]
    assert not list(policycases.differences(law, made)) and list(policycases.differences(changed, made))


def test_a_mismatch_says_which_condition_failed(tmp_path, capsys):
    (tmp_path / "p.yaml").write_text(GROWTH, "utf-8")
    case = "cases: {甲: {clause: grown, years: {2021: {sales: 100}, 2022: {sales: 100}}, gives: {2022: 50000}, confirmed: true}}\n"
    (tmp_path / "c.yaml").write_text(case, "utf-8")
    assert main(["policy", "test", str(tmp_path / "p.yaml"), "--cases", str(tmp_path / "c.yaml"), "--lang", "zh"]) == 1
    assert "现算得 0（不符合：增长）" in capsys.readouterr().out
