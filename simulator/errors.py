"""What can go wrong, said so that the reader can mend it.

Every failure a user can cause is a `SimulatorError`: a list of `Problem`s, each naming the place, what is wrong and
what to write instead. All problems of one input are collected before anything is raised. The command line prints them
and exits with `exit_code`; anything else that escapes is a defect of the program.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.phrases import phrase


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    place: where (file, sheet!cell, line, path of a setting); cause: what was found there; remedy: what to write.
    severity: "error" stops everything, "warning" is listed and stops nothing. cause_zh, remedy_zh: the same in Chinese where it
    was made with the English; elsewhere `messages` translates.
    """

    place: str
    cause: str
    remedy: str = ""
    severity: str = "error"
    cause_zh: str = ""
    remedy_zh: str = ""

    def __str__(self) -> str:
        cause, below, formula = self.cause.partition("\n")  # a formula and a caret stand on lines of their own
        text = f"{self.place}: {cause}" if self.place else cause
        return (f"{text} → {self.remedy}" if self.remedy else text) + below + formula


class SimulatorError(Exception):
    """Base of every failure a user can cause; carries all problems at once."""

    exit_code = 2

    def __init__(self, problems: str | Problem | Iterable[Problem]):
        if isinstance(problems, str):
            problems = [Problem("", problems)]
        elif isinstance(problems, Problem):
            problems = [problems]
        self.problems: list[Problem] = list(problems)
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[SimulatorError], tuple[list[Problem]]]:
        return type(self), (self.problems,)  # from another process with every place, cause and remedy


class LawError(SimulatorError):
    """The law's numbers or readings cannot be used."""


class ScenarioError(SimulatorError):
    """A scenario file or a `--set` cannot be used."""


class PopulationError(SimulatorError):
    """A register cannot be used."""


class ClusterError(SimulatorError):
    """Work cannot be done on a cluster."""


class ReportError(SimulatorError):
    """A report could not be made."""


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6, behind: str = "") -> str:
    """The known name most like `word`, as the remedy of an error; empty when nothing is near: less alike than `cutoff`. behind: what
    is to stand behind the name.

    >>> nearest("high_raet", ["high_rate", "low_rate"])
    'did you mean high_rate?'
    """
    known = list(known)
    found = difflib.get_close_matches(word, known, n=1, cutoff=cutoff)
    if not found:  # a path may be wrong in one part only: try its last part against the last parts
        tails = {name.rsplit(".", 1)[-1]: name for name in known}
        near = difflib.get_close_matches(word.rsplit(".", 1)[-1], list(tails), n=1, cutoff=0.7)
        found = [tails[near[0]]] if near else []
    return phrase("did you mean {}?", found[0] + behind) if found else ""
