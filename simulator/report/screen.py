"""Results as text for a terminal."""

from __future__ import annotations

from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from simulator.budget.result import BudgetRun
from simulator.budget.summary import TOTAL
from simulator.document.numbers import MISSING, UNITS
from simulator.engine.elsewhere import elsewhere, lacking_years
from simulator.money import FEN
from simulator.render.text import grid, tables
from simulator.report import funding_sheets, precision
from simulator.report.invented import lacking, whose
from simulator.report.wording import load

_DECIMALS = {"zh": 1, "en": 3}  # of 万元 and of a million: to the thousand CNY


def _money(yuan: float | None, lang: str, rounding: str = ROUND_HALF_UP) -> str:
    if yuan is None or pd.isna(yuan):
        return MISSING
    scaled = Decimal(repr(float(yuan))) / Decimal(repr(UNITS[lang]["money"].scale))
    return f"{scaled.quantize(Decimal(1).scaleb(-_DECIMALS[lang]), rounding=rounding) + 0:,f}"


def budget(result: BudgetRun, lang: str = "zh", *, intervals: bool = True) -> str:
    """The budget by year: cash paid and its quantiles, with an appropriation it and the chance of an overrun, each with its error or
    interval. intervals: False where that table is shown otherwise."""
    scenario = result.scenario
    words = load(lang, any(year in scenario.examples for year in scenario.funds))
    shown = [
        words.say(
            "screen.head",
            title=words.pick({"zh": scenario.zh, "en": scenario.en}),
            name=scenario.name,
            draws=f"{scenario.draws:,}",
            seed=scenario.seed,
            unit=words.say("unit.money"),
        )
    ]
    if result.population is None or result.population.synthetic:
        clauses = {slug: {"zh": block.zh, "en": block.en} for slug, block in scenario.law.blocks.items()}
        shown += whose(elsewhere(scenario), clauses, words)
    shown += lacking(lacking_years(scenario, result.population), words)
    if intervals:
        funds = {year: fen / FEN for year, fen in scenario.funds.items()}
        table = funding_sheets.quantiles(result.summary, words, funds, ("p5", "p50", "p80", "p95"))
        shown.append(tables(table, legend=words.say("matters.margins")))
    if result.precision:
        names = {slug: words.pick({"zh": b.zh, "en": b.en}) for slug, b in scenario.law.blocks.items()}
        shown.append(precision.sentence(asdict(result.precision), names, words))
    return "\n\n".join(shown)


def expected(result: BudgetRun, lang: str = "zh") -> str:
    """Mean cash by year as drawn, and with arrivals and market at their expectation; how many times the draws that is worth."""
    words, rows = load(lang), []
    for row in result.expected[(result.expected["measure"] == "paid") & (result.expected["clause"] == TOTAL)].to_dict("records"):
        was, now = row["standard_error"], row["expected_error"]
        rows.append(
            (
                words.say("screen.total") if row["year"] == TOTAL else str(row["year"]),
                f"{_money(row['mean'], lang)} ± {_money(was, lang)}",
                f"{_money(row['expected'], lang)} ± {_money(now, lang)}",
                f"{(was / now) ** 2:.2f}" if now > 0 else MISSING,
            )
        )
    return grid([words.say(f"screen.{key}") for key in ("year", "mean", "expected", "worth")], rows)


def verified(found: pd.DataFrame, lang: str) -> str:
    """What a verification found: every file that is not as it was made, then how many there are of each kind."""
    words = load(lang)
    wrong = found[~found["state"].isin(["same", "repeated"])]
    counts = [
        words.say("verify.count", state=words.say(f"verify.{state}"), count=f"{count:,}")
        for state, count in found["state"].value_counts(sort=False).items()
    ]
    end = words.say("source.separator").join(counts)
    if wrong.empty:
        return end
    rows = [(row.file, words.say(f"verify.{row.state}"), words.term("verify", row.note)) for row in wrong.itertuples()]
    return grid([words.say(f"verify.{key}") for key in ("file", "state", "note")], rows, left=3) + "\n\n" + end


def purged(found: pd.DataFrame, lang: str) -> str:
    """What a purge left, each with the reason; how many files are gone; what deleting is not."""
    words = load(lang)
    left = found[found["state"] != "gone"]
    end = words.say("purge.end", gone=f"{len(found) - len(left):,}", left=f"{len(left):,}") + "\n" + words.say("purge.honest")
    rows = [(row.file, words.say(f"purge.{row.state}")) for row in left.itertuples()]
    return (grid([words.say("purge.file"), words.say("purge.why")], rows, left=2) + "\n\n" if rows else "") + end
