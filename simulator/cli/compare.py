"""simulator compare."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import (
    cluster_options,
    draw_options,
    lang_option,
    notices,
    play,
    population_of,
    saved,
    scenario_of,
)
from simulator.console import say
from simulator.errors import Problem, SimulatorError
from simulator.phrases import phrase

HELP = "compare scenarios with common random numbers"
EXAMPLE = "simulator compare baseline cautious"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("scenarios", metavar="SCENARIO", nargs="+", help="the baseline, then the reforms")
    draw_options(p)
    cluster_options(p)
    p.add_argument("--further-years", metavar="YEAR", type=int, help="one scenario: what each further year of policy.end costs, up to YEAR")
    lang_option(p)
    p.add_argument("--out", metavar="FILE", help="write FILE.xlsx (changes, clause by year, quantiles), or FILE.csv files")


def do(arguments: argparse.Namespace) -> None:
    """Compare scenarios with common random numbers."""
    scenarios, until = [scenario_of(arguments, name) for name in arguments.scenarios], arguments.further_years
    if len(scenarios) < 2 and until is None:
        raise SimulatorError(Problem("compare", "needs at least two scenarios", phrase("e.g. {}", "simulator compare baseline cautious")))
    if until is not None and len(scenarios) > 1:
        raise SimulatorError(
            Problem("--further-years", "lengthens one scenario", phrase("e.g. {}", "simulator compare baseline --further-years 2018"))
        )
    population = population_of(arguments)
    result = (
        simulator.further_years(scenarios[0], until, population, workers=arguments.workers, notice=notices(arguments))
        if until is not None
        else simulator.compare(*(play(arguments, s, population) for s in scenarios))
    )
    from simulator.report import comparison

    if arguments.out:
        comparison.save(result, arguments.out, arguments.lang)
    say(comparison.text(result, arguments.lang))
    saved(arguments.out)
