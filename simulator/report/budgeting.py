"""What a finance bureau budgets with, told: overrun and reserve, payment and what waits, breaches, commitments, the legal
maximum, execution. The same tables on the page and in the terminal.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from simulator.report import page, screen
from simulator.report.page import Cell
from simulator.report.record import TOTAL, RunFolder
from simulator.report.rounding import MISSING, UNITS, shown
from simulator.report.tables import chance_text
from simulator.report.wording import Wording, load

RATIONED = ("waiting", "lapsed", "cancelled", "cut", "unpaid_claims")  # told only where there is any of it
LEVELS = (20, 10, 5, 1)


@dataclass(frozen=True)
class Told:
    """A table as it is read: title, header, rows of text (the first column names the row), notes below."""

    title: str
    header: list[str]
    rows: list[list[str]]
    notes: tuple[str, ...] = ()


def text(tables: Mapping[str, pd.DataFrame], lang: str = "zh", mode: str = "none") -> str:
    """What a terminal shows of `BudgetRun.budgeting`."""
    words = load(lang)
    parts = []
    for told in _told(tables, words, mode):
        title = f"{told.title}（{words.say('unit.money')}）" if lang == "zh" else f"{told.title} ({words.say('unit.money')})"
        parts.append("\n".join(filter(None, (title, screen.table(told.header, told.rows), *told.notes))))
    return "\n\n".join(parts)


def section(run: RunFolder, words: Wording) -> list[str]:
    """The part of the page; nothing where the run has no such tables."""
    tables = {name: run.analyses[name] for name in ("risk", "ledger", "commitments", "exposure", "execution")
              if name in run.analyses}
    settings = run.settings.set_index("path")["value"]
    parts = []
    for told in _told(tables, words, str(settings.get("rationing.mode", "none"))):
        parts += _on_page(told, words)
    return parts


def rationed(ledger: pd.DataFrame, words: Wording, mode: str) -> str:
    """What falls due, is paid and waits, year by year, on a page. ledger: `budget.purse.ledger_table`."""
    return "".join(_on_page(_ledger(ledger[~ledger["measure"].isin(("top_1", "top_5"))], words, mode), words))


def _on_page(told: Told, words: Wording) -> list[str]:
    rows = [[Cell(name), *(Cell(cell, number=True) for cell in cells)] for name, *cells in told.rows]
    return [page.table(told.title, told.header, rows, aside=words.say("unit.table", unit=words.say("unit.money"))),
            *(page.paragraph(html.escape(note), "small") for note in told.notes)]


def _told(tables: Mapping[str, pd.DataFrame], words: Wording, mode: str) -> list[Told]:
    makers = (("risk", _risk), ("ledger", lambda t, w: _ledger(t, w, mode)), ("ledger", _breaches),
              ("commitments", _commitments), ("exposure", lambda t, w: _exposure(t, w, tables)), ("execution", _execution))
    return [make(tables[name], words) for name, make in makers if name in tables and len(tables[name])]


def _years(table: pd.DataFrame) -> list[str]:
    """The years of a table as text, in order, the total last."""
    years = list(dict.fromkeys(map(str, table["year"])))
    return [*sorted(y for y in years if y != TOTAL), *([TOTAL] if TOTAL in years else [])]


def _named(years: list[str], words: Wording) -> list[str]:
    return [words.say("risk.all_years") if year == TOTAL else year for year in years]


def _risk(table: pd.DataFrame, words: Wording) -> Told:
    unit, rows = UNITS[words.lang]["money"], []
    levels = [level for level in LEVELS if table[f"reserve_{level}"].notna().any()]
    for row in table.to_dict("records"):
        cells = [unit.text(row["appropriation"], 0.0), chance_text(row, words)]
        cells += [unit.text(row[key], row[f"{key}_error"]) for key in ("expected_overrun", "overrun_if_any", "worst_twentieth")]
        cells += [shown(pd.Series(row), unit, f"reserve_{level}") for level in levels]
        rows.append([_named([str(row["year"])], words)[0], *cells])
    header = [words.say(f"purse.{key}") for key in ("year", "appropriation", "probability", "expected_overrun", "overrun_if_any",
                                                    "worst_twentieth")]
    return Told(words.say("purse.risk"), [*header, *(words.say("purse.reserve", level=level) for level in levels)], rows,
                (words.say("purse.risk_note"),))


def _lines(table: pd.DataFrame, measures: tuple[str, ...], words: Wording) -> tuple[list[str], list[list[str]]]:
    """Measures down, years across; a RATIONED measure without anything in it is left out."""
    whole = table[table["clause"] == TOTAL]
    years, rows = _years(whole[whole["measure"].isin(measures)]), []
    for measure in measures:
        own = whole[whole["measure"] == measure].assign(year=lambda t: t["year"].astype(str)).set_index("year")
        if not len(own) or (measure in RATIONED and not own["mean"].any()):
            continue
        unit = UNITS[words.lang]["count" if measure == "unpaid_claims" else "money"]
        cells = [shown(own.loc[year], unit) if year in own.index else MISSING for year in years]
        rows.append([words.say(f"purse.{measure}"), *cells])
    return [words.say("purse.item"), *_named(years, words)], rows


def _ledger(table: pd.DataFrame, words: Wording, mode: str) -> Told:
    header, rows = _lines(table, ("accrued", "due", "paid", *RATIONED[:4], "payable", "unpaid_claims"), words)
    shares = table.set_index("measure")
    notes = [words.say(f"purse.mode_{mode}")]
    if {"top_1", "top_5"} <= set(shares.index):  # outside nothing is told of the largest recipients
        unit = UNITS[words.lang]["share"]
        said: dict[str, str] = {}
        for top in ("top_1", "top_5"):
            error = float(shares.loc[top, "standard_error"])
            said |= {top: unit.text(shares.loc[top, "mean"], error), f"{top}_error": unit.text(error, error / 10)}
        notes.append(words.say("purse.concentration", **said))
    return Told(words.say("purse.ledger"), header, rows, tuple(notes))


def _breaches(table: pd.DataFrame, words: Wording) -> Told:
    header, rows = _lines(table, ("due_back", "recovered", "outstanding"), words)
    return Told(words.say("purse.breaches"), header, rows, (words.say("purse.breaches_note"),))


def _commitments(table: pd.DataFrame, words: Wording) -> Told:
    unit, years = UNITS[words.lang]["money"], _years(table)
    rows = []
    for admitted, own in table.groupby("admitted", sort=True):
        if own["mean"].any():
            of = own.assign(year=own["year"].astype(str)).set_index("year")
            cells = [shown(of.loc[year], unit) if year in of.index else "" for year in years]
            rows.append([words.say("purse.admitted_in", year=admitted), *cells])
    return Told(words.say("purse.commitments"), [words.say("purse.admitted"), *_named(years, words)], rows,
                (words.say("purse.commitments_note"),))


def _exposure(table: pd.DataFrame, words: Wording, tables: Mapping[str, pd.DataFrame]) -> Told:
    unit, whole = UNITS[words.lang]["money"], table[table["clause"] == TOTAL]
    years, rows = _years(whole), []
    of = whole.assign(year=whole["year"].astype(str)).set_index("year")
    if "ledger" in tables:
        found = tables["ledger"]
        accrued = found[(found["measure"] == "accrued") & (found["clause"] == TOTAL)]
        accrued = accrued.assign(year=accrued["year"].astype(str)).set_index("year")
        rows.append([words.say("purse.expected_awards"), *(shown(accrued.loc[year], unit) for year in years)])
    rows.append([words.say("purse.exposure_mean"), *(shown(of.loc[year], unit) for year in years)])
    if of["p95"].notna().any():
        rows.append([words.say("purse.exposure_p95"), *(shown(of.loc[year], unit, "p95") for year in years)])
    rows.append([words.say("purse.exposure_highest"), *(unit.text(float(of.loc[year, "highest"]), 1e4) for year in years)])
    return Told(words.say("purse.exposure"), [words.say("purse.item"), *_named(years, words)], rows,
                (words.say("purse.exposure_note"),))


def _execution(table: pd.DataFrame, words: Wording) -> Told:
    unit, rows = UNITS[words.lang]["money"], []
    for record in table.to_dict("records"):
        row, (appropriation, paid, planned) = pd.Series(record), (record[key] for key in ("appropriation", "paid", "planned"))
        quantiles = [shown(row, unit, q) if row["standard_error"] > 0 else MISSING for q in ("p50", "p80", "p95")]
        rate = MISSING if math.isnan(record["rate"]) else f"{record['rate'] * 100:.1f}%"
        rows.append([_named([str(record["year"])], words)[0], unit.text(appropriation, 0.0), unit.text(paid, 0.0), rate,
                     shown(row, unit), *quantiles, unit.text(planned, 1e4)])
    header = [words.say(f"purse.{key}") for key in ("year", "appropriation", "paid_really", "rate", "forecast")]
    return Told(words.say("purse.execution"), [*header, "P50", "P80", "P95", words.say("purse.planned")], rows,
                (words.say("purse.execution_note"),))
