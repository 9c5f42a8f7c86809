"""One cell: from the text an office writes to the whole number a population stores, and back.

Only what is plainly meant is accepted; whatever could be read two ways is refused with the way to write it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from simulator import money
from simulator.characters import narrow, parse_number
from simulator.phrases import phrase
from simulator.population import days
from simulator.population.column import Column, plain, squeezed
from simulator.population.schema import contract
from simulator.population.spelling import iso
from simulator.population.units import MONEY, OTHERS, Declared, bare_unit
from simulator.spreadsheets import unescaped

UNKNOWN = ("未知", "unknown")  # compared with the plain form of a cell
TRUE, FALSE = ("是", "true", "1", "yes"), ("否", "false", "0", "no")
ZEROS = ("零", "〇", "零元", "〇元", "零元整")
SHORTENED = re.compile(r"\d([.,]\d+)?([eE]\+?|×10\^)\d+")  # what a spreadsheet makes of a long code it took for a number
CODE_SHAPED = re.compile(r"[0-9A-Za-z]{18}")  # a code of GB 32100, letters in either case
LOST_DIGITS = re.compile(r"[1-9]\d{14}000")  # a code of digits only, of which a spreadsheet has kept fifteen
NOTHING = tuple(r"- -- — —— – − / \ \n . ... ...... * × nan null none nil n/a na #n/a 无 nat 空 缺".split())
TOTALS = ("合计", "总计", "小计", "total", "sum")  # a totals row would be counted as one more enterprise
EXAMPLE = re.compile(r"\W?(填写|填报)?(示例|范例|举例|样例$|例\W|例$|例如|example|sample\b)|[x×*]{6,}$|9?x{6,}")
SHOWN = 60  # characters of an offending text that a message repeats


class Refused(ValueError):
    """A cell that cannot be used: what was found, and what to write instead; together: reported once for all cells of a column that
    have the same of it."""

    def __init__(self, cause: str, remedy: str = "", together: str = ""):
        super().__init__(cause)
        self.cause, self.remedy, self.together = cause, remedy, together


def shown(text: str) -> str:
    """A text as messages repeat it: on one line, cut to a readable length, what nobody sees by its code point."""
    visible = "".join(
        letter if letter.isprintable() else " " if letter in "\t\r\n" else f"‹U+{ord(letter):04X}›" for letter in text[:SHOWN]
    )
    return f"“{visible}{'…' if len(text) > SHOWN else ''}”"


_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_SUFFIXED = re.compile(r"(.*[\d.,)])\s*((?:人民币)?(?:元|千元|万元?|百万元?|亿元?))")


def parse(text: str, column: Column, declared: Declared | None = None, mac_dates: bool = False) -> tuple[int | str, str]:
    """The stored value of a non-blank cell, and what is remarkable about it: "rounded" (digits finer than the resolution were
    rounded half up), a word of `days.read`, or nothing. declared: the unit of the column, where one is; mac_dates: day numbers
    count from 1904.

    Raises Refused for everything the column's kind does not allow.
    """
    kind = column.kind
    if kind == "text":
        return _text(text, column), ""
    if kind not in ("flag", "choice") and (word := plain(text)) in NOTHING:
        cause = phrase("{} is not a number", shown(text)) if kind not in ("date", "year") else phrase("{} is not a " + kind, shown(text))
        raise Refused(cause, "leave blank for none, write 未知 for unknown", word)
    if kind == "flag":
        return _flag(text), ""
    if kind == "choice":
        return _choice(text, column), ""
    if kind == "date":
        return _date(text, column, mac_dates)
    if kind in ("year", "clause"):
        return _whole(text, column), ""
    return _number(text, column, declared)


_MEASURED = re.compile(r"([\d.,]*\d)\s*([^\d.,]\D*2?\D*)")


def own_unit(text: str) -> Decimal | None:
    """The factor of a unit written behind an amount, as 3000万; None where there is none.

    >>> own_unit("3000 万元"), own_unit("3000")
    (Decimal('10000'), None)
    """
    if not text or text[-1].isdecimal():  # the common case
        return None
    match = _SUFFIXED.fullmatch(plain(text))
    return Decimal(MONEY[match.group(2)]) if match else None


def _text(text: str, column: Column) -> str:
    """A text; identifiers are made half-width, so that the same code typed in two ways is one code."""
    text = text.strip()
    if column.name.endswith("_id"):
        text = narrow(text).strip()
    text = unescaped(text)
    bare = re.sub("[-\\s]|^'", "", text)  # an apostrophe tells a spreadsheet that it is a text
    if column.name.endswith("_id") and CODE_SHAPED.fullmatch(bare):
        text = bare.upper()  # the same code typed in small letters, or in groups, is one code
    if column.name == "enterprise_id":
        if SHORTENED.fullmatch(text):
            cause = phrase("{} is a code that a spreadsheet has shortened to a number", shown(text))
            raise Refused(cause, "format the column as text and enter the code again", "code")
        if LOST_DIGITS.fullmatch(text):
            cause = phrase("{} is a code whose last digits a spreadsheet has lost", shown(text))
            raise Refused(cause, "format the column as text and enter the code again", "code")
        if plain(text) in TOTALS:
            raise Refused(phrase("{} is a totals row, not an enterprise", shown(text)), "remove the row")
        if EXAMPLE.match(plain(text)):
            raise Refused(phrase("{} is an example of how to fill in, not an enterprise", shown(text)), "remove the row")
        if plain(text) in UNKNOWN or set(plain(text)) <= {"#"}:
            raise Refused(phrase("{} cannot be the code of an enterprise", shown(text)), "write any text that is its own")
    return text


def _flag(text: str) -> int:
    word = plain(text).removesuffix(".0")
    if word in TRUE:
        return 1
    if word in FALSE:
        return 0
    raise Refused(phrase("{} is neither yes nor no", shown(text)), "write 是 or 否 (true/false, 1/0, yes/no)")


def _choice(text: str, column: Column) -> int | str:
    word = plain(text)
    for value, words in column.choices:
        if word in words:
            return value
    known = ", ".join("/".join(words[:2]) for _, words in column.choices)
    raise Refused(phrase("{} is not one of the choices", shown(text)), phrase("write one of {}", known))


_NO_DAY = {  # why a text is no day, by the word `days.read` has for it: cause, remedy, and whether it is reported once for a column
    "day-first": ("{} is ambiguous: day and month could be either", "write year first, as 2013-05-06", ""),
    "no-day": ("{}: there is no such day", "write a day of the calendar, as 2013-02-28", ""),
    "none": ("{} is what programs write where there is no day", "leave blank for no such date, write 未知 for unknown", "none"),
    "either": ("{} is a time of day: in UTC it is the day after", "write the day alone, as 2013-05-06", "either"),
}


def _date(text: str, column: Column, mac_dates: bool) -> tuple[int, str]:
    """The whole number yyyymmdd, and how the day was found."""
    day, how = days.read(plain(text), mac_dates)
    if day is None:
        cause, remedy, together = _NO_DAY.get(how, ("{} is not a date", "write 2013-05-06, 2013/5/6, 2013年5月6日 or 20130506", ""))
        raise Refused(phrase(cause, shown(text)), remedy, together)
    value = day.year * 10_000 + day.month * 100 + day.day
    earliest, latest = column.bounds
    if not earliest <= value <= latest:
        raise Refused(
            phrase("{} lies outside {} to {}", shown(text), iso(earliest), iso(latest)), "check the year; leave blank for no such date"
        )
    return value, how


def _whole(text: str, column: Column) -> int:
    """A year or a clause's number; "2013年" and a spreadsheet's 2013.0 are whole, 四（三） is the third clause."""
    low, high = column.bounds
    if column.kind == "clause" and (number := contract().clauses.get(squeezed(text))):
        return number
    bounds = phrase("{} to {}", low, high)
    remedy = phrase("write a whole number from {}" if column.kind == "year" else "write 四（三）, or a whole number from {}", bounds)
    try:
        value = parse_number(_year(plain(text)) if column.kind == "year" else text)
    except ValueError:
        raise Refused(phrase(f"{{}} is not a {column.kind}", shown(text)), remedy) from None
    if not low <= value <= high or value != value.to_integral_value():
        raise Refused(phrase(f"{{}} is not a {column.kind} from {{}}", shown(text), bounds), remedy)
    return int(value)


def _year(word: str) -> str:
    """The digits of a year, as of 2013年度 and 二〇一三年."""
    return re.sub("年度?$", "", word).translate(_CHINESE_DIGITS)


def _number(text: str, column: Column, declared: Declared | None) -> tuple[int, str]:
    """An amount, area, rent, share or count in units of 1/resolution."""
    factor = Decimal(1) if declared is None else declared.factor
    low, high = column.bounds
    whole, _, fraction = text.partition(".")
    digits = len(str(column.resolution)) - 1  # resolutions are powers of ten
    if (
        factor == 1
        and len(text) <= 15
        and text.isascii()
        and whole.isdecimal()
        and len(fraction) <= digits
        and (fraction.isdecimal() or not fraction)
    ):
        value = int(whole + fraction.ljust(digits, "0"))  # the common case, ten times as fast
        if value <= high * column.resolution:
            return value, ""
    suffix = ""
    if plain(text) in ZEROS:
        return 0, ""
    if column.kind == "money" and (match := _SUFFIXED.fullmatch(plain(text))):
        text, suffix = match.groups()
        if declared is not None and not declared.is_settled and MONEY[suffix] != factor:
            cause = phrase("{} bears another unit than its column, which is in {}", shown(text + suffix), declared.word)
            raise Refused(cause, "write one unit in the column, or say --unit")
        factor = Decimal(MONEY[suffix])
    elif column.kind == "share" and (match := re.fullmatch(r"(.*\d)\s*%", plain(text))):
        text, suffix, factor = match.group(1), "%", Decimal("0.01")
    elif column.kind in OTHERS and (match := _MEASURED.fullmatch(plain(text))) and OTHERS[column.kind].get(bare_unit(match.group(2))) == 1:
        text = match.group(1)
    try:
        exact = parse_number(text) * factor
    except ValueError:
        raise Refused(phrase("{} is not a number", shown(text + suffix)), _number_remedy(column)) from None
    text += suffix
    if exact < low:
        raise Refused(phrase("{} is negative", shown(text)), "write 0 or more; leave blank for none")
    if exact > high:
        if column.kind == "share":
            raise Refused(phrase("{} is more than 1", shown(text)), "write a share between 0 and 1, as 0.85", "above")
        word = "amount" if column.kind == "money" else column.kind
        cause = phrase("{} is above {}, the largest {} that can be meant", shown(text), format(high, ","), word)
        raise Refused(cause, phrase("check the number; it is read in {}", column.unit) if column.unit else "check the number", "above")
    return money.to_scaled(exact, column.resolution), "" if money.is_exact(exact, column.resolution) else "rounded"


def _number_remedy(column: Column) -> str:
    if column.kind == "share":
        return "write a share between 0 and 1, as 0.85; leave blank for none"
    if not column.unit:
        return "write digits only, as 1234.56; leave blank for none, 未知 for unknown"
    return phrase("write digits only, in {}, as 1234.56; leave blank for none, 未知 for unknown", column.unit)
