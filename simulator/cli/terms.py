"""simulator terms."""

from __future__ import annotations

import argparse

from simulator.audit import has_read
from simulator.cli.options import lang_option, scenario_of, set_option
from simulator.console import say
from simulator.errors import Problem, SimulatorError

HELP = "list everything that can be set"
EXAMPLE = "simulator terms law.tax_rebate"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument(
        "group", metavar="PATH", nargs="?", default="", help="only these: a path, as law.tax_rebate, an article, or words of a name"
    )
    p.add_argument("--scenario", default="baseline", help="whose values to show (default: baseline)")
    set_option(p)
    lang_option(p)


def do(arguments: argparse.Namespace) -> None:
    """List everything that can be set."""
    from simulator.errors import nearest
    from simulator.report import terminal
    from simulator.scenario.rows import called

    scenario = scenario_of(arguments, arguments.scenario)
    has_read("scenario", scenario.hash())
    found = scenario.settings(arguments.group) or called(scenario, arguments.group)
    if not found:
        every = scenario.settings()
        raise SimulatorError(
            Problem(arguments.group, "no such setting", nearest(arguments.group, [s.path for s in every]) or "simulator terms lists all")
        )
    say(terminal.terms(found, arguments.lang))
    flags = terminal.doubts(scenario, dict.fromkeys(s.path.split(".")[1] for s in found if s.group == "law"), arguments.lang)
    if flags:
        say("\n" + flags)
