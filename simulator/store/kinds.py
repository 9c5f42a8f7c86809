"""The reports there are: what each is made of, in which formats, and whether a request for one can be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.errors import Problem, ReportError, nearest
from simulator.phrases import phrase

FORMATS = ("html", "pdf", "xlsx", "docx", "txt")
BESIDE = {"xlsx": "tables.xlsx"}  # a second file that goes with a format's
LANGUAGES = ("zh", "en")
PROFILES: Mapping[str, tuple[str, ...]] = {"internal": ("internal", "对内", "内部"), "external": ("external", "对外", "外部")}
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


@dataclass(frozen=True)
class Kind:
    """One report: the notebook of its name, the folder it is made from (run, comparison or check), its formats. analyses: those it
    shows of `BudgetRun.analyses`; None: all."""

    folder: str
    formats: tuple[str, ...] = ("html", "pdf", "docx", "txt")
    analyses: tuple[str, ...] | None = None


KINDS: Mapping[str, Kind] = {
    "budget": Kind("run", FORMATS),
    "compare": Kind("comparison"),
    "clause": Kind("run", analyses=("drivers",)),
    "targets": Kind("run", analyses=("conditions", "backtest", "backtest_of_place")),
    "check": Kind("check"),
}


def check(
    notebook: str,
    formats: Sequence[str],
    languages: Sequence[str],
    profile: str,
    clause: str = "",
    scenarios: int = 1,
    clauses: Sequence[str] | None = None,
) -> None:
    """Whether this report can be made at all. Raises ReportError with every reason why not, before anything runs.

    scenarios: how many there are to report on. clauses: slugs of the policy's clauses; None: not known yet.
    """
    problems = []

    def known(place: str, given: str, names: Sequence[str]) -> None:
        if given not in names:
            problems.append(
                Problem(place, phrase("there is no {}", repr(given)), nearest(str(given), names) or phrase("one of {}", ", ".join(names)))
            )

    known("notebook", notebook, tuple(KINDS))
    if (wrong := _no_profile(profile)) is not None:
        problems.append(wrong)
    for lang in languages:
        known("lang", lang, LANGUAGES)
    for form in formats:
        known("format", form, FORMATS)
    kind = KINDS.get(notebook)
    if kind and (lacking := [form for form in formats if form in FORMATS and form not in kind.formats]):
        problems.append(
            Problem(
                "format",
                phrase("the report {} is not made as {}", notebook, ", ".join(lacking)),
                phrase("one of {}", ", ".join(kind.formats)),
            )
        )
    if notebook == "clause":
        known("clause", clause, (clause,) if clauses is None else clauses)
    elif clause:
        problems.append(Problem("clause", phrase("the report {} is not about one clause", notebook), "choose the notebook clause"))
    if notebook == "compare" and scenarios < 2:
        problems.append(Problem("compare", "one scenario cannot be compared", "name the baseline, then the reforms"))
    elif notebook != "compare" and scenarios > 1:
        problems.append(
            Problem(
                notebook,
                phrase("reports on one scenario, {} are named", scenarios),
                "choose the notebook compare, or make a report of each",
            )
        )
    if not languages or not formats:
        problems.append(Problem("report", "no language or no format is named", "e.g. --format html --lang zh"))
    if problems:
        raise ReportError(problems)


def profile_of(given: object) -> str:
    """The profile a word names, Chinese or English. Raises ReportError for any other: nothing is shown to more than was meant.

    >>> profile_of("对外"), profile_of(" External")
    ('external', 'external')
    """
    if (wrong := _no_profile(given)) is not None:
        raise ReportError(wrong)
    return next(profile for profile, words in PROFILES.items() if str(given).strip().lower() in words)


def _no_profile(given: object) -> Problem | None:
    word = given.strip().lower() if isinstance(given, str) else repr(given)
    words = [word for own in PROFILES.values() for word in own]
    if word in words:
        return None
    return Problem("profile", phrase("there is no {}", repr(given)), nearest(word, words) or "internal (对内) or external (对外)")


def folder_of(given: object) -> str:
    """A folder's name as a notebook is given it; papermill makes a number of one that consists of digits. Raises ReportError for
    what is no name."""
    if isinstance(given, Path) or (isinstance(given, int) and not isinstance(given, bool)):
        return str(given)
    if not isinstance(given, str):
        raise ReportError(Problem("folder", phrase("is {}", repr(given)), "write a folder's name, in quotation marks"))
    return given


def slug(name: str) -> str:
    """`name`, if it may be the name of a file: small letters, digits, - and _. Raises ReportError.

    >>> slug("budget-2013")
    'budget-2013'
    """
    if not _SLUG.fullmatch(name):
        raise ReportError(
            Problem(f"name {name[:80]!r}", "cannot be the name of a report", "small letters, digits, - and _, at most 80 of them")
        )
    return name
