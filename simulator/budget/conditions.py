"""What would have to be true: for each target, the value of an assumption at which its probability passes 50 %.

The assumption is the uncertain one the target's quantity leans on most; all others keep their distributions, and luck is
common, so that the probability moves smoothly. No answer is finer than the Monte Carlo error of its draws.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from simulator.budget.statistics import chance
from simulator.budget.targets import Target, measures, targets_of
from simulator.budget.variance import rank_correlations, ranks_of_parameters
from simulator.engine.blocks import Workers
from simulator.engine.run import Draws, play
from simulator.errors import ScenarioError
from simulator.law.targets import YEAR
from simulator.population.parts import Register
from simulator.projection.assumptions import BY_PATH
from simulator.scenario import Scenario

DRAWS = 120  # a probability of one half within 5 points
STEPS = 6  # halvings of the interval
FURTHEST = 8.0  # widths of the assumption's own range that are searched beyond it


def conditions(draws: Draws, scenario: Scenario, population: Register | None,
               workers: Workers = None) -> pd.DataFrame:
    """target, probability (as assumed) with its interval, assumption, assumed (its mean), needed, unit; `needed` is empty where no value
    within the assumption's allowed range and FURTHEST of its own widths passes 50 %. None of it where 2015 is not played.
    """
    columns = ["target", "probability", "probability_low", "probability_high", "assumption", "assumed", "needed", "unit"]
    if YEAR not in draws.years:
        return pd.DataFrame(columns=columns)
    small = scenario.few(DRAWS)
    ranks, j, rows = ranks_of_parameters(draws, scenario), draws.years.index(YEAR), []
    for target in targets_of(scenario.law):
        values = measures(draws)[target.column][:, j].astype(float)
        weights = rank_correlations(values, ranks)
        if not weights:
            continue
        path = max(weights, key=lambda p: abs(weights[p]))
        needed = _search(small, population, target, path, weights[path] > 0, workers)
        rows.append((target.key, *chance(values >= target.low, draws.replicate).values(), path,
                     scenario.assumptions[path].value.mean, needed, BY_PATH[path].unit))
    return pd.DataFrame(rows, columns=columns)


def _search(scenario: Scenario, population: Register | None, target: Target, path: str, rises: bool,
            workers: Workers) -> float:
    """The value of `path` nearest its mean at which the probability passes 50 %; nan when there is none in reach."""
    value, declared = scenario.assumptions[path].value, BY_PATH[path]
    width = value.high - value.low

    def likely(at: float) -> bool:
        played = play(scenario.set({f"assumptions.{path}": at}), population, workers=workers)
        quantity = measures(played)[target.column][:, played.years.index(YEAR)]
        return float((quantity >= target.low).mean()) >= 0.5

    now = likely(value.mean)
    direction = 1.0 if now != rises else -1.0  # away from the mean, towards where the answer changes
    far = float(np.clip(value.mean + direction * FURTHEST * width, declared.low, declared.high))
    try:
        if likely(far) == now:
            return math.nan
    except ScenarioError:  # out there sales grow beyond what can be counted
        return math.nan
    near = value.mean
    for _ in range(STEPS):
        middle = (near + far) / 2
        near, far = (middle, far) if likely(middle) == now else (near, middle)
    return far
