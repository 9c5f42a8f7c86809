"""What links, the first n and pots take from a clause is reported with its figures, and awards in parts year by year.

One policy has each of them, with figures that can be checked in one's head.
"""

from __future__ import annotations

import csv
import re

import openpyxl
import pytest

from simulator.cli import main
from simulator.engine.assess import assess
from simulator.engine.explain import explain
from simulator.law import explanation as reported
from simulator.law.steps import CAP, EXCLUSIVE, FIRST, POT
from simulator.population.readers import read_population
from simulator.population.schema import adopt
from simulator.scenario import under_policy

POLICY = """
name: steps
zh: 试行办法
term: {start: 2022-01-01, end: 2024-12-31}
facts:
  live: {table: enterprises, unit: 是/否, zh: 直播企业, en: livestreaming}
numbers:
  most: {value: 30万元, article: 第七条, zh: 单户上限, en: most a year}
  whole: {value: 40万元, article: 第八条, zh: 总额, en: whole sum}
clauses:
  sold:
    article: 第一条
    zh: 销售奖励
    en: Sales award
    kind: recurrent
    numbers: {rate: {value: 10 %, zh: 比例, en: rate}}
    let: {base: {is: "min(sales, 1000万元)", zh: 计奖销售额, en: counted sales}}
    where: {live: {if: live, zh: 直播企业, en: livestreaming}}
    amount: rate * 计奖销售额
  grown:
    article: 第二条
    zh: 增长奖励
    en: Growth award
    kind: recurrent
    numbers: {award: {value: 5万元, zh: 奖励, en: award}}
    amount: award
  ranked:
    article: 第三条
    zh: 强企奖励
    en: Leaders' award
    kind: recurrent
    numbers: {award: {value: 10万元, zh: 奖励, en: award}, places: {value: 2户, zh: 名额, en: places}}
    amount: award
    first: {n: places, by: online_sales}
  interest:
    article: 第四条
    zh: 贴息
    en: Interest support
    kind: recurrent
    numbers: {rate: {value: 20 %, zh: 比例, en: rate}}
    amount: rate * online_sales
  settled:
    article: 第五条
    zh: 落户奖励
    en: Settling award
    kind: one_off
    parts: 3
    numbers: {award: {value: 10万元, zh: 奖励, en: award}}
    amount: award
links:
  exclusive:
    either: {of: [sold, grown], zh: 二者就高, en: the higher of both, article: 第六条}
  caps:
    yearly: {of: [sold, grown, ranked], most: most, per: year, zh: 年度封顶, en: cap of the year}
pots:
  pool: {of: [interest], amount: whole, share: pro_rata, zh: 贴息资金, en: pool of interest}
settlement:
  existing_support: none
"""
ROWS = {"A": (2_500_000, 1_000_000), "B": (100_000, 3_000_000), "C": (400_000, 2_000_000), "D": (400_000, 2_000_000)}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("steps")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "r").mkdir()
    enterprises = "".join(f"{e},是,是\n" for e in ROWS)
    (folder / "r" / "enterprises.csv").write_text(f"enterprise_id,live,accounts_sound\n{enterprises}", encoding="utf-8")
    (folder / "r" / "annual.csv").write_text(
        "enterprise_id,year,sales,online_sales\n" + "".join(f"{e},2022,{s},{o}\n" for e, (s, o) in ROWS.items()), encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def given(files):
    scenario = under_policy(str(files / "policy.yaml"))
    return read_population(files / "r", policy=scenario.law.policy), scenario


@pytest.fixture(autouse=True)
def as_it_was():
    """The command line works under a policy from then on: others must not."""
    yield
    adopt(None)


def clauses(given, code):
    return {c.slug: c for c in explain(given[0], code, given[1]).years[0].clauses}


def test_each_step_has_its_figures(given):
    a, b, d = (clauses(given, code) for code in "ABD")
    dropped = a["grown"].steps[0]
    assert (dropped.kind, dropped.by, dropped.asked, dropped.before) == (EXCLUSIVE, 0, 25_000_000, 5_000_000)
    assert a["grown"].outcome == reported.LINKED
    capped, first = a["ranked"].steps
    assert (capped.kind, capped.limit, capped.ahead, capped.before, capped.after) == (CAP, 30_000_000, 25_000_000, 10_000_000, 5_000_000)
    assert (first.kind, first.standing, first.asked, first.limit, a["ranked"].outcome) == (FIRST, 4, 4, 2, reported.RANKED_OUT)
    assert [(s.kind, s.standing, s.value, s.after) for s in b["ranked"].steps] == [(FIRST, 1, 300_000_000, 10_000_000)]
    assert d["ranked"].steps[0].standing == 3 and d["ranked"].outcome == reported.RANKED_OUT, "C, of the same sales, stands before D"
    shared = b["interest"].steps[0]
    assert (shared.kind, shared.limit, shared.asked, shared.before, shared.after) == (POT, 40_000_000, 160_000_000, 60_000_000, 15_000_000)


def test_the_last_step_leaves_what_is_assessed(given):
    result = assess(*given)
    for i, code in enumerate(result.ids):
        for k, clause in enumerate(clauses(given, str(code)).values()):
            assert clause.award == result.awards[i, 0, k] == (clause.steps[-1].after if clause.steps else clause.due)


@pytest.mark.parametrize("order", [("sold", "grown"), ("grown", "sold")])
def test_of_equal_ones_the_one_named_first_stays(tmp_path, order):
    text = POLICY.replace("either: {of: [sold, grown]", f"either: {{of: [{', '.join(order)}]")
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "enterprises.csv").write_text("enterprise_id,live,accounts_sound\nA,是,是\n", encoding="utf-8")
    (tmp_path / "annual.csv").write_text("enterprise_id,year,sales,online_sales\nA,2022,500000,0\n", encoding="utf-8")
    scenario = under_policy(str(tmp_path / "policy.yaml"))
    people = read_population(tmp_path, policy=scenario.law.policy)
    assessed, explained = assess(people, scenario), clauses((people, scenario), "A")
    for slug, sum_of in zip(order, (5_000_000, 0), strict=True):
        assert assessed.awards[0, 0, assessed.policy.index(slug)] == explained[slug].award == sum_of


SAID = {
    "zh": [
        "就高：第六条“二者就高”，只留第一条 销售奖励 250,000.00 元，本项 50,000.00 元不再享受",
        "封顶：第七条“年度封顶” 300,000.00 元，列在前面的条款已占 250,000.00 元，本项由 100,000.00 元减为 50,000.00 元",
        "名额：按网络零售额 1,000,000.00 元列第 4 位（参加排序 4 户，取前 2 户），未列入",
        "资金池：第八条“贴息资金” 400,000.00 元，应付合计 1,600,000.00 元，按 25.0000% 兑付，本项由 200,000.00 元减为 50,000.00 元",
        "其中 计奖销售额 = 2,500,000.00 元",
        "√ 直播企业  直播企业 = 是",
        "兑现：分3年，2022年 33,333.33、2023年 33,333.33、2024年 33,333.34 元",
    ],
    "en": [
        'only the highest: 第六条 "the higher of both": 第一条 Sales award 250,000.00 CNY is kept, not this 50,000.00 CNY',
        'cap: 第七条 "cap of the year" 300,000.00 CNY; clauses before it take 250,000.00 CNY; cut from 100,000.00 CNY to 50,000.00 CNY',
        "first 2 by online sales: 1,000,000.00 CNY, place 4 of 4 ranked; not among them",
        (
            'pot: 第八条 "pool of interest" 400,000.00 CNY; asked of it 1,600,000.00 CNY; 25.0000% of each is paid; '
            "cut from 200,000.00 CNY to 50,000.00 CNY"
        ),
        "where counted sales = 2,500,000.00 CNY",
        "√ livestreaming  livestreaming = yes",
        "paid in 3 yearly parts: 2022: 33,333.33, 2023: 33,333.33, 2024: 33,333.34 CNY",
    ],
}


@pytest.mark.parametrize("lang", SAID)
def test_all_of_it_is_reported_in_the_language_asked_for(files, lang, capsys):
    assert main(["explain", str(files / "r"), "A", "--policy", str(files / "policy.yaml"), "--lang", lang]) == 0
    said = capsys.readouterr().out
    lines = [line.strip() for line in said.splitlines()]
    assert [line for line in SAID[lang] if line not in lines] == []
    if lang == "zh":
        assert re.findall("[a-z]{2,}", said.replace("CNY", "")) == []


READ_BACK = {
    "zh": (
        "互斥：第六条 二者就高 | 只给最高一项：销售奖励、增长奖励",
        "封顶：第七条 年度封顶 | 销售奖励、增长奖励、强企奖励，每年合计至多单户上限（300,000 元）",
        "资金池：第八条 贴息资金 | 贴息，每年合计总额（400,000 元），不足时按比例兑付",
        "名额（第三条）",
        "其中：计奖销售额 |",
    ),
    "en": (
        "exclusive: 第六条 the higher of both | only the highest of: Sales award, Growth award",
        "cap: 第七条 cap of the year | Sales award, Growth award, Leaders' award: a year at most most a year (300,000 CNY)",
        "pot: 第八条 pool of interest | Interest support: together a year whole sum (400,000 CNY); where that is too little",
        "only the first (第三条)",
        "where counted sales |",
    ),
}


@pytest.mark.parametrize("lang", SAID)
def test_read_back_links_and_pots_name_article_and_sum(files, lang, capsys):
    assert main(["policy", "show", str(files / "policy.yaml"), "--lang", lang]) == 0
    said = capsys.readouterr().out
    for line in READ_BACK[lang]:
        assert line in said


# ------------------------------------------------------------------------------------------------ parts


def test_an_assessment_says_in_which_year_which_part_is_paid(files, given, capsys):
    plan = assess(*given).plan()
    own = plan[plan["enterprise_id"] == "A"]
    assert own[["part", "parts", "paid_in", "amount"]].values.tolist() == [
        [1, 3, 2022, 33_333.33],
        [2, 3, 2023, 33_333.33],
        [3, 3, 2024, 33_333.34],
    ]
    command = ["assess", str(files / "r"), "--policy", str(files / "policy.yaml"), "--out"]
    assert main([*command, str(files / "p.xlsx"), "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"第五条 落户奖励 +133,333\.32 +133,333\.32 +133,333\.36 +400,000\.00", shown)
    sheet = openpyxl.load_workbook(files / "p.xlsx")["分年兑现"]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows[0][-3:] == ["2022年兑现", "2023年兑现", "2024年兑现"]
    assert rows[1][0] == "A" and rows[1][-4:] == [100_000, 33_333.33, 33_333.33, 33_333.34]
    assert rows[5] == ["分年兑现小计", 400_000, 133_333.32, 133_333.32, 133_333.36]
    assert rows[7][0] == "合计（不含实物、追回）" and rows[7][1] == sum(rows[7][2:]) == float(assess(*given).total)
    assert main([*command, str(files / "p.csv")]) == 0
    with (files / "p.plan.csv").open(encoding="utf-8-sig") as file:
        assert [row["amount"] for row in csv.DictReader(file)][:3] == ["33333.33", "33333.33", "33333.34"]


def test_a_clause_in_kind_has_no_parts(tmp_path, capsys):
    (tmp_path / "p.yaml").write_text(
        POLICY.replace("kind: one_off\n    parts: 3\n", "kind: in_kind\n    unit: 套\n    parts: 3\n").replace(
            "award: {value: 10万元, zh: 奖励, en: award}}\n    amount: award\nlinks",
            "award: {value: 10套, zh: 奖励, en: award}}\n    amount: award\nlinks",
        ),
        encoding="utf-8",
    )
    assert main(["policy", "check", str(tmp_path / "p.yaml"), "--lang", "zh"]) == 2
    assert "实物条款不能分年兑现" in capsys.readouterr().out


PAST = """
name: past
zh: 试行办法
term: {start: 2022-01-01, end: 2024-12-31}
readings:
  way: {zh: 口径, article: 一, default: plain, plain: {zh: 按原文}, wide: {zh: 从宽}}
clauses:
  sold:
    article: 第一条
    zh: 销售奖励
    kind: recurrent
    pays: {any: 2年}
    numbers: {rate: {value: 20 %, zh: 比例}, low: {value: 10 %, zh: 低比例}}
    remember: {first: sales > 0元}
    let:
      share: {is: rate if paid.years == 0 else low, zh: 当年比例}
      wider: {is: sales + online_sales, zh: 从宽的销售额}
    where: {since: {if: not known(first) or year > first, zh: 首个年度起}}
    amount: share * (wider if way == "wide" else sales)
  more:
    article: 第二条
    zh: 叠加奖励
    kind: recurrent
    numbers: {each: {value: 500元/人/月, zh: 每人每月}}
    where: {due: {if: 0元 < sold.due <= 30万元, zh: 第一条当年应得}}
    amount: each * 1个月
"""


def test_what_was_paid_and_remembered_stands_beside_its_condition(tmp_path, capsys):
    (tmp_path / "p.yaml").write_text(PAST, "utf-8")
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "enterprises.csv").write_text("enterprise_id,accounts_sound\nA,是\n", "utf-8")
    (tmp_path / "r" / "annual.csv").write_text("enterprise_id,year,sales,online_sales\nA,2022,1000000,0\nA,2023,1000000,0\n", "utf-8")
    assert main(["explain", str(tmp_path / "r"), "A", "--policy", str(tmp_path / "p.yaml"), "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert [
        line
        for line in ("首个年度 first = —", "首个年度 first = 2022", "已享受年数 = 1", "当年比例 = 20%", "当年比例 = 10%")
        if line not in said
    ] == []
    assert "“销售奖励”当年应得额 = 200,000.00 元" in said and "“销售奖励”当年应得额 = 100,000.00 元" in said
    assert "从宽的销售额" not in said, "the reading that asks for it is not chosen"
    assert main(["policy", "show", str(tmp_path / "p.yaml"), "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "“销售奖励”当年应得额超过0元，且不超过30万元" in said and "500 元/人/月" in said and "| none |" in said and "None" not in said
