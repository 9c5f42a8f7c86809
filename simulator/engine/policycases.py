"""Worked cases of a policy: made at the edges of its text, confirmed by hand, run again after every change.

A case is one invented enterprise with the facts of some years and what one clause gives it in each. `make` finds for every clause
an enterprise that gets it, and moves one fact at a time over each edge. The amounts are those of the assessment itself, worked out
in plain Python. Where others decide too (the first n, a pot), the enterprise of a case stands alone.
"""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise

import numpy as np

from simulator import facts
from simulator.law import explanation, readings
from simulator.law.language import nodes
from simulator.law.language.nodes import Node, conjuncts, evaluate
from simulator.law.plain import Plain
from simulator.law.policy import Clause, Condition, Policy
from simulator.law.sharing import fill_blanks
from simulator.law.terms import Law
from simulator.population.column import Column
from simulator.population.schema import contract_of
from simulator.projection.columns import SEEN

Where = tuple[str, str, int]  # "enterprise", "year" or "last" or "fixed"; the fact; the calendar year of a fixed one
_SWEEPS, _STARTS, _EDGES = 4, 60, 6
_USUAL = {
    "money": 1_000_000,
    "area": 100,
    "rent": 50,
    "share": 8,
}  # what a base begins with: of the unit, tenths of a share
_COMPARING = {"lt": 0, "le": 0, "min": 0, "max": 0, "eq": 0}


class _Chance:
    """Numbers from 0 to below 1 for a search that tries here and there: of a word, the same ones every time."""

    def __init__(self, word: str):
        self.word, self.count = word, 0

    def __call__(self) -> float:
        self.count += 1
        return zlib.crc32(f"{self.word} {self.count}".encode()) / 2**32


@dataclass(frozen=True)
class Case:
    """An enterprise's facts (stored units) and what a clause gives it by year (fen, or whole units in kind); confirmed: a person
    has worked out the same amounts; readings: those that are not the default ones."""

    name: str
    clause: str
    zh: str
    en: str
    enterprise: Mapping[str, int]
    years: Mapping[int, Mapping[str, int]]
    gives: Mapping[int, int] = field(default_factory=dict)
    confirmed: bool = False
    readings: Mapping[str, str] = field(default_factory=dict)


def assess_case(law: Law, case: Case) -> dict[int, int]:
    """What the case's clause gives in each year of the policy up to the case's last."""
    return {year: clause.award for year, clause in told_of(law, case).items()}


def told_of(law: Law, case: Case) -> dict[int, explanation.ClauseYear]:
    """The case's clause, told in each year of the policy up to the case's last."""
    policy, start = law.policy, law.start.year
    last = max([*case.years, start])
    first = min([*case.years, *policy.fixed_years, start - 1])
    columns = range(first, last + 1)
    enterprise, annual = np.zeros(1, facts.ENTERPRISE), np.zeros((1, len(columns)), facts.ANNUAL)
    own, own_annual = (
        np.zeros(len(policy.own_enterprise), np.int64),
        np.zeros((len(columns), len(policy.own_annual)), np.int64),
    )
    enterprise["accounts_sound"] = 1
    owns = [fact.name for fact in policy.own_enterprise], [fact.name for fact in policy.own_annual]
    for name, value in case.enterprise.items():
        if name in owns[0]:
            own[owns[0].index(name)] = value
        else:
            enterprise[name] = value
    for year, row in case.years.items():
        at = year - first
        annual[0, at]["present"] = 1
        for name in ("retained_tax", "district_contribution"):
            annual[0, at][name] = facts.BLANK
        for name, value in row.items():
            if name in owns[1]:
                own_annual[at, owns[1].index(name)] = value
            else:
                annual[0, at][name] = value
    terms = law.compile(columns)
    fill_blanks.py_func(annual.view(np.recarray), terms.head) if hasattr(fill_blanks, "py_func") else fill_blanks(annual, terms.head)
    skip, years = start - first, np.arange(start, last + 1)
    nothing = np.zeros((0, 0), np.int64)
    told = explanation.tell(
        policy,
        _plain(policy),
        enterprise[0],
        own,
        annual[0],
        own_annual,
        skip,
        nothing,
        nothing,
        0,
        terms.head[skip:],
        terms.numbers[skip:],
        readings.compile_readings(policy, case.readings),
        years,
    )
    k = policy.index(case.clause)
    return {year.year: year.clauses[k] for year in told}


def _plain(policy: Policy) -> Plain:
    found = policy.made.get("cases")
    if found is None:
        found = policy.made["cases"] = Plain(policy, SEEN)
    return found


def differences(law: Law, cases: Iterable[Case]) -> Iterator[tuple[Case, int, int, int]]:
    """Of confirmed cases: the case, the year, what was confirmed and what the policy gives now, where they differ."""
    for case in cases:
        if case.confirmed:
            found = assess_case(law, case)
            for year in sorted(case.gives):
                if found.get(year, 0) != case.gives.get(year, 0):
                    yield case, year, case.gives.get(year, 0), found.get(year, 0)


# ------------------------------------------------------------------------------------------------------------- making
def make(law: Law) -> tuple[list[Case], list[str]]:
    """Cases at every edge of every clause, and the clauses for which no enterprise was found that gets anything."""
    policy, cases, missed, alone = law.policy, list[Case](), list[str](), dict[int, Case]()
    for k, clause in enumerate(policy.clauses):
        search = _Search(law, clause)
        base = search.base()
        if base is None:
            missed.append(clause.slug)
            continue
        made = list(search.cases(base))
        alone[k] = made[0]
        cases += [*made, *_otherwise_read(law, clause, made)]
    cases += [*_together(law, alone), *_misconduct(law, alone)]
    count: dict[str, int] = {}
    for i, case in enumerate(cases):
        count[case.clause] = count.get(case.clause, 0) + 1
        cases[i] = replace(case, name=f"{case.clause}_{count[case.clause]}", gives=assess_case(law, case))
    return sorted(cases, key=lambda case: policy.index(case.clause)), missed


def _otherwise_read(law: Law, clause: Clause, made: Iterable[Case]) -> Iterator[Case]:
    """For every reading that a clause turns on and that is not the default: the first case that comes out otherwise under it."""
    of_all = {name for condition in law.policy.settlement.conduct for name in condition.uses.readings}
    for name in {**clause.uses.readings, **dict.fromkeys(sorted(of_all))}:
        switch = law.policy.readings[name]
        for word in switch.names:
            read = (
                {
                    **vars(case),
                    "zh": f"{case.zh}；{switch.zh}：{switch.meanings[word][0]}",
                    "en": f"{case.en}; {switch.en}: {switch.meanings[word][1]}",
                    "readings": {name: word},
                }
                for case in made
            )
            if word != switch.default:
                yield from islice(
                    (
                        Case(**other)
                        for case, other in zip(made, read, strict=True)
                        if assess_case(law, Case(**other)) != assess_case(law, case)
                    ),
                    1,
                )


def _joined(cases: Iterable[Case]) -> Case | None:
    """One enterprise with the facts of several cases; None where they contradict each other or are of other years."""
    enterprise, years = dict[str, int](), dict[int, dict[str, int]]()
    for case in cases:
        for name, value in case.enterprise.items():
            if enterprise.setdefault(name, value) != value:
                return None
        for year, row in case.years.items():
            for name, value in row.items():
                if years.setdefault(year, {}).setdefault(name, value) != value:
                    return None
            years.setdefault(year, {})
        last = case
    return replace(last, enterprise=enterprise, years=dict(sorted(years.items())))


def _together(law: Law, alone: Mapping[int, Case]) -> Iterator[Case]:
    """An enterprise that several linked clauses are due to: of each group, what every clause gives, and a cap just reached or not."""
    settlement = law.policy.settlement
    links = [(group.clauses, group.when, False, 0) for group in settlement.exclusive]
    links += [(cap.clauses, cap.most, cap.lifetime, 1) for cap in settlement.caps]
    for clauses, said, lifetime, is_cap in links:
        members, whole = list[int](), None
        for k in clauses:
            if k in alone:
                joined = _joined([*([whole] if whole else []), alone[k]])
                if joined is not None:
                    whole, members = joined, [*members, k]
        if whole is None or (len(members) < 2 and not is_cap):
            continue
        if lifetime:  # every year the same, until the total is reached
            last = (law.end or datetime.date(law.start.year + 4, 1, 1)).year
            first = max(whole.years)
            whole = replace(whole, years={**whole.years, **dict.fromkeys(range(first + 1, last + 1), whole.years[first])})
        for k in members:
            case = replace(whole, clause=law.policy.slugs[k], zh=f"{said.zh}：与其他条款一起", en=f"{said.en}: together with others")
            yield case
            if is_cap and not lifetime:
                yield from _at_the_cap(law, case, said)


def _at_the_cap(law: Law, case: Case, cap: Condition) -> Iterator[Case]:
    """A case moved to where a cap begins to cut its clause: one that gives all it would, one that is cut by a fen or more."""
    year, columns = max(case.years), {c.name: c for c in contract_of(law.policy).tables[1].columns}

    def given(name: str, value: int) -> Case:
        return replace(case, years={**case.years, year: {**case.years[year], name: value}})

    def cut(one: Case) -> bool:
        return assess_case(law, one)[year] < assess_case(_without_caps(law), one)[year]

    for name in law.policy.clauses[law.policy.index(case.clause)].uses.facts:
        column = columns.get(name)
        if column is None or column.kind in ("flag", "choice", "date", "text") or name not in case.years[year]:
            continue
        low, high = 0, case.years[year][name]
        if not cut(given(name, high)) or cut(given(name, low)):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if cut(given(name, middle)) else (middle, high)
        if not assess_case(law, given(name, low))[year]:  # what begins there is the clause, not the cap
            return
        for value, zh, en in ((low, "（未超过）", " (not above it)"), (high, "（超过）", " (above it)")):
            yield replace(
                given(name, value),
                zh=f"{cap.zh}：{column.header} {shown(column, value)}{zh}",
                en=f"{cap.en}: {name} {shown(column, value, 'en')}{en}",
            )
        return


def _without_caps(law: Law) -> Law:
    """The law without what several clauses may give together."""
    bare = law.policy.made.get("without caps")
    if bare is None:
        policy = replace(law.policy, settlement=replace(law.policy.settlement, caps=()), made={})
        bare = law.policy.made["without caps"] = replace(law, policy=policy)
    return bare


def _misconduct(law: Law, alone: Mapping[int, Case]) -> Iterator[Case]:
    """For everything that conduct asks: a case that would be paid, and is not."""
    for condition in law.policy.settlement.conduct:
        found = (
            other
            for k, case in alone.items()
            for other in _Search(law, law.policy.clauses[k], condition).broken(case)
            if not any(assess_case(law, other).values()) and any(assess_case(law, case).values())
        )
        yield from islice(found, 1)


class _Search:
    """The facts of one clause, and what it gives for some of them in one year without a past."""

    def __init__(self, law: Law, clause: Clause, asked: Condition | None = None):
        self.law, self.policy, self.clause = law, law.policy, clause
        self.contract = contract_of(self.policy)
        self.conditions = [part for condition in clause.conditions for part in conjuncts(condition.node)]
        self.leaves: dict[Where, list[Node]] = {}
        self.asked = asked
        for node in nodes.leaves(*((asked.node,) if asked else (*self.conditions, clause.amount.node))).values():
            where = self._where(node)
            if where is not None:
                self.leaves.setdefault(where, []).append(node)
        self.year = law.start.year

    def broken(self, case: Case) -> Iterator[Case]:
        """The case with one fact changed of those that a condition of conduct asks for."""
        self.year, year = max(case.years), max(case.years)
        for where in self.leaves:
            label = _label(self.policy, where)
            for value in self.candidates(where):
                zh, en = (f"{text} {shown(self.column(where[1]), value, lang)}" for text, lang in zip(label, ("zh", "en"), strict=True))
                if where[0] == "enterprise":
                    yield replace(case, enterprise={**case.enterprise, where[1]: value}, zh=zh, en=en)
                elif where[0] == "year" and where[1] != "present":
                    yield replace(case, years={**case.years, year: {**case.years[year], where[1]: value}}, zh=zh, en=en)

    def _where(self, node: Node) -> Where | None:
        i = node.at[0] if node.at else 0
        if node.op == nodes.ENTERPRISE:
            return "enterprise", facts.ENTERPRISE_FIELDS[i], 0
        if node.op == nodes.OWN:
            return "enterprise", self.policy.own_enterprise[i].name, 0
        of = {
            nodes.ROW: "year",
            nodes.OWN_ROW: "year",
            nodes.LAST: "last",
            nodes.OWN_LAST: "last",
            nodes.FIXED: "fixed",
            nodes.OWN_FIXED: "fixed",
        }.get(node.op)
        if of is None:
            return None
        name = facts.ANNUAL_FIELDS[i] if node.op in (nodes.ROW, nodes.LAST, nodes.FIXED) else self.policy.own_annual[i].name
        return of, name, node.at[1] if of == "fixed" else 0

    def column(self, name: str) -> Column:
        """The column of a fact."""
        table = self.contract.tables[0]
        return table.column(name) if any(c.name == name for c in table.columns) else self.contract.tables[1].column(name)

    def kind(self, where: Where) -> str:
        return "flag" if where[1] == "present" else self.column(where[1]).kind

    def leaf(self, values: Mapping[Where, int]) -> Callable[[Node], int]:
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
            return 0

        return of

    def given(self, values: Mapping[Where, int]) -> tuple[int, int]:
        """How many conditions hold, and the amount where all do."""
        of, memo = self.leaf(values), dict[int, int]()
        held = sum(bool(evaluate(part, of, memo)) for part in self.conditions)
        return held, evaluate(self.clause.amount.node, of, memo) if held == len(self.conditions) else 0

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
        for path in self.clause.uses.numbers:
            unit = self.policy.number_units[path]
            value = int(terms.numbers[0][self.policy.number_paths.index(path)]) * resolution // unit.scale
            found += [value, value + 1, value - 1, 2 * value, 3 * value, 10 * value]
        plain = (1,) if kind == "share" else (1, 10, 100, 1000, 10_000, 100_000, 10**6, 10**7, 10**8)
        found += [n * resolution for n in plain]
        high = self.leaves[where][0].high
        return list(dict.fromkeys(v for v in (*found, 0) if 0 <= v <= high))

    def base(self) -> dict[Where, int] | None:
        """Facts with which the clause gives something; None when none were found."""
        chance = _Chance(self.clause.slug)
        tries = {where: self.candidates(where) for where in self.leaves}
        for year in dict.fromkeys((self.law.start.year, self.law.start.year + 1, *([self.law.end.year] if self.law.end else []))):
            self.year = year
            for attempt in range(_STARTS):
                values = {where: found[0] if attempt == 0 else found[int(chance() * len(found))] for where, found in tries.items()}
                best = self.given(values)
                for _ in range(_SWEEPS):
                    if best[1] > 0:
                        return values
                    for where in sorted(tries, key=lambda _: chance()):
                        for value in tries[where]:
                            found = self.given({**values, where: value})
                            if found > best or (found == best and chance() < 0.1):
                                values, best = {**values, where: value}, found
                if best[1] > 0:
                    return values
        return None

    def uncapped(self, base: Mapping[Where, int]) -> Mapping[Where, int]:
        """The facts with one smaller, where the clause gives less than its most, so that rates that change by year are seen."""
        for where in self.leaves:
            if where[1] == "present" or self.kind(where) in ("flag", "choice", "date"):
                continue
            amounts = {value: self.given({**base, where: value})[1] for value in self.candidates(where)}
            most = max(amounts.values())
            below = [value for value, amount in amounts.items() if 0 < amount < most]
            if below and sum(amount == most for amount in amounts.values()) > 1:
                return {**base, where: max(below, key=lambda value: (amounts[value], -value))}
        return base

    # -------------------------------------------------------------------------------------------------- edges
    def edges(self, values: Mapping[Where, int], where: Where) -> list[int]:
        """The values of a fact from which on a comparison, a cap or a step comes out otherwise, others as they are."""
        asked = [
            n
            for n in nodes.below(*self.conditions, self.clause.amount.node)
            if n.op in (*_COMPARING, "floor_div") and self._depends(n, where)
        ]
        found: dict[int, None] = {}
        for node in asked:

            def sign(value: int, node: Node = node) -> int:
                of, memo = self.leaf({**values, where: value}), {}  # type: ignore[var-annotated]
                a, b = (evaluate(arg, of, memo) for arg in node.args)
                if node.op == "floor_div":
                    return min(nodes.floor_div(a, b), 3)
                return (a > b) - (a < b) if node.op in ("min", "max", "eq") else int(a < b if node.op == "lt" else a <= b)

            grid = sorted({*self.candidates(where), 0, self.leaves[where][0].high, values[where]})
            for low, high in pairwise(grid):
                if sign(low) != sign(high):
                    while high - low > 1:
                        middle = (low + high) // 2
                        low, high = (middle, high) if sign(middle) == sign(low) else (low, middle)
                    found[high] = None
        return list(found)[:_EDGES]

    def days(self, values: Mapping[Where, int], where: Where) -> list[int]:
        """The days from which on the clause gives something else."""
        first, last = datetime.date(self.year - 4, 1, 1).toordinal(), datetime.date(self.year + 4, 1, 1).toordinal()

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
    def cases(self, base: Mapping[Where, int]) -> Iterator[Case]:
        """The case itself, one over the years, and one on either side of each edge."""
        yield self._case(base, "得到该项", "gets it")
        yield self._over_years(self.uncapped(base))
        for where in self.leaves:
            kind, was = self.kind(where), base[where]
            if where[1] == "present":
                continue
            label = _label(self.policy, where)
            if kind in ("flag", "choice"):
                for value in self.candidates(where):
                    if value != was:
                        yield self._at(base, where, value, label, "")
                continue
            if kind == "date":
                for day in self.days(base, where):
                    yield self._at(base, where, _day_before(day), label, "before")
                    yield self._at(base, where, day, label, "at")
                continue
            yield from self._beside_edges(base, where, label)
            if (even := self.evened(base, where)) != base:
                yield from self._beside_edges(even, where, label)

    def evened(self, base: Mapping[Where, int], where: Where) -> Mapping[Where, int]:
        """The facts with a round figure of the year before and a higher one of the year, where the clause still gives something: a rise
        by a share then has an exact edge."""
        before = ("last", where[1], 0)
        if where[0] == "year" and before in self.leaves:
            for size in (10**6, 10**7, 10**8):
                one = size * self.column(where[1]).resolution
                for times in (2, 10):
                    if self.given(found := {**base, before: one, where: times * one})[1] > 0:
                        return found
        return base

    def _beside_edges(self, base: Mapping[Where, int], where: Where, label: tuple[str, str]) -> Iterator[Case]:
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

    def _apart(self, base: Mapping[Where, int], where: Where, edge: int) -> int:
        """How far from an edge the clause gives something else: one step of the fact, more where rounding hides it; 0: nowhere near."""
        for far in (1, 10, 100, 1000):
            if len({self.given({**base, where: value}) for value in (edge - far, edge, edge + far) if value >= 0}) > 1:
                return far
        return 0

    def _at(self, base: Mapping[Where, int], where: Where, value: int, label: tuple[str, str], word: str) -> Case:
        text_zh, text_en = (shown(self.column(where[1]), value, lang) for lang in ("zh", "en"))
        side = {
            "below": ("（变化前）", " (before it changes)"),
            "at": ("（自此变化）", " (from here on)"),
            "above": ("（变化后）", " (after it has changed)"),
            "before": ("（前一日）", " (the day before)"),
            "": ("", ""),
        }[word]
        return self._case({**base, where: value}, f"{label[0]} {text_zh}{side[0]}", f"{label[1]} {text_en}{side[1]}")

    def _case(self, values: Mapping[Where, int], zh: str, en: str) -> Case:
        rows: dict[int, dict[str, int]] = {self.year: {}}
        enterprise: dict[str, int] = {}
        for (of, name, fixed), value in values.items():
            if of == "enterprise":
                enterprise[name] = value
                continue
            year = self.year if of == "year" else self.year - 1 if of == "last" else fixed
            if name == "present" and not value:
                rows.pop(year, None)
                continue
            rows.setdefault(year, {})
            if name != "present":
                rows[year][name] = value
        gone = [self.year - 1] if values.get(("last", "present", 0)) == 0 else []
        return Case("", self.clause.slug, zh, en, enterprise, {y: row for y, row in sorted(rows.items()) if y not in gone})

    def _over_years(self, base: Mapping[Where, int]) -> Case:
        """The same enterprise over the term and a year more; what rose over the year before goes on rising."""
        case = self._case(base, "逐年（期限、一次、累计）", "over the years (windows, once, totals)")
        now, before = case.years.get(self.year, {}), case.years.get(self.year - 1, {})
        last = min(self.year + 5, (self.law.end or datetime.date(self.year + 4, 1, 1)).year + 1)
        rows = {year: dict(row) for year, row in case.years.items()}
        for year in range(self.year + 1, last + 1):
            rows[year] = {}
            for name, value in now.items():
                rise = (
                    value - before[name]
                    if name in before and self.kind(("year", name, 0)) not in ("flag", "choice", "date", "share")
                    else 0
                )
                rows[year][name] = max(0, value + rise * (year - self.year))
            for name, value in before.items():
                rows[year - 1].setdefault(name, value)
        return replace(case, years=dict(sorted(rows.items())))


def _day_before(day: int) -> int:
    date = datetime.date(day // 10_000, day // 100 % 100, day % 100) - datetime.timedelta(1)
    return date.year * 10_000 + date.month * 100 + date.day


def _label(policy: Policy, where: Where) -> tuple[str, str]:
    own = next((f for f in policy.facts if f.name == where[1]), None)
    zh, en = (own.zh, own.en) if own else (facts.KINDS[where[1]][1], where[1])
    if where[0] == "last":
        return f"上年{zh}", f"last year's {en}"
    return (f"{where[2]}年{zh}", f"{en} of {where[2]}") if where[0] == "fixed" else (zh, en)


def shown(column: Column, value: int, lang: str = "zh") -> str:
    """A stored value as a cell holds it: exact, without separators."""
    if column.kind == "flag":
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if column.kind == "date":
        return f"{value // 10_000}-{value // 100 % 100:02d}-{value % 100:02d}" if value else ("无" if lang == "zh" else "none")
    if column.kind == "choice":
        words = next((w for code, w in column.choices if code == value), (str(value),))
        return words[-1] if lang == "zh" else words[0]
    whole, part = divmod(value, column.resolution)
    digits = len(str(column.resolution)) - 1
    return f"{whole}.{part:0{digits}d}".rstrip("0").rstrip(".") if part else str(whole)
