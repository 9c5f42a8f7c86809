"""simulator run."""

from __future__ import annotations

import argparse

from simulator.cli.options import notice, play, population_of, run_options, scenario_of

HELP = "play a scenario: a Monte Carlo budget"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    run_options(p)
    p.add_argument("--out", metavar="DIR", help="keep draws, years, summary, settings and record in DIR")


def do(arguments: argparse.Namespace) -> None:
    """Play a scenario."""
    from simulator.report import screen

    scenario = scenario_of(arguments, arguments.scenario)
    budget = play(arguments, scenario, population_of(arguments))
    if arguments.out:
        budget.write(arguments.out)
    print(screen.budget(budget))
    if scenario.purse.mode != "none":
        notice("Cash as it falls due, before rationing; who is paid and who waits: simulator budget")
    if arguments.out:
        print(f"\n→ {arguments.out}")
