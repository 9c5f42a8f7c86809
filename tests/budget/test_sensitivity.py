"""Sobol's indices: Ishigami's closed form through the estimator that is used, and a product of a fee and a Poisson number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from simulator.budget.sensitivity import OTHERS, REPLICATE, Factor, estimate, factors_of, indices, table
from simulator.engine.run import play
from tests.budget.test_tornado import two_uncertain
from tests.laws_of_the_model.playing import scenario


def ishigami(x):
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def exchanged(function, a, b):
    found = []
    for k in range(len(a)):
        mixed = a.copy()
        mixed[k] = b[k]
        found.append(function(mixed))
    return np.stack(found)[:, None]


def test_ishigami_has_its_closed_form():
    first_by_hand, total_by_hand = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])
    points = (qmc.Sobol(6, seed=4).random(4096).T * 2 - 1) * np.pi
    a, b = points[:3], points[3:]
    f_ab = exchanged(ishigami, a, b)
    first, total, low, high, samples = estimate(ishigami(a)[None], ishigami(b)[None], f_ab)
    assert first[0] == pytest.approx(first_by_hand, abs=0.02) and total[0] == pytest.approx(total_by_hand, abs=0.02)
    assert (low[0, 0] <= first_by_hand).all() and (first_by_hand <= high[0, 0]).all()
    assert (low[1, 0] <= total_by_hand).all() and (total_by_hand <= high[1, 0]).all()
    assert samples.shape[:3] == (2, 1, 3)
    factors = [Factor(name, (name,)) for name in "xyz"]
    rows = table(["f"], factors, ishigami(a)[None], ishigami(b)[None], f_ab).set_index("factor")
    assert list(rows.index) == ["x", "y", "z"] and rows["rank_low"].to_list() == rows["rank_high"].to_list() == [1, 2, 3]


def test_the_same_draws_have_the_same_intervals():
    dice = np.random.default_rng(3)
    a, b = dice.normal(size=(2, 2, 128))
    ends = [estimate(f(a)[None], f(b)[None], exchanged(f, a, b)) for f in [lambda x: x[0] + 2 * x[1]] * 2]
    assert all(np.array_equal(one, two) for one, two in zip(*ends, strict=True))


def test_a_fee_and_the_chance_of_joiners_have_their_closed_form():
    """Cost = 60 % × fee × joiners; joiners are Poisson, three years of 15; so the squared variations say it all."""
    settings = two_uncertain(512)
    draws = play(settings)
    found = indices(draws, settings, count=512)
    paid = found[found["result"] == "paid"].set_index("factor")
    assert list(found["draws"].unique()) == [512] and set(paid.index) == {"joiners.fee", "children.rate", REPLICATE}
    fee = draws.parameters["joiners_fee"]
    mean, width = (1000 + 4 * 2000 + 5000) / 6, 4000
    p, q = 1 + 4 * (2000 - 1000) / width, 1 + 4 * (5000 - 2000) / width
    of_fee = width**2 * p * q / (p + q) ** 2 / (p + q + 1) / mean**2  # PERT: variance over squared mean
    of_chance = 1 / 45
    whole = of_fee + of_chance + of_fee * of_chance
    assert fee.var() / fee.mean() ** 2 == pytest.approx(of_fee, rel=0.15)
    for factor, first, total in (
        ("joiners.fee", of_fee / whole, of_fee * (1 + of_chance) / whole),
        (REPLICATE, of_chance / whole, of_chance * (1 + of_fee) / whole),
    ):
        row = paid.loc[factor]
        half = (row["first_order_high"] - row["first_order_low"]) / 2
        assert abs(row["first_order"] - first) < 2 * half, factor
        half = (row["total_order_high"] - row["total_order_low"]) / 2
        assert abs(row["total_order"] - total) < 2 * half, factor
    assert paid.loc["children.rate", ["first_order", "total_order"]].to_list() == [0, 0]
    assert paid["rank_low"]["joiners.fee"] == 1 == paid["rank_high"]["joiners.fee"]
    sales = found[found["result"] == "online_sales"].set_index("factor")  # neither fee nor children move sales
    assert sales["total_order"]["joiners.fee"] == 0 == sales["total_order"]["children.rate"]
    assert sales["total_order_low"][REPLICATE] < 1 < sales["total_order_high"][REPLICATE]


def test_correlated_assumptions_are_one_factor():
    settings = scenario(draws=64, **{"correlations.startups.a_year~service_share": 0.4, "correlations.service_share~o2o_share": 0.3})
    factors = factors_of(play(settings), settings, leading=3)
    joined = [f for f in factors if "startups.a_year" in f.paths]
    assert [f.paths for f in joined] == [("o2o_share", "service_share", "startups.a_year")]
    paths = [p for f in factors for p in f.paths]
    assert len(paths) == len(set(paths)) == sum(s.value.shape != "fixed" for s in settings.assumptions.values())
    assert [f.name for f in factors[-2:]] == [OTHERS, REPLICATE] and factors[-1].paths == ()


def test_where_nothing_is_uncertain_there_is_nothing_to_share():
    settings = scenario(draws=16, uncertainty="none")
    assert indices(play(settings), settings).empty
