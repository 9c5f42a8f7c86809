"""The charts of what the policy is for: revenue and growth beside the cost, and the way to the targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.document.numbers import UNITS, Unit
from simulator.render.pictures import drawing
from simulator.report.figures import (
    BAND,
    BLUE,
    DARK_GREEN,
    DASHED,
    GREEN,
    MUTED,
    ORANGE,
    error_bars,
    money_axis,
    number_ticks,
    wrapped,
    write,
    years_axis,
)
from simulator.report.wording import Wording


@dataclass(frozen=True)
class TargetPath:
    """One target's chart: its quantity's p5, p50, p95 by year (p50_low, p50_high: its 95 % interval), its numbers, and how they read."""

    name: str
    goal: str
    bands: pd.DataFrame
    low: float
    high: float
    year: int
    unit: Unit


def growth(paid: pd.DataFrame, induced: pd.DataFrame, sales: pd.DataFrame, words: Wording) -> Figure:
    """Cost against growth: payouts and induced tax by year above, the path of online sales below.

    All in CNY, indexed by year: mean, p5, p95 for paid and induced; p5, p50, p95 for sales.
    """
    money, big = UNITS[words.lang]["money"], UNITS[words.lang]["big"]
    with drawing():
        figure = Figure(figsize=(8.0, 3.7))
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.15, 1))
        for shift, table, colour, key in ((-0.18, paid, BLUE, "paid"), (0.18, induced, ORANGE, "induced")):
            shown = table[["mean", "p5", "p95"]] / money.scale
            ends = np.clip([shown["mean"] - shown["p5"], shown["p95"] - shown["mean"]], 0, None)
            at, look = shown.index.to_numpy() + shift, {"elinewidth": 0.9, "capsize": 2, "capthick": 0.9}
            upper.bar(at, shown["mean"], 0.32, color=colour, label=words.say(f"growth.{key}"))
            upper.errorbar(at, shown["mean"], ends, fmt="none", ecolor=MUTED, **look)
        upper.axhline(0, color=MUTED, linewidth=0.8)
        upper.legend(loc="upper left", ncols=2)
        money_axis(upper, words.say("growth.money_axis", unit=words.say("unit.money")), from_zero=False)
        upper.margins(y=0.16)
        shown = sales[["p5", "p50", "p95"]] / big.scale
        lower.fill_between(shown.index, shown["p5"], shown["p95"], color=GREEN, **BAND)
        lower.plot(shown.index, shown["p50"], color=GREEN, linewidth=2.2)
        error_bars(lower, sales, "p50", big.scale, DARK_GREEN)
        end = (shown.index[-1], shown["p50"].iloc[-1])
        write(lower, words.say("growth.sales"), end, (-4, 8), ha="right", color=DARK_GREEN, fontsize=9)
        years_axis(lower, sorted({*paid.index, *sales.index}), words)
        money_axis(lower, words.say("growth.sales_axis", unit=words.say("unit.big")))
        figure.align_ylabels()
    return figure


def targets(paths: Sequence[TargetPath], words: Wording) -> Figure:
    """A small fan for each target, with its lower number as a line and the range to its upper one shaded."""
    columns = 3 if len(paths) < 4 or len(paths) in (5, 6, 9) else 4
    rows = -(-len(paths) // columns)
    with drawing():
        figure = Figure(figsize=(8.0, 2.3 * rows))
        figure.set_layout_engine("constrained", h_pad=0.08)
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, path in zip(grid, paths, strict=False):
            _towards(axes, path, words)
        for axes in grid[len(paths) :]:
            axes.remove()
    return figure


def _towards(axes: Axes, path: TargetPath, words: Wording) -> None:
    """One target's small fan."""
    shown = path.bands[["p5", "p50", "p95"]] / path.unit.scale
    low, high = path.low / path.unit.scale, path.high / path.unit.scale
    if high > low:
        axes.axhspan(low, high, color=GREEN, alpha=0.14, linewidth=0)
    axes.fill_between(shown.index, shown["p5"], shown["p95"], color=BLUE, **BAND)
    axes.plot(shown.index, shown["p50"], color=BLUE)
    if path.year in shown.index:
        axes.plot([path.year], [shown["p50"][path.year]], "o", color=BLUE, markersize=5)
    error_bars(axes, path.bands, "p50", path.unit.scale)
    axes.axhline(low, color=DARK_GREEN, linewidth=1.3, linestyle=DASHED)
    name = words.say("targets.goal_line", goal=path.goal)
    write(axes, name, (shown.index[0], low), (0, 3), color=DARK_GREEN)
    title = words.say("targets.panel", name=path.name, unit=words.say(f"unit.{path.unit.key}"))
    axes.set_title(wrapped(title, 30), fontsize=8.5)
    axes.set_xticks(sorted({shown.index[0], path.year, shown.index[-1]}))
    axes.set_ylim(0, max(float(shown["p95"].max()), high) * 1.08)
    number_ticks(axes.yaxis, 4)
