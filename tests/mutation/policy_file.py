"""Mutants of the policy of 2013 itself: its file with one small change each.

In every formula the edges of comparisons, and / or, parts of conditions, branches, + and −, whole numbers, the year looked at;
every number a step less; every condition, rule of settlement, link and note left out; how often a clause pays and in which years.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from simulator import yamlfile
from simulator.law.language.formula import Formula
from simulator.law.policyfile import document_of, law_of
from simulator.law.shipped import DEFAULT, policy_path
from simulator.law.terms import Law
from tests.mutation.mutants import FILE, Mutant, places, put, text, variants

Path = tuple[Any, ...]  # keys from the top: names, years of a dated number
LEFT_OUT = (  # beside single conditions: paths with a star for each name
    "clauses.*.where.*",
    "clauses.*.ends",
    "clauses.*.data_error",
    "links.exclusive.*",
    "settlement.conduct.*",
    "settlement.clawback",
    "settlement.existing_support",
)
GONE = object()
WORDS = {"pays": ("once", "every_year"), "term": (GONE, None, "begins"), "edge": ("at_least", "more_than")}  # of a term: none is no value


def document() -> yamlfile.Document:
    """The shipped file as read."""
    return document_of(policy_path(DEFAULT))


def law(mutant: Mutant) -> Law:
    """The law with a mutant's change. Raises LawError where the reader refuses it."""
    assert mutant.data is not None
    return law_of(replace(document(), data=mutant.data))


def policy_mutants() -> list[Mutant]:
    """Every mutant of the file, in its order."""
    found, seen, read = [], Counter[str](), document()
    for path, value in leaves(read.data):
        for other, change in _changes(path, value):
            where = ".".join(map(str, path))
            seen[where + change] += 1
            number = f" (no. {seen[where + change]})" if seen[where + change] > 1 else ""
            data = copy.deepcopy(read.data)
            _set(data, path, other)
            found.append(Mutant(FILE, where, read.lines.get(where, 0), change + number, data=data))
    return found


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with its path, blocks before what is in them."""
    if path:
        yield path, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))


def _set(data: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        data = data.setdefault(key, {})
    if value is GONE:
        del data[path[-1]]
    else:
        data[path[-1]] = value


def is_formula(path: Path, value: Any) -> bool:
    """Whether a formula stands here."""
    named = path[-1] in ("if", "is") or path[-1] in ("amount", "ends") or path[-2:-1] in (("let",), ("remember",))
    return isinstance(value, str) and named and path[0] in ("let", "clauses", "links", "settlement")


def _changes(path: Path, value: Any) -> Iterator[tuple[Any, str]]:
    """What may stand there instead, and the change in words."""
    if any(fnmatchcase(".".join(map(str, path)), star) and len(path) == 1 + star.count(".") for star in LEFT_OUT):
        yield GONE, "left out"
    if is_formula(path, value):
        yield from formula_variants(value)
    elif "value" in path[-2:] and path[-1] != "unit" and not isinstance(value, dict):
        yield less(value), f"{value} ⇒ {less(value)}"
    elif (path[0] == "clauses" and path[2:] in (("pays",), ("term",))) or path[-2:] == ("tiers", "edge"):
        for other in WORDS[path[-1]]:
            if other != value:
                yield other, "left out" if other is GONE else f"{value} ⇒ {other}".replace("None", "none")
    elif path[0] == "clauses" and len(path) == 2 and "term" not in value:
        for other in WORDS["term"][1:]:
            yield {**value, "term": other}, f"term: {other}".replace("None", "none")


def less(value: Any) -> Any:
    """A number, or a quantity as written, with one less in its last digit."""
    written = str(value)
    digits = re.search(r"\d+(?:\.(\d+))?", written)
    assert digits, value
    decimals = len(digits[1] or "")
    lowered = f"{(int(digits[0].replace('.', '')) - 1) / 10**decimals:.{decimals}f}"
    changed = written[: digits.start()] + lowered + written[digits.end() :]
    return changed if isinstance(value, str) else type(value)(changed)


def formula_variants(written: str) -> Iterator[tuple[str, str]]:
    """A formula with one change each, and the change in words."""
    formula = Formula(written, None)  # type: ignore[arg-type]
    formula._literals = literals = []
    tree = ast.parse(formula._prepared()[0].strip())
    for parent, field, index, node in list(places(tree)):
        found = [(v, c) for v, c in variants(node, "") if isinstance(v, ast.expr) and not isinstance(getattr(v, "op", None), ast.FloorDiv)]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "last_year":
            found.append((ast.Name(node.attr, ast.Load()), ""))
        if isinstance(node, ast.Name) and re.fullmatch(r"_q\d+", node.id):
            literals.append(less(literals[int(node.id[2:])]))
            found.append((ast.Name(f"_q{len(literals) - 1}", ast.Load()), ""))
        for variant, change in found:
            change = change or f"{text(node)} ⇒ {text(variant)}"
            put(parent, field, index, ast.fix_missing_locations(ast.copy_location(variant, node)))
            code = ast.unparse(tree)
            put(parent, field, index, node)
            yield _spelt(code, literals), _spelt(change, literals)


def _spelt(code: str, literals: list[str]) -> str:
    return re.sub(r"\b_q(\d+)\b", lambda m: literals[int(m[1])], code)
