"""The charts of what drives the cost: tornadoes of assumptions and readings, and the map of the edges of the law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.document.numbers import UNITS
from simulator.render.pictures import drawing
from simulator.report import driver_words
from simulator.report.figures import BLUE, INK, MUTED, ORANGE, number_ticks, wrapped, write
from simulator.report.wording import Wording

_LINE: dict[str, Any] = {"fmt": "none", "ecolor": INK, "elinewidth": 0.9, "capsize": 2, "capthick": 0.9}
_NORMAL = 1.959964
_BARS = 12


def _horizontal(names: list[str], height: float = 0.36) -> tuple[Figure, Axes, np.ndarray]:
    """A figure with a row for each name, the first at the top."""
    figure = Figure(figsize=(8.0, 1.0 + height * len(names)))
    axes = figure.add_subplot()
    at = np.arange(len(names))[::-1]
    axes.set_yticks(at, [wrapped(name, 44) for name in names], fontsize=8.5)
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.grid(False, axis="y")
    return figure, axes, at


def tornado(table: pd.DataFrame, names: Mapping[str, str], words: Wording) -> Figure:
    """Each assumption at its low and high end, the largest swing at the top.

    table: path, at_low, at_high with their errors, CNY.
    """
    unit = UNITS[words.lang]["money"]
    with drawing():
        figure, axes, at = _horizontal([names.get(path, path) for path in table["path"]])
        for column, colour, key in (("at_low", BLUE, "bar_low"), ("at_high", ORANGE, "bar_high")):
            values, errors = table[column] / unit.scale, table[f"{column}_error"] / unit.scale
            axes.barh(at, values, 0.62, color=colour, label=words.say(f"sensitivity.{key}"))
            axes.errorbar(values, at, xerr=_NORMAL * errors.fillna(0.0), **_LINE)
        axes.axvline(0, color=MUTED, linewidth=0.9)
        axes.legend(loc="lower right")
        axes.set_xlabel(words.say("sensitivity.axis", unit=words.say("unit.money")))
        number_ticks(axes.xaxis)
    return figure


def readings(table: pd.DataFrame, words: Wording) -> Figure:
    """The change in cost under each other reading that changes anything, the largest at the top (CNY: mean, standard_error)."""
    unit = UNITS[words.lang]["money"]
    shown = table[table["share_changed"] > 0]
    shown = shown.loc[shown["mean"].abs().sort_values(ascending=False, kind="stable").index].head(_BARS)
    with drawing():
        figure, axes, at = _horizontal([driver_words.option(r, words) for r in shown.itertuples()])
        values = shown["mean"] / unit.scale
        axes.barh(at, values, 0.62, color=[ORANGE if v > 0 else BLUE for v in values])
        axes.errorbar(values, at, xerr=_NORMAL * (shown["standard_error"] / unit.scale).fillna(0.0), **_LINE)
        axes.axvline(0, color=MUTED, linewidth=0.9)
        axes.set_xlabel(words.say("reading_costs.axis", unit=words.say("unit.money")))
        number_ticks(axes.xaxis)
    return figure


def notch_map(places: pd.DataFrame, totals: pd.DataFrame, names: Mapping[str, str], words: Wording) -> Figure:
    """Who stands near each edge, by relative distance: a row for each edge, to its own scale.

    places: clause, term, from, to, enterprises; totals: below, above of each edge (clause, term), those withheld left out.
    """
    count = UNITS[words.lang]["count"]
    with drawing():
        figure, axes, at = _horizontal([driver_words.edge(r.clause, r.term, names) for r in totals.itertuples()], 0.46)
        for place, row in zip(at, totals.itertuples(), strict=True):
            part = places[(places["clause"] == row.clause) & (places["term"] == row.term)]
            heights = part["enterprises"] / max(part["enterprises"].max(), 1e-9) * 0.74
            middle, width = 50 * (part["from"] + part["to"]), 100 * (part["to"] - part["from"])
            colours = [ORANGE if below < 0 else BLUE for below in middle]
            axes.bar(middle, heights, width * 0.94, place - 0.42, color=colours, linewidth=0)
            axes.axhline(place - 0.42, color=MUTED, linewidth=0.5)
            text = words.say("notches.counts", below=count.text(float(row.below), 0.05), above=count.text(float(row.above), 0.05))
            write(axes, text, (100 * float(part["to"].max()), place), (6, 0), va="center")
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_xlabel(words.say("notches.axis"))
        number_ticks(axes.xaxis)
    return figure
