"""What a newcomer waits for, in processor time, beside `import pandas` in the same rounds; and a first time, with nothing compiled."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.timing import Row

ROOT = Path(__file__).resolve().parents[2]
SIMULATOR = ("-m", "simulator")
UNIT = ("-c", "import pandas")
WARM = {  # what, its words, how many times the unit
    "terms law.office_rent": ((*SIMULATOR, "terms", "law.office_rent"), 1.5),
    "a refusal: no such scenario": ((*SIMULATOR, "run", "nosuch"), 1.5),
    "a refusal: no such register": ((*SIMULATOR, "assess", "nowhere"), 1.5),
    "explain data/sample SYN0000384": ((*SIMULATOR, "explain", "data/sample", "SYN0000384"), 1.5),
    "run baseline --draws 10": ((*SIMULATOR, "run", "baseline", "--draws", "10"), 3.0),
}
COLD = {
    "run baseline --draws 10, nothing compiled": (("run", "baseline", "--draws", "10"), 25.0),
    "assess data/sample, nothing compiled": (("assess", "data/sample"), 25.0),
}


def processor_seconds(*words: str, **environment: str) -> float:
    """What a Python process used, with all it started."""
    here = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | environment
    process = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 2), words  # 2: refused
    return used.ru_utime + used.ru_stime


def waiting(rounds: int) -> list[Row]:
    """Each verb's best round beside the unit's best; the cold ones once."""
    if not hasattr(os, "wait4"):
        return [Row("processor time of a process", how="not to be had on this system")]
    commands = {"import pandas": UNIT} | {what: words for what, (words, _) in WARM.items()}
    used: dict[str, list[float]] = {what: [] for what in commands}
    for round_ in range(rounds + 1):
        for what, words in commands.items():
            seconds = processor_seconds(*words)
            used[what] += [seconds] if round_ else []  # the first warms up
    unit, how = min(used["import pandas"]), f"best of {rounds} rounds, processor time, in turns"
    rows = [Row("python -c 'import pandas'", "", f"{unit:.2f} s", None, how, {"seconds": used["import pandas"]})]
    for what, (_, most) in WARM.items():
        times = min(used[what]) / unit
        rows.append(Row(what, f"≤ {most} ×", f"{times:.1f} × ({min(used[what]):.2f} s)", times <= most, how, {"seconds": used[what]}))
    for what, (words, most) in COLD.items():
        with tempfile.TemporaryDirectory() as empty:
            seconds = processor_seconds(*SIMULATOR, *words, SIMULATOR_CACHE=empty)
        rows.append(Row(what, f"≤ {most:.0f} s", f"{seconds:.0f} s", seconds <= most, "once, processor time", {"seconds": seconds}))
    return rows
