"""Times in alternated rounds, and the table they make: Markdown for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

ROUNDS = 15


@dataclass
class Row:
    """One line: what, its target, what was measured, whether that meets the target (None: nothing to meet or not measured),
    and how it was measured. numbers: everything behind it, for JSON."""

    what: str
    target: str = ""
    measured: str = "not measured"
    met: bool | None = None
    how: str = ""
    numbers: Mapping[str, object] = field(default_factory=dict)


def alternated(contenders: Mapping[str, Callable[[], object]], rounds: int, clock=time.perf_counter) -> dict[str, list[float]]:
    """Seconds of each contender in each round; in every round all of them, one after another, once warmed up."""
    for play in contenders.values():
        play()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, play in contenders.items():
            before = clock()
            play()
            seconds[name].append(clock() - before)
    return seconds


@dataclass(frozen=True)
class Ratio:
    """a / b: of the best times, and best, median of the rounds' own ratios."""

    of_best: float
    best: float
    median: float

    @staticmethod
    def of(a: list[float], b: list[float]) -> Ratio:
        pairs = [x / y for x, y in zip(a, b, strict=True)]
        return Ratio(min(a) / min(b), max(pairs), statistics.median(pairs))

    def __str__(self) -> str:
        return f"{self.of_best:.2f} (median of pairs {self.median:.2f})"


def best_and_median(seconds: list[float], per: float) -> tuple[float, float]:
    """Nanoseconds per unit, best and median."""
    return min(seconds) / per * 1e9, statistics.median(seconds) / per * 1e9


def machine() -> dict[str, object]:
    """What the numbers were measured on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": load,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "at": time.strftime("%Y-%m-%d %H:%M:%S%z"),
    }


def write(folder: Path, tables: Mapping[str, list[Row]], notes: list[str]) -> Path:
    """benchmarks.md and benchmarks.json; returns the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine(), "notes": notes, "tables": {name: [asdict(r) for r in rows] for name, rows in tables.items()}}
    (folder / "benchmarks.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    page = folder / "benchmarks.md"
    page.write_text(as_markdown(tables, notes), encoding="utf-8")
    return page


def as_markdown(tables: Mapping[str, list[Row]], notes: list[str]) -> str:
    """The tables as a page."""
    lines = ["# Benchmarks", "", ", ".join(f"{key} {value}" for key, value in machine().items()), ""]
    for name, rows in tables.items():
        lines += [f"## {name}", "", "| what | target | measured | met | how |", "|---|---|---|---|---|"]
        for row in rows:
            met = {True: "yes", False: "no", None: ""}[row.met]
            lines.append(f"| {row.what} | {row.target} | {row.measured} | {met} | {row.how} |")
        lines.append("")
    return "\n".join([*lines, *(f"- {note}" for note in notes), ""])
