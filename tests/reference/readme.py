"""The READMEs' own pictures and outputs: python -m tests.reference.readme writes them anew, as the program prints them now.

A block of ```console holds a command after `$ ` and, below it, what it prints; `…` on a line of its own stands for lines left out.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from pathlib import Path

from tests.cli.running import call
from tests.reference.tables import ROOT

READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
PICTURES = ROOT / "data" / "pictures"
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.S)
LEFT_OUT = "…"
LONG = 24  # lines of an output that are shown; of a longer one the first and the last


def blocks(lang: str) -> list[tuple[str, str]]:
    """Each command shown with its output, and the output."""
    return [(found["command"], found["output"]) for found in BLOCK.finditer(READMES[lang].read_text(encoding="utf-8"))]


def printed(command: str) -> str:
    """What a command prints now, cut to what a README has room for."""
    program, *words = shlex.split(command, comments=True)
    assert program == "simulator", command
    outcome = call(*words)
    assert outcome.code == 0, outcome.err
    lines = [line.rstrip() for line in outcome.out.rstrip("\n").split("\n")]
    if len(lines) > LONG:
        lines = [*lines[: LONG - 4], LEFT_OUT, *lines[-3:]]
    return "".join(f"{line}\n" for line in lines)


def picture(lang: str) -> str:
    """The fan of the baseline's cash by year, as an SVG."""
    from simulator import load_scenario, run
    from simulator.report import charts, figures
    from simulator.report.record import RunFolder
    from simulator.report.wording import load

    with tempfile.TemporaryDirectory() as where:
        run(load_scenario()).write(where)
        kept = RunFolder.open(where)
        bands = kept.by_year("paid").dropna(subset=["p5", "p50", "p80", "p95"])
        return figures.svg(charts.fan(bands, kept.appropriation, load(lang)))


def main() -> None:
    """Write pictures and outputs anew."""
    PICTURES.mkdir(exist_ok=True)
    for lang, path in READMES.items():
        (PICTURES / f"baseline.{lang}.svg").write_text(picture(lang), encoding="utf-8", newline="\n")
        text = path.read_text(encoding="utf-8")
        text = BLOCK.sub(lambda m: f"```console\n$ {m['command']}\n{printed(m['command'])}```", text)
        Path(path).write_text(text, encoding="utf-8", newline="\n")
        print(f"{path.name}: {len(blocks(lang))} outputs and a picture")


if __name__ == "__main__":
    main()
