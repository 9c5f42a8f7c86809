"""simulator indicators."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option, register_argument, saved, scenario_of, set_option, units_of, yearly
from simulator.console import say

HELP = "the statistical tables that a register yields"
EXAMPLE = "simulator indicators REGISTER --out 统计指标.xlsx"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    register_argument(p)
    p.add_argument(
        "--trscg",
        metavar="YEAR=CNY",
        action="append",
        default=[],
        help="the district's total retail sales of consumer goods in a year; several times",
    )
    p.add_argument("--scenario", default="baseline", help="law by which blank retained taxes are worked out (default: baseline)")
    p.add_argument("--out", metavar="FILE", help="write the tables as FILE.xlsx, a sheet each")
    set_option(p)
    lang_option(p)


def do(arguments: argparse.Namespace) -> None:
    """Print the statistical tables of a register, and keep them."""
    retail, scenario = yearly("--trscg", arguments.trscg), scenario_of(arguments, arguments.scenario)
    people = simulator.read_population(arguments.population, units_of(arguments), whole=False)
    from simulator.population.indicators import write_indicators
    from simulator.report import register_screens

    tables = simulator.indicators(people, scenario, retail)
    if arguments.out:
        write_indicators(tables, arguments.out, people.source)
    say(register_screens.statistics(tables, arguments.lang))
    saved(arguments.out)
