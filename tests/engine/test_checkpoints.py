"""A run that was killed, starved of disk, damaged or interrupted goes on to the same bytes, or says why it cannot."""

from __future__ import annotations

import json
import os
import pickle
import random
import re
import resource
import signal
import sys
from pathlib import Path
from typing import ClassVar

import pytest

import simulator
from simulator import cli, files, load_scenario, regular, synthesize
from simulator.engine import checkpoints
from simulator.engine.blocks import Task
from simulator.engine.checkpoints import FOLDER, LOCK, RECORD
from simulator.population.dividing import divided, write_parts
from simulator.population.parts import open_register
from tests.faults import problems_of, texts_of
from tests.killing import in_a_child, killing

PACKAGE = Path(simulator.__file__).parent
SMALL = load_scenario("baseline").set({"draws": 48, "horizon": 2014, "assumptions.incumbents.number": 30})
WRITTEN = ("draws.parquet", "years.parquet", "summary.csv", "settings.csv")

posix = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed")


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """A register of 60 in six parts: six tasks of those there, one of the newcomers."""
    folder = tmp_path_factory.mktemp("registers") / "名 册"
    write_parts(divided(synthesize(SMALL, 60), 10), folder, 6)
    return open_register(folder)


@pytest.fixture(scope="module")
def expected(register, tmp_path_factory):
    """What an uninterrupted run writes."""
    return results(played(tmp_path_factory.mktemp("whole"), register))


def played(out: Path, register, scenario=SMALL, **options) -> Path:
    simulator.run(scenario, register, workers=1, out=out, **options)
    return out


def results(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in WRITTEN]


def blocks(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("[!.]*.sums"))


def stopped(out: Path, register, done: int = 24, scenario=SMALL) -> Path:
    """A run interrupted when so many of its draws were done."""
    seen = []

    def progress(draws: int) -> None:
        seen.append(draws)
        if sum(seen) >= done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        played(out, register, scenario, progress=progress)
    assert blocks(out) and (out / FOLDER / RECORD).is_file() and not (out / FOLDER / LOCK).exists()
    return out


POINTS = [
    ("replace", 1, True),
    ("replace", 1, False),
    ("replace", 4, True),
    ("replace", 4, False),
    ("fsync", 3, True),
    ("fsync", 8, True),
    ("fsync", 8, False),
    *(("replace", n, before) for n in range(9, 16) for before in (True, False)),
]
# the record, blocks; 9: what is to be moved is decided, 10 to 14: the results are, 15: it is noted


@posix
@pytest.mark.parametrize(("name", "call", "before"), POINTS)
def test_d1_killed_at_a_named_point_it_goes_on_to_the_same_bytes(name, call, before, register, expected, tmp_path):
    def work():
        killing(name, call, before)
        played(tmp_path, register)

    assert in_a_child(work) == -signal.SIGKILL
    assert_not_mixed(tmp_path)
    reported = []
    played(tmp_path, register, resume=True, notice=reported.append)
    assert results(tmp_path) == expected and not (tmp_path / FOLDER).exists()
    assert [p.name for p in tmp_path.rglob("*") if p.name.startswith(".")] == [files.RECORD]
    if call > 4:
        assert any("going on from" in text for text in reported)


def assert_not_mixed(out: Path) -> None:
    """Whatever record stands there, its files are its own."""
    if (out / "record.json").exists():
        outputs = json.loads((out / "record.json").read_text(encoding="utf-8"))["outputs"]
        assert {name: regular.digest_of(out / name) for name in outputs} == outputs


@posix
@pytest.mark.parametrize("call", range(9, 16))
def test_d2_killed_while_another_run_is_replaced_the_folder_holds_one_run(call, register, expected, tmp_path):
    other = results(played(tmp_path, register, SMALL.set({"seed": 3})))

    def work():
        killing("replace", call, before=True)
        played(tmp_path, register)

    assert in_a_child(work) == -signal.SIGKILL
    assert_not_mixed(tmp_path)
    found = simulator.verify(tmp_path)
    assert set(found["state"]) == {"same"} and results(tmp_path) == (other if call == 9 else expected)
    played(tmp_path, register, resume=True)
    assert results(tmp_path) == expected


@posix
def test_d1_killed_at_any_time_it_goes_on_to_the_same_bytes(register, expected, tmp_path):
    dice, out, killed = random.Random(20130101), tmp_path / "run", 0
    for attempt in range(12):

        def work(attempt=attempt):
            signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, dice.uniform(0.02, 0.25) + attempt * 0.001)
            played(out, register, resume=True)

        dice.random()
        before = len(blocks(out))
        killed += in_a_child(work) != 0
        assert len(blocks(out)) >= before or (out / "record.json").exists()  # nothing finished is lost before all is written
    assert killed >= 3
    played(out, register, resume=True)
    assert results(out) == expected


@posix
def test_d2_a_full_disk_is_reported_and_what_was_there_stays(register, expected, tmp_path, capfd):
    before = results(played(tmp_path, register, SMALL.set({"seed": 3})))
    large = ["run", "baseline", "--draws", "400", "--out", str(tmp_path), "--workers", "1", "--set", "horizon=2014"]

    def work():
        resource.setrlimit(resource.RLIMIT_FSIZE, (70_000, resource.RLIM_INFINITY))  # a block of 100 draws has 113 kB
        return cli.main(large)

    assert in_a_child(work) == 2
    assert results(tmp_path) == before and [p.name for p in tmp_path.rglob(".*")] == [files.RECORD]
    assert cli.main([*large, "--resume"]) == 0  # room again
    assert results(tmp_path) != before and not (tmp_path / FOLDER).exists()


def test_d2_the_message_names_the_file_and_the_remedy(register, tmp_path, monkeypatch):
    def full(path, _):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "put_for_now", lambda path, write, *more: files.put_for_now(path, lambda p: full(p, write), *more))
    (reported,) = texts_of(played, tmp_path, register)
    assert RECORD in reported and "No space left on device" in reported and "make room" in reported


def flipped(data: bytes) -> bytes:
    return data[:500] + bytes([data[500] ^ 4]) + data[501:]


DAMAGES = {
    "cut short": lambda file, other: file.write_bytes(file.read_bytes()[:-9]),
    "empty": lambda file, other: file.write_bytes(b""),
    "a flipped bit": lambda file, other: file.write_bytes(flipped(file.read_bytes())),
    "another task's": lambda file, other: file.write_bytes(blocks(file.parent.parent)[-1].read_bytes()),
    "another run's": lambda file, other: file.write_bytes((other / FOLDER / file.name).read_bytes()),
    "a pickle that runs": lambda file, other: file.write_bytes(pickle.dumps(Canary())),
}


class Canary:
    """Unpickled, it leaves a mark."""

    fired: ClassVar[list[str]] = []

    def __reduce__(self):
        return Canary.fired.append, (1,)


def test_d3_a_damaged_or_foreign_block_is_played_again(register, expected, tmp_path):
    """Also D5: a planted pickle is never opened as one."""
    other = stopped(tmp_path / "other", register, scenario=SMALL.set({"seed": 11}))
    out = tmp_path / "run"
    for name, damage in DAMAGES.items():
        stopped(out, register)
        file, reported = blocks(out)[0], []
        damage(file, other)
        played(out, register, resume=True, notice=reported.append)
        assert any(file.name in text and "played again" in text for text in reported), name
        assert results(out) == expected, name
        damaged = list((out / FOLDER).iterdir())
        assert [p.name for p in damaged] == [f"{file.name}.damaged-0"], name  # nothing that is not known to be the program's is deleted
        damaged[0].unlink()
    assert not Canary.fired


def test_d3_a_damaged_record_is_refused_and_says_what_to_do(register, expected, tmp_path):
    record = stopped(tmp_path, register) / FOLDER / RECORD
    sound = record.read_text(encoding="utf-8")
    for text in ("", "{", "[]", sound.replace('"seed": "', '"seed": "1', 1), sound[:-30]):
        record.write_text(text, encoding="utf-8")
        (reported,) = texts_of(played, tmp_path, register, resume=True)
        assert "is damaged" in reported and "--new" in reported
    assert results(played(tmp_path, register, new=True)) == expected


def test_d4_another_scenario_register_seed_or_version_is_refused_by_name(register, expected, tmp_path, monkeypatch):
    stopped(tmp_path, register)
    for change, field in (
        ({"law.tax_rebate.high_rate": 0.4}, "law.tax_rebate.high_rate"),
        ({"seed": 5}, "seed"),
        ({"draws": 50}, "draws"),
        ({"appropriation.2014": 9_000_000}, "appropriation.2014"),
    ):
        found = problems_of(played, tmp_path, register, SMALL.set(change), resume=True)
        assert [p.place for p in found] == [field] and "--new" in found[0].remedy
    assert [p.place for p in problems_of(played, tmp_path, None, resume=True)] == ["population"]
    monkeypatch.setattr(checkpoints, "source_hash", lambda: "another")
    assert [p.place for p in problems_of(played, tmp_path, register, resume=True)] == ["code"]
    monkeypatch.undo()
    (reported,) = texts_of(played, tmp_path, register)  # nothing is thrown away unasked
    assert "an unfinished run lies there" in reported and "--resume" in reported
    assert results(played(tmp_path, register, resume=True)) == expected


def test_d4_any_number_of_threads_goes_on_with_the_blocks_that_are_there(register, expected, tmp_path):
    before = len(blocks(stopped(tmp_path, register)))
    reported = []
    simulator.run(SMALL, register, workers=3, out=tmp_path, resume=True, notice=reported.append)
    assert reported[0] == f"going on from {before} finished blocks" and results(tmp_path) == expected


def test_d5_nothing_that_can_run_is_read_from_a_folder():
    forbidden = re.compile(r"\b(pickle|joblib|marshal|shelve|allow_pickle=True|eval\(|exec\()")
    found = [
        f"{path.name}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if forbidden.search(line)
    ]
    # of a cluster's processes; compiled code as numba keeps it, checked by its hash; what a report's kernel hands over: each in a folder of
    # the user's own
    own = ("cluster.py", "code_cache.py", "whole.py")
    assert not [text for text in found if not text.startswith(own)]
    assert forbidden.search("pickle.load(f)")


def test_d6_a_second_run_in_the_folder_says_so_at_once(register, tmp_path):
    (tmp_path / FOLDER).mkdir()
    with files.held(tmp_path / FOLDER / LOCK):
        (reported,) = texts_of(played, tmp_path, register, resume=True)
    assert "another run is at work there" in reported and f"process {os.getpid()}" in reported


def test_d6_the_lock_of_a_dead_process_holds_nobody_up(register, expected, tmp_path):
    stopped(tmp_path, register)
    (tmp_path / FOLDER / LOCK).write_text("process 999999 on elsewhere", encoding="utf-8")
    assert results(played(tmp_path, register, resume=True)) == expected


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_d6_a_signal_keeps_what_is_finished(number, code, register, expected, tmp_path):
    arguments = [
        "run",
        "baseline",
        "--out",
        str(tmp_path),
        "--workers",
        "1",
        "--population",
        str(register.folder),
        "--draws",
        "48",
        "--set",
        "horizon=2014",
        "--set",
        "assumptions.incumbents.number=30",
    ]

    def work():
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs the tests behind its back has it ignored
        real = checkpoints.Checkpoints.save

        def save(self, task: Task, sums) -> None:
            real(self, task, sums)
            if len(blocks(tmp_path)) == 5:
                os.kill(os.getpid(), number)

        checkpoints.Checkpoints.save = save
        return cli.main(arguments)

    assert in_a_child(work) == code
    assert len(blocks(tmp_path)) >= 5 and not (tmp_path / FOLDER / LOCK).exists()
    assert cli.main([*arguments, "--resume"]) == 0
    assert results(tmp_path) == expected
