"""The sections on what the policy brings: growth and revenue beside its cost, and its targets."""

from __future__ import annotations

import math

from simulator.document import Figure, Paragraph, Parts, Rich
from simulator.document.numbers import UNITS, shown
from simulator.render.pictures import pictured
from simulator.report import making, outlook_charts, page, tables
from simulator.report.outlook_charts import TargetPath
from simulator.report.page import Part
from simulator.report.wording import Wording, load
from simulator.store.record import TOTAL, RunFolder


def growth(run: RunFolder, lang: str, heading: str = "") -> Part:
    """Cost beside the growth of online retail and the tax it brings."""
    words, money, big = load(lang), UNITS[lang]["money"], UNITS[lang]["big"]
    sales = run.by_year("online_sales").dropna(subset=["p5", "p50", "p95"])
    lead: Parts = ()
    chart: Parts = ()
    if years := [year for year in sales.index if year in run.years]:
        said = {
            "year": max(years),
            "sales": shown(run.row("online_sales", TOTAL, max(years)), big, "p50"),
            "induced": shown(run.row("induced_tax"), money),
            "paid": shown(run.row("paid"), money),
        }
        figure = outlook_charts.growth(run.by_year("paid"), run.by_year("induced_tax"), sales, words)
        picture = pictured(figure, words.say("growth.chart_alt"))
        lead = Paragraph(words.rich("growth.lead", **said), "lead")
        chart = Figure(words.say("growth.chart"), picture, words.say("growth.caption"))
    note = Paragraph(tables.balance_note(run, words), "small")
    name = words.say(heading) if heading else making.numbered(run, words, "growth")
    return page.section("growth", name, words.tag, lead, tables.balance(run, words), note, chart)


def targets(run: RunFolder, lang: str, heading: str = "", chart: bool = False) -> Part:
    """How likely the policy's targets are reached. Empty for a policy without targets. chart: and the paths to them."""
    words = load(lang)
    if not run.targets:
        return Part("targets", "", words.tag)
    return page.section(
        "targets",
        words.say(heading) if heading else making.numbered(run, words, "targets"),
        words.tag,
        _targets_lead(run, words),
        tables.targets(run, words),
        paths(run, words) if chart else (),
        Paragraph(words.say("targets.note", year=run.targets[0].year), "small"),
        Paragraph(words.pick(said), "small") if (said := run.record["policy"].get("targets_note")) else (),
    )


def paths(run: RunFolder, words: Wording) -> Parts:
    """The chart of each target's quantity, year by year, beside the target."""
    found = []
    for target in run.targets:
        bands = run.band(target.column)
        bands = bands.loc[bands.index.isin(run.years)]
        if len(bands):
            unit, goal = tables.target_unit(target, words), tables.goal(target, words)
            if run.has(target.column):  # quantiles worked out from the draws have no interval
                bands = bands.join(run.by_year(target.column)[["p50_low", "p50_high"]])
            found.append(TargetPath(words.pick(target.names), goal, bands, target.low, target.high, target.year, unit))
    if not found:
        return ()
    return Figure(
        words.say("targets.chart"),
        pictured(outlook_charts.targets(found, words), words.say("targets.chart_alt")),
        words.say("targets.caption"),
    )


def _targets_lead(run: RunFolder, words: Wording) -> Parts:
    """The target most, and the one least, likely to be reached."""
    chances = {t.key: float(run.row("target", t.key, t.year)["probability"]) for t in run.targets}
    known = [t for t in run.targets if math.isfinite(chances[t.key])]
    if not known:
        return ()
    best, worst = max(known, key=lambda t: chances[t.key]), min(known, key=lambda t: chances[t.key])
    said = {
        "year": best.year,
        "best": words.pick(best.names),
        "best_probability": tables.chance_text(run.row("target", best.key, best.year), words),
        "worst": words.pick(worst.names),
        "worst_probability": tables.chance_text(run.row("target", worst.key, worst.year), words),
    }
    return Paragraph(words.rich("targets.lead", **said) + _lever(run, best.key, words), "lead")


def _lever(run: RunFolder, target: str, words: Wording) -> Rich | str:
    """The assumption that a chance rests on most, so that nobody takes for a finding what was put in; "" where it is not known."""
    found = run.analyses.get("conditions")
    entry = next((e for e in ([] if found is None else found.to_dict("records")) if e["target"] == target), None)
    if entry is None:
        return ""
    labels = run.rows_of("assumptions").set_index("path")
    path = f"assumptions.{entry['assumption']}"
    if path not in labels.index:
        return ""
    row = labels.loc[path]
    letter = words.term("confidence", row["confidence"])
    return words.rich("targets.lever", assumption=row[words.lang], letter=letter)
