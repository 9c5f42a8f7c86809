"""The page's model: what was set, what is shown, what is kept. It knows no widget and no server: it hears of a person's gestures
as messages, and tells whoever listens what is to be shown.

A value comes in by a gesture alone (`receive`); what is shown never comes back as one. So what was typed is what is played.
"""

from __future__ import annotations

import contextlib
import datetime
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from simulator import yamlfile
from simulator.compiling import is_cold
from simulator.dashboard import catalogue, display, wording
from simulator.dashboard.answer import Teller
from simulator.dashboard.controls import Control, controls
from simulator.dashboard.ideas import REPLICATE, Link, Shelf
from simulator.dashboard.keeping import Keeping
from simulator.dashboard.lookup import Lookup
from simulator.dashboard.state import State
from simulator.dashboard.together import Together
from simulator.dashboard.worker import Ahead, Answer, Engine, Failure, Question, Replaying, Worker
from simulator.document.numbers import UNITS
from simulator.engine.kernel import play_draws
from simulator.errors import Problem, SimulatorError
from simulator.messages import line
from simulator.population.register import Population
from simulator.scenario import Scenario, parse_set

QUICK = 200  # draws of a picture that follows the hand
MOST_OF_A_LINK = 10_000  # draws of the picture that follows the hand: whoever sent a link does not wait for it
MANY = 1000  # draws from which a loaded file's figures are played as a full run
Message = dict[str, Any]
Listener = Callable[[Message], None]


class Dashboard:
    """The what-if page of a scenario. In a notebook it shows itself.

    scenario: as opened, the baseline of every difference; source: its shipped name or path. population: a register, or None:
    incumbents are drawn. draws: of the picture that follows the hand (the button plays the scenario's own number). out:
    folder for scenarios and reports that are kept. engine: what plays, by default only what a change can touch.
    """

    def __init__(
        self,
        scenario: Scenario,
        population: Population | None = None,
        *,
        source: str = "baseline",
        lang: str = "zh",
        draws: int = QUICK,
        out: str | Path = "out/what_if",
        engine: Engine | None = None,
    ):
        self.words = wording.load(lang)
        self.state = State(scenario, source)
        self.population, self.out = population, Path(out).resolve()
        self.quick, self.full = draws, max(scenario.draws, draws)
        self.shown: Answer | None = None
        self.offered = controls(scenario, register=population is not None)
        self.by_path = {control.path: control for control in self.offered}
        self.shelf, self.name = Shelf(), ""  # the name of the what-if on the page, where it has one
        self.teller = Teller(self.words)
        self.lookup, self.together, self.keeping = Lookup(self), Together(self), Keeping(self)
        self._listeners: list[Listener] = []
        self._last: dict[str, Message] = {}
        self._heard: dict[str, int] = {}  # who → his last gesture that was done
        self._serial = 0  # of what was sent
        self._lock = threading.RLock()
        self._gestures: dict[str, Callable[[Message], object]] = {
            "hello": self._hello, "set": self._set, "slide": self._slide, "choose": self._choose, "other": self._other,
            "reset": lambda m: self._try(lambda: self.state.reset(str(m.get("path", "")))),
            "undo": lambda _: self._try(self.state.undo), "redo": lambda _: self._try(self.state.redo),
            "draws": self._draws, "full": lambda _: self.ask(full=True), "cancel": lambda _: self.cancel(), "line": self._line,
            "link": lambda m: self.open_link(str(m["text"])), "load": lambda m: self.load(str(m["text"]), str(m["name"])),
            "keep": self._keep, "open": self._open, "rename": self._rename, "drop": self._drop,
            "compare": self.together.ask, "gains": self.together.gains,
            "check": self._check, "find": lambda m: self.lookup.find(str(m["text"])), "tell": lambda m: self.lookup.tell(str(m["id"])),
            "save": self.keeping.save, "report": self.keeping.report, "excel": self.keeping.excel,
            "compare_report": self.keeping.compare_report,
            "ping": lambda _: self.send({"type": "pong"}),
        }  # fmt: skip
        self.worker = Worker(engine or Replaying(population), scenario, self._publish, self._progressed)
        self.ask()

    # who listens

    def listen(self, listener: Listener) -> None:
        """Tell somebody whatever is to be shown from now on."""
        with self._lock:
            self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """Tell him no more."""
        with self._lock, contextlib.suppress(ValueError):
            self._listeners.remove(listener)

    @property
    def alone(self) -> bool:
        """Whether nobody listens."""
        return not self._listeners

    def send(self, message: Message) -> None:
        """Tell all that listen. What stands on the page until it is replaced is kept for whoever comes later."""
        with self._lock:
            self._serial += 1
            message["serial"] = self._serial
            if message["type"] in ("state", "status", "answer", "shared", "compared"):
                self._last[message["type"]] = message
            for listener in list(self._listeners):
                listener(message)

    def receive(self, message: Message) -> None:
        """Do what a gesture asks for; whatever goes wrong is said on the page."""
        gesture = self._gestures.get(str(message.get("type", "")))
        if gesture is None:
            return
        try:
            self._heard[str(message.get("who", ""))[:40]] = int(message.get("n", 0))
            gesture(message)
        except SimulatorError as e:
            self.refuse(e)
            self._tell_state()  # every box shows what stands
        except Exception as e:  # noqa: BLE001  a defect: the page says so and goes on
            traceback.print_exc()
            self.refuse(SimulatorError(f"{type(e).__name__}: {e}"), "message.failed")
            self._tell_state()

    def end(self) -> None:
        """The page is gone for good."""
        self.worker.end()
        self._listeners.clear()

    # what a gesture does

    def _set(self, message: Message) -> None:
        """A text typed into a setting's box."""
        control = self._control(message)
        text = str(message["text"])
        value = display.read(control, text, self.words)
        now = self.state.value(control.path, control.base)
        if not message.get("sure") and (asked := display.far_off(control, value, now, text, self.words)):
            question, instead = asked
            self._tell_state()  # the box shows what stands until this is answered
            self.send({"type": "asked", "path": control.path, "text": text, "question": question, "instead": instead})
            return
        self._try(lambda: self.state.set(control.path, value, control.base))

    def _slide(self, message: Message) -> None:
        """A slider moved to a place, in the unit shown."""
        control = self._control(message)
        scale, _ = display.scale_of(control, self.words)
        before = control.position(self.state.value(control.path, control.base))
        at = Decimal(str(message["at"])) * scale
        value = control.at(at)
        self._try(lambda: self.state.set(control.path, value, control.base), ahead=self._further(control, before, at))

    def _choose(self, message: Message) -> None:
        """A choice from a list, by its number."""
        control = self._control(message)
        value = control.choices[int(message["choice"])][0]
        self._try(lambda: self.state.set(control.path, value, control.base))

    def _other(self, message: Message) -> None:
        """Any setting, written path=value as for --set."""
        if self._try(lambda: self.state.set_all(parse_set([str(message["text"])]))):
            self.send({"type": "taken"})

    def _check(self, message: Message) -> None:
        """What is wrong with a formula that is being written; nothing is set."""
        control, text = self._control(message), str(message["text"])
        problems: list[Problem] = []
        try:
            self.state.base.set({**self.state.changes, control.path: display.read(control, text, self.words)})
        except SimulatorError as e:
            problems = e.problems
        said = [line(replace(p, place=""), self.words.lang).strip(" ：:") for p in problems]
        self.send({"type": "checked", "path": control.path, "text": text, "problems": said})

    def _draws(self, message: Message) -> None:
        """Another number of draws for the quick picture, or for the full run."""
        quick = message["which"] == "quick"
        number = self.state.base.set(parse_set([f"draws={str(message['text']).replace(',', '')}"])).draws
        if quick:
            self.quick = number
            self.ask()
        else:
            self.full = number
        self._tell_state()

    def _line(self, message: Message) -> None:
        """The budget line of the curve, in the page's unit of money; empty: what is appropriated."""
        text = str(message["text"]).strip()
        try:
            if not text:
                self.teller.line = None
            else:
                plain = text.replace(",", "").replace("，", "").removesuffix("万元").removesuffix("万").strip()
                self.teller.line = Decimal(plain) * Decimal(UNITS[self.words.lang]["money"].scale)
                if not 0 <= self.teller.line < 10**15:
                    self.teller.line = None
                    raise InvalidOperation
        except InvalidOperation:
            raise SimulatorError(Problem(self.words.say("charts.line_name"), self.words.say("charts.line_bad"))) from None
        if self.shown is not None:
            self.send({"type": "curve", "curve": self.teller.curve(self.shown)})

    def open_link(self, text: str) -> None:
        """Take over a state from its link; a different baseline or register is said."""
        link = Link.read(text)
        self.state.base.set(link.changes)
        for draws in filter(None, link.draws):
            self.state.base.set({"draws": draws})
        for changes in link.kept.values():
            self.state.base.set(changes)
        self.shelf.kept = {name: dict(changes) for name, changes in link.kept.items()}
        if 0 < link.draws[0] <= MOST_OF_A_LINK:
            self.quick, self.full = link.draws
        self._try(lambda: self.state.take(link.changes), name=link.name)
        self._tell_state()
        if link.base != self.state.base.hash()[:8]:
            self.tell(self.words.say("link.other_base", source=link.source))
        elif link.register != self._register():
            self.tell(self.words.say("link.other_register"))

    def load(self, text: str, name: str) -> None:
        """Take over a scenario file's settings, its seed and its draws."""
        loaded = self.state.load(text, name)
        self._moved(name=Path(name).stem)
        draws, full = loaded.draws, loaded.draws >= MANY
        if full:
            self.full = draws
        elif draws != self.quick:
            self.quick = draws
            self.ask()
        self.tell(self.words.say("keep.loaded", file=name, count=len(self.state.changes)))
        self._tell_state()
        if full:
            self.ask(full=True)

    def _keep(self, message: Message) -> None:
        """Keep what is on the page under a name."""
        name = str(message["name"]).strip()[:60] or self._next_name()
        changes = {p: v for p, v in self.state.changes.items() if p not in REPLICATE}
        if self.shelf.kept.get(name, changes) != changes and not message.get("sure"):
            self.send({"type": "asked", "keep": name, "question": self.words.say("ideas.taken", name=name), "instead": self._next_name()})
            return
        self.shelf.keep(name, self.state.changes)
        self.name = name
        self.tell(self.words.say("ideas.kept", name=name))
        self._tell_state()

    def _open(self, message: Message) -> None:
        """Have a what-if that is kept on the page; "": the baseline. Seed and draws stay."""
        name = str(message["name"])
        chance = {path: value for path, value in self.state.changes.items() if path == "seed"}
        self._try(lambda: self.state.take({**self.shelf.kept.get(name, {}), **chance}), name=name)
        self._tell_state()

    def _rename(self, message: Message) -> None:
        old, new = str(message["name"]), str(message["new"]).strip()[:60]
        if new and old in self.shelf.kept and new not in self.shelf.kept:
            self.shelf.rename(old, new)
            self.name = new if self.name == old else self.name
        self._tell_state()

    def _drop(self, message: Message) -> None:
        self.shelf.drop(str(message["name"]))
        self.name = self.name if self.name in self.shelf.kept else ""
        self._tell_state()

    def _next_name(self) -> str:
        """方案一, 方案二 …, the first that is free."""
        numerals = self.words.say("ideas.numerals").split()
        names = (self.words.say("ideas.name", number=numerals[i] if i < len(numerals) else i + 1) for i in range(len(self.shelf.kept) + 1))
        return next(name for name in names if name not in self.shelf.kept)

    def ask(self, *, full: bool = False, ahead: Ahead = lambda: None) -> None:
        """Have the present settings played. full, ahead: see `Question`."""
        scenario = self.state.scenario.set({"draws": self.full if full else self.quick})
        with self._lock:
            self.worker.ask(scenario, full=full, ahead=ahead)
            self._stand("full" if full else "computing" if self.shown else "first", done=0, most=scenario.draws)

    def cancel(self) -> None:
        """Stop what is being played; what is shown stays."""
        with self._lock:
            self.worker.cancel()
            self._stand("current" if self._fits() else "stale")

    def _control(self, message: Message) -> Control:
        return self.by_path[str(message["path"])]

    def _further(self, control: Control, before: Decimal | None, at: Decimal) -> Ahead:
        """What a slider that was moved asks for when it is moved on by a step."""

        def scenario() -> Scenario | None:
            further = control.beside(at, up=before is None or at > before)
            changes = {**self.state.changes, control.path: control.at(further), "draws": self.quick}
            return self.state.base.set(changes) if further != at else None

        return scenario

    def _try(self, change: Callable[[], bool], name: str | None = None, ahead: Ahead = lambda: None) -> bool:
        """Make a change, show it and have it played. name: what the page's settings are called after it; without one they keep
        theirs; ahead: see `Question`. A change that cannot be made is refused, and everything stands as it stood."""
        try:
            moved = change()
        except SimulatorError as e:
            self.refuse(e)
            self._tell_state()
            return False
        self._moved(name, play=moved, ahead=ahead)
        return True

    def _moved(self, name: str | None = None, *, play: bool = True, ahead: Ahead = lambda: None) -> None:
        """Show a change, and have it played."""
        if name is not None:
            self.name = name if name in self.shelf.kept else ""
        self.send({"type": "message", "kind": "", "text": ""})
        self._tell_state()
        if play:
            self.ask(ahead=ahead)

    # what is sent

    def refuse(self, error: SimulatorError, key: str = "message.refused") -> None:
        """Say what is wrong; settings go by their labels on the page."""
        said = []
        for problem in error.problems:
            control = self.by_path.get(problem.place)
            place = control.label(self.words.lang) if control else problem.place
            said.append(self.words.say(key, problem=line(replace(problem, place=place), self.words.lang)))
        self.send({"type": "message", "kind": "alert", "text": "\n".join(said)})

    def tell(self, text: str, **more: Any) -> None:
        """Say what was done; more: `files` that go along with it (name, kind, base64)."""
        self.send({"type": "message", "kind": "status", "text": text, **more})

    def link(self) -> Link:
        """The page's state, as it goes into an address."""
        return Link(
            self.state.base.name,
            self.state.base.hash()[:8],
            self._register(),
            dict(self.state.changes),
            self.name,
            self.shelf.kept,
            (self.quick, self.full),
        )

    def _register(self) -> str:
        return self.population.sha256[:8] if self.population is not None else ""

    def _hello(self, message: Message) -> None:
        """Somebody opened the page. What he brings along (his link, gestures not heard) is taken over if the page is untouched."""
        words, base = self.words, self.state.base
        people = words.say("head.synthetic")
        if self.population is not None:
            count = f"{len(self.population):,}"
            people = (
                words.say("head.invented", enterprises=count)
                if self.population.synthetic
                else words.say("head.register", source=self.population.source, enterprises=count)
            )
        said = {key: words.say(key) for key in words.sentences if key.startswith("ui.") and "{" not in words.sentences[key]}
        said |= {key: words.sentences[key] for key in words.sentences if key.startswith("ui.") and key not in said}
        self.send(
            {
                "type": "page",
                "lang": words.lang,
                "tag": words.tag,
                "words": {k.removeprefix("ui."): v for k, v in said.items()},
                "title": words.say("head.title"),
                "people": people,
                "unit": words.say("unit.money"),
                "scenario": words.say("head.scenario", scenario=getattr(base, words.lang)),
                "identity": f"{base.hash()[:8]}-{self._register()}-{words.lang}",
                "sections": catalogue.sections(base, self.offered, words),
                "names": catalogue.names(base, words),
                "controls": {c.path: catalogue.described(c, words) for c in self.offered},
                "sample": self.population is None,
            }
        )
        if message.get("link") and not self.state.changes and not self.shelf.kept:
            with contextlib.suppress(SimulatorError):
                self.open_link(str(message["link"]))
        self._tell_state()
        for kind in ("status", "answer", "shared", "compared"):
            if kind in self._last:
                self.send(self._last[kind])

    def _tell_state(self) -> None:
        """What differs from the baseline, and everything that hangs on it."""
        words, state = self.words, self.state
        own = {s.path: s.value for s in state.base.settings()} if any(p not in self.by_path for p in state.changes) else {}
        changed, listed = {}, []
        for path, value in state.changes.items():
            control = self.by_path.get(path)
            if control is None:
                listed.append({"path": path, "label": path, "unit": "", "was": own.get(path, "—"), "now": yamlfile.written(value)})
                continue
            changed[path] = catalogue.shown(control, value, words)
            listed.append(
                {
                    "path": path,
                    "label": control.label(words.lang),
                    "unit": display.scale_of(control, words)[1],
                    "was": display.written(control, control.base, words),
                    "now": changed[path]["text"],
                }
            )
        self.send(
            {
                "type": "state",
                "changed": changed,
                "listed": listed,
                "undo": state.can_undo,
                "redo": state.can_redo,
                "heard": dict(self._heard),
                "link": self.link().text(),
                "untouched": not state.changes and not self.shelf.kept,
                "name": self.name,
                "kept": list(self.shelf.kept),
                "next": self._next_name(),
                "same": self.name in self.shelf.kept
                and self.shelf.kept[self.name] == {p: v for p, v in state.changes.items() if p not in REPLICATE},
                "quick": str(self.quick),
                "full": str(self.full),
                "options": state.options(),
                "notice": self._horizon(),
            }
        )

    def _horizon(self) -> dict[str, Any] | None:
        """That the policy goes on after the last year played, and which year would count it to the full."""
        scenario = self.state.scenario
        wanted, end = scenario.cut_short, scenario.law.end
        if not wanted or not end or "horizon" not in self.by_path:
            return None
        return {
            "text": self.words.say("notice.horizon", end=end.year, last=scenario.years[-1]),
            "button": self.words.say("notice.extend", year=wanted),
            "set": f"horizon={wanted}",
        }

    def _publish(self, answer: Answer | Failure) -> None:
        if isinstance(answer, Failure):
            with self._lock:
                if self.worker.is_wanted(answer.question):
                    self.refuse(answer.error, "message.failed")
                    self._stand("stale")
            return
        self.shown = answer
        self.send(
            {
                "type": "answer",
                **self.teller.message(answer),
                "at": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
                "changes": len(self.state.changes),
            }
        )
        with self._lock:
            if self.worker.is_wanted(answer.question):
                self._stand("current" if answer.final else "early")
        if answer.final:
            shared = self.teller.shared_out(answer, lambda: self.worker.is_wanted(answer.question))
            if self.worker.is_wanted(answer.question) and (shared or "shared" in self._last):
                self.send({"type": "shared", "html": shared})
            self.lookup.again()

    def _progressed(self, question: Question, done: int) -> None:
        if question.full:
            with self._lock:
                if self.worker.is_wanted(question):
                    self._stand("full", done=min(done, question.scenario.draws), most=question.scenario.draws)

    def _fits(self) -> bool:
        return self.shown is not None and self.shown.run.scenario.set({"draws": self.state.base.draws}) == self.state.scenario.set(
            {"draws": self.state.base.draws}
        )

    def _stand(self, state: str, done: int = 0, most: int = 0) -> None:
        """Say how what is shown relates to the settings: current, early (of the first draws), computing, first, full or stale."""
        said: dict[str, object] = {}
        if state in ("current", "early") and self.shown is not None:
            said = {"draws": f"{self.shown.run.scenario.draws:,}", "seed": self.shown.run.scenario.seed}
        elif state == "full":
            said = {"done": f"{done:,}", "draws": f"{most:,}"}
        key = "compiling" if state == "first" and is_cold(play_draws.__name__) else state
        self.send({"type": "status", "state": state, "text": self.words.say(f"status.{key}", **said), "done": done, "most": most})

    def _ipython_display_(self) -> None:
        from simulator.dashboard.notebook import show

        show(self)
