"""What is measured: each function gives rows of the table, with the target of issue and plan beside what came out."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from simulator import load_scenario, synthesize
from simulator.engine.replay import Session
from simulator.engine.run import outer_layer, play
from simulator.projection.assumptions import pull_levers
from tests.benchmarks import contenders
from tests.benchmarks.coverage import coverage
from tests.benchmarks.floor import Floor
from tests.benchmarks.timing import Ratio, Row, alternated, best_and_median
from tests.benchmarks.work import common_scenario, work_of

CPU = time.thread_time  # one thread's own time: another program on the machine does not enter it
AGREED = 4  # draws on which a peer's sums are compared before it is timed
MOST = 32  # draws a contender plays in a round on one thread
PEERS = {"numpy": "whole-array NumPy", "openfisca": "OpenFisca-core"}


def against_peers(enterprises: int, rounds: int, seconds: float = 0.4, two_cores: bool = True) -> list[Row]:
    """Our engine, the peers and the floor on the common work, alternated; one thread and two cores."""
    scenario, population = common_scenario(2 * MOST), synthesize(enterprises=enterprises)
    work = work_of(scenario, population)
    ours, made = contenders.Ours(scenario, population, work.parameters), contenders.peers(work)
    if wrong := contenders.disagreements(ours, work, AGREED):
        raise AssertionError("a peer's sums are not ours; nothing is timed:\n" + "\n".join(wrong[:20]))
    floor = Floor(work, AGREED)
    one_thread = {"ours": ours.play, "floor": floor.play_all}
    one_thread |= {name: contenders.on_one_thread(peer, work, False) for name, peer in made.items()}
    one_thread |= {f"{name}, our numbers": contenders.on_one_thread(peer, work, True) for name, peer in made.items()}
    draws = {name: _draws_for(play, seconds) for name, play in one_thread.items()}
    single = alternated({name: lambda play=play, n=draws[name]: play(n) for name, play in one_thread.items()}, rounds, CPU)
    ns = {f"{name}, one thread": [s / draws[name] / len(work) for s in times] for name, times in single.items()}
    if two_cores:
        draws["ours"] = MOST
        processes, pool = contenders.TwoProcesses(enterprises, 2 * MOST), ThreadPoolExecutor(2)
        try:
            both = {"ours": lambda: ours.play(2 * MOST, 2, pool)}
            both |= {name: lambda name=name: processes.play(name, 2 * draws[name]) for name in made}
            double = alternated(both, rounds)
        finally:
            processes.close()
            pool.shutdown()
        ns |= {f"{name}, two cores": [s / (2 * draws[name]) / len(work) for s in t] for name, t in double.items()}
    how = f"{rounds} alternated rounds, {len(work):,} enterprises known of {enterprises:,}"
    rows = [_time_row(name, times, how) for name, times in ns.items()]
    for name, title in PEERS.items():
        for cores, target in (("one thread", 5 if name == "numpy" else 0), ("two cores", 25 if name == "openfisca" else 0)):
            if f"{name}, {cores}" in ns:
                theirs, mine = ns[f"{name}, {cores}"], ns[f"ours, {cores}"]
                rows.append(_ratio_row(f"{title} over ours, {cores} each", theirs, mine, target, how))
    ratio = Ratio.of(ns["ours, one thread"], ns["floor, one thread"])
    rows.append(
        Row(
            "ours over the floor, one thread each",
            "≤ 1.5×",
            f"{ratio}×",
            ratio.of_best <= 1.5,
            how,
            {"of_best": ratio.of_best, "median": ratio.median},
        )
    )
    return rows


def _draws_for(play, seconds: float) -> int:
    """How many draws fill about so many seconds, an even number up to MOST."""
    play(1)
    before = CPU()
    play(2)
    return max(2, min(MOST, int(2 * seconds / max(CPU() - before, 1e-9)) // 2 * 2))


def _time_row(what: str, seconds_each: list[float], how: str) -> Row:
    best, median = min(seconds_each) * 1e9, statistics.median(seconds_each) * 1e9
    return Row(what, "", f"{best:,.0f} ns per enterprise-draw (median {median:,.0f})", None, how, {"best_ns": best, "median_ns": median})


def _ratio_row(what: str, theirs: list[float], ours: list[float], target: float, how: str) -> Row:
    ratio = Ratio.of(theirs, ours)
    return Row(
        what,
        f"≥ {target:g}×" if target else "",
        f"{ratio}×",
        ratio.of_best >= target if target else None,
        how,
        {"of_best": ratio.of_best, "best": ratio.best, "median": ratio.median},
    )


def threads(enterprises: int, rounds: int) -> list[Row]:
    """Two threads against one."""
    scenario, population = common_scenario(64), synthesize(enterprises=enterprises)
    ours = contenders.Ours(scenario, population, pull_levers(outer_layer(scenario, 0, 64)))
    with ThreadPoolExecutor(2) as pool:
        times = alternated({"one": lambda: ours.play(64), "two": lambda: ours.play(64, 2, pool)}, rounds)
    ratio = Ratio.of(times["one"], times["two"])
    return [
        Row(
            "two threads over one",
            "≥ 1.8× (best pair)",
            f"{ratio.best:.2f}× (median {ratio.median:.2f})",
            ratio.best >= 1.8,
            f"{enterprises:,} enterprises × 64 draws, {rounds} pairs, wall time",
            {"best": ratio.best, "median": ratio.median},
        )
    ]


def on_the_baseline(enterprises: int, rounds: int) -> list[Row]:
    """Our engine on the baseline as shipped: arrivals, 2013–2017; with a register, and without one."""
    scenario = load_scenario("baseline").set({"draws": 32})
    parameters = pull_levers(outer_layer(scenario, 0, 32))
    population = synthesize(enterprises=enterprises)
    known = len(work_of(common_scenario(2), population))
    with_one = contenders.Ours(scenario, population, parameters)
    without = contenders.Ours(scenario, None, parameters)
    times = alternated({"with": lambda: with_one.play(32), "without": lambda: without.play(32)}, rounds, CPU)
    best, median = best_and_median(times["with"], known * 32)
    each, middle = (s / 32 * 1e3 for s in (min(times["without"]), statistics.median(times["without"])))
    return [
        Row(
            "baseline as shipped on the register, five years with newcomers, one thread",
            "",
            f"{best:,.0f} ns per enterprise-draw (median {median:,.0f})",
            None,
            f"{known:,} enterprises known × 32 draws, {rounds} rounds",
            {"best_ns": best, "median_ns": median},
        ),
        Row(
            "baseline as shipped without a register, one thread",
            "",
            f"{each:.2f} ms a draw (median {middle:.2f})",
            None,
            f"32 draws, {rounds} rounds",
            {"best_ms": each, "median_ms": middle},
        ),
    ]


def ten_times(rounds: int, enterprises: int = 100_000, draws: int = 500) -> list[Row]:
    """Ten times the enterprises, ten times the draws."""
    rows = []
    for what, small, large in (
        (f"10 × enterprises ({enterprises:,} → {10 * enterprises:,} × 100 draws)", (enterprises, 100), (10 * enterprises, 100)),
        (f"10 × draws ({enterprises // 10:,} × {draws} → {10 * draws:,})", (enterprises // 10, draws), (enterprises // 10, 10 * draws)),
    ):
        plays = {}
        for name, (n, d) in (("small", small), ("large", large)):
            scenario = common_scenario(d)
            ours = contenders.Ours(scenario, synthesize(enterprises=n), pull_levers(outer_layer(scenario, 0, d)))
            plays[name] = lambda ours=ours, d=d: ours.play(d)
        times = alternated(plays, rounds, CPU)
        ratio = Ratio.of(times["large"], times["small"])
        rows.append(
            Row(
                what,
                "9–11×",
                f"{ratio}×",
                9 <= ratio.of_best <= 11,
                f"one thread, {rounds} pairs",
                {"of_best": ratio.of_best, "median": ratio.median, "seconds_large": min(times["large"])},
            )
        )
    return rows


def a_million(draws: int = 1000) -> list[Row]:
    """A million enterprises, a thousand draws, three years: time and peak memory over start-up, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        register = Path(folder) / "register"
        subprocess.run(
            [sys.executable, "-m", "simulator", "synthesize", "--enterprises", "1000000", "--out", str(register)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        program = textwrap.dedent("""
            import resource, sys, time
            import simulator
            from tests.benchmarks.work import common_scenario
            simulator.run(common_scenario(2), simulator.synthesize(enterprises=50))  # start-up: imports, compiled code
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            started = time.perf_counter()
            simulator.run(common_scenario(int(sys.argv[2])), sys.argv[1])
            print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        """)
        answer = subprocess.run(
            [sys.executable, "-c", program, str(register), str(draws)], check=True, capture_output=True, text=True
        ).stdout.split()
    minutes, memory = float(answer[-2]) / 60, int(answer[-1]) / 2**20
    return [
        Row(
            f"1,000,000 enterprises × {draws:,} draws × 3 years: time",
            "≤ 3 min",
            f"{minutes:.1f} min",
            minutes <= 3,
            "two threads, reading the register included",
            {"minutes": minutes},
        ),
        Row("the same: peak memory over start-up", "≤ 1.5 GiB", f"{memory:.2f} GiB", memory <= 1.5, "resident", {"GiB": memory}),
    ]


def starting(rounds: int) -> list[Row]:
    """`simulator --help` and a warm `run baseline` with 1 000 draws, as a person waits for them."""
    rows = []
    for what, words, most, times in (
        ("simulator --help", ["--help"], 0.5, rounds),
        ("warm run baseline, 1 000 draws", ["run", "baseline", "--draws", "1000"], 4.0, 3),
    ):
        seconds = []
        for _ in range(times + 1):
            before = time.perf_counter()
            subprocess.run([sys.executable, "-m", "simulator", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - before)
        best, median = min(seconds[1:]), statistics.median(seconds[1:])  # the first one warms up
        rows.append(
            Row(
                what,
                f"≤ {most} s",
                f"{best:.2f} s (median {median:.2f})",
                best <= most,
                f"{times} starts, wall time",
                {"best_s": best, "median_s": median},
            )
        )
    return rows


def intervals(repetitions: int = 10_000, draws: int = 500) -> list[Row]:
    """Measured coverage of 95 % intervals."""
    found = coverage(repetitions, draws)
    how, slack = f"{repetitions:,} repetitions of {draws} draws", 3 * (0.05 * 0.95 / repetitions) ** 0.5
    rows = []
    for what, shares, least in (
        ("means", found.means, 0.93),
        ("quantiles (order statistics)", found.quantiles, 0.95),
        ("probabilities (Clopper–Pearson)", found.probabilities, 0.95),
    ):
        worst = min(shares, key=shares.get)
        rows.append(
            Row(
                f"coverage of 95 % intervals: {what}",
                f"≥ {least:.0%}",
                f"{shares[worst]:.1%} ({worst}) … {max(shares.values()):.1%}",
                shares[worst] >= least - (slack if least == 0.95 else 0),
                how,
                dict(shares),
            )
        )
    return rows


def one_change(enterprises: int = 10_000, draws: int = 500, times: int = 3) -> list[Row]:
    """One changed term of the law in a warm process: only what it can touch is played again. Beside it all of it, played anew."""
    rows, population = [], synthesize(enterprises=enterprises)
    for what, scenario in (
        ("arrivals off", common_scenario(draws)),
        ("the baseline as shipped", load_scenario("baseline").set({"draws": draws})),
    ):
        session = Session(scenario, population)
        session.play()
        changed = [scenario.set({"law.tax_rebate.high_rate": (40 + i) / 100}) for i in range(times + 1)]
        first, *later = (_seconds(session.play, scenario) for scenario in changed)
        full = min(_seconds(play, changed[0], population) for _ in range(2))
        rows.append(
            Row(
                f"{enterprises:,} enterprises × {draws} draws, {what}, one changed law term",
                "≤ 0.1 s",
                f"{min(later):.2f} s (the first change {first:.2f} s; in full {full:.2f} s)",
                min(later) <= 0.1,
                f"law.tax_rebate.high_rate, {times} changes, two threads, wall time",
                {"best_s": min(later), "first_s": first, "full_s": full},
            )
        )
    return rows


def _seconds(work, *arguments) -> float:
    before = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - before
