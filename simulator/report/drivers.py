"""The drivers of the cost in the terminal, a workbook or CSV files: attribution, readings, sensitivity, notches."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from simulator.budget.drivers import CostDrivers, Sensitivity
from simulator.budget.notches import Notches
from simulator.document import Table
from simulator.render.text import tables as as_text
from simulator.report import driver_sheets, driver_words
from simulator.report.loopholes import named
from simulator.report.saved import save as save_sheets
from simulator.report.wording import Wording, load
from simulator.scenario import Scenario

Result = CostDrivers | Sensitivity | Notches
SHOWN = 12  # assumptions of a tornado in the terminal


def text(result: Result, lang: str = "zh") -> str:
    """What a terminal shows: the answer in words, then the tables (of sensitivity those of cash paid)."""
    words = load(lang)
    said = [words.say(key, **values) for key, values in sentences(result, words)]
    return "\n".join(said) + "\n\n" + as_text(*sheets(result, lang, short=True).values(), legend=words.say("matters.margins"))


def save(result: Result, path: str | Path, lang: str = "zh") -> Path:
    """Write FILE.xlsx, or FILE.csv with further tables beside it (CNY)."""
    return save_sheets(path, sheets(result, lang), frames(result), load(lang))


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
    return [
        said
        for name in dict.fromkeys([*result.tornado["result"], *result.indices["result"]])
        for said in (
            *driver_words.of_assumptions(result.tornado, name, names, words),
            *driver_words.of_indices(result.indices, name, names, words),
        )
    ]


def sheets(result: Result, lang: str, *, short: bool = False) -> dict[str, Table]:
    """The tables by name of their sheet. short: what fits a terminal."""
    words = load(lang)
    names = labels(result.scenario, words)
    if isinstance(result, CostDrivers):
        of = result.attribution
        played = (
            words.say("attribution.played", sets=of.sets, draws=of.draws, orders=of.orders)
            if of.orders
            else words.say("attribution.played_all", sets=of.sets, draws=of.draws)
        )
        made = {
            "attribution.sheet": driver_sheets.clauses(of.clauses, named(result.scenario, words), words, played),
            "attribution.sheet_interaction": driver_sheets.causes(of.causes, words),
            "attribution.sheet_readings": driver_sheets.readings(result.readings, words),
        }
    elif isinstance(result, Sensitivity):
        made = {
            "sensitivity.sheet_tornado": driver_sheets.tornado(leading(result.tornado) if short else result.tornado, names, words),
            "sensitivity.sheet_indices": driver_sheets.indices(leading(result.indices) if short else result.indices, names, words),
        }
    else:
        asked = driver_sheets.Asked(result.within, result.draws, names)
        made = {"notches.sheet": driver_sheets.edges(result.edges, asked, words, short=short)}
        if not short:
            made |= {
                "notches.sheet_years": driver_sheets.edges(result.edges, asked, words, years=True),
                "notches.sheet_map": driver_sheets.places(result.map, asked, words),
            }
    return {words.say(key): sheet for key, sheet in made.items()}


def labels(scenario: Scenario, words: Wording) -> dict[str, str]:
    """What each setting is called, by path; assumptions also without their group."""
    found = {s.path: getattr(s, words.lang) for s in scenario.settings()}
    return found | {path.removeprefix("assumptions."): name for path, name in found.items()}


def leading(table: pd.DataFrame) -> pd.DataFrame:
    """Of cash paid alone, and the first of these: what fits a terminal or a printed page."""
    paid = table[table["result"] == "paid"]
    return paid.head(SHOWN) if "swing" in paid else paid
