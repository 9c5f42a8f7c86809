"""Open what a path names: a folder of table files, one workbook, a DuckDB file, or a database behind a variable."""

from __future__ import annotations

import hashlib
import re
import stat
from pathlib import Path

from simulator.errors import PopulationError, Problem
from simulator.phrases import phrase
from simulator.population import databases, parquet
from simulator.population.beside import of_lines
from simulator.population.column import Table, plain
from simulator.population.layout import LOOKED_AT
from simulator.population.legacy import is_ole, refuse_et
from simulator.population.places import refuse_absent
from simulator.population.raw import RawTable, Source
from simulator.population.schema import SYNTHETIC_MARK, contract, table_named
from simulator.population.sheets import MOST_BYTES, decode, from_csv
from simulator.population.synthetic_mark import fits, unbound
from simulator.population.units import is_unit, of_name
from simulator.population.webpages import from_html, is_html, is_xml_book
from simulator.regular import bytes_of

WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".et", ".ett", ".ods", ".htm", ".html")
TABLE_FILES = (".csv", ".parquet", *WORKBOOKS)
DATABASES = (".duckdb", ".ddb")
EXPLANATIONS, DOCUMENTS = (".txt", ".md", ""), (".doc", ".docx", ".pdf", ".wps", ".rtf")
UNIT_ELSEWHERE = "if it says a unit of the amounts, write it into the headers, or say --unit"
MOST_MARK = 100_000  # bytes
PART = re.compile(r"part-(\d{5})-of-(\d{5})")  # the folders of a register in parts, see `parts`


def open_source(path: str | Path) -> tuple[Source, str, str]:
    """The raw tables at a path, its name as reports show it, and what a table is there (file, sheet or table).

    Raises PopulationError when there is nothing to open.
    """
    text = str(path)
    if text.startswith("env:"):
        return databases.from_variable(text), text, "table"
    if "://" in text:
        cause = "is written out, so it would be kept in records and histories"
        remedy = "put it into an environment variable and give its name: --population env:SIMULATOR_DATABASE"
        raise PopulationError(Problem("the address of a database", cause, remedy))
    path = Path(path)
    try:
        return _opened(path)
    except MemoryError:
        raise PopulationError(
            Problem(text, "needs more memory than this machine has free", "check the file; close other programs")
        ) from None


def _opened(path: Path) -> tuple[Source, str, str]:
    text = str(path)
    try:
        if is_in_parts(path):
            raise PopulationError(Problem(text, "is a register in parts", "give one of its parts"))
        if path.is_dir():
            return _from_folder(path), path.resolve().name, "file"
        suffix = path.suffix.lower()
        if path.is_file() and suffix in WORKBOOKS:
            return _workbook(_bytes(path), path.name), path.name, "sheet"
        if path.is_file() and suffix in DATABASES:
            return databases.from_duckdb(path), path.name, "table"
        if path.exists():
            cause = "is neither a folder of tables, nor a workbook, nor a DuckDB file"
            remedy = "give the folder that holds enterprises.csv and annual.csv, the workbook, or the .duckdb file"
            raise PopulationError(Problem(text, cause, remedy))
    except OSError as error:
        raise PopulationError(Problem(text, phrase("cannot be read: {}", error.strerror or error), "check the path")) from error
    except ValueError as error:  # a path with a zero character
        raise PopulationError(Problem(text, phrase("is no path: {}", error), "check the path")) from error
    refuse_absent(path)
    raise PopulationError(Problem(text, "is no file and no folder", "check the path"))


def is_in_parts(path: Path) -> bool:
    """Whether a register in parts lies there."""
    return path.is_dir() and any(PART.fullmatch(entry.name) for entry in path.iterdir())


def _bytes(path: Path) -> bytes:
    """A file's bytes; refused before reading where it is larger than any register."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):  # a pipe or a device has no end
        raise PopulationError(Problem(path.name, "is no file but a pipe or a device", "give a file"))
    size = found.st_size
    if size > MOST_BYTES:
        cause = phrase("the file has {} bytes; a register has not", format(size, ","))
        raise PopulationError(Problem(path.name, cause, phrase("at most {} are read; check the file", format(MOST_BYTES, ","))))
    return bytes_of(path)


def _workbook(data: bytes, label: str) -> Source:
    """A file that calls itself a workbook, opened by what it is."""
    if (refusal := _refusal(data, label)) is not None:
        return Source(sha256=hashlib.sha256(data).hexdigest()).unreadable(refusal)
    if is_html(data):
        cause = "is a web page named as a workbook; it holds one table and a register has several"
        remedy = "put each such file into one folder, named after its table (as 年度.xls), or save it as .xlsx"
        return Source(sha256=hashlib.sha256(data).hexdigest()).unreadable(Problem(label, cause, remedy))
    from simulator.population.workbook import from_workbook  # what reads workbooks, only where there is one

    source = from_workbook(data, label)
    _tell_renamed(source, data, label)
    return source


def _refusal(data: bytes, label: str) -> Problem | None:
    """Why a workbook of a kind that is not read is refused, with the way to save it as one that is."""
    if is_xml_book(data):
        return Problem(label, "is an XML spreadsheet of 2003, which is not read", "open it and save it as an Excel workbook (.xlsx)")
    return refuse_et(label)


def _tell_renamed(source: Source, data: bytes, label: str) -> None:
    """A workbook of the one kind with the ending of the other is read, and said."""
    suffix = Path(label).suffix.lower()
    real = ".xls" if is_ole(data) else ".xlsx" if data[:2] == b"PK" else suffix
    if suffix in (".xls", ".xlsx") and real != suffix and not any(p.severity == "error" for p in source.problems):
        cause = phrase("is a workbook of the kind {}, whatever its name says; it was read", real)
        source.problems.append(Problem(label, cause, phrase("name it {}", f"{Path(label).stem}{real}"), "warning"))


def _from_folder(folder: Path) -> Source:
    """The tables of a folder. The hash covers table names and bytes in the contract's order, not what files
    are called.
    """
    source = Source(says=[] if is_unit(folder.name) else of_lines(text for _, text in of_name(folder.name)))
    hashes: dict[str, bytes] = {}
    digests: dict[str, str] = {}  # of the tables' files
    mark: Path | None = None
    unread: list[tuple[Path, Table]] = []  # called like a table, and of a kind that is not read
    for entry in sorted(folder.iterdir()):
        suffix, table = entry.suffix.lower(), table_named(entry.stem)
        if suffix == ".txt" and plain(entry.stem) in SYNTHETIC_MARK:
            mark = entry
        elif suffix in EXPLANATIONS and entry.is_file() and entry.stat().st_size < MOST_MARK:
            try:
                source.says += of_lines(decode(bytes_of(entry))[0].splitlines())
            except (OSError, ValueError):
                source.problems.append(Problem(entry.name, "cannot be read as text", UNIT_ELSEWHERE, "warning"))
        elif suffix in DOCUMENTS and not entry.name.startswith("~$"):
            source.problems.append(Problem(entry.name, "is a document, which is not read", UNIT_ELSEWHERE, "warning"))
        if suffix not in TABLE_FILES or entry.name.startswith("~$"):  # an open workbook's lock file
            unread += [(entry, table)] if table is not None else []
            continue
        if table is None:
            source.strays.append((entry.name, entry.stem, _first_rows(entry)))
        elif table.name in source.present:
            source.problems.append(Problem(entry.name, phrase("there are two files for {}", table.label), "keep one"))
        else:
            try:
                data = _bytes(entry)
            except OSError as error:
                source.add(table.name, Problem(entry.name, phrase("cannot be read: {}", error.strerror), "check the file"))
            except PopulationError as refused:
                source.add(table.name, refused.problems[0])
            else:
                hashes[table.name] = hashlib.sha256(data).digest()
                digests[entry.name] = hashes[table.name].hex()
                _add(source, table, data, entry.name, suffix)
    for entry, table in unread:
        if table.name not in source.present:
            cause = phrase("is called like the table {} and is of a kind that is not read", table.label)
            source.add(table.name, Problem(entry.name, cause, "save it as .xlsx or .csv; rename it if it is not to count"))
    texts = [raw for raw in source.tables.values() if raw.encoding]
    for raw in texts:
        if raw.open_at > 0 and not all(other.open_at for other in texts):
            odd = "the last line has no end, which the other files have: the file may have been cut off"
            source.problems.append(Problem(raw.label, odd, "compare the last row and the number of rows", "warning"))
    if mark is not None:
        source.synthetic = fits(_little(mark), digests)
        source.problems += [] if source.synthetic else [unbound(mark.name)]
    digest = hashlib.sha256()
    for name in [table.name for table in contract().tables if table.name in hashes]:
        digest.update(name.encode() + hashes[name])
    digest.update(repr(source.says).encode() if source.says else b"")
    source.sha256 = digest.hexdigest()
    return source


def _little(mark: Path) -> str:
    """What stands in a mark; nothing where it is none, which then marks nothing."""
    try:
        return bytes_of(mark, MOST_MARK).decode("utf-8-sig", "replace")
    except OSError:
        return ""


def _first_rows(entry: Path) -> list[list[str]]:
    """The cells of the first lines of a text; none of another file."""
    try:
        text = decode(bytes_of(entry, MOST_MARK).rpartition(b"\n")[0])[0]
    except (OSError, ValueError):
        return []
    return [re.split("[,;|\t]", line.replace('"', "")) for line in text.splitlines()[:LOOKED_AT]]


def _add(source: Source, table: Table, data: bytes, label: str, suffix: str) -> None:
    """One table's file into the source."""
    found: RawTable | Problem
    if suffix == ".parquet" or data[:4] == b"PAR1":
        found = parquet.from_parquet(data, label, table)
    elif suffix != ".csv" and (refusal := _refusal(data, label)) is not None:
        found = refusal
    elif is_html(data):
        found = from_html(data, label, table)
    elif (suffix == ".csv" and data[:2] != b"PK" and not is_ole(data)) or (suffix != ".csv" and _is_text(data)):
        found = from_csv(data, label, table)
        if suffix != ".csv" and isinstance(found, RawTable):
            cause = "is a text with separators (CSV), whatever its name says; it was read"
            found.warnings.append(Problem(label, cause, "compare the number of rows", "warning"))
    else:
        from simulator.population.workbook import lone_table

        found, others = lone_table(data, label, table)
        source.problems += others
    source.add(table.name, found)


def _is_text(data: bytes) -> bool:
    """Whether what calls itself a workbook is a text with separators, as databases export it."""
    try:
        start = decode(data[: data.rfind(b"\n", 0, 100_000) + 1] or data)[0]
    except ValueError:
        return False
    return "\n" in start and "\0" not in start and any(separator in start for separator in "\t,;|")
