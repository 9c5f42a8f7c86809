"""What stands beside the tables of a register: sheets and files that explain it, and so may say the unit of all its amounts."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence

from simulator.errors import Problem, nearest
from simulator.phrases import phrase
from simulator.population.column import Table, plain
from simulator.population.schema import BESIDE, IN_WAN, SYNTHETIC_MARK, contract
from simulator.population.units import EXPLANATION, column_named, factor_of, stated

LOOKED_AT = 200  # rows or lines
FEW = 3  # cells in a row: more make a table, which says its own unit
_EXPLAINS = re.compile(r"说明|须知|封面|首页|备注|注释|填[报表]|要求|口径|指标|字段|字典|readme|notes?\b|cover|info|about|units?\b")

Says = list[tuple[str, str]]


def of_lines(lines: Iterable[str]) -> Says:
    """What lines of a text say of units."""
    found = (part for line in lines for part in re.split("[\r\n；;。]", line))
    return [(EXPLANATION, part) for part in found if stated(part)[0]]


def stray(label: str, name: str, rows: Sequence[Sequence[str]], present: Container[str]) -> list[Problem]:
    """What is to be said of a file or sheet that is called like no table: a table under another name must not vanish without a word.

    rows: its first ones; present: names of the tables that were found.
    """
    if plain(name) in (*SYNTHETIC_MARK, *BESIDE):
        return []
    like = [
        table
        for table in contract().tables
        if not table.required and table.name not in present and any(_has_columns(row, table) for row in rows)
    ]
    if like:
        cause = phrase("has the columns of {} and is not called so; it was not read", " / ".join(table.label for table in like))
        names = " / ".join(table.header for table in like)
        return [Problem(label, cause, phrase("name it {}; delete it if it is not to count", names))]
    known = [word for table in contract().tables for word in (table.name, table.header)]
    remedy = nearest(plain(name), known) or "nothing to do, unless it was meant to be read"
    return [Problem(label, "is no table of a register and was not read", remedy, "warning")]


def _has_columns(row: Sequence[str], table: Table) -> bool:
    named = {column.name for cell in row if (column := column_named(cell, table)) is not None}
    return {column.name for column in table.columns if column.required} <= named


def of_sheet(name: str, rows: Sequence[Sequence[str]]) -> Says:
    """What a sheet that is no table says of units, where it explains others: by its name, or because it holds no table.

    A row with a unit in a cell of its own, as of a list of columns, says the unit of what the row names.
    """
    if plain(name) == BESIDE[1]:
        return []
    filled = [[plain(cell) for cell in row if plain(cell)] for row in rows[:LOOKED_AT]]
    if not _EXPLAINS.search(plain(name)) and any(len(row) > FEW for row in filled):
        return []
    lines = []
    for row in filled:
        if plain(name) == BESIDE[0] and row[:1] == ["表 table"]:  # the program's own list of columns
            break
        units = [cell for cell in row if factor_of(cell) is not None]
        others = [cell for cell in row if cell not in units]
        lines += [] if row == [plain(IN_WAN)] else [" ".join([*others, f"单位：{units[0]}"])] if len(units) == 1 and others else row
    return of_lines(lines)
