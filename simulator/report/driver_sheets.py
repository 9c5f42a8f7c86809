"""The drivers of the cost as tables of a terminal and a workbook: attribution, readings, sensitivity, notches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simulator.report import driver_words
from simulator.report.rounding import UNITS, WITHHELD, Unit, withheld
from simulator.report.sheets import Sheet
from simulator.report.wording import Wording


def _unit(words: Wording, key: str) -> str:
    return f"{words.say(key)} · {words.say('unit.money')}"


def _estimate(row: Mapping[str, Any], name: str, scale: float) -> object:
    """An estimate and its standard error; a mark where it is withheld."""
    return WITHHELD if withheld(row) else (row[name] / scale, row[f"{name}_error"] / scale)


def _margins(words: Wording) -> str:
    return words.say("matters.margins")


def _ends(words: Wording) -> tuple[str, str]:
    return words.say("workbook.low"), words.say("workbook.high")


def clauses(table: pd.DataFrame, names: Mapping[str, str], words: Wording, played: str = "") -> Sheet:
    """What each clause costs. names: of clauses, by slug; played: on what sets of clauses this rests."""
    scale = UNITS[words.lang]["money"].scale
    kinds = {words.say("attribution.clause"): "text"}
    for name in ("booked", "alone", "last_in", "shapley"):
        kinds[words.say(f"attribution.{name}")] = "number±"
    rows = [(names.get(row["clause"]) or words.say(f"attribution.{row['clause']}"),
             *(_estimate(row, v, scale) for v in ("booked", "alone", "last_in", "shapley"))) for row in table.to_dict("records")]
    notes = filter(None, (words.say("attribution.note"), played, _margins(words)))
    return Sheet(_unit(words, "attribution.title"), kinds, rows, note="\n".join(notes))


def causes(table: pd.DataFrame, words: Wording) -> Sheet:
    """Where the difference between together and alone comes from."""
    scale = UNITS[words.lang]["money"].scale
    kinds = {words.say("attribution.cause"): "text", words.say("attribution.amount"): "signed±"}
    rows = [(words.say(f"attribution.{r.cause}"), (r.mean / scale, r.standard_error / scale))
            for r in table.itertuples()]
    return Sheet(_unit(words, "attribution.causes"), kinds, rows)


def readings(table: pd.DataFrame, words: Wording) -> Sheet:
    """What every other reading would change."""
    scale = UNITS[words.lang]["money"].scale
    kinds = {words.say("reading_costs.switch"): "text", words.say("reading_costs.reading"): "text",
             words.say("reading_costs.change"): "signed±", words.say("reading_costs.share"): "share[]",
             words.say("matters.rank"): "text"}
    rows = []
    for r in table.itertuples():
        place = driver_words.rank(r.rank_low, r.rank_high, words) if r.share_changed else None
        switch, reading = (words.pick({lang: getattr(r, f"{what}_{lang}") for lang in ("zh", "en")}) for what in ("switch", "reading"))
        rows.append((f"{r.article} {switch}", reading, (r.mean / scale, r.standard_error / scale),
                     (r.share_changed, r.share_changed_low, r.share_changed_high), place))
    return Sheet(_unit(words, "reading_costs.title"), kinds, rows, left=2, note=_margins(words), ends=_ends(words))


def tornado(table: pd.DataFrame, names: Mapping[str, str], words: Wording) -> Sheet:
    """Each assumption at its ends. names: of assumptions, by path."""
    scale = UNITS[words.lang]["money"].scale
    kinds = {"result": "text", "assumption": "text", "low": "text", "high": "text", "at_low": "signed±", "at_high": "signed±",
             "swing": "signed±"}
    columns = {words.say(f"sensitivity.{k}"): kind for k, kind in kinds.items()}
    columns |= {words.say("sensitivity.draws"): "count", words.say("matters.rank"): "text"}
    rows = [(words.say(f"matters.{r['result']}"), names.get(r["path"], r["path"]), f"{r['low']:,.6g}", f"{r['high']:,.6g}",
             *(_estimate(r, k, scale) for k in ("at_low", "at_high", "swing")), r["draws"],
             driver_words.rank(r["rank_low"], r["rank_high"], words)) for r in table.to_dict("records")]
    return Sheet(_unit(words, "sensitivity.tornado"), columns, rows, left=2,
                 note=f"{words.say('sensitivity.tornado_note')}\n{_margins(words)}")


def indices(table: pd.DataFrame, names: Mapping[str, str], words: Wording) -> Sheet:
    """Shares of variance. names: of assumptions, by path."""
    columns = {words.say("sensitivity.result"): "text", words.say("sensitivity.factor"): "text",
               words.say("sensitivity.first_order"): "share[]", words.say("sensitivity.total_order"): "share[]",
               words.say("matters.rank"): "text"}
    rows = [(words.say(f"matters.{r.result}"), driver_words.factor(r.factor, r.paths, names, words),
             (r.first_order, r.first_order_low, r.first_order_high), (r.total_order, r.total_order_low, r.total_order_high),
             driver_words.rank(r.rank_low, r.rank_high, words)) for r in table.itertuples()]
    return Sheet(words.say("sensitivity.indices"), columns, rows, left=2, note=words.say("sensitivity.indices_note"), ends=_ends(words))


@dataclass(frozen=True)
class Asked:
    """How edges were asked for: the band to either side of one, the draws (0: a register, as it is), names of terms by path."""

    within: float
    draws: int
    names: Mapping[str, str]


def edges(table: pd.DataFrame, asked: Asked, words: Wording, years: bool = False) -> Sheet:
    """Who stands near each edge, in all or by year."""
    scale = UNITS[words.lang]["money"].scale
    kinds = {"edge": "text"} | ({"year": "text"} if years else {}) | {
        "threshold": "text", **dict.fromkeys(("in_band", "below", "above"), "number±" if asked.draws else "count"), "jump": "number±",
        "jump_largest": "number", "gain": "signed±", "gain_total": "signed±", "short_of": "text"}
    shown = table[(table["year"] != "total") == years]
    rows = []
    for r in shown.to_dict("records"):
        def cell(name: str, unit: float = 1.0, r: Mapping[str, Any] = r) -> object:
            return _estimate(r, name, unit) if asked.draws else r[name] / unit  # counted in a register: no estimate

        first = (driver_words.edge(r["clause"], r["term"], asked.names), *((str(r["year"]),) if years else ()))
        rows.append((*first, threshold(r, words),
                     *(cell(k) for k in ("in_band", "below", "above")), cell("jump", scale), r["jump_largest"] / scale,
                     cell("gain", scale), cell("gain_total", scale), missing(r, words)))
    basis = words.say("notches.drawn", draws=asked.draws) if asked.draws else words.say("notches.register")
    title = words.say("notches.title", within=f"{asked.within:.0%}")
    return Sheet(f"{title} · {words.say('unit.money')}", {words.say(f"notches.{k}"): v for k, v in kinds.items()}, rows,
                 left=2 + years, note="\n".join((words.say("notches.note"), basis, *([_margins(words)] if asked.draws else ()))))


def places(table: pd.DataFrame, asked: Asked, words: Wording) -> Sheet:
    """How many stand at which distance from each edge."""
    kinds = {"edge": "text", "from": "share", "to": "share", "enterprises": "number±" if asked.draws else "count"}
    rows = [(driver_words.edge(r[0], r[1], asked.names), *r[2:4], r[4:6] if asked.draws else r[4])
            for r in table.itertuples(index=False, name=None)]
    return Sheet(words.say("notches.chart"), {words.say(f"notches.{k}"): v for k, v in kinds.items()}, rows)


def threshold(row: Mapping[str, Any], words: Wording) -> str:
    """An edge's number, and whether it is reached at or above it."""
    return ("≥ " if row["edge"] == "at_least" else "> ") + amount(row["threshold"], row["unit"], words)


def missing(row: Mapping[str, Any], words: Wording) -> str | None:
    """How much those below an edge are short of it, with its standard error where it is an estimate; None: nobody is."""
    if pd.isna(row["short_of"]):
        return None
    value, error, kind = float(row["short_of"]), float(row["short_of_error"]), row["unit"]
    if not row["draws"]:
        return amount(value, kind, words)
    unit = Unit("", 0.01, 2) if kind in ("share", "occupancy") else Unit("", 1, 0, -3) if kind == "CNY" else Unit("", 1, 1)
    number = f"{unit.text(value, error)} ± {unit.text(error, error / 10)}"
    return f"{number}%" if unit.scale < 1 else number if kind == "count" else \
        words.say("notches.amount", number=number, unit=words.term("units", kind))


def amount(value: float, unit: str, words: Wording) -> str:
    """A number of the law with its unit."""
    if unit in ("share", "occupancy"):
        return f"{value * 100:.4g}%"
    if unit == "CNY" and abs(value) >= 1e4:
        return words.say("notches.money", amount=UNITS[words.lang]["money"].text(float(value), 0.0))
    number = f"{value:,.2f}".rstrip("0").rstrip(".") if unit != "count" else f"{value:,.1f}".removesuffix(".0")
    if unit == "count":
        return number
    return words.say("notches.amount", number=number, unit=words.term("units", unit))
