"""From the bytes of a CSV file to a raw table. Nothing is interpreted here.

A table that cannot be opened yields problems instead of rows; the other tables are still read, so that one
report names everything.
"""

from __future__ import annotations

import csv
import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence

from simulator.errors import Problem
from simulator.phrases import phrase
from simulator.population.column import Table
from simulator.population.grid import Grid
from simulator.population.layout import LOOKED_AT, arrange
from simulator.population.raw import Finding, RawTable
from simulator.population.units import column_named

DELIMITERS = (",", ";", "\t", "|")
MOST_BYTES = 2 * 1024**3  # a register of a million enterprise-years is below 1 GiB
_BEFORE, _THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}"), re.compile(r"[0-9]{3}(\.[0-9]+)?")
UNMARKED = "UTF-16 (“Unicode”) without its mark, as it seems"
BIG5 = "Big5, of Traditional Chinese, as it seems"
CUT = "wrong at the end, where a character is not whole: the file was cut off"
SAVE = "open it in Notepad and save it with the encoding UTF-8; if it is unreadable there, have it exported as .xlsx"
AGAIN = "have the file made or sent anew"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
SHORT = 5  # characters of a cell that is likely to stand in many rows
MOST_LINE = 1_000_000  # bytes between two line ends; a row of a register is below 10,000


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding: UTF-8 (with or without mark), marked UTF-16, or GB18030, strictly.

    Raises ValueError with a message that names what the text probably is, or the line and byte where it is none of them.

    >>> decode("年度".encode("gb18030"))
    ('年度', 'GB18030')
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and not data.startswith(b"\xff\xfe\0\0"):
        try:  # what a spreadsheet calls "Unicode text"
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise ValueError(phrase("marked as UTF-16, but line {} (byte {}) is not", *_place(data, error.start))) from None
    if is_unmarked(data):
        raise ValueError(UNMARKED)
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        as_utf8, is_cut = error.start, error.reason == "unexpected end of data"
    if is_cut and not data[:as_utf8].isascii():
        raise ValueError(CUT)
    if data.startswith(b"\xef\xbb\xbf"):  # marked as UTF-8: reading it as GB18030 would yield other characters
        raise ValueError(phrase("marked as UTF-8, but line {} (byte {}) is not", *_place(data, as_utf8 + 3)))
    try:
        return data.decode("gb18030"), "GB18030"
    except UnicodeDecodeError as error:
        as_gb, is_cut = error.start, error.reason == "incomplete multibyte sequence"
    if is_cut or is_big5(data):
        raise ValueError(CUT if is_cut else BIG5)
    raise ValueError(phrase("neither UTF-8 nor GB18030 on line {} (byte {})", *_place(data, max(as_utf8, as_gb))))


def _place(data: bytes, at: int) -> tuple[int, int]:
    """The line of a byte, and the byte."""
    return data.count(b"\n", 0, at) + 1, at


def is_unmarked(data: bytes) -> bool:
    """Whether a text has two or four bytes for each character, and no mark that says so."""
    data = data[:4000].rstrip(b"\0\x1a")
    if b"\0" in data:
        for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
            text = data[: len(data) // 4 * 4].decode(encoding, "replace")
            if "\0" not in text and "\ufffd" not in text and re.search("[\n\r,;\t]", text):
                return True
    return False


def is_big5(data: bytes) -> bool:
    """Whether a text is of Traditional Chinese: read as Big5 it has words of registers that it lacks read otherwise."""
    as_big5, as_gb = (data[:100_000].decode(encoding, "ignore") for encoding in ("big5", "gb18030"))
    return any(word in as_big5 for word in ("企業", "年度", "金額", "統一")) and not re.search("企业|年度|金额|统一", as_gb)


def from_csv(data: bytes, label: str, table: Table) -> RawTable | Problem:
    """The raw table of a CSV file's bytes, or why there is none. label: the file's name."""
    if _has_endless_line(data):
        cause = phrase("a line of more than {} bytes is no row of a register", format(MOST_LINE, ","))
        return Problem(label, cause, "check the delimiter and quotations")
    try:
        text, encoding = decode(data)
    except ValueError as error:
        return Problem(label, phrase("the text's encoding is {}", error), AGAIN if str(error) == CUT else SAVE)
    length = len(text)
    text = text.rstrip("\x1a\0\x04\r\n")  # programs of DOS end a file with 0x1A or fill it up, and that is no row
    if not text.strip("\ufeff\x1a").strip():
        return Problem(label, "the file is empty", "write a header line and one line per row")
    if "\x00" in text:
        return Problem(label, phrase("this is no text: byte 0 at character {}", text.index(chr(0))), SAVE)
    delimiter = _delimiter(text, table)
    reader = csv.reader((line[0] for line in _LINE.finditer(text)), delimiter=delimiter, strict=True)
    rows, lines, first = [], array("l"), 1
    short: dict[str, str] = {}  # cells that many rows have, each kept once
    try:
        for row in reader:
            rows.append([cell if len(cell) > SHORT else short.setdefault(cell, cell) for cell in row])
            lines.append(first)
            first = reader.line_num + 1
    except csv.Error as error:
        cause = phrase("the row cannot be taken apart: {}", error)
        return Problem(f"{label} line {first}", cause, 'write a text that holds a quotation mark as "…""…", and close every quotation')
    found = arrange(Grid(label, rows, lines, is_sheet=False, title=label, open_at=len(data) * (length == len(text))), table)
    if isinstance(found, RawTable):
        found.encoding = encoding
        if encoding == "GB18030" and not any(column_named(name, table) for name in found.header) and is_big5(data):
            return Problem(label, phrase("the text's encoding is {}", BIG5), SAVE)
        if delimiter == "," and (torn := _torn(found, rows, lines)) is not None:
            return torn  # whatever stands behind the comma stands in the wrong column
    return found


def _torn(raw: RawTable, rows: list[list[str]], lines: Sequence[int]) -> Problem | None:
    """What is to be said of amounts that a comma between thousands has torn into two cells: 3,000,000 without quotation is 3, 000 and 000.

    A row that is too long for the header, or a cell of 050 behind one of 3, says so.
    """
    width = max((at for at, name in enumerate(raw.header) if name.strip()), default=-1) + 1
    first = bisect_right(lines, raw.header_line)
    torn = []
    for line, row in zip(lines[first:], rows[first:], strict=True):
        long = len(row) > width and any(row[width:])
        for at in range(1, len(row) if long or any(cell[:1] == "0" and len(cell) > 2 for cell in row) else 0):
            if _THOUSANDS.fullmatch(row[at].strip()) and _BEFORE.fullmatch(row[at - 1].strip()) and (long or row[at].strip()[0] == "0"):
                torn.append((line, f"{row[at - 1].strip()},{row[at].strip()}"))
                break
    if not torn:
        return None
    line, text = torn[0]
    cause = phrase("{} seems to be one amount that its comma has torn into two cells; {} row(s) in all", f"“{text}”", len(torn))
    remedy = "write amounts without thousands commas, or in quotation marks"
    return Finding(f"{raw.label} line {line}", cause, remedy, table=raw.label, line=line)


def _has_endless_line(data: bytes) -> bool:
    """Whether more bytes than any row has stand between two line ends: seen before anything is decoded or taken apart."""
    at = 0
    while len(data) - at > MOST_LINE:
        found = max(data.rfind(b"\n", at, at + MOST_LINE), data.rfind(b"\r", at, at + MOST_LINE))
        if found < 0:
            return True
        at = found + 1
    return False


def _delimiter(text: str, table: Table) -> str:
    """The delimiter under which a line near the top holds most columns of the table; comma when none does."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:LOOKED_AT]
    if not lines:
        return DELIMITERS[0]

    def found(delimiter: str) -> tuple[int, int]:
        known = max(sum(column_named(cell.strip(' "'), table) is not None for cell in line.split(delimiter)) for line in lines)
        return known, len(lines[0].split(delimiter)) if known else 0

    return max(DELIMITERS, key=found)
