"""What the policy brings, and how sure that is: who gets the tax, what it costs per result, what would have to be true."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from simulator.document import Cell, Paragraph, Parts, Table, number
from simulator.document.numbers import (
    MISSING,
    PERCENT,
    UNITS,
    WITHHELD,
    Number,
    Unit,
    error_of,
    number_of,
    percent,
    shown,
)
from simulator.report.tabled import with_margin
from simulator.report.tables import chance_cell, margin
from simulator.report.wording import Wording
from simulator.store.record import RunFolder

GOVERNMENTS = ("district", "zone_and_towns", "municipality", "centre")
FINE, SCORE = Unit("fine", 1, 4), Unit("score", 1, 4)  # of ratios; of forecasts
WIDE_NUMBER = 1e5  # amounts from here on are shown in 万元 / million


def by_government(run: RunFolder, words: Wording) -> Parts:
    """Induced tax by level of government: mean and interval of all years."""
    if not run.has("induced_district"):
        return ""
    unit = UNITS[words.lang]["money"]
    rows = []
    for level in GOVERNMENTS:
        row = run.row(f"induced_{level}")
        rows.append([Cell(words.say(f"returns.{level}")), *(number(number_of(row, unit, c)) for c in ("mean", "p5", "p50", "p95"))])
    header = [words.say("returns.government"), words.say("risk.mean"), "P5", "P50", "P95"]
    return Table(words.say("returns.governments"), header, rows, aside=words.say("unit.table", unit=words.say("unit.money")))


def ratios(run: RunFolder, words: Wording) -> Parts:
    """Cost per result, each a ratio of means; break-even, where "never" is an answer; each with its Monte Carlo error."""
    if not run.has("deadweight"):
        return ""
    units = UNITS[words.lang]
    money, share = units["money"], units["share"]

    def line(key: str, unit: Unit, said: str) -> list[Cell]:
        """A figure and its standard error, written into the sentence `said`."""
        row = run.row(key)
        value, error = float(row.get("mean", math.nan)), error_of(row)
        texts = [
            text if text in (MISSING, WITHHELD) else words.say(said, amount=text)
            for text in (shown(row, unit), unit.text(error, error / 10) if error > 0 else MISSING)
        ]
        if value == math.inf:
            texts[0] = words.say("returns.never")
        return [
            Cell(words.say(f"returns.{key}")),
            Cell(texts[0], number=True),
            Cell(f"± {texts[1]}" if texts[1] != MISSING else MISSING, number=True),
        ]

    rows = [
        line("deadweight", share, "returns.per_cent"),
        line("cost_per_enterprise", money, "returns.money"),
        line("cost_per_sales", FINE, "returns.yuan"),
        line("rebate_share", share, "returns.per_cent"),
        *(line(key, money, "returns.money") for key in ("net_social", "net_treasury")),
        line("butfor_break_even", FINE, "returns.multiple"),
        _break_even_year(run, words),
    ]
    header = [words.say("growth.item"), words.say("returns.value"), words.say("returns.margin")]
    return Table(words.say("returns.ratios"), header, rows), _assumed_share(run, words), _break_even(run, words)


def _assumed_share(run: RunFolder, words: Wording) -> Parts:
    """That the share that would be here anyway is mostly the assumption handed back, and its range over the draws."""
    row = run.row("deadweight")
    low, high = (percent(float(row.get(name, math.nan))) for name in ("p5", "p95"))
    if MISSING in (low, high):
        return ""
    return Paragraph(words.rich("returns.deadweight_note", low=low, high=high), "small")


def _break_even_year(run: RunFolder, words: Wording) -> list[Cell]:
    """The year in which the mean net impact of all years so far is no longer negative, and its interval."""
    year, low, high = (float(run.row(key)["mean"]) for key in ("break_even_year", "break_even_earliest", "break_even_latest"))
    texts = [f"{at:.0f}" if math.isfinite(at) else words.say("returns.later") for at in (low, high)]
    interval = (
        MISSING
        if math.isnan(low) or low == high == math.inf
        else texts[0]
        if low == high
        else words.say("risk.range", low=texts[0], high=texts[1])
    )
    named = words.say("returns.never") if year == math.inf else MISSING if math.isnan(year) else f"{year:.0f}"
    return [Cell(words.say("returns.break_even_year")), Cell(named, number=True), Cell(interval, number=True)]


def _break_even(run: RunFolder, words: Wording) -> Parts:
    """In how many of the draws that year has come, by year, and the median of the draws' own years."""
    if not run.has("break_even"):
        return ""
    years = [(year, run.row("break_even", year=year)) for year in run.cash_years]
    cells = [chance_cell(row, words) for _, row in years]
    rows = [[Cell(words.say("returns.broken_even")), *cells]]
    header = [words.say("growth.item"), *(str(year) for year, _ in years)]
    return Table(words.say("returns.break_even"), header, rows), _median_year(run.row("break_even_year"), words)


def _median_year(own: pd.Series, words: Wording) -> Parts:
    """The median of the draws' own years; "" where they are too few for its interval."""
    if math.isnan(own["p50_low"]):
        return ""
    said = {
        key: words.say("returns.later") if own[name] == math.inf else f"{own[name]:.0f}"
        for key, name in (("year", "p50"), ("low", "p50_low"), ("high", "p50_high"))
    }
    text = words.rich("returns.median_year", **said) if own["p50_low"] < math.inf else words.rich("returns.median_never")
    return Paragraph(text, "small")


def backtest(run: RunFolder, words: Wording) -> Parts:
    """Where the published growth of online retail fell in the planner's band."""
    if "backtest" not in run.analyses:
        return ""
    rows = []
    for entry in run.analyses["backtest"].to_dict("records"):
        low, high = _per_cent(entry["p10"]), _per_cent(entry["p90"])
        band = words.say("unit.plain_range", low=low, high=high)
        ends = (float(entry.get("p50_low", math.nan)), float(entry.get("p50_high", math.nan)))
        rows.append(
            [
                Cell(f"{entry['year']:.0f}"),
                number(Number(entry["published"], PERCENT, digits=1)),
                with_margin(Number(entry["p50"], PERCENT, ends=ends, digits=1), words),
                Cell(band, number=True),
                chance_cell(entry, words, "position"),
                with_margin(Number(entry["crps"], SCORE, float(entry.get("crps_error", math.nan)), digits=3), words),
                number(Number(entry["crps_naive"], SCORE, digits=3)),
            ]
        )
    header = [words.say(f"backtest.{key}") for key in ("year", "published", "median", "band", "position", "score", "naive")]
    note = Paragraph(words.say("backtest.note"), "small")
    return Table(words.say("backtest.title"), header, rows), note, _backtest_of_place(run, words)


def _backtest_of_place(run: RunFolder, words: Wording) -> Parts:
    """Where what was published of the place fell in what the run expects; "" where nothing was, or it may not be shown."""
    found = run.analyses.get("backtest_of_place")
    if found is None or found.empty:
        return ""
    rows = []
    for entry in found.to_dict("records"):
        said = {"ratio": "{:.1f}", "count": "{:,.0f}"}[entry["unit"]].format
        period = f"{entry['from']:.0f}–{entry['year']:.0f}" if entry["from"] < entry["year"] else f"{entry['year']:.0f}"
        given, band = (
            words.say("unit.plain_range", low=said(entry[low]), high=said(entry[high]))
            for low, high in (("published_low", "published_high"), ("p10", "p90"))
        )
        rows.append(
            [
                Cell(entry[words.lang]),
                Cell(period),
                Cell(said(entry["published"]), number=True, note=given),
                Cell(said(entry["p50"]), number=True),
                Cell(band, number=True),
                chance_cell(entry, words, "position"),
            ]
        )
    header = [words.say(f"backtest.{key}") for key in ("figure", "period", "found", "median", "band", "position")]
    note = Paragraph(words.say("backtest.place_note"), "small")
    return Table(words.say("backtest.place_title"), header, rows), note


def conditions(run: RunFolder, words: Wording) -> Parts:
    """For each target the value of an assumption at which its probability passes one half."""
    found = run.analyses.get("conditions", pd.DataFrame())
    if found.empty:
        return ""
    names, labels = {t.key: words.pick(t.names) for t in run.targets}, _labels(run, words)
    rows = []
    for entry in found.to_dict("records"):
        needed = _amount(entry["needed"], entry["unit"], words) if math.isfinite(entry["needed"]) else words.say("conditions.none")
        rows.append(
            [
                Cell(names.get(entry["target"], entry["target"])),
                chance_cell(entry, words),
                Cell(labels.get(entry["assumption"], entry["assumption"])),
                Cell(_amount(entry["assumed"], entry["unit"], words), number=True),
                Cell(needed, number=True, note=_needed_between(entry, words)),
            ]
        )
    header = [words.say(f"conditions.{key}") for key in ("target", "probability", "assumption", "assumed", "needed")]
    note = Paragraph(words.say("conditions.note"), "small")
    return Table(words.say("conditions.title"), header, rows), note


def _needed_between(entry: Mapping[str, Any], words: Wording) -> str:
    """The interval of the value needed; an open end is not in reach. "" where the folder or the draws have none."""
    ends = [float(entry.get(f"needed_{end}", math.nan)) for end in ("low", "high")]
    if any(map(math.isnan, ends)):
        return ""
    low, high = (_amount(end, entry["unit"], words) if math.isfinite(end) else words.say("conditions.open") for end in ends)
    return words.say("unit.between", low=low, high=high)


def alternatives(run: RunFolder, words: Wording) -> Parts:
    """The targets by other definitions: median and chance in the target's year."""
    rows = []
    for other in run.record.get("alternatives", []):
        row, chance = run.row(other["column"], year=other["year"]), run.row("target", other["key"], other["year"])
        middle, *ends = (
            _per_cent(x) if other["unit"] == "share" else UNITS[words.lang]["count"].text(x, digits=0)
            for x in (row["p50"], row.get("p50_low", math.nan), row.get("p50_high", math.nan))
        )
        note = words.say("unit.between", low=ends[0], high=ends[1]) if math.isfinite(row.get("p50_low", math.nan)) else ""
        rows.append(
            [Cell(words.pick({"zh": other["zh"], "en": other["en"]})), Cell(middle, number=True, note=note), chance_cell(chance, words)]
        )
    if not rows:
        return ""
    header = [words.say("targets.target"), words.say("targets.median"), words.say("targets.reached")]
    return Table(words.say("targets.otherwise"), header, rows)


def drivers(run: RunFolder, words: Wording, only: str = "") -> Parts:
    """For each headline result (or `only` one): parameters against chance, the weakest source, the assumptions that matter."""
    found = run.analyses.get("drivers", pd.DataFrame())
    if only and len(found):
        found = found[found["result"] == only]
    if found.empty:
        return ""
    labels, separator = _labels(run, words), words.say("source.separator")
    names = {"paid": words.say("drivers.paid"), "net_impact": words.say("drivers.net_impact")}
    names |= {f"paid.{c.slug}": words.pick(c.names) for c in run.clauses}
    names |= {f"target.{t.key}": words.say("drivers.target", name=words.pick(t.names)) for t in run.targets}
    rows = []
    for entry in found[found["letter"].notna()].to_dict("records"):  # what never varies depends on nothing
        matters = [part.rsplit(" ", 1) for part in str(entry["drivers"]).split("; ")[:3] if " " in part]
        shown_drivers = separator.join(f"{labels.get(path, path)} {value}".replace("-", "\u2212") for path, value in matters)
        rows.append(
            [
                Cell(names.get(entry["result"], entry["result"])),
                Cell(
                    percent(min(1.0, max(0.0, entry["parameter_share"]))),
                    number=True,
                    note=margin(entry["standard_error"], UNITS[words.lang]["share"], "%"),
                ),
                Cell(words.term("confidence", str(entry["letter"]))),
                Cell(shown_drivers),
            ]
        )
    header = [words.say(f"drivers.{key}") for key in ("result", "share", "letter", "matters")]
    note = Paragraph(words.say("drivers.note"), "small")
    return Table(words.say("drivers.title"), header, rows), note


def _labels(run: RunFolder, words: Wording) -> dict[str, str]:
    rows = run.rows_of("assumptions")
    return {path.removeprefix("assumptions."): label for path, label in zip(rows["path"], rows[words.lang], strict=True)}


def _per_cent(share: float) -> str:
    return f"{share * 100:.1f}%"


def _amount(value: float, unit: str, words: Wording) -> str:
    """An assumption's value as a table shows it."""
    if unit == "share":
        return _per_cent(value)
    if unit == "CNY" and abs(value) >= WIDE_NUMBER:
        return words.say("returns.money", amount=UNITS[words.lang]["money"].text(value, 0.0))
    return f"{value:,.2f}".replace("-", "\u2212")
