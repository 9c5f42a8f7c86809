"""A register laid over the years a calculation looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator import facts
from simulator.law.assessment import CASH_CLAUSES, TERMS
from simulator.law.sharing import fill_blanks
from simulator.law.terms import Law
from simulator.population.register import Population


@dataclass(frozen=True)
class Window:
    """The facts of n enterprises over `years`, with the year before the first as column 0 of `annual`.

    annual (n, years + 1) facts.ANNUAL, blanks filled by the law; existing, of_district, paid (n or 0, years, cash
    clauses) fen; terms (years + 1,) the law's records of column 0 and of each year.
    """

    years: np.ndarray
    annual: np.ndarray
    existing: np.ndarray
    of_district: np.ndarray
    paid: np.ndarray
    terms: np.ndarray


def laid_over(population: Population, law: Law, first: int, last: int, known_until: int | None = None) -> Window:
    """The register's facts in the years first − 1 … last; years after `known_until` are left blank (as if not known).

    Years the register does not have are absent rows.
    """
    years = np.arange(first, last + 1)
    columns = np.arange(first - 1, last + 1)
    known = last if known_until is None else min(last, known_until)
    n = len(population)
    annual = np.zeros((n, len(columns)), facts.ANNUAL)
    here = [c for c in columns if population.first_year <= c <= min(population.last_year, known)]
    if here:
        annual[:, here[0] - columns[0]: here[-1] - columns[0] + 1] = population.annual[
            :, here[0] - population.first_year: here[-1] - population.first_year + 1]
    terms = law.compile(TERMS, columns)
    fill_blanks(annual, terms)

    def by_clause(amounts: np.ndarray) -> np.ndarray:
        if not amounts.size:
            return np.zeros((0, len(years), CASH_CLAUSES), np.int64)
        laid = np.zeros((n, len(years), CASH_CLAUSES), np.int64)
        for j, year in enumerate(years):
            if population.first_year <= year < population.first_year + amounts.shape[1] and year <= known:
                laid[:, j] = amounts[:, year - population.first_year]
        return laid

    return Window(years, annual, by_clause(population.support), by_clause(population.support_district),
                  by_clause(population.paid), terms)
