"""The page: controls on the left, the answer on the right, made once and told new values ever after."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from simulator.compiled import is_cold
from simulator.dashboard import keep, lookup, wording
from simulator.dashboard.answer import AnswerView
from simulator.dashboard.controls import Control
from simulator.dashboard.panel import WIDE, Panel, buttons
from simulator.dashboard.state import State
from simulator.dashboard.views import changed
from simulator.dashboard.worker import Answer, Engine, Failure, Question, Replaying, Worker
from simulator.engine.kernel import play_draws
from simulator.errors import ScenarioError, SimulatorError
from simulator.messages import line
from simulator.population.register import Population
from simulator.report.page import stylesheet
from simulator.scenario import Scenario, parse_set

QUICK = 200  # draws of a picture that follows the hand


class Dashboard:
    """The what-if page of a scenario. In a notebook it shows itself.

    scenario: as opened, the baseline of every difference; source: its shipped name or path. population: a register, or None:
    incumbents are drawn. draws: of the picture that follows the hand (the button plays the scenario's own number). out:
    folder for scenarios and reports that are kept. engine: what plays, by default only what a change can touch.
    """

    def __init__(self, scenario: Scenario, population: Population | None = None, *, source: str = "baseline",
                 lang: str = "zh", draws: int = QUICK, out: str | Path = "out/what_if", engine: Engine | None = None):
        self.words = wording.load(lang)
        self.state = State(scenario, source)
        self.population, self.out = population, Path(out).resolve()
        self._quick, self._full = draws, max(scenario.draws, draws)
        self.shown: Answer | None = None
        self._lock = threading.RLock()
        self.panel = Panel(self.state, self.words, register=population is not None, set_value=self.set, back=self.reset,
                           refuse=self._unread)
        self._build()
        self.worker = Worker(engine or Replaying(population), scenario, self._publish, self._progressed)
        self.ask()

    # what the hand does

    def set(self, control: Control, value: Any) -> bool:
        """Change one setting; whether it was taken. A value that may not be is told and left."""
        taken = self._try(lambda: self.state.set(control.path, value, control.base), but=control.path)
        if not taken:
            self.panel.sync()
        return taken

    def set_path(self, text: str) -> None:
        """Change any setting, written path=value as for --set."""
        if text.strip() and self._try(lambda: self.state.set_all(parse_set([text]))):
            self.other.value = ""

    def load(self, text: str, name: str) -> None:
        """Take over a scenario file's settings."""
        if self._try(lambda: self.state.load(text, name)):
            self.tell(self.words.say("keep.loaded", file=name, count=len(self.state.changes)))

    def reset(self, path: str = "") -> None:
        """Put back one setting, or all."""
        self._try(lambda: self.state.reset(path))

    def ask(self, *, full: bool = False) -> None:
        """Have the present settings played."""
        try:
            scenario = self.state.scenario.set({"draws": self._full if full else self._quick})
        except ScenarioError as e:
            self.refuse(e)
            return
        with self._lock:
            self.worker.ask(scenario, full=full)
            self._stand("full" if full else "computing" if self.shown else "first")
            self.bar.max, self.bar.value = scenario.draws, 0

    def cancel(self) -> None:
        """Stop what is being played; what is shown stays."""
        with self._lock:
            self.worker.cancel()
            self._stand("current" if self._fits() else "stale")

    def refuse(self, error: SimulatorError, key: str = "message.refused") -> None:
        """Say what is wrong."""
        text = "\n".join(self.words.say(key, problem=line(p, self.words.lang)) for p in error.problems)
        self.message.value = f'<div class="message" role="alert">{html.escape(text)}</div>'

    def tell(self, text: str, more: str = "") -> None:
        """Say what was done; more: HTML after it."""
        self.message.value = f'<div class="message told" role="status">{html.escape(text)} {more}</div>'

    def _unread(self, error: SimulatorError) -> None:
        """A text that cannot be read: said, and the setting stands as it stood."""
        self.refuse(error)
        self.panel.sync()

    def _try(self, change: Callable[[], bool], but: str = "") -> bool:
        """Make a change; say what is wrong with it, or show it and have it played."""
        try:
            moved = change()
        except SimulatorError as e:
            self.refuse(e)
            return False
        self.message.value = ""
        self.panel.sync(but)
        if moved:
            self._settings_changed()
        return True

    def _settings_changed(self) -> None:
        self.undo.disabled, self.redo.disabled = not self.state.can_undo, not self.state.can_redo
        self.reset_all.disabled = not self.state.changes
        self.list.value = changed(self.panel.changed(), self.words)
        self.keep.sync()
        self.ask()

    def _numbers(self, which: str, text: str) -> None:
        """Another number of draws for the quick picture ("_quick") or the full run ("_full")."""
        try:
            number = self.state.base.set(parse_set([f"draws={text}"])).draws
        except ScenarioError as e:
            self.refuse(e)
            number = 0
        if number and number != getattr(self, which):
            self.message.value = ""
            setattr(self, which, number)
            if which == "_quick":
                self.ask()
        self.quick.value, self.full.value = str(self._quick), str(self._full)

    # what the worker says, in its own thread

    def _publish(self, answer: Answer | Failure) -> None:
        if isinstance(answer, Failure):
            with self._lock:
                if self.worker.is_wanted(answer.question):
                    self.refuse(answer.error, "message.failed")
                    self._stand("stale")
            return
        self.shown = answer
        self.view.show(answer, still=lambda: self.worker.is_wanted(answer.question))
        if answer.final:
            self.finder.tell()
        with self._lock:
            if self.worker.is_wanted(answer.question):
                self._stand("current" if answer.final else "early")

    def _progressed(self, question: Question, done: int) -> None:
        if question.full:
            with self._lock:
                if self.worker.is_wanted(question):
                    self.bar.value = min(done, self.bar.max)
                    self._stand("full")

    def _fits(self) -> bool:
        return self.shown is not None and \
            self.shown.run.scenario.set({"draws": self.state.base.draws}) == self.state.scenario

    def _stand(self, state: str) -> None:
        """Say how what is shown relates to the settings: current, early (of the first draws), computing, first, full or stale."""
        said: dict[str, object] = {}
        if state in ("current", "early") and self.shown is not None:
            said = {"draws": f"{self.shown.run.scenario.draws:,}", "seed": self.shown.run.scenario.seed}
        elif state == "full":
            said = {"done": f"{self.bar.value:,}", "draws": f"{self.bar.max:,}"}
        key = "compiling" if state == "first" and is_cold(play_draws.__name__) else state
        text = html.escape(self.words.say(f"status.{key}", **said))
        self.status.value = f'<div class="status" role="status" data-state="{state}">{text}</div>'
        for widget in (self.bar, self.stop):
            (widget.remove_class if state == "full" else widget.add_class)("away")
        (self.view.box.remove_class if state in ("current", "early") else self.view.box.add_class)("old")

    # the widgets

    def _build(self) -> None:
        say = self.words.say
        self.status, self.message, self.list = (widgets.HTML(layout=WIDE) for _ in range(3))
        self.bar = widgets.IntProgress(layout=WIDE)
        self.quick, self.full = (widgets.Text(value=str(n), continuous_update=False, layout=widgets.Layout(width="76px"))
                                 for n in (self._quick, self._full))
        self.quick.observe(lambda change: self._numbers("_quick", change["new"]), "value")
        self.full.observe(lambda change: self._numbers("_full", change["new"]), "value")
        self.undo, self.redo, self.reset_all = buttons([
            ("undo", say("panel.undo"), lambda: self._try(self.state.undo)),
            ("redo", say("panel.redo"), lambda: self._try(self.state.redo)),
            ("reset-all", say("panel.reset"), self.reset)])
        for button in (self.undo, self.redo, self.reset_all):
            button.disabled = True
        run, self.stop = buttons([("main", say("draws.run"), lambda: self.ask(full=True)), ("stop", say("draws.cancel"), self.cancel)])
        run.tooltip = say("draws.run_tip")
        run.add_class("full-run")
        self.other = widgets.Text(placeholder=say("panel.other_hint"), tooltip=say("panel.other_tip"), continuous_update=False,
                                  layout=WIDE)
        self.other.add_class("other")
        self.other.observe(lambda change: self.set_path(change["new"]), "value")
        self.list.value = changed([], self.words)
        self.view = AnswerView(self.words)
        self.finder = lookup.Lookup(self)
        self.keep = keep.Keep(self)
        left = widgets.VBox([
            _tools(self.undo, self.redo, self.reset_all), _heading("h2", say("panel.changed")), self.list,
            self.panel.search, self.panel.found, self.panel.box, _heading("h2", say("panel.other")), self.other], layout=WIDE)
        left.add_class("left")
        tools = _tools(_words(say("draws.quick")), self.quick, _words(say("draws.full")), self.full, run, self.bar, self.stop)
        bar = widgets.VBox([self.status, self.message], layout=WIDE)  # stays in sight
        bar.add_class("bar")
        right = widgets.VBox([bar, tools, self.view.box, self.finder.box, self.keep.box], layout=WIDE)
        right.add_class("right")
        columns = widgets.HBox([left, right], layout=WIDE)
        columns.add_class("columns")
        style = stylesheet() + Path(__file__).with_name("page.css").read_text(encoding="utf-8")
        self.box = widgets.VBox([widgets.HTML(f"<style>{style}</style>{self._head()}", layout=WIDE), columns], layout=WIDE)
        self.box.add_class("what-if")

    def _head(self) -> str:
        say, base = self.words.say, self.state.base
        people = say("head.synthetic")
        if self.population is not None:
            enterprises = f"{len(self.population):,}"
            people = say("head.invented", enterprises=enterprises) if self.population.synthetic else \
                say("head.register", source=self.population.source, enterprises=enterprises)
        named = say("head.scenario", scenario=base.zh if self.words.lang == "zh" else base.en)
        return (f'<h1 lang="{self.words.tag}">{html.escape(say("head.title"))}<small>{html.escape(named)}</small>'
                f"<small>{html.escape(people)}</small></h1>")

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.box)


def _tools(*parts: widgets.Widget) -> widgets.Box:
    box = widgets.HBox(parts, layout=WIDE)
    box.add_class("tools")
    return box


def _heading(level: str, text: str) -> widgets.HTML:
    return widgets.HTML(f"<{level}>{html.escape(text)}</{level}>", layout=WIDE)


def _words(text: str) -> widgets.HTML:
    return widgets.HTML(html.escape(text), layout=WIDE)
