"""What of a run a report for outside may show: every figure's place in the tables that are published together.

Figures rest on one another: payments on the awards of two years, a balance on its items, a total on what stands beside it.
So a figure is withheld with what it rests on, and a margin where its withheld part would follow from it (`safety.protect`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from simulator.disclosure.safety import TOTAL, Cube, Shown, cubes, protect, rules_in_force, sensitive

BY_CLAUSE = ("recipients", "entitled", "awarded", "paid", "displaced")
COUNTED = {"places_value": "places"}  # by what a count's value is held to the rules
# what a measure of the district as a whole rests on; one that does not stand here is withheld
RESTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("administration", "overrun"), ("paid",)),
    **dict.fromkeys(("awarded_anyway", "deadweight"), ("awarded",)),
    **dict.fromkeys(
        (
            "net_cost",
            "net_impact",
            "net_cumulative",
            "net_social",
            "net_treasury",
            "break_even_year",
            "break_even_earliest",
            "break_even_latest",
            "break_even",
            "butfor_break_even",
        ),
        ("paid", "taxes", "clawback", "support"),
    ),  # a balance is a margin of its items
    **dict.fromkeys(
        (
            "induced_tax",
            "crowded_out",
            "induced_district",
            "induced_zone_and_towns",
            "induced_municipality",
            "induced_centre",
            "induced_as_booked",
            "reassigned_tax",
            "retained_tax_with",
            "retained_tax_without",
        ),
        ("taxes",),
    ),
    **dict.fromkeys(
        ("online_sales", "online_sales_without", "induced_sales", "services", "industry", "online_share", "online_share_goods"),
        ("online_sales",),
    ),
    "support_saved": ("support",),
    "clawback_due": ("clawback",),
    "clawback_recovered": ("clawback",),
    "cost_per_enterprise": ("paid",),
    "cost_per_sales": ("paid", "online_sales"),
    "rebate_share": ("awarded", "taxes"),
    "trscg": (),
    "measures_cost": (),  # published statistics, and a setting
    **dict.fromkeys(
        (
            "merchants_of_scale",
            "leading",
            "leading_200",
            "leading_1000",
            "of_scale_3",
            "of_scale_10",
            "of_scale_20",
            "traditional_online",
            "national_headquarters",
            "induced_enterprises",
            "places",
            "places_value",
        ),
        ("count",),
    ),
}

_EMPTY = np.array([], bool)
NOTHING = Shown(_EMPTY, _EMPTY, _EMPTY, False)


@dataclass(frozen=True)
class Plan:
    """What of a run, or of runs published together, a report for outside may show."""

    exempt: bool = False
    awarded: Shown = NOTHING
    paid: Shown = NOTHING
    clauses: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    cash_years: tuple[int, ...] = ()
    clawback: Shown = NOTHING
    stocks: Mapping[str, bool] = field(default_factory=dict)  # taxes, online_sales: whether they may be shown
    executed: Shown = NOTHING  # what was really paid, by cash year
    forecast: Shown = NOTHING  # cash by year of the forecast that knows it
    support: Mapping[str, bool] = field(default_factory=dict)  # by clause, and total
    contributors: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)  # of targets: what they are measured by
    means: Mapping[tuple[str, str, str], float] = field(default_factory=dict)  # of counts: the smallest of the runs'

    def shows(self, measure: str, clause: str = TOTAL, year: int | str = TOTAL) -> bool:
        """Whether the mean of a figure may be shown."""
        year = str(year)
        if self.exempt:
            return True
        if measure in ("target", "target_fully"):
            return clause in self.columns and self.shows(self.columns[clause], TOTAL, year)
        if clause != TOTAL or measure in BY_CLAUSE:
            return measure in BY_CLAUSE and self._by_clause(measure, clause, year)
        return measure in RESTS and all(self._stands(part, measure, year) for part in RESTS[measure])

    def shows_percentiles(self, measure: str, clause: str = TOTAL, year: int | str = TOTAL) -> bool:
        """Whether there are enough contributors for percentiles, too."""
        if self.exempt or not self.shows(measure, clause, year):
            return self.exempt
        parts = RESTS.get(measure, ())
        if "count" in parts:
            return not 0 < self.means.get((COUNTED.get(measure, measure), clause, str(year)), 0) < rules_in_force().percentiles
        family = "paid" if measure == "paid" or "paid" in parts else "awarded" if measure in BY_CLAUSE else ""
        found = [self.contributors.get((family, clause, str(year)), 0)]
        found += [self.contributors.get((part, TOTAL, TOTAL), 0) for part in parts if part != "paid"]
        return not any(0 < n < rules_in_force().percentiles for n in found)

    def shows_execution(self, year: int | str) -> bool:
        """Whether a year's row of the execution may be shown: what was really paid, what was planned, and the forecast that knows of
        both, with its percentiles; each is held to its own contributors."""
        if self.exempt:
            return True
        known = all(shown.cells.size and _of(shown, ("",), self.cash_years, TOTAL, str(year)) for shown in (self.executed, self.forecast))
        few = 0 < self.contributors.get(("forecast", TOTAL, str(year)), 0) < rules_in_force().percentiles
        return known and not few and self.shows_percentiles("paid", TOTAL, year)

    def published(self) -> list[tuple[str, str, str]]:
        """What is shown of the tables by clause and year, margins too, for the ledger of releases; and of what the other figures
        rest on (`RESTS`): of the last known year, as year 0."""
        found = []
        for family, shown, years in (("awarded", self.awarded, self.years), ("paid", self.paid, self.cash_years)):
            found += [(family, c, str(y)) for i, c in enumerate(self.clauses) for j, y in enumerate(years) if shown.cells[i, j]]
            found += [(family, c, TOTAL) for i, c in enumerate(self.clauses) if shown.clauses[i]]
            found += [(family, TOTAL, str(y)) for j, y in enumerate(years) if shown.years[j]]
            found += [(family, TOTAL, TOTAL)] if shown.whole else []
        for family in ("executed", "forecast"):
            found += [(family, TOTAL, str(y)) for y in (*map(str, self.cash_years), TOTAL) if self.shows_execution(y)]
        found += [("clawback", TOTAL, str(y)) for j, y in enumerate(self.years) if self.clawback.cells.size and self.clawback.cells[0, j]]
        found += [("clawback", TOTAL, TOTAL)] if self.clawback.whole else []
        found += [(part, TOTAL, "0") for part, fine in self.stocks.items() if fine]
        return found + [("support", clause, "0") for clause, fine in self.support.items() if fine]

    def withheld(self) -> tuple[int, int, int]:
        """How many figures of the table of payments there are, how many are withheld, how many of these are totals."""
        if self.exempt:
            return 0, 0, 0
        cells, totals = self.paid.cells, [*self.paid.clauses, *self.paid.years, self.paid.whole]
        margins = len(totals) - int(np.sum(totals))
        return cells.size + len(totals), int((~cells).sum()) + margins, margins

    def _by_clause(self, measure: str, clause: str, year: str) -> bool:
        if clause not in (*self.clauses, TOTAL):  # in kind: nobody knows who asks: only that they are many
            return not 0 < self.means.get(("recipients", clause, year), 0) < rules_in_force().percentiles
        if measure == "paid":
            return _of(self.paid, self.clauses, self.cash_years, clause, year)
        fine = _of(self.awarded, self.clauses, self.years, clause, year)
        return fine and (measure != "displaced" or self.support.get(clause, False))

    def _stands(self, part: str, measure: str, year: str) -> bool:
        if part == "count":
            return not 0 < self.means.get((COUNTED.get(measure, measure), TOTAL, year), 0) < rules_in_force().fewest
        if part in ("taxes", "online_sales"):
            return self.stocks.get(part, False)
        if part == "support":
            return self.support.get(TOTAL, False)
        if part == "clawback":
            if year == TOTAL:
                return self.clawback.whole
            years = {int(year)} if measure == "clawback_due" else {int(year), int(year) - 1}
            return all(self.clawback.cells[0, self.years.index(y)] for y in years & set(self.years))
        shown = self.paid if part == "paid" else self.awarded
        if measure == "net_cumulative":  # of all years so far
            return bool(all(shown.years))
        return _of(shown, self.clauses, self.cash_years if part == "paid" else self.years, TOTAL, year)


def plan_of(record: Mapping[str, Any], contributions: Sequence[pd.DataFrame], summaries: Sequence[pd.DataFrame]) -> Plan:
    """The plan of runs published together (one, or those of a comparison, whose differences are held to the rules, too).

    A cell is withheld where it is sensitive, or has recipients but fewer than a cell needs on average.
    """
    clauses = tuple(c["slug"] for c in record["clauses"] if c["kind"] != "in_kind")
    years, later = (tuple(map(int, record[k])) for k in ("years", "cash_years"))
    means = _smallest(summaries)
    awarded, paid = (with_differences(cubes(contributions, m, clauses, y)) for m, y in (("awarded", years), ("paid", later)))
    few = np.array([[_few(awarded, summaries, c, y, i, j) for j, y in enumerate(years)] for i, c in enumerate(clauses)], bool)
    a = protect(awarded, few)
    parts = np.array([max(2, c["parts"]) for c in record["clauses"] if c["kind"] != "in_kind"])  # an award falls due in so many years
    held, totals = np.zeros((len(clauses), len(later)), bool), np.ones(len(later), bool)
    for j, y in enumerate(later):  # paid in a year: awards of the year and of those before
        for place, year in enumerate(years):
            due = (year <= y) & (y < year + parts)
            held[:, j] |= ~a.cells[:, place] & due
            totals[j] &= a.years[place] or not due.any()
    p = protect(paid, held, totals, a.whole)
    support = {c: [t.of(np.ones((1, 1), bool)) for t in with_differences(cubes(contributions, "support", (c,), (0,)))] for c in clauses}
    shows = {c: not any(map(sensitive, of)) for c, of in support.items()}
    single = {part: with_differences(cubes(contributions, part, ("",), (0,))) for part in ("taxes", "online_sales")}
    executed, forecast = _execution(contributions, later)
    counted: dict[tuple[str, str, str], list[int]] = {}
    for family, tables in {"awarded": awarded, "paid": paid, "forecast": forecast, **single}.items():
        for cube in tables[: len(contributions)]:
            for key, n in _contributors(family, cube).items():
                counted.setdefault(key, []).extend([n] if n else [])
    return Plan(
        awarded=a,
        paid=p,
        clauses=clauses,
        years=years,
        cash_years=later,
        contributors={key: min(counts, default=0) for key, counts in counted.items()},  # the fewest of the runs'
        means=means,
        clawback=protect(with_differences(cubes(contributions, "clawback", ("",), years))),
        executed=protect(executed) if executed else NOTHING,
        forecast=protect(forecast) if forecast else NOTHING,
        stocks={part: not any(sensitive(t.amounts[:, 0, 0]) for t in tables) for part, tables in single.items()},
        support=shows | {TOTAL: all(shows.values())},  # clauses each safe are safe together
        columns={t["key"]: t["column"] for t in [*record["targets"], *record.get("alternatives", [])]},
    )


def _execution(contributions: Sequence[pd.DataFrame], years: tuple[int, ...]) -> tuple[list[Cube], list[Cube]]:
    """Real payments, and the forecast that knows them with how far it differs from the plan and from what was paid; nothing where a
    run's contributions do not say."""
    if not all({"executed", "forecast"} <= set(frame["measure"]) for frame in contributions):
        return [], []
    cash = [
        frame[frame["measure"] == measure].assign(measure="cash", clause="")
        for measure in ("executed", "forecast", "paid")
        for frame in contributions
    ]
    tables = cubes(cash, "cash", ("",), years)  # the same holders in every table
    runs = len(contributions)
    executed, forecast, plan = tables[:runs], tables[runs:-runs], tables[-runs:]
    beside = [one.less(other) for others in (plan, executed) for one, other in zip(forecast, others, strict=True)]
    return with_differences(executed), [*with_differences(forecast), *beside]


def with_differences(tables: list[Cube]) -> list[Cube]:
    """The tables, and what each two of them tell by subtraction."""
    return [*tables, *(one.less(other) for one, other in combinations(tables, 2))]


def _of(shown: Shown, clauses: Sequence[str], years: Sequence[int], clause: str, year: str) -> bool:
    if year == TOTAL:
        return bool(shown.whole if clause == TOTAL else shown.clauses[clauses.index(clause)])
    if int(year) not in years:
        return True  # nothing is awarded in a year of cash only
    place = years.index(int(year))
    return bool(shown.years[place] if clause == TOTAL else shown.cells[clauses.index(clause), place])


def _smallest(summaries: Sequence[pd.DataFrame]) -> dict[tuple[str, str, str], float]:
    """The smallest mean above nothing that any of the runs has, by measure, clause and year."""
    every = pd.concat(summaries)
    every = every[every["mean"] > 0]
    return every.groupby(["measure", "clause", "year"])["mean"].min().to_dict()


def _few(awarded: Sequence[Cube], summaries: Sequence[pd.DataFrame], clause: str, year: int, i: int, j: int) -> bool:
    """Whether a cell that the register's enterprises are in has few recipients on average, or claims that nobody knows of."""
    for summary in summaries:
        rows = summary[(summary["clause"] == clause) & (summary["year"] == str(year))].set_index("measure")["mean"]
        if rows.get("entitled", 0) > 0 and not rows.get("awarded", 0) > 0:
            return True
        if 0 < rows.get("recipients", 0) < rules_in_force().fewest and any(t.amounts[:, i, j].any() for t in awarded):
            return True
    return False


def _contributors(family: str, cube: Cube) -> dict[tuple[str, str, str], int]:
    """How many holdings are behind each cell and margin."""
    found: dict[tuple[str, str, str], int] = {}
    there = cube.amounts.astype(bool)
    for i, clause in enumerate(cube.clauses):
        found |= {(family, clause, str(y)): int(there[:, i, j].sum()) for j, y in enumerate(cube.years)}
        found[family, clause, TOTAL] = int(there[:, i].any(axis=1).sum())
    found |= {(family, TOTAL, str(y)): int(there[:, :, j].any(axis=1).sum()) for j, y in enumerate(cube.years)}
    return found | {(family, TOTAL, TOTAL): int(there.any(axis=(1, 2)).sum())}
