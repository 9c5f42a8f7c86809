"""What the policy brings, and how sure that is: who gets the tax, what it costs per result, what would have to be true."""

from __future__ import annotations

import html
import math

import pandas as pd

from simulator.report import page
from simulator.report.page import Cell, table
from simulator.report.record import RunFolder
from simulator.report.rounding import MISSING, UNITS, percent, shown
from simulator.report.wording import Wording

PURSES = ("district", "zone_and_towns", "municipality", "centre")
WIDE_NUMBER = 1e5  # amounts from here on are shown in 万元 / million


def purses(run: RunFolder, words: Wording) -> str:
    """Induced tax by purse, each level of government apart: mean and interval of all years."""
    if not run.has("induced_district"):
        return ""
    unit = UNITS[words.lang]["money"]
    rows = []
    for purse in PURSES:
        row = run.row(f"induced_{purse}")
        rows.append([Cell(words.say(f"returns.{purse}")), *(Cell(shown(row, unit, c), number=True)
                                                            for c in ("mean", "p5", "p50", "p95"))])
    header = [words.say("returns.purse"), words.say("risk.mean"), "P5", "P50", "P95"]
    return table(words.say("returns.purses"), header, rows, aside=words.say("unit.table", unit=words.say("unit.money")))


def ratios(run: RunFolder, words: Wording) -> str:
    """Cost per result, each a ratio of means; break-even, where "never" is an answer."""
    if not run.has("deadweight"):
        return ""
    lang = words.lang
    money, rows = UNITS[lang]["money"], []

    def line(key: str, value: str) -> None:
        rows.append([Cell(words.say(f"returns.{key}")), Cell(value, number=True)])

    line("deadweight", percent(run.row("deadweight")["mean"]))
    cost = run.row("cost_per_enterprise")
    line("cost_per_enterprise", words.say("returns.money", amount=shown(cost, money)) if _finite(cost) else MISSING)
    sales = run.row("cost_per_sales")
    line("cost_per_sales", words.say("returns.yuan", amount=f"{sales['mean']:.3f}") if _finite(sales) else MISSING)
    line("rebate_share", percent(run.row("rebate_share")["mean"]))
    for key in ("net_social", "net_treasury"):
        line(key, words.say("returns.money", amount=shown(run.row(key), money)))
    year = run.row("break_even_year")["mean"]
    line("break_even_year", f"{year:.0f}" if math.isfinite(year) else words.say("returns.never"))
    multiple = run.row("butfor_break_even")
    line("butfor_break_even", words.say("returns.multiple", multiple=f"{multiple['mean']:.1f}") if _finite(multiple)
         else words.say("returns.never"))
    return table(words.say("returns.ratios"), [words.say("growth.item"), words.say("returns.value")], rows)


def backtest(run: RunFolder, words: Wording) -> str:
    """Where the published growth of online retail fell in the planner's band."""
    if "backtest" not in run.analyses:
        return ""
    rows = []
    for entry in run.analyses["backtest"].to_dict("records"):
        low, high = _per_cent(entry["p10"]), _per_cent(entry["p90"])
        band = words.say("unit.plain_range", low=low, high=high)
        rows.append([Cell(f"{entry['year']:.0f}"), *(Cell(text, number=True) for text in (
            _per_cent(entry["published"]), _per_cent(entry["p50"]), band, percent(entry["position"]),
            f"{entry['crps']:.3f}", f"{entry['crps_naive']:.3f}"))])
    header = [words.say(f"backtest.{key}") for key in ("year", "published", "median", "band", "position", "score", "naive")]
    note = page.paragraph(html.escape(words.say("backtest.note")), "small")
    return table(words.say("backtest.title"), header, rows) + note


def conditions(run: RunFolder, words: Wording) -> str:
    """For each target the value of an assumption at which its probability passes one half."""
    found = run.analyses.get("conditions", pd.DataFrame())
    if found.empty:
        return ""
    names, labels = {t.key: words.pick(t.names) for t in run.targets}, _labels(run, words)
    rows = []
    for entry in found.to_dict("records"):
        needed = _amount(entry["needed"], entry["unit"], words) if math.isfinite(entry["needed"]) else \
            words.say("conditions.none")
        rows.append([Cell(names.get(entry["target"], entry["target"])), Cell(percent(entry["probability"]), number=True),
                     Cell(labels.get(entry["assumption"], entry["assumption"])),
                     Cell(_amount(entry["assumed"], entry["unit"], words), number=True), Cell(needed, number=True)])
    header = [words.say(f"conditions.{key}") for key in ("target", "probability", "assumption", "assumed", "needed")]
    note = page.paragraph(html.escape(words.say("conditions.note")), "small")
    return table(words.say("conditions.title"), header, rows) + note


def alternatives(run: RunFolder, words: Wording) -> str:
    """The targets by other definitions: median and chance in the target's year."""
    rows = []
    for other in run.record.get("alternatives", []):
        row, chance = run.row(other["column"], year=other["year"]), run.row("target", other["key"], other["year"])
        middle = _per_cent(row["p50"]) if other["unit"] == "share" else UNITS[words.lang]["count"].text(row["p50"], digits=0)
        rows.append([Cell(words.pick({"zh": other["zh"], "en": other["en"]})), Cell(middle, number=True),
                     Cell(percent(chance["probability"]), number=True)])
    if not rows:
        return ""
    header = [words.say("targets.target"), words.say("targets.median"), words.say("targets.reached")]
    return table(words.say("targets.otherwise"), header, rows)


def drivers(run: RunFolder, words: Wording, only: str = "") -> str:
    """For each headline result (or `only` one): parameters against luck, the weakest source, the assumptions that matter."""
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
    for entry in found.to_dict("records"):
        matters = [part.rsplit(" ", 1) for part in str(entry["drivers"]).split("; ")[:3] if " " in part]
        shown_drivers = separator.join(f"{labels.get(path, path)} {value}".replace("-", "\u2212") for path, value in matters)
        rows.append([Cell(names.get(entry["result"], entry["result"])),
                     Cell(percent(min(1.0, max(0.0, entry["parameter_share"]))), number=True),
                     Cell(words.term("confidence", str(entry["letter"]))), Cell(shown_drivers)])
    header = [words.say(f"drivers.{key}") for key in ("result", "share", "letter", "matters")]
    note = page.paragraph(html.escape(words.say("drivers.note")), "small")
    return table(words.say("drivers.title"), header, rows) + note


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


def _finite(row: pd.Series) -> bool:
    return bool(math.isfinite(row.get("mean", math.nan)))
