"""Charts of differences: from the baseline's cost to a reform's, and how unequally support is spread."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from simulator.document.numbers import UNITS, signed
from simulator.render.pictures import drawing
from simulator.report.figures import (
    BAND,
    BLUE,
    GREEN,
    HALF,
    INK,
    MUTED,
    ORANGE,
    WIDE,
    money_axis,
    number_ticks,
    wrapped,
    write,
)
from simulator.report.wording import Wording

_STEPS = 6  # clauses with a bar of their own


def waterfall(levels: tuple[float, float], steps: pd.DataFrame, names: Mapping[str, str], ends: tuple[str, str], words: Wording) -> Figure:
    """From the first level to the second by the clauses' differences; the smaller ones together.

    levels: baseline and reform, CNY. steps: mean and standard_error in CNY by clause. ends: the names of the levels.
    """
    unit = UNITS[words.lang]["money"]
    order = steps["mean"].abs().sort_values(ascending=False, kind="stable").index
    own = [c for c in order[:_STEPS] if steps.loc[c, "mean"] != 0]
    rest = [c for c in order if c not in own]
    bars = [(names[c], steps.loc[c, "mean"], steps.loc[c, "standard_error"]) for c in own]
    if (others := float(steps.loc[rest, "mean"].sum())) != 0:
        bars.append((words.say("cost.chart_others"), others, np.nan))
    low, high = levels[0] / unit.scale, levels[1] / unit.scale
    with drawing():
        figure = Figure(figsize=WIDE)
        axes = figure.add_subplot()
        axes.bar([0, len(bars) + 1], [low, high], 0.6, color=BLUE)
        at = low
        tops = [low, high]
        for place, (_, change, error) in enumerate(bars, start=1):
            change, error = change / unit.scale, error / unit.scale
            axes.bar(place, change, 0.6, at, color=ORANGE if change > 0 else GREEN)
            axes.plot([place - 1.3, place + 0.3], [at, at], color=MUTED, linewidth=0.7)
            if np.isfinite(error):
                axes.errorbar(place, at + change, 1.96 * error, fmt="none", ecolor=INK, elinewidth=0.9, capsize=2)
            above = max(at, at + change) + (1.96 * error if np.isfinite(error) else 0)
            text = signed(change, unit.finest if abs(change) < 100 else 0).replace("-", "\u2212")
            write(axes, text, (place, above), (0, 3), ha="center", va="bottom")
            at += change
            tops.append(above)
        axes.plot([len(bars) + 0.7, len(bars) + 1.3], [at, at], color=MUTED, linewidth=0.7)
        for place, level in ((0, low), (len(bars) + 1, high)):
            write(
                axes,
                unit.text(level * unit.scale, digits=unit.finest if abs(level) < 100 else 0),
                (place, level),
                (0, 3),
                ha="center",
                va="bottom",
            )
        labels = [ends[0], *(name for name, *_ in bars), ends[1]]
        narrow = max(8, 78 // len(labels))
        axes.set_xticks(range(len(labels)), [wrapped(label, narrow) for label in labels], fontsize=8)
        axes.set_ylim(0, max(tops) * 1.14 or 1)
        money_axis(axes, words.say("risk.paid_axis", unit=words.say("unit.money")))
    return figure


def lorenz(curve: pd.DataFrame, words: Wording) -> Figure:
    """The Lorenz curve of support among those who get any: share of enterprises → share of the money, from the least.

    curve: enterprises, support, both cumulative shares from 0 to 1.
    """
    with drawing():
        figure = Figure(figsize=(HALF[0], 3.4))
        axes = figure.add_subplot()
        across, up = 100 * curve["enterprises"], 100 * curve["support"]
        axes.plot([0, 100], [0, 100], color=MUTED, linewidth=1)
        axes.plot(across, up, color=BLUE, linewidth=2.2)
        axes.fill_between(across, up, across, color=BLUE, **BAND)
        write(axes, words.say("lorenz.equal"), (50, 50), (-4, 4), ha="right", color=MUTED)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_aspect("equal")
        axes.set_xlabel(words.say("lorenz.across"))
        axes.set_ylabel(words.say("lorenz.up"))
        number_ticks(axes.xaxis)
        number_ticks(axes.yaxis)
    return figure
