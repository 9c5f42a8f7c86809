"""How far the appropriation goes: chance and size of an overrun, and the reserve that would cover it.

An overrun is what cash due exceeds the appropriation by, in one year or in all years that have one. Nothing is rationed here:
what falls due is what the law and the applications make it.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from simulator.budget.layout import CASH_INDEX
from simulator.budget.statistics import Replicate, chance, error_of_mean, mean_and_error, ranks_around
from simulator.engine.run import Draws
from simulator.money import FEN
from simulator.scenario import Scenario

TOTAL = "total"
LEVELS = (20, 10, 5, 1)  # per cent: chances of an overrun a reserve is given for
COLUMNS = ("year", "appropriation", "probability", "probability_low", "probability_high", "expected_overrun",
           "expected_overrun_error", "overrun_if_any", "overrun_if_any_error", "worst_twentieth", "worst_twentieth_error",
           *(f"reserve_{level}{end}" for level in LEVELS for end in ("", "_low", "_high")))


def risk(draws: Draws, scenario: Scenario) -> pd.DataFrame:
    """One row for each year with an appropriation, and one for all of them: COLUMNS, CNY.

    expected_overrun: mean of what lies above the appropriation, draws without an overrun as 0; overrun_if_any: its mean
    where there is one; worst_twentieth: expected shortfall, the mean payout of the dearest twentieth of the draws;
    reserve_5: what has to be added to the appropriation that the chance of an overrun is at most 5 %, with the exact
    interval of that order statistic.
    """
    due = draws.paid[:, :, CASH_INDEX].sum(axis=2)
    funded = [j for j, year in enumerate(draws.cash_years) if year in scenario.appropriation]
    rows = [_row(draws.cash_years[j], due[:, j], scenario.appropriation[draws.cash_years[j]], draws.replicate) for j in funded]
    if rows:
        whole = sum(scenario.appropriation[draws.cash_years[j]] for j in funded)
        rows.append(_row(TOTAL, due[:, funded].sum(axis=1), whole, draws.replicate))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(year: int | str, due: np.ndarray, appropriation: int, replicate: Replicate) -> dict[str, object]:
    over = np.maximum(due - appropriation, 0)
    any_of = None if replicate is None else replicate[over > 0]
    row: dict[str, object] = {"year": year, "appropriation": appropriation / FEN, **chance(over > 0, replicate)}
    row["expected_overrun"], row["expected_overrun_error"] = mean_and_error(over / FEN, replicate)
    row["overrun_if_any"], row["overrun_if_any_error"] = mean_and_error(over[over > 0] / FEN, any_of)
    row["worst_twentieth"], row["worst_twentieth_error"] = worst(due, replicate=replicate)
    for level in LEVELS:
        for name, fen in zip(("", "_low", "_high"), reserve(due, appropriation, level, replicate), strict=True):
            row[f"reserve_{level}{name}"] = fen / FEN
    return row


def reserve(due: np.ndarray, appropriation: int, level: int, replicate: Replicate = None) -> tuple[float, float, float]:
    """The least reserve (fen) with which at most `level` per cent of the draws overrun, and its 95 % interval; nan where
    there are too few draws for it.

    >>> reserve(np.arange(1, 1001), 900, 5)
    (50, 36, 64)
    """
    ordered, n = np.sort(due), len(due)
    ranks = ranks_around(due, ordered, 100 - level, replicate)
    if ranks is None:
        return math.nan, math.nan, math.nan
    enough = n - 1 - n * level // 100  # that many draws, and no more, may lie above it
    least, low, high = (max(0, int(ordered[r]) - appropriation) for r in (enough, *ranks))
    return least, low, high


def worst(values: np.ndarray, share: float = 0.05, replicate: Replicate = None) -> tuple[float, float]:
    """Mean of the dearest `share` of the draws (fen → CNY) and its standard error (the spread beyond the quantile and that
    of the quantile: Manistre and Hancock 2005)."""
    n = len(values)
    beyond = math.ceil(n * share)
    if beyond < 5:
        return math.nan, math.nan
    tail = np.sort(values)[n - beyond:] / FEN
    mean = float(tail.mean())
    if replicate is not None:  # what each draw adds to the mean beyond the quantile
        return mean, error_of_mean(np.maximum(values / FEN - float(tail[0]), 0.0) / share, replicate)
    spread = float(tail.var(ddof=1)) + (1 - share) * (mean - float(tail[0])) ** 2
    return mean, math.sqrt(spread / beyond)
