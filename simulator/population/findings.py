"""What a check found, as a table and as an annotated Excel copy of the register with the bad cells marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.errors import PopulationError, Problem
from simulator.files import put
from simulator.population.raw import Finding, RawTable, letters
from simulator.population.readers import Examination
from simulator.population.schema import BESIDE
from simulator.population.wording import chinese, translated
from simulator.spreadsheets import breadth, height, printed, workbook

COLUMNS = {"zh": ("类别", "位置", "内容", "问题", "处理"), "en": ("severity", "place", "value", "rule", "remedy")}
SEVERITY = {"error": "错误", "warning": "提示"}
ERROR_COLOUR, WARNING_COLOUR = "#FFC7CE", "#FFEB9C"
MOST_ROWS = 1_048_000  # a sheet holds no more
MOST_LINKS = 60_000  # of a sheet, too
WIDTHS = (8, 34, 20, 44, 40, 34, 44, 40)  # of the sheet of problems

Grids = dict[str, tuple[Sequence[list[str]], dict[int, int]]]  # by table: rows as they stood, and which stands on a line


def problem_table(found: Examination, lang: str = "zh") -> pd.DataFrame:
    """One row per problem, errors first: severity, place, the cell's text, the rule it breaks, the remedy."""
    rows = []
    grids = {raw.label: _grid(raw) for raw in found.source.tables.values()}
    for problem in found.problems:
        words = translated(problem, lang)
        severity = SEVERITY.get(problem.severity, problem.severity) if lang == "zh" else problem.severity
        rows.append((severity, words.place, _value(grids, problem), words.cause, words.remedy))
    return pd.DataFrame(rows, columns=list(COLUMNS[lang]))


def _value(grids: Grids, problem: Problem) -> str:
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


def write_annotated(found: Examination, path: str | Path, lang: str = "zh") -> Path:
    """The register as a workbook: a sheet of all problems in Chinese and English, the language asked for first, each linked to
    its cell; then every table with the cells marked (red: error, yellow: to be looked at) and noted. The register itself stays
    as it is.

    Raises PopulationError when the file cannot be written or is not called .xlsx.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise PopulationError(Problem(str(path), "is not called .xlsx", "write --out FILE.xlsx"))
    return put(path, lambda p: _write(found, p, lang), PopulationError)


def _write(found: Examination, path: Path, lang: str) -> None:
    with workbook(path) as book:
        styles = {
            "head": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "top"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "link": book.add_format({"text_wrap": True, "valign": "top", "font_color": "#0563C1", "underline": 1}),
            "error": book.add_format({"bg_color": ERROR_COLOUR, "valign": "top"}),
            "warning": book.add_format({"bg_color": WARNING_COLOUR, "valign": "top"}),
        }
        sheet = book.add_worksheet(BESIDE[1])
        names = {raw.label: _sheet_name(raw) for raw in found.source.tables.values()}
        grids = {raw.label: _grid(raw) for raw in found.source.tables.values()}
        _list(sheet, found, lang, styles, [_link(problem, names, grids) for problem in found.problems])
        for raw in found.source.tables.values():
            _copy(book.add_worksheet(names[raw.label]), raw, found, styles)


def _sheet_name(raw: RawTable) -> str:
    """What the copy of a table is called: its file or sheet, without what a sheet's name must not hold."""
    name = raw.label.rpartition(".")[0] or raw.label
    return "".join(letter for letter in name if letter not in "[]:*?/\\'")[:31] or "table"


def _link(problem: Problem, names: Mapping[str, str], grids: Grids) -> str:
    """Where in this workbook the cell of a problem is copied; blank where it is about no row."""
    if not isinstance(problem, Finding) or problem.line not in grids.get(problem.table, ((), {}))[1]:
        return ""
    row = grids[problem.table][1][problem.line] + 1
    return f"internal:'{names[problem.table]}'!{letters(max(problem.position, 0))}{row}"


def _list(sheet: Any, found: Examination, lang: str, styles: dict[str, Any], links: list[str]) -> None:
    """The sheet of all problems, errors first; links: of each, its cell in this workbook."""
    other = "en" if lang == "zh" else "zh"
    both = pd.concat(
        [problem_table(found, lang), problem_table(found, other).drop(columns=[COLUMNS[other][0], COLUMNS[other][2]])], axis=1
    ).head(MOST_ROWS)
    for column, (name, width) in enumerate(zip(both.columns, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, styles["head"])
    for row, values in enumerate(both.itertuples(index=False), start=1):
        sheet.set_row(row, height(map(str, values), WIDTHS[: len(COLUMNS[lang])]))
        for column, value in enumerate(values):
            style = styles["wrap"] if column else styles.get(found.problems[row - 1].severity, styles["wrap"])
            sheet.write_string(row, column, str(value), style)
        if links[row - 1] and row <= MOST_LINKS:
            sheet.write_url(row, 1, links[row - 1], styles["link"], string=values[1][:255])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(both), 1), len(WIDTHS) - 1)
    sheet.print_area(0, 0, max(len(both), 1), len(COLUMNS[lang]) - 1)
    printed(sheet)
    sheet.repeat_rows(0)


def _copy(sheet: Any, raw: RawTable, found: Examination, styles: dict[str, Any]) -> None:
    """One table as it stood, its bad cells marked and noted."""
    rows, place = _grid(raw)
    marked: dict[tuple[int, int], list[Problem]] = {}
    for problem in found.problems:
        if isinstance(problem, Finding) and problem.table == raw.label and problem.line in place:
            marked.setdefault((place[problem.line], max(problem.position, 0)), []).append(problem)
    header = place.get(raw.header_line, 0)
    for row, cells in enumerate(rows[:MOST_ROWS]):
        for column, text in enumerate(cells):
            if text:
                sheet.write_string(row, column, str(text), styles["head"] if row == header else None)
    widths = []
    for column in range(len(raw.header)):
        seen = [breadth(line) for cells in rows[header : header + 200] if column < len(cells) for line in str(cells[column]).split("\n")]
        widths.append(min(max([9, *seen]), 40))
        sheet.set_column(column, column, widths[-1])
    sheet.set_row(header, height(map(str, raw.header), widths))
    sheet.freeze_panes(header + 1, 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # all is kept as it stood; only the marks are to be seen
    printed(sheet)
    for (row, column), problems in marked.items():
        worst = "error" if any(problem.severity == "error" for problem in problems) else "warning"
        text = rows[row][column] if column < len(rows[row]) else ""
        sheet.write_string(row, column, str(text), styles[worst]) if text else sheet.write_blank(row, column, None, styles[worst])
        note = "\n".join(f"{chinese(p.cause)} → {chinese(p.remedy)}\n{p.cause} → {p.remedy}" for p in problems)
        sheet.write_comment(row, column, note[:2000], {"x_scale": 3, "y_scale": 1 + len(problems)})
