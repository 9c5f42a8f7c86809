"""What a spreadsheet's number format says of a number: a unit behind it, a division before it is shown, per cent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from simulator.population.units import MONEY, OLD, factor_of, is_unit

BUILT_IN = {9: "0%", 10: "0.00%"}  # those of the program's own formats that say something here
_UNIT = re.compile(r"(?:人民币)?[十百千万亿]*元|[十百千]?[万亿]+")
_ODD = re.compile("[千百十kwm]|wan|亩|公顷|万(?:[人个户家名㎡]|平方米)|thousand|million")  # no plain unit: to be asked about
_FOREIGN = re.compile(r"US|HK|USD|HKD|EUR|\$|€|£|JPY|美|欧|港")
_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|(.)', re.DOTALL)
_DATE = re.compile(r"[ymdhsabg年月日]", re.IGNORECASE)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=) *(-?[0-9.]+)\]")
_FLAGS = ("是", "否", "有", "无", "√", "×", "yes", "no", "true", "false")  # a flag that is kept as 1 or 0


@dataclass(frozen=True)
class Meaning:
    """unit: the word shown behind (or, of another currency, before) the number; divisor: shown is stored / divisor, 1/100
    for per cent; unseen: the number is not shown at all; twisted: another number is shown than is stored, and no unit says why."""

    unit: str = ""
    divisor: Decimal = Decimal(1)
    percent: bool = False
    unseen: bool = False
    twisted: bool = False

    def text(self, stored: str) -> str:
        """A stored number as a text that bears its unit."""
        if not self.unit and not self.percent:
            return stored
        shown = Decimal(stored) / self.divisor
        return f"{shown:f}{'%' if self.percent else self.unit}"


@lru_cache(maxsize=4096)
def meaning(code: str) -> Meaning | None:
    """What a format says of amounts; None where it says nothing that matters.

    >>> meaning('0.00"万元"').text("10"), meaning('#,##0'), meaning('0!.0,"万元"').text("123456")
    ('10万元', None, '12.3456万元')
    >>> meaning("#,##0,").divisor, meaning("0.0%").text("0.85"), meaning("yyyy年m月"), meaning('0"年"')
    (Decimal('1000'), '85%', None, None)
    >>> meaning('0"K"').text("100"), meaning('0"㎡"').text("100"), meaning('0"元/月"').text("100")
    ('100K', '100㎡', '100元/月')
    >>> meaning(";;;").unseen, meaning('[>=10000]0.0,"万";0').twisted, meaning('0"000"').twisted, meaning('[=1]"是";"否"')
    (True, True, True, None)
    """
    said = {_section(part) for part in _of_amounts(_sections(re.sub("General|G/通用格式", "0", code)))} if code else set()
    plain = None in said or Meaning() in said
    said -= {None, Meaning()}
    in_yuan = all(found is not None and not found.percent and found.divisor == MONEY.get(found.unit, 0) for found in said)
    if said and in_yuan and (plain or len(said) > 1):
        return Meaning("元")  # what is stored in yuan, shown in the unit that suits, as [>=10000]0!.0,"万";0"元"
    return next((found for found in sorted(filter(None, said), key=lambda found: not found.twisted)), None)


def _sections(code: str) -> list[str]:
    parts, at = [""], 0
    for token in _TOKEN.finditer(code):
        if token.group() == ";":
            at += 1
            parts.append("")
        else:
            parts[at] += token.group()
    return parts[:3]


def _of_amounts(sections: list[str]) -> list[str]:
    """The sections of a format that show numbers above 0: the first, or those whose condition such a number may fulfil."""
    conditions = [_CONDITION.search(part) for part in sections]
    if not any(conditions):
        return sections[:1]
    return [part for part, found in zip(sections, conditions, strict=True) if not (found and found[1] in "<=" and float(found[2]) <= 0)]


def _section(code: str) -> Meaning | None:
    """One section of a format; None where it shows a day, or a flag in words."""
    number, words, before, twisted = "", "", "", False
    for token in _TOKEN.finditer(code):
        quoted, escaped, currency, bare = token.groups()
        literal = quoted or escaped or currency
        if bare and bare in "-(" and not number:
            before += bare
        elif literal == ".":
            number += "·"
        elif literal:
            words += literal
            before += "" if number else literal
            twisted |= bool(number) and set(literal) <= {*"0,"}
        elif bare and bare in "0#?.,%@":
            number += bare
        elif bare and (bare.isascii() is False or bare in "$"):
            words += bare
        elif bare and _DATE.match(bare):
            return None
    words = re.sub(r"\s", "", words).translate(OLD)
    if not re.search(r"[0#?@]", number):
        return None if words.lower() in _FLAGS else Meaning(unseen=True)
    whole, _, decimals = number.partition(".")
    commas = len(whole.rstrip("%")) - len(whole.rstrip("%,")) + (len(decimals.rstrip("%")) - len(decimals.rstrip("%,")))
    inserted = whole.partition("·")[2]
    divisor = Decimal(1000) ** commas * Decimal(10) ** len(re.findall("[0#?]", inserted))
    if "%" in number:
        return Meaning("", Decimal("0.01"), True)
    if twisted or before.strip() in {*"-−(（"}:  # zeros behind the number, or shown as a negative one
        return Meaning(twisted=True)
    inner = words.strip("()（） ")
    other = is_unit(inner) and factor_of(inner) is None  # ㎡, or 元/㎡·月
    if divisor == 1 and (other or _ODD.fullmatch(inner.lower()) or re.search("元.*[/每]", inner)):
        return Meaning(inner)
    unit = words if _FOREIGN.search(words) else next(reversed(_UNIT.findall(words)), "")
    return Meaning(unit, divisor, twisted=bool(unit) and divisor not in (1, MONEY.get(unit, 0)))
