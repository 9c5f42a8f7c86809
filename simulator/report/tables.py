"""The tables of results: rows picked from a run's summary, in the language's unit, rounded to their error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Protocol

import pandas as pd

from simulator.document import Cell, Paragraph, Parts, Table, number
from simulator.document.numbers import (
    CHANCE,
    MISSING,
    UNITS,
    WITHHELD,
    Number,
    Unit,
    fitted,
    number_of,
    percent,
    withheld,
)
from simulator.report import funding_sheets
from simulator.report.tabled import with_margin
from simulator.report.wording import Wording
from simulator.store.record import TOTAL, RecordedTarget, RunFolder


def paid_as_printed(run: RunFolder, unit: Unit) -> dict[tuple[str, int | str], Decimal]:
    """What each clause is paid in each year, and the sums, as every table prints them: (clause or TOTAL, year or TOTAL) → amount in the
    unit. A clause's total is rounded by itself, as wherever it stands alone; the whole is their sum, and
    years and the amounts within follow. Empty where a part is withheld or missing: nothing may follow from the others then."""
    slugs, years = [clause.slug for clause in run.clauses if clause.kind != "in_kind"], run.cash_years
    rows = [[run.row("paid", slug, year) for year in run.cash_years_and_total] for slug in slugs]
    if not slugs or any(withheld(row) or not math.isfinite(row["mean"]) for line in rows for row in line):
        return {}
    means = [[float(row["mean"]) for row in line[:-1]] for line in rows]
    by_clause = [unit.rounded(float(line[-1]["mean"])) for line in rows]
    cells, by_year = fitted(means, unit, by_clause)
    printed: dict[tuple[str, int | str], Decimal] = {
        (slug, year): amount for slug, line in zip(slugs, cells, strict=True) for year, amount in zip(years, line, strict=True)
    }
    printed |= {(slug, TOTAL): amount for slug, amount in zip(slugs, by_clause, strict=True)}
    printed |= {(TOTAL, year): amount for year, amount in zip(years, by_year, strict=True)}
    return printed | {(TOTAL, TOTAL): sum(by_clause, Decimal(0))}


def _unit_note(words: Wording) -> str:
    return words.say("unit.table", unit=words.say("unit.money"))


def costs(run: RunFolder, words: Wording) -> Table:
    """Mean payout by clause and cash year, with the total's mean and P80."""
    unit, years = UNITS[words.lang]["money"], run.cash_years_and_total
    header = [
        words.say("cost.clause"),
        *map(str, run.cash_years),
        words.say("cost.total"),
        words.say("cost.p80_column"),
    ]
    named = [*_cash_clauses(run, words), (TOTAL, words.say("cost.total"), "")]
    printed = paid_as_printed(run, unit)
    rows = [
        [
            Cell(name, note=article),
            *(number(_printed_as(number_of(run.row("paid", slug, year), unit), printed.get((slug, year)))) for year in years),
            number(number_of(run.row("paid", slug), unit, "p80")),
        ]
        for slug, name, article in named
    ]
    return Table(words.say("cost.table"), header, rows, aside=_unit_note(words), strong=[-1])


def stages(run: RunFolder, words: Wording) -> Table:
    """By clause, all years together: entitled, awarded, paid, displaced, and how many received it."""
    unit, count = UNITS[words.lang]["money"], UNITS[words.lang]["count"]
    measures = ("entitled", "awarded", "paid", "displaced")
    header = [
        words.say("cost.clause"),
        *(words.say(f"cost.{m}") for m in measures),
        words.say("cost.recipients"),
    ]
    named = [*_cash_clauses(run, words), (TOTAL, words.say("cost.total"), "")]
    cells = _sums([[run.row(m, slug) for m in measures] for slug, _, _ in named], unit)
    rows = [
        [Cell(name, note=article), *row, number(number_of(run.row("recipients", slug), count))]
        for (slug, name, article), row in zip(named, cells, strict=True)
    ]
    return Table(words.say("cost.stages"), header, rows, aside=_unit_note(words), strong=[-1])


def _printed_as(of: Number, printed: Decimal | None) -> Number:
    """A number as it is printed where it is part of a sum, else rounded by itself."""
    return of if printed is None else replace(of, printed=printed)


def _sums(rows: Sequence[Sequence[pd.Series]], unit: Unit) -> list[list[Cell]]:
    """The means of rows, the last of which is the sum of the others: as printed they add up. Where a part is withheld or missing each is
    rounded by itself: nothing follows from the others then."""
    numbers = [[number_of(row, unit) for row in line] for line in rows]
    if any(withheld(row) or not math.isfinite(row["mean"]) for line in rows for row in line):
        return [[number(of) for of in line] for line in numbers]
    printed = [[unit.rounded(float(row["mean"])) for row in line] for line in rows[:-1]]
    printed.append([sum(column, Decimal(0)) for column in zip(*printed, strict=True)])
    shown = (zip(*pair, strict=True) for pair in zip(numbers, printed, strict=True))
    return [[number(replace(of, printed=as_printed)) for of, as_printed in line] for line in shown]


def asks(run: RunFolder, words: Wording) -> Table:
    """Page one: by year what is needed, what the budget has, what to add to it or return, and how likely it is not to suffice.

    needed: what suffices in 80 of 100 cases. Nothing is added or returned where the appropriation is no bureau's own.
    """
    unit, own = UNITS[words.lang]["money"], bool(run.appropriation) and not run.example
    rows = []
    for year in run.cash_years_and_total:
        row = run.row("paid", TOTAL, year)
        need = number_of(row, unit, "p80")
        amount = run.appropriation_total if year == TOTAL else run.appropriation.get(int(year), math.nan)
        cells = [number(need)]
        if run.appropriation:
            cells.append(number(Number(amount, unit, 0.0)))
        if own:
            known = need.text not in (MISSING, WITHHELD) and math.isfinite(amount)
            change = float(amount_printed(need.text) - amount_printed(unit.text(amount, 0.0))) if known else math.nan
            cells.append(number(Number(change * unit.scale, unit, 0.0, signed=True)))
            cells.append(replace(chance_cell(run.row("overrun", TOTAL, year), words), note=""))  # its interval stands in the annex
        rows.append([Cell(words.say("risk.all_years") if year == TOTAL else str(year)), *cells])
    header = [
        words.say("risk.year"),
        words.say("asks.need"),
        *([words.say("risk.appropriation")] if run.appropriation else []),
        *([words.say("asks.change"), words.say("risk.probability")] if own else []),
    ]
    note = words.say("asks.note" if own else "asks.note_unentered")
    return Table(words.say("asks.title" if own else "asks.title_unentered"), header, rows, aside=_unit_note(words), strong=[-1], note=note)


def amount_printed(text: str) -> Decimal:
    """A printed number as a number: what is worked out from printed numbers agrees with them."""
    return Decimal(text.replace(",", "").replace("\u2212", "-").lstrip("<"))


def levels(run: RunFolder, words: Wording) -> Table:
    """By year the mean and what suffices in so many of a hundred cases; their intervals stand in the annex."""
    unit = UNITS[words.lang]["money"]
    kept = [
        q
        for q in ("p50", "p80", "p95")
        if any(withheld(r, q) or math.isfinite(r[q]) for r in (run.row("paid", TOTAL, year) for year in run.cash_years_and_total))
    ]
    rows = [
        [
            Cell(words.say("risk.all_years") if year == TOTAL else str(year)),
            *(number(number_of(run.row("paid", TOTAL, year), unit, c)) for c in ("mean", *kept)),
        ]
        for year in run.cash_years_and_total
    ]
    header = [words.say("risk.year"), words.say("risk.mean"), *(words.say(f"answer.card_{q}") for q in kept)]
    return Table(words.say("risk.levels"), header, rows, aside=_unit_note(words), strong=[-1], note=words.say("funding.quantiles_note"))


def quantiles(run: RunFolder, words: Wording) -> Table:
    """Payouts by year: mean and quantiles with errors and intervals; with an appropriation also it and the chance of an overrun."""
    return funding_sheets.quantiles(run.summary, words, run.appropriation)


def estimate(row: pd.Series, unit: Unit, words: Wording, column: str = "mean") -> Cell:
    """A mean with its standard error beneath it, or a quantile with its 95 % interval."""
    return with_margin(number_of(row, unit, column), words)


def balance(run: RunFolder, words: Wording, beyond: bool = False) -> Table:
    """What is paid, what comes back and what remains, by year: means. beyond: what the net cost is not made of, instead."""
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
        ("induced_as_booked", "row_booked"),
        ("clawback_due", "row_due"),
    ]
    within = (*NET, "net_cost")
    lines = [(m, key) for m, key in lines if (m not in within) == beyond]
    idle = ("measures_cost", "support_saved")  # said only where there is any
    lines = [(m, key) for m, key in lines if run.has(m) and not (m in idle and run.row(m)["mean"] == 0)]
    lines = [(m, key) for m, key in lines if key not in _OF_SHARING or reassigned_from(run)]
    header = [words.say("growth.item"), *(words.say("cost.total") if y == TOTAL else str(y) for y in years)]
    found = {measure: [run.row(measure, TOTAL, y) for y in years] for measure, _ in lines}
    printed = paid_as_printed(run, unit)
    cells = _balanced(found, unit, [printed[TOTAL, year] for year in years] if printed else None)
    said = {"year": reassigned_from(run)}
    rows = [[Cell(words.say(f"growth.{key}", **(said if key in _OF_SHARING else {}))), *cells[measure]] for measure, key in lines]
    title = words.say("growth.beyond" if beyond else "growth.table")
    return Table(title, header, rows, aside=_unit_note(words), strong=[i for i, (measure, _) in enumerate(lines) if measure == "net_cost"])


_OF_SHARING = ("row_reassigned", "row_booked")  # said only where the shares of taxes change within the years played


def reassigned_from(run: RunFolder) -> int:
    """The first year in which revenue moves between levels of government, against the rules of the base year; 0: in none."""
    if not run.has("reassigned_tax"):
        return 0
    moved = run.by_year("reassigned_tax")["mean"]
    return next((year for year in run.years if year in moved.index and moved[year]), 0)


def balance_note(run: RunFolder, words: Wording) -> str:
    """How induced tax is counted: by whose sharing rules only where they change within the years played."""
    year = reassigned_from(run)
    return words.say("growth.note_reassigned", year=year) if year else words.say("growth.note")


NET = {
    "paid": 1,
    "administration": 1,
    "measures_cost": 1,
    "crowded_out": 1,
    "clawback_recovered": -1,
    "support_saved": -1,
    "induced_tax": -1,
}  # what the net cost is made of


def _balanced(found: Mapping[str, Sequence[pd.Series]], unit: Unit, paid: list[Decimal] | None) -> dict[str, list[Cell]]:
    """The rows of the balance: sums over years and the net cost follow from what is printed. paid: as other tables print it."""
    printed: dict[str, list[Decimal]] = {}
    for measure, rows in found.items():
        numbers = [unit.rounded(float(row["mean"])) for row in rows]
        if all(one.is_finite() for one in numbers):
            numbers[-1] = sum(numbers[:-1], Decimal(0))
        printed[measure] = paid if measure == "paid" and paid else numbers
    if "net_cost" in printed:
        printed["net_cost"] = [
            sum((sign * printed[m][j] for m, sign in NET.items() if m in printed), Decimal(0)) for j in range(len(printed["net_cost"]))
        ]
    shown_in: dict[str, list[Cell]] = {}
    for measure, rows in found.items():
        held = any(withheld(row) for row in rows)
        shown_in[measure] = [
            number(number_of(row, unit) if held else replace(number_of(row, unit), printed=shown))
            for shown, row in zip(printed[measure], rows, strict=True)
        ]
    return shown_in


def targets(run: RunFolder, words: Wording, intervals: bool = False) -> Parts:
    """Each target with its numbers, what is projected for its year, and the chance that it is reached. intervals: of median and range,
    too."""
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
        digits, at = 0 if target.unit == "count" else 1, bands.loc[target.year] if target.year in bands.index else pd.Series(dtype=float)
        if len(at):
            middle = with_unit(unit.text(at["p50"], digits=digits), unit, words)
            spread = range_text(unit.text(at["p5"], digits=digits), unit.text(at["p95"], digits=digits), unit, words)
        ends = _target_ends(run.row(target.column, TOTAL, target.year), target, unit, words) if intervals else ("", "")
        chances = [chance_cell(run.row(m, target.key, target.year), words) for m in ("target", "target_fully")]
        if target.high <= target.low:
            chances[1] = Cell(MISSING, number=True)
        rows.append(
            [
                Cell(words.pick(target.names)),
                Cell(goal(target, words), True, of=Number(target.low, unit, 0.0) if target.high <= target.low else None),
                Cell(middle, True, ends[0], Number(float(at["p50"]), unit, digits=digits) if len(at) else None),
                Cell(spread, number=True, note=ends[1]),
                *chances,
            ]
        )
    note = Paragraph(words.say("targets.table_note"), "small") if intervals else None
    return Table(words.say("targets.table"), header, rows), note


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


def chance_cell(row: Mapping[str, Any], words: Wording, name: str = "probability") -> Cell:
    """A probability, its 95 % interval beneath it. row: columns `name`, name_low, name_high."""
    low, high = (float(row.get(f"{name}_{end}", math.nan)) for end in ("low", "high"))
    return with_margin(Number(float(row[name]), CHANCE, ends=(low, high), withheld=name == "probability" and withheld(row)), words)


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
