"""What a register's reading, assessment and invention show on a terminal, in the language asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulator.law.policy import CLAWBACK
from simulator.law.readings import defaults
from simulator.population.parts import Register, each, lies_in_parts, open_register
from simulator.population.readers import Examination
from simulator.population.register import Population, asked_for
from simulator.population.schema import contract, contract_of
from simulator.render.text import grid
from simulator.report.refusals import listing, marking
from simulator.report.sources import named
from simulator.report.wording import Wording, load

if TYPE_CHECKING:
    from simulator.engine.assess import Assessment  # which loads the compiler: check shows no assessment

SHOWN_AWARDS = 20


def examination(found: Examination, lang: str, path: str | None) -> str:
    """What a check found: problems by severity, what the register holds and whether it can be used.

    path: the register as the user named it, for the command that marks its cells; None: they are marked already.
    """
    words = load(lang)
    lines = [listing(found.problems, lang)] if found.problems else []
    count = {"errors": len(found.errors), "warnings": len(found.warnings)}
    if found.population is None:
        lines.append(words.say("register.unusable", label=found.label, **count))
    else:
        lines += [words.say("register.usable", label=found.label, warnings=count["warnings"]), *_contents(found.population, words)]
    if found.encodings:
        lines.append(words.say("register.encodings", encodings=found.encodings))
    if found.problems and path and found.source.tables:
        lines.append(words.say("register.mark", command=marking(path, lang)))
    return "\n".join(lines)


def in_parts(path: str, units: Mapping[str, str], lang: str) -> str:
    """The same of a register in parts, empty where it is none. Raises PopulationError with every problem of every part."""
    if not lies_in_parts(path):
        return ""
    register, words = open_register(path, units), load(lang)
    usable = words.say("register.usable", label=register.source, warnings=len(register.warnings))
    return "\n".join([*([listing(register.warnings, lang)] if register.warnings else []), usable, *_contents(register, words)])


def next_step(path: str, lang: str) -> str:
    """What to do with a template once it is filled in."""
    return load(lang).say("register.filled", command=marking(path, lang))


def _contents(register: Register, words: Wording) -> list[str]:
    """How much a register holds, and how much of it is unknown."""
    unknown = asked_for(register.unknown, contract().policy, defaults(contract().policy))
    cells = sum(1 for enterprise, _, _ in unknown if enterprise)
    held = np.zeros(4, int)
    for part in each(register):
        counts = part.annual["present"], part.support != 0, part.paid != 0
        held += [*(int(count.sum()) for count in counts), len(part.applications)]
    lines = [
        words.say(
            "register.contents",
            enterprises=f"{len(register):,}",
            first=register.first_year,
            last=register.last_year,
            **{name: f"{count:,}" for name, count in zip(("rows", "support", "paid", "applications"), held, strict=True)},
        )
    ]
    if unknown:
        lines.append(words.say("register.unknown", cells=f"{cells:,}", columns=len(unknown) - cells))
    if register.synthetic:
        lines.append(words.say("register.synthetic"))
    return lines


def remarks(population: Register, path: str, lang: str) -> str:
    """On a register that a run reads, where something is to be said of it: warnings, unknown facts, what cannot be projected."""
    return "\n".join(filter(None, (_odd(population, path, lang), _not_projected(population, load(lang)))))


def _not_projected(population: Register, words: Wording) -> str:
    """How many enterprises state a contribution that the policy asks for, and no sales that later ones could follow from."""
    if not isinstance(population, Population) or "district_contribution" not in contract().policy.needed_facts():
        return ""
    stated, sales = population.annual["district_contribution"] > 0, population.annual["sales"] > 0
    alone = int(np.count_nonzero(stated.any(axis=1) & ~sales.any(axis=1)))
    return words.say("register.contribution_alone", count=f"{alone:,}") if alone else ""


def _odd(population: Register, path: str, lang: str) -> str:
    words = load(lang)
    count = {"warnings": len(population.warnings), "command": marking(path, lang)}
    if unknown := asked_for(population.unknown, contract().policy, defaults(contract().policy)):
        cells = sum(1 for enterprise, _, _ in unknown if enterprise)
        return words.say("register.played_unknown", cells=f"{cells:,}", columns=len(unknown) - cells, **count)
    return words.say("register.played", **count) if population.warnings else ""


def assessment(result: Assessment, lang: str = "zh") -> str:
    """The assessment by clause and year: recipients and CNY, totals, what unknown facts leave open, what was odd."""
    words, summary = load(lang), result.summary()
    years = [int(year) for year in result.years]
    rows, in_kind = [], result.policy.slugs[result.policy.cash_clauses :]
    for slug in [*result.policy.slugs, CLAWBACK]:
        of_clause = summary[summary["clause"] == slug].set_index("year")
        if not of_clause.empty:
            places = slug in in_kind
            pupils = result.policy.clauses[result.policy.index(slug)].unit.name == "places" if places else False
            total = f"{of_clause['amount'].sum():,.0f}" if places else f"{of_clause['amount'].sum():,.2f}"
            rows.append(
                (
                    _clause(result, slug, words),
                    *(cell for year in years for cell in _cells(of_clause, year, places)),
                    words.say("assess.places" if pupils else "assess.in_kind", count=total) if places else total,
                )
            )
    cash = summary[~summary["clause"].isin([*in_kind, CLAWBACK])]
    by_year = cash.groupby("year")["amount"].sum()
    rows.append(
        (words.say("assess.total"), *(cell for year in years for cell in ("", f"{by_year.get(year, 0.0):,.2f}")), f"{result.total:,.2f}")
    )
    head = [words.say("assess.clause")]
    for year in years:
        head += [words.say("assess.year", year=year), words.say("assess.amount")]
    lines = [grid((*head, words.say("assess.sum")), rows)]
    if saved := summary["saved_by_district"].sum():
        lines.append(words.say("assess.saved", amount=f"{saved:,.2f}"))
    if result.in_parts and len(plan := result.plan()):
        lines += ["", _plan(result, plan, words)]
    if len(result.intervals):
        lines += ["", _left_open(result, words)]
    if result.problems:
        lines += ["", listing(result.problems, lang).rstrip()]
    return "\n".join(lines)


def _plan(result: Assessment, plan: pd.DataFrame, words: Wording) -> str:
    """In which years what is awarded in parts is paid, by clause."""
    years = range(int(plan["paid_in"].min()), int(plan["paid_in"].max()) + 1)
    rows = []
    for slug, own in plan.groupby("clause", sort=False):
        by_year = own.groupby("paid_in")["amount"].sum()
        rows.append(
            (
                _clause(result, str(slug), words),
                *(f"{by_year[y]:,.2f}" if y in by_year.index else "—" for y in years),
                f"{own['amount'].sum():,.2f}",
            )
        )
    head = (words.say("assess.clause"), *(words.say("assess.paid_in", year=year) for year in years), words.say("assess.sum"))
    back = set(result.ids[np.flatnonzero(result.clawback.any(axis=1))])
    both = [words.say("assess.plan_due_back", count=str(n))] if (n := len(back & set(plan["enterprise_id"]))) else []
    return "\n".join([words.say("assess.plan"), grid(head, rows), *both])


def _cells(of_clause: pd.DataFrame, year: int, places: bool) -> tuple[str, str]:
    """Recipients and amount of one year."""
    if year not in of_clause.index:
        return "—", "—"
    row = of_clause.loc[year]
    return f"{row['recipients']:,.0f}", f"{row['amount']:,.0f}" if places else f"{row['amount']:,.2f}"


def _clause(result: Assessment, slug: str, words: Wording) -> str:
    if slug == CLAWBACK:
        article = result.blocks[slug].article if slug in result.blocks else ""
        return f"{article} {words.say('assess.clawback')}".strip()
    block = result.blocks[slug]
    return f"{block.article} {words.pick({'zh': block.zh, 'en': block.en})}"


def _left_open(result: Assessment, words: Wording) -> str:
    """What unknown facts leave open: intervals or not assessable, and what finding out each of them would settle."""
    found = result.intervals
    rows = [
        (
            r.enterprise_id,
            r.year,
            _clause(result, r.clause, words),
            f"{r.low:,.2f}",
            words.say("assess.unbounded") if pd.isna(r.high) else f"{r.high:,.2f}",
            _facts(result, r.unknown, words),
        )
        for r in found.head(SHOWN_AWARDS).itertuples()
    ]
    head = [words.say(f"assess.{name}") for name in ("enterprise", "of_year", "clause", "low", "high", "facts")]
    lines = [words.say("assess.open", count=f"{len(found):,}"), grid(head, rows, left=3, last_left=True)]
    if len(found) > SHOWN_AWARDS:
        lines.append("  " + words.say("assess.more", count=f"{len(found) - SHOWN_AWARDS:,}", option="--out"))
    worth = [
        (
            _facts(result, r.column, words),
            f"{r.unknown_cells:,}",
            f"{r.intervals:,}",
            f"{r.width_alone:,.2f}",
            f"{r.width_shared:,.2f}",
            f"{r.not_assessable:,}",
        )
        for r in result.worth.itertuples()
        if r.intervals
    ]
    head = [words.say(f"assess.{name}") for name in ("fact", "cells", "involved", "alone", "shared", "not_assessable")]
    others = [words.say("assess.worth_nothing", count=str(n))] if (n := len(result.worth) - len(worth)) else []
    return "\n".join([*lines, "", words.say("assess.worth"), grid(head, worth), *others])


def _facts(result: Assessment, names: str, words: Wording) -> str:
    """Columns by name, in Chinese by their headers."""
    chinese = words.lang == "zh"
    headers = {column.name: column.header for each in contract_of(result.policy).tables for column in each.columns} if chinese else {}
    return ("、" if chinese else ", ").join(headers.get(name, name) for name in names.split(", "))


def statistics(tables: Mapping[str, pd.DataFrame], lang: str = "zh") -> str:
    """The statistical tables, amounts in CNY; columns nobody filled are left out."""
    words, parts = load(lang), []
    for name, frame in tables.items():
        shown = [column for column in frame.columns if not frame[column].isna().all()]
        rows = [[_statistic(row[column], column, words) for column in shown] for _, row in frame.iterrows()]
        parts.append(f"{words.say(f'indicators.{name}')}\n" + grid([words.say(f"indicators.{column}") for column in shown], rows))
    return "\n\n".join([*parts, words.say("register.amounts")])


def _statistic(value: Any, column: str, words: Wording) -> str:
    if isinstance(value, str):
        chinese, _, english = value.partition(" ")  # bands come in both languages, sectors by name
        return (chinese if words.lang == "zh" else english) if english else words.term("sector", value)
    if pd.isna(value):
        return "—"
    if column == "year":
        return f"{value:.0f}"
    if column in ("growth", "share_of_trscg"):
        return f"{value:.1%}"
    return f"{value:,.2f}" if value % 1 else f"{value:,.0f}"


def calibration(report: pd.DataFrame, lang: str = "zh") -> str:
    """How well an invented register fits: target, range, achieved, ratio, and every miss."""
    words = load(lang)
    if report.empty:
        return words.say("calibration.none")
    rows = [
        (
            getattr(r, lang),
            _figure(r.target),
            f"{_figure(r.low)} … {_figure(r.high)}",
            _figure(r.achieved),
            f"{r.ratio:.3f}",
            words.say("calibration.fits" if r.fits else "calibration.missed"),
            named(r.source, words),
        )
        for r in report.itertuples()
    ]
    head = ("figure", "target", "range", "achieved", "ratio", "verdict", "source")
    text = grid([words.say(f"calibration.{name}") for name in head], rows, last_left=True)
    return f"{text}\n\n{words.say('calibration.end', count=len(report), misses=int((~report['fits']).sum()))}"


def _figure(value: float) -> str:
    return "—" if pd.isna(value) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
