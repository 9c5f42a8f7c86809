"""The house stands: imports point downward, never in a circle; no dice; notebooks carry no output.

Sources are read, not run. The checks take {module name: source}, so that invented houses show they can fail.
"""

from __future__ import annotations

import ast
import json
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = (
    # the ground: small tools; they may use one another (the search for circles keeps that honest)
    {
        "audit",
        "errors",
        "messages",
        "phrases",
        "money",
        "streams",
        "distributions",
        "facts",
        "resources",
        "compiled",
        "compiling",
        "sources",
        "elementary",
        "yamlfile",
        "yamlmending",
        "files",
        "locks",
        "regular",
        "smallbooks",
        "spreadsheets",
        "packages",
        "notices",
        "code_cache",
        "console",
        "characters",
    },
    {"law"},
    {"population"},
    {"projection"},
    {"scenario"},
    {"engine"},
    {"budget"},
    {"disclosure"},  # what may leave the bureau
    {"store"},  # what is kept on disk
    {"document"},  # what a report is made of
    {"render"},  # how a document is shown
    {"report"},
    {"dashboard"},  # above the report: the same charts, roundings and words, so that both print the same number
    {"door"},
    {""},  # the public names, simulator/__init__.py
    {"cli"},
    {"__main__"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def sources(package: Path) -> dict[str, str]:
    """Every module of the package by its dotted name; a package goes by its folder's name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def is_package(name: str, modules: dict[str, str]) -> bool:
    return name == "simulator" or any(other.startswith(name + ".") for other in modules)


def imports(name: str, modules: dict[str, str]) -> list[tuple[int, str, str]]:
    """(line, module, name taken from it or "") of every import in the module, wherever it stands in it."""
    home = name if is_package(name, modules) else name.rpartition(".")[0]
    found = []
    for node in ast.walk(ast.parse(modules[name])):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:  # relative: one dot is the module's own package
                above = home.split(".")[: len(home.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            found += [(node.lineno, base, alias.name) for alias in node.names]
    return found


def used(name: str, modules: dict[str, str]) -> list[tuple[int, str]]:
    """(line, module of ours) of every import of one of our modules."""
    found = []
    for line, base, taken in imports(name, modules):
        if base == "simulator" or base.startswith("simulator."):
            full = f"{base}.{taken}"
            found.append((line, full if full in modules else base))
    return found


def room(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def wrong_imports(modules: dict[str, str]) -> list[str]:
    """Each module that has no floor, or uses another room of its own floor or of a higher one."""
    found = [f"{name}: give its room a floor in FLOORS" for name in modules if room(name) not in FLOOR]
    for name in modules:
        for line, target in used(name, modules):
            mine, its = FLOOR.get(room(name), 99), FLOOR.get(room(target), 99)
            if room(name) != room(target) and its >= max(mine, 1):
                found.append(f"{name} line {line}: floor {mine} uses {target}, floor {its}")
    return found


def circle(modules: dict[str, str]) -> list[str]:
    """The modules of one circle of imports; empty when there is none."""
    graph = {name: {target for _, target in used(name, modules)} for name in modules}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as e:
        return e.args[1]
    return []


def star_imports(modules: dict[str, str]) -> list[str]:
    stars = [(name, line) for name in modules for line, _, taken in imports(name, modules) if taken == "*"]
    return [f"{name} line {line}" for name, line in stars]


def dice(modules: dict[str, str]) -> list[str]:
    """Every use of a random generator: streams are computed from counters, so nobody needs one."""
    found = []
    for name, source in modules.items():
        for line, base, taken in imports(name, modules):
            full = f"{base}.{taken}" if taken else base
            if base == "random" or base.startswith("random.") or (full + ".").startswith("numpy.random."):
                found.append(f"{name} line {line}: {full}")
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Attribute):
                continue
            of_numpy = isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy")
            if node.attr == "rvs" or (node.attr == "random" and of_numpy):
                found.append(f"{name} line {node.lineno}: .{node.attr}")
    return found


HOUSE = sources(ROOT / "simulator")


def test_imports_point_downward():
    assert wrong_imports(HOUSE) == []


def test_there_is_no_circle():
    assert circle(HOUSE) == []


def test_no_star_imports():
    assert star_imports(HOUSE) == []


def test_no_dice_outside_the_streams():
    assert dice(HOUSE) == []


NAMES = "simulator", "simulator.law", "simulator.law.terms", "simulator.money", "simulator.errors"
LAW = dict.fromkeys(NAMES, "")


@pytest.mark.parametrize(
    "module, source, complaint",
    [
        ("simulator.law.a", "from simulator.engine import run", "line 1: floor 1 uses simulator.engine"),
        ("simulator.law.a", "def f():\n    from simulator.engine import run", "line 2: floor 1 uses"),
        ("simulator.law.a", "from ..engine import run", "uses simulator.engine"),
        ("simulator.law.a", "import simulator.engine.run", "uses simulator.engine.run"),
        ("simulator.law.a", "from simulator import engine", "uses simulator.engine, floor 5"),
        ("simulator.law.a", "from simulator import Law", "uses simulator, floor 14"),
        ("simulator.law.a", "from simulator.population import schema", "uses simulator.population, floor 2"),
        ("simulator.money", "from simulator.law import terms", "uses simulator.law.terms, floor 1"),
        ("simulator.attic", "", "give its room a floor"),
    ],
)
def test_an_upward_import_is_seen(module, source, complaint):
    modules = LAW | {"simulator.engine": "", "simulator.engine.run": "", module: source}
    assert any(complaint in wrong for wrong in wrong_imports(modules)), wrong_imports(modules)


@pytest.mark.parametrize(
    "module, source",
    [
        ("simulator.law.a", "from simulator import money\nfrom simulator.law.terms import x\nimport numpy"),
        ("simulator.law.a", "from . import terms"),
        ("simulator.money", "from simulator.errors import Problem"),
        ("simulator.engine", "from simulator.law import Law"),
        ("simulator", "from simulator.law import Law"),
    ],
)
def test_a_downward_import_is_left_alone(module, source):
    assert wrong_imports(LAW | {module: source}) == []


def test_a_circle_is_seen():
    modules = LAW | {"simulator.law.a": "from simulator.law.b import x", "simulator.law.b": "from . import a"}
    assert set(circle(modules)) == {"simulator.law.a", "simulator.law.b"}


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from random import choice",
        "import numpy.random",
        "from numpy import random",
        "from numpy.random import default_rng",
        "import numpy as np\nx = np.random.default_rng(0)",
        "from scipy import stats\nx = stats.norm.rvs()",
    ],
)
def test_dice_are_seen(source):
    assert dice({"simulator.law.a": source})


def test_a_star_is_seen():
    assert star_imports({"simulator.law.a": "from math import *"}) == ["simulator.law.a line 1"]


NOTEBOOKS = sorted(p for p in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_g4_a_notebook_carries_no_output_and_one_parameters_cell(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    ran = [n for n, c in enumerate(cells, 1) if c.get("outputs") or c.get("execution_count") is not None]
    assert ran == [], f"cells {ran} carry results: clear all outputs before committing"
    tagged = [n for n, c in enumerate(cells, 1) if "parameters" in c.get("metadata", {}).get("tags", [])]
    assert len(tagged) == 1, f"cells tagged parameters: {tagged}"
