"""The result of a run: its tables, and the folder that keeps them."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import json
import platform
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulator.budget.contributions import contributions
from simulator.budget.expected import expected
from simulator.budget.ledger import Ledger, keep_ledger
from simulator.budget.precision import Precision
from simulator.budget.revenue import flows
from simulator.budget.statistics import is_heavy
from simulator.budget.summary import COLUMNS, TOTAL, by_clause, figures_of, places_of
from simulator.budget.targets import alternatives_of, measures, targets_of
from simulator.compiling import CACHE_NOTE
from simulator.engine.blocks import Workers
from simulator.engine.elsewhere import elsewhere, lacking_years
from simulator.engine.run import Draws
from simulator.errors import Problem
from simulator.files import Change, change, listed
from simulator.money import FEN
from simulator.population.parts import Register, whole
from simulator.population.wording import translated
from simulator.scenario import Scenario
from simulator.scenario.identity import command
from simulator.sources import source_hash
from simulator.spreadsheets import save_csv

if TYPE_CHECKING:
    from simulator.budget.analyses import Step

YEAR_COLUMNS = (
    "retained_tax_with",
    "retained_tax_without",
    "online_sales",
    "services",
    "trscg",
    "merchants_of_scale",
    "leading",
    "traditional_online",
    "clawback_due",
    "clawback_recovered",
    "places",
)


@dataclass(frozen=True)
class BudgetRun:
    """A Monte Carlo budget: a scenario played.

    `summary` holds every figure with its Monte Carlo error; `draws` and `years` the draws themselves; `write` keeps all of
    it in a folder a report can be made from. All money in CNY. precision: how sure the figure became that it was asked to be sure
    of (`budget.precision`).
    """

    scenario: Scenario
    result: Draws = field(repr=False)
    population: Register | None = field(default=None, repr=False)
    precision: Precision | None = None

    @cached_property
    def summary(self) -> pd.DataFrame:
        """measure, clause, year, unit, mean, standard_error, p5 … p99 with 95 % intervals, probability with interval."""
        return pd.DataFrame(self.figures(), columns=list(COLUMNS))

    def figures(self, only: Collection[str] | None = None) -> list[dict[str, Any]]:
        """The rows of `summary`; only: those of these measures, where a few are wanted soon."""
        rations = self.scenario.funding.mode != "none"
        return figures_of(self.result, self.scenario, self.ledger() if rations else None, only)

    def first(self, draws: int) -> BudgetRun:
        """The run of its first draws."""
        return BudgetRun(self.scenario.set({"draws": draws}), self.result.first(draws), self.population)

    @cached_property
    def expected(self) -> pd.DataFrame:
        """Means with arrivals and market at their expectation, beside the means as drawn: measure, clause, year, mean,
        standard_error, expected, expected_error. The same means with a smaller error; see `budget.expected`."""
        return expected(self.result, self.scenario)

    @cached_property
    def draws(self) -> pd.DataFrame:
        """draw, year, clause, recipients, entitled, awarded, paid, displaced (CNY; what is in kind in its own units)."""
        cubes = by_clause(self.result)
        n, years, clauses = cubes["paid"].shape
        return pd.DataFrame(
            {
                "draw": np.repeat(np.arange(n, dtype=np.int32), years * clauses),
                "year": np.tile(np.repeat(np.array(self.result.cash_years, np.int16), clauses), n),
                "clause": pd.Categorical.from_codes(np.tile(np.arange(clauses), n * years), list(self.result.slugs)),
                **{name: cubes[name].ravel() for name in ("recipients", "entitled", "awarded", "paid", "displaced")},
            }
        )

    @cached_property
    def years(self) -> pd.DataFrame:
        """draw, year and what the draws say of each year (CNY; merchants, enterprises and places in numbers)."""
        result = self.result
        n, years = result.paid.shape[:2]
        table = measures(result) | {
            name: result.of_year(name) / FEN for name in ("retained_tax_with", "retained_tax_without", "clawback_due")
        }
        table |= {"places": places_of(result)}
        longer = {name: np.concatenate([v, np.zeros((n, 1), v.dtype)], axis=1) for name, v in table.items()}
        longer["clawback_recovered"] = result.recovered / FEN
        frame = pd.DataFrame(
            {
                "draw": np.repeat(np.arange(n, dtype=np.int32), years),
                "year": np.tile(np.array(result.cash_years, np.int16), n),
                **{name: longer[name].ravel() for name in YEAR_COLUMNS},
            }
        )
        last = frame["year"] == result.cash_years[-1]  # cash only: nothing is projected for that year
        stocks = ["retained_tax_with", "retained_tax_without", "online_sales", "services", "trscg"]
        frame.loc[last, stocks] = np.nan
        return frame

    def paid_totals(self) -> np.ndarray:
        """Cash of all years and clauses per draw, CNY (draws,)."""
        return self.result.paid[:, :, : self.result.cash].sum(axis=(1, 2)) / FEN

    def figure(self, measure: str, clause: str = TOTAL, year: int | str = TOTAL) -> Mapping[str, Any]:
        """One row of `summary`. Raises KeyError when there is none."""
        table = self.summary
        rows = table[(table["measure"] == measure) & (table["clause"] == clause) & (table["year"] == year)]
        if rows.empty:
            raise KeyError((measure, clause, year))
        return rows.iloc[0].to_dict()

    def ledger(self, workers: Workers = None) -> Ledger:
        """Every claim rationed as the scenario says, as sums by draw. Plays the draws once more, the first time."""
        if "_ledger" not in self.__dict__:
            self.__dict__["_ledger"] = keep_ledger(self.scenario, whole(self.population), self.result, workers)
        found: Ledger = self.__dict__["_ledger"]
        return found

    def budgeting(self, workers: Workers = None, chance: float | None = None, step: Step = str) -> dict[str, pd.DataFrame]:
        """See `budget.analyses`; chance: one of one's own that a reserve is to keep."""
        from simulator.budget.analyses import budgeting  # what a run on the screen need not wait for

        step("ledger")
        ledger = self.ledger(workers)
        step("exposure")
        return budgeting(self.result, self.scenario, self.population, ledger, workers, chance)

    def analyses(
        self, workers: Workers = None, chance: float | None = None, only: Collection[str] | None = None, step: Step = str
    ) -> dict[str, pd.DataFrame]:
        """See `budget.analyses`. only: tables of these names; `budgeting` for all of that."""
        from simulator.budget.analyses import analyses

        found = self.budgeting(workers, chance, step) if only is None or "budgeting" in only else {}
        return found | analyses(self.result, self.scenario, self.population, workers, only, step)

    def write(self, folder: str | Path, analyses: Mapping[str, pd.DataFrame] | None = None) -> Path:
        """Keep the run in a folder: draws.parquet, years.parquet, summary.csv, settings.csv, contributions.parquet where it
        has a register of real enterprises, one CSV for each of `analyses`, record.json; all in one step, and what an earlier
        run of the folder had besides goes. Raises SimulatorError.
        """
        with change(folder) as changing:
            self.put_into(changing, "", analyses)
        return Path(folder)

    def put_into(self, changing: Change, within: str = "", analyses: Mapping[str, pd.DataFrame] | None = None) -> dict[str, Any]:
        """The files of `write` into a change of a folder, under `within` ("" or "NAME/"); returns the record."""
        settings = pd.DataFrame([asdict(s) for s in self.scenario.settings()])
        writers: dict[str, Callable[[Path], Any]] = {
            "draws.parquet": lambda p: self.draws.to_parquet(p, index=False),
            "years.parquet": lambda p: self.years.to_parquet(p, index=False),
            "summary.csv": lambda p: save_csv(self.summary, p),
            "settings.csv": lambda p: save_csv(settings, p),
        }
        if self.population is not None and not self.population.synthetic:  # reports for outside are held to it
            behind = contributions(self.scenario, self.population)
            writers["contributions.parquet"] = lambda p: behind.to_parquet(p, index=False)
        for name, table in (analyses or {}).items():
            writers[f"{name}.csv"] = partial(save_csv, table)
        outputs = {name: changing.put(within + name, write) for name, write in writers.items()}
        for name in listed(changing.folder / within):  # of an earlier run
            if Path(name).suffix in (".csv", ".parquet"):
                changing.remove(within + name)
        record = self.record(outputs)
        changing.text(f"{within}record.json", json.dumps(record, ensure_ascii=False, indent=1))
        return record

    def record(self, outputs: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What made these numbers: scenario, seed, hashes, versions, times."""
        scenario, population = self.scenario, self.population
        hashes = {"scenario": scenario.hash(), "law": law_hash(scenario), "code": source_hash()}
        policy = scenario.law.policy
        units = {clause.slug: clause.unit.name for clause in policy.clauses}
        here = round(float(self.result.of_year("enterprises")[:, 0].mean()))
        people: dict[str, Any] = {"source": "synthetic", "enterprises": here, "synthetic": True, "sha256": ""}
        if population is not None:
            people = {
                "source": population.source,
                "enterprises": len(population),
                "synthetic": population.synthetic,
                "sha256": population.sha256,
            }
        if people["synthetic"] and (missing := elsewhere(scenario)):
            people["elsewhere"] = missing
        if years := lacking_years(scenario, population):
            people["lacking_years"] = years
        identity = hashlib.sha256("|".join([*hashes.values(), people["sha256"]]).encode()).hexdigest()[:8]
        wording: dict[str, Callable[[Problem], str]] = {"zh": lambda p: str(translated(p, "zh")), "en": str}
        found = population.warnings if population is not None else []  # what stands in the register's cells stays there
        warnings = [{lang: re.sub("“[^”]*”", "“…”", tell(p)) for lang, tell in wording.items()} for p in found]
        return {
            "run_id": f"{scenario.name}-{scenario.seed}-{scenario.draws}-{identity}",
            "created": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
            "reference": secrets.token_hex(6),
            "scenario": scenario.name,
            "title": {"zh": scenario.zh, "en": scenario.en},
            "changed": [asdict(change) for change in scenario.departures()],
            "seed": scenario.seed,
            "draws": scenario.draws,
            "sampling": scenario.plain["sampling"],
            "precision": asdict(self.precision) if self.precision else None,
            "population": people,
            "hashes": hashes,
            "versions": versions(),
            "seconds": round(self.result.seconds, 2),
            "years": self.result.years,
            "cash_years": self.result.cash_years,
            "policy": {
                "name": scenario.law.name,
                "start": str(scenario.law.start),
                "end": str(scenario.law.end or "none"),
                "title": {"zh": scenario.law.zh, "en": scenario.law.en},
                **({"targets_note": remark} if (remark := scenario.law.policy.targets_note) else {}),
                **({"counted_to": scenario.years[-1], "counts_to": wanted} if (wanted := scenario.cut_short) else {}),
            },
            "appropriation": {str(y): fen / FEN for y, fen in scenario.funds.items()},
            "repeat": command(scenario, population is not None),
            "example_years": [year for year in scenario.funds if year in scenario.examples],
            "clauses": [
                {k: getattr(block, k) for k in ("slug", "article", "zh", "en", "kind")}
                | {"unit": units[block.slug], "parts": len(policy.clauses[policy.index(block.slug)].parts)}
                | {"legality": [asdict(c) | {"since": str(c.since)} for c in block.legality]}
                for block in (scenario.law.blocks[slug] for slug in policy.slugs)
            ],
            "targets": [asdict(t) for t in targets_of(scenario.law)],
            "alternatives": [asdict(t) for t in alternatives_of(scenario.law)],
            "warnings": [*warnings, *([{"note": "cache"}] if CACHE_NOTE else []), *([{"note": "heavy_tail"}] if self._is_heavy() else [])],
            "outputs": dict(outputs or {}),
        }

    def _is_heavy(self) -> bool:
        """Whether the mean of induced tax or of the net impact over all years hangs on a single draw."""
        found = flows(self.result, self.scenario)
        return any(is_heavy(found[name].sum(axis=1)) for name in ("induced_tax", "net_impact"))

    def _repr_html_(self) -> str:
        paid = self.figure("paid")
        cells = " · ".join(
            f"{name} {paid[key] / 1e4:,.0f} 万元" for name, key in (("P50", "p50"), ("P80", "p80"), ("P95", "p95")) if pd.notna(paid[key])
        )
        years = self.summary[(self.summary.measure == "paid") & (self.summary.clause == TOTAL)]
        shown = years[["year", "mean", "standard_error", "p5", "p50", "p80", "p95"]]
        return f"<p><b>{self.scenario.zh}</b>: {cells} ({self.scenario.draws:,} draws)</p>" + shown.to_html(
            index=False, float_format=lambda x: f"{x:,.0f}"
        )


def versions() -> dict[str, str]:
    """Versions of this program and of what its numbers rest on."""
    found = {"simulator": _version("retail-subsidy-budget"), "python": platform.python_version()}
    return found | {name: _version(name) for name in ("numpy", "scipy", "pandas", "numba", "pyarrow")}


def law_hash(scenario: Scenario) -> str:
    """sha256 of the policy's text, of its numbers as they are set, with their dates, and of the readings."""
    law = scenario.law
    numbers = {path: {str(y): str(v) for y, v in n.values.items()} for path, n in law.numbers.items()}
    whole = [law.policy.hash, numbers, str(law.start), str(law.end), law.in_force, sorted(law.withdrawn), dict(scenario.interpretation)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
