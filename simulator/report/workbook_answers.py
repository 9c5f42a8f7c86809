"""The sheets of the budget's workbook that answer: quantiles, overrun and reserve, payment, commitments, the legal maximum,
execution, whose cost it is, readings, sensitivity, edges, ways round the text, legality, a design. Amounts in 万元 (millions), each
estimate's error or interval in columns of its own; a run that did not ask a question has no sheet of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from simulator.budget import design_tables
from simulator.budget.notches import WITHIN
from simulator.report import budgeting, design, driver_sheets, legality, loopholes, purse_sheets, terminal
from simulator.report.book import Book
from simulator.report.design_section import present
from simulator.report.record import RunFolder
from simulator.report.sheets import Sheet, rounded_up, written
from simulator.report.wording import Wording

LOOK = {"number": "large", "enough": "large", "signed": "large", "share": "share", "count": "whole", "year": "whole", "text": "text"}
_WIDEST, _NARROWEST = 46, 10


def write(book: Book, run: RunFolder, words: Wording) -> None:
    """A sheet for each."""
    for name, sheet in sheets(run, words).items():
        _put(book, name, sheet)


def sheets(run: RunFolder, words: Wording) -> dict[str, Sheet]:
    """The tables that the run has, as the profile may show them, by name of their sheet."""
    clauses = {c.slug: f"{c.article} {words.pick(c.names)}" for c in run.clauses if c.kind != "in_kind"}
    labels = dict(zip(run.settings["path"], run.settings[words.lang], strict=True))
    labels |= {path.removeprefix("assumptions."): name for path, name in labels.items()}
    kept = {name: table for name, table in run.analyses.items() if len(table)}
    found = purse_sheets.sheets({"summary": run.summary, **kept}, words, budgeting.mode_of(run), clauses)
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


def _put(book: Book, name: str, whole: Sheet) -> None:
    """One sheet: its title, its note, a column per figure and one more for each error or end of an interval."""
    sheet = whole.split()
    kinds = list(sheet.columns.values())
    texts = [[written(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in sheet.rows]
    widths = [min(_WIDEST, max(_NARROWEST, *(terminal.width(text) + 2 for text in column))) for column in zip(
        [min(header.split(" "), key=len) for header in sheet.columns], *texts, strict=True)]
    page = book.page(name, sheet.title, widths, sheet.note.replace("\n", " "))
    page.header(list(sheet.columns), sheet.left)
    for row, said in zip(sheet.rows, texts, strict=True):
        for column, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
            if kind != "text" and (cell is None or isinstance(cell, int | float | np.number)):
                value = math.nan if cell is None else float(cell)
                page.number(column, rounded_up(value, 1) if kind == "enough" else value, LOOK[kind])
            else:
                page.text(column, "" if cell is None else said[column], "text" if kind == "text" else "centre")
        page.end_row()
