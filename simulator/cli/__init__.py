"""The command line: a verb per job, each a few lines on the public door."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from simulator.audit import DONE, WRONG, Act
from simulator.audit import act as in_the_log
from simulator.errors import PopulationError, SimulatorError

DESCRIPTION = """\
What an enterprise-subsidy policy costs, year by year, how sure that is, and what it brings.

  simulator report baseline                       the budget report of the 2013 policy, as one HTML page
  simulator report baseline --format html,pdf,xlsx,docx --lang zh,en
                                                  all of it, to file; also --notebook compare, clause, targets, check
  simulator batch FILE.yaml                       reports of several scenarios and languages, with an index page
  simulator verify DIR --rerun                    that runs and reports are as they were made
  simulator run baseline --set law.tax_rebate.high_rate=0.4
                                                  a Monte Carlo budget with one number of the law changed
  simulator run baseline --precision 1% --of p95  as many draws as that takes
  simulator budget baseline --mode pro_rata       overrun and reserve, who is paid and who waits, the legal maximum
  simulator assess REGISTER --out 兑现名单.xlsx      what the law gives each enterprise of a register, to the fen
  simulator explain REGISTER ENTERPRISE_ID        which clause, which condition, which threshold
  simulator check REGISTER --out 检查.xlsx         everything wrong with a register, and a copy with the cells marked
  simulator template --out 名册模板.xlsx            an empty register to fill in
  simulator indicators REGISTER --out 统计指标.xlsx  the statistical tables of 三（十） by year
  simulator synthesize baseline --enterprises 400 --seed 7 --out DIR
                                                  an invented register, and how well it fits published figures
  simulator compare baseline cautious             what a reform changes, on common luck
  simulator design baseline --budget 25000000 --free law.office_rent.max_area,law.tax_rebate.high_rate
                                                  the most generous terms that fit a budget at a confidence
  simulator loopholes baseline                    known ways round the text: what it stops, what the rest costs
  simulator whatif                                the same as a page of sliders, answered at once
  simulator attribute baseline                    whose cost it is: clauses alone, last-in, Shapley; and each reading
  simulator sensitivity baseline                  which assumptions matter: tornado and Sobol indices
  simulator notches baseline --within 0.1         who stands near the edges of the law, and what reaching them gains
  simulator terms                                 everything that can be set, with unit, range and source
  simulator audit verify                          that the log of who made what, SIMULATOR_AUDIT, is whole

SCENARIO is a shipped name (baseline, cautious, generous, rebate_suspended) or the path of a YAML file.
REGISTER is a folder with enterprises and annual (企业, 年度) as .csv, .xlsx, .xls or .parquet, one workbook with these
sheets, a .duckdb file, or env:NAME: a database whose address is in the environment variable NAME.
"""
EPILOG = ("Exit codes: 0 done · 1 something is not as it should be (verify, batch) · "
          "2 the input cannot be used (every problem is listed) · 3 not as precise as asked (run) · 130 interrupted.")

VERBS = ("assess", "budget", "check", "template", "indicators", "synthesize", "explain", "run", "report", "batch", "verify",
         "compare", "design", "loopholes", "whatif", "attribute", "sensitivity", "notches", "terms", "audit")  # a module each


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):  # a GBK console lacks some signs: print a ? there rather than fail
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = parser().parse_args(argv)
    try:
        with _terminable(), entered(arguments.name) as act:
            code = arguments.verb(arguments)
            act.result = WRONG if code else DONE
    except SimulatorError as e:
        print(_refusal(e, arguments), file=sys.stderr)
        return e.exit_code
    except KeyboardInterrupt as e:
        print("interrupted", file=sys.stderr)
        return 143 if isinstance(e, Terminated) else 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return 0
    return code or 0


def entered(verb: str) -> contextlib.AbstractContextManager[Act]:
    """The verb in the audit log, where one is kept; not those that touch neither data nor files."""
    return contextlib.nullcontext(Act(verb)) if verb in ("terms", "audit") else in_the_log(verb)


class Terminated(KeyboardInterrupt):
    """Asked to end by SIGTERM: as Ctrl+C, so that what is finished is kept."""


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM raises Terminated, where the system and the thread can be told so."""
    def end(number: int, frame: Any) -> None:
        raise Terminated

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _refusal(e: SimulatorError, arguments: argparse.Namespace) -> str:
    """Every problem; those of a register in the language asked for, with the command that marks its cells."""
    if isinstance(e, PopulationError):
        from simulator.report import register_screens

        register = None if arguments.name == "check" else getattr(arguments, "population", None)
        return register_screens.refusal(e.problems, getattr(arguments, "lang", "zh"), register)
    head = f"{len(e.problems)} problem{'s' if len(e.problems) > 1 else ''}, nothing done:"
    return "\n".join([head, *(f"  {problem}" for problem in e.problems)])


def parser() -> argparse.ArgumentParser:
    """All verbs, each from the module of its name: HELP, `add` (its arguments) and `do`."""
    top = argparse.ArgumentParser("simulator", description=DESCRIPTION, epilog=EPILOG,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = top.add_subparsers(metavar="VERB", dest="name", required=True)
    for name in VERBS:
        verb = import_module(f"simulator.cli.{name}")
        p = verbs.add_parser(name, help=verb.HELP, description=verb.HELP[0].upper() + verb.HELP[1:] + ".")
        verb.add(p)
        p.set_defaults(verb=verb.do)
    return top
