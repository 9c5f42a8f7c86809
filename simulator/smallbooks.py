"""Workbooks that a person filled in, policies and worked cases: small, and looked through before the reader of values opens them, which
makes room for every cell up to the last, and for every text as often as it is shown."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from simulator.errors import LawError, Problem
from simulator.phrases import phrase
from simulator.regular import bytes_of

MOST_BYTES = 16 * 1024**2
MOST_UNPACKED = 32 * 1024**2
MOST_PARTS = 500
MOST_SHOWN = 64 * 1024**2  # characters of all cells together
MOST_CELLS = 1_000_000  # of a sheet, up to the last row and column
_ADDRESS = re.compile(r"([A-Z]{1,3})?([0-9]{1,7})")


@dataclass(frozen=True)
class Grid:
    """A sheet's cells from the first row and column on, and the corners of its merged ones."""

    rows: list[list[Any]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


def sheets_of(path: Path) -> tuple[dict[str, Grid], bytes]:
    """A workbook's sheets by name, and the file. Raises LawError where it is none that a person filled in."""
    import python_calamine

    try:
        raw = bytes_of(path, MOST_BYTES + 1)
        if too_much := _too_much(raw):
            raise LawError(Problem(path.name, too_much, "begin anew with the form that `simulator policy` writes"))
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        found = {sheet.name: Grid([], []) for sheet in book.sheets_metadata}  # a sheet that is a chart has no cells
        for kind in book.sheets_metadata:
            if kind.typ == python_calamine.SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(kind.name)
                found[kind.name] = Grid(sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or [])
        return found, raw
    except OSError as e:
        raise LawError(Problem(str(path), phrase("cannot be read ({})", e.strerror or e), "check the path")) from e
    except (MemoryError, LawError):
        raise
    except BaseException as e:  # zipfile, expat and calamine have many errors of their own; what compiled code panics of is no Exception
        if not isinstance(e, Exception) and type(e).__name__ != "PanicException":
            raise
        raise LawError(Problem(path.name, "is no workbook", "save it as .xlsx")) from e


def _too_much(raw: bytes) -> str:
    """What no such workbook has; nothing where there is nothing. Raises anything for what is damaged or no .xlsx."""
    if len(raw) > MOST_BYTES:
        return phrase("has more than {} bytes", format(MOST_BYTES, ","))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
            return phrase("unpacks to {} bytes in {} parts", format(unpacked, ","), format(len(parts), ","))
        content = {part.filename: archive.read(part) for part in parts}  # each held to its sum: it unpacks to no more than it says
    content["xl/workbook.xml"], unread = content["xl/workbook.xml"], {"content.xml", "xl/workbook.bin"} & {*content}
    if unread:
        raise ValueError(unread)
    longest = max((len(text) for name, part in content.items() if "haredStrings" in name for text in part.split(b"si>")), default=0)
    shown = 0
    for name, part in content.items():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            row, column = _last(part)
            if row * column > MOST_CELLS:
                return phrase("has a cell in row {}, column {}", format(row, ","), format(column, ","))
            shown += part.count(b"v>") // 2 * longest
    return phrase("shows {} characters", format(shown, ",")) if shown > MOST_SHOWN else ""


def _last(sheet: bytes) -> tuple[int, int]:
    """The last row and column that a sheet has anything in. Raises ValueError where it declares entities, or an address is none."""
    last = [0, 0]

    def start(tag: str, given: dict[str, str]) -> None:
        if tag.rpartition(":")[2] in ("c", "row") and "r" in given:
            found = _ADDRESS.fullmatch(given["r"].upper())
            if found is None:
                raise ValueError(given["r"])
            column = 0
            for letter in found[1] or "":
                column = column * 26 + ord(letter) - ord("A") + 1
            last[:] = max(last[0], int(found[2])), max(last[1], column)

    def refuse(*_given: Any) -> None:
        raise ValueError("a sheet declares entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, refuse
    parser.Parse(sheet, True)
    return last[0], last[1]
