"""What the page says of an answer: cards, cost by clause and targets, each beside the baseline's. HTML, no widget.

Numbers are written as the report writes them, to what their Monte Carlo error supports; `data-value` holds the figure itself,
which is the one `simulator run` finds for the same settings, seed and draws.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from simulator.budget.result import BudgetRun
from simulator.budget.statistics import mean_and_error
from simulator.budget.summary import TOTAL
from simulator.budget.targets import targets_of
from simulator.dashboard.worker import Answer
from simulator.law.clauses import CASH, SLUGS
from simulator.money import FEN
from simulator.report import page
from simulator.report.page import Cell
from simulator.report.rounding import MISSING, UNITS, percent, shown
from simulator.report.tables import between, chance_cell, goal, target_unit, with_unit
from simulator.report.wording import Wording

NONE = {"probability": math.nan}


class Figures:
    """The figures of a run's summary by (measure, clause, year): column → figure; none where there is no such row."""

    def __init__(self, run: BudgetRun):
        columns = {name: column.tolist() for name, column in run.summary.items()}
        rows = zip(*columns.values(), strict=True)
        self._rows = {row[:3]: dict(zip(columns, row, strict=True)) for row in rows}  # the first three: measure, clause, year

    def __call__(self, measure: str, clause: str = TOTAL, year: int | str = TOTAL) -> Mapping[str, Any]:
        return self._rows.get((measure, clause, year), {})


def differences(answer: Answer) -> pd.DataFrame:
    """Paired differences from the baseline over all years: mean, standard_error (CNY), by clause and "total"."""
    now, was = (run.result.paid.sum(axis=1) for run in (answer.run, answer.baseline))  # fen: exact
    apart = {slug: (now - was)[:, k] for k, slug in enumerate(SLUGS) if CASH[k]}
    apart[TOTAL] = sum(apart.values())
    rows = {clause: mean_and_error(values / FEN, answer.run.result.replicate) for clause, values in apart.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "standard_error"])


def cards(answer: Answer, figures: Figures, apart: pd.DataFrame, words: Wording) -> str:
    """The headline: what suffices in 50, 80 and 95 of 100 cases, the chance of an overrun, net impact, what the changes cost."""
    unit = UNITS[words.lang]["money"]
    name = words.say("unit.money")
    paid, net, overrun, total = figures("paid"), figures("net_impact"), figures("overrun"), apart.loc[TOTAL]
    made = []
    for quantile in ("p50", "p80", "p95"):
        made.append(_card(quantile, words, shown(paid, unit, quantile), name, _value(paid, quantile)))
    budget = answer.run.scenario.appropriation
    note = words.say("card.overrun_none")
    if budget:
        note = words.say("card.overrun_note", between=between(overrun, words), amount=unit.text(sum(budget.values()) / FEN, 0.0))
    chance = _value(overrun, "probability")
    made.append(_card("overrun", words, percent(chance), "", chance, note))
    made.append(_card("net", words, shown(net, unit), name, _value(net, "mean")))
    error = float(total["standard_error"])
    note = words.say("card.difference_note", error=unit.text(error, digits=unit.finest)) if total["mean"] else \
        words.say("card.difference_none")
    made.append(_card("difference", words, _signed(total["mean"], error, words), name, float(total["mean"]), note,
                      error=error))
    return f'<div class="cards">{"".join(made)}</div>'


def costs(answer: Answer, figures: Figures, before: Figures, apart: pd.DataFrame, words: Wording) -> str:
    """Mean payout of all years by clause: baseline, now, and the difference with its error."""
    unit, blocks = UNITS[words.lang]["money"], answer.run.scenario.law.blocks
    header = [words.say(f"costs.{key}") for key in ("clause", "baseline", "now", "difference", "error")]
    clauses = [(s, f"{blocks[s].article} {blocks[s].zh if words.lang == 'zh' else blocks[s].en}")
               for s, cash in zip(SLUGS, CASH, strict=True) if cash]
    rows = []
    for slug, name in [*clauses, (TOTAL, words.say("costs.total"))]:
        mean, error = float(apart.loc[slug, "mean"]), float(apart.loc[slug, "standard_error"])
        rows.append([Cell(name), Cell(shown(before("paid", slug), unit), True), Cell(shown(figures("paid", slug), unit), True),
                     Cell(_signed(mean, error, words), True),
                     Cell(f"± {unit.text(error, digits=unit.finest)}" if mean else "", True)])
    return page.table(words.say("costs.title"), header, rows, strong=[-1],
                      aside=words.say("unit.table", unit=words.say("unit.money")), style="costs")


def targets(answer: Answer, figures: Figures, before: Figures, words: Wording) -> str:
    """The targets of 二: goal, median, and the chance of reaching it, now and in the baseline."""
    header = [words.say(f"goals.{key}") for key in ("target", "goal", "median", "baseline", "now")]
    rows = []
    for target in targets_of(answer.run.scenario.law):
        unit = target_unit(target, words)
        middle = figures(target.column, TOTAL, target.year)
        text = unit.text(_value(middle, "p50"), digits=0 if target.unit == "count" else 1)
        chances = [chance_cell(f("target", target.key, target.year) or NONE, words) for f in (before, figures)]
        rows.append([Cell(target.zh if words.lang == "zh" else target.en), Cell(goal(target, words), True),
                     Cell(with_unit(text, unit, words), True), *chances])
    return page.table(words.say("goals.title"), header, rows, style="targets")


def changed(rows: Iterable[tuple[str, str, str, str]], words: Wording) -> str:
    """What was changed: label, unit, the scenario's value and the present one."""
    items = "".join(
        f"<li>{html.escape(words.say('changed.item', label=label, was=was, now=now, unit=unit))}</li>"
        for label, unit, was, now in rows)
    return f'<ul class="changed-list">{items}</ul>' if items else f'<p class="none">{html.escape(words.say("changed.none"))}</p>'


def _card(key: str, words: Wording, number: str, unit: str, value: float, note: str = "", error: float = math.nan) -> str:
    note = note or words.say(f"card.{key}_note")
    of = f" <small>{html.escape(unit)}</small>" if unit and number != MISSING else ""
    margin = f' data-error="{error!r}"' if math.isfinite(error) else ""
    return (f'<div class="card" data-card="{key}" data-value="{value!r}"{margin}>'
            f'<div class="label">{html.escape(words.say(f"card.{key}"))}</div>'
            f'<div class="number"><span>{html.escape(number)}</span>{of}</div><div class="note">{html.escape(note)}</div></div>')


def _signed(mean: float, error: float, words: Wording) -> str:
    return UNITS[words.lang]["money"].text(float(mean), error if mean else 0.0, signed=True)


def _value(row: Mapping[str, Any], column: str) -> float:
    return float(row.get(column, math.nan))
