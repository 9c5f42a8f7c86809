"""simulator sensitivity."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import (
    cluster_options,
    lang_option,
    notices,
    population_of,
    run_options,
    saved,
    scenario_of,
    staged,
)
from simulator.console import say

HELP = "say which assumptions matter: tornado and Sobol indices, with their errors"
EXAMPLE = "simulator sensitivity baseline"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    run_options(p)
    cluster_options(p)
    p.add_argument(
        "--few", type=int, metavar="N", help="draws on which the assumptions that move most are played at their ends (default: 64)"
    )
    p.add_argument("--samples", type=int, metavar="N", help="draws of the Sobol indices, cut to a power of two (default: 256)")
    lang_option(p)
    p.add_argument("--out", metavar="FILE", help="write tornado and indices of every result as FILE.xlsx, or FILE.csv files")


def do(arguments: argparse.Namespace) -> None:
    """Say which assumptions matter."""
    scenario, population = scenario_of(arguments, arguments.scenario), population_of(arguments)
    from simulator.report import drivers

    with staged("sensitivity", arguments.lang) as progress:
        result = simulator.sensitivity(
            scenario,
            population,
            few=arguments.few,
            samples=arguments.samples,
            workers=arguments.workers,
            progress=progress,
            notice=notices(arguments),
        )
    if arguments.out:
        drivers.save(result, arguments.out, arguments.lang)
    say(drivers.text(result, arguments.lang))
    saved(arguments.out)
