"""What the policy costs beside what the district takes in: payouts as a share of its general budget revenue, by year."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from simulator import yamlfile
from simulator.budget.layout import total_cash
from simulator.budget.statistics import mean_and_error, quantile
from simulator.engine.run import Draws

FACT = re.compile(r"district_general_budget_(\d{4})$")  # keys of a file of published figures, million CNY
COLUMNS = (
    "year",
    "revenue",
    "revenue_low",
    "revenue_high",
    "basis",
    "paid_mean",
    "paid_mean_error",
    "paid_p95",
    "paid_p95_low",
    "paid_p95_high",
    "share",
    "share_error",
    "share_high",
    "share_high_low",
    "share_high_high",
)


def revenue(statistics: Path) -> dict[int, dict[str, float]]:
    """The district's general budget revenue in a file of published figures: year → value, low, high, in CNY."""
    document: Mapping[str, Mapping[str, Any]] = yamlfile.load(statistics).data
    found = {}
    for key, entry in document.items():
        if match := FACT.match(str(key)):
            value = float(entry["value"]) * 1e6
            ends = [float(entry[k]) * 1e6 if entry[k] is not None else value for k in ("low", "high")]
            found[int(match[1])] = {"value": value, "low": ends[0], "high": ends[1]}
    return dict(sorted(found.items()))


def revenue_of(year: int, known: Mapping[int, Mapping[str, float]]) -> tuple[dict[str, float], str]:
    """A year's revenue and how it was come by: published, interpolated (at even growth), or held at the nearest year.

    >>> revenue_of(2014, {2013: {"value": 4.0}, 2015: {"value": 9.0}})
    ({'value': 6.0}, 'interpolated')
    """
    if year in known:
        return dict(known[year]), "published"
    before, after = [y for y in known if y < year], [y for y in known if y > year]
    if not before or not after:
        return dict(known[max(before) if before else min(after)]), "held"
    first, last = max(before), min(after)
    part = (year - first) / (last - first)
    return {
        name: math.exp((1 - part) * math.log(known[first][name]) + part * math.log(known[last][name])) for name in known[first]
    }, "interpolated"


def affordability(draws: Draws, statistics: Path) -> pd.DataFrame:
    """By cash year: revenue with its range (CNY), mean and P95 of payouts with their Monte Carlo errors, the mean's share of the
    revenue with its own, and the share at its worst: P95 of the lowest revenue, with its interval."""
    known, paid = revenue(statistics), total_cash(draws)
    rows: list[tuple[Any, ...]] = []
    for j, year in enumerate(draws.cash_years if known else ()):
        taken, basis = revenue_of(year, known)
        mean, error = mean_and_error(paid[:, j], draws.replicate)
        high = quantile(paid[:, j], 95, draws.replicate)
        rows.append(
            (
                year,
                taken["value"],
                taken["low"],
                taken["high"],
                basis,
                mean,
                error,
                *high,
                mean / taken["value"],
                error / taken["value"],
                *(paid_high / taken["low"] for paid_high in high),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))
