"""兑现名单: the assessment as a workbook a clerk signs: Chinese clause names, article, 元, subtotal per clause."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from simulator.engine.assess import Assessment
from simulator.errors import Problem, SimulatorError
from simulator.files import change, put
from simulator.law.policy import CLAWBACK
from simulator.law.terms import UNITS
from simulator.population.schema import contract_of
from simulator.population.wording import translated
from simulator.spreadsheets import height, printed, save_csv, workbook

PLAN = "分年兑现"
Styles = dict[str, Any]  # a workbook's formats by name
SEVERITY = {"error": "错误", "data error": "数据缺口", "warning": "提示"}
WIDTHS = (6, 22, 34, 8, 12, 26, 18, 18)
HEADINGS = (
    "序号",
    "统一社会信用代码",
    "企业名称",
    "年度",
    "文号",
    "条款",
    "金额（元）",
    "替代既有政策（元）",
)


def write_csv(result: Assessment, path: Path) -> None:
    """The assessment's table as CSV (UTF-8 with BOM)."""
    table = result.table()
    places = table["clause"].isin(in_kind(result))
    table["amount"] = table["amount"].map("{:.2f}".format).where(~places, table["amount"].map("{:.0f}".format))
    table["displaced"] = table["displaced"].map("{:.2f}".format)
    with change(path.parent, at=path.name) as changing:
        changing.put(path.name, partial(save_csv, table))
        plan = result.plan()
        plan["amount"] = plan["amount"].map("{:.2f}".format)
        # what unknown facts leave open stands beside, never among the known awards; so does when awards are paid in parts
        for name, more in (("intervals", result.intervals), ("worth", result.worth), ("plan", plan)):
            beside = f"{path.stem}.{name}.csv"
            if len(more):
                changing.put(beside, partial(save_csv, more))
            else:
                changing.remove(beside)  # of an earlier assessment


def write_workbook(result: Assessment, path: Path) -> None:
    """The payout list: one sheet of all rows by clause with subtotals as formulas, one of totals, one of what was odd."""
    put(path, lambda p: _workbook(result, p))


def _workbook(result: Assessment, path: Path) -> None:
    book = workbook(path)
    styles = {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "note": book.add_format({"font_color": "#555555", "text_wrap": True}),
        "head": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "align": "center"}),
        "text": book.add_format({"border": 1}),
        "wrap": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        "money": book.add_format({"border": 1, "num_format": "#,##0.00"}),
        "count": book.add_format({"border": 1, "num_format": "#,##0"}),
        "sum": book.add_format({"bold": True, "border": 1, "bg_color": "#F2F2F2"}),
        "sum_money": book.add_format({"bold": True, "border": 1, "bg_color": "#F2F2F2", "num_format": "#,##0.00"}),
    }
    _list_sheet(book.add_worksheet("兑现名单"), result, styles)
    _totals_sheet(book.add_worksheet("汇总"), result, styles)
    if result.in_parts:
        _plan_sheet(book.add_worksheet(PLAN), result, styles)
    if len(result.intervals):
        _intervals_sheet(book.add_worksheet("未知区间"), result, styles)
        _worth_sheet(book.add_worksheet("待查字段"), result, styles)
    _problems_sheet(book.add_worksheet("数据问题"), result, styles)
    book.close()


def _list_sheet(sheet: Any, result: Assessment, styles: Styles) -> None:
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    years = f"{result.years[0]}–{result.years[-1]}"
    sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, f"兑现名单（{years}年）", styles["title"])
    note = f"名册：{result.source}；情景：{result.scenario}。金额单位：元；实物条款按其计量单位。追回为负数，单列，不与各条款相抵。"
    if result.in_parts:
        note += f"分年兑现的条款列奖补全额，各年应付见“{PLAN}”页。"
    sheet.merge_range(1, 0, 1, len(HEADINGS) - 1, note, styles["note"])
    sheet.write_row(2, 0, HEADINGS, styles["head"])
    sheet.freeze_panes(3, 3)
    printed(sheet)
    sheet.repeat_rows(2)
    names = dict(zip(result.ids, result.names, strict=True))
    table = result.table()
    row, number, subtotals = 3, 0, []
    for slug in [*result.policy.slugs, CLAWBACK]:
        part = table[table["clause"] == slug]
        if part.empty:
            continue
        article, title = _heading(result, slug)
        places = slug in in_kind(result)
        first = row
        for entry in part.itertuples(index=False):
            number += 1
            sheet.write_number(row, 0, number, styles["count"])
            sheet.write_string(row, 1, str(entry.enterprise_id), styles["text"])
            sheet.write_string(row, 2, str(names.get(entry.enterprise_id, "")), styles["text"])
            sheet.write_number(row, 3, int(entry.year), styles["text"])
            sheet.write_string(row, 4, article, styles["text"])
            sheet.write_string(row, 5, title, styles["text"])
            sheet.write_number(row, 6, entry.amount, styles["count" if places else "money"])
            sheet.write_number(row, 7, entry.displaced, styles["money"])
            row += 1
        for column in range(len(HEADINGS)):
            sheet.write_blank(row, column, None, styles["sum"])
        sheet.write_string(row, 5, f"小计：{title}" + (f"（{unit_of(result, slug)}）" if places else ""), styles["sum"])
        for column, values in ((6, part["amount"]), (7, part["displaced"])):
            letter = "GH"[column - 6]
            sheet.write_formula(
                row,
                column,
                f"=SUM({letter}{first + 1}:{letter}{row})",
                styles["sum_money"],
                round(float(values.sum()), 2),
            )
        if not places and slug != CLAWBACK:
            subtotals.append(row)
        row += 1
    for column in range(len(HEADINGS)):
        sheet.write_blank(row, column, None, styles["sum"])
    sheet.write_string(row, 5, "合计（不含实物、追回）", styles["sum"])
    formula = "=" + ("+".join(f"G{r + 1}" for r in subtotals) or "0")
    sheet.write_formula(row, 6, formula, styles["sum_money"], float(result.total))
    sheet.write_string(row + 2, 1, "经办：", styles["note"])
    sheet.write_string(row + 2, 3, "复核：", styles["note"])
    sheet.write_string(row + 2, 5, "负责人：", styles["note"])
    sheet.write_string(row + 2, 6, "日期：", styles["note"])


def _totals_sheet(sheet: Any, result: Assessment, styles: Styles) -> None:
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 6, 18)
    head = ("文号", "条款", "年度", "户数", "金额（元）", "替代既有政策（元）", "其中区级节约（元）")
    sheet.write_row(0, 0, head, styles["head"])
    sheet.freeze_panes(1, 0)
    printed(sheet)
    sheet.repeat_rows(0)
    for row, entry in enumerate(result.summary().itertuples(index=False), start=1):
        article, title = _heading(result, entry.clause)
        places = entry.clause in in_kind(result)
        sheet.write_string(row, 0, article, styles["text"])
        sheet.write_string(row, 1, title + (f"（{unit_of(result, entry.clause)}）" if places else ""), styles["text"])
        sheet.write_number(row, 2, entry.year, styles["text"])
        sheet.write_number(row, 3, entry.recipients, styles["count"])
        sheet.write_number(row, 4, entry.amount, styles["count" if places else "money"])
        sheet.write_number(row, 5, entry.displaced, styles["money"])
        sheet.write_number(row, 6, entry.saved_by_district, styles["money"])


def _plan_sheet(sheet: Any, result: Assessment, styles: Styles) -> None:
    """In which year which part of an award is paid: an award a row, a year a column; below what else is paid in each year."""
    plan, table = result.plan(), result.table()
    own = set(plan["clause"])
    rest = table[~table["clause"].isin({*own, CLAWBACK, *in_kind(result)})].groupby("year")["amount"].sum()
    years = list(range(int(result.years[0]), int(max([result.years[-1], *plan["paid_in"]])) + 1))
    widths = (22, 34, 10, 12, 26, 8, 18, *(16 for _ in years))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    note = "分年等额兑现的各项，首期于核定当年，末期含除不尽的分；后续年度须另行预留。追回未计入。金额单位：元。"
    sheet.merge_range(0, 0, 0, len(widths) - 1, note, styles["note"])
    head = ("统一社会信用代码", "企业名称", "核定年度", "文号", "条款", "期数", "奖补全额（元）", *(f"{year}年兑现" for year in years))
    sheet.write_row(1, 0, head, styles["head"])
    sheet.freeze_panes(2, 2)
    printed(sheet)
    sheet.repeat_rows(1)
    names, row = dict(zip(result.ids, result.names, strict=True)), 2
    for (slug, enterprise, year), parts in plan.groupby(["clause", "enterprise_id", "year"], sort=False):
        article, title = _heading(result, str(slug))
        for column, text in enumerate((str(enterprise), str(names.get(enterprise, "")))):
            sheet.write_string(row, column, text, styles["text"])
        sheet.write_number(row, 2, int(year), styles["text"])
        sheet.write_string(row, 3, article, styles["text"])
        sheet.write_string(row, 4, title, styles["text"])
        sheet.write_number(row, 5, len(parts), styles["count"])
        sheet.write_number(row, 6, round(float(parts["amount"].sum()), 2), styles["money"])
        by_year = dict(zip(parts["paid_in"], parts["amount"], strict=True))
        for column, paid_in in enumerate(years, 7):
            if paid_in in by_year:
                sheet.write_number(row, column, by_year[paid_in], styles["money"])
            else:
                sheet.write_blank(row, column, None, styles["money"])
        row += 1
    sums = plan.groupby("paid_in")["amount"].sum()
    at_once = [float(rest.get(year, 0)) for year in years]
    for name, whole, each in (
        ("分年兑现小计", float(plan["amount"].sum()), [float(sums.get(year, 0)) for year in years]),
        ("其余条款（当年兑现）", sum(at_once), at_once),
        ("合计（不含实物、追回）", float(result.total), [float(sums.get(y, 0)) + a for y, a in zip(years, at_once, strict=True)]),
    ):
        for column in range(6):
            sheet.write_blank(row, column, None, styles["sum"])
        sheet.write_string(row, 4, name, styles["sum"])
        for column, amount in enumerate((whole, *each), 6):
            sheet.write_number(row, column, round(amount, 2), styles["sum_money"])
        row += 1


def _intervals_sheet(sheet: Any, result: Assessment, styles: Styles) -> None:
    """Awards that unknown facts leave open, none of them in the list or its totals."""
    widths = (22, 34, 8, 12, 26, 16, 18, 60)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    note = "因事实未知，下列各项未计入兑现名单和汇总；法规能限定的给出区间，不能限定的无法核定。"
    sheet.merge_range(0, 0, 0, len(widths) - 1, note, styles["note"])
    head = ("统一社会信用代码", "企业名称", "年度", "文号", "条款", "下限（元）", "上限（元）", "未知事项")
    sheet.write_row(1, 0, head, styles["head"])
    sheet.freeze_panes(2, 0)
    printed(sheet)
    sheet.repeat_rows(1)
    names = dict(zip(result.ids, result.names, strict=True))
    headers = {column.name: column.header for each in contract_of(result.policy).tables for column in each.columns}
    for row, entry in enumerate(result.intervals.itertuples(index=False), start=2):
        article, title = _heading(result, entry.clause)
        sheet.write_string(row, 0, str(entry.enterprise_id), styles["text"])
        sheet.write_string(row, 1, str(names.get(entry.enterprise_id, "")), styles["text"])
        sheet.write_number(row, 2, entry.year, styles["text"])
        sheet.write_string(row, 3, article, styles["text"])
        sheet.write_string(row, 4, title, styles["text"])
        sheet.write_number(row, 5, entry.low, styles["money"])
        if entry.high == entry.high:
            sheet.write_number(row, 6, entry.high, styles["money"])
        else:
            sheet.write_string(row, 6, "无法核定", styles["text"])
        unknown = "、".join(headers.get(name, name) for name in entry.unknown.split(", "))
        sheet.write_string(row, 7, unknown, styles["wrap"])
        sheet.set_row(row, height([unknown], widths[-1:]))


def _worth_sheet(sheet: Any, result: Assessment, styles: Styles) -> None:
    """What collecting each unknown column would settle."""
    head = ("字段", "列名", "未知格数", "涉及区间数", "单独差额（元）", "与他项共同差额（元）", "无法核定数")
    for column, width in enumerate((26, 26, 12, 12, 20, 22, 12)):
        sheet.set_column(column, column, width)
    sheet.write_row(0, 0, head, styles["head"])
    sheet.freeze_panes(1, 0)
    printed(sheet)
    for row, entry in enumerate(result.worth.itertuples(index=False), start=1):
        sheet.write_string(row, 0, entry.header, styles["text"])
        sheet.write_string(row, 1, entry.column, styles["text"])
        for column, value in enumerate(
            (entry.unknown_cells, entry.intervals, entry.width_alone, entry.width_shared, entry.not_assessable), 2
        ):
            sheet.write_number(row, column, value, styles["money" if column in (4, 5) else "count"])


def _problems_sheet(sheet: Any, result: Assessment, styles: Styles) -> None:
    widths = (12, 44, 60, 44)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.write_row(0, 0, ("类别", "位置", "问题", "处理"), styles["head"])
    sheet.freeze_panes(1, 0)
    printed(sheet)
    for row, problem in enumerate(result.problems, start=1):
        said = translated(problem, "zh")
        texts = (SEVERITY.get(problem.severity, problem.severity), said.place, said.cause, said.remedy)
        sheet.set_row(row, height(texts, widths))
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, styles["wrap"])


def _heading(result: Assessment, slug: str) -> tuple[str, str]:
    if slug == CLAWBACK and slug not in result.blocks:
        return "", "追回"
    block = result.blocks[slug]
    return block.article, block.zh


def in_kind(result: Assessment) -> tuple[str, ...]:
    """The clauses that give something other than money."""
    return result.policy.slugs[result.policy.cash_clauses :]


def unit_of(result: Assessment, slug: str) -> str:
    """What a clause in kind is counted in, in Chinese."""
    return UNITS[result.policy.clauses[result.policy.index(slug)].unit.name].zh


def save(result: Assessment, path: str | Path) -> Path:
    """Write the assessment where `path` says: .csv or .xlsx. Raises SimulatorError for another ending."""
    path = Path(path)
    writers = {".csv": write_csv, ".xlsx": write_workbook}
    if path.suffix.lower() not in writers:
        raise SimulatorError(Problem(str(path), "has no known ending", "write FILE.csv or FILE.xlsx"))
    writers[path.suffix.lower()](result, path)
    return path
