"""An award paid out in equal yearly parts: the first in its own year, the last with what rounding left."""

from __future__ import annotations

import numpy as np


def parts_of(award: np.ndarray, parts: int) -> list[np.ndarray]:
    """Each part of an award or of many, in fen.

    >>> parts_of(np.int64(1000), 3)
    [np.int64(333), np.int64(333), np.int64(334)]
    """
    each = award // parts
    return [each] * (parts - 1) + [award - each * (parts - 1)]
