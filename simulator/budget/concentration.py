"""How unequally support is spread over those who get any: the Lorenz curve of what the law gives a register."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.engine.assess import assess
from simulator.engine.synthesize import synthesize
from simulator.errors import PopulationError
from simulator.population.register import Population
from simulator.scenario import Scenario

COLUMNS = ("enterprises", "support", "recipients", "gini")
STEPS = 100  # points of the curve beside its origin
INVENTED = 400  # enterprises, where a run has no register of its own


def concentration(scenario: Scenario, population: Population | None = None) -> pd.DataFrame:
    """The curve: share of the recipients, from who gets least, and their share of the cash of all assessed years; with the
    number of recipients and the Gini coefficient on every row. Without rows where the register has nothing to assess.

    population: a register; None takes an invented one in the scenario's proportions.
    """
    try:
        found = assess(population if population is not None else synthesize(scenario, INVENTED), scenario)
    except PopulationError:
        return pd.DataFrame(columns=list(COLUMNS))
    amounts = found.awards[:, :, : scenario.law.policy.cash_clauses].sum(axis=(1, 2)).astype(float)
    return lorenz(amounts[amounts > 0])


def lorenz(amounts: np.ndarray) -> pd.DataFrame:
    """The Lorenz curve of positive amounts, at most STEPS points.

    >>> lorenz(np.array([3.0, 1.0]))[["enterprises", "support", "gini"]].values.tolist()
    [[0.0, 0.0, 0.25], [0.5, 0.25, 0.25], [1.0, 1.0, 0.25]]
    """
    n = len(amounts)
    if not n:
        return pd.DataFrame(columns=list(COLUMNS))
    whole = np.concatenate([[0.0], np.cumsum(np.sort(amounts))]) / amounts.sum()
    at = np.unique(np.rint(np.linspace(0, n, min(n, STEPS) + 1)).astype(int))
    gini = 1 - float((whole[1:] + whole[:-1]).sum()) / n
    return pd.DataFrame({"enterprises": at / n, "support": whole[at], "recipients": n, "gini": gini}, columns=list(COLUMNS))
