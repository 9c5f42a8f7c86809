"""Units of a column: what its header, its group heading, the sheet's title or the user declares, as a factor.

Amounts are CNY unless 千元, 万元 or 亿元 is declared. Nearer declarations count (a cell's own suffix, then the header, then
the title), but two that contradict each other stop the import and ask; `--unit column=万元` answers and overrules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from simulator.errors import PopulationError, Problem, nearest
from simulator.population.column import Column, Table, plain, squeezed
from simulator.population.schema import TABLES

MONEY = {
    "元": 1, "人民币元": 1, "cny": 1, "rmb": 1, "yuan": 1,
    "千元": 1_000, "人民币千元": 1_000,
    "万元": 10_000, "人民币万元": 10_000, "万": 10_000, "wan": 10_000, "10kcny": 10_000, "10,000cny": 10_000,
    "百万元": 1_000_000, "millioncny": 1_000_000,
    "亿元": 100_000_000, "人民币亿元": 100_000_000, "亿": 100_000_000,
}  # fmt: skip
ANSWERS = ("元", "千元", "万元", "亿元")
_OTHERS: dict[str, dict[str, int | Decimal]] = {  # by kind: unit words, without dots, slashes and blanks → factor
    "area": {"m2": 1, "平方米": 1, "平米": 1},
    "rent": dict.fromkeys(("元m2月", "元平方米月", "元平米月", "元月m2", "元月平方米", "cnyperm2andmonth",
                           "元每平方米每月", "元m2每月"), 1),
    "share": {"%": Decimal("0.01"), "百分比": Decimal("0.01"), "0…1": 1, "0-1": 1, "01": 1, "比例": 1, "小数": 1},
    "count": dict.fromkeys(("人", "个", "户", "家", "名", "人次"), 1),
}
_TITLE_UNIT = re.compile(r"(?:金额)?单位(?:均)?(?:为)?[:为]?(?:人民币)?(百万元|万元|千元|亿元|元)|[((](百万元|万元|千元|亿元)[))]")
_MARKS = re.compile(r"^[*★☆]+|[*★☆]+$|\((?:必填|选填)项?\)")  # what a form adds to a header
_LEAD = re.compile(r"^(?:\(?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[.、)])?(?:其中:?|#)?")  # 1.销售额, （一）资本, 其中：网络零售额
_SEPARATORS = re.compile(r"[((\[【/::,、]")


@dataclass(frozen=True)
class Declared:
    """The unit of a column: factor of a written number to the contract's unit, and where it was declared (answer,
    header, title)."""

    factor: Decimal
    word: str
    where: str


def column_named(text: str, table: Table) -> Column | None:
    """The column a header cell names, with or without a unit behind it."""
    return _split(text, table)[0]


def _split(text: str, table: Table) -> tuple[Column | None, str]:
    """Column and unit word of a header cell; (None, "") when it names no column."""
    names = table.names
    name = _LEAD.sub("", _MARKS.sub("", squeezed(text)))
    if name in names:
        return names[name], ""
    for match in _SEPARATORS.finditer(name):
        column = names.get(name[:match.start()])
        if column is not None:
            return column, name[match.end():].strip("()[]】:单位").strip()
    return None, ""


def declared_unit(column: Column, header: str, group: str, title: str, table: Table, beside: str = "") -> Declared | str | None:
    """The unit a header declares for a column; None where nothing does, a text saying what contradicts or is not known.

    beside: a heading with a unit above other columns, where nobody can tell how far it reaches.
    """
    _, word = _split(header, table)
    if column.kind == "money":
        found = {}
        if word:
            if word not in MONEY:
                return f"the unit “{word}” is not known"
            found["header"] = word
        if not word and group and (inner := money_word(group)):
            found["header"] = inner
        titled = sorted({a or b for a, b in _TITLE_UNIT.findall(squeezed(title))}, key=len)
        if len({MONEY[unit] for unit in titled}) > 1 and "header" not in found:
            return f"the title names two units, {' and '.join(titled)}"
        if titled:
            found["title"] = titled[0]
        if beside and not group and not found:
            return f"“{beside}” stands above other columns only"
        factors = {where: MONEY[unit] for where, unit in found.items()}
        if len(set(factors.values())) > 1:
            return f"the header says {found['header']}, the title {found['title']}"
        return next((Declared(Decimal(MONEY[unit]), unit, where) for where, unit in found.items()), None)
    if not word or column.kind not in _OTHERS:
        return None
    factor = _OTHERS[column.kind].get(re.sub(r"[·.*/\s]", "", word))
    return f"the unit “{word}” is not known" if factor is None else Declared(Decimal(factor), word, "header")


def money_word(group: str) -> str:
    """The money unit at the end of a group heading, blank where there is none.

    >>> money_word("税收（万元）"), money_word("税收")
    ('万元', '')
    """
    word = _SEPARATORS.split(squeezed(group))[-1].strip("()[]】:单位")
    return word if word in MONEY else ""


def parse_answers(options: list[str]) -> dict[str, str]:
    """`column=万元` texts of `--unit` as answers. Raises PopulationError with every problem.

    >>> parse_answers(["sales=万元", "注册资本=元"])
    {'sales': '万元', '注册资本': '元'}
    """
    answers, problems = {}, []
    for option in options:
        name, equals, unit = (part.strip() for part in option.partition("="))
        if not equals:
            problems.append(Problem(f"--unit {option}", "is not column=unit", "e.g. --unit sales=万元"))
        answers[name] = unit
    problems += check_answers(answers)
    if problems:
        raise PopulationError(problems)
    return answers


def check_answers(answers: Mapping[str, str]) -> list[Problem]:
    """What is wrong with answers: an unknown column, one that is no amount, an unknown unit."""
    problems = []
    every = {f"{table.name}.{column.name}": column for table in TABLES for column in table.columns}
    amounts = sorted({column.name for column in every.values() if column.kind == "money"})
    for name, unit in answers.items():
        found = [column for table in TABLES if (column := _answered(name, table)) is not None]
        if not found:
            problems.append(Problem(f"--unit {name}", "is no column", nearest(name, amounts) or ", ".join(amounts)))
        elif all(column.kind != "money" for column in found):
            problems.append(Problem(f"--unit {name}", "is no column of amounts", "one of " + ", ".join(amounts)))
        if unit not in ANSWERS:
            problems.append(Problem(f"--unit {name}={unit}", "is no unit of amounts", "write 元 or 万元"))
    return problems


def answer_for(answers: Mapping[str, str], column: Column, table: Table) -> Declared | None:
    """The user's unit for a column of a table, by English or Chinese name, with or without the table's."""
    if column.kind != "money":
        return None
    for name, unit in answers.items():
        if _answered(name, table) is column and unit in MONEY:
            return Declared(Decimal(MONEY[unit]), unit, "answer")
    return None


def _answered(name: str, table: Table) -> Column | None:
    owner, dot, rest = name.rpartition(".")
    if dot and plain(owner) not in (table.name, table.header):
        return None
    return table.names.get(squeezed(rest))
