"""The READMEs' and the guide's own pictures and outputs: python -m tests.reference.readme writes them anew, as the program prints
them now.

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
PAGES = {lang: [path, *sorted((ROOT / "guide" / lang).glob("*.md"))] for lang, path in READMES.items()}  # all that a newcomer reads
PICTURES = ROOT / "data" / "pictures"
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.S)
LEFT_OUT = "…"
LONG = 24  # lines of an output that are shown; of a longer one the first and the last


def text_of(lang: str) -> str:
    """The README and, after it, the pages of the guide."""
    return "\n".join(path.read_text(encoding="utf-8") for path in PAGES[lang])


def blocks(lang: str) -> list[tuple[str, str]]:
    """Each command shown with its output, and the output."""
    return [(found["command"], found["output"]) for found in BLOCK.finditer(text_of(lang))]


def typed(lang: str) -> list[str]:
    """Every line of a block that is a command, in their order, without its remark."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```", text_of(lang), re.M | re.S)
    lines = [line for kind, block in fences if kind in ("", "console") for line in block.splitlines()]
    found = [line.removeprefix("$ ") for line in lines if re.match(r"(\$ )?(simulator|make|python|pip|\.venv)\b", line)]
    return [re.sub(r"\s+#.*", "", line) for line in found]


def cut(output: str) -> str:
    """An output cut to what a README has room for."""
    lines = [line.rstrip() for line in output.rstrip("\n").split("\n")]
    if len(lines) > LONG:
        lines = [*lines[: LONG - 4], LEFT_OUT, *lines[-3:]]
    return "".join(f"{line}\n" for line in lines)


def printed(command: str) -> str:
    """What a command prints now, cut."""
    program, *words = shlex.split(command, comments=True)
    assert program == "simulator", command
    outcome = call(*words)
    assert outcome.code == 0, outcome.err
    return cut(outcome.out)


def picture(lang: str) -> str:
    """The fan of the baseline's cash by year, as an SVG."""
    from simulator import load_scenario, run
    from simulator.render import pictures
    from simulator.report import charts
    from simulator.report.wording import load
    from simulator.store.record import RunFolder

    with tempfile.TemporaryDirectory() as where:
        run(load_scenario()).write(where)
        kept = RunFolder.open(where)
        bands = kept.by_year("paid").dropna(subset=["p5", "p50", "p80", "p95"])
        return pictures.svg(charts.fan(bands, kept.appropriation, load(lang)))


def main() -> None:
    """Write pictures and outputs anew."""
    PICTURES.mkdir(exist_ok=True)
    for lang, pages in PAGES.items():
        (PICTURES / f"baseline.{lang}.svg").write_text(picture(lang), encoding="utf-8", newline="\n")
        for path in pages:
            text = path.read_text(encoding="utf-8")
            text = BLOCK.sub(lambda m: f"```console\n$ {m['command']}\n{printed(m['command'])}```", text)
            Path(path).write_text(text, encoding="utf-8", newline="\n")
        print(f"{lang}: {len(blocks(lang))} outputs and a picture")


if __name__ == "__main__":
    main()
