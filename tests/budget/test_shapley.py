"""Shapley's value: closed forms, all orders by brute force, and sampling that agrees and adds up."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest

from simulator.budget import shapley
from simulator.budget.paired import carried_over, difference, mean_and_error, rank_ranges

PLANES = {"small": 1.0, "medium": 3.0, "large": 7.0, "huge": 12.0}


def runway(planes: frozenset[str]) -> np.ndarray:
    """The airport game: a runway costs what the largest plane asks for."""
    return np.array(max((PLANES[p] for p in planes), default=0.0))


def random_game(players, seed: int, draws: int = 7):
    dice, values = np.random.default_rng(seed), {}
    return lambda some: values.setdefault(some, dice.integers(-50, 50, draws).astype(float))


def test_the_airport_game_has_its_closed_form():
    """Each stretch of runway is shared equally by those who need it (Littlechild and Owen 1973)."""
    by_hand = [1 / 4, 1 / 4 + 2 / 3, 1 / 4 + 2 / 3 + 4 / 2, 1 / 4 + 2 / 3 + 4 / 2 + 5]
    assert shapley.exact(list(PLANES), runway) == pytest.approx(by_hand, rel=1e-12)


def test_all_sets_are_all_orders():
    players, game = list("abcd"), random_game("abcd", 1)
    orders = list(permutations(players))
    assert shapley.exact(players, game) == pytest.approx(shapley.marginals(players, game, orders).mean(axis=0), abs=1e-9)


def test_in_every_order_the_players_add_up_to_the_whole():
    players, game = list("abcdef"), random_game("abcdef", 2)
    orders = shapley.antithetic_orders(players, 3, seed=5)
    found = shapley.marginals(players, game, orders)
    assert np.array_equal(found.sum(axis=1), np.tile(game(frozenset(players)) - game(frozenset()), (6, 1)))


def test_sampling_agrees_within_its_error():
    players = list("abcdefgh")
    worth = {p: float(3 + k) for k, p in enumerate(players)}

    def game(some):  # additive, but pairs of neighbours lose a part: an interaction everywhere
        lost = sum(2.0 for a, b in pairwise(players) if a in some and b in some)
        return np.array([sum(worth[p] for p in some) - lost])

    exact = shapley.exact(players, game)[:, 0]
    sampled = shapley.marginals(players, game, shapley.antithetic_orders(players, 60, seed=3))[:, :, 0]
    error = np.sqrt(shapley.sampling_variance(sampled))
    assert exact == pytest.approx([3 - 1, *(3 + k - 2 for k in range(1, 7)), 10 - 1])  # each loss is shared by its two
    assert (np.abs(sampled.mean(axis=0) - exact) <= 4 * error + 1e-12).all() and (error < 0.2).all()


def test_orders_come_with_their_reverses_and_are_the_same_again():
    orders = shapley.antithetic_orders(list("abcde"), 4, seed=1)
    assert orders == shapley.antithetic_orders(list("abcde"), 4, seed=1) != shapley.antithetic_orders(list("abcde"), 4, seed=2)
    assert [o[::-1] for o in orders[0::2]] == orders[1::2]
    assert all(sorted(o) == list("abcde") for o in orders) and len(set(orders)) > 4
    sets = list(shapley.sets_of(orders))
    assert len(sets) == len(set(sets)) and frozenset() in sets and frozenset("abcde") in sets


@pytest.mark.parametrize("shares, total", [((1.4, 1.4, 1.2), 4.0), ((-0.6, 2.3, 5.3), 7.0), ((0.0, 0.0), 0.0), ((1.5, 1.5), 3.0)])
def test_shares_in_fen_add_up(shares, total):
    whole = shapley.apportioned(np.array(shares), total)
    assert whole.sum() == total and (np.abs(whole - shares) < 1).all()


def test_shares_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="do not add up"):
        shapley.apportioned(np.array([1.0, 2.0]), 9.0)


def test_a_change_known_in_few_draws_is_carried_over_to_many():
    dice = np.random.default_rng(11)
    whole = dice.normal(10, 3, (400, 500))  # 400 samples of 500 draws
    change = 0.5 + 0.1 * whole[:, :50] + dice.normal(0, 0.2, (400, 50))
    found = [carried_over(w, c) for w, c in zip(whole, change, strict=True)]
    means, errors = np.array(found).T
    assert means.mean() == pytest.approx(10 + 0.5 + 1.0, abs=4 * means.std() / 20)
    assert errors.mean() == pytest.approx(means.std(), rel=0.12)  # the error said is the error made
    assert carried_over(whole[0], np.zeros(50)) == pytest.approx(mean_and_error(whole[0]))
    assert carried_over(whole[0, :50], change[0]) == pytest.approx(mean_and_error(whole[0, :50] + change[0]))
    assert difference(whole[0], whole[0]) == (0.0, 0.0)


def test_no_order_is_finer_than_its_error():
    dice = np.random.default_rng(2)
    chance = dice.normal(0, 5, 400)  # common to all: it must not blur their order
    samples = np.stack([m + chance + dice.normal(0, 0.1, 400) for m in (9.0, 9.0, 7.0, 2.0)])
    assert rank_ranges(samples) == [(1, 2), (1, 2), (3, 3), (4, 4)]
    assert rank_ranges(dice.normal(0, 1, (3, 50))) == [(1, 3)] * 3
    assert rank_ranges(np.array([[1.0], [2.0]])) == [(1, 2)] * 2  # one draw says nothing
