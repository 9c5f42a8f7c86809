"""Invent a register: enterprises of all kinds with plausible facts, calibrated to published figures, said to be synthetic.

The recipe (`recipe`) draws every enterprise from its own variates at the assumptions' means; sales of those there before are
then brought to the published total of the base year. What was aimed at and what came out is in the calibration report.
No enterprise is a copy of a real one: nothing of a real one goes in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from simulator.engine import calibration
from simulator.engine.own import GROWS, LARGEST, own_facts
from simulator.engine.recipe import invent
from simulator.errors import PopulationError, Problem
from simulator.facts import ANNUAL, ENTERPRISE
from simulator.files import put, ready
from simulator.law.policy import Policy
from simulator.money import FEN
from simulator.phrases import phrase
from simulator.population.dividing import SIZE, write_parts
from simulator.population.parts import joined
from simulator.population.register import Population, details_of
from simulator.population.writing import write_folder, write_parquet
from simulator.projection import enterprises as kinds
from simulator.projection.assumptions import draw_parameters, general
from simulator.projection.enterprises import KINDS, STATE
from simulator.projection.newcomers import ARRIVING
from simulator.scenario import Scenario
from simulator.spreadsheets import save_csv
from simulator.streams import OWN_CHANCE, OWN_SHARE, OWN_SIZE, SUPPORT, keys_of, uniforms

YEARS_BEFORE = 2  # the register reaches this many years back from the policy's first one, further where the policy asks for a year before
MANY = 20_000  # enterprises from which on a register is written as Parquet
MOST = 9_999_999  # enterprises: their codes have seven digits
LOOKED_AT = 250_000  # enterprises that the report on a register in parts looks at
SECTOR = {kinds.SERVICE: "services", kinds.PLATFORM: "platform", kinds.BUILDING: "building", kinds.TRADITIONAL: "traditional"}


@dataclass(frozen=True)
class Invented:
    """An invented register, its kinds, and how well it fits: target, achieved, ratio of every published figure."""

    population: Population
    kinds: np.ndarray
    report: pd.DataFrame


def synthesize(scenario: Scenario, enterprises: int = 400, seed: int | None = None) -> Population:
    """An invented register of so many enterprises, from two years before the policy's first year, or the earliest year its text names, to
    that year.

    Kinds in the proportions the scenario expects. The same seed gives the same register. Raises PopulationError for a
    number of enterprises that cannot be.
    """
    return synthesize_with_report(scenario, enterprises, seed).population


def write_synthetic(scenario: Scenario, enterprises: int, seed: int | None, folder: str | Path) -> pd.DataFrame:
    """Invent a register and keep it in a folder with its calibration report (calibration.txt, tab-separated); returns the report.

    CSV tables; Parquet from `MANY` enterprises on; above `parts.SIZE` (25 000) in parts, made one at a time, with a report on every k-th
    enterprise. Raises PopulationError when the folder cannot be written or holds another register.
    """
    folder = Path(folder)
    ready(folder, ["calibration.txt"], PopulationError)
    if enterprises > SIZE:
        report = _write_in_parts(_Recipe.of(scenario, enterprises, seed), folder)
    else:
        invented = synthesize_with_report(scenario, enterprises, seed)
        (write_parquet if enterprises >= MANY else write_folder)(invented.population, folder)
        report = invented.report
    put(folder / "calibration.txt", lambda p: save_csv(report, p, separator="\t"), PopulationError)
    return report


def _write_in_parts(recipe: _Recipe, folder: Path) -> pd.DataFrame:
    slices, every = recipe.slices(SIZE), -(-recipe.enterprises // LOOKED_AT)
    seen: list[Population] = []

    def made() -> Iterator[Population]:
        for part in slices:
            _, population = recipe.population(part)
            seen.append(population.subset(slice(-part.start % every, None, every)))
            yield population

    write_parts(made(), folder, len(slices))
    some = slice(0, None, every)
    return calibration.report(
        joined(seen), recipe.kind_of[some], recipe.born[some], recipe.par, recipe.aim, recipe.online_sales(), known=recipe.statistics
    )


def synthesize_with_report(scenario: Scenario, enterprises: int = 400, seed: int | None = None) -> Invented:
    """As `synthesize`, with the kinds and the calibration report."""
    recipe = _Recipe.of(scenario, enterprises, seed)
    everybody = slice(0, enterprises)
    states, population = recipe.population(everybody)
    return Invented(
        population,
        states["kind"].copy(),
        calibration.report(population, recipe.kind_of, recipe.born, recipe.par, recipe.aim, known=recipe.statistics),
    )


@dataclass(frozen=True)
class _Recipe:
    """What is to be invented: kinds and first years (n,), at a scale of sales that meets the published total; any slice of it
    can be made on its own."""

    enterprises: int
    seed: int
    par: np.void
    years: range
    kind_of: np.ndarray
    born: np.ndarray
    terms: np.ndarray
    policy: Policy
    joining: float
    aim: calibration.Aim
    statistics: Path | None = None
    scale: float = 1.0

    @classmethod
    def of(cls, scenario: Scenario, enterprises: int, seed: int | None) -> _Recipe:
        """The recipe of a scenario. Raises PopulationError."""
        if not 1 <= enterprises <= MOST:
            raise PopulationError(
                Problem(f"--enterprises {enterprises}", phrase("lies outside {} … {}", 1, f"{MOST:,}"), "write a number of it")
            )
        seed = scenario.seed if seed is None else seed
        if not 0 <= seed < 2**64:
            raise PopulationError(Problem(f"--seed {seed}", phrase("lies outside {} … {}", 0, "2⁶⁴ − 1"), "write a number of it"))
        policy = scenario.law.policy
        first = min([scenario.base_year + 1 - YEARS_BEFORE, *policy.fixed_years, scenario.base_year + 1 - policy.longest_ago])
        years = range(first, scenario.base_year + 2)
        par = draw_parameters(scenario.declared, scenario.parameters(), seed, 0, 1, at_mean=True)[0]
        kind_of, born = _composition(par, enterprises, list(years)[1:])
        retailers = float(par["incumbents_number"] + par["startups_a_year"])
        joining = min(1.0, float(par["joiners_a_year"]) / retailers) if retailers else 0.0
        aim = calibration.online_sales_aim(scenario, par, int(np.count_nonzero((kind_of == kinds.GOODS) & (born == 0))))
        recipe = cls(
            enterprises,
            seed,
            par,
            years,
            kind_of,
            born,
            scenario.law.compile(years).head,
            policy,
            joining,
            aim,
            scenario.statistics,
        )
        for _ in range(5):  # sales are in proportion to the scale but for the largest ones' cut: a few turns are close
            achieved = recipe.online_sales()
            if achieved <= 0 or abs(aim.target / achieved - 1) < 1e-3:
                break
            recipe = replace(recipe, scale=recipe.scale * aim.target / achieved)
        return recipe

    def slices(self, size: int) -> list[slice]:
        """Everybody, so many at a time."""
        return [slice(start, min(start + size, self.enterprises)) for start in range(0, self.enterprises, size)]

    def ids(self, part: slice) -> np.ndarray:
        return np.array([f"SYN{i + 1:07d}" for i in range(part.start, part.stop)], dtype=object)

    def records(self, part: slice) -> tuple[np.ndarray, ...]:
        """ENTERPRISE and STATE (n,), ANNUAL and employees (n, years)."""
        n = part.stop - part.start
        records, states = np.zeros(n, ENTERPRISE), np.zeros(n, STATE)
        states["key"] = keys_of(self.ids(part))
        annual, staff = np.zeros((n, len(self.years)), ANNUAL), np.zeros((n, len(self.years)), np.int64)
        invent(
            general(np.full(len(self.years), self.par)),
            np.uint64(self.seed),
            self.years[0],
            self.kind_of[part],
            self.born[part],
            self.terms,
            self.joining,
            _medians(self.par, self.scale),
            records,
            states,
            annual,
            staff,
        )
        return records, states, annual, staff

    def online_sales(self) -> float:
        """Online sales of the base year of those there before, CNY."""
        total = 0
        for part in self.slices(SIZE):
            there = (self.born[part] == 0) & (self.kind_of[part] == kinds.GOODS)
            total += int(self.records(part)[2]["online_sales"][there, -2].sum())
        return total / FEN

    def population(self, part: slice) -> tuple[np.ndarray, Population]:
        """STATE (n,) and the register of a slice."""
        records, states, annual, staff = self.records(part)
        records["violated_on"] = np.where(records["violated_on"] // 10_000 < self.years[-1], 0, records["violated_on"])
        support = self._older_support(states["key"], annual)
        details = details_of(
            len(records),
            name=[f"样例企业{i + 1:07d}" for i in range(part.start, part.stop)],
            sector=[SECTOR.get(kind, "goods") for kind in states["kind"].tolist()],
        )
        digest = hashlib.sha256(records.tobytes() + annual.tobytes()).hexdigest()
        return states, Population(
            self.ids(part),
            records,
            annual,
            self.years[0],
            support=support,
            support_district=support,
            details=details,
            employees=staff,
            source=f"synthetic-{self.enterprises}-{self.seed}",
            sha256=digest,
            synthetic=True,
            paid=np.zeros((0, 0, self.policy.cash_clauses), np.int64),
            policy=self.policy,
            own=self._own(states["key"], annual),
        )

    def _own(self, keys: np.ndarray, annual: np.ndarray) -> dict[str, np.ndarray]:
        """The policy's own facts, by name: (n,) or (n, years), as the projection draws and moves them for whom a draw brings (`own`)."""
        seed, there = np.uint64(self.seed), annual["present"] != 0
        first, found = there.argmax(axis=1), {}
        for fact, one in zip(self.policy.facts, own_facts(self.policy, np.array([self.par]))[0], strict=True):
            key = keys ^ one["key"]
            size = uniforms(seed, 0, OWN_SIZE, key, 0)
            if fact.kind == "flag":
                value = np.ones(len(keys))
            elif fact.kind == "day":
                value = (self.years[0] + first) * 10_000.0 + 7_01
            elif fact.kind == "choice":
                value = np.floor(1 + size * (one["choices"] - 1))
            else:
                value = np.floor(np.minimum(one["median"] * np.exp(one["log_sd"] * ndtri(size)), float(LARGEST)) + 0.5)
            value = np.where(uniforms(seed, 0, OWN_SHARE, key, 0) < one["share"], value, 0.0)
            came = [
                (uniforms(seed, 0, OWN_CHANCE, key, year) < one["yearly"]) & (there[:, j]) & (first < j)
                for j, year in enumerate(self.years)
            ]  # what comes true by a yearly chance
            if fact.table == "enterprises":
                for year, now in zip(self.years, came, strict=True):
                    value = np.where((value == 0) & now, year * 10_000.0 + 7_01 if fact.kind == "day" else 1.0, value)
                found[fact.name] = value.astype(np.int64)
                continue
            values = np.repeat(value[:, None], len(self.years), axis=1)
            if fact.kind == "flag":
                values = np.maximum(values, np.maximum.accumulate(np.array(came, float).T, axis=1))
            elif one["grows"]:
                moves = annual[GROWS[one["grows"]]].astype(float)
                base = moves[np.arange(len(keys)), first][:, None]
                values = np.floor(np.minimum(values * np.where(base > 0, moves / np.where(base > 0, base, 1.0), 1.0), float(LARGEST)) + 0.5)
            found[fact.name] = np.where(there, values, 0.0).astype(np.int64)
        return found

    def _older_support(self, keys: np.ndarray, annual: np.ndarray) -> np.ndarray:
        """Support of an older policy in the policy's first year, fen (n, years, cash clauses), as the projection's own enterprises
        hold it (`existing.share`, `existing.rate`, `typical_sum`); the district pays. None where the policy does not weigh any."""
        policy = self.policy
        if not policy.settlement.weighs_existing:
            return np.zeros((0, 0, policy.cash_clauses), np.int64)
        support = np.zeros((*annual.shape, policy.cash_clauses), np.int64)
        holds = (annual[:, -1]["present"] != 0) & (uniforms(np.uint64(self.seed), 0, SUPPORT, keys, 0) < self.par["existing_share"])
        typical = [float(self.par[f"typical_sum_{clause.slug}"]) for clause in policy.clauses[: policy.cash_clauses]]
        support[:, -1] = holds[:, None] * np.floor(self.par["existing_rate"] * np.array(typical) * FEN + 0.5).astype(np.int64)
        return support


def _medians(par: np.void, scale: float) -> np.ndarray:
    """Median first-year sales (CNY) by kind, of those there before and of newcomers."""
    medians = np.zeros((len(KINDS), 2))
    medians[:, 1] = par["startups_sales_median"]
    medians[kinds.REGIONAL_HQ, 1], medians[kinds.NATIONAL_HQ, 1] = par["regional_sales_median"], par["national_sales_median"]
    medians[:, 0] = scale * par["startups_sales_median"]
    return medians


def _composition(par: np.void, enterprises: int, years: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Kind and first year of each enterprise, in the proportions expected; largest remainders make the number exact."""
    fields = {
        kinds.GOODS: "startups_a_year",
        kinds.REGIONAL_HQ: "regional_a_year",
        kinds.NATIONAL_HQ: "national_a_year",
        kinds.SPLIT_OFF: "split_offs_a_year",
        kinds.BUILDING: "buildings_a_year",
    }
    there = float(par["incumbents_number"])  # in the base year, the last but one: who came in the years before is of them
    there = max(there / 2, there - float(par["startups_a_year"]) * max(0, len(years) - 2))
    groups = [(kinds.GOODS, 0, there), (kinds.PLATFORM, 0, float(par["platforms_number"]))]
    groups += [(kind, year, float(par[fields[kind]])) for year in years for kind in ARRIVING if kind in fields]
    weights = np.array([w for _, _, w in groups])
    exact = weights / weights.sum() * enterprises
    counts = np.floor(exact).astype(int)
    for g in np.argsort(-(exact - counts), kind="stable")[: enterprises - counts.sum()]:
        counts[g] += 1
    kind_of = np.repeat([k for k, _, _ in groups], counts)
    return kind_of.astype(np.int64), np.repeat([y for _, y, _ in groups], counts).astype(np.int64)
