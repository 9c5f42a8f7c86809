"""What must fit together between rows and tables: errors. What is only unlikely is doubted in `doubts`."""

from __future__ import annotations

import re

import numpy as np

from simulator.phrases import phrase
from simulator.population.cells import CODE_SHAPED, shown
from simulator.population.checked import KEYS, Checked

CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def check_character(code: str) -> str | None:
    """The 18th character that GB 32100 asks for after the first 17, None where they hold a letter it does
    not use.

    >>> check_character("91350100M000100Y4")
    '3'
    """
    try:
        total = sum(CODE_ALPHABET.index(letter) * weight for letter, weight in zip(code, CODE_WEIGHTS, strict=True))
    except ValueError:
        return None
    return CODE_ALPHABET[-total % 31]


def check_enterprises(enterprises: Checked) -> dict[str, int]:
    """Every enterprise's row by id and by former id; a second row of an id is a fault unless it repeats the first (then
    it is left out), a doubtful code a warning."""
    first_of: dict[str, int] = {}
    repeated = set()
    ids = enterprises.texts("enterprise_id")
    alone = len(set(ids)) == len(ids)
    for row, name in enumerate([] if alone else ids):
        if not enterprises.readable(row, "enterprise_id"):
            continue
        first = first_of.setdefault(name, row)
        if first == row:
            continue
        line = enterprises.raw.line_of(first)
        if enterprises.row(row) == enterprises.row(first):
            repeated.add(row)
            cause = phrase("{} twice: the row repeats line {} and is counted once", shown(name), line)
            enterprises.warn(row, "enterprise_id", cause, "remove one of the two rows")
        else:
            cause = phrase("{} twice: another row of this enterprise is on line {}", shown(name), line)
            enterprises.fault(row, "enterprise_id", cause, "keep one row per enterprise")
    if repeated:
        enterprises.drop(repeated)
    index: dict[str, int] = {}
    for row, name in enumerate(enterprises.texts("enterprise_id")):
        if enterprises.readable(row, "enterprise_id"):
            index.setdefault(name, row)
            _doubt_code(enterprises, row, name)
    return index | _former(enterprises, index)


def _doubt_code(enterprises: Checked, row: int, name: str) -> None:
    """Warn of a code whose check character is wrong; other texts, as old 15-digit numbers, have none."""
    if CODE_SHAPED.fullmatch(name):
        expected = check_character(name[:17])
        if expected != name[17]:
            cause = (
                phrase("{}: a letter that codes do not use", shown(name))
                if expected is None
                else phrase("{}: the check character should be {}", shown(name), expected)
            )
            enterprises.warn(row, "enterprise_id", cause, "compare with the business licence")


def _former(enterprises: Checked, index: dict[str, int]) -> dict[str, int]:
    """Rows by former id (曾用代码; several are separated by 、 , or ;): old and new id are one enterprise."""
    former: dict[str, int] = {}
    if "former_id" not in enterprises.positions:
        return former
    for row, text in enumerate(enterprises.texts("former_id")):
        for name in filter(None, (part.strip() for part in re.split("[、,;，；]", text))):
            if index.get(name, row) != row:
                line = enterprises.raw.line_of(index[name])
                cause = phrase("{} has a row of its own, on line {}", shown(name), line)
                enterprises.fault(row, "former_id", cause, "old and new id are one enterprise: keep one row, with the new id")
            elif former.setdefault(name, row) != row:
                line = enterprises.raw.line_of(former[name])
                enterprises.fault(
                    row, "former_id", phrase("{} is the former id of line {} too", shown(name), line), "keep it where it belongs"
                )
    return former


def check_rows(rows: Checked, index: dict[str, int] | None, unreadable: bool = False) -> np.ndarray:
    """The enterprise (row of `enterprises`) of every row, −1 where unusable.

    index: enterprises by id, None when that table could not be read (then nothing is said of unknown ones); unreadable: whether most codes
    in it were refused.
    In `annual` no two rows may share enterprise and year, in the other tables no two agree in every cell; rows of
    `annual` and `applications` that agree in every cell are counted once.
    """
    owners = np.full(len(rows), -1, dtype=np.int64)
    ids = rows.texts("enterprise_id")
    annual = rows.table.name == "annual"
    names = [name for name in KEYS if name in {column.name for column in rows.table.columns}]
    if annual and index is not None and (found := _owners_at_once(rows, index, names)) is not None:
        return found
    seen: dict[tuple[object, ...], int] = {}
    repeated: set[int] = set()
    for row, name in enumerate(ids):
        if not rows.readable(row, "enterprise_id"):
            continue
        owner = name if index is None else index.get(name)
        if owner is None and unreadable:  # it may be one of those
            continue
        if owner is None:
            cause = phrase("{} is not in the table enterprises (企业)", shown(name))
            rows.fault(row, "enterprise_id", cause, "add the enterprise there, or correct the code")
            continue
        if not rows.readable(row, *names):
            continue
        owners[row] = -1 if index is None else index[name]
        first = seen.setdefault((owner, int(rows.numbers("year")[row])) if annual else rows.row(row), row)
        if first != row and _tell_repeated(rows, row, first):
            repeated.add(row)
    if repeated:
        rows.drop(repeated)
        owners = np.delete(owners, sorted(repeated))
    return owners


def _owners_at_once(annual: Checked, index: dict[str, int], names: list[str]) -> np.ndarray | None:
    """The enterprises of all rows where every row has one and a year of its own; None where any must be looked at."""
    if any(name not in annual.positions or name in annual.refused for name in names):
        return None
    owners = np.array([index.get(name, -1) for name in annual.texts("enterprise_id")], np.int64)
    pairs = np.sort(owners * 10_000 + annual.numbers("year"))
    return None if (owners < 0).any() or (pairs[1:] == pairs[:-1]).any() else owners


def _tell_repeated(rows: Checked, row: int, first: int) -> bool:
    """Two rows of one enterprise and year, or two rows that agree in every cell; whether the second is left out."""
    line = rows.raw.line_of(first)
    if rows.table.name == "existing_support":
        # Supports of one clause add up, so two equal ones may be meant; still, it is what a slip looks like.
        rows.warn(row, "enterprise_id", phrase("the row repeats line {}; both are counted", line), "remove one unless both are meant")
        return False
    if rows.table.name == "paid":  # money went out once or twice: nobody but the office can say
        rows.fault(row, "enterprise_id", phrase("the row repeats line {}", line), "remove it; two equal payments go into one row")
        return False
    if rows.row(row) == rows.row(first):
        rows.warn(row, "enterprise_id", phrase("the row repeats line {} and is counted once", line), "remove one of the two rows")
        return True
    name = rows.texts("enterprise_id")[row]
    rows.fault(
        row, "year", phrase("{} has a row of this year already, on line {}", shown(name), line), "keep one row per enterprise and year"
    )
    return False
