"""The charts of what is paid: by clause, its range by year, and the chance that appropriations do not hold.

Each takes small tables in the files' units and returns a Figure. Amounts are scaled to the language's unit
here; every axis names its unit; series are named where they are drawn as far as there is room. The dashboard
may draw the same charts from its own tables. The charts of growth, revenue and targets are in
`outlook_charts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.document.numbers import UNITS, percent
from simulator.render.pictures import drawing
from simulator.report.figures import (
    BAND,
    BLUE,
    DARK_BLUE,
    DASHED,
    GREEN,
    HALF,
    INK,
    ORANGE,
    RED,
    WIDE,
    error_bars,
    money_axis,
    number_ticks,
    write,
    years_axis,
)
from simulator.report.wording import Wording

_STACK = ((BLUE, ""), (ORANGE, ""), (GREEN, ""), ("#CC79A7", "////"), ("#56B4E9", "...."))  # hatched where greys are alike
_GREYS = ("#c3cad1", "#a9b2bb", "#d6dbe0", "#b6bec6", "#98a2ac")
_POINTS = 400  # of the exceedance curve: more than the page has pixels help nobody


def fan(bands: pd.DataFrame, appropriation: Mapping[int, float], words: Wording) -> Figure:
    """Yearly payouts: the P5–P95 band, the median and P80, and the appropriation of each year.

    bands: p5, p50, p80, p95 in CNY, indexed by year; with their 95 % intervals (p50_low, p50_high …) these are drawn, too.
    """
    unit = UNITS[words.lang]["money"]
    shown = bands[["p5", "p50", "p80", "p95"]] / unit.scale
    budget = {year: amount / unit.scale for year, amount in sorted(appropriation.items())}
    with drawing():
        figure = Figure(figsize=WIDE)
        axes = figure.add_subplot()
        years = shown.index.to_numpy()
        axes.fill_between(years, shown["p5"], shown["p95"], color=BLUE, **BAND)
        axes.plot(years, shown["p95"], color=BLUE, linewidth=0.8, alpha=0.6)
        axes.plot(years, shown["p80"], color=BLUE, linewidth=1.3, linestyle=DASHED)
        axes.plot(years, shown["p50"], color=BLUE, linewidth=2.2)
        for quantile in ("p50", "p80", "p95"):
            error_bars(axes, bands, quantile, unit.scale, DARK_BLUE)
        tops = bands["p95_high"].dropna() / unit.scale if "p95_high" in bands else shown["p95"]
        axes.set_ylim(0, 1.1 * max(shown["p95"].max(), *tops, *budget.values(), 0.0))
        _name_at_peak(axes, shown)
        for year, height in budget.items():
            axes.hlines(height, year - 0.28, year + 0.28, color=RED, linewidth=2.6)
        if budget:
            first = min(budget)
            write(axes, words.say("risk.appropriation"), (first - 0.28, budget[first]), (0, 5), color=RED)
        years_axis(axes, sorted({*years, *budget}), words)
        money_axis(axes, words.say("risk.paid_axis", unit=words.say("unit.money")))
    return figure


def _name_at_peak(axes: Axes, bands: pd.DataFrame) -> None:
    """Write P5, P50 … on the lines in the year they lie furthest apart."""
    peak = (bands["p95"] - bands["p5"]).idxmax()
    for column in bands.columns:
        write(axes, column.upper(), (peak, bands.loc[peak, column]), (5, 4), color=DARK_BLUE)


def stack(costs: pd.DataFrame, names: Mapping[str, str], words: Wording) -> Figure:
    """Mean payout by year, stacked by clause: the largest clauses in colour, the others in greys above them.

    costs: CNY, one row a year, one column a clause.
    """
    unit, coloured = UNITS[words.lang]["money"], len(_STACK)
    order = [c for c in costs.sum().sort_values(ascending=False, kind="stable").index if costs[c].any()]
    looks = [(*look, names[clause]) for clause, look in zip(order, _STACK, strict=False)]
    for i in range(len(order) - len(looks)):  # the greys share one name
        looks.append((_GREYS[i % len(_GREYS)], "", words.say("cost.chart_others") if i == 0 else ""))
    with drawing():
        figure = Figure(figsize=WIDE)
        axes = figure.add_subplot()
        base = np.zeros(len(costs))
        handles = []
        for clause, (colour, hatch, name) in zip(order, looks, strict=True):
            heights = costs[clause].to_numpy() / unit.scale
            bars = axes.bar(costs.index, heights, 0.62, base, color=colour, edgecolor="white", hatch=hatch, linewidth=0.6)
            base += heights
            if name:
                handles.append((bars, name))
        if handles:
            shown, labels = zip(*handles[coloured::-1], strict=True)
            axes.legend(shown, labels, loc="upper left", bbox_to_anchor=(1.01, 1), labelspacing=0.7)
        years_axis(axes, costs.index, words)
        money_axis(axes, words.say("risk.paid_axis", unit=words.say("unit.money")))
    return figure


def exceedance(
    totals: pd.Series,
    appropriation: float | None,
    mark: str,
    quantiles: Mapping[str, float],
    words: Wording,
) -> Figure:
    """The chance that all years' payouts exceed an amount, in the band of its 95 % interval (exact, point by point).

    totals: CNY, one a draw. appropriation: CNY or None; `mark` is written beside its line. quantiles: "P80" →
    CNY.
    """
    unit = UNITS[words.lang]["money"]
    amounts = np.sort(totals.to_numpy()) / unit.scale
    chance = 100 * (1 - np.arange(1, len(amounts) + 1) / len(amounts))
    keep = np.unique(np.linspace(0, len(amounts) - 1, _POINTS).astype(int))
    with drawing():
        figure = Figure(figsize=HALF)
        axes = figure.add_subplot()
        low, high = _interval(len(amounts) - 1 - keep, len(amounts))
        axes.fill_between(amounts[keep], 100 * low, 100 * high, color=BLUE, **BAND)
        axes.plot(amounts[keep], chance[keep], color=BLUE)
        budget = 0.0 if appropriation is None else appropriation / unit.scale
        right = max(float(np.quantile(amounts, 0.995)), budget) * 1.02
        left = min(float(amounts[0]), right if appropriation is None else budget) * 0.8
        axes.set_xlim(left, max(right, left + 1e-9))
        axes.set_ylim(0, 104 if appropriation is None else 120)  # room for the mark above the curve
        axes.set_yticks(range(0, 101, 20))
        if appropriation is not None:
            beyond = keep[amounts[keep] >= budget]
            axes.fill_between(amounts[beyond], 0, chance[beyond], color=RED, **BAND)
            axes.axvline(budget, color=RED, linewidth=1.6)
            side = -1 if budget > (left + right) / 2 else 1
            write(
                axes,
                mark,
                (budget, 119),
                (5 * side, 0),
                color=RED,
                ha="left" if side > 0 else "right",
                va="top",
            )
        for name, amount in quantiles.items():
            at = (amount / unit.scale, 100 - float(name[1:]))
            axes.plot(*at, "o", color=BLUE, markersize=4.5)
            write(axes, name, at, (6, 3))
        axes.set_ylabel(words.say("risk.exceedance_y"))
        axes.set_xlabel(words.say("risk.exceedance_x", unit=words.say("unit.money")))
        number_ticks(axes.xaxis)
    return figure


def _interval(above: np.ndarray, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """The exact 95 % interval (Clopper–Pearson) of a chance that so many of the draws lie above."""
    from scipy import special

    low = np.where(above > 0, special.betaincinv(np.maximum(above, 1), draws - above + 1, 0.025), 0.0)
    high = np.where(above < draws, special.betaincinv(above + 1, np.maximum(draws - above, 1), 0.975), 1.0)
    return low, high


def overrun(chances: pd.DataFrame, labels: Sequence[str], words: Wording) -> Figure:
    """The chance of an overrun, a bar a row; the last bar (all years together) stands apart.

    chances: probability, probability_low, probability_high.
    """
    middle = chances["probability"].to_numpy() * 100
    ends = np.abs(chances[["probability_low", "probability_high"]].to_numpy().T * 100 - middle)
    places = np.arange(len(middle), dtype=float)
    places[-1] += 0.5
    with drawing():
        figure = Figure(figsize=HALF)
        axes = figure.add_subplot()
        axes.bar(places, middle, 0.62, color=[RED] * (len(middle) - 1) + ["#8c3d00"], alpha=0.85)
        axes.errorbar(places, middle, ends, fmt="none", ecolor=INK, elinewidth=1, capsize=2.5, capthick=1)
        for place, height, above in zip(places, middle, ends[1], strict=True):
            write(axes, percent(height / 100), (place, height + above), (0, 3), ha="center", va="bottom")
        axes.set_xticks(places, labels)
        axes.set_ylim(0, min(112.0, max(10.0, float((middle + ends[1]).max()) * 1.18)))
        axes.set_yticks([tick for tick in axes.get_yticks() if tick <= 100])
        axes.set_ylabel(words.say("risk.overrun_y"))
    return figure
