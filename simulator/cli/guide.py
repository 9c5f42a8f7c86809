"""simulator guide."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option, notices

HELP = "open the guide in the browser: every page of it, the reference, and a search; no network is needed"
EXAMPLE = "simulator guide"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    lang_option(p)
    p.add_argument("--no-browser", action="store_true", help="only print the page's address")


def do(arguments: argparse.Namespace) -> None:
    """Open the guide."""
    simulator.guide(arguments.lang, browser=not arguments.no_browser, notice=notices(arguments))
