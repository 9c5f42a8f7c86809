"""Run a parametrised notebook: papermill, behind a door that lets nothing doubtful through.

papermill alone runs a notebook without a parameters cell on its own defaults, takes unknown names with a log
line, turns what it cannot write into text, pastes names unseen into code, and uses whatever kernel is
registered as "python3". Here names, types and the cell are checked before a kernel starts, and the kernel is
the running interpreter.
"""

from __future__ import annotations

import ast
import copy
import logging
import os
import site
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, cast

from simulator.errors import Problem, ReportError, nearest
from simulator.files import temporary
from simulator.phrases import phrase
from simulator.resources import PACKAGE


@contextmanager
def _lacking(package: str) -> Iterator[None]:
    """What is imported inside does without an optional package."""
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]


with _lacking("rfc3987_syntax"):  # its grammars of web addresses take longer than all else here; no notebook has one to be checked
    import nbformat
    import papermill
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_core.utils import run_sync
    from nbclient.exceptions import CellTimeoutError
    from nbformat import NotebookNode
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.exceptions import PapermillExecutionError

_TYPES: Mapping[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
ENCRYPTED = "required"  # what kernels and their clients say to each other: CurveZMQ, its keys in a file for the user alone
UNDERSTOOD = {"supported_encryption": ["curve"]}
_AFTERWARDS = "afterwards"
SECONDS_PER_CELL, SECONDS_TO_START = 900, 120
# ipykernel's own beginning, without a debugger, which takes as long to load as all else of it, and with rare looks for waste (`cli.main`)
_BEGIN = """
import gc, sys
gc.set_threshold(50_000)
sys.modules["debugpy"] = None
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""


class Kernel:
    """A kernel of this very interpreter for notebooks one after the other, whatever kernels are registered on this machine. The first
    starts it; each finds nothing of the one before but modules that are imported already. Use it in `with`.

    Its settings, history and sockets' file lie in a folder of its own: nothing of the user's IPython takes part, nothing is left.
    """

    def __init__(self) -> None:
        self.place, self.manager = ExitStack(), cast("AsyncKernelManager | None", None)

    def __enter__(self) -> Self:
        self.work = self.place.enter_context(temporary("kernel"))
        return self

    def __exit__(self, *_: object) -> None:
        with self.place:
            self.end()

    def begun(self) -> AsyncKernelManager:
        """What manages it; its process may not have been started yet."""
        self.manager = self.manager or _manager(self.work)
        return self.manager

    def end(self) -> None:
        """End it; the next notebook has another."""
        ended, self.manager = self.manager, None
        with suppress(RuntimeError):  # it may have ended by itself
            if ended is not None and ended.has_kernel:
                run_sync(ended.shutdown_kernel)(now=True)


@dataclass
class Execution:
    """A notebook that was run: as far as it came, and what stopped it, if anything did."""

    notebook: NotebookNode
    problem: Problem | None


def read(notebook: Path) -> NotebookNode:
    """The notebook as it lies on disk. Raises ReportError when it is none."""
    try:
        with notebook.open(encoding="utf-8") as file:
            return nbformat.read(file, as_version=4)
    except Exception as e:  # nbformat raises many kinds for a broken file, and all mean the same to a user
        problem = Problem(str(notebook), phrase("cannot be read as a notebook ({})", e), "install it again")
        raise ReportError(problem) from e


def written(notebook: NotebookNode) -> str:
    """A notebook as the text of its file."""
    return str(nbformat.writes(notebook))


def declared(notebook: NotebookNode, name: str) -> dict[str, str]:
    """The parameters a notebook declares: name → type hint. Raises ReportError unless one cell is tagged."""
    cells = [c for c in notebook.cells if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(cells) != 1:
        remedy = "tag exactly one cell `parameters`"
        raise ReportError(Problem(name, phrase("has {} cells tagged `parameters`", len(cells)), remedy))
    found: dict[str, str] = {}
    for line in ast.parse(cells[0].source).body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            found[line.target.id] = ast.unparse(line.annotation)
        elif isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            found[line.targets[0].id] = ""
    return found


def check(parameters: Mapping[str, object], known: Mapping[str, str], name: str) -> None:
    """Hold parameters to what the notebook declares. Raises ReportError with everything that does not fit."""
    problems, any_of = [], phrase("one of {}", ", ".join(known))
    for given, value in parameters.items():
        place = f"{name}, parameter {given!r}"
        if not isinstance(given, str) or not given.isidentifier():
            problems.append(Problem(place, "is no name", any_of))
        elif given not in known:
            problems.append(Problem(place, "is not declared", nearest(given, known) or any_of))
        elif type(value) is not _TYPES.get(known[given], str):  # exactly: papermill writes a subclass as text
            cause = phrase("is of the type {}: {}", type(value).__name__, repr(value))
            problems.append(Problem(place, cause, phrase("give a plain {}", known[given] or "str")))
    if problems:
        raise ReportError(problems)


def run(
    notebook: Path,
    parameters: Mapping[str, object],
    kernel: Kernel,
    progress: Callable[[str, int, int], None] | None = None,
    afterwards: str = "",
) -> Execution:
    """Run `notebook` with these parameters by a kernel.

    progress: called with each cell's name before it runs, its number and how many there are. afterwards: what the kernel runs after
    the last cell; it is no part of the notebook.

    A notebook that fails is returned as far as it came. Raises ReportError for parameters that do not fit,
    before anything runs.
    """
    node = read(notebook)
    check(parameters, declared(node, notebook.name), notebook.name)
    last_words = f"{afterwards}\nget_ipython().reset(new_session=False)"
    node.cells.append(nbformat.v4.new_code_cell(last_words, id=_AFTERWARDS, metadata={"tags": [_AFTERWARDS]}))
    # without a handler its remarks would reach stderr by Python's last resort
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    problem, last, running = None, [""], list[Any]()

    def report(cell: str, number: int, count: int) -> None:
        last[0] = cell
        if progress:
            progress(cell, number, count)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            papermill.execute_notebook(
                node,
                None,
                dict(parameters),
                engine_name=_reporting(report, running, kernel),
                kernel_name="python3",
                language="python",
                progress_bar=False,
            )
        except PapermillExecutionError as e:
            place = f"{notebook.name}, cell {_cell(running[0].nb, e.cell_index)}"
            problem = Problem(place, f"{e.ename}: {e.evalue}")
        except CellTimeoutError:
            cause = phrase("runs longer than {} seconds and was stopped", SECONDS_PER_CELL)
            problem = Problem(f"{notebook.name}, cell {last[0]}", cause, "try again when the machine has less to do")
        except Exception as e:  # noqa: BLE001  a kernel may die, hang or never start in as many ways as there are machines
            problem = Problem(notebook.name, f"{type(e).__name__}: {e}")
    if problem is not None:  # the next notebook has a kernel that nothing went wrong in
        kernel.end()
    done = running[0].nb if running else node
    done.cells = [cell for cell in done.cells if _AFTERWARDS not in cell.metadata.get("tags", [])]
    return Execution(done, problem)


def without_words(execution: Execution) -> Execution:
    """The same with the kinds of its errors only, not what they say."""
    notebook, problem = copy.deepcopy(execution.notebook), execution.problem
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.evalue, output.traceback = "", [output.ename]
    if problem is not None:
        problem = replace(problem, cause=problem.cause.partition(":")[0], remedy="make the internal report, which tells more")
    return Execution(notebook, problem)


def _reporting(progress: Callable[[str, int, int], None], running: list[Any], kernel: Kernel) -> str:
    """The name of an engine of papermill's that tells of each cell before a kernel runs it, and puts what holds the notebook in a
    list."""

    class Telling(NBClientEngine):
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> Any:
            running.append(nb_man)
            start = nb_man.cell_start
            names = [
                cell.get("id", "")
                for cell in nb_man.nb.cells
                if not {"parameters", "injected-parameters", _AFTERWARDS} & set(cell.metadata.get("tags", []))
            ]

            def started(cell: Any, cell_index: int | None = None, **more: Any) -> Any:
                if cell.get("id", "") in names:
                    progress(cell["id"], names.index(cell["id"]) + 1, len(names))
                return start(cell, cell_index, **more)

            nb_man.cell_start = started
            client = PapermillNotebookClient(
                nb_man,
                km=kernel.begun(),
                kernel_name=kernel_name,
                startup_timeout=SECONDS_TO_START,
                timeout=SECONDS_PER_CELL,
                resources={"metadata": {"path": str(kernel.work)}},
            )
            try:
                return client.execute()
            finally:
                if client.kc is not None:
                    client.kc.stop_channels()

    papermill_engines.register("telling", Telling)
    return "telling"


def _cell(notebook: NotebookNode, index: int) -> str:
    """What the failing cell is called; papermill has put a marker at the top and one before it."""
    try:
        return str(notebook.cells[index + 2].get("id", index))
    except IndexError:
        return str(index)


def _manager(work: Path) -> AsyncKernelManager:
    argv = [sys.executable, "-c", _BEGIN, "-f", "{connection_file}"]
    # no remark on the loopback connection, which is not encrypted, nor on being asked to stop
    argv += ["--IPKernelApp.log_level=50"]
    argv += ["--HistoryManager.enabled=False"]
    private = {"IPYTHONDIR": str(work / "settings"), "JUPYTER_RUNTIME_DIR": str(work)}
    spec = KernelSpec(argv=argv, display_name="this interpreter", language="python", env=private | environment(), metadata=UNDERSTOOD)

    class ThisInterpreter(AsyncKernelManager):
        def __init__(self, **settings: object):
            super().__init__(**settings)
            self.transport_encryption = ENCRYPTED
            self.connection_file = str(work / "kernel.json")

        @property
        def kernel_spec(self) -> KernelSpec:
            return spec

    return ThisInterpreter()


def environment() -> dict[str, str]:
    """What a kernel of this interpreter needs to find this package and to write any character."""
    return {"PYTHONUTF8": "1", "PYTHONPATH": _search_path()}


def _search_path() -> str:
    """PYTHONPATH for the kernel: this package's folder in front when it is not installed among the others."""
    root = str(PACKAGE.parent)
    installed = {str(Path(p).resolve()) for p in [*site.getsitepackages(), site.getusersitepackages()]}
    paths = [] if root in installed else [root]
    return os.pathsep.join(paths + [p for p in [os.environ.get("PYTHONPATH", "")] if p])
