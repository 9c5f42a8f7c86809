"""How far the appropriation goes: chance and size of an overrun, and the reserve that would cover it.

An overrun is what cash due exceeds the appropriation by, in one year or in all years that have one. What falls due is what the law
and the applications make it; where payment is rationed, what waited from the year before is due, too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from simulator.budget.ledger import Ledger
from simulator.budget.statistics import Replicate, error_of_mean, mean_and_error, quantile_ranks, ranks_around
from simulator.budget.statistics import chance as chance_of
from simulator.engine.run import Draws
from simulator.errors import Problem, ScenarioError
from simulator.money import FEN
from simulator.phrases import phrase
from simulator.scenario import Scenario

TOTAL = "total"
ROUNDING = 1e-9
LEVELS = (20, 10, 5, 1)  # per cent: chances of an overrun a reserve is given for
COLUMNS = (
    "year",
    "appropriation",
    "probability",
    "probability_low",
    "probability_high",
    "expected_overrun",
    "expected_overrun_error",
    "overrun_if_any",
    "overrun_if_any_error",
    "worst_twentieth",
    "worst_twentieth_error",
)
HIGHEST = 50  # per cent: a reserve for a greater chance is none


def levels_with(chance: float | None, draws: int) -> tuple[int, ...]:
    """LEVELS and a chance of one's own (a share; None: none), the highest first. Raises ScenarioError for one that is no whole per
    cent from 1 to HIGHEST, or that the draws are too few for.

    >>> levels_with(0.03, 1000)
    (20, 10, 5, 3, 1)
    """
    if chance is None:
        return LEVELS
    level = round(chance * 100) if math.isfinite(chance) else 0
    if not 1 <= level <= HIGHEST or abs(chance * 100 - level) > ROUNDING:
        raise ScenarioError(
            Problem("--reserve", phrase("is {}", format(chance, ".4g")), phrase("a whole per cent from 1% to {}%", HIGHEST))
        )
    if quantile_ranks(draws, 100 - level) is None:
        fewest = next(n for n in range(draws, draws + 100_000) if quantile_ranks(n, 100 - level))
        raise ScenarioError(
            Problem("--reserve", phrase("{} draws cannot tell a chance of {}%", draws, level), phrase("--draws {} or more", fewest))
        )
    return tuple(sorted({*LEVELS, level}, reverse=True))


def levels_in(table: pd.DataFrame) -> list[int]:
    """The chances (per cent) that a table of `risk` has reserves for, the highest first."""
    return sorted((int(c.removeprefix("reserve_")) for c in table if re.fullmatch(r"reserve_\d+", str(c))), reverse=True)


def needed(draws: Draws, ledger: Ledger | None) -> tuple[np.ndarray, np.ndarray]:
    """What each year's money has to suffice for, arrears with it, and what falls due for the first time. (draws, cash years) fen.

    ledger: of a run that rations; None: everything due is paid, and there are no arrears.
    """
    if ledger is not None:
        return ledger.need(), ledger.due()
    paid = np.asarray(draws.paid[:, :, : draws.cash].sum(axis=2))
    return paid, paid


def risk(draws: Draws, scenario: Scenario, levels: Sequence[int] = LEVELS, ledger: Ledger | None = None) -> pd.DataFrame:
    """One row for each year with an appropriation, and one for all of them: COLUMNS, and reserve_LEVEL with its interval for each
    of `levels` (per cent); CNY.

    expected_overrun: mean of what lies above the appropriation, draws without an overrun as 0; overrun_if_any: its mean
    where there is one; worst_twentieth: expected shortfall, the mean payout of the dearest twentieth of the draws;
    reserve_5: what has to be added to the appropriation that the chance of an overrun is at most 5 %, with the exact
    interval of that order statistic. ledger: see `needed`.
    """
    need, due = needed(draws, ledger)
    funded = [j for j, year in enumerate(draws.cash_years) if year in scenario.appropriation]
    rows = [_row(draws.cash_years[j], need[:, j], scenario.appropriation[draws.cash_years[j]], levels, draws.replicate) for j in funded]
    if rows:
        whole = sum(scenario.appropriation[draws.cash_years[j]] for j in funded)
        rows.append(_row(TOTAL, due[:, funded].sum(axis=1), whole, levels, draws.replicate))
    reserves = [f"reserve_{level}{end}" for level in levels for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=[*COLUMNS, *reserves])


def _row(year: int | str, due: np.ndarray, appropriation: int, levels: Sequence[int], replicate: Replicate) -> dict[str, object]:
    over = np.maximum(due - appropriation, 0)
    any_of = None if replicate is None else replicate[over > 0]
    row: dict[str, object] = {"year": year, "appropriation": appropriation / FEN, **chance_of(over > 0, replicate)}
    row["expected_overrun"], row["expected_overrun_error"] = mean_and_error(over / FEN, replicate)
    row["overrun_if_any"], row["overrun_if_any_error"] = mean_and_error(over[over > 0] / FEN, any_of)
    row["worst_twentieth"], row["worst_twentieth_error"] = worst(due, replicate=replicate)
    for level in levels:
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
    tail = np.sort(values)[n - beyond :] / FEN
    mean = float(tail.mean())
    if replicate is not None:  # what each draw adds to the mean beyond the quantile
        return mean, error_of_mean(np.maximum(values / FEN - float(tail[0]), 0.0) / share, replicate)
    spread = float(tail.var(ddof=1)) + (1 - share) * (mean - float(tail[0])) ** 2
    return mean, math.sqrt(spread / beyond)
