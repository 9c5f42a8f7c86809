"""simulator notches."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option, population_of, saved, scenario_of, set_option, share, unit_option
from simulator.console import say

HELP = "say who stands near the edges of the law, how large the jumps are and what reaching them gains"
EXAMPLE = "simulator notches baseline --within 0.1"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("scenario", metavar="SCENARIO", nargs="?", default="baseline", help="name or path (default: baseline)")
    p.add_argument(
        "--population", metavar="REGISTER", help="a register with years of the policy; otherwise the populations of some draws are asked"
    )
    unit_option(p)
    p.add_argument("--within", type=share, default=0.1, metavar="SHARE", help="band to either side of an edge (default: 0.1)")
    p.add_argument("--draws", type=int, metavar="N", help="draws whose populations are asked (default: 30)")
    set_option(p)
    lang_option(p)
    p.add_argument("--out", metavar="FILE", help="write edges by year and their map as FILE.xlsx, or FILE.csv files")


def do(arguments: argparse.Namespace) -> None:
    """Say who stands near the edges of the law."""
    scenario, population = scenario_of(arguments, arguments.scenario), population_of(arguments)
    from simulator.report import drivers

    result = simulator.notches(scenario, population, within=arguments.within, draws=arguments.draws)
    if arguments.out:
        drivers.save(result, arguments.out, arguments.lang)
    say(drivers.text(result, arguments.lang))
    saved(arguments.out)
