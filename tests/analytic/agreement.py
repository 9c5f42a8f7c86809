"""Is a sample what a closed form says: z of mean and variance, and a proof that the sample could have said no.

Seeds are fixed, so a test passes or fails for good; |z| < 4 would fail one right test in 16 000. With each expectation goes
a plausible wrong one (a forgotten factor, a standard deviation taken for a variance) that the same sample must refuse:
a test that cannot fail proves nothing.
"""

from __future__ import annotations

import math

import numpy as np

LIMIT = 4.0


def z_of_mean(sample: np.ndarray, mean: float) -> float:
    """Standard errors between the sample's mean and the expected one; of a constant sample 0 or infinite."""
    sample = np.asarray(sample, float)
    error = sample.std(ddof=1) / math.sqrt(len(sample))
    difference = sample.mean() - mean
    if error == 0:
        return 0.0 if math.isclose(sample.mean(), mean, rel_tol=1e-12) else math.copysign(math.inf, difference)
    return float(difference / error)


def z_of_variance(sample: np.ndarray, variance: float) -> float:
    """Standard errors between the sample's variance and the expected one; the error from the sample's fourth moment."""
    deviations = np.asarray(sample, float) - np.mean(sample)
    found = (deviations**2).sum() / (len(sample) - 1)
    error = math.sqrt(max(((deviations**4).mean() - (deviations**2).mean() ** 2) / len(sample), 0.0))
    return float((found - variance) / error)


def agrees(
    sample: np.ndarray, mean: float, *wrong_means: float, variance: float | None = None, wrong_variances: tuple[float, ...] = ()
) -> None:
    """The sample has this mean (and variance), and none of the wrong ones."""
    assert abs(z_of_mean(sample, mean)) < LIMIT, f"mean {np.mean(sample):.6g}, expected {mean:.6g}, z {z_of_mean(sample, mean):.1f}"
    for wrong in wrong_means:
        assert abs(z_of_mean(sample, wrong)) > LIMIT, f"{wrong:.6g} would pass for the mean {np.mean(sample):.6g} too"
    if variance is not None:
        z = z_of_variance(sample, variance)
        assert abs(z) < LIMIT, f"variance {np.var(sample):.6g}, expected {variance:.6g}, z {z:.1f}"
        for wrong in wrong_variances:
            assert abs(z_of_variance(sample, wrong)) > LIMIT, f"{wrong:.6g} would pass for the variance too"


def share_agrees(hits: np.ndarray, probability: float, *wrong: float) -> None:
    """The share of hits is this probability, by the standard error the probability itself implies."""

    def z(p: float) -> float:
        return (float(np.mean(hits)) - p) / math.sqrt(p * (1 - p) / len(hits))

    assert abs(z(probability)) < LIMIT, f"share {np.mean(hits):.5f}, expected {probability:.5f}, z {z(probability):.1f}"
    for other in wrong:
        assert abs(z(other)) > LIMIT, f"{other:.5f} would pass for the share {np.mean(hits):.5f} too"
