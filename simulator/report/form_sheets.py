"""The bureau's forms in the workbook: 绩效目标表 and affordability."""

from __future__ import annotations

import math

from simulator.report import forms
from simulator.report.book import Page, down, span
from simulator.report.record import TOTAL, RunFolder
from simulator.report.rounding import UNITS, withheld
from simulator.report.wording import Wording


def performance(page: Page, run: RunFolder, words: Wording) -> None:
    """The table of performance targets: money by year with sums as formulas, indicators with their values."""
    years, n = run.cash_years, len(run.cash_years)
    page.table(words.say("performance.short"), (20, *[11] * (n + 1)), words.say("forms.note"))
    amounts, money = forms.funds(run), words.say("unit.money")
    scale = UNITS[words.lang]["money"].scale
    page.header([f"{words.say('forms.source')} · {money}", *map(str, years), words.say("cost.total")])
    for source, given in (("district", amounts), ("transfers", {}), ("other", {})):
        page.text(0, words.say(f"forms.{source}"))
        for column, year in enumerate(years, start=1):
            if run.example:
                page.text(column, "")  # for the bureau to fill in
            else:
                page.number(column, given.get(year, 0.0) / scale, "large")
        page.formula(n + 1, f"SUM({span(page.row, 1, n)})", math.fsum(given.values()) / scale, "large")
        page.end_row()
    page.text(0, words.say("cost.total"), "text+")
    for column, value in enumerate([*(amounts.get(year, 0.0) for year in years), math.fsum(amounts.values())], start=1):
        page.formula(column, f"SUM({down(column, page.row - 3, page.row - 1)})", value / scale, "large+")
    page.end_row()
    page.table(words.say("forms.indicator"), (20, 20, 40, 20, 20, 20))
    page.header([words.say(f"forms.{key}") for key in ("level", "kind", "indicator", "value", "chance", "basis")])
    for row in forms.indicators(run, words):
        for column, text in enumerate(row):
            page.text(column, text)
        page.end_row()


def affordability(page: Page, run: RunFolder, words: Wording) -> None:
    """Payouts as a share of the district's general budget revenue: the shares are formulas."""
    found = run.analyses.get("affordability")
    if found is None or found.empty:
        return
    yuan = words.say("workbook.yuan_unit")
    page.table(words.say("afford.title"), (10, 11, 20, 20, 20, 20, 11, 11), words.say("afford.note"))
    page.header([words.say("risk.year"), words.say("forms.basis"), words.say("afford.revenue", unit=yuan),
                 words.say("workbook.low"), words.say("afford.paid", unit=yuan), "P95", words.say("afford.share"),
                 words.say("afford.worst")])
    for entry in found.to_dict("records"):
        paid = run.row("paid", TOTAL, int(entry["year"]))
        page.text(0, f"{entry['year']:.0f}")
        page.text(1, words.say(f"afford.{entry['basis']}"))
        for column, value in enumerate((entry["revenue"], entry["revenue_low"], paid["mean"], paid["p95"]), start=2):
            page.number(column, value, withheld=column > 3 and withheld(paid, "mean" if column == 4 else "p95"))
        if math.isfinite(paid["mean"]):
            page.formula(6, f"{page.cell(4)}/{page.cell(2)}", paid["mean"] / entry["revenue"], "small_share")
        if math.isfinite(paid["p95"]):
            page.formula(7, f"{page.cell(5)}/{page.cell(3)}", paid["p95"] / entry["revenue_low"], "small_share")
        page.end_row()
