"""The public door: a few names that mean something, nothing behind the command line's back, and quick to open."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import simulator
from simulator import cli

ROOT = Path(__file__).resolve().parents[2]
DOOR = ROOT / "simulator" / "door"
COMMAND_LINE = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "simulator" / "cli").glob("*.py"))}

# What the command line may take from behind the door: how to say things and write lists, and how to read its own options.
BESIDE_THE_DOOR = {
    "simulator.audit": {"DONE", "WRONG", "Act", "act", "broken", "entries", "has_read", "head", "log_file", "missing", "seals_below"},
    "simulator.errors": {"SimulatorError", "PopulationError", "Problem", "nearest"},
    "simulator.console": {"safe", "say"},
    "simulator.files": {"OF_A_RUN", "overwriting", "ready"},
    "simulator.messages": {"chinese", "line"},
    "simulator.notices": {"shown"},
    "simulator.phrases": {"phrase"},
    "simulator.scenario": {"adopt_policy", "parse_set", "shipped", "typed", "under_policy"},
    "simulator.resources": {"folder"},
    "simulator.scenario.rows": {"called"},
    "simulator.store.kinds": {"PROFILES"},
    "simulator.population.units": {"parse_answers"},
    "simulator.report": {
        "budgeting",
        "comparison",
        "design",
        "drivers",
        "loopholes",
        "payout_list",
        "policy_desk",
        "refusals",
        "register_screens",
        "screen",
        "terminal",
    },
    # registers that are not populations yet: one with faults, an empty one, an invented one with its fit
    "simulator.population.readers": {"examine"},
    "simulator.population.findings": {"write_annotated"},
    "simulator.population.template": {"write_template"},
    "simulator.population.indicators": {"write_indicators"},
    "simulator.engine.synthesize": {"write_synthetic"},
}


def behind_the_door(source: str) -> list[str]:
    """What a module of the command line's kind uses of the program besides the door's names and BESIDE_THE_DOOR; types that
    it only names do nothing behind anybody's back."""
    found = []
    tree = ast.parse(source)
    named = {
        below for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" for below in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in named:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith("simulator.")]
            found += [alias.asname for alias in node.names if alias.name == "simulator" and alias.asname]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if module == "simulator" or module.startswith(("simulator.", ".")):
                allowed = set(simulator.__all__) if module == "simulator" else BESIDE_THE_DOOR.get(module, set())
                found += [f"{module}.{alias.name}" for alias in node.names if alias.name not in allowed]
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "simulator"
            and node.attr not in simulator.__all__
        ):
            found.append(f"simulator.{node.attr}")
    return found


def test_every_name_of_the_door_is_there_and_says_what_it_does():
    assert simulator.__doc__ and len(simulator.__all__) == len(set(simulator.__all__)) >= 8
    for name in simulator.__all__:
        function = getattr(simulator, name)
        assert inspect.isfunction(function) and function.__module__.startswith("simulator.door.")
        assert len(inspect.getdoc(function)) > 60, name
        assert all(p.annotation is not inspect.Parameter.empty for p in inspect.signature(function).parameters.values())


SECTION = re.compile(r"^(\w+)\n-+$", re.MULTILINE)


def sections(text: str) -> dict[str, str]:
    """The parts of a docstring in numpydoc's form, by heading."""
    pieces = SECTION.split(text)
    return {"": pieces[0], **dict(zip(pieces[1::2], pieces[2::2], strict=True))}


@pytest.mark.parametrize("name", simulator.__all__)
def test_every_name_of_the_door_is_described_in_full(name):
    """In numpydoc's form: every parameter by name, what comes back, what is raised, and how it is called."""
    function = getattr(simulator, name)
    signature, found = inspect.signature(function), sections(inspect.getdoc(function))
    heads = [line.partition(" :")[0] for line in found["Parameters"].splitlines() if line[:1].strip()]
    assert sorted(name.strip(" *") for head in heads for name in head.split(",")) == sorted(signature.parameters)
    returns = "Returns" in found or "Yields" in found
    assert returns is (signature.return_annotation != "None") and "Raises" in found and ">>>" in found["Examples"]
    assert found[""].strip().endswith(".") and "\n" not in found[""].strip()


def test_every_name_of_the_door_stands_in_its_heading():
    """The few lines a reader sees first name all of them."""
    listed = set(re.findall(r"[a-z_]+", simulator.__doc__.split(">>>")[0]))
    assert [name for name in simulator.__all__ if name not in listed] == []


def test_nothing_public_is_left_out():
    rooms = [importlib.import_module(f"simulator.door.{path.stem}") for path in DOOR.glob("*.py") if path.stem != "__init__"]
    public = {n for room in rooms for n, f in vars(room).items() if inspect.isfunction(f) and f.__module__ == room.__name__ and n[0] != "_"}
    assert public - {"in_memory", "opened", "register_for"} == set(simulator.__all__)


@pytest.mark.parametrize("module", COMMAND_LINE)
def test_the_command_line_goes_through_the_door(module):
    found = behind_the_door(COMMAND_LINE[module])
    assert [name for name in found if not name.startswith("simulator.cli")] == []


def test_nothing_is_allowed_that_is_not_used():
    taken = {
        (node.module, alias.name)
        for source in COMMAND_LINE.values()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert [(m, n) for m, names in BESIDE_THE_DOOR.items() for n in names if (m, n) not in taken] == []


@pytest.mark.parametrize("verb", cli.VERBS)
def test_every_verb_of_the_command_line_is_a_few_statements(verb):
    functions = {node.name: node for node in ast.parse(COMMAND_LINE[verb]).body if isinstance(node, ast.FunctionDef)}
    statements = sum(isinstance(node, ast.stmt) for node in ast.walk(functions["do"]))
    assert statements <= 18, f"{verb} has {statements} statements: put what it does behind the door"


def test_every_module_of_the_command_line_is_a_verb():
    assert set(COMMAND_LINE) == {*cli.VERBS, "__init__", "language", "options", "parsing"}


@pytest.mark.parametrize(
    "source, complaint",
    [
        ("from simulator.engine.assess import assess", "simulator.engine.assess.assess"),
        ("def f():\n    from simulator.law import terms", "simulator.law.terms"),
        ("from simulator.scenario import load_scenario", "simulator.scenario.load_scenario"),
        ("import simulator.engine", "simulator.engine"),
        ("import simulator as s", "s"),
        ("from .engine import run", ".engine.run"),
        ("from simulator import engine", "simulator.engine"),
        ("import simulator\nsimulator.engine.run.play()", "simulator.engine"),
    ],
)
def test_a_way_round_the_door_is_seen(source, complaint):
    assert behind_the_door(source) == [complaint]


@pytest.mark.parametrize(
    "source",
    [
        "import simulator\nsimulator.run('baseline')",
        "from simulator import run, assess",
        "import numpy, argparse",
        "from simulator.errors import SimulatorError\nfrom simulator.report import screen",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from simulator.scenario import Scenario",
    ],
)
def test_the_door_is_left_alone(source):
    assert behind_the_door(source) == []


HEAVY = ("numpy", "numba", "pandas", "scipy", "pyarrow", "matplotlib", "yaml", "xlsxwriter", "nbconvert", "tqdm")


@pytest.mark.parametrize(
    "command",
    [
        "import simulator",
        "import simulator.cli",
        "import simulator.cli\ntry: simulator.cli.main(['--help'])\nexcept SystemExit: pass",
        "import simulator.cli\ntry: simulator.cli.main(['no-such-verb', '--lang', 'en'])\nexcept SystemExit: pass",
    ],
)
def test_the_door_opens_without_waiting_for_the_engine(command):
    command += f"\nimport sys\nprint('LOADED', [m for m in {HEAVY!r} if m in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1] == "LOADED []"


def test_what_is_loaded_is_what_the_test_looks_for():
    """The test above would see the engine if it were loaded."""
    command = "import simulator\nsimulator.load_scenario()\nimport sys\nprint('numpy' in sys.modules)"
    finished = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert finished.stdout == "True\n", finished.stderr
