"""What a batch is asked to make: its file, read and checked as a whole before anything is played."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator import yamlfile
from simulator.disclosure.releases import no_ledger
from simulator.errors import Problem, ReportError, SimulatorError, nearest
from simulator.phrases import phrase
from simulator.population.parts import Register, open_register
from simulator.scenario import Scenario, load_scenario
from simulator.store import kinds

KEYS: Mapping[str, Any] = {
    "scenarios": ["baseline"],
    "languages": ["zh"],
    "notebooks": ["budget"],
    "formats": ["html"],
    "profile": "internal",
    "releases": None,
    "draws": None,
    "seed": None,
    "population": None,
    "set": {},
}
NOTEBOOKS = ("budget", "targets")  # those about one scenario and nothing else


@dataclass(frozen=True)
class Plan:
    """A batch as asked for, checked: scenario → folder, what is made of each, and the ledger of what is released, if any."""

    scenarios: Mapping[str, Path]
    changes: Mapping[str, Any]
    population: str | None
    languages: tuple[str, ...]
    notebooks: tuple[str, ...]
    formats: tuple[str, ...]
    profile: str
    releases: Path | None = None


def read_plan(file: str | Path, out: str | Path) -> Plan:
    """The plan in a YAML file; paths in it are seen from its folder. Raises ReportError with everything that does not fit."""
    file, out = Path(file), Path(out)
    document = yamlfile.load(file, ReportError)
    problems = list(document.problems)
    problems += [
        Problem(document.place(key), "is no key of a batch", nearest(key, KEYS) or phrase("one of {}", ", ".join(KEYS)))
        for key in document.data
        if key not in KEYS
    ]
    given = dict(KEYS) | {k: v for k, v in document.data.items() if k in KEYS}
    for key in ("scenarios", "languages", "notebooks", "formats"):
        if isinstance(given[key], str):
            given[key] = [given[key]]
        if not isinstance(given[key], list) or not given[key] or not all(isinstance(v, str) for v in given[key]):
            problems.append(Problem(document.place(key), "is not a list of words", "e.g. [zh, en]"))
    if problems:
        raise ReportError(problems)
    for notebook in given["notebooks"]:
        if notebook not in NOTEBOOKS:
            problems.append(
                Problem(
                    document.place("notebooks"),
                    phrase("{} is not made in a batch", repr(notebook)),
                    phrase("one of {}", ", ".join(NOTEBOOKS)),
                )
            )
            continue
        try:
            kinds.check(notebook, given["formats"], given["languages"], given["profile"])
        except ReportError as e:
            problems += e.problems
    changes = dict(given["set"] or {}) if isinstance(given["set"], Mapping) else {}
    changes |= {key: given[key] for key in ("draws", "seed") if given[key] is not None}
    scenarios: dict[str, Path] = {}
    for place, name in enumerate(dict.fromkeys(given["scenarios"]), start=1):
        named = str(file.parent / name) if (file.parent / name).is_file() else name
        try:
            loaded = load_scenario(named).set(_flat(changes))
            words = re.sub(r"[^a-z0-9_-]+", "-", loaded.name.lower()).strip("-_")[:40]
            scenarios[named] = out / (f"{place:02d}-{words}" if words else f"{place:02d}")
        except SimulatorError as e:
            problems += e.problems
    if problems:
        raise ReportError(list(dict.fromkeys(problems)))
    population = given["population"]
    if population and not str(population).startswith("env:") and (file.parent / str(population)).exists():
        population = str(file.parent / str(population))
    releases = file.parent / str(given["releases"]) if given["releases"] else None
    plan = Plan(
        scenarios,
        _flat(changes),
        population,
        tuple(given["languages"]),
        tuple(given["notebooks"]),
        tuple(given["formats"]),
        kinds.profile_of(given["profile"]),
        releases,
    )
    if plan.profile == "external" and plan.releases is None and _real(plan):
        raise no_ledger()
    return plan


def _real(plan: Plan) -> bool:
    """Whether a register of the plan is not marked as invented."""
    loaded = [load_scenario(name).set(plan.changes) for name in plan.scenarios]
    registers = {plan.population or str(s.plain["population.source"]): s for s in loaded}
    return any(
        found is not None and not found.synthetic for s in registers.values() if (found := register_of(s, plan.population)) is not None
    )


def register_of(scenario: Scenario, population: str | None) -> Register | None:
    """The register of a plan, else the scenario's own."""
    source = scenario.plain["population.source"]
    if population:
        return open_register(population)
    if source == "synthetic":
        return None
    beside = scenario.folder / source
    return open_register(beside if beside.exists() else source)


def _flat(changes: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings by path, whether written `law.tax_rebate.high_rate: 0.4` or nested."""
    found: dict[str, Any] = {}
    for key, value in changes.items():
        path = f"{prefix}{key}"
        nested = (
            isinstance(value, Mapping)
            and not {"low", "mode", "high", "values"} & set(map(str, value))
            and not all(isinstance(k, int) for k in value)
        )
        found |= _flat(value, f"{path}.") if nested else {path: value}
    return found
