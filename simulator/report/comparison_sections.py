"""The comparison's sections: what each scenario costs, what was changed, and what that changes, draw by draw."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from simulator.document import Block, Cell, Figure, Paragraph, Table, number
from simulator.document.numbers import MISSING, UNITS, WITHHELD, Unit, number_of, shown, withheld
from simulator.render.pictures import pictured
from simulator.report import bridges, legality, making, page
from simulator.report.page import Part
from simulator.report.settings import reading_text, value_and_unit
from simulator.report.tables import chance_cell, chance_text
from simulator.report.wording import Wording, load
from simulator.store.comparisons import ComparisonFolder
from simulator.store.record import TOTAL, RunFolder

__all__ = ["cover", "answer", "changed", "bridge", "difference", "made", "end"]
ARTICLES = ("二", "三", "四", "五")  # of the text: what a change of the law cites
SHOWN = (50, 80, 95)  # of the quantiles kept
end = making.end
_CONTENTS = {
    "answer": "comparison.answer",
    "changed": "comparison.changed",
    "bridge": "comparison.bridge",
    "difference": "comparison.differences",
    "made": "made.plain",
}


def cover(comparison: ComparisonFolder, lang: str) -> Part:
    """Title, and which scenarios are compared."""
    words = load(lang)
    _, *facts = making.run_facts(comparison, words)
    named = words.say("source.separator").join(_title(run, words) for run in comparison.runs)
    facts = [words.say("page.scenarios", scenarios=named), *facts]
    return making.front(comparison, words, words.say("comparison.kicker"), making.policy_name(comparison, words), facts, sections=_CONTENTS)


def answer(comparison: ComparisonFolder, lang: str) -> Part:
    """What each scenario costs, and by how much it differs from the baseline, with common random numbers."""
    words, unit = load(lang), UNITS[lang]["money"]
    base, *reforms = comparison.runs
    sentences = []
    for run in reforms:
        change = comparison.difference(run)
        if change["withheld"]:
            continue
        said = {
            "reform": _title(run, words),
            "baseline": _title(base, words),
            "error": _error(change, words),
            "change": shown(change, unit).lstrip("\u2212"),
            "higher": chance_text(change, words, "share_higher"),
        }
        key = "same" if change["mean"] == 0 else "dearer" if change["mean"] > 0 else "cheaper"
        if key == "same":
            said = {"reform": said["reform"], "baseline": said["baseline"]}
        sentences.append(Paragraph(words.rich(f"comparison.{key}", **said), "lead"))
    header = [words.say(f"comparison.{k}") for k in ("scenario", "paid", "p50", "p80", "p95", "difference", "higher", "net")]
    rows = []
    for run in comparison.runs:
        paid, change = run.row("paid"), None if run is base else comparison.difference(run)
        rows.append(
            [
                Cell(_title(run, words)),
                *(number(number_of(paid, unit, c)) for c in ("mean", "p50", "p80", "p95")),
                Cell(MISSING if change is None else _signed(change, words), number=True),
                Cell(MISSING, number=True) if change is None else chance_cell(change, words, "share_higher"),
                number(number_of(run.row("net_cost"), unit)),
            ]
        )
    money = words.say("unit.table", unit=words.say("unit.money"))
    return page.section(
        "answer",
        words.say("comparison.answer"),
        words.tag,
        *sentences,
        Table(words.say("comparison.table"), header, rows, aside=money),
        Paragraph(words.say("comparison.note"), "small"),
    )


def changed(comparison: ComparisonFolder, lang: str) -> Part:
    """Every setting that differs from the baseline, with its article; then the doubts about legality the years reach."""
    words = load(lang)
    titles = dict(zip(dict.fromkeys(comparison.differences["scenario"]), comparison.runs[1:], strict=True))
    labels: dict[str, Any] = {}
    for run in comparison.runs:
        labels |= {row.path: row for row in run.settings.itertuples()}
    rows = []
    for row in comparison.changed.itertuples():
        setting = labels.get(row.path)
        name = words.pick({"zh": setting.zh, "en": setting.en}) if setting else row.path
        if setting and setting.group == "interpretation":
            name = reading_text(setting, words)[0]
        values = [_value(v, setting, words) for v in (row.baseline, row.reform)]
        article = str(getattr(row, "article", "") or "")
        rows.append(
            [
                Cell(_title(titles[row.scenario], words)),
                Cell(name[:1].upper() + name[1:] or row.path, note=article if article.startswith(ARTICLES) else ""),
                *(Cell(value) for value, _ in values),
                Cell(values[1][1] or values[0][1]),
            ]
        )
    header = [words.say(f"comparison.{k}") for k in ("scenario", "setting", "before", "after")] + [words.say("readings.unit")]
    body = Table("", header, rows, style="settings changes") if rows else Paragraph(words.say("comparison.nothing"))
    flagged = [legality.section(run, words, only_reached=True) for run in comparison.runs]
    flags = max(flagged, key=lambda table: len(table.rows) if table else 0)
    return page.section("changed", words.say("comparison.changed"), words.tag, body, flags)


def bridge(comparison: ComparisonFolder, lang: str) -> Part:
    """From the baseline's mean cost to each reform's, clause by clause: the waterfall."""
    words = load(lang)
    base, *reforms = comparison.runs
    names = {c.slug: words.pick(c.names) for c in base.clauses if c.kind != "in_kind"}
    parts = []
    for run in reforms:
        steps = pd.DataFrame({slug: comparison.difference(run, slug)[["mean", "standard_error"]] for slug in names}).T
        levels = float(base.row("paid")["mean"]), float(run.row("paid")["mean"])
        if not all(map(math.isfinite, levels)) or steps["mean"].isna().any():  # outside: a step would follow from the others
            continue
        picture = bridges.waterfall(levels, steps.astype(float).fillna(0.0), names, (_title(base, words), _title(run, words)), words)
        title = words.say("comparison.waterfall", baseline=_title(base, words), reform=_title(run, words))
        parts.append(Figure(title, pictured(picture, title), words.say("comparison.waterfall_caption")))
    return page.section("bridge", words.say("comparison.bridge"), words.tag, *parts)


def difference(comparison: ComparisonFolder, lang: str) -> Part:
    """The differences by clause and year, with their error."""
    words = load(lang)
    base, *reforms = comparison.runs
    years = sorted({y for run in comparison.runs for y in run.cash_years})
    names = [(c.slug, words.pick(c.names), c.article) for c in base.clauses if c.kind != "in_kind"]
    money = words.say("unit.table", unit=words.say("unit.money"))
    header = [words.say("cost.clause"), *map(str, years), words.say("cost.total"), words.say("comparison.error")]
    parts = []
    for run in reforms:
        rows = []
        for slug, name, article in [*names, (TOTAL, words.say("cost.total"), "")]:
            whole = comparison.difference(run, slug)
            cells = [_signed(comparison.difference(run, slug, year), words) for year in years]
            rows.append(
                [
                    Cell(name, note=article),
                    *(Cell(c, number=True) for c in cells),
                    Cell(_signed(whole, words), number=True),
                    Cell(_error(whole, words), number=True),
                ]
            )
        parts.append(Table(words.say("comparison.by_year", reform=_title(run, words)), header, rows, aside=money, strong=[-1]))
    return page.section(
        "difference",
        words.say("comparison.differences"),
        words.tag,
        *parts,
        Paragraph(words.say("comparison.paired"), "small"),
        *_quantiles(comparison, words),
    )


def _quantiles(comparison: ComparisonFolder, words: Wording) -> list[Block]:
    """P50, P80 and P95 of all years and of each year both scenarios pay in: the difference with its 95 % interval."""
    found, money = comparison.quantiles, UNITS[words.lang]["money"]
    if found.empty:
        return []
    header = [words.say("risk.year"), *(text for q in SHOWN for text in (f"P{q}", words.say("risk.interval")))]
    aside, parts = words.say("unit.table", unit=words.say("unit.money")), []
    for run, name in zip(comparison.runs[1:], dict.fromkeys(comparison.differences["scenario"]), strict=True):
        of_one = found[found["scenario"] == name].set_index(["year", "quantile"])
        years = list(dict.fromkeys(of_one.index.get_level_values("year")))
        rows = [
            [
                Cell(words.say("risk.all_years") if year == TOTAL else year),
                *(Cell(text, number=True) for q in SHOWN for text in _interval(of_one.loc[(year, q)], money, words)),
            ]
            for year in years
        ]
        parts.append(Table(words.say("comparison.quantiles", reform=_title(run, words)), header, rows, aside=aside, strong=[-1]))
    return [*parts, Paragraph(words.say("comparison.sectioning"), "small")]


def _interval(row: pd.Series, unit: Unit, words: Wording) -> tuple[str, str]:
    """A quantile's difference with its sign, to the figures its interval supports, and that interval."""
    if row["withheld"]:
        return WITHHELD, WITHHELD
    error = float(row["high"] - row["low"]) / 4  # about one standard error; NaN where there is no interval
    low, high = (unit.text(float(row[k]), error) for k in ("low", "high"))
    return unit.text(float(row["difference"]), error, signed=True), words.say("risk.range", low=low, high=high) if error >= 0 else MISSING


def _value(value: str, setting: Any, words: Wording) -> tuple[str, str]:
    """A setting's value and unit as a person reads it; of a reading, what it means."""
    if value == MISSING or setting is None:
        return value, ""
    if setting.group == "interpretation":
        return reading_text(setting._replace(value=value), words)[1], ""
    return value_and_unit(value, setting.unit, words)


def made(comparison: ComparisonFolder, lang: str) -> Part:
    """What is needed to make the numbers again."""
    return making.made(comparison, lang, "made.plain")


def _title(run: RunFolder, words: Wording) -> str:
    return words.pick(run.record["title"])


def _signed(row: pd.Series, words: Wording) -> str:
    """A difference with its sign; a plain 0 where nothing changes."""
    return shown(row, UNITS[words.lang]["money"], signed=True)


def _error(row: pd.Series, words: Wording) -> str:
    """A standard error to two figures at most."""
    unit, error = UNITS[words.lang]["money"], float(row["standard_error"])
    return shown(row, unit) if withheld(row) else unit.text(error, error / 10)
