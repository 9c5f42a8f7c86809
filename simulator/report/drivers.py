"""The drivers of the cost as tables for the terminal, a workbook or CSV files: attribution, readings, sensitivity, notches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.budget.drivers import CostDrivers, Sensitivity
from simulator.budget.notches import Notches
from simulator.law.readings import SWITCHES
from simulator.report import driver_words
from simulator.report.rounding import UNITS, Unit
from simulator.report.sheets import Sheet, as_text
from simulator.report.sheets import save as save_sheets
from simulator.report.wording import Wording, load
from simulator.scenario import Scenario

Result = CostDrivers | Sensitivity | Notches
SHOWN = 12  # assumptions of a tornado in the terminal


def text(result: Result, lang: str = "zh") -> str:
    """What a terminal shows: the answer in words, then the tables (of sensitivity those of cash paid)."""
    words = load(lang)
    said = [words.say(key, **values) for key, values in sentences(result, words)]
    return "\n".join(said) + "\n\n" + as_text(*sheets(result, lang, short=True).values())


def save(result: Result, path: str | Path, lang: str = "zh") -> Path:
    """Write FILE.xlsx, or FILE.csv with further tables beside it (CNY)."""
    return save_sheets(path, sheets(result, lang), frames(result))


def frames(result: Result) -> dict[str, pd.DataFrame]:
    """The tables in CNY by name; the first is FILE.csv itself."""
    if isinstance(result, CostDrivers):
        return {"attribution": result.attribution.clauses, "interaction": result.attribution.causes, "readings": result.readings}
    if isinstance(result, Sensitivity):
        return {"tornado": result.tornado, "indices": result.indices}
    return {"notches": result.edges, "notch_map": result.map}


def sentences(result: Result, words: Wording) -> list[driver_words.Said]:
    """The answer in words."""
    names = labels(result.scenario, words)
    if isinstance(result, CostDrivers):
        return [driver_words.of_interaction(result.attribution.clauses, words), driver_words.of_readings(result.readings, words)]
    if isinstance(result, Notches):
        left_out: list[driver_words.Said] = [("notches.left_out", {"count": result.left_out})] if result.left_out else []
        return [driver_words.of_notches(result.edges, names, words), *left_out]
    return [said for name in dict.fromkeys([*result.tornado["result"], *result.indices["result"]])
            for said in (*driver_words.of_assumptions(result.tornado, name, names, words),
                         *driver_words.of_indices(result.indices, name, names, words))]


def sheets(result: Result, lang: str, *, short: bool = False) -> dict[str, Sheet]:
    """The tables by name of their sheet. short: what fits a terminal."""
    words = load(lang)
    names = labels(result.scenario, words)
    if isinstance(result, CostDrivers):
        made = {"attribution.sheet": _clauses(result, words), "attribution.sheet_interaction": _causes(result, words),
                "attribution.sheet_readings": _readings(result.readings, words)}
    elif isinstance(result, Sensitivity):
        made = {"sensitivity.sheet_tornado": _tornado(result.tornado, names, words, short),
                "sensitivity.sheet_indices": _indices(result.indices, names, words, short)}
    else:
        made = {"notches.sheet": _edges(result, names, words)}
        if not short:
            made |= {"notches.sheet_years": _edges(result, names, words, years=True), "notches.sheet_map": _map(result, names, words)}
    return {words.say(key): sheet for key, sheet in made.items()}


def labels(scenario: Scenario, words: Wording) -> dict[str, str]:
    """What each setting is called, by path; assumptions also without their group."""
    found = {s.path: getattr(s, words.lang) for s in scenario.settings()}
    return found | {path.removeprefix("assumptions."): name for path, name in found.items()}


def _unit(words: Wording, key: str) -> str:
    return f"{words.say(key)} · {words.say('unit.money')}"


def _estimate(row: Mapping[str, Any], name: str, scale: float) -> tuple[float, float]:
    """An estimate and its standard error."""
    return row[name] / scale, row[f"{name}_error"] / scale


def _margins(words: Wording) -> str:
    return words.say("matters.margins")


def _ends(words: Wording) -> tuple[str, str]:
    return words.say("workbook.low"), words.say("workbook.high")


def _clauses(result: CostDrivers, words: Wording) -> Sheet:
    scale, of = UNITS[words.lang]["money"].scale, result.attribution
    kinds = {words.say("attribution.clause"): "text"}
    for name in ("booked", "alone", "last_in", "shapley"):
        kinds[words.say(f"attribution.{name}")] = "number±"
    blocks = result.scenario.law.blocks
    rows = []
    for row in of.clauses.to_dict("records"):
        block = blocks.get(row["clause"])
        name = f"{block.article} {getattr(block, words.lang)}" if block else words.say(f"attribution.{row['clause']}")
        rows.append((name, *(_estimate(row, v, scale) for v in ("booked", "alone", "last_in", "shapley"))))
    played = words.say("attribution.played", sets=of.sets, draws=of.draws, orders=of.orders) if of.orders else \
        words.say("attribution.played_all", sets=of.sets, draws=of.draws)
    return Sheet(_unit(words, "attribution.title"), kinds, rows, note=f"{words.say('attribution.note')}\n{played}\n{_margins(words)}")


def _causes(result: CostDrivers, words: Wording) -> Sheet:
    scale = UNITS[words.lang]["money"].scale
    kinds = {words.say("attribution.cause"): "text", words.say("attribution.amount"): "signed±"}
    rows = [(words.say(f"attribution.{r.cause}"), (r.mean / scale, r.standard_error / scale))
            for r in result.attribution.causes.itertuples()]
    return Sheet(_unit(words, "attribution.causes"), kinds, rows)


def _readings(table: pd.DataFrame, words: Wording) -> Sheet:
    scale = UNITS[words.lang]["money"].scale
    kinds = {words.say("reading_costs.switch"): "text", words.say("reading_costs.reading"): "text",
             words.say("reading_costs.change"): "signed±", words.say("reading_costs.share"): "share[]",
             words.say("matters.rank"): "text"}
    rows = []
    for r in table.itertuples():
        switch = SWITCHES[r.switch]
        zh, en = switch.meanings[r.reading]
        place = driver_words.rank(r.rank_low, r.rank_high, words) if r.share_changed else None
        rows.append((f"{switch.article} {words.pick({'zh': switch.zh, 'en': switch.en})}", words.pick({"zh": zh, "en": en}),
                     (r.mean / scale, r.standard_error / scale), (r.share_changed, r.share_changed_low, r.share_changed_high), place))
    return Sheet(_unit(words, "reading_costs.title"), kinds, rows, left=2, note=_margins(words), ends=_ends(words))


def _tornado(table: pd.DataFrame, names: Mapping[str, str], words: Wording, short: bool) -> Sheet:
    scale = UNITS[words.lang]["money"].scale
    kinds = {"result": "text", "assumption": "text", "low": "text", "high": "text", "at_low": "signed±", "at_high": "signed±",
             "swing": "signed±"}
    columns = {words.say(f"sensitivity.{k}"): kind for k, kind in kinds.items()}
    columns |= {words.say("sensitivity.draws"): "count", words.say("matters.rank"): "text"}
    shown = table[table["result"] == "paid"].head(SHOWN) if short else table
    rows = [(words.say(f"matters.{r['result']}"), names.get(r["path"], r["path"]), f"{r['low']:,.6g}", f"{r['high']:,.6g}",
             *(_estimate(r, k, scale) for k in ("at_low", "at_high", "swing")), r["draws"],
             driver_words.rank(r["rank_low"], r["rank_high"], words)) for r in shown.to_dict("records")]
    return Sheet(_unit(words, "sensitivity.tornado"), columns, rows, left=2,
                 note=f"{words.say('sensitivity.tornado_note')}\n{_margins(words)}")


def _indices(table: pd.DataFrame, names: Mapping[str, str], words: Wording, short: bool) -> Sheet:
    columns = {words.say("sensitivity.result"): "text", words.say("sensitivity.factor"): "text",
               words.say("sensitivity.first_order"): "share[]", words.say("sensitivity.total_order"): "share[]",
               words.say("matters.rank"): "text"}
    shown = table[table["result"] == "paid"] if short else table
    rows = [(words.say(f"matters.{r.result}"), driver_words.factor(r.factor, r.paths, names, words),
             (r.first_order, r.first_order_low, r.first_order_high), (r.total_order, r.total_order_low, r.total_order_high),
             driver_words.rank(r.rank_low, r.rank_high, words)) for r in shown.itertuples()]
    return Sheet(words.say("sensitivity.indices"), columns, rows, left=2, note=words.say("sensitivity.indices_note"), ends=_ends(words))


def _edges(result: Notches, names: Mapping[str, str], words: Wording, years: bool = False) -> Sheet:
    scale = UNITS[words.lang]["money"].scale
    kinds = {"edge": "text"} | ({"year": "text"} if years else {}) | {
        "threshold": "text", "in_band": "number±", "below": "number±", "above": "number±", "jump": "number±",
        "jump_largest": "number", "gain": "signed±", "gain_total": "signed±", "short_of": "text"}
    shown = result.edges[(result.edges["year"] != "total") == years]
    rows = []
    for r in shown.to_dict("records"):
        def cell(name: str, unit: float = 1.0, r: Mapping[str, Any] = r) -> object:
            return _estimate(r, name, unit) if result.draws else r[name] / unit  # counted in a register: no estimate

        first = (driver_words.edge(r["clause"], r["term"], names), *((str(r["year"]),) if years else ()))
        rows.append((*first, ("≥ " if r["edge"] == "at_least" else "> ") + amount(r["threshold"], r["unit"], words),
                     *(cell(k) for k in ("in_band", "below", "above")), cell("jump", scale), r["jump_largest"] / scale,
                     cell("gain", scale), cell("gain_total", scale), missing(r, words)))
    basis = words.say("notches.drawn", draws=result.draws) if result.draws else words.say("notches.register")
    title = words.say("notches.title", within=f"{result.within:.0%}")
    return Sheet(f"{title} · {words.say('unit.money')}", {words.say(f"notches.{k}"): v for k, v in kinds.items()}, rows,
                 left=2 + years, note="\n".join((words.say("notches.note"), basis, *([_margins(words)] if result.draws else ()))))


def _map(result: Notches, names: Mapping[str, str], words: Wording) -> Sheet:
    kinds = {"edge": "text", "from": "share", "to": "share", "enterprises": "number±"}
    rows = [(driver_words.edge(r[0], r[1], names), *r[2:4], r[4:6] if result.draws else r[4])
            for r in result.map.itertuples(index=False, name=None)]
    return Sheet(words.say("notches.chart"), {words.say(f"notches.{k}"): v for k, v in kinds.items()}, rows)


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
