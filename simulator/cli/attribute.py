"""simulator attribute."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option, notices, population_of, run_options, saved, scenario_of, staged
from simulator.console import say

HELP = "say whose cost it is: each clause alone, last-in and by Shapley's value, and what each reading costs"
EXAMPLE = "simulator attribute baseline"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    run_options(p)
    p.add_argument("--few", type=int, metavar="N", help="draws on which sets of clauses are played (default: 30)")
    p.add_argument(
        "--orders",
        type=int,
        default=8,
        metavar="N",
        help="orders of the clauses sampled, half of them the reverse of the other half (default: 8)",
    )
    lang_option(p)
    p.add_argument("--out", metavar="FILE", help="write clauses, interaction and readings as FILE.xlsx, or FILE.csv files")


def do(arguments: argparse.Namespace) -> None:
    """Say whose cost it is."""
    scenario, population = scenario_of(arguments, arguments.scenario), population_of(arguments)
    from simulator.report import drivers

    with staged("attribute", arguments.lang) as progress:
        result = simulator.attribute(
            scenario,
            population,
            few=arguments.few,
            orders=arguments.orders,
            workers=arguments.workers,
            progress=progress,
            notice=notices(arguments),
        )
    if arguments.out:
        drivers.save(result, arguments.out, arguments.lang)
    say(drivers.text(result, arguments.lang))
    saved(arguments.out)
