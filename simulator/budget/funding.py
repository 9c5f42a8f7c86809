"""The tables of the ledger: due, paid, waiting; accrued and payable; breaches; commitments; the largest recipients."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.budget.ledger import Ledger
from simulator.budget.rationing import FLOWS
from simulator.budget.risk import TOTAL
from simulator.budget.statistics import DESCRIBED, describe, mean_and_error
from simulator.engine import totals
from simulator.engine.run import Draws
from simulator.errors import Problem, SimulatorError
from simulator.money import FEN

LEDGER = ("measure", "clause", "year", "unit", *DESCRIBED)
COMMITMENTS = ("admitted", "year", "mean", "standard_error")
STOCKS = ("waiting", "payable", "unpaid_claims", "outstanding")  # at the end of a year: no sum over years


def ledger_table(ledger: Ledger, draws: Draws) -> pd.DataFrame:
    """measure, clause, year, unit and the columns of `statistics.describe`; CNY, claims in numbers, shares.

    By clause and in total: due, paid, waiting, lapsed, cancelled, cut (rationing.FLOWS). In total: accrued (awarded in the year),
    payable (accrued, neither paid nor gone, at the end of the year), unpaid_claims, due_back, recovered, outstanding (due back and
    not yet recovered), top_1 and top_5 (share of all awards that goes to the largest one and five recipients).
    """
    rows, paying = [], ledger.largest[:, 0] > 0

    def add(measure: str, clause: str, year: int | str, unit: str, values: np.ndarray) -> None:
        if len(values):
            of = draws.replicate if draws.replicate is None or len(values) == len(paying) else draws.replicate[paying]
            rows.append({"measure": measure, "clause": clause, "year": year, "unit": unit, **describe(values, of)})

    def add_years(measure: str, clause: str, unit: str, values: np.ndarray) -> None:
        for j, year in enumerate(ledger.cash_years):
            add(measure, clause, year, unit, values[:, j])
        if measure not in STOCKS:
            add(measure, clause, TOTAL, unit, values.sum(axis=1))

    for name in FLOWS:
        flow = ledger.flow(name)
        for k, slug in enumerate(draws.slugs[: draws.cash]):
            add_years(name, slug, "CNY", flow[:, :, k] / FEN)
        add_years(name, TOTAL, "CNY", flow.sum(axis=2) / FEN)
    accrued = np.zeros_like(ledger.due_back)
    accrued[:, :-1] = draws.by_clause[:, :, : draws.cash, totals.AWARDED].sum(axis=2)
    gone = sum(ledger.flow(name).sum(axis=2) for name in ("paid", "lapsed", "cancelled", "cut"))
    payable = np.cumsum(accrued - gone, axis=1)
    outstanding = np.cumsum(ledger.due_back - ledger.recovered, axis=1)
    if (payable < 0).any() or (outstanding < 0).any() or (payable[:, -1] != ledger.flow("waiting")[:, -1].sum(axis=1)).any():
        raise SimulatorError(
            Problem("ledger", "what is payable does not follow from what was accrued and paid", "a fault of the program: please report it")
        )
    for name, values in (
        ("accrued", accrued),
        ("payable", payable),
        ("due_back", ledger.due_back),
        ("recovered", ledger.recovered),
        ("outstanding", outstanding),
    ):
        add_years(name, TOTAL, "CNY", values / FEN)
    add_years("unpaid_claims", TOTAL, "count", ledger.unpaid)
    for m, name in ((1, "top_1"), (2, "top_5")):
        add(name, TOTAL, TOTAL, "share", ledger.largest[paying, m] / ledger.largest[paying, 0])
    return pd.DataFrame(rows, columns=list(LEDGER))


def commitments_table(ledger: Ledger, draws: Draws) -> pd.DataFrame:
    """admitted (year), year, mean and standard_error (CNY): what enterprises admitted to a clause in one year are awarded in
    it and in the years after; one row for each pair of years, `total` over the years after admission too."""
    rows: list[tuple[int, int | str, float, float]] = []
    for a, admitted in enumerate(ledger.years):
        own = ledger.committed[:, a] / FEN
        rows += [(admitted, year, *mean_and_error(own[:, j], draws.replicate)) for j, year in enumerate(ledger.years) if j >= a]
        rows.append((admitted, TOTAL, *mean_and_error(own.sum(axis=1), draws.replicate)))
    return pd.DataFrame(rows, columns=list(COMMITMENTS))
