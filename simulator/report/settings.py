"""The tables of settings: assumptions, readings, the law's numbers, as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import yaml

from simulator.document import Cell, Table
from simulator.document.numbers import UNITS
from simulator.law.language.units import unit_in_chinese
from simulator.report.sources import named
from simulator.report.wording import Wording


def switches_table(frame: pd.DataFrame, words: Wording, path: bool = False) -> Table:
    """The interpretation switches: what had to be settled, how this run reads it, and the article; path: and what sets it."""
    header = [words.say(f"readings.{key}") for key in ("switch", "reading", "article")]
    rows = []
    for setting in frame.itertuples():
        name, text = reading_text(setting, words)
        mark = words.say("assumptions.changed") if setting.changed else ""
        rows.append([Cell(name, note=mark), Cell(text), Cell(setting.source), *[Cell(setting.path)] * path])
    return Table(words.say("readings.switches"), [*header, *[words.say("workbook.path")] * path], rows, style="settings")


def reading_text(setting: Any, words: Wording) -> tuple[str, str]:
    """A switch's matter and the reading taken, in words; another version's run as it stands."""
    parts = {"zh": setting.zh.partition("："), "en": setting.en.partition(": ")}
    names = {lang: part[0] for lang, part in parts.items()}
    text = parts[words.lang][2] or setting.value
    return _capital(words.pick(names)), _capital(text)


def settings_table(
    frame: pd.DataFrame,
    words: Wording,
    title: str,
    header: Sequence[str],
    *,
    headings: Sequence[str] = (),
    confidence: bool = False,
    path: bool = False,
) -> Table:
    """Rows of `settings.csv`: name, value, unit and, if asked for, source and confidence; path: and what sets each.

    headings: for each row the heading it belongs under, in order.
    """
    rows, groups = [], [(i, heading) for i, heading in enumerate(headings) if i == 0 or headings[i - 1] != heading]
    for setting in frame.itertuples():
        mark = words.say("assumptions.changed") if setting.changed else ""
        cells = [
            Cell(_capital(words.pick({"zh": setting.zh, "en": setting.en})) or setting.path, note=mark),
            *map(Cell, value_and_unit(setting.value, setting.unit, words)),
        ]
        if confidence:
            cells += [Cell(named(setting.source, words)), Cell(words.term("confidence", setting.confidence))]
        rows.append([*cells, *[Cell(setting.path)] * path])
    style = "settings" if confidence else "settings terms"
    return Table(title, [*header, *[words.say("workbook.path")] * path], rows, style=style, groups=groups)


def value_and_unit(value: str, unit: str, words: Wording) -> tuple[str, str]:
    """A setting as read by a person: its value (distributions as low / most likely / high) and its unit.

    Money changes to 万元 or 亿元 (millions, billions) where that reads well; shares to per cent.
    """
    try:
        given = yaml.safe_load(value)
    except yaml.YAMLError:
        return value, _unit(words, unit)
    weights: Sequence[object] = ()
    dates: Sequence[int] = ()
    numbers = given if isinstance(given, list) else [given]
    if isinstance(given, Mapping):
        weights = given.get("weights") or ()
        dates = [key for key in given if isinstance(key, int)]
        spread = [given[k] for k in ("low", "mode", "high") if k in given]
        numbers = given.get("values") or spread or list(given.values())
    if not numbers or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        return words.term("value", str(value).strip().lower() or "none"), _unit(words, unit)
    name, scale = _unit(words, unit), 1.0
    if unit in ("share", "occupancy"):
        name, scale = words.say("unit.share"), 0.01
    if unit == "CNY":
        for larger in (UNITS[words.lang]["money"], UNITS[words.lang]["big"]):
            if max(numbers) >= larger.scale and min(numbers) >= larger.scale / 10:
                name, scale = words.say(f"unit.{larger.key}"), larger.scale
    texts = [_plain(n, scale, grouped=unit not in ("", "int", "year")) for n in numbers]
    if len(weights) == len(texts):
        texts = [words.say("value.weights", value=t, weight=w) for t, w in zip(texts, weights, strict=True)]
    if len(dates) == len(texts):
        texts = [words.say("value.dated", value=t, year=y) for t, y in zip(texts, dates, strict=True)]
    between = " / " if weights or dates else "\u00a0/\u00a0"  # the three numbers of a distribution keep together
    return between.join(texts), name


def _unit(words: Wording, unit: str) -> str:
    """A unit's name; one that only a policy's file has by what it is made of."""
    name = words.term("units", unit)
    return unit_in_chinese(unit) if name == unit and words.lang == "zh" else name


def _capital(text: str) -> str:
    """The first letter large, as at the head of a table's row."""
    return text[:1].upper() + text[1:]


def _plain(value: float, scale: float, *, grouped: bool) -> str:
    """A setting's number, all its digits and none more; no thousands commas in a year or a seed."""
    exact = Decimal(repr(value)) / Decimal(repr(scale))
    text = f"{exact.normalize():,f}" if grouped else f"{exact.normalize():f}"
    return text.replace("-", "\u2212")
