"""A document as text for a terminal: columns line up although Chinese characters are two cells wide. Nothing is imported here that
takes time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import zip_longest

from simulator.document import (
    Block,
    Bullets,
    Cards,
    Contents,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
    Title,
    every,
)

_NARROW = 12  # columns of text are not made narrower
_WIDEST = 120  # columns of a terminal; in a wider table errors stand below their estimates


@lru_cache(maxsize=4096)  # asked of the same few texts again and again
def width(text: str) -> int:
    """Terminal cells a text takes.

    >>> width("预算 a")
    6
    """
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def lines(text: str, wide: int) -> list[str]:
    """A text in lines of at most `wide` cells, broken at spaces and between Chinese characters; no line begins with a stop.

    >>> lines("预算安排，逐年列示", 10)
    ['预算安排，', '逐年列示']
    """
    if width(text) <= wide:
        return [text]
    found = [""]
    for piece in re.findall(r"[（《〔“(]*[\u2e80-\uffdf][，。；：、）》〕”),;:]*|[^\s\u2e80-\uffdf]+\s*|\s+", text):
        if found[-1] and width(found[-1] + piece.rstrip()) > wide:
            found[-1] = found[-1].rstrip()
            found.append("")
        found[-1] += piece
    return found


def grid(header: Sequence[str], rows: Iterable[Sequence[str]], left: Sequence[int] | int = 1, last_left: bool = False) -> str:
    """A text table; the first `left` columns (or the columns of these places, and the last, if so said) aligned left, the others
    right."""
    table = [list(map(str, header)), *(list(map(str, row)) for row in rows)]
    widths = [max(width(line[c]) for line in table) for c in range(len(header))]
    places = range(left) if isinstance(left, int) else left

    def padded(text: str, c: int) -> str:
        space = " " * (widths[c] - width(text))
        return text + space if c in places or (last_left and c == len(header) - 1) else space + text

    shown = ["  ".join(padded(text, c) for c, text in enumerate(line)).rstrip() for line in table]
    return "\n".join([shown[0], "─" * max(map(width, shown)), *shown[1:]])


def folded(header: Sequence[str], rows: Iterable[Sequence[str]], widest: Sequence[int]) -> str:
    """A table of texts, each column at most so many cells wide: what is longer goes on below."""
    split = [[lines(text, wide) for text, wide in zip(row, widest, strict=True)] for row in rows]
    return grid(header, [row for cells in split for row in zip_longest(*cells, fillvalue="")], left=len(header))


def document(whole: Document) -> str:
    """A whole document."""
    return "\n\n".join(filter(None, map(section, whole.sections))) + "\n"


def section(one: Section) -> str:
    """A section, its heading underlined."""
    head = [f"{one.title}\n{'═' * width(one.title)}"] if one.role == "section" and one else [one.title]
    return "\n\n".join(filter(None, [*head, *map(_block, every(one.blocks))]))


def tables(*given: Table, legend: str = "") -> str:
    """Tables one under the other. legend: what their errors and intervals are, said once where there are any."""
    noted = legend if any(cell.note for table in given for row in table.rows for cell in row) else ""
    return "\n\n".join(filter(None, [*map(_table, given), noted]))


def _block(block: Block) -> str:
    match block:
        case Title(text) | Heading(text):
            return text
        case Paragraph(text):
            return "\n".join(lines(str(text), _WIDEST))
        case Table():
            return _table(block)
        case Figure(data=Table() as data):
            return _table(data)
        case Figure(title, picture, caption):
            return "\n".join(filter(None, [title, *lines(f"[{picture.alt}]", _WIDEST), *lines(caption, _WIDEST)]))
        case Cards(cards):
            return "\n".join(
                f"{card.label}: {f'{card.number} {card.unit}'.strip()}{f'  {card.note}' if card.note else ''}" for card in cards
            )
        case Facts(entries):
            return "\n".join(f"{name}: {value}" for name, value in entries)
        case Bullets(items):
            return "\n".join(f"- {item}" for item in items)
        case Contents(title, entries):
            return "\n".join([title, *(f"  {text}" for _, text in entries)])
    return ""


def _table(table: Table) -> str:
    """A table under its title; errors beside their estimates where the terminal is wide enough."""
    title = " · ".join(filter(None, (table.title, table.aside)))
    return "\n".join(
        filter(
            None, (title, _grid(table) if table.rows else "", *(line for note in table.note.split("\n") for line in lines(note, _WIDEST)))
        )
    )


def _grid(table: Table) -> str:
    """Errors beside their estimates; where that is too wide, below them, and texts broken into lines."""
    left, groups = [c for c in range(len(table.header)) if not table.numeric(c)], dict(table.groups)
    rows: list[list[list[str]]] = []  # of each cell a text and, of a number, its note
    for place, row in enumerate(table.rows):
        if place in groups:
            rows.append([[groups[place]], *[[""]] * (len(row) - 1)])
        rows.append([[cell.text, cell.note] if cell.number and cell.note else [f"{cell.text} {cell.note}".rstrip()] for cell in row])
    shown = grid(table.header, [[" ".join(cell) for cell in row] for row in rows], left)
    if max(map(width, shown.splitlines())) <= _WIDEST:
        return shown
    wide = [max(width(part) for cell in ([head], *(row[c] for row in rows)) for part in cell) for c, head in enumerate(table.header)]
    cap = max((wide[c] for c in left), default=0)
    room = _WIDEST - 2 * (len(wide) - 1) - sum(wide[c] for c in range(len(wide)) if c not in left)
    while cap > _NARROW and sum(min(wide[c], cap) for c in left) > room:
        cap -= 1
    split = [[lines(cell[0], cap) if c in left else cell for c, cell in enumerate(row)] for row in rows]
    return grid(table.header, [line for cells in split for line in zip_longest(*cells, fillvalue="")], left)
