"""The contents page of the law: one enterprise, one year, eleven clauses, then settlement.

The rules here are what the assessment of a register, the Monte Carlo kernel and the explanation share. `assess_register`
plays them over a whole register.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simulator.compiled import entry, inlined, once, rule
from simulator.law import sharing, targets
from simulator.law.case import HISTORY, Case, all_hold, lacks_nothing, remember_nothing
from simulator.law.clauses import CASH, CATALOGUE, SLUGS
from simulator.law.lawfile import read_terms
from simulator.law.settlement import due_back, eligible, keep_one_opening_award, outbid, record_payment
from simulator.law.terms import Law, terms_dtype

DECLARED = {"sharing": sharing.TERMS, "targets": targets.TERMS}
DECLARED |= {name: clause.TERMS for name, clause in zip(SLUGS, CATALOGUE, strict=True)}
TERMS = terms_dtype(DECLARED)
CLAUSES = len(SLUGS)
CASH_CLAUSES = sum(CASH)
ALL = (1 << CLAUSES) - 1  # every clause, one bit each
MARKING = sum(1 << k for k, clause in enumerate(CATALOGUE) if clause.remember is not remember_nothing)
MOST_CONDITIONS = max(len(clause.Conditions._fields) for clause in CATALOGUE)
PLACES = tuple(list(DECLARED).index(name) for name in SLUGS)  # a clause's bit in `policy.withdrawn`


@rule
def offered(policy, place):
    """Whether the clause with this bit is not withdrawn."""
    return policy.withdrawn >> place & 1 == 0


def _each_in_turn(steps):
    """One compiled rule that takes each of `steps` in turn and adds up what they return.

    A compiled function cannot loop over functions, so halves are joined pairwise: a deep chain would be compiled again at
    every level.
    """
    if len(steps) == 1:
        return steps[0]
    first, rest = _each_in_turn(steps[: len(steps) // 2]), _each_in_turn(steps[len(steps) // 2:])

    @inlined
    def both(case, history, one, other):
        return first(case, history, one, other) + rest(case, history, one, other)

    return both


def _reaching(k, clause):
    reachable = clause.reachable

    @rule
    def reach(enterprise, row, terms, may):
        return 1 << k if reachable(enterprise, row, terms, may) else 0

    return reach


def _stirring(k, clause):
    stirs = clause.stirs

    @once
    def stir(figures, terms, _, __):
        return 1 << k if stirs(figures, terms) else 0

    return stir


def _entitling(k, clause):
    conditions, amount, place = clause.conditions, clause.amount, PLACES[k]

    @once
    def entitle(case, history, amounts, reach):
        amounts[k] = 0
        if reach >> k & 1 and offered(case.terms.policy, place) and all_hold(conditions(case, history[k])):
            amounts[k] = amount(case, history[k])
            return 1 << k
        return 0

    return entitle


def _observing(k, clause):
    conditions, amount, place = clause.conditions, clause.amount, PLACES[k]

    @rule
    def observe(case, history, seen, amounts):
        for c, held in enumerate(conditions(case, history[k])):
            seen[k, c] = held
        due = offered(case.terms.policy, place) and all_hold(conditions(case, history[k]))
        amounts[k] = amount(case, history[k]) if due else 0
        return 0

    return observe


def _remembering(k, clause):
    remember = clause.remember

    @once
    def mark(case, history, amounts, eligible):
        history[k].mark = remember(case, history[k], amounts[k], eligible)
        return 0

    return mark


def _lacking(k, clause):
    lacking, place = clause.lacking, PLACES[k]

    @once
    def lacks(case, history, amounts, eligible):
        return 1 << k if offered(case.terms.policy, place) and lacking(case, history[k]) else 0

    return lacks


_reach_all = _each_in_turn([_reaching(k, clause) for k, clause in enumerate(CATALOGUE)])
_stir_all = _each_in_turn([_stirring(k, clause) for k, clause in enumerate(CATALOGUE)])
_entitle_all = _each_in_turn([_entitling(k, clause) for k, clause in enumerate(CATALOGUE)])
_observe_all = _each_in_turn([_observing(k, clause) for k, clause in enumerate(CATALOGUE)])
_mark_all = _each_in_turn([_remembering(k, c) for k, c in enumerate(CATALOGUE) if c.remember is not remember_nothing])
_lacking_all = _each_in_turn([_lacking(k, c) for k, c in enumerate(CATALOGUE) if c.lacking is not lacks_nothing])


@inlined
def reach_of(enterprise, row, terms, may):
    """The clauses that could ever matter to an enterprise, one bit each (see `clauses`)."""
    return _reach_all(enterprise, row, terms, may)


@inlined
def stirring(figures, terms):
    """The clauses that a year's Figures leave possible, one bit each (see `clauses`)."""
    return _stir_all(figures, terms, 0, 0)


@inlined
def entitlements(case, history, amounts, reach):
    """What each clause gives this year, before settlement, into `amounts` (clauses,): fen; school places in places.

    reach: the clauses to look at, one bit each. Returns those whose conditions hold, one bit each.
    """
    holding = _entitle_all(case, history, amounts, reach)
    if holding:
        keep_one_opening_award(case.readings, amounts)
    return holding


@once
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


@once
def remember(case, history, amounts):
    """Enter what was paid this year into the history, and return what a violation makes due back (fen, ≥ 0)."""
    _mark_all(case, history, amounts, eligible(case))
    for k in range(CLAUSES):
        record_payment(history[k], case.year, amounts[k])
    return due_back(case, history, CASH)


@rule
def remember_unpaid(case, history, amounts):
    """`remember` in a year in which nothing was paid and nothing ever was: only clauses' own marks can change."""
    _mark_all(case, history, amounts, eligible(case))


@entry
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
            entitlements(case, history, amounts, ALL)
            lacking[i, j] = settle(case, history, support, amounts, replaced)
            if j < paid_years:
                lacking[i, j] = 0
                for k in range(CASH_CLAUSES):
                    amounts[k] = paid[i, j, k]
                    replaced[k] = support[k] if amounts[k] > support[k] else 0
            clawback[i, j] = remember(case, history, amounts)


@entry
def observe_enterprise(enterprise, annual, existing, paid, paid_years, terms, readings, years, seen, alone, kept, awards,
                       displaced, allowed, clawback):
    """Assess one enterprise and keep what an explanation needs, by year: each condition of each clause (years, clauses,
    most conditions); amounts of the clauses alone, after the opening awards' reading, and awarded (years, clauses);
    displaced; whether conduct allows the year; fen due back. The other arguments as in `assess_register`."""
    history = np.zeros(CLAUSES, HISTORY)
    none = np.zeros(CASH_CLAUSES, np.int64)
    for j in range(years.shape[0]):
        case = Case(enterprise[0], annual[j + 1], annual[j], terms[j], readings, years[j])
        support = existing[j] if existing.shape[0] > 0 else none
        _observe_all(case, history, seen[j], alone[j])
        entitlements(case, history, awards[j], ALL)
        kept[j] = awards[j]
        settle(case, history, support, awards[j], displaced[j])
        allowed[j] = eligible(case)
        if j < paid_years:
            for k in range(CASH_CLAUSES):
                awards[j, k] = paid[j, k]
                displaced[j, k] = support[k] if paid[j, k] > support[k] else 0
        clawback[j] = remember(case, history, awards[j])


def read_law(path: Path) -> Law:
    """Read a law file against the catalogue of clauses. Raises LawError with every problem."""
    return read_terms(path, DECLARED, SLUGS)
