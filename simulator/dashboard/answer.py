"""The answer's widgets: cards, two pictures, two tables, and the budget line somebody sets."""

from __future__ import annotations

import html
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import ipywidgets as widgets

from simulator.budget.purse import ledger_table
from simulator.budget.result import BudgetRun
from simulator.dashboard import pictures, views
from simulator.dashboard.panel import WIDE
from simulator.dashboard.views import Figures
from simulator.dashboard.worker import Answer
from simulator.money import FEN
from simulator.report import budgeting
from simulator.report.rounding import UNITS
from simulator.report.wording import Wording


class AnswerView:
    """Shows an answer; what is cheap to make comes first."""

    def __init__(self, words: Wording):
        self.words = words
        self._answer: Answer | None = None
        self._baseline: tuple[BudgetRun, Figures] | None = None  # the same for answer after answer
        self.cards, self.costs, self.goals, self.rationed, self.fan, self.curve, self._line_problem = (
            widgets.HTML(layout=WIDE) for _ in range(7))
        self.line = widgets.Text(continuous_update=False, layout=widgets.Layout(width="120px"))
        self.line.add_class("budget-line")
        self.line.tooltip = words.say("charts.line_tip")
        self.line.observe(lambda _: self._draw_curve(), "value")
        unit = words.say("unit.money")
        line = widgets.HBox([_html(f'<span title="{html.escape(words.say("charts.line_tip"))}">'
                                   f"{html.escape(words.say('charts.line', unit=unit))}</span>"), self.line,
                             self._line_problem], layout=WIDE)
        line.add_class("tools")
        fan = widgets.VBox([_html(f"<h3>{html.escape(words.say('charts.fan'))}</h3>"), self.fan,
                            _html(f'<p class="small">{html.escape(words.say("charts.fan_note"))}</p>')], layout=WIDE)
        curve = widgets.VBox([_html(f"<h3>{html.escape(words.say('charts.exceedance'))}</h3>"), self.curve, line], layout=WIDE)
        self.box = widgets.VBox([self.cards, _pair(fan, "wide", curve, "half"),
                                 _pair(self.costs, "broad", self.goals, "even"), self.rationed], layout=WIDE)
        self.box.add_class("answer")

    def show(self, answer: Answer, still: Callable[[], bool] = lambda: True) -> None:
        """Show an answer. still: whether it is wanted; asked before what takes its time."""
        self._answer, words = answer, self.words
        figures = Figures(answer.run)
        if self._baseline is None or self._baseline[0] is not answer.baseline:
            self._baseline = answer.baseline, figures if answer.run is answer.baseline else Figures(answer.baseline)
        before = self._baseline[1]
        apart = views.differences(answer)
        self.cards.value = _report(views.cards(answer, figures, apart, words), words)
        self.costs.value = _report(views.costs(answer, figures, before, apart, words), words)
        self.goals.value = _report(views.targets(answer, figures, before, words), words)
        self.fan.value = pictures.fan(answer, figures, before, words)
        self._draw_curve()
        if answer.final and still():
            self._share_out(answer)

    def _share_out(self, answer: Answer) -> None:
        """What is paid and what waits, where appropriations are shared out: that takes the draws' single claims, played anew."""
        run, purse = answer.run, answer.run.scenario.purse
        told = ""
        if purse.mode != "none" or purse.enterprise_cap is not None or purse.clause_caps:
            told = _report(budgeting.rationed(ledger_table(run.ledger(), run.result), self.words, purse.mode), self.words)
        self.rationed.value = told

    def _draw_curve(self) -> None:
        answer = self._answer
        if answer is None:
            return
        budget = answer.run.scenario.appropriation
        line = sum(budget.values()) / FEN if budget else None
        text = self.line.value.strip().replace(",", "")
        self._line_problem.value = ""
        if text:
            try:
                amount = Decimal(text) * Decimal(UNITS[self.words.lang]["money"].scale)
                if not 0 <= amount < 10**15:
                    raise InvalidOperation
                line = float(amount)
            except InvalidOperation:
                self._line_problem.value = f'<span role="alert">{html.escape(self.words.say("charts.line_bad"))}</span>'
        self.curve.value = pictures.exceedance(answer, line, self.words)


def _report(content: str, words: Wording) -> str:
    return f'<div class="report" lang="{words.tag}">{content}</div>'


def _html(content: str) -> widgets.HTML:
    return widgets.HTML(content, layout=WIDE)


def _pair(first: widgets.Widget, first_class: str, second: widgets.Widget, second_class: str) -> widgets.Box:
    first.add_class(first_class)
    second.add_class(second_class)
    box = widgets.HBox([first, second], layout=WIDE)
    box.add_class("pair")
    return box
