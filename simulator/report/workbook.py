"""The budget report as a workbook a budget office goes on working with: numbers as numbers, totals as formulas that give
what the page prints, charts of its own, the assumptions and the readings each on a sheet.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.report import artefact, form_sheets, making, workbook_answers, workbook_lists
from simulator.report.book import Book, Page, cell, down, span
from simulator.report.record import TOTAL, RunFolder
from simulator.report.rounding import UNITS, withheld
from simulator.report.tables import between
from simulator.report.wording import Wording

_QUANTILES = ("p5", "p50", "p80", "p95")
# (measure, row's name, what it counts in the net cost)
_BALANCE = (("paid", "row_paid", 1), ("administration", "row_administration", 1), ("measures_cost", "row_measures", 1),
            ("crowded_out", "row_crowded", 1), ("clawback_recovered", "row_recovered", -1),
            ("support_saved", "row_saved", -1), ("induced_tax", "row_induced", -1))
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442", "#8C3D00", "#A9B2BB", "#66727E", "#C3CAD1")
_CENT = 0.005  # CNY: a total's formula gives what the run says, to the fen


def write(run: RunFolder, lang: str, path: Path) -> None:
    """Write the workbook of a run."""
    words = run.words(lang)
    with Book(path, lang, words.say("page.footer", run_id=run.run_id)) as book:
        _front(book, run, words)
        _costs(book, run, words)
        _risk(book, run, words)
        _balance(book, run, words)
        workbook_answers.write(book, run, words)
        workbook_lists.targets(book, run, words)
        form_sheets.performance(book, run, words)
        form_sheets.affordability(book, run, words)
        workbook_lists.assumptions(book, run, words)
        workbook_lists.readings(book, run, words)
        workbook_lists.made(book, run, words)
        properties = {"title": making.title(run, words), "comments": run.run_id, "subject": words.say("page.kicker")}
        book.file.set_properties(properties | {"author": "", "company": ""})
        for name, value in artefact.identity(run).items():
            book.file.set_custom_property(name, value)


def _front(book: Book, run: RunFolder, words: Wording) -> None:
    """What run this is, and its headline."""
    page = book.page(words.say("workbook.front"), making.policy_name(run, words), (30, 20, 20, 44))
    for fact in making.run_facts(run, words):
        page.sheet.write_string(page.row, 0, fact, book.formats["unit"])
        page.end_row()
    for text in [*([words.say("page.synthetic")] if run.synthetic else []), *making.withheld(run, words)]:
        page.sheet.merge_range(page.row, 0, page.row, 3, text, book.formats["note"])
        page.sheet.set_row(page.row, 48)
        page.end_row()
    page.end_row()
    money = words.say("unit.money")
    heads = ("workbook.item", "workbook.yuan", "workbook.larger", "workbook.remark")
    for column, key in enumerate(heads):
        page.text(column, words.say(key, unit=money) if key == "workbook.larger" else words.say(key), "head")
    page.end_row()
    row = run.row("paid")
    net = run.row("net_cost")
    lines = [(words.say("risk.mean"), row["mean"], withheld(row), words.say("workbook.error", error=UNITS[words.lang]["money"].text(
        row["standard_error"], row["standard_error"] / 10)))]
    lines += [(words.say(f"answer.card_{q}"), row[q], withheld(row, q), words.say(f"answer.card_{q}_note"))
              for q in ("p50", "p80", "p95")]
    lines.append((words.say("growth.row_net"), net["mean"], withheld(net), words.say("answer.card_net_note")))
    if run.appropriation:
        lines.append((words.say("risk.appropriation"), run.appropriation_total, False, words.say("risk.all_years")))
    for name, value, held, note in lines:
        page.text(0, name)
        page.number(1, value, withheld=held)
        _larger(page, 2, 1, value, words, withheld=held)
        page.text(3, note)
        page.end_row()
    if run.appropriation and not run.example:
        page.text(0, words.say("answer.card_overrun"))
        page.number(1, run.row("overrun")["probability"], "share", withheld(run.row("overrun")))
        page.text(2, "")
        page.text(3, words.say("risk.all_years") + between(run.row("overrun"), words))
        page.end_row()
    page.end_row()
    header, changed = making.changed_rows(run, words)
    for look, texts in [("head", header), *(("text", row) for row in changed)] if changed else []:
        for column, text in enumerate(texts):
            page.text(column, text, look)
        page.end_row()
    page.sheet.merge_range(page.row, 0, page.row, 3, words.say("workbook.note"), book.formats["note"])
    page.sheet.set_row(page.row, 48)
    page.sheet.set_portrait()


def _costs(book: Book, run: RunFolder, words: Wording) -> None:
    """Mean payout by clause and year: 元, then 万元; totals are sums. A stacked chart."""
    years, n = run.cash_years, len(run.cash_years)
    money = words.say("unit.money")
    page = book.page(words.say("workbook.costs"), words.say("cost.table"), (24, 9, *[13.5] * (n + 1), *[9] * (2 * n + 2)),
                     words.say("workbook.costs_note"), n + 3)
    yuan = words.say("workbook.yuan_unit")
    named = [*map(str, years), words.say("cost.total")] * 3
    page.header([words.say("cost.clause"), words.say("readings.article"), *named], 2,
                [(2, n + 2, yuan), (n + 3, 2 * n + 3, money), (2 * n + 4, 3 * n + 4, words.say("workbook.error_unit", unit=money))])
    first, clauses = page.row, [c for c in run.clauses if c.kind != "in_kind"]
    for clause in clauses:
        rows = [run.row("paid", clause.slug, year) for year in years]
        _line(page, words.pick(clause.names), clause.article, rows, run.row("paid", clause.slug), words, run.controlled)
    last = page.row - 1
    held = run.controlled or any(withheld(run.row("paid", c.slug, y)) for c in clauses for y in run.cash_years_and_total)
    for column, text in enumerate((words.say("cost.total"), "")):
        page.text(column, text, "text+")
    for column, year in enumerate(run.cash_years_and_total, start=2):
        value, hidden = run.row("paid", TOTAL, year)["mean"], withheld(run.row("paid", TOTAL, year))
        page.number(column, value, "money+", hidden) if held or hidden else page.formula(
            column, f"SUM({down(column, first, last)})", value, "money+")
        _larger(page, column + n + 1, column, value, words, "large+", hidden)
        _error(page, column + 2 * n + 2, run.row("paid", TOTAL, year), words, "large+")
    page.end_row()
    chart = book.file.add_chart({"type": "column", "subtype": "stacked"})
    for row, clause in enumerate(clauses, start=first):
        colour = _COLOURS[(row - first) % len(_COLOURS)]
        chart.add_series({"name": words.pick(clause.names), "gap": 60, "fill": {"color": colour},
                          "categories": [page.sheet.name, first - 1, 2, first - 1, 1 + n],
                          "values": [page.sheet.name, row, 3 + n, row, 2 + 2 * n]})
    _axes(chart, words.say("cost.chart"), words.say("risk.year_axis"), words.say("risk.paid_axis", unit=money))
    page.sheet.insert_chart(page.row + 1, 2, chart, {"x_scale": 1.4, "y_scale": 1.35})


def _line(page: Page, name: str, article: str, rows: list[pd.Series], whole: pd.Series, words: Wording, rounded: bool) -> None:
    """A clause's row: by year, the sum, and the same in the larger unit. rounded: each by itself, so that they need not add up."""
    n = len(rows)
    page.text(0, name)
    page.text(1, article, "centre")
    for column, row in enumerate(rows, start=2):
        page.number(column, row["mean"], withheld=withheld(row))
        _larger(page, column + n + 1, column, row["mean"], words, withheld=withheld(row))
        _error(page, column + 2 * n + 2, row, words)
    if rounded or any(map(withheld, [*rows, whole])):
        page.number(n + 2, whole["mean"], withheld=withheld(whole))
    else:
        page.formula(n + 2, f"SUM({span(page.row, 2, n + 1)})", whole["mean"])
    _larger(page, 2 * n + 3, n + 2, whole["mean"], words, withheld=withheld(whole))
    _error(page, 3 * n + 4, whole, words)
    page.end_row()


def _risk(book: Book, run: RunFolder, words: Wording) -> None:
    """Payouts by year: mean, error and quantiles, the appropriation and the chance of an overrun. A chart of the quantiles."""
    money, yuan, years = words.say("unit.money"), words.say("workbook.yuan_unit"), run.cash_years_and_total
    names = [words.say("risk.mean"), words.say("comparison.error"), *(q.upper() for q in _QUANTILES),
             words.say("risk.appropriation")]
    n = len(names)
    page = book.page(words.say("workbook.risk"), words.say("risk.table"), (10, *[13.5] * n, *[10.5] * n, 9, 9, 9),
                     words.say("workbook.risk_note"), n + 1)
    page.header([words.say("risk.year"), *names, *names, words.say("workbook.middle"), words.say("workbook.low"),
                 words.say("workbook.high")], 1,
                [(1, n, yuan), (n + 1, 2 * n, money), (2 * n + 1, 2 * n + 3, words.say("risk.probability"))])
    first, last, some = page.row, page.row + len(run.cash_years) - 1, False  # some: whether the mean of any year is withheld
    for year in years:
        plus = "+" if year == TOTAL else ""
        row, chance = run.row("paid", TOTAL, year), run.row("overrun", TOTAL, year)
        budget = run.appropriation_total if year == TOTAL else run.appropriation.get(int(year), math.nan)
        page.text(0, words.say("risk.all_years") if year == TOTAL else str(year), f"text{plus}")
        values = [row["mean"], row["standard_error"], *(row[q] for q in _QUANTILES), budget if run.appropriation else math.nan]
        hidden = [withheld(row), withheld(row), *(withheld(row, q) for q in _QUANTILES), False]
        some |= hidden[0]
        for column, (value, held) in enumerate(zip(values, hidden, strict=True), start=1):
            whole = column == n or (column == 1 and not some and not run.controlled)  # means and appropriations add up, quantiles do not
            if plus and whole and math.isfinite(value):
                page.formula(column, f"SUM({down(column, first, last)})", value, "money+")
            else:
                page.number(column, value, f"money{plus}", held)
            _larger(page, column + n, column, value, words, f"large{plus}", held)
        for column, key in enumerate(("probability", "probability_low", "probability_high"), start=2 * n + 1):
            page.number(column, chance[key], f"share{plus}", withheld(chance))
        page.end_row()
    chart = book.file.add_chart({"type": "line"})
    for column, name in ((n + 3, "P5"), (n + 4, "P50"), (n + 5, "P80"), (n + 6, "P95"), (2 * n, names[-1])):
        look = {"color": "#D55E00", "width": 2.25, "dash_type": "dash"} if column == 2 * n else {
            "color": "#0072B2" if name in ("P50", "P80") else "#56B4E9", "width": 2.5 if name == "P50" else 1.25}
        chart.add_series({"name": name, "categories": [page.sheet.name, first, 0, last, 0],
                          "values": [page.sheet.name, first, column, last, column], "line": look})
    _axes(chart, words.say("risk.fan"), words.say("risk.year_axis"), words.say("risk.paid_axis", unit=money))
    page.sheet.insert_chart(page.row + 1, 1, chart, {"x_scale": 1.35, "y_scale": 1.3})
    if run.appropriation:
        chart = book.file.add_chart({"type": "column"})
        chart.add_series({"name": words.say("risk.probability"), "categories": [page.sheet.name, first, 0, last + 1, 0],
                          "values": [page.sheet.name, first, 2 * n + 1, last + 1, 2 * n + 1], "fill": {"color": "#D55E00"},
                          "data_labels": {"value": True, "num_format": "0%"}, "gap": 60})
        _axes(chart, words.say("risk.overrun"), words.say("risk.year_axis"), words.say("risk.overrun_y"))
        chart.set_y_axis({"num_format": "0%", "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#E4E8EC"}}})
        chart.set_legend({"none": True})
        page.sheet.insert_chart(page.row + 1, 8, chart, {"x_scale": 1.05, "y_scale": 1.3})


def _balance(book: Book, run: RunFolder, words: Wording) -> None:
    """What is paid, what comes back, what remains: the net cost is a formula of the rows above it."""
    years, n = run.cash_years, len(run.cash_years)
    money, yuan = words.say("unit.money"), words.say("workbook.yuan_unit")
    page = book.page(words.say("workbook.balance"), words.say("growth.table"), (36, *[13.5] * (n + 1), *[9] * (2 * n + 2)),
                     words.say("growth.note"), n + 2)
    page.header([words.say("growth.item"), *[*map(str, years), words.say("cost.total")] * 3], 1,
                [(1, n + 1, yuan), (n + 2, 2 * n + 2, money), (2 * n + 3, 3 * n + 3, words.say("workbook.error_unit", unit=money))])
    places: dict[str, int] = {}
    lines = [(m, key, sign) for m, key, sign in _BALANCE if run.has(m)]
    for measure, key, _ in [*lines, ("net_cost", "row_net", 0)]:
        plus = "+" if measure == "net_cost" else ""
        page.text(0, words.say(f"growth.{key}"), f"text{plus}")
        for column, year in enumerate(run.cash_years_and_total, start=1):
            value, held = float(run.row(measure, TOTAL, year)["mean"]), withheld(run.row(measure, TOTAL, year))
            value = 0.0 if math.isnan(value) else value  # nothing of this kind in a year of cash only
            parts = sum(s * _or_zero(run.row(m, TOTAL, year)["mean"]) for m, _, s in lines)
            if held:
                page.number(column, value, f"money{plus}", held)
            elif plus and abs(parts - value) < _CENT:
                formula = "".join(f"{'+' if s > 0 else '-'}{cell(places[m], column)}" for m, _, s in lines).lstrip("+")
                page.formula(column, formula, value, "money+")
            elif year == TOTAL and abs(sum(_or_zero(run.row(measure, TOTAL, y)["mean"]) for y in years) - value) < _CENT:
                page.formula(column, f"SUM({span(page.row, 1, n)})", value, f"money{plus}")
            else:
                page.number(column, value, f"money{plus}")
            _larger(page, column + n + 1, column, value, words, f"large{plus}", held)
            _error(page, column + 2 * n + 2, run.row(measure, TOTAL, year), words, f"large{plus}")
        places[measure] = page.row
        page.end_row()


def _larger(page: Page, column: int, source: int, value: float, words: Wording, look: str = "large",
            withheld: bool = False) -> None:
    """The same amount in 万元 (millions): a formula of its cell in 元."""
    scale = UNITS[words.lang]["money"].scale
    if withheld or value is None or not math.isfinite(value):
        page.number(column, value, look, withheld)
    else:
        page.formula(column, f"{cell(page.row, source)}/{scale:.0f}", value / scale, look)


def _error(page: Page, column: int, row: pd.Series, words: Wording, look: str = "large") -> None:
    """The standard error of a mean in 万元 (millions): a number, as errors do not add up."""
    page.number(column, float(row["standard_error"]) / UNITS[words.lang]["money"].scale, look, withheld(row))


def _axes(chart: Any, title: str, across: str, up: str) -> None:
    chart.set_title({"name": title, "name_font": {"size": 11}, "overlay": False})
    chart.set_x_axis({"name": across, "name_font": {"size": 9, "bold": False}})
    chart.set_y_axis({"name": up, "name_font": {"size": 9, "bold": False}, "num_format": "#,##0",
                      "major_gridlines": {"visible": True, "line": {"color": "#E4E8EC"}}})
    chart.set_legend({"position": "bottom", "font": {"size": 9}})


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0
