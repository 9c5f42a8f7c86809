"""What a finance bureau budgets with, told: overrun and reserve, payment and what waits, breaches, commitments, the legal
maximum, execution. The same tables (`purse_sheets`) in the terminal and on the page, there rounded to their errors.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP

import pandas as pd

from simulator.report import page, purse_sheets
from simulator.report.page import Cell
from simulator.report.purse_sheets import UNIT_OF
from simulator.report.record import RunFolder
from simulator.report.rounding import UNITS, UP, Unit, percent
from simulator.report.sheets import Sheet, as_text, written
from simulator.report.wording import Wording, load

_HALF = 1.959964  # a 95 % interval in standard errors, to either side
TABLES = ("risk", "ledger", "commitments", "exposure", "execution")


def text(tables: Mapping[str, pd.DataFrame], lang: str = "zh", mode: str = "none", example: bool = False) -> str:
    """What a terminal shows of `BudgetRun.budgeting` and, where `tables` has it, of the summary. example: of the appropriation."""
    return as_text(*purse_sheets.sheets(tables, load(lang, example), mode).values())


def section(run: RunFolder, words: Wording) -> list[str]:
    """The part of the page; nothing where the run has no such tables."""
    tables = {name: run.analyses[name] for name in TABLES if name in run.analyses}
    return [part for sheet in purse_sheets.sheets(tables, words, mode_of(run)).values() for part in _on_page(sheet, words)]


def mode_of(run: RunFolder) -> str:
    """How a run shares out what does not suffice."""
    return str(run.settings.set_index("path")["value"].get("rationing.mode", "none"))


def rationed(ledger: pd.DataFrame, words: Wording, mode: str) -> str:
    """What falls due, is paid and waits, year by year, on a page. ledger: `budget.purse.ledger_table`."""
    own = ledger[~ledger["measure"].isin(("top_1", "top_5", *purse_sheets.BREACHES))]
    parts = [part for sheet in purse_sheets.sheets({"ledger": own}, words, mode).values() for part in _on_page(sheet, words)]
    return "".join([*parts, page.paragraph(html.escape(words.say("risk.table_note")), "small")])


def _on_page(sheet: Sheet, words: Wording) -> list[str]:
    kinds = list(sheet.columns.values())
    rows = [[_cell(cell, kind, words) for cell, kind in zip(row, kinds, strict=True)] for row in sheet.rows]
    title, _, unit = sheet.title.partition(UNIT_OF)
    return [page.table(title, list(sheet.columns), rows, aside=words.say("unit.table", unit=unit),
                       strong=[-1] if _adds_up(sheet, words) else ()),
            *(page.paragraph(html.escape(note), "small") for note in sheet.note.split("\n")
              if note and note != words.say("matters.margins"))]  # said once, under the quantiles


def _adds_up(sheet: Sheet, words: Wording) -> bool:
    """Whether the last row is that of all years."""
    return bool(sheet.rows) and sheet.rows[-1][0] == words.say("risk.all_years")


def _cell(cell: object, kind: str, words: Wording) -> Cell:
    """A figure to the digit its error reaches, and the error (or the interval) beneath it."""
    if kind == "text" or isinstance(cell, str):
        return Cell(str(cell), number=kind != "text")
    if not isinstance(cell, tuple):
        return Cell(_unit(words).text(cell, 0.0) if kind == "number" and isinstance(cell, float) else written(cell, kind), number=True)
    value, *ends = (float(x) for x in cell)
    if kind.startswith("share"):
        note = words.say("unit.between", low=percent(ends[0]), high=percent(ends[1])) if math.isfinite(ends[0]) else ""
        return Cell(percent(value), number=True, note=note)
    unit, error = _unit(words), ends[0] if len(ends) == 1 else (ends[1] - ends[0]) / 2 / _HALF
    rounding = UP if kind.startswith("enough") else ROUND_HALF_UP
    if not error > 0:  # exact, or too few draws to say
        return Cell(unit.text(value, error, rounding=rounding), number=True)
    note = f"± {unit.text(error, error / 10)}" if len(ends) == 1 else words.say(
        "unit.between", low=unit.text(ends[0], error), high=unit.text(ends[1], error))
    return Cell(unit.text(value, error, rounding=rounding), number=True, note=note)


def _unit(words: Wording) -> Unit:
    """The language's unit of money, of amounts that are in it already."""
    of = UNITS[words.lang]["money"]
    return Unit(of.key, 1, of.finest, of.coarsest)
