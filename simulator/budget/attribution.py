"""Whose cost is it: what each clause costs alone, as the last one in, and by Shapley's value; with common random numbers.

Cost is cash paid less what a clawback brings back, over all years. A clause is taken away by `law.CLAUSE.offered: false` and
everything is played again: who comes because of the support, what the other opening award then gives, who leaves when rent
support ends. Booked is what is paid under a clause when all are offered. Alone and last-in do not add up to the cost; what is
missing or too much is the interaction, split by its cause. Shapley's shares add up.

Sets of clauses are played on the first few draws of the run, and how their cost differs from the books is carried over to all
of them: so every column adds up to the run's own total, to the fen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from simulator.budget import shapley
from simulator.budget.paired import Progress, carried_over, steps
from simulator.budget.statistics import Replicate, mean_and_error
from simulator.engine.blocks import Workers
from simulator.engine.run import Draws, play
from simulator.law.language.nodes import READING, Node, evaluate, leaves
from simulator.money import FEN
from simulator.population.parts import Register
from simulator.scenario import Scenario

DRAWS = 100  # draws on which sets of clauses are played
PAIRS = 4  # orders of the clauses, each with its reverse
FEW = 5  # clauses up to which all sets are played
TOTAL, INTERACTION = "total", "interaction"
VALUES = ("booked", "alone", "last_in", "shapley")
COLUMNS = ("clause", *(f"{value}{end}" for value in VALUES for end in ("", "_error")), "draws")  # draws: where a run keeps the table
CAUSES = ("cause", "mean", "standard_error")


def _code(code: int, _: Node) -> int:
    """What the only reading of a formula is."""
    return code


def causes_of(scenario: Scenario) -> dict[str, dict[str, object]]:
    """What makes the whole another thing than its parts, and the settings under which it does not: arrivals that answer to generosity;
    exclusive groups that hold under some readings only."""
    settings: dict[str, object] = {}
    for group in scenario.law.policy.settlement.exclusive:
        found = leaves(group.when.node).values()
        if found and all(leaf.op == READING for leaf in found) and len(group.when.uses.readings) == 1:
            (name,) = group.when.uses.readings
            switch = scenario.law.policy.readings[name]
            off = [word for word in switch.names if not evaluate(group.when.node, partial(_code, switch.code(word)))]
            settings |= {f"interpretation.{name}": off[0]} if off else {}
    return {"arrivals": {"assumptions.butfor.elasticity": 0}, **({"exclusive": settings} if settings else {})}


@dataclass(frozen=True)
class Attribution:
    """What each clause costs, CNY over all years.

    clauses: clause, and for each of VALUES the mean and its standard error (booked, booked_error …); after the clauses the
    rows "interaction" (under booked: what the clawback brings back) and "total". causes: cause, mean, standard_error: what the
    interaction of the clauses alone is made of. draws, sets: draws on which sets of clauses were played, and how many sets;
    orders: orders sampled, 0 where all sets were played.
    """

    clauses: pd.DataFrame
    causes: pd.DataFrame
    draws: int
    sets: int
    orders: int


@dataclass
class Offers:
    """The game: what it costs, fen by draw, when only some clauses are offered. Each set is played once."""

    scenario: Scenario
    population: Register | None
    players: tuple[str, ...]
    workers: Workers = None
    step: Callable[[int], None] | None = None
    played: dict[frozenset[str], np.ndarray] = field(default_factory=dict)

    def __call__(self, offered: frozenset[str]) -> np.ndarray:
        if offered not in self.played:
            scenario = self.scenario.set({f"law.{slug}.offered": slug in offered for slug in self.players})
            self.played[offered] = cost(play(scenario, self.population, workers=self.workers, progress=self.step))
        return self.played[offered]

    def interaction(self) -> np.ndarray:
        """What all cost together less what each costs alone, fen by draw."""
        return self(frozenset(self.players)) - sum(self(frozenset({p})) for p in self.players)


def cost(draws: Draws) -> np.ndarray:
    """Cash paid less clawback recovered, over all years, fen by draw (draws,): whole numbers."""
    return draws.paid[:, :, : draws.cash].sum(axis=(1, 2)) - draws.recovered.sum(axis=1)


def players_of(scenario: Scenario) -> tuple[str, ...]:
    """The clauses that are offered and paid in cash, in the order of the text."""
    return tuple(slug for slug in scenario.law.policy.slugs[: scenario.law.policy.cash_clauses] if slug not in scenario.law.withdrawn)


def attribute(
    draws: Draws,
    scenario: Scenario,
    population: Register | None = None,
    *,
    workers: Workers = None,
    few: int = DRAWS,
    pairs: int = PAIRS,
    progress: Progress | None = None,
) -> Attribution:
    """Attribute the cost of a run to its clauses.

    draws: the run. few: draws on which sets of clauses are played. pairs: orders sampled, each with its reverse; up to FEW
    clauses all sets are played instead. Raises ScenarioError.
    """
    players, small = players_of(scenario), scenario.set({"draws": min(few, scenario.draws)})
    orders = shapley.antithetic_orders(players, pairs, scenario.seed) if len(players) > FEW else []
    causes = [c for c, neutral in causes_of(small).items() if small.set(neutral).to_dict() != small.to_dict()]
    ends = {frozenset(c) for size in (0, 1, len(players) - 1, len(players)) for c in combinations(players, max(0, size))}
    sets = len(ends.union(shapley.sets_of(orders)) if orders else ends) if len(players) > FEW else 2 ** len(players)
    work = small.draws * (sets + len(causes) * (len(players) + 1))
    game = Offers(small, population, players, workers, steps(progress, work))
    values, order_variance = _values(game, orders)
    table = _table(draws, players, values, order_variance)
    return Attribution(table, _causes(game, causes, _first(draws.replicate, small.draws)), small.draws, len(game.played), len(orders))


def _values(game: Offers, orders: list[tuple[str, ...]]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """alone, last_in, shapley of every player by draw, fen (players, draws); and the variance that sampling orders adds to the
    last (players,)."""
    players, everybody = game.players, frozenset(game.players)
    found = {
        "alone": np.array([game(frozenset({p})) for p in players]),
        "last_in": np.array([game(everybody) - game(everybody - {p}) for p in players]),
    }
    if not orders:
        return found | {"shapley": shapley.exact(players, game)}, np.zeros(len(players))
    marginals = shapley.marginals(players, game, orders)
    return found | {"shapley": marginals.mean(axis=0)}, shapley.sampling_variance(marginals.mean(axis=2))


def _table(draws: Draws, players: tuple[str, ...], values: dict[str, np.ndarray], order_variance: np.ndarray) -> pd.DataFrame:
    """Every value of every clause with its error, each column adding up to the run's cost to the fen."""
    paid = draws.paid[:, :, [draws.slugs.index(p) for p in players]].sum(axis=1).T.astype(float)
    recovered, whole = draws.recovered.sum(axis=1), cost(draws).astype(float)
    spent = paid.sum(axis=0)
    # the books less the clawback, in proportion to what was paid: near to every value, and adding up in every draw
    near = paid - np.divide(paid, spent, out=np.zeros_like(paid), where=spent > 0) * recovered
    total = mean_and_error(whole, draws.replicate)
    table = pd.DataFrame({"clause": [*players, INTERACTION, TOTAL]})
    for name in VALUES:
        if name == "booked":
            found = [mean_and_error(p, draws.replicate) for p in (*paid, -recovered)]
        else:
            few = values[name].shape[1]
            change = values[name] - near[:, :few]
            found = [carried_over(near[k], change[k], draws.replicate) for k in range(len(players))]
            found.append(mean_and_error(-change.sum(axis=0), _first(draws.replicate, few)))
        means, errors = (np.array(column) for column in zip(*found, strict=True))
        if name == "shapley":
            errors = np.array([*np.sqrt(errors[:-1] ** 2 + order_variance), 0.0])  # these shares leave nothing over
        in_fen = [*shapley.apportioned(means, total[0]), round(total[0])]
        table[name], table[f"{name}_error"] = np.array(in_fen) / FEN, np.array([*errors, total[1]]) / FEN
    return table


def _causes(game: Offers, causes: list[str], replicate: Replicate) -> pd.DataFrame:
    """What the interaction of the clauses alone is made of: it is played again with one cause after the other taken away."""
    rows: list[tuple[Any, ...]] = []
    settings: dict[str, Any] = {}
    left = game.interaction()
    for cause in causes:
        settings |= causes_of(game.scenario)[cause]
        without = Offers(game.scenario.set(settings), game.population, game.players, game.workers, game.step).interaction()
        rows.append((cause, *mean_and_error(left - without, replicate)))
        left = without
    rows.append(("other", *mean_and_error(left, replicate)))
    found = pd.DataFrame(rows, columns=list(CAUSES))
    found[["mean", "standard_error"]] /= FEN
    return found


def _first(replicate: Replicate, count: int) -> Replicate:
    return None if replicate is None else replicate[:count]
