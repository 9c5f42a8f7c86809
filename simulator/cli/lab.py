"""simulator lab."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option, notices

HELP = "open the notebooks in JupyterLab, on this machine only and behind a token"
EXAMPLE = "simulator lab"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument(
        "--folder",
        default="notebooks",
        metavar="DIR",
        help="where the notebooks are copied to if it is not there yet; all that is served (default: notebooks)",
    )
    p.add_argument("--port", type=int, default=8888, metavar="N", help="first port tried (default: 8888); this machine only")
    lang_option(p)
    p.add_argument("--no-browser", action="store_true", help="only print the page's address")


def do(arguments: argparse.Namespace) -> None:
    """Serve JupyterLab until Ctrl+C."""
    simulator.lab(
        port=arguments.port, folder=arguments.folder, browser=not arguments.no_browser, lang=arguments.lang, notice=notices(arguments)
    )
