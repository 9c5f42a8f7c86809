"""The assessment, told: each condition, the facts and numbers it was judged by, the amount, and what settlement did.

Built from the same condition values the engine evaluates: the rules called here are the compiled rules of the clauses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.law.assessment import CASH_CLAUSES, CLAUSES, entitlements, remember, settle
from simulator.law.case import HISTORY, Case, all_hold
from simulator.law.clauses import CATALOGUE, SLUGS
from simulator.law.evidence import Evidence
from simulator.law.settlement import eligible

# what settlement can do to a clause's amount
PAID, NOT_DUE, BARRED, OUTBID, OTHER_OPENING_AWARD, REALLY_PAID = (
    "paid", "not due", "barred", "outbid", "other opening award", "really paid")


@dataclass(frozen=True)
class Finding:
    """One condition of a clause: whether it held, and what it was judged by."""

    name: str
    held: bool
    evidence: Evidence


@dataclass(frozen=True)
class ClauseYear:
    """A clause in a year. Amounts in fen (school places in places): due before settlement, awarded after it, existing
    support, displaced; outcome: one of the words above."""

    slug: str
    findings: tuple[Finding, ...]
    due: int
    award: int
    existing: int
    displaced: int
    outcome: str


@dataclass(frozen=True)
class Year:
    """All clauses in a year; clawback: fen due back (≥ 0)."""

    year: int
    eligible: bool
    clauses: tuple[ClauseYear, ...]
    clawback: int


def tell(enterprise: np.void, annual: np.ndarray, existing: np.ndarray, paid: np.ndarray, paid_years: int,
         terms: np.ndarray, readings: np.void, years: np.ndarray) -> list[Year]:
    """Assess one enterprise year by year and keep what was found. Arguments as in `assess_register`, of one enterprise."""
    history = np.zeros(CLAUSES, HISTORY)
    told = []
    for j, year in enumerate(years):
        case = Case(enterprise, annual[j + 1], annual[j], terms[j], readings, int(year))
        seen = [clause.conditions(case, history[k]) for k, clause in enumerate(CATALOGUE)]
        alone = [int(clause.amount(case, history[k])) if all_hold(seen[k]) else 0 for k, clause in enumerate(CATALOGUE)]
        amounts, displaced = np.zeros(CLAUSES, np.int64), np.zeros(CLAUSES, np.int64)
        support = existing[j] if len(existing) else np.zeros(CASH_CLAUSES, np.int64)
        entitlements(case, history, amounts)
        kept = amounts.copy()
        settle(case, history, support, amounts, displaced)
        allowed = bool(eligible(case))
        clauses = []
        for k, slug in enumerate(SLUGS):
            existing_here = int(support[k]) if k < CASH_CLAUSES else 0
            if j < paid_years and k < CASH_CLAUSES:
                amounts[k] = paid[j, k]
                displaced[k] = existing_here if amounts[k] > existing_here else 0
                outcome = REALLY_PAID
            elif alone[k] == 0:
                outcome = NOT_DUE
            elif kept[k] == 0:
                outcome = OTHER_OPENING_AWARD
            elif not allowed:
                outcome = BARRED
            else:
                outcome = PAID if amounts[k] > 0 else OUTBID
            evidence = CATALOGUE[k].EVIDENCE
            findings = tuple(Finding(n, bool(v), evidence[n]) for n, v in seen[k]._asdict().items())
            clauses.append(ClauseYear(slug, findings, alone[k], int(amounts[k]), existing_here, int(displaced[k]), outcome))
        clawback = int(remember(case, history, amounts))
        told.append(Year(int(year), allowed, tuple(clauses), clawback))
    return told
