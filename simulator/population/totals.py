"""Control sums: what a 合计 row says against what the rows add up to."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from simulator.phrases import phrase
from simulator.population.cells import NOTHING, Refused, own_unit, parse
from simulator.population.checked import Checked
from simulator.population.column import Column, plain
from simulator.population.layout import is_total
from simulator.population.raw import Finding, letters

SUMMED = ("money", "area", "count")  # kinds whose sum means something; a sum of rents does not


def check_totals(checked: Checked) -> None:
    """Warn of every cell of a totals row that is not the sum of its rows, naming both sums.

    A 小计 counts the rows since the totals row before it, a 合计 all of them; where an office does the other, that is
    right, too. A sum written with fewer decimals is compared with as many.
    """
    lines = np.array(checked.raw.lines)
    before = 0
    for line, cells in checked.raw.totals:
        part = (lines > before) & (lines < line)
        before = line
        for column in checked.table.columns:
            position = checked.positions.get(column.name, len(cells))
            if column.kind not in SUMMED or position >= len(cells) or plain(cells[position]) in ("", *NOTHING):
                continue
            if is_total(cells[position]) or not checked.known(column.name).all():
                continue
            _compare(checked, column, line, position, cells[position], part)


def _compare(checked: Checked, column: Column, line: int, position: int, text: str, part: np.ndarray) -> None:
    """One cell of a totals row against the sum of the rows above it and of all rows."""
    unit = checked.units.get(column.name)
    values = checked.numbers(column.name)
    values = np.where(values == column.default, 0, values) if column.derived else values
    whole, above = int(values.sum()), int(values[part].sum())
    place = (
        f"{checked.raw.label}!{letters(position)}{line}"
        if checked.raw.is_sheet
        else f"{checked.raw.label} line {line}, column {column.label}"
    )

    def tell(cause: str, remedy: str) -> None:
        checked.warnings.append(Finding(place, cause, remedy, "warning", table=checked.raw.label, line=line, position=position))

    try:
        said = int(parse(text, column, unit)[0])
    except Refused as refused:
        if "largest" not in refused.cause:  # a sum may lie above the largest amount of one enterprise
            tell(phrase("a totals row: {}", refused.cause), "write the sum, or leave the cell blank")
        return
    factor = own_unit(text) or (unit.factor if unit else Decimal(1))
    decimals = len(plain(text).rstrip("元万亿千百").partition(".")[2])
    slack = factor * column.resolution / 10**decimals / 2  # half of its last digit
    if min(abs(said - whole), abs(said - above)) > slack:
        nearer = above if abs(said - above) < abs(said - whole) else whole
        shown, real = (f"{Decimal(number) / column.resolution:,}" for number in (said, nearer))
        tell(phrase("the totals row says {}, the rows add up to {}", shown, real), "find the missing or doubled row, or the slip")
