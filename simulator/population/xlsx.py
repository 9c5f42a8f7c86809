"""What must be asked of an .xlsx file itself before its values can be trusted.

The value reader shows an error cell (#N/A) and a formula that was never calculated as blank, and blank means
none: both must be found in the file itself, or an unknown amount would silently become 0. What would make the
reader burst is found before anything is unpacked.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from posixpath import join, normpath
from xml.etree import ElementTree

from simulator.population.cells import Refused
from simulator.population.legacy import is_ole

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
_DEEP_CELL = re.compile(rb"""\sr=["'][A-Z]{0,3}(\d{6,7})["']""")  # row 100,000 or deeper
_ADDRESS = re.compile(rb"""\sr=["']([A-Z]{1,3}\d{1,7})["']""")
_IS_TEXT = re.compile(rb"""\st=["']str["']""")  # a formula whose calculated value is a text may show nothing
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]+)</(?:\w+:)?v>")


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
    except Exception:  # noqa: BLE001  zipfile raises many kinds on damaged input; all mean the same to the user
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
            deepest = max(map(int, _DEEP_CELL.findall(content)), default=0)
            # a deep table has many rows; a stray cell or an attack has not
            if deepest > 20 * (content.count(b"<row") + content.count(b":row")):
                raise Refused(
                    f"{name}!A{deepest} lies far outside a register's table", "delete the rows or columns out there"
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
    return ElementTree.fromstring(content)  # noqa: S314  small, and declares nothing


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
