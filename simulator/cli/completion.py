"""simulator completion."""

from __future__ import annotations

import argparse

from simulator.cli.options import lang_option
from simulator.console import say

HELP = "print what makes a shell complete verbs and options"
EXAMPLE = 'eval "$(simulator completion bash)"'
FILES = ("REGISTER", "FILE", "FILE.yaml")  # metavars of what is a path
SCENARIO = {  # a shipped name, or a file
    "bash": '_simulator_scenario() {{ compgen -W \'{names}\' -- "$1"; compgen -A file -- "$1"; }}',
    "zsh": "_simulator_scenario() {{ compadd {names}; _files; }}",
}


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("shell", metavar="SHELL", choices=sorted(SCENARIO), help="which shell")
    lang_option(p)


def do(arguments: argparse.Namespace) -> None:
    """Print the script a shell reads: eval "$(simulator completion bash)"."""
    import shtab

    from simulator.cli import parser
    from simulator.scenario import shipped

    top, scenario = parser("en"), dict.fromkeys(SCENARIO, "_simulator_scenario")
    names = {shell: function.format(names=" ".join(shipped())) for shell, function in SCENARIO.items()}
    for p in top.verbs().values():
        for action in p._actions:
            if action.metavar in FILES or action.metavar == "DIR":
                vars(action)["complete"] = shtab.FILE if action.metavar in FILES else shtab.DIRECTORY
            elif action.metavar == "SCENARIO" or action.dest == "scenario":
                vars(action)["complete"] = scenario
    say(shtab.complete(top, arguments.shell, root_prefix="simulator", preamble=names))  # type: ignore[arg-type]  # by shell
