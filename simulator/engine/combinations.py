"""One enterprise under every combination of its unknown facts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from math import prod

import numpy as np

from simulator.engine.brackets import PAID, SUPPORT, TAXES, Brackets, Fact, columns_of, grows
from simulator.engine.ceilings import Year, ceiling, fact_of, law_leaf
from simulator.engine.enacted import enact
from simulator.engine.window import Window
from simulator.facts import ANNUAL_FIELDS, BLANK
from simulator.law.assessment import assess_register, conduct_of
from simulator.law.language import nodes
from simulator.law.language.nodes import Range, conjuncts, ranges
from simulator.law.policy import DUE_BACK, Clause
from simulator.population.register import Population
from simulator.scenario import Scenario

MOST = 20_000  # combinations of unknown facts of one enterprise and clause; of what needs more, the law's ceiling is given
AT_ONCE = 40_000  # combinations assessed in one call


class Combinations:
    """Assesses one enterprise under every combination of its unknown facts."""

    def __init__(self, population: Population, scenario: Scenario, window: Window, paid_years: int):
        self.population, self.window, self.paid_years = population, window, paid_years
        self.policy, enacted = scenario.law.policy, enact(scenario, [])
        self.law, self.readings, self.terms = enacted.law, enacted.readings, window.terms
        self.brackets = Brackets(self.policy, window)
        self.columns = columns_of(self.policy)
        self.annual = {*ANNUAL_FIELDS, *(fact.name for fact in self.policy.own_annual)}
        uses = self.policy.uses
        self.of_tax = {self.policy.index(slug) for slug in self.policy.needed_facts().get("retained_tax", ())}
        self.longest_ago = {name: max(ago for other, ago in uses.earlier if other == name) for name, _ in uses.earlier}
        self.fixed = set(uses.fixed_years)
        self.least: dict[tuple[int, int], int] = {}  # retained tax that known taxes leave up, by row and year
        self.first = int(window.years[0])
        self.necessary = [self._necessary(clause) for clause in self.policy.clauses]

    def that_matter(self, row: int, clauses: tuple[int, ...], facts: set[Fact]) -> set[Fact]:
        """The unknown facts that can play a part: none where a known fact rules the clause out in all years and nothing
        was paid under it."""
        if not facts or all(self._ruled_out(row, k, facts) for k in clauses):
            return set()
        last = int(self.window.years[-1])
        kept = set()
        for name, year in facts:
            if name in self.annual:
                ago = max(self.longest_ago.get("retained_tax", 0), 1) if name in TAXES else self.longest_ago.get(name, 0)
                if not self.first - ago <= year <= last and (name, year) not in self.fixed:
                    continue
                if name in TAXES[:3] and not self._is_blank(row, year, "retained_tax"):
                    continue  # the register knows the retained tax itself
                if name in TAXES[:4] and not self.of_tax & set(clauses) and not self._is_blank(row, year, "district_contribution"):
                    continue  # or the contribution, where nothing else is asked for
            elif "." in name and not self.first <= year <= last:
                continue
            kept.add((name, year))
        return kept

    def as_the_law_sees(self, row: int, facts: set[Fact]) -> list[Fact]:
        """The facts to be filled in: an unknown tax is an unknown retained tax, from what the known ones leave up."""
        seen = {("retained_tax", year) if name in TAXES[:3] else (name, year) for name, year in facts}
        self.least = {
            (row, year): int(self.window.annual["retained_tax"][row, year - self.first + self.window.skip])
            for name, year in facts
            if name in TAXES[:3] and ("retained_tax", year) not in facts
        }
        return sorted(seen)

    def clawed(self, row: int, awards: np.ndarray, clauses: tuple[int, ...]) -> np.ndarray:
        """What known awards (years, clauses) of these clauses add to a known clawback, by year."""
        cash = [at for at, k in enumerate(clauses) if self.policy.cash[k]]
        so_far = np.cumsum(awards[:, cash].sum(axis=1))
        one = slice(row, row + 1)
        return np.where(
            self._due_back(self.population.enterprises[one], self.window.own[one], self.window.annual[one], self.window.own_annual[one])[0],
            so_far,
            0,
        )

    def _due_back(self, enterprises: np.ndarray, own: np.ndarray, annual: np.ndarray, own_annual: np.ndarray) -> np.ndarray:
        """Whether what was paid is due back, (n, years)."""
        found = np.zeros((len(enterprises), len(self.window.years)), np.int64)
        terms = self.terms.of(slice(1, None))
        conduct_of(
            self.law,
            enterprises,
            own,
            annual,
            own_annual,
            self.window.skip,
            terms.head,
            terms.numbers,
            self.readings,
            self.window.years,
            found,
        )
        return found & DUE_BACK != 0

    def _ruled_out(self, row: int, clause: int, facts: set[Fact]) -> bool:
        names = {name for name, _ in facts}
        if PAID + self.policy.slugs[clause] in names or (
            self.policy.cash[clause] and self.window.paid.size and self.window.paid[row, :, clause].any()
        ):
            return False
        for name in self.necessary[clause]:
            if name in names or (name == "ecommerce" and "online_retailer" in names):
                continue
            if name in TAXES and names & set(TAXES):
                continue
            if not self._known(row, name).any():
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
        twice = np.array([max(found) if grows(self.columns, fact) else -1 for fact, found in zip(facts, values, strict=True)])
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
                if self.policy.cash[k] and j < self.paid_years and PAID + self.policy.slugs[k] not in hidden:
                    low[j, at] = high[j, at] = self.window.paid[row, j, k]
                    continue
                most = self._ceiling(row, k, j, hidden)
                high[j, at], unbounded[j, at] = most or 0, most is None
        cash = [at for at, k in enumerate(clauses) if self.policy.cash[k]]
        may = self._may_be_clawed(row, facts)
        back[1] = np.where(may, np.cumsum(high[:, cash].sum(axis=1)), 0)
        back[2] = may & np.logical_or.accumulate(unbounded[:, cash].any(axis=1))
        return low, high, unbounded, back

    def _ceiling(self, row: int, clause: int, j: int, hidden: set[str]) -> int | None:
        """The most a clause gives in the year with this place, None where the law sets no bound."""
        slug, terms = self.policy.slugs[clause], self.terms.of(1 + j)
        if PAID + slug in hidden:
            return None
        if int(terms.head["withdrawn"]) >> clause & 1:
            return 0
        at, year = j + self.window.skip, int(self.window.years[j])
        follows = {"ecommerce"} if "online_retailer" in hidden else set()
        if "retained_tax" in hidden and self._is_blank(row, year, "district_contribution"):
            follows.add("district_contribution")
        own = {f.name: int(v) for f, v in zip(self.policy.own_enterprise, self.window.own[row], strict=False)}
        own |= {f.name: int(v) for f, v in zip(self.policy.own_annual, self.window.own_annual[row, at], strict=True)}
        return ceiling(
            self.policy.clauses[clause],
            Year(
                self.policy,
                self.population.enterprises[row],
                self.window.annual[row, at],
                own,
                hidden | follows,
                year,
                terms.head,
                terms.numbers,
                self.readings,
            ),
        )

    def _known(self, row: int, name: str) -> np.ndarray:
        """The values of a fact of an enterprise, of all years where it is one of the year."""
        for facts_of, table in ((self.policy.own_enterprise, self.window.own[row]), (self.policy.own_annual, self.window.own_annual[row])):
            for i, fact in enumerate(facts_of):
                if fact.name == name:
                    return np.atleast_1d(table[..., i])
        return np.atleast_1d(self.window.annual[row][name] if name in ANNUAL_FIELDS else self.population.enterprises[row][name])

    def _necessary(self, clause: Clause) -> tuple[str, ...]:
        """Facts that are not 0 wherever the clause gives something: conditions judged on one fact that fail where it is 0."""
        found = []
        for condition in clause.conditions:
            for part in conjuncts(condition.node):
                leaves = nodes.leaves(part).values()
                names = {fact for node in leaves if (fact := fact_of(self.policy, node)) is not None}
                if len(names) != 1 or not next(iter(names))[1]:
                    continue
                name = next(iter(names))[0]

                def none_of_it(node: nodes.Node) -> Range | None:
                    if fact_of(self.policy, node) is not None:
                        return 0, 0
                    if node.op == nodes.YEAR:
                        return None
                    return law_leaf(node, self.terms.head[-1], self.terms.numbers.min(axis=0), self.readings, 0)

                read_under = self.columns[name].read_under if name in self.columns else None
                if ranges(part, none_of_it)[1] == 0 and read_under is None:
                    found.append(name)
        return tuple(dict.fromkeys(found))

    def _may_be_clawed(self, row: int, facts: list[Fact]) -> np.ndarray:
        back, one = self.policy.settlement.clawback, slice(row, row + 1)
        if back is not None and any(name in back.facts for name, _ in facts):
            return np.ones(len(self.window.years), bool)
        return self._due_back(self.population.enterprises[one], self.window.own[one], self.window.annual[one], self.window.own_annual[one])[
            0
        ]

    def _assess(self, row: int, facts: list[Fact], chosen: np.ndarray, clauses: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Awards (combinations, years, clauses) and their part of the clawback (combinations, years); chosen
        (combinations, facts): the values filled in."""
        n, years = len(chosen), len(self.window.years)
        enterprises = np.repeat(self.population.enterprises[[row]], n)
        annual = np.repeat(self.window.annual[[row]], n, axis=0)
        own, own_annual = np.repeat(self.window.own[[row]], n, axis=0), np.repeat(self.window.own_annual[[row]], n, axis=0)
        of_enterprise, of_year = ([f.name for f in table] for table in (self.policy.own_enterprise, self.policy.own_annual))
        existing = self._by_clause(self.window.existing, row, n, facts, SUPPORT)
        paid = self._by_clause(self.window.paid, row, n, facts, PAID)
        for at, (name, year) in enumerate(facts):
            slug = name.partition(".")[2]
            if slug:
                (existing if name.startswith(SUPPORT) else paid)[:, year - self.first, self.policy.index(slug)] += chosen[:, at]
            elif name in ANNUAL_FIELDS:
                place = year - self.first + self.window.skip
                annual[name][:, place] = chosen[:, at]
                if (
                    name == "retained_tax"
                    and ("district_contribution", year) not in facts
                    and self._is_blank(row, year, "district_contribution")
                ):  # blank: it equals the retained tax
                    annual["district_contribution"][:, place] = chosen[:, at]
            elif name in of_year:
                own_annual[:, year - self.first + self.window.skip, of_year.index(name)] = chosen[:, at]
            elif name in of_enterprise:
                own[:, of_enterprise.index(name)] = chosen[:, at]
            else:
                enterprises[name] = chosen[:, at]
        enterprises["ecommerce"] |= enterprises["online_retailer"]
        awards = np.zeros((n, years, self.law.clauses), np.int64)
        displaced, clawback, lacking = np.zeros_like(awards), np.zeros((n, years), np.int64), np.zeros((n, years), np.int64)
        terms = self.terms.of(slice(1, None))
        assess_register(
            self.law,
            enterprises,
            own,
            annual,
            own_annual,
            self.window.skip,
            existing,
            paid,
            self.paid_years,
            terms.head,
            terms.numbers,
            self.readings,
            self.window.years,
            awards,
            displaced,
            clawback,
            lacking,
        )
        of_these = awards[:, :, list(clauses)]
        so_far = np.cumsum(of_these[:, :, [at for at, k in enumerate(clauses) if self.policy.cash[k]]].sum(axis=2), axis=1)
        return of_these, np.where(self._due_back(enterprises, own, annual, own_annual), so_far, 0)

    def _by_clause(self, held: np.ndarray, row: int, n: int, facts: list[Fact], table: str) -> np.ndarray:
        if not held.size and not any(name.startswith(table) for name, _ in facts):
            return held
        one = held[[row]] if held.size else np.zeros((1, len(self.window.years), self.law.cash), np.int64)
        return np.repeat(one, n, axis=0)


def _batches(combinations: Iterator[tuple[int, ...]]) -> Iterator[list[tuple[int, ...]]]:
    while batch := list(itertools.islice(combinations, AT_ONCE)):
        yield batch
