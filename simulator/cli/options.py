"""What several verbs share: options, and what the options mean."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simulator
from simulator.cli.language import LANGUAGES, environment_language
from simulator.console import safe, say
from simulator.errors import Problem, SimulatorError
from simulator.messages import chinese, line
from simulator.phrases import phrase

if TYPE_CHECKING:
    from simulator.budget.result import BudgetRun
    from simulator.population.parts import Register
    from simulator.population.register import Population
    from simulator.scenario import Scenario


def register(text: str) -> str:
    """A register as typed; `data/sample`, which the guide's examples have, is the one that is shipped where no other lies there."""
    if Path(text) != Path("data/sample") or Path(text).exists():
        return text
    from simulator.resources import folder

    return str(folder("data") / "sample")


def register_argument(p: argparse.ArgumentParser) -> None:
    """The register a verb works on."""
    p.add_argument("population", metavar="REGISTER", type=register, help="folder, workbook, .duckdb file or env:NAME")
    unit_option(p)


def unit_option(p: argparse.ArgumentParser) -> None:
    """--unit, for a register that does not say its units."""
    p.add_argument(
        "--unit",
        metavar="COLUMN=UNIT",
        action="append",
        default=[],
        dest="units",
        help="the unit of a column of amounts, 元 or 万元, where the register does not say; several times",
    )


def lang_option(p: argparse.ArgumentParser, meaning: str = "language of the output (default: what LANG says, else zh)") -> None:
    """--lang, the language of what is said."""
    p.add_argument("--lang", choices=LANGUAGES, default=environment_language(), help=meaning)


def lang_of(arguments: argparse.Namespace) -> str:
    """The language of what is said beside the output; of several the first."""
    return getattr(arguments, "lang", None) or getattr(arguments, "languages", [environment_language()])[0]


def policy_option(p: argparse.ArgumentParser) -> None:
    """--policy, whose law and whose register."""
    p.add_argument(
        "--policy", metavar="POLICY", help="another policy: its file (.yaml or .xlsx) or the name of a shipped one (see `simulator policy`)"
    )


def adopt_policy(arguments: argparse.Namespace) -> None:
    """Registers are read and written under the policy of --policy from now on."""
    from simulator.scenario import adopt_policy as adopt

    adopt(arguments.policy)


def overwrite_option(p: argparse.ArgumentParser) -> None:
    """--overwrite, of every verb with --out."""
    if "--out" in p._option_string_actions:
        p.add_argument(
            "--overwrite", action="store_true", help="replace files in --out that this program did not write, or that were changed since"
        )


@contextlib.contextmanager
def writing(arguments: argparse.Namespace) -> Iterator[None]:
    """What may be written over while the verb works: nothing it reads, and what is not the program's with --overwrite only. Raises
    SimulatorError at once where a file of --out stands in the way."""
    from simulator.files import OF_A_RUN, overwriting, ready

    given = [
        v
        for k, value in vars(arguments).items()
        if k not in ("out", "folder", "releases", "name")
        for v in (value if isinstance(value, list) else [value])
        if isinstance(v, str | Path) and str(v) and _is_read(Path(v), k == "population")
    ]
    with overwriting(getattr(arguments, "overwrite", False), given):
        if out := getattr(arguments, "out", None):
            out = Path(out)
            lone = out.suffix.lower() in (".csv", ".xlsx", ".json", ".yaml")
            ready(out.parent if lone else out, [out.name] if lone else OF_A_RUN)
        yield


def _is_read(path: Path, register: bool) -> bool:
    """Whether an argument is the path of a file that is there, or of a register's folder."""
    try:
        return path.is_file() or (register and path.is_dir())
    except (OSError, ValueError):
        return False


def set_option(p: argparse.ArgumentParser) -> None:
    """--policy, whose law; --set, one changed setting."""
    policy_option(p)
    p.add_argument(
        "--set",
        metavar="PATH=VALUE",
        action="append",
        default=[],
        dest="changes",
        help="change a setting; may be given several times (see `simulator terms`)",
    )


def draw_options(p: argparse.ArgumentParser) -> None:
    """What a run needs besides its scenario."""
    p.add_argument("--population", metavar="REGISTER", type=register, help="a register; without it incumbents are drawn")
    unit_option(p)
    p.add_argument("--draws", type=int, metavar="N", help="number of draws")
    p.add_argument("--seed", type=int, metavar="S", help="random seed")
    p.add_argument("--workers", type=int, metavar="W", help="threads (the numbers do not depend on it)")
    p.add_argument(
        "--appropriation",
        metavar="YEAR=CNY",
        action="append",
        default=[],
        help="what may be paid in a year, or POOL.YEAR=CNY of it under a pool of clauses; several times",
    )
    p.add_argument("--mode", metavar="MODE", help="who is paid where it does not suffice: none, first_come, pro_rata, priority or lottery")
    set_option(p)


def cluster_options(p: argparse.ArgumentParser) -> None:
    """--scheduler and --cluster: workers beyond this process."""
    where = p.add_mutually_exclusive_group()
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="play on the workers of a Dask scheduler, tls://HOST:PORT; they read the register themselves, under the path given here",
    )
    where.add_argument("--cluster", type=int, metavar="N", help="play in N processes of this machine")


@contextlib.contextmanager
def workforce(arguments: argparse.Namespace) -> Iterator[None]:
    """The cluster asked for, as `arguments.workers` while the verb works."""
    workers = getattr(arguments, "workers", None)
    if workers is not None and workers < 1:
        raise SimulatorError(Problem(f"--workers {workers}", "at least one thread is needed"))
    if getattr(arguments, "scheduler", None) is None and getattr(arguments, "cluster", None) is None:
        yield
        return
    if arguments.workers is not None:
        raise SimulatorError(Problem("--workers", "is about threads of this process", "leave it out with --scheduler or --cluster"))
    with simulator.cluster(arguments.scheduler, processes=arguments.cluster or 0) as arguments.workers:
        yield


def run_options(p: argparse.ArgumentParser) -> None:
    """A scenario and how it is played."""
    p.add_argument("scenario", metavar="SCENARIO", nargs="?", default="baseline", help="name or path (default: baseline)")
    draw_options(p)


def scenario_of(arguments: argparse.Namespace, name: str) -> Scenario:
    """The scenario of that name with the changes of --set, --appropriation, --mode, --draws and --seed."""
    from simulator.scenario import adopt_policy, parse_set, under_policy

    asked = getattr(arguments, "appropriation", [])
    if wrong := [option for option in asked if "=" not in option]:
        raise SimulatorError(
            [Problem(f"--appropriation {option}", "is not YEAR=CNY", "e.g. --appropriation 2014=6000000") for option in wrong]
        )
    given = [f"appropriation.{year.strip().removesuffix('年')}={amount}" for year, _, amount in (option.partition("=") for option in asked)]
    given += [f"rationing.mode={arguments.mode}"] if getattr(arguments, "mode", None) else []
    changes = parse_set(given, parse_set(arguments.changes))
    for option in ("draws", "seed"):
        if (given_number := getattr(arguments, option, None)) is not None:
            if option in changes:
                notices(arguments)(phrase("--{} {} counts, not --set {}={}", option, given_number, option, changes[option]))
            changes[option] = given_number
    if getattr(arguments, "policy", None) is not None:
        found = under_policy(arguments.policy, name).set(changes)
    else:
        found = simulator.load_scenario(name, changes)
    adopt_policy(found.law.policy)  # its registers are read under its policy
    if changes:
        tell_idle(arguments, changes, found)
        tell_odd(arguments, found)
    return found


def tell_idle(arguments: argparse.Namespace, changes: Mapping[str, Any], found: Scenario) -> None:
    """Say which changes are what the scenario says anyhow."""
    was, now = (found.origin or found).to_dict(), found.to_dict()

    def value(text: str) -> Any:
        try:
            return Decimal(text)  # 0.5 is 0.50
        except InvalidOperation:
            return text

    if same := [path for path in changes if path in now and path in was and value(was[path]) == value(now[path])]:
        notices(arguments)(phrase("changes nothing, the scenario says so itself: {}", ", ".join(same)))


def tell_odd(arguments: argparse.Namespace, found: Scenario) -> None:
    """Say which changed numbers of the law no longer go together, as `policy check` says it of a file."""
    for problem in found.odd_changes():
        notices(arguments)(line(problem, lang_of(arguments)))


def unused(given: Mapping[str, object], why: str, remedy: str) -> None:
    """Refuse options that were given and change nothing here. given: what each was set to, by its name."""
    if problems := [Problem(name, why, remedy) for name, value in given.items() if value not in (None, "", [], False)]:
        raise SimulatorError(problems)


def units_of(arguments: argparse.Namespace) -> dict[str, str]:
    """The units of --unit, by column."""
    if not arguments.units:
        return {}
    from simulator.population.units import parse_answers

    units = parse_answers(arguments.units)
    if not arguments.population:
        raise SimulatorError(Problem("--unit", "says how a register is to be read", "name it with --population"))
    return units


def yearly(option: str, given: list[str]) -> dict[int, float]:
    """YEAR=CNY texts of an option as numbers by year. Raises SimulatorError naming all that are none."""
    from simulator.scenario import typed

    numbers, wrong = {}, []
    for text in given:
        year, _, amount = text.partition("=")
        year = year.strip().removesuffix("年")
        if year.isdigit() and (found := typed.amount(amount)) is not None:
            numbers[int(year)] = float(found)
        else:
            wrong.append(f"{option} {text}")
    if wrong:
        raise SimulatorError([Problem(place, "is not YEAR=CNY", f"e.g. {option} 2013=45000000000") for place in wrong])
    return numbers


def register_of(arguments: argparse.Namespace) -> Population:
    """The register a verb works on, in memory."""
    return simulator.read_population(arguments.population, units_of(arguments))


def population_of(arguments: argparse.Namespace) -> Register | None:
    """A run's register, or None, with a word on what is odd in it, or unknown: that is read as blank here."""
    units = units_of(arguments)
    if not arguments.population:
        return None
    people = simulator.read_population(arguments.population, units, whole=False)
    from simulator.report import register_screens

    if said := register_screens.remarks(people, arguments.population, lang_of(arguments)):
        notices(arguments)(said)
    return people


def play(arguments: argparse.Namespace, scenario: Scenario, population: Register | None, **more: Any) -> BudgetRun:
    """Play a scenario with a bar of progress where somebody watches. more: see `simulator.run`."""
    with watched([scenario], lang_of(arguments)) as progress:
        return simulator.run(scenario, population, workers=arguments.workers, progress=progress, notice=notices(arguments), **more)


def share(text: str) -> float:
    """The type of an option that takes 1% or 0.01."""
    from simulator.scenario import typed

    found = typed.share(text)
    try:
        return float(text if found is None else found)
    except ValueError:
        raise argparse.ArgumentTypeError(phrase("{} is no share: 1% or 0.01", repr(text))) from None


def money(text: str) -> Decimal:
    """The type of an option that takes an amount: 25000000, 2500万元 or 0.25亿."""
    from simulator.scenario import typed

    if (found := typed.amount(text)) is None or found < 0:
        raise argparse.ArgumentTypeError(phrase("{} is no amount: 25000000 or 2500万元", repr(text)))
    return found


def profile_word(text: str) -> str:
    """The type of --profile: 对外 is external, 对内 internal; any other word stays, to be refused."""
    from simulator.store.kinds import PROFILES

    return next((profile for profile, words in PROFILES.items() if text.strip().lower() in words), text)


@contextlib.contextmanager
def watched(scenarios: Sequence[Scenario], lang: str) -> Iterator[Callable[[int], object]]:
    """A bar of all the scenarios' draws, where somebody watches; gives what is called with draws done."""
    if not scenarios:  # nothing is played
        yield lambda _: None
        return
    with progress_bar("run", lang, "draw", sum(s.draws for s in scenarios)) as bar:
        yield bar.update


@contextlib.contextmanager
def course(lang: str) -> Iterator[Callable[[float, str], None]]:
    """A bar of all that a report takes, with the time left; a line now and then where nobody watches. Gives what is called with the share
    done, 0 to 1, and what is made next."""
    began = said = time.monotonic()
    heading = WORK["report"] if lang == "zh" else "report"
    with progress_bar("report", lang, total=1.0, form=WHOLE[lang]) as bar:

        def at(done: float, what: str) -> None:
            nonlocal said
            now = time.monotonic()
            if not bar.disable:
                bar.set_description_str(f"{heading} {safe(what)}", refresh=False)
                bar.update(max(0.0, done - bar.n))
            elif done >= TELLING and now - said >= QUIET:
                said = now
                left = phrase("the report: {} done, about {} s left", f"{done:.0%}", f"{(now - began) * (1 - done) / done:.0f}")
                say(chinese(left) if lang == "zh" else left, aside=True)

        yield at


@contextlib.contextmanager
def staged(what: str, lang: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for work in stages, where somebody watches; gives what is called with draws done and draws in all."""
    with progress_bar(what, lang, "draw") as bar:

        def step(done: int, total: int) -> None:
            if bar.total != total:
                bar.reset(total)
            bar.update(done)

        yield step


def comma_list(*known: str) -> Callable[[str], list[str]]:
    """The type of an option that takes one or more of these words, as html,pdf."""

    def read(text: str) -> list[str]:
        words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        if not words or (wrong := [word for word in words if word not in known]):
            raise argparse.ArgumentTypeError(f"invalid choice: {next(iter(wrong), '') if words else ''!r} (choose from {', '.join(known)})")
        return words

    return read


DONE = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} {unit}"
BARS = {
    "zh": f"{{desc}}：{DONE}，已用 {{elapsed}}，约剩 {{remaining}}",
    "en": f"{{desc}}: {DONE}, {{elapsed}} gone, about {{remaining}} left",
}
WHOLE = {lang: bar.replace(" {n_fmt}/{total_fmt} {unit}", "") for lang, bar in BARS.items()}
TELLING = 0.1  # of a report, from which on what it took says how long the rest takes
QUIET = 8  # seconds between two lines that say how far a report is, where there is no bar
WORK = {
    "run": "模拟",
    "report": "报告",
    "attribute": "成本归因",
    "sensitivity": "敏感性分析",
    "design": "条款设计",
    "loopholes": "规避途径",
    "draw": "次",
    "step": "步",
}  # what a bar tells of, and its units


def progress_bar(what: str, lang: str, unit: str = "step", total: float | None = None, form: str = "") -> Any:
    """A bar of progress in the reader's language, with the time left, where somebody watches. what, unit: of WORK; form: of a bar that
    counts nothing."""
    from tqdm import tqdm

    desc, of = (WORK[what], WORK[unit]) if lang == "zh" else (what, f"{unit}s")
    return tqdm(
        total=total,
        unit=of,
        desc=safe(desc),
        file=sys.stderr,
        leave=False,
        ascii=True,
        bar_format=form or BARS[lang],
        smoothing=0.0 if form else 0.3,  # parts that differ in length: what all of them took tells more than the last one
        disable=not sys.stderr.isatty(),
    )


def notices(arguments: argparse.Namespace) -> Callable[[str], None]:
    """What says a word to the user beside the output, in the language asked for."""
    lang = lang_of(arguments)

    def notice(text: str) -> None:
        from tqdm import tqdm

        with tqdm.external_write_mode(file=sys.stderr):  # not on the line of a bar
            say(chinese(text) if lang == "zh" else text, aside=True)

    return notice


def saved(out: str | None) -> None:
    """Where the files of --out lie, said the same way by every verb, after its output."""
    if out:
        say(f"\n→ {out}")
