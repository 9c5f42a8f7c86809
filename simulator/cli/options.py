"""What several verbs share: options, and what the options mean."""

from __future__ import annotations

import argparse
import sys

import simulator
from simulator.errors import SimulatorError


def register_argument(p: argparse.ArgumentParser) -> None:
    """The register a verb works on."""
    p.add_argument("population", metavar="REGISTER", help="folder, workbook, .duckdb file or env:NAME")
    unit_option(p)


def unit_option(p: argparse.ArgumentParser) -> None:
    """--unit, for a register that does not say its units."""
    p.add_argument("--unit", metavar="COLUMN=万元|元", action="append", default=[], dest="units",
                   help="the unit of a column of amounts, where the register does not say; several times")


def set_option(p: argparse.ArgumentParser) -> None:
    """--set, one changed setting."""
    p.add_argument("--set", metavar="PATH=VALUE", action="append", default=[], dest="changes",
                   help="change a setting; may be given several times (see `simulator terms`)")


def draw_options(p: argparse.ArgumentParser) -> None:
    """What a run needs besides its scenario."""
    p.add_argument("--population", metavar="POPULATION", help="a register; without it incumbents are drawn")
    unit_option(p)
    p.add_argument("--draws", type=int, metavar="N", help="number of draws")
    p.add_argument("--seed", type=int, metavar="S", help="seed of the lotteries")
    p.add_argument("--workers", type=int, metavar="W", help="threads (the numbers do not depend on it)")
    set_option(p)


def run_options(p: argparse.ArgumentParser) -> None:
    """A scenario and how it is played."""
    p.add_argument("scenario", metavar="SCENARIO", nargs="?", default="baseline", help="name or path (default: baseline)")
    draw_options(p)


def scenario_of(arguments: argparse.Namespace, name: str):
    """The scenario of that name with the changes of --set, --draws and --seed."""
    from simulator.scenario import parse_set

    changes = parse_set(arguments.changes)
    for option in ("draws", "seed"):
        if getattr(arguments, option, None) is not None:
            changes[option] = getattr(arguments, option)
    return simulator.load_scenario(name, changes)


def population_of(arguments: argparse.Namespace):
    """The register named, or None."""
    from simulator.population.units import parse_answers

    units = parse_answers(arguments.units)
    if units and not arguments.population:
        raise SimulatorError("--unit says how a register is to be read → name it with --population")
    return simulator.read_population(arguments.population, units) if arguments.population else None


def play(arguments: argparse.Namespace, scenario, population):
    """Play a scenario with a bar of progress where somebody watches."""
    from tqdm import tqdm

    workers = arguments.workers
    if workers is not None and workers < 1:
        raise SimulatorError(f"--workers {workers}: at least one thread is needed")
    with tqdm(total=scenario.draws, unit="draw", desc=scenario.name, file=sys.stderr, leave=False,
              ascii=True, disable=not sys.stderr.isatty()) as bar:
        return simulator.run(scenario, population, workers=workers, progress=bar.update, notice=notice)


def notice(text: str) -> None:
    """A word to the user beside the output."""
    print(text, file=sys.stderr, flush=True)
