"""The floor: the cheapest loop we know that yields the random numbers and exponentials of the same decisions.

Who is there in a year, and who was asked whether it applies, are given to it; it makes no decision, reads no law and adds
nothing up but the numbers themselves. Numbers, exponentials and logarithms are made in loops that the compiler turns into
vector instructions.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from simulator.elementary import exp, log
from simulator.streams import (
    APPLY_MIX,
    APPLY_TOGETHER,
    BREACH,
    CERTIFICATION,
    CHILDREN,
    EXIT,
    GROWTH,
    PROFIT,
    philox,
)
from tests.benchmarks.arrays import Arrays
from tests.benchmarks.variates import NONE, TheSame
from tests.benchmarks.work import KEYS, SHOCK_CUT, Work
from tests.of_2013 import CLAUSES

_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_rounds = numba.njit(nogil=True, inline="always")(philox.py_func)  # inlined, the loop around it is vectorised
ONE_A_YEAR = (EXIT, GROWTH, PROFIT, CHILDREN, CERTIFICATION, BREACH)


@numba.njit(nogil=True)
def numbers(keys, seed, draw, stream, year, out, clause=NONE):
    """A number in (0, 1) of each key into `out`; clause: the key of the clause whose stream it is."""
    last = (np.uint64(stream) << np.uint64(16)) | np.uint64(year)
    k0, k1, c2 = seed & _LOW, seed >> _HALF, np.uint64(draw) & _LOW
    for i in range(keys.shape[0]):
        key = keys[i] ^ clause
        w0, w1, _, _ = _rounds(key & _LOW, key >> _HALF, c2, last, k0, k1)
        out[i] = (float((w0 >> np.uint64(5)) * np.uint64(67108864) + (w1 >> np.uint64(6))) + 0.5) * 2.0**-53


@numba.njit(nogil=True, error_model="numpy")
def growth_factors(p, common, scale, inside):
    """The growth factors that numbers p stand for, in place: one logarithm and one exponential each."""
    for i in range(p.shape[0]):
        shock = scale * log(1 - inside * abs(1 - 2 * p[i]))
        p[i] = exp(common + (shock if p[i] < 0.5 else -shock))


@numba.njit(nogil=True)
def total(values):
    s = 0.0
    for i in range(values.shape[0]):
        s += values[i]
    return s


@numba.njit(nogil=True)
def floor_of_draw(seed, draw, years, keys, asked, own, odds, elasticity, streams, growth, scale, inside, scratch):
    """A checksum of all numbers of a draw. keys: by year, of those that may still leave; asked: keys of those entitled, by
    clause; own: the clauses' keys; odds: what their amounts are raised to a power for."""
    checksum = 0.0
    for j in range(len(years)):
        there, left = keys[2 * j], keys[2 * j + 1]
        for i in range(streams.shape[0]):
            who = there if i == 0 else left
            out = scratch[: who.shape[0]]
            numbers(who, seed, draw, streams[i], years[j], out)
            if streams[i] == GROWTH:
                growth_factors(out, growth[j], scale, inside)
            checksum += total(out)
    for k in range(len(asked)):
        out = scratch[: asked[k].shape[0]]
        for stream, clause in ((APPLY_MIX, own[k]), (APPLY_TOGETHER, NONE)):  # the mix says which of two: one of them is needed
            numbers(asked[k], seed, draw, stream, 0, out, clause)
            checksum += total(out)
        for i in range(odds[k].shape[0]):
            checksum += odds[k][i] ** elasticity
    return checksum


class Floor:
    """Plays the floor of the common work's draws. Who is there and who is asked is taken from the whole-array peer."""

    def __init__(self, work: Work, draws: int):
        self.work, self.scratch = work, np.zeros(len(work))
        self.given = [self._of_draw(work, d) for d in range(draws)]
        self.streams = np.array(ONE_A_YEAR)
        self.years = np.array(work.years)

    @staticmethod
    def _of_draw(work: Work, d: int):
        keys = work.states["key"]
        seen = _Watched(work)
        seen.play(d, TheSame(work.scenario.seed, d, keys))
        by_year = tuple(np.ascontiguousarray(keys[at]) for year in seen.there for at in year)
        asked = tuple(np.ascontiguousarray(keys[np.concatenate(who)]) for who in seen.asked)
        return by_year, asked, tuple(np.concatenate(ratio) for ratio in seen.ratios)

    def play(self, d: int) -> float:
        work, (keys, asked, ratios) = self.work, self.given[d]
        par = work.parameters[d]
        scale = float(par["market_own_shock"])
        return floor_of_draw(
            np.uint64(work.scenario.seed),
            d,
            self.years,
            keys,
            asked,
            KEYS,
            ratios,
            float(par["take_up_size_elasticity"]),
            self.streams,
            work.growth[d, 1:],
            scale,
            1 - math.exp(-SHOCK_CUT / scale),
            self.scratch,
        )

    def play_all(self, draws: int) -> None:
        """So many draws, those that were prepared over and over."""
        for d in range(draws):
            self.play(d % len(self.given))


class _Watched(Arrays):
    """The whole-array peer, keeping who was there and who was asked."""

    def __init__(self, work: Work):
        super().__init__(work)
        self.there, self.asked, self.ratios = [], [[] for _ in range(CLAUSES)], [[] for _ in range(CLAUSES)]
        self.before = np.flatnonzero(self.projection.active)

    def _award(self, d, year, *rest):
        left = year.at[self.projection.active[year.at]]
        self.there.append((self.before, left))
        self.before = left
        super()._award(d, year, *rest)

    def _applies(self, d, k, who, amount, variates):
        self.asked[k].append(who)
        self.ratios[k].append(amount / max(1.0, float(self.work.typical[d, k]) * 100))
        return super()._applies(d, k, who, amount, variates)
