"""Two or more scenarios with the same random numbers: paired differences with their own error, much smaller than the runs' own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy import special

from simulator.budget.adding_up import differences_hold
from simulator.budget.layout import total_cash
from simulator.budget.result import BudgetRun
from simulator.budget.revenue import flows
from simulator.budget.statistics import FEWEST_BEYOND, Replicate, chance, mean_and_error, quantile
from simulator.budget.summary import TOTAL
from simulator.errors import Problem, ScenarioError
from simulator.law.terms import Block, Law
from simulator.money import FEN
from simulator.phrases import phrase
from simulator.scenario import Scenario, Setting

CHANGED = ("scenario", "path", "baseline", "reform", "article", "zh", "en")
DIFFERENCES = ("scenario", "clause", "year", "mean", "standard_error", "share_higher", "share_higher_low", "share_higher_high")
QUANTILES = (
    "scenario",
    "year",
    "quantile",
    "baseline",
    "baseline_low",
    "baseline_high",
    "reform",
    "reform_low",
    "reform_high",
    "difference",
    "low",
    "high",
)
OUTCOMES = ("scenario", "outcome", "mean", "standard_error")
CLAUSES = ("clause", "article", "zh", "en")
LEGALITY = ("article", "since", "document", "effect_zh", "effect_en")
COMPARED = ("induced_tax", "induced_sales", "net_impact")  # beside the cost: what the reform does to growth and revenue
SHOWN_QUANTILES = (50, 80, 90, 95)
MOST_SECTIONS, FEWEST_SECTIONS = 20, 5
T_975 = {b: float(special.stdtrit(b - 1, 0.975)) for b in range(2, MOST_SECTIONS + 1)}


@dataclass(frozen=True)
class Comparison:
    """Differences of each reform from the baseline, draw by draw; money in CNY cash, reform − baseline.

    changed: scenario, path, baseline, reform, article (or source), zh, en: one row per setting that differs. differences:
    scenario, clause, year, mean, standard_error, share_higher (share of draws in which the reform costs more) with its
    interval. quantiles:
    scenario, year, quantile (per cent), baseline and reform, each with its own interval, difference with its 95 % interval
    (`quantile_difference`), which is narrower than theirs.
    outcomes: scenario, outcome (COMPARED), mean, standard_error, all years. legality: flags of the law that the compared
    years reach. clauses: clause, article, zh, en, of the cash clauses in the order of the text.
    """

    changed: pd.DataFrame
    differences: pd.DataFrame
    quantiles: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(QUANTILES)))
    outcomes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(OUTCOMES)))
    legality: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(LEGALITY)))
    clauses: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CLAUSES)))

    def _repr_html_(self) -> str:
        totals = self.differences[self.differences["year"] == TOTAL]
        return self.changed.to_html(index=False) + totals.to_html(index=False, float_format=lambda x: f"{x:,.2f}")


def compare_runs(baseline: BudgetRun, *reforms: BudgetRun) -> Comparison:
    """Paired differences in cash paid. Raises ScenarioError unless all runs share seed, draws and sampling."""
    return _compared([(baseline, reform, reform.scenario.name) for reform in reforms])


def further_years(scenario: Scenario, until: int, play: Callable[[Scenario], BudgetRun]) -> Comparison:
    """What each further year of `policy.end` costs, up to the end of `until`: each end against the one a year before, on
    common random numbers, so that the steps add up to the whole extension to the fen. Each step goes by the year it adds.

    The horizon moves with the last end, the same for all, so that the years after the term are counted to the full.
    play: plays a scenario. Raises ScenarioError for a policy without an end, or one that ends later.
    """
    end = scenario.law.end
    if end is None or not end.year < until <= 2100:
        why = "the policy has no end" if end is None else phrase("{} does not lie after {}", until, end)
        raise ScenarioError(Problem("--further-years", why, "a year after policy.end, up to 2100"))
    horizon = max(scenario.plain["horizon"], until + max(0, scenario.plain["horizon"] - end.year))
    day = 28 if (end.month, end.day) == (2, 29) else end.day
    ends = [end, *(end.replace(year=year, day=day) for year in range(end.year + 1, until + 1))]
    runs = [play(scenario.set({"policy.end": e, "horizon": horizon})) for e in ends]
    return _compared([(before, after, str(e.year)) for (before, after), e in zip(pairwise(runs), ends[1:], strict=True)])


def quantile_difference(
    baseline: np.ndarray, reform: np.ndarray, percent: int, replicate: Replicate = None
) -> tuple[float, float, float, float, float]:
    """A quantile of both samples, its difference, and the 95 % interval of the difference by sectioning of paired draws.

    baseline, reform: a figure per draw, with common random numbers. The draws are dealt into 20 sections, or as many as leave
    FEWEST_BEYOND draws beyond the quantile in each; the spread of the sections' differences around the whole sample's
    gives the interval (Student's t). Two separate intervals would not know that the draws are paired. The interval is nan
    where there are too few draws for FEWEST_SECTIONS. With `replicate` it is the sequences that are dealt, into
    16 or 8 sections.
    """
    whole = _quantile(baseline, percent), _quantile(reform, percent)
    difference = whole[1] - whole[0]
    beyond = len(baseline) * min(percent, 100 - percent) / 100
    sections = min(MOST_SECTIONS, int(beyond / FEWEST_BEYOND))
    if replicate is not None:  # sequences are independent of each other, and stay whole
        sections = max((s for s in (8, 16) if s <= sections), default=0)
    if sections < FEWEST_SECTIONS:
        return *whole, difference, math.nan, math.nan
    section = (np.arange(len(baseline)) if replicate is None else replicate) % sections
    parts = np.array([_quantile(reform[section == s], percent) - _quantile(baseline[section == s], percent) for s in range(sections)])
    half = T_975[sections] * math.sqrt(float(((parts - difference) ** 2).sum()) / (sections - 1) / sections)
    return *whole, difference, difference - half, difference + half


def _quantile(values: np.ndarray, percent: int) -> float:
    """The ⌈n·p⌉-th smallest value, as in `statistics.describe`."""
    place = math.ceil(len(values) * percent / 100) - 1
    return float(np.partition(values, place)[place])


def _compared(pairs: Iterable[tuple[BudgetRun, BudgetRun, str]]) -> Comparison:
    """The tables of all pairs of a baseline, a reform and the reform's label."""
    blocks: Mapping[str, Block] = {}
    slugs: tuple[str, ...] = ()
    changed, differences, quantiles, outcomes, flags = [], [], [], [], []
    for baseline, reform, label in pairs:
        blocks, slugs = baseline.scenario.law.blocks, baseline.result.slugs[: baseline.result.cash]
        if any(reform.scenario.plain[name] != baseline.scenario.plain[name] for name in ("seed", "draws", "sampling")):
            raise ScenarioError(
                Problem(
                    reform.scenario.name,
                    "has another seed, number of draws or sampling than the baseline",
                    "give both the same seed, draws and sampling: only then are the random numbers common",
                )
            )
        changed += [(label, *row) for row in _changes(baseline.scenario, reform.scenario)]
        differences += [(label, *row) for row in _differences(baseline, reform)]
        quantiles += [(label, *row) for row in _quantiles(baseline, reform)]
        outcomes += [(label, *row) for row in _outcomes(baseline, reform)]
        for run in (baseline, reform):
            flags += flagged(run.scenario.law, run.result.years[-1])
    differences_hold(pd.DataFrame(differences, columns=list(DIFFERENCES)))
    return Comparison(
        *(
            pd.DataFrame(list(rows), columns=list(columns))
            for rows, columns in (
                (changed, CHANGED),
                (differences, DIFFERENCES),
                (quantiles, QUANTILES),
                (outcomes, OUTCOMES),
                (dict.fromkeys(flags), LEGALITY),
                ([(slug, blocks[slug].article, blocks[slug].zh, blocks[slug].en) for slug in slugs], CLAUSES),
            )
        )
    )


def flagged(law: Law, last_year: int) -> list[tuple[str, str, str, str, str]]:
    """LEGALITY of every flag whose day lies before the end of `last_year`."""
    return [
        (block.article, str(c.since), c.document, c.effect_zh, c.effect_en)
        for block in law.blocks.values()
        for c in block.legality
        if c.affects(last_year)
    ]


def _changes(baseline: Scenario, reform: Scenario) -> list[tuple[str, str, str, str, str, str]]:
    """path, old and new value, article or source, meaning, of every setting that differs; edges of thresholds too."""
    was, now = ({s.path: s for s in scenario.settings()} for scenario in (baseline, reform))
    numbers = [{f"law.{p}": dict(n.values) for p, n in scenario.law.numbers.items()} for scenario in (baseline, reform)]
    rows = []
    for path in [*was, *(p for p in now if p not in was)]:
        old, new = was.get(path), now.get(path)
        written_alike = (old and old.value) == (new and new.value)
        if not written_alike and (path not in numbers[0] or numbers[0][path] != numbers[1].get(path)):  # 0.50 is 0.5
            known = cast("Setting", new or old)  # the path is of one of them
            rows.append((path, old.value if old else "—", new.value if new else "—", known.source, known.zh, known.en))
    for path, number in baseline.law.numbers.items():
        other = reform.law.numbers.get(path)
        if other and other.edge != number.edge:
            rows.append((f"law.{path} (edge)", number.edge, other.edge, number.article, number.zh, number.en))
    return rows


def _differences(baseline: BudgetRun, reform: BudgetRun) -> list[tuple[Any, ...]]:
    years = sorted({*baseline.result.cash_years, *reform.result.cash_years})
    difference = _on(reform, years) - _on(baseline, years)  # fen: exact
    rows = []
    cash = baseline.result.cash
    clauses = [(slug, difference[:, :, k]) for k, slug in enumerate(baseline.result.slugs[:cash])]
    for clause, values in [*clauses, (TOTAL, difference[:, :, :cash].sum(axis=2))]:
        for year, column in [*zip(years, values.T, strict=True), (TOTAL, values.sum(axis=1))]:
            mean, error = mean_and_error(column / FEN, baseline.result.replicate)
            rows.append((clause, year, mean, error, *chance(column > 0, baseline.result.replicate).values()))
    return rows


def _quantiles(baseline: BudgetRun, reform: BudgetRun) -> list[tuple[Any, ...]]:
    """Quantiles of the cash of each year both runs have, and of all years, side by side with their difference."""
    was, now = total_cash(baseline.result), total_cash(reform.result)
    common = [y for y in baseline.result.cash_years if y in reform.result.cash_years]
    columns = [(y, was[:, baseline.result.cash_years.index(y)], now[:, reform.result.cash_years.index(y)]) for y in common]
    replicate, rows = baseline.result.replicate, []
    for year, a, b in [*columns, (TOTAL, was.sum(axis=1), now.sum(axis=1))]:
        for percent in SHOWN_QUANTILES:
            both = (*quantile(a, percent, replicate), *quantile(b, percent, replicate))
            rows.append((year, percent, *both, *quantile_difference(a, b, percent, replicate)[2:]))
    return rows


def _outcomes(baseline: BudgetRun, reform: BudgetRun) -> list[tuple[Any, ...]]:
    was, now = (flows(run.result, run.scenario) for run in (baseline, reform))
    return [(name, *mean_and_error(now[name].sum(axis=1) - was[name].sum(axis=1), baseline.result.replicate)) for name in COMPARED]


def _on(run: BudgetRun, years: list[int]) -> np.ndarray:
    """Cash paid in fen (draws, years, clauses), over the given years."""
    laid = np.zeros((len(run.result.paid), len(years), run.result.paid.shape[2]), np.int64)
    for j, year in enumerate(run.result.cash_years):
        laid[:, years.index(year)] = run.result.paid[:, j]
    return laid
