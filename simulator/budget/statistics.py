"""Figures of a sample of draws, each with its Monte Carlo error.

Means with their standard error; quantiles with the exact, distribution-free interval of order statistics; probabilities
with the exact interval of Clopper and Pearson. Exact intervals cover at least 95 %.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

QUANTILES = (5, 50, 80, 90, 95, 99)
COVER = 0.95
FEWEST_BEYOND = 5  # a quantile is reported only with at least this many draws on either side
COLUMNS = ("mean", "standard_error", *(f"p{q}{end}" for q in QUANTILES for end in ("", "_low", "_high")))
CHANCE_COLUMNS = ("probability", "probability_low", "probability_high")


@lru_cache(maxsize=256)
def quantile_ranks(n: int, percent: int) -> tuple[int, int] | None:
    """0-based ranks (low, high) of the order statistics that enclose a quantile with at least COVER; None if n is too
    small for an interval, or for FEWEST_BEYOND draws on either side.

    >>> quantile_ranks(1000, 95)
    (935, 963)
    """
    p = percent / 100
    if n * min(p, 1 - p) < FEWEST_BEYOND:
        return None
    below = special.bdtr(np.arange(n), n, p)  # P(B ≤ k): chance that the (k + 1)-th smallest lies above the quantile
    low = int(np.searchsorted(below, (1 - COVER) / 2, side="right")) - 1
    high = int(np.searchsorted(below, 1 - (1 - COVER) / 2, side="left"))
    return (low, high) if low >= 0 and high < n else None


def describe(values: np.ndarray) -> dict[str, float]:
    """Mean, its standard error, and quantiles with their intervals; a quantile too far out for the draws is left out.

    values: one figure per draw. The quantile is the ⌈n·p⌉-th smallest value, so that it is a figure some draw had.
    """
    n = len(values)
    mean = float(values.mean())
    figures = {"mean": mean}
    if n > 1:
        spread = float(values.std(ddof=1)) if values.min() < values.max() else 0.0  # all draws agree: exactly none
        figures["standard_error"] = spread / math.sqrt(n)
    ordered = np.sort(values)
    for percent in QUANTILES:
        if ranks := quantile_ranks(n, percent):
            figures[f"p{percent}"] = float(ordered[math.ceil(n * percent / 100) - 1])
            figures[f"p{percent}_low"], figures[f"p{percent}_high"] = (float(ordered[r]) for r in ranks)
    return figures


def chance(hits: np.ndarray) -> dict[str, float]:
    """A probability from one yes/no per draw, with its exact interval.

    >>> {k: round(v, 4) for k, v in chance(np.zeros(1000, bool)).items()}
    {'probability': 0.0, 'probability_low': 0.0, 'probability_high': 0.0037}
    """
    n, k, tail = len(hits), int(np.count_nonzero(hits)), (1 - COVER) / 2
    low = float(special.betaincinv(k, n - k + 1, tail)) if k else 0.0
    high = float(special.betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
    return {"probability": k / n, "probability_low": low, "probability_high": high}
