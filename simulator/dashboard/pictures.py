"""The charts of an answer, drawn as the report draws them, as PNG."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from simulator.budget.summary import TOTAL
from simulator.dashboard.views import Figures
from simulator.dashboard.worker import Answer
from simulator.money import FEN
from simulator.report import charts
from simulator.report.figures import DASHED, MUTED, drawing, wrapped
from simulator.report.rounding import UNITS, percent
from simulator.report.wording import Wording

DOTS = 120  # an inch
EDGES = (0.64, 0.08, 0.5, 0.06)  # inches around the axes: left, right, bottom, top
FAN, CURVE = (5.6, 2.9), (3.6, 2.9)  # inches: as wide as they stand beside each other, so that words keep their size
QUANTILES = ("p50", "p80", "p95")


def fan(answer: Answer, figures: Figures, before: Figures, words: Wording) -> bytes:
    """Payouts by year: band, median, appropriations, and the baseline's median where it is another."""
    years = answer.run.result.cash_years
    bands = pd.DataFrame([[float(figures("paid", TOTAL, year).get(q, np.nan)) for q in ("p5", *QUANTILES)] for year in years],
                         index=years, columns=["p5", *QUANTILES])
    appropriation = {year: fen / FEN for year, fen in answer.run.scenario.appropriation.items()}
    if bands["p50"].isna().all():  # too few draws for any quantile
        return b""
    bands = bands.fillna({"p5": bands["p50"], "p80": bands["p50"], "p95": bands["p50"]})
    figure = charts.fan(bands, appropriation, words)
    if answer.run is not answer.baseline:
        was = answer.baseline.result.cash_years
        medians = [before("paid", TOTAL, year).get("p50", np.nan) / UNITS[words.lang]["money"].scale for year in was]
        with drawing():
            figure.axes[0].plot(was, medians, color=MUTED, linewidth=1.2, linestyle=DASHED)
    return png(figure, FAN)


def exceedance(answer: Answer, line: float | None, words: Wording) -> bytes:
    """The chance that all years' payouts exceed an amount, with the budget line (CNY) somebody set."""
    totals = pd.Series(answer.run.paid_totals())
    mark = ""
    if line is not None:
        amount = UNITS[words.lang]["money"].text(line, 0.0)
        mark = wrapped(words.say("charts.mark", amount=amount, probability=percent(float((totals > line).mean()))), 22)
    summary = answer.run.figure("paid")
    quantiles = {q.upper(): float(summary[q]) for q in QUANTILES if pd.notna(summary.get(q))}
    return png(charts.exceedance(totals, line, mark, quantiles, words), CURVE)


def png(figure: Figure, size: tuple[float, float]) -> bytes:
    """The figure in that size (inches) as PNG, packed lightly: it travels to the same machine."""
    width, height = size
    left, right, bottom, top = EDGES
    figure.set_size_inches(size)
    figure.set_layout_engine("none")  # working out where everything fits takes longer than drawing it
    figure.axes[0].set_position((left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height))
    figure.set_dpi(DOTS)
    canvas, buffer = FigureCanvasAgg(figure), io.BytesIO()
    with drawing():
        canvas.draw()  # `savefig` would draw twice: once to see where everything fits
    Image.fromarray(np.asarray(canvas.buffer_rgba())).save(buffer, format="png", compress_level=1)
    return buffer.getvalue()
