"""An .xlsx workbook as raw tables, and what must be asked of it before its values can be trusted.

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
from posixpath import join, normpath
from xml.etree import ElementTree

import python_calamine

from simulator.errors import Problem
from simulator.population.cells import Refused
from simulator.population.schema import SYNTHETIC_MARK, TABLES, plain, table_named
from simulator.population.sheets import Source, arrange, stray

DIGITS_OF_A_SPREADSHEET = 15  # a workbook keeps no more; the rest of its binary number is noise
MOST_ENTRIES = 5_000
MOST_BYTES = 2 * 1024**3  # unpacked; a register of a million enterprise-years is below 1 GiB
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
_ADDRESS = re.compile(rb"""\sr=["']([A-Z]{1,3}\d{1,7})["']""")
_IS_TEXT = re.compile(rb"""\st=["']str["']""")  # a formula whose calculated value is a text may show nothing
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]+)</(?:\w+:)?v>")


def from_workbook(data: bytes, label: str) -> Source:
    """The tables of an .xlsx workbook's bytes; label: the file's name."""
    source = Source(sha256=hashlib.sha256(data).hexdigest())
    problem = refusal(data)
    if problem is None:
        try:
            hollow = hollow_cells(data)  # first: it also looks for what would make the value reader burst
            sheets = _sheets(data)
        except Refused as refused:
            problem = (refused.cause, refused.remedy)
        except MemoryError:
            raise
        except BaseException as error:
            # the value reader is compiled code, and its panics are no ordinary exceptions
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            problem = (
                "the workbook cannot be read: it is damaged or protected by a password",
                "open it and save it again as .xlsx, without password",
            )
    if problem is not None:
        source.problems.append(Problem(label, *problem))
        source.present = {table.name for table in TABLES}  # nobody knows what it holds: nothing is missing
        return source
    for name, cells in sheets.items():
        table = table_named(name)
        if table is None:
            source.synthetic |= plain(name) in SYNTHETIC_MARK
            source.problems += stray(f"{label}, sheet {name}", name)
        elif table.name in source.present:
            source.problems.append(
                Problem(f"{label}, sheet {name}", f"there are two sheets for {table.label}", "keep one")
            )
        else:
            rows = [[_text(cell) for cell in row] for row in cells]
            source.add(table.name, arrange(rows, list(range(1, len(rows) + 1)), name, is_sheet=True))
            source.problems += [
                Problem(f"{name}!{address}", cause, remedy) for address, cause, remedy in hollow[name]
            ]
    return source


def _sheets(data: bytes) -> dict[str, list[list]]:
    """The cells of every worksheet by name; none for sheets that hold no table of a register."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {
        sheet.name: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        if table_named(sheet.name)
        else []
        for sheet in book.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    }


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
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except Exception:  # zipfile raises many kinds on damaged input; all mean the same to the user
        return (
            "this is no .xlsx workbook: the file is damaged, protected by a password, or of another kind",
            save,
        )
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES or unpacked > MOST_RATIO * len(data) + 10_000_000:
        return (
            f"the workbook unpacks to {unpacked:,} bytes in {len(entries):,} parts; a register does not",
            save,
        )
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        return "this is no .xlsx workbook", save
    return None


def hollow_cells(data: bytes) -> dict[str, list[tuple[str, str, str]]]:
    """By name of a table's sheet: address, cause and remedy of every error cell and every formula never
    calculated.

    Raises Refused for a cell far outside any table, and ValueError, KeyError or a zip or XML error for a
    damaged workbook.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        targets = {
            element.get("Id"): element.get("Target", "")
            for element in _tree(archive, "xl/_rels/workbook.xml.rels")
        }
        found = {}
        for element in _tree(archive, "xl/workbook.xml").iter():
            if element.tag.rpartition("}")[2] != "sheet" or table_named(element.get("name", "")) is None:
                continue
            link = next(value for key, value in element.attrib.items() if key.rpartition("}")[2] == "id")
            target = targets[link]
            part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            content = archive.read(part)
            far = _FAR_CELL.search(content)
            if far:
                address = f"{element.get('name')}!{far.group(1).decode()}"
                raise Refused(
                    f"{address} lies far outside a register's table", "delete the rows or columns out there"
                )
            found[element.get("name", "")] = list(_hollow(content))
    return found


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A small part as XML. Raises ValueError when it declares entities: spreadsheets do not, attacks do."""
    content = archive.read(part)
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
