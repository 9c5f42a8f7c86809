"""The widgets of the enterprise finder."""

from __future__ import annotations

import html
import threading

import ipywidgets as widgets

from simulator import resources
from simulator.dashboard import finder
from simulator.dashboard.host import Host
from simulator.dashboard.panel import WIDE
from simulator.errors import SimulatorError
from simulator.messages import line
from simulator.population.readers import read_population
from simulator.population.register import Population


class Lookup:
    """A search, what it found, and the enterprise chosen. Without a register it looks in the sample that is shipped."""

    def __init__(self, page: Host):
        self._page = page
        self._register: Population | None = page.population
        self._telling = threading.Lock()
        say = page.words.say
        self.search = widgets.Text(placeholder=say("finder.search"), layout=WIDE)
        self.search.add_class("finder-search")
        self.search.observe(lambda _: self._find(), "value")
        self.hits = widgets.Select(options=[], rows=6, layout=WIDE)
        self.hits.add_class("finder-hits")
        self.hits.add_class("away")
        self.hits.observe(lambda _: threading.Thread(target=self.tell, daemon=True).start(), "value")
        self.story = widgets.HTML(layout=WIDE)
        note = "" if page.population is not None else f'<p class="small">{html.escape(say("finder.sample"))}</p>'
        self.box = widgets.VBox([widgets.HTML(f"<h2>{html.escape(say('finder.title'))}</h2>{note}", layout=WIDE), self.search,
                                 self.hits, self.story], layout=WIDE)
        self.box.add_class("finder")

    def _find(self) -> None:
        if self._register is None:
            self._register = read_population(resources.folder("data") / "sample")
        found = finder.matching(self._register, self.search.value) if self.search.value.strip() else []
        (self.hits.remove_class if found else self.hits.add_class)("away")
        if not found and self.search.value.strip():
            self.story.value = f"<p>{html.escape(self._page.words.say('finder.none'))}</p>"
        self.hits.options = found
        if found:
            self.hits.index = 0  # chosen, and told

    def tell(self) -> None:
        """Tell the chosen enterprise under the settings as opened and the present ones."""
        if self.hits.value is None or self._register is None:
            return
        words, state = self._page.words, self._page.state
        with self._telling:
            try:
                told = finder.told(self._register, self.hits.value, state.base, state.scenario, words)
            except SimulatorError as e:
                told = "".join(f'<p role="alert">{html.escape(line(p, words.lang))}</p>' for p in e.problems)
            self.story.value = f'<div class="report" lang="{words.tag}">{told}</div>'
