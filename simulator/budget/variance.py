"""What the spread of a result comes from: unknown parameters or replicate, and which assumptions matter.

Two replicates for the same parameters, draw by draw: their covariance is the part of the variance that parameters make. An
assumption's weight is its squared rank correlation with the result. A result is as sure as the weakest source it leans on:
the worst confidence among the assumptions that carry a twentieth of its variance or more.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from simulator.budget.layout import total_cash
from simulator.budget.revenue import flows
from simulator.budget.statistics import Replicate, jackknife
from simulator.budget.targets import measures, targets_of
from simulator.engine.blocks import Workers
from simulator.engine.run import Draws, play
from simulator.money import FEN
from simulator.population.parts import Register
from simulator.scenario import CONFIDENCE, Scenario

COLUMNS = ("result", "parameter_share", "standard_error", "letter", "drivers")
LEANS_ON = 0.05  # share of the variance from which a result leans on an assumption
SHOWN = 5  # assumptions listed for each result


def headline_results(draws: Draws, scenario: Scenario) -> dict[str, np.ndarray]:
    """The results whose spread is split, one figure per draw: cash in total and by clause, net impact, each target."""
    found = {"paid": total_cash(draws).sum(axis=1), "net_impact": flows(draws, scenario)["net_impact"].sum(axis=1)}
    found |= {f"paid.{slug}": draws.paid[:, :, k].sum(axis=1) / FEN for k, slug in enumerate(draws.slugs[: draws.cash])}
    if (year := scenario.law.policy.targets_year) in draws.years:
        j = draws.years.index(year)
        quantities = measures(draws)
        found |= {f"target.{t.key}": quantities[t.column][:, j].astype(float) for t in targets_of(scenario.law)}
    return found


def split(draws: Draws, scenario: Scenario, population: Register | None, workers: Workers = None) -> pd.DataFrame:
    """COLUMNS, drivers as ("path rank-correlation±standard-error; …"), for each headline result.

    Plays the draws once more with other random numbers. parameter_share lies in 0 … 1 but for Monte Carlo error; empty where a
    result does not vary.
    """
    other = play(scenario, population, workers=workers, replicate=1)
    first, second = headline_results(draws, scenario), headline_results(other, scenario)
    ranks = ranks_of_parameters(draws, scenario)
    margins = _Margins(ranks, draws.replicate)
    rows = []
    for name in first:
        share, error = parameter_share(first[name], second[name], draws.replicate)
        middle = (first[name] + second[name]) / 2
        weights = rank_correlations(middle, ranks)
        letter = letter_of(weights, scenario)
        most = sorted(weights.items(), key=lambda item: -abs(item[1]))[:SHOWN]
        around = margins.of(middle, [path for path, _ in most])
        drivers = [f"{path} {value:+.2f}{margin}" for (path, value), margin in zip(most, around, strict=True)]
        rows.append((name, share, error, letter, "; ".join(drivers)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def parameter_share(first: np.ndarray, second: np.ndarray, replicate: Replicate = None) -> tuple[float, float]:
    """Share of the variance that parameters make, with its standard error (jackknife over 20 sections, or the Sobol sequences).

    first, second: a result under two replicates with the same parameters, draw by draw.
    """

    def share(a: np.ndarray, b: np.ndarray) -> float:
        spread = (a.var() + b.var()) / 2 + (a.mean() - b.mean()) ** 2 / 4
        return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread > 0 else float("nan")

    return share(first, second), jackknife(lambda chosen: share(first[chosen], second[chosen]), len(first), replicate)


def letter_of(weights: dict[str, float], scenario: Scenario) -> str:
    """The weakest confidence among the assumptions a result leans on; J if it leans on none that is uncertain."""
    leaned_on = [path for path, value in weights.items() if value**2 >= LEANS_ON]
    if not leaned_on and weights:
        leaned_on = [max(weights, key=lambda path: abs(weights[path]))]
    letters = [scenario.assumptions[path].confidence for path in leaned_on]
    return max(letters, key=CONFIDENCE.index) if letters else ""


def ranks_of_parameters(draws: Draws, scenario: Scenario) -> dict[str, np.ndarray]:
    """Ranks of every assumption that is drawn."""
    from scipy.stats import rankdata  # half a second: only where the variance is split

    found = {}
    for path, assumption in scenario.declared.by_path.items():
        values = draws.parameters[assumption.field]
        if scenario.assumptions[path].value.shape != "fixed" and np.ptp(values) > 0:
            found[path] = rankdata(values)
    return found


class _Margins:
    """Standard errors of rank correlations with the parameters (jackknife). Without each section of the draws a parameter has the same
    ranks whatever result it is held against: it is ranked once."""

    def __init__(self, ranks: dict[str, np.ndarray], replicate: Replicate):
        self.ranks, self.replicate, self._without = ranks, replicate, dict[tuple[str, bytes], np.ndarray]()

    def of(self, values: np.ndarray, paths: list[str]) -> list[str]:
        """±standard error with each of these parameters; "" where there are too few draws for one."""
        from scipy.stats import rankdata

        found = dict[bytes, np.ndarray]()

        def correlation(place: int, chosen: np.ndarray) -> float:
            section = chosen.tobytes()
            if section not in found:
                for path in paths:
                    if (path, section) not in self._without:
                        self._without[path, section] = rankdata(self.ranks[path][chosen])
                found[section] = _correlations(rankdata(values[chosen]), np.stack([self._without[path, section] for path in paths]))
            return float(found[section][place])

        errors = [jackknife(partial(correlation, place), len(values), self.replicate) for place in range(len(paths))]
        return [f"±{error:.2f}" if np.isfinite(error) else "" for error in errors]


def rank_correlations(values: np.ndarray, ranks: dict[str, np.ndarray]) -> dict[str, float]:
    """Spearman's correlation of a result with each parameter's ranks; none where the result never varies."""
    from scipy.stats import rankdata

    if np.ptp(values) == 0 or not ranks:
        return {}
    found = _correlations(rankdata(values), np.stack(list(ranks.values())))
    return dict(zip(ranks, found.tolist(), strict=True))


def _correlations(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Of values (n,) with each of rows (k, n); nan where either does not vary."""
    around, others = values - values.mean(), rows - rows.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        found: np.ndarray = (others @ around) / np.sqrt((others**2).sum(axis=1) * (around @ around))
    return found
