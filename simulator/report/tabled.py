"""Tables from columns of a kind each: how an estimate is rounded, and its error or interval beneath it, follow from the kind.

Kinds: text; number, signed, enough (what is to suffice), amounts in the language's unit of money already; count; share. A kind that
ends in ± has cells (estimate, standard error), one that ends in [] has cells (estimate, low end, high end of its 95 % interval); a
plain number in such a column is no estimate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP
from typing import Any

from simulator.document import Cell, Table, number
from simulator.document.numbers import CHANCE, MISSING, PERCENT, UNITS, UP, Number, Unit
from simulator.report.wording import Wording

WITH_ERROR, WITH_ENDS = "±", "[]"


def tabled(
    title: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
    words: Wording,
    note: str = "",
    aside: str = "",
    strong: Sequence[int] = (),
) -> Table:
    """The table. columns: header → kind; rows: a cell per column, None or nan where there is nothing."""
    kinds = list(columns.values())
    return Table(
        title,
        list(columns),
        [[_cell(cell, kind, words) for cell, kind in zip(row, kinds, strict=True)] for row in rows],
        aside=aside,
        strong=strong,
        note=note,
    )


def in_money(words: Wording) -> str:
    """What stands at the right above a table of amounts."""
    return words.say("unit.table", unit=words.say("unit.money"))


def with_margin(of: Number, words: Wording) -> Cell:
    """The cell of a number with its error, or the interval, beneath it."""
    return number(of, margin(of, words))


def margin(of: Number, words: Wording) -> str:
    """What is written beneath a number, or after it: its standard error, or its interval."""
    ends = of.margin
    if len(ends) == 2:
        return words.say("unit.between", low=ends[0], high=ends[1])
    return f"± {ends[0]}" if ends else ""


def _cell(given: Any, kind: str, words: Wording) -> Cell:
    plain = kind.removesuffix(WITH_ERROR).removesuffix(WITH_ENDS)
    if plain == "text" or given is None or isinstance(given, str):
        return Cell(MISSING if given is None else str(given), number=plain != "text")
    value, *rest = map(float, given if isinstance(given, tuple) else (given,))
    ends = (rest[0], rest[1]) if len(rest) == 2 else None
    unit, digits = _unit(plain, ends is not None, words)
    error = rest[0] if len(rest) == 1 else math.nan if ends else 0.0
    of = Number(value, unit, error, ends, UP if plain == "enough" else ROUND_HALF_UP, plain == "signed", digits)
    if len(rest) == 1 and math.isnan(error) and math.isfinite(value):  # an estimate of so few draws that nothing is known of its error
        return number(of, f"± {MISSING}")
    return with_margin(of, words)


def _unit(kind: str, estimated: bool, words: Wording) -> tuple[Unit, int | None]:
    """The unit of a kind, and digits where they do not follow from the error."""
    if kind == "share":
        return (CHANCE, None) if estimated else (PERCENT, 1)
    of = UNITS[words.lang]["count" if kind == "count" else "money"]
    return Unit(of.key, 1, of.finest, of.coarsest), None
