"""Values as people write and as reports show them: 500万元, 五百万元, 0.05亿, 40%, 2016/12/31, 先到先得, 四（三）."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from simulator.characters import in_digits, narrow, parse_number
from simulator.law.terms import Law

_AMOUNT = re.compile(r"(?:人民币)?(.*?)(?:元整?)?")
_SHARE = re.compile(r"([+-]?\d+(?:\.\d+)?) ?(%|‰|‱|成)")
_PARTS = {"%": 100, "‰": 1_000, "‱": 10_000, "成": 10}
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
UNIT_NAMES = {  # how units of settings are written
    "m2": ("m2", "㎡", "平米", "平方", "平方米"),
    "months": ("月", "个月", "month", "months"),
    "years": ("年", "year", "years"),
    "count": ("户", "家", "个", "人", "名"),
    "ratio": ("倍", "times"),
    "CNY/m2/month": ("元",),
}
SMALL = Decimal(10_000)  # CNY: what one award can be where a law names none


def amount(text: str) -> Decimal | None:
    """CNY written with its unit, or with commas; None for what is no amount.

    >>> amount("500万"), amount("0.05 亿元"), amount("5,000,000"), amount("五百万元"), amount("many")
    (Decimal('5000000'), Decimal('5000000'), Decimal('5000000'), Decimal('5000000'), None)
    """
    found = _AMOUNT.fullmatch(narrow(text).strip())
    try:
        return parse_number(in_digits(found[1].strip())) if found else None
    except ValueError:
        return None


def with_unit(text: str) -> Decimal | None:
    """As `amount`, and only of a text that says its unit or has commas: bare digits in quotes are no number."""
    return amount(text) if re.search("[^\x00-\x7f]|,", text) else None


def amounts(value: Any) -> Any:
    """A value, or the values of a mapping or list, with amounts as numbers; others as they are."""
    if isinstance(value, Mapping):
        return {key: amounts(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [amounts(inner) for inner in value]
    number = with_unit(value) if isinstance(value, str) else None
    return value if number is None else number


def share(text: str) -> Decimal | None:
    """Per cent as a share.

    >>> share("40%"), share("2.5 ％"), share("百分之四十"), share("四成"), share("0.4")
    (Decimal('0.4'), Decimal('0.025'), Decimal('0.4'), Decimal('0.4'), None)
    """
    found = _SHARE.fullmatch(in_digits(narrow(text).strip().replace("百分之百", "100%")))
    return Decimal(found[1]) / _PARTS[found[2]] if found else None


def quantity(text: str, unit: str) -> Decimal | None:
    """A number with the name of its setting's unit behind it.

    >>> quantity("300平方米", "m2"), quantity("36 个月", "months"), quantity("300元", "m2"), quantity("300", "m2")
    (Decimal('300'), Decimal('36'), None, None)
    """
    written = narrow(text).strip().casefold()
    name = next((name for name in sorted(UNIT_NAMES.get(unit, ()), key=len, reverse=True) if written.endswith(name)), "")
    try:
        return parse_number(in_digits(written.removesuffix(name).strip())) if name else None
    except ValueError:
        return None


def day(text: str) -> datetime.date | None:
    """A day of the calendar in the ways it is written here.

    >>> day("2016/12/31"), day("2016年3月1日"), day("2016-02-30")
    (datetime.date(2016, 12, 31), datetime.date(2016, 3, 1), None)
    """
    found = _DATE.fullmatch(narrow(text).strip())
    try:
        return datetime.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def plain(text: str) -> str:
    """What was typed after path= as YAML reads it: a share, a day or a number with commas written out, others as they are."""
    number, found, on = share(text), re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text.strip()), day(text)
    if number is not None:
        return f"{number:f}"
    return text.strip().replace(",", "") if found else str(on) if on else text


def clause(text: str, clauses: Iterable[tuple[str, str, str, str]]) -> str:
    """The slug of a clause that is named by slug, article, or either name; the text itself where none is.

    clauses: slug, article, zh, en of each.

    >>> clause("四(三)", [("office_rent", "四（三）", "办公用房租金补助", "Office rent support")])
    'office_rent'
    """
    wanted = _folded(text)
    return next((own[0] for own in clauses if wanted in map(_folded, own)), text)


def clauses_of(law: Law) -> list[tuple[str, str, str, str]]:
    """slug, article, zh and en of a law's clauses."""
    return [(slug, block.article, block.zh, block.en) for slug, block in law.blocks.items() if block.kind != "rule"]


def least_award(law: Law) -> Decimal:
    """The least amount that the law names for an award, CNY: whoever appropriates less has left out a unit."""
    named = [
        value
        for number in law.numbers.values()
        if number.unit == "CNY" and not number.edge
        for value in number.values.values()
        if value > 0
    ]
    return min(named, default=SMALL)


def _folded(text: str) -> str:
    return re.sub(r"\s", "", narrow(text)).casefold()
