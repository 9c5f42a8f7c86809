"""The contenders on common work, and their processes: what one thread and what two cores can do."""

from __future__ import annotations

import importlib.util
import itertools
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np

from simulator import synthesize
from simulator.engine import totals
from simulator.engine.prepared import prepare
from tests.benchmarks.arrays import Arrays
from tests.benchmarks.variates import NumPysOwn, TheSame
from tests.benchmarks.work import Work, common_scenario, differences, work_of
from tests.of_2013 import CLAUSES

HAS_OPENFISCA = importlib.util.find_spec("openfisca_core") is not None


def peers(work: Work) -> dict[str, object]:
    """The peers that are installed, made ready for the work."""
    found: dict[str, object] = {"numpy": Arrays(work)}
    if HAS_OPENFISCA:
        from tests.benchmarks.openfisca_peer import OpenFisca

        found["openfisca"] = OpenFisca(work)
    return found


class Ours:
    """Our engine on a scenario and a register, start-up done."""

    def __init__(self, scenario, population, parameters: np.ndarray):
        self.prepared, self.parameters, self.years = prepare(scenario, population), parameters, len(scenario.years)

    def play(self, draws: int, threads: int = 1, pool: ThreadPoolExecutor | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The first draws, in as many equal blocks as threads; their sums."""
        by_clause = np.zeros((draws, self.years, CLAUSES, len(totals.BY_CLAUSE)), np.int64)
        by_year = np.zeros((draws, self.years, len(totals.BY_YEAR)), np.int64)
        ends = np.linspace(0, draws, threads + 1).astype(int)
        blocks = [slice(int(a), int(b)) for a, b in itertools.pairwise(ends)]

        def one(block: slice) -> None:
            self.prepared.play(block.start, self.parameters[block], by_clause[block], by_year[block])

        if pool is None:
            for block in blocks:
                one(block)
        else:
            list(pool.map(one, blocks))
        return by_clause, by_year


def sums_of(peer, work: Work, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """A peer's sums of the first draws, on our numbers."""
    played = [peer.play(d, TheSame(work.scenario.seed, d, work.states["key"])) for d in range(draws)]
    return np.stack([s.by_clause for s in played]), np.stack([s.by_year for s in played])


def disagreements(ours: Ours, work: Work, draws: int) -> list[str]:
    """Every sum of a peer that is not ours, in words. Nothing is timed unless this is empty."""
    found = []
    sums = ours.play(draws)
    for name, peer in peers(work).items():
        found += [f"{name}: {text}" for text in differences(sums, sums_of(peer, work, draws), work)]
    return found


_in_this_process: dict[str, object] = {}


def _begin(enterprises: int, draws: int) -> None:
    work = work_of(common_scenario(draws), synthesize(enterprises=enterprises))
    _in_this_process.update(peers(work), work=work)


def _play(name: str, draws: range, same: bool) -> None:
    work = _in_this_process["work"]
    variates = TheSame if same else NumPysOwn
    for d in draws:
        _in_this_process[name].play(d, variates(work.scenario.seed, d, work.states["key"]))


class TwoProcesses:
    """Peers on two cores: a process each (Python's lock leaves whole-array code no better way), started beforehand."""

    def __init__(self, enterprises: int, draws: int):
        self.pool = ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), _begin, (enterprises, draws))
        for name in peers_installed():
            self.play(name, 4)

    def play(self, name: str, draws: int) -> None:
        """The first draws, half of them in each process, on NumPy's own numbers."""
        halves = [range(draws // 2), range(draws // 2, draws)]
        list(self.pool.map(_play, [name] * 2, halves, [False] * 2))

    def close(self) -> None:
        self.pool.shutdown()


def peers_installed() -> list[str]:
    return ["numpy", "openfisca"] if HAS_OPENFISCA else ["numpy"]


def on_one_thread(peer, work: Work, same: bool) -> Callable[[int], None]:
    """A function that plays the first draws of a peer."""
    variates = TheSame if same else NumPysOwn

    def play(draws: int) -> None:
        for d in range(draws):
            peer.play(d, variates(work.scenario.seed, d, work.states["key"]))

    return play
