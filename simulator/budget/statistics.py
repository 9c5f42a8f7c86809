"""Figures of a sample of draws, each with its Monte Carlo error: the one module where these errors are made.

Independent draws: means with their standard error; quantiles with the exact, distribution-free interval of order statistics;
probabilities with the exact interval of Clopper and Pearson. Exact intervals cover at least 95 %.

Draws of Sobol sequences are not independent of the others of their sequence, the sequences are (`projection.sobol`). So with
`replicate` (which sequence each draw belongs to) every error comes from the spread of the sequences' own figures: of means; of
the share of draws below a quantile, turned into order statistics (Woodruff 1952); of a probability, as the number of
independent draws that would be as sure (Korn and Graubard 1998). Their spread is known from few; a standard error says so by being
wider, Student's t over the normal, so that ± 1.96 of it is a 95 % interval everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from scipy import special

from simulator.projection.sobol import REPLICATES

QUANTILES = (5, 50, 80, 90, 95, 99)
COVER = 0.95
NORMAL = 1.959964  # half a 95 % interval in standard errors
FEWEST_BEYOND = 5  # a quantile is reported only with at least this many draws on either side
FEWEST_HITS = 2  # a sequence, on average, from which the spread of its share of hits is trusted to narrow an interval
HEAVY = 0.10  # share of the variance that one draw makes, above which a mean's error is not trusted
FEWEST_TO_JUDGE = 50  # draws; of fewer one makes a tenth of the variance by chance
SECTIONS = 20  # of the draws, of a jackknife
AT_ONCE = 2**20  # numbers described at once
ROUNDING = 1e-12  # what floating point leaves of a figure that is nothing
DESCRIBED = ("mean", "standard_error", *(f"p{q}{end}" for q in QUANTILES for end in ("", "_low", "_high")))
CHANCE_COLUMNS = ("probability", "probability_low", "probability_high")
_WIDER = float(special.stdtrit(REPLICATES - 1, 1 - (1 - COVER) / 2)) / NORMAL
Replicate = np.ndarray | None  # which sequence each draw belongs to; None: the draws are independent


def error_of_mean(values: np.ndarray, replicate: Replicate = None) -> float:
    """Standard error of the mean of one figure per draw; exactly none where all draws agree, nan for a single draw."""
    n = len(values)
    if n < 2:
        return math.nan
    if values.min() == values.max():
        return 0.0
    if replicate is None:
        return float(values.std(ddof=1)) / math.sqrt(n)
    sums = np.bincount(replicate, values - values.mean(), REPLICATES)
    return _WIDER * math.sqrt(float((sums**2).sum()) * REPLICATES / (REPLICATES - 1)) / n


def is_heavy(values: np.ndarray) -> bool:
    """Whether one draw alone makes so much of the variance (HEAVY) that the mean's standard error cannot be trusted: its interval
    then holds the truth less often than it says, whatever the number of draws.

    >>> is_heavy(np.arange(100.0)), is_heavy(np.append(np.zeros(99), 1.0))
    (False, True)
    """
    apart = (values - values.mean()) ** 2
    return len(values) > FEWEST_TO_JUDGE and bool(apart.max() > HEAVY * apart.sum())


def mean_and_error(values: np.ndarray, replicate: Replicate = None) -> tuple[float, float]:
    """Mean and its standard error, of one figure per draw; nan where there is none."""
    return (float(values.mean()), error_of_mean(values, replicate)) if len(values) else (math.nan, math.nan)


def ratio(above: np.ndarray, below: np.ndarray, replicate: Replicate = None) -> tuple[float, float]:
    """Ratio of means and its standard error (delta method), of two figures per draw; infinite over nothing.

    >>> ratio(np.array([2.0, 4.0]), np.array([1.0, 2.0]))
    (2.0, 0.0)
    """
    top, bottom = float(above.mean()), float(below.mean())
    if bottom <= 0:
        return (math.inf if top > 0 else math.nan), math.nan
    value = top / bottom
    apart = above - value * below
    apart[np.abs(apart) <= ROUNDING * np.abs(above).max()] = 0.0  # every draw has this ratio: the error is none
    return value, error_of_mean(apart, replicate) / bottom


def jackknife(figure: Callable[[np.ndarray], float], n: int, replicate: Replicate = None) -> float:
    """Standard error of any figure of n draws: what it is without each of SECTIONS sections of them (or Sobol sequences); nan from
    too few. figure: of the draws that a mask (n,) chooses.

    >>> x = np.arange(40.0)
    >>> round(jackknife(lambda chosen: x[chosen].mean(), 40), 2)  # of a mean near its own: 11.69 / √40
    1.32
    """
    sections = min(SECTIONS, n // 2) if replicate is None else REPLICATES
    if sections < 2 or n <= sections:
        return math.nan
    section = np.arange(n) % sections if replicate is None else replicate
    left_out = np.array([figure(section != s) for s in range(sections)])
    return float(np.sqrt((sections - 1) / sections * ((left_out - left_out.mean()) ** 2).sum()))


def pooled(sums: np.ndarray, numbers: np.ndarray, replicate: Replicate = None) -> tuple[float, float]:
    """Mean over all that the draws hold, each another number of them, and its standard error: the `ratio` of sums to numbers by draw.

    nan where no draw holds any; the error is nan where fewer than two do, because one does not say how draws differ.

    >>> pooled(np.array([6.0, 0.0]), np.array([2.0, 0.0]))
    (3.0, nan)
    """
    value, error = ratio(sums, numbers, replicate)
    return value, error if np.count_nonzero(numbers) > 1 else math.nan


@lru_cache(maxsize=256)
def quantile_ranks(n: int, percent: int) -> tuple[int, int] | None:
    """0-based ranks (low, high) of the order statistics that enclose a quantile of independent draws with at least COVER; None
    if n is too small for an interval, or for FEWEST_BEYOND draws on either side.

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


def ranks_around(values: np.ndarray, ordered: np.ndarray, percent: int, replicate: Replicate = None) -> tuple[int, int] | None:
    """`quantile_ranks` of these draws; with `replicate` from how the share of draws up to the quantile spreads over sequences.

    ordered: the same values, sorted.
    """
    n, p = len(values), percent / 100
    if replicate is None:
        return quantile_ranks(n, percent)
    if n * min(p, 1 - p) < FEWEST_BEYOND:
        return None
    half = NORMAL * error_of_mean((values <= ordered[math.ceil(n * p) - 1]).astype(float), replicate)
    if not math.isfinite(half):
        return None
    low, high = math.floor(n * (p - half)) - 1, math.ceil(n * (p + half)) - 1
    return (low, high) if low >= 0 and high < n else None


def quantile(values: np.ndarray, percent: int, replicate: Replicate = None) -> tuple[float, float, float]:
    """The ⌈n·p⌉-th smallest value and the ends of its interval, nan where the draws are too few for one.

    >>> quantile(np.arange(1, 1001), 95)
    (950.0, 936.0, 964.0)
    """
    ordered = np.sort(values)
    ranks = ranks_around(values, ordered, percent, replicate)
    ends = (float(ordered[r]) for r in ranks) if ranks else (math.nan, math.nan)
    return float(ordered[math.ceil(len(values) * percent / 100) - 1]), *ends


def describe(values: np.ndarray, replicate: Replicate = None) -> dict[str, float]:
    """Mean, its standard error, and `quantiles`. values: one figure per draw."""
    figures = {"mean": float(values.mean())}
    if len(values) > 1:
        figures["standard_error"] = error_of_mean(values, replicate)
    return figures | quantiles(values, replicate)


def describe_all(figures: Sequence[np.ndarray], replicate: Replicate = None) -> list[dict[str, float]]:
    """`describe` of several; of independent draws many at once, which is quicker. figures: of each one figure per draw."""
    n = len(figures[0])
    if replicate is not None or n < 2:
        return [describe(values, replicate) for values in figures]
    many = max(1, AT_ONCE // n)
    return [described for i in range(0, len(figures), many) for described in _describe_table(np.array(figures[i : i + many], float))]


def _describe_table(table: np.ndarray) -> list[dict[str, float]]:
    """`describe` of each row of a table (figures, independent draws)."""
    n = table.shape[1]
    ordered = np.sort(table, axis=1)
    errors = np.where(ordered[:, 0] == ordered[:, -1], 0.0, table.std(axis=1, ddof=1) / math.sqrt(n))
    columns = {"mean": table.mean(axis=1), "standard_error": errors}
    for percent in QUANTILES:
        if ranks := quantile_ranks(n, percent):
            columns[f"p{percent}"] = ordered[:, math.ceil(n * percent / 100) - 1]
            columns[f"p{percent}_low"], columns[f"p{percent}_high"] = (ordered[:, r] for r in ranks)
    return [dict(zip(columns, row, strict=True)) for row in zip(*(c.tolist() for c in columns.values()), strict=True)]


def quantiles(values: np.ndarray, replicate: Replicate = None) -> dict[str, float]:
    """QUANTILES with their intervals; one too far out for the draws is left out.

    values: one figure per draw, which may be infinite (a year that never comes). The quantile is the ⌈n·p⌉-th smallest value, so
    that it is a figure some draw had.
    """
    n, ordered, figures = len(values), np.sort(values), {}
    for percent in QUANTILES:
        if ranks := ranks_around(values, ordered, percent, replicate):
            figures[f"p{percent}"] = float(ordered[math.ceil(n * percent / 100) - 1])
            figures[f"p{percent}_low"], figures[f"p{percent}_high"] = (float(ordered[r]) for r in ranks)
    return figures


def chance(hits: np.ndarray, replicate: Replicate = None) -> dict[str, float]:
    """A probability from one yes/no per draw, with its interval: exact for independent draws.

    >>> {k: round(v, 4) for k, v in chance(np.zeros(1000, bool)).items()}
    {'probability': 0.0, 'probability_low': 0.0, 'probability_high': 0.0037}
    """
    n, k, tail = len(hits), int(np.count_nonzero(hits)), (1 - COVER) / 2
    p, alike, hit = k / n, float(n), float(k)  # independent draws that would be as sure, and hits among them
    if replicate is not None and 0 < k < n:
        error = error_of_mean(hits.astype(float), replicate)
        as_sure = p * (1 - p) / error**2 if error > 0 else alike
        alike = as_sure if min(k, n - k) >= FEWEST_HITS * REPLICATES else min(as_sure, alike)
        hit = p * alike
    low = float(special.betaincinv(hit, alike - hit + 1, tail)) if k else 0.0
    high = float(special.betaincinv(hit + 1, alike - hit, 1 - tail)) if k < n else 1.0
    return {"probability": p, "probability_low": low, "probability_high": high}
