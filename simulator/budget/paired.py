"""Means and their errors with common random numbers: paired differences, and figures of few draws carried over to many."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from simulator.budget.statistics import Replicate, error_of_mean, mean_and_error

Progress = Callable[[int, int], None]  # (draws done since the last call, draws in all)


def difference(base: np.ndarray, other: np.ndarray, replicate: Replicate = None) -> tuple[float, float]:
    """Mean of other − base and its standard error; base, other: one figure per draw, the same random numbers in both.

    >>> difference(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    (1.0, 0.0)
    """
    return mean_and_error((other - base).astype(float), replicate)


def carried_over(whole: np.ndarray, change: np.ndarray, replicate: Replicate = None) -> tuple[float, float]:
    """Mean of whole + change and its standard error, where `change` is known in the first draws of `whole` only.

    The mean of `whole` over all its draws plus that of `change` over its own: what many draws know is kept, and only the small
    change carries the error of few (a control variate). replicate: of all draws; see `statistics`.
    """
    n, m = len(whole), len(change)
    mean = float(whole.mean() + change.mean())
    if m < 2:
        return mean, math.nan
    if replicate is not None:  # what each draw adds to the sum of both means
        share = (whole - whole.mean()).astype(float)
        share[:m] += (change - change.mean()) * n / m
        return mean, error_of_mean(share, replicate)
    both = np.cov(whole[:m], change)
    variance = whole.var(ddof=1) / n + both[1, 1] / m + 2 * both[0, 1] / n
    return mean, math.sqrt(max(0.0, variance))


def rank_ranges(samples: np.ndarray, covariance: np.ndarray | None = None) -> list[tuple[int, int]]:
    """For each of several means the best and the worst rank it may have (1 the largest), at 95 % for each against all others.

    samples: (means,) estimates with their covariance (means, means), or (means, draws) figures on common draws. Two whose
    difference is within its error share their ranks: no order is finer than its error (Bonferroni over the others).
    """
    if covariance is None:
        n = samples.shape[1]
        if n < 2:
            return [(1, len(samples))] * len(samples)
        covariance, samples = np.atleast_2d(np.cov(samples)) / n, samples.mean(axis=1)
    count = len(samples)
    wide = float(-special.ndtri(0.025 / max(1, count - 1)))
    found = []
    for i in range(count):
        error = np.sqrt(np.maximum(0.0, covariance[i, i] + np.diag(covariance) - 2 * covariance[i]))
        gap = samples - samples[i]
        found.append((1 + int((gap > wide * error).sum()), count - int((gap < -wide * error).sum())))
    return found


def steps(progress: Progress | None, work: int) -> Callable[[int], None] | None:
    """What `play` is to call with draws done, where `work` draws are to be done in all."""
    return None if progress is None else lambda done: progress(done, work)
