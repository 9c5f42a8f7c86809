"""Keeping what was found: a scenario file, the command line's options, the report."""

from __future__ import annotations

import base64
import html
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from simulator.budget.result import BudgetRun
from simulator.dashboard.host import Host
from simulator.dashboard.panel import WIDE, buttons
from simulator.errors import SimulatorError
from simulator.files import put

_COPY = "navigator.clipboard.writeText(this.previousElementSibling.value)"


class Keep:
    """The widgets of saving, loading and reporting."""

    def __init__(self, page: Host):
        self._page = page
        say = page.words.say
        self.name = widgets.Text(value="what_if", layout=widgets.Layout(width="160px"))
        self.name.add_class("keep-name")
        save, self.make = buttons([("save", say("keep.save"), self.save), ("make-report", say("keep.report"), self.report)])
        self.make.tooltip = say("keep.report_tip")
        self.upload = widgets.FileUpload(accept=".yaml,.yml", multiple=False, description=say("keep.load"), layout=WIDE)
        self.upload.add_class("load")
        self.upload.observe(lambda change: self._load(change["new"]), "value")
        self.options = widgets.HTML(layout=WIDE)
        label = widgets.HTML(html.escape(say("keep.name")), layout=WIDE)
        tools = widgets.HBox([label, self.name, save, self.upload, self.make], layout=WIDE)
        tools.add_class("tools")
        self.box = widgets.VBox([widgets.HTML(f"<h2>{html.escape(say('keep.title'))}</h2>", layout=WIDE), tools, self.options],
                                layout=WIDE)
        self.box.add_class("keep")
        self.sync()

    def sync(self) -> None:
        """Show the options that say what was changed."""
        say, text = self._page.words.say, self._page.state.options()
        shown = f'<span class="none">{html.escape(say("keep.no_options"))}</span>' if not text else (
            f'<input class="options" type="text" readonly value="{html.escape(text, quote=True)}" onfocus="this.select()">'
            f'<button class="jupyter-button" onclick="{_COPY}">{html.escape(say("keep.copy"))}</button>')
        self.options.value = f'<div class="options-line"><span>{html.escape(say("keep.options"))}</span>{shown}</div>'

    def save(self) -> None:
        """Write the scenario file into the page's folder, and offer it for download."""
        page, name = self._page, self.name.value.strip()
        try:
            text = page.state.saved(name)
            file = put(page.out / f"{name}.yaml", lambda p: p.write_text(text, encoding="utf-8"))
        except SimulatorError as e:
            page.refuse(e, "message.failed")
            return
        page.tell(page.words.say("keep.saved", file=file), self._link(text, file.name, "application/yaml"))

    def report(self) -> None:
        """Make the report of the result on screen, beside the page."""
        shown = self._page.shown
        if shown is not None:
            self.make.disabled = True
            self._page.tell(self._page.words.say("keep.reporting"))
            threading.Thread(target=self._report, args=(shown.run,), daemon=True).start()

    def _report(self, run: BudgetRun) -> None:
        from simulator.report.publish import publish

        page = self._page
        try:
            folder = run.write(page.out / (self.name.value.strip() or "what_if"), run.analyses())
            (file,) = publish(folder, lang=page.words.lang)
        except SimulatorError as e:
            page.refuse(e, "message.failed")
        else:
            text = file.read_text(encoding="utf-8")
            page.tell(page.words.say("keep.reported", file=file), self._link(text, file.name, "text/html"))
        finally:
            self.make.disabled = False

    def _load(self, files: Sequence[Mapping[str, Any]]) -> None:
        if not files:
            return
        content = bytes(files[0]["content"])
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030", errors="replace")
        self._page.load(text, Path(files[0]["name"]).name)
        self.upload.value = ()  # the same file may be chosen again

    def _link(self, text: str, name: str, kind: str) -> str:
        data = base64.b64encode(text.encode("utf-8")).decode("ascii")
        return (f'<a download="{html.escape(name)}" href="data:{kind};charset=utf-8;base64,{data}">'
                f"{html.escape(self._page.words.say('keep.download'))}</a>")
