"""The facts of one enterprise and of one of its years, as fixed machine records.

What the law reads and what a population holds: RULES "Facts", coerced once at the edge. All fields are int64.

- money: fen (0.01 CNY); dates: the whole number yyyymmdd, 0 = no such date; flags: 0 / 1
- area: 0.01 m²; monthly rent: 0.0001 CNY per m²; occupancy: 0.000001; counts: whole
- headquarters: 0 none, 1 regional, 2 national

The resolutions are declared here once; readers scale by them, the law divides by them.
"""

from __future__ import annotations

import numpy as np

AREA = 100  # units in one m²
RENT = 10_000  # units in one CNY per m² and month
OCCUPANCY = 1_000_000  # units in a share of one
NO_DATE = 0
# Left blank, to be derived: only retained_tax and district_contribution, whose blank means neither none nor
# unknown. The law works them out from the taxes with its own sharing terms; a population must not guess.
BLANK = int(np.iinfo(np.int64).min)
NONE, REGIONAL, NATIONAL = 0, 1, 2  # headquarters

ENTERPRISE_FIELDS = (
    "settled_on",
    "registered_capital",
    "paid_in_capital",
    "ecommerce",
    "online_retailer",
    "headquarters",
    "o2o",
    "certified_on",
    "spun_off_on",
    "lease_started_on",
    "building_opened_on",
    "accounts_sound",
    "unsound_on",
    "founded_locally",
    "violated_on",
)
ANNUAL_FIELDS = (
    "present",  # 1: the register has a row for this enterprise and year
    "sales",
    "online_sales",
    "vat",
    "business_tax",
    "income_tax",
    "retained_tax",
    "district_contribution",
    "rented_area",
    "rent",
    "designated_building",
    "line_lease",
    "entry_fee",
    "trades_locally",
    "membership_income",
    "paid_members",
    "building_area",
    "building_occupancy",
    "building_recognised",
    "executive_children",
)
ENTERPRISE = np.dtype([(name, np.int64) for name in ENTERPRISE_FIELDS])
ANNUAL = np.dtype([(name, np.int64) for name in ANNUAL_FIELDS])

# What each fact is, for whoever reads it by name: its kind and its Chinese header. money: CNY; area: m²; rent: CNY per m² and
# month; share: 0…1; count; flag; day; choice.
KINDS: dict[str, tuple[str, str]] = {
    "settled_on": ("day", "落户日期"),
    "registered_capital": ("money", "注册资本"),
    "paid_in_capital": ("money", "实缴资本"),
    "ecommerce": ("flag", "电子商务企业"),
    "online_retailer": ("flag", "网络零售企业"),
    "headquarters": ("choice", "总部类型"),
    "o2o": ("flag", "线上线下结合"),
    "certified_on": ("day", "市级电商认定日期"),
    "spun_off_on": ("day", "分离设立日期"),
    "lease_started_on": ("day", "办公租赁起始日期"),
    "building_opened_on": ("day", "楼宇运行日期"),
    "accounts_sound": ("flag", "财务制度健全"),
    "violated_on": ("day", "违规日期"),
    "unsound_on": ("day", "财务失范日期"),
    "founded_locally": ("flag", "本区新设"),
    "present": ("flag", "有当年数据"),
    "sales": ("money", "销售额"),
    "online_sales": ("money", "网络零售额"),
    "vat": ("money", "增值税"),
    "business_tax": ("money", "营业税"),
    "income_tax": ("money", "企业所得税"),
    "retained_tax": ("money", "主体税区级留成"),
    "district_contribution": ("money", "区级财政贡献额"),
    "rented_area": ("area", "租用面积"),
    "rent": ("rent", "月租金"),
    "designated_building": ("flag", "指定楼宇"),
    "line_lease": ("money", "数据专线租费"),
    "entry_fee": ("money", "平台入网费"),
    "trades_locally": ("flag", "网上交易结算并在区内纳税"),
    "membership_income": ("money", "平台会费收入"),
    "paid_members": ("count", "付费会员数"),
    "building_area": ("area", "楼宇办公面积"),
    "building_occupancy": ("share", "电商入驻率"),
    "building_recognised": ("flag", "示范楼宇认定"),
    "executive_children": ("count", "高管子女就学人数"),
}
# Columns of a register that no formula can name, and their Chinese headers.
NO_FACTS: dict[str, str] = {
    "enterprise_id": "统一社会信用代码",
    "name": "企业名称",
    "group_id": "所属集团",
    "parent_id": "分离母体",
    "area": "所属镇街园区",
    "sector": "行业",
    "closed_on": "注销日期",
    "former_id": "曾用代码",
    "year": "年度",
    "employees": "从业人数",
}
HEADQUARTERS: dict[str, int] = {"none": NONE, "无": NONE, "regional": REGIONAL, "区域": REGIONAL, "national": NATIONAL, "全国": NATIONAL}
