"""How accurate results are: what Sobol sequences take off the variance of the baseline's cost, and how often the intervals of
whole runs hold the truth, over many seeds of a cheap model; stopping early included."""

from __future__ import annotations

import numpy as np

from simulator import load_scenario, synthesize
from simulator.budget.expected import at_expectation, surprises
from simulator.budget.layout import total_cash
from simulator.budget.precision import play_until
from simulator.budget.statistics import NORMAL, chance, describe
from simulator.engine.run import Draws, play
from simulator.projection.sobol import REPLICATES
from simulator.scenario import Scenario
from tests.benchmarks.timing import Row
from tests.benchmarks.work import common_scenario

P95 = 0.95
FEW = (
    "office.rent",
    "office.area_median",
    "office.designated_share",
    "take_up.office_rent",
    "market.growth",
    "market.own_shock",
    "tax.vat_burden_goods",
    "line.prevalence",
)  # uncertain in the cheap model: drawing eighty takes longer than playing them


def cheap(draws: int) -> Scenario:
    """The common work with a few uncertain assumptions, the others at their mean."""
    scenario = common_scenario(draws)
    return scenario.set(
        {f"assumptions.{path}": s.value.mean for path, s in scenario.assumptions.items() if s.value.shape != "fixed" and path not in FEW}
    )


def sobol(seeds: int = 16, replicates: int = 8, draws: int = 1024) -> list[Row]:
    """The baseline's cash over all years: every sequence of every seed played with several replicates, so that what their means share
    is the parameters' part and what they do not is chance."""
    cost = np.stack(
        [_by_chance(load_scenario("baseline", {"sampling": "sobol", "draws": draws, "seed": seed}), replicates) for seed in range(seeds)]
    )  # (seeds, replicates, draws)
    each = draws // REPLICATES
    whole, parameters = cost.var(), _shared(cost.transpose(0, 2, 1).reshape(-1, replicates))
    means = cost.reshape(seeds, replicates, each, REPLICATES).mean(axis=2).transpose(0, 2, 1).reshape(-1, replicates)
    over = (
        (cost > np.quantile(cost, P95)).reshape(seeds, replicates, each, REPLICATES).mean(axis=2).transpose(0, 2, 1).reshape(-1, replicates)
    )
    part, error = _with_error(lambda m: _shared(m) * each / parameters, means)
    of_mean, mean_error = _with_error(lambda m: whole / (m.var(axis=0, ddof=1).mean() * each), means)
    of_p95, p95_error = _with_error(lambda m: P95 * (1 - P95) / (m.var(axis=0, ddof=1).mean() * each), over)
    chance = 1 - parameters / whole
    how = f"baseline, cash of all years, {draws:,} draws; {seeds * REPLICATES} sequences × {replicates} replicates, jackknife error"
    numbers = {"parameter_share": parameters / whole, "part": part, "mean_factor": of_mean, "p95_factor": of_p95}
    return [
        Row(
            "Sobol: parameter part of the variance of the mean",
            "≤ 1/10 of plain draws",
            f"{part:.3f} ± {error:.3f}",
            part <= 0.1,
            how,
            numbers,
        ),
        Row(
            "Sobol: variance of plain draws' mean over its own",
            f"≥ {0.5 / chance:.2f} (half of 1/(chance share {chance:.0%}))",
            f"{of_mean:.2f}× ± {mean_error:.2f}",
            of_mean >= 0.5 / chance,
            how,
            numbers,
        ),
        Row("Sobol: the same of P95", "reported", f"{of_p95:.2f}× ± {p95_error:.2f}", None, how, numbers),
    ]


def expectation(seeds: int = 24, draws: int = 2000) -> list[Row]:
    """What arrivals and market at their expectation take off the variance of the baseline's mean cost, plain and Sobol."""
    rows = []
    for sampling in ("plain", "sobol"):
        gain = []
        for seed in range(seeds):
            scenario = load_scenario("baseline", {"sampling": sampling, "draws": draws, "seed": seed})
            played = play(scenario)
            was = total_cash(played).sum(axis=1)
            now = at_expectation(was[:, None], surprises(played, scenario))[:, 0]
            gain.append([describe(x, played.replicate)["standard_error"] ** 2 for x in (was, now)])
        was, now = np.array(gain).mean(axis=0)
        rows.append(
            Row(
                f"arrivals and market at their expectation, {sampling}: variance of the mean over its own",
                "reported",
                f"{was / now:.2f}×",
                None,
                f"baseline, cash of all years, {draws:,} draws, {seeds} seeds",
                {"factor": was / now},
            )
        )
    return rows


def covered(repetitions: int = 1000, draws: int = 512, enterprises: int = 60) -> list[Row]:
    """95 % intervals of whole runs, each on its own seed; the truth is that of all the runs together."""
    population, costs = synthesize(enterprises=enterprises), {}
    scenario = cheap(draws)
    for sampling in ("plain", "sobol"):
        costs[sampling] = np.stack(
            [_cost(play(scenario.set({"sampling": sampling, "seed": seed}), population)) for seed in range(repetitions)]
        )
    truth = np.concatenate([c.ravel() for c in costs.values()])
    quantiles = {q: np.quantile(truth, q / 100) for q in (5, 50, 80, 90, 95)}
    limits = {p: np.quantile(truth, 1 - p) for p in (0.02, 0.1, 0.4)}
    how = f"{repetitions:,} runs of {draws} draws, {enterprises} enterprises, each its own seed; truth: all runs together"
    rows = []
    for sampling, runs in costs.items():
        replicate = np.arange(draws) % REPLICATES if sampling == "sobol" else None
        reported = [describe(run, replicate) for run in runs]
        mean = np.mean([abs(f["mean"] - truth.mean()) <= NORMAL * f["standard_error"] for f in reported])
        held = {f"p{q}": np.mean([f[f"p{q}_low"] <= at <= f[f"p{q}_high"] for f in reported]) for q, at in quantiles.items()}
        hits = {
            f"{p:g}": np.mean(
                [
                    f["probability_low"] <= (truth > at).mean() <= f["probability_high"]
                    for f in (chance(run > at, replicate) for run in runs)
                ]
            )
            for p, at in limits.items()
        }
        exact = sampling == "plain"
        for what, shares, least in (
            ("mean", {"": mean}, 0.93),
            ("quantiles", held, 0.95 if exact else 0.93),
            ("probabilities", hits, 0.95 if exact else 0.93),
        ):
            rows.append(_coverage(f"coverage in whole runs, {sampling}: {what}", shares, least, how, repetitions))
    return rows


def stopped(repetitions: int = 1000, asked: float = 0.02, enterprises: int = 60) -> list[Row]:
    """Stopping when accurate: how often the interval reported at the stop holds the truth, and how often what was asked is kept."""
    population, scenario, rows = synthesize(enterprises=enterprises), cheap(512), []
    for sampling in ("plain", "sobol"):
        found = []
        for seed in range(repetitions):
            own = scenario.set({"sampling": sampling, "seed": seed})
            _, draws, reported = play_until(own, asked, "total", lambda s, before: play(s, population, before=before), 20_000)
            found.append((_cost(draws).mean(), reported.reached, reported.draws, reported.looks))
        means, reached, count, looks = np.array(found).T
        truth = np.average(means, weights=count)
        held = float((np.abs(means - truth) <= reached * means).mean())
        kept = float((np.abs(means - truth) <= asked * truth).mean())
        rows.append(
            _coverage(
                f"coverage after stopping, {sampling}",
                {"": held},
                0.93,
                f"{repetitions:,} runs until ±{asked:.0%}: {count.mean():,.0f} draws, {looks.mean():.1f} looks on average; "
                f"{kept:.1%} within what was asked",
                repetitions,
            )
        )
    return rows


def _by_chance(scenario: Scenario, replicates: int) -> np.ndarray:
    return np.stack([_cost(play(scenario, replicate=chance)) for chance in range(replicates)])


def _cost(draws: Draws) -> np.ndarray:
    return total_cash(draws).sum(axis=1)


def _shared(figures: np.ndarray) -> float:
    """The variance that figures (n, replicates) of the same parameters have in common."""
    replicates = figures.shape[1]
    return float(figures.mean(axis=1).var(ddof=1) - figures.var(axis=1, ddof=1).mean() / replicates)


def _with_error(of, sequences: np.ndarray, sections: int = 20) -> tuple[float, float]:
    """A figure of sequences (n, replicates) and its jackknife error."""
    left_out = np.array([of(np.delete(sequences, slice(s, None, sections), axis=0)) for s in range(sections)])
    return of(sequences), float(np.sqrt((sections - 1) / sections * ((left_out - left_out.mean()) ** 2).sum()))


def _coverage(what: str, shares: dict[str, float], least: float, how: str, repetitions: int) -> Row:
    slack = 2 * (0.05 * 0.95 / repetitions) ** 0.5 if least == 0.95 else 0.0  # exact is exact, measured it is not
    worst = min(shares, key=shares.get)
    span = f"{shares[worst]:.1%}" + (f" ({worst}) … {max(shares.values()):.1%}" if len(shares) > 1 else "")
    return Row(what, f"≥ {least:.0%}", span, bool(shares[worst] >= least - slack), how, {k: float(v) for k, v in shares.items()})


def tables() -> list[Row]:
    """All rows."""
    return [*sobol(), *expectation(), *covered(), *stopped()]
