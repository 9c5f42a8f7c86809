"""What must add up in every draw before a figure is printed: clauses, years and purses, to the fen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.budget.layout import CASH_INDEX
from simulator.engine import totals
from simulator.engine.run import Draws
from simulator.errors import Problem, SimulatorError
from simulator.law.clauses import CASH
from simulator.money import FEN

PURSES = ("induced_district", "induced_zone_and_towns", "induced_municipality", "induced_centre")


def hold(draws: Draws, found: Mapping[str, np.ndarray]) -> None:
    """Raise SimulatorError unless, in every draw, each clause's cash over the years is what it was awarded over the years,
    nothing in kind is cash, and the purses' induced taxes (`found`, CNY) are the taxes with less those without the policy."""
    awarded = draws.by_clause[:, :, :, totals.AWARDED].sum(axis=1)
    induced = draws.of_year("taxes_with") - draws.of_year("taxes_without")
    purses = sum(found[name][:, : induced.shape[1]] for name in PURSES) * FEN
    largest = np.maximum(np.abs(draws.of_year("taxes_with")), np.abs(draws.of_year("taxes_without")))
    faults = []
    if (draws.paid.sum(axis=1)[:, CASH_INDEX] != awarded[:, CASH_INDEX]).any():
        faults.append("cash over the years is not what was awarded over the years")
    if draws.paid[:, :, ~np.array(CASH)].any():
        faults.append("something in kind was paid in cash")
    if (np.abs(purses - induced) > np.maximum(0.5, largest * 1e-14)).any():  # half a fen, or what a double can hold
        faults.append("the purses' induced taxes are not the taxes induced")
    if faults:
        raise SimulatorError([Problem("budget", fault, "a fault of the program: please report it") for fault in faults])
