"""The contents page of the law: one enterprise, one year, eleven clauses, then settlement.

The rules here are what the assessment of a register, the Monte Carlo kernel and the explanation share. `assess_register`
plays them over a whole register.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simulator.compiled import rule
from simulator.law import sharing, targets
from simulator.law.case import HISTORY, Case, all_hold
from simulator.law.clauses import CASH, CATALOGUE, SLUGS
from simulator.law.settlement import due_back, eligible, keep_one_opening_award, outbid, record_payment
from simulator.law.terms import Law, read_terms, terms_dtype

DECLARED = {"sharing": sharing.TERMS, "targets": targets.TERMS} | {name: clause.TERMS for name, clause in zip(SLUGS, CATALOGUE, strict=True)}
TERMS = terms_dtype(DECLARED)
CLAUSES = len(SLUGS)
CASH_CLAUSES = sum(CASH)


def _chain(step, clauses, position=0):
    """One compiled rule that takes `step` for every clause of the catalogue in turn (a compiled loop over modules)."""
    if not clauses:
        @rule
        def done(case, history, amounts, eligible):
            return 0

        return done
    first, rest = step(clauses[0]), _chain(step, clauses[1:], position + 1)

    @rule
    def each(case, history, amounts, eligible):
        here = first(case, history[position], amounts, position, eligible)
        return here + rest(case, history, amounts, eligible)

    return each


def _entitling(clause):
    conditions, amount = clause.conditions, clause.amount

    @rule
    def entitle(case, own, amounts, k, eligible):
        amounts[k] = amount(case, own) if all_hold(conditions(case, own)) else 0
        return 0

    return entitle


def _remembering(clause):
    remember = clause.remember

    @rule
    def keep(case, own, amounts, k, eligible):
        record_payment(own, case.year, amounts[k], remember(case, own, amounts[k], eligible))
        return 0

    return keep


def _lacking(clause):
    lacking = clause.lacking

    @rule
    def lacks(case, own, amounts, k, eligible):
        return 1 << k if lacking(case, own) else 0

    return lacks


_entitle_all = _chain(_entitling, CATALOGUE)
_remember_all = _chain(_remembering, CATALOGUE)
_lacking_all = _chain(_lacking, CATALOGUE)


@rule
def entitlements(case, history, amounts):
    """What each clause gives this year, before settlement, into `amounts` (clauses,): fen; school places in places."""
    _entitle_all(case, history, amounts, True)
    keep_one_opening_award(case.readings, amounts)


@rule
def settle(case, history, existing, amounts, displaced):
    """Conduct, then no double benefit, on `amounts` in place; `displaced` gets the existing support this policy replaces.

    existing: fen per cash clause. Returns which clauses lack a fact they needed, one bit each (data errors).
    """
    if not eligible(case):
        amounts[:] = 0
        displaced[:] = 0
        return 0
    for k in range(CASH_CLAUSES):
        displaced[k] = 0
        if outbid(amounts[k], existing[k]):
            amounts[k] = 0
        elif amounts[k] > 0:
            displaced[k] = existing[k]
    return _lacking_all(case, history, amounts, True)


@rule
def remember(case, history, amounts):
    """Enter what was paid this year into the history, and return what a violation makes due back (fen, ≥ 0)."""
    _remember_all(case, history, amounts, eligible(case))
    return due_back(case, history, CASH)


@rule
def assess_register(enterprises, annual, existing, paid, paid_years, terms, readings, years, awards, displaced, clawback, lacking):
    """Assess every enterprise in every year; results into the last four arrays.

    enterprises (n,), annual (n, years + 1): facts, the first column being the year before the first assessed one;
    existing, paid (n or 0, years, cash clauses): fen; the first `paid_years` years are replaced by what was really paid;
    terms (years,), years (years,); awards, displaced (n, years, clauses); clawback (n, years): fen due back, ≥ 0;
    lacking (n, years): clauses whose facts were missing, one bit each.
    """
    none = np.zeros(CASH_CLAUSES, np.int64)
    for i in range(enterprises.shape[0]):
        history = np.zeros(CLAUSES, HISTORY)
        for j in range(years.shape[0]):
            case = Case(enterprises[i], annual[i, j + 1], annual[i, j], terms[j], readings, years[j])
            amounts, replaced = awards[i, j], displaced[i, j]
            support = existing[i, j] if existing.shape[0] > 0 else none
            entitlements(case, history, amounts)
            lacking[i, j] = settle(case, history, support, amounts, replaced)
            if j < paid_years:
                lacking[i, j] = 0
                for k in range(CASH_CLAUSES):
                    amounts[k] = paid[i, j, k]
                    replaced[k] = support[k] if amounts[k] > support[k] else 0
            clawback[i, j] = remember(case, history, amounts)


def read_law(path: Path) -> Law:
    """Read a law file against the catalogue of clauses. Raises LawError with every problem."""
    return read_terms(path, DECLARED)
