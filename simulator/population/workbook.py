"""A workbook (.xlsx, .xls) as raw tables; what must be asked of the file itself is asked first (`xlsx`, `legacy`)."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace

import python_calamine

from simulator.errors import Problem
from simulator.phrases import phrase
from simulator.population import legacy, xlsx
from simulator.population.beside import of_lines, of_sheet
from simulator.population.cells import Refused, shown
from simulator.population.column import Table, plain
from simulator.population.formulas import differing
from simulator.population.grid import Grid, Place
from simulator.population.layout import LOOKED_AT, arrange
from simulator.population.legacy import is_ole
from simulator.population.look import CONDITIONAL, NEVER, STRUCK, TWICE, ZERO, Look
from simulator.population.numberformat import Meaning
from simulator.population.raw import Finding, RawTable, Source, as_text, letters, position_of
from simulator.population.schema import SYNTHETIC_MARK, table_named
from simulator.population.synthetic_mark import digest_of, fits, unbound
from simulator.population.units import MONEY
from simulator.population.xlsx import refusal

MOST_MARKED = 100  # lines of a mark


def from_workbook(data: bytes, label: str) -> Source:
    """The tables of an .xlsx or .xls workbook's bytes; label: the file's name."""
    source = Source(sha256=hashlib.sha256(data).hexdigest())
    opened = _open(data, label)
    if isinstance(opened, tuple):
        return source.unreadable(Problem(label, *opened))
    source.says += opened.says
    mark = ""
    for name in opened.looks:
        table = table_named(name)
        if table is None:
            mark = name if plain(name) in SYNTHETIC_MARK else mark
            says = of_sheet(name, opened.grid(name).rows)
            source.says += says
            source.strays += [] if says else [(f"{label}, sheet {name}", name, opened.grid(name).rows[:LOOKED_AT])]
        elif table.name in source.present:
            source.problems.append(Problem(f"{label}, sheet {name}", phrase("there are two sheets for {}", table.label), "keep one"))
        else:
            found, others = _sheet(opened, name, name, table)
            source.add(table.name, found)
            source.problems += others
    if mark:
        text = "\n".join(str(row[0]) for row in opened.grid(mark).rows[:MOST_MARKED] if row)
        source.synthetic = fits(text, {name: digest_of(raw) for name, raw in source.tables.items()})
        source.problems += [] if source.synthetic else [unbound(f"{label}, sheet {mark}")]
    return source


def lone_table(data: bytes, label: str, table: Table) -> tuple[RawTable | Problem, list[Problem]]:
    """The table of a workbook that holds only this one (a file of a register's folder), and what else is to be said.

    The sheet named after the table, or the only sheet that holds anything.
    """
    opened = _open(data, label)
    if isinstance(opened, tuple):
        return Problem(label, *opened), []
    named = [name for name in opened.looks if table_named(name) is table]
    filled = named or [name for name in opened.looks if any(any(row) for row in opened.grid(name).rows)]
    if len(filled) > 1:
        filled = [name for name in filled if not of_sheet(name, opened.grid(name).rows)]
    if len(filled) != 1:
        return Problem(
            label, phrase("{} sheets could be the table {}", len(filled), table.label), phrase("keep one, or name it {}", table.header)
        ), []
    found, others = _sheet(opened, filled[0], label, table)
    if isinstance(found, RawTable):
        beside = (name for name in opened.looks if name != filled[0] and table_named(name) is None)
        found.says += [*opened.says, *(said for name in beside for said in of_sheet(name, opened.grid(name).rows))]
    return found, others


@dataclass
class _Book:
    """An opened workbook: sheet names, what they say beside their values, and whether days count from 1904."""

    reader: python_calamine.CalamineWorkbook
    label: str
    looks: dict[str, Look]
    mac_dates: bool = False
    says: list[tuple[str, str]] = field(default_factory=list)  # of the workbook itself
    sheets: dict[str, Grid] = field(default_factory=dict)

    def grid(self, name: str) -> Grid:
        """The cells of a sheet; read once."""
        if name not in self.sheets:
            self.sheets[name] = self._read(name, self.looks.get(name, Look()))
        return self.sheets[name]

    def _read(self, name: str, look: Look) -> Grid:
        sheet = self.reader.get_sheet_by_name(name)
        # one stray cell far below makes millions of blank ones: blank rows are passed over at once
        rows = [[] if row.count("") == len(row) else [as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        found = Grid(
            name,
            rows,
            range(1, len(rows) + 1),
            title=f"{self.label}\n{name}",
            comments=look.comments,
            says=look.says,
            merged=[(*first, *last) for first, last in sheet.merged_cell_ranges or ()],
        )

        def say(place: Place, cause: str, remedy: str, severity: str = "error") -> None:
            row, column = place
            found.problems.append(
                Finding(f"{name}!{letters(column)}{row + 1}", cause, remedy, severity, table=name, line=row + 1, position=column)
            )

        known = {place: (formula, given) for place, formula, given in differing(look.formulas, rows)}
        wrong: dict[int, list[Place]] = {}  # once for a column
        for place, (_, given) in known.items():
            if given:
                wrong.setdefault(place[1], []).append(place)
        for places in wrong.values():
            formula, given = known[places[0]]
            row, column = places[0]
            say(
                places[0],
                phrase("the cell's formula shows {}, and ={} gives {}; {} cell(s) in all", rows[row][column], formula, given, len(places)),
                "open it in Excel or WPS, let it calculate, and save it; or write the number that is meant",
            )
        for (row, column), text in look.texts.items():
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = text
        scaled: dict[int, tuple[int, str]] = {}
        twisted: dict[int, list[Place]] = {}
        for (row, column), said in look.formats.items():
            if row < len(rows) and column < len(rows[row]) and (text := rows[row][column]):
                if said.twisted:
                    twisted.setdefault(column, []).append((row, column))
                elif said.unit or said.percent:
                    rows[row][column] = said.text(text)
                elif said.divisor != 1:
                    scaled.setdefault(column, (row + 1, f"{said.divisor:,}"))
        found.scaled = scaled
        for places in twisted.values():
            row, column = places[0]
            say(
                places[0],
                phrase(
                    "{} is stored, and its number format shows another number; {} cell(s) in all", shown(rows[row][column]), len(places)
                ),
                "write the number that is meant, in the format General (常规)",
            )
        for place, style in look.conditional.items():
            said = style.said or Meaning()
            if style.struck or said.twisted or (said.unit and said.divisor != MONEY.get(said.unit)):
                say(place, "a conditional format here shows numbers in another unit or struck out, depending on their value", CONDITIONAL)
            elif style.unseen or said.unseen or (said.divisor > 1 and not said.unit):
                say(
                    place,
                    "a conditional format here hides numbers or shows them divided, depending on their value; what is stored was read",
                    "compare them; remove the conditional format",
                    "warning",
                )
        if unseen := [(row, column) for row, column in look.unseen if row < len(rows) and column < len(rows[row]) and rows[row][column]]:
            say(
                unseen[0],
                phrase("{} cell(s) hold a number that is not shown, this the first; everything was read", len(unseen)),
                "show it and compare",
                "warning",
            )
        doubtful: dict[tuple[str, str, int], list[Place]] = {}  # once for the formulas of a column
        for address, cause, remedy in look.doubtful:
            line, column = position_of(address)
            if (line - 1, column) not in known:
                doubtful.setdefault((cause, remedy, column if (cause, remedy) in (NEVER, ZERO) else line * 1000 + column), []).append(
                    (line - 1, column)
                )
        for (cause, remedy, _), places in doubtful.items():
            say(places[0], phrase("{}; {} cell(s) in all", cause, len(places)) if len(places) > 1 else cause, remedy)
        if look.stale[0]:
            line, column = position_of(look.stale[1])
            say(
                (line - 1, column),
                phrase(
                    "{} cell(s) hold formulas whose values may be out of date: the program that wrote the workbook does not calculate",
                    look.stale[0],
                ),
                "open it in Excel or WPS, let it calculate, and save it",
                "warning",
            )
        if look.twice:
            say(look.twice[0], phrase("the file holds a second value for this cell; {} cell(s) in all", len(look.twice)), TWICE)
        if look.struck:
            say(look.struck[0], phrase("{} cell(s) are struck out, this the first", len(look.struck)), STRUCK)
        hidden = [letters(column) for column in sorted(look.columns) if any(column < len(row) and row[column] for row in rows)]
        if hidden:
            columns = ", ".join(hidden)
            look.hidden = (
                phrase("{}; column(s) {} are hidden", look.hidden, columns) if look.hidden else phrase("column(s) {} are hidden", columns)
            )
        if look.hidden:
            found.problems.append(Problem(name, phrase("{}; everything was read", look.hidden), "show it and compare", "warning"))
        return found


def _open(data: bytes, label: str) -> _Book | tuple[str, str]:
    """The workbook, or why it cannot be opened (cause, remedy)."""
    found = refusal(data)
    if found is not None:
        return found
    try:
        # first: it also looks for what would make the value reader burst
        looks, mac_dates, says = legacy.look(data) if is_ole(data) else xlsx.look(data)
        book = _Book(python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)), label, {}, mac_dates, of_lines(says))
        for sheet in book.reader.sheets_metadata:
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
                look = book.looks[sheet.name] = looks[sheet.name]
                if sheet.visible != python_calamine.SheetVisibleEnum.Visible:
                    look.hidden = look.hidden or "the sheet is hidden"
                if table_named(sheet.name):  # what is damaged shows itself here
                    book.grid(sheet.name)
        return book
    except Refused as refused:
        return refused.cause, refused.remedy
    except MemoryError:
        raise
    except BaseException as error:
        # the value reader is compiled code, and its panics are no ordinary exceptions
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        return (
            "the workbook cannot be read: it is damaged or protected by a password",
            "open it and save it again as .xlsx, without password",
        )


def _sheet(book: _Book, name: str, label: str, table: Table) -> tuple[RawTable | Problem, list[Problem]]:
    """One sheet as a raw table called `label`, and what is to be said of single cells."""
    grid = book.grid(name)
    if label != name:
        grid = replace(grid, label=label, problems=[_called(problem, name, label) for problem in grid.problems])
    found = arrange(grid, table)
    if isinstance(found, RawTable):
        found.mac_dates = book.mac_dates
    return found, grid.problems


def _called(problem: Problem, name: str, label: str) -> Problem:
    """A problem of a sheet that messages call otherwise, after its file."""
    problem = replace(problem, place=label + problem.place.removeprefix(name))
    return replace(problem, table=label) if isinstance(problem, Finding) else problem
