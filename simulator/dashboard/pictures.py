"""The charts of an answer: what they show is what the report's charts of the same names show."""

from __future__ import annotations

import math

import numpy as np

from simulator.budget.summary import TOTAL
from simulator.dashboard.chart import Chart
from simulator.dashboard.views import Figures
from simulator.dashboard.worker import Answer
from simulator.money import FEN
from simulator.report.figures import BLUE, DARK_BLUE, MUTED, RED, wrapped
from simulator.report.rounding import UNITS, percent
from simulator.report.wording import Wording

FAN, CURVE = (500.0, 285.0), (325.0, 285.0)  # points: as wide as they stand beside each other, so that words keep their size
QUANTILES = ("p50", "p80", "p95")
HALF_A_MARK = 0.28  # of a year: an appropriation's line to either side of it
POINTS = 300  # of a curve: more than the page has pixels help nobody


def fan(answer: Answer, figures: Figures, before: Figures, words: Wording) -> str:
    """Payouts by year: band, median, appropriations, and the baseline's median where it is another."""
    unit, years = UNITS[words.lang]["money"].scale, answer.run.result.cash_years
    lines = {q: [float(figures("paid", TOTAL, year).get(q, math.nan)) / unit for year in years] for q in ("p5", *QUANTILES)}
    if all(math.isnan(amount) for amount in lines["p50"]):  # too few draws for any quantile
        return ""
    lines = {q: [median if math.isnan(amount) else amount for amount, median in zip(line, lines["p50"], strict=True)]
             for q, line in lines.items()}
    budget = {year: fen / FEN / unit for year, fen in sorted(answer.run.scenario.appropriation.items())}
    shown = sorted({*years, *budget})
    top = 1.1 * max(*lines["p95"], *budget.values(), 1e-9)
    chart = Chart(FAN, (shown[0] - 0.4, shown[-1] + 0.4), (0.0, top))
    chart.axes(words.say("risk.year_axis"), words.say("risk.paid_axis", unit=words.say("unit.money")), shown)
    chart.area(years, lines["p5"], lines["p95"], BLUE)
    for q, width, dashes in (("p95", 1.1, ""), ("p80", 1.7, "6 3"), ("p50", 2.8, "")):
        chart.line(years, lines[q], BLUE, width, dashes)
    if answer.run is not answer.baseline:
        was = answer.baseline.result.cash_years
        medians = [float(before("paid", TOTAL, year).get("p50", math.nan)) / unit for year in was]
        chart.line(was, medians, MUTED, 1.6, "6 3")
    for year, amount in budget.items():
        chart.line((year - HALF_A_MARK, year + HALF_A_MARK), (amount, amount), RED, 3.4)
    if budget:
        first = min(budget)
        chart.write(words.say("risk.appropriation"), first - HALF_A_MARK, budget[first], (0, 7), colour=RED)
    widest = max(range(len(years)), key=lambda i: lines["p95"][i] - lines["p5"][i])
    for q, line in lines.items():
        chart.write(q.upper(), years[widest], line[widest], (0, 5), anchor="middle", colour=DARK_BLUE)
    return chart.svg(words.say("charts.fan"))


def exceedance(answer: Answer, line: float | None, words: Wording) -> str:
    """The chance that all years' payouts exceed an amount, with the budget line (CNY) somebody set."""
    unit, totals = UNITS[words.lang]["money"], answer.run.paid_totals()
    amounts = np.sort(totals) / unit.scale
    chances = 100 * (1 - np.arange(1, len(amounts) + 1) / len(amounts))
    kept = np.unique(np.linspace(0, len(amounts) - 1, POINTS).astype(int))
    budget = 0.0 if line is None else line / unit.scale
    right = max(float(np.quantile(amounts, 0.995)), budget) * 1.02
    left = min(float(amounts[0]), right if line is None else budget) * 0.8
    kept = kept[amounts[kept] <= max(right, left)]
    chart = Chart(CURVE, (left, max(right, left + 1e-9)), (0.0, 104.0))
    chart.axes(words.say("risk.exceedance_x", unit=words.say("unit.money")), words.say("risk.exceedance_y"))
    if line is not None:
        beyond = kept[amounts[kept] >= budget]
        chart.area(amounts[beyond].tolist(), [0.0] * len(beyond), chances[beyond].tolist(), RED)
    chart.line(amounts[kept].tolist(), chances[kept].tolist(), BLUE, 2.2)
    if line is not None:
        chart.line((budget, budget), (0.0, 104.0), RED, 2.0)
        mark = words.say("charts.mark", amount=unit.text(line, 0.0), probability=percent(float((totals > line).mean())))
        away, anchor = ((-7, -3), "end") if budget > (left + right) / 2 else ((7, -3), "start")
        chart.write(wrapped(mark, 22), budget, 100.0, away, anchor=anchor, colour=RED)
    summary = answer.run.figure("paid")
    for q in QUANTILES:
        amount, height = float(summary.get(q, math.nan)) / unit.scale, 100 - float(q[1:])
        if not math.isnan(amount):
            chart.dot(amount, height, BLUE)
            chart.write(q.upper(), amount, height, (8, 5))
    return chart.svg(words.say("charts.exceedance"))
