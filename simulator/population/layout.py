"""Where the table stands in a sheet: title rows, one- and two-row headers, totals rows, footnotes.

An office's sheet has a title, a line 单位：万元, merged headings, 合计 and 制表人. The header is the row (or pair of rows)
that holds most known column names; totals are taken out as control sums; nothing is left out without a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.errors import Problem
from simulator.population.column import Table, plain, squeezed
from simulator.population.raw import RawTable
from simulator.population.units import column_named, money_word

MOST_COLUMNS = 500  # far above any table's; what is wider is no table, and filling it up would cost the memory
LOOKED_AT = 30  # rows among which the header is looked for
IGNORED = ("序号", "编号", "no.", "no", "#", "备注", "remarks")  # columns an office adds for itself
_TOTAL = re.compile(r".{0,12}(合计|小计|总计|共计)(数|金额)?[::]?|(grand|sub)?total[::]?|sum")
_FOOTNOTE = re.compile(r"(注|备注|说明|制表|填表|填报|审核|复核|经办|负责人|联系|单位负责人|日期|note|source)s?[^a-z]*[::].*")


def is_total(text: str) -> bool:
    """Whether a cell names a totals row.

    >>> is_total("合  计"), is_total("商品类小计："), is_total("合计科技有限公司")
    (True, True, False)
    """
    return bool(_TOTAL.fullmatch(squeezed(text)))


def arrange(rows: list[list[str]], lines: list[int], label: str, is_sheet: bool, table: Table, title: str = "",
            merged: Mapping[int, Mapping[int, int]] | None = None) -> RawTable | Problem:
    """Rows as columns under their header; blank rows are left out, short ones filled up and told.

    lines: number of each row; title: words beside the rows themselves, as the sheet's name; merged: where known, by place
    of a row the first and the last column of its merged cells. A Problem where the rows hold no table at all.
    """
    widest = max(map(len, rows), default=0)
    if widest > MOST_COLUMNS:
        return Problem(
            label, f"a row of {widest:,} cells is no row of a register", "check the delimiter and quotations")
    kept = [place for place, row in enumerate(rows) if any(cell and not cell.isspace() for cell in row)]
    if not kept:
        return Problem(label, "the table is empty", "write a header line and one line per row")
    top, depth = _find_header(rows, kept, table)
    beside = _beside(rows[kept[top - 1]], rows[kept[top]], table) if top and depth == 1 else ""
    if beside:
        top, depth = top - 1, 2
    header_rows = [rows[place] for place in kept[top:top + depth]]
    above = " ".join([title, *(cell for place in kept[:top] for cell in rows[place] if cell)])
    body, body_lines, totals, notes = _split(rows, kept[top + depth:], lines, header_rows, table)
    width = max((len(row) for row in (*header_rows, *body)), default=0)
    header, groups = _headings([row + [""] * (width - len(row)) for row in header_rows], (merged or {}).get(kept[top]))
    raw = RawTable(label, is_sheet, header, lines[kept[top + depth - 1]], [], body_lines, groups=groups, title=above,
                   beside=beside, totals=totals, grid=(rows, lines))
    for line, text in notes:
        where = f"{label} row {line}" if is_sheet else f"{label} line {line}"
        raw.warnings.append(Problem(where, f"a footnote and not a row: “{text[:40]}”; left out",
                                    "nothing to do, unless it is an enterprise", "warning"))
    _tell_short(raw, body)
    raw.columns = list(
        zip(*(row if len(row) == width else row + [""] * (width - len(row)) for row in body), strict=True))
    raw.columns = raw.columns or [()] * width
    return raw


def _known(row: list[str], table: Table) -> tuple[int, int]:
    """How many cells name a column, and how many a column that an office adds for itself."""
    own = sum(squeezed(cell) in IGNORED for cell in row if cell)
    return sum(column_named(cell, table) is not None for cell in row if cell), own


def _find_header(rows: list[list[str]], kept: list[int], table: Table) -> tuple[int, int]:
    """Place of the header among the kept rows, and whether it has one row or two (title rows stand above it)."""
    looked = [rows[place] for place in kept[:LOOKED_AT]]
    known = [_known(row, table) for row in looked]
    best = max(range(len(looked)), key=lambda place: (known[place][0], -place))
    top, depth, most = (best, 1, known[best]) if known[best][0] else (0, 1, (0, 0))
    for place in range(len(looked) - 1):
        if not known[place + 1][0] or known[place] == (0, 0):  # a row below that names no column is no second header
            continue
        upper, lower = looked[place], looked[place + 1]
        width = max(len(upper), len(lower))
        leaves, _ = _headings([row + [""] * (width - len(row)) for row in (upper, lower)])
        both = _known(leaves, table)
        if both > most:
            top, depth, most = place, 2, both
    return top, depth


def _beside(upper: list[str], header: list[str], table: Table) -> str:
    """The first heading of a row of group headings above a whole header, as 税收（万元） above the taxes; blank where the row
    is a title: it stands above a column of no amounts, or says 单位."""
    units = [at for at, cell in enumerate(upper) if cell and money_word(cell)]
    if not units or any("单位" in squeezed(cell) for cell in upper):
        return ""
    columns = [column_named(header[at], table) if at < len(header) else None for at in units]
    return upper[units[0]] if all(column is not None and column.kind == "money" for column in columns) else ""


def _headings(rows: list[list[str]], merged: Mapping[int, int] | None = None) -> tuple[list[str], list[str]]:
    """Names and group headings by column. In a pair a name that spans both rows stands in the upper one, and a group's
    heading in its first column only; merged: the last column of each, where a workbook says so."""
    if len(rows) == 1:
        return list(rows[0]), [""] * len(rows[0])
    header, groups, group, last = [], [], "", -1
    for at, (upper, lower) in enumerate(zip(*rows, strict=True)):
        if plain(upper):
            group, last = upper, merged.get(at, at) if merged else len(rows[0])
        header.append(lower if plain(lower) else upper)
        groups.append(group if plain(lower) and at <= last else "")
    return header, groups


def _split(rows: list[list[str]], places: list[int], lines: list[int], header_rows: list[list[str]],
           table: Table) -> tuple[list[list[str]], list[int], list[tuple[int, list[str]]], list[tuple[int, str]]]:
    """Body rows and their lines, totals rows, and footnotes (line, text)."""
    names = [column_named(cell, table) for cell in _headings(
        [row + [""] * (max(map(len, header_rows)) - len(row)) for row in header_rows])[0]]
    key = next((at for at, column in enumerate(names) if column is not None and column.name == "enterprise_id"), 0)
    body, body_lines, totals, notes = [], [], [], []
    for place in places:
        row = rows[place]
        first = row[key] if key < len(row) else ""
        if not plain(first):
            first = next((cell for cell in row if plain(cell)), "")
        if is_total(first):
            totals.append((lines[place], row))
        elif _FOOTNOTE.fullmatch(plain(first)) and sum(bool(plain(cell)) for cell in row) <= 2:
            notes.append((lines[place], plain(first)))
        else:
            body.append(row)
            body_lines.append(lines[place])
    return body, body_lines, totals, notes


def _tell_short(raw: RawTable, body: list[list[str]]) -> None:
    named = max((position for position, name in enumerate(raw.header) if plain(name)), default=-1) + 1
    short = [line for row, line in zip(body, raw.lines, strict=True) if len(row) < named]
    if short:
        raw.warnings.append(
            Problem(
                f"{raw.label} line {short[0]}",
                f"{len(short)} row(s) end before the last column; the rest is read as blank",
                "check that nothing was cut off",
                "warning",
            )
        )
