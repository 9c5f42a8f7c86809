"""What every chart is drawn with: its sizes and colours, its axes, words beside its points.

Charts are `matplotlib.figure.Figure`s, never pyplot's, so nothing is kept alive between calls.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patheffects import withStroke
from matplotlib.ticker import Formatter, MaxNLocator

from simulator.report.wording import Wording

INK, MUTED, BLUE, RED, GREEN, ORANGE = "#1c2733", "#66727e", "#0072B2", "#D55E00", "#009E73", "#E69F00"
DARK_BLUE, DARK_GREEN = "#00507d", "#00664b"  # for words in the colour of a line
WIDE, HALF = (8.0, 3.3), (3.9, 2.8)  # inches: the width of the page, and of half of it
BAND: dict[str, Any] = {"alpha": 0.16, "linewidth": 0}
DASHED = (0, (4, 2))


def write(axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **look: Any) -> None:
    """A word beside a point of the chart, `offset` points away, legible on lines and bands."""
    halo = [withStroke(linewidth=2.5, foreground="white")]
    chosen: dict[str, Any] = {"fontsize": 8.5, "color": INK} | look
    axes.annotate(text, at, offset, textcoords="offset points", path_effects=halo, **chosen)


def error_bars(axes: Axes, bands: pd.DataFrame, column: str, scale: float, color: str = INK) -> None:
    """The 95 % interval of a quantile that a number of draws leaves, year by year, where the table says it.

    bands: `column`, and its ends `column`_low and _high, indexed by year.
    """
    if not {f"{column}_low", f"{column}_high"} <= set(bands.columns):
        return
    known = bands[[column, f"{column}_low", f"{column}_high"]].dropna() / scale
    ends = np.clip([known[column] - known[f"{column}_low"], known[f"{column}_high"] - known[column]], 0, None)
    axes.errorbar(known.index, known[column], ends, fmt="none", ecolor=color, elinewidth=0.9, capsize=2.2, capthick=0.9)


def years_axis(axes: Axes, years: Iterable[int], words: Wording) -> None:
    """A tick a year."""
    axes.set_xticks([int(year) for year in years])
    axes.set_xlabel(words.say("risk.year_axis"))


def money_axis(axes: Axes, label: str, *, from_zero: bool = True) -> None:
    """Amounts upwards."""
    axes.set_ylabel(label)
    if from_zero:
        axes.set_ylim(bottom=0)
    number_ticks(axes.yaxis)


def number_ticks(axis: Axis, count: int = 5) -> None:
    """Round steps, neatly written."""
    axis.set_major_locator(_steps(count))
    axis.set_major_formatter(_Numbers())


def round_ticks(low: float, high: float, count: int = 5) -> tuple[list[float], list[str]]:
    """Round steps between the ends of an axis, and how they are written, for a chart that is not matplotlib's.

    >>> round_ticks(0, 104)
    ([0.0, 25.0, 50.0, 75.0, 100.0], ['0', '25', '50', '75', '100'])
    """
    values = [float(value) for value in _steps(count).tick_values(low, high) if low <= value <= high]
    return values, _Numbers().format_ticks(values)


def _steps(count: int) -> MaxNLocator:
    return MaxNLocator(count, steps=[1, 2, 2.5, 5, 10])


class _Numbers(Formatter):
    """Thousands commas, and as many decimals on every tick of an axis as the finest of them needs."""

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        decimals = max((len(f"{tick:.4f}".rstrip("0").partition(".")[2]) for tick in values), default=0)
        return [f"{value:,.{decimals}f}".replace("-", "\u2212") for value in values]

    def __call__(self, value: float, position: int | None = None) -> str:
        return self.format_ticks([value])[0]


def wrapped(text: str, width: int = 40) -> str:
    """Text in lines of at most `width` half-width characters, broken at spaces or between Chinese characters.

    >>> wrapped("Industry-leading online retailers (number)", 36)
    'Industry-leading online retailers\\n(number)'
    """
    if "\n" in text:
        return "\n".join(wrapped(line, width) for line in text.split("\n"))
    lines, used = [""], 0
    for part in re.findall(r"[\u2e80-\uffef]\s*|[^\s\u2e80-\uffef]+\s*", text):
        ends = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in part.rstrip())
        if used and used + ends > width and part.rstrip() not in "，。、；：）」”":
            lines, used = [*lines[:-1], lines[-1].rstrip(), ""], 0
        lines[-1] += part
        used += ends + len(part) - len(part.rstrip())
    return "\n".join(lines)
