"""Back-test: where published growth of online retail fell in what a planner of early 2013 would have expected, and where what was
published of the place fell in what the run expects.

The planner's assumptions were frozen before the outcomes were compared; nothing is tuned to them. The naive forecast is
that the last growth known (2012) repeats. Four points are called four points.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulator import yamlfile
from simulator.budget.statistics import Replicate, chance, error_of_mean, quantile
from simulator.engine import totals
from simulator.engine.run import Draws
from simulator.projection.market import PUBLISHED, PUBLISHED_FROM, market_paths
from simulator.scenario import Scenario

LAST_KNOWN = 0.647  # growth of 2012 (facts key cn_online_2012)
# keys of a file of published figures: growth of the region's online sales between two years (ratio), e-commerce firms at a year's end
GROWTH, FIRMS = re.compile(r"region_online_growth_(\d{4})_(\d{4})$"), re.compile(r"district_ecom_firms_(\d{4})$")
_BAND = tuple(f"{name}{end}" for name in ("p10", "p50", "p90", "position") for end in ("", "_low", "_high"))
COLUMNS = ("year", "published", *_BAND, "width", "crps", "crps_error", "crps_naive")
OF_PLACE = ("zh", "en", "from", "year", "unit", "published", "published_low", "published_high", *_BAND)
POINTS = 4  # 2013 … 2016; 2017 is from memory and not scored


def backtest(draws: Draws, scenario: Scenario) -> pd.DataFrame:
    """year, published, p10, p50, p90 and position (share of draws below the outcome), each with its interval, width (of the 80 %
    band), crps with its standard error, crps_naive; growth a year as a share."""
    paths = np.expm1(market_paths(draws.parameters, np.uint64(scenario.seed), PUBLISHED_FROM - 1, POINTS))
    rows = []
    for j in range(POINTS):
        outcome, sample = float(np.expm1(PUBLISHED[j])), np.sort(paths[:, j])
        band = {f"p{q}": quantile(paths[:, j], q, draws.replicate) for q in (10, 50, 90)}
        rows.append(
            {
                "year": PUBLISHED_FROM + j,
                "published": outcome,
                **{f"{q}{end}": x for q, three in band.items() for end, x in zip(("", "_low", "_high"), three, strict=True)},
                **_position(paths[:, j] < outcome, draws),
                "width": band["p90"][0] - band["p10"][0],
                "crps": crps(sample, outcome),
                "crps_error": crps_error(paths[:, j], outcome, draws.replicate),
                "crps_naive": abs(LAST_KNOWN - outcome),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def backtest_of_place(draws: Draws, statistics: Path) -> pd.DataFrame:
    """What was published of the place beside what the run expects: the growth of its online retail sales, and its e-commerce firms.

    zh, en: what the figure is, as the file of published figures calls it; from, year; unit (ratio, count); published, with its range;
    p10, p50, p90 and position (share of draws below the outcome), each with its interval. Empty where the run has none of the years.
    """
    position = {year: j for j, year in enumerate(draws.years)}
    rows: list[dict[str, Any]] = []
    for key, entry in yamlfile.load(statistics).data.items():
        growth = GROWTH.match(str(key))
        matched = growth or FIRMS.match(str(key))
        years = [int(year) for year in matched.groups()] if matched else []
        if not years or not set(years) <= set(position):
            continue
        if growth:
            sales = draws.by_year[:, :, totals.ONLINE_SALES].astype(np.float64)
            first = sales[:, position[years[0]]]
            expected = np.divide(sales[:, position[years[1]]], first, out=np.zeros(len(sales)), where=first > 0)
        else:
            expected = draws.by_year[:, position[years[0]], totals.ENTERPRISES].astype(np.float64)
        band = {f"p{q}": quantile(expected, q, draws.replicate) for q in (10, 50, 90)}
        value = float(entry["value"])
        ends = [float(entry[end]) if entry[end] is not None else value for end in ("low", "high")]
        rows.append(
            {
                "zh": entry["zh"],
                "en": entry["en"],
                "from": years[0],
                "year": years[-1],
                "unit": "ratio" if growth else "count",
                "published": value,
                "published_low": ends[0],
                "published_high": ends[1],
                **{f"{q}{end}": x for q, three in band.items() for end, x in zip(("", "_low", "_high"), three, strict=True)},
                **_position(expected < value, draws),
            }
        )
    return pd.DataFrame(rows, columns=list(OF_PLACE))


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


def crps_error(sample: np.ndarray, outcome: float, replicate: Replicate = None) -> float:
    """Standard error of `crps`: the spread of what each draw adds to it, |x − y| less its mean distance from the others."""
    n, order = len(sample), np.argsort(sample, kind="stable")
    ordered = sample[order]
    below = np.cumsum(ordered)
    place = np.arange(1, n + 1)
    apart = np.empty(n)
    apart[order] = (ordered * (2 * place - n) - 2 * below + below[-1]) / n  # mean |x − X|
    return error_of_mean(np.abs(sample - outcome) - apart, replicate)
