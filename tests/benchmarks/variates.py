"""Where a peer's random numbers, exponentials and logarithms come from.

`TheSame` gives the very numbers of our engine, so that sums can agree to the fen. `NumPysOwn` gives NumPy's fastest
generator and its vectorised exponentials: other chance, less time; it is what a peer written for NumPy would use.
"""

from __future__ import annotations

import numba
import numpy as np

from simulator import elementary, streams

NONE = np.uint64(0)


@numba.vectorize(["float64(float64)"])
def exp(x):
    """The engine's exponential."""
    return elementary.exp(x)


@numba.vectorize(["float64(float64)"])
def log(x):
    """The engine's logarithm."""
    return elementary.log(x)


class TheSame:
    """Our streams, one whole array at a time. keys (n,): of all enterprises; `at` chooses among them."""

    exp, log = staticmethod(exp), staticmethod(log)

    def __init__(self, seed: int, draw: int, keys: np.ndarray):
        self.seed, self.draw, self.keys = np.uint64(seed), draw, keys

    def u(self, stream: int, at: np.ndarray, year: int, clause: np.uint64 = NONE) -> np.ndarray:
        """A number of each; clause: the key of the clause whose stream it is, for one that each clause has for itself."""
        return streams.uniforms(self.seed, self.draw, stream, self.keys[at] ^ clause, year)


class NumPysOwn:
    """NumPy's fastest generator: as many numbers of the same distribution, not the same ones."""

    exp, log = staticmethod(np.exp), staticmethod(np.log)

    def __init__(self, seed: int, draw: int, keys: np.ndarray):
        self.random = np.random.Generator(np.random.SFC64([seed, draw])).random

    def u(self, stream: int, at: np.ndarray, year: int, clause: np.uint64 = NONE) -> np.ndarray:
        return self.random(len(at))
