"""Compiling the law and the engine, with a cache on disk that can serve neither an old law nor damaged code.

Numba's own cache notices an edit only in the file of the cached function; a kernel would go on serving the amounts of a
clause edited elsewhere. So compiled code is kept in a private folder named by a hash of every source file that can end up
in compiled code, the numba version and the Python version: any edit is a new folder. Each file in it begins with the hash of
the rest (`code_cache`). Where nothing can be written in the home, code is kept in the temporary folder, in one that only this
user may read; where not even that is possible it is compiled in memory each time. `CACHE_NOTE` says either, and so does the
screen.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
from numba.core import config, event
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher
from numba.core.types.misc import unliteral

from simulator.code_cache import Watch, keep_checked
from simulator.phrases import phrase

# what can end up in compiled code: rules, and the constants and records they use (tests/house/test_compiled.py holds it to that)
COMPILED = (
    "compiled.py",
    "distributions.py",
    "elementary.py",
    "facts.py",
    "streams.py",
    "money.py",
    "projection",
    *(f"law/{name}.py" for name in ("assessment", "calendar", "calling", "machine", "policy", "sharing", "terms")),
    *(
        f"engine/{name}.py"
        for name in (
            "from_draw",
            "from_register",
            "generosity",
            "kernel",
            "ledger",
            "life",
            "own",
            "recipe",
            "totals",
            "weighing",
            "workspace",
        )
    ),
    "budget/rationing.py",
)


def source_hash(parts: tuple[str, ...] = (".",), package: Path | None = None) -> str:
    """Hash of Python sources (hex, 64 characters): of the whole package, or of some of its modules and packages."""
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


def _temporary_home() -> Path:
    """A folder of this user's in the temporary folder; PermissionError where somebody else could write there."""
    folder = Path(tempfile.gettempdir()) / f"retail-subsidy-budget-{getpass.getuser() if sys.platform == 'win32' else os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if sys.platform != "win32" and (found.st_uid != os.getuid() or found.st_mode & 0o077 or not stat.S_ISDIR(found.st_mode)):
        raise PermissionError(f"{folder} is open to others")
    return folder


def _prepare() -> tuple[str | None, str]:
    identity = f"{source_hash(COMPILED)}|{numba.__version__}|{sys.version}"
    name, note = hashlib.sha256(identity.encode()).hexdigest()[:24], ""
    for home in (_cache_home, _temporary_home):
        try:
            folder = home() / name
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except (OSError, RuntimeError) as e:  # RuntimeError: no home directory
            note = note or phrase("compiled code cannot be kept ({}); it is compiled anew in memory each time", e)
        else:
            return str(folder), phrase("compiled code is kept in {}: the usual place cannot be written", folder.parent) if note else ""
    return None, note


CACHE_FOLDER, CACHE_NOTE = _prepare()
event.register("numba:compile", Watch(CACHE_NOTE, Path(CACHE_FOLDER).parent / "compiled.json" if CACHE_FOLDER else None))


def is_cold(function: str) -> bool:
    """Whether a compiled function of that name has to be compiled first, because nothing is kept for these sources."""
    return CACHE_FOLDER is None or not any(Path(CACHE_FOLDER).rglob(f"*.{function}-*.nbc"))


class Part(JITCodeLibrary):
    """The code of a rule, to be linked into entries: there it is optimised and turned into machine code, once. By itself each rule was
    both, with all that it uses, again at every step up to the entry: two fifths of the time a new version has to be waited for."""

    def _optimize_final_module(self) -> None:
        """Not by itself."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, _name: str) -> int:
        """It has no place in memory."""
        return 0

    @property
    def codegen(self) -> Any:
        """What numba asks to set a global of code in memory: there is none."""
        return SimpleNamespace(set_env=lambda _name, _env: None)


class Rule(CPUDispatcher):
    """A function compiled for use inside an entry. What lets Python call it is compiled where Python does (tests do): for all of them
    it took a quarter of the time a new version has to be waited for."""

    def __call__(self, *given: Any) -> Any:
        return self._for_python(*given)

    def compile(self, sig: Any) -> Any:
        """Compiled as a part of others."""
        codegen = self.targetdescr.target_context.codegen()
        with global_compiler_lock:
            before, codegen._library_class = codegen._library_class, Part
            try:
                return super().compile(sig)
            finally:
                codegen._library_class = before

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Compiled once, whichever numbers stand where it is called; numba by itself makes another copy for every constant."""
        return super().get_call_template(tuple(map(unliteral, args)), {name: unliteral(kind) for name, kind in dict(kws).items()})

    @cached_property
    def _for_python(self) -> Any:
        return numba.jit(**{name: value for name, value in self.targetoptions.items() if name not in INSIDE})(self.py_func)


INSIDE = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def _inside(function: Callable[..., Any], **options: Any) -> Any:
    made = numba.njit(nogil=True, **INSIDE, **options)(function)
    made.__class__ = Rule
    return made


def rule(function: Callable[..., Any]) -> Any:
    """Compile a rule of the law or a step of the engine, for use inside an entry: no Python objects, lock released.

    A rule makes no array of its own, so numba need not count who holds the arrays it is handed (`_nrt`): counting took a third
    of the engine's time, and two threads wrote to the same counts. One that makes arrays is a `maker`.
    """
    return _inside(function, _nrt=False)


def maker(function: Callable[..., Any]) -> Any:
    """As `rule`, for a step that makes arrays."""
    return _inside(function)


def once(function: Callable[..., Any]) -> Any:
    """As `rule`, for a rule that is used in one place only: written out there, which saves the call and grows nothing."""
    return _inside(function, _nrt=False, forceinline=True)


def columnwise(function: Callable[..., Any]) -> Any:
    """As `rule`, for a loop over enterprises side by side (see projection.columns). A division by nought gives what NumPy gives:
    asking first would keep the loop from becoming vector code."""
    return _inside(function, _nrt=False, error_model="numpy")


def inlined(function: Callable[..., Any]) -> Any:
    """As `rule`, written out where it is used, so that a loop around it can become vector code. For short ones only."""
    return _inside(function, inline="always")


def entry(function: Callable[..., Any]) -> Any:
    """Compile a function Python calls, with all rules it uses, and keep it on disk (only entries are worth keeping)."""
    if CACHE_FOLDER is None:
        return numba.njit(nogil=True)(function)
    before = config.CACHE_DIR
    config.CACHE_DIR = CACHE_FOLDER  # read when the cache is attached, here; other users of numba keep theirs
    try:
        return keep_checked(numba.njit(nogil=True, cache=True)(function))
    finally:
        config.CACHE_DIR = before
