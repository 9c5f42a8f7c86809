"""Uncertain numbers: how a scenario writes them, their mean, and their inverse distribution function.

A value; `{low, high}` uniform; `{low, mode, high}` PERT (a beta distribution on low…high with mean (low + 4·mode + high)/6);
`{values, weights}` discrete.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from simulator import yamlfile
from simulator.errors import Problem
from simulator.phrases import phrase

KEPT = 2**15  # bytes of chances whose quantiles are kept
WRITE = "write a number, {low, high}, {low, mode, high} or {values, weights}"


@dataclass(frozen=True)
class Uncertain:
    """A number with its distribution; low = mode = high for a known one."""

    low: float
    mode: float
    high: float
    shape: str  # fixed, uniform, pert, discrete
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """Expected value."""
        if self.shape == "pert":
            return (self.low + 4 * self.mode + self.high) / 6
        if self.shape == "discrete":
            return math.fsum(v * w for v, w in zip(self.values, self.weights, strict=True)) / math.fsum(self.weights)
        return (self.low + self.high) / 2

    @property
    def most_likely(self) -> float:
        """The mode: of a uniform its middle, of a discrete one the value with the largest weight."""
        if self.shape == "discrete":
            return self.values[int(np.argmax(self.weights))]
        return self.mode if self.shape == "pert" else (self.low + self.high) / 2

    def inverse(self, p: np.ndarray) -> np.ndarray:
        """Inverse distribution function at p in (0, 1)."""
        if self.shape == "uniform":
            return self.low + (self.high - self.low) * p
        if self.shape == "pert":
            width = self.high - self.low
            a, b = 1 + 4 * (self.mode - self.low) / width, 1 + 4 * (self.high - self.mode) / width
            return self.low + width * _beta(a, b, np.ascontiguousarray(p, float).tobytes()).reshape(np.shape(p))
        if self.shape == "discrete":
            bounds = np.cumsum(self.weights) / math.fsum(self.weights)
            index = np.minimum(np.searchsorted(bounds, p, side="left"), len(self.values) - 1)
            return np.asarray(self.values)[index]
        return np.full(np.shape(p), self.mode)

    def written(self) -> Any:
        """The number as a scenario writes it."""
        if self.shape == "fixed":
            return self.mode
        if self.shape == "uniform":
            return {"low": self.low, "high": self.high}
        if self.shape == "pert":
            return {"low": self.low, "mode": self.mode, "high": self.high}
        return {"values": list(self.values), "weights": list(self.weights)}


def _beta(a: float, b: float, chances: bytes) -> np.ndarray:
    """Quantiles of a beta distribution; a few are kept, since what asks many things of one run asks the same ones each time."""
    return _beta_kept(a, b, chances) if len(chances) <= KEPT else _beta_kept.__wrapped__(a, b, chances)


@lru_cache(maxsize=512)
def _beta_kept(a: float, b: float, chances: bytes) -> np.ndarray:
    from scipy.special import betaincinv  # a tenth of a second, only where something is uncertain

    found: np.ndarray = betaincinv(a, b, np.frombuffer(chances))
    return found


def fixed(value: float) -> Uncertain:
    """A known number."""
    return Uncertain(value, value, value, "fixed")


def parse(given: Any, place: str, low: float, high: float) -> tuple[Uncertain | None, list[Problem]]:
    """Read an uncertain number and check it against the range it may have; problems instead of an exception.

    >>> parse({"low": 1, "mode": 2, "high": 4}, "x", 0, 10)[0].mean
    2.1666666666666665
    >>> str(parse({"low": 3, "high": 1}, "x", 0, 10)[1][0])
    'x: low 3 lies above high 1 → exchange them'
    """
    if _is_number(given):
        return _in_range(fixed(float(given)), [given], place, low, high)
    if not isinstance(given, Mapping):
        return None, [Problem(place, phrase("is {}", yamlfile.shown(given)), WRITE)]
    keys = set(given)
    if keys == {"values", "weights"}:
        values, weights = given["values"], given["weights"]
        good = isinstance(values, list) and isinstance(weights, list) and len(values) == len(weights) > 0
        if not good or not all(map(_is_number, [*values, *weights])) or min(weights) < 0 or sum(weights) <= 0:
            return None, [Problem(place, "needs as many weights as values, none negative", WRITE)]
        return _in_range(_discrete(values, weights), values, place, low, high)
    if keys not in ({"low", "high"}, {"low", "mode", "high"}) or not all(map(_is_number, given.values())):
        return None, [Problem(place, phrase("is written with {}", ", ".join(map(str, given))), WRITE)]
    bottom, top = given["low"], given["high"]
    if bottom > top:
        return None, [Problem(place, phrase("low {} lies above high {}", bottom, top), "exchange them")]
    if "mode" in given and not bottom <= given["mode"] <= top:
        return None, [Problem(place, phrase("mode {} lies outside {} … {}", given["mode"], bottom, top), "low ≤ mode ≤ high")]
    if bottom == top:
        return _in_range(fixed(float(bottom)), [bottom], place, low, high)
    mode = float(given.get("mode", (bottom + top) / 2))
    shape = "pert" if "mode" in given else "uniform"
    return _in_range(Uncertain(float(bottom), mode, float(top), shape), [bottom, top], place, low, high)


def _discrete(values: list[Any], weights: list[Any]) -> Uncertain:
    """Values with weights, written one way: in the order of the numbers (a draw is a quantile, and correlations follow it), each
    once, the weights as the smallest whole numbers in the same proportion.

    >>> _discrete([0.3, 0.1, 0.2, 0.3], ["0.25", "0.5", 0, "0.25"]).written()
    {'values': [0.1, 0.3], 'weights': [1.0, 1.0]}
    """
    together: dict[float, Fraction] = {}
    for value, weight in zip(map(float, values), weights, strict=True):
        together[value] = together.get(value, Fraction(0)) + Fraction(str(weight))
    numbers = tuple(sorted(value for value, weight in together.items() if weight))
    if len(numbers) == 1:
        return fixed(numbers[0])
    whole = math.lcm(*(together[value].denominator for value in numbers))
    largest = math.gcd(*(int(together[value] * whole) for value in numbers))
    shares = tuple(float(together[value] * whole / largest) for value in numbers)
    return Uncertain(numbers[0], numbers[0], numbers[-1], "discrete", numbers, shares)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal | np.number) and not isinstance(value, bool) and math.isfinite(value)


def _in_range(made: Uncertain, given: list[Any], place: str, low: float, high: float):
    outside = [v for v in given if not low <= float(v) <= high]
    if not outside:
        return made, []
    hint = (
        phrase("write {} for {} %", format(float(outside[0]) / 100, "g"), outside[0])
        if high == 1 and 1 < outside[0] <= 100
        else "check the unit"
    )
    return None, [Problem(place, phrase("{} lies outside {} … {}", outside[0], format(low, ",.15g"), format(high, ",.15g")), hint)]
