"""What a check found, as a table and as an annotated Excel copy of the register with the bad cells marked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.errors import PopulationError, Problem
from simulator.files import put
from simulator.population.raw import Finding, RawTable
from simulator.population.readers import Examination
from simulator.population.schema import BESIDE
from simulator.population.wording import chinese, told
from simulator.spreadsheets import workbook

COLUMNS = {"zh": ("类别", "位置", "内容", "问题", "处理"), "en": ("severity", "place", "value", "rule", "remedy")}
SEVERITY = {"error": "错误", "warning": "提示"}
ERROR_COLOUR, WARNING_COLOUR = "#FFC7CE", "#FFEB9C"
MOST_ROWS = 1_048_000  # a sheet holds no more


def problem_table(found: Examination, lang: str = "zh") -> pd.DataFrame:
    """One row per problem, errors first: severity, place, the cell's text, the rule it breaks, the remedy."""
    rows = []
    grids = {raw.label: _grid(raw) for raw in found.source.tables.values()}
    for problem in found.problems:
        words = told(problem, lang)
        severity = SEVERITY.get(problem.severity, problem.severity) if lang == "zh" else problem.severity
        rows.append((severity, words.place, _value(grids, problem), words.cause, words.remedy))
    return pd.DataFrame(rows, columns=list(COLUMNS[lang]))


def _value(grids: dict[str, tuple[Sequence[list[str]], dict[int, int]]], problem: Problem) -> str:
    """What stands in the cell a problem is about; blank where it is about a row or a table."""
    if not isinstance(problem, Finding) or problem.position < 0 or problem.table not in grids:
        return ""
    rows, place = grids[problem.table]
    row = rows[place[problem.line]] if problem.line in place else ()
    return str(row[problem.position])[:60] if problem.position < len(row) else ""


def _grid(raw: RawTable) -> tuple[Sequence[list[str]], dict[int, int]]:
    """All rows of a table as they stood, and which of them stands on a line; a database's under its header."""
    rows, lines = raw.grid
    if not len(rows):
        rows = [raw.header, *(list(row) for row in zip(*raw.columns, strict=True))]
        lines = [raw.header_line, *raw.lines]
    return rows, {line: at for at, line in enumerate(lines)}


def write_annotated(found: Examination, path: str | Path) -> Path:
    """The register as a workbook: a sheet of all problems in Chinese and English, then every table with the cells
    marked (red: error, yellow: to be looked at) and noted. The register itself stays as it is.

    Raises PopulationError when the file cannot be written or is not called .xlsx.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise PopulationError(Problem(str(path), "is not called .xlsx", "write --out FILE.xlsx"))
    return put(path, lambda p: _write(found, p), PopulationError)


def _write(found: Examination, path: Path) -> None:
    with workbook(path) as book:
        styles = {"head": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1}),
                  "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
                  "error": book.add_format({"bg_color": ERROR_COLOUR}),
                  "warning": book.add_format({"bg_color": WARNING_COLOUR})}
        sheet = book.add_worksheet(BESIDE[1])
        both = pd.concat([problem_table(found, "zh"), problem_table(found, "en").drop(columns=["severity", "value"])],
                         axis=1)
        for column, (name, width) in enumerate(zip(both.columns, (8, 34, 20, 44, 40, 34, 44, 40), strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, styles["head"])
        sheet.freeze_panes(1, 0)
        for row, values in enumerate(both.head(MOST_ROWS).itertuples(index=False), start=1):
            for column, value in enumerate(values):
                sheet.write_string(row, column, str(value), styles["wrap"])
        for raw in found.source.tables.values():
            _copy(book, raw, found, styles)


def _copy(book: Any, raw: RawTable, found: Examination, styles: dict[str, Any]) -> None:
    """One table as it stood, its bad cells marked and noted."""
    name = raw.label.rpartition(".")[0] or raw.label
    sheet = book.add_worksheet("".join(letter for letter in name if letter not in "[]:*?/\\")[:31] or "table")
    rows, place = _grid(raw)
    marked: dict[tuple[int, int], list[Problem]] = {}
    for problem in found.problems:
        if isinstance(problem, Finding) and problem.table == raw.label and problem.line in place:
            marked.setdefault((place[problem.line], max(problem.position, 0)), []).append(problem)
    for row, cells in enumerate(rows[:MOST_ROWS]):
        for column, text in enumerate(cells):
            if text:
                sheet.write_string(row, column, str(text))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 30, 14)
    for (row, column), problems in marked.items():
        worst = "error" if any(problem.severity == "error" for problem in problems) else "warning"
        text = rows[row][column] if column < len(rows[row]) else ""
        sheet.write_string(row, column, str(text), styles[worst]) if text else \
            sheet.write_blank(row, column, None, styles[worst])
        note = "\n".join(f"{chinese(p.cause)} → {chinese(p.remedy)}\n{p.cause} → {p.remedy}" for p in problems)
        sheet.write_comment(row, column, note[:2000], {"x_scale": 3, "y_scale": 1 + len(problems)})
