"""simulator template."""

from __future__ import annotations

import argparse

from simulator.cli.options import adopt_policy, lang_option, policy_option
from simulator.console import say

HELP = "write an empty register to fill in, with drop-downs and notes"
EXAMPLE = "simulator template --out 名册模板.xlsx"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("--out", metavar="FILE", required=True, help="the workbook, FILE.xlsx")
    policy_option(p)
    lang_option(p)


def do(arguments: argparse.Namespace) -> None:
    """Write an empty register to fill in."""
    adopt_policy(arguments)
    from simulator.population.template import write_template
    from simulator.report import register_screens

    say(f"→ {write_template(arguments.out)}\n{register_screens.next_step(arguments.out, arguments.lang)}")
