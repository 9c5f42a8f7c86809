"""Unknown is not zero: bounds of what the law gives where facts are unknown, and what collecting them would be worth.

The law's answer to one fact moves only at a few values: its thresholds, the other known facts it is compared with, the
months of a clock. So an enterprise is assessed with every unknown fact at each of the values that bracket the answer (all
combinations), by the same `assess_register` as everything else; the least and the largest award of a clause and year are
its interval. Where the award still grows as a fact is made twice as large, the law does not bound it: "not assessable".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
import pandas as pd

from simulator.engine.window import Window
from simulator.facts import ANNUAL_FIELDS, AREA, BLANK, OCCUPANCY, RENT
from simulator.law.assessment import CASH_CLAUSES, CLAUSES, assess_register
from simulator.law.clauses import CASH, CATALOGUE, SLUGS
from simulator.law.readings import compile_readings
from simulator.money import FEN, RATE
from simulator.population.register import Population
from simulator.population.schema import ANNUAL, ENTERPRISES
from simulator.scenario import Scenario

MOST = 20_000  # combinations of unknown facts of one enterprise and clause; what needs more is not assessable
AT_ONCE = 40_000  # combinations assessed in one call
COLUMNS = {column.name: column for column in (*ENTERPRISES, *ANNUAL)}
TAXES = ("vat", "business_tax", "income_tax", "retained_tax", "district_contribution")
SUPPORT, PAID = "existing_support.", "paid."  # before the slug of the clause
# "Large" for facts without an upper bound, and twice that: below where the law's arithmetic would overflow.
LARGE = {"money": 4 * 10**14, "area": 10**6 * AREA, "rent": 10**4 * RENT, "count": 4 * 10**8}
UNIT_OF = {"money": "CNY", "area": "m2", "count": "count", "share": "occupancy"}  # of the law's numbers, by kind of fact
LOOKED_BACK = {name for clause in CATALOGUE for condition in clause.EVIDENCE.values() for name in condition.last_year}
INTERVALS = ("enterprise_id", "year", "clause", "low", "high", "unknown")
WORTH = ("column", "header", "unknown_cells", "intervals", "width_alone", "width_shared", "not_assessable")

Fact = tuple[str, int]  # a column and its calendar year (0: of the enterprise)


@dataclass(frozen=True)
class Bounds:
    """What unknown facts leave open.

    low, high (n, years, clauses) fen or places; unbounded, open (n, years, clauses): not bounded by the law; not known;
    clawback_low, clawback_high, clawback_unbounded (n, years); why: the columns behind each enterprise and clause.
    """

    low: np.ndarray
    high: np.ndarray
    unbounded: np.ndarray
    clawback_low: np.ndarray
    clawback_high: np.ndarray
    clawback_unbounded: np.ndarray
    why: dict[tuple[int, int], tuple[str, ...]]

    @property
    def open(self) -> np.ndarray:
        """Where the award is not known."""
        return self.unbounded | (self.high > self.low)

    @property
    def clawback_open(self) -> np.ndarray:
        """Where what is due back is not known."""
        return self.clawback_unbounded | (self.clawback_high > self.clawback_low)

    def from_year(self, place: int) -> Bounds:
        """The bounds without the first `place` years."""
        later = {name: getattr(self, name)[:, place:] for name in (
            "low", "high", "unbounded", "clawback_low", "clawback_high", "clawback_unbounded")}
        return Bounds(**later, why=self.why)


def facts_unknown(population: Population) -> dict[int, set[Fact]]:
    """By enterprise (row): its unknown facts. A column that is absent as a whole is unknown in every row there is."""
    rows = {name: row for row, name in enumerate(population.ids)}
    found: dict[int, set[Fact]] = {}
    for name, year, column in population.unknown:
        if name:
            found.setdefault(rows[name], set()).add((column, year))
            continue
        present = population.annual["present"] if column in ANNUAL_FIELDS else None
        for row in rows.values():
            if present is None:
                if not (column == "ecommerce" and population.enterprises["online_retailer"][row]):
                    found.setdefault(row, set()).add((column, 0))
            else:
                for place in np.flatnonzero(present[row]):
                    found.setdefault(row, set()).add((column, population.first_year + int(place)))
    return found


def needed(clause: int) -> frozenset[str]:
    """The columns a clause may ask for under some reading of the law."""
    slug = SLUGS[clause]
    columns = {column.name for column in COLUMNS.values() if slug in column.needed_by}
    return frozenset(columns | {SUPPORT + slug, PAID + slug})


def bound(population: Population, scenario: Scenario, window: Window, paid_years: int, awards: np.ndarray,
          clawback: np.ndarray) -> Bounds | None:
    """Bounds of every award, None where nothing is unknown.

    window: the register over the assessed years; awards (n, years, clauses), clawback (n, years): as assessed with
    unknown facts left blank, taken over where no unknown fact plays a part.
    """
    unknown = facts_unknown(population)
    if not unknown:
        return None
    found = Bounds(awards.copy(), awards.copy(), np.zeros(awards.shape, bool), clawback.copy(), clawback.copy(),
                   np.zeros(clawback.shape, bool), {})
    columns = [needed(clause) for clause in range(CLAUSES)]
    solver = _Solver(population, scenario, window, paid_years)
    for row, facts in unknown.items():
        back = np.zeros((3, len(window.years)), np.int64)  # least, largest, unbounded
        touched = False
        for clauses in _groups(scenario):
            asked = {fact for k in clauses for fact in facts if fact[0] in columns[k]}
            asked = solver.that_matter(row, clauses, asked)
            if not asked:
                of_back = solver.clawed(row, awards[row][:, list(clauses)], clauses)
                back[0] += of_back
                back[1] += of_back
                continue
            touched = True
            low, high, unbounded, of_back = solver.interval(row, clauses, solver.as_the_law_sees(row, asked))
            for at, k in enumerate(clauses):
                found.low[row, :, k], found.high[row, :, k] = low[:, at], high[:, at]
                found.unbounded[row, :, k] = unbounded[:, at]
                found.why[row, k] = tuple(dict.fromkeys(name for name, _ in sorted(asked)))
            back += of_back
        if touched:
            found.clawback_low[row], found.clawback_high[row] = back[0], back[1]
            found.clawback_unbounded[row] = back[2] > 0
    return found


def _groups(scenario: Scenario) -> list[tuple[int, ...]]:
    """Clauses that must be looked at together: the two opening awards where only the higher is paid."""
    if scenario.interpretation["opening_awards"] == "higher_of":
        return [(0, 1), *((k,) for k in range(2, CLAUSES))]
    return [(k,) for k in range(CLAUSES)]


class _Solver:
    """Assesses one enterprise under every combination of its unknown facts."""

    def __init__(self, population: Population, scenario: Scenario, window: Window, paid_years: int):
        self.population, self.window, self.paid_years = population, window, paid_years
        self.readings = compile_readings(scenario.interpretation)
        self.terms = window.terms
        self.least: dict[Fact, int] = {}
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
        violated = self.population.enterprises["violated_on"][row] // 10_000
        return np.where(self.window.years == violated, so_far, 0)

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
        values = [self.candidates(row, fact, facts) for fact in facts]
        if prod(map(len, values)) > MOST:
            everything = np.ones((years, width), bool)
            back = np.zeros((3, years), np.int64)
            back[2] = self._may_be_clawed(row, facts)
            return np.zeros((years, width), np.int64), np.zeros((years, width), np.int64), everything, back
        low = np.full((years, width), np.iinfo(np.int64).max)
        high, high_small = np.zeros((years, width), np.int64), np.zeros((years, width), np.int64)
        back = np.stack([np.full(years, np.iinfo(np.int64).max), np.zeros(years, np.int64), np.zeros(years, np.int64)])
        twice = np.array([max(found) if self._grows(fact) else -1 for fact, found in zip(facts, values, strict=True)])
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

    def _grows(self, fact: Fact) -> bool:
        """Whether a fact has no upper bound of its own, so that "twice as large" is a question."""
        name = fact[0]
        if name.startswith((SUPPORT, PAID)):
            return name.startswith(PAID)
        return COLUMNS[name].kind in ("money", "area", "rent", "count")

    def _may_be_clawed(self, row: int, facts: list[Fact]) -> np.ndarray:
        violated = self.population.enterprises["violated_on"][row] // 10_000
        unknown = any(name == "violated_on" for name, _ in facts)
        return np.array([unknown or violated == year for year in self.window.years])

    def _assess(self, row: int, facts: list[Fact], chosen: np.ndarray, clauses: tuple[int, ...]):
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
        violated = enterprises["violated_on"][:, None] // 10_000 == self.window.years[None, :]
        return of_these, np.where(violated, so_far, 0)

    def _by_clause(self, held: np.ndarray, row: int, n: int, facts: list[Fact], table: str) -> np.ndarray:
        if not held.size and not any(name.startswith(table) for name, _ in facts):
            return held
        one = held[[row]] if held.size else np.zeros((1, len(self.window.years), CASH_CLAUSES), np.int64)
        return np.repeat(one, n, axis=0)

    # -- the values that bracket the law's answer ------------------------------------------------------------------

    def candidates(self, row: int, fact: Fact, facts: list[Fact]) -> list[int]:
        """The values of an unknown fact at which the law's answer may turn, with the largest twice over."""
        name, year = fact
        if name.startswith(SUPPORT):
            return [0, LARGE["money"]]
        if name.startswith(PAID):
            tiers = [self.terms[-1]["platform_membership_award"][f"tier{k}_award"] for k in (1, 2, 3)]
            return _spread([1, *map(int, tiers)] if "membership" in name else [1], LARGE["money"], (-1, 0, 1))
        column = COLUMNS[name]
        if column.kind == "flag":
            return [0, 1]
        if column.kind == "choice":
            return [int(value) for value, _ in column.choices]
        if column.kind == "date":
            return self._days(name)
        if name in TAXES:
            return self._taxes(row, fact, facts)
        thresholds = self._thresholds(name)
        if column.kind == "share":
            return sorted({0, *thresholds, OCCUPANCY})
        return _spread(thresholds, LARGE[column.kind], (0,))  # a threshold is the least number that reaches it

    def _thresholds(self, name: str) -> list[int]:
        """The law's numbers of its unit that a fact is compared with, in all years, in machine units."""
        found: set[int] = set()
        for slug, clause in zip(SLUGS, CATALOGUE, strict=True):
            units = {term.name: term.unit for term in clause.TERMS}
            for condition in clause.EVIDENCE.values():
                if name in condition.facts or name in condition.last_year:
                    found |= {int(terms[slug][term]) for terms in self.terms for term in condition.terms
                              if units.get(term) == UNIT_OF.get(COLUMNS[name].kind)}
        return sorted(value for value in found if value > 0)

    def _taxes(self, row: int, fact: Fact, facts: list[Fact]) -> list[int]:
        """Thresholds of the contribution, and the retained tax of every year a rise may be measured from, on both sides
        and so far above that the share of the rise rounds up to a fen; from what the known taxes leave up."""
        found = {int(terms["tax_rebate"][name]) for terms in self.terms for name in ("low_contribution", "high_contribution")}
        unknown = {year for name, year in facts if name == "retained_tax"}
        known = self.window.annual["retained_tax"][row]
        found |= {int(value) for place, value in enumerate(known) if self.first + place - 1 not in unknown and value > 0}
        least = self.least.get((row, fact[1]), 0) if fact[0] == "retained_tax" else 0
        rates = {int(terms["tax_rebate"][name]) for terms in self.terms for name in ("low_rate", "high_rate")} - {0}
        steps = (-1, 0, 1, *(-(-RATE // (2 * rate)) for rate in rates))
        values = _spread(sorted(found), LARGE["money"], tuple(sorted(set(steps))))
        return sorted({least, *(least + step for step in steps if step > 0), *(v for v in values if v > least)})

    def _days(self, name: str) -> list[int]:
        """No such day, and days on either side of whatever the law asks of one: months for the two that start the rent's
        clock, years for the others, the edges of the term."""
        months = max(int(terms["office_rent"]["months"]) for terms in self.terms)
        first, last = self.first - 2 - -(-months // 12), int(self.window.years[-1]) + (name != "violated_on")
        by_month = name in ("settled_on", "lease_started_on")
        days = {year * 10_000 + month * 100 + 1 for year in range(first, last + 1)
                for month in (range(1, 13) if by_month else (1,))}
        days |= {year * 10_000 + 1231 for year in range(first, last + 1)}
        policy = self.terms[-1]["policy"]
        days |= {int(policy["start"]), int(policy["end"])}
        latest = last * 10_000 + 1231
        return [0, *sorted(day for day in days if first * 10_000 < day <= latest)]


def _spread(turning: Iterable[int], large: int, steps: tuple[int, ...]) -> list[int]:
    """0, the turning points with these steps around them, a large value and twice that."""
    near = {value + step for value in turning for step in steps}
    return sorted({0, *(value for value in near if 0 < value < large), large, 2 * large})


def _batches(combinations: Iterator[tuple[int, ...]]) -> Iterator[list[tuple[int, ...]]]:
    while batch := list(itertools.islice(combinations, AT_ONCE)):
        yield batch


def _necessary(clause) -> tuple[str, ...]:
    """Facts without which a clause gives nothing: those a condition is judged on alone."""
    return tuple(condition.facts[0] for condition in clause.EVIDENCE.values()
                 if len(condition.facts) == 1 and not condition.last_year)


def intervals_table(bounds: Bounds, ids: np.ndarray, years: np.ndarray) -> pd.DataFrame:
    """Awards that unknown facts leave open: enterprise_id, year, clause, low, high, unknown (columns).

    CNY (school places in places; clawback as amounts due back, ≥ 0). high is blank (NaN) where the law sets no bound: not
    assessable.
    """
    rows = []
    for i, j, k in zip(*np.nonzero(bounds.open), strict=True):
        scale = FEN if CASH[k] else 1
        high = float("nan") if bounds.unbounded[i, j, k] else bounds.high[i, j, k] / scale
        rows.append((ids[i], int(years[j]), SLUGS[k], bounds.low[i, j, k] / scale, high,
                     ", ".join(bounds.why.get((i, k), ()))))
    for i, j in zip(*np.nonzero(bounds.clawback_open), strict=True):
        high = float("nan") if bounds.clawback_unbounded[i, j] else bounds.clawback_high[i, j] / FEN
        why = dict.fromkeys(name for (row, _), names in bounds.why.items() if row == i for name in names)
        rows.append((ids[i], int(years[j]), "clawback", bounds.clawback_low[i, j] / FEN, high, ", ".join(why)))
    return pd.DataFrame(rows, columns=list(INTERVALS))


def worth_table(population: Population, intervals: pd.DataFrame) -> pd.DataFrame:
    """What collecting each unknown column would be worth: the widths (CNY) of the intervals it leaves open.

    column, header, unknown_cells, intervals (how many it takes part in), width_alone (of those it alone leaves open),
    width_shared (of those it leaves open with others), not_assessable (how many the law does not bound).
    """
    cells: dict[str, int] = {}
    for facts in facts_unknown(population).values():
        for name, _ in facts:
            cells[name] = cells.get(name, 0) + 1
    rows = []
    cash = intervals[~intervals["clause"].isin(["school_places", "clawback"])]
    split = cash["unknown"].str.split(", ")
    for name, count in cells.items():
        mine = cash[np.array([name in names for names in split], bool)]
        alone = mine["unknown"] == name
        width = mine["high"] - mine["low"]
        header = COLUMNS[name].header if name in COLUMNS else name
        rows.append((name, header, count, len(mine), float(width[alone].sum()), float(width[~alone].sum()),
                     int(mine["high"].isna().sum())))
    table = pd.DataFrame(rows, columns=list(WORTH))
    return table.sort_values(["width_alone", "width_shared", "not_assessable", "column"],
                             ascending=[False, False, False, True], ignore_index=True)
