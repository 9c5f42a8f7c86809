"""Locks on files: one process at a time, and the system lets go of a lock when its process dies, however it dies."""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from simulator.errors import Problem, SimulatorError
from simulator.phrases import phrase
from simulator.regular import bytes_of, opened

LOCKED_BYTE = 2**30  # far behind what stands in a lock file, which stays readable where locks are mandatory (Windows)


@contextlib.contextmanager
def held(path: Path, error: type[SimulatorError] = SimulatorError, wait: float = 0.0) -> Iterator[None]:
    """Hold a lock file, removed in the end. The system lets go of it when the process dies, however it dies.

    Raises `error` after `wait` seconds, naming who holds it; OSError where there can be no such file.
    """
    until = time.monotonic() + wait
    while (handle := _hold(path)) is None:
        if time.monotonic() >= until:
            who = bytes_of(path, 800).decode("utf-8", "replace")[:200].strip()
            raise error(
                Problem(
                    str(path.parent), phrase("another run is at work there ({})", who or "unnamed"), "wait for it, or choose another --out"
                )
            )
        time.sleep(0.02)
    try:
        since = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        os.ftruncate(handle, 0)
        os.write(handle, phrase("process {} on {}, since {}", os.getpid(), platform.node(), since).encode())
        yield
    finally:
        if sys.platform != "win32":
            path.unlink(missing_ok=True)  # before it is let go of
        os.close(handle)
        if sys.platform == "win32":
            with contextlib.suppress(OSError):  # somebody else has it open already
                path.unlink(missing_ok=True)


def _hold(path: Path) -> int | None:
    """The handle of a lock file that is held now; None where another process holds it."""
    while True:
        handle = opened(path, os.O_RDWR | os.O_CREAT)
        try:
            lock(handle)
        except OSError:
            os.close(handle)
            return None
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)  # it was removed by the one before: there is a newer one


def lock(handle: int) -> None:
    """The one place that asks which system this is for a lock. Raises OSError where another process holds it."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
