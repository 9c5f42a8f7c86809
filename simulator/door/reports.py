"""Reports as files: made, made by the dozen, checked against their records, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from simulator.door.budgets import run
from simulator.door.given import in_memory
from simulator.errors import SimulatorError
from simulator.phrases import phrase

if TYPE_CHECKING:
    from pandas import DataFrame

    from simulator.budget.result import BudgetRun
    from simulator.door.given import AnyRegister, AnyScenario
    from simulator.engine.blocks import Workers
    from simulator.engine.cluster import Cluster
    from simulator.population.parts import Register
    from simulator.report.batch import Batch


def report(
    *of: AnyScenario | BudgetRun,
    population: AnyRegister | None = None,
    notebook: str = "budget",
    clause: str = "",
    formats: Sequence[str] = ("html",),
    languages: Sequence[str] = ("zh",),
    profile: str = "internal",
    out: str | Path | None = None,
    releases: str | Path | None = None,
    units: Mapping[str, str] | None = None,
    workers: Workers = None,
    progress: Any = None,
    notice: Any = None,
    section: Any = None,
) -> list[Path]:
    """A report as files a bureau can keep: HTML, PDF, Excel, Word; returns their paths, language by language.

    of: a scenario (played first), a finished run, or the folder of one. For the notebook `compare` the baseline and its
    reforms; for `check` a register, with `units` where it does not say them. Default: the baseline. out: folder for the
    run's files and the report (default: `out`, of a run's folder that folder itself). releases: folder of the ledger of
    releases, which the profile external needs on a register of real enterprises. Raises ReportError, before anything is
    played where the request itself cannot be meant; older files stay as they were. progress, notice, section: called with draws
    done, with a word, and of each section before it is made: its name, its number, how many there are.
    """
    from simulator.budget.result import BudgetRun
    from simulator.disclosure.releases import no_ledger
    from simulator.report import launcher
    from simulator.report.publish import publish
    from simulator.report.wording import load
    from simulator.scenario import typed
    from simulator.store import kinds

    of = of or ("baseline",)
    kept = Path(of[0]) if isinstance(of[0], str | Path) and (Path(of[0]) / "record.json").is_file() else None
    clauses = _clauses(kept, of[0]) if notebook == "clause" else []
    kinds.check(
        notebook,
        formats,
        languages,
        profile,
        clause := typed.clause(clause, clauses),
        2 if kept and notebook == "compare" else len(of),
        [slug for slug, *_ in clauses],
    )
    profile = kinds.profile_of(profile)
    if profile == "external" and releases is None and not kept and any(map(_of_real, _registers(of, population, notebook, units))):
        raise no_ledger()
    tell, place = notice or (lambda _: None), "out" if out is None else out

    def played(one: AnyScenario | BudgetRun) -> BudgetRun:
        return one if isinstance(one, BudgetRun) else run(one, population, workers=workers, progress=progress, notice=notice)

    if kept:
        folder = kept
    elif notebook == "check":
        from simulator.store.register_checks import write_check

        folder = write_check(place, cast("str | Path", of[0]), units)
    elif notebook == "compare":
        from simulator.store.comparisons import write_comparison

        folder = write_comparison(place, *map(played, of))
    else:
        budget = played(of[0])
        tell("what the result leans on, and what would have to be true …")
        folder = budget.write(place, budget.analyses(workers, only=kinds.KINDS[notebook].analyses))
    made = []
    with launcher.Kernel() as kernel:  # one for all languages: starting it takes as long as a report
        for lang in languages:
            tell(phrase("writing the report {} ({}) …", notebook, lang))
            made += publish(
                folder,
                notebook=notebook,
                clause=clause,
                lang=lang,
                formats=formats,
                profile=profile,
                out=out if kept else place,
                releases=releases,
                progress=section and (lambda name, *of, lang=lang: section(load(lang).term("sections", name), *of)),
                kernel=kernel,
            )
    return made


def _clauses(kept: Path | None, of: AnyScenario | BudgetRun) -> list[tuple[str, str, str, str]]:
    """slug, article, zh and en of the clauses of a finished run or of a scenario."""
    from simulator.budget.result import BudgetRun
    from simulator.door.given import load_scenario
    from simulator.scenario import typed
    from simulator.store.record import RunFolder

    if kept is not None:
        return [(c.slug, c.article, c.names["zh"], c.names["en"]) for c in RunFolder.open(kept).clauses]
    return typed.clauses_of((of.scenario if isinstance(of, BudgetRun) else load_scenario(of)).law)


def _registers(
    of: tuple[Any, ...], population: AnyRegister | None, notebook: str, units: Mapping[str, str] | None
) -> list[Register | None]:
    """The registers a report would rest on, opened and not played: a scenario's, a run's own, the one to be checked."""
    from simulator.budget.result import BudgetRun
    from simulator.door.given import load_scenario, read_population, register_for

    if notebook == "check":
        with suppress(SimulatorError):  # what is wrong with it is for the report itself to say
            return [read_population(of[0], units, whole=False)]
        return []
    return [one.population if isinstance(one, BudgetRun) else register_for(load_scenario(one), population) for one in of]


def _of_real(register: Register | None) -> bool:
    """Whether what rests on it is held to disclosure control outside."""
    return register is not None and not register.synthetic


def batch(file: str | Path, *, out: str | Path = "out/batch", workers: int | Cluster | None = None, notice: Any = None) -> Batch:
    """The reports of several scenarios and languages, as a YAML file asks for them, in processes side by side.

    out: folder of all of them, with an index page. One that fails leaves the others alone and is named in `failed`.
    Raises ReportError, before anything is played, with everything in the file that cannot be meant.
    """
    from simulator.report.batch import make
    from simulator.report.batch_plan import read_plan

    return make(read_plan(file, out), out, workers, notice)


def verify(
    folder: str | Path,
    *,
    rerun: bool = False,
    population: AnyRegister | None = None,
    workers: int | None = None,
    policy: str | Path | None = None,
) -> DataFrame:
    """Every file of a folder's runs and reports with its state: same, changed, missing, foreign, unrecorded, unread.

    rerun: also play each run again from its settings: repeated to the byte, different, or not_repeated. population: the
    register of runs that had one; policy: the file of their policy, where it does not come with the program. Raises ReportError when the
    folder holds no record.
    """
    from simulator.store.verify import verify as hold

    people = None if population is None else in_memory(population)
    return hold(folder, rerun=rerun, population=people, workers=workers, policy=policy)


def purge(folder: str | Path) -> DataFrame:
    """Delete what the records in a folder list; every file with its state: gone, kept, altered, other, locked.

    Raises ReportError, with nothing deleted, where the folder holds no record or a record lists what lies elsewhere.
    """
    from simulator.store.purge import purge as delete

    return delete(folder)
