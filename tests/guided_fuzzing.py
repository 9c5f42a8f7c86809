"""`make fuzz`, second part: bytes bred for new paths through the readers (atheris, libFuzzer), a while for each kind of file.

What comes in are the good files of the ordinary fuzz tests and what libFuzzer makes of them; what may come out is an answer
or our own error. Anything else, more than ten seconds for an input or more than 2 GiB, is a failure, and the input is kept.
Without atheris (Windows; a Python it has no wheel for) it says so and does nothing.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

LIMITS = ("-timeout=10", "-rss_limit_mb=2048", "-max_len=20000", "-print_final_stats=1")


def main() -> int:
    """Breed for each target, one after another; exit code 1 where something else than our own error came out."""
    p = argparse.ArgumentParser(prog="python -m tests.guided_fuzzing", description=__doc__.splitlines()[0])
    p.add_argument("--seconds", type=int, default=120, help="for each kind of file (default: 120)")
    p.add_argument("--keep", type=Path, default=Path("out/fuzz"), help="folder of inputs that failed (default: out/fuzz)")
    p.add_argument("--target", choices=(*TARGETS, ""), default="", help="one alone")
    p.add_argument("--inside", metavar="CORPUS", help=argparse.SUPPRESS)
    options = p.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed (pip install atheris): the guided part is left out")
        return 0
    if options.inside:
        return breed(options.target, options.inside, options.seconds, options.keep)
    options.keep.mkdir(parents=True, exist_ok=True)
    failed = 0
    for target in [options.target] if options.target else TARGETS:
        with tempfile.TemporaryDirectory(prefix="corpus-") as corpus:
            command = [
                sys.executable,
                "-m",
                "tests.guided_fuzzing",
                "--target",
                target,
                "--inside",
                corpus,
                "--seconds",
                str(options.seconds),
                "--keep",
                str(options.keep.resolve()),
            ]
            done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
        stats = dict(re.findall(r"stat::(\w+):\s+(\d+)", done.stderr))
        covered = re.findall(r"cov: (\d+)", done.stderr)
        print(
            f"{target:<10} {stats.get('number_of_executed_units', '?'):>9} inputs, {covered[-1] if covered else '?'} places reached, "
            f"{'nothing but answers and our own errors' if not done.returncode else 'FAILED'}",
            flush=True,
        )
        if done.returncode:
            failed += 1
            print("\n".join(done.stderr.splitlines()[-60:]))
    return 1 if failed else 0


def _table(name: str):
    """Reads bytes as the table `annual` of a register in a file of this kind."""
    from tests.fuzzing import answers
    from tests.population import test_fuzz
    from tests.population.registers import write

    home = Path(tempfile.mkdtemp(prefix="guided-"))
    suffix = "xls" if name == "html" else name
    folder = write(home)
    (folder / "annual.csv").unlink()

    def one(data: bytes) -> None:
        (folder / f"annual.{suffix}").write_bytes(data)
        answers(lambda: test_fuzz.read(folder), test_fuzz.PopulationError)

    return one, [test_fuzz.GOOD[name][0]]


def _scenario(name: str):
    """Reads bytes as a scenario file."""
    from simulator.errors import ScenarioError
    from tests.fuzzing import answers
    from tests.scenario import test_fuzz

    home = Path(tempfile.mkdtemp(prefix="guided-"))
    good = [(test_fuzz.SCENARIOS / f"{scenario}.yaml").read_bytes() for scenario in ("cautious", "rebate_suspended")]
    return lambda data: answers(test_fuzz.write_and_load(home, data), ScenarioError), [*good, *test_fuzz.PIECES]


def _setting(name: str):
    """Reads bytes as what stands after --set."""
    from simulator.errors import ScenarioError
    from simulator.scenario import parse_set
    from tests.fuzzing import answers
    from tests.scenario import test_fuzz

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        answers(lambda: test_fuzz.BASELINE.set(parse_set([text])), ScenarioError)

    return one, [b"law.tax_rebate.high_rate=0.4", b"policy.end=none", "appropriation.2013=５万元".encode(), *test_fuzz.PIECES]


TARGETS = {"csv": _table, "html": _table, "xls": _table, "xlsx": _table, "parquet": _table, "scenario": _scenario, "setting": _setting}


def breed(target: str, corpus: str, seconds: int, keep: Path) -> int:
    """Run libFuzzer on one target in this process; does not return when its time is over."""
    import atheris

    with atheris.instrument_imports(include=["simulator"]):
        one, seeds = TARGETS[target](target)
    for number, seed in enumerate(seeds):
        (Path(corpus) / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", f"-artifact_prefix={keep}/{target}-", *LIMITS, corpus], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
