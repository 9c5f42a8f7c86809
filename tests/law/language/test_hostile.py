"""Formulas that mean harm, or are only very long: refused with a word, never evaluated."""

from __future__ import annotations

import ast
import sys

import pytest

from simulator.law.language.formula import LONGEST
from tests.law.language.writing import faults

BUILTINS = (
    "open",
    "eval",
    "exec",
    "__import__",
    "compile",
    "getattr",
    "globals",
    "input",
    "breakpoint",
    "exit",
    "type",
    "print",
)
HOSTILE = [
    *(f"{name}('x')" for name in BUILTINS),
    *(f"{name} * 1元" for name in BUILTINS),
    "__import__('os').system('touch hacked')",
    "().__class__.__bases__[0].__subclasses__()",
    "online_sales.__class__",
    "cap.real",
    "(lambda: 1)()",
    "lambda x: x",
    "[x for x in (1,2)]",
    "{x for x in (1,)}",
    "{x: 1 for x in (1,)}",
    "sum(x for x in (1,))",
    "f'{cap}'",
    "f'{open(1)}'",
    "(x := 5)",
    "cap if (y := 1) else cap",
    "await cap",
    "yield",
    "cap[0]",
    "cap[0:1]",
    "*cap",
    "min(*cap)",
    "min(**cap)",
    "print",
    "...",
    "b'x'",
    "1j",
    "'text'",
    "{1: 2}",
    "{1, 2}",
    "[1]",
    "cap @ cap",
    "cap << 2",
    "~cap",
    "cap % 2",
    "cap ^ 2",
    "cap; cap",
    "import os",
    "cap\n\ncap",
    "9**9**9**9",
    "10**100000",
    "2**64",
    "9" * 400,
    "1e999",
    "0x10",
    "1_000_000_000_000_000_0",
    "0.0000000000001 * cap",
    "cap" + " + cap" * 900,
    "not " * 500 + "true",
    "(" * 300 + "cap" + ")" * 300,
    "min(" * 100 + "cap" + ",cap)" * 100,
    "-" * 1000 + "cap",
    "cap if true else " * 100 + "cap",
    "cap" * 30_000,
    "[" * 10_000,
    "'" * 10_001,
    "\\",
    "cap #",
    "paid.__dict__",
    "last_year.__init__",
    "in_year(2015).__class__",
    "in_year(__import__('os')).sales",
    "numbers.__class__",
    "_q0",
    "_q99999999999999999999",
    "False.real",
    "online_sales * online_sales * online_sales * online_sales",
]
_heard: list[str] = []
sys.addaudithook(lambda event, _: _heard.append(event) if len(_heard) < 10_000 else None)  # stays for good: there is no way to remove one


@pytest.mark.parametrize("formula", HOSTILE, ids=[f"{i} {f[:24]!r}" for i, f in enumerate(HOSTILE)])
def test_refused_in_both_places(formula, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    faults()  # what is imported on the way is imported now
    _heard.clear()
    found = [*faults(formula), *faults(where=formula)]
    assert found and not {"exec", "os.system", "subprocess.Popen"} & set(_heard)
    assert not list(tmp_path.iterdir())
    for problem in found:
        assert problem.remedy and problem.cause_zh


def test_length_is_refused_before_anything_is_parsed(monkeypatch):
    long, parsed = "cap + " * LONGEST + "cap", []
    parse = ast.parse
    monkeypatch.setattr(ast, "parse", lambda text, *more, **how: (parsed.append(text), parse(text, *more, **how))[1])
    assert f"at most {LONGEST:,}" in faults(long)[0].remedy
    assert max(map(len, map(str, parsed)), default=0) <= LONGEST


def test_python_remarks_on_nothing(recwarn):
    """A figure and a word without a space are the formula's business alone: no warning of Python's parser reaches the screen."""
    for text in ("5if ecommerce else 0", "1元if 0x1for x", "online_sales is 5"):
        faults(text)
    assert not recwarn.list
