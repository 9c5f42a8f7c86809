"""The command line: a verb per job, each a few lines on the public door."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import simulator
from simulator.errors import PopulationError, SimulatorError

DESCRIPTION = """\
What an enterprise-subsidy policy costs, year by year, how sure that is, and what it brings.

  simulator report baseline                       the budget report of the 2013 policy, as one HTML page
  simulator run baseline --set law.tax_rebate.high_rate=0.4
                                                  a Monte Carlo budget with one number of the law changed
  simulator assess REGISTER --out 兑现名单.xlsx      what the law gives each enterprise of a register, to the fen
  simulator explain REGISTER ENTERPRISE_ID        which clause, which condition, which threshold
  simulator check REGISTER --out 检查.xlsx         everything wrong with a register, and a copy with the cells marked
  simulator template --out 名册模板.xlsx            an empty register to fill in
  simulator synthesize baseline --enterprises 400 --seed 7 --out DIR
                                                  an invented register, and how well it fits published figures
  simulator compare baseline cautious             what a reform changes, on common luck
  simulator terms                                 everything that can be set, with unit, range and source

SCENARIO is a shipped name (baseline, cautious, generous, rebate_suspended) or the path of a YAML file.
REGISTER is a folder with enterprises and annual (企业, 年度) as .csv, .xlsx, .xls or .parquet, one workbook with these
sheets, a .duckdb file, or env:NAME: a database whose address is in the environment variable NAME.
"""
EPILOG = "Exit codes: 0 done · 2 the input cannot be used (every problem is listed) · 130 interrupted."


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):  # a GBK console lacks some signs: print a ? there rather than fail
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = parser().parse_args(argv)
    try:
        code = arguments.verb(arguments)
    except SimulatorError as e:
        print(f"{len(e.problems)} problem{'s' if len(e.problems) > 1 else ''}, nothing done:", file=sys.stderr)
        for problem in e.problems:
            print(f"  {problem}", file=sys.stderr)
        if isinstance(e, PopulationError) and any(mark in p.place for p in e.problems for mark in (" line ", "!")) \
                and getattr(arguments, "population", None) and arguments.verb is not check:  # faults in cells of a register
            print("simulator check REGISTER --out FILE.xlsx marks the cells (标出有问题的单元格)", file=sys.stderr)
        return e.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return 0
    return code or 0


def parser() -> argparse.ArgumentParser:
    """All verbs and options."""
    top = argparse.ArgumentParser("simulator", description=DESCRIPTION, epilog=EPILOG,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = top.add_subparsers(metavar="VERB", required=True)

    def verb(name: str, does: Callable[[argparse.Namespace], int | None], help: str) -> argparse.ArgumentParser:
        p = verbs.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        p.set_defaults(verb=does)
        return p

    p = verb("assess", assess, "apply the law to a register, to the fen")
    _register_argument(p)
    p.add_argument("--scenario", default="baseline", help="law and readings to apply (default: baseline)")
    _set_option(p)
    p.add_argument("--out", metavar="FILE", help="write FILE.csv (one row per award) or FILE.xlsx (兑现名单)")

    p = verb("check", check, "list everything wrong with a register")
    _register_argument(p)
    p.add_argument("--lang", choices=("zh", "en"), default="zh")
    p.add_argument("--out", metavar="FILE", help="write a copy as FILE.xlsx with the cells marked and noted")

    p = verb("template", template, "write an empty register to fill in, with drop-downs and notes")
    p.add_argument("--out", metavar="FILE", required=True, help="the workbook, FILE.xlsx")

    p = verb("synthesize", synthesize, "invent a register and say how well it fits published figures")
    p.add_argument("scenario", metavar="SCENARIO", nargs="?", default="baseline", help="name or path (default: baseline)")
    p.add_argument("--enterprises", type=int, metavar="N", default=400, help="how many (default: 400)")
    p.add_argument("--seed", type=int, metavar="S", help="seed of the lotteries (default: the scenario's)")
    p.add_argument("--out", metavar="DIR", required=True, help="folder of the tables (Parquet where there are many)")
    _set_option(p)

    p = verb("explain", explain, "tell how one enterprise is assessed")
    _register_argument(p)
    p.add_argument("enterprise_id", metavar="ENTERPRISE_ID")
    p.add_argument("--year", type=int, help="one year only")
    p.add_argument("--scenario", default="baseline", help="law and readings to apply (default: baseline)")
    p.add_argument("--lang", choices=("zh", "en"), default="zh")
    _set_option(p)

    p = verb("run", run, "play a scenario: a Monte Carlo budget")
    _run_options(p)
    p.add_argument("--out", metavar="DIR", help="keep draws, years, summary, settings and record in DIR")

    p = verb("report", report, "play a scenario and write its budget report as one HTML page")
    _run_options(p)
    p.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the page (default: zh)")
    p.add_argument("--out", metavar="DIR", help="folder of the run and the page (default: out/SCENARIO)")

    p = verb("compare", compare, "compare scenarios on common luck")
    p.add_argument("scenarios", metavar="SCENARIO", nargs="+", help="the baseline, then the reforms")
    _draw_options(p)
    p.add_argument("--out", metavar="FILE", help="write the differences as FILE.csv")

    p = verb("terms", terms, "list everything that can be set")
    p.add_argument("group", metavar="PATH", nargs="?", default="", help="only these, e.g. law.tax_rebate or assumptions")
    p.add_argument("--scenario", default="baseline", help="whose values to show (default: baseline)")
    _set_option(p)
    return top


def _register_argument(p: argparse.ArgumentParser) -> None:
    p.add_argument("population", metavar="REGISTER", help="folder, workbook, .duckdb file or env:NAME")
    _unit_option(p)


def _unit_option(p: argparse.ArgumentParser) -> None:
    p.add_argument("--unit", metavar="COLUMN=万元|元", action="append", default=[], dest="units",
                   help="the unit of a column of amounts, where the register does not say; several times")


def _set_option(p: argparse.ArgumentParser) -> None:
    p.add_argument("--set", metavar="PATH=VALUE", action="append", default=[], dest="changes",
                   help="change a setting; may be given several times (see `simulator terms`)")


def _draw_options(p: argparse.ArgumentParser) -> None:
    p.add_argument("--population", metavar="POPULATION", help="a register; without it incumbents are drawn")
    _unit_option(p)
    p.add_argument("--draws", type=int, metavar="N", help="number of draws")
    p.add_argument("--seed", type=int, metavar="S", help="seed of the lotteries")
    p.add_argument("--workers", type=int, metavar="W", help="threads (the numbers do not depend on it)")
    _set_option(p)


def _run_options(p: argparse.ArgumentParser) -> None:
    p.add_argument("scenario", metavar="SCENARIO", nargs="?", default="baseline", help="name or path (default: baseline)")
    _draw_options(p)


def _scenario(arguments: argparse.Namespace, name: str):
    from simulator.scenario import parse_set

    changes = parse_set(arguments.changes)
    for option in ("draws", "seed"):
        if getattr(arguments, option, None) is not None:
            changes[option] = getattr(arguments, option)
    return simulator.load_scenario(name, changes)


def _population(arguments: argparse.Namespace):
    from simulator.population.units import parse_answers

    units = parse_answers(arguments.units)
    if units and not arguments.population:
        raise SimulatorError("--unit says how a register is to be read → name it with --population")
    return simulator.read_population(arguments.population, units) if arguments.population else None


def _play(arguments: argparse.Namespace, scenario, population):
    from tqdm import tqdm

    workers = arguments.workers
    if workers is not None and workers < 1:
        raise SimulatorError(f"--workers {workers}: at least one thread is needed")
    with tqdm(total=scenario.draws, unit="draw", desc=scenario.name, file=sys.stderr, leave=False,
              ascii=True, disable=not sys.stderr.isatty()) as bar:
        return simulator.run(scenario, population, workers=workers, progress=bar.update, notice=_notice)


def _notice(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def assess(arguments: argparse.Namespace) -> None:
    """Apply the law to a register."""
    from simulator.report import payout_list, screen

    scenario = _scenario(arguments, arguments.scenario)
    result = simulator.assess(_population(arguments), scenario)
    if arguments.out:
        payout_list.save(result, arguments.out)
    print(screen.assessment(result))
    if arguments.out:
        print(f"\n→ {arguments.out}")


def check(arguments: argparse.Namespace) -> int:
    """List everything wrong with a register; exit code 2 where something stops its import."""
    from simulator.population.findings import problem_table, write_annotated
    from simulator.population.readers import examine
    from simulator.population.units import parse_answers
    from simulator.report import screen

    found = examine(arguments.population, parse_answers(arguments.units))
    if arguments.out:
        write_annotated(found, arguments.out)
    print(screen.examination(problem_table(found, arguments.lang), found, arguments.lang))
    if arguments.out:
        print(f"\n→ {arguments.out}")
    return SimulatorError.exit_code if found.errors else 0


def template(arguments: argparse.Namespace) -> None:
    """Write an empty register to fill in."""
    from simulator.population.template import write_template

    print(f"→ {write_template(arguments.out)}")


def synthesize(arguments: argparse.Namespace) -> None:
    """Invent a register and say how well it fits."""
    from simulator.engine.synthesize import write_synthetic
    from simulator.report import screen

    scenario = _scenario(argparse.Namespace(changes=arguments.changes), arguments.scenario)
    report = write_synthetic(scenario, arguments.enterprises, arguments.seed, arguments.out)
    print(screen.calibration(report))
    print(f"\n→ {arguments.out}")


def explain(arguments: argparse.Namespace) -> None:
    """Tell how one enterprise is assessed."""
    scenario = _scenario(arguments, arguments.scenario)
    told = simulator.explain(_population(arguments), arguments.enterprise_id, scenario, arguments.year)
    print(told.text(arguments.lang))


def run(arguments: argparse.Namespace) -> None:
    """Play a scenario."""
    from simulator.report import screen

    scenario = _scenario(arguments, arguments.scenario)
    budget = _play(arguments, scenario, _population(arguments))
    if arguments.out:
        budget.write(arguments.out)
    print(screen.budget(budget))
    if arguments.out:
        print(f"\n→ {arguments.out}")


def report(arguments: argparse.Namespace) -> None:
    """Play a scenario and write its report."""
    scenario = _scenario(arguments, arguments.scenario)
    out = Path(arguments.out or Path("out") / scenario.name)
    budget = _play(arguments, scenario, _population(arguments))
    page = simulator.report(budget, lang=arguments.lang, out=out, workers=arguments.workers, notice=_notice)
    print(f"→ {page}")


def compare(arguments: argparse.Namespace) -> None:
    """Compare scenarios on common luck."""
    from simulator.report import payout_list, screen

    population = _population(arguments)
    if len(arguments.scenarios) < 2:
        raise SimulatorError("compare needs at least two scenarios → simulator compare baseline cautious")
    scenarios = [_scenario(arguments, name) for name in arguments.scenarios]
    result = simulator.compare(*(_play(arguments, s, population) for s in scenarios))
    if arguments.out:
        payout_list.write_table(result.differences, arguments.out)
    print(screen.comparison(result))


def terms(arguments: argparse.Namespace) -> None:
    """List everything that can be set."""
    from simulator.errors import nearest
    from simulator.report import screen

    scenario = _scenario(arguments, arguments.scenario)
    found = scenario.settings(arguments.group)
    if not found:
        every = scenario.settings()
        raise SimulatorError(f"{arguments.group}: no such setting → "
                             f"{nearest(arguments.group, [s.path for s in every]) or 'simulator terms lists all'}")
    print(screen.terms(found))


if __name__ == "__main__":
    sys.exit(main())
