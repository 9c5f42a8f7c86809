"""simulator explain."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option, register_argument, register_of, scenario_of, set_option
from simulator.console import say

HELP = "tell how one enterprise is assessed"
EXAMPLE = "simulator explain REGISTER ENTERPRISE_ID --year 2013"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    register_argument(p)
    p.add_argument("enterprise_id", metavar="ENTERPRISE_ID", help="identity of the enterprise, as the register writes it")
    p.add_argument("--year", type=int, help="one year only")
    p.add_argument("--scenario", default="baseline", help="law and readings to apply (default: baseline)")
    lang_option(p)
    set_option(p)


def do(arguments: argparse.Namespace) -> None:
    """Tell how one enterprise is assessed."""
    scenario = scenario_of(arguments, arguments.scenario)
    explanation = simulator.explain(register_of(arguments), arguments.enterprise_id, scenario, arguments.year)
    say(explanation.text(arguments.lang))
