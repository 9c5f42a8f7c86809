"""Disclosure control: the one place every table passes through before a report for outside may hold it.

`RunFolder.open` and its like hand out tables that went through here, and nothing else of the folder; the page, the workbook,
the document and every chart are made of these. What is not known to be safe is not handed out: a measure without a rule is
withheld, an analysis without one is left out. Registers that are marked as invented are exempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from simulator.report.safety import TOTAL
from simulator.report.suppression import Plan

ROUNDED = -3  # percentiles outside: to thousands of yuan
KEYS = ("measure", "clause", "year", "unit")


def summary_released(summary: pd.DataFrame, plan: Plan | None) -> pd.DataFrame:
    """A run's summary as it may be shown (plan None: inside), with columns `withheld` and `percentiles_withheld`."""
    shown = summary.assign(withheld=False, percentiles_withheld=False)
    if plan is None or plan.exempt:
        return shown
    keys = list(zip(summary["measure"], summary["clause"], summary["year"], strict=True))
    numbers = [c for c in summary.columns if c not in KEYS]
    percentiles = [c for c in numbers if c[:1] == "p" and c[1:2].isdigit()]
    held = np.array([not plan.shows(*key) for key in keys], bool)
    few = np.array([not plan.shows_percentiles(*key) for key in keys], bool)
    shown.loc[held, numbers] = np.nan
    shown.loc[few, percentiles] = np.nan
    shown[[c for c in percentiles if c.startswith("p99")]] = np.nan  # no extremes
    money = (summary["unit"] == "CNY").to_numpy()
    bands = [c for c in percentiles if not c.startswith("probability")]
    shown.loc[money, bands] = shown.loc[money, bands].astype(float).round(ROUNDED)
    return shown.assign(withheld=held, percentiles_withheld=few)


def released(table: pd.DataFrame, held: Iterable[bool], numbers: Iterable[str]) -> pd.DataFrame:
    """A table whose rows are withheld where `held` says so: a copy, `numbers` blank there, with a column `withheld`."""
    held, numbers = np.array(list(held), bool), list(numbers)
    shown = table.assign(withheld=held)
    if len(shown):
        shown[numbers] = shown[numbers].astype(float).mask(np.broadcast_to(held[:, None], (len(shown), len(numbers))))
    return shown


def analyses_released(found: Mapping[str, pd.DataFrame], plan: Plan | None) -> dict[str, pd.DataFrame]:
    """The analyses of a run as they may be shown; outside those alone that can be held to the rules."""
    if plan is None or plan.exempt:
        return dict(found)
    return {name: ANALYSES[name](table, plan) for name, table in found.items() if name in ANALYSES}


def left_out(names: Iterable[str], plan: Plan | None) -> list[str]:
    """The analyses that a report for outside does not show."""
    return [] if plan is None or plan.exempt else [name for name in names if name not in ANALYSES]


def _drivers(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    def fine(result: str) -> bool:
        kind, _, name = result.partition(".")
        return plan.shows(kind, name or TOTAL) if kind != "target" else all(
            plan.shows("target", name, y) for y in plan.years)

    return table[[fine(result) for result in table["result"]]]


def _conditions(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    return table[[all(plan.shows("target", key, y) for y in plan.years) for key in table["target"]]]


def _paid_by_year(*numbers: str, percentiles: bool = False) -> Callable[[pd.DataFrame, Plan], pd.DataFrame]:
    """Rows of years: withheld with what is paid in the year, or where percentiles of it would be."""
    def made(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
        asked = plan.shows_percentiles if percentiles else plan.shows
        return released(table, (not asked("paid", TOTAL, _year(y)) for y in table["year"]),
                        [c for c in numbers or table.columns if c in table and c not in ("year", "appropriation")])
    return made


def _purse(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The ledger's totals. What waits or is owed rests on all years before; the largest recipients are nobody's business."""
    table = table[(table["clause"] == TOTAL) & ~table["measure"].isin(("top_1", "top_5"))]
    rests = {"paid": ("paid",), "due": ("paid",), "accrued": ("awarded",), "due_back": ("clawback_due",),
             "recovered": ("clawback_recovered",)}

    def fine(row: Any) -> bool:
        if row.measure in rests:
            return all(plan.shows(part, TOTAL, _year(row.year)) for part in rests[row.measure])
        parts = ("clawback_due", "clawback_recovered") if row.measure == "outstanding" else ("awarded", "paid")
        years: list[int | str] = [*plan.years, TOTAL]
        return all(plan.shows(part, TOTAL, y) for part in parts for y in years)

    numbers = [c for c in table.columns if c not in KEYS]
    shown = released(table, (not fine(row) for row in table.itertuples()), numbers)
    few = not plan.shows_percentiles("paid")
    return shown.assign(**{c: np.nan for c in numbers if c.startswith("p99") or (few and c[:1] == "p" and c[1:2].isdigit())})


def _expected(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    held = (not plan.shows(row.measure, row.clause, _year(row.year)) for row in table.itertuples())
    return released(table, held, ("mean", "standard_error", "expected", "expected_error"))


def _ways(table: pd.DataFrame, _plan: Plan) -> pd.DataFrame:
    """Prices of ways round the text: those of an invented register only."""
    numbers = [c for c in ("gainers", "gain", "everybody", "everybody_error", "price", "price_error", "price_p95", "price_p95_low",
                           "price_p95_high", "closed_price", "closed_error") if c in table]
    return released(table, ~table["invented"].astype(str).eq("True"), numbers)


def _attribution(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    numbers = [c for c in table.columns if c != "clause"]
    return released(table, (not plan.shows("paid", c if c in plan.clauses else TOTAL) for c in table["clause"]), numbers)


def _interaction(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    return table if plan.shows("paid") else table.iloc[:0]


def _year(year: object) -> str:
    text = str(year)
    return text if text == TOTAL else str(int(float(text)))


# The analyses that can be held to the rules. The others (other readings, edges, legal maximum, Lorenz curve, designs …) tell
# what single enterprises make of the cost, by a cut of their own or by subtraction, and are left out.
ANALYSES = {
    "drivers": _drivers, "conditions": _conditions, "backtest": lambda table, _: table, "loopholes": _ways,
    "affordability": _paid_by_year("share", "share_error", "share_high", "share_high_low", "share_high_high", "paid_mean",
                                   "paid_mean_error", "paid_p95", "paid_p95_low", "paid_p95_high"), "risk": _paid_by_year(percentiles=True),
    "execution": _paid_by_year(percentiles=True), "ledger": _purse, "attribution": _attribution, "interaction": _interaction,
    "expected": _expected,
}
