"""What an input is refused with, for tests of bad input."""

from __future__ import annotations

import re

import pytest

from simulator.errors import Problem, SimulatorError
from simulator.messages import translated

QUOTED = re.compile(r"“[^”]*”|'[^']*'|\"[^\"]*\"|`[^`]*`|<[^<>]*>|\([^()]*\)|（[^（）]*）")  # may be in any language
SENTENCE = re.compile(  # what only an English sentence has
    r"(?<![\w./-])(?:an?|the|is|are|was|were|be|has|have|had|not|no|of|in|on|to|and|or|with|from|than|at|by|for|it|its|them|this|that|there|"
    r"write|give|choose|lies|cannot|must|may)(?![\w/-])"
)


def english_in(text: str) -> str:
    """What is English in a text that should be Chinese, but for quotations and names; empty if nothing is."""
    bare = QUOTED.sub(" ", text)
    found = SENTENCE.search(bare) or (not re.search("[\u4e00-\u9fff]", bare) and re.search(r"[a-z]{3,} [a-z]{2,}", bare))
    return found.group() if found else ""


def problems_of(call, *args, **kwargs) -> list[Problem]:
    """The problems a call is refused with, all of them errors and sayable in Chinese; a call that succeeds fails the test."""
    with pytest.raises(SimulatorError) as refused:
        call(*args, **kwargs)
    assert refused.value.exit_code == 2
    assert refused.value.problems
    assert all(problem.severity == "error" for problem in refused.value.problems)
    for problem in refused.value.problems:
        said = translated(problem, "zh")
        assert re.search("[\u4e00-\u9fff]", said.cause), problem
        assert not english_in(said.cause) and not english_in(said.remedy), (problem, said)
    return refused.value.problems


def texts_of(call, *args, **kwargs) -> list[str]:
    """The same, as the command line prints them."""
    return [str(problem) for problem in problems_of(call, *args, **kwargs)]
