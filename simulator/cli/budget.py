"""simulator budget."""

from __future__ import annotations

import argparse

from simulator.cli.options import lang_option, play, population_of, run_options, saved, scenario_of, share
from simulator.console import say

HELP = "overrun, reserve, rationing, commitments, the legal maximum, and execution"
EXAMPLE = "simulator budget baseline --appropriation 2014=5000000 --mode pro_rata"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    run_options(p)
    lang_option(p)
    p.add_argument(
        "--reserve", type=share, metavar="3%", help="the reserve for this chance of an overrun, too (besides 20%%, 10%%, 5%% and 1%%)"
    )
    p.add_argument("--out", metavar="DIR", help="keep the run and these tables in DIR; `simulator report DIR` tells it")


def do(arguments: argparse.Namespace) -> None:
    """What a finance bureau budgets with."""
    scenario = scenario_of(arguments, arguments.scenario)
    budget = play(arguments, scenario, population_of(arguments))
    from simulator.report import budgeting, screen

    tables = budget.budgeting(arguments.workers, arguments.reserve)
    if arguments.out:
        budget.write(arguments.out, tables)
    text = budgeting.text(
        {"summary": budget.summary, **tables},
        arguments.lang,
        scenario.funding.mode,
        any(year in scenario.examples for year in scenario.funds),
    )
    say(screen.budget(budget, arguments.lang, intervals=False), text)
    saved(arguments.out)
