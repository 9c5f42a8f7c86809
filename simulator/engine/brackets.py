"""The values of an unknown fact that bracket the law's answer.

The answer to one fact moves only at a few values: the law's thresholds, the other known facts it is compared with, the
months of a clock, the edges of the term. A value on either side of each is enough; what has no upper bound of its own is
tried large and twice as large.
"""

from __future__ import annotations

from collections.abc import Iterable

from simulator.engine.window import Window
from simulator.facts import AREA, OCCUPANCY, RENT
from simulator.law.policy import Clause, Condition, Policy
from simulator.money import RATE
from simulator.population.column import Column
from simulator.population.schema import contract_of

TAXES = ("vat", "business_tax", "income_tax", "retained_tax", "district_contribution")
SUPPORT, PAID = "existing_support.", "paid."  # before the slug of the clause
# "Large" for facts without an upper bound, and twice that: below where the law's arithmetic would overflow.
LARGE = {"money": 4 * 10**14, "area": 10**6 * AREA, "rent": 10**4 * RENT, "count": 4 * 10**8}
DIMENSIONS: dict[str, tuple[tuple[str, int], ...]] = {  # of the law's numbers, by kind of fact
    "money": (("CNY", 1),),
    "area": (("m2", 1),),
    "count": (),
    "share": (),
    "rent": (("CNY", 1), ("m2", -1), ("month", -1)),
}
_MONTH = (("month", 1),)

Fact = tuple[str, int]  # a column and its calendar year (0: of the enterprise)


def columns_of(policy: Policy) -> dict[str, Column]:
    """The columns of enterprises and years under a policy, by name."""
    tables = contract_of(policy).tables
    return {column.name: column for table in tables[:2] for column in table.columns}


def grows(columns: dict[str, Column], fact: Fact) -> bool:
    """Whether a fact has no upper bound of its own, so that "twice as large" is a question."""
    name = fact[0]
    if name.startswith((SUPPORT, PAID)):
        return name.startswith(PAID)
    return columns[name].kind in LARGE


class Brackets:
    """The bracketing values of any fact, under the law and among the known facts of a window."""

    def __init__(self, policy: Policy, window: Window):
        self.policy, self.window, self.terms, self.columns = policy, window, window.terms, columns_of(policy)
        self.first = int(window.years[0])

    def values(self, row: int, fact: Fact, facts: list[Fact], least: int) -> list[int]:
        """The values of an unknown fact at which the law's answer may turn, with the largest twice over. facts: all that are
        unknown of the enterprise; least: what known taxes leave up of a retained tax."""
        name = fact[0]
        if name.startswith(SUPPORT):
            return [0, LARGE["money"]]
        if name.startswith(PAID):
            clause = self.policy.clauses[self.policy.index(name.removeprefix(PAID))]
            tiers = self._numbers(clause.numbers, DIMENSIONS["money"]) if clause.mark is not None else []
            return _spread([1, *tiers], LARGE["money"], (-1, 0, 1))
        column = self.columns[name]
        if column.kind == "flag":
            return [0, 1]
        if column.kind == "choice":
            return [int(value) for value, _ in column.choices]
        if column.kind == "date":
            return self._days(name)
        if name in TAXES:
            return self._taxes(row, facts, least if name == "retained_tax" else 0)
        thresholds = self._thresholds(name)
        if column.kind == "share":
            return sorted({0, *thresholds, OCCUPANCY})
        return _spread(thresholds, LARGE[column.kind], (0, 1))  # the number itself counts, or only what lies above it

    def _numbers(self, paths: Iterable[str], dimensions: tuple[tuple[str, int], ...], shares: bool = False) -> list[int]:
        """The values of the numbers of these dimensions in all years, above 0, in machine units."""
        found: set[int] = set()
        for path in paths:
            unit = self.policy.number_units[path]
            if unit.dimensions == dimensions and unit.is_share == shares:
                found |= set(map(int, self.terms.numbers[:, self.policy.number_paths.index(path)]))
        return sorted(value for value in found if value > 0)

    def _beside(self, *names: str) -> list[str]:
        """Paths of the numbers that stand in a clause, or a link between clauses, beside any of these facts."""
        together: list[Clause | Condition] = [*self.policy.clauses, *(part for part, _ in self.policy.settlement.links)]
        return list(dict.fromkeys(path for one in together if set(names) & set(one.uses.every_fact) for path in one.uses.numbers))

    def _thresholds(self, name: str) -> list[int]:
        """The law's numbers of its unit that a fact may be compared with, in the fact's machine units."""
        column = self.columns[name]
        scale, found = column.resolution, set()
        for path in self._beside(name):
            unit = self.policy.number_units[path]
            if unit.dimensions == DIMENSIONS.get(column.kind, ()) and (unit.is_share == (column.kind == "share")):
                values = map(int, self.terms.numbers[:, self.policy.number_paths.index(path)])
                found |= {value * scale // unit.scale for value in values}
        return sorted(value for value in found if value > 0)

    def _taxes(self, row: int, facts: list[Fact], least: int) -> list[int]:
        """Thresholds of the contribution, and the retained tax of every year a rise may be measured from, on both sides
        and so far above that the share of the rise rounds up to a fen; from what the known taxes leave up."""
        beside = self._beside("retained_tax", "district_contribution")
        found = set(self._numbers(beside, DIMENSIONS["money"]))
        unknown = {year for name, year in facts if name == "retained_tax"}
        known = self.window.annual["retained_tax"][row]
        first = self.first - self.window.skip
        found |= {int(value) for place, value in enumerate(known) if first + place not in unknown and value > 0}
        rates = self._numbers(beside, (), shares=True)
        steps = (-1, 0, 1, *(-(-RATE // (2 * rate)) for rate in rates))
        values = _spread(sorted(found), LARGE["money"], tuple(sorted(set(steps))))
        return sorted({least, *(least + step for step in steps if step > 0), *(v for v in values if v > least)})

    def _days(self, name: str) -> list[int]:
        """No such day, and days on either side of whatever the law asks of one: months where a clause counts months beside it, years
        elsewhere, the edges of the term."""
        counted = self._numbers(self._beside(name), _MONTH)
        months = max((*self._numbers(self.policy.number_paths, _MONTH), 0))
        back = self.policy.settlement.clawback
        of_conduct = back is not None and name in back.facts
        first, last = self.first - 2 - -(-months // 12), int(self.window.years[-1]) + (not of_conduct)
        days = {
            year * 10_000 + month * 100 + 1
            for year in range(first, last + 1)
            for month in (range(1, 13) if counted and not of_conduct else (1,))
        }
        days |= {year * 10_000 + 1231 for year in range(first, last + 1)}
        head = self.terms.head[-1]
        days |= {int(head["start"]), int(head["end"])}
        latest = last * 10_000 + 1231
        return [0, *sorted(day for day in days if first * 10_000 < day <= latest)]


def _spread(turning: Iterable[int], large: int, steps: tuple[int, ...]) -> list[int]:
    """0, the turning points with these steps around them, a large value and twice that."""
    near = {value + step for value in turning for step in steps}
    return sorted({0, *(value for value in near if 0 < value < large), large, 2 * large})
