"""Many reports at once: scenarios × languages from one file, in processes side by side, with a page that leads to them."""

from __future__ import annotations

import html
import multiprocessing
import re
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator import yamlfile
from simulator.budget.result import BudgetRun
from simulator.engine.blocks import Work, threads
from simulator.engine.cluster import Cluster, code_here, refuse_other_code, unpacked
from simulator.engine.run import play
from simulator.errors import Problem, ReportError, SimulatorError, nearest
from simulator.files import put
from simulator.population.parts import Register, open_register
from simulator.report import kinds, page
from simulator.report.page import Cell, table
from simulator.report.record import RunFolder
from simulator.report.rounding import MISSING, UNITS, percent, shown
from simulator.report.wording import load
from simulator.scenario import Scenario, load_scenario

KEYS: Mapping[str, Any] = {"scenarios": ["baseline"], "languages": ["zh"], "notebooks": ["budget"], "formats": ["html"],
                           "profile": "internal", "draws": None, "seed": None, "population": None, "set": {}}
NOTEBOOKS = ("budget", "targets")  # those about one scenario and nothing else
INDEX = "index.html"


@dataclass
class Batch:
    """What a batch made: the index page, every report, and what went wrong (scenario, notebook, language → problems)."""

    index: Path
    made: list[Path] = field(default_factory=list)
    failed: dict[str, list[Problem]] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A batch as asked for, checked: scenario → folder, and what is made of each."""

    scenarios: Mapping[str, Path]
    changes: Mapping[str, Any]
    population: str | None
    languages: tuple[str, ...]
    notebooks: tuple[str, ...]
    formats: tuple[str, ...]
    profile: str


def read_plan(file: str | Path, out: str | Path) -> Plan:
    """The plan in a YAML file; paths in it are seen from its folder. Raises ReportError with everything that does not fit."""
    file, out = Path(file), Path(out)
    document = yamlfile.load(file, ReportError)
    problems = list(document.problems)
    problems += [Problem(document.place(key), "is no key of a batch", nearest(key, KEYS) or f"one of {', '.join(KEYS)}")
                 for key in document.data if key not in KEYS]
    given = dict(KEYS) | {k: v for k, v in document.data.items() if k in KEYS}
    for key in ("scenarios", "languages", "notebooks", "formats"):
        if isinstance(given[key], str):
            given[key] = [given[key]]
        if not isinstance(given[key], list) or not given[key] or not all(isinstance(v, str) for v in given[key]):
            problems.append(Problem(document.place(key), "is not a list of words", "e.g. [zh, en]"))
    if problems:
        raise ReportError(problems)
    for notebook in given["notebooks"]:
        if notebook not in NOTEBOOKS:
            problems.append(Problem(document.place("notebooks"), f"{notebook!r} is not made in a batch",
                                    f"one of {', '.join(NOTEBOOKS)}"))
            continue
        try:
            kinds.check(notebook, given["formats"], given["languages"], str(given["profile"]))
        except ReportError as e:
            problems += e.problems
    changes = dict(given["set"] or {}) if isinstance(given["set"], Mapping) else {}
    changes |= {key: given[key] for key in ("draws", "seed") if given[key] is not None}
    scenarios: dict[str, Path] = {}
    for place, name in enumerate(dict.fromkeys(given["scenarios"]), start=1):
        named = str(file.parent / name) if (file.parent / name).is_file() else name
        try:
            loaded = load_scenario(named).set(_flat(changes))
            words = re.sub(r"[^a-z0-9_-]+", "-", loaded.name.lower()).strip("-_")[:40]
            scenarios[named] = out / (f"{place:02d}-{words}" if words else f"{place:02d}")
        except SimulatorError as e:
            problems += e.problems
    if problems:
        raise ReportError(list(dict.fromkeys(problems)))
    population = given["population"]
    if population and not str(population).startswith("env:") and (file.parent / str(population)).exists():
        population = str(file.parent / str(population))
    return Plan(scenarios, _flat(changes), population, tuple(given["languages"]), tuple(given["notebooks"]),
                tuple(given["formats"]), str(given["profile"]))


def make(plan: Plan, out: str | Path, workers: int | Cluster | None = None, notice: Callable[[str], None] | None = None) -> Batch:
    """Play every scenario and make its reports, in `workers` processes (default: the cores); then the index page.

    On a cluster scenarios are played there, and their reports are made here. One that fails leaves the others alone. Raises
    ReportError when the index cannot be written.
    """
    if isinstance(workers, int) and workers < 1:
        raise ReportError(f"--workers {workers}: at least one process is needed")
    processes = min(threads(workers), len(plan.scenarios) * len(plan.languages) * len(plan.notebooks))
    batch, tell = Batch(Path(out) / INDEX), notice or (lambda text: None)
    context = multiprocessing.get_context("spawn")  # the same on every system; threads of the engine do not survive a fork
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        if isinstance(workers, Cluster):
            playing = _send(plan, workers)
        else:
            playing = {pool.submit(_play, name, dict(plan.changes), plan.population, str(folder)): name
                       for name, folder in plan.scenarios.items()}
        telling: dict[Future, str] = {}
        for future in as_completed(playing):
            name = playing[future]
            if (found := _outcome(future, name, batch, tell)) is not None:
                _store(found, plan.scenarios[name])
                telling |= {pool.submit(_publish, str(plan.scenarios[name]), notebook, lang, plan.formats, plan.profile):
                            f"{name} {notebook} {lang}" for notebook in plan.notebooks for lang in plan.languages}
        for future in as_completed(telling):
            batch.made += [Path(p) for p in _outcome(future, telling[future], batch, tell) or []]
    batch.made.sort()
    text = _index(plan, batch)
    put(batch.index, lambda p: p.write_text(text, encoding="utf-8", newline="\n"), ReportError)
    return batch


def _register_of(scenario: Scenario, population: str | None) -> Register | None:
    """The register of a plan, else the scenario's own."""
    source = scenario.plain["population.source"]
    if population:
        return open_register(population)
    if source == "synthetic":
        return None
    beside = scenario.folder / source
    return open_register(beside if beside.exists() else source)


def _play(name: str, changes: dict[str, Any], population: str | None, folder: str) -> dict[str, bytes]:
    """Play a scenario into its folder; in a process of its own."""
    scenario = load_scenario(name).set(changes)
    _written(Work(scenario, _register_of(scenario, population)), Path(folder))
    return {}


def _written(work: Work, folder: Path) -> None:
    budget = BudgetRun(work.scenario, play(work.scenario, work.register, workers=1), work.register)
    budget.write(folder, budget.analyses(1))


def _send(plan: Plan, cluster: Cluster) -> dict[Future, str]:
    """Every scenario on its way to a worker; a register that several share is opened once. One that cannot go has failed."""
    registers: dict[str, Register | None] = {}
    sent: dict[Future, str] = {}
    for name in plan.scenarios:
        scenario = load_scenario(name).set(plan.changes)
        key = plan.population or str(scenario.plain["population.source"])
        try:
            if key not in registers:
                registers[key] = _register_of(scenario, plan.population)
            future = cluster.submit(play_there, cluster.order(Work(scenario, registers[key])), code_here())
        except SimulatorError as e:
            future = Future()
            future.set_exception(e)
        sent[future] = name
    return sent


def play_there(order: bytes, code: dict[str, str]) -> dict[str, bytes]:
    """On a worker: play a scenario; the files of its run, by name."""
    refuse_other_code(code)
    with tempfile.TemporaryDirectory() as folder:
        _written(unpacked(order), Path(folder))
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _store(files: Mapping[str, bytes], folder: Path) -> None:
    """Files of a run into its folder, its record last."""
    for name in sorted(files, key=lambda name: (name == "record.json", name)):
        put(folder / name, lambda path, name=name: path.write_bytes(files[name]), ReportError)


def _publish(folder: str, notebook: str, lang: str, formats: tuple[str, ...], profile: str) -> list[str]:
    """Make one report; in a process of its own."""
    from simulator.report.publish import publish

    return [str(p) for p in publish(folder, notebook=notebook, lang=lang, formats=formats, profile=profile)]


def _outcome(future: Future, name: str, batch: Batch, tell: Callable[[str], None]) -> Any:
    """What a job gave; None, and its problems kept, where it failed."""
    try:
        found = future.result()
    except SimulatorError as e:
        batch.failed[name] = e.problems
    except Exception as e:  # a process that died or was out of memory must not take the others with it
        batch.failed[name] = [Problem(name, f"{type(e).__name__}: {e}")]
    else:
        tell(f"√ {name}")
        return found
    tell(f"× {name}")
    return None


def _index(plan: Plan, batch: Batch) -> str:
    """The page that leads to the reports: a row a scenario with its headline, links by language and format."""
    lang = plan.languages[0]
    words, unit = load(lang), UNITS[lang]["money"]
    rows, links = [], []
    for name, folder in plan.scenarios.items():
        try:
            run = RunFolder.open(folder, plan.profile)
        except ReportError:
            rows.append([Cell(Path(name).stem), *[Cell(MISSING, number=True)] * 5])
            continue
        paid = run.row("paid")
        rows.append([Cell(words.pick(run.record["title"])),
                     *(Cell(shown(paid, unit, c), number=True) for c in ("mean", "p50", "p80", "p95")),
                     Cell(percent(run.row("overrun")["probability"]), number=True)])
        files = [p for p in batch.made if p.parent == folder.resolve()]
        items = "".join(f'<li><a href="{html.escape(p.relative_to(batch.index.parent.resolve()).as_posix())}">'
                        f"{html.escape(p.name)}</a></li>" for p in files)
        links.append(f"<h3>{html.escape(words.pick(run.record['title']))}</h3><ul>{items}</ul>")
    header = [words.say("comparison.scenario"), words.say("risk.mean"), "P50", "P80", "P95", words.say("risk.probability")]
    failed = "".join(f"<li>{html.escape(name)}</li>" for name in sorted(batch.failed))
    warned = f"<p>{html.escape(words.say('batch.failed'))}</p><ul>{failed}</ul>" if failed else ""
    body = (f"<header><h1>{html.escape(words.say('batch.title'))}</h1></header><section>{warned}"
            + table(words.say("comparison.table"), header, rows, aside=words.say("unit.table", unit=words.say("unit.money")))
            + f"</section><section><h2>{html.escape(words.say('batch.reports'))}</h2>{''.join(links)}</section>")
    return (f'<!DOCTYPE html>\n<html lang="{words.tag}"><head><meta charset="utf-8">'
            f"<title>{html.escape(words.say('batch.title'))}</title><style>body{{margin:2em auto;max-width:960px;padding:0 1em}}"
            f'{page.stylesheet()}</style></head><body><div class="report" lang="{words.tag}">{body}</div></body></html>\n')


def _flat(changes: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings by path, whether written `law.tax_rebate.high_rate: 0.4` or nested."""
    found: dict[str, Any] = {}
    for key, value in changes.items():
        path = f"{prefix}{key}"
        nested = isinstance(value, Mapping) and not {"low", "mode", "high", "values"} & set(map(str, value)) and \
            not all(isinstance(k, int) for k in value)
        found |= _flat(value, f"{path}.") if nested else {path: value}
    return found
