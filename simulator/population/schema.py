"""What a register holds: every table and column, declared once.

The readers check a file against these records, the writers spell by them, and documentation is made from
them. English names are the program's; the Chinese headers are accepted on import. Blank means none and is
stored as `default`, unless the note says otherwise; 未知 / unknown means unknown and is never read as none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from simulator import facts, money
from simulator.law.policy import OwnFact, Policy
from simulator.law.shipped import default_law
from simulator.population.column import Column, Table, plain, squeezed

DISTRICT, MUNICIPAL, OTHER = 0, 1, 2  # payer of an existing support

FIRST_YEAR, LAST_YEAR = 1990, 2100
EARLIEST, LATEST = FIRST_YEAR * 10_000 + 101, LAST_YEAR * 10_000 + 1231

# Highest values a cell may hold, in its written unit. Far above anything real, and low enough that rent ×
# area × months and children × cost per pupil stay inside int64.
MOST_YUAN = money.LARGEST // money.FEN
MOST_AREA = 10_000_000
MOST_RENT = 100_000
MOST_COUNT = 1_000_000_000
BELIEVED_AREA, BELIEVED_RENT = 5_000, 500  # m²; CNY per m² and month: above that a warning


_KINDS = {  # unit, resolution, lowest, highest
    "text": ("", 1, None, None),
    "date": ("yyyy-mm-dd", 1, EARLIEST, LATEST),
    "money": ("CNY", money.FEN, 0, MOST_YUAN),
    "area": ("m²", facts.AREA, 0, MOST_AREA),
    "rent": ("CNY per m² and month", facts.RENT, 0, MOST_RENT),
    "share": ("0…1", facts.OCCUPANCY, 0, 1),
    "count": ("", 1, 0, MOST_COUNT),
    "flag": ("是/否", 1, None, None),
    "choice": ("", 1, None, None),
    "year": ("", 1, FIRST_YEAR, LAST_YEAR),
    "clause": ("", 1, 1, 1),
}


def _column(name: str, header: str, kind: str, note_zh: str, note_en: str, **more: Any) -> Column:
    """A column of that kind with the kind's unit, resolution and bounds."""
    unit, resolution, low, high = _KINDS[kind]
    settings: dict[str, Any] = {
        "unit": unit,
        "resolution": resolution,
        "low": low,
        "high": high,
        "note_zh": note_zh,
        "note_en": note_en,
        "default": "" if kind == "text" else 0,
    }
    return Column(name, header, kind, **(settings | more))


_MAGNITUDE = (("error", "整列数量级须可信，否则须用 --unit 指明单位", "the column's magnitude is believable, or --unit says its unit"),)
_HEADQUARTERS = ((facts.NONE, ("none", "无")), (facts.REGIONAL, ("regional", "区域")), (facts.NATIONAL, ("national", "全国")))
_SECTORS = (
    ("goods", ("goods", "商品")),
    ("services", ("services", "服务")),
    ("platform", ("platform", "平台")),
    ("building", ("building", "楼宇")),
    ("traditional", ("traditional", "传统")),
)
_PAYERS = ((DISTRICT, ("district", "区级", "区")), (MUNICIPAL, ("municipal", "市级", "市")), (OTHER, ("other", "其他")))

_ID = _column(
    "enterprise_id",
    "统一社会信用代码",
    "text",
    "任意文本，不得重复",
    "any text, unique",
    required=True,
    also=("社会信用代码", "信用代码", "纳税人识别号"),
)
_YEAR = _column("year", "年度", "year", "公历年度", "calendar year", required=True, also=("年份",))
_CLAUSE = _column("clause", "条款", "clause", "条款的文号、名称或序号", "article, name or number of a clause", required=True)

ENTERPRISES = (
    _ID,
    _column("name", "企业名称", "text", "不出现在汇总报告中", "never in an aggregate report", also=("单位名称", "纳税人名称")),
    _column(
        "settled_on",
        "落户日期",
        "date",
        "新落户本区之日；空白：此前已在本区",
        "the day it newly settled in the district; blank: it was there before",
        low=19491001,  # a year that was typed as a day lies before: a spreadsheet shows 2014 as 1905-07-06
    ),
    _column("registered_capital", "注册资本", "money", "", "", checks=_MAGNITUDE),
    _column(
        "paid_in_capital",
        "实缴资本",
        "money",
        "",
        "",
        checks=(*_MAGNITUDE, ("warning", "不高于注册资本", "not above the registered capital")),
    ),
    _column("ecommerce", "电子商务企业", "flag", "按政策的界定", "e-commerce enterprise, as the policy defines it"),
    _column(
        "online_retailer",
        "网络零售企业",
        "flag",
        "按政策的界定；必为电子商务企业",
        "online retail enterprise, as the policy defines it; implies ecommerce",
    ),
    _column("headquarters", "总部类型", "choice", "无 / 区域 / 全国", "headquarters or settlement centre", choices=_HEADQUARTERS),
    _column("o2o", "线上线下结合", "flag", "", "sells online and offline combined"),
    _column("certified_on", "市级电商认定日期", "date", "", "municipal e-commerce certification"),
    _column(
        "spun_off_on",
        "分离设立日期",
        "date",
        "由本区传统企业分离设立的网络零售法人（本行为新企业）",
        "split off a traditional enterprise of the district (this row is the new one)",
    ),
    _column(
        "lease_started_on", "办公租赁起始日期", "date", "指定楼宇内办公租赁起始日", "start of the office lease in a designated building"
    ),
    _column("building_opened_on", "楼宇运行日期", "date", "仅楼宇经营者", "building operators only: start of operation"),
    _column("accounts_sound", "财务制度健全", "flag", "空白为是", "blank means true", default=1),
    _column(
        "unsound_on",
        "财务失范日期",
        "date",
        "享受政策后财务制度不再健全之日；仅在 clawback_trigger=violations_and_accounts 时使用",
        "the day accounts ceased to be sound after support was taken up; read only under clawback_trigger=violations_and_accounts",
        read_under=("clawback_trigger", "violations_and_accounts"),
    ),
    _column(
        "founded_locally",
        "本区新设",
        "flag",
        "本区人员新设登记，非区外迁入；仅在 newly_settled=from_outside 时使用",
        "a new registration by people of the district, not come from outside; read only under newly_settled=from_outside",
        read_under=("newly_settled", "from_outside"),
    ),
    _column("violated_on", "违规日期", "date", "政策所列违规情形首次发生之日", "first violation that the policy lists"),
    _column("group_id", "所属集团", "text", "", "group it belongs to", optional=True),
    _column("parent_id", "分离母体", "text", "", "enterprise it was split off", optional=True),
    _column("area", "所属镇街园区", "text", "", "town, street or park", optional=True),
    _column(
        "sector",
        "行业",
        "choice",
        "商品 / 服务 / 平台 / 楼宇 / 传统",
        "goods / services / platform / building / traditional",
        choices=_SECTORS,
        default="",
        optional=True,
    ),
    _column("closed_on", "注销日期", "date", "", "day it was struck off", optional=True),
    _column(
        "former_id",
        "曾用代码",
        "text",
        "新旧代码为同一企业；有多个用顿号分开",
        "old and new id are one enterprise; several are separated by 、",
        optional=True,
        checks=(("error", "不得另有一行，也不得属于两家企业", "has no row of its own and belongs to one enterprise"),),
    ),
)

ANNUAL = (
    _ID,
    _YEAR,
    _column("sales", "销售额", "money", "", "all sales", checks=_MAGNITUDE),
    _column(
        "online_sales",
        "网络零售额",
        "money",
        "",
        "online retail sales",
        checks=(*_MAGNITUDE, ("warning", "不高于销售额", "not above all sales")),
    ),
    _column("vat", "增值税", "money", "当年缴纳", "paid in the year", checks=_MAGNITUDE),
    _column("business_tax", "营业税", "money", "当年缴纳", "paid in the year", checks=_MAGNITUDE),
    _column("income_tax", "企业所得税", "money", "当年缴纳", "paid in the year", checks=_MAGNITUDE),
    _column(
        "retained_tax",
        "主体税区级留成",
        "money",
        "空白：按分享比例由主体税推算",
        "blank: derived from the main taxes by the sharing terms",
        default=facts.BLANK,
        checks=_MAGNITUDE,
    ),
    _column(
        "district_contribution",
        "区级财政贡献额",
        "money",
        "空白：等于主体税区级留成",
        "blank: equals retained_tax",
        default=facts.BLANK,
        checks=_MAGNITUDE,
    ),
    _column(
        "rented_area",
        "租用面积",
        "area",
        "",
        "office area rented",
        checks=(("warning", f"不超过 {BELIEVED_AREA:,} 平方米", f"not above {BELIEVED_AREA:,} m²"),),
    ),
    _column(
        "rent",
        "月租金",
        "rent",
        "",
        "monthly rent",
        checks=(("warning", f"每平方米每月不超过 {BELIEVED_RENT} 元", f"not above {BELIEVED_RENT} CNY per m² and month"),),
    ),
    _column("designated_building", "指定楼宇", "flag", "办公地在指定商务楼宇", "the office is in a designated building"),
    _column("line_lease", "数据专线租费", "money", "", "data line, in the year"),
    _column("entry_fee", "平台入网费", "money", "当年缴纳的一家网店入网费", "of one shop on a local platform, paid this year"),
    _column("trades_locally", "网上交易结算并在区内纳税", "flag", "", "trades, settles and pays tax in the district"),
    _column("membership_income", "平台会费收入", "money", "仅第三方平台", "third-party platforms only"),
    _column("paid_members", "付费会员数", "count", "仅第三方平台", "third-party platforms only"),
    _column("building_area", "楼宇办公面积", "area", "仅楼宇经营者", "building operators only"),
    _column("building_occupancy", "电商入驻率", "share", "仅楼宇经营者", "building operators only"),
    _column(
        "building_recognised",
        "示范楼宇认定",
        "flag",
        "",
        "recognised as a model building",
        checks=(("warning", "已认定者应有面积", "a recognised building has an area"),),
    ),
    _column("executive_children", "高管子女就学人数", "count", "当年申请入学", "asking for a school place this year"),
    _column("employees", "从业人数", "count", "", "", optional=True),
)

STATISTICAL = frozenset({"sales", "online_sales", "vat", "business_tax", "income_tax", "employees"})  # read by the statistical tables

EXISTING_SUPPORT = (
    _ID,
    _YEAR,
    _CLAUSE,
    _column("amount", "金额", "money", "既有政策同类条款的金额", "what a similar clause of an existing policy would give", required=True),
    _column(
        "payer",
        "承担方",
        "choice",
        "区级（空白） / 市级 / 其他",
        "district (blank) / municipal / other",
        choices=_PAYERS,
        default=DISTRICT,
        optional=True,
    ),
)
PAID = (_ID, _YEAR, _CLAUSE, _column("amount", "金额", "money", "本政策实际兑现", "really paid under this policy", required=True))
APPLICATIONS = (_ID, _YEAR, _CLAUSE, _column("applied_on", "申报日期", "date", "", "day of the application", required=True))


@dataclass(frozen=True, eq=False)
class Contract:
    """What a register holds under a policy: the five tables, each column with the clauses that need it, and the policy's own facts.

    Those in kind stand last among the clauses: nothing is paid under them, and nothing displaces them.
    """

    policy: Policy
    tables: tuple[Table, ...]

    @property
    def enterprises(self) -> tuple[Column, ...]:
        return self.tables[0].columns

    @property
    def annual(self) -> tuple[Column, ...]:
        return self.tables[1].columns

    @property
    def cash_clauses(self) -> int:
        return self.policy.cash_clauses

    @cached_property
    def clauses(self) -> dict[str, int]:
        """Every way a cash clause is named in a cell (squeezed), and its number."""
        names: dict[str, int] = {}
        for k, clause in enumerate(self.policy.clauses[: self.cash_clauses], 1):
            names |= {squeezed(clause.zh): k, squeezed(clause.slug): k}
        articles = [squeezed(clause.article) for clause in self.policy.clauses[: self.cash_clauses]]
        return names | {article: k for k, article in enumerate(articles, 1) if articles.count(article) == 1}

    @cached_property
    def own(self) -> dict[str, OwnFact]:
        return {fact.name: fact for fact in self.policy.facts}


@lru_cache(maxsize=64)
def contract_of(policy: Policy) -> Contract:
    """The contract of registers under a policy."""
    needed = policy.needed_facts()
    tax = needed.get("retained_tax", ()) + needed.get("district_contribution", ())
    if tax:  # where the register leaves retained tax blank it is worked out of the taxes
        for name in ("vat", "business_tax", "income_tax"):
            needed[name] = tuple(slug for slug in policy.slugs if slug in (*needed.get(name, ()), *tax))
    if "ecommerce" in needed and "online_retailer" in facts.KINDS:  # an online retailer is an e-commerce enterprise
        needed["online_retailer"] = tuple(
            slug for slug in policy.slugs if slug in (*needed.get("online_retailer", ()), *needed["ecommerce"])
        )

    def described(column: Column) -> Column:
        if column.kind == "clause":
            return replace(column, high=policy.cash_clauses)
        under = column.read_under
        if under is not None and (under[0] not in policy.readings or under[1] not in policy.readings[under[0]].names):
            return replace(column, needed_by=needed.get(column.name, ()), read_under=None, optional=column.name not in needed)
        return replace(column, needed_by=needed.get(column.name, ()))

    own = {
        table: tuple(_own_column(fact, needed.get(fact.name, ())) for fact in policy.facts if fact.table == table)
        for table in ("enterprises", "annual")
    }
    tables = (
        Table("enterprises", "企业", (*map(described, ENTERPRISES), *own["enterprises"]), required=True),
        Table("annual", "年度", (*map(described, ANNUAL), *own["annual"]), required=True),
        Table("existing_support", "既有政策", tuple(map(described, EXISTING_SUPPORT))),
        Table("paid", "已兑现", tuple(map(described, PAID))),
        Table("applications", "申报", tuple(map(described, APPLICATIONS))),
    )
    return Contract(policy, tables)


def _own_column(fact: OwnFact, needed_by: tuple[str, ...]) -> Column:
    """A policy's own fact as a column."""
    kinds = {"day": "date", "quantity": "money"}  # by another name
    column = _column(fact.name, fact.zh, kinds.get(fact.kind, fact.kind), fact.zh, fact.en, needed_by=needed_by)
    if fact.kind == "quantity":
        return replace(column, unit=fact.unit.name, resolution=fact.unit.scale, high=10**12)
    if fact.kind == "choice":
        words: dict[int, list[str]] = {}
        for word, code in fact.choices.items():
            words.setdefault(code, []).append(word)
        return replace(column, choices=tuple((code, tuple(names)) for code, names in words.items()))
    return replace(column, unit=fact.unit.name) if fact.kind == "count" else column


_current: ContextVar[Contract | None] = ContextVar("contract", default=None)
_adopted: list[Contract] = []  # of a process that works under one policy, as the command line does


def contract() -> Contract:
    """The contract in force: that of the policy under which something is being read or written, else the one this process works
    under, else the shipped baseline's."""
    return _current.get() or (_adopted[-1] if _adopted else contract_of(default_law().policy))


def adopt(policy: Policy | None) -> None:
    """Work under a policy (None: the shipped baseline's) in this process from here on, whatever does not say otherwise."""
    _adopted[:] = [contract_of(policy)] if policy else []


@contextmanager
def under(policy: Policy) -> Iterator[Contract]:
    """Read, check or write registers under a policy."""
    token = _current.set(contract_of(policy))
    try:
        yield contract()
    finally:
        _current.reset(token)


BESIDE = ("填表说明", "问题 problems")  # sheets this program writes beside the tables
IN_WAN = "金额以元为单位。如以万元填写，请把表头的“（元）”改为“（万元）”。"  # in the first of them
_UNIT_BEHIND = re.compile(r"[ _·—–【\[-]*(?:单位)?[::]?(?:人民币)?(?:[十百千万亿萬億]*[元圆圓]|[万亿萬億]|wan)[】\]]?$")  # 既有政策_万元
SYNTHETIC_MARK = ("synthetic", "合成")  # a file or sheet of this name says: invented data, no real enterprise


def table_named(text: str) -> Table | None:
    """The table that a file or sheet of this name holds, None when it is no table of a register.

    >>> table_named("年度（万元）").name, table_named("年度_万元").name, table_named("年度报表")
    ('annual', 'annual', None)
    """
    name = plain(text).partition("(")[0].strip()  # behind a bracket stands a unit or a remark
    names = name, _UNIT_BEHIND.sub("", name)
    return next((table for table in contract().tables if {table.name, table.header} & {*names}), None)
