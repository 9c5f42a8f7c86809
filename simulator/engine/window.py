"""A register laid over the years a calculation looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator import facts
from simulator.law.sharing import fill_blanks
from simulator.law.terms import Law, Terms
from simulator.population.register import Population


@dataclass(frozen=True)
class Window:
    """The facts of n enterprises over `years`, with the years before them in the first `skip` columns of `annual`.

    annual (n, skip + years) facts.ANNUAL, blanks filled by the law; own (n, words), own_annual (n, skip + years, facts): the policy's own,
    behind them in `own` the facts of years before these columns that its formulas ask for (see `Policy.beyond`); existing, of_district,
    paid (n or 0, years, cash clauses) fen; terms: the law in force in the year before the first and in each year.
    """

    years: np.ndarray
    annual: np.ndarray
    existing: np.ndarray
    of_district: np.ndarray
    paid: np.ndarray
    terms: Terms
    own: np.ndarray
    own_annual: np.ndarray
    skip: int = 1


def laid_over(
    population: Population, law: Law, first: int, last: int, known_until: int | None = None, *, reaching_back: bool = False
) -> Window:
    """The register's facts in the years first − 1 … last; years after `known_until` are left blank (as if not known). Where the
    policy asks for a year before that, `reaching_back` begins with it.

    Years the register does not have are absent rows.
    """
    years, policy, cash = np.arange(first, last + 1), law.policy, law.policy.cash_clauses
    earliest = min(first - policy.longest_ago, *policy.fixed_years, first - 1)
    columns, skip = np.arange(earliest, last + 1), first - earliest
    known = last if known_until is None else min(last, known_until)
    n = len(population)
    annual = np.zeros((n, len(columns)), facts.ANNUAL)
    here = [c for c in columns if population.first_year <= c <= min(population.last_year, known)]
    if here:
        annual[:, here[0] - columns[0] : here[-1] - columns[0] + 1] = population.annual[
            :, here[0] - population.first_year : here[-1] - population.first_year + 1
        ]
    terms = law.compile(columns)
    fill_blanks(annual, terms.head)
    own, own_annual = population.own_of(policy)
    laid_own = np.zeros((n, len(columns), own_annual.shape[2]), np.int64)
    if here and own_annual.size:
        laid_own[:, here[0] - columns[0] : here[-1] - columns[0] + 1] = own_annual[
            :, here[0] - population.first_year : here[-1] - population.first_year + 1
        ]
    if policy.beyond:
        own = np.concatenate([own, np.zeros((n, len(policy.beyond)), np.int64)], axis=1)
    if skip > 1 and not reaching_back:
        names = [fact.name for fact in policy.own_annual]
        for (name, when), place in policy.beyond.items():
            column = (when if when > 0 else first - 1 + when) - earliest
            if column < skip - 1:
                own[:, place] = laid_own[:, column, names.index(name)] if name in names else annual[name][:, column]
        annual, laid_own = np.ascontiguousarray(annual[:, skip - 1 :]), np.ascontiguousarray(laid_own[:, skip - 1 :])
        terms, skip = terms.of(slice(skip - 1, None)), 1

    def by_clause(amounts: np.ndarray) -> np.ndarray:
        if not amounts.size:
            return np.zeros((0, len(years), cash), np.int64)
        laid = np.zeros((n, len(years), cash), np.int64)
        for j, year in enumerate(years):
            if population.first_year <= year < population.first_year + amounts.shape[1] and year <= known:
                laid[:, j] = amounts[:, year - population.first_year]
        return laid

    return Window(
        years,
        annual,
        by_clause(population.support),
        by_clause(population.support_district),
        by_clause(population.paid),
        terms.of(slice(skip - 1, None)),
        own,
        laid_own,
        skip,
    )
