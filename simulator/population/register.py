"""A population: the enterprises of a register and their years, as fixed machine records.

Made by the readers, by the synthetic recipe, or by hand in a test; read by the law, the engine and the
statistics.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator import facts
from simulator.errors import PopulationError, Problem
from simulator.law.policy import Policy
from simulator.phrases import phrase
from simulator.population import tables
from simulator.population.schema import ENTERPRISES, contract, contract_of
from simulator.population.tables import Unknown
from simulator.streams import keys_of

if TYPE_CHECKING:
    import pandas as pd

DETAIL_COLUMNS = tuple(column for column in ENTERPRISES if column.name == "name" or column.optional)
# One application: row of the enterprise, calendar year, number of the clause, day as yyyymmdd (0: not given).
APPLICATION = np.dtype([("enterprise", np.int64), ("year", np.int64), ("clause", np.int64), ("applied_on", np.int64)])


def details_of(count: int, **columns: Any) -> dict[str, np.ndarray]:
    """The details of `count` enterprises by column: name and the optional columns, blank where not given.

    Texts; closed_on as yyyymmdd. Raises ValueError for any other column.
    """
    unknown = set(columns) - {column.name for column in DETAIL_COLUMNS}
    if unknown:
        raise ValueError(f"no details: {sorted(unknown)}")
    return {
        column.name: np.array(columns.get(column.name, [column.default] * count), np.int64 if column.kind == "date" else object)
        for column in DETAIL_COLUMNS
    }


def asked_for(unknown: Iterable[Unknown], policy: Policy, interpretation: Mapping[str, str]) -> list[Unknown]:
    """Of what a register does not know, what a policy asks for under the chosen readings (switch → reading)."""
    read = {column.name: column.is_read(interpretation) for column in contract_of(policy).enterprises}
    return [entry for entry in unknown if read.get(entry[2], True)]


def _nothing_by_clause() -> np.ndarray:
    return np.zeros((0, 0, contract().cash_clauses), dtype=np.int64)


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    """n enterprises over the calendar years first_year … last_year, in the order of the file.

    ids: n codes (object array of str). enterprises: n facts.ENTERPRISE records. annual: n × years
    facts.ANNUAL records, `present` = 1 where the register has a row, zeros elsewhere; a blank retained_tax
    or district_contribution is facts.BLANK. last_year is the last year of the table `annual`; first_year is
    its first, or an earlier one of support or paid. All amounts in fen.

    support, support_district: n × years × 10 clauses, what an existing policy would give, and the district's
    part of it; paid: the same shape, really paid under this policy up to last_paid_year (0: no such table;
    it may lie after last_year). Each has shape (0, 0, 10) where the register has no such rows. employees: n
    × years, (0, 0) without the column. applications: APPLICATION records. details: name and optional columns
    (n,), blank where not given.

    unknown: (enterprise id, year, column) of every cell that says 未知 / unknown; id "" for a column that is
    absent as a whole; year 0 for facts of `enterprises`. Columns of the optional tables are named with their
    clause ("existing_support.office_rent", "existing_support.office_rent.payer", "paid.…",
    "applications.…"). The records hold the blank's value there. warnings: what the readers found odd.
    source: file or folder name; sha256: of the input's bytes, whatever its folder is called; synthetic:
    invented data, no real enterprise; origin: the whole path it was read from and the units it was read in.
    """

    ids: np.ndarray
    enterprises: np.ndarray
    annual: np.ndarray
    first_year: int
    support: np.ndarray = field(default_factory=_nothing_by_clause)
    support_district: np.ndarray = field(default_factory=_nothing_by_clause)
    paid: np.ndarray = field(default_factory=_nothing_by_clause)
    last_paid_year: int = 0
    employees: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    applications: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=APPLICATION))
    details: Mapping[str, np.ndarray] = field(default_factory=dict)  # blank for every enterprise, where not given
    unknown: list[tuple[str, int, str]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    source: str = ""
    sha256: str = ""
    synthetic: bool = False
    origin: tuple[str, tuple[tuple[str, str], ...]] | None = None
    policy: Policy | None = field(default_factory=lambda: contract().policy)  # whose contract it was read under
    own: Mapping[str, np.ndarray] = field(default_factory=dict)  # its own facts: (n,) or (n, years), in stored units

    def __post_init__(self) -> None:
        count = len(self.ids)
        if not self.details:
            object.__setattr__(self, "details", details_of(count))
        whole = (count, self.annual.shape[1] if self.annual.ndim == 2 else -1)
        fits = (
            self.enterprises.shape == (count,)
            and self.enterprises.dtype == facts.ENTERPRISE
            and self.annual.shape == whole
            and self.annual.dtype == facts.ANNUAL
            and all(column.shape == (count,) for column in self.details.values())
            and self.employees.shape in (whole, (0, 0))
            and self.support.shape == self.support_district.shape
        )
        cash = (self.policy or contract().policy).cash_clauses
        for amounts in (self.support, self.support_district, self.paid):
            fits = fits and amounts.shape in ((*whole, cash), (0, 0, cash)) and amounts.dtype == np.int64
        if not fits:
            raise ValueError("the arrays of a population do not fit each other")

    def __len__(self) -> int:
        return len(self.ids)

    def under(self, policy: Policy) -> Population:
        """The register as another policy's contract sees it: columns that only the other asks for are unknown. Raises PopulationError
        where it holds support, payments or applications and the other has other clauses than the policy it was read under."""
        if self.policy is policy or (self.policy is not None and self.policy.hash == policy.hash):
            return self
        alike = self.policy is not None and (self.policy.slugs, self.policy.cash) == (policy.slugs, policy.cash)
        if not alike and (self.support.size or self.paid.size or len(self.applications)):
            raise PopulationError(
                Problem(
                    self.source,
                    phrase(
                        "was read under the policy {}; its tables of support and payments name other clauses than {}",
                        self.policy.name if self.policy else "?",
                        policy.name,
                    ),
                    "read the register again with --policy, or leave these tables out",
                )
            )
        new = [("", 0, fact.name) for fact in policy.facts if fact.name not in self.own]
        if alike:
            return replace(self, policy=policy, unknown=[*self.unknown, *new])
        none = np.zeros((0, 0, policy.cash_clauses), dtype=np.int64)
        return replace(self, policy=policy, support=none, support_district=none, paid=none, unknown=[*self.unknown, *new])

    def own_of(self, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
        """A policy's own facts (n, facts), (n, years, facts) in the order it declares them, 0 where the register has none."""
        n, years = len(self), self.annual.shape[1]
        whole = np.zeros((n, len(policy.own_enterprise)), np.int64), np.zeros((n, years, len(policy.own_annual)), np.int64)
        for table, facts_of in zip(whole, (policy.own_enterprise, policy.own_annual), strict=True):
            for i, fact in enumerate(facts_of):
                if fact.name in self.own:
                    table[..., i] = self.own[fact.name]
        return whole

    @property
    def last_year(self) -> int:
        """The last calendar year of the table `annual`."""
        return self.first_year + self.annual.shape[1] - 1

    @property
    def has_payments(self) -> bool:
        """Whether the register says what was paid under this policy."""
        return self.paid.size > 0

    @property
    def years(self) -> range:
        """The calendar years of the arrays' second axis."""
        return range(self.first_year, self.last_year + 1)

    def __eq__(self, other: object) -> bool:
        """Equal data: all facts in the same order; where it came from and what was said about it do not
        matter.
        """
        if not isinstance(other, Population):
            return NotImplemented
        arrays = ("ids", "enterprises", "annual", "support", "support_district", "paid", "employees", "applications")
        plain = ("first_year", "last_paid_year", "synthetic")
        return (
            all(np.array_equal(getattr(self, name), getattr(other, name)) for name in arrays)
            and all(getattr(self, name) == getattr(other, name) for name in plain)
            and all(np.array_equal(column, other.details[name]) for name, column in self.details.items())
            and sorted(self.unknown) == sorted(other.unknown)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays: as with them, being equal is not being the same

    @cached_property
    def keys(self) -> np.ndarray:
        """The enterprises' keys (n,) uint64, from their ids."""
        return keys_of(self.ids)

    def subset(self, index: Any) -> Population:
        """The enterprises that `index` selects (row numbers, booleans or a slice), over the same years."""
        rows = np.arange(len(self))[index]
        ids = self.ids[rows]
        kept = set(ids) | {""}
        parts = {
            name: getattr(self, name)[rows] if len(getattr(self, name)) else getattr(self, name)
            for name in ("support", "support_district", "paid", "employees")
        }
        place = np.full(len(self), -1)
        place[rows] = np.arange(len(rows))
        applications = self.applications.copy()
        applications["enterprise"] = place[applications["enterprise"]]
        made = replace(
            self,
            ids=ids,
            enterprises=self.enterprises[rows],
            annual=self.annual[rows],
            **parts,
            own={name: values[rows] for name, values in self.own.items()},
            applications=applications[applications["enterprise"] >= 0],
            details={name: column[rows] for name, column in self.details.items()},
            unknown=[entry for entry in self.unknown if entry[0] in kept],
            origin=None,
        )
        made.__dict__["keys"] = self.keys[rows]  # thousands of hashes, which a what-if takes again and again
        return made

    def to_tables(self) -> dict[str, pd.DataFrame]:
        """The register's tables by English name, as `simulator.population.tables` describes them."""
        return tables.to_tables(self)

    def write_folder(self, path: str | Path) -> Path:
        """Write the tables that have rows as CSV into a folder, made if need be.

        `read_population` reads it back equal, provided some enterprise has a row in the last year and some row,
        support or payment lies in the first; a subset's years may shrink.

        Raises PopulationError when the folder holds other tables of a register, or cannot be written.
        """
        from simulator.population.writing import write_folder

        return write_folder(self, Path(path))

    def _counts(self) -> list[tuple[str, str]]:
        """What may be shown of a register at a glance: counts, never names."""
        cells = sum(1 for entry in self.unknown if entry[0])
        columns = len(self.unknown) - cells
        return [
            ("来源 Source", self.source + ("（合成 synthetic）" if self.synthetic else "")),
            ("企业 Enterprises", f"{len(self):,}"),
            ("年度 Years", f"{self.first_year}–{self.last_year}, {int(self.annual['present'].sum()):,} 行 rows"),
            ("既有政策 Existing support", f"{np.count_nonzero(self.support):,}"),
            ("已兑现 Paid", f"{np.count_nonzero(self.paid):,}" + (f", –{self.last_paid_year}" if self.last_paid_year else "")),
            ("申报 Applications", f"{len(self.applications):,}"),
            ("未知 Unknown", f"{cells:,} 格 cells, {columns:,} 列 columns"),
            ("警告 Warnings", f"{len(self.warnings):,}"),
            ("SHA-256", self.sha256[:12]),
        ]

    def __repr__(self) -> str:
        return "Population(" + "; ".join(f"{name}: {value}" for name, value in self._counts()) + ")"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in self._counts()
        )
        return f"<table>{rows}</table>"
