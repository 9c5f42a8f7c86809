"""Two or more scenarios on the same luck: paired differences with their own error, much smaller than the runs' own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.budget.layout import CASH_INDEX
from simulator.budget.result import BudgetRun
from simulator.budget.summary import TOTAL
from simulator.errors import Problem, ScenarioError
from simulator.law.clauses import SLUGS
from simulator.money import FEN


@dataclass(frozen=True)
class Comparison:
    """Differences of each reform from the baseline, draw by draw.

    changed: scenario, path, baseline, reform, one row per setting that differs. differences: scenario, clause, year, mean
    (CNY cash, reform − baseline), standard_error, share_higher (share of draws in which the reform costs more).
    """

    changed: pd.DataFrame
    differences: pd.DataFrame

    def _repr_html_(self) -> str:
        totals = self.differences[self.differences["year"] == TOTAL]
        return self.changed.to_html(index=False) + totals.to_html(index=False, float_format=lambda x: f"{x:,.2f}")


def compare_runs(baseline: BudgetRun, *reforms: BudgetRun) -> Comparison:
    """Paired differences in cash paid. Raises ScenarioError unless all runs share seed and draws."""
    changed, rows = [], []
    was = baseline.scenario.to_dict()
    for reform in reforms:
        if (reform.scenario.seed, reform.scenario.draws) != (baseline.scenario.seed, baseline.scenario.draws):
            raise ScenarioError(Problem(reform.scenario.name, "has another seed or number of draws than the baseline",
                                        "give both the same seed and draws: only then is luck common"))
        now = reform.scenario.to_dict()
        for path in [*was, *(p for p in now if p not in was)]:
            if was.get(path) != now.get(path):
                changed.append((reform.scenario.name, path, was.get(path, "—"), now.get(path, "—")))
        rows += _differences(baseline, reform)
    columns = ["scenario", "clause", "year", "mean", "standard_error", "share_higher"]
    return Comparison(pd.DataFrame(changed, columns=["scenario", "path", "baseline", "reform"]),
                      pd.DataFrame(rows, columns=columns))


def _differences(baseline: BudgetRun, reform: BudgetRun) -> list[tuple]:
    years = sorted({*baseline.result.cash_years, *reform.result.cash_years})
    difference = _on(reform, years) - _on(baseline, years)  # fen: exact
    rows = []
    clauses = [(slug, difference[:, :, k]) for k, slug in enumerate(SLUGS) if k in CASH_INDEX]
    for clause, values in [*clauses, (TOTAL, difference[:, :, CASH_INDEX].sum(axis=2))]:
        for year, column in [*zip(years, values.T, strict=True), (TOTAL, values.sum(axis=1))]:
            n = len(column)
            error = float(column.std(ddof=1)) / FEN / math.sqrt(n) if n > 1 else math.nan
            rows.append((reform.scenario.name, clause, year, float(column.mean()) / FEN, error, float((column > 0).mean())))
    return rows


def _on(run: BudgetRun, years: list[int]) -> np.ndarray:
    """Cash paid in fen (draws, years, clauses), over the given years."""
    laid = np.zeros((len(run.result.paid), len(years), run.result.paid.shape[2]), np.int64)
    for j, year in enumerate(run.result.cash_years):
        laid[:, years.index(year)] = run.result.paid[:, j]
    return laid
