"""Compiling with numba, and a cache on disk that can serve neither an old law nor damaged code.

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
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
from numba.core import config, event
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher
from numba.core.types.misc import unliteral

from simulator.code_cache import CheckedFiles, Watch, keep_checked
from simulator.phrases import phrase
from simulator.sources import COMPILED, source_hash


def _cache_home() -> Path:
    if named := os.environ.get("SIMULATOR_CACHE"):
        return Path(named)
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


class PartApart(Part):
    """One that is never written out where it is used: in a long function its vectors would be kept aside and fetched back around every
    call of another."""

    def add_llvm_module(self, module: Any) -> None:
        """The function itself, and what it uses of numba's own, which is written out in it."""
        for function in module.functions:
            if not function.is_declaration and f"{len(self.name)}{self.name}" in function.name:
                function.add_function_attribute("noinline")
        super().add_llvm_module(module)


class Rule(CPUDispatcher):
    """A function compiled for use inside an entry only: what would let Python call it took a quarter of the time a new version has to be
    waited for."""

    part = Part

    def __call__(self, *given: Any) -> Any:
        raise TypeError(f"{self.py_func.__name__} is compiled for compiled code")

    def compile(self, sig: Any) -> Any:
        """Compiled as a part of others."""
        codegen = self.targetdescr.target_context.codegen()
        with global_compiler_lock:
            before, codegen._library_class = codegen._library_class, self.part
            try:
                return super().compile(sig)
            finally:
                codegen._library_class = before

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Compiled once, whichever numbers stand where it is called; numba by itself makes another copy for every constant."""
        return super().get_call_template(tuple(map(unliteral, args)), {name: unliteral(kind) for name, kind in dict(kws).items()})


def inside(function: Callable[..., Any], apart: bool = False, **options: Any) -> Any:
    """A rule, ready to be compiled."""
    made = numba.njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)(function)
    made.__class__ = Rule
    made.part = PartApart if apart else Part
    return made


def kept(function: Callable[..., Any], **options: Any) -> Any:
    """An entry, ready to be compiled or taken from the disk."""
    if CACHE_FOLDER is None:
        return numba.njit(nogil=True, **options)(function)
    before = config.CACHE_DIR
    config.CACHE_DIR = CACHE_FOLDER  # read when the cache is attached, here; other users of numba keep theirs
    try:
        return keep_checked(numba.njit(nogil=True, cache=True, **options)(function))
    finally:
        config.CACHE_DIR = before


def kept_code(name: str, key: Any, make: Callable[[], bytes]) -> bytes:
    """Code that is kept on disk under a key, which says all that it follows from; made where it is not there."""
    if CACHE_FOLDER is None:
        return make()
    files = CheckedFiles(Path(CACHE_FOLDER), name)
    code: bytes | None = files.load(key)
    if code is None:
        code = make()
        files.save(key, code)
    return code
