"""The tables of the budget's workbook that list: targets, assumptions, readings and terms, and how it was made."""

from __future__ import annotations

import math

import pandas as pd

from simulator.report import making
from simulator.report.artefact import sums
from simulator.report.book import Book, Page
from simulator.report.record import RunFolder
from simulator.report.settings import reading_text, value_and_unit
from simulator.report.sources import named
from simulator.report.wording import Wording


def targets(page: Page, run: RunFolder, words: Wording) -> None:
    """The targets: their numbers, the projected range, and the chance to reach them."""
    if not run.targets:
        return
    year = run.targets[0].year
    page.table(words.say("targets.table"), (20, *[10] * 12), words.say("targets.note"))
    page.header([words.say("targets.target"), words.say("readings.unit"), words.say("workbook.low_goal", year=year),
                 words.say("workbook.high_goal"), "P5", words.say("targets.median"), "P95",
                 *(words.say(key) for name in ("reached", "fully") for key in (f"targets.{name}", "workbook.low", "workbook.high"))])
    for target in run.targets:
        bands = run.band(target.column)
        at = bands.loc[target.year] if target.year in bands.index else pd.Series(math.nan, index=["p5", "p50", "p95"])
        look = {"CNY": "whole", "share": "share"}.get(target.unit, "count")
        page.text(0, words.pick(target.names))
        page.text(1, words.term("units", target.unit) if target.unit != "share" else words.say("unit.share"), "centre")
        for column, value in enumerate((target.low, target.high, at["p5"], at["p50"], at["p95"]), start=2):
            page.number(column, value, look)
        for first, measure in ((7, "target"), (10, "target_fully")):
            chance = run.row(measure, target.key, target.year)
            for column, end in enumerate(("", "_low", "_high"), start=first):
                page.number(column, chance[f"probability{end}"], "share")
        page.end_row()


def assumptions(book: Book, run: RunFolder, words: Wording, path: bool = False) -> None:
    """Every assumption: value, unit, source, confidence, whether changed; path: and the path that sets it."""
    page = book.page(words.say("workbook.assumptions"), words.say("assumptions.plain"), (40, 20, 11, 52, 9, 7, *[40] * path),
                     words.say("assumptions.note"))
    page.header([*(words.say(f"assumptions.{k}") for k in ("name", "value", "unit", "source", "confidence", "changed")),
                 *[words.say("workbook.path")] * path], 1)
    first = page.row
    for row in run.rows_of("assumptions").itertuples():
        mark = words.say("assumptions.changed") if row.changed else ""
        texts = (words.pick({"zh": row.zh, "en": row.en}), *value_and_unit(row.value, row.unit, words),
                 named(row.source, words), words.term("confidence", row.confidence), mark, *[row.path] * path)
        for column, text in enumerate(texts):
            page.text(column, text)
        page.end_row()
    page.sheet.autofilter(first - 1, 0, page.row - 1, len(page.widths) - 1)


def readings(book: Book, run: RunFolder, words: Wording, path: bool = False) -> Page:
    """The readings of the text, then the law's numbers, the policy's term and the appropriations."""
    page = book.page(words.say("workbook.readings"), words.say("readings.plain"), (46, 50, 13, 12, 8, *[40] * path))
    page.header([words.say("readings.switch"), words.say("readings.reading"), words.say("readings.unit"),
                 words.say("readings.article"), words.say("assumptions.changed"), *[words.say("workbook.path")] * path],
                1 if path else None)
    for row in run.rows_of("interpretation", "law", "policy", "appropriation", "population", "run").itertuples():
        name, text, unit = words.pick({"zh": row.zh, "en": row.en}), *value_and_unit(row.value, row.unit, words)
        if row.group == "interpretation":
            name, text = reading_text(row, words)
        mark = words.say("assumptions.changed") if row.changed else ""
        article = row.source if row.group in ("interpretation", "law") else ""
        for column, cell_text in enumerate((name or row.path, text, unit, article, mark, *[row.path] * path)):
            page.text(column, cell_text)
        page.end_row()
    return page


def made(page: Page, run: RunFolder, words: Wording) -> None:
    """The record: identity, checksums of the run's files, warnings."""
    page.table(words.say("made.plain"), (26, 80), words.say("made.error"))
    page.header([words.say("made.part"), words.say("workbook.value")])
    entries = [(words.say("made.run_id"), run.run_id), (words.say("made.seed"), str(run.record["seed"])),
               (words.say("made.draws"), f"{run.record['draws']:,}"),
               (words.say("made.created"), making.made_at(run.record, words))]
    entries += [(words.term("hash", part), value) for part, value in sums(run).items()]
    entries += [*run.record["versions"].items(), *run.record["outputs"].items()]
    entries += [(words.say("made.warnings"), text) for text in making.warnings_of(run, words)]
    for name, value in entries:
        page.text(0, str(name))
        page.text(1, str(value))
        page.end_row()
