"""Many reports at once: scenarios × languages from one file, in processes side by side, with a page that leads to them."""

from __future__ import annotations

import html
import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from simulator.budget.result import BudgetRun
from simulator.document import Cell, Paragraph, Table
from simulator.document.numbers import MISSING, UNITS
from simulator.engine.blocks import Work, threads
from simulator.engine.cluster import Cluster, code_here, refuse_other_code, unpacked
from simulator.engine.run import play
from simulator.errors import Problem, ReportError, SimulatorError
from simulator.files import OF_A_RUN, RECORD, allow, allowed, change, put, ready, temporary
from simulator.population.parts import Register
from simulator.render import html as of_html
from simulator.report.batch_plan import Plan, register_of
from simulator.report.tables import chance_cell, estimate
from simulator.report.wording import Wording, load
from simulator.scenario import load_scenario
from simulator.store import kinds
from simulator.store.record import RunFolder

INDEX = "index.html"


@dataclass
class Batch:
    """What a batch made: the index page, every report, and what went wrong (scenario, notebook, language → problems)."""

    index: Path
    made: list[Path] = field(default_factory=list)
    failed: dict[str, list[Problem]] = field(default_factory=dict)


def make(plan: Plan, out: str | Path, workers: int | Cluster | None = None, notice: Callable[[str], None] | None = None) -> Batch:
    """Play every scenario and make its reports, in `workers` processes (default: the cores); then the index page.

    On a cluster scenarios are played there, and their reports are made here. One that fails leaves the others alone. What is
    released (plan.releases) is so one after another, in the order of the plan: whatever the ledger refuses has failed.
    Raises ReportError when the index cannot be written.
    """
    if isinstance(workers, int) and workers < 1:
        raise ReportError(Problem(f"--workers {workers}", "at least one process is needed"))
    ready(out, [INDEX, *(f"{folder.name}/{name}" for folder in plan.scenarios.values() for name in OF_A_RUN)], ReportError)
    if (Path(out) / INDEX).exists():
        with change(out, ReportError) as changing:  # no page leads to reports it was not made of, whenever this is killed
            changing.remove(INDEX)
    processes = min(threads(workers), len(plan.scenarios) * len(plan.languages) * len(plan.notebooks))
    batch, tell = Batch(Path(out) / INDEX), notice or (lambda _: None)
    context = multiprocessing.get_context("spawn")  # the same on every system; threads of the engine do not survive a fork
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(allowed(),)) as pool:
        if isinstance(workers, Cluster):
            playing = _send(plan, workers)
        else:
            playing = {
                pool.submit(_play, name, dict(plan.changes), plan.population, str(folder), _analyses(plan)): name
                for name, folder in plan.scenarios.items()
            }
        played = set()
        for future in as_completed(playing):
            name = playing[future]
            if (found := _outcome(future, name, batch, tell)) is not None:
                _store(found, plan.scenarios[name])
                played.add(name)
        telling: dict[Future[list[str]], str] = {}
        for name, notebook, lang in product(plan.scenarios, plan.notebooks, plan.languages):
            if name in played:
                report = pool.submit(_publish, str(plan.scenarios[name]), notebook, lang, plan.formats, plan.profile, plan.releases)
                telling[report] = f"{name} {notebook} {lang}"
                if plan.releases is not None:
                    wait([report])
        for report in as_completed(telling):
            batch.made += [Path(p) for p in _outcome(report, telling[report], batch, tell) or []]
    batch.made.sort()
    text = _index(plan, batch)
    put(batch.index, lambda p: p.write_text(text, encoding="utf-8", newline="\n"), ReportError)
    return batch


def _begin(may: Any) -> None:
    """In each process: take over what may be written over, and end with the process that asked, which may be killed: the pool's own
    processes would wait for ever."""
    allow(may)
    asked = multiprocessing.parent_process()

    def follow() -> None:
        if asked is not None:
            asked.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _analyses(plan: Plan) -> tuple[str, ...] | None:
    """What the plan's reports show of a run's analyses; None: all."""
    shown = [kinds.KINDS[notebook].analyses for notebook in plan.notebooks]
    return None if None in shown else tuple(name for names in shown for name in names or ())


def _play(name: str, changes: dict[str, Any], population: str | None, folder: str, only: tuple[str, ...] | None) -> dict[str, bytes]:
    """Play a scenario into its folder; in a process of its own."""
    scenario = load_scenario(name).set(changes)
    _written(Work(scenario, register_of(scenario, population)), Path(folder), only)
    return {}


def _written(work: Work, folder: Path, only: tuple[str, ...] | None = None) -> None:
    budget = BudgetRun(work.scenario, play(work.scenario, work.register, workers=1), work.register)
    budget.write(folder, budget.analyses(1, only=only))


def _send(plan: Plan, cluster: Cluster) -> dict[Future[dict[str, bytes]], str]:
    """Every scenario on its way to a worker; a register that several share is opened once. One that cannot go has failed."""
    registers: dict[str, Register | None] = {}
    sent: dict[Future[dict[str, bytes]], str] = {}
    for name in plan.scenarios:
        scenario = load_scenario(name).set(plan.changes)
        key = plan.population or str(scenario.plain["population.source"])
        try:
            if key not in registers:
                registers[key] = register_of(scenario, plan.population)
            future = cluster.submit(play_there, cluster.order(Work(scenario, registers[key])), code_here())
        except SimulatorError as e:
            future = Future()
            future.set_exception(e)
        sent[future] = name
    return sent


def play_there(order: bytes, code: dict[str, str]) -> dict[str, bytes]:
    """On a worker: play a scenario; the files of its run, by name."""
    refuse_other_code(code)
    with temporary("batch") as folder:
        _written(unpacked(order), folder)
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != RECORD}


def _store(files: Mapping[str, bytes], folder: Path) -> None:
    """Files of a run into its folder, in one step."""
    if files:
        with change(folder, ReportError) as changing:
            for name in sorted(files):
                changing.put(name, partial(Path.write_bytes, data=files[name]))


def _publish(folder: str, notebook: str, lang: str, formats: tuple[str, ...], profile: str, releases: Path | None) -> list[str]:
    """Make one report; in a process of its own."""
    from simulator.report.publish import publish

    return [str(p) for p in publish(folder, notebook=notebook, lang=lang, formats=formats, profile=profile, releases=releases)]


def _outcome(future: Future[Any], name: str, batch: Batch, tell: Callable[[str], None]) -> Any:
    """What a job gave; None, and its problems kept, where it failed."""
    try:
        found = future.result()
    except SimulatorError as e:
        batch.failed[name] = e.problems
    except Exception as e:  # noqa: BLE001  a process that died or was out of memory must not take the others with it
        batch.failed[name] = [Problem(name, f"{type(e).__name__}: {e}")]
    else:
        tell(f"√ {name}")
        return found
    tell(f"× {name}")
    return None


def _named(report: Path, words: Wording) -> str:
    """What a report's file is: which report, in which language and form."""
    stem, lang, form = report.name.rsplit(".", 2)
    kicker = "page.kicker" if stem.startswith("budget") else "targets.kicker"
    return words.say("batch.item", report=words.say(kicker), lang=words.say(f"batch.in_{lang}"), form=words.say(f"batch.as_{form}"))


def _index(plan: Plan, batch: Batch) -> str:
    """The page that leads to the reports: a row a scenario with its headline, links by language and format. Outside it shows
    nothing of a scenario without a report, which may have been refused."""
    lang = plan.languages[0]
    words, unit = load(lang), UNITS[lang]["money"]
    rows, links, example = [], [], False
    for name, folder in plan.scenarios.items():
        files = [p for p in batch.made if folder.resolve() in p.parents]
        try:
            if not files:
                raise ReportError(name)
            run = RunFolder.open(folder, plan.profile)
        except ReportError:
            rows.append([Cell(Path(name).stem), *[Cell(MISSING, number=True)] * 5])
            continue
        paid, example = run.row("paid"), example or bool(run.example)
        rows.append(
            [
                Cell(words.pick(run.record["title"])),
                *(estimate(paid, unit, words, c) for c in ("mean", "p50", "p80", "p95")),
                chance_cell(run.row("overrun"), words),
            ]
        )
        items = "".join(
            f'<li><a href="{html.escape(p.relative_to(batch.index.parent.resolve()).as_posix())}">{html.escape(_named(p, words))}</a></li>'
            for p in files
        )
        links.append(f"<h3>{html.escape(words.pick(run.record['title']))}</h3><ul>{items}</ul>")
    header = [
        words.say("comparison.scenario"),
        words.say("risk.mean"),
        "P50",
        "P80",
        "P95",
        words.say("risk.probability") + (f" · {load(lang, example).say('risk.appropriation')}" if example else ""),
    ]
    failed = "".join(f"<li>{html.escape(Path(name).name)}</li>" for name in sorted(batch.failed))
    warned = f"<p>{html.escape(words.say('batch.failed'))}</p><ul>{failed}</ul>" if failed else ""
    aside = words.say("unit.table", unit=words.say("unit.money"))
    body = (
        f"<header><h1>{html.escape(words.say('batch.title'))}</h1></header><section>{warned}"
        + of_html.blocks(
            (Table(words.say("comparison.table"), header, rows, aside=aside), Paragraph(words.say("risk.table_note"), "small"))
        )
        + f"</section><section><h2>{html.escape(words.say('batch.reports'))}</h2>{''.join(links)}</section>"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{words.tag}"><head><meta charset="utf-8">'
        f"<title>{html.escape(words.say('batch.title'))}</title><style>body{{margin:2em auto;max-width:960px;padding:0 1em}}"
        f'{of_html.stylesheet()}</style></head><body><div class="report" lang="{words.tag}">{body}</div></body></html>\n'
    )
