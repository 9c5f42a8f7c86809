"""Looking an enterprise up. Without a register it looks in the sample that is shipped."""

from __future__ import annotations

import threading

from simulator import resources
from simulator.dashboard import finder
from simulator.dashboard.host import Host
from simulator.errors import SimulatorError
from simulator.messages import line
from simulator.population.readers import read_population
from simulator.population.register import Population


class Lookup:
    """What was searched for, and the enterprise chosen, shown anew whenever the settings are."""

    def __init__(self, page: Host):
        self._page = page
        self._register: Population | None = page.population
        self._chosen = ""
        self._one_at_a_time = threading.Lock()

    @property
    def register(self) -> Population:
        """The page's register, else the sample."""
        if self._register is None:
            self._register = read_population(resources.folder("data") / "sample")
        return self._register

    def find(self, text: str) -> None:
        """The enterprises whose number or name holds the text."""
        found = finder.matching(self.register, text) if text.strip() else []
        self._page.send({"type": "found", "hits": [{"id": key, "text": label} for label, key in found], "asked": bool(text.strip())})

    def tell(self, enterprise_id: str) -> None:
        """Choose an enterprise and tell it under the settings as opened and the present ones."""
        self._chosen = enterprise_id
        threading.Thread(target=self.again, daemon=True).start()

    def again(self) -> None:
        """Tell the chosen enterprise as things now stand."""
        if not (chosen := self._chosen):
            return
        words, state = self._page.words, self._page.state
        with self._one_at_a_time:
            try:
                story = finder.story(self.register, chosen, state.base, state.scenario, words)
            except SimulatorError as e:
                story = {"table": None, "texts": [], "problem": "\n".join(line(p, words.lang) for p in e.problems)}
        self._page.send({"type": "story", **story})
