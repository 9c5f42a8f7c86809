"""Whether a folder still holds what was made: files against their sums, reports against their runs, runs against a rerun."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.budget import design_tables
from simulator.budget.result import BudgetRun
from simulator.budget.risk import LEVELS, levels_in
from simulator.engine.replay import on_common_numbers
from simulator.engine.run import play
from simulator.errors import Problem, ReportError, SimulatorError
from simulator.files import settle_below
from simulator.law.shipped import shipped_policies
from simulator.phrases import phrase
from simulator.population.register import Population
from simulator.regular import bytes_of, digest_of, parsed
from simulator.scenario import Scenario, load_scenario, parse_set, under_policy
from simulator.sources import source_hash
from simulator.spreadsheets import unescaped
from simulator.store.artefact import RECORDS
from simulator.store.folder import RECORD, is_own
from simulator.store.kinds import BESIDE, FORMATS, KINDS, LANGUAGES
from simulator.store.record import RunFolder
from simulator.store.run_files import ANALYSES

SAME, CHANGED, MISSING, FOREIGN, UNRECORDED, UNREAD = "same", "changed", "missing", "foreign", "unrecorded", "unread"
REPEATED, DIFFERENT, NOT_REPEATED = "repeated", "different", "not_repeated"
EXPECTED = "expected.csv"  # of the draws themselves; the other analyses play further ones
GOOD = (SAME, REPEATED)
COLUMNS = ("file", "state", "note")
Record = Mapping[str, Any]  # what a record.json holds
REPORT = re.compile(rf"({'|'.join(KINDS)})(-[a-z_-]+)?\.({'|'.join(LANGUAGES)})\.({'|'.join([*FORMATS, *BESIDE.values()])})")


def verify(
    folder: str | Path,
    *,
    rerun: bool = False,
    population: Population | None = None,
    workers: int | None = None,
    policy: str | Path | None = None,
) -> pd.DataFrame:
    """Every file of the runs, comparisons, checks and reports in a folder, with its state and what is to be said of it.

    state: same; changed (another sum than recorded); missing; foreign (a report of another run); unrecorded (a report
    nobody has recorded); unread (a record that is none). rerun: play each run again from its settings, which adds
    repeated, different, or not_repeated where that cannot be done. population: the register of a run that had one; policy:
    the file of its policy, where that does not come with the program. Raises ReportError when there is no record in the folder.
    """
    top = Path(folder)
    settle_below(top, ReportError)
    found = sorted(p for p in top.rglob(RECORD) if "failed" not in p.relative_to(top).parts)
    if not found:
        raise ReportError(Problem(str(top), "holds no run, comparison or check", phrase("name a folder with a {}", RECORD)))
    rows: list[tuple[str, str, str]] = []
    runs: dict[str, Record] = {}
    for file in found:
        record = json_of(file)
        if record is None or not _is_sound(record):
            rows.append((_name(file, top), UNREAD, ""))
            continue
        runs |= {str(record[name]): record for name in ("run_id", "reference") if name in record}
        rows += [
            (_name(file.parent / name, top), state_of(file.parent / str(name), str(digest)), "")
            for name, digest in record["outputs"].items()
        ]
        if rerun and "kind" not in record:
            rows += _again(file.parent, record, top, population, workers, policy)
    rows += _reports(top, runs)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _reports(top: Path, runs: Mapping[str, Record]) -> list[tuple[str, str, str]]:
    """The reports' files against their own records, and these against the runs that are there."""
    rows, recorded = [], set()
    for file in sorted(top.rglob(f"{RECORDS}/[!.]*.json")):
        record = json_of(file)
        report = file.parent.parent / file.name.removesuffix(".json")
        recorded.add(report)
        if record is None or not {"sha256", "run_id", "hashes"} <= set(record) or not isinstance(record["hashes"], Mapping):
            rows.append((_name(file, top), UNREAD, ""))
            continue
        state, run = state_of(report, str(record["sha256"])), runs.get(str(record["run_id"]))
        known = {**run["hashes"], "population": run["population"].get("sha256", "")} if run else {}
        of_run = run is not None and (
            record["hashes"] == known
            or (bool(record["hashes"]) and record["hashes"].items() <= known.items() and record["run_id"] == run.get("reference"))
        )
        if state == SAME and not of_run:
            state = FOREIGN
        rows.append((_name(report, top), state, str(record["run_id"])))
    for report in sorted(top.rglob("*.*")):
        if REPORT.fullmatch(report.name) and report not in recorded and "failed" not in report.relative_to(top).parts:
            rows.append((_name(report, top), UNRECORDED, ""))
    return rows


def _again(
    folder: Path, record: Record, top: Path, population: Population | None, workers: int | None, policy: str | Path | None
) -> list[tuple[str, str, str]]:
    """A run played again: each of its files, repeated to the byte or not."""
    name = _name(folder, top)
    try:
        scenario = recorded_scenario(folder, record, policy)
        if not record["population"].get("synthetic") or record["population"].get("sha256"):
            if population is None or population.sha256 != record["population"].get("sha256"):
                return [(name, NOT_REPEATED, "register")]
        else:
            population = None
        budget = BudgetRun(scenario, play(scenario, population, workers=workers), population)
        analyses = {}
        if EXPECTED in record["outputs"]:
            analyses["expected"] = budget.expected
        if any(table in record["outputs"] for table in ANALYSES if table != EXPECTED):
            analyses |= budget.analyses(workers, _reserved(folder)) | _design(folder, record, scenario, population, workers)
        with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as work:
            again = json.loads((budget.write(work, analyses) / RECORD).read_text(encoding="utf-8"))["outputs"]
            if _settings(Path(work)) == _settings(folder):  # the same settings, whichever file of a scenario named them
                again["settings.csv"] = record["outputs"].get("settings.csv")
    except SimulatorError as e:
        return [(name, NOT_REPEATED, str(e.problems[0]))]
    note = "" if record["hashes"].get("code") == source_hash() else "code"
    return [
        (_name(folder / file, top), REPEATED if again.get(file) == digest else DIFFERENT, note)
        for file, digest in record["outputs"].items()
    ]


def _reserved(folder: Path) -> float | None:
    """The chance of one's own that a run's folder keeps a reserve for."""
    path = folder / "risk.csv"
    if not path.is_file():
        return None
    own = set(levels_in(pd.read_csv(io.BytesIO(bytes_of(path)), encoding="utf-8-sig", nrows=0))) - set(LEVELS)
    return min(own) / 100 if own else None


def _design(
    folder: Path, record: Record, scenario: Scenario, population: Population | None, workers: int | None
) -> dict[str, pd.DataFrame]:
    """The design that a run's folder keeps, searched for again."""
    if not all(f"{name}.csv" in record["outputs"] for name in design_tables.COLUMNS):
        return {}
    return design_tables.again(RunFolder.open(folder).analyses, scenario, on_common_numbers(population, workers=workers))


def recorded_scenario(folder: Path, record: Record, policy: str | Path | None = None) -> Scenario:
    """The scenario of a run, from its `settings.csv`. policy: the file of its policy, where that does not come with the program. Raises
    ReportError where it is not the one the run names."""
    base, name = load_scenario("baseline"), str(record.get("policy", {}).get("name") or "")
    if name and name != base.law.name:
        if policy is None and name not in shipped_policies():
            cause = phrase("the run is of the policy {}, which does not come with the program", name)
            raise ReportError(Problem(str(folder), cause, "name its file with --policy"))
        base = under_policy(policy if policy is not None else name)
    was = base.to_dict()
    now = _settings(folder)
    changes = parse_set([f"{path}={value}" for path, value in now.items() if was.get(path) != value])
    changes |= {path: None for path in was if path not in now}
    scenario = base.set(changes)
    if scenario.hash() != record["hashes"]["scenario"]:
        raise ReportError(Problem(str(folder), "its settings do not give the scenario it names", "restore settings.csv"))
    return scenario


def _settings(folder: Path) -> dict[str, str]:
    """The settings of a run by path."""
    try:
        raw = io.BytesIO(bytes_of(folder / "settings.csv"))
        table = pd.read_csv(raw, dtype=str, keep_default_na=False, encoding="utf-8-sig").map(unescaped)
        return dict(zip(table["path"], table["value"], strict=True))
    except (OSError, ValueError, KeyError) as e:
        raise ReportError(Problem(str(folder / "settings.csv"), phrase("cannot be read ({})", e), "restore the file")) from e


def state_of(file: Path, digest: str) -> str:
    """same, changed or missing: a file against the sha256 it was recorded with."""
    try:
        return SAME if digest_of(file) == digest else CHANGED
    except OSError:
        return MISSING


def _is_sound(record: Record) -> bool:
    """Whether a record lists files beside it, and what they were made of."""
    outputs = record.get("outputs")
    made_of = all(isinstance(record.get(key, {}), Mapping) for key in ("hashes", "population"))
    return "run_id" in record and made_of and isinstance(outputs, Mapping) and all(map(is_own, outputs))


def json_of(file: Path) -> Record | None:
    """What a file of JSON holds; None where it is none."""
    try:
        found = parsed(bytes_of(file).decode("utf-8-sig"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, Mapping) else None


def _name(file: Path, top: Path) -> str:
    return file.relative_to(top).as_posix()
