"""JupyterLab on this machine only, behind a token, with nothing but a folder of notebooks.

No settings of the user's Jupyter take part, so none can open it wider. A cell can do whatever its user can: what the served
folder keeps away from the browser (its list of files, uploads, downloads) is the data, which is refused there. Kernels work in
the folder the command was given in, so that results lie outside, too.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec, KernelSpecManager
from traitlets.config import Config

from simulator import resources
from simulator.dashboard.reach import Reach
from simulator.errors import Problem, ReportError
from simulator.files import change, put_for_now, temporary
from simulator.report import launcher

PORT = 8888
LOCALES = {"zh": "zh_CN"}
DATA = (".csv", ".xlsx", ".xlsm", ".xls", ".et", ".parquet", ".duckdb")


class ThisInterpreter(KernelSpecManager):
    """The running interpreter is the only kernel, whatever is registered on this machine."""

    def find_kernel_specs(self) -> dict[str, str]:
        return {NATIVE_KERNEL_NAME: ""}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        argv += ["--IPKernelApp.log_level=50", "--HistoryManager.enabled=False"]
        return KernelSpec(
            argv=argv, display_name="this interpreter", language="python", env=launcher.environment(), metadata=launcher.UNDERSTOOD
        )


def serve(
    *, port: int = PORT, folder: str | Path = "notebooks", browser: bool = True, lang: str = "zh", announce: Callable[[str], None] = print
) -> None:
    """Serve it until it is interrupted. lang: its language, where its language pack is installed. Raises ReportError where the
    folder cannot be served."""
    root = served(Path(folder))
    os.environ["JUPYTER_NO_CONFIG"] = "1"  # read by what is imported next
    from jupyterlab.labapp import LabApp

    reach = Reach()
    with temporary("lab") as own:
        put_for_now(own / "overrides.json", lambda path: path.write_text(json.dumps(overrides(lang)), "utf-8"), "")
        server = LabApp.initialize_server(argv=[], config=settings(reach, port, root, Path.cwd(), browser, str(own)))
        # said once it listens, which it begins to do in its loop
        server.io_loop.add_callback(lambda: announce(f"http://{reach.host}:{server.port}/lab?token={reach.secret}"))
        server.start()


def overrides(lang: str) -> dict[str, dict[str, object]]:
    """What JupyterLab's own settings start from: it asks nothing about news, and speaks a language it has the words of."""
    made: dict[str, dict[str, object]] = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    locale = LOCALES.get(lang, "")
    if locale in {pack.name for pack in importlib.metadata.entry_points(group="jupyterlab.languagepack")}:
        made["@jupyterlab/translation-extension:plugin"] = {"locale": locale}
    return made


def served(folder: Path) -> Path:
    """The folder with the notebooks, made with a copy of them where there is none. Raises ReportError where it holds data."""
    if not folder.exists():
        shipped = resources.folder("notebooks")
        with change(folder, ReportError, "choose another --folder") as changing:
            for notebook in sorted(file for file in shipped.rglob("*.ipynb") if "checkpoint" not in file.name):
                changing.put(notebook.relative_to(shipped).as_posix(), partial(shutil.copyfile, notebook))
    if data := sorted(file for file in folder.rglob("*") if file.suffix.lower() in DATA):
        raise ReportError(
            [
                Problem(str(file), "is data in the folder that is served", "keep it outside, or choose another --folder")
                for file in data[:20]
            ]
        )
    return folder.resolve()


def settings(reach: Reach, port: int, root: Path, work: Path, browser: bool, own: str = "") -> Config:
    """JupyterLab's settings. root: what is served; work: where kernels work; own: folder of what its settings start from."""
    config = Config()
    config.ServerApp.ip, config.ServerApp.port, config.ServerApp.open_browser = reach.host, port, browser
    config.ServerApp.allow_remote_access = False
    config.ServerApp.terminals_enabled = False
    config.ServerApp.root_dir = str(root)
    config.ServerApp.log_level = config.LabApp.log_level = "ERROR"
    config.ServerApp.kernel_spec_manager_class = ThisInterpreter
    if os.name == "posix" and os.geteuid() == 0:  # in a container
        config.ServerApp.allow_root = True
    config.IdentityProvider.token = reach.secret
    config.PasswordIdentityProvider.allow_password_change = False
    config.ContentsManager.allow_hidden = False
    config.MappingKernelManager.root_dir = str(work)
    config.KernelManager.transport_encryption = launcher.ENCRYPTED
    config.LabApp.news_url = None
    if own:
        config.LabApp.app_settings_dir = own
    config.LabApp.extension_manager = "readonly"
    return config
