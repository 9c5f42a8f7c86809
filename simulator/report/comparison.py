"""A comparison in words and tables: every change first, then paired differences by clause and year, quantiles, growth, legality."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from simulator.budget.compare import Comparison
from simulator.budget.summary import TOTAL
from simulator.document import Table
from simulator.document.numbers import UNITS
from simulator.render.text import tables as as_text
from simulator.report.saved import save as save_sheets
from simulator.report.sources import named
from simulator.report.tabled import tabled
from simulator.report.wording import Wording, load


def text(result: Comparison, lang: str = "zh") -> str:
    """What a terminal shows: of the quantiles only those of all years together."""
    short = replace(result, quantiles=result.quantiles[result.quantiles["year"] == TOTAL])
    return as_text(*sheets(short, lang).values(), legend=load(lang).say("matters.margins"))


def save(result: Comparison, path: str | Path, lang: str = "zh") -> Path:
    """Write FILE.csv (the differences; what was changed, quantiles and outcomes beside it) or FILE.xlsx."""
    frames = {
        "differences": result.differences,
        "changed": result.changed,
        "quantiles": result.quantiles,
        "outcomes": result.outcomes,
        "legality": result.legality,
    }
    return save_sheets(path, sheets(result, lang), frames, load(lang))


def sheets(result: Comparison, lang: str) -> dict[str, Table]:
    """The tables by name of their sheet."""
    words = load(lang)
    made = {
        "sheet_changed": _changed(result, words),
        "sheet_differences": _differences(result, words),
        "sheet_quantiles": _quantiles(result, words),
        "sheet_outcomes": _outcomes(result, words),
    }
    if len(result.legality):
        made["sheet_legality"] = legality(result.legality, words)
    return {words.say(f"compare.{key}"): sheet for key, sheet in made.items()}


def legality(flags: pd.DataFrame, words: Wording) -> Table:
    """Flags of the law (article, since, document, effect_zh, effect_en)."""
    columns = {words.say(f"legality.{key}"): "text" for key in ("article", "since", "document", "effect")}
    rows = [(r.article, r.since, r.document, getattr(r, f"effect_{words.lang}")) for r in flags.itertuples()]
    return tabled(words.say("legality.title"), columns, rows, words, words.say("legality.note"))


def _source(source: str, words: Wording) -> str:
    """The article a setting stands in, or what is known of it."""
    return words.term("confidence", source) if source in ("", "J") else named(source, words)


def _changed(result: Comparison, words: Wording) -> Table:
    keys = ("scenario", "path", "was", "now", "article", "meaning")
    rows = [
        (r.scenario, r.path, r.baseline, r.reform, _source(str(r.article), words), getattr(r, words.lang))
        for r in result.changed.itertuples()
    ]
    return tabled(
        words.say("compare.changed"),
        {words.say(f"compare.{k}"): "text" for k in keys},
        rows,
        words,
        "" if rows else words.say("compare.nothing"),
    )


def _differences(result: Comparison, words: Wording) -> Table:
    """Clause × year: the mean difference with its error, and in how many draws it is above 0."""
    table, scale = result.differences, UNITS[words.lang]["money"].scale
    years = sorted({y for y in table["year"] if y != TOTAL})
    names = {r.clause: f"{r.article} {getattr(r, words.lang)}" for r in result.clauses.itertuples()}
    names[TOTAL] = words.say("compare.total")
    columns = {words.say("compare.scenario"): "text", words.say("compare.clause"): "text"}
    columns |= {str(year): "signed±" for year in years}
    columns |= {words.say("compare.all_years"): "signed±", words.say("compare.higher"): "share[]"}
    rows = []
    for (scenario, clause), part in table.groupby(["scenario", "clause"], sort=False):
        by_year = part.set_index("year")
        whole = by_year.loc[TOTAL]
        cells = [tuple(by_year[c].get(year, float("nan")) / scale for c in ("mean", "standard_error")) for year in [*years, TOTAL]]
        rows.append((scenario, names.get(clause, clause), *cells, tuple(whole[f"share_higher{end}"] for end in ("", "_low", "_high"))))
    return tabled(words.say("compare.differences"), columns, rows, words, words.say("compare.paired"))


def _quantiles(result: Comparison, words: Wording) -> Table:
    kinds = {"scenario": "text", "year": "text", "quantile": "text", "was": "number[]", "now": "number[]", "difference": "signed[]"}
    scale = UNITS[words.lang]["money"].scale
    rows = [
        (
            r.scenario,
            words.say("compare.all_years") if r.year == TOTAL else str(r.year),
            f"P{r.quantile}",
            *(
                tuple(value / scale for value in values)
                for values in (
                    (r.baseline, r.baseline_low, r.baseline_high),
                    (r.reform, r.reform_low, r.reform_high),
                    (r.difference, r.low, r.high),
                )
            ),
        )
        for r in result.quantiles.itertuples()
    ]
    return tabled(
        words.say("compare.quantiles"),
        {words.say(f"compare.{k}"): kind for k, kind in kinds.items()},
        rows,
        words,
        words.say("compare.sectioning"),
    )


def _outcomes(result: Comparison, words: Wording) -> Table:
    kinds = {"scenario": "text", "outcome": "text", "difference": "signed±"}
    scale = UNITS[words.lang]["money"].scale
    rows = [
        (r.scenario, words.say(f"compare.{r.outcome}"), (r.mean / scale, r.standard_error / scale)) for r in result.outcomes.itertuples()
    ]
    return tabled(words.say("compare.outcomes"), {words.say(f"compare.{k}"): kind for k, kind in kinds.items()}, rows, words)
