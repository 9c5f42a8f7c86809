"""Compiling the law and the engine, with a cache on disk that can never serve an old law.

Numba's own cache notices an edit only in the file of the cached function; a kernel would go on serving the amounts of a
clause edited elsewhere. So compiled code is kept in a private folder named by a hash of every source file that can end up
in compiled code, the numba version and the Python version: any edit is a new folder. Where nothing can be written the code
is compiled in memory, and `CACHE_NOTE` says so.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core import config

# what can end up in compiled code: rules, and the constants and records they use (tests/house/test_compiled.py holds it to that)
COMPILED = (
    "compiled.py", "distributions.py", "elementary.py", "facts.py", "lotteries.py", "money.py", "law", "projection",
    *(f"engine/{name}.py" for name in ("from_draw", "from_register", "generosity", "kernel", "ledger", "life", "recipe", "room", "totals")),
    "budget/rationing.py",
)


def source_hash(parts: tuple[str, ...] = (".",), package: Path | None = None) -> str:
    """Hash of Python sources (hex, 64 characters): of the whole package, or of some of its modules and rooms."""
    package = package or Path(__file__).parent
    digest = hashlib.sha256()
    sources = {file for part in parts for file in [package / part, *(package / part).rglob("*.py")]}
    for path in sorted(file for file in sources if file.is_file()):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _cache_home() -> Path:
    if "SIMULATOR_CACHE" in os.environ:
        return Path(os.environ["SIMULATOR_CACHE"])
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "retail-subsidy-budget"


def _prepare() -> tuple[str | None, str]:
    identity = f"{source_hash(COMPILED)}|{numba.__version__}|{sys.version}"
    folder = _cache_home() / hashlib.sha256(identity.encode()).hexdigest()[:24]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, RuntimeError) as e:  # RuntimeError: no home directory
        return None, f"compiled code cannot be kept ({e}); it is compiled anew in memory each time"
    return str(folder), ""


CACHE_FOLDER, CACHE_NOTE = _prepare()


def is_cold(function: str) -> bool:
    """Whether a compiled function of that name has to be compiled first, because nothing is kept for these sources."""
    return CACHE_FOLDER is None or not any(Path(CACHE_FOLDER).rglob(f"*.{function}-*.nbc"))


def rule(function: Callable[..., Any]) -> Any:
    """Compile a rule of the law or a step of the engine, for use inside an entry: no Python objects, lock released.

    A rule makes no array of its own, so numba need not count who holds the arrays it is handed (`_nrt`): counting took a third
    of the engine's time, and two threads wrote to the same counts. One that makes arrays is a `maker`.
    """
    return numba.njit(nogil=True, _nrt=False)(function)


def maker(function: Callable[..., Any]) -> Any:
    """As `rule`, for a step that makes arrays."""
    return numba.njit(nogil=True)(function)


def once(function: Callable[..., Any]) -> Any:
    """As `rule`, for a rule that is used in one place only: written out there, which saves the call and grows nothing."""
    return numba.njit(nogil=True, _nrt=False, forceinline=True)(function)


def columnwise(function: Callable[..., Any]) -> Any:
    """As `rule`, for a loop over enterprises side by side (see projection.columns). A division by nought gives what NumPy gives:
    asking first would keep the loop from becoming vector code."""
    return numba.njit(nogil=True, _nrt=False, error_model="numpy")(function)


def inlined(function: Callable[..., Any]) -> Any:
    """As `rule`, written out where it is used, so that a loop around it can become vector code. For short ones only."""
    return numba.njit(nogil=True, inline="always")(function)


def entry(function: Callable[..., Any]) -> Any:
    """Compile a function Python calls, with all rules it uses, and keep it on disk (only entries are worth keeping)."""
    if CACHE_FOLDER is None:
        return maker(function)
    before = config.CACHE_DIR
    config.CACHE_DIR = CACHE_FOLDER  # read when the cache is attached, here; other users of numba keep theirs
    try:
        return numba.njit(nogil=True, cache=True)(function)
    finally:
        config.CACHE_DIR = before
