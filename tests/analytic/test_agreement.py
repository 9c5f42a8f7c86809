"""The yardstick of this folder: it accepts what is right about as often as it should, and refuses what is not."""

import numpy as np
import pytest

from tests.analytic.agreement import agrees, share_agrees, z_of_mean, z_of_variance


def test_z_is_standard_normal_where_the_expectation_is_right():
    samples = np.random.default_rng(1).lognormal(0, 0.5, (2000, 500))
    mean, variance = np.exp(0.125), (np.exp(0.25) - 1) * np.exp(0.25)
    of_means = np.array([z_of_mean(s, mean) for s in samples])
    assert abs(of_means.mean()) < 0.15 and 0.9 < of_means.std() < 1.1
    of_variances = np.array([z_of_variance(s, variance) for s in samples])
    assert abs(np.median(of_variances)) < 0.6 and (np.abs(of_variances) < 4).mean() > 0.95


def test_wrong_means_and_variances_are_refused():
    sample = np.random.default_rng(2).normal(10, 2, 10_000)
    agrees(sample, 10, 10.2, 9.8, variance=4, wrong_variances=(2, 4.5))
    for arguments in ({"mean": 10.2}, {"mean": 10, "variance": 4.5}, {"mean": 10, "variance": 2}):
        with pytest.raises(AssertionError):
            agrees(sample, **arguments)
    with pytest.raises(AssertionError, match="would pass"):
        agrees(sample, 10, 10.001)
    agrees(np.full(50, 3.0), 3.0, 3.0000001)
    with pytest.raises(AssertionError):
        share_agrees(sample > 10, 0.48)
