"""What an .xlsx file says beside its values: what would make the value reader burst, cells it shows as blank, formulas
nobody calculated, number formats, comments, hidden rows.

The value reader shows an error cell (#N/A) and a formula that was never calculated as blank, and blank means none. A cheap
look says whether a sheet holds anything of the kind, or is spelt in any uncommon way; then all of its XML is read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from posixpath import dirname, join, normpath
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from simulator.phrases import phrase
from simulator.population.cells import Refused
from simulator.population.formulas import LONGEST, MOST, shifted
from simulator.population.grid import Place
from simulator.population.legacy import OF_95, is_ole
from simulator.population.look import INK, NEVER, PAPER, RAISED, ZERO, Look, Style
from simulator.population.numberformat import BUILT_IN, meaning
from simulator.population.raw import letters, position_of

MOST_ENTRIES = 5_000
MOST_BYTES = 2 * 1024**3  # unpacked; a register of a million enterprise-years is below 1 GiB
MOST_OF_A_SMALL_PART = 32 * 1024**2
MOST_RATIO = 200  # unpacked / packed; spreadsheets reach 20, a bomb 1000
MOST_TEXT = 32_767  # characters a cell may hold
THIN = 1  # of a row in points, of a column in letters: nobody sees what is in it
MOST_TEXTS = 1024**3  # of all cells together, each counted as often as it is shown
FARTHEST = 103  # column CZ: the value reader makes room for everything up to the last cell
SPARSE, FEW_CELLS = 20, 5_000_000  # room for so many times its cells is no table's; below so many cells nobody minds

# A sheet as nearly every program spells it: <c r="A1" …>; whatever differs, or may matter, is read as XML.
_UNCOMMON = re.compile(rb"<c[>/\n\t\r]|:c[\s/>]|[<:]f[\s/>]|<!|&#|=\s*[\"']e[\"']")
_NUMBERED = re.compile(rb' r="([A-Z0-9]+)"')  # a row or a cell, by its address
_WIDE_CELL = re.compile(rb'<c r="([A-Z]{2,3})[0-9]')
_ROW, _DEEP_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"'), re.compile(rb'<c r="[A-Z]{1,3}([0-9]{6,7})"')
_HIDDEN_ROW = re.compile(rb"""[<:]row\s[^<>]*\s(?:hidden\s*=\s*["'](?:1|true)["']|ht\s*=\s*["']0?[.0"'])""")
_CELLS_BEGIN = re.compile(rb"<(?:[\w.-]+:)?sheetData\s*>")
_HOW_PRINTED = re.compile(r'&(?:[A-Za-z]|"[^"]*"|[0-9]{1,3}|K[0-9A-F]{6})')
_OTHER_ENCODING = re.compile(rb"""\A(?:\xff\xfe|\xfe\xff|<\0|\0<|<\?xml[^>]*encoding\s*=\s*["'](?!utf-?8["']))""", re.IGNORECASE)


def refusal(data: bytes) -> tuple[str, str] | None:
    """Why the bytes are no workbook to open (cause, remedy); None: they may be one. Nothing is unpacked."""
    save = "open the file and save it as an Excel workbook (.xlsx)"
    if not data:
        return "the file is empty", save
    if is_ole(data):
        return None
    if data[:4] in (b"\x09\0\4\0", b"\x09\2\6\0", b"\x09\4\6\0", b"\x09\x08\x08\0", b"\x09\x08\x10\0"):  # no container around it
        return OF_95
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            named = archive.read("mimetype")[:100] if "mimetype" in archive.namelist() else b""
    except Exception:  # noqa: BLE001  zipfile raises many kinds on damaged input; all mean the same to the user
        return ("this is no .xlsx workbook: the file is damaged, protected by a password, or of another kind", save)
    names = {entry.filename.lower() for entry in entries}
    if b"opendocument.spreadsheet" in named:
        return "is an OpenDocument table (.ods), which is not read", save
    if "xl/workbook.bin" in names:
        return "is a binary workbook (.xlsb), which is not read", save
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
            phrase("the workbook unpacks to {} bytes in {} parts; a register does not", format(unpacked, ","), format(len(entries), ",")),
            save,
        )
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        return "this is no .xlsx workbook", save
    return None


def look(data: bytes) -> tuple[dict[str, Look], bool, list[str]]:
    """What an .xlsx workbook says beside its values, by sheet; whether its days count from 1904; and what it says of itself.

    Raises Refused for what would exhaust the memory, and ValueError, KeyError or a zip or XML error for a damaged workbook.
    """
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        targets = _targets(archive, "xl/workbook.xml", "/worksheet")
        tree = _tree(archive, "xl/workbook.xml")
        settings = {_local(element.tag): element.attrib for element in tree.iter()}
        mac_dates = settings.get("workbookPr", {}).get("date1904") in ("1", "true")
        parts = {}
        for element in tree.iter():
            if _local(element.tag) == "sheet":
                link = next(value for key, value in element.attrib.items() if _local(key) == "id")
                if link in targets:
                    parts[element.get("name", "")] = targets[link]
        texts = {*_targets(archive, "xl/workbook.xml", "/sharedStrings").values(), "xl/sharedStrings.xml"} & {*archive.namelist()}
        shared = b"".join(archive.read(part) for part in texts)
        styles, conditional = _styles(archive, next(iter(_targets(archive, "xl/workbook.xml", "/styles").values()), "xl/styles.xml"))
        raised = _raised(archive, texts) if b"vertAlign" in shared or b"strike" in shared else {}
        fresh = _calculated(archive, settings)
        for name, part in parts.items():
            content = archive.read(part)
            _bound_texts(shared, content)
            uncommon = _is_uncommon(content) or len(numbered := _NUMBERED.findall(content)) > len({*numbered})
            used = {number: style for number, style in styles.items() if uncommon or f's="{number}"'.encode() in content}
            # where no header asks for per cent a share shown so is a share
            used = {n: style for n, style in used.items() if not (style.said and style.said.percent) or b"%" in shared or b"%" in content}
            found[name] = _read(name, content, used, fresh, raised) if used or raised or uncommon else _glance(name, content)
            _frame(found[name], content, conditional)
            found[name].comments |= _comments(archive, part)
            for drawing in _targets(archive, part, "/drawing").values():
                if drawing in archive.namelist():
                    found[name].says += [
                        "".join(element.itertext()) for element in _tree(archive, drawing).iter() if _local(element.tag) == "txBody"
                    ]
        said = _tree(archive, "docProps/core.xml") if "docProps/core.xml" in archive.namelist() else ()
        says = [element.text for element in said if _local(element.tag) in ("title", "subject", "description", "keywords") and element.text]
    return found, mac_dates, says


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A small part as XML. Raises ValueError when it declares entities: spreadsheets do not, attacks do."""
    content = archive.read(part)
    if len(content) > MOST_OF_A_SMALL_PART:
        raise ValueError(f"{part} is larger than any list of sheets")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError(f"{part} declares entities")
    return ElementTree.fromstring(content)  # noqa: S314  small, and declares nothing


def _targets(archive: zipfile.ZipFile, part: str, kind: str = "") -> dict[str, str]:
    """The parts of a kind that a part refers to, by the name it gives them; none where it says of none."""
    folder, _, name = part.rpartition("/")
    listed = f"{folder}/_rels/{name}.rels"
    if listed not in archive.namelist():
        return {}
    targets = {
        element.get("Id", ""): element.get("Target", "") for element in _tree(archive, listed) if element.get("Type", "").endswith(kind)
    }
    return {
        name: target.lstrip("/") if target.startswith("/") else normpath(join(dirname(part), target)) for name, target in targets.items()
    }


def _calculated(archive: zipfile.ZipFile, settings: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a program that calculates wrote the values of formulas: others ask for it when the workbook is opened, or leave
    no chain of what depends on what. One that was set to calculate by hand, not even on saving, did not."""
    asked = settings.get("calcPr", {})
    by_hand = asked.get("calcMode") == "manual" and asked.get("calcOnSave") in ("0", "false")
    if asked.get("fullCalcOnLoad") in ("1", "true") or by_hand or asked.get("calcCompleted") in ("0", "false"):
        return False
    if any(name.lower() == "xl/calcchain.xml" for name in archive.namelist()):
        return True
    by = archive.read("docProps/app.xml")[:100_000] if "docProps/app.xml" in archive.namelist() else b""
    # LibreOffice leaves values as it finds them, unless it is asked to calculate
    return any(name in by for name in (b"WPS", b"Kingsoft", "金山".encode()))


def _styles(archive: zipfile.ZipFile, part: str) -> tuple[dict[str, Style], list[Style]]:
    """The looks that matter, by number; and those that conditional formats give."""
    if part not in archive.namelist():
        return {}, []
    tree = _tree(archive, part)
    codes = dict(BUILT_IN)
    for element in tree.iter():
        if _local(element.tag) == "numFmt" and element.get("numFmtId", "").isdecimal():
            codes[int(element.get("numFmtId", ""))] = element.get("formatCode", "")
    parts = {_local(part.tag): list(part) for part in tree}
    fonts, fills = (dict(enumerate(map(made, parts.get(name, [])))) for name, made in (("fonts", _font), ("fills", _fill)))
    found: dict[str, Style] = {}
    for number, element in enumerate(parts.get("cellXfs", [])):
        code, font, fill = (int(element.get(name, "0")) for name in ("numFmtId", "fontId", "fillId"))
        struck, colour = fonts.get(font, (False, ""))
        if style := Style(meaning(codes.get(code, "")), bool(struck), colour == fills.get(fill, PAPER)):
            found[str(number)] = style
    conditional = []
    for element in parts.get("dxfs", []):
        given = {_local(child.tag): child for child in element}
        struck, colour = _font(given["font"]) if "font" in given else (False, INK)
        code_of = given["numFmt"].get("formatCode", "") if "numFmt" in given else ""
        conditional.append(Style(meaning(code_of), struck, colour == (_fill(given["fill"]) if "fill" in given else PAPER)))
    return found, conditional


def _font(font: ElementTree.Element) -> tuple[bool, str]:
    """Whether a font strikes out, and its colour."""
    marks = {_local(mark.tag): mark.attrib for mark in font}
    return "strike" in marks and _is_on(marks["strike"]), _colour(marks.get("color", {})) or INK


def _fill(fill: ElementTree.Element) -> str:
    """The colour that lies behind a text; blank where it is no plain one."""
    for pattern in fill:
        kind, colours = pattern.get("patternType", "solid" if len(pattern) else "none"), {_local(c.tag): c.attrib for c in pattern}
        if _local(pattern.tag) == "patternFill" and kind in ("none", "solid"):
            return _colour(colours.get("fgColor", colours.get("bgColor", {}))) if kind == "solid" else PAPER
    return "" if len(fill) else PAPER


def _colour(given: Mapping[str, str]) -> str:
    """A colour as it is compared: white and black have several names; blank where none is said."""
    for colour, theme, indexed in ((PAPER, "0", ("1", "9")), (INK, "1", ("0", "8", "64"))):
        if (given.get("theme"), given.get("tint", "0")) == (theme, "0") or given.get("indexed") in indexed:
            return colour
    return given["rgb"][-6:].upper() if "rgb" in given else " ".join(f"{key}{given[key]}" for key in sorted(given) if key != "auto")


def _is_zero(text: str) -> bool:
    return re.fullmatch(r"[-+]?0*\.?0*(?:[eE][-+]?\d+)?|false|零|〇", text) is not None


def _is_on(attributes: Mapping[str, str]) -> bool:
    return attributes.get("val", "1") not in ("0", "false")


class _Runs:
    """The text of a cell that is written in parts: what is raised or lowered keeps its look, so that a mark is no digit."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.forms: dict[int, int] = {}
        self.inside = self.beside = self.odd = self.struck = self.lined = False

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "rPh":  # how it is spoken
            self.beside = True
        elif tag == "t":
            self.inside = not self.beside
        elif tag == "vertAlign" and given.get("val") in RAISED:
            self.forms, self.odd = RAISED[given["val"]], True
        elif tag == "strike" and _is_on(given):
            self.lined = True

    def end(self, tag: str) -> None:
        self.inside = self.inside and tag != "t"
        self.beside = self.beside and tag != "rPh"
        if tag == "r":
            self.forms, self.lined = {}, False

    def text(self, text: str) -> None:
        if self.inside:
            self.parts.append(text.translate(self.forms))
            self.struck |= self.lined and bool(text.strip())


def _raised(archive: zipfile.ZipFile, parts: Iterable[str]) -> dict[int, tuple[str, bool]]:
    """Shared texts of which a part is raised, lowered or struck out, by number: as it looks, and whether a part is struck out."""
    found: dict[int, tuple[str, bool]] = {}
    runs, number = _Runs(), -1

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal runs, number
        tag = tag.rpartition(":")[2]
        if tag == "si":
            runs, number = _Runs(), number + 1
        runs.start(tag, given)

    def end(tag: str) -> None:
        tag = tag.rpartition(":")[2]
        runs.end(tag)
        if tag == "si" and (runs.odd or runs.struck):
            found[number] = "".join(runs.parts), runs.struck

    def characters(text: str) -> None:
        runs.text(text)

    for part in parts:
        number = -1
        _parse(archive.read(part), start, end, characters)
    return found


def _parse(
    content: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read XML in any spelling. Raises ValueError when it declares entities."""

    def refuse(*_given: Any) -> None:
        raise ValueError("a sheet declares entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    parser.Parse(content, True)


def _frame(found: Look, content: bytes, conditional: Sequence[Style]) -> None:
    """What a sheet says before and after its cells: hidden columns, printed headers, prompts of what may be entered, conditional
    formats."""
    begin, end = _CELLS_BEGIN.search(content), content.rfind(b"sheetData>")
    if begin and end > begin.end():
        content = content[: begin.end()] + content[content.rfind(b"</", 0, end) :]
    says: list[str] | None = None
    first: Place = (0, 0)

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal says, first
        tag = tag.rpartition(":")[2]
        if tag == "col" and (given.get("hidden") in ("1", "true") or float(given.get("width", "9")) < THIN):
            found.columns |= set(range(int(given["min"]) - 1, min(int(given["max"]), FARTHEST + 1)))
        elif tag == "dataValidation" and (prompt := " ".join(filter(None, (given.get("promptTitle"), given.get("prompt"))))):
            for area in given.get("sqref", "").split():
                line, column = position_of(area.partition(":")[0].replace("$", ""))
                found.comments.setdefault((max(line - 1, 0), column), prompt)  # of a whole column: as of its header
        elif tag == "conditionalFormatting" and given.get("sqref"):
            line, column = position_of(re.split("[: ]", given["sqref"].replace("$", ""))[0])
            first = max(line - 1, 0), column
        elif tag == "cfRule" and given.get("dxfId", "").isdecimal() and int(given["dxfId"]) < len(conditional):
            if style := conditional[int(given["dxfId"])]:
                found.conditional.setdefault(first, style)
        elif tag.endswith(("Header", "Footer")) and tag != "headerFooter":
            says = []

    def end_of(_tag: str) -> None:
        nonlocal says
        if says is not None:
            found.says += [_HOW_PRINTED.sub(" ", "".join(says))]
            says = None

    _parse(content, start, end_of, lambda text: says.append(text) if says is not None else None)


def _comments(archive: zipfile.ZipFile, sheet: str) -> dict[Place, str]:
    found = {}
    for part in _targets(archive, sheet, "/comments").values():
        if part in archive.namelist():
            for element in _tree(archive, part).iter():
                if _local(element.tag) == "comment" and re.fullmatch(r"[A-Z]{1,3}\d{1,7}", element.get("ref", "")):
                    line, column = position_of(element.get("ref", ""))
                    found[line - 1, column] = "".join(element.itertext())
    return found


def _bound_texts(shared: bytes, sheet: bytes) -> None:
    """Refuse texts longer than a cell's, and short ones shown so often that they would fill the memory."""
    longest = max(map(len, shared.split(b"si>")), default=0)
    if longest > 8 * MOST_TEXT:
        raise Refused("a cell holds a text longer than any cell's", "shorten it")
    if longest * sheet.count(b"<v>") > MOST_TEXTS:
        texts = [len(text) for text in re.findall(rb"si>(.*?)</(?:\w+:)?si>", shared, re.DOTALL)]
        shown = sum(texts[at] for number in re.findall(rb">([0-9]{1,8})</", sheet) if (at := int(number)) < len(texts))
        if shown > MOST_TEXTS:
            raise Refused(
                phrase("the texts of the cells come to {} characters; a register's do not", format(shown, ",")), "check the workbook"
            )


def _too_far(sheet: str, row: int, column: int, cells: int) -> None:
    """Refuse a sheet that would need far more room than its cells: the value reader makes it for all up to the last."""
    if column > FARTHEST or row >= 9_999_999 or ((row + 1) * (column + 1) > max(FEW_CELLS, SPARSE * cells)):
        raise Refused(
            phrase("{} lies far outside a register's table", f"{sheet}!{letters(column)}{row + 1}"), "delete the rows or columns out there"
        )


def _is_uncommon(content: bytes) -> bool:
    """Whether a sheet's XML must be read: something in it may matter, or it is not spelt as nearly all are."""
    return (
        _OTHER_ENCODING.match(content) is not None
        or content.count(b"<c ") != content.count(b'<c r="')
        or _UNCOMMON.search(content) is not None
    )


def _glance(name: str, content: bytes) -> Look:
    """A sheet of values only, in the common spelling."""
    wide = max({position_of(f"{found.decode()}1")[1] for found in set(_WIDE_CELL.findall(content))}, default=25)
    rows = set((_DEEP_ROW if wide < FEW_CELLS // 100_000 else _ROW).findall(content))
    _too_far(name, max(map(int, rows), default=100_000) - 1, wide, content.count(b"<c "))
    hidden = len(_HIDDEN_ROW.findall(content))
    return Look(hidden=phrase("{} row(s) are hidden", hidden) if hidden else "")


def _read(
    name: str, content: bytes, styles: Mapping[str, Style], fresh: bool, raised: Mapping[int, tuple[str, bool]] = MappingProxyType({})
) -> Look:
    """A sheet's XML, read: any spelling of it, cells and rows without an address too."""
    found = Look()
    row = column = -1
    cells = hidden = deepest = widest = 0
    cell: dict[str, str] = {}
    value: list[str] = []
    formula: list[str] | None = None
    shared: dict[str, tuple[Place, str]] = {}  # formulas that others repeat, with the cell they were written for
    group = inside = ""
    runs: _Runs | None = None
    taken: set[Place] = set()
    rows: set[int] = set()
    again = False  # a row of this number was there before

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal row, column, hidden, cell, formula, inside, cells, group, runs, again
        tag = tag.rpartition(":")[2]
        if tag == "row":
            row, column = int(given["r"]) - 1 if "r" in given else row + 1, -1
            again = row in rows
            rows.add(row)
            hidden += given.get("hidden") in ("1", "true") or float(given.get("ht", "9")) < THIN
        elif tag == "c":
            cell, formula, runs = given, None, _Runs() if given.get("t") == "inlineStr" else None
            cells += 1
            value.clear()
            if "r" in given:
                line, column = position_of(given["r"])
                row = line - 1
            else:
                column += 1
        elif tag == "f":
            formula, group = [], given.get("si", "") if given.get("t") == "shared" else ""
        if tag in ("v", "t", "f"):
            inside = tag
        if runs is not None:
            runs.start(tag, given)

    def end(tag: str) -> None:
        nonlocal inside, deepest, widest
        tag = tag.rpartition(":")[2]
        if runs is not None:
            runs.end(tag)
        if tag in ("v", "t", "f"):
            inside = ""
        if tag == "c":
            deepest, widest = max(deepest, row), max(widest, column)
            look_at("".join(value).strip())

    def look_at(text: str) -> None:
        kind, address = cell.get("t", "n"), f"{letters(column)}{row + 1}"
        if text or formula is not None or (runs and runs.parts):
            found.twice += [(row, column)] if again or (row, column) in taken else []
            taken.add((row, column))
        if kind == "e":
            found.doubtful.append(
                (address, phrase("the cell shows {}", text or "an error"), "write the value, leave blank for none, 未知 for unknown")
            )
        elif formula is not None and not text and (kind != "str" or not fresh):
            found.doubtful.append((address, *NEVER))
        elif formula is not None and not fresh and _is_zero(text):
            found.doubtful.append((address, *ZERO))
        elif formula is not None and not fresh:
            found.stale = (found.stale[0] + 1, found.stale[1] or address)
        if formula is not None and kind == "n" and text:
            written = "".join(formula)
            if group and written:
                shared[group] = (row, column), written
            first, repeats = shared.get(group, ((row, column), written))
            if len(repeats) <= LONGEST and len(found.formulas) < MOST:  # no longer one is calculated, nor one more
                found.formulas[row, column] = written or shifted(repeats, row - first[0], column - first[1])
        if (text or (runs and runs.parts)) and (style := styles.get(cell.get("s", "0"))):
            found.dress((row, column), style, kind == "n")
        looks, lined = (
            raised.get(int(text), ("", False))
            if kind == "s" and raised and text.isdecimal()
            else ("".join(runs.parts) if runs.odd else "", runs.struck)
            if runs
            else ("", False)
        )
        if lined:
            found.struck.append((row, column))
        if looks:
            found.texts[row, column] = looks

    def characters(text: str) -> None:
        if inside == "f" and formula is not None:
            formula.append(text)
        elif inside:
            value.append(text)
        if runs is not None:
            runs.text(text)

    _parse(content, start, end, characters)
    _too_far(name, deepest, widest, cells)
    found.hidden = phrase("{} row(s) are hidden", hidden) if hidden else ""
    return found
