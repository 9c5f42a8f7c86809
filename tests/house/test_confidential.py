"""RELIABILITY I5: what is made of a register is its owner's only, and nothing real is under version control."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import simulator
from simulator.budget.result import BudgetRun
from simulator.engine.run import play
from simulator.files import put
from simulator.report import payout_list
from simulator.store.register_checks import write_check

ROOT = Path(__file__).resolve().parents[2]
MARK = "synthetic.txt"  # beside the tables of an invented register

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes: files inherit the rights of their folder")


def modes(place: Path) -> dict[str, str]:
    """Everything below a folder that others than its owner may read, write or enter."""
    return {p.relative_to(place).as_posix(): oct(p.stat().st_mode) for p in place.rglob("*") if p.stat().st_mode & 0o077}


@posix
def test_files_and_new_folders_are_their_owners_only(tmp_path):
    before = os.umask(0o000)  # the most careless of machines
    try:
        (tmp_path / "shared").mkdir()
        put(tmp_path / "shared" / "new" / "deep" / "a.txt", lambda p: p.write_text("x"))
        put(tmp_path / "shared" / "b.txt", lambda p: (p.unlink(), p.write_text("made anew")))
        people = simulator.synthesize(enterprises=20)
        scenario = simulator.load_scenario("baseline", {"draws": 2})
        BudgetRun(scenario, play(scenario, people), people).write(tmp_path / "run")
        register = people.write_folder(tmp_path / "register")
        write_check(tmp_path / "check", register)
        payout_list.save(simulator.assess(people), tmp_path / "list.xlsx")
    finally:
        os.umask(before)
    assert modes(tmp_path) == {"shared": "0o40777"}  # what was there before keeps the rights it had
    assert len(list(tmp_path.rglob("*.csv"))) > 8


def tracked() -> list[str]:
    """What git keeps; the check needs a checkout."""
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, timeout=60)
    if found.returncode:
        pytest.skip("no git checkout")
    return found.stdout.decode("utf-8").rstrip("\0").split("\0")


def unfit(files: list[str]) -> list[str]:
    """Files that may hold real enterprises: tables and workbooks that do not stand beside the mark of an invented register."""
    kinds = (".csv", ".tsv", ".xlsx", ".xls", ".et", ".parquet", ".duckdb", ".db", ".docx", ".pdf", ".key", ".npy", ".npz")
    return [f for f in files if f.lower().endswith((*kinds, "record.json")) and f"{f.rpartition('/')[0]}/{MARK}" not in files]


def test_no_register_and_no_result_is_under_version_control(need):
    need("git")
    assert unfit(tracked()) == []
    assert unfit(["data/real/annual.csv", "out/record.json", "a.XLSX", "b/annual.csv", f"b/{MARK}", "c/d.py"]) == [
        "data/real/annual.csv",
        "out/record.json",
        "a.XLSX",
    ]


@pytest.mark.parametrize(
    "place",
    [
        "data/名册/enterprises.csv",
        "data/register.duckdb",
        "out/run/summary.csv",
        "名册.xlsx",
        "scenarios/record.json",
        "pseudonyms.key",
        "simulator/a.parquet",
    ],
)
def test_git_would_not_take_them_in(place, need):
    need("git")
    tracked()
    asked = subprocess.run(["git", "check-ignore", "-q", place], cwd=ROOT, timeout=60)
    assert asked.returncode == 0
