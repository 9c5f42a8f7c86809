"""Finished tasks of a run on disk, so that a run that was killed goes on where it stopped, to the same bytes.

In the run's folder, until the run is written: `blocks/run.json` says what is played, one file a finished task holds its sums
behind their sha256. A file is whole, of this run and of its task, or it is set aside and played again. Nothing here is ever
executed, and nothing is deleted that does not carry its own sha256: whatever else lies in the folder stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import platform
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from simulator.engine.blocks import Sums, Task, no_sums
from simulator.errors import Problem, SimulatorError
from simulator.files import (
    OF_A_RUN,
    delete,
    delete_empty,
    delete_unfinished,
    make_folder,
    put_for_now,
    ready,
    set_aside,
)
from simulator.locks import held
from simulator.phrases import phrase
from simulator.population.parts import Register
from simulator.regular import bytes_of, digest_of, parsed
from simulator.scenario import Scenario
from simulator.sources import source_hash

FOLDER, RECORD, LOCK = "blocks", "run.json", "lock"
BLOCK = re.compile(r"\d{5}-\d+-\d{8}-\d{8}\.sums")
ROOM = "make room on the disk; --resume then goes on from here"
NEW = "--new starts clean"


class Checkpoints:
    """The finished tasks of one run in a folder. Make it with `kept`."""

    def __init__(self, folder: Path, identity: dict[str, Any], notice: Callable[[str], None]):
        self.folder, self.identity, self.notice = folder, identity, notice
        self.digest = hashlib.sha256(_text(identity).encode()).hexdigest()
        self.block: int | None = None  # draws of a task, as the run began

    def begin(self, tasks: list[Task]) -> None:
        """Note what is played, before the first task is."""
        if self.block is None:
            self.block = tasks[0].last - tasks[0].first
            noted = {"identity": self.identity, "block": self.block}
            text = _text(noted | {"sha256": hashlib.sha256(_text(noted).encode()).hexdigest()})
            put_for_now(self.folder / RECORD, lambda path: path.write_text(text, encoding="utf-8"), ROOM)

    def save(self, task: Task, sums: Sums) -> None:
        """Keep a finished task. Raises SimulatorError when the disk is full; what was kept stays."""
        years, clauses = sums.by_clause.shape[1:3]
        head = {"run": self.digest, "task": list(task), "years": years, "clauses": clauses, "taken": sums.taken}
        body = b"".join((_text(head).encode(), b"\n", *(part.astype("<i8").tobytes() for part in sums[:2])))
        whole = hashlib.sha256(body).hexdigest().encode() + b"\n" + body
        put_for_now(self._path(task), lambda path: path.write_bytes(whole), ROOM)

    def load(self, task: Task) -> Sums | None:
        """A finished task's sums; None where there are none, with a word where there is something else."""
        try:
            whole = bytes_of(self._path(task))
        except FileNotFoundError:
            return None
        except OSError as e:
            return self._play_again(task, phrase("cannot be read ({})", e.strerror))
        if not _is_whole(whole):
            return self._play_again(task, "is damaged")
        first_line, _, numbers = whole.partition(b"\n")[2].partition(b"\n")
        head = parsed(first_line)
        if head["run"] != self.digest or head["task"] != list(task):
            return self._play_again(task, "is of another run")
        by_clause, by_year = no_sums(task.last - task.first, head["years"], head["clauses"])
        found = np.frombuffer(numbers, "<i8").astype(np.int64)
        by_clause.ravel()[:], by_year.ravel()[:] = found[: by_clause.size], found[by_clause.size :]
        return Sums(by_clause, by_year, head["taken"])

    def _play_again(self, task: Task, why: str) -> Sums | None:
        with contextlib.suppress(OSError):  # reported by `save`, whose place it takes
            set_aside(self._path(task))
        self.notice(phrase("{} {}: it is played again", self._path(task).name, why))
        return None

    def _path(self, task: Task) -> Path:
        return self.folder / f"{task.part + 1:05d}-{task.who}-{task.first:08d}-{task.last:08d}.sums"


@contextlib.contextmanager
def kept(
    out: str | Path,
    scenario: Scenario,
    register: Register | None,
    *,
    resume: bool = False,
    new: bool = False,
    notice: Callable[[str], None] | None = None,
) -> Iterator[Checkpoints]:
    """Checkpoints of a run whose results go to `out`, which nobody else works in meanwhile; removed when all went well.

    resume: go on with the unfinished run that lies there; new: throw it away. Raises SimulatorError where another run is at
    work there; where an unfinished one lies there and neither is said; and where it is to be resumed but is a run of something
    else, naming every setting, register, version that differs.
    """
    ready(out, OF_A_RUN)
    folder = Path(out) / FOLDER
    if folder.is_symlink():
        raise SimulatorError(Problem(str(folder), "leads elsewhere: it is a link", "remove the link, or choose another --out"))
    try:
        make_folder(folder)
    except OSError as e:
        raise SimulatorError(Problem(str(folder), phrase("cannot be written ({})", e.strerror or e), "choose another --out")) from e
    found = Checkpoints(folder, identity_of(scenario, register), notice or (lambda _: None))
    try:
        with held(folder / LOCK):
            if new:
                _clear(folder)
            _hold_to(found, resume)
            try:
                yield found
            except KeyboardInterrupt:
                found.notice(phrase("{} finished blocks are kept in {}: --resume goes on from there", _count(folder), folder))
                raise
            _clear(folder)
    finally:
        delete_empty(folder)


def identity_of(scenario: Scenario, register: Register | None) -> dict[str, Any]:
    """What makes a run's numbers, field by field: settings, register, code, versions."""
    people = "drawn" if register is None else f"{register.sha256} ({len(register):,} enterprises)"
    edges = {f"edge of law.{path}": number.edge for path, number in scenario.law.numbers.items() if number.edge}
    versions = {f"version of {name}": importlib.metadata.version(name) for name in ("numpy", "numba")}
    return {
        **scenario.to_dict(),
        **edges,
        "population": people,
        "code": source_hash(),
        **versions,
        "version of python": platform.python_version(),
        "machine": platform.machine(),
    }


def _hold_to(found: Checkpoints, resume: bool) -> None:
    """Take over what an unfinished run of the same identity left, or refuse."""
    folder, record = found.folder, found.folder / RECORD
    delete_unfinished(folder)
    if not record.exists() or not (resume or _count(folder)):
        _clear(folder)
        return
    if not resume:
        raise SimulatorError(
            Problem(
                str(folder),
                phrase("an unfinished run lies there ({} finished blocks)", _count(folder)),
                "--resume goes on with it, --new starts clean",
            )
        )
    if (noted := _noted(record)) is None:
        raise SimulatorError(Problem(str(record), "is damaged, so nobody can say which run the blocks are of", NEW))
    then, now = noted["identity"], found.identity
    if differ := [field for field in {**then, **now} if then.get(field) != now.get(field)]:
        raise SimulatorError(
            [
                Problem(
                    field,
                    phrase("was {} when the run began, is now {}", _short(then.get(field)), _short(now.get(field))),
                    "set it back to resume; --new starts clean",
                )
                for field in differ
            ]
        )
    found.block = noted["block"]
    found.notice(phrase("going on from {} finished blocks", _count(folder)))


def _clear(folder: Path) -> None:
    """Delete the run's record and its blocks, each held to the sha256 it carries."""
    record = folder / RECORD
    if _noted(record) is not None:  # first: without it nothing is unfinished
        delete(record, digest_of(record))
    elif record.exists():
        set_aside(record)
    for file in folder.iterdir():
        if carries_its_sum(file):
            delete(file, digest_of(file))


def carries_its_sum(file: Path) -> bool:
    """Whether a file is a finished block, or the record of an unfinished run, as it was written."""
    if file.is_symlink() or not file.is_file():
        return False
    if file.name == RECORD:
        return _noted(file) is not None
    return BLOCK.fullmatch(file.name) is not None and _is_whole(bytes_of(file))


def _noted(record: Path) -> dict[str, Any] | None:
    """What the record of an unfinished run says; None where it is not as it was written."""
    try:
        noted: dict[str, Any] = parsed(bytes_of(record))
        digest = noted.pop("sha256")
        return noted if hashlib.sha256(_text(noted).encode()).hexdigest() == digest else None
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def _is_whole(block: bytes) -> bool:
    digest, _, body = block.partition(b"\n")
    return hashlib.sha256(body).hexdigest().encode() == digest


def _count(folder: Path) -> int:
    return sum(1 for file in folder.iterdir() if BLOCK.fullmatch(file.name))


def _short(value: Any) -> str:
    return "absent" if value is None else value if len(value) <= 60 else f"{value[:57]}…"


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
