"""Files written whole or not at all: beside their place first, then moved into it. Private to the user who made them.

What is made from a register is as confidential as the register: files are readable by their owner only (0600), and so are
folders made for them (0700). Windows has no such modes; there a file inherits the rights of the folder it lies in.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from simulator.audit import act, has_written
from simulator.errors import Problem, SimulatorError

REMEDY = "close it if it is open elsewhere, or choose another --out"
ROOM = "make room on the disk, or choose another --out"


def put(path: str | Path, write: Callable[[Path], object], error: type[SimulatorError] = SimulatorError,
        remedy: str = REMEDY) -> Path:
    """Make a file by `write(beside)` and move it to `path`; folders above it are made.

    Whatever goes wrong, an older file stays as it was and nothing is left beside it. Raises `error` when the place cannot be
    written to; what `write` raises for other reasons passes through.
    """
    path = Path(path)
    beside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    with act("write"):  # entered in the audit log, where one is kept and no verb is entered already
        try:
            make_folder(path.parent)
            beside.touch(mode=0o600)  # not every writer says plainly that it cannot
            write(beside)
            beside.chmod(0o600)  # some writers make the file anew
            os.replace(beside, path)
        except OSError as e:
            remedy = ROOM if e.errno == errno.ENOSPC else remedy
            raise error(Problem(str(path), f"cannot be written ({e.strerror or e})", remedy)) from e
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        has_written(path)
    return path


def make_folder(path: Path) -> None:
    """A folder and those above it that are not there yet, each for its owner only. Raises OSError."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(exist_ok=True)  # raises where a file is in the way
