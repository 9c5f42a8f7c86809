"""A policy in plain Python: the nodes of its formulas evaluated one by one, slowly, in whole numbers of any size.

For debugging a policy, for explanations, and as the measure of `machine`, which must give the same to the last fen. The whole
program runs on it with SIMULATOR_PLAIN=1: `addresses` are callbacks that read what lies at the addresses they are handed.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from simulator import facts
from simulator.law.language import nodes
from simulator.law.language.nodes import Node, evaluate
from simulator.law.machine import (
    CERTIFIED,
    CERTIFIES,
    COMMON,
    FUNCTIONS,
    HISTORY_WORDS,
    MARK,
    PRESENT,
    ROW_WORDS,
    SETTLED,
    SETTLES,
    TOTAL,
    Columns,
    by_figures,
    growing_facts,
    reads,
    ways,
)
from simulator.law.policy import Policy
from simulator.law.steps import CAP, EXCLUSIVE, Step

Leaf = Callable[[Node], int]


class Plain:
    """The functions of `machine.Machine`, by name."""

    def __init__(self, policy: Policy, columns: Columns):
        self.policy, self.columns = policy, columns
        self._callbacks = [self._callback(name) for name in FUNCTIONS]
        self.addresses = {
            name: int(ctypes.cast(back, ctypes.c_void_p).value or 0) for name, back in zip(FUNCTIONS, self._callbacks, strict=True)
        }

    def _callback(self, name: str) -> Any:
        """A function as compiled code calls it."""
        function, n = getattr(self, name), len(self.policy.clauses)
        more = {"entitle": 2, "mark": 2, "rank": 3, "reach": 1}.get(name, 0)
        own = self.policy.own_words, len(self.policy.own_annual)

        def words(address: int, *shape: int) -> np.ndarray:
            length = int(np.prod(shape))
            if not address or not length:
                return np.zeros(shape, np.int64)
            return np.ctypeslib.as_array((ctypes.c_int64 * length).from_address(address)).reshape(shape)

        def of_one(*given: Any) -> int:
            e, x, rows, own_rows, count, at, year, head, numbers, readings, history, *rest = given
            count = max(count, 1)
            common = (
                words(e, len(facts.ENTERPRISE_FIELDS)),
                words(x, own[0]),
                words(rows, count, ROW_WORDS),
                words(own_rows, count, own[1]),
                count,
                at,
                year,
                words(head, 3),
                words(numbers, len(self.policy.number_paths)),
                words(readings, len(self.policy.readings)),
                words(history, n, HISTORY_WORDS),
            )
            if name == "entitle":
                rest = [rest[0], words(rest[1], n)]
            elif name == "rank":
                rest = [words(address, n) for address in rest]
            elif name == "mark":
                rest = [words(rest[0], n), rest[1]]
            return int(function(*common, *rest))

        def of_many(now: int, count: int, head: int, numbers: int, readings: int) -> int:
            columns = self.columns
            table = words(now, max(*columns.places.values(), columns.possible) + 1, columns.together)
            return int(
                self.stir(
                    table, count, words(head, 3), words(numbers, len(self.policy.number_paths)), words(readings, len(self.policy.readings))
                )
            )

        arguments = 5 if name == "stir" else len(COMMON) + more
        return ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * arguments)(of_many if name == "stir" else of_one)

    def leaves(
        self,
        enterprise: Any,
        own: Any,
        rows: Any,
        own_rows: Any,
        count: int,
        at: int,
        year: int,
        head: Any,
        numbers: Any,
        readings: Any,
        history: Any,
        *,
        amounts: Any = None,
        paid_now: int = 0,
        eligible: int = 0,
    ) -> Leaf:
        """What each leaf is for one enterprise and year; the arguments of `machine.COMMON`."""

        def of(node: Node) -> int:
            op, i = node.op, node.at[0] if node.at else 0
            if op == nodes.YEAR:
                return int(year)
            if op in (nodes.START, nodes.END):
                return int(head[0 if op == nodes.START else 1])
            if op == nodes.NUMBER:
                return int(numbers[i])
            if op == nodes.READING:
                return int(readings[i])
            if op == nodes.HISTORY:
                return int(history[i][node.at[1]])
            if op == nodes.DUE:
                return int(amounts[i])
            if op == nodes.PAID_NOW:
                return int(paid_now)
            if op == nodes.ELIGIBLE:
                return int(eligible)
            if op in (nodes.ENTERPRISE, nodes.OWN):
                return int((enterprise if op == nodes.ENTERPRISE else own)[i])
            table = own_rows if op in (nodes.OWN_ROW, nodes.OWN_LAST, nodes.OWN_FIXED) else rows
            fixed = op in nodes.FIXED_YEAR
            position = at if op in nodes.OF_THE_YEAR else node.at[1] - year + at if fixed else at - node.at[1]
            if position < 0:
                place = self.policy.beyond.get((self.policy.annual_fact(node), node.at[1] if fixed else position))
                return 0 if place is None else int(own[place])
            return int(table[position][i]) if position < min(at + 1, count) else 0  # what is to come is not known

        return of

    def entitle(self, *given: Any) -> int:
        *common, _, amounts = given
        holding = self.offer(*given)
        self.link(*common, amounts)
        return holding

    def offer(self, *given: Any) -> int:
        """`entitle` before its links: what each clause gives by itself."""
        *common, reach, amounts = given
        head, holding = common[7], 0
        of = self.leaves(*common, amounts=amounts)
        for k, clause in enumerate(self.policy.clauses):
            amounts[k] = 0
            memo: dict[int, int] = {}
            offered = reach >> k & 1 and not int(head[2]) >> k & 1
            if offered and all(evaluate(c.node, of, memo) for c in clause.conditions):
                amounts[k] = evaluate(clause.amount.node, of, memo)
                holding |= 1 << k
        return holding

    def link(self, *given: Any) -> list[Step]:
        """Exclusive groups, then caps, on `amounts` in place; returns what they took, step by step."""
        *common, amounts = given
        of, history, steps = self.leaves(*common, amounts=amounts), common[10], list[Step]()
        for at, group in enumerate(self.policy.settlement.exclusive):
            if evaluate(group.when.node, of):
                best = max(group.clauses, key=lambda k: int(amounts[k]))  # the first named of equal ones
                for k in group.clauses:
                    if k != best:
                        if amounts[k]:
                            steps.append(Step(EXCLUSIVE, at, k, int(amounts[k]), 0, by=best, asked=int(amounts[best])))
                        amounts[k] = 0
        for at, cap in enumerate(self.policy.settlement.caps):
            most = evaluate(cap.most.node, of)
            paid = sum(int(history[k][TOTAL]) for k in cap.clauses) if cap.lifetime else 0
            left, ahead = max(0, most - paid), 0
            for k in cap.clauses:
                before, amounts[k] = int(amounts[k]), min(int(amounts[k]), left)
                if amounts[k] != before:
                    steps.append(Step(CAP, at, k, before, int(amounts[k]), limit=most, paid=paid, ahead=ahead))
                left -= int(amounts[k])
                ahead += int(amounts[k])
        return steps

    def conduct(self, *common: Any) -> int:
        of, memo = self.leaves(*common), {}  # type: ignore[var-annotated]
        settlement = self.policy.settlement
        eligible = all(evaluate(c.node, of, memo) for c in settlement.conduct)
        return int(eligible) + 2 * (evaluate(settlement.clawback.node, of, memo) if settlement.clawback else 0)

    def lacking(self, *common: Any) -> int:
        return self._bits(common, [clause.data_error for clause in self.policy.clauses])

    def ends(self, *common: Any) -> int:
        return self._bits(common, [clause.ends for clause in self.policy.clauses])

    def _bits(self, common: Sequence[Any], conditions: list[Any]) -> int:
        of, head = self.leaves(*common), common[7]
        return sum(
            1 << k
            for k, condition in enumerate(conditions)
            if condition is not None and not int(head[2]) >> k & 1 and evaluate(condition.node, of)
        )

    def mark(self, *given: Any) -> int:
        *common, amounts, eligible = given
        history = common[10]
        for k, clause in enumerate(self.policy.clauses):
            if clause.mark is not None:
                of = self.leaves(*common, paid_now=amounts[k], eligible=eligible)
                history[k][MARK] = evaluate(clause.mark, of)
        return 0

    def rank(self, *given: Any) -> int:
        *common, places, values, due = given
        if any(clause.first is not None and clause.first.stays for clause in self.policy.clauses):
            self.offer(*common, -1, due)
        of = self.leaves(*common)
        for k, clause in enumerate(self.policy.clauses):
            if clause.first is not None:
                places[k], values[k] = evaluate(clause.first.number, of), evaluate(clause.first.by.node, of)
        return 0

    def reach(self, *given: Any) -> int:
        *common, may = given
        of, memo, found = self.leaves(*common), {}, 0  # type: ignore[var-annotated]
        for k, clause in enumerate(self.policy.clauses):
            for way in ways(clause):
                parts = [(p, reads(p)) for p in way if self.columns.rules_out(p)]
                if all(
                    evaluate(p, of, memo)
                    or any(evaluate(f, of, memo) for f in growing_facts(p, self.columns.growing))
                    or (r & set(SETTLED) and may & SETTLES)
                    or (r & set(CERTIFIED) and may & CERTIFIES)
                    for p, r in parts
                ):
                    found |= 1 << k
        return found

    def stir(self, now: Any, count: int, head: Any, numbers: Any, readings: Any) -> int:
        places, open_ways = self.columns.places, by_figures(self.policy, self.columns)
        for e in range(count):
            there = int(now[places[PRESENT]][e])

            def of(node: Node, e: int = e, there: int = there) -> int:
                if node.op == nodes.ROW:
                    return int(now[places[facts.ANNUAL_FIELDS[node.at[0]]]][e]) * there
                return self.leaves(None, None, None, None, 0, 0, 0, head, numbers, readings, None)(node)

            left = -1
            for k, parted in open_ways.items():
                if not any(all(evaluate(p, of) for p in parts) for parts in parted):
                    left &= ~(1 << k)
            now[self.columns.possible][e] = left
        return 0
