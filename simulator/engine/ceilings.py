"""The most a clause may give in a year by the law alone, where the unknown facts are too many to be tried out one by one.

Every condition that might hold is taken to hold, once and window as unused, and an unknown fact as whatever gives most; so
the answer lies at or below the ceiling, though perhaps far below it. It is the range of the clause's amount (`nodes.ranges`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator import facts
from simulator.law.language import nodes
from simulator.law.language.nodes import Node, Range, ranges
from simulator.law.policy import Clause, Policy


@dataclass(frozen=True)
class Year:
    """An enterprise and its row of a year, its own facts, which facts are unknown, the law's numbers of the year, the readings."""

    policy: Policy
    enterprise: np.void
    row: np.void
    own: Mapping[str, int]
    unknown: Collection[str]
    year: int
    head: Any
    numbers: np.ndarray
    readings: np.ndarray


def fact_of(policy: Policy, node: Node) -> tuple[str, bool] | None:
    """The fact a leaf is, and whether it is of this year or of the enterprise; None for a leaf that is none."""
    if node.op == nodes.ENTERPRISE:
        return facts.ENTERPRISE_FIELDS[node.at[0]], True
    if node.op == nodes.OWN:
        return policy.own_enterprise[node.at[0]].name, True
    return (policy.annual_fact(node), node.op in nodes.OF_THE_YEAR) if node.op in nodes.ANNUAL else None


def law_leaf(node: Node, head: np.void, numbers: np.ndarray, readings: np.ndarray, year: int) -> Range | None:
    """What a leaf of the law itself is; None for facts and payments."""
    if node.op == nodes.NUMBER:
        value = int(numbers[node.at[0]])
    elif node.op == nodes.READING:
        value = int(readings[node.at[0]])
    elif node.op in (nodes.START, nodes.END):
        value = int(head["start" if node.op == nodes.START else "end"])
    elif node.op == nodes.YEAR:
        value = year
    else:
        return None
    return value, value


def ceiling(clause: Clause, of: Year) -> int | None:
    """The most a clause gives in a year (fen, or units in kind); None: the law sets no bound without an unknown fact."""

    def known(times: int) -> Callable[[Node], Range | None]:
        def narrowed(node: Node) -> Range | None:
            found = fact_of(of.policy, node)
            if found is None:
                return law_leaf(node, of.head, of.numbers, of.readings, of.year)
            name, of_this = found
            if name in of.unknown or not of_this:
                money = node.high >= 10**9  # what has no upper bound of its own is tried large and twice as large
                return (node.low, node.high // 4 * times) if money and node.high < 10**16 else None
            if name in of.own:
                value = of.own[name]
            else:
                value = int((of.row if name in facts.ANNUAL_FIELDS else of.enterprise)[name])
            return value, value

        return narrowed

    most, more = (ranges(clause.amount.node, known(times))[1] for times in (1, 2))
    return None if more > most else most
