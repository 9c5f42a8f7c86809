"""The search behind a design: which terms were played, what came of them, and the furthest that stays within a budget."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise, product

import numpy as np
import pandas as pd
from scipy import special

from simulator.budget.freedom import FreeTerm
from simulator.budget.revenue import flows
from simulator.budget.statistics import COVER, mean_and_error
from simulator.engine import totals
from simulator.engine.run import Draws
from simulator.money import FEN
from simulator.scenario import Scenario

COARSE = 5  # values of each term in one round of a search among several
FIRST_LOOK = 9  # values of a single free term looked at before bisecting: the frontier, and whether cost only rises
ROUNDS = 12
SHOWN = 15  # designs of the frontier
FRONTIER = (
    "cost",
    "cost_error",
    "needed",
    "support",
    "support_error",
    "growth",
    "growth_error",
    "gained",
    "gained_error",
    "over",
    "over_high",
    "feasible",
    "tied",
)


@dataclass(frozen=True, eq=False)
class Design:
    """Terms that were played, and what came of them. position: steps of each term from the least generous; paid (draws,)
    fen, support and growth (draws,) CNY; needed: the least budget, CNY, that suffices at the confidence asked."""

    position: tuple[int, ...]
    values: dict[str, Decimal]
    paid: np.ndarray = field(repr=False)
    support: np.ndarray = field(repr=False)
    growth: np.ndarray = field(repr=False)
    needed: float
    over: float
    over_high: float
    feasible: bool


def allowed_over(draws: int, confidence: float) -> int:
    """Most draws that may exceed the budget so that its chance is shown to be at most 1 − confidence; −1: too few draws.

    >>> allowed_over(1000, 0.95), allowed_over(59, 0.95), allowed_over(58, 0.95)
    (38, 0, -1)
    """
    k = np.arange(draws)
    return int(np.count_nonzero(special.betaincinv(k + 1.0, draws - k, COVER) <= 1 - confidence)) - 1


class Search:
    """Designs by position, each played once; position 0 of a term is its least generous value."""

    def __init__(
        self,
        scenario: Scenario,
        terms: Sequence[FreeTerm],
        budget: Decimal,
        confidence: float,
        maximise: str,
        play: Callable[[Scenario], Draws],
    ) -> None:
        self.scenario, self.terms, self.play, self.goal = scenario, terms, play, maximise
        self.limit, self.allowed = int(budget * FEN), allowed_over(scenario.draws, confidence)
        self.seen: dict[tuple[int, ...], Design] = {}
        self.top = tuple(t.steps for t in terms)
        self.bottom = (0,) * len(terms)
        self.rises = [self._rises(axis) for axis in range(len(terms))]

    def _rises(self, axis: int) -> bool:
        """Whether a higher value of a term means more support, the others being what they are today."""
        term = self.terms[axis]
        high, low = (
            _awarded(self._play({term.path: value})).sum() for value in (term.high, term.low)
        )  # a lower one is soon a change of it
        return bool(high >= low)

    def _play(self, values: dict[str, Decimal]) -> Draws:
        return self.play(self.scenario.set(values))

    def at(self, position: tuple[int, ...]) -> Design:
        """The design at a position, played if it was not."""
        if position not in self.seen:
            values = {t.path: t.value(p if rises else t.steps - p) for t, p, rises in zip(self.terms, position, self.rises, strict=True)}
            scenario = self.scenario.set(values)
            draws = self.play(scenario)
            paid = paid_in_all(draws)
            support = _awarded(draws).sum(axis=(1, 2)) / FEN
            over = int(np.count_nonzero(paid > self.limit))
            high = float(special.betaincinv(over + 1.0, len(paid) - over, COVER)) if over < len(paid) else 1.0
            self.seen[position] = Design(
                position,
                values,
                paid,
                support,
                flows(draws, scenario)["induced_sales"].sum(axis=1),
                float(np.sort(paid)[::-1][self.allowed]) / FEN,
                over / len(paid),
                high,
                over <= self.allowed,
            )
        return self.seen[position]

    def best(self) -> Design:
        """The feasible design with the highest goal that the search finds; the least generous one must be feasible."""
        if len(self.terms) == 1:
            for step in _spread(0, self.top[0], FIRST_LOOK):
                self.at((step,))
            start = max(p for p, d in self.seen.items() if d.feasible)
            return self.better(self.pushed(start), *self.seen.values())
        windows, found = [(0, top) for top in self.top[:-1]], self.at(self.bottom)
        for turn in range(ROUNDS):
            lines = FIRST_LOOK if turn == 0 and len(windows) == 1 else COARSE
            grids = [_spread(low, high, lines) for low, high in windows]
            before = found
            within = max(1, self.top[-1] // 4 ** (turn + 3))  # coarse first: only the last round's boundary has to be fine
            found = self.better(found, *(self.at(p) for p in self.boundary(grids, within)))
            widest = [max((b - a for a, b in pairwise(grid)), default=0) for grid in grids]
            if max(widest) <= 1 or (turn > 1 and not self._distinguished(found, before)):
                break
            windows = [(max(0, p - step), min(top, p + step)) for p, step, top in zip(found.position, widest, self.top, strict=False)]
        return self.better(self.pushed(found.position), *self.seen.values())

    def boundary(self, grids: list[list[int]], within: int) -> list[tuple[int, ...]]:
        """For every choice of all terms but the last that leaves it room, the furthest feasible value of the last, to
        `within` steps. Choices at the ends first: those between them lie between their boundaries."""
        turns = [dict(zip(_ends_first(grid), range(len(grid)), strict=True)) for grid in grids]
        choices = sorted(product(*grids), key=lambda others: max(turn[p] for turn, p in zip(turns, others, strict=True)))
        return [self._furthest((*others, 0), len(others), within) for others in choices if self._fits((*others, 0))]

    def _fits(self, position: tuple[int, ...]) -> bool:
        """Whether a design is feasible: not played where a more generous one was."""
        known = any(d.feasible and all(map(operator.ge, p, position)) for p, d in self.seen.items())
        return known or self.at(position).feasible

    def pushed(self, position: tuple[int, ...]) -> Design:
        """From a feasible position each term as far up as stays feasible, one after the other."""
        for axis in range(len(position)):
            position = self._furthest(position, axis)
        return self.at(position)

    def _furthest(self, position: tuple[int, ...], axis: int, within: int = 1) -> tuple[int, ...]:
        """From a feasible position one term as far up as stays feasible, to `within` steps: between what was seen to be feasible though
        more generous, and what was not though less, the budget needed is interpolated (regula falsi, Illinois); every third step
        halves what is left. Exact where more generous terms need no less."""

        def at(step: int) -> tuple[int, ...]:
            return (*position[:axis], step, *position[axis + 1 :])

        def excess(design: Design) -> float:
            over = design.needed - self.limit / FEN
            return min(over, 0.0) if design.feasible else max(over, 1 / FEN)

        low, high, below, above = position[axis], self.top[axis] + 1, 0.0, 0.0
        for p, design in self.seen.items():
            others = [(mine, its) for i, (mine, its) in enumerate(zip(position, p, strict=True)) if i != axis]
            if design.feasible and p[axis] >= low and all(its >= mine for mine, its in others):
                low, below = p[axis], excess(design)
            elif not design.feasible and position[axis] < p[axis] < high and all(its <= mine for mine, its in others):
                high, above = p[axis], excess(design)
        if high > self.top[axis] > low:
            if self.at(at(self.top[axis])).feasible:
                return at(self.top[axis])
            high, above = self.top[axis], excess(self.at(at(self.top[axis])))
        turn = 0
        while high - low > within:
            turn += 1
            share = 0.5 if turn % 3 == 0 or above <= below else below / (below - above)
            middle = min(max(low + 1, low + int(share * (high - low))), high - 1)
            found = excess(self.at(at(middle)))
            if found <= 0:
                low, below, above = middle, found, above / 2
            else:
                high, above, below = middle, found, below / 2
        return at(low)

    def better(self, *designs: Design) -> Design:
        """The feasible design with the highest goal; of equal ones the one named first."""
        return max((d for d in designs if d.feasible), key=lambda d: float(getattr(d, self.goal).mean()))

    def _distinguished(self, one: Design, other: Design) -> bool:
        mean, error = mean_and_error(getattr(one, self.goal) - getattr(other, self.goal))
        return abs(mean) > 1.96 * error

    def is_monotone(self) -> bool:
        """Whether of any two designs played, the one at least as generous in every term needs at least as much."""
        designs = list(self.seen.values())
        places = np.array([d.position for d in designs])
        needed = np.array([d.needed for d in designs])
        above = (places[:, None, :] >= places[None, :, :]).all(axis=2)
        return bool((needed[:, None] >= needed[None, :])[above].all())

    def frontier(self, best: Design | None) -> pd.DataFrame:
        """The designs none of those played beats: less money needed and more growth; the best among them in any case. gained: growth
        beyond the cheapest of them, with common random numbers, and so much surer than either's own."""
        kept, most = [], -math.inf
        for design in sorted(self.seen.values(), key=lambda d: (d.needed, -d.growth.mean(), d.position)):
            if design.growth.mean() > most:
                kept.append(design)
                most = float(design.growth.mean())
        if len(kept) > SHOWN:
            kept = [kept[i] for i in _spread(0, len(kept) - 1, SHOWN)]
        if best is not None and best not in kept:
            kept = sorted([*kept, best], key=lambda d: d.needed)
        rows = []
        for d in kept:
            figures = [x for values in (d.paid / FEN, d.support, d.growth, d.growth - kept[0].growth) for x in mean_and_error(values)]
            tied = best is not None and d.feasible and not self._distinguished(d, best)
            rows.append(
                (*(float(v) for v in d.values.values()), *figures[:2], d.needed, *figures[2:], d.over, d.over_high, d.feasible, tied)
            )
        return pd.DataFrame(rows, columns=[*(t.path for t in self.terms), *FRONTIER])


def paid_in_all(draws: Draws) -> np.ndarray:
    """All cash of all years, fen (draws,)."""
    return draws.paid[:, :, : draws.cash].sum(axis=(1, 2))


def _spread(low: int, high: int, count: int) -> list[int]:
    """Up to `count` whole numbers from low to high, evenly."""
    return sorted({round(x) for x in np.linspace(low, high, count).tolist()})


def _ends_first(grid: list[int]) -> list[int]:
    """Its ends, then what lies in the middle of any two that are there already.

    >>> _ends_first([0, 1, 2, 3, 4])
    [0, 4, 2, 1, 3]
    """
    gaps, order = [(0, len(grid) - 1)], [grid[0], grid[-1]][: len(grid)]
    for low, high in gaps:
        if high - low > 1:
            order.append(grid[(low + high) // 2])
            gaps += [(low, (low + high) // 2), ((low + high) // 2, high)]
    return order


def _awarded(draws: Draws) -> np.ndarray:
    """Cash awarded by year and clause."""
    return draws.by_clause[:, :, : draws.cash, totals.AWARDED]
