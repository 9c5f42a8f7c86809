"""What must add up to the fen before a figure is printed: in every draw, and in every table that is shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from simulator.engine import totals
from simulator.engine.run import Draws
from simulator.errors import Problem, SimulatorError
from simulator.money import FEN
from simulator.phrases import phrase

TOTAL = "total"
GOVERNMENTS = ("induced_district", "induced_zone_and_towns", "induced_municipality", "induced_centre")
OWN = GOVERNMENTS[:2]  # of the district: together the tax it keeps
BY_CLAUSE = ("entitled", "awarded", "paid", "displaced")
# what is left of the policy for the district, and what is taken off
NET = {
    "induced_tax": 1,
    "clawback_recovered": 1,
    "support_saved": 1,
    "crowded_out": -1,
    "paid": -1,
    "administration": -1,
    "measures_cost": -1,
}
HALF_A_FEN, DIGITS = 0.005, 1e-14  # CNY; and what a double can hold of a larger sum
REMEDY = "a fault of the program: please report it"


def hold(draws: Draws, found: Mapping[str, np.ndarray]) -> None:
    """Raise SimulatorError unless, in every draw, each clause's cash over the years is what it was awarded over them (but for
    parts that fall due later), nothing in kind is cash, and the governments' induced taxes (`found`, CNY) are the taxes with less those
    without the policy."""
    awarded, paid = draws.by_clause[:, :, :, totals.AWARDED], draws.paid.sum(axis=1)
    induced = draws.of_year("taxes_with") - draws.of_year("taxes_without")
    governments = sum(found[name][:, : induced.shape[1]] for name in GOVERNMENTS) * FEN
    largest = np.maximum(np.abs(draws.of_year("taxes_with")), np.abs(draws.of_year("taxes_without")))
    faults = []
    for k, clause in enumerate(draws.policy.clauses[: draws.cash]):
        due = awarded[:, : max(0, awarded.shape[1] + 2 - len(clause.parts)), k].sum(axis=1)  # with all their parts in these years
        if (paid[:, k] < due).any() or (paid[:, k] > awarded[:, :, k].sum(axis=1)).any():
            faults.append("cash over the years is not what was awarded over the years")
            break
    if draws.paid[:, :, draws.cash :].any():
        faults.append("something in kind was paid in cash")
    if (np.abs(governments - induced) > np.maximum(HALF_A_FEN * FEN, largest * DIGITS)).any():
        faults.append("the governments' induced taxes are not the taxes induced")
    refuse(faults, "budget")


def refuse(faults: Sequence[str], place: str) -> None:
    """Raise SimulatorError with the faults, if there are any."""
    if faults:
        raise SimulatorError([Problem(place, fault, REMEDY) for fault in faults])


def faults_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Where the means of a run's summary do not add up to the fen: clauses to the total and years to all years, whatever is
    counted; the parts of the district to the tax it keeps; what is paid and what comes back to the net fiscal impact."""
    means: dict[tuple[str, str, str], float] = {}
    years: dict[tuple[str, str], list[str]] = {}
    clauses: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        measure, clause, year, unit, mean = row["measure"], row["clause"], row["year"], row["unit"], row.get("mean", math.nan)
        if unit in ("CNY", "count"):
            means[measure, clause, str(year)] = mean
            years.setdefault((measure, clause), []).append(str(year))
        if unit == "CNY":
            clauses.setdefault((measure, str(year)), []).append(clause)
    faults: list[str] = []

    def differ(whole: float, parts: list[float]) -> bool:
        return bool(abs(sum(parts) - whole) > max(HALF_A_FEN, DIGITS * 100 * sum(map(abs, [whole, *parts]))))

    for (measure, clause), of in years.items():
        parts = [means[measure, clause, y] for y in of if y != TOTAL]
        if TOTAL in of and parts and differ(means[measure, clause, TOTAL], parts):
            faults.append(phrase("{} of {}: the years are not the sum of all years", measure, clause))
    for (measure, year), of in clauses.items():
        parts = [means[measure, c, year] for c in of if c != TOTAL]
        if measure in BY_CLAUSE and TOTAL in of and differ(means[measure, TOTAL, year], parts):
            faults.append(phrase("{} of {}: the clauses are not the whole", measure, year))
    for year in years.get(("net_impact", TOTAL), []):
        at = {m: means[m, TOTAL, year] for m in (*NET, *OWN, "net_impact") if (m, TOTAL, year) in means}
        if set(NET) <= set(at) and differ(at["net_impact"], [sign * at[m] for m, sign in NET.items()]):
            faults.append(phrase("net_impact of {}: not what is induced and comes back less what is paid and spent", year))
        if set(OWN) <= set(at) and differ(at["induced_tax"], [at[m] for m in OWN]):
            faults.append(phrase("induced_tax of {}: the parts of the district are not the tax it keeps", year))
    return faults


def differences_hold(table: pd.DataFrame) -> None:
    """Raise SimulatorError unless the differences of a comparison (scenario, clause, year, mean) add up to the fen: clauses to the
    total in every year, years to all years for every clause."""
    for (scenario, clause), own in table.groupby(["scenario", "clause"], sort=False):
        faults = [phrase("{}: the years are not the sum of all years", clause)]
        refuse(faults if _apart(own, own["year"].astype(str) == TOTAL) else [], str(scenario))
    for (scenario, year), own in table.groupby(["scenario", "year"], sort=False):
        faults = [phrase("{}: the clauses are not the whole", year)]
        refuse(faults if _apart(own, own["clause"] == TOTAL) else [], str(scenario))


def _apart(own: pd.DataFrame, whole: pd.Series) -> bool:
    parts = float(own.loc[~whole, "mean"].sum())
    return bool(abs(parts - float(own.loc[whole, "mean"].sum())) > max(HALF_A_FEN, DIGITS * 100 * float(own["mean"].abs().sum())))
