"""What a register's reading, assessment and invention show on a terminal, in the language asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from simulator.engine.assess import CLAWBACK, Assessment
from simulator.errors import Problem
from simulator.law.clauses import SLUGS
from simulator.population.parts import Parts
from simulator.population.raw import Finding
from simulator.population.readers import Examination
from simulator.population.register import Population
from simulator.population.schema import TABLES
from simulator.population.wording import told
from simulator.report.screen import folded, table
from simulator.report.sources import named
from simulator.report.wording import Wording, load

OF_A_KIND = 5  # problems of one kind written out; the others are counted
PROBLEM_WIDTHS = (24, 44, 44)  # terminal cells of place, rule and remedy
SHOWN_AWARDS = 20
SEVERITIES = ("error", "data error", "warning")
COPY = {"zh": "--out 检查.xlsx", "en": "--out marked.xlsx"}


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


def marking(path: str, lang: str) -> str:
    """The command that writes a copy of a register with its problems marked."""
    quoted = f'"{path}"' if re.search(r"\s", path) else path
    return f"simulator check {quoted} {COPY[lang]}" + (" --lang en" if lang == "en" else "")


def next_step(path: str, lang: str) -> str:
    """What to do with a template once it is filled in."""
    return load(lang).say("register.filled", command=marking(path, lang))


def _contents(population: Population, words: Wording) -> list[str]:
    """How much a register holds, and how much of it is unknown."""
    cells = sum(1 for enterprise, _, _ in population.unknown if enterprise)
    lines = [words.say(
        "register.contents", enterprises=f"{len(population):,}", first=population.first_year, last=population.last_year,
        rows=f"{int(population.annual['present'].sum()):,}", support=f"{(population.support != 0).sum():,}",
        paid=f"{(population.paid != 0).sum():,}", applications=f"{len(population.applications):,}")]
    if population.unknown:
        lines.append(words.say("register.unknown", cells=f"{cells:,}", columns=len(population.unknown) - cells))
    if population.synthetic:
        lines.append(words.say("register.synthetic"))
    return lines


def remarks(population: Population | Parts, path: str, lang: str) -> str:
    """One line on a register that a run reads, where something is to be said of it: warnings, unknown facts."""
    words = load(lang)
    count = {"warnings": len(population.warnings), "command": marking(path, lang)}
    if population.unknown:
        cells = sum(1 for enterprise, _, _ in population.unknown if enterprise)
        return words.say("register.played_unknown", cells=f"{cells:,}", columns=len(population.unknown) - cells, **count)
    return words.say("register.played", **count) if population.warnings else ""


def refusal(problems: Sequence[Problem], lang: str, path: str | None) -> list[str]:
    """Why a register was refused by a verb that needs it, a line each; path: the register, where its cells are at fault."""
    words = load(lang)
    lines = [*_told(problems, words)]
    if path and any(mark in problem.place for problem in problems for mark in (" line ", "!")):
        lines.append(words.say("register.mark", command=marking(path, lang)))
    return lines


def listing(problems: Sequence[Problem], lang: str) -> str:
    """Problems by severity, errors first, as tables: place, rule, remedy; of each kind the first few are written out and the
    others counted."""
    words, lines = load(lang), []
    for severity in SEVERITIES:
        group = [problem for problem in problems if problem.severity == severity]
        if group:
            header = [words.say(f"register.{key}") for key in ("place", "rule", "remedy")]
            lines += [words.say(f"register.{severity.replace(' ', '_')}", count=len(group)),
                      folded(header, _rows(group, words), PROBLEM_WIDTHS), ""]
    return "\n".join(lines)


def _told(problems: Sequence[Problem], words: Wording) -> Iterable[str]:
    """One line a problem, its remedy behind an arrow; after the first few of a kind, how many more there are."""
    for place, rule, remedy in _rows(problems, words):
        key, places = ("register.problem", {"place": place}) if place else ("register.problem_without_place", {})
        yield "  " + words.say(key, cause=rule, **places) + (f" → {remedy}" if remedy else "")


def _rows(problems: Sequence[Problem], words: Wording) -> Iterable[tuple[str, str, str]]:
    """Place, rule and remedy of each problem; after the first few of a kind, how many more there are."""
    kinds: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:  # what differs in numbers and quotations only is of one kind
        column = (problem.table, problem.position) if isinstance(problem, Finding) else ()
        kinds.setdefault((column, re.sub(r"“[^”]*”|[\d.,–…]+", "", problem.cause)), []).append(problem)
    for group in kinds.values():
        for problem in group[:OF_A_KIND]:
            said = told(problem, words.lang)
            yield said.place, said.cause, said.remedy
        if len(group) > OF_A_KIND:
            yield "", words.say("register.more", count=len(group) - OF_A_KIND), ""


def assessment(result: Assessment, lang: str = "zh") -> str:
    """The assessment by clause and year: recipients and CNY, totals, what unknown facts leave open, what was odd."""
    words, summary = load(lang), result.summary()
    years = [int(year) for year in result.years]
    rows = []
    for slug in [*SLUGS, CLAWBACK]:
        of_clause = summary[summary["clause"] == slug].set_index("year")
        if not of_clause.empty:
            places = slug == "school_places"
            total = f"{of_clause['amount'].sum():,.0f}" if places else f"{of_clause['amount'].sum():,.2f}"
            rows.append((_clause(result, slug, words), *(cell for year in years for cell in _cells(of_clause, year, places)),
                         words.say("assess.places", count=total) if places else total))
    cash = summary[~summary["clause"].isin(["school_places", CLAWBACK])]
    by_year = cash.groupby("year")["amount"].sum()
    rows.append((words.say("assess.total"), *(cell for year in years for cell in ("", f"{by_year.get(year, 0.0):,.2f}")),
                 f"{result.total:,.2f}"))
    head = [words.say("assess.clause")]
    for year in years:
        head += [words.say("assess.year", year=year), words.say("assess.amount")]
    lines = [table((*head, words.say("assess.sum")), rows)]
    if saved := summary["saved_by_district"].sum():
        lines.append(words.say("assess.saved", amount=f"{saved:,.2f}"))
    if len(result.intervals):
        lines += ["", _left_open(result, words)]
    if result.problems:
        lines += ["", listing(result.problems, lang).rstrip()]
    return "\n".join(lines)


def _cells(of_clause: pd.DataFrame, year: int, places: bool) -> tuple[str, str]:
    """Recipients and amount of one year."""
    if year not in of_clause.index:
        return "—", "—"
    row = of_clause.loc[year]
    return f"{row['recipients']:,.0f}", f"{row['amount']:,.0f}" if places else f"{row['amount']:,.2f}"


def _clause(result: Assessment, slug: str, words: Wording) -> str:
    if slug == CLAWBACK:
        return f"五（五） {words.say('assess.clawback')}"
    block = result.blocks[slug]
    return f"{block.article} {words.pick({'zh': block.zh, 'en': block.en})}"


def _left_open(result: Assessment, words: Wording) -> str:
    """What unknown facts leave open: intervals or not assessable, and what finding out each of them would settle."""
    found = result.intervals
    rows = [
        (r.enterprise_id, r.year, _clause(result, r.clause, words), f"{r.low:,.2f}",
         words.say("assess.unbounded") if pd.isna(r.high) else f"{r.high:,.2f}", _facts(r.unknown, words))
        for r in found.head(SHOWN_AWARDS).itertuples()
    ]
    head = [words.say(f"assess.{name}") for name in ("enterprise", "of_year", "clause", "low", "high", "facts")]
    lines = [words.say("assess.open", count=f"{len(found):,}"), table(head, rows, left=3, last_left=True)]
    if len(found) > SHOWN_AWARDS:
        lines.append("  " + words.say("assess.more", count=f"{len(found) - SHOWN_AWARDS:,}", option="--out"))
    worth = [(_facts(r.column, words), f"{r.unknown_cells:,}", f"{r.intervals:,}", f"{r.width_alone:,.2f}",
              f"{r.width_shared:,.2f}", f"{r.not_assessable:,}") for r in result.worth.itertuples()]
    head = [words.say(f"assess.{name}") for name in ("fact", "cells", "involved", "alone", "shared", "not_assessable")]
    return "\n".join([*lines, "", words.say("assess.worth"), table(head, worth)])


def _facts(names: str, words: Wording) -> str:
    """Columns by name, in Chinese by their headers."""
    headers = {column.name: column.header for each in TABLES for column in each.columns} if words.lang == "zh" else {}
    return ("、" if headers else ", ").join(headers.get(name, name) for name in names.split(", "))


def statistics(tables: Mapping[str, pd.DataFrame], lang: str = "zh") -> str:
    """The tables of 三（十）, amounts in CNY; columns nobody filled are left out."""
    words, parts = load(lang), []
    for name, frame in tables.items():
        shown = [column for column in frame.columns if not frame[column].isna().all()]
        rows = [[_statistic(row[column], column, words) for column in shown] for _, row in frame.iterrows()]
        parts.append(f"{words.say(f'indicators.{name}')}\n"
                     + table([words.say(f"indicators.{column}") for column in shown], rows))
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
    rows = [(getattr(r, lang), _figure(r.target), f"{_figure(r.low)} … {_figure(r.high)}", _figure(r.achieved),
             f"{r.ratio:.3f}", words.say("calibration.fits" if r.fits else "calibration.missed"), named(r.source, words))
            for r in report.itertuples()]
    head = ("figure", "target", "range", "achieved", "ratio", "verdict", "source")
    text = table([words.say(f"calibration.{name}") for name in head], rows, last_left=True)
    return f"{text}\n\n{words.say('calibration.end', count=len(report), misses=int((~report['fits']).sum()))}"


def _figure(value: float) -> str:
    return "—" if pd.isna(value) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
