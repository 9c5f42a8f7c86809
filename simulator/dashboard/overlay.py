"""Changed settings as a scenario file, as `--set` options, and back from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator import yamlfile
from simulator.errors import Problem, ScenarioError
from simulator.files import temporary
from simulator.law.rewriting import PATH as FORMULA
from simulator.phrases import phrase
from simulator.scenario import NAME, Scenario, load_scenario, shipped
from simulator.scenario.changes import GROUPS
from simulator.scenario.given import text_of

NOT_TAKEN = ("draws", "population.source")  # a page has a place of its own for draws, and keeps its register


def write(base: str, name: str, title: str, changes: Mapping[str, Any]) -> str:
    """A scenario file that names `base` (a shipped name, or a path) and holds the changes.

    >>> print(write("baseline", "cheap", "Cheap", {"law.tax_rebate.high_rate": 0.4, "horizon": 2018}))
    base: baseline
    name: cheap
    zh: "Cheap"
    en: "Cheap"
    horizon: 2018
    law:
      tax_rebate.high_rate: 0.4
    <BLANKLINE>
    """
    if not NAME.fullmatch(name):
        raise ScenarioError(Problem("name", phrase("{} cannot name a scenario file", repr(name)), "letters, digits, - and _"))
    base = base if base in shipped() else Path(base).resolve().as_posix()
    title = _quoted(title.strip() or name)
    lines = [f"base: {base if base in shipped() else _quoted(base)}", f"name: {name}", f"zh: {title}", f"en: {title}"]
    inner: dict[str, list[str]] = {}
    for path, value in changes.items():
        group, _, rest = path.partition(".")
        if rest and group in GROUPS:
            inner.setdefault(group, []).append(f"  {rest}: {text_of(path, value)}")
        else:
            lines.append(f"{path}: {yamlfile.written(value)}")
    for group, rows in inner.items():
        lines += [f"{group}:", *rows]
    return "\n".join(lines) + "\n"


def options(changes: Mapping[str, Any]) -> str:
    """The changes as options of the command line, quoted for a shell and for Windows alike.

    >>> options({"law.office_rent.max_area": 300, "assumptions.o2o_share": {"low": 0.1, "high": 0.3}})
    '--set law.office_rent.max_area=300 --set "assumptions.o2o_share={low: 0.1, high: 0.3}"'
    """
    texts = [f"{path}={yamlfile.written(value)}".replace('"', "'") for path, value in changes.items()]
    return " ".join(f'--set "{text}"' if any(c in text for c in " {}~()<>*|&'") else f"--set {text}" for text in texts)


def read(text: str, name: str, folder: Path) -> Scenario:
    """The scenario of a file's text, its base looked for beside `folder` and among those shipped. Raises ScenarioError."""
    try:
        with temporary("scenario") as work:
            file = work / "loaded.yaml"
            file.write_text(_with_base(text, folder), encoding="utf-8")
            return load_scenario(file)
    except ScenarioError as e:
        raise ScenarioError([replace(p, place=p.place.replace("loaded.yaml", name)) for p in e.problems]) from e


def changes_of(scenario: Scenario, base: Scenario) -> dict[str, Any]:
    """What differs in `scenario` from `base`, as changes; draws and register are not taken over.

    Raises ScenarioError where the difference cannot be written as changes of settings (another law file).
    """
    now, was = scenario.to_dict(), base.to_dict()
    # a reading, or a way of rationing, may be called none: that is its name
    words = [path for path in now if path.startswith("interpretation.") or path == "rationing.mode" or FORMULA.fullmatch(path)]
    found = {
        path: text if path in words else yamlfile.loads(f"value: {text}", path).data["value"]
        for path, text in now.items()
        if was.get(path) != text and path not in NOT_TAKEN
    }
    found |= {path: None for path in was if path not in now}
    changed = base.set(found)
    reached = changed.to_dict()
    edges = {p: n.edge for p, n in changed.law.numbers.items()} == {p: n.edge for p, n in scenario.law.numbers.items()}
    if not edges or any(reached.get(path) != text for path, text in now.items() if path not in NOT_TAKEN):
        raise ScenarioError(
            Problem(scenario.name, "rests on another law than the scenario opened", "open it by itself: simulator whatif FILE")
        )
    return found


def _with_base(text: str, folder: Path) -> str:
    """The text with a `base:` that lies in `folder` written as a whole path: the file is read elsewhere."""
    lines = text.removeprefix("\ufeff").splitlines()
    for i, line in enumerate(lines):
        key, _, value = line.partition(":")
        named = value.partition("#")[0].strip().strip("\"'")
        if key == "base" and named and named not in shipped():
            beside = next((p for p in (folder / f"{named}.yaml", folder / named) if p.is_file()), None)
            lines[i] = f"base: {_quoted(beside.resolve().as_posix())}" if beside else line
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
