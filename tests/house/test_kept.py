"""What is kept of a file is kept for the file as it was: asked again after a change, the new content is read, in whatever order."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import simulator
from simulator.disclosure.safety import VARIABLE, rules_in_force
from simulator.population.dividing import write_parts
from simulator.population.parts import open_register, part_folder
from simulator.resources import folder, state_of

PACKAGE = Path(simulator.__file__).parent
CACHES = {"cache", "lru_cache"}
PLACES = ("path", "file", "folder")  # parameters that say where something lies


def unmindful(source: str) -> list[str]:
    """Functions that keep what they have read under the name of its place alone."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and any(
            getattr(d.func if isinstance(d, ast.Call) else d, "id", "") in CACHES for d in node.decorator_list
        ):
            names = {argument.arg for argument in node.args.args}
            places = names & set(PLACES) or {a.arg for a in node.args.args if a.annotation and "Path" in ast.unparse(a.annotation)}
            if places and not names & {"_state", "_changed_at"}:
                found.append(node.name)
    return found


def test_nothing_is_kept_under_the_name_of_its_place_alone():
    assert {path.name: names for path in PACKAGE.rglob("*.py") if (names := unmindful(path.read_text("utf-8")))} == {}
    assert unmindful("@cache\ndef f(file): ...\n@lru_cache(maxsize=1)\ndef g(x: Path): ...\n@cache\ndef h(file, _state): ...") == ["f", "g"]


def test_a_part_that_was_changed_is_read_anew(tmp_path):
    whole = simulator.read_population(folder("data") / "sample")
    write_parts([whole.subset(slice(0, 20))], tmp_path / "parts", 1)
    before = open_register(tmp_path / "parts")
    part = part_folder(tmp_path / "parts", 0, 1)
    whole.subset(slice(20, 30)).write_folder(part)
    assert len(open_register(tmp_path / "parts")) == 10 and len(before) == 20


def test_rules_that_were_changed_are_read_anew(tmp_path, monkeypatch):
    file = tmp_path / "rules.yaml"
    monkeypatch.setenv(VARIABLE, str(file))
    for fewest in (5, 7):
        file.write_text(f"fewest: {fewest}\n", "utf-8")
        os.utime(file, ns=(fewest, fewest))
        assert rules_in_force().fewest == fewest


def test_a_state_tells_size_time_and_file_apart(tmp_path):
    file = tmp_path / "a"
    file.write_text("1")
    first = state_of(file)
    assert first == state_of(tmp_path) != () == state_of(tmp_path / "b")
    os.utime(file, ns=(1, 1))
    assert state_of(file) != first
