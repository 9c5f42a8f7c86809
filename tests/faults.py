"""What an input is refused with, for tests of bad input."""

from __future__ import annotations

import pytest

from simulator.errors import Problem, SimulatorError


def problems_of(call, *args, **kwargs) -> list[Problem]:
    """The problems a call is refused with, all of them errors; a call that succeeds fails the test."""
    with pytest.raises(SimulatorError) as refused:
        call(*args, **kwargs)
    assert refused.value.exit_code == 2
    assert refused.value.problems
    assert all(problem.severity == "error" for problem in refused.value.problems)
    return refused.value.problems


def texts_of(call, *args, **kwargs) -> list[str]:
    """The same, as the command line prints them."""
    return [str(problem) for problem in problems_of(call, *args, **kwargs)]
