"""Nothing doubtful reaches papermill; the notebook is thin."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from simulator import resources
from simulator.errors import ReportError
from simulator.report import launcher
from simulator.store import kinds
from tests.report.made import MODULES, module_of

KNOWN = {"folder": "str", "lang": "str", "draws": "int"}


def notebook(name: str):
    return launcher.read(resources.folder("notebooks") / f"{name}.ipynb")


def test_there_is_a_notebook_for_every_report():
    assert {p.stem for p in resources.folder("notebooks").glob("*.ipynb")} >= set(kinds.KINDS)


@pytest.mark.parametrize("name", kinds.KINDS)
def test_a_report_declares_its_parameters(name):
    clause = {"clause": "str"} if name == "clause" else {}
    assert launcher.declared(notebook(name), "") == {"folder": "str", "lang": "str", "profile": "str", **clause}


@pytest.mark.parametrize("name", kinds.KINDS)
def test_a_report_s_notebook_is_thin(name):
    """Imports, opening the folder, one call a cell: nothing is defined and nothing computed."""
    cells, kind = notebook(name).cells, kinds.KINDS[name]
    assert [cell.cell_type for cell in cells] == ["code"] * len(cells)
    calls, opened = [], []
    for cell in cells[1:]:
        *before, last = ast.parse(cell.source).body
        opened += [ast.unparse(line) for line in before if not isinstance(line, ast.ImportFrom)]
        assert isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)
        assert all(isinstance(argument, ast.Name) for argument in last.value.args) and not last.value.keywords
        calls.append(ast.unparse(last.value.func))
    variable = "register" if name == "check" else kind.folder
    assert opened == [f"{variable} = open_{kind.folder}(folder, profile)"]
    assert calls == [f"{MODULES[name]}.{section}" for section in module_of(name).__all__]


@pytest.mark.parametrize(
    "parameters, complaint",
    [
        ({"x=1;import os": "y"}, "is no name"),
        ({"z=open('canary', 'w').write('x')\ny": "y"}, "is no name"),
        ({"{pm.__class__}": "y"}, "is no name"),
        ({"lang\n": "zh"}, "is no name"),
        ({"class": "y"}, "is not declared"),
        ({"draws": "１２"}, "give a plain int"),
        ({"draws": float("nan")}, "give a plain int"),
        ({"lang": {"zh": 1}}, "give a plain str"),
        ({"foldre": "y"}, "is not declared → did you mean folder"),
        ({"draws": np.int64(3)}, "give a plain int"),
        ({"draws": True}, "give a plain int"),
        ({"lang": None}, "give a plain str"),
        ({"lang": 7}, "give a plain str"),
    ],
)
def test_g1_doubtful_parameters_are_refused_before_a_kernel_starts(parameters, complaint, tmp_path, monkeypatch):
    with pytest.raises(ReportError, match=complaint):
        launcher.check(parameters, KNOWN, "x.ipynb")
    monkeypatch.setattr(launcher.papermill, "execute_notebook", lambda *a, **k: pytest.fail("a kernel was started"))
    lines = "\n".join(f"{name}: {kind} = {kind}()" for name, kind in KNOWN.items())
    nbformat.write(new_notebook(cells=[new_code_cell(lines, metadata={"tags": ["parameters"]})]), tmp_path / "x.ipynb")
    with launcher.Kernel() as kernel, pytest.raises(ReportError, match=complaint):
        launcher.run(tmp_path / "x.ipynb", parameters, kernel)
    assert [p.name for p in tmp_path.iterdir()] == ["x.ipynb"] and not Path("canary").exists()


def test_fitting_parameters_pass():
    launcher.check({"folder": "a'b\n{c}", "lang": "zh", "draws": 3}, KNOWN, "x.ipynb")


@pytest.mark.parametrize("tagged", [0, 2])
def test_exactly_one_cell_is_tagged(tagged):
    cells = [new_code_cell("a: str = 'x'", metadata={"tags": ["parameters"]}) for _ in range(tagged)]
    with pytest.raises(ReportError, match=f"has {tagged} cells tagged"):
        launcher.declared(new_notebook(cells=cells), "x.ipynb")


def test_what_is_no_notebook_is_refused(tmp_path):
    for text in ("", "{}", "not json"):
        (tmp_path / "x.ipynb").write_text(text, encoding="utf-8")
        with pytest.raises(ReportError, match="x.ipynb"):
            launcher.read(tmp_path / "x.ipynb")
    with pytest.raises(ReportError):
        launcher.read(tmp_path / "missing.ipynb")


def test_g3_a_kernel_that_dies_is_an_answer(tmp_path):
    """A cell that ends its process leaves a problem, not a hanging report."""
    notebook = new_notebook(cells=[
        new_code_cell("a: str = 'x'", metadata={"tags": ["parameters"]}),
        new_code_cell("import os\nos._exit(3)"),
    ])  # fmt: skip
    nbformat.write(notebook, tmp_path / "dies.ipynb")
    with launcher.Kernel() as kernel:
        execution = launcher.run(tmp_path / "dies.ipynb", {"a": "y"}, kernel)
        assert execution.problem is not None and "Dead" in execution.problem.cause
        after = launcher.run(said(tmp_path / "lives.ipynb", "a"), {"a": "y"}, kernel)  # the next one has another
        assert after.problem is None and outputs(after) == ["'y'"]


def said(path, *lines):
    """A notebook of these cells."""
    cells = [new_code_cell("a: str = 'x'", metadata={"tags": ["parameters"]}), *map(new_code_cell, lines)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def outputs(execution) -> list[str]:
    return [output["data"]["text/plain"] for cell in execution.notebook.cells for output in cell.get("outputs", []) if "data" in output]


def test_a_notebook_finds_nothing_of_the_one_before(tmp_path):
    """One kernel for both; what the first defined, showed and was given is gone, and it is not asked for what it does afterwards."""
    with launcher.Kernel() as kernel:
        keep = f"open({str(tmp_path / 'kept')!r}, 'w').write(str(len(Out)))"
        first = launcher.run(said(tmp_path / "1.ipynb", "mine = 7", "mine"), {"a": "y"}, kernel, afterwards=keep)
        second = launcher.run(said(tmp_path / "2.ipynb", "sorted({'mine', 'a'} & set(globals())), list(Out)"), {"a": "z"}, kernel)
    assert first.problem is None and outputs(first) == ["7"] and (tmp_path / "kept").read_text() == "1"
    assert second.problem is None and outputs(second) == ["(['a'], [])"]
    assert kernel.manager is None
