"""What an office calls .xls: old workbooks (BIFF in an OLE container) and WPS .et files; web pages: see `webpages`.

The value reader shows an error cell or a formula never calculated of an old workbook as blank, and blank means none:
both are looked for in the file's own records, as `workbook` does for .xlsx.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise

from simulator.errors import Problem
from simulator.phrases import phrase
from simulator.population.cells import Refused
from simulator.population.formulas import LONGEST, MOST
from simulator.population.grid import Place
from simulator.population.look import INK, NEVER, PAPER, RAISED, ZERO, Look, Style
from simulator.population.numberformat import BUILT_IN, meaning
from simulator.population.raw import letters

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OF_95 = ("is a workbook of Excel 95 or before, which is not read", "open it and save it as an Excel workbook (.xlsx)")
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_RESERVED, _END = 0xFFFFFFFA, 0xFFFFFFFE  # numbers from here on are no sector's
DIMENSIONS, STRINGS, END_OF_SHEET = 0x200, 0xFC, 0x0A
SEVERAL = 0xBD  # numbers side by side
CELLS = {0x06, 0x203, 0x204, 0x205, 0x27E, 0xD6, 0xFD, SEVERAL}  # records of cells that hold something
MOST_ROWS, MOST_COLUMNS, FARTHEST = 65_536, 256, 103  # of an old workbook; column CZ, as in new ones
BOF, BOUNDSHEET, FORMULA, BOOLERR, FILEPASS, DATEMODE = 0x809, 0x85, 0x06, 0x205, 0x2F, 0x22
FORMAT, STYLE, NUMBER, SMALL_NUMBER = 0x41E, 0xE0, 0x203, 0x27E
FONT, COLUMNS, ROW, HEADER, FOOTER, SHARED_TEXT = 0x31, 0x7D, 0x208, 0x14, 0x15, 0xFD
UNCALCED, SAVE_RECALC, CALC_MODE = 0x5E, 0x5F, 0x0D  # saved before it was calculated; whether saving calculates; who calculates
SHARED_FORMULA, ARRAY, RESULT = 0x4BC, 0x221, 0x207
COLOURS = {0: INK, 1: PAPER, 8: INK, 9: PAPER, 0x40: INK, 0x41: PAPER, 0x7FFF: INK}
CURRENCY = {5, 6, 7, 8, *range(41, 45)}  # formats in which every machine shows its own currency
NOTE, OBJECT, TEXT, MORE = 0x1C, 0x5D, 0x1B6, 0x3C  # a comment is a note, an object, and its text in the record after


def is_ole(data: bytes) -> bool:
    """Whether the bytes are an OLE container: an old workbook, a WPS table, or a protected new workbook."""
    return data.startswith(OLE)


def refuse_et(label: str) -> Problem | None:
    """Why a WPS table is not read."""
    if label.lower().endswith((".et", ".ett")):
        return Problem(
            label, "is a WPS table (.et), which is not read", "open it in WPS and choose 文件 → 另存为 → Microsoft Excel 文件 (*.xlsx)"
        )
    return None


def streams(data: bytes) -> dict[str, bytes]:
    """The streams of an OLE container by name. Raises ValueError for a damaged one."""
    try:
        return dict(_streams(data))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"damaged container: {error}") from None


def _streams(data: bytes) -> Iterator[tuple[str, bytes]]:
    size, small = 1 << struct.unpack_from("<H", data, 30)[0], 1 << struct.unpack_from("<H", data, 32)[0]
    if size not in (512, 4096) or small != 64:
        raise ValueError("damaged container: its sectors have no known size")
    directory, _, cutoff, mini_fat, _, more, _ = struct.unpack_from("<7I", data, 48)
    table = list(struct.unpack_from("<109I", data, 76))
    passed: set[int] = set()
    while more < _RESERVED:
        _once(more, passed)
        sector = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        table += sector[:-1]
        more = sector[-1]
    fat: list[int] = []
    for number in table:
        if number < _END:
            _once(number, passed)
            fat += struct.unpack_from(f"<{size // 4}I", data, (number + 1) * size)

    def chain(start: int, links: list[int], content: bytes, width: int, offset: int) -> bytes:
        parts: list[bytes] = []
        seen: set[int] = set()
        while start < _END:
            _once(start, seen)
            parts.append(content[start * width + offset : (start + 1) * width + offset])
            start = links[start]
        return b"".join(parts)

    entries = chain(directory, fat, data, size, size)
    if len(entries) % 128:
        raise ValueError("damaged container: its list of streams was cut off")
    links = chain(mini_fat, fat, data, size, size)
    mini_links = list(struct.unpack(f"<{len(links) // 4}I", links[: len(links) // 4 * 4]))
    mini = b""
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        start, bytes_ = struct.unpack_from("<2I", entries, at + 116)
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le")
        if kind == 5:
            mini = chain(start, fat, data, size, size)
        elif kind == 1:
            yield name, b""
        elif kind == 2:
            inside = bytes_ < cutoff
            found = chain(start, mini_links, mini, small, 0) if inside else chain(start, fat, data, size, size)
            if len(found) < bytes_:
                raise ValueError("damaged container: it was cut off")
            yield name, found[:bytes_]


def _once(sector: int, seen: set[int]) -> None:
    """Note a sector of a chain; one met before makes a circle, which the value reader would follow until memory is full."""
    if sector in seen:
        raise ValueError("damaged container: its sectors go round in a circle")
    seen.add(sector)


def look(data: bytes) -> tuple[dict[str, Look], bool, list[str]]:
    """What an old workbook says beside its values, by sheet; whether its days count from 1904; and nothing of itself.

    Raises Refused for a workbook that is protected or has macros, ValueError for a damaged one.
    """
    found = streams(data)
    if "EncryptedPackage" in found:
        raise Refused("the workbook is protected by a password", "open it and save it without password")
    if any(name.startswith("_VBA_PROJECT") for name in found):
        raise Refused("the workbook holds macros", "save it as .xlsx, which has none")
    book = found.get("Workbook") or found.get("Book")
    if not book:
        raise Refused("this is no Excel workbook", "open the file and save it as an Excel workbook (.xlsx)")
    if book[:2] in (b"\x09\0", b"\x09\2", b"\x09\4") or (book[:2] == b"\x09\x08" and book[4:6] == b"\0\5"):
        raise Refused(*OF_95)
    _bounded(book)
    sheets: dict[int, str] = {}
    looks: dict[str, Look] = {}
    codes, styles = dict(BUILT_IN), list[Style]()
    fonts: list[tuple[bool, str, str]] = []  # whether it strikes out, whether it raises or lowers, its colour
    shared: dict[int, tuple[str, bool]] = {}
    current, around = Look(), list[Look]()  # the sheet, and what a chart within it stands in
    taken: set[tuple[int, int, int]] = set()  # sheet, row and column of the cells so far
    mac_dates, repeated = False, dict[tuple[int, Place], bytes]()
    by_hand = False
    fresh = any(name in found.get("\x05SummaryInformation", b"") for name in (b"Excel", b"WPS", b"Kingsoft"))
    number, expected, texts, hidden = 0, False, dict[int, str](), dict[int, int]()
    formulas: list[tuple[Look, Place, bytes]] = []
    latest: Place | None = None  # of the formula before
    awaited: Place | None = None  # a formula whose text follows
    for at, code, body in _records(book):
        if code == FILEPASS:
            raise Refused("the workbook is protected by a password", "open it and save it without password")
        if code == BOUNDSHEET and len(body) > 7:
            start = struct.unpack_from("<I", body)[0]
            sheets[start] = _text(body[8:], body[6], body[7])
            looks[sheets[start]] = Look()
        elif code == UNCALCED or (code == SAVE_RECALC and by_hand and body[:1] == b"\0"):
            fresh = False
        elif code == CALC_MODE:
            by_hand = body[:2] == b"\0\0"
        elif code == DATEMODE and body[:1] == b"\1":
            mac_dates = True
        elif code == FORMAT and len(body) > 5 and (which := struct.unpack_from("<H", body)[0]) not in CURRENCY:
            codes[which] = _text(body[5:], struct.unpack_from("<H", body, 2)[0], body[4])
        elif code == STYLE and len(body) >= 4:
            font, number_format = struct.unpack_from("<2H", body)
            struck, _, ink = _font(fonts, font)
            styles.append(Style(meaning(codes.get(number_format, "")), struck, ink == _paper(body)))
        elif code == FONT and len(body) >= 10:
            _, marks, colour, _, raised = struct.unpack_from("<5H", body)
            fonts.append((bool(marks & 8), {1: "superscript", 2: "subscript"}.get(raised, ""), COLOURS.get(colour, f"{colour}")))
        elif code == STRINGS and any(struck or raised for struck, raised, _ in fonts):
            shared = dict(_marked_texts(body, fonts))
        elif code == COLUMNS and len(body) >= 10 and struct.unpack_from("<H", body, 8)[0] & 1:
            current.columns |= set(range(struct.unpack_from("<H", body)[0], min(struct.unpack_from("<H", body, 2)[0], FARTHEST) + 1))
        elif code == ROW and len(body) >= 14 and body[12] & 0x20:
            hidden[id(current)] = hidden.get(id(current), 0) + 1
            current.hidden = phrase("{} row(s) are hidden", hidden[id(current)])
        elif code in (HEADER, FOOTER) and len(body) > 3:
            current.says.append(_text(body[3:], struct.unpack_from("<H", body)[0], body[2]))
        elif code == BOF:
            around.append(current)
            current = looks.get(sheets.get(at, ""), Look())
        elif code == END_OF_SHEET and around:
            current = around.pop()
        elif code in (BOOLERR, FORMULA) and len(body) >= 8 and (cell := _hollow(code, body, fresh)):
            current.doubtful.append(cell)
        elif code == SHARED_FORMULA and latest:
            repeated[id(current), latest] = body[8:]
        elif code == OBJECT and len(body) >= 8:
            number = struct.unpack_from("<H", body, 6)[0]
        elif code == MORE and expected and len(body) > 1:
            texts[number] = _text(body[1:], len(body), body[0])
        elif code == NOTE and len(body) >= 8:
            row, column, _, named = struct.unpack_from("<4H", body)
            current.comments[row, column] = texts.get(named, "")
        if awaited and code not in (RESULT, SHARED_FORMULA, ARRAY):
            current.doubtful.append((f"{letters(awaited[1])}{awaited[0] + 1}", *NEVER))
        awaited = None if code not in (SHARED_FORMULA, ARRAY) else awaited
        if code == FORMULA and len(body) >= 22:
            place, is_text = struct.unpack_from("<2H", body), body[12:14] == b"\xff\xff"
            latest, awaited = place, place if is_text and body[6] == 0 else None
            formulas += [] if is_text else [(current, place, body[20:])]
            if not fresh and (any(body[6:14]) or is_text):
                current.stale = (current.stale[0] + 1, current.stale[1] or f"{letters(place[1])}{place[0] + 1}")
        if code in CELLS and len(body) >= 6:
            row, column = struct.unpack_from("<2H", body)
            for at_column in range(column, struct.unpack_from("<H", body, len(body) - 2)[0] + 1 if code == SEVERAL else column + 1):
                current.twice += [(row, at_column)] if (id(current), row, at_column) in taken else []
                taken.add((id(current), row, at_column))
        expected = code == TEXT
        if code == SHARED_TEXT and len(body) >= 10:
            row, column, style, text = struct.unpack_from("<3HI", body)
            if text in shared:
                current.texts[row, column] = shared[text][0]
            if shared.get(text, ("", False))[1]:
                current.struck.append((row, column))
            elif style < len(styles):
                current.dress((row, column), styles[style], False)
        if code in (NUMBER, SMALL_NUMBER, FORMULA, SEVERAL) and any(styles) and len(body) >= 10:
            row, column = struct.unpack_from("<2H", body)
            for offset in range(4, len(body) - 6 if code == SEVERAL else 5, 6):
                style = struct.unpack_from("<H", body, offset)[0]
                if style < len(styles):
                    current.dress((row, column + (offset - 4) // 6), styles[style], True)
    for sheet, place, tokens in formulas:
        if len(sheet.formulas) >= MOST:
            continue
        if tokens[2:3] == b"\x01" and len(tokens) >= 7:  # as another cell has it, whose formula is written once for many
            tokens = repeated.get((id(sheet), struct.unpack_from("<2H", tokens, 3)), b"")
        if (text := formula_text(tokens, *place)) is not None:
            sheet.formulas[place] = text
    return looks, mac_dates, []


def _paper(style: bytes) -> str:
    """The colour behind the text of a style; blank where it is no plain one."""
    if len(style) < 20:
        return ""
    pattern, colour = struct.unpack_from("<I", style, 14)[0] >> 26, struct.unpack_from("<H", style, 18)[0] & 0x7F
    return PAPER if pattern == 0 else COLOURS.get(colour, f"{colour}") if pattern == 1 else ""


_SIGNS = {3: "+", 4: "-", 5: "*", 6: "/", 7: "^"}
_NAMES = {4: "SUM", 5: "AVERAGE", 6: "MIN", 7: "MAX", 24: "ABS", 25: "INT", 27: "ROUND", 183: "PRODUCT"}
_TAKES = {24: 1, 25: 1, 27: 2}  # functions that have so many arguments


def formula_text(tokens: bytes, row: int, column: int) -> str | None:
    """The formula of an old workbook's cell as it is written, from its tokens behind their length; None for one that is not simple."""
    stack: list[str] = []
    end = 2 + struct.unpack_from("<H", tokens)[0] if len(tokens) > 2 else 0
    at = 2

    def cell(line: int, word: int, relative: bool) -> str:
        if relative:
            line = (row + line) & 0xFFFF if word & 0x8000 else line
            word = (word & 0xFF00) | ((column + word) & 0xFF if word & 0x4000 else word & 0xFF)
        return f"{letters(word & 0xFF)}{line + 1}"

    try:
        while at < end:
            if len(stack) > LONGEST or (stack and len(stack[-1]) > LONGEST):
                return None  # no longer one is calculated
            kind, at = tokens[at], at + 1
            base = kind & 0x3F | 0x20 if kind > 0x3F else kind
            if kind in _SIGNS:
                right = stack.pop()
                stack[-1] += _SIGNS[kind] + right
            elif kind in (0x12, 0x13):
                stack[-1] = "+-"[kind == 0x13] + stack[-1]
            elif kind == 0x14:
                stack[-1] += "%"
            elif kind == 0x15:
                stack[-1] = f"({stack[-1]})"
            elif kind == 0x1E:
                stack.append(f"{struct.unpack_from('<H', tokens, at)[0]}")
                at += 2
            elif kind == 0x1F:
                stack.append(f"{struct.unpack_from('<d', tokens, at)[0]:.15g}")
                at += 8
            elif kind == 0x19 and not tokens[at] & 0x2E:  # a blank that was typed, or a sum of one range
                stack[-1:] = [f"SUM({stack[-1]})"] if tokens[at] & 0x10 else stack[-1:]
                at += 3
            elif base in (0x24, 0x2C):
                line, word = struct.unpack_from("<2H", tokens, at)
                stack.append(cell(line, word, base == 0x2C))
                at += 4
            elif base in (0x25, 0x2D):
                first, last, left, right = struct.unpack_from("<4H", tokens, at)
                stack.append(f"{cell(first, left, base == 0x2D)}:{cell(last, right, base == 0x2D)}")
                at += 8
            elif base in (0x21, 0x22):
                which = struct.unpack_from("<H", tokens, at + (base == 0x22))[0]
                many = tokens[at] if base == 0x22 else _TAKES[which]
                stack[len(stack) - many :] = [f"{_NAMES[which]}({','.join(stack[len(stack) - many :])})"]
                at += 2 + (base == 0x22)
            else:
                return None
        return stack[0] if len(stack) == 1 else None
    except (struct.error, IndexError, KeyError, TypeError):
        return None


def _font(fonts: list[tuple[bool, str, str]], number: int) -> tuple[bool, str, str]:
    """A font by its number; there is none of the number 4."""
    at = number - (number > 4)
    return fonts[at] if at < len(fonts) else (False, "", INK)


def _marked_texts(body: bytes, fonts: list[tuple[bool, str, str]]) -> Iterator[tuple[int, tuple[str, bool]]]:
    """Shared texts of which a part is raised, lowered or struck out, as far as they stand in the first record: by number, as it
    looks, and whether a part is struck out."""
    at = 8
    for number in range(struct.unpack_from("<I", body, 4)[0]):
        if at + 3 > len(body):
            return
        length, flags = struct.unpack_from("<HB", body, at)
        at += 3
        runs = struct.unpack_from("<H", body, at)[0] if flags & 8 else 0
        spoken = struct.unpack_from("<I", body, at + 2 * bool(flags & 8))[0] if flags & 4 else 0
        at += 2 * bool(flags & 8) + 4 * bool(flags & 4)
        text = _text(body[at:], length, flags)
        at += length * (1 + (flags & 1))
        if at + 4 * runs > len(body):
            return
        ends = [*(struct.unpack_from("<2H", body, at + 4 * run) for run in range(runs)), (length, 0)]
        looks, struck = text[: ends[0][0]], False
        for (start, font), (end, _) in pairwise(ends):
            lined, raised, _ = _font(fonts, font)
            looks += text[start:end].translate(RAISED.get(raised, {}))
            struck |= lined and bool(text[start:end].strip())
        if looks != text or struck:
            yield number, (looks, struck)
        at += 4 * runs + spoken


def _text(body: bytes, length: int, wide: int) -> str:
    """A text of a record: of one byte a character, or two."""
    return body[: length * (1 + (wide & 1))].decode("utf-16-le" if wide & 1 else "latin-1", "replace")


def _bounded(book: bytes) -> None:
    """Look for sizes no workbook has: the value reader makes room for what is declared, before it looks for it.

    Raises ValueError, and Refused for a cell far outside any table. Sheets are read from where the workbook says they begin,
    whatever lies there.
    """
    begins = {0}
    begins |= {struct.unpack_from("<I", body)[0] for _, code, body in _records(book) if code == BOUNDSHEET and len(body) >= 4}
    for begin in begins:
        for _, code, body in _records(book, begin):
            if code == END_OF_SHEET:
                break
            if code == STRINGS and len(body) >= 8 and struct.unpack_from("<I", body, 4)[0] > len(book):
                raise ValueError("damaged: it declares more texts than it has bytes")
            if code in CELLS and len(body) >= 6:
                row, column = struct.unpack_from("<2H", body)
                column = struct.unpack_from("<H", body, len(body) - 2)[0] if code == SEVERAL else column
                if column > FARTHEST:
                    cause = phrase("{} lies far outside a register's table", f"{letters(column)}{row + 1}")
                    raise Refused(cause, "delete the rows or columns out there")
            if code == DIMENSIONS and len(body) >= 10:
                last, _, width = struct.unpack_from("<I2H" if len(body) >= 12 else "<3H", body, 4 if len(body) >= 12 else 2)
                if last > MOST_ROWS or width > MOST_COLUMNS:
                    raise ValueError("damaged: it declares more cells than an old workbook has")


def _records(book: bytes, at: int = 0) -> Iterator[tuple[int, int, bytes]]:
    while at + 4 <= len(book):
        code, length = struct.unpack_from("<2H", book, at)
        yield at, code, book[at + 4 : at + 4 + length]
        at += 4 + length


def _hollow(code: int, body: bytes, fresh: bool) -> tuple[str, str, str] | None:
    """Address, cause and remedy where a record's value would be shown as blank, or is a 0 that nobody calculated."""
    row, column = struct.unpack_from("<2H", body)
    address = f"{letters(column)}{row + 1}"
    error = None
    if code == BOOLERR and body[7] == 1:
        error = body[6]
    elif code == FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff":
        if body[6] == 2:
            error = body[8]
        elif body[6] == 3:  # an empty text: as good as never calculated, nobody can tell
            return (address, *NEVER)
    elif code == FORMULA and len(body) >= 16 and (body[14] & 2 or not fresh) and not any(body[6:14]):
        return (address, *ZERO)  # to be calculated when the workbook is opened, or written by a program that does not calculate
    if error is None:
        return None
    return (address, phrase("the cell shows {}", _ERRORS.get(error, "an error")), "write the value, leave blank for none, 未知 for unknown")
