"""The tables of results: rows picked from a run's summary, in the language's unit, rounded to their error."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from simulator.report import page
from simulator.report.page import Cell, table
from simulator.report.record import TOTAL, RecordedTarget, RunFolder
from simulator.report.rounding import MISSING, UNITS, WITHHELD, Unit, error_of, percent, shown, withheld
from simulator.report.wording import Wording

_QUANTILES = ("p5", "p50", "p80", "p90", "p95", "p99")


def _number(row: pd.Series, unit: Unit, column: str = "mean") -> Cell:
    return Cell(shown(row, unit, column), number=True)


def _unit_note(words: Wording) -> str:
    return words.say("unit.table", unit=words.say("unit.money"))


def costs(run: RunFolder, words: Wording) -> str:
    """Mean payout by clause and cash year, with the total's mean and P80."""
    unit, years = UNITS[words.lang]["money"], run.cash_years
    header = [
        words.say("cost.clause"),
        *map(str, years),
        words.say("cost.total"),
        words.say("cost.p80_column"),
    ]
    rows = []
    for slug, name, article in [*_cash_clauses(run, words), (TOTAL, words.say("cost.total"), "")]:
        whole = run.row("paid", slug)
        rows.append(
            [
                Cell(name, note=article),
                *(_number(run.row("paid", slug, y), unit) for y in years),
                _number(whole, unit),
                _number(whole, unit, "p80"),
            ]
        )
    return table(words.say("cost.table"), header, rows, aside=_unit_note(words), strong=[-1])


def stages(run: RunFolder, words: Wording) -> str:
    """By clause, all years together: entitled, awarded, paid, displaced, and how many received it."""
    unit, count = UNITS[words.lang]["money"], UNITS[words.lang]["count"]
    measures = ("entitled", "awarded", "paid", "displaced")
    header = [
        words.say("cost.clause"),
        *(words.say(f"cost.{m}") for m in measures),
        words.say("cost.recipients"),
    ]
    rows = [
        [
            Cell(name, note=article),
            *(_number(run.row(m, slug), unit) for m in measures),
            _number(run.row("recipients", slug), count),
        ]
        for slug, name, article in [*_cash_clauses(run, words), (TOTAL, words.say("cost.total"), "")]
    ]
    return table(words.say("cost.stages"), header, rows, aside=_unit_note(words), strong=[-1])


def quantiles(run: RunFolder, words: Wording) -> str:
    """Payouts by year: mean and quantiles, each with its error or interval; with an appropriation also it and the chance of an
    overrun. A quantile too far out for the draws of every year is left out."""
    unit, funded = UNITS[words.lang]["money"], bool(run.appropriation)
    shares = [q for q in _QUANTILES if any(withheld(r, q) or math.isfinite(r[q]) for r in (
        run.row("paid", TOTAL, year) for year in run.cash_years_and_total))]
    header = [words.say("risk.year"), words.say("risk.mean"), *(q.upper() for q in shares)]
    if funded:
        header += [words.say("risk.appropriation"), words.say("risk.probability")]
    rows = []
    for year in run.cash_years_and_total:
        row = run.row("paid", TOTAL, year)
        name = words.say("risk.all_years") if year == TOTAL else str(year)
        cells = [Cell(name), *(estimate(row, unit, words, column) for column in ("mean", *shares))]
        if funded:
            amount = run.appropriation_total if year == TOTAL else run.appropriation.get(int(year), math.nan)
            cells += [Cell(unit.text(amount, 0.0), number=True), chance_cell(run.row("overrun", TOTAL, year), words)]
        rows.append(cells)
    note = page.paragraph(html.escape(words.say("risk.table_note")), "small")
    return table(words.say("risk.table"), header, rows, aside=_unit_note(words), strong=[-1]) + note


def estimate(row: pd.Series, unit: Unit, words: Wording, column: str = "mean") -> Cell:
    """A mean with its standard error beneath it, or a quantile with its 95 % interval."""
    error = error_of(row, column)
    note = ""
    if error > 0 and not withheld(row, column):
        ends = (unit.text(float(row.get(f"{column}_{end}", math.nan)), error) for end in ("low", "high"))
        note = margin(error, unit) if column == "mean" else words.say("unit.between", **dict(zip(("low", "high"), ends, strict=True)))
    return Cell(shown(row, unit, column), number=True, note=note)


def balance(run: RunFolder, words: Wording) -> str:
    """What is paid, what comes back and what remains, by year: means."""
    unit, years = UNITS[words.lang]["money"], run.cash_years_and_total
    lines = [
        ("paid", "row_paid"),
        ("administration", "row_administration"),
        ("measures_cost", "row_measures"),
        ("crowded_out", "row_crowded"),
        ("clawback_recovered", "row_recovered"),
        ("support_saved", "row_saved"),
        ("induced_tax", "row_induced"),
        ("net_cost", "row_net"),
        ("retained_tax_with", "row_with"),
        ("reassigned_tax", "row_reassigned"),
        ("retained_tax_without", "row_without"),
        ("induced_unshared", "row_unshared"),
        ("clawback_due", "row_due"),
    ]
    idle = ("measures_cost", "support_saved")  # said only where there is any
    lines = [(m, key) for m, key in lines if run.has(m) and not (m in idle and run.row(m)["mean"] == 0)]
    header = [words.say("growth.item"), *(words.say("cost.total") if y == TOTAL else str(y) for y in years)]
    rows = [
        [Cell(words.say(f"growth.{key}")), *(_number(run.row(measure, TOTAL, y), unit) for y in years)]
        for measure, key in lines
    ]
    return table(words.say("growth.table"), header, rows, aside=_unit_note(words),
                 strong=[i for i, (measure, _) in enumerate(lines) if measure == "net_cost"])


def targets(run: RunFolder, words: Wording) -> str:
    """Each target with its numbers, what is projected for its year, and the chance that it is reached."""
    year = run.targets[0].year
    header = [
        words.say("targets.target"),
        words.say("targets.goal", year=year),
        words.say("targets.median"),
        words.say("targets.interval"),
        words.say("targets.reached"),
        words.say("targets.fully"),
    ]
    rows = []
    for target in run.targets:
        unit, bands = target_unit(target, words), run.band(target.column)
        middle = spread = WITHHELD if withheld(run.row(target.column, year=target.year), "p50") else MISSING
        if target.year in bands.index:
            at = bands.loc[target.year]
            digits = 0 if target.unit == "count" else 1
            middle = with_unit(unit.text(at["p50"], digits=digits), unit, words)
            spread = range_text(
                unit.text(at["p5"], digits=digits), unit.text(at["p95"], digits=digits), unit, words
            )
        middle_ends, spread_ends = _target_ends(run.row(target.column, TOTAL, target.year), target, unit, words)
        chances = [chance_cell(run.row(m, target.key, target.year), words) for m in ("target", "target_fully")]
        if target.high <= target.low:
            chances[1] = Cell(MISSING, number=True)
        rows.append(
            [
                Cell(words.pick(target.names)),
                Cell(goal(target, words), number=True),
                Cell(middle, number=True, note=middle_ends),
                Cell(spread, number=True, note=spread_ends),
                *chances,
            ]
        )
    return table(words.say("targets.table"), header, rows) + page.paragraph(html.escape(words.say("targets.table_note")), "small")


def _target_ends(row: pd.Series, target: RecordedTarget, unit: Unit, words: Wording) -> tuple[str, str]:
    """The 95 % intervals of the median, and of both ends of the range; "" where the draws are too few for one."""
    digits = 0 if target.unit == "count" else 1
    ends = {q: [float(row.get(f"{q}_{end}", math.nan)) for end in ("low", "high")] for q in ("p5", "p50", "p95")}

    def text(q: str) -> str:
        low, high = (unit.text(x, digits=digits) for x in ends[q])
        return words.say("unit.between", low=low, high=high)

    known = {q: all(map(math.isfinite, x)) and not withheld(row, q) for q, x in ends.items()}
    return text("p50") if known["p50"] else "", text("p5") + words.say("targets.to") + text("p95") if known["p5"] and known["p95"] else ""


class Goal(Protocol):
    """What is read here of a target, whether the law or a run's record says it."""

    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def unit(self) -> str: ...


def goal(target: Goal, words: Wording) -> str:
    """A target's number, or its range, in the unit it is read in."""
    unit = target_unit(target, words)
    low, high = unit.text(target.low, 0.0), unit.text(target.high, 0.0)
    return with_unit(low, unit, words) if target.high <= target.low else range_text(low, high, unit, words)


def target_unit(target: Goal, words: Wording) -> Unit:
    """Sales in 亿元 (billions), shares in per cent, enterprises as they are."""
    return UNITS[words.lang][{"CNY": "big", "share": "share"}.get(target.unit, "count")]


def with_unit(text: str, unit: Unit, words: Wording) -> str:
    """A number followed by its unit; counts bare."""
    if unit.key == "count" or text == MISSING:
        return text
    return f"{text}%" if unit.key == "share" else words.say("unit.amount", amount=text)


def range_text(low: str, high: str, unit: Unit, words: Wording) -> str:
    """From one number to another, with their unit."""
    if unit.key == "big":
        return words.say("unit.range", low=low, high=high)
    return words.say("risk.range", low=with_unit(low, unit, words), high=with_unit(high, unit, words))


def from_to(low: str, high: str, words: Wording) -> str:
    """From one number to another; two that read alike are one."""
    return low if low == high else words.say("risk.range", low=low, high=high)


def chance_cell(row: Mapping[str, Any], words: Wording, name: str = "probability") -> Cell:
    """A probability, its 95 % interval beneath it. row: columns `name`, name_low, name_high."""
    return Cell(percent(row[name]), number=True, note=between(row, words, name))


def chance_text(row: Mapping[str, Any], words: Wording, name: str = "probability") -> str:
    """A probability with its 95 % interval in brackets."""
    low, high = (float(row.get(f"{name}_{end}", math.nan)) for end in ("low", "high"))
    said = percent(row[name])
    return words.say("unit.chance", chance=said, low=percent(low), high=percent(high)) if math.isfinite(low) else said


def margin(error: float, unit: Unit, after: str = "") -> str:
    """A standard error; "" where there is none."""
    return f"± {unit.text(error, error / 10)}{after}" if error > 0 else ""


def between(row: Mapping[str, Any], words: Wording, name: str = "probability") -> str:
    """The 95 % interval of a probability in brackets; "" where there is none."""
    low, high = (float(row.get(f"{name}_{end}", math.nan)) for end in ("low", "high"))
    return words.say("unit.between", low=percent(low), high=percent(high)) if math.isfinite(low) else ""


def _cash_clauses(run: RunFolder, words: Wording) -> list[tuple[str, str, str]]:
    return [(c.slug, words.pick(c.names), c.article) for c in run.clauses if c.kind != "in_kind"]
