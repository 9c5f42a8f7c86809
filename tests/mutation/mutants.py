"""Mutants of the Python modules that work with a law, and of those that decide what a report for outside may show: one small change
each, of the kind a slip of the hand makes, with the module recompiled. Those of the policy's own text: `policy_file`.

Changed are the edges of comparisons, conditions and their parts, arithmetic, whole numbers, what a function returns and single
steps. Left alone are texts (messages, docstrings), annotations and defaults of arguments; and the modules that read and write
policy files and make machine code of them, which tests/law/language and tests/policies hold against each other.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import simulator

PROGRAM = Path(simulator.__file__).parent
FILE = "policy.yaml"  # the "module" of the policy's own mutants
MODULE = "(module)"  # what stands outside functions
MODULES = ("explanation", "terms", "assessment", "calendar", "legality", "readings", "sharing", "targets")
DISCLOSURE = ("outputs", "releases", "suppression", "safety", "combinations")
LONGEST = 60  # characters of a piece of source in a mutant's name

EDGES = {ast.Lt: ast.LtE, ast.Gt: ast.GtE, ast.Eq: ast.NotEq, ast.Is: ast.IsNot, ast.In: ast.NotIn}
EDGES |= {other: edge for edge, other in EDGES.items()}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NAMES = {"min": "max", "any": "all", "earliest": "latest", "floor": "ceil", "start_of_year": "end_of_year"}
NAMES |= {other: name for name, other in NAMES.items()}
SKIPPED = (ast.JoinedStr, ast.FunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True)
class Mutant:
    """One change: the module (its own name; or the policy's file), the function or place, the line, what it was and
    has become: code of the module, or the file's data."""

    module: str
    function: str
    line: int
    change: str
    code: CodeType | None = None
    data: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        """Its name in the table of survivors: no line number, so that it outlives edits elsewhere."""
        return f"{self.module}.{self.function}: {self.change}"


def modules() -> dict[str, Path]:
    """The sources that are changed, by the module's own name."""
    return {name: PROGRAM / floor / f"{name}.py" for floor, names in (("law", MODULES), ("disclosure", DISCLOSURE)) for name in names}


def functions(module: str) -> list[str]:
    """The functions of a module, methods as Class.name, inner ones as outer.inner."""
    return [name for name, _ in _scopes(ast.parse(modules()[module].read_text("utf-8"))) if name != MODULE]


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines within each function."""
    file = modules()[module]
    tree = ast.parse(file.read_text("utf-8"), str(file))
    for name, body in list(_scopes(tree)):
        seen: Counter[str] = Counter()
        for parent, field, index, node in list(places(body)):
            for variant, change in variants(node, name):
                change = change or f"{text(node)} ⇒ {text(variant)}"
                seen[change] += 1
                put(parent, field, index, ast.fix_missing_locations(ast.copy_location(variant, node)))
                code = compile(tree, str(file), "exec")
                put(parent, field, index, node)
                number = f" (no. {seen[change]})" if seen[change] > 1 else ""
                yield Mutant(module, name, node.lineno, change + number, code)


def _scopes(tree: ast.AST, path: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Functions with their dotted names, inner ones too; at the top the module itself."""
    if not path:
        yield MODULE, tree
    for child in ast.walk(tree) if not path else ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and (path or child in tree.body):
            name = f"{path}.{child.name}" if path else child.name
            if isinstance(child, ast.FunctionDef):
                yield name, child
            yield from _scopes(child, name)


def places(scope: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node of a scope's own body with where it hangs; inner functions are scopes of their own."""
    waiting = [(scope, "body", i, node) for i, node in enumerate(scope.body)]
    while waiting:
        parent, field, index, node = waiting.pop(0)
        if isinstance(node, SKIPPED) or (isinstance(node, ast.keyword) and node.arg == "strict"):  # lengths that are equal anyhow
            continue
        yield parent, field, index, node
        for name, value in ast.iter_fields(node):
            if name == "annotation":
                continue
            items = value if isinstance(value, list) else [value]
            waiting += [
                (node, name, i if isinstance(value, list) else None, item)
                for i, item in enumerate(items)
                if isinstance(item, ast.AST) and hasattr(item, "lineno")
            ]
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            waiting += [(loop, "ifs", i, test) for loop in node.generators for i, test in enumerate(loop.ifs)]
            waiting += [(loop, "iter", None, loop.iter) for loop in node.generators]


def variants(node: ast.AST, scope: str) -> Iterator[tuple[ast.AST, str]]:
    """What a node may be mistaken for, and the change in words where both as written would be long."""
    match node:
        case ast.Compare():
            for i, op in enumerate(node.ops):
                if type(op) in EDGES:
                    yield ast.Compare(node.left, [*node.ops[:i], EDGES[type(op)](), *node.ops[i + 1 :]], node.comparators), ""
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield ast.BoolOp(other, node.values), f"{text(node)}: all ⇒ any, any ⇒ all"
            for i, part in enumerate(node.values):
                rest = node.values[:i] + node.values[i + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest), f"{text(node)} without {text(part)}"
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub()):
            yield node.operand, ""
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right), ""
        case ast.AugAssign() if type(node.op) in ARITHMETIC:
            yield ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value), ""
            yield ast.Pass(), ""
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value), ""
        case ast.Constant(value=int()):
            yield ast.Constant(node.value + 1), ""
            if node.value > 0:
                yield ast.Constant(node.value - 1), ""
        case ast.IfExp():
            yield node.body, f"if {text(node.test)} ⇒ always {text(node.body)}"
            yield node.orelse, f"if {text(node.test)} ⇒ always {text(node.orelse)}"
        case ast.If():
            yield ast.If(ast.Constant(True), node.body, node.orelse), ""
            yield ast.If(ast.Constant(False), node.body, node.orelse), ""
        case ast.Return(value=ast.AST()) if not isinstance(node.value, ast.Constant):
            yield ast.Return(ast.Constant(0)), ""
        case ast.Name() if node.id in NAMES:
            yield ast.Name(NAMES[node.id], node.ctx), ""
        case ast.Attribute() if node.attr in NAMES:
            yield ast.Attribute(node.value, NAMES[node.attr], node.ctx), ""
        case ast.Expr(value=ast.Call()):
            yield ast.Pass(), ""
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) if scope != MODULE:
            yield ast.Pass(), ""
        case ast.Continue():
            yield ast.Pass(), ""


def put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def text(node: ast.AST) -> str:
    """The node as written, shortened; of a block only its head."""
    whole = f"if {ast.unparse(node.test)}" if isinstance(node, ast.If) else ast.unparse(node)
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"
