"""simulator report."""

from __future__ import annotations

import argparse
from pathlib import Path

import simulator
from simulator.cli.language import environment_language
from simulator.cli.options import (
    comma_list,
    course,
    draw_options,
    lang_of,
    notices,
    population_of,
    profile_word,
    scenario_of,
    units_of,
    unused,
)
from simulator.console import say
from simulator.errors import Problem, SimulatorError

_WHOLE = ("budget", "compare")  # their folder bears the scenarios' names alone
HELP = "play a scenario and write its report: HTML, PDF, Excel, Word"
EXAMPLE = "simulator report baseline --format html,pdf,xlsx,docx --lang zh,en"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument(
        "scenarios",
        metavar="SCENARIO",
        nargs="*",
        default=["baseline"],
        help="name or path (default: baseline); for compare the baseline, then the reforms; or a run's folder",
    )
    draw_options(p)
    p.add_argument(
        "--notebook",
        choices=("budget", "compare", "clause", "targets", "check"),
        default="budget",
        help="which report (default: budget); check is about --population alone",
    )
    p.add_argument("--clause", default="", metavar="CLAUSE", help="which one, for --notebook clause: office_rent …")
    p.add_argument(
        "--format",
        type=comma_list("html", "pdf", "xlsx", "docx", "txt"),
        default=["html"],
        dest="formats",
        metavar="html,pdf,xlsx,docx,txt",
        help="formats (default: html); Excel for the budget report",
    )
    p.add_argument(
        "--lang",
        type=comma_list("zh", "en"),
        default=[environment_language()],
        dest="languages",
        metavar="zh,en",
        help="languages (default: what LANG says, else zh)",
    )
    p.add_argument(
        "--profile",
        choices=("internal", "external"),
        type=profile_word,
        default="internal",
        help="external: nothing that rests on few enterprises, no user, host or path",
    )
    p.add_argument(
        "--releases",
        metavar="DIR",
        help="ledger of releases of this register, for --profile external: a report "
        "that would give away what an earlier one withheld is refused",
    )
    p.add_argument("--out", metavar="DIR", help="folder of the run and the report (default: out/SCENARIO; of a run's folder: that folder)")


def _refuse_idle(arguments: argparse.Namespace, kept: list[str]) -> None:
    """Raises SimulatorError for options that would change nothing. kept: the folders of finished runs among the scenarios."""
    if kept:
        given = {name: getattr(arguments, name.lstrip("-")) for name in ("--population", "--draws", "--seed", "--appropriation", "--mode")}
        unused(given | {"--set": arguments.changes}, "changes nothing: the run is finished", "name the scenario to play it anew")
    if arguments.profile != "external":
        unused({"--releases": arguments.releases}, "is for reports that leave the house", "give --profile external, too")


def do(arguments: argparse.Namespace) -> None:
    """Write a report."""
    units, kept = units_of(arguments), [name for name in arguments.scenarios if (Path(name) / "record.json").is_file()]
    _refuse_idle(arguments, kept)
    scenarios = [] if kept else [scenario_of(arguments, name) for name in arguments.scenarios]
    of, people, name = kept or scenarios, None, "-".join(s.name for s in scenarios)
    if arguments.notebook == "check" and not kept:
        if not arguments.population:
            raise SimulatorError(Problem("--notebook check", "is about a register", "name it with --population"))
        of, scenarios, name = [arguments.population], [], "check"
    elif not kept:
        people, name = population_of(arguments), name if arguments.notebook in _WHOLE else f"{name}-{arguments.notebook}"
    out = arguments.out or (None if kept else Path("out") / name)
    with course(lang_of(arguments)) as whole:
        made = simulator.report(
            *of,
            population=people,
            notebook=arguments.notebook,
            clause=arguments.clause,
            formats=arguments.formats,
            languages=arguments.languages,
            profile=arguments.profile,
            out=out,
            units=units,
            releases=arguments.releases,
            workers=arguments.workers,
            notice=notices(arguments),
            course=whole,
        )
    for path in made:
        say(f"→ {path}")
