"""Where the table stands in a sheet: title rows, one- and two-row headers, totals rows, footnotes.

An office's sheet has a title, a line 单位：万元, merged headings, 合计 and 制表人. The header is the row (or pair of rows)
that holds most known column names; totals are taken out as control sums; nothing is left out without a word.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.errors import Problem
from simulator.phrases import phrase
from simulator.population.cells import shown
from simulator.population.column import Column, Table, plain, squeezed
from simulator.population.grid import Grid
from simulator.population.raw import RawTable
from simulator.population.units import column_named, is_unit, money_word, of_name, stated

MOST_COLUMNS = 500  # far above any table's; what is wider is no table, and filling it up would cost the memory
BLOCK = 512  # bytes: what is copied or sent comes in blocks, so a file that was cut off often ends with one
FEW = 3  # rows that show how a column is written
LOOKED_AT = 30  # rows among which the header is looked for
IGNORED = ("序号", "编号", "no.", "no", "#", "备注", "remarks")  # columns an office adds for itself
_TOTAL = re.compile(r".{0,12}(合计|小计|总计|共计|累计)(数|金额)?[::]?(\(?共?\d*[户家个名条]?(企业)?\)?)?|(grand|sub)?total[::]?|sum")
_NO_UNIT = ("-", "--", "—", "——", "/", "单位", "计量单位", "unit", "年", "年份", "文本", "代码", "日期", "是/否", "yyyy-mm-dd", "text")
_REMARK = re.compile(
    r"以下|空白|续[上下]?表|[接承转][上下]页|完毕|结束|本[表页]|[共第] ?\d+ ?[页行户家条]|行受影响|来源"
    r"|签[字章]|盖章|打印|导出|截至|^(?:\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}[、.])|^第.{1,3}(?:部分|类|批)$"
)
_COUNTED = re.compile(r"^\W*\d+ rows?\b|^\(\d+ |^\W{1,3}$|^eof$")  # what a database's shell writes below
_FOOTNOTE = re.compile(
    r"(?:\d{1,2}[、.])?(注|备注|说明|制表|填表|填报|审核|复核|经办|负责人|联系|单位负责人|日期|note|source)s?"
    r"[^a-z]*[::].*"
)


def is_total(text: str) -> bool:
    """Whether a cell names a totals row.

    >>> is_total("合  计"), is_total("商品类小计："), is_total("合计（4户）"), is_total("合计科技有限公司")
    (True, True, True, False)
    """
    return bool(_TOTAL.fullmatch(squeezed(text)))


def arrange(grid: Grid, table: Table) -> RawTable | Problem:
    """The rows of a grid as columns under their header; blank rows are left out, short ones filled up and reported.

    A Problem where the rows hold no table at all.
    """
    rows, lines, label = grid.rows, grid.lines, grid.label
    widest = max(map(len, rows), default=0)
    if widest > MOST_COLUMNS:
        return Problem(
            label, phrase("a row of {} cells is no row of a register", format(widest, ",")), "check the delimiter and quotations"
        )
    kept = [place for place, row in enumerate(rows) if any(cell and not cell.isspace() for cell in row)]
    if not kept:
        return Problem(label, "the table is empty", "write a header line and one line per row")
    top, depth = _find_header(rows, kept, table)
    beside = _beside(rows[kept[top - 1]], rows[kept[top]], table) if top and depth == 1 else ""
    if beside:
        top, depth = top - 1, 2
    header_rows = [rows[place] for place in kept[top : top + depth]]
    width = max(map(len, (*header_rows, *(rows[place] for place in kept[top + depth :]))))
    header, groups = _headings(
        [row + [""] * (width - len(row)) for row in header_rows],
        {left: right for first, left, last, right in grid.merged if first == last == kept[top]} if grid.merged else None,
    )
    outside = []  # what is said beside the header, above nothing
    for at, cell in enumerate(header):
        if (
            cell
            and column_named(cell, table) is None
            and stated(cell)[0]
            and not any(plain(r[at]) for r in map(rows.__getitem__, kept[top + depth :]) if at < len(r))
        ):
            outside.append(cell)
            header[at] = ""
    below, found = _split(grid, kept[top + depth :], header, table, {_title(cell) for place in kept[:top] for cell in rows[place] if cell})
    spread = _Spread(grid, found.body, [column_named(cell, table) for cell in header], kept[top : top + depth])
    raw = RawTable(
        label,
        grid.is_sheet,
        header,
        lines[kept[top + depth - 1]],
        [],
        array("l", (lines[place] for place in found.body)),
        groups=groups,
        beside=beside,
        below=below,
        totals=[(lines[place], rows[place]) for place in found.totals],
        says=[
            *(said for name in grid.title.split("\n") for said in of_name(name)),
            *(("title", cell) for cell in outside),
            *(("remark", text) for text in _remarks([rows[place] for place in found.body], header)),
            *(("title", text) for text in grid.says),
            *(("title", cell) for place in kept[:top] for cell in rows[place] if cell),
            *(("note", " ".join(filter(None, rows[place]))) for place in found.notes),
        ],
        scaled=dict(grid.scaled),
        grid=(rows, lines),
        open_at=grid.open_at,
        comments=[
            (lines[row] if row < len(rows) else row + 1, -1 if row < kept[top] else column, text)
            for (row, column), text in grid.comments.items()
        ],
    )

    def say(place: int, cause: str, remedy: str, severity: str = "warning") -> None:
        raw.warnings.append(Problem(f"{label} {'row' if grid.is_sheet else 'line'} {lines[place]}", cause, remedy, severity))

    for place in found.notes:
        text = plain(next(filter(plain, rows[place])))
        cause = (
            "a footnote and not a row: “{}”; read for the unit it says" if stated(text)[0] else "a footnote and not a row: “{}”; left out"
        )
        say(place, phrase(cause, text[:40]), "nothing to do, unless it is an enterprise")
    if found.again:
        cause = phrase("{} row(s) repeat the header or number its columns; left out", len(found.again))
        say(found.again[0], cause, "nothing to do, unless it is an enterprise")
    if found.other is not None:
        cause = "another header begins here, with other names or units: there are two tables"
        say(found.other, cause, "put each on a sheet of its own, or repeat the header as it is", "error")
    raw.warnings += spread.problems(raw)
    body = spread.rows
    _tell_short(raw, body, found.body[-1:] == kept[-1:])
    raw.columns = list(zip(*(row if len(row) == width else row + [""] * (width - len(row)) for row in body), strict=True))
    raw.columns = raw.columns or [()] * width
    return raw


class _Spread:
    """The body's rows with the value of merged cells in every cell of their range, and what is doubtful about that: a figure
    merged over rows or columns may be that of each or of all together."""

    def __init__(self, grid: Grid, body: list[int], columns: list[Column | None], header: list[int]):
        self.columns = columns
        self.rows = [grid.rows[place] for place in body]
        self.beneath: dict[tuple[int, int], tuple[str, str]] = {}  # what a merged cell hides
        self.ranges: list[tuple[int, int, list[int], list[int]]] = []  # row, column of the value; rows, columns of the range
        self.lost: list[tuple[int, int]] = []  # cells that the header is merged over
        for first, left, last, right in grid.merged:
            at = range(bisect_left(body, first), bisect_right(body, last))
            across = [column for column in range(left, min(right + 1, len(columns))) if columns[column] is not None]
            value = grid.rows[first][left] if first < len(grid.rows) and left < len(grid.rows[first]) else ""
            if at and across and first in header:
                self.lost.append((at.start, across[0]))
            if not at or not plain(value) or first not in body[at.start : at.stop] or len(at) * len(across) < 2:
                continue
            self.ranges.append((at.start, left, list(at), across))
            for row in at:
                self.rows[row] = filled = self.rows[row] + [""] * (right + 1 - len(self.rows[row]))
                for column in across:
                    if plain(filled[column]) not in ("", plain(value)):
                        self.beneath.setdefault((row, column), (filled[column], value))
                    filled[column] = value

    def problems(self, raw: RawTable) -> list[Problem]:
        """What is to be said: an error for each doubtful range, and once that there were others."""
        found, sure = list[Problem](), list[tuple[int, int]]()
        for row, left, rows, across in self.ranges:
            doubtful = [column for column in across if self._would_add(self.rows[row][column], column, len(rows), len(across))]
            if not doubtful:
                sure.append((row, left))
                continue
            names = ", ".join(column.label for at in across if (column := self.columns[at]) is not None)
            over = phrase("{} rows", len(rows)) if len(rows) > 1 else "several columns"
            found.append(
                raw.problem(
                    row,
                    left,
                    phrase(
                        "one figure, {}, is merged over {} ({}): it may be that of each or of all together",
                        shown(self.rows[row][doubtful[0]]),
                        over,
                        names,
                    ),
                    "unmerge the cells and write the figure of each",
                )
            )
        for row, at in self.lost:
            found.append(
                raw.problem(row, at, "the header is merged over this cell, which hides its value", "unmerge the header and write the value")
            )
        for (row, at), (text, over) in self.beneath.items():
            cause = phrase("{} lies hidden under the merged {}", shown(text), shown(over))
            found.append(raw.problem(row, at, cause, "unmerge the cells and write the figure of each"))
        if sure:
            found.append(
                raw.problem(
                    *sure[0],
                    phrase("{} merged cell(s), this the first: the value was read for every row and column merged", len(sure)),
                    "compare the first one; unmerge where it is not so",
                    "warning",
                )
            )
        return found

    def _would_add(self, text: str, at: int, tall: int, wide: int) -> bool:
        """Whether a figure in each cell of a range would be counted more than once."""
        column = self.columns[at]
        kinds = ("money", "count") if tall > 1 and wide == 1 else ("money", "count", "area", "rent", "share")
        return column is not None and column.kind in kinds and any(letter in "123456789" for letter in plain(text))


def _known(row: list[str], table: Table) -> tuple[int, int]:
    """How many cells name a column, and how many a column that an office adds for itself."""
    own = sum(squeezed(cell) in IGNORED for cell in row if cell)
    return sum(column_named(cell, table) is not None for cell in row if cell), own


def _find_header(rows: Sequence[list[str]], kept: list[int], table: Table) -> tuple[int, int]:
    """Place of the header among the kept rows, and whether it has one row or two (title rows stand above it)."""
    looked = [rows[place] for place in kept[:LOOKED_AT]]
    known = [_known(row, table) for row in looked]
    best = max(range(len(looked)), key=lambda place: (known[place][0], -place))
    top, depth, most = (best, 1, known[best]) if known[best][0] else (0, 1, (0, 0))
    for place in range(len(looked) - 1):
        if not known[place + 1][0] or known[place] == (0, 0):  # a row below that names no column is no second header
            continue
        upper, lower = looked[place], looked[place + 1]
        width = max(len(upper), len(lower))
        leaves, _ = _headings([row + [""] * (width - len(row)) for row in (upper, lower)])
        both = _known(leaves, table)
        if both > most:
            top, depth, most = place, 2, both
    return top, depth


def _beside(upper: list[str], header: list[str], table: Table) -> str:
    """The first heading of a row of group headings above a whole header, as 税收（万元） above the taxes; blank where the row
    is a title: it stands above a column of no amounts, or says 单位."""
    units = [at for at, cell in enumerate(upper) if cell and money_word(cell)]
    if not units or any("单位" in squeezed(cell) for cell in upper):
        return ""
    columns = [column_named(header[at], table) if at < len(header) else None for at in units]
    return upper[units[0]] if all(column is not None and column.kind == "money" for column in columns) else ""


def _headings(rows: list[list[str]], merged: Mapping[int, int] | None = None) -> tuple[list[str], list[str]]:
    """Names and group headings by column. In a pair a name that spans both rows stands in the upper one, and a group's
    heading in its first column only; merged: the last column of each, where a workbook says so."""
    if len(rows) == 1:
        return list(rows[0]), [""] * len(rows[0])
    header, groups, group, last = [], [], "", -1
    for at, (upper, lower) in enumerate(zip(*rows, strict=True)):
        if plain(upper):
            group, last = upper, merged.get(at, at) if merged else len(rows[0])
        header.append(lower if plain(lower) else upper)
        groups.append(group if plain(lower) and at <= last else "")
    return header, groups


@dataclass
class _Rows:
    """Places of the rows under a header: of the table, of totals, of footnotes, and of the header repeated; and where another
    header begins."""

    body: list[int]
    totals: list[int]
    notes: list[int]
    again: list[int]
    other: int | None = None


def _remarks(body: list[list[str]], header: list[str]) -> list[str]:
    """What the remarks beside rows say of units, other than yuan."""
    columns = [at for at, cell in enumerate(header) if squeezed(cell) in IGNORED]
    texts = {row[at] for row in body for at in columns if at < len(row) and row[at] and any(letter in row[at] for letter in "元万亿圆萬")}
    return sorted(text for text in texts if stated(text)[0] - {"元"})


def _title(text: str) -> str:
    """A title as it is on every page."""
    return re.sub(r"\(?续[表页]?\)?|[0-9]", "", squeezed(text))


def _split(grid: Grid, places: list[int], header: list[str], table: Table, titles: set[str]) -> tuple[list[str], _Rows]:
    """The units that the first row under the header says by column (none where it is no such row), and the other rows.

    titles: what stands above the header.
    """
    rows = grid.rows
    names = [column_named(cell, table) for cell in header]
    key = next((at for at, column in enumerate(names) if column is not None and column.name == "enterprise_id"), 0)
    below: list[str] = []
    if places and _are_units(rows[places[0]], key):
        below = rows[places[0]] + [""] * (len(header) - len(rows[places[0]]))
        places = places[1:]
    found = _Rows([], [], [], [])
    header_words = [squeezed(cell) for cell in header if squeezed(cell)]
    wide = {first for first, left, last, right in grid.merged if first == last and left <= key and 2 * (right - left + 1) > len(header)}
    for at, place in enumerate(places):
        row = rows[place]
        first = row[key] if key < len(row) else ""
        if first and (first[0] > "9" or first == header[key]) and column_named(first, table) is not None:  # no code begins like one
            if [squeezed(cell) for cell in row if squeezed(cell)] == header_words:
                for before in reversed(places[:at]):  # the titles of a page
                    if found.body and before == found.body[-1] and {_title(cell) for cell in rows[before] if cell} <= titles:
                        found.again.append(found.body.pop())
                    elif before not in found.notes:
                        break
                found.again.append(place)
                continue
            if _known(row, table)[0] > 1:
                found.other = place
                found.notes = [note for note in found.notes if note != places[at - 1]]
                break
        if place == places[0] and _are_numbers(row):
            found.again.append(place)
            continue
        if not plain(first):
            first = next((cell for cell in row if plain(cell)), "")
        if is_total(first):
            found.totals.append(place)
        elif _is_note(row, first, len(header_words)) or (place in wide and sum(map(bool, map(plain, row))) == 1):
            found.notes.append(place)
        else:
            found.body.append(place)
    return below, found


def _is_note(row: list[str], first: str, columns: int) -> bool:
    """Whether a row under a table of so many columns is a remark: it begins like one, or has nothing but the
    words of one, or a program's count of rows, in one cell."""
    word = plain(first)
    if sum(map(bool, row)) == 2 and stated("".join(row))[0]:  # 单位 | 万元
        return True
    note = bool(_FOOTNOTE.fullmatch(word) or stated(first)[0])
    if not note and (_REMARK.search(word) or _COUNTED.search(word)) is None:
        return False
    filled = sum(bool(plain(cell)) for cell in row)
    return filled <= 2 + word.endswith(":") if note else filled == 1 and columns > 2


def _are_numbers(row: list[str]) -> bool:
    """Whether a row numbers the columns: 甲 乙 1 2 3, or 1 2 3 4.

    >>> _are_numbers(["甲", "乙", "1", "2", "3"]), _are_numbers(["1", "2013", "5"])
    (True, False)
    """
    cells = [plain(cell).strip("()") for cell in row if plain(cell)]
    numbers = [int(cell) for cell in cells if cell.isdecimal() and len(cell) < 4]
    others = [cell for cell in cells if not cell.isdecimal()]
    in_turn = bool(numbers) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return in_turn and len(cells) > 3 and len(numbers) + len(others) == len(cells) and set(others) <= {*"甲乙丙丁戊", "栏次"}


def _are_units(row: list[str], key: int) -> bool:
    """Whether a row under the header says the units of its columns: units, and no word where an enterprise's code stands."""
    cells = [squeezed(cell) for cell in row]
    return (
        any(map(is_unit, cells))
        and all(not cell or is_unit(cell) or cell in _NO_UNIT for cell in cells)
        and (key >= len(cells) or not cells[key] or cells[key] in _NO_UNIT)
    )


def _tell_short(raw: RawTable, body: list[list[str]], is_last: bool) -> None:
    """A warning for rows that end early, and an error where the last one seems to have been cut off with the file.

    is_last: whether the file ends with the last row. That its line has no end proves nothing, for many programs write none. It must
    also be the only one that lacks cells; or end otherwise than all others, blank or with fewer digits behind the point or in a
    day; or end with a block of the disk.
    """
    named = max((position for position, name in enumerate(raw.header) if plain(name)), default=-1) + 1
    short = [at for at, row in enumerate(body) if len(row) < named]
    if raw.open_at and is_last:
        *others, last = [row[len(body[-1]) - 1] if len(row) >= len(body[-1]) else "" for row in body]
        ends = {_end(cell) for cell in others}
        odd = len(others) >= FEW and all(others) and (not last or (len(ends) == 1 and _end(last) < max(ends)))
        if odd or not raw.open_at % BLOCK or (short == [len(body) - 1] and others):
            cause = phrase("the file seems to have been cut off within its last line, which ends with {}", shown(body[-1][-1]))
            raw.warnings.append(
                raw.problem(len(body) - 1, -1, cause, "have the file made or sent anew; if the row is whole, end it with Enter")
            )
            raw.open_at = -1
            return
    if short:
        raw.warnings.append(
            raw.problem(
                short[0],
                -1,
                phrase("{} row(s) end before the last column; the rest is read as blank", len(short)),
                "check that nothing was cut off",
                "warning",
            )
        )


def _end(cell: str) -> int:
    """How many signs stand behind the point of a number, or make up anything else; 0 for whole numbers, which have any length.

    >>> _end("1234.50"), _end("2013-05-06"), _end("1234")
    (3, 10, 0)
    """
    return len(cell) - cell.rfind(".") if "." in cell else 0 if cell.isdecimal() else len(cell)
