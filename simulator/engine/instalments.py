"""An award paid out in yearly parts: the first in its own year, the last with what rounding left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from simulator.law.policy import Policy

Fen = TypeVar("Fen", int, np.ndarray)


def parts_of(award: Fen, weights: Sequence[int]) -> list[Fen]:
    """Each part of an award or of many, in fen; the last one holds what rounding left.

    >>> parts_of(1000, (1, 1, 1)), parts_of(1005, (5, 3, 2))
    ([333, 333, 334], [502, 301, 202])
    """
    whole = sum(weights)
    parts: list[Any] = [
        award // whole * weight + award % whole * weight // whole for weight in weights[:-1]
    ]  # no product that is too large
    return [*parts, award - sum(parts)]


def weights_of(policy: Policy) -> np.ndarray:
    """The weights of the yearly parts of each clause in cash (clauses, at least 2); zeros where it is not paid in parts."""
    of = [clause.parts if len(clause.parts) > 1 else () for clause in policy.clauses[: policy.cash_clauses]]
    weights = np.zeros((len(of), max(2, *map(len, of), 0)), np.int64)
    for own, given in zip(weights, of, strict=True):
        own[: len(given)] = given
    return weights
