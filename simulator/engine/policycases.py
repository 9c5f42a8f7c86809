"""Worked cases of a policy: made at the edges of its text, confirmed by hand, run again after every change.

A case is one invented enterprise with the facts of some years and what one clause gives it in each, or several enterprises where
others decide too: the first n, a pot. The amounts are those of the assessment itself, worked out in plain Python (`casesearch` finds
the facts).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from simulator import facts
from simulator.engine.together import weigh
from simulator.law import explanation, readings
from simulator.law.plain import Plain
from simulator.law.policy import CLAWBACK, HISTORY, Policy
from simulator.law.sharing import fill_blanks
from simulator.law.terms import Law
from simulator.population.column import Column
from simulator.projection.columns import SEEN


@dataclass(frozen=True)
class Member:
    """An enterprise of a case. name: within the case; enterprise, years: its facts (stored units); copies: how many are alike; support:
    existing support of the case's clause by year (fen)."""

    name: str
    enterprise: Mapping[str, int]
    years: Mapping[int, Mapping[str, int]]
    copies: int = 1
    support: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """An enterprise's facts (stored units) and what a clause (or CLAWBACK) gives it by year (fen, or whole units in kind); confirmed: a
    person has worked out the same amounts; readings: those that are not the default ones; support: existing support of the clause by
    year (fen); group: all enterprises of the case, in order, where there are several, of which this is the one at the place `at`."""

    name: str
    clause: str
    zh: str
    en: str
    enterprise: Mapping[str, int]
    years: Mapping[int, Mapping[str, int]]
    gives: Mapping[int, int] = field(default_factory=dict)
    confirmed: bool = False
    readings: Mapping[str, str] = field(default_factory=dict)
    support: Mapping[int, int] = field(default_factory=dict)
    group: tuple[Member, ...] = ()
    at: int = 0

    @property
    def members(self) -> tuple[Member, ...]:
        return self.group or (Member("", self.enterprise, self.years, 1, self.support),)

    @property
    def member(self) -> str:
        """The name of its enterprise within the case; "" where it is alone."""
        return self.group[self.at].name if self.group else ""


@dataclass
class _Alike:
    """Enterprises of one member that came out the same so far: how many, what this policy paid each, their awards and what was due back
    by year, and the last year explained."""

    member: int
    count: int
    history: np.ndarray
    awards: list[np.ndarray]
    back: list[int]
    explained: list[explanation.Year]


def assess_case(law: Law, case: Case) -> dict[int, int]:
    """What the case's clause gives its enterprise in each year of the policy up to the case's last; of several alike the first."""
    return _given(law, case, {})[0]


def same_for_all(law: Law, case: Case) -> bool:
    """Whether those of each of its enterprises that are alike get the same."""
    memo: dict[Any, list[_Alike]] = {}
    return all(len(_given(law, replace(case, at=at), memo)) == 1 for at in range(len(case.group)))


def _given(law: Law, case: Case, memo: dict[Any, list[_Alike]]) -> list[dict[int, int]]:
    """What each of those that are alike gets by year; more than one where they come out differently."""
    supported = any(member.support for member in case.members)
    key = (id(case.group or case), tuple(sorted(case.readings.items())), case.clause if supported else "")
    if key not in memo:
        memo[key] = _play(law, case)
    own, start = [alike for alike in memo[key] if alike.member == case.at], law.start.year
    if case.clause == CLAWBACK:
        return [{start + j: -back for j, back in enumerate(alike.back)} for alike in own]
    k = law.policy.index(case.clause)
    return [{start + j: int(awards[k]) for j, awards in enumerate(alike.awards)} for alike in own]


def explained_of(law: Law, case: Case) -> dict[int, explanation.ClauseYear]:
    """The case's clause, explained in each year of the policy up to the case's last; nothing of a clawback."""
    if case.clause == CLAWBACK:
        return {}
    k, own = law.policy.index(case.clause), [alike for alike in _play(law, case, tell=True) if alike.member == case.at]
    return {year.year: year.clauses[k] for year in own[-1].explained}


def _play(law: Law, case: Case, tell: bool = False) -> list[_Alike]:
    """All enterprises of a case, year by year; of the last of `case.at` each year is explained where it is asked for."""
    policy, members = law.policy, case.members
    start = law.start.year
    all_years = {year for member in members for year in (*member.years, *member.support)}
    last = max([*all_years, start])
    first = min([*all_years, *policy.fixed_years, start - policy.longest_ago])
    columns = range(first, last + 1)
    terms, plain, chosen = law.compile(columns), _plain(policy), readings.compile_readings(policy, case.readings)
    given = [_facts_of(policy, member, columns, terms.head) for member in members]
    groups = [_Alike(m, member.copies, np.zeros(len(policy.clauses), HISTORY), [], [], []) for m, member in enumerate(members)]
    stays = np.array([clause.first is not None and clause.first.stays for clause in policy.clauses])
    for year in range(start, last + 1):
        at = year - first
        head, numbers = terms.head[at], terms.numbers[at]

        def opened(one: _Alike, year: int = year, at: int = at, head: Any = head, numbers: Any = numbers) -> explanation.Open:
            enterprise, own, annual, own_annual = given[one.member]
            common = (enterprise, own, annual, own_annual, len(annual), at, year, head, numbers, chosen, one.history)
            support = np.zeros(policy.cash_clauses, np.int64)
            if (held := members[one.member].support.get(year, 0)) and case.clause in policy.slugs[: policy.cash_clauses]:
                support[policy.index(case.clause)] = held
            return explanation.Open(policy, plain, common, support, None)

        opens = [opened(one) for one in groups]
        awarded: list[np.ndarray | None] = [None] * len(groups)
        steps: Sequence[Any] = ()
        if policy.contested:
            which = np.repeat(np.arange(len(groups)), [one.count for one in groups])
            amounts, due = (np.array([getattr(one, name) for one in opens])[which] for name in ("awards", "due"))
            seated = np.where(stays, (due > 0) & np.array([one.eligible for one in opens])[which][:, None], amounts > 0)
            ranked = [one.ranked() for one in opens]
            order = np.arange(len(which))
            asked = int(np.nonzero(np.array([one.member for one in groups])[which] == case.at)[0][-1])
            steps = weigh(
                policy,
                amounts,
                seated,
                ranked[0][0],
                np.array([v for _, v in ranked])[which],
                order,
                [order] * len(policy.settlement.pots),
                numbers,
                asked,
            )
            groups, opens, awarded = _parted(groups, opens, which, amounts, opened)
        for i, (one, now) in enumerate(zip(groups, opens, strict=True)):
            one.awards.append(now.left(awarded[i]))
            if tell and one.member == case.at and all(other.member != case.at for other in groups[i + 1 :]):
                one.explained.append(now.explained(awarded[i], steps))
                one.back.append(one.explained[-1].clawback)
            else:
                one.back.append(now.enter(one.awards[-1]))
    return groups


def _parted(
    groups: list[_Alike], opens: list[explanation.Open], which: np.ndarray, amounts: np.ndarray, opened: Any
) -> tuple[list[_Alike], list[explanation.Open], list[np.ndarray | None]]:
    """Those that are alike and now got different amounts go on by themselves."""
    parted, again, awarded = list[_Alike](), list[explanation.Open](), list[np.ndarray | None]()
    for g, one in enumerate(groups):
        rows = amounts[which == g]
        cuts = [0, *(i for i in range(1, len(rows)) if (rows[i] != rows[i - 1]).any()), len(rows)]
        for a, b in pairwise(cuts):
            whole = b - a == len(rows)
            own = one if whole else _Alike(one.member, b - a, one.history.copy(), list(one.awards), list(one.back), list(one.explained))
            parted.append(own)
            again.append(opens[g] if whole else opened(own))
            awarded.append(rows[a])
    return parted, again, awarded


def _facts_of(policy: Policy, member: Member, columns: range, head: np.ndarray) -> tuple[np.ndarray, ...]:
    """A member's facts as the engine's records: enterprise, own, annual, own annual."""
    enterprise, annual = np.zeros(1, facts.ENTERPRISE), np.zeros((1, len(columns)), facts.ANNUAL)
    owns = [fact.name for fact in policy.own_enterprise], [fact.name for fact in policy.own_annual]
    own, own_annual = np.zeros(len(owns[0]), np.int64), np.zeros((len(columns), len(owns[1])), np.int64)
    enterprise["accounts_sound"] = 1
    for name, value in member.enterprise.items():
        if name in owns[0]:
            own[owns[0].index(name)] = value
        else:
            enterprise[name] = value
    for year, row in member.years.items():
        at = year - columns[0]
        annual[0, at]["present"] = 1
        for name in ("retained_tax", "district_contribution"):
            annual[0, at][name] = facts.BLANK
        for name, value in row.items():
            if name in owns[1]:
                own_annual[at, owns[1].index(name)] = value
            else:
                annual[0, at][name] = value
    fill_blanks(annual, head)
    return enterprise[0], own, annual[0], own_annual


def _plain(policy: Policy) -> Plain:
    found = policy.made.get("cases")
    if found is None:
        found = policy.made["cases"] = Plain(policy, SEEN)
    return found


def differences(law: Law, cases: Iterable[Case]) -> Iterator[tuple[Case, int, int, int]]:
    """Of confirmed cases: the case, the year, what was confirmed and what the policy gives now, where they differ."""
    memo: dict[Any, list[_Alike]] = {}
    kept = list(cases)  # the memo knows a case by its identity
    for case in kept:
        if case.confirmed:
            found = _given(law, case, memo)
            for year in sorted(case.gives):
                other = next((one for one in found if one.get(year, 0) != case.gives[year]), None)
                if other is not None:
                    yield case, year, case.gives[year], other.get(year, 0)


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
