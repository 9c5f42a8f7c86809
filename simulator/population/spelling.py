"""From a stored value to what a table shows, and texts that no spreadsheet runs."""

from __future__ import annotations

import re
from decimal import Decimal

from simulator import facts
from simulator.population.column import Column


def iso(value: int) -> str:
    """A stored date as ISO text, blank for no such date.

    >>> iso(20130506), iso(0)
    ('2013-05-06', '')
    """
    return "" if value == facts.NO_DATE else f"{value // 10000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"


def spell(value: int | str, column: Column) -> str | float | int | bool | None:
    """A stored value as a table shows it: CNY and m² as numbers, ISO dates, booleans, words; None for a derived blank."""
    if column.kind == "flag":
        return bool(value)
    if column.kind == "choice":
        return next((words[0] for stored, words in column.choices if stored == value), "")
    if column.kind == "date":
        return iso(int(value))
    if column.kind in ("money", "area", "rent", "share"):
        return None if column.derived and value == facts.BLANK else float(Decimal(int(value)) / column.resolution)
    return value


# A spreadsheet runs a text that begins so as a formula; the full-width forms, too, in Chinese and Japanese versions.
_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")


def escaped(text: str) -> str:
    """A text as it may stand in a file that a spreadsheet opens.

    >>> escaped("=1+1"), escaped("ACME"), unescaped(escaped("'=1"))
    ("'=1+1", 'ACME', "'=1")
    """
    return "'" + text if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The text that `escaped` wrote."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
