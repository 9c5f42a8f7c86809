"""Nothing doubtful reaches papermill; the notebook is thin."""

from __future__ import annotations

import ast

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from simulator import resources
from simulator.errors import ReportError
from simulator.report import launcher, sections
from simulator.report.publish import NOTEBOOK

REPORT = resources.folder("notebooks") / NOTEBOOK
KNOWN = {"run_dir": "str", "lang": "str", "draws": "int"}


def test_the_report_declares_its_parameters():
    assert launcher.declared(launcher.read(REPORT), "") == {"run_dir": "str", "lang": "str"}


def test_the_report_s_notebook_is_thin():
    """Imports, opening the run, one call a cell: nothing is defined and nothing computed."""
    cells = [cell for cell in nbformat.read(REPORT, as_version=4).cells]
    assert [cell.cell_type for cell in cells] == ["code"] * len(cells)
    calls = []
    for cell in cells[1:]:
        *before, last = ast.parse(cell.source).body
        for line in before:
            opening = isinstance(line, ast.Assign) and ast.unparse(line) == "run = RunFolder.open(run_dir)"
            assert opening or isinstance(line, ast.ImportFrom), ast.unparse(line)
        calls.append(ast.unparse(last))
    assert calls == [f"sections.{name}(run, lang)" for name in sections.__all__]


@pytest.mark.parametrize(
    "parameters, complaint",
    [
        ({"x=1;import os": "y"}, "is no name"),
        ({"run_dri": "y"}, "is not declared → did you mean run_dir"),
        ({"draws": np.int64(3)}, "give a plain int"),
        ({"draws": True}, "give a plain int"),
        ({"lang": None}, "give a plain str"),
        ({"lang": 7}, "give a plain str"),
    ],
)
def test_doubtful_parameters_are_refused(parameters, complaint):
    with pytest.raises(ReportError, match=complaint):
        launcher.check(parameters, KNOWN, "x.ipynb")


def test_fitting_parameters_pass():
    launcher.check({"run_dir": "a'b\n{c}", "lang": "zh", "draws": 3}, KNOWN, "x.ipynb")


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


def test_a_kernel_that_dies_is_an_answer(tmp_path):
    """A cell that ends its process leaves a problem, not a hanging report."""
    notebook = new_notebook(cells=[
        new_code_cell("a: str = 'x'", metadata={"tags": ["parameters"]}),
        new_code_cell("import os\nos._exit(3)"),
    ])  # fmt: skip
    nbformat.write(notebook, tmp_path / "dies.ipynb")
    work = tmp_path / "work"
    work.mkdir()
    execution = launcher.run(tmp_path / "dies.ipynb", {"a": "y"}, work)
    assert execution.problem is not None and "Dead" in execution.problem.cause
