"""`make mutate`: does a test fail for every slip of the hand in the policy of 2013, in the modules that work with a law, and in those
that decide what a report for outside may show?

A mutant of the policy is its file with one change: the engine assesses the plays' registers under it. A mutant of a module has a
process of its own in which the law's modules are imported as plain Python, with one change. First the plays (seconds), then, for
what they leave alive of a module, its tests. A mutant of disclosure is imported instead of its module, the engine compiled as ever,
and put to the tests of disclosure alone. Exit code 1: too few are killed, a function has no mutant, a survivor is not in
survivors.yaml with the reason, or something in that table is not alive.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import chain
from multiprocessing import connection, get_context
from pathlib import Path

import yaml

from tests.mutation import plain, plays
from tests.mutation.mutants import DISCLOSURE, FILE, Mutant, functions, modules, mutants

WANTED = 0.90
LIMIT = 600  # seconds a mutant may take: one that never ends is killed
SURVIVORS = Path(__file__).with_name("survivors.yaml")
LAW_TESTS = Path(__file__).parents[1] / "law"
DISCLOSURE_TESTS = [  # the quick ones first
    Path(__file__).parents[1] / "report" / f"test_{name}.py"
    for name in ("combination_rules", "disclosure_rules", "release_rules", "protect", "disclosure", "attackers")
]
SCENARIO = "../scenario/test_scenario"  # numbers of the law are changed there
TESTS = {  # of a module, whatever the function
    "terms": ("test_terms", SCENARIO, "test_withdrawn"),
    "legality": ("test_legality",),
    "readings": ("test_terms", "test_explanation"),
    "targets": ("test_terms",),
    "calendar": ("test_calendar",),
    "sharing": ("test_sharing",),
    "assessment": ("test_withdrawn", "test_clauses"),
    "explanation": ("test_clauses", "test_explanation", "test_withdrawn"),
}
CHOSEN = {  # of a file, by pytest's -k: its other tests are slow as plain Python, and look at the law no closer
    "test_scenario": "law or edge_of or dated or shown_exactly",
    "test_withdrawn": "not gives_nothing or rebate",
}
BESIDE_THE_PLAYS = ("terms", "legality", "readings", "targets", "explanation")  # their own tests say more, and sooner


def main() -> int:
    """Run what is asked for and say what lives."""
    p = argparse.ArgumentParser(prog="python -m tests.mutation", description="Mutation test of the policy of 2013 and of simulator/law.")
    p.add_argument(
        "--only", default="", metavar="PATTERN", help="mutants whose name this regular expression finds, as ^policy.yaml or ^assessment"
    )
    p.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth mutant")
    p.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes side by side")
    p.add_argument("--plays-only", action="store_true", help="without the slower tests that what the plays leave alive is put to")
    options = p.parse_args()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as compiled:  # the law is not to be imported here
        of_the_policy = compiled.submit(plays.policy_mutants).result()
    everything = [*of_the_policy, *(mutant for module in modules() for mutant in mutants(module))]
    chosen = [m for m in everything if re.search(options.only, m.key)][:: options.every]
    began = time.time()
    known: list[plays.Play] = []
    if any(m.module not in (*BESIDE_THE_PLAYS, *DISCLOSURE) for m in chosen):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as compiled:
            known = compiled.submit(plays.prepare).result()
    print(f"{len(chosen)} mutants of {len(everything)}; {len(known)} registers prepared in {time.time() - began:.0f} s", flush=True)
    killed_by: dict[str, str] = {}
    left = Counter(m.module for m in chosen)
    of_policy = [m for m in chosen if m.module == FILE]
    of_disclosure = [m for m in chosen if m.module in DISCLOSURE]
    of_law = [m for m in chosen if m.module not in (FILE, *DISCLOSURE)]
    for mutant, killer in chain(
        policy_killers(of_policy, known, options.workers),
        killers([None, *of_disclosure], known, options.workers, True, disclosing),
        killers([None, *of_law], known, options.workers, not options.plays_only, killer_of),
    ):
        if mutant is None:
            if killer:
                print(f"the unchanged program fails: {killer}")
                return 1
            continue
        killed_by[mutant.key] = killer
        left[mutant.module] -= 1
        if not len(killed_by) % 50:
            print(f"{len(killed_by)} after {time.time() - began:.0f} s", flush=True)
        if not left[mutant.module]:
            alive = sum(not killed_by[m.key] for m in chosen if m.module == mutant.module)
            print(f"{mutant.module} after {time.time() - began:.0f} s: {alive} alive", flush=True)
        if not killer:
            print(f"alive: {mutant.key}  (line {mutant.line})", flush=True)
    whole = not (options.only or options.every > 1 or options.plays_only)
    wrong = report(chosen, killed_by, time.time() - began, whole)
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


def policy_killers(chosen: list[Mutant], known: list[plays.Play], workers: int) -> Iterator[tuple[Mutant, str]]:
    """Each mutant of the policy with what killed it, as they come, from processes that have the engine."""
    if chosen:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=plays.take, initargs=(known,)) as pool:
            waiting = {pool.submit(plays.policy_killer, mutant): mutant for mutant in chosen}
            for done in as_completed(waiting):
                yield waiting[done], done.result()


def preload() -> None:
    """Import what every mutant needs and none changes, once."""
    import hypothesis  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import pytest  # noqa: F401
    import python_calamine  # noqa: F401

    import simulator.yamlfile  # noqa: F401
    import tests.oracle.random_registers  # noqa: F401

    assert not any(name.startswith("simulator.law") for name in sys.modules), "a mutant would not be what is imported"


def killers(
    chosen: list[Mutant | None], known: list[plays.Play], workers: int, thorough: bool, how: Callable[..., str]
) -> Iterator[tuple[Mutant | None, str]]:
    """Each mutant with what killed it ("" for nothing), as they come; None stands for the unchanged program, waited for first."""
    if chosen == [None]:
        return
    if how is killer_of:
        plain.uncompiled()
    preload()
    fork = get_context("fork")
    waiting, running = list(reversed(chosen)), {}
    while waiting or running:
        while waiting and len(running) < workers and not (running and chosen[0] is None and len(waiting) == len(chosen) - 1):
            mutant = waiting.pop()
            ours, theirs = fork.Pipe(duplex=False)
            tests = tests_of(mutant) if mutant else tuple(sorted({name for m in chosen if m for name in tests_of(m)}))
            process = fork.Process(target=put_to_death, args=(how, mutant, known, tests, thorough, theirs))
            process.start()
            theirs.close()
            running[ours] = (mutant, process, time.time())
        for ours in connection.wait(list(running), timeout=1.0):
            mutant, process, _ = running.pop(ours)
            try:
                killer = ours.recv()
            except EOFError:
                killer = ""
            process.join()
            if process.exitcode not in (0, -11, -6):  # a crash is a death; anything else is a fault of this program
                raise SystemExit(f"{mutant.key if mutant else 'the unchanged law'}: exit code {process.exitcode}")
            killer = killer if process.exitcode == 0 else "its process died"
            yield mutant, killer
        for ours, (mutant, process, began) in list(running.items()):
            if time.time() - began > LIMIT:
                process.kill()
                process.join()
                del running[ours]
                yield mutant, f"it took more than {LIMIT} s"


def put_to_death(
    how: Callable[..., str],
    mutant: Mutant | None,
    known: list[plays.Play],
    tests: tuple[str, ...],
    thorough: bool,
    answer: connection.Connection,
) -> None:
    """In a process of its own: import the program with this mutant, try everything on it, and send what killed it."""
    answer.send(how(mutant, known, tests, thorough))
    answer.close()
    os._exit(0)


def killer_of(mutant: Mutant | None, known: list[plays.Play], tests: tuple[str, ...], thorough: bool) -> str:
    """The first thing that fails; "" when nothing does. tests: files of tests/law that are tried after the plays."""
    try:
        plain.law(mutant.module, mutant.code) if mutant else plain.law()
    except Exception as e:
        return f"import: {type(e).__name__}"
    for play in known if mutant is None or mutant.module not in BESIDE_THE_PLAYS else ():
        try:
            held = play.holds()
        except Exception as e:
            return f"{play.name}: {type(e).__name__}"
        if not held:
            return play.name
    for name in tests if thorough else [name for name in tests if name == "test_sharing"]:
        if failed := first_failure(LAW_TESTS / f"{name}.py"):
            return failed
    return ""


def disclosing(mutant: Mutant | None, _known: list[plays.Play], _tests: tuple[str, ...], _thorough: bool) -> str:
    """The first test of disclosure that fails with a mutant of it; "" when none does."""
    replaced = plain.Replaced(f"simulator.disclosure.{mutant.module}", mutant.code) if mutant and mutant.code else None
    if replaced:
        sys.meta_path.insert(0, replaced)
        try:
            importlib.import_module(replaced.name)
        except Exception as e:
            return f"import: {type(e).__name__}"
    for file in DISCLOSURE_TESTS:
        if failed := first_failure(file):
            return failed
    return ""


def tests_of(mutant: Mutant) -> tuple[str, ...]:
    """The tests, beside the plays, that speak of what a mutant of the law's modules changes."""
    return TESTS.get(mutant.module, ())


def first_failure(file: Path) -> str:
    """The first test of a file that fails under this law; tests that play draws are left out, plain Python is too slow."""
    import pytest

    class Watch:
        failed = ""

        def pytest_runtest_logreport(self, report):
            self.failed = self.failed or (report.nodeid if report.failed else "")

        def pytest_collectreport(self, report):
            self.failed = self.failed or (report.nodeid if report.failed else "")

    watch = Watch()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = pytest.main(
            [str(file), "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not plays_draws", "-k", CHOSEN.get(file.stem, "")],
            plugins=[watch],
        )
    return watch.failed or ("" if code in (0, 5) else f"{file.name}: pytest ended with {code}")


def report(chosen: list[Mutant], killed_by: dict[str, str], seconds: float, whole: bool) -> list[str]:
    """Print what became of the mutants by module and function; returns what must not be."""
    counted = {
        m: Counter(x.function.split(".")[1] if m == FILE and x.function.count(".") else x.function for x in chosen if x.module == m)
        for m in (FILE, *modules())
    }
    alive = [m for m in chosen if not killed_by[m.key]]
    reasons = yaml.safe_load(SURVIVORS.read_text("utf-8")) or {}
    print(f"\n{'module':<40}{'mutants':>8}{'killed':>8}{'alive':>7}   of its functions, killed/mutants")
    for module, by_function in counted.items():
        if total := sum(by_function.values()):
            left = Counter(
                x.function.split(".")[1] if module == FILE and x.function.count(".") else x.function for x in alive if x.module == module
            )
            each = ", ".join(f"{f} {n - left[f]}/{n}" for f, n in by_function.items())
            print(f"{module:<40}{total:>8}{total - sum(left.values()):>8}{sum(left.values()):>7}   {each}")
    share = 1 - len(alive) / len(chosen)
    print(f"\n{len(chosen)} mutants, {len(chosen) - len(alive)} killed ({share:.1%}), {len(alive)} alive, {seconds:.0f} s")
    first = Counter(
        killer.split(":")[0] if killer.startswith(("case", "import", "refused")) else killer.split("::")[0].split("/")[-1]
        for killer in killed_by.values()
        if killer
    )
    print("killed by: " + ", ".join(f"{name} {n}" for name, n in first.most_common(12)))
    wrong = [f"{m.key} lives and survivors.yaml gives no reason" for m in alive if m.key not in reasons]
    wrong += [f"{key} is dead; take it out of survivors.yaml" for key in reasons if killed_by.get(key)]
    if whole:
        wrong += [f"only {share:.1%} are killed"] if share < WANTED else []
        wrong += [f"{m}.{f} has no mutant" for m in modules() for f in functions(m) if not counted[m][f]]
        wrong += [f"survivors.yaml names {key}, which is no mutant" for key in reasons if key not in killed_by]
    return wrong


if __name__ == "__main__":
    sys.exit(main())
