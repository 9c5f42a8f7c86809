"""Problems of a register in Chinese: the program's messages (`simulator.messages`), with the names a clerk has for columns, tables,
clauses and units in what they quote.
"""

from __future__ import annotations

import re
from functools import cache

from simulator import messages
from simulator.errors import Problem
from simulator.population.schema import Contract, contract

UNITS = {"CNY per m² and month": "元/平方米·月", "CNY": "元", "m²": "平方米"}

_QUOTED = "“[^”]*”"  # what stands in a cell is repeated as it stands
# sales (销售额), none/无: both names of one thing
_LABEL = re.compile(rf"{_QUOTED}|\b[a-z_0-9]+ \(([^()]*[\u4e00-\u9fff][^()]*)\)|\b[a-z]+/([\u4e00-\u9fff]+)")
_LISTED = re.compile(rf"{_QUOTED}|(?<=[\u4e00-\u9fff）]), (?=[\u4e00-\u9fff])")
_UNIT = re.compile(rf"{_QUOTED}|" + "|".join(map(re.escape, UNITS)))


def chinese(text: str) -> str:
    """A message in Chinese; what is no message (a name, a number) in the words a clerk has for it.

    >>> from simulator.phrases import phrase
    >>> chinese(phrase("{} is not a number", "“12x”")), chinese(phrase("required column {} is missing", "sales (销售额)"))
    ('“12x”不是数字', '缺少必填列“销售额”')
    >>> chinese("sales (销售额), rent (月租金)"), chinese("office_rent, data_line"), chinese("vat")
    ('销售额、月租金', '四（三）、四（九）', '增值税')
    """
    return messages.chinese(text, _named)


@cache
def _names(under: Contract) -> re.Pattern[str]:
    return re.compile(rf"{_QUOTED}|(?<![\w./])(" + "|".join(_by_name(under)) + r")(?![\w./])")


def articles() -> dict[str, str]:
    """The article of every clause of the policy in force, by slug."""
    return {clause.slug: clause.article for clause in contract().policy.clauses}


@cache
def _by_name(under: Contract) -> dict[str, str]:
    """The Chinese names of clauses, tables and columns; those that are English words only with their underscore."""
    columns = {column.name: column.header for table in under.tables for column in table.columns}
    return columns | {table.name: table.header for table in under.tables} | {clause.slug: clause.article for clause in under.policy.clauses}


def _named(text: str) -> str:
    """A quoted part: labels, clauses, columns and units by their Chinese names; what stands in a cell as it stands."""
    text = _LABEL.sub(lambda found: found.group(1) or found.group(2) or found.group(), text)
    text = _names(contract()).sub(lambda found: _by_name(contract()).get(found.group(1), found.group()), text)
    text = _UNIT.sub(lambda found: UNITS.get(found.group(), found.group()), text)
    return _LISTED.sub(lambda found: "、" if found.group() == ", " else found.group(), text)


def place_in_chinese(place: str) -> str:
    """Where a problem is: line, row and column in Chinese.

    >>> place_in_chinese("annual.csv line 4, column sales (销售额)")
    'annual.csv 第 4 行“销售额”列'
    >>> place_in_chinese("E1, 2013, sales")
    'E1，2013 年，销售额'
    """
    place = messages.place_in_chinese(re.sub(r", column \w+ \(([^()]*)\)", r"“\1”列", place))
    place = re.sub(r", sheet (.*)", r" 的工作表“\1”", place)
    parts = [f"{part} 年" if re.fullmatch(r"[12]\d{3}", part) else _by_name(contract()).get(part, part) for part in place.split(", ")]
    return "，".join(parts)


def translated(problem: Problem, lang: str) -> Problem:
    """A problem in Chinese (`zh`) or as it is."""
    return messages.translated(problem, lang, chinese, place_in_chinese)
