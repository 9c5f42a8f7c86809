"""How draws are laid over cash years: what the tables of the budget share."""

from __future__ import annotations

import numpy as np

from simulator.engine.run import Draws
from simulator.money import FEN


def lengthen(values: np.ndarray) -> np.ndarray:
    """Award years (draws, years, …) laid over cash years: nothing in the last."""
    return np.concatenate([values, np.zeros((len(values), 1, *values.shape[2:]), values.dtype)], axis=1)


def total_cash(draws: Draws) -> np.ndarray:
    """Cash paid under all clauses, CNY (draws, cash years)."""
    return draws.paid[:, :, : draws.cash].sum(axis=2) / FEN
