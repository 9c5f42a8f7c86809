"""What the page says of an answer: cards, appropriations by year, cost by clause, targets, each beside the baseline's.

Numbers are written to what their Monte Carlo error supports; `value` holds the figure itself, which is the one `simulator run`
finds for the same settings, seed and draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from simulator.budget.layout import total_cash
from simulator.budget.result import BudgetRun
from simulator.budget.statistics import chance, mean_and_error
from simulator.budget.summary import TOTAL
from simulator.budget.targets import targets_of
from simulator.dashboard.table import table
from simulator.dashboard.tying import rounded_parts
from simulator.dashboard.worker import Answer
from simulator.document.numbers import MISSING, UNITS, Unit, percent, shown
from simulator.money import FEN
from simulator.report.tables import between, goal, target_unit, with_unit
from simulator.report.wording import Wording

NONE = {"probability": math.nan}
QUANTILES = ("p50", "p80", "p95")
Differences = dict[str, tuple[float, float]]  # mean and its standard error (CNY), by clause and "total"


class Figures:
    """The figures of a run that the page shows, by (measure, clause, year): column → figure; none where there is no such row."""

    def __init__(self, run: BudgetRun):
        shown = {"paid", "net_impact", "overrun", "target", *(target.column for target in targets_of(run.scenario.law))}
        self._rows = {(row["measure"], row["clause"], row["year"]): row for row in run.figures(shown)}

    def __call__(self, measure: str, clause: str = TOTAL, year: int | str = TOTAL) -> Mapping[str, Any]:
        return self._rows.get((measure, clause, year), {})


def paired(run: BudgetRun, base: BudgetRun) -> Differences:
    """Paired differences of two runs on the same draws over all years."""
    now, was = (r.result.paid.sum(axis=1) for r in (run, base))  # fen: exact
    apart = {slug: (now - was)[:, k] for k, slug in enumerate(run.result.slugs[: run.result.cash])}
    apart[TOTAL] = sum(apart.values())
    return {clause: mean_and_error(values / FEN, run.result.replicate) for clause, values in apart.items()}


def any_overrun(run: BudgetRun) -> dict[str, float]:
    """The chance that the cash paid exceeds the appropriation of any year that has one, with its interval; {} without any."""
    years, budget = run.result.cash_years, run.scenario.appropriation
    funded = [j for j, year in enumerate(years) if year in budget]
    if not funded:
        return {}
    paid = np.rint(total_cash(run.result) * FEN).astype(np.int64)
    hits = (paid[:, funded] > np.array([budget[years[j]] for j in funded])).any(axis=1)
    return chance(hits, run.result.replicate)


def cards(answer: Answer, figures: Figures, apart: Differences, words: Wording) -> list[dict[str, Any]]:
    """The headline: what suffices in 50, 80 and 95 of 100 cases, the chance of an overrun in any year (and of all years'
    together), net impact, what the changes cost."""
    unit, name = UNITS[words.lang]["money"], words.say("unit.money")
    paid, net, (mean, error) = figures("paid"), figures("net_impact"), apart[TOTAL]
    made = [_card(q, words, shown(paid, unit, q), name, _value(paid, q)) for q in QUANTILES]
    yearly, overall = any_overrun(answer.run), figures("overrun")
    note = words.say("card.overrun_none")
    if yearly:
        note = words.say(
            "card.overrun_note",
            between=between(yearly, words),
            chance=percent(_value(overall, "probability")),
            amount=unit.text(_funded(answer.run) / FEN, 0.0),
        )
    made.append(_card("overrun", words, percent(yearly.get("probability", math.nan)), "", yearly.get("probability", math.nan), note))
    made.append(_card("net", words, shown(net, unit), name, _value(net, "mean")))
    note = words.say("card.difference_note", error=unit.text(error, digits=unit.finest)) if mean else words.say("card.difference_none")
    made.append(
        _card("difference", words, unit.text(mean, error if mean else 0.0, signed=True), name, mean, note)
        | {"error": error if math.isfinite(error) else None}
    )
    return made


def by_year(answer: Answer, figures: Figures, before: Figures, words: Wording) -> dict[str, Any] | None:
    """The years: appropriation, payouts, chance that they exceed it, now and in the baseline; all of them last. None where no year
    has an appropriation."""
    run, unit = answer.run, UNITS[words.lang]["money"]
    budget, years = run.scenario.appropriation, run.result.cash_years
    if not budget:
        return None
    header = [words.say(f"years.{key}") for key in ("year", "appropriation", "median", "p95", "overrun", "baseline")]
    rows: list[list[Any]] = []
    for year in sorted({*years, *budget}):
        paid = figures("paid", TOTAL, year)
        amount = unit.text(budget[year] / FEN, 0.0) if year in budget else MISSING
        rows.append(
            [
                str(year),
                amount,
                shown(paid, unit, "p50"),
                shown(paid, unit, "p95"),
                _chance(figures("overrun", TOTAL, year), words),
                _chance(before("overrun", TOTAL, year), words),
            ]
        )
    rows.append([words.say("years.any"), "", "", "", _chance(any_overrun(run), words), _chance(any_overrun(answer.baseline), words)])
    paid = figures("paid")
    rows.append(
        [
            words.say("years.all"),
            unit.text(_funded(run) / FEN, 0.0),
            shown(paid, unit, "p50"),
            shown(paid, unit, "p95"),
            _chance(figures("overrun"), words),
            _chance(before("overrun"), words),
        ]
    )
    return table(
        words.say("years.title"),
        header,
        rows,
        name="years",
        unit=words.say("unit.table", unit=words.say("unit.money")),
        strong=[-2, -1],
        note=words.say("years.note"),
    )


def costs(answer: Answer, figures: Figures, before: Figures, apart: Differences, words: Wording) -> dict[str, Any]:
    """Mean payout of all years by clause: baseline, difference with its error, now. Rows add up to the total, and across; the
    total's difference is the card's."""
    unit, blocks = UNITS[words.lang]["money"], answer.run.scenario.law.blocks
    slugs = [*answer.run.result.slugs[: answer.run.result.cash]]
    mean, error = apart[TOTAL]
    level = figures("paid")
    digits = unit.digits(error, mean) if mean and error > 0 else unit.digits(_value(level, "standard_error"), _value(level, "mean"))
    step = unit.scale / 10**digits
    was, was_total = rounded_parts([_value(before("paid", s), "mean") for s in slugs], _value(before("paid"), "mean"), step)
    more, more_total = rounded_parts([apart[s][0] for s in slugs], mean, step)
    rows = []
    for slug, w, m in [*zip(slugs, was, more, strict=True), (TOTAL, was_total, more_total)]:
        margin = apart[slug][1]
        name = words.say("costs.total") if slug == TOTAL else f"{blocks[slug].article} {_named(blocks[slug], words)}"
        rows.append(
            [
                name,
                _fixed(w, unit, digits),
                _fixed(w + m, unit, digits),
                (_fixed(m, unit, digits, signed=True), f"± {unit.text(margin, digits=unit.finest)}" if margin > 0 else ""),
            ]
        )
    header = [words.say(f"costs.{key}") for key in ("clause", "baseline", "now", "difference")]
    return table(
        words.say("costs.title"),
        header,
        rows,
        name="clauses",
        strong=[-1],
        note=words.say("costs.note"),
        unit=words.say("unit.table", unit=words.say("unit.money")),
    )


def targets(answer: Answer, figures: Figures, before: Figures, words: Wording) -> dict[str, Any] | None:
    """The policy's targets: goal, median, and the chance of reaching it, now and in the baseline. None where it has none."""
    header = [words.say(f"goals.{key}") for key in ("target", "goal", "median", "baseline", "now")]
    rows: list[list[Any]] = []
    for target in targets_of(answer.run.scenario.law):
        unit = target_unit(target, words)
        middle = figures(target.column, TOTAL, target.year)
        text = unit.text(_value(middle, "p50"), digits=0 if target.unit == "count" else 1)
        chances = [_chance(f("target", target.key, target.year), words) for f in (before, figures)]
        rows.append([target.zh if words.lang == "zh" else target.en, goal(target, words), with_unit(text, unit, words), *chances])
    if not any(f("target", t.key, t.year) for f in (figures,) for t in targets_of(answer.run.scenario.law)):
        return None
    return table(words.say("goals.title"), header, rows, name="targets")


def _card(key: str, words: Wording, number: str, unit: str, value: float, note: str = "") -> dict[str, Any]:
    return {
        "key": key,
        "label": words.say(f"card.{key}"),
        "number": number,
        "unit": unit if number != MISSING else "",
        "note": note or words.say(f"card.{key}_note"),
        "value": value if math.isfinite(value) else None,
    }


def _chance(row: Mapping[str, Any], words: Wording) -> tuple[str, str]:
    row = row or NONE
    return percent(_value(row, "probability")), between(row, words)


def _funded(run: BudgetRun) -> int:
    """What is appropriated for the years that are played, in fen: what the chance over all years is about."""
    return sum(fen for year, fen in run.scenario.appropriation.items() if year in run.result.cash_years)


def _fixed(value: float, unit: Unit, digits: int, signed: bool = False) -> str:
    """A number of whole steps, exactly as many digits as the others of its table."""
    text = f"{round(value / unit.scale, max(digits, 0)):{'+' if signed else ''},.{max(digits, 0)}f}"
    return "0" if not text.strip("+-0.,") else text.replace("-", "\u2212")


def _named(block: Any, words: Wording) -> str:
    return str(block.zh if words.lang == "zh" else block.en)


def _value(row: Mapping[str, Any], column: str) -> float:
    return float(row.get(column, math.nan))
