"""Quasi-random chances for the outer layer: sixteen scrambled Sobol sequences, one coordinate for each assumption.

Draw d is point d // 16 of sequence d mod 16, so that a draw is the same however many are made. Each sequence is scrambled on
its own by the scenario's seed; its points are spread evenly over the assumptions' ranges, and the sequences are independent and
alike, so that their spread gives the Monte Carlo error (Owen 1997; L'Ecuyer and Lemieux 2002).

The points are Joe and Kuo's (2008), from `scipy.stats.qmc`: published numbers, the same in every version. Scipy's scrambling is
not used: it takes its numbers from a generator whose stream numpy does not promise to keep. Here they come from the streams,
by Matoušek's (1998) random linear scrambling with a digital shift, which gives means the variance of Owen's full scrambling.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.streams import SCRAMBLE, key_of, uniforms

REPLICATES = 16
_DEPTH = 53  # binary digits of a chance
_INPUT = 30  # binary digits of a point


def replicate_of(first: int, count: int) -> np.ndarray:
    """Which sequence each of the draws first … first + count − 1 belongs to, (count,)."""
    return np.arange(first, first + count) % REPLICATES


def points(first: int, count: int, coordinates: int) -> np.ndarray:
    """Points first … first + count − 1 of the Sobol sequence as whole numbers below 2³⁰, uint64 (count, coordinates)."""
    from scipy.stats.qmc import Sobol  # a second, only where it is asked for

    sequence = Sobol(coordinates, scramble=False, bits=_INPUT)
    if first:
        found = sequence.fast_forward(first).random(count)
    else:  # point 0 by itself, which is a power of two: any other number of points from the start is warned of
        found = np.concatenate([sequence.random(1), sequence.random(count - 1)]) if count > 1 else sequence.random(1)
    return np.rint(found * 2.0**_INPUT).astype(np.uint64)


def chances_by_draw(seed: np.uint64, first: int, count: int, paths: Sequence[str], wanted: Sequence[str]) -> dict[str, np.ndarray]:
    """A number in (0, 1) for each of the wanted paths in draws first … first + count − 1, float64 (count,).

    paths: one for each coordinate, in a fixed order, so that an assumption keeps its own whatever else is uncertain.
    """
    of_path = {path: i for i, path in enumerate(paths)}
    columns = [of_path[path] for path in wanted]
    which, start = replicate_of(first, count), first // REPLICATES
    drawn = points(start, (first + count - 1) // REPLICATES + 1 - start, len(paths))[:, columns]
    keys, found = np.array([key_of(path) for path in wanted], np.uint64), np.empty((count, len(wanted)))
    for r in np.unique(which):
        mine = np.flatnonzero(which == r)
        found[mine] = scrambled(seed, int(r), drawn[(first + mine) // REPLICATES - start], keys)
    return dict(zip(wanted, found.T, strict=True))


def scrambled(seed: np.uint64, replicate: int, drawn: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Points (n, coordinates) of one sequence, scrambled, as numbers in (0, 1).

    The i-th binary digit flips the random digits of column i: its own, always, and random ones below it; then all are shifted.
    """
    mixed = np.tile(_digits(seed, replicate, keys, _INPUT), (len(drawn), 1))
    for i in range(_INPUT):
        digit = (drawn >> np.uint64(_INPUT - 1 - i)) & np.uint64(1)
        if digit.any():  # the first 2ᵏ points have k digits
            own = np.uint64(1) << np.uint64(_DEPTH - 1 - i)
            mixed ^= digit * ((_digits(seed, replicate, keys, i) & (own - np.uint64(1))) | own)
    return np.minimum((mixed.astype(float) + 0.5) * 2.0**-_DEPTH, 1 - 2.0**-_DEPTH)


def _digits(seed: np.uint64, replicate: int, keys: np.ndarray, year: int) -> np.ndarray:
    """53 random binary digits for each coordinate, uint64."""
    return (uniforms(seed, replicate, SCRAMBLE, keys, year) * 2.0**_DEPTH).astype(np.uint64)
