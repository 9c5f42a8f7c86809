"""Rounding a table so that it adds up as it is shown: rows to their total, and what was plus the difference to what is."""

from __future__ import annotations

import math
from collections.abc import Sequence


def rounded_parts(values: Sequence[float], total: float, step: float) -> tuple[list[float], float]:
    """Parts and their total, rounded to whole steps so that the parts add up to the total: each part lies within one step
    of its value, and those nearest the next step are rounded up (largest remainders). What is exactly nothing stays so.

    >>> rounded_parts([1.4, 1.4, 0.0], 2.8, 1.0)
    ([2.0, 1.0, 0.0], 3.0)
    """
    if not all(map(math.isfinite, [*values, total])):
        return list(values), total
    whole = int(math.copysign(math.floor(abs(total) / step + 0.5), total))
    floors = [math.floor(round(v / step, 9)) for v in values]
    rest = [round(v / step, 9) - f for v, f in zip(values, floors, strict=True)]
    short = whole - sum(floors)
    for i in sorted((i for i, r in enumerate(rest) if r > 0), key=lambda i: -rest[i])[: max(0, short)]:
        floors[i] += 1
    return [f * step for f in floors], whole * step
