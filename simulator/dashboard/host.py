"""What the parts of the page know of the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from simulator.dashboard.state import State
from simulator.dashboard.worker import Answer
from simulator.errors import SimulatorError
from simulator.population.register import Population
from simulator.report.wording import Wording


class Host(Protocol):
    """The page, as its parts see it."""

    words: Wording
    state: State
    population: Population | None
    out: Path
    shown: Answer | None

    def load(self, text: str, name: str) -> None:
        """Take over a scenario file's settings."""

    def refuse(self, error: SimulatorError, key: str = "message.refused") -> None:
        """Say what is wrong."""

    def tell(self, text: str, more: str = "") -> None:
        """Say what was done; more: HTML after it."""
