"""One enterprise, one year: what each clause gives, then settlement, then what is remembered as paid.

What the clauses say is a policy file's; here stands what holds for every policy. The rules are what the assessment of a
register, the Monte Carlo kernel and the sliders share; they call the policy's functions (see `machine`) by address.
"""

from __future__ import annotations

import numpy as np

from simulator.compiled import entry, inlined, once, rule
from simulator.law.calling import at, call
from simulator.law.policy import DUE_BACK, ELIGIBLE, HISTORY

ALL = -1  # every clause, one bit each


@inlined
def common(enterprise, own, rows, own_rows, count, position, year, head, numbers, readings, history):
    """What every function of a policy is handed: addresses (see `machine.COMMON`)."""
    return enterprise, own, rows, own_rows, count, position, year, head, numbers, readings, history


@once
def settle(law, conduct, existing, amounts, displaced):
    """Conduct, then no double benefit, on `amounts` in place; `displaced` gets the existing support this policy replaces.

    existing: fen per cash clause. An existing support of the same sum or more leaves this policy nothing to pay.
    """
    if conduct & ELIGIBLE == 0:
        amounts[:] = 0
        displaced[:] = 0
        return
    for k in range(law.cash):
        displaced[k] = 0
        if law.weighs != 0 and existing[k] > 0:
            if amounts[k] <= existing[k]:
                amounts[k] = 0
            else:
                displaced[k] = existing[k]


@rule
def remember(law, given, conduct, history, year, amounts, matter):
    """Enter what was paid this year into the history, and return what is due back (fen, ≥ 0). matter: the clauses that could matter this
    year, one bit each: no other notes anything."""
    if law.marking & matter:
        call(law.mark, given + (at(amounts, ()), conduct & ELIGIBLE))
    for k in range(law.clauses):
        if amounts[k] > 0:
            own = history[k]
            own.total += amounts[k]
            own.years += 1
            own.last_year, own.last = year, amounts[k]
            if own.first_year == 0:
                own.first_year = year
    due = 0
    if conduct & DUE_BACK:
        for k in range(law.cash):
            due += history[k].total
    return due


@rule
def remember_unpaid(law, given, conduct, amounts):
    """`remember` in a year in which nothing was paid and nothing ever was: only clauses' own marks can change."""
    call(law.mark, given + (at(amounts, ()), conduct & ELIGIBLE))


@entry
def assess_register(
    law,
    enterprises,
    own,
    annual,
    own_annual,
    skip,
    existing,
    paid,
    paid_years,
    head,
    numbers,
    readings,
    years,
    awards,
    displaced,
    clawback,
    lacking,
):
    """Assess every enterprise in every year; results into the last four arrays.

    enterprises (n,), annual (n, columns): facts; own, own_annual: the policy's own (n, facts), (n, columns, facts); the first `skip`
    columns are the years before the first assessed one; existing, paid (n or 0, years, cash clauses): fen; the first `paid_years`
    years are replaced by what was really paid; head, numbers (years, …): the law; readings; years (years,); awards, displaced (n,
    years, clauses); clawback (n, years): fen due back, ≥ 0; lacking (n, years): clauses whose facts were missing, one bit each.
    """
    none = np.zeros(max(law.cash, 1), np.int64)
    history = np.zeros(law.clauses, HISTORY)
    nothing = np.zeros(1, HISTORY)
    for i in range(enterprises.shape[0]):
        history[:] = nothing[0]
        for j in range(years.shape[0]):
            given = common(
                at(enterprises, (i,)),
                at(own, (i,)),
                at(annual, (i,)),
                at(own_annual, (i,)),
                annual.shape[1],
                j + skip,
                years[j],
                at(head, (j,)),
                at(numbers, (j,)),
                at(readings, ()),
                at(history, ()),
            )
            amounts, replaced = awards[i, j], displaced[i, j]
            support = existing[i, j] if existing.shape[0] > 0 else none
            call(law.entitle, given + (ALL, at(amounts, ())))
            conduct = call(law.conduct, given)
            settle(law, conduct, support, amounts, replaced)
            lacking[i, j] = call(law.lacking, given) if conduct & ELIGIBLE else 0
            if j < paid_years:
                lacking[i, j] = 0
                for k in range(law.cash):
                    amounts[k] = paid[i, j, k]
                    replaced[k] = support[k] if amounts[k] > support[k] and law.weighs != 0 else 0
            clawback[i, j] = remember(law, given, conduct, history, years[j], amounts, ALL)


@entry
def entitle_year(
    law,
    enterprises,
    own,
    annual,
    own_annual,
    position,
    year,
    existing,
    head,
    numbers,
    readings,
    histories,
    amounts,
    displaced,
    conduct,
    lacking,
    places,
    ranks,
    due,
):
    """One year of every enterprise up to settlement, for policies that weigh enterprises against each other. histories (n, clauses);
    amounts, displaced (n, clauses), conduct, lacking (n,): results; places (clauses,), ranks, due (n, clauses): how many get a clause
    that only the first ones get, what they are ranked by, and what it gives by itself (see `FirstN.stays`)."""
    none = np.zeros(max(law.cash, 1), np.int64)
    for i in range(enterprises.shape[0]):
        given = common(
            at(enterprises, (i,)),
            at(own, (i,)),
            at(annual, (i,)),
            at(own_annual, (i,)),
            annual.shape[1],
            position,
            year,
            at(head, ()),
            at(numbers, ()),
            at(readings, ()),
            at(histories, (i,)),
        )
        call(law.entitle, given + (ALL, at(amounts, (i,))))
        conduct[i] = call(law.conduct, given)
        settle(law, conduct[i], existing[i] if existing.shape[0] > 0 else none, amounts[i], displaced[i])
        lacking[i] = call(law.lacking, given) if conduct[i] & ELIGIBLE else 0
        call(law.rank, given + (at(places, ()), at(ranks, (i,)), at(due, (i,))))


@entry
def remember_year(
    law, enterprises, own, annual, own_annual, position, year, head, numbers, readings, histories, amounts, conduct, clawback
):
    """Enter a year's payments of every enterprise into their histories; clawback (n,): fen due back."""
    for i in range(enterprises.shape[0]):
        given = common(
            at(enterprises, (i,)),
            at(own, (i,)),
            at(annual, (i,)),
            at(own_annual, (i,)),
            annual.shape[1],
            position,
            year,
            at(head, ()),
            at(numbers, ()),
            at(readings, ()),
            at(histories, (i,)),
        )
        clawback[i] = remember(law, given, conduct[i], histories[i], year, amounts[i], ALL)


@entry
def conduct_of(law, enterprises, own, annual, own_annual, skip, head, numbers, readings, years, found):
    """What conduct says of every enterprise in every year (n, years): bits ELIGIBLE and DUE_BACK. Nothing is paid; arguments as in
    `assess_register`."""
    history = np.zeros(law.clauses, HISTORY)
    for i in range(enterprises.shape[0]):
        for j in range(years.shape[0]):
            given = common(
                at(enterprises, (i,)),
                at(own, (i,)),
                at(annual, (i,)),
                at(own_annual, (i,)),
                annual.shape[1],
                j + skip,
                years[j],
                at(head, (j,)),
                at(numbers, (j,)),
                at(readings, ()),
                at(history, ()),
            )
            found[i, j] = call(law.conduct, given)
