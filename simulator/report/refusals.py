"""Why a register is refused, and what is wrong with it, on a terminal. Nothing that takes time is imported here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from simulator.errors import Problem
from simulator.population.raw import Finding
from simulator.population.wording import translated
from simulator.render.text import folded
from simulator.report.wording import Wording, load

OF_A_KIND = 5  # problems of one kind written out; the others are counted
PROBLEM_WIDTHS = (24, 44, 44)  # terminal cells of place, rule and remedy
SEVERITIES = ("error", "data error", "warning")
COPY = {"zh": "--out 检查.xlsx", "en": "--out marked.xlsx"}


def marking(path: str, lang: str) -> str:
    """The command that writes a copy of a register with its problems marked."""
    quoted = f'"{path}"' if re.search(r"\s", path) else path
    return f"simulator check {quoted} {COPY[lang]}" + (" --lang en" if lang == "en" else "")


def refusal(problems: Sequence[Problem], lang: str, path: str | None) -> list[str]:
    """Why a register was refused by a verb that needs it, a line each; path: the register, where its cells are at fault."""
    words = load(lang)
    lines = [*_lines(problems, words)]
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
            lines += [
                words.say(f"register.{severity.replace(' ', '_')}", count=len(group)),
                folded(header, _rows(group, words), PROBLEM_WIDTHS),
                "",
            ]
    return "\n".join(lines)


def _lines(problems: Sequence[Problem], words: Wording) -> Iterable[str]:
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
            said = translated(problem, words.lang)
            yield said.place, said.cause, said.remedy
        if len(group) > OF_A_KIND:
            yield "", words.say("register.more", count=len(group) - OF_A_KIND), ""
