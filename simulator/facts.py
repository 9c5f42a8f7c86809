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
