"""The facts of one clause, and what it gives for some of them in one year without a past: where it begins, changes and ends."""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, pairwise

from simulator import facts
from simulator.engine.policycases import Case, shown
from simulator.law import readings
from simulator.law.language import nodes
from simulator.law.language.nodes import Node, conjuncts, evaluate
from simulator.law.policy import CLAWBACK, HISTORY_FIELDS, Clause, Policy
from simulator.law.terms import Law
from simulator.law.words import of_years_ago
from simulator.population.column import Column
from simulator.population.schema import contract_of

# "enterprise", "year" or "last" or "fixed"; the fact; how many years ago the last one is of, the calendar year of a fixed one
Where = tuple[str, str, int]
Values = Mapping[Where, int]
_SWEEPS, _STARTS, _EDGES, _OF_A_NODE = 4, 60, 10, 6
_USUAL = {
    "money": 1_000_000,
    "area": 100,
    "rent": 50,
    "share": 8,
}  # what a base begins with: of the unit, tenths of a share
_COMPARING = {"lt": 0, "le": 0, "min": 0, "max": 0, "eq": 0}
_WORDS = ("flag", "choice", "date")  # kinds that are no quantity
_BACK, _AHEAD = 12, 4  # years before and after the year in which days are tried


class _Chance:
    """Numbers from 0 to below 1 for a search that tries here and there: of a word, the same ones every time."""

    def __init__(self, word: str):
        self.word, self.count = word, 0

    def __call__(self) -> float:
        self.count += 1
        return zlib.crc32(f"{self.word} {self.count}".encode()) / 2**32


class Search:
    """The facts that some conditions and an amount read, looked at in one year."""

    def __init__(self, law: Law, slug: str, conditions: list[Node], amount: Node, numbers: tuple[str, ...], beside: tuple[Node, ...] = ()):
        self.law, self.policy, self.slug, self.amount = law, law.policy, slug, amount
        self.conditions, self.numbers = conditions, numbers
        self.contract = contract_of(self.policy)
        self.leaves: dict[Where, list[Node]] = {}
        for node in nodes.leaves(*conditions, amount, *beside).values():
            where = self._where(node)
            if where is not None:
                self.leaves.setdefault(where, []).append(node)
        self.year = law.start.year
        self.caps: tuple[Node, ...] = ()  # the most that it may give together with others
        self.before: Case | None = None  # with which another clause was paid the year before, and what (fen)
        self.paid = 0

    @classmethod
    def of_clause(cls, law: Law, clause: Clause, without: tuple[str, ...] = ()) -> Search:
        """Of what a clause gives. without: names of conditions that are not asked for."""
        parts = [part for condition in clause.conditions if condition.name not in without for part in conjuncts(condition.node)]
        beside = (clause.first.number, clause.first.by.node) if clause.first is not None else ()
        k = law.policy.index(clause.slug)
        caps = tuple(cap.most.node for cap in law.policy.settlement.caps if k in cap.clauses)
        search = cls(law, clause.slug, parts, clause.amount.node, tuple(clause.uses.numbers), (*beside, *caps))
        search.caps = caps
        return search

    @classmethod
    def of_both(cls, law: Law, one: Clause, other: Clause) -> Search:
        """Of what both of two clauses give."""
        parts = [part for clause in (one, other) for condition in clause.conditions for part in conjuncts(condition.node)]
        numbers = tuple({**one.uses.numbers, **other.uses.numbers})
        return cls(law, one.slug, parts, nodes.make("min", one.amount.node, other.amount.node), numbers)

    @classmethod
    def of_condition(cls, law: Law, node: Node, numbers: tuple[str, ...]) -> Search:
        """Of what makes a condition hold."""
        return cls(law, CLAWBACK, conjuncts(node), nodes.const(1), numbers)

    def _where(self, node: Node) -> Where | None:
        i = node.at[0] if node.at else 0
        if node.op == nodes.ENTERPRISE:
            return "enterprise", facts.ENTERPRISE_FIELDS[i], 0
        if node.op == nodes.OWN:
            return "enterprise", self.policy.own_enterprise[i].name, 0
        if node.op not in nodes.ANNUAL:
            return None
        of = "year" if node.op in nodes.OF_THE_YEAR else "last" if node.op in nodes.AGO else "fixed"
        return of, self.policy.annual_fact(node), 0 if of == "year" else node.at[1]

    def year_of(self, where: Where) -> int:
        """The calendar year a fact of a year is of."""
        return self.year - where[2] if where[0] != "fixed" else where[2]

    def column(self, name: str) -> Column:
        """The column of a fact."""
        table = self.contract.tables[0]
        return table.column(name) if any(c.name == name for c in table.columns) else self.contract.tables[1].column(name)

    def kind(self, where: Where) -> str:
        return "flag" if where[1] == "present" else self.column(where[1]).kind

    @property
    def amounts_of(self) -> list[Where]:
        """The facts that are quantities."""
        return [where for where in self.leaves if where[1] != "present" and self.kind(where) not in _WORDS]

    def leaf(self, values: Values) -> Callable[[Node], int]:
        """What every leaf is, in the year looked at."""
        terms = self.law.compile([self.year])
        chosen = readings.compile_readings(self.policy, {})
        head, numbers = terms.head[0], terms.numbers[0]
        places = {id(node): where for where, found in self.leaves.items() for node in found}

        def of(node: Node) -> int:
            if (where := places.get(id(node))) is not None:
                return values[where]
            if node.op == nodes.YEAR:
                return self.year
            if node.op in (nodes.START, nodes.END):
                return int(head["start" if node.op == nodes.START else "end"])
            if node.op == nodes.NUMBER:
                return int(numbers[node.at[0]])
            if node.op == nodes.READING:
                return int(chosen[node.at[0]])
            if node.op == nodes.HISTORY and self.before is not None and self.policy.slugs[node.at[0]] == self.before.clause:
                past = {"years": 1, "total": self.paid, "last": self.paid, "first_year": self.year - 1, "last_year": self.year - 1}
                return past.get(HISTORY_FIELDS[node.at[1]], 0)
            return 0

        return of

    def value(self, node: Node, values: Values) -> int:
        """What a node of this clause comes to."""
        return evaluate(node, self.leaf(values), {})

    def given(self, values: Values) -> tuple[int, int]:
        """How many conditions hold, and the amount where all do."""
        of, memo = self.leaf(values), dict[int, int]()
        held = sum(bool(evaluate(part, of, memo)) for part in self.conditions)
        return held, evaluate(self.amount, of, memo) if held == len(self.conditions) else 0

    def candidates(self, where: Where) -> list[int]:
        """Values worth trying for a fact."""
        kind = self.kind(where)
        if kind == "flag":
            return [1, 0]
        if kind == "choice":
            return [int(code) for code, _ in self.column(where[1]).choices]
        if kind == "date":
            start, end = self.law.start, self.law.end or datetime.date(self.law.start.year + 3, 12, 31)
            days = [
                start,
                datetime.date(self.year, 3, 1),
                datetime.date(self.year, 7, 1),
                end,
                *(datetime.date(self.year - back, 6, 1) for back in (1, 2, 3, 5)),
                start - datetime.timedelta(1),
            ]
            return [*(d.year * 10_000 + d.month * 100 + d.day for d in days), 0]
        resolution = self.column(where[1]).resolution
        terms = self.law.compile([self.year])
        found = [_USUAL.get(kind, 10) * resolution // (10 if kind == "share" else 1)]
        for path in self.numbers:
            unit = self.policy.number_units[path]
            value = int(terms.numbers[0][self.policy.number_paths.index(path)]) * resolution // unit.scale
            found += [value, value + 1, value - 1, 2 * value, 3 * value, 10 * value]
        plain = (1,) if kind == "share" else (1, 10, 100, 1000, 10_000, 100_000, 10**6, 10**7, 10**8)
        found += [n * resolution for n in plain]
        high = self.leaves[where][0].high
        return list(dict.fromkeys(v for v in (*found, 0) if 0 <= v <= high))

    def base(self, *years: int) -> dict[Where, int] | None:
        """Facts with which the clause gives something; None when none were found. years: where to look, else when the policy starts, the
        year after, when it ends."""
        chance = _Chance(self.slug)
        start, end = self.law.start.year, self.law.end
        for year in years or dict.fromkeys((start, start + 1, *([end.year] if end else []))):
            self.year = year
            tries = {where: self.candidates(where) for where in self.leaves}
            for attempt in range(_STARTS):
                values = {where: found[0] if attempt == 0 else found[int(chance() * len(found))] for where, found in tries.items()}
                best = self.given(values)
                for _ in range(_SWEEPS):
                    if best[1] > 0:
                        return self._below_caps(values)
                    for where in sorted(tries, key=lambda _: chance()):
                        for value in tries[where]:
                            found = self.given({**values, where: value})
                            if found > best or (found == best and chance() < 0.1):
                                values, best = {**values, where: value}, found
                if best[1] > 0:
                    return self._below_caps(values)
        return None

    def _below_caps(self, values: Values) -> dict[Where, int]:
        """The facts that only caps ask for such that caps leave the clause what it gives, this year and later."""
        found, amounts = dict(values), self.amounts_of
        for where in self.capping:
            mosts = {value: min(self.value(cap, {**found, where: value}) for cap in self.caps) for value in self.candidates(where)}
            found[where] = max(mosts, key=lambda value: (mosts[value], value if where in amounts else value == found[where]))
        return found

    @property
    def capping(self) -> list[Where]:
        """The facts that only caps ask for."""
        own, caps = nodes.leaves(*self.conditions, self.amount), nodes.leaves(*self.caps)
        return [where for where in self.leaves if (ids := {id(n) for n in self.leaves[where]}) & set(caps) and not ids & set(own)]

    def uncapped(self, base: Values) -> Values:
        """The facts with some smaller, where the clause gives less than its most, so that rates that change by year are seen."""
        for where in self.amounts_of:
            amounts = {value: self.given({**base, where: value})[1] for value in self.candidates(where)}
            most = max(amounts.values())
            below = [value for value, amount in amounts.items() if 0 < amount < most]
            if below and sum(amount == most for amount in amounts.values()) > 1:
                base = {**base, where: max(below, key=lambda value: (amounts[value], -value))}
        return base

    def least(self, base: Values) -> Values:
        """The facts each as small as the clause still gives something."""
        capping = self.capping
        for where in self.amounts_of:
            for value in sorted(self.candidates(where)) if where not in capping else ():
                if self.given({**base, where: value})[1] > 0:
                    base = {**base, where: value}
                    break
        return base

    def latest(self, base: Values) -> Values:
        """The facts with each day as late as the clause still gives something."""
        for where in self.leaves:
            if where[1] != "present" and self.kind(where) == "date" and base[where]:
                days = sorted({*self.candidates(where), *self.days(base, where)}, reverse=True)
                base = {**base, where: next((day for day in days if day and self.given({**base, where: day})[1] > 0), base[where])}
        return base

    def most(self, base: Values, where: Where) -> int:
        """A value of a fact with which the clause gives the most it can; 0 where there is none, or where it always gives as much."""
        amounts = {value: self.given({**base, where: value})[1] for value in self.candidates(where)}
        largest = max(amounts)
        while 10 * largest <= self.leaves[where][0].high and len(amounts) < 40:
            largest *= 10
            amounts[largest] = self.given({**base, where: largest})[1]
        highest = max(amounts.values())
        reached = [value for value, amount in amounts.items() if amount == highest]
        return min(reached) if len(reached) > 1 and len({*amounts.values()}) > 2 else 0

    def highest(self, base: Values) -> Values:
        """The facts each with the value of the most."""
        for where in self.amounts_of:
            if most := self.most(base, where):
                base = {**base, where: most}
        return base

    def otherwise(self, base: Values) -> Iterator[Values]:
        """The facts with another choice, and with one left out that the clause does not need where another one is there (`or`)."""
        for where in self.leaves:
            if self.kind(where) == "choice":
                for value in self.candidates(where):
                    changed: Values = {**base, where: value}
                    tried = [changed, *self._helped(changed)] if value != base[where] else []
                    yield from islice((other for other in tried if self.given(other)[1] > 0), 1)
        either = [node for node in nodes.below(*self.conditions) if node.op in ("or", "select")]
        for where in self.leaves:
            if base[where] and any(self._depends(node, where) for node in either):
                yield from self.alternatives(base, where)

    def _helped(self, values: Values) -> Iterator[Values]:
        """The facts with one quantity larger."""
        for where in self.amounts_of:
            for value in self.candidates(where):
                yield {**values, where: value}

    def alternatives(self, base: Values, where: Where) -> Iterator[Values]:
        """The facts without one, and another in its place."""
        without = {**base, where: 0}
        if self.given(without)[1] > 0:
            yield without
            return
        for other in self.leaves:
            if other != where and not base[other]:
                found = next((v for v in self.candidates(other) if v and self.given({**without, other: v})[1] > 0), None)
                if found is not None:
                    yield {**without, other: found}

    # -------------------------------------------------------------------------------------------------- edges
    def edges(self, values: Values, where: Where) -> list[int]:
        """The values of a fact from which on a comparison, a cap or a step comes out otherwise, others as they are."""
        asked = [n for n in nodes.below(*self.conditions, self.amount) if n.op in (*_COMPARING, "floor_div") and self._depends(n, where)]
        found: dict[int, None] = {}
        grid = sorted({*self.candidates(where), 0, self.leaves[where][0].high, values[where]})
        for node in asked:

            def sign(value: int, node: Node = node) -> int:
                of, memo = self.leaf({**values, where: value}), {}  # type: ignore[var-annotated]
                a, b = (evaluate(arg, of, memo) for arg in node.args)
                if node.op == "floor_div":
                    return min(nodes.floor_div(a, b), 2)
                return (a > b) - (a < b) if node.op in ("min", "max", "eq") else int(a < b if node.op == "lt" else a <= b)

            of_node = 0
            for low, high in pairwise(grid):
                if sign(low) != sign(high) and of_node < _OF_A_NODE:
                    while high - low > 1:
                        middle = (low + high) // 2
                        low, high = (middle, high) if sign(middle) == sign(low) else (low, middle)
                    of_node += high not in found
                    found[high] = None
        return list(found)[:_EDGES]

    def days(self, values: Values, where: Where) -> list[int]:
        """The days from which on the clause gives something else."""
        first = datetime.date(self.year - _BACK, 1, 1).toordinal()
        last = datetime.date(self.year + _AHEAD, 1, 1).toordinal()

        def given(day: int) -> tuple[int, int]:
            date = datetime.date.fromordinal(day)
            return self.given({**values, where: date.year * 10_000 + date.month * 100 + date.day})

        found, grid = [], [*range(first, last, 28), last]
        for low, high in pairwise(grid):
            if given(low) != given(high):
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if given(middle) == given(low) else (low, middle)
                date = datetime.date.fromordinal(high)
                found.append(date.year * 10_000 + date.month * 100 + date.day)
        return found[:_EDGES]

    def _depends(self, node: Node, where: Where) -> bool:
        own = {id(n) for n in self.leaves[where]}
        return any(i in own for i in nodes.leaves(node))

    # -------------------------------------------------------------------------------------------------- cases
    def at_edges(self, base: Values) -> Iterator[Case]:
        """A case on either side of each edge of each fact."""
        for where in self.leaves:
            kind, was = self.kind(where), base[where]
            label = _label(self.policy, where)
            if kind in ("flag", "choice"):
                if where[1] == "present" and where[0] == "year":
                    continue
                few = self.uncapped(base)  # a cap hides what another rate would give
                for value in self.candidates(where):
                    if value != was:
                        yield self._at(base, where, value, label, "")
                        if few != base:
                            yield self._at(few, where, value, label, "")
                continue
            if kind == "date":
                for day in self.days(base, where):
                    yield self._at(base, where, _day_before(day), label, "before")
                    yield self._at(base, where, day, label, "at")
                if was:
                    yield self._at(base, where, was - 3 * 10_000, label, "earlier")
                continue
            yield from self._beside_edges(base, where, label)
            if (even := self.evened(base, where)) != base:
                yield from self._beside_edges(even, where, label)
            if most := self.most(base, where):
                yield self._at(base, where, most, label, "most")

    def evened(self, base: Values, where: Where) -> Values:
        """The facts with a round figure of the year before and higher ones from the year on, where the clause still gives something: a
        rise by a share then has an exact edge."""
        of, name, ago = where
        before = ("last", name, ago + 1)
        if of in ("year", "last") and before in self.leaves:
            since = [other for back in range(ago, -1, -1) if (other := ("last" if back else "year", name, back)) in self.leaves]
            for size in (10**6, 10**7, 10**8):
                one = size * self.column(name).resolution
                for times in (2, 10):
                    risen: Values = {other: one * times ** (i + 1) for i, other in enumerate(since)}
                    if self.given(found := {**base, before: one, **risen})[1] > 0:
                        return found
        return base

    def _beside_edges(self, base: Values, where: Where, label: tuple[str, str]) -> Iterator[Case]:
        used: set[int] = set()
        for edge in self.edges(base, where):
            far = self._apart(base, where, edge)
            near = {edge - far, edge, edge + far}
            if not far or any(abs(value - other) <= 2 * far for value in near for other in used):
                continue
            used |= near
            for value, word in ((edge - far, "below"), (edge, "at"), (edge + far, "above")):
                if 0 <= value <= self.leaves[where][0].high:
                    yield self._at(base, where, value, label, word)

    def _apart(self, base: Values, where: Where, edge: int) -> int:
        """How far from an edge the clause gives something else: one step of the fact, more where rounding hides it; 0: nowhere near."""
        for far in (1, 10, 100, 1000):
            if len({self.given({**base, where: value}) for value in (edge - far, edge, edge + far) if value >= 0}) > 1:
                return far
        return 0

    def _at(self, base: Values, where: Where, value: int, label: tuple[str, str], word: str) -> Case:
        if where[1] == "present":
            texts = ("无", "none")
        else:
            texts = (shown(self.column(where[1]), value, "zh"), shown(self.column(where[1]), value, "en"))
        side = {
            "below": ("（变化前）", " (before it changes)"),
            "at": ("（自此变化）", " (from here on)"),
            "above": ("（变化后）", " (after it has changed)"),
            "earlier": ("（早三年）", " (three years earlier)"),
            "before": ("（前一日）", " (the day before)"),
            "most": ("（达到最高）", " (the most)"),
            "": ("", ""),
        }[word]
        return self.case({**base, where: value}, f"{label[0]} {texts[0]}{side[0]}", f"{label[1]} {texts[1]}{side[1]}")

    def case(self, values: Values, zh: str, en: str) -> Case:
        """The facts as a case of the year looked at."""
        rows: dict[int, dict[str, int]] = {self.year: {}}
        enterprise: dict[str, int] = {}
        gone = set()
        for where, value in values.items():
            of, name, _ = where
            if of == "enterprise":
                enterprise[name] = value
                continue
            year = self.year_of(where)
            if name == "present":
                gone |= set() if value else {year}
            else:
                rows.setdefault(year, {})[name] = value
        for where in values:
            if where[1] == "present" and where[0] in ("last", "fixed"):
                rows.setdefault(self.year_of(where), {})
        if self.before is not None:
            enterprise = {**self.before.enterprise, **enterprise}
            rows = {y: {**self.before.years.get(y, {}), **rows.get(y, {})} for y in {*self.before.years, *rows}}
        return Case("", self.slug, zh, en, enterprise, {y: row for y, row in sorted(rows.items()) if y not in gone})

    def over_years(self, base: Values, zh: str, en: str, gap: bool = False) -> Case:
        """The same enterprise over the years to the end of the term and two more; what rose over the year before goes on rising. gap: it
        has no row in the second year."""
        case = self.case(base, zh, en)
        now, before = case.years.get(self.year, {}), case.years.get(self.year - 1, {})
        last = max(self.year + 2, min(self.year + 5, (self.law.end or datetime.date(self.year + 4, 1, 1)).year + 2))
        rows = {year: dict(row) for year, row in case.years.items()}
        for year in range(self.year + 1, last + 1):
            rows[year] = {}
            for name, value in now.items():
                rises = name in before and self.kind(("year", name, 0)) not in (*_WORDS, "share")
                rise = value - before[name] if rises else 0
                rows[year][name] = max(0, value + rise * (year - self.year))
            for name, value in before.items():
                rows[year - 1].setdefault(name, value)
        if gap:
            del rows[self.year + 1]
        return replace(case, years=dict(sorted(rows.items())))

    def as_before(self, base: Values, zh: str, en: str) -> Case:
        """The facts of the year in the year before, too."""
        case = self.case(base, zh, en)
        row = case.years.get(self.year, {})
        return replace(case, years={self.year - 1: {**row, **case.years.get(self.year - 1, {})}, self.year: row})

    def along(self, base: Values, where: Where, steps: list[int], zh: str, en: str) -> Case:
        """One fact of the year with another value in each year that follows."""
        case = self.case({**base, where: steps[0]}, zh, en)
        rows = {year: dict(row) for year, row in case.years.items()}
        for later, value in enumerate(steps[1:], 1):
            rows[self.year + later] = {**rows.get(self.year, {}), where[1]: value}
        return replace(case, years=dict(sorted(rows.items())))


def _day_before(day: int) -> int:
    date = datetime.date(day // 10_000, day // 100 % 100, day % 100) - datetime.timedelta(1)
    return date.year * 10_000 + date.month * 100 + date.day


def _label(policy: Policy, where: Where) -> tuple[str, str]:
    own = next((f for f in policy.facts if f.name == where[1]), None)
    zh, en = (own.zh, own.en) if own else (facts.KINDS[where[1]][1], where[1])
    if where[1] == "present":
        zh, en = "当年数据", "row of the year"
    if where[0] == "last":
        return of_years_ago(zh.removeprefix("当年"), en, where[2])
    return (f"{where[2]}年{zh.removeprefix('当年')}", f"{en} of {where[2]}") if where[0] == "fixed" else (zh, en)
