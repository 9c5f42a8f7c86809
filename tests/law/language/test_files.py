"""Policy files: all faults of one at once, and workbook and YAML holding the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from simulator import resources, yamlfile
from simulator.cli import main
from simulator.engine import policycases
from simulator.law import policybook, policytext
from simulator.law.policyfile import document_of, examine
from simulator.law.shipped import policy_path, shipped_policies

HERE = Path(__file__).parent
FORM = resources.folder("data") / "policies" / "form.yaml"
EVERY = [FORM, *map(policy_path, shipped_policies())]
PLANTED = {  # where: what is said of it
    "clauses.one.numbers.cap": "stands twice",
    "term.start": "no day",
    "facts.parcels": "no unit",
    "facts.sales": "fact of every register",
    "readings.scope": "no default",
    "numbers.shared": "no article",
    "numbers.huge": "lies outside",
    "clauses.one.kind": "kind is",
    "clauses.one.where.units.if": "units do not agree",
    "clauses.one.where.unknown.if": "there is no onlin_sales",
    "clauses.one.where.calls.if": "no function open",
    "clauses.one.where.attr.if": "means nothing here",
    "clauses.one.where.one_eq.if": "one = gives a value",
    "clauses.one.where.mixed.if": "without unit",
    "clauses.one.where.brackets.if": "brackets",
    "clauses.one.amount": "m2 added to CNY",
    "clauses.one.let.b": "defined by itself",
    "clauses.two.wher": "means nothing here",
    "clauses.two.tiers": "whether the number counts",
    "clauses.three.numbers.low": "do not rise",
    "clauses.five.amount": "no clause places",
    "clauses.six.amount": "beyond what is counted",
    "settlement.conduct.ok.if": "never nothing",
    "settlement.existing_support": "is 'maybe'",
    "links.exclusiv": "means nothing here",
    "links.caps.all.of": "in kind",
    "pots.pot.amount": "no amount under numbers",
    "clauses.three.pays": "is 'sometimes'",
}


def test_every_planted_fault_is_reported_at_once_with_its_remedy_in_both_languages(capsys):
    law, problems = examine(document_of(HERE / "faults.yaml"))
    assert law is None
    errors = [p for p in problems if p.severity == "error"]
    for where, said in PLANTED.items():
        assert any(p.place.endswith(f", {where}") and " line " in p.place and said in p.cause for p in errors), where
    assert len(PLANTED) > 20 and all(p.remedy for p in problems)
    for lang, word in (("en", "did you mean online_sales?"), ("zh", "是否应为“online_sales”？")):
        assert main(["policy", "check", str(HERE / "faults.yaml"), "--lang", lang]) == 2
        assert word in capsys.readouterr().out


def test_the_same_faults_in_a_workbook_name_their_cells(tmp_path):
    book = tmp_path / "错.xlsx"
    data = document_of(HERE / "faults.yaml").data
    policybook.save({k: v for k, v in data.items() if k != "links"}, book)
    _, problems = examine(document_of(book))
    assert any("错.xlsx 条件!" in p.place and "no function open" in p.cause for p in problems)
    assert any("错.xlsx 数字!" in p.place and "no article" in p.cause for p in problems)


@pytest.mark.parametrize("path", EVERY, ids=[p.parent.name + "/" + p.name for p in EVERY])
def test_nothing_is_lost_from_yaml_to_workbook_to_yaml(path, tmp_path):
    given = document_of(path)
    policybook.save(given.data, tmp_path / "p.xlsx")
    book = document_of(tmp_path / "p.xlsx")
    text = policytext.as_yaml(book.data)
    again = yamlfile.loads(text, "again.yaml", gather=True, quantities=True)
    assert not book.problems and not again.problems
    assert policytext.canonical(given.data) == policytext.canonical(book.data) == policytext.canonical(again.data)
    laws = [examine(document)[0] for document in (given, book, again)]
    assert len({law.policy.hash for law in laws}) == 1


@pytest.mark.parametrize("path", EVERY, ids=[p.parent.name + "/" + p.name for p in EVERY])
def test_shipped_files_have_nothing_to_be_reported_of(path):
    law, problems = examine(document_of(path))
    assert law is not None and not [p for p in problems if p.severity == "error"]


def test_any_change_of_a_file_survives_both_ways(tmp_path):
    """Random leaves of a policy replaced by texts, numbers and days that are hard to keep."""
    chance = random.Random(7)
    hard = [
        "50%",
        "2013-01-01",
        "none",
        "true",
        "a: b",
        "# no",
        "'q'",
        '"q"',
        "- x",
        "=1+1",
        "１２",
        "a, b",
        "{x}",
        "[x]",
        "1e6",
        "007",
        " a b ",
        "两行\n文字",
        "x" * 300,
    ]
    for turn in range(40):
        data = policytext.canonical(document_of(FORM).data)
        for _ in range(5):
            holder, depth = data, 0
            while True:
                key = chance.choice(list(holder))
                if isinstance(holder[key], dict) and holder[key] and depth < 4:
                    holder, depth = holder[key], depth + 1
                    continue
                holder[key if chance.random() < 0.7 else f"k{turn}"] = chance.choice(hard)
                break
        wanted = policytext.canonical(data)
        read = yamlfile.loads(policytext.as_yaml(data), "x.yaml", gather=True, quantities=True)
        assert policytext.canonical(read.data) == wanted


def test_a_sheet_of_the_form_that_was_renamed_stops_the_check(tmp_path):
    """All its conditions would be gone without a word."""
    import openpyxl

    path = tmp_path / "policy.xlsx"
    policybook.save(document_of(policy_path("longhua_2025")).data, path)
    book = openpyxl.load_workbook(path)
    book["条件"].title = "条件（新）"
    book.save(path)
    law, problems = examine(policybook.load(path))
    assert law is None and any("条件" in p.cause_zh and p.severity == "error" for p in problems)


SMALL = """name: tried
zh: 试写
term: {{start: 2022-01-01, end: 2024-12-31}}
clauses:
  small:
    article: 第一条
    zh: 小微扶持
    kind: {kind}
    numbers:
      award: {{value: 1万元, zh: 扶持}}
      more: {{value: 5000元, zh: 再扶持}}
      below: {{value: 300万元, zh: 界限}}
      above: {{value: 500万元, zh: 高档}}
{rest}
settlement: {{existing_support: none{conduct}}}
"""
TIERED = "    tiers: {{of: online_sales, edge: at_least, follow: {follow}, steps: {{below: award, above: more}}}}"


def advice(tmp_path, rest, kind="recurrent", conduct="", links="settlement"):
    """What is advised of a policy of one clause, as (the end of the place, what is said in Chinese)."""
    file = tmp_path / "tried.yaml"
    file.write_text(SMALL.format(kind=kind, rest=rest, conduct=conduct).replace("settlement", links), "utf-8")
    law, problems = examine(document_of(file))
    assert law is not None, problems
    return [(p.place.rpartition(", ")[2], p.cause_zh) for p in problems if "未被使用" not in p.cause_zh]


@pytest.mark.parametrize(
    "condition, advised",
    [
        ("online_sales < below", True),
        ("online_sales < below and reported", False),
        ("online_sales < below and 有当年数据", False),
        ("online_sales >= below", False),
        ("ecommerce", False),
        ("online_sales < below and online_sales > 0", False),
        ("online_sales < last_year.online_sales", True),
        ("not trades_locally and rented_area >= 0", True),
    ],
)
def test_a_clause_that_pays_where_there_is_no_row_is_pointed_out(tmp_path, condition, advised):
    found = advice(tmp_path, f"    where: {{small: {{if: {condition}, zh: 条件}}}}\n    amount: award")
    assert [place for place, _ in found] == ["clauses.small.where"] * advised


def test_what_conduct_asks_of_all_counts(tmp_path):
    rest = "    where: {small: {if: online_sales < below, zh: 条件}}\n    amount: award"
    assert advice(tmp_path, rest, conduct=", conduct: {there: {if: reported, article: 一, zh: 有数据}}") == []


@pytest.mark.parametrize("year, advised", [(2024, False), (2100, True)])
def test_a_year_that_is_still_to_come_in_all_of_the_policy_s_is_pointed_out(tmp_path, year, advised):
    found = advice(
        tmp_path, f"    where: {{small: {{if: online_sales >= below, zh: 条件}}}}\n    amount: min(award, {year}年.online_sales)"
    )
    assert found == [("clauses.small", "引用 2100 年的 online_sales，晚于政策末年 2024：此前一律按零计")] * advised


@pytest.mark.parametrize("follow, advised", [("each_highest", True), ("top_up", True), ("each", False)])
def test_a_higher_tier_that_gives_less_is_pointed_out(tmp_path, follow, advised):
    found = advice(tmp_path, TIERED.format(follow=follow), "one_off")
    assert [said for _, said in found] == ["低于下一档“below”"] * advised


@pytest.mark.parametrize("follow, gives", [("top_up", [800_000, 700_000, 0]), ("step_up", [800_000, 500_000, 0])])
def test_whether_what_a_cap_cut_is_made_up_is_a_setting(tmp_path, follow, gives):
    """Tiers of 1万元 and 1.5万元 under a cap of 8000元 a year: at the first, then the second tier, then there still."""
    rest = TIERED.format(follow=follow).replace("steps: {below: award, above: more}", "steps: {below: award, above: higher}")
    rest = "      higher: {value: 1.5万元, zh: 高档扶持}\n" + rest
    links = "links: {caps: {all: {of: [small], most: small_cap}}}\nnumbers: {small_cap: {value: 8000元, article: 二, zh: 合计}}\nsettlement"
    file = tmp_path / "tried.yaml"
    file.write_text(SMALL.format(kind="one_off", rest=rest, conduct="").replace("settlement", links), "utf-8")
    rows = {2022: {"online_sales": 300_000_000}, 2023: {"online_sales": 500_000_000}, 2024: {"online_sales": 500_000_000}}
    case = policycases.Case("a", "small", "", "", {}, rows)
    assert list(policycases.assess_case(examine(document_of(file))[0], case).values()) == gives


FALLING, CAPPED = "低于下一档“below”", "封顶低于奖励本身“扶持”"


@pytest.mark.parametrize(
    "rest, said",
    [
        ('    amount: "tier(online_sales >= {below: award, above: more})"', [FALLING]),
        ('    amount: "min(2 * tier(online_sales >= {below: award, above: more}), below)"', [FALLING]),
        ('    let: {due: "tier(online_sales >= {below: award, above: more})"}\n    amount: due', [FALLING]),
        ('    amount: "tier(online_sales >= {below: more, above: award})"', []),
        ('    amount: "min(tier(online_sales >= {below: award}), more)"', [CAPPED]),
        ("    amount: min(more, award)", []),
        ("    amount: min(award, more)", [CAPPED]),
        ("    amount: min(award * steps(online_sales, below), more)", []),
        (
            "    where: {a: {if: online_sales > below or last_year.online_sales < below, zh: 甲}}\n    amount: award",
            ["名册中没有当年数据的年度也可能成立：该年各项按 0 计"],
        ),
        (
            "    where: {a: {if: online_sales > below or (online_sales < below and ecommerce), zh: 甲}}\n    amount: award",
            ["名册中没有当年数据的年度也可能成立：该年各项按 0 计", "恰为此数的两边都不算（网络零售额）"],
        ),
        (
            "    where: {a: {if: online_sales >= below or (0 < online_sales <= below and ecommerce), zh: 甲}}\n    amount: award",
            ["恰为此数的两边都算（网络零售额）"],
        ),
    ],
)
def test_tiers_caps_and_edges_are_looked_at_wherever_they_stand(tmp_path, rest, said):
    assert sorted(text for _, text in advice(tmp_path, rest)) == sorted(said)


def test_a_cap_over_clauses_below_an_award_is_pointed_out(tmp_path):
    links = "links: {caps: {all: {of: [small], most: small_cap}}}\nnumbers: {small_cap: {value: 8000元, article: 二, zh: 合计}}\nsettlement"
    assert [said for _, said in advice(tmp_path, "    amount: award", links=links)] == [CAPPED]
    assert advice(tmp_path, "    amount: award * 2", links=links) == []


@pytest.mark.parametrize(
    "rest, advised",
    [
        (
            '    where: {a: {if: online_sales < below or how == "wide", zh: 甲}, b: {if: online_sales > 0元 or how == "narrow", zh: 乙}}',
            True,
        ),
        (
            '    where: {a: {if: online_sales > 0元 or how == "wide", zh: 甲}, b: {if: online_sales > 0元 or how == "narrow", zh: 乙}}',
            False,
        ),
        ("    let: {x: award if online_sales < below else more}", True),
    ],
)
def test_the_advice_on_missing_rows_holds_under_some_reading(tmp_path, rest, advised):
    """The two conditions of the second one hold together only where there is a row, whatever is read."""
    amount = "x" if "let" in rest else "award"
    links = "readings: {how: {zh: 口径, default: narrow, narrow: {zh: 窄}, wide: {zh: 宽}}}\nsettlement"
    found = advice(tmp_path, f"{rest}\n    amount: {amount}", links=links)
    assert ["clauses.small.where"] * advised == [place for place, said in found if "没有当年数据" in said]


@pytest.mark.parametrize(
    "condition, name",
    [
        ("year == first", "first"),
        ("ecommerce and first >= year", "first"),
        ("year < first + 1年", "first"),
        ("year - first < 1年", ""),
        ("ecommerce and not (year == paid.first_year)", "paid.first_year"),
        ("year == first + 1年", ""),
        ("year - first <= 1年 or ecommerce", ""),
        ("ecommerce and not known(first)", ""),
    ],
)
def test_that_a_year_is_known_only_from_the_next_is_pointed_out(tmp_path, condition, name):
    rest = f"    remember: {{first: ecommerce}}\n    where: {{a: {{if: {condition}, zh: 甲}}}}\n    pays: once\n    amount: award"
    found = [(place, said) for place, said in advice(tmp_path, rest) if "从下一年起才知道" in said]
    assert found == [("clauses.small.where.a", f"要求“{name}”就是当年，永远不成立：它从下一年起才知道")] * bool(name)


def test_a_day_taken_from_a_year_is_reported_of_age(tmp_path):
    file = tmp_path / "tried.yaml"
    rest = "    where: {a: {if: year - settled_on >= 2年, zh: 甲}}\n    amount: award"
    file.write_text(SMALL.format(kind="recurrent", rest=rest, conduct=""), "utf-8")
    (found,) = [p for p in examine(document_of(file))[1] if p.severity == "error"]
    assert "年份与日期不能相减" in found.cause_zh and "age(日期)" in found.remedy_zh


def test_places_within_an_exclusive_group_are_pointed_out(tmp_path):
    other = "  more: {article: 二, zh: 另一项, kind: recurrent, amount: 1000元}\n"
    group = f"{other}links: {{exclusive: {{one: {{of: [small, more]}}}}}}\nsettlement"
    rest = "    amount: award\n    first: {n: 2户, by: online_sales}"
    assert [place for place, said in advice(tmp_path, rest, links=group) if "互斥先于名额" in said] == ["clauses.small.first"]
    assert not [said for _, said in advice(tmp_path, rest, links=f"{other}settlement") if "互斥" in said]


def test_what_follows_from_a_fault_is_not_reported(tmp_path):
    file = tmp_path / "tried.yaml"
    rest = "    let: {x: online_sales = 5, y: 1 * below}\n    where: {small: {if: x > y, zh: 条件}}\n    amount: award"
    file.write_text(SMALL.format(kind="recurrent", rest=rest, conduct=""), "utf-8")
    _, problems = examine(document_of(file))
    assert [p.cause_zh.splitlines()[0] for p in problems] == ["无法读取：单个“=”不是比较"]


def test_a_share_of_a_cell_formatted_as_per_cent_is_reported_how_to_be_written(tmp_path):
    file = tmp_path / "tried.yaml"
    file.write_text(SMALL.format(kind="recurrent", rest="    amount: award", conduct="").replace("300万元", "0.15"), "utf-8")
    (found,) = [p for p in examine(document_of(file))[1] if p.severity == "error"]
    assert found.remedy.startswith("write 15 % ") and found.remedy_zh.startswith("请写 15 %")


@pytest.mark.parametrize(
    "written, refused",
    [
        ("min(below, 24, below)", True),
        ("min(below, 24, 5元)", True),
        ("min(1,2元, below)", True),
        ("min(24, 5元)", True),
        ("min(1,200元, below)", False),
        ("min(1,200,000元, below)", False),
        ("min(3元,6元)", False),
        ("min(3元，6元)", False),
    ],
)
def test_a_comma_between_arguments_is_no_part_of_a_figure(tmp_path, written, refused):
    """`24, 5元` is two arguments, whose units do not agree; `1,200元` is one."""
    file = tmp_path / "tried.yaml"
    file.write_text(SMALL.format(kind="recurrent", rest=f"    amount: {written}", conduct=""), "utf-8")
    assert any(p.severity == "error" and "单位不一致" in p.cause_zh for p in examine(document_of(file))[1]) == refused


@pytest.mark.parametrize("name", ["from", "if", "class", "a b"])
def test_a_word_of_the_language_names_nothing(tmp_path, name):
    file = tmp_path / "tried.yaml"
    file.write_text(SMALL.format(kind="recurrent", rest=f"    amount: {name}", conduct="").replace("award:", f"{name}:"), "utf-8")
    assert any(p.place.endswith(f"numbers.{name}") and "cannot name" in p.cause for p in examine(document_of(file))[1])


def test_a_name_after_a_comma_is_not_the_unit_of_the_figure_before_it(tmp_path):
    file = tmp_path / "tried.yaml"
    text = SMALL.format(kind="recurrent", rest="    amount: award * min(months, 24, months) / below * below", conduct="")
    file.write_text(text.replace("      above:", "      months: {value: 24个月, zh: 月数}\n      above:"), "utf-8")
    assert any(p.severity == "error" and "month" in p.cause and "units do not agree" in p.cause for p in examine(document_of(file))[1])


@pytest.mark.parametrize(
    "right, wrong",
    [
        ("    numbers:\n", "    number:\n"),
        ("  small:\n    article: 第一条\n", "  small:\n    artcle: 第一条\n"),
        ("kind: recurrent", "kind: recurent"),
        ("{is: x * 1, zh: 定义}", "{iss: x * 1, zh: 定义}"),
        ("parcels: {table: annual, unit: 件", "parcels: {table: annual, unit: 粒粒"),
        ("    let:\n", "    lett:\n"),
        ("      y: {is", "      min: {is"),
        ("default: a", "default: c"),
    ],
)
def test_one_slip_is_one_problem(tmp_path, right, wrong):
    """A name that a refused line would have given is not reported a second time."""
    file = tmp_path / "tried.yaml"
    rest = """    let:
      x: online_sales - below
      y: {is: x * 1, zh: 定义}
    where:
      enough: {if: parcels > 5 and scope == "a" and last_year.快递件数 > 5, zh: 够多}
    amount: min(定义, award)"""
    text = (
        SMALL.format(kind="recurrent", rest=rest, conduct="")
        + """facts:
  parcels: {table: annual, unit: 件, zh: 快递件数}
readings:
  scope: {zh: 范围, default: a, a: {zh: 甲}, b: {zh: 乙}}
"""
    )
    assert right in text
    file.write_text(text.replace(right, wrong), "utf-8")
    found = [p for p in examine(document_of(file))[1] if p.severity == "error"]
    assert len(found) == 1, [str(p) for p in found]
