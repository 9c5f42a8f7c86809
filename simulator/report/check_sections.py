"""The register check's sections: whether it can be used, what is wrong, how complete it is, what its tables say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from simulator.disclosure.registers import AMOUNTS
from simulator.document import Card, Cards, Cell, Paragraph, Parts, Table
from simulator.document.numbers import MISSING, UNITS, WITHHELD
from simulator.population.schema import contract
from simulator.report import making, page
from simulator.report.page import Part
from simulator.report.wording import Wording, load
from simulator.store.register_checks import CheckFolder

__all__ = ["cover", "answer", "problems", "completeness", "indicators", "made", "end"]
end = making.end
_CONTENTS = {
    "answer": "check.answer",
    "problems": "check.problems",
    "completeness": "check.completeness",
    "indicators": "check.indicators",
    "made": "check.made",
}
_MOST = 200  # problems listed; the folder's table has all of them


def cover(register: CheckFolder, lang: str) -> Part:
    """Title, and which register was looked at."""
    words, record = load(lang), register.record
    facts = [words.say("check.created", created=str(record["created"])[:10]), words.say("page.run", run_id=register.run_id)]
    if not register.external:
        facts.insert(0, words.say("check.register", source=record["population"]["source"]))
    return making.front(register, words, words.say("check.kicker"), words.say("check.title"), facts, "register.synthetic", _CONTENTS)


def answer(register: CheckFolder, lang: str) -> Part:
    """Whether the register can be used, and how much is wrong with it."""
    words, found = load(lang), register.record["register"]
    numbers = {"errors": found["errors"], "warnings": found["warnings"]}
    key = ("odd" if found["warnings"] else "clean") if register.usable else "both" if found["warnings"] else "unusable"
    said = {k: v for k, v in numbers.items() if v or (k == "errors" and not register.usable)}
    cards = [
        ("alarm" if k == "errors" and v else k, words.say(f"check.{k}"), f"{v:,}", "", words.say(f"check.{k}_note"))
        for k, v in numbers.items()
    ]
    if found["enterprises"] is not None:
        years = words.say("check.years", first=found["first_year"], last=found["last_year"])
        cards.append(("enterprises", words.say("check.enterprises"), f"{found['enterprises']:,}", "", years))
    return page.section(
        "answer",
        words.say("check.answer"),
        words.tag,
        Cards([Card(*card) for card in cards]),
        Paragraph(words.rich(f"check.{key}", **said), "lead"),
    )


def problems(register: CheckFolder, lang: str) -> Part:
    """What is wrong, one row a problem; outside only how often in which column."""
    words, found = load(lang), register.problems
    if found.empty:
        body: Parts = Paragraph(words.say("check.none"))
    elif register.external:
        header = [words.say(f"check.{k}") for k in ("severity", "table", "column", "count")]
        rows = [
            [
                Cell(words.say(f"check.{r.severity}")),
                Cell(_table(r.table, words)),
                Cell(_column(r.column, words)),
                Cell(WITHHELD if r.withheld else f"{r.size:,}", number=True),
            ]
            for r in found.itertuples()
        ]
        body = Table("", header, rows)
    else:
        header = [words.say(f"check.{k}") for k in ("severity", "place", "value", "cause", "remedy")]
        rows = [
            [
                Cell(words.say(f"check.{r['severity']}")),
                Cell(r[f"place_{lang}"]),
                Cell(str(r["value"])),
                Cell(r[f"cause_{lang}"]),
                Cell(r[f"remedy_{lang}"]),
            ]
            for r in found.head(_MOST).to_dict("records")
        ]
        body = Table("", header, rows, style="problems")
        if len(found) > _MOST:
            body = (body, Paragraph(words.rich("check.more", more=f"{len(found) - _MOST:,}"), "small"))
    return page.section("problems", words.say("check.problems"), words.tag, body)


def completeness(register: CheckFolder, lang: str) -> Part:
    """How many cells of each column are filled, blank and unknown."""
    words = load(lang)
    rows: list[Any] = []
    groups: list[Any] = []
    for name, part in register.columns.groupby("table", sort=False):
        groups.append((len(rows), _table(name, words)))
        for r in part.itertuples():
            filled = r.rows - r.blank - r.unknown
            share = f"{100 * filled / r.rows:.0f}%" if r.rows else MISSING
            shown = [WITHHELD] * 5 if r.withheld else [*(f"{n:,.0f}" for n in (r.rows, filled, r.blank, r.unknown)), share]
            rows.append([Cell(_column(r.column, words)), *(Cell(text, number=True) for text in shown)])
    header = [words.say(f"check.{k}") for k in ("column", "rows", "filled", "blank", "unknown", "share")]
    return page.section(
        "completeness",
        words.say("check.completeness"),
        words.tag,
        Table("", header, rows, groups=groups),
        Paragraph(words.say("check.completeness_note"), "small"),
    )


def indicators(register: CheckFolder, lang: str) -> Part:
    """The statistical tables; empty where the register cannot be used."""
    words = load(lang)
    if not register.tables:
        return Part("indicators", "", words.tag)
    parts = []
    for name, frame in register.tables.items():
        shown = [c for c in frame.columns if c != "withheld" and (frame["withheld"].all() or not frame[c].isna().all())]
        rows = [[_value(row, column, words) for column in shown] for _, row in frame.iterrows()]
        money = words.say("unit.table", unit=words.say("unit.money")) if set(shown) & set(AMOUNTS) else ""
        parts.append(Table(words.say(f"indicators.{name}"), [words.say(f"indicators.{c}") for c in shown], rows, aside=money))
    return page.section("indicators", words.say("check.indicators"), words.tag, *parts)


def made(register: CheckFolder, lang: str) -> Part:
    """What the check was made from."""
    return making.made(register, lang, "check.made")


def _table(name: str, words: Wording) -> str:
    headers = {t.name: t.header for t in contract().tables}
    return headers.get(name, name) if words.lang == "zh" else name or MISSING


def _column(name: str, words: Wording) -> str:
    """A column by its name in this language, whichever of the two the register's header has."""
    names = {header: english for english, header in _headers().items()}
    if words.lang == "zh":
        return _headers().get(name, name) or MISSING
    return names.get(name, name) or MISSING


def _value(row: pd.Series, column: str, words: Wording) -> Cell:
    """One cell of an indicator table: amounts in the language's unit, shares in per cent, years as they are."""
    value = row[column]
    if isinstance(value, str):
        chinese, _, english = value.partition(" ")  # bands come in both languages, sectors by name
        return Cell((chinese if words.lang == "zh" else english) if english else words.term("sector", value))
    if value != value:
        return Cell(WITHHELD if row["withheld"] else MISSING, number=True)
    if column == "year":
        return Cell(f"{value:.0f}")
    if column in AMOUNTS:
        unit = UNITS[words.lang]["money"]
        whole = column == "threshold" and not value % unit.scale  # the law's own, not a sum of the register's
        return Cell(unit.text(float(value), digits=0 if whole else unit.finest), number=True)
    if column in ("growth", "share_of_trscg"):
        return Cell(f"{100 * value:.1f}%".replace("-", "\u2212"), number=True)
    return Cell(f"{value:,.1f}" if value % 1 else f"{value:,.0f}", number=True)


def _headers() -> dict[str, str]:
    return {column.name: column.header for table in contract().tables for column in table.columns}
