"""What a change of one number of a policy does to a formula, found from the formula alone: which way it goes, or that it stays.

Every answer is on the safe side: None and False mean "not known". Readings are taken as they are chosen.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.law.language import nodes
from simulator.law.language.nodes import Node, Range, ranges


class Moving:
    """One number that rises and nothing else changes. known: the range of a leaf, where it is narrower than its own (readings)."""

    def __init__(self, number: int, known: Callable[[Node], Range | None]):
        self.number, self.known = number, known
        self._ranges: dict[int, Range] = {}
        self._ways: dict[int, int | None] = {}
        self._kept: list[Node] = []  # so that no other node takes the place of one that was asked about

    def way(self, node: Node) -> int | None:
        """1: it never falls, -1: it never rises, 0: it stays; None: not known."""
        if id(node) not in self._ways:
            self._kept.append(node)
            self._ways[id(node)] = self._way(node)
        return self._ways[id(node)]

    def reads(self, node: Node, leaf: str, last: int) -> bool:
        """Whether it reads a leaf of this kind and last index, by any way that the readings chosen leave open."""
        if node.op == leaf:
            return node.at[-1] == last
        if node.op == "select" and (chosen := self._range(node.args[0]))[0] == chosen[1]:
            return self.reads(node.args[1 if chosen[0] else 2], leaf, last)
        low, high = self._range(node)
        return low < high and any(self.reads(arg, leaf, last) for arg in node.args)

    def steady(self, node: Node) -> bool:
        """Whether a truth value stays as it is while the number stays above 0 (an award that is larger is an award as before)."""
        if self.way(node) == 0:
            return True
        if node.op in ("and", "or", "not"):
            return all(map(self.steady, node.args))
        if node.op == "select":
            return all(map(self.steady, node.args))
        return node.op == "lt" and self._range(node.args[0]) == (0, 0) and self._positive(node.args[1])

    def _positive(self, node: Node) -> bool:
        """Whether it stays above 0, or not, while the number stays above 0."""
        if self.way(node) == 0 or node.op == nodes.NUMBER:
            return True
        if node.op == "select":
            return self.steady(node.args[0]) and all(map(self._positive, node.args[1:]))
        if node.op in ("min", "max"):
            return all(map(self._positive, node.args))
        return node.op in ("add", "mul") and all(self._range(arg)[0] >= 0 and self._positive(arg) for arg in node.args)

    def _range(self, node: Node) -> Range:
        return ranges(node, self.known, self._ranges)

    def _way(self, node: Node) -> int | None:
        if node.op == nodes.NUMBER:
            return int(node.at[0] == self.number)
        low, high = self._range(node)
        if low == high or not node.args:
            return 0
        if node.op == "select" and (chosen := self._range(node.args[0]))[0] == chosen[1]:
            return self.way(node.args[1 if chosen[0] else 2])
        found = [self.way(arg) for arg in node.args]
        if not any(way != 0 for way in found):
            return 0
        if None in found or node.op in ("eq", "mod", "bits_and", "bits_or"):
            return None
        first, *others = (way or 0 for way in found)
        if node.op in ("add", "min", "max", "and", "or"):
            return _both(first, others[0])
        if node.op == "sub":
            return _both(first, -others[0])
        if node.op in ("lt", "le"):
            return _both(-first, others[0])
        if node.op == "not":
            return -first
        if node.op == "select":
            if first == 0:
                return _both(*others)
            holds, fails = (self._range(arg) for arg in node.args[1:])
            return None if any(others) else first if holds[0] >= fails[1] else -first if holds[1] <= fails[0] else None
        one, other = (self._range(arg) for arg in node.args)
        if node.op == "mul":
            ways = [_times(first, other), _times(others[0], one)]
            return None if None in ways else _both(ways[0] or 0, ways[1] or 0)
        if others[0] == 0:  # a quotient; by nothing it is 0
            return first
        return -others[0] if first == 0 and one[0] >= 0 and other[0] > 0 else None


def _times(way: int, by: Range) -> int | None:
    """The way of something multiplied by what lies in a range."""
    return 0 if way == 0 else way if by[0] >= 0 else -way if by[1] <= 0 else None


def _both(one: int, other: int) -> int | None:
    """The way of two parts together."""
    return other if one == 0 or one == other else one if other == 0 else None
