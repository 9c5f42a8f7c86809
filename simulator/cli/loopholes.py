"""simulator loopholes."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option, population_of, progress_bar, run_options, saved, scenario_of
from simulator.console import say

HELP = "price the known ways round the text"
EXAMPLE = "simulator loopholes baseline"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    run_options(p)
    lang_option(p)
    p.add_argument("--out", metavar="FILE", help="write prices and what the text stops as FILE.xlsx, or FILE.csv")


def do(arguments: argparse.Namespace) -> None:
    """Price the known ways round the text."""
    scenario, population = scenario_of(arguments, arguments.scenario), population_of(arguments)
    from simulator.report import loopholes

    with progress_bar("loopholes", arguments.lang) as bar:
        prices = simulator.loopholes(scenario, population, workers=arguments.workers, progress=bar.update)
    if arguments.out:
        loopholes.save(prices, arguments.out, arguments.lang, scenario)
    say(loopholes.text(prices, arguments.lang, scenario))
    saved(arguments.out)
