"""Back-test: where published growth of online retail fell in what a planner of early 2013 would have expected.

The planner's assumptions were frozen before the outcomes were compared; nothing is tuned to them. The naive forecast is
that the last growth known (2012) repeats. Four points are called four points.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.budget.statistics import chance
from simulator.engine.run import Draws
from simulator.projection.market import PUBLISHED, PUBLISHED_FROM, market_paths
from simulator.scenario import Scenario

LAST_KNOWN = 0.647  # growth of 2012 (facts key cn_online_2012)
POINTS = 4  # 2013 … 2016; 2017 is from memory and not scored


def backtest(draws: Draws, scenario: Scenario) -> pd.DataFrame:
    """year, published, p10, p50, p90, position (share of draws below the outcome, with its interval), width (of the 80 % band), crps,
    crps_naive; growth a year as a share."""
    paths = np.expm1(market_paths(draws.parameters, np.uint64(scenario.seed), PUBLISHED_FROM - 1, POINTS))
    rows = []
    for j in range(POINTS):
        outcome, sample = float(np.expm1(PUBLISHED[j])), np.sort(paths[:, j])
        p10, p50, p90 = np.quantile(sample, [0.1, 0.5, 0.9])
        rows.append({
            "year": PUBLISHED_FROM + j, "published": outcome, "p10": p10, "p50": p50, "p90": p90,
            **_position(paths[:, j] < outcome, draws), "width": p90 - p10, "crps": crps(sample, outcome),
            "crps_naive": abs(LAST_KNOWN - outcome)})
    return pd.DataFrame(rows)


def _position(below: np.ndarray, draws: Draws) -> dict[str, float]:
    return dict(zip(("position", "position_low", "position_high"), chance(below, draws.replicate).values(), strict=True))


def crps(ordered: np.ndarray, outcome: float) -> float:
    """Continuous ranked probability score of an ordered sample: E|X − y| − E|X − X'| / 2.

    >>> crps(np.array([1.0, 1.0]), 3.0)
    2.0
    """
    n = len(ordered)
    spread = float(np.sum((2 * np.arange(1, n + 1) - n - 1) * ordered)) / (n * n)
    return float(np.abs(ordered - outcome).mean()) - spread
