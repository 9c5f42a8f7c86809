"""Delete what was made of a register: the files that a run's own record lists, and nothing else.

What is deleted is gone from the folder, not from the medium: on a solid-state disk, a journaling or copying file system, in
backups and shadow copies its bytes may live on. Who must be sure of that encrypts the disk and destroys the key.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from simulator.engine.checkpoints import FOLDER as BLOCKS
from simulator.engine.checkpoints import carries_its_sum
from simulator.errors import Problem, ReportError
from simulator.files import RECORD as WRITTEN
from simulator.files import delete, delete_empty, listed, settle_below
from simulator.phrases import phrase
from simulator.regular import digest_of
from simulator.store.artefact import RECORDS
from simulator.store.folder import RECORD, is_own
from simulator.store.verify import CHANGED, MISSING, SAME, json_of, state_of

GONE, KEPT, ALTERED, OTHER, LOCKED = "gone", "kept", "altered", "other", "locked"
COLUMNS = ("file", "state")
FAILED = "failed"  # folder of what there is of a report that failed


def purge(folder: str | Path) -> pd.DataFrame:
    """Delete the tables, draws and reports of every run, comparison and check in a folder; every file with what became of it.

    state: gone; kept (a record: what was made, when, of what, by sha256; it holds nothing of the register); altered (listed,
    but changed since, so perhaps somebody's work); other (not of this program's making); locked (could not be deleted).
    Registers are never touched. Raises ReportError, with nothing deleted, where the folder holds no record, is a link, or a
    record lists what lies elsewhere.
    """
    top = Path(folder)
    if top.is_symlink() or not top.is_dir():
        raise ReportError(Problem(str(top), "is no folder", "name the folder of a run itself"))
    settle_below(top, ReportError)
    records = [p for p in _files(top) if p.name == RECORD]
    found: dict[Path, tuple[str, str]] = {}  # state, and sha256 as listed
    problems: list[Problem] = []
    for file in records:
        record = json_of(file)
        outputs = record.get("outputs") if record else None
        if record is None or not isinstance(outputs, dict) or "run_id" not in record:
            problems.append(Problem(str(file), "is not a run's record", "name the folder of a run"))
            continue
        for name, digest in outputs.items():
            target = file.parent / str(name)
            if not is_own(name) or target.is_symlink():
                problems.append(Problem(str(file), phrase("lists {}, which lies elsewhere", repr(name)), "restore the record"))
            elif (state := state_of(target, str(digest))) != MISSING:
                found[target] = state, str(digest)
    if not records:
        problems.append(Problem(str(top), "holds no run, comparison or check", phrase("name a folder with a {}", RECORD)))
    if problems:
        raise ReportError(problems)
    for file in _files(top):
        found |= _of_a_report(file) | _left_behind(file)
    rows = []
    for file in _files(top):
        was, digest = found.get(file, ("", ""))
        state = KEPT if _is_record(file) else {SAME: GONE, CHANGED: ALTERED}.get(was, OTHER)
        if state == GONE:
            try:
                state = GONE if delete(file, digest) else ALTERED
            except OSError:
                state = LOCKED
        rows.append((file.relative_to(top).as_posix(), state))
    for empty in sorted((p for p in top.rglob("*") if p.is_dir() and p.name in (FAILED, BLOCKS)), reverse=True):
        if all(entry.name == WRITTEN for entry in empty.iterdir()):
            for entry in empty.iterdir():
                delete(entry, digest_of(entry))
            delete_empty(empty)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _files(top: Path) -> Iterator[Path]:
    """The files of a folder in order; what links lead to is not looked at."""
    for entry in sorted(top.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            yield from _files(entry)
        else:
            yield entry


def _is_record(file: Path) -> bool:
    return file.name in (RECORD, WRITTEN) or (file.suffix == ".json" and file.parent.name == RECORDS)


def _of_a_report(file: Path) -> dict[Path, tuple[str, str]]:
    """The report's file that a record beside it tells of."""
    if file.parent.name != RECORDS or (record := json_of(file)) is None or "sha256" not in record:
        return {}
    report = file.parent.parent / file.name.removesuffix(".json")
    return {} if report.is_symlink() else {report: (state_of(report, str(record["sha256"])), str(record["sha256"]))}


def _left_behind(file: Path) -> dict[Path, tuple[str, str]]:
    """Parts of what did not come to its end: failed reports, by the sha256 their folder's record lists, and finished blocks of a run,
    by the one they carry."""
    if file.is_symlink():
        return {}
    if file.parent.name == FAILED and (mine := listed(file.parent).get(file.name)):
        return {file: (state_of(file, mine), mine)}
    return {file: (SAME, digest_of(file))} if file.parent.name == BLOCKS and carries_its_sum(file) else {}
