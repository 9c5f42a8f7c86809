"""How many digits a number deserves, and how it is written.

A simulated number is shown to the digit its Monte Carlo standard error reaches, within what its unit makes
sensible: 22 million CNY known to ±0.3 million is 2,190 万元, not 2,194.37. Exact numbers keep the digits they
need.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import numpy as np

MISSING = "—"
WITHHELD = "（*）"  # what disclosure control keeps back
UP, DOWN = ROUND_CEILING, ROUND_FLOOR
_NORMAL = 1.959964  # half a 95 % interval in standard errors


@dataclass(frozen=True)
class Unit:
    """A unit of display: what one is worth in the file's unit, the finest and coarsest digit shown, and what is written after it."""

    key: str
    scale: float
    finest: int
    coarsest: int = 0
    sign: str = ""  # written after the number

    def digits(self, error: float, value: float) -> int:
        """Decimals to show (negative: tens) for a number known to ± `error` (the file's unit)."""
        if not math.isfinite(error) or error < 0:
            return 0
        if error == 0:  # exact: only the decimals it has
            scaled = Decimal(repr(float(value))) / Decimal(repr(self.scale))
            return next((d for d in range(self.finest) if scaled == round(scaled, d)), self.finest)
        return max(self.coarsest, min(self.finest, -math.floor(math.log10(error / self.scale))))

    def text(
        self, value: float, error: float = math.nan, digits: int | None = None, signed: bool = False, rounding: str = ROUND_HALF_UP
    ) -> str:
        """`value` (the file's unit) in this unit, rounded to what `error` supports: half up, or as `rounding` says (UP for what is to
        suffice, DOWN for what is promised at least); signed: + before what is above zero.

        >>> UNITS["zh"]["money"].text(21_940_000, 280_000), UNITS["zh"]["money"].text(32_400, 900)
        ('2,190', '3.2')
        >>> UNITS["zh"]["money"].text(25_939_400, 300_000, rounding=UP), UNITS["zh"]["money"].text(448_800, 200_000, rounding=UP)
        ('2,600', '50')
        """
        if value is None or not math.isfinite(value):
            return MISSING
        places = self.digits(error, value) if digits is None else digits
        scaled = Decimal(repr(float(value))) / Decimal(repr(self.scale))
        rounded = _rounded(scaled, places, rounding)
        if rounded == 0 and scaled > 0:  # something is never shown as nothing
            places = max(places, self.finest) if digits is None else places
            rounded = _rounded(scaled, places, rounding)
            if rounded == 0:
                return f"<{Decimal(1).scaleb(-places)}"
        return f"{rounded:{'+' if signed else ''},.{max(places, 0)}f}".replace("-", "\u2212") if rounded else "0"

    def written(self, number: Decimal, value: float = math.nan) -> str:
        """A number that is in this unit and rounded already; value: what it was, of which something is never shown as nothing."""
        if not number.is_finite():
            return MISSING
        if not number and value > 0:
            return f"<{Decimal(1).scaleb(-self.finest)}"
        return f"{number:,f}".replace("-", "\u2212") if number else "0"

    def rounded(self, value: float) -> Decimal:
        """A number of a table that adds up: in this unit, half up to its finest digit."""
        return _rounded(Decimal(repr(float(value))) / Decimal(repr(self.scale)), self.finest) if math.isfinite(value) else Decimal("nan")


UNITS: Mapping[str, Mapping[str, Unit]] = {
    "zh": {
        "money": Unit("money", 1e4, 1, -1),
        "big": Unit("big", 1e8, 1),
        "count": Unit("count", 1, 1),
        "share": Unit("share", 0.01, 1),
    },
    "en": {
        "money": Unit("money", 1e6, 2),
        "big": Unit("big", 1e9, 2),
        "count": Unit("count", 1, 1),
        "share": Unit("share", 0.01, 1),
    },
}


PERCENT = Unit("percent", 0.01, 1, 1, "%")  # a share, to a tenth of a per cent
CHANCE = Unit("chance", 0.01, 0, 0, "%")  # a probability: see `percent`


@dataclass(frozen=True)
class Number:
    """A number with what is known of it: its value in the file's unit, the unit it is shown in, its Monte Carlo error and how it is
    rounded. Every form writes it alike, by `text`; a workbook has the value itself.

    error: the standard error (0: exact). ends: of its 95 % interval, in place of a standard error. digits: to be shown whatever the
    error. printed: what is shown where a table's printed numbers add up. withheld: by disclosure control.
    """

    value: float
    unit: Unit
    error: float = math.nan
    ends: tuple[float, float] | None = None
    rounding: str = ROUND_HALF_UP
    signed: bool = False
    digits: int | None = None
    printed: Decimal | None = None
    withheld: bool = False

    @property
    def text(self) -> str:
        """The number as it is written, without its unit's name."""
        if self.withheld:
            return WITHHELD
        if self.unit == CHANCE:
            return percent(self.value)
        if self.printed is not None:
            return self.unit.written(self.printed, self.value)
        return self._written(self.value, self.rounding, self.signed)

    @property
    def estimated(self) -> float:
        """Its standard error: its own, or from its interval."""
        return self.error if self.ends is None else (self.ends[1] - self.ends[0]) / 2 / _NORMAL

    @property
    def margin(self) -> tuple[str, ...]:
        """What is written beneath it: its standard error, or the two ends of its interval; nothing where it has none."""
        if self.withheld or not math.isfinite(self.value):
            return ()
        if self.ends is not None:
            if not all(map(math.isfinite, self.ends)) or (self.unit != CHANCE and not self.estimated > 0):
                return ()
            return tuple(percent(end) if self.unit == CHANCE else self._written(end, ROUND_HALF_UP, False) for end in self.ends)
        return (self.unit.text(self.error, self.error / 10) + self.unit.sign,) if self.error > 0 else ()

    def _written(self, value: float, rounding: str, signed: bool) -> str:
        text = self.unit.text(value, self.estimated, self.digits, signed, rounding)
        return text if text == MISSING else text + self.unit.sign


def _rounded(value: Decimal, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Rounded, half up (away from zero) unless said otherwise; `places` may be negative; a plain zero, never minus zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=rounding) + 0


def error_of(row: Mapping[str, Any], column: str = "mean") -> float:
    """The Monte Carlo standard error of a summary row's column: its own, or from a quantile's interval."""
    if column == "mean":
        return float(row.get("standard_error", math.nan))
    low, high = float(row.get(f"{column}_low", math.nan)), float(row.get(f"{column}_high", math.nan))
    return (high - low) / 2 / _NORMAL


def signed(value: float, places: int = 2) -> str:
    """A number with its sign, on the terminal and where a chart writes it; what rounds to nothing has none.

    >>> signed(1234.5), signed(-0.13), signed(-0.004), signed(0.004), signed(0.0)
    ('+1,234.50', '-0.13', '0.00', '0.00', '0.00')
    """
    text = f"{value:+,.{places}f}"
    return text if text.strip("+-0.") else text[1:]


def suffices(row: Mapping[str, Any], column: str) -> bool:
    """Whether a number is an amount of money that is enough in so many of a hundred cases: it is rounded up."""
    measure = row.get("measure", getattr(row, "name", None))
    return (measure[0] if isinstance(measure, tuple) else measure) == "paid" and column in ("p50", "p80", "p90", "p95", "p99")


def number_of(row: Mapping[str, Any], unit: Unit, column: str = "mean", signed: bool = False, rounding: str = "") -> Number:
    """A number of a summary row: what is to suffice rounded up, others half up, or as `rounding` says."""
    rounding = rounding or (UP if suffices(row, column) else ROUND_HALF_UP)
    low, high = (float(row.get(f"{column}_{end}", math.nan)) for end in ("low", "high"))
    ends = None if column == "mean" else (low, high)
    return Number(
        float(row.get(column, math.nan)),
        unit,
        error_of(row, "mean") if ends is None else math.nan,
        ends,
        rounding,
        signed,
        withheld=withheld(row, column),
    )


def shown(row: Mapping[str, Any], unit: Unit, column: str = "mean", signed: bool = False, rounding: str = "") -> str:
    """That number as it is written."""
    return number_of(row, unit, column, signed, rounding).text


def withheld(row: Mapping[str, Any], column: str = "mean") -> bool:
    """Whether disclosure control keeps back a number of a row; nothing is where the run has no such row (nan)."""
    percentile = column[:1] == "p" and column[1:2].isdigit()
    return row.get("withheld") in (True,) or (percentile and row.get("percentiles_withheld") in (True,))


def percent(probability: float) -> str:
    """A probability in whole per cent; what is nearly impossible or nearly certain is not called so outright.

    >>> percent(0.2341), percent(0.0), percent(0.999), percent(float("nan"))
    ('23%', '<1%', '>99%', '—')
    """
    if probability is None or not math.isfinite(probability):
        return MISSING
    if probability < 0.005:
        return "<1%"
    return ">99%" if probability > 0.995 else f"{_rounded(Decimal(repr(float(probability))) * 100, 0):f}%"


def apportioned(values: Sequence[float], unit: Unit, total: Decimal) -> list[Decimal]:
    """Amounts (the file's unit) rounded to the unit's finest digit so that they add up to `total`: those that lie nearest to the next
    digit are rounded up, by the largest remainder.

    >>> apportioned([14_400, 14_400, 14_400], UNITS["zh"]["money"], Decimal("4.3"))
    [Decimal('1.5'), Decimal('1.4'), Decimal('1.4')]
    """
    step = Decimal(1).scaleb(-unit.finest)
    exact = [Decimal(repr(float(value))) / Decimal(repr(unit.scale)) / step for value in values]
    floors = [math.floor(number) for number in exact]
    left = int(total / step) - sum(floors)
    whole, more = divmod(left, len(exact)) if exact else (0, 0)
    first = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))[:more]
    return [(floors[i] + whole + (i in first)) * step for i in range(len(exact))]


def fitted(table: Sequence[Sequence[float]], unit: Unit, rows: Sequence[Decimal]) -> tuple[list[list[Decimal]], list[Decimal]]:
    """A table of amounts (the file's unit) rounded so that its rows add up to totals that are rounded already: its cells and its columns'
    totals, each as near to its amount as that allows, the totals before the cells. What is 0 stays 0.

    Cells and columns are found together: columns that are rounded before may leave the cells no way to add up to them.

    >>> fitted([[14_800, 4_400], [24_400, 4_600]], UNITS["zh"]["money"], [Decimal("1.9"), Decimal("2.9")])
    ([[Decimal('1.5'), Decimal('0.4')], [Decimal('2.4'), Decimal('0.5')]], [Decimal('3.9'), Decimal('0.9')])
    """
    cells, columns = _fitted(tuple(map(tuple, table)), unit, tuple(rows))
    return [list(row) for row in cells], list(columns)


@lru_cache(maxsize=16)  # a report prints the same amounts in many places
def _fitted(table: tuple[tuple[float, ...], ...], unit: Unit, rows: tuple[Decimal, ...]) -> tuple[list[list[Decimal]], list[Decimal]]:
    from scipy.optimize import linprog

    step = Decimal(1).scaleb(-unit.finest)
    cells = np.array([[float(value) / unit.scale / float(step) for value in row] for row in table])
    n, m = cells.shape
    exact = np.concatenate([cells.ravel(), cells.sum(axis=0)])
    floors = np.floor(exact)
    at = np.arange(n * m)
    net = np.zeros((n + m, n * m + m))  # a row's cells add up to its total; a column's, less what is printed beneath it, to 0
    net[at // m, at], net[n + at % m, at] = 1, 1
    net[n + np.arange(m), n * m + np.arange(m)] = -1
    # beside the floor: one more (dearer the less is left over), a second more or one less only where nothing else fits
    weight = np.repeat([1.0, 4.0 * n * m], [n * m, m])
    cost = np.concatenate([-(exact - floors), np.full(exact.size, 3.0), np.full(exact.size, 3.0)]) * np.tile(weight, 3)
    free, most = exact != 0, np.repeat([1.0, n + 2.0], [n * m, m])
    found = linprog(
        cost,
        A_eq=np.hstack([net, net, -net]),
        b_eq=np.concatenate([[float(total / step) for total in rows], np.zeros(m)]) - net @ floors,
        bounds=np.column_stack([np.zeros(3 * exact.size), np.concatenate([free, free * most, np.where(floors >= 1, free * most, 0)])]),
    )
    up, further, down = np.rint(found.x).reshape(3, -1)
    printed = [int(number) * step for number in floors + up + further - down]
    return [printed[i * m : (i + 1) * m] for i in range(n)], printed[n * m :]
