"""The section on what drives the cost: whose it is, what other readings cost, which assumptions matter, who stands near an edge."""

from __future__ import annotations

import html
import math
from decimal import Decimal

import pandas as pd

from simulator.budget.drivers import FEWEST
from simulator.budget.notches import WITHIN
from simulator.report import driver_sheets, driver_words, matters_charts, page
from simulator.report.figures import image
from simulator.report.making import reader
from simulator.report.page import Block, Cell, table
from simulator.report.record import RunFolder
from simulator.report.rounding import MISSING, UNITS, WITHHELD, Unit, percent
from simulator.report.tables import from_to
from simulator.report.wording import Wording, load

VALUES = ("booked", "alone", "last_in", "shapley")
OF_LAST = 2  # rows after the clauses: interaction, total


def matters(run: RunFolder, lang: str) -> Block:
    """Section 6: whose cost it is, and what it depends on; that there are too few draws where a run does not say."""
    words = load(lang)
    parts = [made for part in (_attribution, _readings, _assumptions, _notches) if (made := part(run, words))]
    if not parts:
        why = words.say("matters.inside") if run.left_out else words.say("matters.few", fewest=FEWEST)
        parts = [page.paragraph(html.escape(why))]
    return page.section("matters", words.say("matters.title"), words.tag, reader(words, "matters"), *parts)


def _lead(words: Wording, *said: driver_words.Said) -> str:
    return "".join(page.paragraph(words.html(key, **values), "lead") for key, values in said)


def _note(words: Wording, *keys: str) -> str:
    return "".join(page.paragraph(html.escape(words.say(key)), "small") for key in keys)


def _money(words: Wording) -> str:
    return words.say("unit.table", unit=words.say("unit.money"))


def _attribution(run: RunFolder, words: Wording) -> str:
    """Each clause booked, alone, last in and by Shapley's value."""
    found = run.analyses.get("attribution", pd.DataFrame())
    if found.empty:
        return ""
    clauses = {c.slug: c for c in run.clauses}
    printed = _adding_up(found, UNITS[words.lang]["money"])
    rows = []
    for place, row in enumerate(found.to_dict("records")):
        clause = clauses.get(row["clause"])
        name = Cell(words.pick(clause.names), note=clause.article) if clause else Cell(words.say(f"attribution.{row['clause']}"))
        error = row["shapley_error"]
        cells = [UNITS[words.lang]["money"].written(printed[v][place], row[v]) for v in VALUES]
        cells.append("± " + driver_words.money(error, error / 10, words) if error > 0 else MISSING)
        rows.append([name, *(Cell(WITHHELD if row.get("withheld") else text, number=True) for text in cells)])
    header = [words.say(f"attribution.{k}") for k in ("clause", *VALUES)] + [words.say("matters.error")]
    lead = driver_words.of_interaction(found, words)
    body = table(words.say("attribution.title"), header, rows, aside=_money(words), strong=[-1])
    return _lead(words, lead) + body + _note(words, "attribution.note") + _causes(run, words)


def _adding_up(found: pd.DataFrame, unit: Unit) -> dict[str, list[Decimal]]:
    """The columns as printed: the total is the sum of Shapley's shares, the interaction what is missing to it."""
    printed = {v: [unit.rounded(float(value)) for value in found[v]] for v in VALUES}
    total = sum(printed["shapley"][:-OF_LAST], Decimal(0))
    for column in printed.values():
        column[-OF_LAST:] = [total - sum(column[:-OF_LAST], Decimal(0)), total]
    return printed


def _causes(run: RunFolder, words: Wording) -> str:
    found = run.analyses.get("interaction", pd.DataFrame())
    rows = [[Cell(words.say(f"attribution.{r.cause}")), Cell(driver_words.money(r.mean, _finite(r.standard_error), words), number=True),
             Cell(driver_words.money(r.standard_error, r.standard_error / 10, words), number=True)] for r in found.itertuples()]
    header = [words.say("attribution.cause"), words.say("attribution.amount"), words.say("matters.error")]
    return table(words.say("attribution.causes"), header, rows, aside=_money(words)) if rows else ""


def _readings(run: RunFolder, words: Wording) -> str:
    """The tornado over readings."""
    found = run.analyses.get("readings", pd.DataFrame())
    if found.empty:
        return ""
    lead = _lead(words, driver_words.of_readings(found, words))
    if not (found["share_changed"] > 0).any():
        return lead
    picture = image(matters_charts.readings(found, words), words.say("reading_costs.chart_alt"))
    return lead + page.figure(words.say("reading_costs.chart"), picture, words.say("reading_costs.caption"))


def _assumptions(run: RunFolder, words: Wording) -> str:
    """Tornado and variance shares of cash paid; the other results in words."""
    tornado, indices = (run.analyses.get(name, pd.DataFrame()) for name in ("tornado", "indices"))
    if tornado.empty:
        return ""
    names = _labels(run, words)
    said = [s for result in dict.fromkeys(tornado["result"])
            for s in (*driver_words.of_assumptions(tornado, result, names, words),
                      *(driver_words.of_indices(indices, result, names, words) if len(indices) else ()))]
    ranked = tornado[(tornado["result"] == "paid") & tornado["rank_low"].notna()]
    parts = [_lead(words, *said)]
    if len(ranked):
        title = words.say("sensitivity.chart")
        alt = words.say("sensitivity.chart_alt", name=names.get(ranked["path"].iloc[0], ranked["path"].iloc[0]))
        parts.append(page.figure(title, image(matters_charts.tornado(ranked, names, words), alt), words.say("sensitivity.caption")))
        parts.append(_note(words, "sensitivity.tornado_note"))
    shares = indices[(indices["result"] == "paid") & (indices["total_order"] > 0)] if len(indices) else indices
    rows = []
    for r in shares.itertuples():
        between = [from_to(driver_words.share(low), driver_words.share(high), words) for low, high in (
            (r.first_order_low, r.first_order_high), (r.total_order_low, r.total_order_high))]
        rows.append([Cell(driver_words.factor(r.factor, r.paths, names, words)),
                     *(Cell(text, number=True) for text in (driver_words.share(r.first_order), between[0],
                                                            driver_words.share(r.total_order), between[1],
                                                            driver_words.rank(r.rank_low, r.rank_high, words)))])
    if rows:
        header = [words.say(f"sensitivity.{k}") for k in ("factor", "first_order", "interval", "total_order", "interval")]
        title = f"{words.say('sensitivity.indices')} · {words.say('matters.paid')}"
        parts += [table(title, [*header, words.say("matters.rank")], rows), _note(words, "sensitivity.indices_note")]
    return "".join(parts)


def _notches(run: RunFolder, words: Wording) -> str:
    """Edges with their jumps and those near them, and the map."""
    found = run.analyses.get("notches", pd.DataFrame())
    if found.empty:
        return ""
    names, count = _labels(run, words), UNITS[words.lang]["count"]
    shown = found[found["year"] == "total"].reset_index(drop=True)
    rows = []
    for r in shown.to_dict("records"):
        def cell(text: str) -> Cell:
            return Cell(text, number=True)
        rows.append([Cell(driver_words.edge(r["clause"], r["term"], names)),
                     Cell(driver_sheets.threshold(r, words), number=True),
                     *(cell(count.text(_finite(r[side]), _finite(r[f"{side}_error"])) + (
                         f" ± {count.text(r[f'{side}_error'], r[f'{side}_error'] / 10)}" if r["draws"] and r[side] else ""))
                       for side in ("below", "above")),
                     *(cell(driver_words.with_error(r[k], r[f"{k}_error"] if r["draws"] else 0.0, words)) for k in ("jump", "gain")),
                     cell(driver_sheets.missing(r, words) or MISSING)])
    header = [words.say(f"notches.{k}") for k in ("edge", "threshold", "below", "above", "jump", "gain", "short_of")]
    body = table(words.say("notches.title", within=percent(WITHIN)), header, rows, aside=_money(words))
    lead = _lead(words, driver_words.of_notches(shown, names, words))
    near = shown[(shown["below"] + shown["above"]) > 0]
    places = run.analyses.get("notch_map", pd.DataFrame())
    picture = ""
    if len(near) and len(places):
        chart = image(matters_charts.notch_map(places, near, names, words), words.say("notches.chart_alt"))
        picture = page.figure(words.say("notches.chart"), chart, words.say("notches.caption"))
    draws = int(found["draws"].iloc[0])
    basis = words.say("notches.drawn", draws=draws) if draws else words.say("notches.register")
    return lead + body + picture + _note(words, "notches.note") + page.paragraph(html.escape(basis), "small")


def _labels(run: RunFolder, words: Wording) -> dict[str, str]:
    found = dict(zip(run.settings["path"], run.settings[words.lang], strict=True))
    return found | {path.removeprefix("assumptions."): name for path, name in found.items()}


def _finite(value: float) -> float:
    return float(value) if pd.notna(value) else math.nan
