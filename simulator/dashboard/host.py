"""What the parts of the page know of the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from simulator.dashboard.ideas import Shelf
from simulator.dashboard.state import State
from simulator.dashboard.worker import Answer, Worker
from simulator.errors import SimulatorError
from simulator.population.register import Population
from simulator.report.wording import Wording


class Host(Protocol):
    """The page, as its parts see it."""

    words: Wording
    state: State
    shelf: Shelf
    name: str
    population: Population | None
    out: Path
    shown: Answer | None
    worker: Worker
    quick: int

    def send(self, message: dict[str, Any]) -> None:
        """Tell all that listen."""

    def refuse(self, error: SimulatorError, key: str = "message.refused") -> None:
        """Say what is wrong."""

    def tell(self, text: str, **more: Any) -> None:
        """Say what was done; more: `files` that go along with it (name, kind, base64)."""
