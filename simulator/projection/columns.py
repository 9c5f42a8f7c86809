"""Enterprises side by side: what those played together carry and what a year brings them, one column a field.

A loop over columns is one a compiler turns into vector code: several enterprises a step. A record holds all its columns in
one piece, so that it can tell them apart.
"""

from __future__ import annotations

import numpy as np

from simulator import facts
from simulator.compiled import inlined
from simulator.law.machine import Columns

VECTOR = 16  # enterprises; TOGETHER is a multiple
TOGETHER = 128  # enterprises played together: their columns stay in the fastest memory


@inlined
def padded(count):
    """So many, rounded up to whole vectors: a loop's last few would be done one by one, each as long as a vector."""
    return (count + VECTOR - 1) // VECTOR * VECTOR


def _columns(whole: str, numbers: str = "") -> np.dtype:
    fields = [(name, np.int64) for name in whole.split()] + [(name, np.float64) for name in numbers.split()]
    return np.dtype([(name, kind, (TOGETHER,)) for name, kind in fields])


# What an enterprise is throughout a draw. born: first calendar year (0: an incumbent); passing, services, national (headquarters),
# traditional, active (later years are written), anyway (there without the policy too): flags; came_later: settled after the base
# year; spun_off: a date; may_settle, may_certify, unbroken: what may yet befall it; went_online: counted for the target of 二; reach:
# the clauses that could ever matter to it, one bit each;
# own_rate: retained tax per yuan of sales a register shows (0: none); first_part: share of its first year that it is in
# business, from the month of its settling on.
CARRIED = _columns(
    "born passing services national traditional active anyway came_later spun_off may_settle may_certify unbroken went_online reach",
    "own_rate online_share first_part",
)

# A year. factor: growth; profit, leaves, breach, certification: variates; yuan, members: sales of a whole year and paying members;
# part: share of the year that it is in business; there: not gone;
# present: has a row; here: with the policy; profitable: a flag; then the year's facts as in facts.ANNUAL, turnover tax whatever its
# kind, all fen; local, unshared: the local part of the main taxes, and what the district would keep of them under the sharing
# rules of the base year; ordinary: the clauses that could matter as long as nothing befalls it, one bit each; possible: those that the
# year's figures leave possible, whatever befalls it; opens: it becomes one that more clauses could matter to. breach is
# drawn of those alone that the law looks at (see `life.choose_looked`), executive_children where it reads them.
YEAR = _columns(
    "there present here profitable sales online_sales turnover_tax income_tax retained_tax district_contribution "
    "local unshared executive_children ordinary possible opens",
    "factor profit leaves breach certification yuan members part",
)

# Who is asked whether it applies. who, clause: its place and the clause's; key, of_clause: their keys; amount: what is at stake, fen or
# whole units; rate, typical: take-up and the sum it belongs to; yes: the answer.
ASKING = np.dtype(
    [(name, np.int64, (TOGETHER,)) for name in ("who", "clause", "amount", "yes")]
    + [(name, np.uint64, (TOGETHER,)) for name in ("key", "of_clause")]
    + [(name, np.float64, (TOGETHER,)) for name in ("rate", "typical")]
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
    _FIELDS.index("possible"),
    frozenset(facts.ENTERPRISE_FIELDS) | (frozenset(facts.ANNUAL_FIELDS) - _MOVING),
    frozenset(_PRICED),
    frozenset(_GROWING),
)
