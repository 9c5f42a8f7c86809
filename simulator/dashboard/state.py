"""What was changed, and what was changed before that: the page's memory, without a widget in it.

The changes are those of `--set`: path → value. An untouched setting is not among them, and a setting put back to the
scenario's own value leaves them, so that two ways to the same settings are the same state, with the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.dashboard import overlay
from simulator.scenario import Scenario


class State:
    """The scenario opened and the changes made to it, with undo and redo.

    base: the scenario as opened; source: its shipped name or path. Methods that change something raise ScenarioError with
    every problem and then leave everything as it was; they return whether anything changed.
    """

    def __init__(self, base: Scenario, source: str = "baseline"):
        self.base, self.source = base, source
        self._past: list[dict[str, Any]] = []
        self._future: list[dict[str, Any]] = []
        self._last = ""  # the path changed last: further changes of it are the same step
        self._changes: dict[str, Any] = {}
        self._scenario = base

    @property
    def changes(self) -> Mapping[str, Any]:
        """path → value of everything that differs from the scenario opened."""
        return dict(self._changes)

    @property
    def scenario(self) -> Scenario:
        """The scenario as opened, with the changes."""
        return self._scenario

    def value(self, path: str, otherwise: Any) -> Any:
        """A setting's changed value, `otherwise` if it is not changed."""
        return self._changes.get(path, otherwise)

    def set(self, path: str, value: Any, own: Any = ...) -> bool:
        """Change one setting. own: the scenario's own value of it, as far as the caller knows: that is no change."""
        changes = {p: v for p, v in self._changes.items() if p != path}
        if value != own or (type(value) is not type(own) and isinstance(own, bool)):
            changes[path] = value
        return self._go(changes, path)

    def set_all(self, changes: Mapping[str, Any]) -> bool:
        """Change several settings in one step."""
        return self._go({**self._changes, **changes})

    def load(self, text: str, name: str) -> Scenario:
        """Take over the settings of a scenario file instead of the changes made, its seed too; the scenario it holds.
        name: of the file, for messages."""
        scenario = overlay.read(text, name, self.base.folder)
        self._go(overlay.changes_of(scenario, self.base))
        return scenario

    def take(self, changes: Mapping[str, Any]) -> bool:
        """These changes instead of those made."""
        return self._go(dict(changes))

    def reset(self, path: str = "") -> bool:
        """Put back one setting, or all."""
        return self._go({p: v for p, v in self._changes.items() if path and p != path})

    def undo(self) -> bool:
        """Take the last step back."""
        return self._step(self._past, self._future)

    def redo(self) -> bool:
        """Do again what was taken back."""
        return self._step(self._future, self._past)

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def saved(self, name: str, title: str = "", draws: int = 0) -> str:
        """The settings as a scenario file that says only what differs, seed and draws in any case: what is played from it is
        what was on the page. draws: of the figures on the page. Raises ScenarioError for a name that is none."""
        chance = {"seed": self._scenario.seed, "draws": draws or self._scenario.draws}
        return overlay.write(self.source, name, title, {**chance, **self._changes, "draws": chance["draws"]})

    def options(self) -> str:
        """The changes as options of the command line."""
        return overlay.options(self._changes)

    def _go(self, changes: dict[str, Any], path: str = "") -> bool:
        if changes == self._changes and {p: type(v) for p, v in changes.items()} == {p: type(v) for p, v in self._changes.items()}:
            return False
        scenario = self.base.set(changes)
        if not (path and path == self._last):
            self._past.append(self._changes)
        self._future.clear()
        self._changes, self._scenario, self._last = changes, scenario, path
        return True

    def _step(self, back: list[dict[str, Any]], forth: list[dict[str, Any]]) -> bool:
        if not back:
            return False
        forth.append(self._changes)
        self._changes = back.pop()
        self._scenario, self._last = self.base.set(self._changes), ""
        return True
