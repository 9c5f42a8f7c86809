"""Fiscal impact of an enterprise-subsidy policy: what it costs, how sure that is, what it brings.

The public door. Everything the command line and the notebooks do goes through these names:

    load_scenario, read_population, synthesize     what is asked, of whom
    assess, explain                                the law on a register, to the fen
    indicators                                     the statistical tables of 三（十）
    run, compare, report                           Monte Carlo budgets, differences on common luck, reports as files
    batch, verify, purge                           many reports at once; that a folder is as it was made; deleting it
    pseudonymise                                   a register's codes behind a key
    cluster                                        workers of other processes and machines, for all that plays draws
    further_years                                  what a longer policy costs, year by year
    design                                         the most generous terms that fit a budget
    loopholes                                      ways round the text, and their price
    whatif, lab                                    a page of sliders, the answer beside them; JupyterLab, this machine only
    attribute, sensitivity, notches                whose cost it is, what matters, who stands near an edge of the law

>>> scenario = load_scenario("baseline").set({"law.tax_rebate.high_rate": 0.4, "draws": 50})
>>> budget = run(scenario)
>>> bool(budget.figure("paid")["mean"] > 0)
True
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simulator.report  # noqa: F401  first, so that the function `report` below is what the name means from then on
from simulator.audit import has_read

if TYPE_CHECKING:
    from decimal import Decimal

    from pandas import DataFrame

    from simulator.budget.compare import Comparison
    from simulator.budget.design import DesignResult
    from simulator.budget.drivers import CostDrivers, Sensitivity
    from simulator.budget.notches import Notches
    from simulator.budget.result import BudgetRun
    from simulator.engine.assess import Assessment
    from simulator.engine.cluster import Cluster
    from simulator.engine.explain import Explanation
    from simulator.population.parts import Parts
    from simulator.population.register import Population
    from simulator.report.batch import Batch
    from simulator.scenario import Scenario

__all__ = ["assess", "attribute", "batch", "cluster", "compare", "design", "explain", "further_years", "indicators", "lab",
           "load_scenario", "loopholes", "notches", "pseudonymise", "purge", "read_population", "report", "run", "sensitivity",
           "synthesize", "verify", "whatif"]

# Imports stand inside the functions: `simulator --help` and a notebook's first cell need not wait for the engine.


def load_scenario(scenario: str | Path | Scenario = "baseline", changes: Mapping[str, Any] | None = None) -> Scenario:
    """A scenario by shipped name or path, with some settings changed. Raises ScenarioError with every problem.

    >>> load_scenario("baseline", {"policy.end": None}).law.end is None
    True
    """
    from simulator.scenario import load_scenario as load

    return load(scenario).set(changes or {})


def read_population(path: str | Path, units: Mapping[str, str] | None = None, *, whole: bool = True) -> Population | Parts:
    """A register from a folder of tables, a workbook, a DuckDB file or a database (`env:NAME`).

    units: 元 or 万元 by column of amounts, where the register does not say. whole: False leaves a register in parts (a folder
    of part-…-of-… folders) on disk, to be played part by part. Raises PopulationError with every problem.

    >>> from simulator.resources import folder
    >>> read_population(folder("data") / "sample").synthetic
    True
    """
    from simulator.population import parts

    register = parts.open_register(path, units)
    return parts.whole(register) if whole else register


def synthesize(scenario: str | Scenario = "baseline", enterprises: int = 400, seed: int | None = None) -> Population:
    """An invented register in the proportions a scenario expects; `write_folder` keeps it.

    >>> len(synthesize(enterprises=50))
    50
    """
    from simulator.engine.synthesize import synthesize as invent

    return invent(load_scenario(scenario), enterprises, seed)


def indicators(population: str | Path | Population, scenario: str | Scenario = "baseline",
               trscg: Mapping[int, float] | None = None) -> dict[str, DataFrame]:
    """The statistical tables of 三（十） by year (CNY), blank retained tax worked out by the scenario's law.

    trscg: the district's total retail sales of consumer goods by year, CNY, where known.

    >>> list(indicators(synthesize(enterprises=50)))
    ['online_retail', 'sizes', 'of_scale', 'taxes', 'employment', 'services']
    """
    from simulator.engine.window import laid_over
    from simulator.population.indicators import indicators as tables

    people = _population(population)
    window = laid_over(people, load_scenario(scenario).law, people.first_year, people.last_year)
    return tables(people, trscg=trscg, annual=window.annual[:, 1:])


def assess(population: str | Path | Population, scenario: str | Scenario = "baseline") -> Assessment:
    """What the law gives each enterprise of a register in each year, to the fen (CNY in its tables).

    >>> result = assess(synthesize(enterprises=50))
    >>> list(result.table().columns)
    ['enterprise_id', 'year', 'clause', 'amount', 'displaced']
    """
    from simulator.engine.assess import assess as apply_law

    return apply_law(_population(population), load_scenario(scenario))


def explain(
    population: str | Path | Population, enterprise_id: str, scenario: str | Scenario = "baseline",
    year: int | None = None,
) -> Explanation:
    """Which clause, which condition, the enterprise's value beside the threshold, and what settlement did.

    >>> print(explain(synthesize(enterprises=50), "SYN0000001").text("en").splitlines()[2][:7])
    ── 2013
    """
    from simulator.engine.explain import explain as tell

    return tell(_population(population), enterprise_id, load_scenario(scenario), year)


def run(
    scenario: str | Scenario = "baseline", population: str | Path | Population | Parts | None = None, *,
    precision: float | None = None, of: str = "total", most: int | None = None, expected: bool = False,
    workers: int | Cluster | None = None, progress: Any = None, notice: Any = None, out: str | Path | None = None,
    resume: bool = False, new: bool = False,
) -> BudgetRun:
    """A Monte Carlo budget. population: a register; None takes the scenario's own (`population.source`).

    precision: draws are added to the scenario's, up to `most` (50,000), until the 95 % interval of one figure is as narrow to
    either side, 0.01 for 1 % of it: `of` is total, net_impact, a year or a clause, p95 or p95.office_rent for a quantile, or
    overrun. Whether that was reached says the run's `precision`. expected: look at the mean of that figure with arrivals and
    market at their expectation, and keep these means in `out`, too (`BudgetRun.expected`). workers: threads or a `cluster`; the
    result does not depend on them. progress, notice: called with draws done, and with a word. out: a folder that keeps the run
    and, while it is played without `precision`, its finished blocks; resume: go on with an unfinished run there, to the same
    bytes; new: throw an unfinished one away.

    >>> run(load_scenario(changes={"draws": 16}), precision=0.2).precision.status
    'converged'
    """
    from simulator.budget.precision import MOST, play_until
    from simulator.budget.result import BudgetRun
    from simulator.engine.checkpoints import kept
    from simulator.engine.run import play

    scenario = load_scenario(scenario)
    has_read("scenario", scenario.hash())
    people = _register_for(scenario, population)

    def played(chosen: Scenario, before: Any = None, keep: Any = None) -> Any:
        return play(chosen, people, workers=workers, before=before, progress=progress, notice=notice, keep=keep)

    if precision is not None:
        scenario, draws, reached = play_until(scenario, precision, of, played, most or MOST, expected)
        budget = BudgetRun(scenario, draws, people, reached)
        if out is not None:
            budget.write(out, {"expected": budget.expected} if expected else None)
        return budget
    if out is None:
        return BudgetRun(scenario, played(scenario), people)
    with kept(out, scenario, people, resume=resume, new=new, notice=notice) as keep:
        budget = BudgetRun(scenario, played(scenario, keep=keep), people)
        budget.write(out, {"expected": budget.expected} if expected else None)
    return budget


@contextlib.contextmanager
def cluster(scheduler: str | None = None, *, processes: int = 0) -> Iterator[Cluster]:
    """Workers for `workers=` of whatever plays draws: the numbers are those of one process, to the byte.

    scheduler: address of a Dask scheduler, tls://host:port (tcp:// for invented registers and drawn incumbents); without it so
    many processes of this machine. A register is read by the workers, under the path it was given with. Raises ClusterError.
    """
    from simulator.engine.cluster import local, remote

    with remote(scheduler) if scheduler else local(processes) as workers:
        yield workers


def compare(baseline: str | Scenario | BudgetRun, *reforms: str | Scenario | BudgetRun,
            population: str | Path | Population | None = None, workers: int | Cluster | None = None) -> Comparison:
    """Paired differences in cost on common luck; equal scenarios differ by exactly 0. workers: threads or a `cluster`.

    >>> same = compare(load_scenario(changes={"draws": 20}), load_scenario(changes={"draws": 20}))
    >>> float(same.differences["mean"].abs().max())
    0.0
    """
    from simulator.budget.compare import compare_runs
    from simulator.budget.result import BudgetRun

    people = _register(population) if population is not None else None
    runs = [r if isinstance(r, BudgetRun) else run(r, people, workers=workers) for r in (baseline, *reforms)]
    return compare_runs(*runs)


def design(
    scenario: str | Scenario, budget: float | Decimal | None, free: Iterable[str], *, confidence: float = 0.95,
    maximise: str = "support", population: str | Path | Population | None = None, workers: int | Cluster | None = None,
    progress: Any = None,
) -> DesignResult:
    """The most generous terms that fit `budget` (CNY, all cash of all years) with the confidence, Monte Carlo error
    included; and the frontier of cost and growth.

    budget: None takes the sum of the scenario's appropriations. free: terms as `law.office_rent.max_area` or
    `law.tax_rebate.high_rate=0.3:0.7:0.05` (lowest, highest, step). maximise: support (mean cash awarded) or growth (mean
    online sales induced). progress: called after each design played.

    >>> found = design(load_scenario(changes={"draws": 60}), 1e9, ["law.office_rent.max_area=300:500:100"])
    >>> str(found.best.values["law.office_rent.max_area"])
    '500'
    """
    from decimal import Decimal

    from simulator.budget.design import find
    from simulator.budget.freedom import free_terms
    from simulator.engine.run import play

    scenario = load_scenario(scenario)
    people = _register_for(scenario, population)
    terms = free_terms(scenario.law, free)
    if budget is None:
        budget = Decimal(sum(scenario.appropriation.values())) / 100

    def played(changed: Scenario) -> Any:
        draws = play(changed, people, workers=workers)
        if progress:
            progress(1)
        return draws

    return find(scenario, terms, Decimal(str(budget)), played, confidence, maximise)


def loopholes(
    scenario: str | Scenario = "baseline", population: str | Path | Population | None = None, *,
    workers: int | Cluster | None = None, progress: Any = None,
) -> DataFrame:
    """The known ways round the text: what it stops, who gains by the law, and the price with its Monte Carlo error (CNY).

    population: a register with rows of the policy's first year; None invents one. progress: called after each play.

    >>> prices = loopholes(load_scenario(changes={"draws": 5}), synthesize(enterprises=50))
    >>> list(prices["way"][:3])
    ['split', 'split_off', 'capital']
    """
    from simulator.budget.loopholes.pricing import price_ways
    from simulator.population.parts import whole

    scenario = load_scenario(scenario)
    people = whole(_register_for(scenario, population))
    return price_ways(scenario, people, workers, scenario.draws, progress)


def further_years(
    scenario: str | Scenario, until: int, population: str | Path | Population | None = None, *,
    workers: int | Cluster | None = None, notice: Any = None,
) -> Comparison:
    """What each further year of `policy.end` costs, up to the year `until`; the steps add up to the whole extension.

    >>> steps = further_years(load_scenario(changes={"draws": 20}), 2017)
    >>> list(steps.differences["scenario"].unique())
    ['2016', '2017']
    """
    from simulator.budget.compare import further_years as lengthen

    people = _register(population) if population is not None else None
    return lengthen(load_scenario(scenario), until, lambda s: run(s, people, workers=workers, notice=notice))


def attribute(
    of: str | Scenario | BudgetRun = "baseline", population: str | Path | Population | None = None, *, few: int = 100,
    orders: int = 8, workers: int | Cluster | None = None, progress: Any = None, notice: Any = None,
) -> CostDrivers:
    """Whose cost it is: each clause alone, as the last one in and by Shapley's value, adding up to the run's cost to the fen;
    their interaction by cause; and what every other reading of the text would cost.

    of: a scenario (played first) or a run. few: draws on which sets of clauses are played; orders: of clauses, sampled in pairs
    of reverses (five clauses or fewer: all sets). progress: called with draws done and draws in all, stage by stage.

    >>> found = attribute(load_scenario(changes={"draws": 8}), few=4, orders=2)
    >>> list(found.attribution.clauses["clause"])[-2:]
    ['interaction', 'total']
    """
    from simulator.budget.drivers import cost_drivers

    budget = _run_of(of, population, workers, progress, notice)
    return cost_drivers(budget.result, budget.scenario, budget.population, workers=workers, few=few,
                        pairs=max(1, orders // 2), progress=progress)


def sensitivity(
    of: str | Scenario | BudgetRun = "baseline", population: str | Path | Population | None = None, *, few: int = 200,
    samples: int = 512, workers: int | Cluster | None = None, progress: Any = None, notice: Any = None,
) -> Sensitivity:
    """Which assumptions matter, for cash paid, net fiscal impact and online sales: each at its low and high end on common luck,
    and Sobol indices with bootstrap intervals, luck being one of the factors.

    few: draws on which the assumptions that move most are played at their ends; samples: draws of the indices. The others as for
    `attribute`.
    """
    from simulator.budget.drivers import sensitivity_of

    budget = _run_of(of, population, workers, progress, notice)
    return sensitivity_of(budget.result, budget.scenario, budget.population, workers=workers, few=few, count=samples,
                          progress=progress)


def notches(scenario: str | Scenario = "baseline", population: str | Path | Population | None = None, *, within: float = 0.1,
            draws: int = 60) -> Notches:
    """Who stands near the edges of the law, how large each jump is, and what reaching the edge gains.

    population: a register with years of the policy is asked as it is; otherwise the populations of `draws` draws. within: the
    band to either side of an edge, a share of it. Raises ScenarioError.

    >>> len(notches(draws=2).edges["term"].unique())
    11
    """
    from simulator.budget.notches import notches as find
    from simulator.population.parts import whole

    scenario = load_scenario(scenario)
    people = whole(_register_for(scenario, population))
    return find(scenario, people, within=within, draws=draws)


def report(
    *of: str | Path | Scenario | BudgetRun, population: str | Path | Population | None = None, notebook: str = "budget",
    clause: str = "", formats: Sequence[str] = ("html",), languages: Sequence[str] = ("zh",), profile: str = "internal",
    out: str | Path = "out", releases: str | Path | None = None, units: Mapping[str, str] | None = None,
    workers: int | Cluster | None = None, progress: Any = None, notice: Any = None,
) -> list[Path]:
    """A report as files a bureau can keep: HTML, PDF, Excel, Word; returns their paths, language by language.

    of: a scenario (played first), a finished run, or the folder of one (where the report goes, too). For the notebook
    `compare` the baseline and its reforms; for `check` a register, with `units` where it does not say them. Default: the
    baseline. out: folder for the run's files and the report. releases: folder of the ledger of releases, which the profile
    external needs on a register of real enterprises. Raises ReportError, before anything is played where the
    request itself cannot be meant; older files stay as they were.
    """
    from simulator.budget.result import BudgetRun
    from simulator.report import kinds
    from simulator.report.publish import publish

    of = of or ("baseline",)
    kept = isinstance(of[0], str | Path) and (Path(of[0]) / "record.json").is_file()
    kinds.check(notebook, formats, languages, profile, clause, 2 if kept and notebook == "compare" else len(of))
    tell = notice or (lambda text: None)

    def played(one: str | Path | Scenario | BudgetRun) -> BudgetRun:
        return one if isinstance(one, BudgetRun) else run(
            one, population, workers=workers, progress=progress, notice=notice)

    if kept:
        folder, out = Path(of[0]), None
    elif notebook == "check":
        from simulator.report.register_check import write_check

        folder = write_check(out, of[0], units)
    elif notebook == "compare":
        from simulator.report.comparison_folder import write_comparison

        folder = write_comparison(out, *map(played, of))
    else:
        budget = played(of[0])
        tell("what the result leans on, and what would have to be true …")
        folder = budget.write(out, budget.analyses(workers))
    made = []
    for lang in languages:
        def told(section: str, number: int, count: int, lang: str = lang) -> None:
            tell(f"{notebook} {lang} {number}/{count} {section}")

        made += publish(folder, notebook=notebook, clause=clause, lang=lang, formats=formats, profile=profile, out=out,
                        releases=releases, progress=told)
    return made


def whatif(
    scenario: str | Path = "baseline", population: str | Path | None = None, *, units: Sequence[str] = (), lang: str = "zh",
    port: int = 8866, draws: int = 200, out: str | Path = "out/what_if", browser: bool = True, host: str = "",
    certificate: str | Path = "", key: str | Path = "", password_file: str | Path = "", notice: Any = print,
) -> None:
    """Serve the what-if page on this machine until it is interrupted (Ctrl+C).

    scenario, population: by name or path, read here first so that every problem is told at once. units: column=万元, where a
    register does not say. draws: of the picture that follows the hand. out: folder of what is kept. host, certificate, key,
    password_file: for others than this machine, all four (see `dashboard.reach`). notice: called with the page's address.
    Raises SimulatorError.
    """
    from simulator.dashboard.opening import parameters
    from simulator.dashboard.reach import reach
    from simulator.dashboard.server import serve

    allowed = reach(host, certificate, key, password_file)
    given = parameters(scenario, population or "", units, lang=lang, draws=draws, out=out)
    serve(given, port=port, reach=allowed, browser=browser,
          told=lambda url: notice(f"→ {url}\n  Ctrl+C ends it"))


def lab(*, port: int = 8888, folder: str | Path = "notebooks", browser: bool = True, notice: Any = print) -> None:
    """Open JupyterLab on this machine only, behind a token, with the notebooks in a folder of their own, until Ctrl+C.

    folder: where the notebooks are copied to if it is not there yet, and all that is served; data is to lie elsewhere.
    notice: called with the address. Raises SimulatorError.
    """
    from simulator.dashboard.lab import serve

    serve(port=port, folder=folder, browser=browser,
          told=lambda url: notice(f"→ {url}\n  Ctrl+C ends it"))


def batch(file: str | Path, *, out: str | Path = "out/batch", workers: int | Cluster | None = None, notice: Any = None) -> Batch:
    """The reports of several scenarios and languages, as a YAML file asks for them, in processes side by side.

    out: folder of all of them, with an index page. One that fails leaves the others alone and is named in `failed`.
    Raises ReportError, before anything is played, with everything in the file that cannot be meant.
    """
    from simulator.report.batch import make
    from simulator.report.batch_plan import read_plan

    return make(read_plan(file, out), out, workers, notice)


def verify(folder: str | Path, *, rerun: bool = False, population: str | Path | Population | None = None,
           workers: int | None = None) -> DataFrame:
    """Every file of a folder's runs and reports with its state: same, changed, missing, foreign, unrecorded, unread.

    rerun: also play each run again from its settings: repeated to the byte, different, or not_repeated. population: the
    register of runs that had one. Raises ReportError when the folder holds no record.
    """
    from simulator.report.verify import verify as hold

    return hold(folder, rerun=rerun, population=None if population is None else _population(population), workers=workers)


def purge(folder: str | Path) -> DataFrame:
    """Delete what the records in a folder list; every file with its state: gone, kept, altered, other, locked.

    Raises ReportError, with nothing deleted, where the folder holds no record or a record lists what lies elsewhere.
    """
    from simulator.report.purge import purge as delete

    return delete(folder)


def pseudonymise(population: str | Path | Population, key: str | Path) -> Population:
    """A register with pseudonyms for codes and without names, for people to read; the same key gives the same pseudonyms.

    key: the file it lies in, or env:NAME. Raises PopulationError where it is missing, short, or open to others.
    """
    from simulator.population.pseudonyms import pseudonymous, read_key

    return pseudonymous(_population(population), read_key(key))


def _run_of(of: str | Scenario | BudgetRun, population: Any, workers: int | None, progress: Any, notice: Any) -> BudgetRun:
    """The run given, or a run of the scenario given, told as one stage."""
    from simulator.budget.result import BudgetRun

    if isinstance(of, BudgetRun):
        return of
    scenario = load_scenario(of)
    step = None if progress is None else lambda done: progress(done, scenario.draws)
    return run(scenario, population, workers=workers, progress=step, notice=notice)


def _population(given: str | Path | Population | Parts) -> Population:
    """A register in memory."""
    from simulator.population.parts import whole

    return whole(_register(given))


def _register(given: str | Path | Population | Parts) -> Population | Parts:
    """A register as it can be played, in parts where it lies so."""
    return read_population(given, whole=False) if isinstance(given, str | Path) else given


def _register_for(scenario: Scenario, given: str | Path | Population | Parts | None) -> Population | Parts | None:
    """The register given, else the scenario's own (`population.source`)."""
    if given is not None:
        return _register(given)
    source = scenario.plain["population.source"]
    if source == "synthetic":
        return None
    beside = scenario.folder / source
    return _register(beside if beside.exists() else source)
