"""Processes of a cluster on this machine against threads: the same job, one after another, in one run."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import simulator
from simulator.engine.blocks import Work, no_sums
from simulator.engine.run import outer_layer, play
from simulator.engine.synthesize import write_synthetic
from simulator.projection.assumptions import pull_levers
from tests.benchmarks.timing import Row
from tests.benchmarks.work import common_scenario

WARM = 2  # draws that make every worker read, compile and import what it needs


def against_threads(enterprises: int = 200_000, seconds: float = 60, rounds: int = 2) -> list[Row]:
    """One and two workers of a cluster, and two threads, on a job that takes one worker at least so long."""
    with tempfile.TemporaryDirectory() as folder:
        write_synthetic(common_scenario(WARM), enterprises, 1, Path(folder) / "register")
        register = simulator.read_population(Path(folder) / "register", whole=False)
        with simulator.cluster(processes=1) as one, simulator.cluster(processes=2) as two:
            places = {"one worker": one, "two workers": two, "two threads": 2}
            short = common_scenario(40)
            for workers in places.values():
                play(common_scenario(WARM), register, workers=workers)
            nothing, some = (_timed(scenario, register, one) for scenario in (common_scenario(WARM), short))
            each = (some - nothing) / (short.draws - WARM)  # a draw's seconds, the reading aside
            scenario = common_scenario(max(short.draws, int(1.1 * (seconds - nothing) / each)))
            taken = {name: [] for name in places}
            for _ in range(rounds):
                for name, workers in places.items():
                    taken[name].append(_timed(scenario, register, workers))
            order = len(two.order(Work(scenario, register)))
    best = {name: min(times) for name, times in taken.items()}
    parameters = pull_levers(outer_layer(scenario, 0, 1)).nbytes
    tasks, sums = len(Work(scenario, register).tasks(scenario.draws, 2)), _sums_of_a_draw(scenario)
    moved = tasks * order + (len(register.counts) + 1) * scenario.draws * (parameters + sums)
    faster, against = best["one worker"] / best["two workers"], best["two threads"] / best["two workers"]
    cost = best["one worker"] / (enterprises * scenario.draws) * 1e9
    how = (
        f"{enterprises:,} enterprises × {scenario.draws:,} draws, the best of {rounds} rounds; seconds: "
        + ", ".join(f"{name} {best[name]:.0f}" for name in best)
        + (f"; load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "")
    )
    numbers = {"seconds": taken, "draws": scenario.draws, "bytes": moved}
    return [
        Row("two workers of a cluster against one", "≥ 1.6×", f"{faster:.2f}×", faster >= 1.6, how, numbers),
        Row("throughput of two workers against two threads", "≥ 85 %", f"{against:.0%}", against >= 0.85, "the same runs"),
        Row("cost of an enterprise-draw on one worker", "", f"{cost:.0f} ns", None, "three years, reading included"),
        Row("moved for it", "", f"{moved / 2**20:.1f} MiB", None, f"{sums + parameters:,} bytes a draw and part, {order:,} a task"),
    ]


def _timed(scenario, register, workers) -> float:
    before = time.perf_counter()
    play(scenario, register, workers=workers)
    return time.perf_counter() - before


def _sums_of_a_draw(scenario) -> int:
    return sum(part.nbytes for part in no_sums(1, len(scenario.years)))
