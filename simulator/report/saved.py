"""Answers kept as files: a workbook with a sheet for each table, or CSV files in CNY."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from simulator.document import Table
from simulator.errors import Problem, SimulatorError
from simulator.files import change
from simulator.files import put as put_file
from simulator.render.xlsx import Book, put
from simulator.report.wording import Wording
from simulator.spreadsheets import save_csv


def save(path: str | Path, sheets: Mapping[str, Table], frames: Mapping[str, pd.DataFrame], words: Wording) -> Path:
    """Write FILE.xlsx (a sheet each, by the keys of `sheets`) or FILE.csv (the first frame, the others beside it as
    FILE.NAME.csv; one that is empty is not written). Raises SimulatorError for another ending, or a place not writable."""
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        return put_file(path, lambda p: _workbook(sheets, p, words))
    if path.suffix.lower() != ".csv":
        raise SimulatorError(Problem(str(path), "has no known ending", "write FILE.csv or FILE.xlsx"))
    with change(path.parent, at=path.name) as changing:
        for number, (name, frame) in enumerate(frames.items()):
            beside = path.name if number == 0 else f"{path.stem}.{name}.csv"
            if len(frame) or number == 0:
                changing.put(beside, partial(save_csv, frame))
            else:
                changing.remove(beside)  # of an earlier run
    return path


def _workbook(sheets: Mapping[str, Table], path: Path, words: Wording) -> None:
    with Book(path, words.lang, "") as book:
        for name, table in sheets.items():
            put(book, name, table, ends(words), words.say("matters.margins"))


def ends(words: Wording) -> tuple[str, str]:
    """What a workbook's columns of the ends of an interval are called."""
    return words.say("workbook.low"), words.say("workbook.high")
