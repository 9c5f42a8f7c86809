"""simulator design."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import (
    cluster_options,
    lang_option,
    money,
    population_of,
    progress_bar,
    run_options,
    saved,
    scenario_of,
    share,
)
from simulator.console import say

HELP = "find the most generous terms that fit a budget"
EXAMPLE = "simulator design baseline --budget 25000000 --free law.office_rent.max_area,law.tax_rebate.high_rate"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    run_options(p)
    cluster_options(p)
    p.add_argument(
        "--budget", metavar="CNY", type=money, help="for all cash of all years (default: the scenario's appropriations together)"
    )
    p.add_argument("--confidence", type=share, default=0.95, help="chance to stay within it (default: 0.95)")
    p.add_argument(
        "--free",
        metavar="TERM[=LOW:HIGH[:STEP]]",
        required=True,
        action="append",
        help="numbers of the law that may move, separated by commas: law.tax_rebate.high_rate=0.3:0.7:0.05",
    )
    p.add_argument(
        "--maximise",
        choices=("support", "growth"),
        default="support",
        help="mean cash awarded, or mean online sales induced (default: support)",
    )
    lang_option(p)
    p.add_argument("--out", metavar="FILE", help="write terms and frontier as FILE.xlsx, or the frontier as FILE.csv")
    p.add_argument("--report", metavar="DIR", help="keep the scenario's run with this design in DIR, for simulator report DIR")


def do(arguments: argparse.Namespace) -> None:
    """Find the most generous terms that fit a budget."""
    scenario, population = scenario_of(arguments, arguments.scenario), population_of(arguments)
    from simulator.report import design

    free = [term for option in arguments.free for term in option.split(",")]
    with progress_bar("design", arguments.lang) as bar:
        result = simulator.design(
            scenario,
            arguments.budget,
            free,
            confidence=arguments.confidence,
            maximise=arguments.maximise,
            population=population,
            workers=arguments.workers,
            progress=bar.update,
        )
    if arguments.out:
        design.save(result, arguments.out, arguments.lang)
    if arguments.report:
        budget = simulator.run(scenario, population, workers=arguments.workers)
        design.keep(result, budget, arguments.report, arguments.workers)
    say(design.text(result, arguments.lang))
    saved(arguments.out)
