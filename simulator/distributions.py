"""Numbers of a distribution by its inverse function, from one u of the streams: so raising a probability only adds."""

from __future__ import annotations

import math

import numpy as np

from simulator import elementary
from simulator.compiled import inlined, rule

LARGE_RATE = 600.0  # Poisson rates above it are summed relative to the most likely number


@rule
def normal(p):
    """Inverse of the standard normal distribution (Acklam's rational approximation, relative error below 1.2e-9)."""
    if p < 0.02425 or p > 1 - 0.02425:
        q = math.sqrt(-2 * math.log(min(p, 1 - p)))
        z = (
            (
                (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e00) * q - 2.549732539343734e00) * q
                + 4.374664141464968e00
            )
            * q
            + 2.938163982698783e00
        ) / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00) * q + 3.754408661907416e00) * q + 1)
        return z if p < 0.5 else -z
    q = p - 0.5
    r = q * q
    return (
        (
            (
                (((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02) * r
                - 3.066479806614716e01
            )
            * r
            + 2.506628277459239e00
        )
        * q
        / (
            (
                (((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r
                - 1.328068155288572e01
            )
            * r
            + 1
        )
    )


@rule
def lognormal(p, median, log_sd):
    """Inverse of the lognormal distribution."""
    return median * math.exp(log_sd * normal(p))


@rule
def poisson_around(p, rate):
    """`poisson` of a rate whose exp(−rate) is no number: the terms relative to the most likely one, 12 sd to either side."""
    reach = np.int64(12 * math.sqrt(rate))
    likeliest = np.int64(rate)
    first, term = likeliest, 1.0
    while first > likeliest - reach:
        term *= first / rate
        first -= 1
    lowest, total = term, 0.0
    for n in range(first, likeliest + reach):
        total += term
        term *= rate / (n + 1)
    reached, term = first, lowest
    below = term
    while below < p * total and reached < likeliest + reach:
        reached += 1
        term *= rate / reached
        below += term
    return reached


@rule
def poisson(p, rate):
    """Inverse of the Poisson distribution: the least n with P(N ≤ n) ≥ p; a higher rate never gives fewer."""
    if rate > LARGE_RATE:
        return poisson_around(p, rate)
    n, term = 0, math.exp(-rate)
    total = term
    while total < p and (n < rate or term > 1e-18):  # beyond that the tail is below what a u can tell apart
        n += 1
        term *= rate / n
        total += term
    return n


@rule
def laplace_cut(p, scale, cut):
    """Inverse of the Laplace distribution of the given scale, truncated at ±cut."""
    return laplace_cut_within(p, scale, 1 - math.exp(-cut / scale))


@inlined
def laplace_cut_within(p, scale, inside):
    """`laplace_cut` where `inside`, the untruncated probability of [−cut, cut], is known."""
    shock = scale * elementary.log(1 - inside * abs(1 - 2 * p))
    return shock if p < 0.5 else -shock


@rule
def mean_exp_laplace_cut(scale, cut):
    """E[exp X] of the truncated Laplace: what a growth shock has to be divided by to be neutral on average."""
    up = cut if scale == 1.0 else (1 - math.exp(-cut * (1 / scale - 1))) / (1 / scale - 1)
    down = (1 - math.exp(-cut * (1 / scale + 1))) / (1 / scale + 1)
    return (up + down) / (2 * scale * (1 - math.exp(-cut / scale)))
