"""An award paid out in yearly parts: the first in its own year, the last with what rounding left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

Fen = TypeVar("Fen", int, np.ndarray)


def parts_of(award: Fen, weights: Sequence[int]) -> list[Fen]:
    """Each part of an award or of many, in fen; the last one holds what rounding left.

    >>> parts_of(1000, (1, 1, 1)), parts_of(1005, (5, 3, 2))
    ([333, 333, 334], [502, 301, 202])
    """
    parts: list[Any] = [award * weight // sum(weights) for weight in weights[:-1]]
    return [*parts, award - sum(parts)]
