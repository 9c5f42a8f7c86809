"""What takes time to import is imported where it is used: a verb that needs none of it does not wait for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ("matplotlib", "nbconvert", "papermill", "IPython", "docx", "anywidget", "tornado", "jupyterlab", "xlsxwriter")
TABLES = ("pandas", "pyarrow", "scipy.special", "scipy.stats", "simulator.engine.kernel")
COUNTING = ("numpy", "numba")
PROBE = """\
import sys
from simulator.cli import main
try:
    main(sys.argv[2:])
except SystemExit:
    pass
print("\\nfound:", *(name for name in sys.argv[1].split(",") if name in sys.modules))
"""


def imported(names: tuple[str, ...], *words: str) -> list[str]:
    """Those of the names that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, ",".join(names), *words],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
    )
    assert "found:" in done.stdout and "Traceback" not in done.stderr, done.stderr
    return done.stdout.rpartition("found:")[2].split()


@pytest.mark.parametrize("command", ["--help", "--version", "run --help", "run baseline --draws ten", "nosuchverb"])
def test_the_command_line_itself_needs_nothing(command):
    assert imported((*PICTURES, *TABLES, *COUNTING), *command.split()) == []


@pytest.mark.parametrize(
    "command",
    [
        "terms law.office_rent",
        "terms",
        "terms nosuch",
        "audit verify no.jsonl",
        "completion bash",
        "run nosuch",
        "run baseline --set law.nothing=3",
        "report nosuch",
        "compare baseline",
        "budget baseline --draws 0",
        "assess nowhere",
        "explain nowhere E1",
        "explain data/sample SYN0000001",
        "run baseline --population nowhere",
        "design baseline --budget 1 --free nothing --set a=b",
    ],
)
def test_terms_refusals_and_explanations_wait_for_no_table(command):
    assert imported((*PICTURES, *TABLES, "numba"), *command.split()) == []


@pytest.mark.parametrize("command", ["check data/sample"])
def test_reading_a_register_waits_for_no_picture_and_no_statistics(command):
    assert imported((*PICTURES, "scipy.special", "scipy.stats", "numba"), *command.split()) == []


@pytest.mark.plays_draws
def test_a_run_waits_for_no_picture():
    assert imported((*PICTURES, "scipy.stats"), "run", "baseline", "--draws", "4") == []


def test_a_run_on_the_screen_waits_for_nothing_of_reports_and_analyses():
    needless = ("simulator.store.record", "simulator.disclosure.suppression", "simulator.engine.assess", "scipy.stats", "scipy.optimize")
    assert imported((*PICTURES, *needless), "run", "baseline", "--draws", "5") == []
