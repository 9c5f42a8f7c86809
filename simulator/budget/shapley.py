"""Shapley's value: a fair split of what players bring about together, by what each adds to those before it in every order.

A game is a function from a set of players to what they bring about, a number or an array of numbers (a figure per draw).
Exactly, over all sets, where players are few; otherwise over random orders, each with its reverse (antithetic), because what
a player adds at the front of an order and at its back errs in opposite directions. Either way the shares of the players add
up to the whole: what all bring about, less what nobody does.

Source: L. S. Shapley, "A value for n-person games" (1953); sampling by orders: Castro, Gómez and Tejada (2009).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np

from simulator.streams import PERMUTATION, keys_of, uniforms

Game = Callable[[frozenset[str]], np.ndarray]


def exact(players: Sequence[str], game: Game) -> np.ndarray:
    """Each player's value over all 2^players sets: (players, …) as the game's figures.

    >>> exact(["left", "right"], lambda s: np.array(float(len(s) == 2)))  # a pair of gloves is worth 1, one glove nothing
    array([0.5, 0.5])
    """
    n = len(players)
    found = np.stack([np.zeros_like(game(frozenset()), float) for _ in players])
    for k, player in enumerate(players):
        others = [p for p in players if p != player]
        for size in range(n):
            weight = 1 / (n * math.comb(n - 1, size))
            for before in combinations(others, size):
                found[k] += weight * (game(frozenset(before) | {player}) - game(frozenset(before)))
    return found


def marginals(players: Sequence[str], game: Game, orders: Sequence[Sequence[str]]) -> np.ndarray:
    """What each player adds to those before it in each order: (orders, players, …). In every order the sum over players is the
    whole."""
    place = {player: k for k, player in enumerate(players)}
    nobody = game(frozenset())
    found = np.zeros((len(orders), len(players), *np.shape(nobody)))
    for o, order in enumerate(orders):
        before: frozenset[str] = frozenset()
        value = nobody
        for player in order:
            before = before | {player}
            with_it = game(before)
            found[o, place[player]] = with_it - value
            value = with_it
    return found


def antithetic_orders(players: Sequence[str], pairs: int, seed: int) -> list[tuple[str, ...]]:
    """Random orders of the players, each followed by its reverse; the same seed gives the same orders."""
    keys, orders = keys_of(players), []
    for pair in range(pairs):
        drawn = np.argsort(uniforms(np.uint64(seed), pair, PERMUTATION, keys, 0), kind="stable")
        order = tuple(players[k] for k in drawn)
        orders += [order, order[::-1]]
    return orders


def sets_of(orders: Sequence[Sequence[str]]) -> Iterator[frozenset[str]]:
    """Every set of players that comes first in one of the orders, each once: what a sampled value has to evaluate."""
    seen: set[frozenset[str]] = set()
    for order in orders:
        for size in range(len(order) + 1):
            first = frozenset(order[:size])
            if first not in seen:
                seen.add(first)
                yield first


def sampling_variance(values: np.ndarray) -> np.ndarray:
    """Variance of the mean over antithetic orders: from the spread between pairs. values (orders, …), reverses beside each other;
    nan from a single pair."""
    pairs = (values[0::2] + values[1::2]) / 2
    if len(pairs) < 2:
        return np.full(values.shape[1:], math.nan)
    return pairs.var(axis=0, ddof=1) / len(pairs)


def apportioned(shares: np.ndarray, total: float) -> np.ndarray:
    """Shares as whole numbers that add up to the rounded total exactly (largest remainders; negative shares too).

    >>> apportioned(np.array([1.4, 1.4, 1.2]), 4.0)
    array([2, 1, 1])
    """
    whole = np.floor(shares).astype(np.int64)
    missing = round(total) - int(whole.sum())
    if not 0 <= missing <= len(shares):
        raise ValueError(f"shares {shares.sum()} do not add up to {total}")
    first = np.argsort(-(shares - whole), kind="stable")[:missing]
    whole[first] += 1
    return whole
