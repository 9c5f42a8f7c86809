"""The ways round the text: what the text stops, what it does not, and the price."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.document import Cell, Parts, Table, number
from simulator.document.numbers import UNITS, WITHHELD, Number, withheld
from simulator.render.text import tables as as_text
from simulator.report.saved import save as save_sheets
from simulator.report.tabled import in_money, tabled, with_margin
from simulator.report.wording import Wording, load
from simulator.scenario import Scenario
from simulator.store.record import RunFolder


def text(prices: pd.DataFrame, lang: str = "zh", scenario: Scenario | None = None) -> str:
    """What a terminal shows: the price of each way, then what the text stops and what it does not. scenario: names the clauses."""
    words = load(lang)
    lines = [
        words.say("loopholes.sentence", way=row[lang], articles=row["articles"], stops=row[f"stops_{lang}"], leaks=row[f"leaks_{lang}"])
        for row in prices.to_dict("records")
    ]
    first = next(iter(sheets(prices, words, named(scenario, words)).values()))
    return "\n".join([as_text(first, legend=words.say("matters.margins")), "", *lines])


def save(prices: pd.DataFrame, path: str | Path, lang: str = "zh", scenario: Scenario | None = None) -> Path:
    """Write FILE.csv (CNY) or FILE.xlsx. scenario: names the clauses."""
    words = load(lang)
    return save_sheets(path, sheets(prices, words, named(scenario, words)), {"prices": prices}, words)


def named(scenario: Scenario | None, words: Wording) -> dict[str, str]:
    """Article and name of each clause, by slug; none without a scenario."""
    blocks = scenario.law.blocks.items() if scenario is not None else ()
    return {slug: f"{block.article} {getattr(block, words.lang)}" for slug, block in blocks}


def sheets(prices: pd.DataFrame, words: Wording, clauses: Mapping[str, str]) -> dict[str, Table]:
    """What each way costs, and what the text stops of it, by name of the sheet. clauses: names by slug."""
    lang = words.lang
    columns = {words.say(f"loopholes.{key}"): "text" for key in ("way", "articles", "stops", "leaks")}
    rows = [(row[lang], row["articles"], row[f"stops_{lang}"], row[f"leaks_{lang}"]) for row in prices.to_dict("records")]
    return {
        words.say("loopholes.sheet_prices"): _prices(prices, words, clauses),
        words.say("loopholes.sheet_text"): tabled(words.say("loopholes.text"), columns, rows, words),
    }


def section(run: RunFolder, words: Wording) -> Parts:
    """The part of the page; "" where the run priced none."""
    prices = run.analyses.get("loopholes", pd.DataFrame())
    if prices.empty:
        return ()
    header = [words.say(f"loopholes.{key}") for key in ("way", "stops", "leaks", "gainers", "share", "price_shown")]
    rows = []
    for row in prices.to_dict("records"):
        held, units = withheld(row), UNITS[words.lang]
        rows.append(
            [
                Cell(str(row[words.lang]), note=str(row["articles"])),
                Cell(str(row[f"stops_{words.lang}"])),
                Cell(str(row[f"leaks_{words.lang}"])),
                number(Number(row["gainers"], units["count"], 0.0, withheld=held)),
                Cell(_share(row, words), number=True),
                with_margin(Number(row["price"], units["money"], row["price_error"], withheld=held), words),
            ]
        )
    return Table(words.say("loopholes.title"), header, rows, aside=in_money(words), note=_note(prices, words))


def _prices(prices: pd.DataFrame, words: Wording, clauses: Mapping[str, str]) -> Table:
    kinds = {
        "way": "text",
        "gainers": "count",
        "gain": "number",
        "everybody": "number±",
        "share": "text",
        "price": "number±",
        "p95": "number[]",
        "clause": "text",
        "closed_price": "number±",
        "source": "text",
    }
    scale = UNITS[words.lang]["money"].scale

    def both(row: Mapping[str, Any], *keys: str) -> object:
        return WITHHELD if withheld(row) else tuple(row[key] / scale for key in keys)

    rows = []
    for row in prices.to_dict("records"):
        mark, slug = WITHHELD if withheld(row) else None, str(row["clause"] if pd.notna(row["clause"]) else "")
        rows.append(
            (
                row[words.lang],
                mark or row["gainers"],
                mark or row["gain"] / scale,
                both(row, "everybody", "everybody_error"),
                _share(row, words),
                both(row, "price", "price_error"),
                both(row, "price_p95", "price_p95_low", "price_p95_high"),
                clauses.get(slug, slug) or None,
                both(row, "closed_price", "closed_error"),
                words.term("confidence", str(row["confidence"])),
            )
        )
    return tabled(
        words.say("loopholes.title"),
        {words.say(f"loopholes.{k}"): kind for k, kind in kinds.items()},
        rows,
        words,
        _note(prices, words),
        in_money(words),
    )


def _note(prices: pd.DataFrame, words: Wording) -> str:
    return words.say("loopholes.note_invented" if prices["invented"].astype(str).eq("True").any() else "loopholes.note")


def _share(row: dict[str, Any], words: Wording) -> str:
    low, high = (f"{row[f'share_{end}'] * 100:g}%" for end in ("low", "high"))
    return words.say("unit.plain_range", low=low, high=high) if not math.isclose(row["share_low"], row["share_high"]) else low
