"""The interpretation switches of a policy: where its text is ambiguous, each possible reading by name.

A reading is part of the scenario (`interpretation.rent_clock=settling`), is printed in every report, and its fiscal effect can be
computed. The policy file says which there are and which is the default.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator import yamlfile
from simulator.errors import LawError, Problem, nearest
from simulator.law.policy import Policy
from simulator.phrases import phrase


def defaults(policy: Policy) -> dict[str, str]:
    """The default reading of every switch."""
    return {name: switch.default for name, switch in policy.readings.items()}


def check(policy: Policy, chosen: Mapping[str, object], place: str = "interpretation") -> list[Problem]:
    """What is wrong with a choice of readings: unknown switches and unknown readings."""
    problems = []
    for name, reading in chosen.items():
        if name not in policy.readings:
            remedy = nearest(str(name), policy.readings) or phrase("one of {}", ", ".join(policy.readings))
            problems.append(Problem(f"{place}.{name}", "is no interpretation switch", remedy))
        elif reading_name(reading) not in policy.readings[name].names:
            names = policy.readings[name].names
            remedy = nearest(reading_name(reading), names) or phrase("one of {}", ", ".join(names))
            problems.append(Problem(f"{place}.{name}", phrase("has no reading {}", yamlfile.shown(reading)), remedy))
    return problems


def reading_name(value: object) -> str:
    """A reading's name as written; YAML's `none` (no value) is the reading called none."""
    return "none" if value is None else str(value)


def compile_readings(policy: Policy, chosen: Mapping[str, object]) -> np.ndarray:
    """The chosen readings (defaults for the rest) as whole numbers (switches,). Raises LawError for unknown ones."""
    if problems := check(policy, chosen):
        raise LawError(problems)
    return np.array(
        [switch.code(reading_name(chosen.get(name, switch.default))) for name, switch in policy.readings.items()] or [0], np.int64
    )
