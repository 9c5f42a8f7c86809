"""The folder of a register check: every problem found, how complete each column is, and the statistical tables."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.budget.result import versions
from simulator.disclosure.outputs import released
from simulator.disclosure.registers import (
    behind,
    columns_released,
    counts_released,
    indicators_released,
    sensitive_rows,
    shown,
)
from simulator.engine.window import laid_over
from simulator.errors import Problem, ReportError
from simulator.files import change, listed
from simulator.population.findings import problem_table
from simulator.population.indicators import indicators
from simulator.population.raw import Finding
from simulator.population.readers import Examination, examine
from simulator.population.schema import contract
from simulator.scenario import load_scenario
from simulator.sources import source_hash
from simulator.spreadsheets import save_csv
from simulator.store.folder import RECORD, Recorded, read_numbers, read_output, read_record
from simulator.store.kinds import profile_of
from simulator.store.run_files import CONTRIBUTIONS

TELLING = ("problems.csv", "columns.csv")
UNKNOWN = {"未知", "unknown"}
RECORD_KEYS = ("run_id", "created", "title", "population", "hashes", "versions", "register", "warnings", "outputs")


@dataclass(frozen=True)
class CheckFolder(Recorded):
    """A register check, read and checked.

    problems: severity, table, column, value, and place, cause and remedy in both languages. columns: table, column, zh,
    rows, blank, unknown. tables: the indicators by name, none where the register cannot be used.
    """

    path: Path
    record: Mapping[str, Any]
    problems: pd.DataFrame
    columns: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    profile: str = "internal"

    @classmethod
    def open(cls, path: Path | str, profile: str = "internal") -> CheckFolder:
        """Read the folder of a check. Raises ReportError with all that is missing, changed or unreadable."""
        path, profile = Path(path), profile_of(profile)
        record = read_record(path / RECORD, RECORD_KEYS)
        faults: list[Problem] = []
        found = {name: read_output(path, name, record["outputs"], faults) for name in record["outputs"]}
        if faults or not set(TELLING) <= set(found):
            raise ReportError(faults or [Problem(str(path), "is no check of a register", "check the register again")])
        frames = {name: read_numbers(raw) for name, raw in found.items() if name.endswith(".csv")}
        problems = frames.pop("problems.csv").astype(object).fillna("")
        controlled = profile == "external" and record["population"].get("synthetic") is not True
        columns = columns_released(frames["columns.csv"], controlled)
        if profile == "external":  # what stands in cells stays inside
            problems = counts_released(problems, controlled)
        tables, sensitive = {}, record["register"].get("sensitive")
        for name, frame in frames.items():
            if name != "columns.csv":
                numbers = tuple(c for c in frame.columns if c not in ("year", "size", "kind", "sector", "threshold"))
                rows = range(len(frame)) if sensitive is None else sensitive.get(name.removesuffix(".csv"), range(len(frame)))
                held = frame.index.isin(list(rows)) & controlled
                shown = released(frame, held, numbers)
                tables[name.removesuffix(".csv")] = indicators_released(shown) if controlled else shown
        return cls(path, record, problems, columns, tables, profile)

    def published(self) -> list[tuple[str, str, str]]:
        """What it shows of the tables, for the ledger of releases."""
        return shown(self.tables) if self.controlled else []

    @property
    def usable(self) -> bool:
        """Whether the register can be imported."""
        return bool(self.record["register"]["usable"])


def write_check(folder: str | Path, register: str | Path, units: Mapping[str, str] | None = None) -> Path:
    """Examine a register and keep what was found in a folder. Raises PopulationError when there is nothing to open."""
    folder, found = Path(folder), examine(register, units)
    tables = {"problems.csv": _problems(found), "columns.csv": _completeness(found)}
    people, sensitive = found.population, None
    if people is not None:
        law = load_scenario("baseline").law
        window = laid_over(people, law, people.first_year, people.last_year)
        named = indicators(people, annual=lambda _: window.annual[:, 1:])
        tables |= {f"{name}.csv": table for name, table in named.items()}
        if not people.synthetic:
            sensitive = sensitive_rows(people, window.annual[:, 1:], named)
            tables[CONTRIBUTIONS] = behind(people, window.annual[:, 1:])
    with change(folder, ReportError) as changing:
        outputs = {
            name: changing.put(name, partial(save_csv, table) if name.endswith(".csv") else partial(table.to_parquet, index=False))
            for name, table in tables.items()
        }
        for name in listed(folder):  # of an earlier check
            if Path(name).suffix in (".csv", ".parquet"):
                changing.remove(name)
        changing.text(RECORD, json.dumps(_record(found, sensitive, outputs), ensure_ascii=False, indent=1))
    return folder


def _record(found: Examination, sensitive: Mapping[str, list[int]] | None, outputs: Mapping[str, str]) -> dict[str, Any]:
    """What was checked, with which code, and what came of it."""
    people = found.population
    sha256, code = found.source.sha256, source_hash()
    of_register = {
        "usable": people is not None,
        "errors": len(found.errors),
        "warnings": len(found.warnings),
        "enterprises": len(people) if people is not None else None,
        "first_year": people.first_year if people is not None else None,
        "last_year": people.last_year if people is not None else None,
        "sensitive": sensitive,
    }
    return {
        "kind": "check",
        "reference": secrets.token_hex(6),
        "run_id": f"check-{hashlib.sha256(f'{sha256}|{code}'.encode()).hexdigest()[:8]}",
        "created": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "title": {"zh": found.label, "en": found.label},
        "population": {
            "source": found.label,
            "enterprises": of_register["enterprises"],
            "synthetic": found.source.synthetic,
            "sha256": sha256,
        },
        "hashes": {"code": code},
        "versions": {k: v for k, v in versions().items() if k in ("simulator", "python", "pandas")} | {"python": platform.python_version()},
        "register": of_register,
        "warnings": [],
        "outputs": dict(outputs),
    }


def _problems(found: Examination) -> pd.DataFrame:
    """One row per problem, in both languages."""
    zh, en = problem_table(found, "zh"), problem_table(found, "en")
    places = [_table_and_column(found, problem) for problem in found.problems]
    frame = pd.DataFrame(places, columns=["table", "column"])
    frame.insert(0, "severity", [p.severity for p in found.problems])
    frame["value"] = zh.iloc[:, 2].to_numpy()
    for lang, translated in (("zh", zh), ("en", en)):
        for name, at in (("place", 1), ("cause", 3), ("remedy", 4)):
            frame[f"{name}_{lang}"] = translated.iloc[:, at].to_numpy()
    return frame


def _table_and_column(found: Examination, problem: Problem) -> tuple[str, str]:
    """Which table and which column a problem is about; blank where it is about neither."""
    if not isinstance(problem, Finding):
        return "", ""
    for name, raw in found.source.tables.items():
        if raw.label == problem.table:
            inside = 0 <= problem.position < len(raw.header)
            return name, str(raw.header[problem.position]) if inside else ""
    return "", ""


def _completeness(found: Examination) -> pd.DataFrame:
    """How many cells of each column are blank and how many unknown."""
    rows = []
    for table in contract().tables:
        raw = found.source.tables.get(table.name)
        if raw is None:
            continue
        for name, cells in zip(raw.header, raw.columns, strict=False):
            texts = [str(cell).strip() for cell in cells]
            rows.append(
                (table.name, table.header, str(name), len(texts), sum(not t for t in texts), sum(t.lower() in UNKNOWN for t in texts))
            )
    return pd.DataFrame(rows, columns=["table", "zh", "column", "rows", "blank", "unknown"])
