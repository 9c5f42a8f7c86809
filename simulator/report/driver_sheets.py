"""The drivers of the cost as tables of a terminal and a workbook: attribution, readings, sensitivity, notches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from simulator.document import Cell, Table, number
from simulator.document.numbers import UNITS, WITHHELD, Unit, withheld
from simulator.report import driver_words
from simulator.report.tabled import in_money, tabled
from simulator.report.wording import Wording

_OF_LAST = 2  # rows after the clauses: interaction, total


def _estimate(row: Mapping[str, Any], name: str, scale: float) -> object:
    """An estimate and its standard error; a mark where it is withheld."""
    return WITHHELD if withheld(row) else (row[name] / scale, row[f"{name}_error"] / scale)


def clauses(table: pd.DataFrame, names: Mapping[str, str], words: Wording, played: str = "") -> Table:
    """What each clause costs. names: of clauses, by slug; played: on what sets of clauses this rests."""
    scale = UNITS[words.lang]["money"].scale
    kinds = {words.say("attribution.clause"): "text"}
    for name in ("booked", "alone", "last_in", "shapley"):
        kinds[words.say(f"attribution.{name}")] = "number±"
    rows = [
        (
            names.get(row["clause"]) or words.say(f"attribution.{row['clause']}"),
            *(_estimate(row, v, scale) for v in ("booked", "alone", "last_in", "shapley")),
        )
        for row in table.to_dict("records")
    ]
    made = tabled(
        words.say("attribution.title"),
        kinds,
        rows,
        words,
        "\n".join(filter(None, (words.say("attribution.note"), played))),
        in_money(words),
        [-1],
    )
    return replace(made, rows=_adding_up(made.rows))


def _adding_up(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The columns as printed: the total is the sum of Shapley's shares, the interaction what is missing to it. Where a part is withheld
    each is rounded by itself."""
    numbers = [[cell.of for cell in row[1:]] for row in rows]
    known = [[of for of in row if of is not None and not of.withheld] for row in numbers]
    if len(rows) < _OF_LAST or any(len(row) < len(rows[0]) - 1 for row in known):
        return [list(row) for row in rows]
    printed = [[of.unit.rounded(of.value) for of in row] for row in known]
    total = sum((row[-1] for row in printed[:-_OF_LAST]), Decimal(0))
    printed[-_OF_LAST:] = [
        [total - sum((row[c] for row in printed[:-_OF_LAST]), Decimal(0)) for c in range(len(printed[0]))],
        [total] * len(printed[0]),
    ]
    return [
        [row[0], *(number(replace(of, printed=shown), cell.note) for cell, of, shown in zip(row[1:], own, digits, strict=True))]
        for row, own, digits in zip(rows, known, printed, strict=True)
    ]


def causes(table: pd.DataFrame, words: Wording) -> Table:
    """Where the difference between together and alone comes from."""
    scale = UNITS[words.lang]["money"].scale
    kinds = {words.say("attribution.cause"): "text", words.say("attribution.amount"): "signed±"}
    rows = [(words.say(f"attribution.{r.cause}"), (r.mean / scale, r.standard_error / scale)) for r in table.itertuples()]
    return tabled(words.say("attribution.causes"), kinds, rows, words, aside=in_money(words))


def readings(table: pd.DataFrame, words: Wording) -> Table:
    """What every other reading would change."""
    scale = UNITS[words.lang]["money"].scale
    kinds = {
        words.say("reading_costs.switch"): "text",
        words.say("reading_costs.reading"): "text",
        words.say("reading_costs.change"): "signed±",
        words.say("reading_costs.share"): "share[]",
        words.say("matters.rank"): "text",
    }
    rows = []
    for r in table.itertuples():
        place = driver_words.rank(r.rank_low, r.rank_high, words) if r.share_changed else None
        switch, reading = (words.pick({lang: getattr(r, f"{what}_{lang}") for lang in ("zh", "en")}) for what in ("switch", "reading"))
        rows.append(
            (
                f"{r.article} {switch}",
                reading,
                (r.mean / scale, r.standard_error / scale),
                (r.share_changed, r.share_changed_low, r.share_changed_high),
                place,
            )
        )
    return tabled(words.say("reading_costs.title"), kinds, rows, words, aside=in_money(words))


def tornado(table: pd.DataFrame, names: Mapping[str, str], words: Wording) -> Table:
    """Each assumption at its ends. names: of assumptions, by path."""
    scale = UNITS[words.lang]["money"].scale
    kinds = {
        "result": "text",
        "assumption": "text",
        "low": "text",
        "high": "text",
        "at_low": "signed±",
        "at_high": "signed±",
        "swing": "signed±",
    }
    columns = {words.say(f"sensitivity.{k}"): kind for k, kind in kinds.items()}
    columns |= {words.say("sensitivity.draws"): "count", words.say("matters.rank"): "text"}
    rows = [
        (
            words.say(f"matters.{r['result']}"),
            names.get(r["path"], r["path"]),
            f"{r['low']:,.6g}",
            f"{r['high']:,.6g}",
            *(_estimate(r, k, scale) for k in ("at_low", "at_high", "swing")),
            r["draws"],
            driver_words.rank(r["rank_low"], r["rank_high"], words),
        )
        for r in table.to_dict("records")
    ]
    return tabled(words.say("sensitivity.tornado"), columns, rows, words, words.say("sensitivity.tornado_note"), in_money(words))


def indices(table: pd.DataFrame, names: Mapping[str, str], words: Wording) -> Table:
    """Shares of variance. names: of assumptions, by path."""
    columns = {
        words.say("sensitivity.result"): "text",
        words.say("sensitivity.factor"): "text",
        words.say("sensitivity.first_order"): "share[]",
        words.say("sensitivity.total_order"): "share[]",
        words.say("matters.rank"): "text",
    }
    rows = [
        (
            words.say(f"matters.{r.result}"),
            driver_words.factor(r.factor, r.paths, names, words),
            (r.first_order, r.first_order_low, r.first_order_high),
            (r.total_order, r.total_order_low, r.total_order_high),
            driver_words.rank(r.rank_low, r.rank_high, words),
        )
        for r in table.itertuples()
    ]
    return tabled(words.say("sensitivity.indices"), columns, rows, words, words.say("sensitivity.indices_note"))


@dataclass(frozen=True)
class Asked:
    """How edges were asked for: the band to either side of one, the draws (0: a register, as it is), names of terms by path."""

    within: float
    draws: int
    names: Mapping[str, str]


def edges(table: pd.DataFrame, asked: Asked, words: Wording, years: bool = False, short: bool = False) -> Table:
    """Who stands near each edge, in all or by year. short: without what a page has no room for."""
    scale = UNITS[words.lang]["money"].scale
    kinds = (
        {"edge": "text"}
        | ({"year": "text"} if years else {})
        | {
            "threshold": "count",
            **dict.fromkeys(("in_band", "below", "above"), "count±" if asked.draws else "count"),
            "jump": "number±",
            "jump_largest": "number",
            "gain": "signed±",
            "gain_total": "signed±",
            "short_of": "count",
        }
    )
    shown = table[(table["year"] != "total") == years]
    rows = []
    for r in shown.to_dict("records"):

        def cell(name: str, unit: float = 1.0, r: Mapping[str, Any] = r) -> object:
            return _estimate(r, name, unit) if asked.draws else r[name] / unit  # counted in a register: no estimate

        first = (driver_words.edge(r["clause"], r["term"], asked.names), *((str(r["year"]),) if years else ()))
        rows.append(
            (
                *first,
                threshold(r, words),
                *(cell(k) for k in ("in_band", "below", "above")),
                cell("jump", scale),
                r["jump_largest"] / scale,
                cell("gain", scale),
                cell("gain_total", scale),
                missing(r, words),
            )
        )
    basis = words.say("notches.drawn", draws=asked.draws) if asked.draws else words.say("notches.register")
    title = words.say("notches.title", within=f"{asked.within:.0%}")
    kept = [place for place, key in enumerate(kinds) if not short or key not in ("in_band", "jump_largest", "gain_total")]
    kinds = {key: kind for place, (key, kind) in enumerate(kinds.items()) if place in kept}
    rows = [tuple(row[place] for place in kept) for row in rows]
    return tabled(
        title,
        {words.say(f"notches.{k}"): v for k, v in kinds.items()},
        rows,
        words,
        f"{words.say('notches.note')}\n{basis}",
        in_money(words),
    )


def places(table: pd.DataFrame, asked: Asked, words: Wording) -> Table:
    """How many stand at which distance from each edge."""
    kinds = {"edge": "text", "from": "share", "to": "share", "enterprises": "count±" if asked.draws else "count"}
    rows = [
        (driver_words.edge(r[0], r[1], asked.names), *r[2:4], r[4:6] if asked.draws else r[4])
        for r in table.itertuples(index=False, name=None)
    ]
    return tabled(words.say("notches.chart"), {words.say(f"notches.{k}"): v for k, v in kinds.items()}, rows, words)


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
    return (
        f"{number}%"
        if unit.scale < 1
        else number
        if kind == "count"
        else words.say("notches.amount", number=number, unit=words.term("units", kind))
    )


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
