"""What is said of a number's effect on a formula is never wrong: held against the formula worked out for both values."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.law.language import nodes
from simulator.law.language.moving import Moving
from simulator.law.language.nodes import NUMBER, VALUES, Node, const, leaf, make

NUMBERS = (leaf(NUMBER, (0,), 0, 50), leaf(NUMBER, (1,), 0, 50))
FACTS = (leaf(nodes.ROW, (0,), -40, 60), leaf(nodes.ROW, (1,), 0, 30))


def grown(rng: random.Random, depth: int) -> Node:
    """A formula of whole numbers."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([*NUMBERS, *FACTS, const(rng.randint(-3, 9))])
    op = rng.choice(["add", "sub", "mul", "min", "max", "floor_div", "half_up", "mod", "select"])
    if op == "select":
        return make("select", truth(rng, depth - 1), grown(rng, depth - 1), grown(rng, depth - 1))
    return make(op, grown(rng, depth - 1), grown(rng, depth - 1))


def truth(rng: random.Random, depth: int) -> Node:
    if depth <= 0 or rng.random() < 0.5:
        return make(rng.choice(["lt", "le", "eq"]), rng.choice([const(0), grown(rng, max(depth, 0))]), grown(rng, max(depth, 0)))
    if rng.random() < 0.3:
        return make("not", truth(rng, depth - 1))
    return make(rng.choice(["and", "or"]), truth(rng, depth - 1), truth(rng, depth - 1))


def value(node: Node, numbers: tuple[int, int], facts: tuple[int, int]) -> int:
    if node.op == "const":
        return node.at[0]
    if node.op == NUMBER:
        return numbers[node.at[0]]
    if node.op == nodes.ROW:
        return facts[node.at[0]]
    return VALUES[node.op](*(value(arg, numbers, facts) for arg in node.args))


@settings(max_examples=1500, deadline=None)
@given(st.randoms(use_true_random=False))
def test_ways_and_steadiness_hold(rng):
    node, condition, moving = grown(rng, 4), truth(rng, 3), Moving(0, lambda leaf: None)
    low, high = sorted((rng.randint(0, 50), rng.randint(0, 50)))
    for _ in range(8):
        other, facts = rng.randint(0, 50), (rng.randint(-40, 60), rng.randint(0, 30))
        for found in (node, condition):
            before, after = (value(found, (number, other), facts) for number in (low, high))
            assert {0: before == after, 1: after >= before, -1: after <= before, None: True}[moving.way(found)]
        if low > 0 and moving.steady(condition):
            assert value(condition, (low, other), facts) == value(condition, (high, other), facts)
