"""Hold a raw table to its contract: which column is which, every cell's value, and all faults at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from simulator.errors import Problem, nearest
from simulator.phrases import phrase
from simulator.population.cells import shown
from simulator.population.checked import Checked
from simulator.population.column import Column, Table, plain, squeezed
from simulator.population.layout import IGNORED
from simulator.population.raw import RawTable
from simulator.population.reading import read_column
from simulator.population.schema import STATISTICAL, contract
from simulator.population.units import EXPLANATION, Declared, answer_for, column_named, declared_unit, money_word

_OF_YEAR = re.compile(r"(.*?)\(?((?:19|20)[0-9]{2})年?度?\)?.{0,20}")
_UNIT = re.compile("百万元|[千万亿]元?")


def check(raw: RawTable, table: Table, answers: Mapping[str, str] | None = None) -> Checked:
    """Every cell of a raw table read by its column's kind; faults are noted, never raised.

    answers: units the user declares, by column (`--unit`).
    """
    checked = Checked(raw, table)
    _name_columns(checked)
    unclear: dict[tuple[str, str], list[Column]] = {}  # columns by what is unclear about their unit
    for column in table.columns:
        if column.name in checked.positions:
            position = checked.positions[column.name]
            _find_unit(checked, column, answers or {}, unclear)
            read_column(checked, column, raw.columns[position])
        else:
            checked.absent.append(column)
    for (found, _), columns in unclear.items():
        first, position = columns[0], checked.positions[columns[0].name]
        ask = phrase("say which: --unit {}=元 or 万元", first.name) if first.kind == "money" else phrase("write {}", first.unit)
        cause = phrase("the unit of {} is unclear: {}", ", ".join(column.label for column in columns), found)
        checked.faults.append((-1, position, raw.problem(-1, position, cause, ask, "error", first)))
    _tell_absent(checked)
    if far := [name for name, unit in checked.units.items() if unit.where == EXPLANATION and unit.factor != 1]:
        checked.warn(
            -1,
            far[0],
            phrase(
                "amounts are read in {}, as an explanation beside the table says; {} column(s) in all", checked.units[far[0]].word, len(far)
            ),
            "write the unit into the header",
        )
    return checked


def _name_columns(checked: Checked) -> None:
    """Which position holds which column; unknown, nameless and double columns are faults."""
    raw, table = checked.raw, checked.table
    for position, text in enumerate(raw.header):
        name = plain(text)
        column = column_named(text, table)

        def fault(cause: str, remedy: str, position: int = position) -> None:
            checked.faults.append((-1, position, raw.problem(-1, position, cause, remedy)))

        if not name:
            if any(plain(str(cell)) for cell in raw.columns[position]):
                fault(phrase("column {} holds values but has no name", position + 1), "name the column, or remove it")
        elif column is None and "year" in (c.name for c in table.columns) and (of_year := _OF_YEAR.fullmatch(squeezed(text))):
            fault(
                phrase("column {} is of the year {}; a register has a row for each year", shown(text), of_year[2]),
                "write one row per enterprise and year, with the year in the column 年度",
            )
        elif column is None:
            if squeezed(text) not in IGNORED:
                there = {column.name for header in raw.header if (column := column_named(header, table)) is not None}
                known = [own for column in table.columns if column.name not in there for own in (column.name, column.header)]
                # renamed without its unit, the amounts would be read as yuan
                unit = money_word(text) or "".join(_UNIT.findall(squeezed(text))[:1])
                # Chinese names are short: half of the characters is near
                remedy = nearest(name, known, 0.6 if name.isascii() else 0.5, f"（{unit}）" if unit else "")
                remedy = remedy or "remove the column, or give it the name of a known one"
                if squeezed(text).removeprefix("计量").removeprefix("金额") == "单位":
                    remedy = "write the unit into the headers, as 金额（万元）, and remove the column"
                fault(phrase("unknown column {}", shown(text)), remedy)
        elif column.name in checked.positions:
            first = checked.positions[column.name] + 1
            fault(phrase("column {} stands twice, also as column {}", column.label, first), "keep one")
        else:
            checked.positions[column.name] = position


def _find_unit(checked: Checked, column: Column, answers: Mapping[str, str], unclear: dict[tuple[str, str], list[Column]]) -> None:
    """The unit a column is written in, as answered or declared; what contradicts itself is noted in `unclear`, to be asked."""
    raw, position = checked.raw, checked.positions[column.name]
    answer = answer_for(answers, column, checked.table)
    if answer is not None:
        checked.units[column.name] = answer
        return
    found = declared_unit(column, position, raw, checked.table)
    if isinstance(found, Declared):
        checked.units[column.name] = found
        return
    if found is not None:
        checked.units[column.name] = Declared(Decimal(1), "元", "unclear")
        unclear.setdefault((found, column.name if "header" in found else ""), []).append(column)  # what is not above it is asked once
    elif position in raw.scaled and column.kind == "money":
        line, divisor = raw.scaled[position]
        cause = phrase("the number on line {} is shown divided by {}; what is stored was read, in yuan", line, divisor)
        checked.warnings.append(raw.problem(-1, position, cause, "compare the first one", "warning", column))


def _tell_absent(checked: Checked) -> None:
    """What columns that are not there mean: a required one is a fault, facts are unknown; none is reported of which one stands
    under a name much like it."""
    label, guessed = checked.raw.label, " ".join(problem.remedy for _, _, problem in checked.faults)
    absent = [c for c in checked.absent if not any(f"mean {name}{end}" in guessed for name in (c.name, c.header) for end in "?（")]
    for column in absent:
        if column.required:
            cause, remedy = phrase("required column {} is missing", column.label), "add the column"
            checked.faults.append((-1, -1, Problem(label, cause, remedy)))
    missed = [c for c in absent if not (c.required or c.optional or c.derived or c.read_under or c.kind == "text")]
    needed = [column for column in missed if column.needed_by]
    remedy = "add the columns; blank cells mean none"
    if needed:
        slugs = [slug for slug in contract().policy.slugs if any(slug in column.needed_by for column in needed)]
        names = ", ".join(column.label for column in needed)
        cause = phrase("absent, so unknown in every row: {}; clauses left open by it: {}", names, ", ".join(slugs))
        if len(slugs) == len(contract().policy.slugs):
            cause = phrase("absent, so unknown in every row: {}; every clause is left open by it", names)
        checked.warnings.append(Problem(label, cause, remedy, "warning"))
    if others := [column for column in missed if not column.needed_by and column.name in STATISTICAL]:
        names = ", ".join(column.label for column in others)
        cause = phrase("absent, so unknown in every row: {}; no clause needs it, the statistical tables do", names)
        checked.warnings.append(Problem(label, cause, remedy, "warning"))
