"""simulator assess."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option, register_argument, saved, scenario_of, set_option, units_of
from simulator.console import say

HELP = "apply the law to a register, to the fen"
EXAMPLE = "simulator assess REGISTER --out 兑现名单.xlsx"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    register_argument(p)
    p.add_argument("--scenario", default="baseline", help="law and readings to apply (default: baseline)")
    set_option(p)
    lang_option(p)
    p.add_argument("--pseudonyms", metavar="KEY", help="codes by HMAC with the key in this file (or env:NAME), no names")
    p.add_argument("--out", metavar="FILE", help="write FILE.csv (one row per award) or FILE.xlsx (兑现名单)")


def do(arguments: argparse.Namespace) -> None:
    """Apply the law to a register."""
    scenario = scenario_of(arguments, arguments.scenario)
    people = simulator.read_population(arguments.population, units_of(arguments), whole=bool(arguments.pseudonyms))
    from simulator.report import payout_list, register_screens

    if arguments.pseudonyms:
        people = simulator.pseudonymise(people, arguments.pseudonyms)
    result = simulator.assess(people, scenario)
    if arguments.out:
        payout_list.save(result, arguments.out)
    say(register_screens.assessment(result, arguments.lang))
    saved(arguments.out)
