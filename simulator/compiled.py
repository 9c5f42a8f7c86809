"""What is compiled to machine code.

A decorated function is compiled when it is first called, or used by another that is: what never calls one (most verbs) does
not wait for the compiler to be loaded. See `compiling` for how, and where the code is kept.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

_making = threading.Lock()


class Compiled:
    """A function that numba compiles once compiled code needs it. `py_func` is the function as written; `dispatcher`, and any other
    attribute, numba's. From Python an entry is called compiled, a rule as it is written."""

    def __init__(self, function: Callable[..., Any], kind: str, **options: Any):
        functools.update_wrapper(self, function)
        self.py_func, self._kind, self._options = function, kind, options
        self._made: Any = None

    @property
    def dispatcher(self) -> Any:
        """The function as numba knows it: one, whichever threads ask for it first."""
        if self._made is None:
            from simulator import compiling

            with _making:
                self._made = self._made or getattr(compiling, self._kind)(self.py_func, **self._options)
        return self._made

    def __call__(self, *given: Any) -> Any:
        return (self.dispatcher if self._kind == "kept" else self.py_func)(*given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.dispatcher, name)

    @property
    def _numba_type_(self) -> Any:
        return self.dispatcher._numba_type_


def rule(function: Callable[..., Any]) -> Compiled:
    """A rule of the law or a step of the engine, for use inside an entry: no Python objects, lock released.

    A rule makes no array of its own, so numba need not count who holds the arrays it is handed (`_nrt`): counting took a third
    of the engine's time, and two threads wrote to the same counts. One that makes arrays is a `maker`.
    """
    return Compiled(function, "inside", _nrt=False)


def maker(function: Callable[..., Any]) -> Compiled:
    """As `rule`, for a step that makes arrays, wherever it is used from."""
    return Compiled(function, "inside", _nrt=True)


def once(function: Callable[..., Any]) -> Compiled:
    """As `rule`, for a rule that is used in one place only: written out there, which saves the call and grows nothing."""
    return Compiled(function, "inside", _nrt=False, forceinline=True)


def columnwise(function: Callable[..., Any]) -> Compiled:
    """As `rule`, for a loop over enterprises side by side (see projection.columns), never written out where it is
    used. A division by nought gives what NumPy gives: asking first would keep the loop from becoming vector code."""
    return Compiled(function, "inside", _nrt=False, error_model="numpy", forceinline=False, apart=True)


def inlined(function: Callable[..., Any]) -> Compiled:
    """As `rule`, written out where it is used, so that a loop around it can become vector code. For short ones only."""
    return Compiled(function, "inside", inline="always")


def entry(function: Callable[..., Any]) -> Compiled:
    """A function Python calls, with all rules it uses; kept on disk (only entries are worth keeping)."""
    return Compiled(function, "kept")


def loop(function: Callable[..., Any]) -> Compiled:
    """As `entry`, for one that makes no array of its own, as a `rule`."""
    return Compiled(function, "kept", _nrt=False)
