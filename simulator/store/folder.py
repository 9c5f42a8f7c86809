"""What the folders of runs, comparisons and register checks have in common: a record, and files held to its sums."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.disclosure.suppression import Plan
from simulator.errors import Problem, ReportError, nearest
from simulator.files import settled
from simulator.phrases import phrase
from simulator.regular import bytes_of, parsed
from simulator.spreadsheets import unescaped

RECORD = "record.json"


class Recorded:
    """A folder that was read: `path`, `record`, `profile`, and the names its record gives."""

    path: Path
    record: Mapping[str, Any]
    profile: str
    plan: Plan | None = None  # outside: what may be shown

    @property
    def run_id(self) -> str:
        """What this run, comparison or check is called. Where anything is withheld: a random name of its record, for one made of the
        register's sha256 would tell whoever guesses at a cell that the guess is right."""
        return str(self.record.get("reference", "—") if self.controlled else self.record["run_id"])

    @property
    def synthetic(self) -> bool:
        """Whether the numbers come from an invented register."""
        return bool(self.record["population"].get("synthetic", False))

    @property
    def external(self) -> bool:
        """Whether this is shown to readers outside: no names, no paths, nothing that rests on few enterprises."""
        return self.profile == "external"

    @property
    def controlled(self) -> bool:
        """Whether disclosure control withholds something here: outside, unless the register is invented."""
        return self.external and not self.synthetic

    def published(self) -> list[tuple[str, str, str]]:
        """What it shows outside of tables that the ledger of releases holds: measure, clause or class, year."""
        return self.plan.published() if self.plan is not None else []


def _of(kind: type | tuple[type, ...]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(each, kind) and not isinstance(each, bool) for each in value)


SHAPES: Mapping[str, Callable[[object], bool]] = {  # of what a record says, where it says it
    **dict.fromkeys(("outputs", "hashes", "population"), lambda value: isinstance(value, dict)),
    **dict.fromkeys(("clauses", "targets", "alternatives", "runs"), _of(dict)),
    **dict.fromkeys(("years", "cash_years"), _of((int, str))),
}


def read_record(file: Path, keys: Iterable[str]) -> dict[str, Any]:
    """`record.json`, once a change of its folder that was cut short is at its end. Raises ReportError when it cannot be read or
    lacks one of `keys`."""
    settled(file.parent, ReportError)
    try:
        record = parsed(bytes_of(file).decode("utf-8-sig"))
    except OSError as e:
        remedy = "name the folder of a finished run"
        raise ReportError(Problem(str(file), phrase("cannot be read ({})", e.strerror or e), remedy)) from e
    except ValueError as e:
        raise ReportError(Problem(str(file), phrase("is not a run's record ({})", e), "run the scenario again")) from e
    missing = [key for key in keys if not isinstance(record, dict) or key not in record]
    if missing:
        raise ReportError(Problem(str(file), phrase("lacks {}", ", ".join(missing)), "run the scenario again"))
    if wrong := [key for key, shape in SHAPES.items() if key in record and not shape(record[key])]:
        raise ReportError(Problem(str(file), phrase("is not a run's record ({})", ", ".join(wrong)), "run the scenario again"))
    return record


def is_own(name: object) -> bool:
    """Whether a record's name is that of a file beside it."""
    return isinstance(name, str) and name not in ("", "..") and "\0" not in name and len(name) < 256 and Path(name).name == name


def read_output(path: Path, name: str, outputs: Mapping[str, str], problems: list[Problem]) -> bytes:
    """The bytes of one output, held to the record's sha256."""
    try:
        raw = bytes_of(path / name)
    except OSError as e:
        problems.append(Problem(str(path / name), phrase("cannot be read ({})", e.strerror or e), "run the scenario again"))
        return b""
    if name not in outputs:
        problems.append(Problem(str(path / name), "has no sha256 in record.json", "run the scenario again"))
    elif hashlib.sha256(raw).hexdigest() != outputs[name]:
        remedy = "restore the file, or run the scenario again"
        problems.append(Problem(str(path / name), "was changed after the run (its sha256 differs)", remedy))
    return raw


def read_csv(raw: bytes, name: str, columns: Iterable[str], problems: list[Problem]) -> pd.DataFrame:
    """A table as text, blank cells as empty text; its columns checked."""
    try:
        table = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, encoding="utf-8-sig").map(unescaped)
    except ValueError as e:
        problems.append(Problem(name, phrase("is not a table ({})", e), "run the scenario again"))
        return pd.DataFrame()
    for column in columns:
        if column not in table.columns:
            remedy = nearest(column, table.columns) or "run the scenario again"
            problems.append(Problem(name, phrase("lacks the column {}", column), remedy))
    return table


def read_numbers(raw: bytes) -> pd.DataFrame:
    """A table of a folder with numbers as numbers."""
    return pd.read_csv(io.BytesIO(raw), encoding="utf-8-sig", dtype={"year": str}, keep_default_na=True)
