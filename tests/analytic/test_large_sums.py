"""Sums that int64 cannot hold are refused; all that it can hold are exact. The yardstick is Python's whole numbers."""

from __future__ import annotations

import numpy as np
import pytest

from simulator import assess
from simulator.engine.assess import exact_sum
from simulator.engine.totals import LARGEST_SUM
from simulator.errors import PopulationError, ScenarioError
from simulator.money import LARGEST
from tests.laws_of_the_model.playing import ALL_CAME_ANYWAY, played, register, scenario

LAWFUL = {"behaviour": "as_the_law_says", "draws": 1, "horizon": 2013}
YEARS = range(2012, 2014)


def test_a_million_enterprises_of_ten_trillion_fen_are_refused():
    """1e6 × 1e13 fen: NumPy's own sum wraps to a negative number without a word."""
    amounts = np.full(10**6, 10**13)
    assert amounts.sum() != 10**19
    with pytest.raises(PopulationError, match="units"):
        exact_sum(amounts)
    assert exact_sum(amounts[: 9 * 10**5]) == 9 * 10**18
    assert exact_sum(-amounts[:5]) == -5 * 10**13


@pytest.mark.parametrize("amount", [5 * 10**14, 7 * 10**14, 95 * 10**13])
@pytest.mark.parametrize("name", ["online_sales", "retained_tax"])
def test_a_run_refuses_sums_that_wrap(name, amount):
    """20 000 enterprises: 1e19 wraps to a negative sum; 1.9e19 wraps all the way round to a positive one, which looks fine."""
    assert amount <= LARGEST
    people = register(20_000, YEARS, online_retailer=1, sales=amount, **{name: amount})
    with pytest.raises(ScenarioError, match="fen"):
        played(LAWFUL, population=people)
    assert 20_000 * amount > LARGEST_SUM


def test_a_run_refuses_awards_that_wrap():
    """3 % of paid-in capital, raised to all of it: entitlements of 1.9e19 fen wrap to a positive sum too."""
    people = register(
        20_000, YEARS, online_retailer=1, o2o=1, settled_on=20130101, registered_capital=95 * 10**13, paid_in_capital=95 * 10**13
    )
    with pytest.raises(ScenarioError, match="fen"):
        played(LAWFUL, ALL_CAME_ANYWAY, {"law.opening_award.rate": 1}, population=people)
    with pytest.raises(PopulationError, match="units"):
        _ = assess(people, scenario(LAWFUL, {"law.opening_award.rate": 1})).total


def test_a_single_amount_too_large_is_refused():
    """Beyond ten trillion CNY an enterprise: the units of the register, or the growth assumed, are wrong."""
    people = register(1, range(2012, 2013), online_retailer=1, sales=LARGEST, online_sales=LARGEST)
    with pytest.raises(ScenarioError, match="fen"):
        played({"draws": 20, "assumptions.market.growth": 1.5, "assumptions.startups.a_year": 0}, population=people)


def test_large_sums_that_fit_are_exact():
    """8.9e18 fen of sales, to the fen."""
    amount = 89 * 10**13 + 7
    people = register(10_000, YEARS, online_retailer=1, sales=amount, online_sales=amount)
    result = played(LAWFUL, population=people)
    assert int(result.of_year("online_sales")[0, 0]) == 10_000 * amount
