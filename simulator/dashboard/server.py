"""The page without JupyterLab: Voilà on this machine only (see `reach`), behind a token, with this one notebook and nothing else.

The notebook is served as a copy with its parameters written in; no folder is listed and no file given out. The kernel is the
running interpreter. What Voilà's stock page fetches from a network is left out (templates in `jupyter/`), and no settings of
the user's Jupyter take part.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec, KernelSpecManager
from tornado.ioloop import IOLoop
from traitlets.config import Config
from voila.app import Voila

from simulator import resources
from simulator.dashboard.reach import Reach
from simulator.report import launcher

NOTEBOOK = "what_if.ipynb"
PORT = 8866
IDLE, LOOK = 600, 60  # seconds: a kernel whose page is gone is stopped after IDLE, looked for every LOOK
WIDGETS = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8")  # extensions that draw widgets
_JUPYTER = Path(__file__).with_name("jupyter")


class ThisInterpreter(KernelSpecManager):
    """The running interpreter is the only kernel, whatever is registered on this machine."""

    def find_kernel_specs(self) -> dict[str, str]:
        return {NATIVE_KERNEL_NAME: ""}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        argv += ["--IPKernelApp.log_level=50", "--HistoryManager.enabled=False"]
        return KernelSpec(argv=argv, display_name="this interpreter", language="python", env=launcher.environment())


class Page(Voila):
    """Voilà that says where it is once it listens, token and all, instead of opening its own file."""

    ready: Callable[[str], None] = staticmethod(lambda _: None)
    reach: Reach

    def listen(self) -> None:
        self.app.listen = partial(self.app.listen, ssl_options=self.reach.context())
        super().listen()

    def launch_browser(self) -> None:
        # said once requests are answered: whoever ends the server as soon as he reads it must find a loop to end
        self.ioloop = IOLoop.current()
        self.ioloop.add_callback(self.ready, self.reach.address(self.port))


def serve(parameters: Mapping[str, Any], *, port: int = PORT, reach: Reach | None = None, browser: bool = True,
          told: Callable[[str], None] = print, idle: int = IDLE, look: int = LOOK) -> None:
    """Serve the page until it is interrupted.

    parameters: of the notebook. port: the first one tried; taken ones are passed over. reach: who may; this machine if
    unsaid. told: called once with the page's address. idle, look: see IDLE, LOOK. Raises ReportError for parameters that do
    not fit.
    """
    source = resources.folder("notebooks") / NOTEBOOK
    notebook = launcher.read(source)
    launcher.check(parameters, launcher.declared(notebook, source.name), source.name)

    def ready(url: str) -> None:
        told(url)
        if browser:
            webbrowser.open(url)

    with tempfile.TemporaryDirectory(prefix="what-if-", ignore_cleanup_errors=True) as work:
        _search_first(_JUPYTER)
        copy = Path(work) / NOTEBOOK
        nbformat.write(_with(notebook, parameters), copy)
        reach = reach or Reach()
        page = Page(config=_config(reach, port, idle, look), token=reach.secret, notebook_path=str(copy))
        page.ready, page.reach = ready, reach
        page.initialize([])
        page.start()


def _with(notebook: nbformat.NotebookNode, parameters: Mapping[str, Any]) -> nbformat.NotebookNode:
    """The notebook with these parameters after its own; they were checked: plain numbers and texts under known names."""
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source += "".join(f"\n{name} = {value!r}" for name, value in parameters.items())
    return notebook


def _config(reach: Reach, port: int, idle: int, look: int) -> Config:
    settings = Config()
    settings.Voila.ip, settings.Voila.port, settings.Voila.open_browser = reach.host, port, True
    # a page that only this machine reaches is asked for by no other name, however a name server is bent (DNS rebinding)
    settings.Voila.tornado_settings = {"allow_remote_access": reach.tls is not None}
    settings.Voila.config_file_paths = []
    settings.Voila.log_level = logging.ERROR
    settings.VoilaConfiguration.template = "whatif"
    settings.VoilaConfiguration.kernel_spec_manager_class = ThisInterpreter
    settings.VoilaConfiguration.file_allowlist = []
    settings.VoilaConfiguration.extension_allowlist = list(WIDGETS)
    settings.MappingKernelManager.cull_idle_timeout = idle
    settings.MappingKernelManager.cull_interval = look
    settings.MappingKernelManager.cull_connected = False
    return settings


def _search_first(folder: Path) -> None:
    """Have Jupyter look for templates in this folder before its own."""
    paths = [str(folder), *filter(None, os.environ.get("JUPYTER_PATH", "").split(os.pathsep))]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(dict.fromkeys(paths))
