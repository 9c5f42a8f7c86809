"""A run's folder, read once: every number the report shows stands in these files.

The engine writes `record.json`, `summary.csv`, `settings.csv`, `draws.parquet` and `years.parquet`. They are
held to the sha256 in the record before anything is shown, so a page never mixes two runs or an edited table.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulator.budget.adding_up import REMEDY, faults_of
from simulator.disclosure.outputs import analyses_released, left_out, summary_released
from simulator.disclosure.suppression import Plan, plan_of
from simulator.errors import Problem, ReportError
from simulator.projection.sobol import REPLICATES
from simulator.store.folder import RECORD, Recorded, read_csv, read_output, read_record
from simulator.store.kinds import profile_of
from simulator.store.run_files import ANALYSES, CONTRIBUTIONS, FILES, RECORD_KEYS

TOTAL = "total"


@dataclass(frozen=True)
class Clause:
    """One clause of the law as the record names it; kind is one_off, recurrent or in_kind; unit: CNY, or what is given in kind."""

    slug: str
    article: str
    kind: str
    names: Mapping[str, str]
    unit: str = ""


@dataclass(frozen=True)
class RecordedTarget:
    """One target: reached from `low`, fully from `high`, in `year`; `column` names its quantity."""

    key: str
    column: str
    low: float
    high: float
    unit: str
    year: int
    names: Mapping[str, str]


@dataclass(frozen=True)
class RunFolder(Recorded):
    """One run, read and checked. Make it with `RunFolder.open`.

    summary and settings are the files' tables as they stand; `year` of the summary is text ("2014", "total").
    """

    path: Path
    record: Mapping[str, Any]
    summary: pd.DataFrame
    settings: pd.DataFrame
    _raw: Mapping[str, bytes] = field(repr=False)
    profile: str = "internal"
    plan: Plan | None = None

    @classmethod
    def open(cls, path: Path | str, profile: str = "internal", plan: Plan | None = None) -> RunFolder:
        """Read the folder of one run, as the profile may show it. Raises ReportError with all that is missing, changed or
        unreadable. plan: what may be shown outside where runs are published together; None: of this run alone."""
        path, profile = Path(path), profile_of(profile)
        record = read_record(path / RECORD, RECORD_KEYS)
        problems: list[Problem] = []
        names = [*FILES, *(name for name in ANALYSES if name in record["outputs"])]
        raw = {name: read_output(path, name, record["outputs"], problems) for name in names}
        if problems:
            raise ReportError(problems)
        tables = {name: read_csv(raw[name], name, FILES[name], problems) for name in FILES if name.endswith(".csv")}
        if problems:
            raise ReportError(problems)
        summary, settings = tables["summary.csv"], tables["settings.csv"]
        numbers = [c for c in summary.columns if c not in ("measure", "clause", "year", "unit")]
        summary[numbers] = summary[numbers].apply(pd.to_numeric, errors="coerce")
        if faults := faults_of(summary.to_dict("records")):
            raise ReportError([Problem(str(path / "summary.csv"), fault, REMEDY) for fault in faults])
        settings["changed"] = settings["changed"].str.lower().isin(["true", "1"])
        if profile != "external":
            return cls(path, record, summary_released(summary, None), settings, raw, profile)
        if plan is None:
            plan = (
                Plan(exempt=True)
                if record["population"].get("synthetic") is True
                else plan_of(record, [read_contributions(path, record)], [summary])
            )
        if not plan.exempt:
            settings.loc[settings["path"] == "population.source", "value"] = ""  # a path or a file's name
        return cls(path, record, summary_released(summary, plan), settings, raw, profile, plan)

    @cached_property
    def left_out(self) -> list[str]:
        """The analyses that a report for outside does not show."""
        return left_out((name.removesuffix(".csv") for name in ANALYSES if name in self._raw), self.plan)

    @cached_property
    def analyses(self) -> Mapping[str, pd.DataFrame]:
        """drivers, conditions, backtest, loopholes: those the run has, numbers as numbers."""
        found = {}
        for name, columns in ANALYSES.items():
            if name in self._raw:
                table = pd.read_csv(io.BytesIO(self._raw[name]), encoding="utf-8-sig")
                reserves = [c for c in table if str(c).startswith("reserve_")]
                found[name.removesuffix(".csv")] = table.reindex(columns=[*columns, *reserves])
        return analyses_released(found, self.plan)

    @property
    def years(self) -> list[int]:
        """The years awards belong to."""
        return [int(y) for y in self.record["years"]]

    @property
    def cash_years(self) -> list[int]:
        """The years cash is paid in; one more than `years`, for what is paid late."""
        return [int(y) for y in self.record["cash_years"]]

    @property
    def cash_years_and_total(self) -> list[int | str]:
        """The columns of a table by year: the years cash is paid in, then TOTAL."""
        return [*self.cash_years, TOTAL]

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses in the order of the text."""
        return tuple(
            Clause(c["slug"], c["article"], c["kind"], {"zh": c["zh"], "en": c["en"]}, c.get("unit", "")) for c in self.record["clauses"]
        )

    @cached_property
    def targets(self) -> tuple[RecordedTarget, ...]:
        return tuple(
            RecordedTarget(
                t["key"],
                t.get("column") or "",
                float(t["low"]),
                float(t["high"]),
                t["unit"],
                int(t["year"]),
                {"zh": t["zh"], "en": t["en"]},
            )
            for t in self.record["targets"]
        )

    @cached_property
    def appropriation(self) -> Mapping[int, float]:
        """What was appropriated by year, CNY; empty when nothing was."""
        given = self.record["appropriation"] or {}
        return {int(y): float(a) for y, a in given.items() if str(y).isdigit() and a is not None}

    @cached_property
    def example(self) -> tuple[int, ...]:
        """The years whose appropriation is the program's example: the bureau has not entered its own."""
        return tuple(int(y) for y in self.record.get("example_years", ()))

    @property
    def appropriation_total(self) -> float:
        """The sum of the years' appropriations, CNY: the one addition this package does."""
        return math.fsum(self.appropriation.values())

    @cached_property
    def _rows(self) -> Mapping[tuple[str, str, str], pd.Series]:
        table = self.summary.set_index(["measure", "clause", "year"])
        cells = zip(table.index, table.to_numpy(object), strict=True)
        return {key: pd.Series(row, table.columns, name=key) for key, row in cells}

    def row(self, measure: str, clause: str = TOTAL, year: int | str = TOTAL) -> pd.Series:
        """One row of the summary; all missing when the run does not have it."""
        if (found := self._rows.get((measure, clause, str(year)))) is None:
            return pd.Series(math.nan, index=self.summary.columns.drop(["measure", "clause", "year"]))
        return found

    def has(self, measure: str) -> bool:
        """Whether the summary speaks of `measure` at all."""
        return bool((self.summary["measure"] == measure).any())

    def by_year(self, measure: str, clause: str = TOTAL) -> pd.DataFrame:
        """The summary's rows of one measure, indexed by year (int), the total left out."""
        rows = self.summary[(self.summary["measure"] == measure) & (self.summary["clause"] == clause)]
        rows = rows[rows["year"].str.isdigit()]
        return rows.set_index(rows["year"].astype(int)).sort_index().drop(columns=["year"])

    def band(self, column: str) -> pd.DataFrame:
        """p5, p50, p95 by year of a quantity: the summary's, or of the years' draws; may be empty."""
        if self.has(column):
            return self.by_year(column)[["p5", "p50", "p95"]].dropna()
        if column in self.year_draws.columns:
            quantiles = self.year_draws.groupby("year")[column].quantile([0.05, 0.5, 0.95]).unstack()
            return quantiles.set_axis(["p5", "p50", "p95"], axis=1).dropna()
        return pd.DataFrame(columns=["p5", "p50", "p95"])

    @cached_property
    def year_draws(self) -> pd.DataFrame:
        """`years.parquet`; outside nothing of the single draws."""
        if self.controlled:
            return pd.DataFrame(columns=["draw", "year"])
        return pd.read_parquet(io.BytesIO(self._raw["years.parquet"]))

    @cached_property
    def paid_totals(self) -> pd.Series:
        """What each draw pays in all years together, CNY; support in kind, counted in places, left out. Outside none where
        percentiles of it are withheld."""
        if self.controlled and (self.plan is None or not self.plan.shows_percentiles("paid")):
            return pd.Series(dtype=float)
        rows = pd.read_parquet(io.BytesIO(self._raw["draws.parquet"]), columns=["draw", "clause", "paid"])
        cash = rows["clause"].isin([c.slug for c in self.clauses if c.kind != "in_kind"])
        return rows[cash].groupby("draw")["paid"].sum()

    def paid_under(self, clause: str) -> pd.Series:
        """What each draw pays under a clause in all years, CNY; none outside, where no single draw is shown."""
        if self.controlled:
            return pd.Series(dtype=float)
        rows = pd.read_parquet(io.BytesIO(self._raw["draws.parquet"]), columns=["draw", "clause", "paid"])
        return rows[rows["clause"] == clause].groupby("draw")["paid"].sum()

    @property
    def replicate(self) -> np.ndarray | None:
        """Which sequence each draw belongs to where they are not independent (`budget.statistics`)."""
        return np.arange(int(self.record["draws"])) % REPLICATES if self.record.get("sampling") == "sobol" else None

    def rows_of(self, *groups: str) -> pd.DataFrame:
        """The settings of these groups, in the order of the file."""
        return self.settings[self.settings["group"].isin(groups)]


def read_contributions(path: Path, record: Mapping[str, Any]) -> pd.DataFrame:
    """Who stands behind each figure of a run on a register (`budget.contributions`). Raises ReportError."""
    problems: list[Problem] = []
    raw = read_output(path, CONTRIBUTIONS, record["outputs"], problems)
    if problems:
        raise ReportError(problems)
    return pd.read_parquet(io.BytesIO(raw))
