"""The policies that come with the program: one folder each under data/policies."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from simulator import resources
from simulator.law.policyfile import read_policy
from simulator.law.terms import Law

DEFAULT = "jiulongpo_2013"  # the policy of the shipped baseline


def shipped_policies() -> list[str]:
    """Names of the policies that come with the program, the baseline's first."""
    names = sorted(path.parent.name for path in resources.folder("data").glob("policies/*/policy.yaml"))
    return [DEFAULT, *(name for name in names if name != DEFAULT)]


def policy_path(name: str) -> Path:
    """Where a shipped policy's file lies."""
    return resources.folder("data") / "policies" / name / "policy.yaml"


@lru_cache(maxsize=32)
def _read(path: Path, _state: Any) -> Law:
    return read_policy(path)


def law_at(path: Path) -> Law:
    """The law of a policy file; read once while the file stays as it is. Raises LawError."""
    return _read(path, resources.state_of(path))


def default_law() -> Law:
    """The law of the shipped baseline."""
    return law_at(policy_path(DEFAULT))
