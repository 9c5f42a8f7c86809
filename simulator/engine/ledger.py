"""The ledger of a draw: its single claims, written down as they are awarded, and what was paid before its first year."""

from __future__ import annotations

import numpy as np

from simulator.compiled import entry, rule
from simulator.law.assessment import ALL, common, remember
from simulator.law.calling import at, call

# One claim: what one enterprise was awarded in one year under one cash clause; under CLAWBACK what a breach makes due
# back. draw; enterprise: key; year: position, 1 = the first award year; clause: index, or CLAWBACK; amount: fen.
CLAIM = np.dtype([("draw", np.int64), ("enterprise", np.uint64), ("year", np.int64), ("clause", np.int64), ("amount", np.int64)])

CLAWBACK = -1


@rule
def enter_claims(law, claims, draw, enterprise, year, amounts, due):
    """Write an enterprise's claims of a year into `claims`, whose record 0 counts them (`amount`).

    Claims beyond the room there is are counted all the same, so that the caller can make room and play again.
    """
    for k in range(law.cash + 1):
        amount = due if k == law.cash else amounts[k]
        if amount > 0:
            claims[0].amount += 1
            i = claims[0].amount
            if i < claims.shape[0]:
                claims[i].draw, claims[i].enterprise, claims[i].year = draw, enterprise, year
                claims[i].clause, claims[i].amount = k if k < law.cash else CLAWBACK, amount


@entry
def remember_paid(law, enterprises, own, annual, own_annual, paid, head, numbers, readings, years, histories):
    """Enter what was really paid in `years`, before the first award year, into `histories` (n, clauses).

    annual (n, years + 1), paid (n, years, cash clauses), head, numbers (years, …), as for `assess_register`.
    """
    amounts = np.zeros(histories.shape[1], np.int64)
    for i in range(enterprises.shape[0]):
        for j in range(years.shape[0]):
            given = common(
                at(enterprises, (i,)),
                at(own, (i,)),
                at(annual, (i,)),
                at(own_annual, (i,)),
                annual.shape[1],
                j + 1,
                years[j],
                at(head, (j,)),
                at(numbers, (j,)),
                at(readings, ()),
                at(histories, (i,)),
            )
            amounts[: law.cash] = paid[i, j]
            remember(law, given, call(law.conduct, given), histories[i], years[j], amounts, ALL)
