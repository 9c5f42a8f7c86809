"""The sections on what is paid: by clause and year, its range, and the risk that it exceeds the budget."""

from __future__ import annotations

import math

import pandas as pd

from simulator.document import Beside, Figure, Paragraph, Parts
from simulator.document.numbers import UNITS, percent, shown
from simulator.render.pictures import pictured
from simulator.report import charts, making, page, tables
from simulator.report.page import Part
from simulator.report.wording import Wording, words_of
from simulator.store.record import TOTAL, Clause, RunFolder


def cost(run: RunFolder, lang: str) -> Part:
    """Section 2: what each clause costs in each year."""
    words = words_of(run, lang)
    cash = [c for c in run.clauses if c.kind != "in_kind"]
    names = {c.slug: words.pick(c.names) for c in cash}
    means = pd.DataFrame({c.slug: run.by_year("paid", c.slug)["mean"] for c in cash})
    means = means.reindex(run.cash_years).fillna(0.0)  # of the drawing only: no bar where there is no row
    by_size = sorted(cash, key=lambda c: -_or_zero(run.row("paid", c.slug)["mean"]))
    alt = words.say("cost.chart_alt", first=names[by_size[0].slug])
    parts: list[Parts] = [
        _cost_lead(run, words, by_size),
        Figure(words.say("cost.chart"), pictured(charts.stack(means, names, words), alt)),
        tables.costs(run, words),
    ]
    in_kind = [c for c in run.clauses if c.kind == "in_kind"]
    if in_kind and {c.unit for c in in_kind} - {"places", ""}:
        listed = words.say("source.separator").join(words.pick(c.names) for c in in_kind)
        parts.append(Paragraph(words.rich("cost.in_kind_other", names=listed)))
    elif run.has("places") and in_kind:
        unit, count = UNITS[lang]["money"], UNITS[lang]["count"]
        places, value = shown(run.row("places"), count), shown(run.row("places_value"), unit)
        parts.append(Paragraph(words.rich("cost.in_kind", places=places, value=value)))
    return page.section("cost", making.numbered(run, words, "cost"), words.tag, *parts)


def _cost_lead(run: RunFolder, words: Wording, by_size: list[Clause]) -> Parts:
    """The three largest clauses and the costliest year; nothing where fewer than three cost anything."""
    if sum(run.row("paid", clause.slug)["mean"] != 0 for clause in by_size) < 3 or run.by_year("paid")["mean"].isna().all():
        return ()
    unit = UNITS[words.lang]["money"]
    said: dict[str, object] = {}
    for rank, clause in zip(("first", "second", "third"), by_size, strict=False):
        said |= {rank: words.pick(clause.names), f"{rank}_mean": shown(run.row("paid", clause.slug), unit)}
    dearest = int(run.by_year("paid")["mean"].dropna().idxmax())
    year_mean = shown(run.row("paid", TOTAL, dearest), unit)
    return Paragraph(words.rich("cost.lead", year=dearest, year_mean=year_mean, **said), "lead")


def risk(run: RunFolder, lang: str) -> Part:
    """Section 3: how far payouts may lie apart, and how likely the appropriation does not hold."""
    words = words_of(run, lang)
    bands = run.by_year("paid").dropna(subset=["p5", "p50", "p80", "p95"])
    parts: list[Parts] = []
    if len(bands):  # few draws support no outer quantiles
        funded = "_appropriation" if run.appropriation else ""
        caption = words.say(f"risk.fan_caption{funded}")
        picture = pictured(charts.fan(bands, run.appropriation, words), words.say(f"risk.fan_alt{funded}"))
        parts = [_risk_lead(run, words, bands), Figure(words.say("risk.fan"), picture, caption)]
    parts.append(tables.levels(run, words))
    return page.section("risk", making.numbered(run, words, "risk"), words.tag, *parts)


def _risk_lead(run: RunFolder, words: Wording, bands: pd.DataFrame) -> Paragraph:
    """The year with the highest median, and how its appropriation compares, where it is a bureau's own."""
    unit, peak = UNITS[words.lang]["money"], int(bands["p50"].idxmax())
    row = run.row("paid", TOTAL, peak)
    said = {"year": peak, "p50": shown(row, unit, "p50"), "p95": shown(row, unit, "p95")}
    if peak not in run.appropriation or run.example:
        return Paragraph(words.rich("risk.lead", **said), "lead")
    said["appropriation"] = unit.text(run.appropriation[peak], 0.0)
    said["probability"] = tables.chance_text(run.row("overrun", TOTAL, peak), words)
    return Paragraph(words.rich("risk.lead_appropriation", **said), "lead")


def curves(run: RunFolder, words: Wording) -> Parts:
    """The exceedance curve and, where there is an appropriation, the chance of an overrun by year."""
    whole, chance, mark, budget = run.row("paid"), run.row("overrun"), "", None
    quantiles = {q.upper(): float(whole[q]) for q in ("p50", "p80", "p95") if math.isfinite(whole[q])}
    if run.appropriation:
        budget = run.appropriation_total
        amount = UNITS[words.lang]["money"].text(budget, 0.0)
        mark = words.say("risk.exceedance_mark", amount=amount, probability=percent(chance["probability"]))
    totals, curves = run.paid_totals, []
    if len(totals):
        picture = charts.exceedance(totals, budget, mark, quantiles, words)
        curves = [
            Figure(words.say("risk.exceedance"), pictured(picture, words.say("risk.exceedance_alt")), words.say("risk.exceedance_caption"))
        ]
    by_year = run.by_year("overrun").dropna(subset=["probability"])
    if budget is None or not len(by_year):
        return Beside(curves) if curves else ()
    columns = ["probability", "probability_low", "probability_high"]
    chances = pd.concat([by_year[columns], chance[columns].to_frame().T.astype(float)])
    labels = [*map(str, by_year.index), words.say("risk.all_years")]
    drawn = pictured(charts.overrun(chances, labels, words), words.say("risk.overrun_alt"))
    bars = Figure(words.say("risk.overrun"), drawn, words.say("risk.overrun_caption"))
    return Beside((*curves, bars))


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0
