"""simulator audit."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.audit import broken, entries, head, log_file, missing, seals_below
from simulator.cli.options import lang_option
from simulator.console import say
from simulator.errors import Problem, SimulatorError
from simulator.phrases import phrase

HELP = "check or show the log of who made what of which data (SIMULATOR_AUDIT)"
EXAMPLE = "simulator audit verify"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument(
        "what",
        choices=("verify", "show"),
        help="verify: name the first line that is not as it was written; show: list the lines, and the seal to keep elsewhere",
    )
    p.add_argument("file", metavar="FILE", nargs="?", type=Path, help="the log (default: what SIMULATOR_AUDIT names)")
    p.add_argument("--last", type=int, default=40, metavar="N", help="show: only the last N lines (default: 40)")
    p.add_argument(
        "--reports",
        metavar="DIR",
        type=Path,
        help="verify: hold the seals kept in this folder's reports to the log, too: "
        "they tell a log that was emptied, cut short or written anew",
    )
    lang_option(p)


def do(arguments: argparse.Namespace) -> int:
    """Check or show the log; exit code 1 where a line is not as it was written."""
    from simulator.report import terminal

    log = arguments.file or log_file()
    if log is None:
        raise SimulatorError(
            Problem("", "no audit log is kept here", phrase("name one, or set {} to the file it is to be kept in", "SIMULATOR_AUDIT"))
        )
    if arguments.what == "show":
        say(terminal.audit_lines(entries(log)[-max(1, arguments.last) :], head(log), arguments.lang))
        return 0
    line, wrong = broken(log)
    say(terminal.audit_state(log, line, wrong, head(log), arguments.lang))
    if arguments.reports is None:
        return 1 if line else 0
    if not arguments.reports.is_dir():
        raise SimulatorError(Problem(str(arguments.reports), "is no folder", "name the folder of the reports"))
    gone = missing(log, arguments.reports)
    say(terminal.audit_seals(gone, seals_below(arguments.reports), arguments.lang))
    return 1 if line or gone else 0
