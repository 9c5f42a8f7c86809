"""The bare machine, tried: python -m tests.bare [--only report] [--tests '...']; exit code 1 where something is not as it should be.

What this machine cannot do is skipped with its name; with REQUIRE_ALL=1 that is a failure.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bare import page, root
from tests.bare.root import FOLDER, Machine, Outcome

CHECKOUT = Path(__file__).resolve().parents[2]
SIMULATOR = ".venv/bin/simulator"
# Tests that meet the machine: files, fonts, programs, locales, processes. The others only count, as they do on the machine this
# runs on; with them, or with the slow ones, the whole check would not end in its time.
TESTS = '-m "not slow" ' + " ".join(
    f"tests/{name}"
    for name in ("report", "dashboard", "cli", "notebooks", "house", "population", "engine", "reference", "benchmarks", "scenario")
)
PLAY = "run baseline --draws 10 --lang zh"
REPORTED = {"zh": "make report", "en": "make report LANG_=en OUT=out/english"}
# what pip says where a page of the registry did not come, or a file stopped half-way
NO_ANSWER = re.compile(r"ResolutionImpossible|No matching distribution|ReadTimeout|ConnectionError|IncompleteRead|NewConnectionError")
# a test may be left out for want of a program, or of a system; it says of which
SKIPPED = re.compile(r"SKIPPED \[(\d+)\] (\S+): (.*)")
NAMES_WHAT_IT_LACKS = re.compile(r"needs |only on (Windows|macOS)")


class Trial:
    """What was tried, and what of it was not as it should be."""

    def __init__(self, machine: Machine):
        self.machine, self.wrong, self.tried = machine, list[str](), 0

    def say(self, name: str, outcome: Outcome, faults: list[str]) -> None:
        """One line of what was tried; the end of what it said where something is wrong."""
        self.tried += 1
        if outcome.code:
            faults = [f"ended with {outcome.code}", *faults]
        if "Traceback (most recent call last)" in outcome.said:
            faults = [*faults, "a traceback"]
        print(
            f"{'×' if faults else '√'} {name}: {outcome.seconds:.0f} s of processor time, {outcome.waited:.0f} s of the clock, "
            f"silent for at most {outcome.silent:.0f} s",
            flush=True,
        )
        if faults:
            self.wrong.append(name)
            print("\n".join([*(f"    {fault}" for fault in faults), *outcome.said.splitlines()[-60:]]), flush=True)

    def do(
        self, name: str, command: str, check: Callable[[Outcome], list[str]] = lambda outcome: [], tries: int = 1, **how: object
    ) -> Outcome:
        """Type a command, and look at what came of it. tries: typed again where the package registry did not answer."""
        outcome = self.machine.type(command, **how)  # type: ignore[arg-type]
        while tries > 1 and outcome.code and NO_ANSWER.search(outcome.said):
            print(f"  {name}: the package registry did not answer; again", flush=True)
            outcome, tries = self.machine.type(command, **how), tries - 1  # type: ignore[arg-type]
        self.say(name, outcome, [] if outcome.code else check(outcome))
        return outcome

    def held(self, path: str) -> str:
        """What a file of the machine holds; "" where there is none."""
        file = self.machine.root / path.lstrip("/")
        return file.read_text("utf-8", "replace") if file.is_file() else ""


def reports(trial: Trial) -> None:
    """The README's first command, in both languages."""
    browser = next(filter(None, map(shutil.which, page.BROWSERS)), None)
    if browser is None:
        not_here("needs chromium, which is not on this machine", trial)

    def opened(lang: str) -> Callable[[Outcome], list[str]]:
        def check(outcome: Outcome) -> list[str]:
            named = re.findall(r"^/.*\.html$", outcome.said, re.MULTILINE)
            files = [trial.machine.root / name.lstrip("/") for name in named]
            if not files or not all(file.is_file() for file in files):
                return ["names no page"]
            return [fault for file in files for fault in page.faults(file, lang, browser)] if browser else []

        return check

    for lang, command in REPORTED.items():
        trial.do(command, command, opened(lang), tries=3 if lang == "zh" else 1)


def tests(trial: Trial, chosen: str) -> None:
    """The README's second command; what is left out names what it lacks."""

    def check(outcome: Outcome) -> list[str]:
        skipped = [(place, why) for _, place, why in SKIPPED.findall(outcome.said)]
        for why in sorted({why for _, why in skipped}):
            print(f"    left out: {why}", flush=True)
        passed = re.search(r"(\d+) passed", outcome.said)
        return [f"{place} is left out: {why}" for place, why in skipped if not NAMES_WHAT_IT_LACKS.search(why)] + (
            [] if passed and int(passed[1]) > 1000 else ["hardly any test was run"]
        )

    trial.do(f"make test {chosen}", f"make test WORKERS=1 TESTS='{chosen}'", check, limit=4800)


def surroundings(trial: Trial) -> None:
    """Odd surroundings change no figure, and where compiled code cannot be kept it is said."""
    trial.do("simulator run", f"{SIMULATOR} {PLAY} > /tmp/ordinary.txt")
    expected = trial.held("/tmp/ordinary.txt")
    (trial.machine.root / "home/锁").mkdir(mode=0o555, exist_ok=True)

    def same(name: str, said: str = "") -> Callable[[Outcome], list[str]]:
        def check(outcome: Outcome) -> list[str]:
            found = [] if expected and trial.held(f"/tmp/{name}.txt") == expected else [f"other figures:\n{trial.held(f'/tmp/{name}.txt')}"]
            return found + ([] if said in outcome.said else [f"does not say {said!r}"])

        return check

    play = f"{SIMULATOR} {PLAY}"
    both = f"{{ {play} > /tmp/1.txt & one=$!; {play} > /tmp/2.txt & wait $! && wait $one; }} && cmp /tmp/1.txt /tmp/2.txt && cp /tmp/1.txt"
    for name, command, how in (
        ("no network", f"{SIMULATOR} report baseline --draws 20 --out out/离线 && {play} >", {"network": False}),
        ("a home that cannot be written", f"{play} >", {"environment": {"HOME": "/home/锁"}}),
        ("no home and no name", f"{play} >", {"environment": {"HOME": None, "USER": None}, "user": 4321}),
        (
            "the locale C",
            f"{SIMULATOR} terms law && {SIMULATOR} assess data/sample --lang zh && {play} >",
            {"environment": {"LC_ALL": "C"}},
        ),
        (
            "umask 077, a dumb terminal",
            f"umask 077 && {SIMULATOR} report baseline --draws 20 --out out/私 && {play} >",
            {"environment": {"TERM": "dumb"}},
        ),
        ("two first starts at once", both, {"environment": {"SIMULATOR_CACHE": "/tmp/两个"}}),
    ):
        words = "编译" if "HOME" in how.get("environment", {}) else ""
        trial.do(name, f"{command} '/tmp/{name}.txt'", same(name, words), **how)
    trial.do("a console that has no Chinese", f"{SIMULATOR} run baseline --draws 10 --lang zh", environment={"PYTHONIOENCODING": "ascii"})


def wheel(trial: Trial) -> None:
    """The wheels and their installer, as handed over: the verbs of a first hour without a network; and again as another version."""
    if not shutil.which(page.READER):
        not_here(f"needs {page.READER}, which is not on this machine", trial)

    def printed(outcome: Outcome) -> list[str]:
        file = trial.machine.root / "tmp/报告/budget.zh.pdf"
        if not file.is_file():
            return ["makes no PDF"]
        return page.faults_on_paper(file, "zh") if shutil.which(page.READER) else []

    trial.do("make wheels", "make wheels")
    trial.do("install.sh without a network", "cp -r wheels '/tmp/U 盘' && cd / && sh '/tmp/U 盘/install.sh'", network=False)
    there = 'cd /tmp && "$HOME/.local/bin/simulator"'
    for name, words in (
        ("terms", "terms law"),
        ("assess", f"assess '{FOLDER}/data/sample'"),
        ("guide", "guide --no-browser"),
    ):
        trial.do(name, f"{there} {words}", network=False)
    trial.do("report", f"{there} report baseline --draws 20 --lang zh --format html,pdf,docx,xlsx --out /tmp/报告", printed, network=False)
    played = trial.do("run", f"{there} {PLAY}", network=False)
    sources = '"$HOME"/.local/share/retail-subsidy-budget/lib/python3*/site-packages/simulator/law/terms.py'
    changed = f"for file in {sources}; do echo '# another' >> \"$file\"; done"
    trial.do(
        "run after a change of version",
        f"{changed} && {there} {PLAY}",
        lambda now: [] if now.said.splitlines()[-5:] == played.said.splitlines()[-5:] else ["other figures"],
        network=False,
    )


def not_here(why: str, trial: Trial | None = None) -> None:
    """Something cannot be tried on this machine: said, and a failure where nothing may be left out."""
    print(f"SKIPPED the bare machine: {why}", flush=True)
    if os.environ.get("REQUIRE_ALL") == "1":
        if trial is None:
            raise SystemExit(1)
        trial.wrong.append(why)


def parts(trial: Trial, chosen: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is tried beside each other once the first command has been typed."""
    yield "test", lambda: tests(trial, chosen)
    yield "surroundings", lambda: surroundings(trial)
    yield "wheel", lambda: wheel(trial)


def main() -> int:
    """Try it all, or some of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bare", description=__doc__)
    parser.add_argument("--only", action="append", choices=("report", "test", "surroundings", "wheel"), help="this part (repeat)")
    parser.add_argument("--tests", default=TESTS, help="what pytest is given; '' for every test (default: those that meet the machine)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the machine there, and go on with it the next time")
    given = parser.parse_args()
    if why := root.lacking():
        not_here(why)
        return 0
    root.enter_namespace()
    place = given.keep or Path(tempfile.mkdtemp(prefix="machine-", dir=root.base().parent))
    with root.machine(place, CHECKOUT, keep=bool(given.keep)) as machine:
        trial = Trial(machine)
        if not given.only or "report" in given.only:
            reports(trial)
        else:
            trial.do("make setup", "make setup", tries=3)
        with ThreadPoolExecutor(2) as beside:
            for done in [beside.submit(do) for name, do in parts(trial, given.tests) if not given.only or name in given.only]:
                done.result()
    print(f"bare: {trial.tried - len(trial.wrong)} passed, {len(trial.wrong)} failed")
    return 1 if trial.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
