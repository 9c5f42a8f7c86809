"""How often the product's 95 % intervals hold the truth, over many samples of distributions whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from simulator.budget.statistics import QUANTILES, chance, describe

SHAPES: dict[str, tuple[Callable[[np.random.Generator, int], np.ndarray], Callable[[float], float], float]] = {
    # sampler, quantile function, mean
    "normal": (lambda g, n: g.normal(size=n), lambda p: float(special.ndtri(p)), 0.0),
    "lognormal": (lambda g, n: np.exp(g.normal(size=n)), lambda p: float(np.exp(special.ndtri(p))), float(np.exp(0.5))),
    "whole numbers": (lambda g, n: g.poisson(3.0, n).astype(float), lambda p: _poisson_quantile(p, 3.0), 3.0),
}
CHANCES = (0.003, 0.05, 0.3)


@dataclass(frozen=True)
class Coverage:
    """Share of repetitions whose interval held the truth: of means, quantiles, probabilities, by shape."""

    means: dict[str, float]
    quantiles: dict[str, float]
    probabilities: dict[str, float]


def _poisson_quantile(p: float, rate: float) -> float:
    n = 0
    while special.pdtr(n, rate) < p:
        n += 1
    return float(n)


def coverage(repetitions: int = 2000, draws: int = 500, seed: int = 1) -> Coverage:
    """Measured coverage. A mean's interval is mean ± t · standard error."""
    generator = np.random.default_rng(seed)
    t = float(special.stdtrit(draws - 1, 0.975))
    means, quantiles, probabilities = {}, {}, {}
    for name, (sample, quantile, mean) in SHAPES.items():
        held, by_quantile = 0, {q: [] for q in QUANTILES}
        for _ in range(repetitions):
            found = describe(sample(generator, draws))
            held += abs(found["mean"] - mean) <= t * found["standard_error"]
            for q in QUANTILES:
                if f"p{q}" in found:
                    by_quantile[q].append(found[f"p{q}_low"] <= quantile(q / 100) <= found[f"p{q}_high"])
        means[name] = held / repetitions
        quantiles |= {f"{name} p{q}": float(np.mean(hits)) for q, hits in by_quantile.items() if hits}
    for p in CHANCES:
        intervals = [chance(generator.random(draws) < p) for _ in range(repetitions)]
        probabilities[f"{p:g}"] = float(np.mean([i["probability_low"] <= p <= i["probability_high"] for i in intervals]))
    return Coverage(means, quantiles, probabilities)
