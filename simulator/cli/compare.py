"""simulator compare."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import draw_options, play, population_of, scenario_of
from simulator.errors import SimulatorError

HELP = "compare scenarios on common luck"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("scenarios", metavar="SCENARIO", nargs="+", help="the baseline, then the reforms")
    draw_options(p)
    p.add_argument("--out", metavar="FILE", help="write the differences as FILE.csv")


def do(arguments: argparse.Namespace) -> None:
    """Compare scenarios on common luck."""
    from simulator.report import payout_list, screen

    population = population_of(arguments)
    if len(arguments.scenarios) < 2:
        raise SimulatorError("compare needs at least two scenarios → simulator compare baseline cautious")
    scenarios = [scenario_of(arguments, name) for name in arguments.scenarios]
    result = simulator.compare(*(play(arguments, s, population) for s in scenarios))
    if arguments.out:
        payout_list.write_table(result.differences, arguments.out)
    print(screen.comparison(result))
