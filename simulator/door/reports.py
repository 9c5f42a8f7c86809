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
    course: Any = None,
) -> list[Path]:
    """A report as files a bureau can keep: HTML, PDF, Excel, Word.

    Parameters
    ----------
    *of : str, Path, Scenario or BudgetRun
        A scenario (played first), a finished run, or the folder of one. For the notebook `compare` the baseline and its reforms, for
        `check` a register. Default: the baseline.
    population : str, Path, Register or None
        Folder of tables, workbook, DuckDB file or `env:NAME`, or a register in hand. None takes the
        scenario's own (`population.source`); where that is `synthetic`, incumbents are drawn anew in every draw.
    notebook : str
        Which report: `budget`, `compare`, `clause`, `check`, …
    clause : str
        Of the report `clause`: its name, its article or its slug.
    formats : sequence of {"html", "pdf", "xlsx", "docx"}
    languages : sequence of {"zh", "en"}
    profile : {"internal", "external"}
        For the bureau, or for others (disclosure control).
    out : str or Path, optional
        Folder for the run's files and the report (`out`; of a run's folder that folder itself).
    releases : str or Path, optional
        Folder of the ledger of releases; `external` needs it on a register of real enterprises.
    units : mapping of str to str, optional
        Of `check`: 元 or 万元 by column, where the register does not say.
    workers : int, Cluster or None
        Threads (None: one for each core) or a `cluster`. No figure depends on it.
    progress, notice, section : callable, optional
        Called with the draws done; with a sentence; and of each section and file before it is made: name, number, how many there are.
    course : callable, optional
        Called with the share of the whole that is done, 0 to 1, and what is made next.

    Returns
    -------
    list of Path
        Language by language.

    Raises
    ------
    ReportError
        Before anything is played where the request itself cannot be meant; older files stay as they were.
    ScenarioError, PopulationError

    Examples
    --------
    >>> report("baseline", formats=["html", "docx"], languages=["zh", "en"], out="out")  # doctest: +SKIP
    """
    from simulator.budget.analyses import EFFORT
    from simulator.budget.result import BudgetRun
    from simulator.disclosure.releases import no_ledger
    from simulator.door.given import load_scenario
    from simulator.report import launcher
    from simulator.report.course import Course
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

    kind, to_play = kinds.KINDS[notebook], [] if kept or notebook == "check" else [one for one in of if not isinstance(one, BudgetRun)]
    whole = Course(
        course or (lambda *_: None),
        load(languages[0]),
        len(to_play),
        () if kept or kind.folder != "run" else EFFORT if kind.analyses is None else kind.analyses,
        languages,
        len(formats),
    )
    every, done = sum(load_scenario(one).draws for one in to_play) if course else 0, 0

    def step(draws: int) -> None:
        nonlocal done
        done += draws
        if progress:
            progress(draws)
        whole.at("play", done / every if every else 0.0)

    def played(one: AnyScenario | BudgetRun) -> BudgetRun:
        return one if isinstance(one, BudgetRun) else run(one, population, workers=workers, progress=step, notice=notice)

    whole.at("play")

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
        folder = budget.write(place, budget.analyses(workers, only=kind.analyses, step=whole.at))
    made = []
    with launcher.Kernel() as kernel:  # one for all languages: starting it takes as long as a report
        for lang in languages:
            tell(phrase("writing the report {} ({}) …", notebook, lang))

            def told(name: str, number: int, count: int, lang: str = lang) -> None:
                whole.at(lang, (number - 1) / count, name)
                if section:
                    section(load(lang).term("sections", name), number, count)

            made += publish(
                folder,
                notebook=notebook,
                clause=clause,
                lang=lang,
                formats=formats,
                profile=profile,
                out=out if kept else place,
                releases=releases,
                progress=told,
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
    """The reports of several scenarios and languages, in processes side by side.

    Parameters
    ----------
    file : str or Path
        YAML file that asks for them (see the guide).
    out : str or Path
        Folder of all of them, with an index page.
    workers : int, Cluster or None
        How many processes.
    notice : callable, optional
        Called with a sentence.

    Returns
    -------
    Batch
        One that fails leaves the others alone and is named in `failed`.

    Raises
    ------
    ReportError
        Before anything is played, with everything in the file that cannot be meant.

    Examples
    --------
    >>> batch("batch.yaml", out="out/batch")  # doctest: +SKIP
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
    """Every file of a folder's runs and reports, held against its record.

    Parameters
    ----------
    folder : str or Path
        Of runs and reports.
    rerun : bool
        Also play each run again from its settings: repeated to the byte, different, or not_repeated.
    population : str, Path, Register or None
        The register of runs that had one.
    workers : int, optional
        Threads.
    policy : str or Path, optional
        File of the runs' policy, where it does not come with the program.

    Returns
    -------
    DataFrame
        A row for each file: same, changed, missing, foreign, unrecorded, unread.

    Raises
    ------
    ReportError
        Where the folder holds no record.

    Examples
    --------
    >>> verify("out")  # doctest: +SKIP
    """
    from simulator.store.verify import verify as hold

    people = None if population is None else in_memory(population)
    return hold(folder, rerun=rerun, population=people, workers=workers, policy=policy)


def purge(folder: str | Path) -> DataFrame:
    """Delete what the records in a folder list, and nothing else.

    Parameters
    ----------
    folder : str or Path
        Of runs and reports.

    Returns
    -------
    DataFrame
        A row for each file: gone, kept, altered, other, locked.

    Raises
    ------
    ReportError
        With nothing deleted, where the folder holds no record or a record lists what lies elsewhere.

    Examples
    --------
    >>> purge("out")  # doctest: +SKIP
    """
    from simulator.store.purge import purge as delete

    return delete(folder)
