"""One table of all figures of a run: what the report prints and nothing else.

One row per measure × clause × year; `clause` "total" over all cash clauses, `year` "total" over all years. Money in CNY.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from simulator.budget.adding_up import faults_of, hold, refuse
from simulator.budget.break_even import REACHED, break_even
from simulator.budget.layout import lengthen, total_cash
from simulator.budget.ledger import Ledger
from simulator.budget.revenue import flows, ratios
from simulator.budget.risk import needed
from simulator.budget.statistics import CHANCE_COLUMNS, DESCRIBED, chance, describe_all, quantiles
from simulator.budget.targets import ALTERNATIVE_COUNTS, alternatives_of, measures, targets_of
from simulator.engine import totals
from simulator.engine.run import Draws
from simulator.money import FEN
from simulator.scenario import Scenario

TOTAL = "total"
COLUMNS = ("measure", "clause", "year", "unit", *DESCRIBED, *CHANCE_COLUMNS)
STOCKS = (
    "online_sales",
    "services",
    "industry",
    "trscg",
    "online_share",
    "merchants_of_scale",
    "leading",
    "traditional_online",
    "online_sales_without",
    "induced_enterprises",
    "net_cumulative",
    "online_share_goods",
    *ALTERNATIVE_COUNTS,
)  # no sum over years
COUNTS = ("recipients", "places", "merchants_of_scale", "leading", "traditional_online", "induced_enterprises", *ALTERNATIVE_COUNTS)
RATIO_UNITS = {
    "deadweight": "share",
    "cost_per_enterprise": "CNY",
    "cost_per_sales": "ratio",
    "rebate_share": "share",
    "butfor_break_even": "ratio",
}


def by_clause(draws: Draws) -> dict[str, np.ndarray]:
    """Every measure kept by clause: (draws, cash years, clauses); CNY, recipients in enterprises, places in places."""
    scale = np.where(draws.policy.cash, FEN, 1)
    found = {}
    for m, name in enumerate(totals.BY_CLAUSE):
        cube = draws.by_clause[:, :, :, m]
        longer = np.zeros((cube.shape[0], cube.shape[1] + 1, cube.shape[2]), np.int64)
        longer[:, :-1] = cube
        found[name] = longer if name == "recipients" else longer / scale
    found["paid"] = draws.paid / scale
    return found


def places_of(draws: Draws) -> np.ndarray:
    """What is given in kind (draws, years), where the policy has one clause in kind; 0 where it has none, or several whose units cannot
    be added."""
    if len(draws.slugs) != draws.cash + 1:
        return np.zeros(draws.by_clause.shape[:2], np.int64)
    return draws.by_clause[:, :, draws.cash, totals.AWARDED]


def by_year(draws: Draws, scenario: Scenario) -> dict[str, np.ndarray]:
    """Every measure kept by year: (draws, years) or (draws, cash years)."""
    places = places_of(draws)
    return (
        measures(draws)
        | flows(draws, scenario)
        | {
            "retained_tax_with": draws.of_year("retained_tax_with") / FEN,
            "retained_tax_without": draws.of_year("retained_tax_without") / FEN,
            "online_sales_without": draws.of_year("online_sales_without") / FEN,
            "clawback_due": draws.of_year("clawback_due") / FEN,
            "clawback_recovered": draws.recovered / FEN,
            "places": places,
            "places_value": places * draws.parameters["per_pupil_cost"][:, None],
        }
    )


def figures_of(draws: Draws, scenario: Scenario, ledger: Ledger | None = None, only: Collection[str] | None = None) -> list[dict[str, Any]]:
    """The rows of the table of all figures (see the module). ledger: of a run that rations, whose arrears are needed, too
    (`risk.needed`). only: of these measures, where a few are wanted soon. Raises SimulatorError where they do not add up."""
    cubes = by_clause(draws)
    rows: list[dict[str, Any]] = []
    figures: list[np.ndarray] = []  # of each row, one per draw

    def wanted(measure: str) -> bool:
        return only is None or measure in only

    def add(measure: str, clause: str, year: int | str, values: np.ndarray) -> None:
        unit = (
            "count"
            if measure in COUNTS or clause in draws.slugs[draws.cash :]
            else "share"
            if measure in ("online_share", "online_share_goods")
            else "CNY"
        )
        rows.append({"measure": measure, "clause": clause, "year": year, "unit": unit})
        figures.append(values)

    for measure, cube in cubes.items():
        if not wanted(measure):
            continue
        years = draws.cash_years if measure == "paid" else draws.years
        for k, slug in enumerate(draws.slugs):
            for j, year in enumerate(years):
                add(measure, slug, year, cube[:, j, k])
            add(measure, slug, TOTAL, cube[:, :, k].sum(axis=1))
        # an enterprise that receives under several clauses is one recipient of the year
        total = lengthen(draws.of_year("recipients")) if measure == "recipients" else cube[:, :, : draws.cash].sum(axis=2)
        for j, year in enumerate(years):
            add(measure, TOTAL, year, total[:, j])
        add(measure, TOTAL, TOTAL, total.sum(axis=1))
    yearly = by_year(draws, scenario)
    hold(draws, yearly)
    for measure, values in yearly.items():
        if not wanted(measure):
            continue
        for j in range(values.shape[1]):
            add(measure, TOTAL, draws.cash_years[j], values[:, j])
        if measure not in STOCKS:
            add(measure, TOTAL, TOTAL, values.sum(axis=1))
    rows = [row | described for row, described in zip(rows, describe_all(figures, draws.replicate), strict=True)]
    if only is None:
        rows += _derived(draws, scenario, cubes, yearly)
    rows += _overrun(draws, scenario, ledger) if wanted("overrun") else []
    for target in [*targets_of(scenario.law), *alternatives_of(scenario.law)]:
        for j, year in enumerate(draws.years):
            values = yearly[target.column][:, j]
            for measure, number in (("target", target.low), ("target_fully", target.high)):
                if wanted(measure):
                    rows.append(
                        {
                            "measure": measure,
                            "clause": target.key,
                            "year": year,
                            "unit": "probability",
                            **chance(values >= number, draws.replicate),
                        }
                    )
    refuse(faults_of(rows), "summary")
    return rows


def _derived(draws: Draws, scenario: Scenario, cubes: dict[str, np.ndarray], yearly: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Ratios of figures, and the year in which the policy has paid for itself."""
    rows: list[dict[str, Any]] = []
    for measure, (value, error) in ratios(draws, scenario, yearly).items():
        # deadweight is mostly what was assumed: its range over the draws says how far, its error only how many draws there were
        spread = quantiles(_share_anyway(cubes, yearly, draws.cash), draws.replicate) if measure == "deadweight" else {}
        rows.append(
            {"measure": measure, "clause": TOTAL, "year": TOTAL, "unit": RATIO_UNITS[measure], "mean": value, "standard_error": error}
            | spread
        )
    committed = cubes["awarded"][:, :, : draws.cash].sum(axis=2)  # what is owed counts, paid or not: else the first year looks cheap
    net = yearly["net_impact"] + (total_cash(draws) - committed) * (1 + draws.parameters["administration_share"])[:, None]
    for measure, of, year_of in break_even(net, committed, draws.cash_years, draws.replicate):
        rows.append(
            {
                "measure": measure,
                "clause": TOTAL,
                "year": TOTAL if of is None else of,
                "unit": "probability" if measure == REACHED else "year",
                **year_of,
            }
        )
    return rows


def _share_anyway(cubes: dict[str, np.ndarray], yearly: dict[str, np.ndarray], cash: int) -> np.ndarray:
    """Of each draw the share of cash awarded to those who would be here anyway (draws,); 1 where nothing is awarded."""
    awarded = cubes["awarded"][:, :, :cash].sum(axis=(1, 2))
    return np.divide(yearly["awarded_anyway"].sum(axis=1), awarded, out=np.ones_like(awarded), where=awarded > 0)


def _overrun(draws: Draws, scenario: Scenario, ledger: Ledger | None) -> list[dict[str, object]]:
    """Probability that what is needed exceeds the appropriation, by year and over all years that have one."""
    rows, authorised = [], 0
    need, due = needed(draws, ledger)
    spent = np.zeros(len(need), np.int64)
    for j, year in enumerate(draws.cash_years):
        if year in scenario.appropriation:
            appropriation = scenario.appropriation[year]
            hits = need[:, j] > appropriation
            rows.append({"measure": "overrun", "clause": TOTAL, "year": year, "unit": "probability", **chance(hits, draws.replicate)})
            authorised, spent = authorised + appropriation, spent + due[:, j]
    if rows:
        rows.append(
            {"measure": "overrun", "clause": TOTAL, "year": TOTAL, "unit": "probability", **chance(spent > authorised, draws.replicate)}
        )
    return rows
