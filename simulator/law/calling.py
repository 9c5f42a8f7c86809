"""How compiled code calls a policy: functions by address, with the addresses of what they read.

The engine's compiled code knows no policy. It hands on whole numbers: where an enterprise's facts lie, its rows, the numbers of
the law. With SIMULATOR_PLAIN=1 in the environment the law behind the addresses is `plain` Python, for debugging a policy: slow,
and equal to the fen.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.extending import intrinsic

from simulator.law.language import nodes
from simulator.law.language.nodes import Node
from simulator.law.machine import Columns, Machine, reads
from simulator.law.plain import Plain
from simulator.law.policy import Policy

_EVERY_YEAR = 1_000
KEPT = 64  # policies whose functions are kept for equal ones read later: a few hundred kilobytes each
_made: OrderedDict[tuple[str, bool], Any] = OrderedDict()


class Functions(NamedTuple):
    """A policy as compiled code sees it: addresses of its functions (see `machine`), how many clauses, of them in cash, bits of
    those that keep a mark, of those tied to taxes, of those whose support ends, of those that only the first n get, of those of them
    where who is due takes a place; children: whether anything reads the children of senior managers; weighs: whether an existing
    support is weighed against a clause's; looks_back: whether conduct is asked in every year after a payment; ago: how many
    years before the one at hand its formulas look at, all where a year is fixed."""

    entitle: int
    conduct: int
    lacking: int
    ends: int
    mark: int
    rank: int
    reach: int
    stir: int
    clauses: int
    cash: int
    marking: int
    tied: int
    ending: int
    ranked: int
    staying: int
    children: int
    weighs: int
    looks_back: int
    ago: int


def functions_of(policy: Policy, columns: Columns) -> Functions:
    """A policy ready to be called, compiled if it is not yet.

    The code lives as long as the policy does: whoever calls it holds the policy. Two threads that ask for it at once get the same
    code; what one has been given is never replaced.
    """
    plain = os.environ.get("SIMULATOR_PLAIN", "").strip().lower() in ("1", "true", "yes", "on")
    with global_compiler_lock:
        if plain not in policy.made:
            key = policy.hash, plain
            _made[key] = policy.made[plain] = _made.get(key) or _make(policy, columns, plain)
            _made.move_to_end(key)
            if len(_made) > KEPT:
                _made.popitem(last=False)
        functions: Functions = policy.made[plain][1]
        return functions


def _make(policy: Policy, columns: Columns, plain: bool) -> tuple[Machine | Plain, Functions]:
    made = (Plain if plain else Machine)(policy, columns)
    bits = {name: sum(1 << k for k, c in enumerate(policy.clauses) if of(c)) for name, of in _BITS.items()}
    return made, Functions(
        **made.addresses,
        clauses=len(policy.clauses),
        cash=policy.cash_clauses,
        children=int("executive_children" in policy.uses.every_fact),
        weighs=int(policy.settlement.weighs_existing),
        looks_back=int(_looks_back(policy)),
        ago=_EVERY_YEAR if policy.fixed_years else policy.longest_ago,
        **bits,
    )


def _looks_back(policy: Policy) -> bool:
    """Whether a year may ask for something back though nothing befell the enterprise in it: then conduct is asked every year. Not so
    where it is the year of what befell it that counts: year(violated_on) == year."""
    back = policy.settlement.clawback
    return back is not None and not any(_of_the_year_of_a_breach(part) for part in nodes.conjuncts(back.node))


def _of_the_year_of_a_breach(part: Node) -> bool:
    """Whether a condition is year(some day of a breach) == year."""
    if part.op != "eq" or not any(arg.op == nodes.YEAR for arg in part.args):
        return False
    when = part.args[0] if part.args[1].op == nodes.YEAR else part.args[1]
    return when.op == "floor_div" and reads(when) <= {"violated_on", "unsound_on"}


_BITS: dict[str, Callable[[Any], bool]] = {
    "marking": lambda c: c.mark is not None,
    "tied": lambda c: c.tied_to_tax,
    "ending": lambda c: c.ends is not None,
    "ranked": lambda c: c.first is not None,
    "staying": lambda c: c.first is not None and c.first.stays,
}


@intrinsic
def _address(typing: Any, array: Any, index: Any) -> Any:
    """The address of an array's item at indices of its first axes (C order)."""
    signature = types.int64(array, index)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        made = context.make_array(array)(context, builder, args[0])
        strides = cgutils.unpack_tuple(builder, made.strides)
        offset = context.get_constant(types.intp, 0)
        for i in range(len(index)):
            offset = builder.add(offset, builder.mul(builder.extract_value(args[1], i), strides[i]))
        return builder.add(builder.ptrtoint(made.data, ir.IntType(64)), offset)

    return signature, generate


@intrinsic
def _invoke(typing: Any, function: Any, given: Any) -> Any:
    """Call the function at an address with whole numbers."""
    signature = types.int64(function, given)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(word, [word] * len(given))
        parts = [context.cast(builder, builder.extract_value(args[1], i), given[i], types.int64) for i in range(len(given))]
        return builder.call(builder.inttoptr(args[0], kind.as_pointer()), parts)

    return signature, generate


@intrinsic
def _lowest(typing: Any, bits: Any) -> Any:
    """The place of the lowest bit of a whole number that is not 0."""
    signature = types.int64(types.int64)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return signature, generate


@numba.njit(inline="always")
def at(array, index):
    """The address of what lies at the indices (a tuple) of an array's first axes."""
    return _address(array, index)  # type: ignore[call-arg]  # numba hands on the first one itself


@numba.njit(inline="always")
def call(function, given):
    """Call a function of a policy with a tuple of whole numbers."""
    return _invoke(function, given)  # type: ignore[call-arg]


@numba.njit(inline="always")
def lowest(bits):
    """The place of the lowest bit of a whole number that is not 0."""
    return _lowest(bits)  # type: ignore[call-arg]
