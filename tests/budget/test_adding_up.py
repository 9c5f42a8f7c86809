"""Clauses, years and purses add up to the fen, and a figure that does not is never printed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from simulator import load_scenario
from simulator.budget.adding_up import PURSES, hold
from simulator.budget.summary import by_year, summarise
from simulator.engine.run import play
from simulator.errors import SimulatorError
from simulator.law.clauses import SLUGS

SCENARIO = load_scenario("baseline").set({"draws": 30})


@pytest.fixture(scope="module")
def draws():
    return play(SCENARIO)


def test_a_run_adds_up(draws):
    hold(draws, by_year(draws, SCENARIO))
    assert draws.paid.sum() > 0


@pytest.mark.parametrize("clause, fault", [("office_rent", "cash over the years"), ("school_places", "in kind")])
def test_one_fen_too_much_is_seen(draws, clause, fault):
    paid = draws.paid.copy()
    paid[7, 2, SLUGS.index(clause)] += 1
    with pytest.raises(SimulatorError, match=fault):
        summarise(dataclasses.replace(draws, paid=paid), SCENARIO)


@pytest.mark.parametrize("purse", PURSES)
def test_a_fen_missing_from_a_purse_is_seen(draws, purse):
    found = by_year(draws, SCENARIO)
    found[purse] = np.array(found[purse])
    found[purse][3, 1] -= 0.01
    with pytest.raises(SimulatorError, match="purses"):
        hold(draws, found)
