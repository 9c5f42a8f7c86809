"""simulator report."""

from __future__ import annotations

import argparse
from pathlib import Path

import simulator
from simulator.cli.options import notice, play, population_of, run_options, scenario_of

HELP = "play a scenario and write its budget report as one HTML page"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    run_options(p)
    p.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the page (default: zh)")
    p.add_argument("--out", metavar="DIR", help="folder of the run and the page (default: out/SCENARIO)")


def do(arguments: argparse.Namespace) -> None:
    """Play a scenario and write its report."""
    scenario = scenario_of(arguments, arguments.scenario)
    out = Path(arguments.out or Path("out") / scenario.name)
    budget = play(arguments, scenario, population_of(arguments))
    page = simulator.report(budget, lang=arguments.lang, out=out, workers=arguments.workers, notice=notice)
    print(f"→ {page}")
