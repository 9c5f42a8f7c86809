"""The charts of an answer: what they show is what the report's charts of the same names show. Each comes with what is read off
it under the pointer, and with its figures as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from simulator.budget.result import BudgetRun
from simulator.budget.summary import TOTAL
from simulator.dashboard.chart import Chart
from simulator.dashboard.table import table
from simulator.dashboard.views import QUANTILES, Figures
from simulator.dashboard.worker import Answer
from simulator.document.numbers import MISSING, UNITS, percent, shown
from simulator.money import FEN
from simulator.report.figures import wrapped
from simulator.report.wording import Wording

FAN, CURVE = (500.0, 285.0), (325.0, 285.0)  # points: as wide as they stand beside each other, so that words keep their size
BAND = 46.0  # points of height for each what-if compared
HALF_A_MARK = 0.28  # of a year: an appropriation's line to either side of it
POINTS = 300  # of a curve: more than the page has pixels help nobody
READ = 40  # places of a curve that are read off, and rows of its table


def fan(answer: Answer, figures: Figures, before: Figures, words: Wording) -> dict[str, Any] | None:
    """Payouts by year: band, median, appropriations, and the baseline's median where it is another. None where there are too
    few draws for any quantile."""
    money = UNITS[words.lang]["money"]
    unit, years = money.scale, answer.run.result.cash_years
    lines = {q: [float(figures("paid", TOTAL, year).get(q, math.nan)) / unit for year in years] for q in ("p5", *QUANTILES)}
    if all(math.isnan(amount) for amount in lines["p50"]):
        return None
    lines = {
        q: [median if math.isnan(amount) else amount for amount, median in zip(line, lines["p50"], strict=True)]
        for q, line in lines.items()
    }
    budget = {year: fen / FEN / unit for year, fen in sorted(answer.run.scenario.appropriation.items())}
    ticks = sorted({*years, *budget})
    top = 1.1 * max(*lines["p95"], *budget.values(), 1e-9)
    chart = Chart(FAN, (ticks[0] - 0.4, ticks[-1] + 0.4), (0.0, top))
    chart.axes(words.say("risk.year_axis"), words.say("risk.paid_axis", unit=words.say("unit.money")), ticks)
    chart.area(years, lines["p5"], lines["p95"], "blue")
    for q, width, dashes in (("p95", 1.1, ""), ("p80", 1.7, "6 3"), ("p50", 2.8, "")):
        chart.line(years, lines[q], "blue", width, dashes)
    medians: dict[int, Any] = {}
    if answer.run is not answer.baseline:
        medians = {year: before("paid", TOTAL, year) for year in answer.baseline.result.cash_years}
        chart.line(list(medians), [float(m.get("p50", math.nan)) / unit for m in medians.values()], "muted", 1.6, "6 3")
    for year, amount in budget.items():
        chart.line((year - HALF_A_MARK, year + HALF_A_MARK), (amount, amount), "red", 3.4)
    if budget:
        first = min(budget)
        chart.write(words.say("risk.appropriation"), first - HALF_A_MARK, budget[first], (0, 7), colour="red")
    widest = max(range(len(years)), key=lambda i: lines["p95"][i] - lines["p5"][i])
    for q, line in lines.items():
        chart.write(q.upper(), years[widest], line[widest], (0, 5), anchor="middle", colour="dark")
    header = [words.say("years.year"), "P5", "P50", "P80", "P95", words.say("years.appropriation"), words.say("charts.baseline")]
    rows = []
    for year in ticks:
        row = figures("paid", TOTAL, year)
        appropriated = money.text(budget[year] * unit, 0.0) if year in budget else MISSING
        cells = [
            str(year),
            *(shown(row, money, q) for q in ("p5", *QUANTILES)),
            appropriated,
            shown(medians[year], money, "p50") if year in medians else MISSING,
        ]
        rows.append(cells)
        chart.hover(year, "\n".join(f"{name}  {cell}" for name, cell in zip(header, cells, strict=True) if cell != MISSING))
    return chart.made(words.say("charts.fan")) | {
        "table": table(words.say("charts.fan"), header, rows, name="payouts", unit=words.say("unit.table", unit=words.say("unit.money")))
    }


def exceedance(answer: Answer, figures: Figures, line: float | None, words: Wording) -> dict[str, Any]:
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
        chart.area(amounts[beyond].tolist(), [0.0] * len(beyond), chances[beyond].tolist(), "red")
    chart.line(amounts[kept].tolist(), chances[kept].tolist(), "blue", 2.2)
    if line is not None:
        chart.line((budget, budget), (0.0, 104.0), "red", 2.0)
        mark = words.say("charts.mark", amount=unit.text(line, 0.0), probability=percent(float((totals > line).mean())))
        away, anchor = ((-7, -3), "end") if budget > (left + right) / 2 else ((7, -3), "start")
        chart.write(wrapped(mark, 22), budget, 100.0, away, anchor=anchor, colour="red")
    summary = figures("paid")
    for q in QUANTILES:
        amount, height = float(summary.get(q, math.nan)) / unit.scale, 100 - float(q[1:])
        if not math.isnan(amount):
            chart.dot(amount, height, "blue")
            chart.write(q.upper(), amount, height, (8, 5))
    rows = []
    for i in np.unique(np.linspace(0, len(kept) - 1, READ).astype(int)) if len(kept) else []:
        amount = float(amounts[kept[i]])
        rows.append([unit.text(amount * unit.scale, digits=0), percent(float(chances[kept[i]]) / 100)])
        chart.hover(amount, words.say("charts.read", amount=rows[-1][0], unit=words.say("unit.money"), chance=rows[-1][1]))
    header = [words.say("charts.amount", unit=words.say("unit.money")), words.say("charts.chance")]
    return chart.made(words.say("charts.exceedance")) | {"table": table(words.say("charts.exceedance"), header, rows, name="exceedance")}


def side_by_side(runs: Sequence[tuple[str, BudgetRun]], words: Wording) -> dict[str, Any]:
    """What is paid in all years under each of several what-ifs: nine of ten cases as a band, the median as a dot, the
    appropriations of its years as a line."""
    unit = UNITS[words.lang]["money"]
    found = [(name, run, run.figure("paid")) for name, run in runs]
    ends = [(float(np.quantile(run.paid_totals(), 0.05)), float(np.quantile(run.paid_totals(), 0.95))) for _, run, _ in found]
    budgets = [sum(f for y, f in run.scenario.appropriation.items() if y in run.result.cash_years) / FEN for _, run, _ in found]
    right = max(*(high for _, high in ends), *budgets, 1.0) / unit.scale
    chart = Chart((680.0, 70.0 + BAND * len(found)), (0.0, right * 1.06), (-len(found), 0.0))
    chart.axes(words.say("risk.exceedance_x", unit=words.say("unit.money")), "", ticks_up=False)
    for i, ((name, _, paid), (low, high), budget) in enumerate(zip(found, ends, budgets, strict=True)):
        top, bottom = -i - 0.52, -i - 0.88
        chart.area((low / unit.scale, high / unit.scale), (bottom, bottom), (top, top), "blue")
        chart.line((float(paid["p50"]) / unit.scale,) * 2, (bottom, top), "blue", 3.0)
        if budget:
            chart.line((budget / unit.scale,) * 2, (bottom - 0.06, top + 0.06), "red", 2.4)
        chart.write(name, 0.0, -i - 0.3, (6, 0), colour="dark" if i else "")
        chart.write(shown(paid, unit, "p50"), float(paid["p50"]) / unit.scale, bottom, (5, 4))
    return chart.made(words.say("compare_page.picture"))
