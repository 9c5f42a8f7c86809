"""What is asked of a workbook beside its values, whatever its kind (`xlsx`, `legacy`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.population.grid import Place
from simulator.population.numberformat import Meaning

NEVER = ("the cell's formula was never calculated", "write the value instead, or open the workbook, let it calculate, and save it")
ZERO = ("the cell's formula shows 0, and the workbook was never calculated since a program wrote it", NEVER[1])

PAPER, INK = "FFFFFF", "000000"  # the colours of a cell where none is set
CONDITIONAL = "write the unit into the header, and remove the conditional format"
TWICE = "open it in Excel or WPS, compare these cells with the original, and save it; or have it exported anew"
STRUCK = "delete what does not count; take the line off what does"
RAISED = {
    "superscript": str.maketrans("0123456789()+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁺⁻"),  # marks that are no digits of the number before them
    "subscript": str.maketrans("0123456789()+-", "₀₁₂₃₄₅₆₇₈₉₍₎₊₋"),
}


@dataclass(frozen=True)
class Style:
    """What the look of a cell says beside its value: of its number format, whether it is struck out, and whether its text has the
    colour of its background."""

    said: Meaning | None = None
    struck: bool = False
    unseen: bool = False

    def __bool__(self) -> bool:
        return self.said is not None or self.struck or self.unseen


@dataclass
class Look:
    """What was seen in a sheet beside its values.

    doubtful: address, cause and remedy of each cell whose value cannot be trusted; hidden: what is hidden, in words; columns: those
    hidden; stale: how many formulas show a value that nobody can date, and the first one's address; formulas: by cell, as written;
    formats: by cell, where one matters; struck: cells that are struck out; twice: cells that the file holds a second time; unseen:
    numbers that are not shown; conditional: what a conditional format may show otherwise, by its first cell; texts: by cell, where a part
    is raised or lowered; says: texts on the sheet but in no cell, as its printed header.
    """

    doubtful: list[tuple[str, str, str]] = field(default_factory=list)
    hidden: str = ""
    stale: tuple[int, str] = (0, "")
    formats: dict[Place, Meaning] = field(default_factory=dict)
    comments: dict[Place, str] = field(default_factory=dict)
    columns: set[int] = field(default_factory=set)
    formulas: dict[Place, str] = field(default_factory=dict)
    struck: list[Place] = field(default_factory=list)
    twice: list[Place] = field(default_factory=list)
    unseen: list[Place] = field(default_factory=list)
    conditional: dict[Place, Style] = field(default_factory=dict)
    texts: dict[Place, str] = field(default_factory=dict)
    says: list[str] = field(default_factory=list)

    def dress(self, place: Place, style: Style, is_number: bool) -> None:
        """Take in the style of a cell that holds something."""
        if is_number and style.said is not None:
            self.formats[place] = style.said
        if style.struck:
            self.struck.append(place)
        if is_number and (style.unseen or (style.said is not None and style.said.unseen)):
            self.unseen.append(place)
