"""simulator verify."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import adopt_policy, lang_option, policy_option, register, unit_option, units_of
from simulator.console import say

HELP = "check that runs and reports are as they were made"
EXAMPLE = "simulator verify DIR --rerun"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("folder", metavar="DIR", help="folder of runs and reports")
    p.add_argument("--rerun", action="store_true", help="play each run again and compare to the byte")
    p.add_argument("--population", metavar="REGISTER", type=register, help="the register of runs that had one, for --rerun")
    policy_option(p)
    unit_option(p)
    p.add_argument("--workers", type=int, metavar="W", help="threads (the numbers do not depend on it)")
    lang_option(p)


def do(arguments: argparse.Namespace) -> int:
    """Check a folder; exit code 1 where something is not as it was made."""
    from simulator.report import screen

    if arguments.policy:
        adopt_policy(arguments)
    units = units_of(arguments)
    people = simulator.read_population(arguments.population, units) if arguments.population else None
    found = simulator.verify(arguments.folder, rerun=arguments.rerun, population=people, workers=arguments.workers, policy=arguments.policy)
    say(screen.verified(found, arguments.lang))
    return 0 if found["state"].isin(["same", "repeated"]).all() else 1
