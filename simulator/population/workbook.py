"""A workbook (.xlsx, .xls) as raw tables, and what must be asked of it before its values can be trusted.

The value reader shows an error cell (#N/A) and a formula that was never calculated as blank, and blank means
none: both must be found in the file itself, or an unknown amount would silently become 0.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from posixpath import join, normpath
from xml.etree import ElementTree

import python_calamine

from simulator.errors import Problem
from simulator.population import legacy
from simulator.population.cells import Refused
from simulator.population.layout import arrange
from simulator.population.legacy import is_ole
from simulator.population.raw import Finding, RawTable, Source, position_of, stray
from simulator.population.schema import SYNTHETIC_MARK, Table, plain, table_named

DIGITS_OF_A_SPREADSHEET = 15  # a workbook keeps no more; the rest of its binary number is noise
MOST_ENTRIES = 5_000
MOST_BYTES = 2 * 1024**3  # unpacked; a register of a million enterprise-years is below 1 GiB
MOST_OF_A_SMALL_PART = 4 * 1024**2
MOST_RATIO = 200  # unpacked / packed; spreadsheets reach 20, a bomb 1000

# Cells of the type "error", and cells whose first child is a formula. Tags may bear a namespace prefix,
# quotes may be of both kinds; the length is bounded (a formula has at most 8,192 characters) so that no
# input makes the search slow.
_ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c(?=\s)([^<>]*\st=["']e["'][^<>]*)>(.{0,9000}?)</(?:\w+:)?c>""", re.DOTALL
)
_FORMULA_CELL = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*)>\s*(<(?:\w+:)?f[\s/>].{0,50000}?)</(?:\w+:)?c>", re.DOTALL
)
# Right of column CZ or below row 9,999,999: the value reader would reserve memory for everything up to there.
_FAR_CELL = re.compile(rb"""\sr=["']((?:[A-Z]{3}|[D-Z][A-Z])\d+|[A-Z]{0,3}\d{8,})["']""")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s[^<>]*\shidden=["'](?:1|true)["']""")
_ADDRESS = re.compile(rb"""\sr=["']([A-Z]{1,3}\d{1,7})["']""")
_IS_TEXT = re.compile(rb"""\st=["']str["']""")  # a formula whose calculated value is a text may show nothing
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]+)</(?:\w+:)?v>")


def from_workbook(data: bytes, label: str) -> Source:
    """The tables of an .xlsx or .xls workbook's bytes; label: the file's name."""
    source = Source(sha256=hashlib.sha256(data).hexdigest())
    opened = _open(data)
    if isinstance(opened, tuple):
        return source.unreadable(Problem(label, *opened))
    for name in opened.names:
        table = table_named(name)
        if table is None:
            source.synthetic |= plain(name) in SYNTHETIC_MARK
            source.problems += stray(f"{label}, sheet {name}", name)
        elif table.name in source.present:
            source.problems.append(
                Problem(f"{label}, sheet {name}", f"there are two sheets for {table.label}", "keep one")
            )
        else:
            found, others = _sheet(opened, name, name, table)
            source.add(table.name, found)
            source.problems += others
    return source


def lone_table(data: bytes, label: str, table: Table) -> tuple[RawTable | Problem, list[Problem]]:
    """The table of a workbook that holds only this one (a file of a register's folder), and what else is to be said.

    The sheet named after the table, or the only sheet that holds anything.
    """
    opened = _open(data)
    if isinstance(opened, tuple):
        return Problem(label, *opened), []
    named = [name for name in opened.names if table_named(name) is table]
    filled = named or [name for name in opened.names if any(any(row) for row in opened.cells(name))]
    if len(filled) != 1:
        return Problem(label, f"{len(filled)} sheets could be the table {table.label}",
                       f"keep one, or name it {table.header}"), []
    return _sheet(opened, filled[0], label, table)


@dataclass
class _Book:
    """An opened workbook: sheet names, what makes its values doubtful, and whether days count from 1904."""

    reader: python_calamine.CalamineWorkbook
    names: list[str]
    hollow: dict[str, list[tuple[str, str, str]]]
    hidden: dict[str, str]
    mac_dates: bool
    read: dict[str, list[list]] = field(default_factory=dict)

    def cells(self, name: str) -> list[list]:
        """The cells of a sheet."""
        if name not in self.read:
            self.read[name] = self.reader.get_sheet_by_name(name).to_python(skip_empty_area=False)
        return self.read[name]


def _open(data: bytes) -> _Book | tuple[str, str]:
    """The workbook, or why it cannot be opened (cause, remedy)."""
    found = refusal(data)
    if found is not None:
        return found
    try:
        # first: it also looks for what would make the value reader burst
        hollow, hidden, mac_dates = (_hollow_of_xls(data) if is_ole(data) else hollow_cells(data))
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [s for s in book.sheets_metadata if s.typ == python_calamine.SheetTypeEnum.WorkSheet]
        hidden = {s.name: "the sheet is hidden" for s in sheets if
                  s.visible != python_calamine.SheetVisibleEnum.Visible} | hidden
        opened = _Book(book, [s.name for s in sheets], hollow, hidden, mac_dates)
        for name in opened.names:  # what is damaged shows itself here
            if table_named(name):
                opened.cells(name)
        return opened
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


def _hollow_of_xls(data: bytes) -> tuple[dict, dict, bool]:
    hollow, mac_dates = legacy.hollow_cells(data)
    return hollow, {}, mac_dates


def _sheet(book: _Book, name: str, label: str, table: Table) -> tuple[RawTable | Problem, list[Problem]]:
    """One sheet as a raw table called `label`, and the cells whose value cannot be trusted."""
    rows = [[_text(cell) for cell in row] for row in book.cells(name)]
    found = arrange(rows, list(range(1, len(rows) + 1)), label, is_sheet=True, table=table, title=f"{label} {name}")
    problems: list[Problem] = []
    for address, cause, remedy in book.hollow.get(name, ()):
        problems.append(Finding(f"{label}!{address}", cause, remedy, "error", label, *position_of(address)))
    if name in book.hidden:
        problems.append(Problem(label, f"{book.hidden[name]}; everything was read", "show it and compare", "warning"))
    if isinstance(found, RawTable):
        found.mac_dates = book.mac_dates
    return found, problems


def _text(cell: object) -> str:
    """A workbook's cell as the text an office would have typed."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        return f"{cell:.{DIGITS_OF_A_SPREADSHEET}g}"
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell)


def refusal(data: bytes) -> tuple[str, str] | None:
    """Why the bytes are no workbook to open (cause, remedy); None: they may be one. Nothing is unpacked."""
    save = "open the file and save it as an Excel workbook (.xlsx)"
    if not data:
        return "the file is empty", save
    if is_ole(data):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except Exception:  # zipfile raises many kinds on damaged input; all mean the same to the user
        return (
            "this is no .xlsx workbook: the file is damaged, protected by a password, or of another kind",
            save,
        )
    names = {entry.filename.lower() for entry in entries}
    if any(name.endswith("vbaproject.bin") for name in names):
        return "the workbook holds macros", "save it as .xlsx, which has none"
    if any(name.startswith("xl/externallinks/") for name in names):
        return (
            "the workbook has links to other workbooks",
            "break the links (数据 → 编辑链接 → 断开链接), so that the values stand in it, and save it",
        )
    ends = sorted((entry.header_offset, entry.header_offset + entry.compress_size) for entry in entries)
    if any(end > following for (_, end), (following, _) in pairwise(ends)):
        return "the parts of the workbook overlap; a spreadsheet writes no such file", save
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES or unpacked > MOST_RATIO * len(data) + 10_000_000:
        return (
            f"the workbook unpacks to {unpacked:,} bytes in {len(entries):,} parts; a register does not",
            save,
        )
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        return "this is no .xlsx workbook", save
    return None


def hollow_cells(data: bytes) -> tuple[dict[str, list[tuple[str, str, str]]], dict[str, str], bool]:
    """Of an .xlsx workbook, by sheet: address, cause and remedy of every error cell and every formula never calculated;
    rows that are hidden; and whether days count from 1904.

    Raises Refused for a cell far outside any table, and ValueError, KeyError or a zip or XML error for a
    damaged workbook.
    """
    found, hidden = {}, {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        targets = {
            element.get("Id"): element.get("Target", "")
            for element in _tree(archive, "xl/_rels/workbook.xml.rels")
        }
        tree = _tree(archive, "xl/workbook.xml")
        mac_dates = any(
            element.tag.rpartition("}")[2] == "workbookPr" and element.get("date1904") in ("1", "true")
            for element in tree.iter()
        )
        for element in tree.iter():
            if element.tag.rpartition("}")[2] != "sheet":
                continue
            name = element.get("name", "")
            link = next(value for key, value in element.attrib.items() if key.rpartition("}")[2] == "id")
            target = targets[link]
            if "worksheets/" not in target:
                continue
            part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            content = archive.read(part)
            far = _FAR_CELL.search(content)
            if far:
                address = f"{name}!{far.group(1).decode()}"
                raise Refused(
                    f"{address} lies far outside a register's table", "delete the rows or columns out there"
                )
            found[name] = list(_hollow(content))
            rows = len(_HIDDEN_ROW.findall(content))
            if rows:
                hidden[name] = f"{rows} row(s) are hidden"
    return found, hidden, mac_dates


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A small part as XML. Raises ValueError when it declares entities: spreadsheets do not, attacks do."""
    content = archive.read(part)
    if len(content) > MOST_OF_A_SMALL_PART:
        raise ValueError(f"{part} is larger than any list of sheets")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError(f"{part} declares entities")
    return ElementTree.fromstring(content)


def _hollow(content: bytes) -> Iterator[tuple[str, str, str]]:
    """Address, cause and remedy of the cells of one sheet whose value the reader would show as blank."""
    for match in _ERROR_CELL.finditer(content):
        value = _VALUE.search(match.group(2))
        shown = value.group(1).decode("ascii", "replace") if value else "an error"
        yield (
            _address(match.group(1)),
            f"the cell shows {shown}",
            "write the value, leave blank for none, 未知 for unknown",
        )
    for match in _FORMULA_CELL.finditer(content):
        if not _VALUE.search(match.group(2)) and not _IS_TEXT.search(match.group(1)):
            yield (
                _address(match.group(1)),
                "the cell's formula was never calculated",
                "write the value instead, or open the workbook, let it calculate, and save it",
            )


def _address(attributes: bytes) -> str:
    found = _ADDRESS.search(attributes)
    return found.group(1).decode("ascii") if found else "?"
