"""An empty workbook to fill in, and a filled one: all sheets, drop-downs and notes made from the declared contract."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.errors import PopulationError, Problem
from simulator.files import put
from simulator.law.language.units import unit_in_chinese
from simulator.population import documentation
from simulator.population.column import Column, Table
from simulator.population.schema import BESIDE, FIRST_YEAR, IN_WAN, LAST_YEAR, SYNTHETIC_MARK, contract
from simulator.population.spelling import iso
from simulator.population.synthetic_mark import digest_of, synthetic_mark
from simulator.spreadsheets import height, printed, workbook

FILLED_ROWS = 100_000  # rows for which an empty template holds drop-downs and formats
WIDTH = {"text": 22, "date": 13, "money": 16}
EXPLAINED = (16, 24, 22, 10, 18, 14, 26, 10, 46, 30, 46)  # widths of the sheet 填表说明
UNITS = {"money": "元", "area": "㎡", "rent": "元/㎡·月"}  # written behind the Chinese header


def header_of(column: Column) -> str:
    """The header a template writes: Chinese name and unit.

    >>> header_of(contract().tables[1].column("rent"))
    '月租金（元/㎡·月）'
    """
    unit = UNITS.get(column.kind) if column.kind != "money" or column.unit == "CNY" else unit_in_chinese(column.unit)
    return f"{column.header}（{unit}）" if unit else column.header


def write_template(path: str | Path) -> Path:
    """An empty workbook of all five tables with drop-downs, formats and notes, and a sheet that explains every column.

    Raises PopulationError when the file cannot be written or is not called .xlsx.
    """
    return write_workbook(path, {})


def write_workbook(path: str | Path, tables: Mapping[str, pd.DataFrame], synthetic: bool = False) -> Path:
    """Tables of a register (as `Population.to_tables` gives them) as a workbook in the template's form.

    Raises PopulationError when the file cannot be written or is not called .xlsx.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise PopulationError(Problem(str(path), "is not called .xlsx", "write --out FILE.xlsx"))
    return put(path, lambda p: _write_marked(p, tables) if synthetic else _write(p, tables), PopulationError)


def _write_marked(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Written twice: the mark says what its own reader finds in the tables."""
    _write(path, tables, synthetic_mark({}))
    from simulator.population.workbook import from_workbook  # what reads workbooks, only where there is one

    found = from_workbook(path.read_bytes(), path.name).tables
    _write(path, tables, synthetic_mark({name: digest_of(table) for name, table in found.items()}))


def _write(path: Path, tables: Mapping[str, pd.DataFrame], mark: str = "") -> None:
    with workbook(path) as book:
        head = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}
        styles = {
            "head": book.add_format(head | {"bg_color": "#DCE6F1"}),
            "required": book.add_format(head | {"bg_color": "#F8CBAD"}),
            "text": book.add_format({"num_format": "@"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for table in contract().tables:
            frame = tables.get(table.name)
            if frame is None or len(frame) or table.required or not tables:
                _sheet(book.add_worksheet(table.header), table, frame, styles)
        if mark:
            sheet = book.add_worksheet(SYNTHETIC_MARK[1])
            for row, line in enumerate(mark.splitlines()):
                sheet.write_string(row, 0, line)
        _explain(book.add_worksheet(BESIDE[0]), styles)


def _sheet(sheet: Any, table: Table, frame: pd.DataFrame | None, styles: dict[str, Any]) -> None:
    """One table: header with notes, formats, drop-downs, and the rows of the frame where there is one."""
    columns = [c for c in table.columns if frame is None or c.name in frame.columns]
    rows = FILLED_ROWS if frame is None else len(frame)
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 5 + height(map(header_of, columns), (WIDTH.get(column.kind, 12) for column in columns)))
    printed(sheet)
    sheet.repeat_rows(0)
    for position, column in enumerate(columns):
        style = styles.get(column.kind, styles["text"] if column.kind in ("choice", "flag") else None)
        sheet.set_column(position, position, WIDTH.get(column.kind, 12), style)
        sheet.write_string(0, position, header_of(column), styles["required" if column.required else "head"])
        sheet.write_comment(0, position, documentation.note(column), {"x_scale": 2.4, "y_scale": 1.6})
        rule = _validation(column)
        if rule is not None and rows:
            sheet.data_validation(1, position, rows, position, rule)
    if frame is not None:
        for position, column in enumerate(columns):
            for row, value in enumerate(frame[column.name].tolist(), start=1):
                _cell(sheet, row, position, value, column)


def _cell(sheet: Any, row: int, position: int, value: Any, column: Column) -> None:
    """A value as a clerk would have typed it; a blank is left out."""
    if isinstance(value, bool):
        sheet.write_string(row, position, "是" if value else "否")
    elif isinstance(value, str):
        if value:
            sheet.write_string(row, position, {"unknown": "未知"}.get(value, value) if column.kind != "text" else value)
    elif value is not None and value == value:
        sheet.write_number(row, position, value)


def _validation(column: Column) -> dict[str, Any] | None:
    """What Excel offers or refuses while a clerk types. Text (未知) is always let in, so that it can be said."""
    message: dict[str, Any] = {
        "input_title": column.header[:32],
        "input_message": documentation.note(column)[:255],
        "ignore_blank": True,
        "error_type": "warning",
        "error_title": "请核对",
        "error_message": documentation.note(column)[:255],
    }
    if column.kind == "flag":
        return message | {"validate": "list", "source": ["是", "否", "未知"]}
    if column.kind == "choice":
        words = [next((w for w in options if not w.isascii()), options[0]) for _, options in column.choices]
        return message | {"validate": "list", "source": [*words, "未知"]}
    if column.kind in ("year", "clause"):
        return message | {"validate": "integer", "criteria": "between", "minimum": column.low, "maximum": column.high}
    if column.kind in ("money", "area", "rent", "share", "count"):
        return message | {"validate": "decimal", "criteria": "between", "minimum": column.low, "maximum": column.high}
    if column.kind == "date":
        earliest, latest = (datetime.date.fromisoformat(iso(day)) for day in column.bounds)
        return message | {"validate": "date", "criteria": "between", "minimum": earliest, "maximum": latest}
    return None


def _explain(sheet: Any, styles: dict[str, Any]) -> None:
    """The sheet 填表说明: general rules, then every column of every table."""
    policy = contract().policy
    earlier = policy.years_lacking(policy.start.year, policy.start.year)
    first = min(earlier, default=0)
    lines = (
        "空白表示没有（0、否、无此日期）；不清楚请填“未知”，不要留空，也不要填 0。",
        IN_WAN,
        f"日期写成 2013-05-06；年度 {FIRST_YEAR} 至 {LAST_YEAR}；橙色表头为必填。合计行会被识别，只用于核对。",
        f"Blank means none; write 未知 for unknown. Dates from {iso(19900101)}. Orange headers are required.",
        *(
            (
                f"本政策用到政策开始以前 {'、'.join(map(str, earlier))} 年的数据：请从 {first} 年起填写各年度的行，没有的按 0 计。",
                f"The policy asks for figures of {', '.join(map(str, earlier))}: begin the table of years with {first}.",
            )
            if earlier
            else ()
        ),
    )
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    printed(sheet)
    sheet.repeat_rows(len(lines) + 1)
    sheet.freeze_panes(len(lines) + 2, 3)
    frame = documentation.columns_table()
    for position, (name, width) in enumerate(zip(frame.columns, EXPLAINED, strict=True)):
        sheet.set_column(position, position, width)
        sheet.write_string(len(lines) + 1, position, name, styles["head"])
    for row, values in enumerate(frame.itertuples(index=False), start=len(lines) + 2):
        sheet.set_row(row, height(map(str, values), EXPLAINED))
        for position, value in enumerate(values):
            sheet.write_string(row, position, str(value), styles["wrap"])
