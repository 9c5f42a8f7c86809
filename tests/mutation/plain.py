"""The law's Python modules as plain Python: numba's decorators do nothing, records have their fields as attributes, functions of a
policy are called by address through ctypes, one module may be a mutant.

Has to be set up before anything of `simulator.law` is imported, and cannot be undone: a process of its own for each law.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import importlib.abc
import importlib.util
import sys
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

import numpy as np


class Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the code given instead of from its file."""

    def __init__(self, name: str, code: CodeType) -> None:
        self.name, self.code, self.used = name, code, False

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != self.name:
            return None
        return importlib.util.spec_from_loader(
            name, self, origin=self.code.co_filename, is_package=self.code.co_filename.endswith("__init__.py")
        )

    def exec_module(self, module: ModuleType) -> None:
        self.used = True
        module.__file__ = self.code.co_filename
        exec(self.code, module.__dict__)


def uncompiled() -> None:
    """Have every rule of the program run as plain Python from here on."""
    assert not any(name.startswith("simulator.law") for name in sys.modules), "the law is there already, compiled"
    from simulator import compiled

    compiled.entry = _entry  # type: ignore[assignment]


def law(module: str = "", code: CodeType | None = None) -> ModuleType:
    """`simulator.law.assessment`, imported for the first time in this process, one module of the law being replaced."""
    replaced = Replaced(f"simulator.law.{module}", code) if code is not None else None
    if replaced:
        sys.meta_path.insert(0, replaced)
    calling = importlib.import_module("simulator.law.calling")
    calling.at, calling.call = _at, _call
    assessment = importlib.import_module("simulator.law.assessment")
    assessment.HISTORY = _record(assessment.HISTORY)
    assessment.assess_register = _on_what_stood_there(assessment.assess_register)
    for name in ("calendar", "explanation", "legality", "targets"):
        importlib.import_module(f"simulator.law.{name}")
    if replaced and not replaced.used:
        raise SystemExit(f"{module} was imported before it could be replaced")
    return assessment


def _on_what_stood_there(assess_register: Callable[..., None]) -> Callable[..., None]:
    """Awards and what they displace are what they are, whatever stood in their arrays before."""

    def call(law: Any, *arguments: Any) -> None:
        awards, displaced = arguments[-4:-2]
        awards[:], displaced[..., : law.cash] = 77, 77
        assess_register(law, *arguments)

    return call


def _at(array: np.ndarray, index: tuple[int, ...]) -> int:
    """`calling.at`: the address of what lies at the indices of an array's first axes."""
    return int(array.ctypes.data + sum(i * step for i, step in zip(index, array.strides, strict=False)))


def _call(function: int, given: tuple[Any, ...]) -> int:
    """`calling.call`: a function at an address, with whole numbers."""
    return int(_kind(len(given))(function)(*map(int, given)))


@functools.lru_cache(maxsize=32)
def _kind(arguments: int) -> Any:
    return ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * arguments)


def _entry(function: Callable[..., Any]) -> Callable[..., Any]:
    """What Python calls: the arrays it hands over get fields that are attributes, as compiled code has them."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        return function(*map(attributes, arguments))

    return call


def attributes(value: Any) -> Any:
    """A structured array or record with its fields as attributes, sharing memory; anything else as it is."""
    if isinstance(value, np.ndarray | np.void) and value.dtype.names:
        return np.asarray(value).view(_record(value.dtype))[()]
    return value


def _record(dtype: np.dtype) -> np.dtype:
    return np.dtype((np.record, dtype))
