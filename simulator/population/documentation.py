"""The declared contract as documentation: one row per column, made from `schema` and never written by hand."""

from __future__ import annotations

import pandas as pd

from simulator.law.language.units import unit_in_chinese
from simulator.population.column import Column
from simulator.population.schema import contract
from simulator.population.spelling import iso
from simulator.population.wording import articles

KINDS = {
    "text": "文本", "date": "日期", "money": "金额", "area": "面积", "rent": "租金", "share": "比例", "count": "数量",
    "flag": "是/否", "choice": "选项", "year": "年度", "clause": "条款",
}  # fmt: skip


def range_of(column: Column) -> str:
    """What a cell may hold, as a person reads it.

    >>> range_of(contract().tables[1].column("building_occupancy"))
    '0 … 1'
    """
    if column.choices:
        return " / ".join(next((w for w in words if not w.isascii()), words[0]) for _, words in column.choices)
    if column.kind == "flag":
        return "是 / 否"
    if column.low is None or column.high is None:
        return ""
    if column.kind == "date":
        return f"{iso(column.low)} … {iso(column.high)}"
    return f"{column.low:,} … {column.high:,}" if column.kind != "year" else f"{column.low} … {column.high}"


def rules_of(column: Column) -> list[tuple[str, str, str]]:
    """The rules a column is held to: severity, Chinese, English."""
    rules = []
    if column.required:
        rules.append(("error", "不得缺少、空白或未知", "neither absent, blank nor unknown"))
    if column.name == "enterprise_id":
        rules.append(("warning", "18 位代码的校验码应正确", "the check character of an 18-character code is right"))
    if column.low is not None or column.choices or column.kind == "flag":
        rules.append(("error", f"取值范围 {range_of(column)}", f"within {range_of(column)}"))
    for severity, zh, en in column.checks:
        rules.append((severity, zh, en))
    return rules


def note(column: Column) -> str:
    """What a clerk reads beside a header."""
    parts = [f"{column.header} {column.name}", column.note_zh]
    if column.unit and column.kind not in ("flag", "date"):
        parts.append(f"单位：{unit_in_chinese(column.unit) if column.kind == 'money' else column.unit}")
    if column.kind == "date":
        parts.append("写成 2013-05-06")
    if range_of(column) and column.kind in ("choice", "flag", "share", "clause"):
        parts.append(f"可填：{range_of(column)}")
    parts.append("必填" if column.required else "空白表示没有；不清楚填“未知”" if column.kind != "text" else "")
    return "\n".join(part for part in parts if part)


def clauses_of(column: Column) -> str:
    """The clauses that need a fact, by article.

    >>> clauses_of(contract().tables[1].column("vat")), clauses_of(contract().tables[0].column("violated_on"))
    ('四（四）', '各条款 every clause')
    """
    every = len(column.needed_by) == len(contract().policy.slugs)
    return "各条款 every clause" if every else "、".join(articles()[slug] for slug in column.needed_by)


def columns_table() -> pd.DataFrame:
    """Every column of every table: names, kind, unit, resolution, range, blank, rules, clauses that need it, meaning."""
    rows = []
    for table in contract().tables:
        for column in table.columns:
            severity = {"error": "错误", "warning": "提示"}
            counted = column.kind in ("money", "area", "rent", "share", "count")
            rows.append({
                "表 table": table.label,
                "列 column": column.name,
                "中文表头 header": column.header,
                "类型 type": KINDS[column.kind],
                "单位 unit": column.unit,
                "精度 resolution": f"{1 / column.resolution:f}".rstrip("0").rstrip(".") if counted else "",
                "范围 range": range_of(column),
                "空白 blank": "不可空" if column.required else "推算" if column.derived else "是" if column.default == 1 else "无",
                "规则 rules": "；".join(f"{severity[s]}：{zh}" for s, zh, _ in rules_of(column)),
                "条款 clauses": clauses_of(column),
                "含义 meaning": " / ".join(filter(None, (column.note_zh, column.note_en))),
            })  # fmt: skip
    return pd.DataFrame(rows)
