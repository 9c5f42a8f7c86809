"""Read a column's cells by its kind; what cannot be read, is unknown, rounded or without a unit is noted, never raised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from simulator.characters import cleaned
from simulator.phrases import phrase
from simulator.population.cells import UNKNOWN, Refused, own_unit, parse, shown
from simulator.population.checked import KEYS, LITERAL, MOST, Checked, stored
from simulator.population.column import Column, plain
from simulator.population.days import NO_DAY
from simulator.population.raw import Later, Typed
from simulator.population.spelling import iso
from simulator.population.units import Declared

OFTEN = {  # what may be said of a day, by the word `days.read` has for it: cause and remedy
    "serial": (
        "{} is a spreadsheet's number of a day, read as {}; {} cell(s) in all",
        "compare the first one; format the column as a date",
    ),
    "moment": ("{} lies within minutes of midnight, read as the day {}; {} cell(s) in all", "compare the first one; write the day alone"),
    "time": ("{} has a time of day, which was left out: read as {}; {} cell(s) in all", "compare the first one; write the day alone"),
    "zone": (
        "{} is an instant, read as the day in Beijing time (UTC+8): {}; {} cell(s) in all",
        "compare the first one; write the day alone",
    ),
}


ONE_MORE = Refused("")  # of more texts than are listed
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")


def read_column(checked: Checked, column: Column, texts: Sequence[str]) -> None:
    """Store a column's values. Each distinct text is read once: offices repeat themselves."""
    texts = texts.read() if isinstance(texts, Later) else texts
    if isinstance(texts, Typed) and (at_once := _read_typed(texts, column, checked.units.get(column.name))) is not None:
        checked.keep(column.name, at_once)
        return
    values: dict[str, int | str] = {}
    remarkable: dict[str, Refused | str] = {}  # texts to be reported: a refusal, "unknown", or a word of OFTEN
    refusals = 0
    unseen: dict[str, str] = {}  # texts from which something invisible was taken out
    unit, mac_dates = checked.units.get(column.name), checked.raw.mac_dates
    for text in dict.fromkeys(texts):
        values[text] = column.default
        clean, marks = cleaned(text) if column.kind != "text" or column.name.endswith("_id") else (text, "")  # a name is what it is
        if marks:
            unseen[text] = marks
        word = plain(clean)
        if not word:
            if column.name in KEYS:
                remarkable[text] = Refused("the cell is blank", phrase("write the {}, or remove the row", column.name))
        elif column.name not in LITERAL and word in UNKNOWN:
            remarkable[text] = "unknown"
        else:
            try:
                value, remark = parse(clean, column, unit, mac_dates)
                values[text] = text if value == text else value  # one object for what was read and what is kept
                if remark:
                    remarkable[text] = remark
            except Refused as refused:
                refusals += not refused.together
                remarkable[text] = refused.with_traceback(None) if refusals <= MOST else ONE_MORE
    checked.keep(column.name, stored([values[text] for text in texts], column))
    if remarkable:
        _tell_remarkable(checked, column, texts, values, remarkable)
    if unseen:
        rows = [row for row, text in enumerate(texts) if text in unseen]
        marks = " ".join(dict.fromkeys(mark for text in unseen for mark in unseen[text].split()))
        cause = phrase("invisible characters ({}) were left out; {} cell(s) in all", marks, len(rows))
        checked.warn(rows[0], column.name, cause, "compare the first one; type it anew instead of pasting it")
    if column.kind == "share":
        _tell_shares(checked, column, texts, values)
    if column.kind == "money" and unit is None:
        _tell_mixed(checked, column, texts, values)
        _tell_points(checked, column, texts, values)


def _read_typed(typed: Typed, column: Column, unit: Declared | None) -> np.ndarray | None:
    """A column that came as numbers, flags or days, read at once; None where any value is not plainly right (then each
    is read as the text it would be, so that what is wrong is reported as everywhere)."""
    values, missing = typed.values, typed.missing
    if column.name in KEYS and missing.any():
        return None
    if column.kind == "flag" and values.dtype == bool:
        found = values.astype(np.int64)
    elif column.kind == "date" and values.dtype.kind == "M":
        months = np.where(missing, np.datetime64("1990-01-01"), values).astype("datetime64[M]")
        days = (np.where(missing, np.datetime64("1990-01-01"), values) - months.astype("datetime64[D]")).astype(np.int64)
        months = months.astype(np.int64)
        found = (1970 + months // 12) * 10_000 + (months % 12 + 1) * 100 + days + 1
        low, high = column.bounds
        if ((found < low) | (found > high) | np.isin(found, NO_DAY) & ~missing).any():
            return None
    elif column.kind in ("money", "area", "rent", "share", "count", "year", "clause") and values.dtype.kind in "fi":
        scaled = np.where(missing, 0, values).astype(np.float64) * column.resolution * float(unit.factor if unit else 1)
        if not np.isfinite(scaled).all() or np.abs(scaled).max(initial=0) > 2**53:
            return None
        found = np.rint(scaled).astype(np.int64)
        if (np.abs(scaled - found) > 1e-6 * np.maximum(1, np.abs(scaled) * 1e-6)).any():
            return None  # finer than the resolution
        low, high = column.bounds
        if column.kind == "share" and unit is not None and unit.factor < 1 and ((values > 0) & (values <= 1) & ~missing).any():
            return None  # perhaps no per cent
        if ((found < low * column.resolution) | (found > high * column.resolution))[~missing].any():
            return None
    else:
        return None
    return np.where(missing, column.default, found)


def _tell_remarkable(
    checked: Checked, column: Column, texts: Sequence[str], values: dict[str, int | str], remarkable: dict[str, Refused | str]
) -> None:
    """Faults and unknowns row by row; what a whole column may have, once for the column."""
    often, first_of = Counter[str](), dict[str, int]()
    refused, unknown = np.zeros(len(texts), bool), np.zeros(len(texts), bool)
    for row, text in enumerate(texts):
        remark = remarkable.get(text)
        if remark is None:
            continue
        if isinstance(remark, Refused):
            refused[row] = True
            if not remark.together:
                checked.fault(row, column.name, remark.cause, remark.remedy)
                continue
            remark = f"refused {remark.together}"
        elif remark == "unknown":
            unknown[row] = True
            continue
        often[remark] += 1
        first_of.setdefault(remark, row)
    if refused.any():
        checked.refused[column.name] = refused
    if unknown.any():
        checked.unknown[column.name] = np.flatnonzero(unknown)
    for remark, count in often.items():
        first = texts[first_of[remark]]
        found = remarkable[first]
        if isinstance(found, Refused):
            cause = phrase("{}; {} cell(s) in all", found.cause, count) if count > 1 else found.cause
            checked.fault(first_of[remark], column.name, cause, found.remedy)
        elif remark == "rounded":
            step = 1 / column.resolution
            checked.warn(
                first_of[remark],
                column.name,
                phrase(
                    "{} is finer than {}: rounded half up, as were {} cell(s) of this column in all",
                    shown(first),
                    format(step, ".10g"),
                    count,
                ),
                phrase("write multiples of {}", format(step, ".10g")),
            )
        else:
            cause, remedy = OFTEN[remark]
            checked.warn(first_of[remark], column.name, phrase(cause, shown(first), iso(int(values[first])), count), remedy)


def _tell_mixed(checked: Checked, column: Column, texts: Sequence[str], values: dict[str, int | str]) -> None:
    """Some amounts with 万 behind them and some without, and no unit of the column: nobody can tell what the bare ones
    are in."""
    scaled = {text for text in values if (factor := own_unit(text)) is not None and factor > 1}
    if not scaled:
        return
    bare = [row for row, text in enumerate(texts) if values[text] != column.default and own_unit(text) is None]
    bare = [row for row in bare if checked.readable(row, column.name)]
    if bare:
        checked.fault(
            bare[0],
            column.name,
            phrase(
                "{} bears no unit while other amounts of the column do, as {}; {} cell(s) in all",
                shown(texts[bare[0]]),
                shown(next(text for text in texts if text in scaled)),
                len(bare),
            ),
            phrase("say what those without are in: --unit {}=元 or 万元", column.name),
        )


def _tell_shares(checked: Checked, column: Column, texts: Sequence[str], values: dict[str, int | str]) -> None:
    """Numbers up to 1 in a column of per cent, and those up to 1% with a sign where others are larger: 0.85 may be 85% or less than one."""
    small = {text for text, value in values.items() if 0 < int(value) <= column.resolution // 100}
    unit = checked.units.get(column.name)
    is_of_percent = unit is not None and unit.factor < 1
    small = {text for text in small if ("%" in plain(text)) != is_of_percent}
    if small and (is_of_percent or max(int(value) for value in values.values()) > column.resolution // 10):
        rows = [row for row, text in enumerate(texts) if text in small]
        checked.fault(
            rows[0],
            column.name,
            phrase(
                "{} in a column of per cent may be a share or per cent; {} cell(s) in all"
                if is_of_percent
                else "{} is less than one per cent, and others are far more; {} cell(s) in all",
                shown(texts[rows[0]]),
                len(rows),
            ),
            "write 85, or 0.85% where that is meant" if is_of_percent else "write 85% or 0.85; where 0.85% is meant, 0.0085",
        )


def _tell_points(checked: Checked, column: Column, texts: Sequence[str], values: dict[str, int | str]) -> None:
    """Amounts that all have three digits behind a point, as 100.000: a yuan has two, and some write thousands so."""
    written = {text for text, value in values.items() if value != column.default}
    if written and all(_THOUSANDS.fullmatch(plain(text)) for text in written):
        rows = [row for row, text in enumerate(texts) if text in written]
        cause = phrase("{} may mean thousands, or three digits behind the point; {} cell(s) in all", shown(texts[rows[0]]), len(rows))
        remedy = phrase("write digits and at most two behind the point; if it is as it stands, say --unit {}=元", column.name)
        checked.fault(rows[0], column.name, cause, remedy)
