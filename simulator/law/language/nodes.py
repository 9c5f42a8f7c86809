"""What a formula means: a graph of whole numbers, each with the range it can have.

A node's `low` and `high` are worked out from the ranges of facts and numbers, so that whoever makes code of it knows where
64 bits suffice, and a formula that could pass 2¹²⁶ is refused when the file is read. Truth values are 0 and 1. No node can
fail: a division by nothing gives 0. Ranges with narrower facts answer what can be ruled out and the most a clause can give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

LARGEST = 2**126  # beyond this no arithmetic is done
# leaves; their arguments: an index, for LAST and OWN_LAST how many years ago, for FIXED and OWN_FIXED a calendar year
ENTERPRISE, OWN, ROW, OWN_ROW, LAST, OWN_LAST, FIXED, OWN_FIXED = (
    "enterprise",
    "own",
    "row",
    "own_row",
    "last",
    "own_last",
    "fixed",
    "own_fixed",
)
NUMBER, READING, HISTORY, DUE = "number", "reading", "history", "due"
YEAR, START, END, PAID_NOW, ELIGIBLE = "year", "start", "end", "paid_now", "eligible"
LEAVES = frozenset(
    (ENTERPRISE, OWN, ROW, OWN_ROW, LAST, OWN_LAST, FIXED, OWN_FIXED, NUMBER, READING, HISTORY, DUE, YEAR, START, END, PAID_NOW, ELIGIBLE)
)
OF_THE_YEAR, AGO, FIXED_YEAR = (ROW, OWN_ROW), (LAST, OWN_LAST), (FIXED, OWN_FIXED)  # annual facts, by the year they are of
ANNUAL = frozenset((*OF_THE_YEAR, *AGO, *FIXED_YEAR))
Range = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Node:
    """An operation on whole numbers. op: a leaf, `const` or an operation; args: nodes; at: a leaf's indices, a constant's value."""

    op: str
    args: tuple[Node, ...] = ()
    at: tuple[int, ...] = ()
    low: int = 0
    high: int = 0


def const(value: int) -> Node:
    """A whole number."""
    return Node("const", (), (value,), value, value)


def leaf(op: str, at: tuple[int, ...], low: int, high: int) -> Node:
    """A fact, number, reading, payment or date of an assessment."""
    return Node(op, (), at, low, high)


def _corners(f: Callable[[int, int], int], a: Range, b: Range) -> Range:
    found = [f(x, y) for x in a for y in b]
    return min(found), max(found)


def _quotient(f: Callable[[int, int], int], a: Range, b: Range) -> Range:
    bottom, top = max(b[0], 1), b[1]
    if top < 1:
        return 0, 0
    low, high = _corners(f, a, (bottom, top))
    return (min(low, 0), max(high, 0)) if b[0] < 1 else (low, high)


def floor_div(a: int, b: int) -> int:
    """a ÷ b rounded down; 0 where b is not above 0."""
    return a // b if b > 0 else 0


def half_up(a: int, b: int) -> int:
    """a ÷ b rounded half up (halves of negative numbers away from zero); 0 where b is not above 0."""
    if b <= 0:
        return 0
    return (2 * a + b) // (2 * b) if a >= 0 else -((2 * -a + b) // (2 * b))


def _known(low: bool, high: bool) -> Range:
    return int(low), int(high)


def _mod(a: Range, b: Range) -> Range:
    if b[1] < 1:
        return 0, 0
    return (a[0], a[1]) if a[0] >= 0 and a[1] < b[0] else (0, b[1] - 1)


def _eq(a: Range, b: Range) -> Range:
    return _known(a[0] == a[1] == b[0] == b[1], a[0] <= b[1] and b[0] <= a[1])


_RANGES: Mapping[str, Callable[..., Range]] = {
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "sub": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "mul": lambda a, b: _corners(lambda x, y: x * y, a, b),
    "min": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "max": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "floor_div": lambda a, b: _quotient(floor_div, a, b),
    "half_up": lambda a, b: _quotient(half_up, a, b),
    "mod": _mod,
    "lt": lambda a, b: _known(a[1] < b[0], a[0] < b[1]),
    "le": lambda a, b: _known(a[1] <= b[0], a[0] <= b[1]),
    "eq": _eq,
    "and": lambda a, b: (a[0] & b[0], a[1] & b[1]),
    "or": lambda a, b: (a[0] | b[0], a[1] | b[1]),
    "not": lambda a: (1 - a[1], 1 - a[0]),
    "bits_and": lambda a, b: (0, min(a[1], b[1])),
    "bits_or": lambda a, b: (max(a[0], b[0]), 2 ** max(a[1].bit_length(), b[1].bit_length()) - 1),
    "select": lambda c, a, b: b if c == (0, 0) else a if c == (1, 1) else (min(a[0], b[0]), max(a[1], b[1])),
}
VALUES: Mapping[str, Callable[..., int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "min": min,
    "max": max,
    "floor_div": floor_div,
    "half_up": half_up,
    "mod": lambda a, b: a % b if b > 0 else 0,
    "lt": lambda a, b: int(a < b),
    "le": lambda a, b: int(a <= b),
    "eq": lambda a, b: int(a == b),
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "not": lambda a: 1 - a,
    "bits_and": lambda a, b: a & b,
    "bits_or": lambda a, b: a | b,
    "select": lambda c, a, b: a if c else b,
}


def make(op: str, *args: Node) -> Node:
    """An operation, folded where all its arguments, or what it comes to, are constants. Raises OverflowError past 2¹²⁶."""
    low, high = _RANGES[op](*((a.low, a.high) for a in args))
    if max(abs(low), abs(high)) >= LARGEST:
        raise OverflowError
    if low == high:
        return const(low)
    if op == "select" and args[0].low == args[0].high:
        return args[1] if args[0].low else args[2]
    if op in ("and", "or"):
        for one, other in (args, args[::-1]):
            if one.low == one.high:  # the neutral one: the other case is a constant, folded above
                return other
    return Node(op, args, (), low, high)


def ranges(node: Node, known: Callable[[Node], Range | None], memo: dict[int, Range] | None = None) -> Range:
    """The range of a node where `known` narrows leaves (None: their own range)."""
    memo = {} if memo is None else memo
    found = memo.get(id(node))
    if found is None:
        if node.op == "const":
            found = node.low, node.high
        elif node.op in LEAVES:
            found = known(node) or (node.low, node.high)
        else:
            found = _RANGES[node.op](*(ranges(a, known, memo) for a in node.args))
        memo[id(node)] = found
    return found


def evaluate(node: Node, known: Callable[[Node], int], memo: dict[int, int] | None = None) -> int:
    """The value of a node; `known` gives the leaves."""
    memo = {} if memo is None else memo
    found = memo.get(id(node))
    if found is None:
        if node.op == "const":
            found = node.at[0]
        elif node.op in LEAVES:
            found = known(node)
        elif node.op == "select":  # only the branch taken: an unfinished other one costs nothing
            found = evaluate(node.args[1 if evaluate(node.args[0], known, memo) else 2], known, memo)
        else:
            found = VALUES[node.op](*(evaluate(a, known, memo) for a in node.args))
        memo[id(node)] = found
    return found


def below(*roots: Node, within: Callable[[Node], tuple[Node, ...]] = lambda node: node.args) -> list[Node]:
    """Some nodes and all below them, each once; within: which arguments of a node are looked at."""
    seen: dict[int, Node] = {}
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            waiting += within(node)
    return list(seen.values())


def leaves(*roots: Node) -> dict[int, Node]:
    """All leaves below some nodes, by identity."""
    return {id(node): node for node in below(*roots) if node.op in LEAVES}


def both(*conditions: Node) -> Node:
    """All of some truth values."""
    whole = const(1)
    for condition in conditions:
        whole = make("and", whole, condition)
    return whole


def conjuncts(node: Node) -> list[Node]:
    """The truth values that all have to hold for this one."""
    if node.op == "and":
        return [part for arg in node.args for part in conjuncts(arg)]
    return [node]
