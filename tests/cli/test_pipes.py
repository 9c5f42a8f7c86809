"""Whatever a file may be, where the program looks for one it may be a pipe, a device or a folder: it is refused by name, and
nothing waits for what has no end."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.audit import VARIABLE as AUDIT
from simulator.disclosure.safety import VARIABLE as RULES
from simulator.files import LOCK, RECORD
from tests.cli.running import SAMPLE, call, done

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
SECONDS = 100  # a bound on hanging, not on how fast anything is


def pipe(place: Path) -> None:
    os.mkfifo(place)


def endless(place: Path) -> None:
    place.symlink_to("/dev/zero")


def full(place: Path) -> None:
    place.symlink_to("/dev/full")


def folder(place: Path) -> None:
    place.mkdir()


KINDS: list[Callable[[Path], None]] = [pipe, endless, full, folder]


@pytest.fixture
def bounded():
    """A test that waits for what never comes fails."""

    def late(*_):
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run's folder, a register of one's own, a policy, a batch."""
    place = tmp_path_factory.mktemp("地方 x")
    done("run", "baseline", "--draws", "2", "--out", place / "run", "--lang", "en")
    shutil.copytree(SAMPLE, place / "tables")
    (place / "tables" / "synthetic.txt").unlink()
    done("policy", "new", place / "p.yaml", "--lang", "en")
    (place / "batch.yaml").write_text("scenarios: [baseline]\ndraws: 2\npopulation: tables\n", encoding="utf-8")
    return place


# what is put where, and the command that meets it; {place}: the folder all of it lies in
REFUSED = {
    "scenario": ("s.yaml", "run {place}/s.yaml --draws 2"),
    "policy file": ("p.yaml", "policy check {place}/p.yaml"),
    "policy workbook": ("p.xlsx", "policy check {place}/p.xlsx"),
    "policy of a run": ("q.yaml", "run baseline --draws 2 --policy {place}/q.yaml"),
    "policy of a form": ("q.yaml", "policy new {place}/new.yaml --from {place}/q.yaml"),
    "policy to convert": ("q.xlsx", "policy convert {place}/q.xlsx {place}/new.yaml"),
    "cases": ("c.yaml", "policy test wuxiang --cases {place}/c.yaml"),
    "cases in a workbook": ("c.xlsx", "policy test wuxiang --cases {place}/c.xlsx"),
    "register": ("r.xlsx", "check {place}/r.xlsx"),
    "old register": ("r.xls", "assess {place}/r.xls"),
    "database": ("r.duckdb", "indicators {place}/r.duckdb"),
    "table": ("tables/annual.csv", "assess {place}/tables"),
    "batch": ("batch.yaml", "batch {place}/batch.yaml --out {place}/out"),
    "record": ("run/record.json", "report {place}/run"),
    "output": ("run/summary.csv", "report {place}/run"),
    "ledger": (
        "ledger/releases.jsonl",
        "report baseline --draws 2 --population {place}/tables --profile external --releases {place}/ledger --out {place}/out",
    ),
    "out": ("out.csv", "assess {place}/tables --out {place}/out.csv"),
    "what was written": (f"out/{RECORD}", "run baseline --draws 2 --out {place}/out"),
    "lock": (f"out/{LOCK}", "run baseline --draws 2 --out {place}/out"),
    "log to be shown": ("log.jsonl", "audit show {place}/log.jsonl"),
    "log to be verified": ("log.jsonl", "audit verify {place}/log.jsonl"),
    "password": ("word", "whatif --host 127.0.0.1 --certificate {place}/word --key {place}/word --password-file {place}/word --no-browser"),
}
BY_VARIABLE = {AUDIT: ("log.jsonl", "check {place}/tables"), RULES: ("rules.yaml", REFUSED["ledger"][1])}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("what", REFUSED)
def test_where_a_file_is_wanted_it_is_refused_by_name(what, kind, made, tmp_path, bounded):
    name, command = REFUSED[what]
    place = shutil.copytree(made, tmp_path / "x")
    (place / name).parent.mkdir(exist_ok=True)
    (place / name).unlink(missing_ok=True)
    kind(place / name)
    found = call(*(word.format(place=place) for word in command.split()), "--lang", "en")
    assert found.code == 2 and "Traceback" not in found.err, (found.code, found.out, found.err)
    assert any(Path(part).stem in found.out + found.err for part in Path(name).parts)
    assert os.path.lexists(place / name) and not (place / name).is_file()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("variable", BY_VARIABLE)
def test_so_is_what_a_variable_names(variable, kind, made, tmp_path, bounded, monkeypatch):
    name, command = BY_VARIABLE[variable]
    kind(tmp_path / name)
    monkeypatch.setenv(variable, str(tmp_path / name))
    found = call(*(word.format(place=made) for word in command.split()), "--lang", "en")
    assert found.code == 2 and "Traceback" not in found.err and (variable in found.err or name in found.err), (found.out, found.err)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nor_does_the_log_s_lock_hold_anybody_up(kind, made, tmp_path, bounded, monkeypatch):
    kind(tmp_path / "log.jsonl.lock")
    monkeypatch.setenv(AUDIT, str(tmp_path / "log.jsonl"))
    found = call("check", made / "tables", "--lang", "en")
    assert found.code == 2 and AUDIT in found.err and not (tmp_path / "log.jsonl").exists()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ["单位.txt", "synthetic.txt", "说明.md", "more.csv", "paid.csv", "blocks"])
def test_what_lies_beside_tables_is_refused_or_left_alone(name, kind, made, tmp_path, bounded):
    place = shutil.copytree(made, tmp_path / "x")
    kind(place / "tables" / name)
    found = call("check", place / "tables", "--lang", "en")
    assert found.code in (0, 2) and "Traceback" not in found.err


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("verb", ["verify", "purge"])
def test_what_lies_among_reports_is_left_alone(verb, kind, made, tmp_path, bounded):
    place = shutil.copytree(made, tmp_path / "x")
    (place / "run" / "settings.csv").unlink()
    for name in ("settings.csv", "budget.en.html", ".simulator.json.lock", "records"):
        kind(place / "run" / name)
    before = sorted(p.name for p in (place / "run").iterdir())
    found = call(verb, place / "run", "--lang", "en")
    assert found.code in (0, 1, 2) and "Traceback" not in found.err
    gone = set(before) - {p.name for p in (place / "run").iterdir()}
    assert gone <= {"record.json", "draws.parquet", "years.parquet", "summary.csv", RECORD}
