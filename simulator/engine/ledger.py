"""The ledger of a draw: its single claims, written down as they are awarded, and what was paid before its first year."""

from __future__ import annotations

import numpy as np

from simulator.compiled import entry, rule
from simulator.law.assessment import CASH_CLAUSES, remember
from simulator.law.case import Case

# One claim: what one enterprise was awarded in one year under one cash clause; under CLAWBACK what a breach makes due
# back. draw; enterprise: key; year: position, 1 = the first award year; clause: index; amount: fen.
CLAIM = np.dtype([("draw", np.int64), ("enterprise", np.uint64), ("year", np.int64), ("clause", np.int64),
                  ("amount", np.int64)])
CLAWBACK = CASH_CLAUSES


@rule
def enter_claims(claims, draw, enterprise, year, amounts, due):
    """Write an enterprise's claims of a year into `claims`, whose record 0 counts them (`amount`).

    Claims beyond the room there is are counted all the same, so that the caller can make room and play again.
    """
    for k in range(CASH_CLAUSES + 1):
        amount = due if k == CLAWBACK else amounts[k]
        if amount > 0:
            claims[0].amount += 1
            i = claims[0].amount
            if i < claims.shape[0]:
                claims[i].draw, claims[i].enterprise, claims[i].year = draw, enterprise, year
                claims[i].clause, claims[i].amount = k, amount


@entry
def remember_paid(enterprises, annual, paid, terms, readings, years, histories):
    """Enter what was really paid in `years`, before the first award year, into `histories` (n, clauses).

    annual (n, years + 1), paid (n, years, cash clauses), terms (years,), as for `assess_register`.
    """
    amounts = np.zeros(histories.shape[1], np.int64)
    for i in range(enterprises.shape[0]):
        for j in range(years.shape[0]):
            case = Case(enterprises[i], annual[i, j + 1], annual[i, j], terms[j], readings, years[j])
            amounts[:CASH_CLAUSES] = paid[i, j]
            remember(case, histories[i], amounts)
