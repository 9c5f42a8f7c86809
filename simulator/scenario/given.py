"""Changes as they are given: texts of the command line, values of Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from simulator import yamlfile
from simulator.errors import Problem, ScenarioError, SimulatorError
from simulator.law.rewriting import PATH as FORMULA
from simulator.phrases import phrase
from simulator.scenario import typed

_LARGEST_NUMBER = 10**100


def parse_set(options: list[str], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`path=value` texts of `--set` as changes, with those that other options gave before. Raises ScenarioError, also for what is
    said twice.

    >>> parse_set(["policy.end=none", "assumptions.o2o_share={low: 0.1, high: 0.3}"])["policy.end"] is None
    True
    """
    changes: dict[str, Any] = dict(before or {})
    problems = []
    for option in options:
        path, equals, text = option.partition("=")
        path = path.strip()
        if not equals or not path:
            problems.append(Problem(f"--set {option}", "is not path=value", "e.g. law.tax_rebate.high_rate=0.4"))
            continue
        if path in changes:
            problems.append(Problem(f"--set {path}", "is said twice", "say it once"))
        if FORMULA.fullmatch(path):  # braces and colons of a formula are its own
            changes[path] = text.strip()
            continue
        try:
            found = yamlfile.loads(f"value: {typed.plain(text.strip())}", f"--set {path}").data
            changes[path] = found.pop("value")
            problems += [Problem(f"--set {path}", phrase("holds another line, {}", key), "give each its own --set") for key in found]
        except SimulatorError as e:
            problems += [replace(p, place=f"--set {path}") for p in e.problems]
    if problems:
        raise ScenarioError(problems)
    return changes


def text_of(path: str, value: Any) -> str:
    """A setting's value as it is written in YAML; a formula in quotes, for its colons and braces are its own.

    >>> print(text_of("law.tax_rebate.high_rate", Decimal("0.4")), text_of("law.a.formula", "tier(x >= {b: c})"))
    0.4 "tier(x >= {b: c})"
    """
    return json.dumps(value, ensure_ascii=False) if FORMULA.fullmatch(path) and isinstance(value, str) else yamlfile.written(value)


def from_python(changes: Mapping[Any, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Changes with their numbers as YAML gives them, int or Decimal; what is no such number is a problem."""
    problems: dict[str, Problem] = {}

    def plain(value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            return {key: plain(inner, path) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [plain(inner, path) for inner in value]
        value = value.item() if isinstance(value, np.generic) else value
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, Decimal) and not value.is_finite():
            problems[path] = Problem(path, phrase("is {}", value), "write a finite number")
        elif isinstance(value, int | Decimal) and not -_LARGEST_NUMBER < value < _LARGEST_NUMBER:
            problems[path] = Problem(path, "is a number too large to be meant", "check the unit")
        return value

    found = {str(path): plain(value, str(path)) for path, value in changes.items()}
    return {path: value for path, value in found.items() if path not in problems}, list(problems.values())
