"""The folder of a comparison: each scenario's run in a folder of its own, their paired differences, and a record of all."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.budget.compare import CHANGED, DIFFERENCES, QUANTILES, compare_runs
from simulator.budget.result import BudgetRun
from simulator.disclosure.outputs import differences_released
from simulator.disclosure.suppression import Plan, plan_of
from simulator.errors import Problem, ReportError
from simulator.files import change
from simulator.phrases import phrase
from simulator.spreadsheets import save_csv
from simulator.store.folder import RECORD, Recorded, is_own, read_csv, read_output, read_record
from simulator.store.kinds import profile_of
from simulator.store.record import TOTAL, RunFolder, read_contributions

FILES: Mapping[str, tuple[str, ...]] = {"differences.csv": DIFFERENCES, "changed.csv": CHANGED}
LATER: Mapping[str, tuple[str, ...]] = {"quantiles.csv": QUANTILES}  # folders made before these were kept have none
RECORD_KEYS = ("run_id", "created", "title", "seed", "draws", "population", "hashes", "versions", "policy", "runs", "warnings", "outputs")


@dataclass(frozen=True)
class ComparisonFolder(Recorded):
    """A comparison, read and checked: the runs (the baseline first), what was changed, and what that changes.

    differences: scenario, clause, year ("total" over all), mean (CNY cash, reform − baseline), standard_error, share_higher
    with its interval.
    quantiles: scenario, year, quantile (per cent), baseline and reform with their own intervals, difference with its 95 % interval
    low, high (CNY; NaN where the draws are too few for one); empty where the folder keeps none.
    """

    path: Path
    record: Mapping[str, Any]
    runs: tuple[RunFolder, ...]
    changed: pd.DataFrame
    differences: pd.DataFrame
    profile: str = "internal"
    quantiles: pd.DataFrame = field(default_factory=pd.DataFrame)
    plan: Plan | None = None

    @classmethod
    def open(cls, path: Path | str, profile: str = "internal") -> ComparisonFolder:
        """Read the folder of a comparison. Raises ReportError with all that is missing, changed or unreadable."""
        path, profile = Path(path), profile_of(profile)
        record = read_record(path / RECORD, RECORD_KEYS)
        if elsewhere := [entry["folder"] for entry in record["runs"] if not is_own(entry["folder"])]:
            cause = phrase("lists {}, which lies elsewhere", repr(elsewhere[0]))
            raise ReportError(Problem(str(path / RECORD), cause, "compare again"))
        problems: list[Problem] = []
        files = {**FILES, **{name: columns for name, columns in LATER.items() if name in record["outputs"]}}
        raw = {name: read_output(path, name, record["outputs"], problems) for name in files}
        tables = {n: read_csv(raw[n], n, files[n], problems) for n in files if raw[n]}
        runs, plan = [], _plan(path, record) if profile == "external" else None
        for entry in record["runs"]:
            try:
                runs.append(RunFolder.open(path / entry["folder"], profile, plan))
                if runs[-1].record["run_id"] != entry["run_id"]:
                    problems.append(Problem(str(path / entry["folder"]), phrase("is not the run {}", entry["run_id"]), "compare again"))
            except ReportError as e:
                problems += e.problems
        if problems:
            raise ReportError(problems)
        differences = tables["differences.csv"]
        numbers = [c for c in differences.columns if c not in ("scenario", "clause", "year")]
        differences[numbers] = differences[numbers].apply(pd.to_numeric, errors="coerce")
        quantiles = tables.get("quantiles.csv", pd.DataFrame(columns=list(QUANTILES)))
        numbers = list(QUANTILES[2:])
        quantiles[numbers] = quantiles[numbers].apply(pd.to_numeric, errors="coerce")
        outside = plan or Plan(exempt=True)
        held = [not outside.shows("paid", clause, year) for clause, year in zip(differences["clause"], differences["year"], strict=True)]
        few = [not outside.shows_percentiles("paid", TOTAL, year) for year in quantiles["year"]]
        changed = tables["changed.csv"]
        if not outside.exempt:
            changed = changed[changed["path"] != "population.source"]
        return cls(
            path,
            record,
            tuple(runs),
            changed,
            differences_released(differences, held, FILES["differences.csv"][3:], outside.exempt),
            profile,
            differences_released(quantiles, few, numbers[1:], outside.exempt),
            plan,
        )

    def difference(self, run: RunFolder, clause: str = TOTAL, year: int | str = TOTAL) -> pd.Series:
        """One difference of a reform from the baseline."""
        table = self.differences
        place = self.runs.index(run) - 1
        rows = table[(table["clause"] == clause) & (table["year"] == str(year))]
        names = list(dict.fromkeys(table["scenario"]))
        return rows[rows["scenario"] == names[place]].iloc[0]


def _plan(path: Path, record: Mapping[str, Any]) -> Plan:
    """What may be shown of runs published side by side: none of them, and no difference of two, may tell of one enterprise."""
    if record["population"].get("synthetic") is True:
        return Plan(exempt=True)
    folders = [path / entry["folder"] for entry in record["runs"]]
    runs = [RunFolder.open(folder) for folder in folders]
    return plan_of(runs[0].record, [read_contributions(run.path, run.record) for run in runs], [run.summary for run in runs])


def write_comparison(folder: str | Path, *runs: BudgetRun) -> Path:
    """Keep a comparison of runs (the baseline first) in a folder. Raises ScenarioError unless they share seed and draws.

    Two scenarios of one name are distinguished by a number.
    """
    folder = Path(folder)
    named: list[BudgetRun] = []
    for run in runs:
        taken = [r.scenario.name for r in named]
        name, count = run.scenario.name, 2
        while name in taken:
            name, count = f"{run.scenario.name}-{count}", count + 1
        given = replace(run.scenario.given, name=run.scenario.given.name + name.removeprefix(run.scenario.name))
        named.append(replace(run, scenario=replace(run.scenario, given=given)))
    found = compare_runs(*named)
    with change(folder, ReportError) as changing:
        entries = []
        for place, run in enumerate(named):
            where = f"{place}-{re.sub(r'[^a-z0-9_-]+', '-', run.scenario.name.lower()).strip('-')[:40]}".strip("-")
            entries.append((where, run.put_into(changing, f"{where}/")))
        outputs = {
            name: changing.put(name, partial(save_csv, table))
            for name, table in (("differences.csv", found.differences), ("changed.csv", found.changed), ("quantiles.csv", found.quantiles))
        }
        changing.text(RECORD, json.dumps(_record(entries, outputs), ensure_ascii=False, indent=1))
    return folder


def _record(entries: list[tuple[str, dict[str, Any]]], outputs: Mapping[str, str]) -> dict[str, Any]:
    """The record of a comparison. entries: folder and record of each run."""
    first = entries[0][1]
    identity = hashlib.sha256("|".join(r["run_id"] for _, r in entries).encode()).hexdigest()[:8]
    return {key: first[key] for key in ("seed", "draws", "sampling", "population", "versions", "policy")} | {
        "kind": "comparison",
        "reference": secrets.token_hex(6),
        "run_id": f"compare-{first['seed']}-{first['draws']}-{identity}",
        "created": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "scenario": ", ".join(r["scenario"] for _, r in entries),
        "title": first["title"],
        "changed": first["changed"],
        "hashes": {"law": first["hashes"]["law"], "code": first["hashes"]["code"], "scenario": first["hashes"]["scenario"]},
        "runs": [
            {"folder": where, "run_id": r["run_id"], "reference": r["reference"], "title": r["title"], "scenario": r["hashes"]["scenario"]}
            for where, r in entries
        ],
        "warnings": first["warnings"],
        "outputs": dict(outputs),
    }
