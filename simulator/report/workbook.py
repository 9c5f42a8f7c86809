"""The budget report as a workbook a budget office prints and goes on working with: the report's own sections on a few sheets, numbers
as numbers; what is paid, its range and the balance as sheets to work with: in yuan, totals as formulas, charts of Excel's own. Beside
it a workbook of all tables, whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.document import Block, Document, Table, every
from simulator.document.numbers import UNITS, number_of, withheld
from simulator.render.xlsx import Book, Page, cell, down, put, sheet, span, value_of
from simulator.render.xlsx import write as write_blocks
from simulator.report import answers, making, tables
from simulator.report.saved import ends
from simulator.report.tables import between
from simulator.report.wording import Wording, words_of
from simulator.store import artefact
from simulator.store.record import TOTAL, RunFolder

_QUANTILES = ("p5", "p50", "p80", "p95")
# (measure, row's name, what it counts in the net cost)
_BALANCE = (
    ("paid", "row_paid", 1),
    ("administration", "row_administration", 1),
    ("measures_cost", "row_measures", 1),
    ("crowded_out", "row_crowded", 1),
    ("clawback_recovered", "row_recovered", -1),
    ("support_saved", "row_saved", -1),
    ("induced_tax", "row_induced", -1),
)
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442", "#8C3D00", "#A9B2BB", "#66727E", "#C3CAD1")
# sheets that are sections of the report: name in the wording → sections; a section that is named nowhere has a sheet of its own
_SHEETS = {
    "forms": ("performance", "appraisal"),
    "detail": ("detail",),
    "drivers": ("matters",),
    "assumptions": ("assumptions",),
    "readings": ("readings", "design"),
    "made": ("made",),
}
_WORKED = ("cover", "answer", "cost", "risk", "growth", "targets")  # sections whose numbers stand on the sheets to work with
_CHART = 18  # rows that a chart takes
_CENT = 0.005  # CNY: a total's formula gives what the run says, to the fen


def write(run: RunFolder, lang: str, path: Path, report: Document, beside: str = "") -> None:
    """Write the workbook of a run to be read and printed. report: what its sheets tell; beside: name of the file that `write_tables`
    writes, by default this one's with `.tables`."""
    words = words_of(run, lang)
    parts = {
        part.anchor: replace(part, title=words.sentences.get(f"{part.anchor}.short", part.title))
        for part in report.sections
        if part.role == "section" and part
    }
    with _book(path, run, words) as book:
        page = _front(book, run, words, beside or f"{path.stem}.tables{path.suffix}")
        _rest(page, parts["answer"].blocks)
        page = _page(book, words, "risk")
        _risk(page, run, words)
        _rest(page, parts["risk"].blocks, "risk.levels", words)
        page = _page(book, words, "costs")
        _costs(page, run, words)
        _rest(page, parts["cost"].blocks, "cost.table", words)
        page = _page(book, words, "balance")
        _balance(page, run, words)
        _rest(page, parts["growth"].blocks, "growth.table", words)
        if "targets" in parts:
            _rest(page, parts["targets"].blocks)
        placed = {anchor for anchors in _SHEETS.values() for anchor in anchors}
        for name, anchors in _SHEETS.items():
            if found := [parts[anchor] for anchor in anchors if anchor in parts]:
                sheet(book, words.say(f"workbook.{name}"), words.say(f"workbook.{name}"), found)
        for anchor, part in parts.items():
            if anchor not in placed and anchor not in _WORKED:
                sheet(book, part.title, part.title, [part])


def _rest(page: Page, blocks: Sequence[Block], worked: str = "", words: Wording | None = None) -> None:
    """The tables of a section, but for the one that stands on the sheet already (worked: its title's key)."""
    title = words.say(worked) if words else ""
    write_blocks(page, [block for block in every(blocks) if isinstance(block, Table) and block.title != title])


def write_tables(run: RunFolder, lang: str, path: Path) -> None:
    """Write every table of a run's answers whole, a sheet each, and the settings with the paths that set them."""
    words = words_of(run, lang)
    with _book(path, run, words) as book:
        found = answers.tables(run, words)
        page = book.page(words.say("workbook.contents"), making.policy_name(run, words), (34, 80))
        _facts(page, run, words)
        page.table(words.say("workbook.contents"), page.widths, words.say("workbook.tables_note"))
        for row in ((name, table.title) for name, table in found.items()):
            for column, text in enumerate(row):
                page.text(column, text)
            page.end_row()
        for name, table in found.items():
            put(book, name, table, ends(words), words.say("matters.margins"))


def _book(path: Path, run: RunFolder, words: Wording) -> Book:
    book = Book(path, words.lang, words.say("page.footer", run_id=run.run_id))
    properties = {"title": making.title(run, words), "comments": run.run_id, "subject": words.say("page.kicker")}
    book.file.set_properties(properties | {"author": "", "company": ""})
    for name, value in artefact.identity(run).items():
        book.file.set_custom_property(name, value)
    return book


def _page(book: Book, words: Wording, name: str) -> Page:
    """A sheet for tables one under the other."""
    return book.page(words.say(f"workbook.{name}"), words.say(f"workbook.{name}"))


def _facts(page: Page, run: RunFolder, words: Wording) -> None:
    """What run this is, and what is not to be read from it."""
    for fact in making.run_facts(run, words):
        page.note(fact, "unit")
    for text in making.warned(run, words):
        page.note(text)


def _front(book: Book, run: RunFolder, words: Wording, beside: str) -> Page:
    """What run this is, its headline, and where the other tables are."""
    page = book.page(words.say("workbook.front"), making.policy_name(run, words), (36, 24, 24, 60))
    _facts(page, run, words)
    page.note(words.say("workbook.beside", file=beside))
    page.end_row()
    money, scale = words.say("unit.money"), UNITS[words.lang]["money"].scale
    heads = ("workbook.item", "workbook.yuan", "workbook.larger", "workbook.remark")
    for column, key in enumerate(heads):
        page.text(column, words.say(key, unit=money) if key == "workbook.larger" else words.say(key), "head")
    page.end_row()
    row = run.row("paid")
    net = run.row("net_cost")
    lines = [
        (
            words.say("risk.mean"),
            row["mean"],
            withheld(row),
            words.say("workbook.error", error=UNITS[words.lang]["money"].text(row["standard_error"], row["standard_error"] / 10)),
        )
    ]
    lines += [(words.say(f"answer.card_{q}"), row[q], withheld(row, q), words.say(f"answer.card_{q}_note")) for q in ("p50", "p80", "p95")]
    lines.append((words.say("growth.row_net"), net["mean"], withheld(net), words.say("answer.card_net_note")))
    if run.appropriation:
        lines.append((words.say("risk.appropriation"), run.appropriation_total, False, words.say("risk.all_years")))
    for name, value, held, note in lines:
        page.text(0, name)
        page.number(1, value, withheld=held)
        if held or not math.isfinite(value):
            page.number(2, value, "large", held)
        else:
            page.formula(2, f"{page.cell(1)}/{scale:.0f}", value / scale, "large")
        page.text(3, note)
        page.end_row()
    if run.appropriation and not run.example:
        page.text(0, words.say("answer.card_overrun"))
        page.number(1, run.row("overrun")["probability"], "share", withheld(run.row("overrun")))
        page.text(2, "")
        page.text(3, words.say("risk.all_years") + between(run.row("overrun"), words))
        page.end_row()
    page.note(words.say("workbook.note"))
    return page


def _costs(page: Page, run: RunFolder, words: Wording) -> None:
    """Mean payout by clause and year: 万元, a stacked chart, the errors, 元; totals are sums."""
    years, n = run.cash_years, len(run.cash_years)
    money = words.say("unit.money")
    clauses = [c for c in run.clauses if c.kind != "in_kind"]
    page.table(words.say("cost.table"), (24, *[11] * (n + 3)), words.say("workbook.costs_note"))
    page.blocks([money, words.say("workbook.error_unit", unit=money), words.say("workbook.yuan_unit")], len(clauses) + 1, _CHART)
    larger = page.copies[0]
    page.header(
        [words.say("cost.clause"), words.say("readings.article"), *map(str, years), words.say("cost.total"), words.say("cost.p80_column")]
    )
    first = page.row
    for clause in clauses:
        rows = [run.row("paid", clause.slug, year) for year in years]
        _line(page, words.pick(clause.names), clause.article, rows, run.row("paid", clause.slug), words, run.controlled)
    last = page.row - 1
    held = run.controlled or any(withheld(run.row("paid", c.slug, y)) for c in clauses for y in run.cash_years_and_total)
    for column, text in enumerate((words.say("cost.total"), "")):
        page.text(column, text, "text+")
    for column, year in enumerate(run.cash_years_and_total, start=2):
        row = run.row("paid", TOTAL, year)
        value, hidden = row["mean"], withheld(row)
        page.number(column, value, "money+", hidden) if held or hidden else page.formula(
            column, f"SUM({down(column, first, last)})", value, "money+"
        )
        _larger(page, column, value, words, "large+", hidden)
        _error(page, column, row, words, "large+")
    _enough(page, n + 3, run.row("paid"), words, "large+")
    page.end_row()
    chart = page.book.file.add_chart({"type": "column", "subtype": "stacked"})
    for row, clause in enumerate(clauses, start=first + larger):
        colour = _COLOURS[(row - first - larger) % len(_COLOURS)]
        chart.add_series(
            {
                "name": words.pick(clause.names),
                "gap": 60,
                "fill": {"color": colour},
                "categories": [page.sheet.name, first + larger - 1, 2, first + larger - 1, 1 + n],
                "values": [page.sheet.name, row, 2, row, 1 + n],
            }
        )
    _axes(chart, words.say("cost.chart"), words.say("risk.year_axis"), words.say("risk.paid_axis", unit=money))
    page.sheet.insert_chart(last + larger + 2, 0, chart, {"x_scale": 1.7, "y_scale": 1.1, "y_offset": 8})


def _line(page: Page, name: str, article: str, rows: list[pd.Series], whole: pd.Series, words: Wording, rounded: bool) -> None:
    """A clause's row: by year, the sum, and the same in the larger unit. rounded: each by itself, so that they need not add up."""
    n = len(rows)
    page.text(0, name)
    page.text(1, article, "centre")
    for column, row in enumerate([*rows, whole], start=2):
        if column < n + 2 or rounded or any(map(withheld, [*rows, whole])):
            page.number(column, row["mean"], withheld=withheld(row))
        else:
            page.formula(column, f"SUM({span(page.row, 2, n + 1)})", row["mean"])
        _larger(page, column, row["mean"], words, withheld=withheld(row))
        _error(page, column, row, words)
    _enough(page, n + 3, whole, words)
    page.end_row()


def _risk(page: Page, run: RunFolder, words: Wording) -> None:
    """Payouts by year: mean, error and quantiles, the appropriation and the chance of an overrun. A chart of the quantiles."""
    money, years = words.say("unit.money"), run.cash_years_and_total
    names = [words.say("risk.mean"), words.say("comparison.error"), *(q.upper() for q in _QUANTILES)]
    names += [words.say("risk.appropriation")] if run.appropriation else []
    n = len(names)  # the column of the appropriation, where there is one
    title, note = ("risk.table", "workbook.risk_note") if run.appropriation else ("risk.quantiles", "workbook.quantiles_note")
    page.table(words.say(title), [11] * (n + 4), words.say(note))
    page.blocks([money, words.say("workbook.yuan_unit")], len(years), _CHART)
    larger = page.copies[0]
    chances = {"probability": "risk.probability", "probability_low": "workbook.low", "probability_high": "workbook.high"}
    with page.moved(larger):
        for column, key in enumerate(chances.values() if run.appropriation else (), start=n + 1):
            page.sheet.write_string(page.row, column, words.say(key), page.book.formats["head"])
    page.header([words.say("risk.year"), *names])
    first, last, some = page.row, page.row + len(run.cash_years) - 1, False  # some: whether the mean of any year is withheld
    for year in years:
        plus = "+" if year == TOTAL else ""
        row, chance = run.row("paid", TOTAL, year), run.row("overrun", TOTAL, year)
        budget = run.appropriation_total if year == TOTAL else run.appropriation.get(int(year), math.nan)
        page.text(0, words.say("risk.all_years") if year == TOTAL else str(year), f"text{plus}")
        values = [row["mean"], row["standard_error"], *(row[q] for q in _QUANTILES), budget][:n]
        hidden = [withheld(row), withheld(row), *(withheld(row, q) for q in _QUANTILES), False][:n]
        some |= hidden[0]
        for column, (value, held) in enumerate(zip(values, hidden, strict=True), start=1):
            # means and appropriations add up, quantiles do not
            whole = column > 2 + len(_QUANTILES) or (column == 1 and not some and not run.controlled)
            if plus and whole and math.isfinite(value):
                page.formula(column, f"SUM({down(column, first, last)})", value, "money+")
            else:
                page.number(column, value, f"money{plus}", held)
            _larger(page, column, value, words, f"large{plus}", held)
        with page.moved(larger):
            for column, key in enumerate(chances if run.appropriation else (), start=n + 1):
                page.number(column, chance[key], f"share{plus}", withheld(chance))
        page.end_row()
    top, below = first + larger, last + larger  # of the block in the larger unit
    chart = page.book.file.add_chart({"type": "line"})
    for column, name in enumerate(names[2:], start=3):
        look = (
            {"color": "#D55E00", "width": 2.25, "dash_type": "dash"}
            if column > 2 + len(_QUANTILES)
            else {"color": "#0072B2" if name in ("P50", "P80") else "#56B4E9", "width": 2.5 if name == "P50" else 1.25}
        )
        chart.add_series(
            {
                "name": name,
                "categories": [page.sheet.name, top, 0, below, 0],
                "values": [page.sheet.name, top, column, below, column],
                "line": look,
            }
        )
    _axes(chart, words.say("risk.fan"), words.say("risk.year_axis"), words.say("risk.paid_axis", unit=money))
    page.sheet.insert_chart(below + 3, 0, chart, {"x_scale": 1.15, "y_scale": 1.1, "y_offset": 8})
    if run.appropriation:
        chart = page.book.file.add_chart({"type": "column"})
        chart.add_series(
            {
                "name": words.say("risk.probability"),
                "categories": [page.sheet.name, top, 0, below + 1, 0],
                "values": [page.sheet.name, top, n + 1, below + 1, n + 1],
                "fill": {"color": "#D55E00"},
                "data_labels": {"value": True, "num_format": "0%"},
                "gap": 60,
            }
        )
        _axes(chart, words.say("risk.overrun"), words.say("risk.year_axis"), words.say("risk.overrun_y"))
        chart.set_y_axis({"num_format": "0%", "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#E4E8EC"}}})
        chart.set_legend({"none": True})
        page.sheet.insert_chart(below + 3, 6, chart, {"x_scale": 0.95, "y_scale": 1.1, "y_offset": 8})


def _balance(page: Page, run: RunFolder, words: Wording) -> None:
    """What is paid, what comes back, what remains: the net cost is a formula of the rows above it."""
    years, n = run.cash_years, len(run.cash_years)
    money = words.say("unit.money")
    lines = [(m, key, sign) for m, key, sign in _BALANCE if run.has(m)]
    page.table(words.say("growth.table"), (24, *[11] * (n + 1)), tables.balance_note(run, words))
    page.blocks([money, words.say("workbook.error_unit", unit=money), words.say("workbook.yuan_unit")], len(lines) + 1)
    page.header([words.say("growth.item"), *map(str, years), words.say("cost.total")])
    places: dict[str, int] = {}
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
            _larger(page, column, value, words, f"large{plus}", held)
            _error(page, column, run.row(measure, TOTAL, year), words, f"large{plus}")
        places[measure] = page.row
        page.end_row()


def _larger(page: Page, column: int, value: float, words: Wording, look: str = "large", withheld: bool = False) -> None:
    """The same amount in 万元 (millions), in the first block: a formula of its cell in 元."""
    scale, source = UNITS[words.lang]["money"].scale, page.cell(column)
    with page.moved(page.copies[0]):
        if withheld or value is None or not math.isfinite(value):
            page.number(column, value, look, withheld)
        else:
            page.formula(column, f"{source}/{scale:.0f}", value / scale, look)


def _error(page: Page, column: int, row: pd.Series, words: Wording, look: str = "large") -> None:
    """The standard error of a mean in 万元 (millions), in the second block: a number, as errors do not add up."""
    with page.moved(page.copies[1]):
        page.number(column, float(row["standard_error"]) / UNITS[words.lang]["money"].scale, look, withheld(row))


def _enough(page: Page, column: int, row: pd.Series, words: Wording, look: str = "large") -> None:
    """The P80 of a row: in 万元 (millions) rounded up, in the first block, and as it is in the last; no sum."""
    unit = UNITS[words.lang]["money"]
    with page.moved(page.copies[0]):
        page.number(column, value_of(number_of(row, unit, "p80")), look, withheld(row, "p80"))
    page.number(column, row["p80"], look.replace("large", "money"), withheld(row, "p80"))


def _axes(chart: Any, title: str, across: str, up: str) -> None:
    chart.set_title({"name": title, "name_font": {"size": 11}, "overlay": False})
    chart.set_x_axis({"name": across, "name_font": {"size": 9, "bold": False}})
    chart.set_y_axis(
        {
            "name": up,
            "name_font": {"size": 9, "bold": False},
            "num_format": "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": "#E4E8EC"}},
        }
    )
    chart.set_legend({"position": "bottom", "font": {"size": 9}})


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0
