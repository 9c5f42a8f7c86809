"""An award paid out in equal yearly parts: the first in its own year, the last with what rounding left."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

Fen = TypeVar("Fen", int, np.ndarray)


def parts_of(award: Fen, parts: int) -> list[Fen]:
    """Each part of an award or of many, in fen.

    >>> parts_of(1000, 3)
    [333, 333, 334]
    """
    each = award // parts
    return [each] * (parts - 1) + [award - each * (parts - 1)]
