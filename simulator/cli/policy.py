"""simulator policy."""

from __future__ import annotations

import argparse

from simulator.cli.options import lang_option, saved
from simulator.console import say

HELP = "write, check, read back and test a policy file; without arguments: the policies that come with the program"
EXAMPLE = "simulator policy check 政策.xlsx"
ACTIONS = ("list", "new", "check", "show", "cases", "test", "convert")


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        default="list",
        choices=ACTIONS,
        help="new: a form to fill in; check: everything wrong with a file; show: the policy in words; cases: worked cases "
        "at every edge; test: run the confirmed cases; convert: workbook to YAML or back",
    )
    p.add_argument("file", metavar="FILE", nargs="?", default="", help="the policy: FILE.xlsx, FILE.yaml or the name of a shipped one")
    p.add_argument("to", metavar="FILE2", nargs="?", default="", help="convert: the file to write")
    p.add_argument("--from", dest="model", metavar="NAME", default="", help="new: begin with this policy instead of the example")
    p.add_argument(
        "--cases", metavar="FILE", default="", help="test: the cases (default: NAME.cases.yaml or cases.yaml beside the policy, or .xlsx)"
    )
    p.add_argument("--out", metavar="FILE", default="", help="show: FILE.docx, FILE.md or FILE.html; cases: FILE.xlsx or FILE.yaml")
    lang_option(p)


def do(arguments: argparse.Namespace) -> int:
    """Do what is asked with a policy file."""
    from simulator.report import policy_desk

    code = policy_desk.act(
        policy_desk.Asked(
            arguments.action, arguments.file, arguments.to, arguments.model, arguments.cases, arguments.out, arguments.lang == "zh", say
        )
    )
    if arguments.action in ("show", "cases"):
        saved(arguments.out)
    return code
