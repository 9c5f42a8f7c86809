"""On a cluster the numbers are those of one process, to the byte; what cannot be played there is said.

The scheduler and its workers are processes of their own, as `dask scheduler` and `dask worker` start them, and speak TLS.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pandas import read_parquet

import simulator
from simulator import cli, load_scenario, read_population, synthesize
from simulator.budget.result import BudgetRun
from simulator.engine import cluster as cluster_module
from simulator.engine.blocks import Task, Work, carry_out
from simulator.engine.cluster import code_here, named, packed, play_order, unpacked
from simulator.engine.run import outer_layer, play
from simulator.errors import ClusterError
from simulator.population.dividing import divided, write_parts
from simulator.population.parts import open_register
from simulator.projection.assumptions import pull_levers
from simulator.report import batch, batch_plan
from tests.faults import texts_of
from tests.laws_of_the_model.playing import arrays

distributed = pytest.importorskip("distributed")
ROOT = Path(simulator.__file__).parents[1]
SMALL = load_scenario("baseline").set({"draws": 40, "horizon": 2014, "assumptions.incumbents.number": 30})


@pytest.fixture(scope="module")
def registers(tmp_path_factory):
    """An invented register of 60: as a folder of tables, and in three parts."""
    folder, people = tmp_path_factory.mktemp("名 册"), synthesize(SMALL, 60)
    people.write_folder(folder / "tables")
    write_parts(divided(people, 20), folder / "parts", 3)
    return read_population(folder / "tables"), open_register(folder / "parts")


class Machines:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path, **settings: str):
        self.settings = settings  # of Dask, as environment variables
        security = distributed.Security.temporary()
        self.tls = {"ca-file": security.tls_ca_file, "cert": security.tls_client_cert, "key": security.tls_client_key}
        for name, text in self.tls.items():
            (folder / name).write_text(text)
        self.folder, self.workers, self.files = folder, [], {name: str(folder / name) for name in self.tls}
        self.options = [word for name, path in self.files.items() for word in (f"--tls-{name}", path)]
        self.scheduler = self.start(
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--protocol",
            "tls",
            "--no-dashboard",
            "--scheduler-file",
            str(folder / "scheduler.json"),
        )
        said = folder / "scheduler.json"
        until(lambda: said.exists() and said.read_text().rstrip().endswith("}"))  # it is there before it is written
        self.address = json.loads(said.read_text())["address"]

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments, *self.options],
            cwd=self.folder,
            env=os.environ | self.settings | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def worker(self) -> subprocess.Popen:
        self.workers.append(
            self.start(
                "worker",
                self.address,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--protocol",
                "tls",
                "--local-directory",
                str(self.folder),
            )
        )
        return self.workers[-1]

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def until(happened, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextlib.contextmanager
def two_workers(folder: Path, **settings: str):
    found = Machines(folder, **settings)
    import dask

    with dask.config.set(
        {
            "distributed.comm.tls.ca-file": found.files["ca-file"],
            "distributed.comm.tls.client.cert": found.files["cert"],
            "distributed.comm.tls.client.key": found.files["key"],
        }
    ):
        found.worker(), found.worker()
        try:
            yield found
        finally:
            found.stop()


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    with two_workers(tmp_path_factory.mktemp("machines")) as found:
        yield found


@pytest.fixture(scope="module")
def workers(machines):
    with simulator.cluster(machines.address) as found:
        until(lambda: found.workers == 2 and found.width == 2 * cluster_module.AHEAD)
        yield found


def same(one, other) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(arrays(one), arrays(other), strict=True))


def test_c1_a_cluster_gives_the_bytes_of_one_process(workers, registers):
    for people in (None, *registers):
        alone = play(SMALL, people, workers=1)
        assert same(play(SMALL, people, workers=workers), alone)
        assert same(play(SMALL, people, workers=workers, block=7), alone)
    assert same(play(SMALL, registers[1], workers=2), play(SMALL, registers[0], workers=1))


def test_what_plays_many_times_plays_there_too(workers, registers):
    base, reform = SMALL, SMALL.set({"law.tax_rebate.high_rate": 0.6})
    here, there = (simulator.compare(base, reform, population=registers[1], workers=w) for w in (1, workers))
    assert here.differences.equals(there.differences)
    options = {"budget": 1e9, "free": ["law.office_rent.max_area=300:500:100"]}
    sixty = base.set({"draws": 60})
    assert simulator.design(sixty, **options, workers=workers).best.values == simulator.design(sixty, **options, workers=1).best.values
    few = base.set({"draws": 16})
    one, other = (simulator.sensitivity(few, few=4, samples=8, workers=w) for w in (1, workers))
    assert one.indices.equals(other.indices)


class Here(cluster_module.Cluster):
    """A cluster whose worker is this process; what is asked of it travels all the same."""

    def __init__(self):
        self._private = False

    def submit(self, function, /, *arguments, **named):
        future = Future()
        try:
            future.set_result(function(*pickle.loads(pickle.dumps(arguments)), **named))
        except Exception as error:
            future.set_exception(pickle.loads(pickle.dumps(error)))
        return future


def test_a_batch_plays_its_scenarios_there(registers, tmp_path, monkeypatch):
    """Two scenarios on one register, opened once; what comes back is what is written here."""
    monkeypatch.setattr(BudgetRun, "analyses", lambda self, workers, **_: {})
    opened = []
    monkeypatch.setattr(batch_plan, "open_register", lambda path: opened.append(path) or open_register(path))
    (tmp_path / "plan.yaml").write_text(
        f"scenarios: [baseline, cautious]\ndraws: 2\npopulation: '{registers[1].folder}'\nset: {{horizon: 2013}}\n", encoding="utf-8"
    )
    plan = batch_plan.read_plan(tmp_path / "plan.yaml", tmp_path / "out")
    for future, name in batch._send(plan, Here()).items():
        folder = plan.scenarios[name]
        batch._store(future.result(), folder)
        assert set(simulator.verify(folder)["state"]) == {"same"}
        scenario = load_scenario(name).set(plan.changes)
        assert read_parquet(folder / "draws.parquet").equals(BudgetRun(scenario, play(scenario, registers[0], workers=1)).draws)
    assert len(opened) == 1
    lost = dataclasses.replace(plan, population=str(tmp_path / "nowhere"))
    assert all("there is no such file" in str(future.exception()) for future in batch._send(lost, Here()))


def test_a_run_on_a_cluster_is_resumed_without_it(workers, registers, tmp_path):
    seen = []

    def stop(draws: int) -> None:
        seen.append(draws)
        if sum(seen) > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulator.run(SMALL, registers[1], workers=workers, out=tmp_path, progress=stop)
    reported = []
    resumed = simulator.run(SMALL, registers[1], workers=1, out=tmp_path, resume=True, notice=reported.append)
    assert "going on from" in reported[0] and same(resumed.result, play(SMALL, registers[1], workers=1))


def test_the_verbs_take_an_address_or_a_number(machines, registers, tmp_path, capsys):
    common = ["run", "baseline", "--population", str(registers[1].folder), "--draws", "20", "--set", "horizon=2014"]
    places = (["--workers", "1"], ["--scheduler", machines.address], ["--cluster", "1"])
    for number, place in enumerate(places):
        assert cli.main([*common, *place, "--out", str(tmp_path / str(number))]) == 0, capsys.readouterr().err
    draws = [(tmp_path / str(number) / "draws.parquet").read_bytes() for number in range(3)]
    assert draws[0] == draws[1] == draws[2]
    assert cli.main([*common, "--cluster", "1", "--workers", "2"]) == 2 and "请略去" in capsys.readouterr().err


def test_a_real_register_needs_tls(registers, workers):
    """And an invented one, or none, does not."""
    real = dataclasses.replace(registers[1], synthetic=False)
    plain = cluster_module.Cluster(workers._client, private=False)
    assert "TLS" in texts_of(play, SMALL, real, workers=plain)[0]
    plain.player(Work(SMALL, registers[1])), plain.player(Work(SMALL, None)), workers.player(Work(SMALL, real))


def test_a_register_in_memory_only_another_one_or_none_is_reported(registers, workers, tmp_path):
    assert "memory only" in texts_of(play, SMALL, synthesize(SMALL, 5), workers=workers)[0]
    changed = registers[0].annual.copy()
    changed["sales"] += 1
    other = dataclasses.replace(registers[0], annual=changed)
    assert "another register" in texts_of(play, SMALL, other, workers=workers)[0]
    lost = dataclasses.replace(registers[0], origin=(str(tmp_path / "nowhere"), ()))
    assert "does not find the register" in texts_of(play, SMALL, lost, workers=workers)[0]


def test_another_version_on_a_worker_is_reported(monkeypatch, workers):
    monkeypatch.setattr(cluster_module, "code_here", lambda: {"simulator": "0" * 64, "numpy": "1"})
    reported = texts_of(play, SMALL, workers=workers)
    assert len(reported) == 2 and "another version of simulator" in reported[0] and "another version of numpy" in reported[1]


def test_work_travels_whole(registers):
    for people in (None, *registers):
        work = Work(SMALL, people, 3)
        order = packed(dataclasses.replace(work, register=named(people)))
        assert len(order) < 200_000 and unpacked(order) is unpacked(order)
        there = unpacked(order)
        assert there.scenario.hash() == SMALL.hash() and there.replicate == 3
        task, parameters = work.tasks(40, 1)[0], pull_levers(outer_layer(SMALL, 0, 40))
        found = play_order(order, code_here(), task, parameters[task.first : task.last], 0)
        expected = work.play(task, parameters[task.first : task.last])
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


def test_a_scheduler_that_is_not_there_is_reported(monkeypatch, machines):
    monkeypatch.setattr(cluster_module, "REACHED", 1)
    for address in ("tls://127.0.0.1:9", "nonsense"):
        with pytest.raises(ClusterError, match="cannot be reached"), simulator.cluster(address):
            pass


def test_results_are_taken_while_others_are_under_way():
    """And never more than `width` are."""
    most, under_way, taken = [], [], []

    def work(number: int) -> int:
        under_way.append(number)
        most.append(len(under_way))
        time.sleep(0.002)
        under_way.remove(number)
        return number

    with ThreadPoolExecutor(8) as pool:
        carry_out(range(40), lambda number: pool.submit(work, number), lambda task, found: taken.append((task, found)), 3)
    assert max(most) <= 3 and sorted(taken) == [(n, n) for n in range(40)]


@pytest.mark.skipif(sys.platform == "win32", reason="a process is stopped")
def test_d6_a_worker_that_hangs_is_given_up_and_its_draws_are_played_elsewhere(tmp_path, registers):
    """Dask gives up a worker that says nothing for five minutes; here for a few seconds."""
    stopped = []

    def stop(draws: int) -> None:
        if not stopped:
            stopped.append(found.workers[0])
            stopped[0].send_signal(signal.SIGSTOP)

    scenario = SMALL.set({"draws": 200})
    with two_workers(tmp_path, DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="10 seconds") as found, simulator.cluster(found.address) as hands:
        until(lambda: hands.workers == 2)
        assert same(play(scenario, registers[1], workers=hands, block=5, progress=stop), play(scenario, registers[1], workers=2))
        assert stopped and stopped[0].poll() is None


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed")
def test_d6_a_worker_killed_in_the_middle_changes_nothing_and_the_last_one_is_reported(machines, workers, registers, monkeypatch):
    """Last in this file: nobody is left afterwards."""
    seen = []

    def kill(draws: int) -> None:
        if not seen:
            os.kill(machines.workers[0].pid, signal.SIGKILL)
        seen.append(draws)

    scenario = SMALL.set({"draws": 200})
    assert same(play(scenario, registers[1], workers=workers, block=5, progress=kill), play(scenario, registers[1], workers=2))
    assert seen and machines.workers[0].wait(5) == -signal.SIGKILL
    monkeypatch.setattr(cluster_module, "PATIENCE", 1)
    machines.workers[1].send_signal(signal.SIGKILL)
    began = time.monotonic()
    assert "no worker" in texts_of(play, scenario, workers=workers)[0]
    assert time.monotonic() - began < 30
    assert workers.explained(Task(2, 1, 10, 20), RuntimeError("x")).problems[0].place == "draws 11 … 20 of part 3"
