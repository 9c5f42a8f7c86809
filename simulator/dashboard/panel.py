"""The controls: a heading for each clause and group of assumptions, its settings made when it is first opened.

Widgets are made once and then only told new values; styles and layouts are shared, because each is a message to the browser.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import ipywidgets as widgets

from simulator import yamlfile
from simulator.dashboard import controls, display
from simulator.dashboard.controls import Control
from simulator.dashboard.state import State
from simulator.errors import ScenarioError
from simulator.report.wording import Wording

Set = Callable[[Control, Any], bool]  # a control and its new value → whether it was taken
WIDE = widgets.Layout(width="auto", margin="0")


class Row:
    """One setting: its label, a slider with a number beside it (or a list, or a text), and a button that puts it back."""

    def __init__(self, control: Control, value: Any, words: Wording, set_value: Set, back: Callable[[str], None],
                 refuse: Callable[[ScenarioError], None]):
        self.control, self.words, self._set, self._refuse = control, words, set_value, refuse
        self._quiet = False
        self.scale, self.unit = display.scale_of(control, words)
        self._label = widgets.HTML(layout=WIDE)
        self._back = widgets.Button(description="↺", tooltip=words.say("panel.back"), layout=WIDE)
        self._back.add_class("back")
        self._back.on_click(lambda _: back(control.path))
        self._slider: widgets.FloatSlider | None = None
        if control.kind == "choice":
            self._choices = [value for value, _, _ in control.choices]
            self._entry: Any = widgets.Dropdown(options=self._options(), layout=WIDE)
        else:
            self._entry = widgets.Text(continuous_update=False, layout=WIDE)
        parts = [self._label, self._entry, self._back]
        if control.kind == "slider":
            low, high = float(control.low / self.scale), float(control.high / self.scale)
            position = control.position(value)
            # born where it belongs: one that is told so afterwards can be moved by a quick hand before it hears
            at = low if position is None else min(max(float(position / self.scale), low), high)
            self._slider = widgets.FloatSlider(value=at, min=low, max=high, step=float(control.step / self.scale), readout=False,
                                               layout=WIDE)
            self._slider.observe(self._slid, "value")
            parts.insert(1, self._slider)
        self._entry.observe(self._entered, "value")
        self.box = widgets.Box(parts, layout=WIDE)
        self.box.add_class("row")
        self.box.add_class(control.kind)
        self.box.add_class("at-" + control.path.replace(".", "-"))
        self.show(value)

    def show(self, value: Any, *, slid: bool = False) -> None:
        """Stand where the value is. slid: the slider is in somebody's hand and stays."""
        changed = value != self.control.base
        with self._silently():
            if self.control.kind == "choice":
                known = "none" if value is None and None not in self._choices else value
                if known not in self._choices:  # a file may say what the list does not offer
                    self._choices.append(known)
                    self._entry.options = self._options()
                self._entry.value = self._choices.index(known)
            else:
                self._entry.value = display.written(self.control, value, self.words)
            position = self.control.position(value)
            if self._slider is not None and position is not None and not slid:
                at = float(position / self.scale)
                self._slider.value = min(max(at, self._slider.min), self._slider.max)
        (self.box.add_class if changed else self.box.remove_class)("changed")
        self._label.value = self._heading(changed)

    def _options(self) -> list[tuple[str, int]]:
        return [(display.written(self.control, value, self.words), i) for i, value in enumerate(self._choices)]

    def _heading(self, changed: bool) -> str:
        control, words = self.control, self.words
        label = html.escape(control.label(words.lang))
        if self.unit:
            label = html.escape(words.say("panel.label", label=control.label(words.lang), unit=self.unit))
        tip = words.say("panel.tip", article=control.article, path=control.path).strip()
        if control.allowed and control.kind == "slider":
            low, high = (display.written(control, limit, words) for limit in control.allowed)
            tip += "\n" + words.say("panel.range_law" if control.room not in controls.ROOMS else "panel.range", low=low, high=high)
        was = ""
        if changed:
            text = words.say("panel.was", value=display.written(control, control.base, words))
            was = f' <span class="was">{html.escape(text)}</span>'
        return f'<span class="name" title="{html.escape(tip, quote=True)}">{label}</span>{was}'

    def _slid(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            value = self.control.at(Decimal(repr(change["new"])) * self.scale)
            if self._set(self.control, value):
                self.show(value, slid=True)

    def _entered(self, change: dict[str, Any]) -> None:
        if self._quiet:
            return
        try:
            value = self._choices[change["new"]] if self.control.kind == "choice" else \
                display.read(self.control, change["new"], self.words)
        except ScenarioError as e:
            self._refuse(e)
            return
        if self._set(self.control, value):
            self.show(value)

    @contextmanager
    def _silently(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False


class Section:
    """A heading that opens and closes, and its rows, made when they are first wanted."""

    def __init__(self, room: str, title: str, offered: list[Control], make: Callable[[Control, Any], Row], state: State, words: Wording):
        self.title, self.offered, self.words = title, offered, words
        self._make, self._state = make, state
        self.rows: dict[str, Row] = {}
        self.head = widgets.ToggleButton(value=False, tooltip=title, layout=WIDE)
        self.head.add_class("section-head")
        self.head.add_class(f"room-{room}")
        self.head.observe(lambda _: self._open(), "value")
        self.body = widgets.VBox(layout=WIDE)
        self.box = widgets.VBox([self.head, self.body], layout=WIDE)
        self._shown: set[str] | None = None
        self.sync()

    def sync(self, but: str = "") -> None:
        """Show the state's values. but: a path whose row shows itself."""
        count = sum(control.path in self._state.changes for control in self.offered)
        name = self.words.say("panel.section", name=self.title) if not count else \
            self.words.say("panel.section_changed", name=self.title, count=count)
        self.head.description = ("▾ " if self.head.value or self._shown else "▸ ") + name
        for path, row in self.rows.items():
            if path != but:
                row.show(self._state.value(path, row.control.base))

    def show_only(self, paths: set[str] | None) -> None:
        """Only these rows, the heading away if there is none; None: as it stands open or closed."""
        self._shown = paths
        (self.box.remove_class if paths is None or paths else self.box.add_class)("away")
        self._open()

    def _open(self) -> None:
        if self._shown or self.head.value:
            missing = [c for c in self.offered if c.path not in self.rows and (not self._shown or c.path in self._shown)]
            self.rows |= {c.path: self._make(c, self._state.value(c.path, c.base)) for c in missing}
        every = {c.path for c in self.offered} if self.head.value else set()
        wanted = every if self._shown is None else self._shown
        self.body.children = [self.rows[c.path].box for c in self.offered if c.path in wanted]
        self.sync()


class Panel:
    """All sections, and the search over them."""

    def __init__(self, state: State, words: Wording, *, register: bool, set_value: Set, back: Callable[[str], None],
                 refuse: Callable[[ScenarioError], None]):
        self.state, self.words = state, words
        self.offered = controls.controls(state.base, register=register)
        self._by_path = {control.path: control for control in self.offered}
        self.sections = [
            Section(room, self._title(room), [c for c in self.offered if c.room == room],
                    lambda control, value: Row(control, value, words, set_value, back, refuse), state, words)
            for room in controls.rooms(state.base, self.offered)]
        self.search = widgets.Text(placeholder=words.say("panel.search"), layout=WIDE)
        self.search.add_class("search")
        self.search.observe(lambda change: self._find(change["new"]), "value")
        self.found = widgets.HTML(layout=WIDE)
        self.box = widgets.VBox([section.box for section in self.sections], layout=WIDE)
        self.box.add_class("sections")

    def sync(self, but: str = "") -> None:
        """Show the state's values everywhere."""
        for section in self.sections:
            section.sync(but)

    def changed(self) -> list[tuple[str, str, str, str]]:
        """What differs: label, unit, the value as opened, the value now."""
        own, rows = {s.path: s.value for s in self.state.base.settings()}, []
        for path, value in self.state.changes.items():
            control = self._by_path.get(path)
            if control is None:
                rows.append((path, "", own.get(path, "—"), str(yamlfile.written(value))))
                continue
            _, unit = display.scale_of(control, self.words)
            rows.append((control.label(self.words.lang), unit, display.written(control, control.base, self.words),
                         display.written(control, value, self.words)))
        return rows

    def own(self, path: str) -> Any:
        """The scenario's own value of a setting the panel offers, else ..."""
        return self._by_path[path].base if path in self._by_path else ...

    def _find(self, text: str) -> None:
        wanted = text.strip().casefold()
        hits = {c.path for c in self.offered if any(wanted in t.casefold() for t in (c.path, c.zh, c.en, c.article))}
        for section in self.sections:
            section.show_only({c.path for c in section.offered} & hits if wanted else None)
        self.found.value = html.escape(self.words.say("panel.found", count=len(hits))) if wanted else ""

    def _title(self, room: str) -> str:
        if block := self.state.base.law.blocks.get(room):
            name = block.zh if self.words.lang == "zh" else block.en
            return self.words.say("rooms.clause", article=block.article, name=name)
        return self.words.say(f"rooms.{room}")


def buttons(entries: Iterable[tuple[str, str, Callable[[], object]]]) -> list[widgets.Button]:
    """Buttons by name, text and what they do."""
    made = []
    for name, text, act in entries:
        button = widgets.Button(description=text, tooltip=text, layout=WIDE)
        button.add_class(name)
        button.on_click(lambda _, act=act: act())
        made.append(button)
    return made
