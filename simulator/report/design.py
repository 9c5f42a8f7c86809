"""A design in words and tables: what was asked, the most generous terms that fit, how sure that is, and the frontier of cost and growth."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from simulator.budget.design import DesignResult, fewest_draws
from simulator.budget.design_tables import tables
from simulator.budget.freedom import FreeTerm
from simulator.budget.result import BudgetRun
from simulator.document import Table
from simulator.document.numbers import UNITS, UP
from simulator.money import plainly
from simulator.render.text import tables as as_text
from simulator.report.saved import save as save_sheets
from simulator.report.tabled import in_money, tabled
from simulator.report.wording import Wording, load


def text(result: DesignResult, lang: str = "zh") -> str:
    """What a terminal shows."""
    words = load(lang)
    return "\n".join(sentences(result, words)) + "\n\n" + as_text(*sheets(result, lang).values(), legend=words.say("matters.margins"))


def save(result: DesignResult, path: str | Path, lang: str = "zh") -> Path:
    """Write FILE.csv (the frontier, CNY) or FILE.xlsx."""
    return save_sheets(path, sheets(result, lang), {"frontier": result.frontier}, load(lang))


def keep(result: DesignResult, run: BudgetRun, folder: str | Path, workers: int | None = None) -> Path:
    """Keep the scenario's run with its analyses and this design in a folder, for a report. Raises SimulatorError."""
    return run.write(folder, run.analyses(workers) | tables(result))


def sentences(result: DesignResult, words: Wording, title: str = "") -> list[str]:
    """The answer in words, the first what was asked; title: the scenario's, where the result does not carry it."""
    said = {"budget": _money(result.budget, words), "confidence": _per_cent(result.confidence)}
    if result.scenario is not None:
        title = title or words.pick({"zh": result.scenario.zh, "en": result.scenario.en})
    lines = [words.say("design.asked", scenario=title, **said)]
    if result.best is None:
        needed = UNITS[words.lang]["money"].text(result.cheapest.needed, digits=2, rounding=UP)
        lines.append(words.say("design.infeasible", needed=needed, **said))
        return lines
    best = result.best
    lines.append(
        words.say(f"design.best_{result.maximise}", over=_per_cent(best.over), high=_per_cent(best.over_high), draws=f"{result.draws:,}")
    )
    low, high = (_per_cent(result.checked[f"probability_{end}"]) for end in ("low", "high"))
    kind = "contradicted" if result.contradicted else "checked"
    lines.append(words.say(f"design.{kind}", over=_per_cent(result.checked["probability"]), low=low, high=high))
    if best.position == tuple(t.steps for t in result.terms):
        lines.append(words.say("design.everything"))
    if not result.monotone:
        lines.append(words.say("design.not_monotone"))
    return lines


def sheets(result: DesignResult, lang: str) -> dict[str, Table]:
    """The terms found and the frontier, by name of their sheet."""
    words = load(lang)
    return {words.say("design.sheet_terms"): _terms(result, words), words.say("design.sheet_frontier"): _frontier(result, words)}


def _terms(result: DesignResult, words: Wording) -> Table:
    """Each free term: today's number and the one found (or the cheapest in reach)."""
    design = result.best or result.cheapest
    columns = ("term", "article", "path", "today", "found", "range")
    rows = [
        (
            getattr(t, words.lang),
            t.article,
            t.path,
            _shown(t, t.today, words),
            _shown(t, design.values[t.path], words),
            words.say("unit.plain_range", low=_shown(t, t.low, words), high=_shown(t, t.high, words)),
        )
        for t in result.terms
    ]
    title = "design.terms" if result.best is not None else "design.cheapest_terms"
    return tabled(
        words.say(title),
        {words.say(f"design.{c}"): "text" for c in columns},
        rows,
        words,
        words.say("design.goal", draws=f"{result.draws:,}", fewest=fewest_draws(result.confidence)),
    )


def _frontier(result: DesignResult, words: Wording) -> Table:
    kinds = {
        "needed": "enough",
        "cost": "number±",
        "growth": "number±",
        "gained": "signed±",
        "over": "share",
        "over_high": "share",
        "fits": "text",
    }
    columns = {getattr(t, words.lang): "text" for t in result.terms} | {words.say(f"design.{k}"): v for k, v in kinds.items()}
    rows, scale = [], UNITS[words.lang]["money"].scale
    for row in result.frontier.to_dict("records"):
        state = (
            "design.best"
            if result.best is not None and is_best(row, result)
            else "design.tied"
            if row["tied"]
            else "design.yes"
            if row["feasible"]
            else "design.no"
        )
        rows.append(
            (
                *(_shown(t, Decimal(repr(row[t.path])).quantize(t.step), words) for t in result.terms),
                row["needed"] / scale,
                *((row[k] / scale, row[f"{k}_error"] / scale) for k in ("cost", "growth", "gained")),
                row["over"],
                row["over_high"],
                words.say(state),
            )
        )
    note = words.say("design.frontier_note", confidence=_per_cent(result.confidence))
    return tabled(words.say("design.frontier"), columns, rows, words, note, in_money(words))


def is_best(row: Mapping[str, object], result: DesignResult) -> bool:
    """Whether a row of the frontier is the design found."""
    return result.best is not None and all(float(result.best.values[t.path]) == row[t.path] for t in result.terms)


def _shown(term: FreeTerm, value: Decimal, words: Wording) -> str:
    """A number of the law with its unit."""
    if term.unit in ("share", "occupancy"):
        return plainly(value * 100) + "%"
    return words.say("design.amount", number=plainly(value), unit=words.term("units", term.unit))


def _money(yuan: float | Decimal, words: Wording) -> str:
    return f"{float(yuan) / UNITS[words.lang]['money'].scale:,.2f}"


def _per_cent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"
