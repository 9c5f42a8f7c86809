"""The confirmed cases of a shipped policy, and what the engine gives for them.

As a script (`python -m tests.policies.cases NAME`) it runs the cases of one policy and prints each that differs: the plain mode needs a
process of its own.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path
from typing import Any

from simulator import yamlfile
from simulator.engine.assess import assess
from simulator.errors import LawError
from simulator.law.policy import CLAWBACK
from simulator.law.shipped import policy_path
from simulator.population.readers import read_population
from simulator.population.schema import contract_of
from simulator.scenario import Scenario, under_policy


def cases_of(name: str) -> list[dict[str, Any]]:
    """The cases of a shipped policy: case; enterprise, annual, expected of one enterprise, or `enterprises`, a list of these (copies:
    how many alike); readings where not the usual ones."""
    data: Any = yamlfile.load(policy_path(name).with_name("cases.yaml"), LawError).data["cases"]
    return list(data)


def _members(case: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The enterprises of a case by code; copies each with a code of their own."""
    given = case.get("enterprises") or [case]
    found = []
    for i, member in enumerate(given):
        copies = int(member.get("copies", 1))
        found += [(f"Z{i:03d}{c:03d}", member) for c in range(copies)]
    return found


def register_of(case: dict[str, Any], scenario: Scenario, folder: Path) -> Path:
    """The case's enterprises as a register of CSV files with every column; cells not given are blank."""
    contract = contract_of(scenario.law.policy)
    enterprises, annual = ([column.name for column in columns] for columns in (contract.enterprises, contract.annual))
    tables: dict[str, tuple[list[str], list[dict[str, Any]]]] = {"enterprises": (enterprises, []), "annual": (annual, [])}
    for code, member in _members(case):
        tables["enterprises"][1].append({"enterprise_id": code, **(member.get("enterprise") or {})})
        for year, row in (member.get("annual") or {}).items():
            tables["annual"][1].append({"enterprise_id": code, "year": year, **(row or {})})
    for name, (columns, rows) in tables.items():
        unknown = {key for row in rows for key in row} - set(columns)
        assert not unknown, f"{case['case']}: no columns {sorted(unknown)}"
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows({k: ("是" if v is True else "否" if v is False else str(v)) for k, v in row.items()} for row in rows)
    return folder


def answers(case: dict[str, Any], scenario: Scenario) -> tuple[dict[tuple[str, int, str], int], dict[tuple[str, int, str], int]]:
    """What the engine gives and what the case expects: fen by enterprise, year and clause."""
    scenario = scenario.set({f"interpretation.{k}": v for k, v in (case.get("readings") or {}).items()})
    with tempfile.TemporaryDirectory() as folder:
        population = read_population(register_of(case, scenario, Path(folder)), policy=scenario.law.policy)
    table = assess(population, scenario).table()
    given = {(str(row.enterprise_id), int(row.year), str(row.clause)): round(row.amount * 100) for row in table.itertuples()}
    expected = {
        (code, int(year), slug): round(amount * 100)
        for code, member in _members(case)
        for year, due in (member.get("expected") or {}).items()
        for slug, amount in due.items()
    }
    known = {*scenario.law.policy.slugs, CLAWBACK}
    assert all(slug in known for _, _, slug in expected), f"{case['case']}: an expected clause is none of the policy"
    return given, expected


def main(name: str) -> int:
    """Run every case of a policy; how many differ."""
    scenario, wrong = under_policy(name), 0
    for case in cases_of(name):
        given, expected = answers(case, scenario)
        if given != expected:
            wrong += 1
            print(f"{case['case']}\n  given    {given}\n  expected {expected}")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
