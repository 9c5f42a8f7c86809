"""The most generous terms that fit a budget with a given confidence, and the frontier of cost and growth.

A design is feasible when the chance that all cash paid stays within the budget is shown, not only estimated, to be at least
the confidence: the exact upper bound (Clopper and Pearson, 95 %, one-sided) of the chance of exceeding it is at most
1 − confidence. So no claim is finer than the Monte Carlo error: with few draws less is affordable, and with too few nothing
can be shown (`fewest_draws`).

"Most generous" is what is maximised: `support`, the mean of all cash awarded, or `growth`, the mean of online sales induced.
More generous terms cost more, so that feasible designs lie below a boundary. One free term is bracketed (bisection, helped
by interpolation). Of several, all but the one with the most steps are laid on a lattice, and for every choice of them that one
is taken to the boundary; then again, finer, around the best, until the terms' own steps are reached or the gain is within the Monte Carlo
error; last, each term is pushed as far as it goes. All designs see the same random numbers; the best is then played once more on
another seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from simulator.budget.freedom import FreeTerm
from simulator.budget.search import Design, Search, paid_in_all
from simulator.budget.statistics import COVER, chance
from simulator.engine.run import Draws
from simulator.errors import Problem, ScenarioError
from simulator.phrases import any_of, phrase
from simulator.scenario import Scenario

GOALS = ("support", "growth")


@dataclass(frozen=True)
class DesignResult:
    """The answer: `best` (None when even the least generous design does not fit), the cheapest in reach, the frontier.

    frontier: one column per free term, then FRONTIER (CNY; over: share of draws above the budget, with its upper bound; tied:
    not distinguished from the best at 95 %). checked: the best on another seed, probability of exceeding the budget with its
    interval; contradicted: that interval lies above what was asked. monotone: cost only rose with generosity wherever it
    was looked at; without that bisection may have missed a better design. scenario: None where the answer was read back.
    """

    scenario: Scenario | None
    terms: list[FreeTerm]
    budget: Decimal
    confidence: float
    maximise: str
    draws: int
    best: Design | None
    cheapest: Design
    frontier: pd.DataFrame
    checked: dict[str, float]
    monotone: bool
    played: int

    @property
    def contradicted(self) -> bool:
        return bool(self.checked) and self.checked["probability_low"] > 1 - self.confidence


def fewest_draws(confidence: float) -> int:
    """Draws below which no design can be shown to fit."""
    return math.ceil(math.log(1 - COVER) / math.log(confidence))


def find(
    scenario: Scenario,
    terms: Sequence[FreeTerm],
    budget: Decimal,
    play: Callable[[Scenario], Draws],
    confidence: float = 0.95,
    maximise: str = "support",
) -> DesignResult:
    """Search for the most generous terms. budget: CNY for all cash of all years; play: plays a scenario.

    Raises ScenarioError for a confidence outside 0.5 … 1, an unknown goal, a negative budget, or too few draws.
    """
    problems = []
    if not 0.5 <= confidence < 1:
        problems.append(Problem("--confidence", phrase("is {}", format(confidence, "g")), "0.5 or more, below 1: 0.95"))
    elif scenario.draws < fewest_draws(confidence):
        problems.append(
            Problem(
                "draws",
                phrase("{} cannot show a confidence of {}", scenario.draws, format(confidence, "g")),
                phrase("at least {}", fewest_draws(confidence)),
            )
        )
    if budget < 0:
        problems.append(Problem("--budget", phrase("is {}", budget), "CNY ≥ 0"))
    if maximise not in GOALS:
        problems.append(Problem("--maximise", phrase("is {}", repr(maximise)), any_of(GOALS)))
    if problems:
        raise ScenarioError(problems)
    scenario = scenario.set({"sampling": "plain"})  # what is shown exactly is shown of independent draws
    terms = sorted(terms, key=lambda t: (t.steps, t.path))  # the last one is taken to the boundary: the order given does not matter
    search = Search(scenario, terms, budget, confidence, maximise, play)
    best = search.best() if search.at(search.bottom).feasible else None
    checked = {}
    if best is not None:
        again = play(scenario.set({**best.values, "seed": (scenario.seed + 1) % 2**64}))
        checked = chance(paid_in_all(again) > search.limit)
    return DesignResult(
        scenario,
        terms,
        budget,
        confidence,
        maximise,
        scenario.draws,
        best,
        search.at(search.bottom),
        search.frontier(best),
        checked,
        search.is_monotone(),
        len(search.seen),
    )
