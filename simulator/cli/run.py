"""simulator run."""

from __future__ import annotations

import argparse

from simulator.cli.options import (
    cluster_options,
    lang_option,
    notices,
    play,
    population_of,
    run_options,
    saved,
    scenario_of,
    share,
    unused,
)
from simulator.console import say
from simulator.errors import Problem, SimulatorError

NOT_CONVERGED = 3  # exit code
HELP = "play a scenario: a Monte Carlo budget"
EXAMPLE = "simulator run baseline --set law.tax_rebate.high_rate=0.4"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    run_options(p)
    cluster_options(p)
    p.add_argument("--precision", type=share, metavar="1%", help="add draws until the 95%% interval of a figure is as narrow")
    p.add_argument(
        "--of",
        metavar="FIGURE",
        help="the figure: total (default), net_impact, a year, a clause; p95 or p95.2014, p95.office_rent for a quantile; overrun",
    )
    p.add_argument("--max-draws", type=int, metavar="N", help="with --precision: most draws (default: 50,000)")
    p.add_argument(
        "--expected",
        action="store_true",
        help="means with arrivals and market at their expectation, too: the same means with a smaller error",
    )
    lang_option(p)
    p.add_argument("--out", metavar="DIR", help="keep draws, years, summary, settings and record in DIR")
    unfinished = p.add_mutually_exclusive_group()
    unfinished.add_argument("--resume", action="store_true", help="go on with the unfinished run in --out: the same numbers")
    unfinished.add_argument("--new", action="store_true", help="throw the unfinished run in --out away")


def do(arguments: argparse.Namespace) -> int:
    """Play a scenario; 3 where the precision asked for was not reached."""
    if arguments.precision is None:
        unused({"--of": arguments.of, "--max-draws": arguments.max_draws}, "is about --precision", "give --precision, too")
    scenario = scenario_of(arguments, arguments.scenario)
    if (arguments.resume or arguments.new) and (not arguments.out or arguments.precision):
        raise SimulatorError(Problem("--resume, --new", "are about an unfinished run", "name its folder with --out, without --precision"))
    budget = play(
        arguments,
        scenario,
        population_of(arguments),
        precision=arguments.precision,
        of=arguments.of or "total",
        most=arguments.max_draws,
        expected=arguments.expected,
        out=arguments.out,
        resume=arguments.resume,
        new=arguments.new,
    )
    from simulator.report import screen

    say(screen.budget(budget, arguments.lang))
    if arguments.expected:
        say("\n" + screen.expected(budget, arguments.lang))
    if scenario.funding.mode != "none":
        notices(arguments)("Cash as it falls due, before rationing; who is paid and who waits: simulator budget")
    saved(arguments.out)
    return NOT_CONVERGED if budget.precision and budget.precision.status == "not_converged" else 0
