"""What is asked of a workbook beside its values, whatever its kind (`xlsx`, `legacy`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.population.grid import Place
from simulator.population.numberformat import Meaning

NEVER = ("the cell's formula was never calculated",
         "write the value instead, or open the workbook, let it calculate, and save it")
ZERO = ("the cell's formula shows 0, and the workbook was never calculated since a program wrote it", NEVER[1])


@dataclass
class Look:
    """What was seen in a sheet beside its values.

    doubtful: address, cause and remedy of each cell whose value cannot be trusted; hidden: what is hidden, in words; stale: how
    many formulas show a value that nobody can date, and the first one's address; formats: by cell, where one matters.
    """

    doubtful: list[tuple[str, str, str]] = field(default_factory=list)
    hidden: str = ""
    stale: tuple[int, str] = (0, "")
    formats: dict[Place, Meaning] = field(default_factory=dict)
    comments: dict[Place, str] = field(default_factory=dict)
