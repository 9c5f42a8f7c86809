"""Files written whole or not at all: beside their place first, onto the disk, then moved into it; and folders held by one
process at a time. Private to the user who made them.

What is made from a register is as confidential as the register: files are readable by their owner only (0600), and so are
folders made for them (0700). Windows has no such modes; there a file inherits the rights of the folder it lies in.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from simulator.audit import act, has_written
from simulator.errors import Problem, SimulatorError

REMEDY = "close it if it is open elsewhere, or choose another --out"
ROOM = "make room on the disk, or choose another --out"
FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
LOCKED_BYTE = 2**30  # far behind what stands in a lock file, which stays readable where locks are mandatory (Windows)


def put(path: str | Path, write: Callable[[Path], object], error: type[SimulatorError] = SimulatorError,
        remedy: str = REMEDY, passing: bool = False) -> Path:
    """Make a file by `write(beside)` and move it to `path`; folders above it are made.

    passing: the file is not to stay, so the audit log need not name it.

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
            settle(beside)
            beside.replace(path)
            settle(path.parent)
        except OSError as e:
            remedy = ROOM if e.errno in FULL else remedy
            raise error(Problem(str(path), f"cannot be written ({e.strerror or e})", remedy)) from e
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        if not passing:
            has_written(path)
    return path


def make_folder(path: Path) -> None:
    """A folder and those above it that are not there yet, each for its owner only. Raises OSError."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(exist_ok=True)  # raises where a file is in the way


def settle(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on the disk: what follows must survive a power cut. Raises OSError."""
    if path.is_dir() and sys.platform == "win32":  # folders cannot be opened there
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def held(path: Path, error: type[SimulatorError] = SimulatorError) -> Iterator[None]:
    """Hold a lock file, removed in the end. The system lets go of it when the process dies, however it dies.

    Raises `error` at once, naming who holds it.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError as e:
            with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
                who = file.read(200).strip() or str(e)
            raise error(Problem(str(path.parent), f"another run is at work there ({who})",
                                "wait for it, or choose another --out")) from e
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                break
        os.close(handle)  # it was removed by the one before: there is a newer one
    try:
        since = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {platform.node()}, since {since}".encode())
        yield
    finally:
        if sys.platform != "win32":
            path.unlink(missing_ok=True)  # before it is let go of
        os.close(handle)
        if sys.platform == "win32":
            with contextlib.suppress(OSError):  # somebody else has it open already
                path.unlink(missing_ok=True)


def _lock(handle: int) -> None:
    """The one place that asks which system this is for a lock. Raises OSError where another process holds it."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
