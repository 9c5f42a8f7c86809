"""simulator batch."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import cluster_options, lang_option, notices
from simulator.console import say
from simulator.messages import line

HELP = "make the reports of several scenarios and languages at once, with an index page"
EXAMPLE = "simulator batch FILE.yaml --out DIR"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument(
        "file", metavar="FILE.yaml", help="scenarios, languages, notebooks, formats, profile, releases, draws, seed, population, set"
    )
    p.add_argument("--workers", type=int, metavar="W", help="processes side by side (default: the cores)")
    cluster_options(p)
    p.add_argument("--out", metavar="DIR", default="out/batch", help="folder of all of them (default: out/batch)")
    lang_option(p)


def do(arguments: argparse.Namespace) -> int:
    """Make many reports; exit code 1 where one of them failed."""
    done = simulator.batch(arguments.file, out=arguments.out, workers=arguments.workers, notice=notices(arguments))
    for name, problems in done.failed.items():
        say("\n".join([f"× {name}", *(f"  {line(problem, arguments.lang)}" for problem in problems)]), aside=True)
    say(f"→ {done.index}")
    return 1 if done.failed else 0
