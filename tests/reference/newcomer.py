"""The newcomer's path, word for word: python -m tests.reference.newcomer clones the checkout into a folder whose name has a space
and Chinese, sets it up and types every command of both READMEs there, in their order.

A command must end as it says (0, or 3 where a precision was asked for), and what a README prints below it must be what it prints.
Nothing is masked: the outputs shown hold no times, hashes or paths. Exit code 1 where something is otherwise.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.reference.readme import blocks, cut, typed
from tests.reference.tables import ROOT

NOT_TYPED = {  # and why
    r"make test$": "the tests themselves",
    r"make report": "typed as `make setup` and `simulator report` in the README's language",
    r"\\|python -m venv": "the lines for Windows",
    r"pip install --no-index": "for a machine without network: tests/house/test_wheel.py",
}
STAND_IN = {"REGISTER": "data/sample", "DIR": "合成 名册", "LEDGER": "台账", "KEY": "密钥", "NAME": "NAME"}  # for what is one's own
SERVES = re.compile(r"simulator (whatif|lab)")  # until it is asked to end
PLAN = """\
scenarios: [baseline, cautious]
languages: [zh, en]
notebooks: [budget]
formats: [html, pdf]
draws: 100
set: {law.tax_rebate.high_rate: 0.4}
"""
LOCALE = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}


def clone(where: Path) -> Path:
    """The checkout's last commit in a folder that is hard on scripts, set up."""
    place = where / "新 手" / "补贴 测算"
    place.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "-q", str(ROOT), str(place)], check=True)
    subprocess.run(["make", "setup"], cwd=place, check=True)
    return place


def prepared(place: Path, lang: str) -> list[tuple[str, str]]:
    """Every command of a README as it is typed, and the output shown below it ("" where none is)."""
    for name in ("out", "合成 名册", "台账"):
        shutil.rmtree(place / name, ignore_errors=True)
    (place / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (place / "密钥").write_text("0123456789abcdef" * 4, encoding="utf-8")
    (place / "密钥").chmod(0o600)
    shown, found = dict(blocks(lang)), []
    for command in ["simulator report baseline", *typed(lang)]:
        own = re.sub(r"\b[A-Z]{3,}\b", lambda word: f'"{STAND_IN[word[0]]}"' if word[0] in STAND_IN else word[0], command)
        if not any(re.search(pattern, command) for pattern in NOT_TYPED):
            found.append((own, shown.get(command, "")))
    return found


def typed_here(place: Path, command: str, lang: str) -> tuple[int, str, str]:
    """Type a command; one that serves is asked to end once it has said where."""
    here = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LC_", "LANG"))}
    here |= {
        "PATH": f"{place / '.venv' / 'bin'}{os.pathsep}{here['PATH']}",
        "LANG": LOCALE[lang],
        "SIMULATOR_AUDIT": str(place / "日志.jsonl"),
    }
    command += " --no-browser" if SERVES.match(command) else ""
    process = subprocess.Popen(
        ["bash", "-c", f"exec {command}"], cwd=place, env=here, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    if SERVES.match(command):
        assert process.stderr is not None
        said = process.stderr.readline()
        process.terminate()  # not Ctrl+C, to which what a shell runs in the background is deaf
        _, err = process.communicate(timeout=120)
        return 0 if "http" in said and process.returncode in (0, 143, -15) else 1, "", said + err
    out, err = process.communicate(timeout=1800)
    return process.returncode, out, err


def main() -> int:
    """Walk both READMEs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lang", choices=("zh", "en"), action="append", help="one README alone")
    parser.add_argument("--clone", type=Path, metavar="DIR", help="a clone that is set up already")
    given = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="newcomer-") as where:
        place = given.clone or clone(Path(where))
        for lang in given.lang or ("zh", "en"):
            for command, shown in prepared(place, lang):
                begun = time.monotonic()
                code, out, err = typed_here(place, command, lang)
                fine = code in ((0, 3) if "--precision" in command else (0,)) and "Traceback" not in err and shown in ("", cut(out))
                wrong += not fine
                print(f"{'√' if fine else '×'} {lang} {code} {time.monotonic() - begun:5.0f} s  {command}", flush=True)
                if not fine:
                    print("\n".join(["--- said:", *out.splitlines()[-15:], *err.splitlines()[-15:]]), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
