"""The cache of compiled code is named by a hash of sources: none that can end up in compiled code may be missing from it."""

from __future__ import annotations

import ast
from pathlib import Path

import numba

import simulator
from simulator.compiled import rule
from simulator.sources import COMPILED

PACKAGE = Path(simulator.__file__).parent
COMPILING = {"rule", "maker", "once", "columnwise", "inlined", "entry", "loop", "intrinsic", "njit"}


def _hashed(path: Path) -> bool:
    name = path.relative_to(PACKAGE).as_posix()
    return any(name == part or name.startswith(part + "/") for part in COMPILED)


def _file(module: str) -> Path | None:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    found = [p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()]
    return found[0] if found else None


def _imported(tree: ast.Module) -> dict[str, Path]:
    """name in the module → the file of this package it comes from."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "simulator":
            for alias in node.names:
                path = _file(f"{node.module}.{alias.name}") or _file(node.module)
                found[alias.asname or alias.name] = path
    return found


def _compiled_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and any(_names(d) & COMPILING for d in node.decorator_list)
    ]


def _names(decorator: ast.expr) -> set[str]:
    """Of `rule`, `numba.njit(inline="always")`."""
    return {getattr(node, "id", "") or getattr(node, "attr", "") for node in ast.walk(decorator)}


def _used(nodes: list[ast.AST]) -> set[str]:
    return {name.id for node in nodes for name in ast.walk(node) if isinstance(name, ast.Name)}


def test_every_source_that_can_end_up_in_compiled_code_is_hashed():
    compiled, missing = 0, set()
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = _compiled_functions(tree)
        compiled += len(functions)
        if functions and not _hashed(path):
            missing.add(path)
        if functions or _hashed(path):
            constants = [node for node in tree.body if isinstance(node, ast.Assign)]
            used, imported = _used([*functions, *constants]), _imported(tree)
            missing |= {imported[name] for name in used & set(imported) if not _hashed(imported[name])}
    assert compiled > 140
    assert {p.relative_to(PACKAGE).as_posix() for p in missing} == set()


def test_whatever_is_hashed_exists():
    assert [part for part in COMPILED if not (PACKAGE / part).exists()] == []


def test_a_rule_compiled_inside_another_can_still_be_called_from_python():
    """Inside, nothing is compiled that lets Python in; numba alone would jump to nowhere."""
    twice = rule(lambda x: 2 * x)
    outer = numba.njit(lambda x: twice(x) + 1)
    assert (outer(3), twice(3), twice(0.5)) == (7, 6, 1.0)


def test_a_rule_is_compiled_once_whatever_constants_stand_in_its_calls():
    added = rule(lambda x, y: x + y)
    outer = numba.njit(lambda x: added(x, 1) + added(x, 2) + added(3, x))
    assert outer(4) == 18 and len(added.signatures) == 1


ALLOCATES = {"zeros", "empty", "ones", "full"}


def freed_too_early(source: str) -> list[str]:
    """Items of an array that a counting function makes, taken outside a loop: "function: item". A record, or an address, does not keep its
    array, which is freed after its last use by name. In a loop the array is kept until the loop ends."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef) or not {"entry", "maker"} & {ast.unparse(one) for one in function.decorator_list}:
            continue
        made: dict[str, bool] = {}  # and whether it is of records
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                pairs = [(node.targets[0], node.value)]
                if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(node.targets[0].elts, node.value.elts, strict=True))
                for name, value in pairs:
                    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ALLOCATES:
                        made[ast.unparse(name)] = len(value.args) > 1 and isinstance(value.args[-1], ast.Name)

        def look(node, name=function.name, made=made):
            if isinstance(node, ast.For | ast.While):
                return
            taken = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and made.get(ast.unparse(node.value))
            if taken and not any(isinstance(p, ast.Slice) or isinstance(getattr(p, "value", 0), str) for p in ast.walk(node.slice)):
                found.append(f"{name}: {ast.unparse(node)}")
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "at" and ast.unparse(node.args[0]) in made:
                found.append(f"{name}: {ast.unparse(node)}")
            for child in ast.iter_child_nodes(node):
                look(child)

        look(function)
    return found


def test_no_record_outlives_its_array():
    assert freed_too_early("@maker\ndef f(n):\n    a = np.zeros(1, KIND)\n    b = a[0]\n    g(b)") == ["f: a[0]"]
    assert freed_too_early("@rule\ndef f(a):\n    b = a[0]\n    g(b)") == []
    sources = [file for part in COMPILED for file in [PACKAGE / part, *(PACKAGE / part).rglob("*.py")] if file.is_file()]
    assert [f"{file.name} {one}" for file in sources for one in freed_too_early(file.read_text("utf-8"))] == []
