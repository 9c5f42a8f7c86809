"""Keeping what was found: scenario files, reports, workbooks. Nothing that is there is written over unless that was said."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.budget.compare import compare_runs
from simulator.budget.result import BudgetRun
from simulator.dashboard.host import Host
from simulator.dashboard.ideas import file_name
from simulator.dashboard.together import Together
from simulator.errors import SimulatorError
from simulator.files import overwriting, put
from simulator.regular import bytes_of
from simulator.scenario.identity import Identity

KINDS = {".yaml": "application/yaml", ".html": "text/html", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class Keeping:
    """Writes into the page's folder, beside the page, and offers what it wrote for download."""

    def __init__(self, page: Host):
        self._page = page

    def save(self, message: dict[str, Any]) -> None:
        """The settings as a scenario file, with seed and draws of the figures shown: what is played from it is what is shown."""
        page, title = self._page, str(message["name"]).strip()
        name = file_name(title)
        draws = page.shown.run.scenario.draws if page.shown else page.quick
        text = page.state.saved(name, title or name, draws)
        file = page.out / f"{name}.yaml"
        if os.path.lexists(file) and not message.get("sure") and not (file.is_file() and bytes_of(file) == text.encode()):
            page.send(
                {
                    "type": "asked",
                    "save": title,
                    "question": page.words.say("keep.exists", file=file),
                    "instead": _free(page.out / name, ".yaml").stem,
                }
            )
            return
        with overwriting(bool(message.get("sure"))):
            put(file, lambda p: p.write_text(text, encoding="utf-8", newline="\n"))
        page.tell(page.words.say("keep.saved", file=file, command=f'simulator run "{file}"{self._register()}'), files=[_file(file)])

    def report(self, message: dict[str, Any]) -> None:
        """The report of the result on screen, under the name given, as a page and a workbook."""
        if (answer := self._page.shown) is None:
            return
        title = str(message.get("name") or self._page.name or self._page.words.say("ideas.present")).strip()
        run, formats = answer.run, [str(form) for form in message.get("formats", ["html"])]

        def work() -> list[Path]:
            from simulator.report.publish import publish

            folder = _free(self._page.out / file_name(title))
            named = _called(run, folder.name, title)
            return publish(named.write(folder, named.analyses()), lang=self._page.words.lang, formats=formats)

        self._in_a_thread(work)

    def excel(self, message: dict[str, Any]) -> None:
        """What-ifs compared, as a workbook."""

        def make(runs: list[BudgetRun]) -> list[Path]:
            from simulator.report import comparison

            file = _free(self._page.out / file_name(self._page.words.say("compare_page.file")), ".xlsx")
            return [comparison.save(compare_runs(*runs), file, self._page.words.lang)]

        self._of_several(message, make)

    def compare_report(self, message: dict[str, Any]) -> None:
        """What-ifs compared, as a report."""

        def make(runs: list[BudgetRun]) -> list[Path]:
            from simulator.report.publish import publish
            from simulator.store.comparisons import write_comparison

            folder = _free(self._page.out / file_name(self._page.words.say("compare_page.file")))
            return publish(write_comparison(folder, *runs), notebook="compare", lang=self._page.words.lang)

        self._of_several(message, make)

    def _of_several(self, message: dict[str, Any], make: Callable[[list[BudgetRun]], list[Path]]) -> None:
        together = Together(self._page)
        found = together.scenarios([str(name) for name in message.get("names", [])])
        if len(found) < 2:
            self._page.tell(self._page.words.say("compare_page.too_few"))
            return
        self._page.tell(self._page.words.say("keep.reporting"))

        def named(runs: list[tuple[str, BudgetRun]]) -> None:
            own = [_called(run, file_name(label), label) if i else run for i, (label, run) in enumerate(runs)]
            self._in_a_thread(lambda: make(own))

        together.play(found, named)

    def _in_a_thread(self, make: Callable[[], list[Path]]) -> None:
        page = self._page
        page.tell(page.words.say("keep.reporting"))

        def work() -> None:
            try:
                files = make()
            except SimulatorError as e:
                page.refuse(e, "message.failed")
            except Exception as e:  # noqa: BLE001  a defect: the page says so and goes on
                page.refuse(SimulatorError(f"{type(e).__name__}: {e}"), "message.failed")
            else:
                made = page.words.say("entry.comma").join(map(str, files))
                page.tell(page.words.say("keep.reported", file=made), files=[_file(file) for file in files])

        threading.Thread(target=work, daemon=True).start()

    def _register(self) -> str:
        people = self._page.population
        return f' --population "{people.origin[0]}"' if people is not None and people.origin else ""


def _called(run: BudgetRun, name: str, title: str) -> BudgetRun:
    """A run under the name that somebody gave its settings: what it makes is headed so."""
    return replace(run, scenario=replace(run.scenario, given=Identity(name, title, title), origin=None))


def _file(path: Path) -> dict[str, str]:
    """A file as it travels to the browser."""
    return {"name": path.name, "kind": KINDS[path.suffix], "data": base64.b64encode(path.read_bytes()).decode("ascii")}


def _free(path: Path, suffix: str = "") -> Path:
    """A path that nothing is at: the one given, or with a number."""
    found, count = path.with_name(path.name + suffix), 2
    while found.exists():
        found, count = path.with_name(f"{path.name}-{count}{suffix}"), count + 1
    return found
