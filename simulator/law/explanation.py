"""The assessment, explained: each condition, the facts and numbers it was judged by, the amount, and what settlement did.

Built from the same condition values the engine evaluates: the compiled rules of the clauses, observed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from simulator.law.language.nodes import DUE, READING, Node, below, evaluate, leaves, ranges
from simulator.law.language.nodes import HISTORY as HISTORY_LEAF
from simulator.law.plain import Leaf, Plain
from simulator.law.policy import ELIGIBLE, HISTORY, HISTORY_FIELDS, Clause, Condition, Definition, Policy
from simulator.law.steps import CAP, EXCLUSIVE, FIRST, POT, Step

_TOTAL, _FIRST, _YEARS, _LAST_YEAR, _LAST = (HISTORY_FIELDS.index(n) for n in ("total", "first_year", "years", "last_year", "last"))
# what settlement can do to a clause's amount
PAID, NOT_DUE, ZERO, BARRED, OUTBID, LINKED, CAPPED, RANKED_OUT, EMPTIED, REALLY_PAID, WITHDRAWN = (
    "paid",
    "not due",
    "zero",
    "barred",
    "outbid",
    "linked",
    "capped",
    "ranked out",
    "emptied",
    "really paid",
    "withdrawn",
)
_TAKEN = {EXCLUSIVE: LINKED, CAP: CAPPED, FIRST: RANKED_OUT, POT: EMPTIED}  # by the step that left nothing


@dataclass(frozen=True)
class Finding:
    """One condition of a clause: whether it held, and what it was judged by; past: what was paid or remembered before, or is due under
    another clause, each leaf with its value."""

    name: str
    held: bool
    evidence: Condition
    past: tuple[tuple[Node, int], ...] = ()


@dataclass(frozen=True)
class Worked:
    """A definition (`let`) that the clause uses, and what it came to: its node's value, None where there is none (no such day); over:
    what a number is divided by beside its scale."""

    of: Definition
    value: int | None
    over: int = 1


@dataclass(frozen=True)
class ClauseYear:
    """A clause in a year. Amounts in fen (school places in places): due before settlement, awarded after it, existing
    support, displaced; outcome: one of the words above; steps: what links and other enterprises did to it, in order; lets: the
    definitions it was judged by; parts: the weights in which the award is paid year by year."""

    slug: str
    findings: tuple[Finding, ...]
    due: int
    award: int
    existing: int
    displaced: int
    outcome: str
    steps: tuple[Step, ...] = ()
    lets: tuple[Worked, ...] = ()
    parts: tuple[int, ...] = (1,)


@dataclass(frozen=True)
class Year:
    """All clauses in a year; clawback: fen due back (≥ 0); barred: the conditions of conduct that do not hold."""

    year: int
    eligible: bool
    clauses: tuple[ClauseYear, ...]
    clawback: int
    barred: tuple[Condition, ...] = ()


def explain(
    policy: Policy,
    plain: Plain,
    enterprise: np.ndarray,
    own: np.ndarray,
    annual: np.ndarray,
    own_annual: np.ndarray,
    skip: int,
    existing: np.ndarray,
    paid: np.ndarray,
    paid_years: int,
    head: np.ndarray,
    numbers: np.ndarray,
    readings: np.ndarray,
    years: np.ndarray,
    awarded: Mapping[int, np.ndarray] | None = None,
    decided: Mapping[int, Sequence[Step]] = MappingProxyType({}),
) -> list[Year]:
    """Assess one enterprise year by year and keep what was found; arguments as in `assess_register`, of one enterprise. awarded: what
    it gets in each year where others decide too: who is among the first, how a sum is shared out; decided: how that came about."""
    history = np.zeros(len(policy.clauses), HISTORY)
    years_explained = []
    for j, year in enumerate(years):
        common = (enterprise, own, annual, own_annual, len(annual), j + skip, int(year), head[j], numbers[j], readings, history)
        one = Open(policy, plain, common, existing[j] if len(existing) else None, paid[j] if j < paid_years else None)
        years_explained.append(one.explained(None if awarded is None else awarded.get(int(year)), decided.get(int(year), ())))
    return years_explained


class Open:
    """An enterprise's year up to where others decide, too: what each clause gives by itself (`due`) and after what links and settlement
    leave of it (`awards`). common: the arguments of every function of a policy; existing, paid: fen of each cash clause, None for none."""

    def __init__(self, policy: Policy, plain: Plain, common: tuple[Any, ...], existing: np.ndarray | None, paid: np.ndarray | None):
        self.policy, self._plain, self._common, self._paid = policy, plain, common, paid
        n, cash = len(policy.clauses), policy.cash_clauses
        self.due, kept = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.conduct = plain.conduct(*common)
        plain.offer(*common, -1, self.due)
        self._of = plain.leaves(*common, amounts=self.due.copy())
        kept[:] = self.due
        self._steps = plain.link(*common, kept) if paid is None else []
        self._support = np.zeros(n, np.int64)
        if existing is not None:
            self._support[:cash] = existing
        weighs, support = policy.settlement.weighs_existing, self._support
        self.awards, self._displaced, self._kept = kept.copy(), np.zeros(n, np.int64), kept
        for k in range(n):
            if not self.eligible or (weighs and support[k] > 0 and kept[k] <= support[k]):
                self.awards[k] = 0
            elif weighs:
                self._displaced[k] = support[k]
        if paid is not None:
            self.awards[:cash] = paid
            self._displaced[:cash] = np.where((self.awards[:cash] > support[:cash]) & weighs, support[:cash], 0)

    @property
    def eligible(self) -> bool:
        """Whether conduct allows support this year."""
        return bool(self.conduct & ELIGIBLE)

    def ranked(self) -> tuple[np.ndarray, np.ndarray]:
        """How many get each clause that only the first so many get, and what it is ranked by."""
        places, values = (np.zeros(len(self.policy.clauses), np.int64) for _ in range(2))
        self._plain.rank(*self._common, places, values, np.zeros_like(places))
        return places, values

    def left(self, awarded: np.ndarray | None) -> np.ndarray:
        """What is left of the awards where others decide, too."""
        return self.awards.copy() if awarded is None or self._paid is not None else np.minimum(self.awards, awarded)

    def enter(self, awards: np.ndarray) -> int:
        """Enter the year's awards into the history; returns what is due back (fen)."""
        policy, history = self.policy, self._common[10]
        self._plain.mark(*self._common, awards, self.conduct & ELIGIBLE)
        for k in range(len(policy.clauses)):
            if awards[k] > 0:
                own = history[k]
                own[_TOTAL] += awards[k]
                own[_YEARS] += 1
                own[_LAST_YEAR], own[_LAST] = self._common[6], awards[k]
                own[_FIRST] = own[_FIRST] or self._common[6]
        return sum(int(history[k][_TOTAL]) for k in range(policy.cash_clauses)) if self.conduct & 2 else 0

    def explained(self, awarded: np.ndarray | None, decided: Sequence[Step]) -> Year:
        """The year, entered into the history. awarded: what is left where others decide too; decided: how that came about."""
        policy, of, paid, cash = self.policy, self._of, self._paid, self.policy.cash_clauses
        withdrawn = int(self._common[7]["withdrawn"])
        steps = [*self._steps, *decided] if paid is None else []
        awards, displaced = self.left(awarded), self._displaced
        if awarded is not None and paid is None:
            displaced[awards == 0] = 0
        clauses = []
        for k, clause in enumerate(policy.clauses):
            memo: dict[int, int] = {}
            found = tuple(Finding(c.name, bool(evaluate(c.node, of, memo)), c, _past(c, of)) for c in clause.conditions)
            held = all(f.held for f in found)
            if paid is not None and k < cash:
                outcome = REALLY_PAID
            elif withdrawn >> k & 1:
                outcome = WITHDRAWN
            elif self.due[k] == 0:  # all conditions may hold and a share of very little still round to nothing
                outcome = ZERO if held else NOT_DUE
            elif not self.eligible:
                outcome = BARRED
            else:
                taken = [_TAKEN[step.kind] for step in steps if step.clause == k and step.after == 0]
                outbid = self._kept[k] > 0 and self.awards[k] == 0
                outcome = PAID if awards[k] > 0 else OUTBID if outbid else taken[0] if taken else RANKED_OUT
            clauses.append(
                ClauseYear(
                    clause.slug,
                    found,
                    int(self.due[k]),
                    int(awards[k]),
                    int(self._support[k]),
                    int(displaced[k]),
                    outcome,
                    tuple(step for step in steps if step.clause == k),
                    tuple(_worked(policy, clause, held, of)),
                    clause.parts if paid is None and k < cash else (1,),
                )
            )
        barred = tuple(c for c in policy.settlement.conduct if not evaluate(c.node, of))
        return Year(int(self._common[6]), self.eligible, tuple(clauses), self.enter(awards), barred)


def _past(condition: Condition, of: Leaf) -> tuple[tuple[Node, int], ...]:
    found = {(node.op, node.at): node for node in leaves(condition.node).values() if node.op in (HISTORY_LEAF, DUE)}
    return tuple((node, of(node)) for node in found.values())


def _worked(policy: Policy, clause: Clause, due: bool, of: Leaf) -> Iterator[Worked]:
    """The definitions its conditions use, and its amount where that is due, in the order of the file; not those that only a reading
    asks for which is not the one chosen."""
    used, nodes = dict[str, None](), list[Node]()
    for part in (*clause.conditions, *([clause.amount] if due else [])):
        used |= part.uses.names
        nodes.append(part.node)
    written = {id(node) for node in below(*nodes)}
    read = {id(node) for node in below(*nodes, within=lambda node: _as_read(node, of))}
    own = {definition.name: definition for definition in (*policy.lets, *clause.lets)}
    for definition in (own[name] for name in own if name in used):
        value, memo = definition.value, dict[int, int]()
        own_nodes = {id(node) for node in (value.node, value.valid, value.den) if node is not None}
        if own_nodes & written and not own_nodes & read:
            continue
        there = value.valid is None or evaluate(value.valid, of, memo)
        over = evaluate(value.den, of, memo) if value.den is not None else 1
        yield Worked(definition, evaluate(value.node, of, memo) if there and over else None, over)


def _as_read(node: Node, of: Leaf) -> tuple[Node, ...]:
    """The arguments of a node that matter under the readings chosen."""

    def sure(arg: Node) -> tuple[int, int]:
        return ranges(arg, lambda leaf: (of(leaf),) * 2 if leaf.op == READING else None)

    if node.op == "select":
        low, high = sure(node.args[0])
        return node.args if low != high else (node.args[1 if low else 2],)
    if node.op in ("and", "or"):
        decided = (0, 0) if node.op == "and" else (1, 1)
        return next(((arg,) for arg in node.args if sure(arg) == decided), node.args)
    return node.args
