"""What unknown facts leave open, as tables: intervals, and what collecting each column would be worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from simulator.engine.brackets import columns_of
from simulator.engine.unknown import Bounds, facts_unknown
from simulator.law.policy import Policy
from simulator.money import FEN
from simulator.population.register import Population
from simulator.scenario import Scenario

INTERVALS = ("enterprise_id", "year", "clause", "low", "high", "unknown")
WORTH = ("column", "header", "unknown_cells", "intervals", "width_alone", "width_shared", "not_assessable")


def intervals_table(policy: Policy, bounds: Bounds, ids: np.ndarray, years: np.ndarray) -> pd.DataFrame:
    """Awards that unknown facts leave open: enterprise_id, year, clause, low, high, unknown (columns).

    CNY (school places in places; clawback as amounts due back, ≥ 0). high is blank (NaN) where the law sets no bound: not
    assessable.
    """
    rows = []
    for i, j, k in zip(*np.nonzero(bounds.open), strict=True):
        scale = FEN if policy.cash[k] else 1
        high = float("nan") if bounds.unbounded[i, j, k] else bounds.high[i, j, k] / scale
        rows.append((ids[i], int(years[j]), policy.slugs[k], bounds.low[i, j, k] / scale, high, ", ".join(bounds.why.get((i, k), ()))))
    for i, j in zip(*np.nonzero(bounds.clawback_open), strict=True):
        high = float("nan") if bounds.clawback_unbounded[i, j] else bounds.clawback_high[i, j] / FEN
        why = dict.fromkeys(name for (row, _), names in bounds.why.items() if row == i for name in names)
        rows.append((ids[i], int(years[j]), "clawback", bounds.clawback_low[i, j] / FEN, high, ", ".join(why)))
    return pd.DataFrame(rows, columns=list(INTERVALS))


def worth_table(population: Population, scenario: Scenario, intervals: pd.DataFrame) -> pd.DataFrame:
    """What collecting each unknown column would be worth: the widths (CNY) of the intervals it leaves open.

    column, header, unknown_cells, intervals (how many it takes part in), width_alone (of those of cash it alone leaves open),
    width_shared (of those of cash it leaves open with others), not_assessable (how many the law does not bound).
    """
    cells: dict[str, int] = {}
    for facts in facts_unknown(population, scenario).values():
        for name, _ in facts:
            cells[name] = cells.get(name, 0) + 1
    policy = scenario.law.policy
    columns = columns_of(policy)
    rows = []
    awards = intervals[intervals["clause"] != "clawback"]
    split = awards["unknown"].str.split(", ")
    for name, count in cells.items():
        mine = awards[np.array([name in names for names in split], bool)]
        alone = mine["unknown"] == name
        width = (mine["high"] - mine["low"]).where(mine["clause"].isin(policy.slugs[: policy.cash_clauses]), 0.0)
        header = columns[name].header if name in columns else name
        rows.append((name, header, count, len(mine), float(width[alone].sum()), float(width[~alone].sum()), int(mine["high"].isna().sum())))
    return worth_of([pd.DataFrame(rows, columns=list(WORTH))])


def together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of the same columns one below the other; an empty one says nothing of a column's kind."""
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def worth_of(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The same of all parts of a register, what is worth most first."""
    table = together(parts).groupby(list(WORTH[:2]), as_index=False)[list(WORTH[2:])].sum().round(2)
    return table.sort_values(
        ["width_alone", "width_shared", "not_assessable", "column"], ascending=[False, False, False, True], ignore_index=True
    )
