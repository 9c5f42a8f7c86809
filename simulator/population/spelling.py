"""From a stored value to what a table shows."""

from __future__ import annotations

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
