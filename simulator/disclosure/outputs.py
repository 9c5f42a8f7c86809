"""Disclosure control: the one place every table passes through before a report for outside may hold it.

`RunFolder.open` and its like hand out tables that went through here, and nothing else of the folder; the page, the workbook,
the document and every chart are made of these. What is not known to be safe is not handed out: a measure without a rule is
withheld, an analysis without one is left out. Registers that are marked as invented are exempt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from simulator.budget.summary import COUNTS
from simulator.disclosure.safety import TOTAL
from simulator.disclosure.suppression import Plan

FINEST, COARSEST = 3, 5  # outside amounts are rounded to the digit of their error, from thousands of yuan to hundreds of thousands
KEYS = ("measure", "clause", "year", "unit")
_PERCENTILE = re.compile(r"p\d")  # p5, p50_low …: a percentile, or an end of its interval


def summary_released(summary: pd.DataFrame, plan: Plan | None) -> pd.DataFrame:
    """A run's summary as it may be shown (plan None: inside), with columns `withheld` and `percentiles_withheld`."""
    shown = summary.assign(withheld=False, percentiles_withheld=False)
    if plan is None or plan.exempt:
        return shown
    keys = list(zip(summary["measure"], summary["clause"], summary["year"], strict=True))
    numbers = [c for c in summary.columns if c not in KEYS]
    percentiles = [c for c in numbers if _PERCENTILE.match(c)]
    held = np.array([not plan.shows(*key) for key in keys], bool)
    few = np.array([not plan.shows_percentiles(*key) for key in keys], bool)
    shown.loc[held, numbers] = np.nan
    shown.loc[few, percentiles] = np.nan
    shown[[c for c in percentiles if c.startswith("p99")]] = np.nan  # no extremes
    return _rounded(shown, summary["unit"]).assign(withheld=held, percentiles_withheld=few)


def coarse(amount: np.ndarray, error: np.ndarray | float = 0.0) -> np.ndarray:
    """Amounts in CNY as they may be shown outside: to the digit that their standard errors reach, to thousands at the finest. What a
    report prints, and what a workbook for outside holds: nobody gains by subtracting the one from the other.

    >>> coarse(np.array([1_234_567.89, 1_234_567.89, 400.0]), np.array([0.0, 23_456.0, 0.0])).tolist()
    [1235000.0, 1230000.0, 0.0]
    """
    finest, coarsest = 10.0**FINEST, 10.0**COARSEST
    step = 10.0 ** np.floor(np.log10(np.clip(np.broadcast_to(np.asarray(error, float), np.shape(amount)), finest, coarsest)))
    return np.asarray(np.round(np.asarray(amount, float) / step) * step)


def _two_digits(error: np.ndarray) -> np.ndarray:
    """Standard errors, to two digits."""
    with np.errstate(divide="ignore", invalid="ignore"):
        step = 10.0 ** (np.floor(np.log10(np.abs(error))) - 1)
        return np.where(np.abs(error) > 0, np.round(error / step) * step, error)


def _rounded(table: pd.DataFrame, unit: pd.Series | str, amounts: Iterable[str] | None = None) -> pd.DataFrame:
    """A copy whose figures have the digits that a report shows, no more. unit: CNY, count …, of each row or of all; amounts: the
    columns of these units, by default all but keys and chances."""
    shown = table.copy()
    unit = pd.Series(unit, index=table.index)
    money, count, share = (unit.isin(kinds).to_numpy() for kinds in (("CNY",), ("count",), ("share", "ratio")))
    names = [c for c in table.columns if c not in KEYS and not c.startswith(("probability", "withheld"))] if amounts is None else amounts
    for name in names:
        if table[name].dtype.kind not in "fi":
            continue
        values = table[name].to_numpy(float).copy()
        of = name.removesuffix("_error").removesuffix("_low").removesuffix("_high")
        error = next((table[c].to_numpy(float) for c in (f"{of}_error", "standard_error") if c in table), 0.0)
        if name.endswith("error"):
            values = _two_digits(values)
        else:
            values[money] = coarse(values, np.nan_to_num(error))[money]
            values[count] = np.round(values, 1)[count]
            values[share] = np.round(values, 3)[share]
        shown[name] = values
    return shown


def differences_released(table: pd.DataFrame, held: Iterable[bool], numbers: Iterable[str], exempt: bool) -> pd.DataFrame:
    """Differences of runs, or their quantiles, in CNY: withheld where `held` says so, else to the digits a report shows."""
    shown = released(table, held, numbers)
    return shown if exempt else _rounded(shown, "CNY", [c for c in numbers if not c.startswith("share")])


def released(table: pd.DataFrame, held: Iterable[bool], numbers: Iterable[str]) -> pd.DataFrame:
    """A table whose rows are withheld where `held` says so: a copy, `numbers` blank there, with a column `withheld`."""
    held, numbers = np.array(list(held), bool), list(numbers)
    shown = table.assign(withheld=held)
    shown[numbers] = shown[numbers].astype(float).mask(np.broadcast_to(held[:, None], (len(shown), len(numbers))))
    return shown


def analyses_released(found: Mapping[str, pd.DataFrame], plan: Plan | None) -> dict[str, pd.DataFrame]:
    """The analyses of a run as they may be shown; outside those alone that can be held to the rules."""
    if plan is None or plan.exempt:
        return dict(found)
    shown = {name: ANALYSES[name](table, plan) for name, table in found.items() if name in ANALYSES}
    return {name: _rounded(table, *_unit_of(name, table)) for name, table in shown.items()}


def _unit_of(name: str, table: pd.DataFrame) -> tuple[pd.Series | str, list[str] | None]:
    """The units of an analysis's rows, and which columns are of them; none where nothing in it is an amount."""
    if name in ("ledger", "conditions", "loopholes", "drivers", "backtest", "backtest_of_place"):
        return (table["unit"], None) if name == "ledger" else ("", [])
    if name == "expected":
        return table["measure"].map(lambda m: "CNY" if m not in COUNTS else "count"), None
    return "CNY", [
        c
        for c in table.columns
        if c not in ("year", "clause", "cause", "rate", "appropriation", "basis", *KEYS)
        and not c.startswith(("probability", "share", "revenue"))
    ]


def left_out(names: Iterable[str], plan: Plan | None) -> list[str]:
    """The analyses that a report for outside does not show."""
    return [] if plan is None or plan.exempt else [name for name in names if name not in ANALYSES]


def _drivers(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    def fine(result: str) -> bool:
        kind, _, name = result.partition(".")
        return plan.shows(kind, name or TOTAL) if kind != "target" else all(plan.shows("target", name, y) for y in plan.years)

    return table[[fine(result) for result in table["result"]]]


def _conditions(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    return table[[all(plan.shows("target", key, y) for y in plan.years) for key in table["target"]]]


def _paid_by_year(*numbers: str, percentiles: bool = False) -> Callable[[pd.DataFrame, Plan], pd.DataFrame]:
    """Rows of years: withheld with what is paid in the year, or where percentiles of it would be."""

    def made(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
        asked = plan.shows_percentiles if percentiles else plan.shows
        return released(
            table,
            (not asked("paid", TOTAL, _year(y)) for y in table["year"]),
            [c for c in numbers or table.columns if c in table and c not in ("year", "appropriation")],
        )

    return made


def _execution(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Real payments are certain, and of few: a row is shown where each of its three figures may be."""
    return released(
        table, (not plan.shows_execution(_year(y)) for y in table["year"]), [c for c in table.columns if c not in ("year", "appropriation")]
    )


def _funding(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The ledger's totals. What waits or is owed rests on all years before; the largest recipients are nobody's business."""
    table = table[(table["clause"] == TOTAL) & ~table["measure"].isin(("top_1", "top_5"))]
    rests = {"paid": "paid", "due": "paid", "accrued": "awarded", "due_back": "clawback_due", "recovered": "clawback_recovered"}

    def fine(row: Any) -> bool:
        if row.measure in rests:
            return plan.shows(rests[row.measure], TOTAL, _year(row.year))
        parts = ("clawback_due", "clawback_recovered") if row.measure == "outstanding" else ("awarded", "paid")
        years: list[int | str] = [*plan.years, TOTAL]
        return all(plan.shows(part, TOTAL, y) for part in parts for y in years)

    numbers = [c for c in table.columns if c not in KEYS]
    shown = released(table, (not fine(row) for row in table.itertuples()), numbers)
    few = not plan.shows_percentiles("paid")
    return shown.assign(**{c: np.nan for c in numbers if c.startswith("p99") or (few and _PERCENTILE.match(c))})


def _expected(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    held = (not plan.shows(row.measure, row.clause, _year(row.year)) for row in table.itertuples())
    return released(table, held, ("mean", "standard_error", "expected", "expected_error"))


def _ways(table: pd.DataFrame, _plan: Plan) -> pd.DataFrame:
    """Prices of ways round the text: those of an invented register only."""
    numbers = [
        c
        for c in (
            "gainers",
            "gain",
            "everybody",
            "everybody_error",
            "price",
            "price_error",
            "price_p95",
            "price_p95_low",
            "price_p95_high",
            "closed_price",
            "closed_error",
        )
        if c in table
    ]
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
    "drivers": _drivers,
    "conditions": _conditions,
    "backtest": lambda table, _: table,
    "backtest_of_place": lambda table, _: table,
    "loopholes": _ways,
    "affordability": _paid_by_year(
        "share",
        "share_error",
        "share_high",
        "share_high_low",
        "share_high_high",
        "paid_mean",
        "paid_mean_error",
        "paid_p95",
        "paid_p95_low",
        "paid_p95_high",
    ),
    "risk": _paid_by_year(percentiles=True),
    "execution": _execution,
    "ledger": _funding,
    "attribution": _attribution,
    "interaction": _interaction,
    "expected": _expected,
}
