"""The only module that makes random numbers: randomness is a function of names, not a stream.

`u(seed, draw, stream, enterprise, year)` in (0, 1) is computed from its arguments alone by Philox4x32-10 (Salmon et al.
2011, "Parallel random numbers: as easy as 1, 2, 3"; the known-answer vectors are in the tests): key = the 64-bit seed,
counter = 64-bit enterprise key, 32-bit draw, 16-bit stream, 16-bit year. So draw 7 is draw 7 on any thread, in any block
and with any number of draws; the order of rows changes nothing; adding an enterprise changes no other; and two scenarios
see the same random numbers. What is made of a u: `distributions`.
"""

from __future__ import annotations

import hashlib

import numpy as np

from simulator.compiled import entry, inlined, rule

# The names of the streams. A name keeps its place for good: add at the end, never reorder.
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
    "bunches",
    "lease_lag",
    "anchor_sector",
    "founded_locally",
    "split_off_earlier",
    "own_share",  # of a policy's own facts
    "own_size",
    "own_chance",
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
    BUNCHES,
    LEASE_LAG,
    ANCHOR_SECTOR,
    FOUNDED_LOCALLY,
    SPLIT_OFF_EARLIER,
    OWN_SHARE,
    OWN_SIZE,
    OWN_CHANCE,
) = range(1, len(NAMES) + 1)
REPLICATE_BITS = 24  # draws stay below 2²⁴, so that other random numbers is another range of draws

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_TO_UNIT = 2.0**-53
_BELOW_ONE = 1 - _TO_UNIT


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Philox4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key (all given as uint64 below 2³²)."""
    for _ in range(10):
        p0, p1 = _M0 * (c0 & _LOW), _M1 * (c2 & _LOW)  # knowing that 32 bits count, a compiler multiplies several at a time
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@inlined
def unit(w0, w1):
    """Two 32-bit words as a number in (0, 1): 53 bits, and never an end, though all bits 1 and a half would round to one."""
    bits = np.int64(((w0 >> np.uint64(5)) << np.uint64(26)) + (w1 >> np.uint64(6)))
    return min((np.float64(bits) + 0.5) * _TO_UNIT, _BELOW_ONE)


@inlined
def uniform(seed, draw, stream, enterprise, year):
    """`u`, written out where it is used: for loops."""
    last = (np.uint64(stream) << np.uint64(16)) | np.uint64(year)
    w0, w1, _, _ = philox(enterprise & _LOW, enterprise >> _HALF, np.uint64(draw) & _LOW, last, seed & _LOW, seed >> _HALF)
    return unit(w0, w1)


@rule
def u(seed, draw, stream, enterprise, year):
    """A number in (0, 1) with 53 bits. seed, enterprise: uint64; draw < 2³², stream, year < 2¹⁶."""
    return uniform(seed, draw, stream, enterprise, year)


@rule
def fill(seed, draw, stream, enterprises, year, numbers):
    """`u` of many enterprises into `numbers`: the loop a compiler turns into vector code, several times as fast as one by one."""
    for i in range(enterprises.shape[0]):
        numbers[i] = uniform(seed, draw, stream, enterprises[i], year)


@entry
def uniforms(seed, draw, stream, enterprises, year):
    """`u` of many enterprises, float64."""
    numbers = np.empty(len(enterprises))
    fill(seed, draw, stream, enterprises, year, numbers)
    return numbers


@entry
def uniforms_by_draw(seed, first, count, stream, enterprise):
    """`u` of one enterprise (or assumption) in draws first … first + count − 1, float64."""
    numbers = np.empty(count)
    for i in range(count):
        numbers[i] = u(seed, first + i, stream, enterprise, 0)
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
