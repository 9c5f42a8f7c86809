"""Processes that are killed, or find the disk full, at a step they take in the file system: counted, so that no verdict depends on the
clock."""

from __future__ import annotations

import errno
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

STEPS = ("open", "replace", "rename", "unlink", "mkdir", "rmdir", "fsync", "chmod")  # of the module os; open: to write
GROWING = ("open", "mkdir", "fsync")  # fail where the disk is full
WRITES = os.O_CREAT | os.O_RDWR | os.O_WRONLY


def in_a_child(work: Callable[[], object]) -> int:
    """What a forked process ends with; negative: the signal that killed it."""
    pid = os.fork()
    if pid == 0:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os._exit(work() or 0)
        except BaseException:  # the test's own process must not go on here
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killing(name: str, call: int, before: bool) -> None:
    """Patch a function of `os` so that its n-th call is the process's last."""
    real, calls = getattr(os, name), []

    def patched(*arguments, **named):
        calls.append(1)
        if before and len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        found = real(*arguments, **named)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(os, name, patched)


def at_each_step(act: Callable[[int], None], names: tuple[str, ...] = STEPS) -> None:
    """Patch these functions of `os` so that each call acts first, given its number."""
    taken: list[str] = []

    def patched(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments, **named):
            if name != "open" or arguments[1] & WRITES:
                taken.append(name)
                act(len(taken))
            return real(*arguments, **named)

        return call

    for name in names:
        setattr(os, name, patched(name, getattr(os, name)))


def steps_of(work: Callable[[], object], count: Path, names: tuple[str, ...] = STEPS) -> int:
    """How many steps this takes when nothing stops it. count: a file that is written."""

    def counted() -> None:
        last = [0]
        at_each_step(lambda number: last.__setitem__(0, number), names)
        work()
        steps = last[0]
        count.write_text(str(steps))

    assert in_a_child(counted) == 0
    return int(count.read_text())


def moments(steps: int, number: int = 20, seed: int = 20130101) -> list[int]:
    """So many of the steps, the same each time."""
    return sorted(random.Random(seed).sample(range(1, steps + 1), min(number, steps)))


def killed(work: Callable[[], object], step: int) -> None:
    """Do it in a process that is killed just before this step."""

    def dying() -> None:
        at_each_step(lambda number: os.kill(os.getpid(), signal.SIGKILL) if number == step else None)
        work()

    assert in_a_child(dying) == -signal.SIGKILL


def starved(work: Callable[[], object], step: int) -> int:
    """Do it in a process that finds the disk full from this step on (of GROWING); its exit code."""

    def full(number: int) -> None:
        if number >= step:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def hungry() -> object:
        at_each_step(full, GROWING)
        return work()

    return in_a_child(hungry)
