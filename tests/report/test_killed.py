"""Reports and batches killed at any step of theirs: what a folder holds is the old or the new, and the same words make it whole."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import nbformat
import pytest

from simulator import files
from simulator.cli import main
from simulator.disclosure import releases
from simulator.errors import SimulatorError
from simulator.regular import digest_of
from simulator.report import batch, batch_plan, launcher, publish
from tests.killing import GROWING, killed, moments, starved, steps_of
from tests.report import fake_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed")
RUN = ("draws.parquet", "years.parquet", "summary.csv", "settings.csv")
PARENT = """\
import multiprocessing, os, signal
from concurrent.futures import ProcessPoolExecutor
from simulator.files import allowed
from simulator.report.batch import _begin
if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(allowed(),))
    pool.submit(os.getpid).result()
    print("at work", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
PLAN = """\
scenarios: [baseline, cautious]
languages: [zh]
notebooks: [targets]
draws: 2
set: {horizon: 2014, assumptions.incumbents.number: 20}
"""


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """Notebooks are not run, their pages say so: here only files matter. Temporary folders lie in one of the test's."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(files, "YOUNG", 0.0)
    monkeypatch.setattr(launcher, "run", lambda *given: launcher.Execution(nbformat.v4.new_notebook(), None))
    said = ["old"]
    monkeypatch.setattr(
        publish,
        "to_html",
        lambda _, opened, *__, **___: f"<p>{said[0]}</p><p id='report-end' data-run-id='{opened.run_id}'>{'x' * 100_000}</p>",
    )
    yield said
    assert not list((tmp_path / "tmp").iterdir()), "the next start sweeps what a killed process left"


def reports(folder: Path) -> dict[str, str]:
    """The reports in a folder by name, with their sha256; each as its record says."""
    found = {}
    for file in sorted(folder.rglob("records/[!.]*.json")):
        report = file.parent.parent / file.stem
        found[report.relative_to(folder).as_posix()] = digest_of(report)
        assert json.loads(file.read_text(encoding="utf-8"))["sha256"] == digest_of(report)
    return found


def assert_swept(*folders: Path) -> None:
    assert not [p for folder in folders for p in folder.rglob(f"{files.NEW}*")]
    assert not [p for folder in folders for p in folder.rglob(f"*{files.LOCK}")]


def report_of(place: Path):
    return publish.publish(place / "run", notebook="targets", profile="external", releases=place / "ledger", lang="zh")


@pytest.fixture
def before(pages, tmp_path):
    """A run of real enterprises with a report for outside of an earlier day, and a ledger."""
    place = tmp_path / "before"
    fake_run.write(place / "run", draws=20, synthetic=False)
    (place / "run" / "thesis.docx").write_text("three years of work")
    report_of(place)
    pages[0] = "new"
    return place


def test_a_report_killed_at_any_step_is_the_old_or_the_new(before, tmp_path):
    old = reports(before)
    whole = shutil.copytree(before, tmp_path / "whole")
    report_of(whole)
    new = reports(whole)
    counted = shutil.copytree(before, tmp_path / "counted")
    steps = steps_of(lambda: report_of(counted), tmp_path / "steps")
    seen = []
    for step in moments(steps):
        place = shutil.copytree(before, tmp_path / f"killed {step}")
        killed(lambda place=place: report_of(place) and None, step)
        files.settle_below(place)
        seen.append(reports(place))
        assert seen[-1] in (old, new) and len(old) == 1
        ledger = releases.read(place / "ledger")
        assert len(ledger) == 2 or seen[-1] == old, "what stands there was entered first"
        assert all(digest_of(place / "ledger" / line["contributions"]) == line["sha256"] for line in ledger)
        report_of(place)
        assert reports(place) == new and (place / "run" / "thesis.docx").read_text() == "three years of work"
        assert_swept(place)
    assert old in seen and new in seen


def test_a_disk_full_at_any_step_leaves_the_old_report(before, tmp_path):
    old = reports(before)
    command = ["report", "{}/run", "--notebook", "targets", "--profile", "external", "--releases", "{}/ledger"]
    counted = shutil.copytree(before, tmp_path / "counted")
    steps = steps_of(lambda: report_of(counted), tmp_path / "steps", GROWING)
    for step in moments(steps - 8, 12):  # the last ones note what is done
        place = shutil.copytree(before, tmp_path / f"full {step}")
        assert starved(lambda place=place: main([word.format(place) for word in command]), step) == 2, step
        files.settle_below(place)
        assert reports(place) == old, step
        report_of(place)
        assert reports(place) != old
        assert_swept(place)


class Here:
    """A pool of processes that is this one."""

    def __init__(self, *given, **named):
        pass

    def submit(self, work, *given):
        future: Future = Future()
        with contextlib.suppress(SimulatorError):
            future.set_result(work(*given))
        return future


def test_a_batch_killed_at_any_step_is_whole_after_the_same_words(pages, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "ProcessPoolExecutor", lambda *given, **named: contextlib.nullcontext(Here()))
    played = {}
    monkeypatch.setattr(batch, "play", lambda scenario, *given, _real=batch.play, **named: _once(played, _real, scenario, given, named))
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "earlier.yaml").write_text(f"{PLAN}seed: 3\n", encoding="utf-8")

    def make(place: Path, plan: str = "plan") -> None:
        assert not batch.make(batch_plan.read_plan(tmp_path / f"{plan}.yaml", place), place).failed

    def held(place: Path) -> dict[str, list[str]]:
        """By folder: the run's files, as its record says."""
        found = {}
        for record in sorted(place.glob("*/record.json")):
            outputs = json.loads(record.read_text(encoding="utf-8"))["outputs"]
            assert {name: digest_of(record.parent / name) for name in outputs} == outputs
            found[record.parent.name] = [outputs[name] for name in RUN]
        return found

    before, whole = tmp_path / "before", tmp_path / "whole"
    make(before, "earlier")
    (before / "thesis.docx").write_text("three years of work")
    pages[0] = "new"
    make(whole)
    old, new, index = held(before), held(whole), (whole / "index.html").read_bytes()
    assert len(old) == 2 and all(old[name] != new[name] for name in old)
    counted = shutil.copytree(before, tmp_path / "counted")
    steps = steps_of(lambda: make(counted), tmp_path / "steps")
    for step in moments(steps, 12):
        place = shutil.copytree(before, tmp_path / f"killed {step}")
        killed(lambda place=place: make(place), step)
        files.settle_below(place)
        found = held(place)
        assert all(found[name] in (old[name], new[name]) for name in old)
        if (place / "index.html").exists():  # it leads to what it was made of
            assert found == (new if (place / "index.html").read_bytes() == index else old)
        reports(place)
        make(place)
        assert held(place) == new and (place / "index.html").read_bytes() == index and reports(place) == reports(whole)
        assert (place / "thesis.docx").read_text() == "three years of work"
        assert_swept(place)


def _once(played, real, scenario, given, named):
    key = scenario.hash()
    if key not in played:
        played[key] = real(scenario, *given, **named)
    return played[key]


def test_the_processes_of_a_batch_end_with_it(tmp_path):
    """Killed, it cannot end them: they see to it. A pool's own would wait for ever."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, timeout=300
    )  # until all have let go of the pipe
    assert done.returncode == -signal.SIGKILL and done.stdout == "at work\n"
