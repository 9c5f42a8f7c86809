"""The cells of one sheet or file as they stand: what every reader fills, and every check of a table reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.errors import Problem

Place = tuple[int, int]  # row and column of a cell, from 0
Range = tuple[int, int, int, int]  # first row, first column, last row, last column of merged cells


@dataclass
class Grid:
    """One sheet or file before anybody looks for a table in it.

    label: file or sheet name, as messages show it; rows: texts by row, of what is stored, with the unit its number format shows
    (`numberformat`); a row may end early; lines: number of each row, as an editor counts; is_sheet: whether places are addresses
    (annual!H17) or lines; title: names of the file and of the sheet, a line each; merged: ranges of merged cells, the value in the first;
    says: texts on the sheet in no cell; comments: by cell; scaled: by column, the first cell shown divided, and by what; open_at: length
    in bytes of a text whose last line has no end, else 0; problems: what was found in single cells.
    """

    label: str
    rows: Sequence[list[str]]
    lines: Sequence[int]
    is_sheet: bool = True
    title: str = ""
    merged: Sequence[Range] = ()
    says: Sequence[str] = ()
    comments: Mapping[Place, str] = field(default_factory=dict)
    scaled: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    open_at: int = 0
    problems: list[Problem] = field(default_factory=list)
