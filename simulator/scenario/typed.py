"""Values as people write and as reports show them: 500万元, 五百万元, 0.05亿, 40%, 2016/12/31, 先到先得, 四（三）."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from simulator.characters import in_digits, narrow, parse_number
from simulator.law.terms import Law
from simulator.phrases import phrase

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
    "draws": ("次",),
}
_DIGITS = "〇一二三四五六七八九零"  # of a year, place by place
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
    """A number in Chinese, or with the name of its setting's unit behind it; bare digits in quotes are no number.

    >>> quantity("300平方米", "m2"), quantity("三百", "m2"), quantity("零点四", "share"), quantity("３００", "m2")
    (Decimal('300'), Decimal('300'), Decimal('0.4'), Decimal('300'))
    >>> quantity("300元", "m2"), quantity("300", "m2"), quantity("三五百", "m2")
    (None, None, None)
    """
    written = narrow(text).strip().casefold()
    name = next((name for name in sorted(UNIT_NAMES.get(unit, ()), key=len, reverse=True) if written.endswith(name)), "")
    try:
        return parse_number(in_digits(written.removesuffix(name).strip())) if name or not text.isascii() else None
    except ValueError:
        return None


def of_unit(text: str, unit: str) -> Any:
    """A value as it is written for a setting of this unit: an amount, a share, a day or any number in words; None for what is none.

    >>> of_unit("500万", "CNY"), of_unit("40%", "share"), of_unit("零点四", "share"), of_unit("三百", "m2")
    (Decimal('5000000'), Decimal('0.4'), Decimal('0.4'), Decimal('300'))
    """
    if unit == "CNY":
        return with_unit(text)
    if unit == "date":
        return day(text)
    found = share(text) if unit in ("share", "occupancy", "probability") else None
    return quantity(text, unit) if found is None else found


def whole(text: str) -> int | None:
    """A year or a count: in Chinese, or with 年 or 次 behind it.

    >>> whole("二〇一八年"), whole("2018年"), whole("五百"), whole("1,000次"), whole("一点五"), whole("500")
    (2018, 2018, 500, 1000, None, None)
    """
    if re.fullmatch(f"[{_DIGITS}]{{4}}年?", text.strip()):
        return int(text.strip().removesuffix("年").translate({ord(sign): str(place % 10) for place, sign in enumerate(_DIGITS)}))
    found = quantity(text, "years") if "次" not in text else quantity(text, "draws")
    return None if found is None or found != int(found) else int(found)


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


def called(words: str, names: Mapping[str, str], clauses: Iterable[tuple[str, str, str, str]]) -> str:
    """What is meant by words for a setting: the one of that name, or where those of a clause are listed; "" where nothing is called so.

    names: what settings are called, by path."""
    named = [path for path, name in names.items() if words in name] if words and not words.isascii() else []
    if len(named) == 1:
        return phrase("did you mean {}?", named[0])
    return phrase("see simulator terms {}", words) if named or clause(words, clauses) != words else ""


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
