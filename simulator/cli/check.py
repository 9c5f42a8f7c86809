"""simulator check."""

from __future__ import annotations

import argparse

from simulator.cli.options import adopt_policy, lang_option, policy_option, register_argument, saved
from simulator.console import say
from simulator.errors import SimulatorError

HELP = "list everything wrong with a register"
EXAMPLE = "simulator check REGISTER --out 检查.xlsx"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    register_argument(p)
    policy_option(p)
    lang_option(p)
    p.add_argument("--out", metavar="FILE", help="write a copy as FILE.xlsx with the cells marked and noted")


def do(arguments: argparse.Namespace) -> int:
    """List everything wrong with a register; exit code 2 where something stops its import."""
    adopt_policy(arguments)
    from simulator.population.findings import write_annotated
    from simulator.population.readers import examine
    from simulator.population.units import parse_answers
    from simulator.report import register_screens

    units = parse_answers(arguments.units)
    if not arguments.out and (said := register_screens.in_parts(arguments.population, units, arguments.lang)):  # a workbook holds one part
        say(said)
        return 0
    found = examine(arguments.population, units)
    if arguments.out:
        write_annotated(found, arguments.out, arguments.lang)
    say(register_screens.examination(found, arguments.lang, None if arguments.out else arguments.population))
    saved(arguments.out)
    return SimulatorError.exit_code if found.errors else 0
