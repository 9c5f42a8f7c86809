"""What is asked of a workbook beside its values, whatever its kind (`xlsx`, `legacy`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.population.grid import Place
from simulator.population.numberformat import Meaning

NEVER = ("the cell's formula was never calculated", "write the value instead, or open the workbook, let it calculate, and save it")
ZERO = ("the cell's formula shows 0, and the workbook was never calculated since a program wrote it", NEVER[1])

STRUCK = "delete what does not count; take the line off what does"
RAISED = {
    "superscript": str.maketrans("0123456789()+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁺⁻"),  # marks that are no digits of the number before them
    "subscript": str.maketrans("0123456789()+-", "₀₁₂₃₄₅₆₇₈₉₍₎₊₋"),
}


@dataclass
class Look:
    """What was seen in a sheet beside its values.

    doubtful: address, cause and remedy of each cell whose value cannot be trusted; hidden: what is hidden, in words; columns: those
    hidden; stale: how many formulas show a value that nobody can date, and the first one's address; formulas: by cell, as written;
    formats: by cell, where one matters; struck: cells that are struck out; texts: by cell, where a part is raised or lowered; says:
    texts on the sheet but in no cell, as its printed header.
    """

    doubtful: list[tuple[str, str, str]] = field(default_factory=list)
    hidden: str = ""
    stale: tuple[int, str] = (0, "")
    formats: dict[Place, Meaning] = field(default_factory=dict)
    comments: dict[Place, str] = field(default_factory=dict)
    columns: set[int] = field(default_factory=set)
    formulas: dict[Place, str] = field(default_factory=dict)
    struck: list[Place] = field(default_factory=list)
    texts: dict[Place, str] = field(default_factory=dict)
    says: list[str] = field(default_factory=list)
