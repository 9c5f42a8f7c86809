"""simulator synthesize."""

from __future__ import annotations

import argparse

from simulator.cli.options import lang_option, saved, scenario_of, set_option
from simulator.console import say

HELP = "invent a register and say how well it fits published figures"
EXAMPLE = "simulator synthesize baseline --enterprises 400 --seed 7 --out DIR"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("scenario", metavar="SCENARIO", nargs="?", default="baseline", help="name or path (default: baseline)")
    p.add_argument("--enterprises", type=int, metavar="N", default=400, help="how many (default: 400)")
    p.add_argument("--seed", type=int, metavar="S", help="random seed (default: the scenario's)")
    p.add_argument("--out", metavar="DIR", required=True, help="folder of the tables (Parquet where there are many)")
    set_option(p)
    lang_option(p)


def do(arguments: argparse.Namespace) -> None:
    """Invent a register and say how well it fits."""
    from simulator.engine.synthesize import write_synthetic
    from simulator.report import register_screens

    scenario = scenario_of(argparse.Namespace(changes=arguments.changes, policy=arguments.policy), arguments.scenario)
    report = write_synthetic(scenario, arguments.enterprises, arguments.seed, arguments.out)
    say(register_screens.calibration(report, arguments.lang))
    saved(arguments.out)
