"""What matters: the share of a result's variance each assumption makes alone (first-order index of Sobol) and with all its
interactions (total index); chance is one of the factors.

The leading assumptions are factors of their own, correlated ones together; all other uncertain assumptions are one factor, and
chance is one. The draws of the run are one sample, another range of draws the other; a factor is exchanged by taking its columns
of parameters, or the chance, from the other sample (Saltelli et al. 2010). Intervals by bootstrap over draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.budget.paired import Progress, rank_ranges, steps
from simulator.budget.statistics import COVER
from simulator.budget.tornado import results
from simulator.budget.variance import rank_correlations, ranks_of_parameters
from simulator.engine.blocks import Workers
from simulator.engine.replay import under_assumptions
from simulator.engine.run import Draws, outer_layer, play
from simulator.population.parts import Register
from simulator.scenario import Scenario
from simulator.streams import REPLICATE_BITS

DRAWS = 512  # a power of two, as the estimator asks
LEADING = 8  # assumptions by rank correlation with the first result that are factors of their own; and half as many for each other
RESAMPLES = 400
OTHERS, REPLICATE = "others", "chance"
COLUMNS = (
    "result",
    "factor",
    "paths",
    "first_order",
    "first_order_low",
    "first_order_high",
    "total_order",
    "total_order_low",
    "total_order_high",
    "draws",
    "rank_low",
    "rank_high",
)


@dataclass(frozen=True)
class Factor:
    """What is exchanged together: assumptions by path; none of them: chance."""

    name: str
    paths: tuple[str, ...]


def indices(
    draws: Draws,
    scenario: Scenario,
    population: Register | None = None,
    *,
    workers: Workers = None,
    count: int = DRAWS,
    leading: int = LEADING,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Sobol indices of each of `results` of a run, with their bootstrap intervals: COLUMNS, the largest total index first.

    count: draws, cut to a power of two and to those of the run. rank_low, rank_high: the places a factor may have by its total
    index, given the error. Empty where nothing is uncertain but chance.
    """
    n = 1 << (min(count, scenario.draws).bit_length() - 1)
    factors = factors_of(draws, scenario, leading)
    if len(factors) < 2:
        return pd.DataFrame(columns=list(COLUMNS))
    step = steps(progress, n * (len(factors) + 2))
    small = scenario.few(n)  # the two samples have to be independent of each other
    own, other = outer_layer(small, 0, n), outer_layer(small, 1 << REPLICATE_BITS, n)

    on_own_numbers = under_assumptions(small, population, workers=workers, progress=step)

    def played(parameters: np.ndarray, chance: int) -> np.ndarray:
        found = (
            on_own_numbers(parameters)
            if chance == 0
            else play(small, population, workers=workers, replicate=chance, parameters=parameters, progress=step)
        )
        return np.stack(list(results(found, small).values()))

    f_a, f_b = played(own, 0), played(other, 1)
    exchanged = []
    for factor in factors:
        mixed = own.copy()
        for path in factor.paths:
            mixed[scenario.declared.by_path[path].field] = other[scenario.declared.by_path[path].field]
        exchanged.append(played(mixed, 0 if factor.paths else 1))
    names = list(results(draws, scenario))
    return table(names, factors, f_a, f_b, np.stack(exchanged))


def factors_of(draws: Draws, scenario: Scenario, leading: int = LEADING) -> list[Factor]:
    """The factors: leading assumptions, each with all it is correlated with; the other uncertain ones together; chance."""
    ranks = ranks_of_parameters(draws, scenario)
    chosen: dict[str, None] = {}
    for i, values in enumerate(results(draws, scenario).values()):
        weights = rank_correlations(values, ranks)
        most = sorted(weights, key=lambda path: -abs(weights[path]))
        chosen |= dict.fromkeys(most[: leading if i == 0 else leading // 2])
    together = [{path} for path in ranks]
    for a, b in scenario.correlations:
        joined = [group for group in together if a in group or b in group]
        if len(joined) == 2:
            together = [group for group in together if group not in joined] + [joined[0] | joined[1]]
    group_of = {path: tuple(sorted(group)) for group in together for path in group}
    groups = list(dict.fromkeys(group_of[path] for path in chosen))
    factors = [Factor(" + ".join(group), group) for group in groups]
    if others := tuple(path for path in ranks if not any(path in group for group in groups)):
        factors.append(Factor(OTHERS, others))
    return [*factors, Factor(REPLICATE, ())]


def table(names: list[str], factors: list[Factor], f_a: np.ndarray, f_b: np.ndarray, f_ab: np.ndarray) -> pd.DataFrame:
    """The rows of `indices`. f_a, f_b (results, draws); f_ab (factors, results, draws): the first sample with one factor from the
    second."""
    first, total, low, high, samples = estimate(f_a, f_b, f_ab)
    rows = []
    for r, result in enumerate(names):
        at_work = np.flatnonzero(total[r] > 0)  # what does nothing has no place
        places = rank_ranges(total[r, at_work], np.atleast_2d(np.cov(samples[1, r, at_work])))
        ranks = dict.fromkeys(range(len(factors)), (np.nan, np.nan)) | dict(zip(at_work, places, strict=True))
        found = [
            (
                result,
                factor.name,
                "; ".join(factor.paths),
                first[r, k],
                low[0, r, k],
                high[0, r, k],
                total[r, k],
                low[1, r, k],
                high[1, r, k],
                f_a.shape[1],
                *ranks[k],
            )
            for k, factor in enumerate(factors)
        ]
        rows += sorted(found, key=lambda row: -row[6]) if f_a[r].var() > 0 else []
    return pd.DataFrame(rows, columns=list(COLUMNS))


def estimate(f_a: np.ndarray, f_b: np.ndarray, f_ab: np.ndarray) -> tuple[np.ndarray, ...]:
    """First-order and total indices (results, factors), the ends of their intervals (2, results, factors) and the bootstrap's
    samples (2, results, factors, samples), by scipy.stats.sobol_indices. Shapes as in `table`; draws a power of two."""
    from scipy.stats import bootstrap, sobol_indices  # half a second, only where it is asked for

    n, shape = f_a.shape[1], (2, f_a.shape[0], f_ab.shape[0])

    def both(chosen: np.ndarray) -> np.ndarray:
        found = sobol_indices(func={"f_A": f_a[:, chosen], "f_B": f_b[:, chosen], "f_AB": f_ab[:, :, chosen]}, n=n)
        return np.stack([found.first_order, found.total_order]).reshape(shape)

    first, total = both(np.arange(n))
    resampled = bootstrap([np.arange(n)], both, n_resamples=RESAMPLES, vectorized=False, confidence_level=COVER, method="percentile", rng=0)
    interval = resampled.confidence_interval
    return first, total, np.asarray(interval.low), np.asarray(interval.high), resampled.bootstrap_distribution
