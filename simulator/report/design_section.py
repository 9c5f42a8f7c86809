"""The report's appendix on a design: the terms a budget affords, how sure that is, and the frontier of cost and growth."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from simulator import document
from simulator.budget.design import DesignResult
from simulator.budget.design_tables import COLUMNS, read
from simulator.document import Paragraph, Parts
from simulator.document.numbers import UNITS
from simulator.render.pictures import drawing, pictured
from simulator.report import design as texts
from simulator.report import page
from simulator.report.figures import BLUE, DARK_BLUE, HALF, MUTED, RED, number_ticks, write
from simulator.report.page import Part
from simulator.report.wording import Wording, load
from simulator.store.record import RunFolder

_WIDE = (HALF[0] * 1.6, HALF[1])


def design(run: RunFolder, lang: str) -> Part:
    """Appendix: a design within a budget. Empty where the folder keeps none."""
    words = load(lang)
    if not present(run):
        return Part("design", "", words.tag)
    result = read(run.analyses)
    asked, *answer = texts.sentences(result, words, words.pick(run.record["title"]))
    terms, frontier = texts.sheets(result, lang).values()
    parts: list[Parts] = [Paragraph(asked), *(Paragraph(text, "lead") for text in answer), terms]
    if len(result.frontier) > 1:
        picture = pictured(chart(result, words), words.say("design.chart_alt"))
        parts.append(document.Figure(words.say("design.chart"), picture, words.say("design.caption")))
    return page.section("design", words.say("design.title"), words.tag, *parts, frontier)


def present(run: RunFolder) -> bool:
    """Whether the folder keeps a design."""
    return all(name in run.analyses for name in COLUMNS)


def chart(result: DesignResult, words: Wording) -> Figure:
    """The frontier: the budget each design needs against the online sales it induces; hollow: does not fit.

    Without error bars: all designs share their random numbers, so that each one's own error says little of how they differ.
    """
    unit, shown = UNITS[words.lang]["money"], result.frontier
    with drawing():
        figure = Figure(figsize=_WIDE)
        axes = figure.add_subplot()
        for fits, part in shown.groupby(shown["feasible"].astype(bool)):
            axes.plot(
                part["needed"] / unit.scale,
                part["growth"] / unit.scale,
                "o",
                color=BLUE if fits else MUTED,
                markerfacecolor=BLUE if fits else "white",
                markersize=4.5,
            )
        axes.axvline(float(result.budget) / unit.scale, color=RED, linewidth=1.6)
        write(
            axes,
            words.say("design.budget_line"),
            (float(result.budget) / unit.scale, 1),
            (4, -4),
            color=RED,
            va="top",
            xycoords=axes.get_xaxis_transform(),
        )
        best = _best(result)
        if best is not None:
            at = (best["needed"] / unit.scale, best["growth"] / unit.scale)
            axes.plot(*at, "o", color=DARK_BLUE, markersize=9, fillstyle="none")
            write(axes, words.say("design.best"), at, (-8, 6), ha="right", color=DARK_BLUE)
        axes.margins(x=0.1, y=0.16)
        axes.set_xlabel(words.say("design.x_axis", unit=words.say("unit.money")))
        axes.set_ylabel(words.say("design.y_axis", unit=words.say("unit.money")))
        number_ticks(axes.xaxis)
        number_ticks(axes.yaxis)
    return figure


def _best(result: DesignResult) -> pd.Series | None:
    rows = [row for _, row in result.frontier.iterrows() if result.best is not None and texts.is_best(row, result)]
    return rows[0] if rows else None
