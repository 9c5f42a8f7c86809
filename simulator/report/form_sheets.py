"""The bureau's forms as sheets of the workbook: 绩效目标表 and affordability."""

from __future__ import annotations

import math

from simulator.report import forms
from simulator.report.book import Book, cell, down, span
from simulator.report.record import TOTAL, RunFolder
from simulator.report.rounding import UNITS, withheld
from simulator.report.wording import Wording


def performance(book: Book, run: RunFolder, words: Wording) -> None:
    """The table of performance targets: money by year with sums as formulas, indicators with their values."""
    years, n = run.cash_years, len(run.cash_years)
    page = book.page(words.say("workbook.performance"), words.say("performance.short"), (20, 20, 38, *[16] * max(3, n - 1)),
                     words.say("forms.note"))
    amounts, money = forms.funds(run), words.say("unit.money")
    scale = UNITS[words.lang]["money"].scale
    named = [words.say("forms.source"), *map(str, years), words.say("cost.total")]
    page.header(named, 0, [(1, n + 1, money)])
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
    page.end_row()
    for column, key in enumerate(("level", "kind", "indicator", "value", "chance", "basis")):
        page.text(column, words.say(f"forms.{key}"), "head")
    page.end_row()
    for row in forms.indicators(run, words):
        for column, text in enumerate(row):
            page.text(column, text)
        page.end_row()


def affordability(book: Book, run: RunFolder, words: Wording) -> None:
    """Payouts as a share of the district's general budget revenue: the shares are formulas."""
    found = run.analyses.get("affordability")
    if found is None or found.empty:
        return
    yuan = words.say("workbook.yuan_unit")
    page = book.page(words.say("workbook.afford"), words.say("afford.title"), (10, 14, 20, 20, 18, 18, 12, 12),
                     words.say("afford.note"))
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
            page.formula(6, f"{cell(page.row, 4)}/{cell(page.row, 2)}", paid["mean"] / entry["revenue"], "small_share")
        if math.isfinite(paid["p95"]):
            page.formula(7, f"{cell(page.row, 5)}/{cell(page.row, 3)}", paid["p95"] / entry["revenue_low"], "small_share")
        page.end_row()
