"""The page in a notebook: one widget, whose browser side is the page's own script. Only messages pass; no value is synced, so
that what the browser shows cannot come back as what a person typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import anywidget
from IPython.display import display

from simulator.dashboard.front import script, style


class Model(Protocol):
    """What hears gestures and tells what is to be shown."""

    def receive(self, message: dict[str, Any]) -> None:
        """Hear a gesture."""

    def listen(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Tell somebody whatever is to be shown."""


class Page(anywidget.AnyWidget):
    """The page's side in the notebook."""

    _esm = script()
    _css = style()

    def __init__(self, dashboard: Model):
        super().__init__()
        self.on_msg(lambda _widget, content, _buffers: dashboard.receive(content))
        dashboard.listen(self._tell)

    def _tell(self, message: dict[str, Any]) -> None:
        self.send(message)


def show(dashboard: Model) -> Page:
    """Show the page below the cell."""
    page = Page(dashboard)
    display(page)
    return page
