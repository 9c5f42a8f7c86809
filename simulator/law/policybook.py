"""A policy as a workbook: the same nested data as its YAML file, one sheet for each kind of thing it holds.

`load` reads a workbook as a document whose places are sheet!cell; `save` writes any policy's data. What has no column of its
own stands in the sheet 其他, one path a row, so that nothing is lost either way.
"""

from __future__ import annotations

import datetime
import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any

from simulator import yamlfile
from simulator.errors import LawError, Problem, nearest
from simulator.files import put
from simulator.law.policytext import canonical
from simulator.phrases import phrase
from simulator.smallbooks import Grid, sheets_of
from simulator.spreadsheets import printed, unescaped, workbook

Path_ = tuple[Any, ...]
SETTLEMENT = "结算"
_KIND = {"一次性": "one_off", "按年": "recurrent", "实物": "in_kind"}
_TERM = {"当年在期内": "year", "首年在期内": "begins", "不限": None}
_TABLE = {"年度": "annual", "企业": "enterprises"}
_TYPE = {
    "金额": "money",
    "面积": "area",
    "数量": "count",
    "比例": "share",
    "是/否": "flag",
    "日期": "day",
    "选项": "choice",
    "其他量": "quantity",
}
_EDGE = {"含（以上、达到）": "at_least", "不含（超过、突破）": "more_than"}
_FOLLOW = {"逐档各一次取最高": "each_highest", "所达各档": "each", "补足差额": "top_up", "升档差额": "step_up", "终身一次": "first_only"}
_EVENT = {"达到即可": "state", "当年升至": "crossing"}
_PER = {"每年": "year", "累计": "lifetime"}
_VACANT = {"递补": "passes_on", "不递补": "stays"}
_SHARE = {"按比例": "pro_rata", "先到先得": "first_come"}
_YES = {"是": True, "否": False}
_WEIGHS = {"就高不重复": "higher_of", "不比较": "none"}


@dataclass(frozen=True)
class Field:
    """A column. header; path: of its value below the row's own; read: text, plain (numbers, dates, words), formula, list,
    pairs or pays; words: what a
    drop-down offers and what each stands for; note: what the header says; width."""

    header: str
    path: Path_
    read: str = "text"
    words: Mapping[str, Any] | None = None
    note: str = ""
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    """A sheet of rows. keys: the columns that name a row; fields: its others."""

    name: str
    keys: tuple[Field, ...]
    fields: tuple[Field, ...]


_CLAUSE, _CODE = (
    Field("条款", (), note="条款代号（见“条款”页）；共用的留空；结算用的写“结算”"),
    Field("代号", (), note="字母或汉字，不含空格；公式中用它"),
)
_ZH, _EN, _ARTICLE = (
    Field("中文名称", ("zh",), width=26),
    Field("英文名称", ("en",), width=22),
    Field("文号", ("article",), note="政策原文的条目，如 二（一）"),
)
_NOTES = Field("备注", ("notes",), width=20)
BASICS = (
    ("代号", ("name",), "text"),
    ("中文名称", ("zh",), "text"),
    ("英文名称", ("en",), "text"),
    ("开始日期", ("term", "start"), "plain"),
    ("结束日期", ("term", "end"), "plain"),
    ("基准情景", ("baseline",), "text"),
    ("出处", ("source",), "text"),
    ("备注", ("notes",), "text"),
)
CLAUSES = Sheet(
    "条款",
    (_CODE,),
    (
        _ARTICLE,
        _ZH,
        _EN,
        Field("种类", ("kind",), "plain", _KIND),
        Field("单位", ("unit",), note="只有实物条款填写：个、套、小时"),
        Field("金额公式", ("amount",), "formula", note="如 比例 * 月租金；封顶用 min(…, 上限)", width=44),
        Field(
            "兑现",
            ("pays",),
            "pays",
            {"一次": "once", "逐年": "every_year"},
            "一次；逐年；连续 3年；任意 2年；每隔 3年（后三种也可写数值代号）",
        ),
        Field("期限", ("term",), "plain", _TERM),
        Field("名额", ("first", "n"), "formula", note="只给前几名：5户"),
        Field("排序依据", ("first", "by"), "formula"),
        Field("名额空出", ("first", "vacant"), "plain", _VACANT, "前几名中有人因互斥、封顶或已有补助一分未得时（空：递补）"),
        Field("分几年兑现", ("parts",), "shares", note="等额的写年数；不等额的写各年比例：50%、30%、20%"),
        Field("与税收挂钩", ("tied_to_tax",), "plain", _YES),
        Field("分档依据", ("tiers", "of"), "formula", note="逐档的一次性奖励：按哪项数据分档；写了分档就不写金额公式"),
        Field("含本数", ("tiers", "edge"), "plain", _EDGE),
        Field("各档", ("tiers", "steps"), "pairs", note="门槛=金额，一档一行：一档门槛=一档奖励", width=30),
        Field("衔接", ("tiers", "follow"), "plain", _FOLLOW),
        Field("何时算达到", ("tiers", "event"), "plain", _EVENT),
        Field("中文简称", ("short_zh",)),
        Field("英文简称", ("short_en",)),
        _NOTES,
    ),
)
_PURPOSE = {"条件": "where", "缺数据": "data_error", "到期": "ends", "标记": "remember"}
CONDITIONS = Sheet(
    "条件", (_CLAUSE, Field("用途", (), words=_PURPOSE), _CODE), (Field("公式", ("if",), "formula", width=50), _ZH, _EN, _ARTICLE)
)
NUMBERS = Sheet(
    "数字",
    (_CLAUSE, _CODE),
    (
        Field("自年份", (), "plain", note="逐年不同的数值：同一代号写几行，各写起始年份"),
        Field("数值", ("value",), "plain", note="连同单位一起写：20万元、30%、500平方米、24个月、5户"),
        Field("单位", ("unit",), note="数值已带单位的可不填"),
        _ARTICLE,
        _ZH,
        _EN,
        Field("核定", ("discretion",), "plain", _YES, "“最高不超过”：由部门在此范围内核定的比例"),
    ),
)
FACTS = Sheet(
    "指标",
    (_CODE,),
    (
        Field("表", ("table",), "plain", _TABLE),
        Field("类型", ("kind",), "plain", _TYPE),
        Field("单位", ("unit",)),
        _ZH,
        _EN,
        _ARTICLE,
        Field("选项", ("choices",), "pairs", note="代号=名称，一项一行：gold=金牌"),
        Field("随何增长", ("grows",), note="预测时随哪项年度金额增长：网络零售额"),
        Field("年概率", ("yearly",), "plain", note="是/否或日期：每年发生的机会"),
        Field("虚构：占比", ("invented", "share"), "plain"),
        Field("虚构：中位数", ("invented", "median"), "plain"),
        Field("虚构：对数标准差", ("invented", "log_sd"), "plain"),
    ),
)
READINGS = Sheet(
    "解读",
    (_CODE,),
    (
        _ARTICLE,
        _ZH,
        _EN,
        Field("选项代号", ()),
        Field("选项中文", (), width=26),
        Field("选项英文", (), width=22),
        Field("默认", (), words={"是": True}),
    ),
)
LETS = Sheet("定义", (_CLAUSE, _CODE), (Field("公式", ("is",), "formula", width=50), _ZH, _EN))
_LINK = {"互斥": "exclusive", "封顶": "caps", "资金池": "pots"}
LINKS = Sheet(
    "关联",
    (Field("种类", (), words=_LINK), _CODE),
    (
        Field("条款", ("of",), "list", note="条款代号，用顿号分开", width=30),
        Field("条件", ("if",), "formula", note="互斥：何时只给一项（空：总是）"),
        Field("封顶金额", ("most",), "formula", note="封顶：如 enterprise_cap"),
        Field("期间", ("per",), "plain", _PER),
        Field("资金数额", ("amount",), note="资金池：共用数值的代号"),
        Field("分法", ("share",), "plain", _SHARE),
        _ZH,
        _EN,
        _ARTICLE,
    ),
)
_RULES = {"行为要求": "conduct", "追回": "clawback", "已有支持": "existing_support"}
RULES = Sheet(
    SETTLEMENT,
    (Field("种类", (), words=_RULES), _CODE),
    (Field("公式", ("if",), "formula", width=50, note="已有支持一行写：就高不重复，或 不比较"), _ZH, _EN, _ARTICLE),
)
REST = Sheet("其他", (Field("路径", (), width=44),), (Field("内容", (), "plain", width=60),))
SHEETS = (CLAUSES, CONDITIONS, NUMBERS, FACTS, READINGS, LETS, LINKS, RULES, REST)
EXPLAINED = (
    "一份政策就是这个工作簿：改完后用 simulator policy check 检查，policy show 读回文字，policy cases 生成边界例子。",
    "基本信息：代号（字母、数字、下划线）、名称、政策起止日期。",
    "条款：一行一条。实物条款（种类=实物）另写单位，不计入金额。金额公式中可用：登记表数据、指标、数字、定义、解读的代号或中文名称。",
    "条件：某条款的全部条件都成立才给。以上、达到、不低于写 >=；超过、突破、高于写 >；不超过写 <=；低于、不足写 <。",
    "数字：政策原文中的每个数，连同单位（20万元、30%、500平方米、24个月、5户、3年），并写明文号。条款一栏留空的为共用。",
    "指标：登记表没有、本政策另需的数据；登记表已有的数据直接用其中文表头，不必声明。",
    '解读：原文有两种以上理解的，逐种列出，一种一行，其中一种标“默认”；公式中写 解读代号 == "选项代号"。',
    "定义：公式的一部分，另起名称。条款一栏留空的各条款都可用。",
    "关联：互斥（同年只给最高一项）、封顶（几条合计，每年或累计）、资金池（数额不够时按比例或先到先得）。",
    "结算：行为要求（不符合的当年都不给）、追回（何种情形全部追回）、已有支持（就高不重复：与已有同类政策比较）。",
    "其他：没有专栏的内容，路径各级之间用“ / ”隔开。",
    "写法：× ÷ * / + - 均可；且、或、非（前后空格）；若甲则乙写 如果(条件, 乙, 丙) 或 乙 if 条件 else 丙。",
    "每满写 每满(增长额, 一档)；分档写 tier(x >= {a: b, c: d})，突破写 tier(x > {…})。",
    "上年数据写 上年.网络零售额，前年写 前年.网络零售额；固定年份写 2015年.网络零售额。",
    "以前享受过的写 paid.total、paid.years、paid.first_year。",
)


# ------------------------------------------------------------------------------------------------------------- writing
def save(data: Mapping[Any, Any], path: str | Path) -> Path:
    """A policy's data as a workbook to fill in, with drop-downs and notes. Raises LawError when it cannot be written."""
    return put(path, lambda beside: _write(beside, data), LawError)


def _write(path: Path, data: Mapping[Any, Any]) -> None:
    with workbook(path) as book:
        head = book.add_format(
            {
                "bold": True,
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
                "bg_color": "#DCE6F1",
            }
        )
        key = book.add_format(
            {
                "bold": True,
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
                "bg_color": "#F8CBAD",
            }
        )
        text, day = (
            book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
            book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
        )

        def put_cell(sheet: Any, row: int, column: int, value: Any) -> None:
            if isinstance(value, datetime.date):
                sheet.write_datetime(row, column, datetime.datetime(value.year, value.month, value.day), day)  # noqa: DTZ001  (a sheet knows no zone)
            elif isinstance(value, bool):
                sheet.write_string(row, column, "是" if value else "否", text)
            elif isinstance(value, int | Decimal) and Decimal(repr(float(value))) == value:
                sheet.write_number(row, column, float(value), text)
            elif value is not None:
                sheet.write_string(row, column, str(value), text)

        left = canonical(data)
        sheet = book.add_worksheet("基本信息")
        printed(sheet)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 60, text)
        sheet.write_row(0, 0, ["项目", "内容"], head)
        for row, (label, where, _) in enumerate((*BASICS, ("计数单位", ("units",), "list")), 1):
            sheet.write_string(row, 0, label, key if row < 6 else head)
            value = _taken(left, where) if where != ("units",) else _labels(left)
            put_cell(sheet, row, 1, "无" if value is None and where == ("term", "end") and _has(data, where) else value)
        rows = {form.name: list(_rows(form, left)) for form in SHEETS[:-1]}
        rows[REST.name] = [[" / ".join(map(str, where)), _shown(value)] for where, value in _leaves(left)]
        for form in SHEETS:
            columns = (*form.keys, *form.fields)
            sheet = book.add_worksheet(form.name)
            sheet.freeze_panes(1, len(form.keys))
            printed(sheet)
            for column, field in enumerate(columns):
                sheet.set_column(column, column, field.width, text)
                sheet.write_string(0, column, field.header, key if column < len(form.keys) else head)
                if field.note:
                    sheet.write_comment(0, column, field.note, {"x_scale": 2})
                if field.words:
                    sheet.data_validation(
                        1,
                        column,
                        500,
                        column,
                        {"validate": "list", "source": list(field.words), "error_type": "information"},
                    )
            for row, cells in enumerate(rows[form.name], 1):
                for column, value in enumerate(cells):
                    put_cell(sheet, row, column, value)
        sheet = book.add_worksheet("填表说明")
        sheet.set_column(0, 0, 130, text)
        for row, line in enumerate(EXPLAINED):
            sheet.write_string(row, 0, line, text)


def _has(data: Any, where: Path_) -> bool:
    for key in where:
        if not isinstance(data, Mapping) or key not in data:
            return False
        data = data[key]
    return True


def _at(data: Any, where: Path_) -> Any:
    """What stands at a path, None where nothing does."""
    return reduce(lambda held, key: held.get(key) if isinstance(held, Mapping) else None, where, data)


def _taken(data: Any, where: Path_) -> Any:
    """A value taken out of nested data, and the blocks it leaves empty; None where there is none or it has no cell of its own."""
    holders = []
    for key in where[:-1]:
        if not isinstance(data, dict) or key not in data:
            return None
        holders.append((data, key))
        data = data[key]
    if not isinstance(data, dict) or where[-1] not in data:
        return None
    value = data.pop(where[-1])
    for holder, key in reversed(holders):
        if holder[key] == {}:
            del holder[key]
    return value


def _labels(left: dict[Any, Any]) -> str | None:
    units = left.get("units")
    if isinstance(units, Mapping) and units and not any(units.values()):
        return "、".join(map(str, left.pop("units")))
    return None


def _cell(field: Field, holder: dict[Any, Any]) -> Any:
    """The cell of a column, taken out of the row's block; None and left there where the column cannot say it."""
    if not field.path or not _has(holder, field.path):
        return None
    value = holder
    for key in field.path:
        value = value[key]
    shown = _said(field, value)
    if shown is not None:
        _taken(holder, field.path)
    return shown


def _said(field: Field, value: Any) -> Any:
    if field.read == "list" or (field.read == "shares" and isinstance(value, list)):
        return "、".join(map(str, value)) if isinstance(value, list) and all(isinstance(v, str) for v in value) else None
    if field.read == "pairs":
        plain = (
            isinstance(value, Mapping)
            and value
            and all(isinstance(v, str | int | Decimal) and not re.search(r"[；;\n]", f"{k}{v}") for k, v in value.items())
        )
        return "\n".join(f"{k} = {v}" for k, v in value.items()) if plain else None
    if field.read == "pays" and isinstance(value, Mapping):
        words = {v: k for k, v in _PAYS.items()}
        return f"{words[k]} {v}" if len(value) == 1 and (k := next(iter(value))) in words and isinstance(v := value[k], str | int) else None
    if isinstance(value, Mapping | list):
        return None
    if field.words:
        found = next((word for word, code in field.words.items() if code == value and type(code) is type(value)), None)
        if found is not None:
            return found
    return "无" if value is None else value


_PAYS = {"连续": "consecutive", "任意": "any", "每隔": "every"}


def _rows(form: Sheet, left: dict[Any, Any]) -> Iterator[list[Any]]:
    """The rows of a sheet, taken out of what is left of the data."""
    if form is READINGS:
        yield from _reading_rows(left)
        return
    for names, where in list(_places(form, left)):
        holder: Any = left
        for key in where:
            holder = holder[key]
        if form is LETS and not isinstance(holder, dict):
            yield [*names, holder]
            _taken(left, where)
            continue
        if not isinstance(holder, dict):
            if form is RULES and isinstance(holder, str):
                yield [*names, next((w for w, code in _WEIGHS.items() if code == holder), holder)]
                _taken(left, where)
            continue
        cells = [_cell(field, holder) for field in form.fields]
        if form is NUMBERS and isinstance(holder.get("value"), Mapping):
            dated = holder.pop("value")
            for i, (year, value) in enumerate(dated.items()):
                cells[0:2] = [year, value]
                yield [*names, *(cells if i == 0 else cells[:2])]
        else:
            yield [*names, *cells]
        if not holder:
            _taken(left, where)


def _places(form: Sheet, left: Mapping[Any, Any]) -> Iterator[tuple[list[Any], Path_]]:
    """The names of each row, and where its block stands."""
    given = left.get("clauses")
    clauses: Mapping[str, Any] = given if isinstance(given, Mapping) else {}

    def under(*where: Any) -> list[Any]:
        block: Any = left
        for key in where:
            block = block.get(key) if isinstance(block, Mapping) else None
        return list(block) if isinstance(block, Mapping) else []

    if form in (CLAUSES, FACTS):
        root = "clauses" if form is CLAUSES else "facts"
        yield from (([name], (root, name)) for name in under(root))
    elif form in (NUMBERS, LETS):
        key = "numbers" if form is NUMBERS else "let"
        yield from ((["", name], (key, name)) for name in under(key))
        if form is LETS:
            yield from (([SETTLEMENT, name], ("settlement", key, name)) for name in under("settlement", key))
        for slug in clauses:
            yield from (([slug, name], ("clauses", slug, key, name)) for name in under("clauses", slug, key))
    elif form is CONDITIONS:
        for slug in clauses:
            for word, key in _PURPOSE.items():
                if key in ("where", "remember"):
                    yield from (([slug, word, name], ("clauses", slug, key, name)) for name in under("clauses", slug, key))
                elif _has(left, ("clauses", slug, key)):
                    yield [slug, word, None], ("clauses", slug, key)
    elif form is LINKS:
        for word, key in _LINK.items():
            where = (key,) if key == "pots" else ("links", key)
            yield from (([word, name], (*where, name)) for name in under(*where))
    elif form is RULES:
        yield from ((["行为要求", name], ("settlement", "conduct", name)) for name in under("settlement", "conduct"))
        for word, key in list(_RULES.items())[1:]:
            if _has(left, ("settlement", key)) and left["settlement"][key] is not None:
                yield [word, None], ("settlement", key)


def _reading_rows(left: dict[Any, Any]) -> Iterator[list[Any]]:
    for name in list(left.get("readings") or {}):
        block = left["readings"][name]
        if not isinstance(block, dict):
            continue
        head = [_cell(field, block) for field in READINGS.fields[:3]]
        default = block.pop("default", ...)
        words = [w for w in list(block) if isinstance(block[w], Mapping)]
        for i, word in enumerate(words):
            said = block[word]
            cells = [said.pop("zh", None), said.pop("en", None)]
            yield [
                name,
                *(head if i == 0 else [None] * 3),
                word,
                *cells,
                "是" if str(default if default is not None else "none") == str(word) else None,
            ]
            if not said:
                del block[word]
        if default is not ... and str(default if default is not None else "none") not in map(str, words):
            block["default"] = default
        if not block:
            _taken(left, ("readings", name))


def _leaves(data: Any, where: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    if isinstance(data, Mapping) and data:
        for key, value in data.items():
            yield from _leaves(value, (*where, key))
    elif where:
        yield where, data


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return "[" + "、".join(map(str, value)) + "]"
    if isinstance(value, Mapping):
        return "{}"
    return "无" if value is None else value


# ------------------------------------------------------------------------------------------------------------- reading
@dataclass
class Book(yamlfile.Document):
    """A workbook's content; its places are cells."""

    def __post_init__(self) -> None:
        self.cells: dict[str, str] = {}

    def place(self, path: str) -> str:
        """`file sheet!cell (column)`, of the nearest enclosing path that has a cell."""
        found = path
        while found and found not in self.cells:
            found = found.rpartition(".")[0]
        return f"{self.source} {self.cells[found]}" if found in self.cells else f"{self.source}{', ' * bool(path)}{path}"

    def worded(self, problem: Problem) -> Problem:
        """A problem in the words of a workbook: sheets and columns in place of the keys of YAML."""
        for pattern, (en, zh) in _IN_A_BOOK.items():
            if found := re.fullmatch(pattern, problem.remedy, re.DOTALL):
                names = [_COLUMNS.get(part, part) for part in found.groups()]
                problem = replace(problem, remedy=en.format(*names), remedy_zh=zh.format(*names))
                break
        for key, header in _COLUMNS.items():
            if problem.cause == phrase("{} is missing", key):
                return replace(problem, cause=phrase("{} is missing", header), cause_zh=f"缺少“{header}”")
            if problem.cause.startswith(f"{key} is "):
                value = problem.cause.removeprefix(f"{key} is ")
                return replace(problem, cause=f"{header} is {value}", cause_zh=f"“{header}”写的是{value}")
        return problem


_COLUMNS = {"article": "文号", "zh": "中文名称", "en": "英文名称", "name": "代号", "kind": "种类", "term": "政策期"}
_IN_A_BOOK: Mapping[str, tuple[str, str]] = {  # a remedy as it is said of YAML: the same for a workbook
    "add term: .*": ("fill in 开始日期 and 结束日期 in the sheet 基本信息", "请在“基本信息”页填写开始日期、结束日期"),
    "add clauses: .*": ("write one row for each in the sheet 条款", "请在“条款”页逐条填写"),
    r"add (\w+):": ("fill in the column {}", "请填写“{}”"),
    "(article): .*": ("fill in the column {}", "请填写“{}”"),
    "value: .*": ("fill in the column 数值: 20万元", "请填写“数值”，如 20万元"),
    "kind: in_kind": ("leave 单位 blank, or write 实物 in the column 种类", "请不填“单位”，或在“种类”写 实物"),
    "one_off, recurrent or in_kind|did you mean (?:one_off|recurrent|in_kind)\\?": (
        "write 一次性, 按年 or 实物",
        "请写 一次性、按年 或 实物",
    ),
    "enterprises or annual": ("write 企业 or 年度", "请写 企业 或 年度"),
    "unit: .*": ("fill in the columns 类型 and 单位", "请填写“类型”“单位”"),
    "write unit: 元; .*": ("write 元; numbers of the policy may be in 万元", "请写 元；政策的数值仍可用万元"),
    "choices: .*": ("in the column 选项, one a line: gold = 金牌", "请在“选项”一行写一项：gold = 金牌"),
    "write each reading .*": ("one row for each reading, with its 选项代号", "每种解读各写一行，填写“选项代号”"),
    "default: .*": ("write 是 in the column 默认 of one row", "请在其中一行的“默认”写 是"),
    "(.*); name what else is counted under units:": (
        "{}; list what else is counted at 计数单位 in the sheet 基本信息",
        "可用：{}；其他计数词请列在“基本信息”页的“计数单位”",
    ),
    r"\{2015.*": ("one row for each year, the year in the column 自年份", "每年各写一行，“自年份”写年份"),
    "if: a formula": ("fill in the column 公式", "请填写“公式”"),
    "write a formula; in a cell .*": ("write a formula, without = in front", "请写公式，前面不加“=”"),
    "edge: .*": (
        "choose in the column 含本数: 含（以上、达到）, 不含（超过、突破）",
        "请在“含本数”选：含（以上、达到）、不含（超过、突破）",
    ),
    "steps: 1 … ([0-9]+) .*": ("1 … {} lines in the column 各档", "“各档”写 1 … {} 行"),
    "one of each_highest.*": ("choose in the column 衔接, or write a reading of these", "请在“衔接”栏选一项，或写以其为选项的解读"),
    "one of state.*": ("write 达到即可 or 当年升至", "请写 达到即可 或 当年升至"),
    "higher_of or none": ("write 就高不重复 or 不比较", "请写 就高不重复 或 不比较"),
    "year or lifetime": ("write 每年 or 累计", "请写 每年 或 累计"),
    "passes_on or stays": ("write 递补 or 不递补", "请写 递补 或 不递补"),
    "pro_rata or first_come": ("write 按比例 or 先到先得", "请写 按比例 或 先到先得"),
    "year, begins or none": ("write 当年在期内, 首年在期内 or 不限", "请写 当年在期内、首年在期内 或 不限"),
    "once, every_year, .*": ("write 一次, 逐年, 连续 3年, 任意 2年 or 每隔 3年", "请写 一次、逐年、连续 3年、任意 2年 或 每隔 3年"),
    "a list of clauses.*": ("write their 代号: growth、courier", "请写条款的代号：growth、courier"),
    "give the sum a name under numbers": (
        "list it in the sheet 数字 with 条款 left blank, and write its 代号 here",
        "请在“数字”页列出（“条款”留空），此处写其代号",
    ),
    "give it a name under numbers": ("list it in the sheet 数字 and write its 代号 here", "请在“数字”页列出，此处写其代号"),
    "write its unit .*": (
        "write its unit (5000元, 20万元), or list it in the sheet 数字",
        "请写明单位（如5000元、20万元），或列入“数字”页",
    ),
    "define it under facts, numbers or let": ("define it in the sheet 指标, 数字 or 定义", "请核对名称，或在“指标”“数字”“定义”页先定义"),
    "(?:at most 2,000: )?give parts of it names under let": ("give parts of it names in the sheet 定义", "请在“定义”页给各部分取名"),
    "over how many years .*": (
        "over how many years: 1 … 10, or the shares of the years, together 100%: 50%、30%、20%",
        "请写分几年兑现：1 … 10，或各年比例，合计 100%：50%、30%、20%",
    ),
    "one name, and none beside tiers": ("one row 标记 for each clause, and none beside 各档", "每条只写一行“标记”，且不与“各档”并用"),
    "leave parts out": ("leave 分几年兑现 blank", "请不填“分几年兑现”"),
}


def load(path: Path) -> Book:
    """A workbook as the document that `policyfile.examine` takes. Raises LawError where it cannot be opened."""
    sheets, raw = sheets_of(path)
    document = Book(path.name)
    marks = _marks(raw)
    found = {name.strip(): name for name in sheets}
    known = {"基本信息", "填表说明", *(form.name for form in SHEETS)}
    if "条款" not in found or "基本信息" not in found:
        raise LawError(
            Problem(
                path.name,
                "has no sheets 基本信息 and 条款",
                "begin with: simulator policy new FILE.xlsx",
                "error",
                "没有“基本信息”“条款”两页",
                "请先用 simulator policy new 文件.xlsx 生成",
            )
        )
    renamed = {form.name for form in SHEETS} - set(found)  # a sheet of the form that is not there is likely one of those not known
    for name in found:
        if name not in known:
            document.problems.append(
                Problem(
                    f"{path.name} {name}",
                    "the sheet is not read" + (f", and there is no {', '.join(sorted(renamed))}" if renamed else ""),
                    "give it its name back, or remove it" if renamed else "remove or rename it",
                    "error" if renamed else "warning",
                    "该页未被读取" + (f"，而缺少“{'”“'.join(sorted(renamed))}”" if renamed else ""),
                    "请改回原名，或删去该页" if renamed else "请删去或改名",
                )
            )
    _read_basics(document, _cells(sheets[found["基本信息"]], marks.get(found["基本信息"], {})))
    for form in SHEETS:
        if form.name in found:
            _read_sheet(document, form, _cells(sheets[found[form.name]], marks.get(found[form.name], {})))
    return document


@dataclass(frozen=True)
class _Calculated:
    """A cell that holds a spreadsheet's own formula, and the value last shown."""

    formula: str
    shown: Any


Marks = Mapping[str, Mapping[tuple[int, int], tuple[str | None, bool]]]  # by sheet and cell: its formula, whether it is in per cent
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_LARGEST_PART = 32 * 1024**2


def _marks(raw: bytes) -> Marks:
    """What the reader of values does not tell: cells with formulas of the spreadsheet, and cells shown in per cent."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}

            def part(name: str) -> str:
                return archive.read(name).decode("utf-8", "replace") if 0 < sizes.get(name, 0) < _LARGEST_PART else ""

            styles, links = part("xl/styles.xml"), dict[str, str]()
            for tag in re.findall(r"<Relationship\b[^>]*>", part("xl/_rels/workbook.xml.rels")):
                links[_attribute(tag, "Id")] = _attribute(tag, "Target").removeprefix("/xl/")
            percent = {
                "9",
                "10",
                *(_attribute(tag, "numFmtId") for tag in re.findall(r"<numFmt\b[^>]*>", styles) if "%" in _attribute(tag, "formatCode")),
            }
            used = re.search(r"<cellXfs\b.*?</cellXfs>", styles, re.DOTALL)
            formats = [_attribute(tag, "numFmtId") for tag in re.findall(r"<xf\b[^>]*>", used[0] if used else "")]
            found: dict[str, dict[tuple[int, int], tuple[str | None, bool]]] = {}
            for tag in re.findall(r"<sheet\b[^>]*>", part("xl/workbook.xml")):
                cells = found.setdefault(_attribute(tag, "name"), {})
                for head, body in _CELL.findall(part("xl/" + links.get(_attribute(tag, "r:id"), ""))):
                    place = re.fullmatch(r"([A-Z]+)(\d+)", _attribute(head, "r"))
                    style = int(_attribute(head, "s") or 0)
                    formula = re.search(r"<f\b[^>]*?(?:/>|>(.*?)</f>)", body, re.DOTALL)
                    in_percent = style < len(formats) and formats[style] in percent
                    if place and (formula or in_percent):
                        column = sum((ord(c) - 64) * 26**i for i, c in enumerate(reversed(place[1])))
                        cells[int(place[2]) - 1, column - 1] = html.unescape(formula[1] or "") if formula else None, in_percent
            return found
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return {}  # an old .xls, which the reader of values opens


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def _cells(sheet: Grid, marked: Mapping[tuple[int, int], tuple[str | None, bool]]) -> list[list[Any]]:
    """The cells of a sheet: a merged cell stands in each of its rows, what is shown in per cent is a text in per cent."""
    rows = [list(row) for row in sheet.rows]
    for (top, left), (bottom, _) in sheet.merged:
        for line in rows[top + 1 : bottom + 1]:
            line[left] = rows[top][left]
    for i, line in enumerate(rows):
        line += [""] * (max((column for at, column in marked if at == i), default=-1) + 1 - len(line))
        for j, value in enumerate(line):
            formula, percent = marked.get((i, j), (None, False))
            if formula is not None:
                line[j] = _Calculated(formula, value)
            elif isinstance(value, str):
                line[j] = unescaped(value.strip())
            elif percent and isinstance(value, int | float) and not isinstance(value, bool):
                line[j] = f"{(Decimal(repr(float(value))) * 100).normalize():f}%"
    return rows


def _uncalculated(document: Book, value: _Calculated, cell: str, *, formula: bool) -> Any:
    """What a cell with a spreadsheet's formula stands for: a formula of the policy where one is asked for; else nothing."""
    written = f"={value.formula}" if value.formula else "="
    if formula and value.formula:
        document.problems.append(
            Problem(
                f"{document.source} {cell}",
                f"the spreadsheet takes {written} for its own; it is read as the policy's formula",
                "make the cell a text, and leave = out",
                "warning",
                f"“{written}”成了表格程序自己的公式；按政策的公式读取",
                "请把单元格设为文本，去掉“=”",
            )
        )
        return re.sub("_xlfn[.]", "", value.formula)
    known = value.shown not in ("", None) and not str(value.shown).startswith("#")
    shown = _text(value.shown) if known else ""
    document.problems.append(
        Problem(
            f"{document.source} {cell}",
            f"holds a formula of the spreadsheet, {written}",
            f"write its value: {shown}" if known else "write its value",
            "error",
            f"是表格程序的公式 {written}",
            f"请写其数值：{shown}" if known else "请直接写数值",
        )
    )
    return value.shown if known else None


def _put(document: Book, where: Path_, value: Any, cell: str) -> None:
    """A value at a path; a second one at the same path is a problem."""
    holder: Any = document.data
    path = ""
    for key in where[:-1]:
        path = f"{path}.{key}" if path else str(key)
        document.cells.setdefault(path, cell)
        holder = holder.setdefault(key, {})
        if not isinstance(holder, dict):
            document.problems.append(
                Problem(
                    f"{document.source} {cell}",
                    f"{path} is a value already",
                    "keep one",
                    "error",
                    f"{path} 已有内容",
                    "请只保留一处",
                )
            )
            return
    path = ".".join(map(str, where))
    if where[-1] in holder and (value != {} or holder[where[-1]] != {}):
        if value != {}:
            document.problems.append(
                Problem(
                    f"{document.source} {cell}",
                    f"stands twice, also in {document.cells.get(path, '')}",
                    "keep one",
                    "error",
                    f"重复，另见 {document.cells.get(path, '')}",
                    "请只保留一处",
                )
            )
        return
    document.cells.setdefault(path, cell)
    holder[where[-1]] = value


def _letters(column: int) -> str:
    return ("" if column < 26 else chr(64 + column // 26)) + chr(65 + column % 26)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.strftime("%Y-%m-%d")
    return str(value).strip()


def _plain(value: Any) -> Any:
    """A number, day, word or text as YAML would read it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float | int):
        return int(value) if float(value).is_integer() else Decimal(repr(float(value)))
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, str):
        if value in ("无", "none"):
            return None
        day = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", value)
        try:
            return datetime.date(*map(int, day.groups())) if day else yamlfile.parse_scalar(value)
        except ValueError:
            return value
    return value


def _read_basics(document: Book, rows: list[list[Any]]) -> None:
    known = {label: (where, read) for label, where, read in BASICS}
    for row, cells in enumerate(rows[1:], 2):
        label, value = _text(cells[0]), (cells[1] if len(cells) > 1 else "")
        if value == "" or not label:
            continue
        cell = f"基本信息!B{row}（{label}）"
        if isinstance(value, _Calculated):
            value = _uncalculated(document, value, cell, formula=False)
            if value is None:
                document.unread.add(".".join(known[label][0]) if label in known else label)
                continue
        if label == "计数单位":
            for word in re.split(r"[、,，;；\s]+", _text(value)):
                _put(document, ("units", word), None, cell)
        elif label in known:
            where, read = known[label]
            _put(document, where, _text(value) if read == "text" else _plain(value), cell)
        else:
            document.problems.append(
                Problem(
                    f"{document.source} 基本信息!A{row}",
                    f"{label} means nothing here",
                    "one of " + ", ".join(known),
                    "error",
                    f"没有“{label}”这一项",
                    "可用：" + "、".join([*known, "计数单位"]),
                )
            )


def _read_sheet(document: Book, form: Sheet, rows: list[list[Any]]) -> None:
    columns = {field.header: field for field in (*form.keys, *form.fields)}
    if not rows:
        return
    header = [_text(cell) for cell in rows[0]]
    for position, name in enumerate(header):
        if name and name not in columns:
            document.problems.append(
                Problem(
                    f"{document.source} {form.name}!{_letters(position)}1",
                    phrase("unknown column {}", name),
                    "one of " + ", ".join(columns),
                    "error",
                    f"没有“{name}”这一列",
                    "可用：" + "、".join(columns),
                )
            )
    at = {name: position for position, name in enumerate(header) if name in columns}
    for row, cells in enumerate(rows[1:], 2):
        given = {name: cells[position] for name, position in at.items() if position < len(cells) and cells[position] not in ("", None)}
        if given:
            _read_row(document, form, given, lambda name, row=row: f"{form.name}!{_letters(at.get(name, 0))}{row}（{name}）")


def _read_row(document: Book, form: Sheet, given: dict[str, Any], cell: Any) -> None:
    known, fields, lost = len(document.problems), {field.header: field for field in (*form.keys, *form.fields)}, list[str]()
    for header, value in list(given.items()):
        if isinstance(value, _Calculated):
            given[header] = _uncalculated(document, value, cell(header), formula=fields[header].read == "formula")
            if given[header] is None:
                del given[header]
                lost.append(header)
    names = {_text(given.get("代号", "")), _text(given.get("中文名称", ""))}
    where = _where(document, form, given, cell)
    if where is None:
        document.refused |= names if len(document.problems) > known else set()
        return
    document.unread |= {".".join(map(str, (*where, *fields[header].path))) for header in lost}
    first = cell(form.keys[-1].header)
    if form is REST:
        if "内容" in given:
            _put(document, where, _rest(given["内容"]), cell("内容"))
        return
    if form is READINGS:
        word = _text(given.pop("选项代号", ""))
        for header, key in (("选项中文", "zh"), ("选项英文", "en")):
            if header in given:
                _put(document, (*where, word, key), _text(given.pop(header)), cell(header))
        if given.pop("默认", None) is not None:
            _put(document, (*where, "default"), word, cell("默认"))
    if form is RULES and where == ("settlement", "existing_support"):
        said = _text(given.get("公式", ""))
        _put(document, where, _WEIGHS.get(said, said), cell("公式"))
        return
    if form is LETS and not {"中文名称", "英文名称"} & set(given):
        if "公式" in given:
            _put(document, where, _value(document, form.fields[0], given["公式"], cell("公式")), cell("公式"))
        else:
            _put(document, where, "", first)
        return
    year = given.pop("自年份", None) if form is NUMBERS else None
    if year is None or not _has(document.data, where):
        _put(document, where, {}, first)
    for header, value in given.items():
        if header in fields and fields[header].path:
            field = fields[header]
            path = (
                (*where, *field.path)
                if year is None or field.path != ("value",)
                else (*where, "value", _plain(_text(year).removesuffix("年")))
            )
            if (
                form is NUMBERS
                and field.path == ("value",)
                and isinstance(value, float)
                and 0 < value < 1
                and _text(given.get("单位", "")) in ("%", "％")
            ):
                document.problems.append(
                    Problem(
                        f"{document.source} {cell(header)}",
                        f"{value} with the unit % is unclear",
                        "write 30% as a text, or 30",
                        "error",
                        f"{value}与单位“%”并用，含义不明",
                        "请以文字写 30%，或写 30",
                    )
                )
            read = _value(document, field, value, cell(header))
            if year is None or path[-2:-1] == ("value",) or _at(document.data, path) != read:  # a year's row may say the name again
                _put(document, path, read, cell(header))


def _where(document: Book, form: Sheet, given: dict[str, Any], cell: Any) -> Path_ | None:
    """Where the block of a row stands in the data; its naming columns are taken out of it."""
    names = {field.header: _text(given.pop(field.header)) if field.header in given else "" for field in form.keys}
    code, clause = names.get("代号", ""), names.get("条款", "")
    for field in form.keys:
        if field.words and names[field.header] and names[field.header] not in field.words:
            if names[field.header] not in field.words.values():
                document.problems.append(
                    Problem(
                        f"{document.source} {cell(field.header)}",
                        phrase("is {}", names[field.header]),
                        "one of " + ", ".join(field.words),
                        "error",
                        f"写的是“{names[field.header]}”",
                        "可用：" + "、".join(field.words),
                    )
                )
                return None
    if form is REST:
        parts = [part.strip() for part in names["路径"].split(" / ")]
        return tuple(int(p) if re.fullmatch(r"[12]\d{3}", p) else p for p in parts)
    lone = (form is CONDITIONS and names["用途"] in ("缺数据", "到期", "data_error", "ends")) or (
        form is RULES and names["种类"] in ("追回", "已有支持", "clawback", "existing_support")
    )
    if not code and not lone:
        document.problems.append(
            Problem(
                f"{document.source} {cell('代号')}",
                "has no name",
                "write a short name without blanks",
                "error",
                "没有代号",
                "请写代号（不含空格）",
            )
        )
        return None
    if (
        form in (CONDITIONS, NUMBERS, LETS)
        and clause
        and clause not in (document.data.get("clauses") or {})
        and not (form is LETS and clause == SETTLEMENT)
    ):
        known = list(document.data.get("clauses") or {})
        near = nearest(clause, known)
        document.problems.append(
            Problem(
                f"{document.source} {cell('条款')}",
                f"there is no clause {clause}",
                near or "list it in the sheet 条款 first",
                "error",
                f"“条款”页没有“{clause}”",
                f"是否应为“{near[13:-1]}”？" if near else "请先在“条款”页列出",
            )
        )
        return None
    if form in (CLAUSES, FACTS, READINGS):
        return ({"条款": "clauses", "指标": "facts", "解读": "readings"}[form.name], code)
    if form in (NUMBERS, LETS):
        key = "numbers" if form is NUMBERS else "let"
        return (key, code) if not clause else ("settlement", key, code) if clause == SETTLEMENT else ("clauses", clause, key, code)
    if form is CONDITIONS:
        if not clause:
            document.problems.append(
                Problem(
                    f"{document.source} {cell('条款')}",
                    "names no clause",
                    "write the clause it belongs to",
                    "error",
                    "没有写明条款",
                    "请写所属条款的代号",
                )
            )
            return None
        purpose = _PURPOSE.get(names["用途"], names["用途"] or "where")
        return ("clauses", clause, purpose) if lone else ("clauses", clause, purpose, code)
    kind = names["种类"]
    if form is LINKS:
        key = _LINK.get(kind, kind)
        return ("pots", code) if key == "pots" else ("links", key or "exclusive", code)
    key = _RULES.get(kind, kind)
    return ("settlement", key) if lone else ("settlement", key or "conduct", code)


def _rest(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        return [part for part in re.split(r"[、,，]\s*", value[1:-1]) if part]
    return {} if value == "{}" else {"是": True, "否": False}.get(value, _plain(value)) if isinstance(value, str) else _plain(value)


def _value(document: Book, field: Field, value: Any, cell: str) -> Any:
    """What a cell says."""
    if field.words and isinstance(value, str) and value in field.words:
        return field.words[value]
    if field.read == "text":
        return _text(value)
    if field.read == "shares" and re.search("[、,，;；]", _text(value)):
        return [part.strip() for part in re.split("[、,，;；]", _text(value)) if part.strip()]
    if field.read == "list":
        return [part for part in re.split(r"[、,，;；\s]+", _text(value)) if part]
    if field.read == "pairs":
        found: dict[Any, Any] = {}
        for part in filter(None, (p.strip().replace("＝", "=") for p in re.split(r"[；;\n]", _text(value)))):
            key, sign, said = part.rpartition("=") if part.count("=") > 1 else part.partition("=")
            if not sign:
                key, sign, said = part.replace("：", ":").partition(":")
            if not sign:
                document.problems.append(
                    Problem(
                        f"{document.source} {cell}",
                        f"{part} has no =",
                        "name = value, one a line",
                        "error",
                        f"“{part}”没有等号",
                        "一行一项：名称 = 内容",
                    )
                )
                continue
            word = said.strip()
            found[_key(key.strip())] = word if word in ("无", "none") else _plain(word)  # a choice may be called so
        return found
    if field.read == "pays" and isinstance(value, str):
        word = next((w for w in _PAYS if value.startswith(w)), None)
        if word is not None:
            return {_PAYS[word]: _plain(value[len(word) :].strip())}
    if field.read == "formula":
        return {"是": True, "否": False}.get(value, value) if isinstance(value, str) else _plain(value)
    return _plain(value)


def _key(text: str) -> Any:
    return int(text) if re.fullmatch(r"[12]\d{3}", text) else text
