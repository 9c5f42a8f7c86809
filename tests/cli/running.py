"""The command line called in this process, and what a refusal must look like."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from simulator import cli
from simulator.resources import folder

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = folder("data") / "sample"


@dataclass(frozen=True)
class Outcome:
    """What a call leaves: exit code, and what it said."""

    code: int
    out: str
    err: str


def call(*arguments) -> Outcome:
    """One command, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main([str(a) for a in arguments])
        except SystemExit as e:  # of argparse
            code = e.code or 0
    return Outcome(code, out.getvalue(), err.getvalue())


def done(*arguments) -> str:
    """What a command that must succeed prints."""
    outcome = call(*arguments)
    assert outcome.code == 0, outcome.err
    assert "Traceback" not in outcome.err
    return outcome.out


def listing(where: Path) -> dict[str, str]:
    """Every file and folder below, with what is in it."""
    return {
        p.relative_to(where).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "folder"
        for p in sorted(where.rglob("*"))
    }


def refused(where: Path, *arguments) -> list[str]:
    """The problems of a command that must be refused: exit code 2, one report of all, nothing written, no traceback."""
    before = listing(where)
    outcome = call(*arguments)
    assert outcome.code == 2, (outcome.code, outcome.out, outcome.err)
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    head, *lines = outcome.err.rstrip("\n").split("\n")
    problems = [line.removeprefix("  ") for line in lines if line.startswith("  ")]
    count = len(problems)
    assert head in (f"{count} problem{'s' if count > 1 else ''}, nothing done:", f"共 {count} 处问题，未做任何处理："), outcome.err
    assert problems and len(set(problems)) == len(problems)
    assert listing(where) == before
    return problems


def in_a_process(*arguments, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    """The command in a process of its own, output as bytes."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::ResourceWarning"} | environment
    return subprocess.run([sys.executable, "-m", "simulator", *map(str, arguments)], cwd=cwd, env=env, capture_output=True, timeout=240)
