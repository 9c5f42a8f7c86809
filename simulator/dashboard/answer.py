"""An answer as the page shows it: cards, charts with their figures, tables; and the budget line somebody sets."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator.budget.funding import ledger_table
from simulator.budget.result import BudgetRun
from simulator.dashboard import pictures, views
from simulator.dashboard.views import Figures
from simulator.dashboard.worker import Answer
from simulator.money import FEN
from simulator.render.html import blocks
from simulator.report import budgeting
from simulator.report.wording import Wording

KEPT = 12  # runs whose figures are remembered


class Teller:
    """Makes an answer's parts; figures of the last runs, the baseline among them, are made once."""

    def __init__(self, words: Wording):
        self.words = words
        self.line: Decimal | None = None  # CNY; None: what is appropriated for the years played
        self._figures: list[tuple[BudgetRun, Figures]] = []

    def message(self, answer: Answer) -> dict[str, Any]:
        """Everything that is quick to make."""
        words, before, figures = self.words, self._figures_of(answer.baseline), self._figures_of(answer.run)
        apart = views.paired(answer.run, answer.baseline)
        tables = [
            views.by_year(answer, figures, before, words),
            views.costs(answer, figures, before, apart, words),
            views.targets(answer, figures, before, words),
        ]
        return {
            "cards": views.cards(answer, figures, apart, words),
            "fan": pictures.fan(answer, figures, before, words),
            "curve": self.curve(answer),
            "tables": [t for t in tables if t],
        }

    def curve(self, answer: Answer) -> dict[str, Any]:
        """The curve with its budget line."""
        scenario, years = answer.run.scenario, answer.run.result.cash_years
        budget = [fen for year, fen in scenario.appropriation.items() if year in years]
        line = float(self.line) if self.line is not None else sum(budget) / FEN if budget else None
        return pictures.exceedance(answer, self._figures_of(answer.run), line, self.words)

    def _figures_of(self, run: BudgetRun) -> Figures:
        for known, figures in self._figures:
            if known is run:
                return figures
        self._figures = [*self._figures[1 - KEPT :], (run, Figures(run))]
        return self._figures[-1][1]

    def shared_out(self, answer: Answer, still: Callable[[], bool]) -> str:
        """What is paid and what waits, where appropriations are shared out: that takes the draws' single claims, played anew.
        HTML; "" where there is nothing to say, or another answer is wanted by now."""
        run, funding = answer.run, answer.run.scenario.funding
        if not still() or (funding.mode == "none" and funding.enterprise_cap is None and not funding.clause_caps):
            return ""
        return blocks(budgeting.rationed(ledger_table(run.ledger(), run.result), self.words, funding.mode))
