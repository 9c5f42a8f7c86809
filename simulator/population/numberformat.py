"""What a spreadsheet's number format says of a number: a unit behind it, a division before it is shown, per cent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from simulator.population.units import MONEY

BUILT_IN = {9: "0%", 10: "0.00%"}  # those of the program's own formats that say something here
_UNIT = re.compile(r"(?:人民币)?(?:百万|千万|[千万亿])?元|百万|[万亿]")
_ODD = re.compile("[千百十kwm]|wan|亩|公顷|万(?:[人个户家名㎡]|平方米)|thousand|million")  # no plain unit: to be asked about
_FOREIGN = re.compile(r"US|HK|USD|HKD|EUR|€|£|JPY|美|欧|港")
_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|(.)', re.DOTALL)
_DATE = re.compile(r"[ymdhs年月日]", re.IGNORECASE)


@dataclass(frozen=True)
class Meaning:
    """unit: the word shown behind (or, of another currency, before) the number; divisor: shown is stored / divisor, 1/100
    for per cent."""

    unit: str = ""
    divisor: Decimal = Decimal(1)
    percent: bool = False

    def text(self, stored: str) -> str:
        """A stored number as a text that bears its unit."""
        if not self.unit and not self.percent:
            return stored
        shown = Decimal(stored) / self.divisor
        return f"{shown:f}{'%' if self.percent else self.unit}"


@lru_cache(maxsize=4096)
def meaning(code: str) -> Meaning | None:
    """What a format says; None where it says nothing that matters.

    >>> meaning('0.00"万元"').text("10"), meaning('#,##0'), meaning('0!.0,"万元"').text("123456")
    ('10万元', None, '12.3456万元')
    >>> meaning("#,##0,").divisor, meaning("0.0%").text("0.85"), meaning("yyyy年m月"), meaning('0"户"')
    (Decimal('1000'), '85%', None, None)
    >>> meaning('0"K"').text("100"), meaning('0"人"')
    ('100K', None)
    """
    sections = [found for part in _sections(re.sub("General|G/通用格式", "0", code)) if (found := _section(part)) is not None]
    said = {found for found in sections if found != Meaning()}
    if len(said) > 1 and all(_in_yuan(found) for found in sections):
        return Meaning("元")  # what is stored in yuan, shown in the unit that suits, as [>=10000]0!.0,"万";0"元"
    return next((found for found in sections if found in said), None)


def _in_yuan(found: Meaning) -> bool:
    return not found.percent and found.divisor == (MONEY.get(found.unit, 1))


def _sections(code: str) -> list[str]:
    parts, at = [""], 0
    for token in _TOKEN.finditer(code):
        if token.group() == ";":
            at += 1
            parts.append("")
        else:
            parts[at] += token.group()
    return parts[:3]


def _section(code: str) -> Meaning | None:
    """One section of a format; None where it shows no number, or a day."""
    number, words = "", ""
    for token in _TOKEN.finditer(code):
        quoted, escaped, currency, bare = token.groups()
        literal = quoted or escaped or currency
        if literal == ".":
            number += "·"
        elif literal:
            words += literal
        elif bare and bare in "0#?.,%":
            number += bare
        elif bare and (bare.isascii() is False or bare in "$"):
            words += bare
        elif bare and _DATE.match(bare):
            return None
    if not re.search(r"[0#?]", number):
        return None
    whole, _, decimals = number.partition(".")
    commas = len(whole.rstrip("%")) - len(whole.rstrip("%,")) + (len(decimals.rstrip("%")) - len(decimals.rstrip("%,")))
    inserted = whole.partition("·")[2]
    divisor = Decimal(1000) ** commas * Decimal(10) ** len(re.findall("[0#?]", inserted))
    if "%" in number:
        return Meaning("", Decimal("0.01"), True)
    if divisor == 1 and _ODD.fullmatch(words.strip().lower()):
        return Meaning(words.strip())
    found = list(_UNIT.findall(words)) if not _FOREIGN.search(words) else [words.strip()]
    return Meaning(found[-1] if found else "", divisor)
