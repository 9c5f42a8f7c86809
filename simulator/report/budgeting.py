"""What a finance bureau budgets with: overrun and reserve, payment and what waits, breaches, commitments, the legal
maximum, execution. The same tables (`funding_sheets`) in the terminal and on the page.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from simulator.document import Paragraph, Parts
from simulator.render.text import tables as as_text
from simulator.report import funding_sheets
from simulator.report.wording import Wording, load
from simulator.store.record import RunFolder

TABLES = ("risk", "ledger", "commitments", "exposure", "execution")


def text(tables: Mapping[str, pd.DataFrame], lang: str = "zh", mode: str = "none", example: bool = False) -> str:
    """What a terminal shows of `BudgetRun.budgeting` and, where `tables` has it, of the summary. example: of the appropriation."""
    words = load(lang, example)
    return as_text(*funding_sheets.sheets(tables, words, mode).values(), legend=words.say("matters.margins"))


def section(run: RunFolder, words: Wording) -> list[Parts]:
    """The part of the page; nothing where the run has no such tables."""
    tables = {name: run.analyses[name] for name in TABLES if name in run.analyses}
    return list(funding_sheets.sheets(tables, words, mode_of(run)).values())


def mode_of(run: RunFolder) -> str:
    """How a run shares out what does not suffice."""
    return str(run.settings.set_index("path")["value"].get("rationing.mode", "none"))


def rationed(ledger: pd.DataFrame, words: Wording, mode: str) -> Parts:
    """What falls due, is paid and waits, year by year, on a page. ledger: `budget.funding.ledger_table`."""
    own = ledger[~ledger["measure"].isin(("top_1", "top_5", *funding_sheets.BREACHES))]
    return [*funding_sheets.sheets({"ledger": own}, words, mode).values(), Paragraph(words.say("risk.table_note"), "small")]
