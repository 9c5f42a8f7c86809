"""Means with part of the chance taken at its expectation: how many newly settle, and how the market deviates from its path.

In a draw, given its assumptions, arrivals of a kind and year have the expectation λ (`newcomers.arrival_rate`) and the market's
shocks the expectation 0, whatever the rest of the draw's chance. So a figure less β · (what was drawn − its expectation) has the
mean of the figure, for any β that does not depend on the draw; the β that takes away most of the spread is a regression's. To
leave every mean exactly what it is, β for one sixteenth of the draws (or one Sobol sequence) is estimated on the other
fifteen, which know nothing of its chance. A regression is linear: clauses and years still add up to their total.

For means only. A quantile or a probability of the corrected figures would be one of other figures: nothing here makes any.
Floating-point numbers, in tables to SIGNIFICANT digits: what lies beyond differs between machines' linear algebra.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from simulator.budget.statistics import mean_and_error
from simulator.budget.summary import STOCKS, TOTAL, by_year
from simulator.engine.generosity import generosity_of
from simulator.engine.run import Draws
from simulator.money import FEN
from simulator.projection import enterprises as kinds
from simulator.projection.newcomers import ARRIVING, arrival_rate
from simulator.projection.sobol import REPLICATES
from simulator.scenario import Scenario
from simulator.streams import ARRIVALS, MARKET, uniforms

DRAWS_EACH = 10  # for every number taken at its expectation: with fewer draws nothing is corrected
SIGNIFICANT = 12
COLUMNS = ("measure", "clause", "year", "mean", "standard_error", "expected", "expected_error")


def expected(draws: Draws, scenario: Scenario) -> pd.DataFrame:
    """COLUMNS: the mean of cash paid by clause and year and of every yearly measure as drawn, and with arrivals and market at
    their expectation, each with its standard error; CNY, numbers or shares as in `summary`."""
    labels: list[tuple[str, str, int | str]] = []
    columns: list[np.ndarray] = []
    cash = [(slug, draws.paid[:, :, k] / FEN) for k, slug in enumerate(draws.slugs[: draws.cash])]
    tables = [("paid", clause, values, False) for clause, values in (*cash, (TOTAL, draws.paid[:, :, : draws.cash].sum(axis=2) / FEN))]
    tables += [(name, TOTAL, values, name in STOCKS) for name, values in by_year(draws, scenario).items() if name != "paid"]
    for measure, clause, values, stock in tables:
        labels += [(measure, clause, draws.cash_years[j]) for j in range(values.shape[1])]
        columns += [values.astype(float), *(() if stock else (values.sum(axis=1, keepdims=True).astype(float),))]
        labels += [] if stock else [(measure, clause, TOTAL)]
    drawn = np.concatenate(columns, axis=1)
    corrected = at_expectation(drawn, surprises(draws, scenario))
    rows = [
        (*label, *mean_and_error(was, draws.replicate), *map(_rounded, mean_and_error(now, draws.replicate)))
        for label, was, now in zip(labels, drawn.T, corrected.T, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rounded(figure: float) -> float:
    return float(f"{figure:.{SIGNIFICANT}g}")


def at_expectation(values: np.ndarray, surprise: np.ndarray) -> np.ndarray:
    """Figures (draws, figures) less what surprises (draws, numbers) of mean 0 explain of them; their means have the same
    expectation. As they are where there are too few draws."""
    n = len(values)
    surprise = surprise[:, surprise.std(axis=0) > 0]
    if n < DRAWS_EACH * (surprise.shape[1] + 1) or n < 2 * REPLICATES or not surprise.shape[1]:
        return values
    known = np.column_stack([np.ones(n), surprise])
    parts = [slice(r, None, REPLICATES) for r in range(REPLICATES)]
    squares = np.array([known[p].T @ known[p] for p in parts])
    products = np.array([known[p].T @ values[p] for p in parts])
    corrected = values.astype(float)
    for r, part in enumerate(parts):  # normal equations: surprises are next to unrelated, so that nothing is lost
        slopes = np.linalg.solve(squares.sum(axis=0) - squares[r], products.sum(axis=0) - products[r])
        corrected[part] -= surprise[part] @ slopes[1:]
    return corrected


def surprises(draws: Draws, scenario: Scenario) -> np.ndarray:
    """What was drawn less its expectation given the draw's assumptions, each of mean 0 (draws, numbers): arrivals of each kind and
    year, and the market's yearly shocks, from the very variates of the draws."""
    n, seed, law = len(draws.parameters), np.uint64(scenario.seed), scenario.law
    generosity = generosity_of(scenario)
    records, found = draws.parameters.view(np.recarray), []

    def variates(stream: int, keys: list[int], year: int) -> np.ndarray:
        """(draws, keys) chances of a stream and year."""
        asked = np.array(keys, np.uint64)
        return np.stack([uniforms(seed, d, stream, asked, year) for d in range(n)])

    def expected_of(kind: int, offered: bool) -> np.ndarray:
        return np.array([arrival_rate(par, kind, offered, generosity) for par in records])

    rates = {offered: np.stack([expected_of(kind, offered) for kind in ARRIVING], axis=1) for offered in (True, False)}
    platforms = expected_of(kinds.PLATFORM, True)[:, None]
    found.append(_poisson(variates(ARRIVALS, [kinds.PLATFORM], 0), platforms) - platforms)
    last = law.end.year if law.end else draws.years[-1]
    for year in draws.years:
        expect = rates[law.in_force and law.start.year <= year <= last]
        found.append(_poisson(variates(ARRIVALS, list(ARRIVING), year), expect) - expect)
        if scenario.plain["market"] == "ex_ante":
            found.append(special.ndtri(variates(MARKET, [0], year)))
    return np.concatenate(found, axis=1)


def _poisson(chances: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Inverse of the Poisson distribution, as `distributions.poisson`: the least number with at least this probability."""
    number = np.where(rates > 0, np.ceil(special.pdtrik(chances, rates)), 0.0)
    lower = np.maximum(number - 1, 0)
    return np.where((rates > 0) & (special.pdtr(lower, rates) >= chances), lower, number)
