"""Compiled code on disk, checked before it is used; and a word while code is compiled, which takes a minute the first time."""

from __future__ import annotations

import contextlib
import errno
import gc
import hashlib
import json
import os
import pickle
import re
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from numba.core import event
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

from simulator.files import delete_empty
from simulator.notices import notice
from simulator.phrases import phrase
from simulator.regular import opened

USUAL = {"play_draws": 360, "assess_register": 150}  # functions compiled where nothing is kept; what was counted last goes before
QUIET = 3.0  # seconds after which it is said that something is being compiled
EVERY = 10.0  # seconds between two words
LARGEST = 1 << 26  # bytes of a function's code: the largest there is has a tenth of it
ADMINISTRATOR = 0  # the account that may have put code there for all
UNUSED = 60 * 86400.0  # seconds after which code that nothing has loaded goes
_FOLDER, _FILE = re.compile("[0-9a-f]{24}"), re.compile(r".+\.[0-9a-f]{16}\.(nbc|[0-9a-f]{16})")  # names of the program's own


class CheckedFiles:
    """The files of one function's compiled code, as numba asks for them: one for each signature, with its hash in front.

    Named by the signature, so that two processes never mean different code by one name; written beside and put in place whole. Of
    another account's files none is loaded: who may write code may have it run.
    """

    def __init__(self, folder: Path, base: str):
        self._folder, self._base = folder, base

    def _file(self, key: Any) -> Path:
        return self._folder / f"{self._base}.{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}.nbc"

    def load(self, key: Any) -> Any:
        """The code kept for a signature; None where there is none, or what there is cannot be trusted."""
        file = self._file(key)
        try:
            raw = _own_bytes(file)
        except FileNotFoundError:
            return None
        except OSError as e:
            notice(phrase("compiled code cannot be read ({}); it is compiled anew", e), odd=True)
            return None
        try:
            if hashlib.sha256(raw[32:]).digest() != raw[:32]:
                raise ValueError(file)
            kept_for, code = pickle.loads(raw[32:])  # noqa: S301  whole, and this account's own
        except Exception:  # noqa: BLE001  of what is no pickle, anything
            self.damaged(key)
            return None
        return code if kept_for == key else None

    def damaged(self, key: Any) -> None:
        """Say that what is kept for a signature is no code."""
        notice(phrase("compiled code is damaged ({}); it is compiled anew", self._file(key)), odd=True)

    def save(self, key: Any, code: Any) -> None:
        """Keep the code of a signature; said where that is not possible."""
        content = dumps((key, code))
        file = self._file(key)
        beside = file.with_suffix(f".{uuid.uuid4().hex[:16]}")
        try:
            beside.write_bytes(hashlib.sha256(content).digest() + content)
            beside.replace(file)
            remove_unused(next((p.parent for p in file.parents if _FOLDER.fullmatch(p.name)), self._folder))
        except OSError as e:
            beside.unlink(missing_ok=True)
            notice(phrase("compiled code cannot be kept ({})", e), odd=True)

    def flush(self) -> None:
        """Forget what is kept of the function."""
        for file in self._folder.glob(f"{self._base}.*.nbc"):
            file.unlink(missing_ok=True)


def keep_checked(dispatcher: Any) -> Any:
    """A function that numba keeps on disk, its files checked from now on; the same function."""
    cache = dispatcher._cache
    cache._cache_file = files = CheckedFiles(Path(cache._cache_path), cache._impl.filename_base)

    def load(signature: Any, context: Any) -> Any:
        # Numba's own loads first all it knows of how to compile, 0.2 s. What is only loaded needs its memory management alone;
        # where something has to be compiled, numba loads the rest then.
        rtsys.initialize(context)
        try:
            return cache._load_overload(signature, context)
        except Exception:  # noqa: BLE001  numba's own words for what it did not write
            files.damaged(cache._index_key(signature, context.codegen()))
            return None

    cache.load_overload = load
    return dispatcher


def remove_unused(home: Path) -> None:
    """Remove code, of whatever version, that nothing has loaded for long, and folders left empty; what has no name of the program's
    own stays. A process that misses a file compiles it anew."""
    long_ago = time.time() - UNUSED
    for version in [f for f in home.iterdir() if _FOLDER.fullmatch(f.name) and not f.is_symlink()]:
        for above, _, names in os.walk(version, topdown=False):
            with contextlib.suppress(OSError):  # another process was there before
                unused = os.lstat(above).st_mtime < long_ago
                for file in [Path(above) / name for name in names if _FILE.fullmatch(name)]:
                    if file.lstat().st_mtime < long_ago:
                        file.unlink()
                if unused:  # else somebody may be about to write there
                    delete_empty(Path(above))


def _own_bytes(file: Path) -> bytes:
    """A file of this account's; noted as used. Raises OSError, as `opened`, and for what is another account's."""
    with os.fdopen(handle := opened(file), "rb") as code:
        if sys.platform != "win32" and os.fstat(handle).st_uid not in (ADMINISTRATOR, os.geteuid()):
            raise OSError(errno.EPERM, "it is another account's", str(file))
        with contextlib.suppress(OSError):  # where it cannot be noted it is made anew one day
            os.utime(file)
        return code.read(LARGEST)


class Watch(event.Listener):
    """Says that something is being compiled, how far that is and about how long it takes, once it has taken more than a moment.

    note: said before that, once. counted: the file that keeps how many functions each entry takes; None: none is kept.
    """

    def __init__(self, note: str, counted: Path | None):
        self._note, self._counted, self._usual = note, counted, dict(USUAL)
        self._name, self._depth, self._done, self._begun, self._said = "", 0, 0, 0.0, 0.0
        self._collects = True

    def on_start(self, event: Any) -> None:
        """Numba begins to compile a function; what it calls is compiled within."""
        if self._depth == 0:
            self._name, self._done, self._begun = event.data["dispatcher"].py_func.__name__, 0, time.monotonic()
            self._said = self._begun + QUIET - EVERY
            self._collects = gc.isenabled()
            gc.disable()  # what a compiler makes lives until it is done: looking for waste took a sixth of its time
        self._depth += 1

    def on_end(self, event: Any) -> None:
        """A function is compiled."""
        self._depth -= 1
        self._done += 1
        if self._depth == 0:
            if self._collects:
                gc.enable()
            self._remember()
        elif time.monotonic() - self._said >= EVERY:
            self._said = time.monotonic()
            self._say(self._said - self._begun)

    def _say(self, taken: float) -> None:
        if self._note:
            notice(self._note, odd=True)
            self._note = ""
        if self._said - self._begun < EVERY:
            self._usual |= self._read()
        if (usual := self._usual.get(self._name)) is None:
            notice(phrase("compiling the engine, once for this version, whatever the policy: {} s so far", format(taken, ",.0f")))
        else:
            share = min(0.99, self._done / usual)
            notice(
                phrase(
                    "compiling the engine, once for this version, whatever the policy: {} done, about {} s more",
                    format(share, ".0%"),
                    format(taken * (1 / share - 1), ",.0f"),
                )
            )

    def _read(self) -> dict[str, int]:
        try:
            found = json.loads(_own_bytes(self._counted)) if self._counted else {}
            return {str(name): int(count) for name, count in found.items()}
        except (OSError, ValueError, AttributeError):  # none yet, or not ours: what is usual will do
            return {}

    def _remember(self) -> None:
        known = self._read()
        if self._counted and self._done > known.get(self._name, 20):
            with contextlib.suppress(OSError):
                self._counted.write_text(json.dumps(known | {self._name: self._done}), "utf-8")
