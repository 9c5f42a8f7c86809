"""Assess a real register: what the law gives each enterprise in each year, to the fen."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd

from simulator.engine.left_open import INTERVALS, WORTH, intervals_table, worth_table
from simulator.engine.unknown import Bounds, bound
from simulator.engine.window import laid_over
from simulator.errors import PopulationError, Problem
from simulator.law.assessment import CLAUSES, assess_register
from simulator.law.clauses import CASH, SLUGS
from simulator.law.readings import compile_readings
from simulator.law.settlement import breaches
from simulator.law.terms import Block
from simulator.money import FEN
from simulator.population.register import Population, asked_for
from simulator.population.schema import ANNUAL, ENTERPRISES
from simulator.scenario import Scenario

CLAWBACK = "clawback"
LARGEST_SUM = 9.0e18  # int64 sums are refused above this


@dataclass(frozen=True)
class Assessment:
    """What the law gives: by enterprise, year and clause.

    years (years,); awards, displaced, displaced_of_district (n, years, clauses) fen, school places in places;
    clawback (n, years) fen due back, ≥ 0; problems: data errors and warnings, which stop nothing.

    Awards that unknown facts leave open are 0 in these arrays and stand in `intervals` instead, with low and high where
    the law bounds them (`unknown.intervals_table`); `worth`: what collecting each unknown column would settle.
    """

    ids: np.ndarray
    names: np.ndarray
    years: np.ndarray
    awards: np.ndarray
    displaced: np.ndarray
    displaced_of_district: np.ndarray
    clawback: np.ndarray
    blocks: dict[str, Block]
    problems: list[Problem] = field(default_factory=list)
    source: str = ""
    scenario: str = ""
    intervals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(INTERVALS)))
    worth: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(WORTH)))

    def table(self) -> pd.DataFrame:
        """One row per enterprise, year and clause that is not zero: enterprise_id, year, clause, amount, displaced.

        CNY; `clawback` rows negative; `school_places` in places. In the order of enterprise, year and text.
        """
        everything = np.concatenate([self.awards, -self.clawback[:, :, None]], axis=2)
        i, j, k = np.nonzero(everything)
        amounts = everything[i, j, k]
        replaced = np.concatenate([self.displaced, np.zeros_like(self.clawback)[:, :, None]], axis=2)[i, j, k]
        cash = np.array([*CASH, True])[k]
        return pd.DataFrame({
            "enterprise_id": self.ids[i],
            "year": self.years[j],
            "clause": np.array([*SLUGS, CLAWBACK], dtype=object)[k],
            "amount": np.where(cash, amounts / FEN, amounts),
            "displaced": replaced / FEN,
        })

    def summary(self) -> pd.DataFrame:
        """By clause and year: recipients, amount and displaced (CNY; school places in places), and totals of the cash."""
        rows = []
        for k, slug in enumerate([*SLUGS, CLAWBACK]):
            amounts = -self.clawback if slug == CLAWBACK else self.awards[:, :, k]
            for j, year in enumerate(self.years):
                column = amounts[:, j]
                if column.any():
                    scale = FEN if slug == CLAWBACK or CASH[k] else 1
                    displaced = 0 if slug == CLAWBACK else exact_sum(self.displaced[:, j, k])
                    saved = 0 if slug == CLAWBACK else exact_sum(self.displaced_of_district[:, j, k])
                    rows.append((slug, int(year), int(np.count_nonzero(column)), exact_sum(column) / scale,
                                 displaced / FEN, saved / FEN))
        return pd.DataFrame(rows, columns=["clause", "year", "recipients", "amount", "displaced", "saved_by_district"])

    @property
    def total(self) -> Decimal:
        """All cash awarded, clawback not netted, in CNY."""
        return Decimal(exact_sum(self.awards[:, :, np.array(CASH)])) / FEN

    @property
    def total_clawback(self) -> Decimal:
        """All that is due back, in CNY (≥ 0)."""
        return Decimal(exact_sum(self.clawback)) / FEN

    def _repr_html_(self) -> str:
        head = f"<p>{self.scenario}: {self.total:,.2f} CNY, clawback {self.total_clawback:,.2f} CNY</p>"
        return head + self.summary().to_html(index=False, float_format=lambda x: f"{x:,.2f}")


def exact_sum(amounts: np.ndarray) -> int:
    """Sum in int64, refused where it could overflow. Raises PopulationError."""
    if amounts.size and float(np.abs(amounts.astype(np.float64)).sum()) > LARGEST_SUM:
        raise PopulationError(Problem("", "the amounts add up beyond what can be counted in fen", "check the units of the register"))
    return int(amounts.sum())


def assess(population: Population, scenario: Scenario) -> Assessment:
    """Apply every clause to every enterprise of a register, for each year from the policy's start to the last year of
    its annual table. Discretion is 1 and everyone applies: what is assessed is the entitlement.

    Raises PopulationError when the register has no year to assess.
    """
    start, last = scenario.law.start.year, population.last_year
    if last < start:
        raise PopulationError(Problem(
            population.source, f"its last year is {last}, the policy starts in {start}",
            "add the annual rows of the policy's years, or set policy.start"))
    # what was really paid before the first assessed year is remembered, though not shown
    first = min(start, population.first_year) if population.last_paid_year else start
    window = laid_over(population, scenario.law, first, last)
    n, years = len(population), len(window.years)
    awards = np.zeros((n, years, CLAUSES), np.int64)
    displaced, clawback = np.zeros_like(awards), np.zeros((n, years), np.int64)
    lacking = np.zeros((n, years), np.int64)
    paid_years = max(0, min(years, population.last_paid_year - first + 1)) if window.paid.size else 0
    assess_register(population.enterprises, window.annual, window.existing, window.paid, paid_years, window.terms[1:],
                    compile_readings(scenario.interpretation), window.years, awards, displaced, clawback, lacking)
    bounds = bound(population, scenario, window, paid_years, awards, clawback)
    if bounds is not None:
        awards, clawback, displaced = _only_known(bounds, window.existing)
    of_district = np.zeros_like(displaced)
    if window.of_district.size:
        cash = window.of_district.shape[2]
        of_district[:, :, :cash] = np.where(displaced[:, :, :cash] > 0, window.of_district, 0)
    shown = slice(start - first, None)
    result = Assessment(
        population.ids, population.details["name"].to_numpy(), window.years[shown], awards[:, shown],
        displaced[:, shown], of_district[:, shown], clawback[:, shown], dict(scenario.law.blocks),
        source=population.source, scenario=scenario.name)
    problems = [*population.warnings, *_data_errors(population, window.years[shown], lacking[:, shown]),
                *_late_breaches(population, scenario, last), *_unknown(population, scenario)]
    object.__setattr__(result, "problems", problems)
    if bounds is not None:
        intervals = intervals_table(bounds.from_year(start - first), population.ids, result.years)
        object.__setattr__(result, "intervals", intervals)
        object.__setattr__(result, "worth", worth_table(population, scenario, intervals))
    return result


def _only_known(bounds: Bounds, existing: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Awards, clawback and displaced support with 0 wherever an unknown fact leaves the award open."""
    awards = np.where(bounds.open, 0, bounds.low)
    clawback = np.where(bounds.clawback_open, 0, bounds.clawback_low)
    displaced = np.zeros_like(awards)
    if existing.size:
        cash = existing.shape[2]
        displaced[:, :, :cash] = np.where(awards[:, :, :cash] > existing, existing, 0)
    return awards, clawback, displaced


def _data_errors(population: Population, years: np.ndarray, lacking: np.ndarray) -> list[Problem]:
    problems = []
    for i, j in zip(*np.nonzero(lacking), strict=True):
        slugs = ", ".join(SLUGS[k] for k in range(CLAUSES) if lacking[i, j] >> k & 1)
        year = years[j]
        problems.append(Problem(
            f"annual, {population.ids[i]}, {year}", f"{slugs}: no row of {year - 1} to measure the rise from, nothing paid",
            f"add the row of {year - 1}", "data error"))
    return problems


def _late_breaches(population: Population, scenario: Scenario, last: int) -> list[Problem]:
    days = breaches(population.enterprises, scenario.interpretation)
    return [Problem(f"enterprises, {population.ids[i]}, "
                    f"{'violated_on' if population.enterprises['violated_on'][i] == days[i] else 'unsound_on'}",
                    f"{days[i]} lies after the last assessed year {last}; no clawback is shown",
                    "add annual rows of that year", "warning")
            for i in np.nonzero(days // 10_000 > last)[0]]


def _unknown(population: Population, scenario: Scenario) -> list[Problem]:
    """Unknown cells, and columns only some readings ask for that are absent, and what they are needed for."""
    columns = {column.name: column for column in (*ENTERPRISES, *ANNUAL)}
    problems = []
    for enterprise, year, name in asked_for(population.unknown, scenario.interpretation):
        column = columns.get(name)
        if column is not None and column.read_under and not enterprise:
            asked_by = "=".join(column.read_under)
            problems.append(Problem(f"enterprises, {name}", f"is absent, so unknown in every row; {asked_by} asks for it",
                                    "add the columns; blank cells mean none", "warning"))
        if enterprise:
            clauses = ", ".join(column.needed_by if column else ()) or name.partition(".")[2] or "no clause"
            place = f"{enterprise}, {year}, {name}" if year else f"{enterprise}, {name}"
            problems.append(Problem(place, f"is unknown: {clauses}",
                                    "find out and enter it", "warning"))
    return problems
