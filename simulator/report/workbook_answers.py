"""The tables of the budget's workbooks that answer: quantiles, overrun and reserve, payment, commitments, the legal maximum,
execution, whose cost it is, readings, sensitivity, edges, ways round the text, legality, a design. Amounts in 万元 (millions). In the
workbook of all tables each has a sheet, and each estimate's error or interval columns of its own; in the one to be printed those read
together stand under each other, error or interval under the estimate. A run that did not ask a question has no table of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from simulator.budget import design_tables
from simulator.budget.notches import WITHIN
from simulator.report import budgeting, design, driver_sheets, legality, loopholes, purse_sheets, terminal
from simulator.report.book import Book, Page
from simulator.report.design_section import present
from simulator.report.drivers import leading
from simulator.report.record import RunFolder
from simulator.report.sheets import Sheet, plain, rounded_up, written
from simulator.report.wording import Wording

LOOK = {"number": "large", "enough": "large", "signed": "large", "share": "share", "count": "whole", "year": "whole", "text": "text"}
_WIDEST, _NARROWEST = 46, 10


def under(page: Page, found: Mapping[str, Sheet], words: Wording, *keys: str) -> None:
    """Those of the tables that there are, under what stands on the page. keys: of the names of their sheets."""
    for key in keys:
        if (sheet := found.get(words.say(key))) is not None:
            _under(page, sheet)


def sheets(run: RunFolder, words: Wording, short: bool = False) -> dict[str, Sheet]:
    """The tables that the run has, as the profile may show them, by name of their sheet. short: totals in place of single clauses,
    and of assumptions those that matter most."""
    clauses = {c.slug: f"{c.article} {words.pick(c.names)}" for c in run.clauses if c.kind != "in_kind"}
    labels = dict(zip(run.settings["path"], run.settings[words.lang], strict=True))
    labels |= {path.removeprefix("assumptions."): name for path, name in labels.items()}
    kept = {name: table for name, table in run.analyses.items() if len(table)}
    kept |= {name: leading(kept[name]) for name in ("tornado", "indices") if short and name in kept}
    found = purse_sheets.sheets({"summary": run.summary, **kept}, words, budgeting.mode_of(run), None if short else clauses)
    found |= _drivers(kept, words, clauses, labels)
    if "loopholes" in kept:
        found |= loopholes.sheets(kept["loopholes"], words, clauses)
    if (flags := legality.sheet(run, words)).rows:
        found[words.say("legality.sheet")] = flags
    if present(run):
        found |= design.sheets(design_tables.read(run.analyses), words.lang)
    return found


def _drivers(kept: Mapping[str, pd.DataFrame], words: Wording, clauses: Mapping[str, str],
             labels: Mapping[str, str]) -> dict[str, Sheet]:
    """Whose cost it is, readings, sensitivity, edges."""
    asked = driver_sheets.Asked(WITHIN, int(kept["notches"]["draws"].iloc[0]) if "notches" in kept else 0, labels)
    makers: tuple[tuple[str, str, Callable[[pd.DataFrame], Sheet]], ...] = (
        ("attribution", "attribution.sheet", lambda t: driver_sheets.clauses(t, clauses, words)),
        ("interaction", "attribution.sheet_interaction", lambda t: driver_sheets.causes(t, words)),
        ("readings", "attribution.sheet_readings", lambda t: driver_sheets.readings(t, words)),
        ("tornado", "sensitivity.sheet_tornado", lambda t: driver_sheets.tornado(t, labels, words)),
        ("indices", "sensitivity.sheet_indices", lambda t: driver_sheets.indices(t, labels, words)),
        ("notches", "notches.sheet", lambda t: driver_sheets.edges(t, asked, words)),
        ("notches", "notches.sheet_years", lambda t: driver_sheets.edges(t, asked, words, years=True)),
        ("notch_map", "notches.sheet_map", lambda t: driver_sheets.places(t, asked, words)),
    )
    return {words.say(key): make(kept[name]) for name, key, make in makers if name in kept}


def put(book: Book, name: str, whole: Sheet) -> None:
    """One sheet: its title, its note, a column per figure and one more for each error or end of an interval."""
    sheet = whole.split()
    page = book.page(name, sheet.title, _widths(sheet), sheet.note.replace("\n", " "))
    page.header(list(sheet.columns), sheet.left)
    for row in sheet.rows:
        for column, (cell, kind) in enumerate(zip(row, sheet.columns.values(), strict=True)):
            _cell(page, column, cell, kind)
        page.end_row()


def _under(page: Page, sheet: Sheet) -> None:
    """A table under the last: errors and intervals in columns of their own where there is width for them, or else in smaller print
    under their estimates."""
    whole = sheet.split()
    if len(whole.columns) <= len(page.widths) and sum(_widths(whole)) <= sum(page.widths):
        sheet = whole
    kinds = list(sheet.columns.values())
    page.table(sheet.title, _widths(sheet), sheet.note.replace("\n", " "))
    page.header(list(sheet.columns))
    for row in sheet.rows:
        for column, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
            _cell(page, column, cell[0] if isinstance(cell, tuple) else cell, plain(kind))
        page.end_row()
        below = [written(cell, kind).partition(" ")[2] if isinstance(cell, tuple) else "" for cell, kind in zip(row, kinds, strict=True)]
        if any(below):
            for column, text in enumerate(below):
                page.text(column, text, "error")
            page.end_row(small=True)


def _widths(sheet: Sheet) -> list[float]:
    """A width for each of its columns that holds the longest cell, within limits, and the longest word of the header."""
    texts = [[written(cell[0], plain(kind)) if isinstance(cell := row[c], tuple) else written(cell, kind) for row in sheet.rows]
             for c, kind in enumerate(sheet.columns.values())]
    return [min(_WIDEST, max(_NARROWEST, *(terminal.width(text) + 2 for text in (min(header.split(" "), key=len), *column))))
            for header, column in zip(sheet.columns, texts, strict=True)]


def _cell(page: Page, column: int, cell: object, kind: str) -> None:
    if kind != "text" and (cell is None or isinstance(cell, int | float | np.number)):
        value = math.nan if cell is None else float(cell)
        page.number(column, rounded_up(value, 1) if kind == "enough" else value, LOOK[kind])
    else:
        page.text(column, "" if cell is None else written(cell, kind), "text" if kind == "text" else "centre")
