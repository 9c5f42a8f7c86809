"""Enterprises side by side: what those played together carry and what a year brings them, one column a field.

A loop over columns is one a compiler turns into vector code: several enterprises a step. A record holds all its columns in
one piece, so that it can tell them apart.
"""

from __future__ import annotations

import numpy as np

from simulator import facts
from simulator.law.machine import Columns

TOGETHER = 128  # enterprises played together: their columns stay in the fastest memory


def _columns(whole: str, numbers: str = "") -> np.dtype:
    fields = [(name, np.int64) for name in whole.split()] + [(name, np.float64) for name in numbers.split()]
    return np.dtype([(name, kind, (TOGETHER,)) for name, kind in fields])


# What an enterprise is throughout a draw. born: first calendar year (0: an incumbent); passing, services, national (headquarters),
# traditional, active (later years are written), anyway (there without the policy too): flags; came_later: settled after the base
# year; spun_off: a date; may_settle, may_certify, unbroken: what may yet befall it; went_online: counted for the target of 二;
# own_rate: retained tax per yuan of sales a register shows (0: none); first_part: share of its first year that it is in
# business, from the month of its settling on.
CARRIED = _columns(
    "born passing services national traditional active anyway came_later spun_off may_settle may_certify unbroken went_online",
    "own_rate online_share first_part",
)

# A year. factor: growth; profit, leaves, breach, certification: variates; yuan, members: sales of a whole year and paying members;
# part: share of the year that it is in business; there: not gone;
# present: has a row; here: with the policy; profitable: a flag; then the year's facts as in facts.ANNUAL, turnover tax whatever its
# kind, all fen; local, unshared: the local part of the main taxes, and what the district would keep of them under the sharing
# rules of the base year; affected: something may have affected it; ordinary: the clauses that could matter as long as nothing did, one bit
# each; relevant: those of them that the year's figures leave possible.
YEAR = _columns(
    "there present here profitable sales online_sales turnover_tax income_tax retained_tax district_contribution "
    "local unshared executive_children affected ordinary relevant",
    "factor profit leaves breach certification yuan members part",
)

# What the projection keeps of an enterprise's facts, for whoever rules clauses out beforehand. Sums of money other than rents and fees
# are figures of the year; rents and fees follow the price level.
_FIGURES = ("present", "sales", "online_sales", "retained_tax", "district_contribution", "executive_children")
_PRICED = ("rent", "line_lease", "entry_fee")
_GROWING = ("paid_members", "membership_income")
_MOVING = {*_FIGURES, *_PRICED, *_GROWING, "vat", "business_tax", "income_tax"}
_FIELDS = YEAR.names or ()
SEEN = Columns(
    TOGETHER,
    {name: _FIELDS.index(name) for name in _FIGURES},
    _FIELDS.index("ordinary"),
    _FIELDS.index("relevant"),
    frozenset(facts.ENTERPRISE_FIELDS) | (frozenset(facts.ANNUAL_FIELDS) - _MOVING),
    frozenset(_PRICED),
    frozenset(_GROWING),
)
