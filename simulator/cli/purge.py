"""simulator purge."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option
from simulator.console import say

HELP = "delete what a folder's records list: tables, draws and reports of its runs"
EXAMPLE = "simulator purge DIR"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("folder", metavar="DIR", help="folder of runs and reports")
    lang_option(p)


def do(arguments: argparse.Namespace) -> int:
    """Delete, and name what is left; exit code 1 where something of the runs is."""
    from simulator.report import screen

    found = simulator.purge(arguments.folder)
    say(screen.purged(found, arguments.lang))
    return 1 if found["state"].isin(["altered", "locked"]).any() else 0
