"""Unknown is not zero: bounds of what the law gives where facts are unknown.

An enterprise is assessed with every unknown fact at each of the values that bracket the answer (`brackets`; all
combinations), by the same `assess_register` as everything else; the least and the largest award of a clause and year are
its interval. Where the award still grows as a fact is made twice as large, the law does not bound it: "not assessable".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.engine.brackets import PAID, SUPPORT, Fact, columns_of
from simulator.engine.ceilings import law_leaf
from simulator.engine.combinations import Combinations
from simulator.engine.window import Window
from simulator.facts import ANNUAL_FIELDS
from simulator.law.language.nodes import ranges
from simulator.law.policy import Policy
from simulator.law.readings import compile_readings
from simulator.population.register import Population, asked_for
from simulator.scenario import Scenario


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
        later = {
            name: getattr(self, name)[:, place:]
            for name in ("low", "high", "unbounded", "clawback_low", "clawback_high", "clawback_unbounded")
        }
        return Bounds(**later, why=self.why)


def facts_unknown(population: Population, scenario: Scenario) -> dict[int, set[Fact]]:
    """By enterprise (row): its unknown facts that the scenario's readings ask for. A column that is absent as a whole is
    unknown in every row there is."""
    rows = {name: row for row, name in enumerate(population.ids)}
    found: dict[int, set[Fact]] = {}
    annual = {*ANNUAL_FIELDS, *(fact.name for fact in scenario.law.policy.own_annual)}
    for name, year, column in asked_for(population.unknown, scenario.law.policy, scenario.interpretation):
        if name:
            found.setdefault(rows[name], set()).add((column, year))
            continue
        present = population.annual["present"] if column in annual else None
        for row in rows.values():
            if present is None:
                if not (column == "ecommerce" and population.enterprises["online_retailer"][row]):
                    found.setdefault(row, set()).add((column, 0))
            else:
                for place in np.flatnonzero(present[row]):
                    found.setdefault(row, set()).add((column, population.first_year + int(place)))
    return found


def needed(policy: Policy, clause: int) -> frozenset[str]:
    """The columns a clause may ask for under some reading of the law."""
    slug = policy.slugs[clause]
    columns = {column.name for column in columns_of(policy).values() if slug in column.needed_by}
    return frozenset(columns | {SUPPORT + slug, PAID + slug})


def bound(
    population: Population, scenario: Scenario, window: Window, paid_years: int, awards: np.ndarray, clawback: np.ndarray
) -> Bounds | None:
    """Bounds of every award, None where nothing is unknown.

    window: the register over the assessed years; awards (n, years, clauses), clawback (n, years): as assessed with
    unknown facts left blank, taken over where no unknown fact plays a part.
    """
    unknown = facts_unknown(population, scenario)
    if not unknown:
        return None
    found = Bounds(
        awards.copy(), awards.copy(), np.zeros(awards.shape, bool), clawback.copy(), clawback.copy(), np.zeros(clawback.shape, bool), {}
    )
    policy = scenario.law.policy
    columns = [needed(policy, clause) for clause in range(len(policy.clauses))]
    solver = Combinations(population, scenario, window, paid_years)
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
                if policy.clauses[k].first is not None or any(k in pot.clauses for pot in policy.settlement.pots):
                    found.low[row, :, k] = 0  # others decide too whether it is among those who get it
            back += of_back
        if touched:
            found.clawback_low[row], found.clawback_high[row] = back[0], back[1]
            found.clawback_unbounded[row] = back[2] > 0
    return found


def _groups(scenario: Scenario) -> list[tuple[int, ...]]:
    """Clauses that must be looked at together: what one pays changes what another does."""
    policy = scenario.law.policy
    head, readings = scenario.law.compile([scenario.law.start.year]), compile_readings(policy, scenario.interpretation)
    linked: list[set[int]] = [{policy.index(slug) for slug in clause.uses.clauses} | {k} for k, clause in enumerate(policy.clauses)]
    for group in policy.settlement.exclusive:
        if ranges(group.when.node, lambda node: law_leaf(node, head.head[0], head.numbers[0], readings, 0))[1]:
            linked.append(set(group.clauses))
    linked += [set(cap.clauses) for cap in policy.settlement.caps]
    groups: list[set[int]] = []
    for one in linked:
        together = [group for group in groups if group & one]
        groups = [group for group in groups if not group & one] + [one.union(*together)]
    return sorted(tuple(sorted(group)) for group in groups)
