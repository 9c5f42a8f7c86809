"""A policy workbook as people fill it in: what a spreadsheet makes of their typing, and faults reported by sheet, row and column."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import openpyxl
import pytest

from simulator import resources
from simulator.law import policybook
from simulator.law.policyblocks import FACT_KEYS, NUMBER_KEYS
from simulator.law.policyclauses import CLAUSE_KEYS
from simulator.law.policyfile import TOP, document_of, examine
from simulator.messages import translated

FORM = resources.folder("data") / "policies" / "form.yaml"


@pytest.fixture
def book(tmp_path):
    """Opens the form as a workbook, changes cells (sheet, name of the row, column, value, format) and checks it."""

    def check(*changes, after=lambda book: None):
        path = tmp_path / "政策.xlsx"
        policybook.save(document_of(FORM).data, path)
        opened = openpyxl.load_workbook(path)
        places = []
        for sheet, name, column, value, *form in changes:
            rows = opened[sheet]
            at = {cell.value: cell.column for cell in rows[1]}
            row = next(r for r in range(2, 200) if name in [rows.cell(r, c).value for c in range(1, 4)])
            cell = rows.cell(row, at.get(column, 2))
            cell.value = value
            if form:
                cell.number_format = form[0]
            places.append(f"{sheet}!{cell.coordinate}")
        after(opened)
        opened.save(path)
        law, problems = examine(document_of(path))
        return law, problems, places

    return check


def value_of(law, path):
    return law.numbers[path].at(2016)


def test_what_a_spreadsheet_makes_of_what_is_typed_is_understood(book):
    law, problems, places = book(
        ("数字", "rate", "数值", 0.05, "0%"),
        ("数字", "years", "数值", "2"),
        ("数字", "years", "单位", "年"),
        ("数字", "step", "数值", "1,000,000"),
        ("数字", "step", "单位", "元"),
        ("基本信息", "开始日期", "内容", "2016年1月1日", "@"),
        ("基本信息", "结束日期", "内容", datetime.datetime(2018, 12, 31)),
        ("条款", "training", "金额公式", "=hours", "General"),
        ("条件", "begun", "公式", "first ＜＝ year＜first＋years"),
        ("条款", "first_sales", "各档", "low＝low_award；high＝high_award"),
        ("条款", "rent_support", "兑现", "连续两年"),
    )
    assert law is not None, problems
    assert (value_of(law, "rent_support.rate"), value_of(law, "rent_support.years"), value_of(law, "growth.step")) == (
        Decimal("0.05"),
        2,
        1_000_000,
    )
    assert (law.start.isoformat(), law.end.isoformat()) == ("2016-01-01", "2018-12-31")
    assert [p.place.partition("（")[0].rpartition(" ")[2] for p in problems if "=hours" in p.cause] == [places[7]]


@pytest.mark.parametrize(("zh", "said"), [("一档", []), ("另一名称", ["重复"])])
def test_a_number_of_several_years_may_say_its_name_on_each_line(book, zh, said):
    def later(opened):
        rows = opened["数字"]
        at = {cell.value: cell.column for cell in rows[1]}
        row = next(r for r in range(2, rows.max_row + 1) if rows.cell(r, at["代号"]).value == "step")
        new = rows.max_row + 1
        for header in ("条款", "代号", "中文名称"):
            rows.cell(new, at[header]).value = rows.cell(row, at[header]).value
        rows.cell(row, at["自年份"]).value, rows.cell(new, at["自年份"]).value = 2016, 2018
        rows.cell(new, at["数值"]).value, rows.cell(new, at["中文名称"]).value = "200万元", zh

    law, problems, _ = book(after=later)
    assert [p.cause_zh.partition("，")[0] for p in problems] == said
    if not said:
        assert law is not None
        assert [law.numbers["growth.step"].at(year) for year in (2016, 2017, 2018)] == [1_000_000, 1_000_000, 2_000_000]


def test_a_formula_of_the_spreadsheet_is_refused_with_its_cell(book):
    law, problems, places = book(
        ("数字", "step", "数值", "=50*20000", "General"), ("条款", "growth", "中文名称", '="增长"&"奖励"', "General")
    )
    errors = [p for p in problems if p.severity == "error"]
    assert law is None and {p.place.partition("（")[0].rpartition(" ")[2] for p in errors} == set(places) and len(errors) == 2
    assert all("表格程序的公式" in p.cause_zh and "数值" in p.remedy_zh for p in errors)


def test_a_merged_cell_stands_in_each_of_its_rows(book):
    def merged(opened):
        rows = opened["条件"]
        first = next(r for r in range(2, 50) if rows.cell(r, 1).value == "growth")
        assert rows.cell(first + 1, 1).value == "growth"
        rows.merge_cells(start_row=first, end_row=first + 1, start_column=1, end_column=1)

    law, problems, _ = book(after=merged)
    assert law is not None, problems
    assert [c.name for c in law.policy.clauses[law.policy.index("growth")].conditions][:2] == ["listed", "known_before"]


FAULTS = [
    ("条款", "growth", "种类", "每年"),
    ("条款", "growth", "文号", None),
    ("条款", "first_sales", "含本数", "以上"),
    ("条款", "first_sales", "衔接", "随意"),
    ("条款", "rent_support", "兑现", "三年"),
    ("条款", "rent_support", "期限", "三年"),
    ("条款", "courier", "排序依据", "parcel"),
    ("条件", "listed", "公式", "listed == 5"),
    ("条件", "enough", "公式", None),
    ("数字", "step", "数值", None),
    ("数字", "rate", "单位", "斗"),
    ("数字", "enterprise_cap", "文号", None),
    ("指标", "parcels", "单位", "斗"),
    ("指标", "listed", "表", "月度"),
    ("解读", "rent_start", "默认", None),
    ("关联", "enterprise", "条款", "growth、grow"),
    ("关联", "enterprise", "期间", "每月"),
    ("结算", "sound", "公式", "accounts_sound is none"),
    ("基本信息", "结束日期", "内容", "年底"),
    ("条款", "training", "金额公式", "hours + 5元"),
    ("条款", "growth", "金额公式", "award + 5"),
    ("条款", "courier", "分几年兑现", "很多"),
    ("条件", "small", "条款", "trainning"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{f[0]}_{f[1]}_{f[2]}" for f in FAULTS])
def test_a_fault_is_reported_in_the_words_of_the_workbook(book, fault):
    """By sheet and cell; its remedy names no key of the other form."""
    law, problems, places = book(fault)
    errors = [p for p in problems if p.severity == "error"]
    assert law is None and errors
    keys = {*TOP, *CLAUSE_KEYS, *FACT_KEYS, *NUMBER_KEYS, "steps", "edge", "follow"} - {"term"}
    sheet, cell = places[0].split("!")
    row = re.search(r"\d+", cell)[0]
    assert any(re.search(rf"{sheet}![A-Z]+{row}（", p.place) for p in errors) or sheet == "解读"
    for problem in errors:
        said = translated(problem, "zh")
        for text in (said.cause.partition("\n")[0], said.remedy):
            assert text and not re.search(r"[a-z_]+:|[{]", text) and not set(re.findall(r"[a-z_]+", text)) & keys, (problem.cause, text)
