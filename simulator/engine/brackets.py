"""The values of an unknown fact that bracket the law's answer.

The answer to one fact moves only at a few values: the law's thresholds, the other known facts it is compared with, the
months of a clock, the edges of the term. A value on either side of each is enough; what has no upper bound of its own is
tried large and twice as large.
"""

from __future__ import annotations

from collections.abc import Iterable

from simulator.engine.window import Window
from simulator.facts import AREA, OCCUPANCY, RENT
from simulator.law.clauses import CATALOGUE, SLUGS
from simulator.money import RATE
from simulator.population.schema import ANNUAL, ENTERPRISES

COLUMNS = {column.name: column for column in (*ENTERPRISES, *ANNUAL)}
TAXES = ("vat", "business_tax", "income_tax", "retained_tax", "district_contribution")
SUPPORT, PAID = "existing_support.", "paid."  # before the slug of the clause
# "Large" for facts without an upper bound, and twice that: below where the law's arithmetic would overflow.
LARGE = {"money": 4 * 10**14, "area": 10**6 * AREA, "rent": 10**4 * RENT, "count": 4 * 10**8}
UNIT_OF = {"money": "CNY", "area": "m2", "count": "count", "share": "occupancy"}  # of the law's numbers, by kind of fact

Fact = tuple[str, int]  # a column and its calendar year (0: of the enterprise)


def grows(fact: Fact) -> bool:
    """Whether a fact has no upper bound of its own, so that "twice as large" is a question."""
    name = fact[0]
    if name.startswith((SUPPORT, PAID)):
        return name.startswith(PAID)
    return COLUMNS[name].kind in LARGE


class Brackets:
    """The bracketing values of any fact, under the law and among the known facts of a window."""

    def __init__(self, window: Window):
        self.window, self.terms = window, window.terms
        self.first = int(window.years[0])

    def values(self, row: int, fact: Fact, facts: list[Fact], least: int) -> list[int]:
        """The values of an unknown fact at which the law's answer may turn, with the largest twice over. facts: all that are
        unknown of the enterprise; least: what known taxes leave up of a retained tax."""
        name = fact[0]
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
            return self._taxes(row, facts, least if name == "retained_tax" else 0)
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

    def _taxes(self, row: int, facts: list[Fact], least: int) -> list[int]:
        """Thresholds of the contribution, and the retained tax of every year a rise may be measured from, on both sides
        and so far above that the share of the rise rounds up to a fen; from what the known taxes leave up."""
        found = {int(terms["tax_rebate"][name]) for terms in self.terms for name in ("low_contribution", "high_contribution")}
        unknown = {year for name, year in facts if name == "retained_tax"}
        known = self.window.annual["retained_tax"][row]
        found |= {int(value) for place, value in enumerate(known) if self.first + place - 1 not in unknown and value > 0}
        rates = {int(terms["tax_rebate"][name]) for terms in self.terms for name in ("low_rate", "high_rate")} - {0}
        steps = (-1, 0, 1, *(-(-RATE // (2 * rate)) for rate in rates))
        values = _spread(sorted(found), LARGE["money"], tuple(sorted(set(steps))))
        return sorted({least, *(least + step for step in steps if step > 0), *(v for v in values if v > least)})

    def _days(self, name: str) -> list[int]:
        """No such day, and days on either side of whatever the law asks of one: months for the two that start the rent's
        clock, years for the others, the edges of the term."""
        months = max(int(terms["office_rent"]["months"]) for terms in self.terms)
        first, last = self.first - 2 - -(-months // 12), int(self.window.years[-1]) + (name not in ("violated_on", "unsound_on"))
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
