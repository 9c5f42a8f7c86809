"""Execution: the budget against what a register says was really paid, and the years that remain forecast anew."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from simulator.budget.layout import total_cash
from simulator.budget.risk import TOTAL
from simulator.budget.statistics import DESCRIBED, describe, mean_and_error
from simulator.engine.blocks import Workers
from simulator.engine.prepared import paid_until
from simulator.engine.run import Draws, play
from simulator.money import FEN
from simulator.population.register import Population
from simulator.scenario import Scenario

COLUMNS = ("year", "appropriation", "paid", "rate", "planned", "planned_error", *DESCRIBED)


def brought_forward(scenario: Scenario, population: Population | None) -> Scenario | None:
    """The scenario that knows the register up to its last year with payments; None where it has none to go by."""
    if population is None or not population.paid.size:
        return None
    known = min(population.last_paid_year, population.last_year)
    if known <= scenario.base_year:
        return None
    chosen = scenario.plain["population.known_until"]
    return scenario if chosen is not None and chosen >= known else scenario.set({"population.known_until": known})


def execution(draws: Draws, scenario: Scenario, population: Population | None, workers: Workers = None) -> pd.DataFrame:
    """year, appropriation, paid (really; empty where not yet), planned (mean of the run, with its error), `statistics.describe` of the
    forecast that knows what was paid, and rate (paid ÷ appropriation); CNY. Empty without payments in the register.

    Where the run did not know them, the draws are played once more with `population.known_until` at the last year paid.
    """
    known = brought_forward(scenario, population)
    if known is None:
        return pd.DataFrame(columns=list(COLUMNS))
    again = draws if known is scenario else play(known, population, workers=workers)
    paid_years = paid_until(known, population)
    planned, forecast = total_cash(draws), total_cash(again)
    rows: list[dict[str, object]] = []
    for j, year in enumerate(again.cash_years):
        appropriation = scenario.appropriation.get(year, math.nan)
        paid = float(forecast[0, j]) if j < paid_years else math.nan
        rows.append(
            {
                "year": year,
                "appropriation": appropriation / FEN,
                "paid": paid,
                **_planned(planned[:, j], draws),
                "rate": _rate(paid, appropriation / FEN),
                **describe(forecast[:, j], again.replicate),
            }
        )
    whole = sum(scenario.appropriation.get(year, 0) for year in again.cash_years) / FEN or math.nan
    so_far = float(forecast[0, :paid_years].sum())
    rows.append(
        {
            "year": TOTAL,
            "appropriation": whole,
            "paid": so_far,
            "rate": _rate(so_far, whole),
            **_planned(planned.sum(axis=1), draws),
            **describe(forecast.sum(axis=1), again.replicate),
        }
    )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _planned(values: np.ndarray, draws: Draws) -> dict[str, float]:
    return dict(zip(("planned", "planned_error"), mean_and_error(values, draws.replicate), strict=True))


def _rate(paid: float, appropriation: float) -> float:
    return paid / appropriation if appropriation > 0 else math.nan
