"""What is said beside a result while it is made: by the logger `simulator`, of which the command line shows everything.

A program that uses this package hears nothing unless it asks the logger.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOGGER = logging.getLogger("simulator")
_LOGGER.addHandler(logging.NullHandler())


def notice(text: str, *, odd: bool = False) -> None:
    """Say a word. odd: something is not as it should be (the level WARNING, else INFO)."""
    _LOGGER.log(logging.WARNING if odd else logging.INFO, "%s", text)


class _Showing(logging.Handler):
    def __init__(self, show: Callable[[str], None]):
        super().__init__()
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        self._show(record.getMessage())


@contextmanager
def shown(show: Callable[[str], None]) -> Iterator[None]:
    """While this lasts, everything said is handed to `show`, and not to what showed it before."""
    handler, level = _Showing(show), _LOGGER.level
    before: list[logging.Handler] = [h for h in _LOGGER.handlers if isinstance(h, _Showing)]
    _LOGGER.handlers[:] = [h for h in _LOGGER.handlers if h not in before] + [handler]
    _LOGGER.setLevel(logging.INFO)
    try:
        yield
    finally:
        _LOGGER.handlers[:] = [h for h in _LOGGER.handlers if h is not handler] + before
        _LOGGER.setLevel(level)
