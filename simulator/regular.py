"""Opening files, and nothing else: a pipe or a device has no end, and may keep whoever opens it waiting for ever."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def opened(path: Path, flags: int = os.O_RDONLY, mode: int = 0o600) -> int:
    """The handle of a file. Raises OSError, also for a folder, a pipe or a device."""
    if "\0" in str(path):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    if path.exists():  # before it is opened, since there are devices that act on it
        _must_be_a_file(path.stat().st_mode, path)
    handle = os.open(path, flags | _AT_ONCE, mode)
    try:
        _must_be_a_file(os.fstat(handle).st_mode, path)
    except OSError:
        os.close(handle)
        raise
    return handle


def _must_be_a_file(mode: int, path: Path) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))


def bytes_of(path: Path, most: int = -1) -> bytes:
    """What a file holds, at most so many bytes of it. Raises OSError, as `opened`."""
    with os.fdopen(opened(path), "rb") as file:
        return file.read(most)


def parsed(text: str | bytes) -> Any:
    """What JSON says. Raises ValueError, also where it is nested deeper than anybody writes."""
    try:
        return json.loads(text)
    except RecursionError as e:
        raise ValueError("it is nested too deep") from e


def digest_of(path: Path) -> str:
    """The sha256 of a file, read a piece at a time. Raises OSError, as `opened`."""
    with os.fdopen(opened(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
