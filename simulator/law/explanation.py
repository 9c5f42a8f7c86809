"""The assessment, told: each condition, the facts and numbers it was judged by, the amount, and what settlement did.

Built from the same condition values the engine evaluates: the compiled rules of the clauses, observed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.law.assessment import CASH_CLAUSES, CLAUSES, MOST_CONDITIONS, PLACES, observe_enterprise
from simulator.law.clauses import CATALOGUE, SLUGS
from simulator.law.evidence import Evidence

# what settlement can do to a clause's amount
PAID, NOT_DUE, ZERO, BARRED, OUTBID, OTHER_OPENING_AWARD, REALLY_PAID, WITHDRAWN = (
    "paid", "not due", "zero", "barred", "outbid", "other opening award", "really paid", "withdrawn")


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


def tell(enterprise: np.ndarray, annual: np.ndarray, existing: np.ndarray, paid: np.ndarray, paid_years: int,
         terms: np.ndarray, readings: np.void, years: np.ndarray) -> list[Year]:
    """Assess one enterprise year by year and keep what was found. Arguments as in `observe_enterprise`."""
    n = len(years)
    seen = np.zeros((n, CLAUSES, MOST_CONDITIONS), np.bool_)
    alone, kept, awards, displaced = (np.zeros((n, CLAUSES), np.int64) for _ in range(4))
    allowed, clawback = np.zeros(n, np.bool_), np.zeros(n, np.int64)
    observe_enterprise(enterprise, annual, existing, paid, paid_years, terms, readings, years, seen, alone, kept, awards,
                       displaced, allowed, clawback)
    told = []
    for j, year in enumerate(years):
        clauses = []
        for k, clause in enumerate(CATALOGUE):
            names = clause.Conditions._fields
            findings = tuple(Finding(name, bool(seen[j, k, c]), clause.EVIDENCE[name]) for c, name in enumerate(names))
            support = int(existing[j, k]) if len(existing) and k < CASH_CLAUSES else 0
            if j < paid_years and k < CASH_CLAUSES:
                outcome = REALLY_PAID
            elif terms[j]["policy"]["withdrawn"] >> PLACES[k] & 1:
                outcome = WITHDRAWN
            elif alone[j, k] == 0:  # all conditions may hold and a share of very little still round to nothing
                outcome = ZERO if all(f.held for f in findings) else NOT_DUE
            elif kept[j, k] == 0:
                outcome = OTHER_OPENING_AWARD
            elif not allowed[j]:
                outcome = BARRED
            else:
                outcome = PAID if awards[j, k] > 0 else OUTBID
            clauses.append(ClauseYear(SLUGS[k], findings, int(alone[j, k]), int(awards[j, k]), support,
                                      int(displaced[j, k]), outcome))
        told.append(Year(int(year), bool(allowed[j]), tuple(clauses), int(clawback[j])))
    return told
