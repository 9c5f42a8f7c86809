"""What would have to be true: for each target, the value of an assumption at which its probability passes 50 %.

The assumption is the uncertain one the target's quantity leans on most; all others keep their distributions, and chance is
common, so that the probability moves smoothly. No answer is finer than the Monte Carlo error of its draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pandas as pd

from simulator.budget.statistics import CHANCE_COLUMNS, chance, quantile_ranks
from simulator.budget.targets import Target, measures, targets_of
from simulator.budget.variance import rank_correlations, ranks_of_parameters
from simulator.engine.blocks import Workers
from simulator.engine.replay import on_common_numbers
from simulator.engine.run import Draws
from simulator.errors import ScenarioError
from simulator.population.parts import Register
from simulator.scenario import Scenario

COLUMNS = ("target", *CHANCE_COLUMNS, "assumption", "assumed", "needed", "needed_low", "needed_high", "unit")
DRAWS = 120  # a probability of one half within 5 points
STEPS = 6  # halvings of the interval
FURTHEST = 8.0  # widths of the assumption's own range that are searched beyond it


def conditions(draws: Draws, scenario: Scenario, population: Register | None, workers: Workers = None) -> pd.DataFrame:
    """target, probability (as assumed) with its interval, assumption, assumed (its mean), needed with its interval (an infinite end:
    none within reach), unit; `needed` is empty where no value within the assumption's allowed range and FURTHEST of its own widths
    passes 50 %. None of it where the targets' year is not played.
    """
    year = scenario.law.policy.targets_year
    if year not in draws.years:
        return pd.DataFrame(columns=list(COLUMNS))
    small = scenario.few(DRAWS).set({"horizon": year})  # what comes after the targets' year changes nothing in it
    play = on_common_numbers(population, small, workers=workers)
    ranks, j, rows = ranks_of_parameters(draws, scenario), draws.years.index(year), []

    @cache
    def quantities(assumption: str, at: float) -> dict[str, np.ndarray]:
        """What the targets are about, by draw, where an assumption is so; targets that lean on the same one share it."""
        return {name: of_years[:, j] for name, of_years in measures(play(small.set({f"assumptions.{assumption}": at}))).items()}

    for target in targets_of(scenario.law):
        values = measures(draws)[target.column][:, j].astype(float)
        weights = rank_correlations(values, ranks)
        if not weights:
            continue
        path = max(weights, key=lambda p: abs(weights[p]))
        needed = _search(small, target, path, weights[path] > 0, quantities)
        rows.append(
            (
                target.key,
                *chance(values >= target.low, draws.replicate).values(),
                path,
                scenario.assumptions[path].value.mean,
                *needed,
                scenario.declared.by_path[path].unit,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _search(
    scenario: Scenario, target: Target, path: str, rises: bool, quantities: Callable[[str, float], Mapping[str, np.ndarray]]
) -> tuple[float, float, float]:
    """The value of `path` nearest its mean at which the probability passes 50 %, and its interval; nan when there is none in reach.
    quantities: by draw, at a value of `path`.

    At a higher value (a lower one, where the chance falls) more draws reach the target, each from a value of its own on: the value
    sought is the median of these, its interval that of order statistics, taken outwards to values that were played.
    """
    value, declared, counts = scenario.assumptions[path].value, scenario.declared.by_path[path], dict[float, int]()
    width, half, way = value.high - value.low, math.ceil(scenario.draws / 2), 1.0 if rises else -1.0

    def hits(at: float) -> int:
        """Draws that reach the target; of a value out there where sales grow beyond what can be counted, none to go by."""
        if at not in counts:
            counts[at] = int(np.count_nonzero(quantities(path, at)[target.column] >= target.low))
        return counts[at]

    def moved(by: float) -> float:
        """So far from the mean, towards more hits."""
        return float(np.clip(value.mean + way * by, declared.low, declared.high))

    now = hits(value.mean) >= half
    near, far = value.mean, moved(-FURTHEST * width if now else FURTHEST * width)
    try:
        if (hits(far) >= half) == now:
            return math.nan, math.nan, math.nan
    except ScenarioError:
        return math.nan, math.nan, math.nan
    for _ in range(STEPS):
        middle = (near + far) / 2
        near, far = (middle, far) if (hits(middle) >= half) == now else (near, middle)
    ranks = quantile_ranks(scenario.draws, 50)
    if ranks is None:
        return far, math.nan, math.nan

    def end(towards: float, enough: Callable[[int], bool]) -> float:
        """The played value nearest to the one found where that many draws reach it; further ones are played where none is."""
        distance = width / 2**STEPS
        while True:
            there = [at for at, count in counts.items() if enough(count) and (at - far) * towards >= 0]
            if there:
                return min(there, key=lambda at: abs(at - far))
            at = float(np.clip(far + towards * distance, declared.low, declared.high))
            if at in counts or distance > FURTHEST * width:
                return towards * math.inf
            try:
                hits(at)
            except ScenarioError:
                return towards * math.inf
            distance *= 4

    ends = end(-way, lambda count: count <= ranks[0]), end(way, lambda count: count > ranks[1])
    return far, min(ends), max(ends)
