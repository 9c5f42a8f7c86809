"""One enterprise under every combination of its unknown facts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from simulator.engine.brackets import COLUMNS, PAID, SUPPORT, TAXES, Brackets, Fact, grows
from simulator.engine.ceilings import CEILINGS, Year
from simulator.engine.window import Window
from simulator.facts import ANNUAL_FIELDS, BLANK
from simulator.law.assessment import CASH_CLAUSES, CLAUSES, PLACES, assess_register
from simulator.law.clauses import CASH, CATALOGUE, SLUGS
from simulator.law.readings import compile_readings
from simulator.law.settlement import breaches
from simulator.population.register import Population
from simulator.scenario import Scenario

MOST = 20_000  # combinations of unknown facts of one enterprise and clause; of what needs more, the law's ceiling is told
AT_ONCE = 40_000  # combinations assessed in one call
LOOKED_BACK = {name for clause in CATALOGUE for condition in clause.EVIDENCE.values() for name in condition.last_year}


class Combinations:
    """Assesses one enterprise under every combination of its unknown facts."""

    def __init__(self, population: Population, scenario: Scenario, window: Window, paid_years: int):
        self.population, self.window, self.paid_years = population, window, paid_years
        self.interpretation, self.readings = scenario.interpretation, compile_readings(scenario.interpretation)
        self.terms = window.terms
        self.brackets = Brackets(window)
        self.least: dict[tuple[int, int], int] = {}  # retained tax that known taxes leave up, by row and year
        self.first = int(window.years[0])
        self.necessary = [_necessary(clause) for clause in CATALOGUE]

    def that_matter(self, row: int, clauses: tuple[int, ...], facts: set[Fact]) -> set[Fact]:
        """The unknown facts that can play a part: none where a known fact rules the clause out in all years and nothing
        was paid under it."""
        if not facts or all(self._ruled_out(row, k, facts) for k in clauses):
            return set()
        last = int(self.window.years[-1])
        kept = set()
        for name, year in facts:
            if name in ANNUAL_FIELDS:
                looked_back = name in LOOKED_BACK or name in TAXES
                if not self.first - looked_back <= year <= last:
                    continue
                if name in TAXES[:3] and not self._is_blank(row, year, "retained_tax"):
                    continue  # the register knows the retained tax itself
            elif "." in name and not self.first <= year <= last:
                continue
            kept.add((name, year))
        return kept

    def as_the_law_sees(self, row: int, facts: set[Fact]) -> list[Fact]:
        """The facts to be filled in: an unknown tax is an unknown retained tax, from what the known ones leave up."""
        seen = {("retained_tax", year) if name in TAXES[:3] else (name, year) for name, year in facts}
        self.least = {(row, year): int(self.window.annual["retained_tax"][row, year - self.first + 1])
                      for name, year in facts if name in TAXES[:3] and ("retained_tax", year) not in facts}
        return sorted(seen)

    def clawed(self, row: int, awards: np.ndarray, clauses: tuple[int, ...]) -> np.ndarray:
        """What known awards (years, clauses) of these clauses add to a known clawback, by year."""
        cash = [at for at, k in enumerate(clauses) if CASH[k]]
        so_far = np.cumsum(awards[:, cash].sum(axis=1))
        return np.where(self.window.years == self._breach_year(row), so_far, 0)

    def _breach_year(self, row: int) -> int:
        return int(breaches(self.population.enterprises[row: row + 1], self.interpretation)[0]) // 10_000

    def _ruled_out(self, row: int, clause: int, facts: set[Fact]) -> bool:
        names = {name for name, _ in facts}
        if PAID + SLUGS[clause] in names or (
                CASH[clause] and self.window.paid.size and self.window.paid[row, :, clause].any()):
            return False
        enterprise, annual = self.population.enterprises[row], self.window.annual[row]
        for name in self.necessary[clause]:
            if name in names or (name == "ecommerce" and "online_retailer" in names):
                continue
            if name in TAXES and names & set(TAXES):
                continue
            value = annual[name].any() if name in ANNUAL_FIELDS else enterprise[name] != 0
            if not value:
                return True
        return False

    def _is_blank(self, row: int, year: int, name: str) -> bool:
        """Whether the register leaves a derived fact of that year blank (or unknown)."""
        at = year - self.population.first_year
        return 0 <= at < self.population.annual.shape[1] and self.population.annual[name][row, at] == BLANK

    def interval(self, row: int, clauses: tuple[int, ...], facts: list[Fact]) -> tuple[np.ndarray, ...]:
        """Least and largest award (years, clauses), where the law sets no bound, and the same of what these clauses add
        to the clawback (3, years)."""
        years, width = len(self.window.years), len(clauses)
        values = [self.brackets.values(row, fact, facts, self.least.get((row, fact[1]), 0)) for fact in facts]
        if prod(map(len, values)) > MOST:
            return self._up_to_the_ceilings(row, clauses, facts)
        low = np.full((years, width), np.iinfo(np.int64).max)
        high, high_small = np.zeros((years, width), np.int64), np.zeros((years, width), np.int64)
        back = np.stack([np.full(years, np.iinfo(np.int64).max), np.zeros(years, np.int64), np.zeros(years, np.int64)])
        twice = np.array([max(found) if grows(fact) else -1 for fact, found in zip(facts, values, strict=True)])
        for combinations in _batches(itertools.product(*values)):
            chosen = np.array(combinations, np.int64)
            awards, clawed = self._assess(row, facts, chosen, clauses)
            low, high = np.minimum(low, awards.min(axis=0)), np.maximum(high, awards.max(axis=0))
            bounded = (chosen != twice).all(axis=1)
            if bounded.any():
                high_small = np.maximum(high_small, awards[bounded].max(axis=0))
            back[0] = np.minimum(back[0], clawed.min(axis=0))
            back[1] = np.maximum(back[1], clawed.max(axis=0))
        unbounded = high > high_small
        back[2] = unbounded.any() & (back[1] > 0)
        return low, np.where(unbounded, 0, high), unbounded, back

    def _up_to_the_ceilings(self, row: int, clauses: tuple[int, ...], facts: list[Fact]) -> tuple[np.ndarray, ...]:
        """As `interval`, from nothing to the most that the law gives whatever the unknown facts are: wider than it need be."""
        shape = (len(self.window.years), len(clauses))
        low, high, unbounded = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, bool)
        back = np.zeros((3, shape[0]), np.int64)
        for j, year in enumerate(self.window.years.tolist()):
            hidden = {name for name, of in facts if of in (0, year)}
            for at, k in enumerate(clauses):
                if CASH[k] and j < self.paid_years and PAID + SLUGS[k] not in hidden:
                    low[j, at] = high[j, at] = self.window.paid[row, j, k]
                    continue
                most = self._ceiling(row, k, j, hidden)
                high[j, at], unbounded[j, at] = most or 0, most is None
        cash = [at for at, k in enumerate(clauses) if CASH[k]]
        may = self._may_be_clawed(row, facts)
        back[1] = np.where(may, np.cumsum(high[:, cash].sum(axis=1)), 0)
        back[2] = may & np.logical_or.accumulate(unbounded[:, cash].any(axis=1))
        return low, high, unbounded, back

    def _ceiling(self, row: int, clause: int, j: int, hidden: set[str]) -> int | None:
        """The most a clause gives in the year with this place, None where the law sets no bound."""
        slug, terms = SLUGS[clause], self.terms[1 + j]
        if PAID + slug in hidden:
            return None
        if int(terms["policy"]["withdrawn"]) >> PLACES[clause] & 1:
            return 0
        ceiling = CEILINGS.get(slug)
        return None if ceiling is None else ceiling(
            Year(self.population.enterprises[row], self.window.annual[row, 1 + j], hidden, terms, self.readings))

    def _may_be_clawed(self, row: int, facts: list[Fact]) -> np.ndarray:
        breach, unknown = self._breach_year(row), any(name in ("violated_on", "unsound_on") for name, _ in facts)
        return np.array([unknown or breach == year for year in self.window.years])

    def _assess(self, row: int, facts: list[Fact], chosen: np.ndarray, clauses: tuple[int, ...]) \
            -> tuple[np.ndarray, np.ndarray]:
        """Awards (combinations, years, clauses) and their part of the clawback (combinations, years); chosen
        (combinations, facts): the values filled in."""
        n, years = len(chosen), len(self.window.years)
        enterprises = np.repeat(self.population.enterprises[[row]], n)
        annual = np.repeat(self.window.annual[[row]], n, axis=0)
        existing = self._by_clause(self.window.existing, row, n, facts, SUPPORT)
        paid = self._by_clause(self.window.paid, row, n, facts, PAID)
        for at, (name, year) in enumerate(facts):
            slug = name.partition(".")[2]
            if slug:
                (existing if name.startswith(SUPPORT) else paid)[:, year - self.first, SLUGS.index(slug)] += chosen[:, at]
            elif name in ANNUAL_FIELDS:
                place = year - self.first + 1
                annual[name][:, place] = chosen[:, at]
                if name == "retained_tax" and ("district_contribution", year) not in facts and self._is_blank(
                        row, year, "district_contribution"):  # blank: it equals the retained tax
                    annual["district_contribution"][:, place] = chosen[:, at]
            else:
                enterprises[name] = chosen[:, at]
        enterprises["ecommerce"] |= enterprises["online_retailer"]
        awards = np.zeros((n, years, CLAUSES), np.int64)
        displaced, clawback, lacking = np.zeros_like(awards), np.zeros((n, years), np.int64), np.zeros((n, years), np.int64)
        assess_register(enterprises, annual, existing, paid, self.paid_years, self.terms[1:], self.readings,
                        self.window.years, awards, displaced, clawback, lacking)
        of_these = awards[:, :, list(clauses)]
        so_far = np.cumsum(of_these[:, :, [at for at, k in enumerate(clauses) if CASH[k]]].sum(axis=2), axis=1)
        breached = breaches(enterprises, self.interpretation)[:, None] // 10_000 == self.window.years[None, :]
        return of_these, np.where(breached, so_far, 0)

    def _by_clause(self, held: np.ndarray, row: int, n: int, facts: list[Fact], table: str) -> np.ndarray:
        if not held.size and not any(name.startswith(table) for name, _ in facts):
            return held
        one = held[[row]] if held.size else np.zeros((1, len(self.window.years), CASH_CLAUSES), np.int64)
        return np.repeat(one, n, axis=0)


def _batches(combinations: Iterator[tuple[int, ...]]) -> Iterator[list[tuple[int, ...]]]:
    while batch := list(itertools.islice(combinations, AT_ONCE)):
        yield batch


def _necessary(clause: Any) -> tuple[str, ...]:
    """Facts without which a clause gives nothing: those a condition is judged on alone."""
    facts = [[name for name in condition.facts if COLUMNS[name].read_under is None]
             for condition in clause.EVIDENCE.values() if not condition.last_year]
    return tuple(names[0] for names in facts if len(names) == 1)
