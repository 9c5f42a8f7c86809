"""The only room with dice: randomness is a function of names, not a stream.

`u(seed, draw, lottery, enterprise, year)` in (0, 1) is computed from its arguments alone by Philox4x32-10 (Salmon et al.
2011, "Parallel random numbers: as easy as 1, 2, 3"; the known-answer vectors are in the tests): key = the 64-bit seed,
counter = 64-bit enterprise key, 32-bit draw, 16-bit lottery, 16-bit year. So draw 7 is draw 7 on any thread, in any block
and with any number of draws; the order of rows changes nothing; adding an enterprise changes no other; and two scenarios
see the same luck.

Numbers of a distribution come by its inverse function from one u, so that raising a probability only adds.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from simulator import elementary
from simulator.compiled import entry, inlined, rule

# The names of the lotteries. A name keeps its place for good: add at the end, never reorder.
NAMES = (
    "parameter",  # outer layer: one u per uncertain assumption
    "market",
    "arrivals",
    "settling_day",
    "sales",
    "growth",
    "profit",
    "exit",
    "leaving",
    "breach",
    "certification",
    "registered_capital",
    "o2o",
    "service",
    "designated",
    "area",
    "line",
    "line_fee",
    "children",
    "members",
    "apply_together",
    "apply",
    "apply_mix",
    "but_for",
    "joins",
    "support",
    "reregisters",
    "age",
    "paid_in",
    "employees",
    "round_capital",
    "occupancy",
    "permutation",
    "application_day",
    "ticket",
    "scramble",  # of the Sobol sequences of the outer layer
)
(
    PARAMETER,
    MARKET,
    ARRIVALS,
    SETTLING_DAY,
    SALES,
    GROWTH,
    PROFIT,
    EXIT,
    LEAVING,
    BREACH,
    CERTIFICATION,
    REGISTERED_CAPITAL,
    O2O,
    SERVICE,
    DESIGNATED,
    AREA,
    LINE,
    LINE_FEE,
    CHILDREN,
    MEMBERS,
    APPLY_TOGETHER,
    APPLY,
    APPLY_MIX,
    BUT_FOR,
    JOINS,
    SUPPORT,
    REREGISTERS,
    AGE,
    PAID_IN,
    EMPLOYEES,
    ROUND_CAPITAL,
    OCCUPANCY,
    PERMUTATION,
    APPLICATION_DAY,
    TICKET,
    SCRAMBLE,
) = range(1, len(NAMES) + 1)
CLAUSE_STRIDE = 64  # lottery number of a clause's own urn: lottery + CLAUSE_STRIDE · (clause + 1)

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_TO_UNIT = 2.0**-53
_BELOW_ONE = 1 - _TO_UNIT
LARGE_RATE = 600.0  # Poisson rates above it are summed relative to the most likely number


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Philox4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key (all given as uint64 below 2³²)."""
    for _ in range(10):
        p0, p1 = _M0 * (c0 & _LOW), _M1 * (c2 & _LOW)  # told that 32 bits matter, a compiler multiplies several at a time
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@inlined
def unit(w0, w1):
    """Two 32-bit words as a number in (0, 1): 53 bits, and never an end, though all bits 1 and a half would round to one."""
    bits = np.int64(((w0 >> np.uint64(5)) << np.uint64(26)) + (w1 >> np.uint64(6)))
    return min((np.float64(bits) + 0.5) * _TO_UNIT, _BELOW_ONE)


@inlined
def _u(seed, draw, lottery, enterprise, year):
    last = (np.uint64(lottery) << np.uint64(16)) | np.uint64(year)
    w0, w1, _, _ = philox(
        enterprise & _LOW, enterprise >> _HALF, np.uint64(draw) & _LOW, last, seed & _LOW, seed >> _HALF)
    return unit(w0, w1)


@rule
def u(seed, draw, lottery, enterprise, year):
    """A number in (0, 1) with 53 bits. seed, enterprise: uint64; draw < 2³², lottery, year < 2¹⁶."""
    return _u(seed, draw, lottery, enterprise, year)


@rule
def fill(seed, draw, lottery, enterprises, year, numbers):
    """`u` of many enterprises into `numbers`: the loop a compiler turns into vector code, several times as fast as one by one."""
    for i in range(enterprises.shape[0]):
        numbers[i] = _u(seed, draw, lottery, enterprises[i], year)


@entry
def uniforms(seed, draw, lottery, enterprises, year):
    """`u` of many enterprises, float64."""
    numbers = np.empty(len(enterprises))
    fill(seed, draw, lottery, enterprises, year, numbers)
    return numbers


@entry
def uniforms_by_draw(seed, first, count, lottery, enterprise):
    """`u` of one enterprise (or assumption) in draws first … first + count − 1, float64."""
    numbers = np.empty(count)
    for i in range(count):
        numbers[i] = u(seed, first + i, lottery, enterprise, 0)
    return numbers


def key_of(text: str) -> np.uint64:
    """An enterprise's 64-bit key: a hash of its id, the same on every machine."""
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


def keys_of(ids) -> np.ndarray:
    """Keys of many ids, uint64."""
    return np.array([key_of(str(i)) for i in ids], np.uint64)


@rule
def key_of_slot(kind, year, slot):
    """The key of an enterprise of the future: the slot-th of its kind to arrive in a year."""
    x = (np.uint64(kind + 1) << np.uint64(48)) | (np.uint64(year) << np.uint64(32)) | np.uint64(slot)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@rule
def normal(p):
    """Inverse of the standard normal distribution (Acklam's rational approximation, relative error below 1.2e-9)."""
    if p < 0.02425 or p > 1 - 0.02425:
        q = math.sqrt(-2 * math.log(min(p, 1 - p)))
        z = (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e00) * q
               - 2.549732539343734e00) * q + 4.374664141464968e00) * q + 2.938163982698783e00) / (
            (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00) * q
             + 3.754408661907416e00) * q + 1)
        return z if p < 0.5 else -z
    q = p - 0.5
    r = q * q
    return (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
              + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239e00) * q / (
        ((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
          + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1)


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
    n, term = first, lowest
    below = term
    while below < p * total and n < likeliest + reach:
        n += 1
        term *= rate / n
        below += term
    return n


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
