"""A document as data: what it says, not how it looks. Sections are made of these blocks once; `simulator.render` shows them as a page,
as Word, as sheets and as text.

Everything is plain text; nothing here knows HTML or any other form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.document.numbers import Number

__all__ = [
    "Beside",
    "Block",
    "Bullets",
    "Card",
    "Cards",
    "Cell",
    "Contents",
    "Document",
    "Facts",
    "Figure",
    "Heading",
    "Paragraph",
    "Parts",
    "Picture",
    "Rich",
    "Section",
    "Table",
    "Title",
    "every",
    "flat",
    "number",
    "rich",
]


@dataclass(frozen=True)
class Rich:
    """A text of pieces, each with whether it is set off."""

    pieces: tuple[tuple[str, bool], ...] = ()

    def __str__(self) -> str:
        return "".join(text for text, _ in self.pieces)

    def __add__(self, other: Rich | str) -> Rich:
        return Rich(self.pieces + rich(other).pieces)


def rich(text: Rich | str) -> Rich:
    """A plain text as one piece."""
    return text if isinstance(text, Rich) else Rich(((text, False),))


@dataclass(frozen=True)
class Title:
    """The document's own title."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. style: lead, small (a note under a table), kicker (above the title), synthetic (a caution), reader (whom it is for)."""

    text: Rich | str
    style: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table. `number`: set right-aligned, decimal points under each other; note: set beside a text, beneath a number; of:
    the number itself, where the text is one."""

    text: str
    number: bool = False
    note: str = ""
    of: Number | None = None

    @property
    def decimals(self) -> int:
        """Digits after the point; -1 without a point."""
        match = re.search(r"\.(\d+)%?$", self.text)
        return len(match[1]) if match else -1


def number(of: Number, note: str = "") -> Cell:
    """The cell of a number."""
    return Cell(of.text, True, note, of)


@dataclass(frozen=True)
class Table:
    """A table. The first column heads its rows.

    aside: written at the right above the table (its unit). strong: rows set off (totals; negative counts from the end). groups:
    (row, heading): a heading before that row. note: lines under it. adds: the last row and the last column are
    the sums of the others, also once a form is filled in. formulas: column → how it follows from others of its row ("{3}/{1}").
    style: which columns are wide or narrow: settings, terms, changes, problems, forms, hashes,
    formulas.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    style: str = ""
    aside: str = ""
    strong: Sequence[int] = ()
    groups: Sequence[tuple[int, str]] = ()
    note: str = ""
    adds: bool = False
    formulas: Mapping[int, str] = field(default_factory=dict)

    def is_strong(self, row: int) -> bool:
        """Whether a row is set off."""
        return row in self.strong or row - len(self.rows) in self.strong

    def fills(self) -> list[list[str]]:
        """Of each cell, the digits that its number has fewer than others of its column: invisible, they put decimal points under each
        other."""

        def lacking(cell: Cell, most: int) -> str:
            if not cell.number or most < 1:
                return ""
            return "." + "0" * most if cell.decimals < 0 else "0" * (most - cell.decimals)

        most = [max((cell.decimals for cell in column if cell.number), default=-1) for column in zip(*self.rows, strict=True)]
        return [[lacking(cell, n) for cell, n in zip(row, most, strict=True)] for row in self.rows]

    def numeric(self, column: int) -> bool:
        """Whether a column has numbers."""
        return any(row[column].number for row in self.rows)


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG, its width and height in inches, and what it shows in words."""

    svg: str
    inches: tuple[float, float]
    alt: str


@dataclass(frozen=True)
class Figure:
    """A chart under its title, with a caption below. data: the table it is drawn from, shown where numbers are wanted or pictures
    cannot be seen: in a workbook and on a terminal."""

    title: str
    picture: Picture
    caption: str = ""
    data: Table | None = None


@dataclass(frozen=True)
class Beside:
    """Pieces beside each other where there is room."""

    blocks: Sequence[Block]


@dataclass(frozen=True)
class Card:
    """A headline number: what it is, the number as written and its unit, a note. key: what tests and style know it by."""

    key: str
    label: str
    number: str
    unit: str
    note: str


@dataclass(frozen=True)
class Cards:
    """Headline numbers side by side."""

    cards: Sequence[Card]


@dataclass(frozen=True)
class Facts:
    """Names and what they are."""

    entries: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Bullets:
    """A list. style: facts (in a line, as under a title) or warnings."""

    items: Sequence[str]
    style: str


@dataclass(frozen=True)
class Contents:
    """What sections there are: their anchors and short names."""

    title: str
    entries: Sequence[tuple[str, str]]


Block = Title | Heading | Paragraph | Table | Figure | Beside | Cards | Facts | Bullets | Contents
ON_ITS_OWN_PAGE = ("performance", "detail", "matters")  # sections that begin a page, by their anchor
Parts = Any  # blocks, or nested sequences of them; None and "" for nothing


@dataclass(frozen=True)
class Section:
    """A part of a document. lang: its language's tag (zh-CN). role: cover (the front, without a heading), section, or end (the last
    line, by whose mark a page is known to be whole: its title is that line, its anchor the run's id)."""

    anchor: str
    title: str
    lang: str
    blocks: Sequence[Block] = ()
    role: str = "section"

    def __bool__(self) -> bool:
        return bool(self.title or self.blocks)


@dataclass(frozen=True)
class Document:
    """A whole document. lang: zh or en; of: what it was made from; footer: that, as it is said at a page's foot; labels: what tables and
    figures are called before their number; created: when that was made (now if unsaid); page_of: how a page is numbered."""

    title: str
    subject: str
    lang: str
    of: str
    footer: str
    labels: tuple[str, str]
    sections: Sequence[Section]
    created: datetime | None = None
    page_of: str = "{page} / {pages}"


def flat(parts: Parts) -> tuple[Block, ...]:
    """The blocks of nested sequences, in order; what is nothing is left out."""
    if isinstance(parts, list | tuple):
        return tuple(block for part in parts for block in flat(part))
    return (parts,) if parts else ()


def every(blocks: Sequence[Block]) -> Iterator[Block]:
    """All blocks, those beside each other one after the other."""
    for block in blocks:
        if isinstance(block, Beside):
            yield from every(block.blocks)
        else:
            yield block
