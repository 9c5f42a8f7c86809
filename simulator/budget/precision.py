"""Draws until a figure is as sure as asked: a minimum, looks at growing numbers of draws, a maximum.

A figure is as sure as asked when the half-width of its 95 % interval is at most a share of it (of a chance: at most so many
points). Looking often and stopping at the first good moment would stop where the spread happens to look small, so looks are few
(each on a quarter more draws at least, FEWEST the first) and only MARGIN of what is asked is good enough: intervals then hold
the truth about as often as they promise (measured in tests/benchmarks). Draw d is draw d however many are made: what comes out is
what a run of that many draws gives, to the byte.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.budget.expected import at_expectation, surprises
from simulator.budget.revenue import flows
from simulator.budget.statistics import NORMAL, QUANTILES, Replicate, chance, mean_and_error, ranks_around
from simulator.engine.run import Draws
from simulator.errors import Problem, ScenarioError, nearest
from simulator.money import FEN
from simulator.phrases import phrase
from simulator.projection.sobol import REPLICATES
from simulator.scenario import Scenario, typed

FEWEST, MOST = 512, 50_000
MARGIN = 0.9
GROWTH = 1.25, 2.0  # from one look to the next
CONVERGED, NOT_CONVERGED = "converged", "not_converged"
TOTAL, NET, OVERRUN = "total", "net_impact", "overrun"


@dataclass(frozen=True)
class Precision:
    """How sure a figure became. asked, reached: half-width of the 95 % interval, a share of the figure (of a chance: points as
    a share of 1), None where there is no interval; of: see `Figure.named`; status: CONVERGED or NOT_CONVERGED; looks: how often
    it was looked at; expected: whether of the mean with arrivals and market at their expectation."""

    asked: float
    of: str
    reached: float | None
    status: str
    draws: int
    looks: int
    expected: bool = False


@dataclass(frozen=True)
class Figure:
    """What is to be known: the mean (quantile 0) or a quantile, in per cent, of cash paid in `what`: total, a year, a clause; of
    the net fiscal impact; or the chance of an overrun of all appropriations."""

    what: str
    quantile: int = 0

    @classmethod
    def named(cls, name: str, scenario: Scenario) -> Figure:
        """total, net_impact, 2014, office_rent or 四（三） …; p95 or p95.office_rent for a quantile; overrun. Raises ScenarioError.

        >>> from simulator.scenario import load_scenario
        >>> Figure.named("p95.2014", load_scenario("baseline"))
        Figure(what='2014', quantile=95)
        """
        first, _, rest = name.partition(".")
        quantiles = {f"p{q}": q for q in QUANTILES}
        what, quantile = (rest or TOTAL, quantiles[first]) if first in quantiles else (name, 0)
        what = typed.clause(re.sub(r"^(\d{4})年$", r"\1", what.strip()), typed.clauses_of(scenario.law))
        years = [str(y) for y in (*scenario.years, scenario.years[-1] + 1)]
        known = [TOTAL, NET, *scenario.law.policy.slugs[: scenario.law.policy.cash_clauses], *years]
        if what == OVERRUN and not quantile and scenario.funds:
            return cls(OVERRUN)
        if what not in known:
            few = ", ".join((TOTAL, NET, "office_rent", years[0], "p95", "p95.office_rent", OVERRUN))
            remedy = nearest(what, known) or few
            raise ScenarioError(Problem("--of", phrase("{} is no figure of this scenario", repr(name)), remedy))
        return cls(what, quantile)

    @property
    def name(self) -> str:
        """What it is called in records, however it was typed."""
        return self.what if not self.quantile else f"p{self.quantile}" + (f".{self.what}" if self.what != TOTAL else "")

    def values(self, draws: Draws, scenario: Scenario) -> np.ndarray:
        """One figure per draw, CNY; of an overrun yes or no."""
        paid = draws.paid[:, :, : draws.cash]
        if self.what == NET:
            return flows(draws, scenario)["net_impact"].sum(axis=1)
        if self.what == OVERRUN:
            funded = [j for j, year in enumerate(draws.cash_years) if year in scenario.appropriation]
            return paid[:, funded].sum(axis=(1, 2)) > sum(scenario.appropriation[draws.cash_years[j]] for j in funded)
        if self.what in draws.slugs:
            return draws.paid[:, :, draws.slugs.index(self.what)].sum(axis=1) / FEN
        if self.what != TOTAL:
            return paid[:, draws.cash_years.index(int(self.what))].sum(axis=1) / FEN
        return paid.sum(axis=(1, 2)) / FEN

    def half_width(self, values: np.ndarray, replicate: Replicate) -> float:
        """Of its 95 % interval, as a share of the figure (of a chance: as it is); infinite where the draws give no interval."""
        if self.what == OVERRUN:
            found = chance(values, replicate)
            return max(found["probability_high"] - found["probability"], found["probability"] - found["probability_low"])
        if self.quantile:
            ordered = np.sort(values)
            ranks = ranks_around(values, ordered, self.quantile, replicate)
            if ranks is None:
                return math.inf
            at = float(ordered[math.ceil(len(values) * self.quantile / 100) - 1])
            wide = max(float(ordered[ranks[1]]) - at, at - float(ordered[ranks[0]]))
        else:
            at, error = mean_and_error(values, replicate)
            wide = NORMAL * error
        if wide == 0:
            return 0.0
        return wide / abs(at) if at else math.inf


def play_until(
    scenario: Scenario, asked: float, of: str, play: Callable[[Scenario, Draws | None], Draws], most: int = MOST, expected: bool = False
) -> tuple[Scenario, Draws, Precision]:
    """Play at least the scenario's draws and FEWEST, at most `most`; returns the scenario with as many draws as were made.

    asked: half-width as a share, 0.01 for 1 %. play: plays a scenario; the second argument are its first draws, played before.
    expected: look at the mean with arrivals and market at their expectation (`budget.expected`). Raises ScenarioError with every problem.
    """
    scenario, problems = scenario.set({"draws": max(FEWEST, scenario.draws)}), []
    if scenario.plain["sampling"] == "sobol":
        most = most // REPLICATES * REPLICATES
    if not 0 < asked < 1:
        problems.append(Problem("--precision", phrase("is {}", format(asked, ".4g")), "a share above 0 and below 100 %: 1%"))
    if most < scenario.draws:
        problems.append(
            Problem(
                "--max-draws",
                phrase("{} lies below the {} that are made in any case", format(most, ","), format(scenario.draws, ",")),
                phrase("{} or more", format(scenario.draws, ",")),
            )
        )
    try:
        figure = Figure.named(of, scenario)
        if expected and (figure.quantile or figure.what == OVERRUN):
            problems.append(Problem("--expected", phrase("{} is no mean", of), "only a mean can be had at an expectation"))
    except ScenarioError as e:
        problems += e.problems
    if problems:
        raise ScenarioError(problems)
    draws, looks = None, 0
    while True:
        looks += 1
        draws = play(scenario, draws)
        values = figure.values(draws, scenario)
        if expected:
            values = at_expectation(values[:, None], surprises(draws, scenario))[:, 0]
        reached = figure.half_width(values, draws.replicate)
        if reached <= MARGIN * asked or scenario.draws == most:
            break
        needed = scenario.draws * (reached / (MARGIN * asked)) ** 2
        wanted = min(max(needed, GROWTH[0] * scenario.draws), GROWTH[1] * scenario.draws)
        scenario = scenario.set({"draws": min(math.ceil(wanted / REPLICATES) * REPLICATES, most)})
    status = CONVERGED if reached <= asked else NOT_CONVERGED
    return (
        scenario,
        draws,
        Precision(asked, figure.name, reached if math.isfinite(reached) else None, status, scenario.draws, looks, expected),
    )
