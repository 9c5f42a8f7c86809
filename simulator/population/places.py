"""Whether anything lies where a register is said to be; asked before the modules are imported that read one."""

from __future__ import annotations

from pathlib import Path

from simulator.errors import PopulationError, Problem


def refuse_absent(given: str | Path) -> None:
    """Raises PopulationError where a path names nothing. What is no path (a database's variable or address) is left to `sources`."""
    text = str(given)
    if text.startswith("env:") or "://" in text:
        return
    try:
        there = Path(given).exists()
    except (OSError, ValueError):  # no path, or one that may not be looked at: reported where it is opened
        return
    if not there:
        raise PopulationError(Problem(text, "there is no such file or folder", "check the path"))
