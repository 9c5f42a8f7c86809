"""Assess a real register: what the law gives each enterprise in each year, to the fen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from simulator import facts
from simulator.engine.enacted import enact
from simulator.engine.instalments import parts_of
from simulator.engine.left_open import INTERVALS, WORTH, intervals_table, together, worth_of, worth_table
from simulator.engine.together import assess_together
from simulator.engine.unknown import Bounds, bound
from simulator.engine.window import Window, laid_over
from simulator.errors import PopulationError, Problem
from simulator.law.assessment import assess_register
from simulator.law.language.nodes import evaluate
from simulator.law.plain import Plain
from simulator.law.policy import CLAWBACK, Policy
from simulator.law.readings import compile_readings
from simulator.law.steps import Step
from simulator.law.terms import Block
from simulator.money import FEN
from simulator.phrases import phrase
from simulator.population.parts import Register, each, whole
from simulator.population.register import Population, asked_for
from simulator.population.schema import contract_of
from simulator.projection.columns import SEEN
from simulator.scenario import Scenario

PLAN = ("enterprise_id", "year", "clause", "part", "parts", "paid_in", "amount")
BY_ENTERPRISE = ("ids", "names", "awards", "displaced", "displaced_of_district", "clawback")  # fields with a row an enterprise
LARGEST_SUM = 9.0e18  # int64 sums are refused above this


@dataclass(frozen=True)
class Assessment:
    """What the law gives: by enterprise, year and clause.

    years (years,); awards, displaced, displaced_of_district (n, years, clauses) fen, school places in places;
    clawback (n, years) fen due back, ≥ 0; problems: data errors and warnings, which stop nothing.

    Awards that unknown facts leave open are 0 in these arrays and stand in `intervals` instead, with low and high where
    the law bounds them (`unknown.intervals_table`); `worth`: what collecting each unknown column would settle.
    really_paid: the last year whose payments the register holds (0: none); steps: what was decided between enterprises of the one
    asked for, by year.
    """

    ids: np.ndarray
    names: np.ndarray
    years: np.ndarray
    awards: np.ndarray
    displaced: np.ndarray
    displaced_of_district: np.ndarray
    clawback: np.ndarray
    blocks: dict[str, Block]
    policy: Policy
    problems: list[Problem] = field(default_factory=list)
    source: str = ""
    scenario: str = ""
    intervals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(INTERVALS)))
    worth: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(WORTH)))
    really_paid: int = 0
    steps: Mapping[int, Sequence[Step]] = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """One row per enterprise, year and clause that is not zero: enterprise_id, year, clause, amount, displaced.

        CNY; `clawback` rows negative; what is given in kind in its own units. In the order of enterprise, year and text.
        """
        everything = np.concatenate([self.awards, -self.clawback[:, :, None]], axis=2)
        i, j, k = np.nonzero(everything)
        amounts = everything[i, j, k]
        replaced = np.concatenate([self.displaced, np.zeros_like(self.clawback)[:, :, None]], axis=2)[i, j, k]
        cash = np.array([*self.policy.cash, True])[k]
        return pd.DataFrame(
            {
                "enterprise_id": self.ids[i],
                "year": self.years[j],
                "clause": np.array([*self.policy.slugs, CLAWBACK], dtype=object)[k],
                "amount": np.where(cash, amounts / FEN, amounts),
                "displaced": replaced / FEN,
            }
        )

    def plan(self) -> pd.DataFrame:
        """In which years the awards of clauses that are paid in parts are paid out (CNY): enterprise_id, year, clause, part, parts,
        paid_in, amount. Empty where no clause is. An amount stays the award of its year; what was really paid was paid in that year."""
        rows = []
        for k, clause in enumerate(self.policy.clauses[: self.policy.cash_clauses]):
            for i, j in zip(*np.nonzero(self.awards[:, :, k]), strict=True) if len(clause.parts) > 1 else ():
                year = int(self.years[j])
                parts = parts_of(int(self.awards[i, j, k]), (1,) if year <= self.really_paid else clause.parts)
                rows += [
                    (self.ids[i], year, clause.slug, part, len(parts), year + part - 1, amount / FEN)
                    for part, amount in enumerate(parts, 1)
                ]
        return pd.DataFrame(rows, columns=list(PLAN))

    @property
    def in_parts(self) -> bool:
        """Whether some clause in cash is paid in parts."""
        return any(len(clause.parts) > 1 for clause in self.policy.clauses[: self.policy.cash_clauses])

    def summary(self) -> pd.DataFrame:
        """By clause and year: recipients, amount and displaced (CNY; in kind in its own units), and totals of the cash."""
        rows = []
        for k, slug in enumerate([*self.policy.slugs, CLAWBACK]):
            amounts = -self.clawback if slug == CLAWBACK else self.awards[:, :, k]
            for j, year in enumerate(self.years):
                column = amounts[:, j]
                if column.any():
                    scale = FEN if slug == CLAWBACK or self.policy.cash[k] else 1
                    displaced = 0 if slug == CLAWBACK else exact_sum(self.displaced[:, j, k])
                    saved = 0 if slug == CLAWBACK else exact_sum(self.displaced_of_district[:, j, k])
                    rows.append((slug, int(year), int(np.count_nonzero(column)), exact_sum(column) / scale, displaced / FEN, saved / FEN))
        return pd.DataFrame(rows, columns=["clause", "year", "recipients", "amount", "displaced", "saved_by_district"])

    @property
    def total(self) -> Decimal:
        """All cash awarded, clawback not netted, in CNY."""
        return Decimal(exact_sum(self.awards[:, :, : self.policy.cash_clauses])) / FEN

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


def assess(register: Register, scenario: Scenario) -> Assessment:
    """Apply every clause to every enterprise of a register, part by part where it lies in parts: then the result holds only those who
    get something or owe it. A policy that weighs enterprises against each other is applied to all of them at once.

    Raises PopulationError when the register has no year to assess.
    """
    if isinstance(register, Population) or scenario.law.policy.contested:
        return assess_population(whole(register), scenario)
    silent = (replace(part, warnings=[]) for part in each(register))  # the register tells their warnings
    found = [_of_those_with_anything(assess_population(part, scenario)) for part in silent]
    joined: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in found]) for name in BY_ENTERPRISE}
    return replace(
        found[0],
        **joined,
        problems=list(dict.fromkeys([*register.warnings, *(problem for part in found for problem in part.problems)])),
        source=register.source,
        intervals=together([part.intervals for part in found]),
        worth=worth_of([part.worth for part in found]),
    )


def _of_those_with_anything(result: Assessment) -> Assessment:
    some = np.any([getattr(result, name).reshape(len(result.ids), -1).any(axis=1) for name in BY_ENTERPRISE[2:]], axis=0)
    kept: dict[str, Any] = {name: getattr(result, name)[some] for name in BY_ENTERPRISE}
    return replace(result, **kept)


def assess_population(population: Population, scenario: Scenario, explained_of: int | None = None) -> Assessment:
    """Apply every clause to every enterprise of a register, for each year from the policy's start to the last year of
    its annual table. Discretion is 1 and everyone applies: what is assessed is the entitlement. explained_of: the enterprise (row) of which
    the steps between enterprises are kept.

    Raises PopulationError when the register has no year to assess.
    """
    population = population.under(scenario.law.policy)
    start, last = scenario.law.start.year, population.last_year
    if last < start:
        raise PopulationError(
            Problem(
                population.source,
                phrase("its last year is {}, the policy starts in {}", last, start),
                "add the annual rows of the policy's years, or set policy.start",
            )
        )
    # what was really paid before the first assessed year is remembered, though not shown
    first = min(start, population.first_year) if population.last_paid_year else start
    window = laid_over(population, scenario.law, first, last, reaching_back=True)
    n, years, policy = len(population), len(window.years), scenario.law.policy
    awards = np.zeros((n, years, len(policy.clauses)), np.int64)
    displaced, clawback = np.zeros_like(awards), np.zeros((n, years), np.int64)
    lacking = np.zeros((n, years), np.int64)
    paid_years = max(0, min(years, population.last_paid_year - first + 1)) if window.paid.size else 0
    enacted, terms = enact(scenario, []), window.terms.of(slice(1, None))
    steps: Mapping[int, Sequence[Step]] = {}
    if policy.contested:
        steps = assess_together(population, enacted, window, paid_years, awards, displaced, clawback, lacking, explained_of)
    else:
        assess_register(
            enacted.law,
            population.enterprises,
            window.own,
            window.annual,
            window.own_annual,
            window.skip,
            window.existing,
            window.paid,
            paid_years,
            terms.head,
            terms.numbers,
            enacted.readings,
            window.years,
            awards,
            displaced,
            clawback,
            lacking,
        )
    bounds = bound(population, scenario, window, paid_years, awards, clawback)
    if bounds is not None:
        awards, clawback, displaced = _only_known(bounds, window.existing)
    of_district = np.zeros_like(displaced)
    if window.of_district.size:
        cash = window.of_district.shape[2]
        of_district[:, :, :cash] = np.where(displaced[:, :, :cash] > 0, window.of_district, 0)
    shown = slice(start - first, None)
    result = Assessment(
        population.ids,
        population.details["name"],
        window.years[shown],
        awards[:, shown],
        displaced[:, shown],
        of_district[:, shown],
        clawback[:, shown],
        dict(scenario.law.blocks),
        policy,
        source=population.source,
        scenario=scenario.name,
        really_paid=first + paid_years - 1 if paid_years else 0,
        steps=steps,
    )
    problems = [
        *population.warnings,
        *_data_errors(population, policy, window.years[shown], lacking[:, shown]),
        *_late_breaches(population, scenario, window, last),
        *_unknown(population, scenario),
    ]
    object.__setattr__(result, "problems", problems)
    if bounds is not None:
        intervals = intervals_table(policy, bounds.from_year(start - first), population.ids, result.years)
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


def _data_errors(population: Population, policy: Policy, years: np.ndarray, lacking: np.ndarray) -> list[Problem]:
    problems = []
    for i, j in zip(*np.nonzero(lacking), strict=True):
        year = years[j]
        for clause in (c for k, c in enumerate(policy.clauses) if lacking[i, j] >> k & 1):
            said = clause.data_error
            if said is None:
                continue
            asked = sorted({fixed for _, fixed in said.uses.fixed_years} | {int(year) - ago for _, ago in said.uses.earlier})
            missing = "、".join(map(str, asked)) or str(year - 1)
            problems.append(
                Problem(
                    f"annual, {population.ids[i]}, {year}",
                    f"{clause.slug}: {said.en}",
                    phrase("add the row of {}", missing.replace("、", ", ")),
                    "data error",
                    f"{clause.zh}：{said.zh}",
                    f"请补录{missing}年数据",
                )
            )
    return problems


def breach_years(population: Population, scenario: Scenario, window: Window) -> np.ndarray:
    """The year of each enterprise's breach that makes its support due back (n,); 0: none. Of the years looked at and those to come."""
    policy, n = scenario.law.policy, len(population)
    back = policy.settlement.clawback
    years = np.zeros(n, np.int64)
    dated = [name for name in (back.facts if back else ()) if name in facts.ENTERPRISE_FIELDS and facts.KINDS[name][0] == "day"]
    if back is None or not dated:
        return years
    plain, readings = Plain(policy, SEEN), compile_readings(policy, scenario.interpretation)
    suspects = np.nonzero(np.any([population.enterprises[name] > 0 for name in dated], axis=0))[0]
    for i in suspects:
        for year in sorted({int(population.enterprises[name][i]) // 10_000 for name in dated} - {0}):
            of = plain.leaves(
                population.enterprises[i],
                window.own[i],
                window.annual[i],
                window.own_annual[i],
                0,
                0,
                year,
                window.terms.head[-1],
                window.terms.numbers[-1],
                readings,
                None,
            )
            if evaluate(back.node, of):
                years[i] = year
                break
    return years


def _late_breaches(population: Population, scenario: Scenario, window: Window, last: int) -> list[Problem]:
    problems = []
    for i, year in enumerate(breach_years(population, scenario, window)):
        if year > last:
            name = next(n for n in ("violated_on", "unsound_on") if population.enterprises[n][i] // 10_000 == year)
            problems.append(
                Problem(
                    f"enterprises, {population.ids[i]}, {name}",
                    phrase("{} lies after the last assessed year {}; no clawback is shown", population.enterprises[name][i], last),
                    "add annual rows of that year",
                    "warning",
                )
            )
    return problems


def _unknown(population: Population, scenario: Scenario) -> list[Problem]:
    """Unknown cells, and columns only some readings ask for that are absent, and what they are needed for."""
    of_policy = contract_of(scenario.law.policy)
    columns = {column.name: column for column in (*of_policy.enterprises, *of_policy.annual)}
    problems = []
    for enterprise, year, name in asked_for(population.unknown, scenario.law.policy, scenario.interpretation):
        column = columns.get(name)
        if column is not None and column.read_under and not enterprise:
            problems.append(
                Problem(
                    f"enterprises, {name}",
                    phrase("is absent, so unknown in every row; {} asks for it", "=".join(column.read_under)),
                    "add the column; blank cells mean none",
                    "warning",
                )
            )
        if enterprise:
            clauses = ", ".join(column.needed_by if column else ()) or name.partition(".")[2]
            place = f"{enterprise}, {year}, {name}" if year else f"{enterprise}, {name}"
            cause = phrase("is unknown: {}", clauses) if clauses else phrase("is unknown; no clause asks for it")
            problems.append(Problem(place, cause, "find out and enter it", "warning"))
    return problems
