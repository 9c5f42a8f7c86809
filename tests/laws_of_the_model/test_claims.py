"""The single claims of a block of draws add up to what a run says, whatever the block."""

from __future__ import annotations

import numpy as np
import pytest

from simulator import resources
from simulator.engine import claims as room
from simulator.engine.claims import claims_of
from simulator.engine.ledger import CLAWBACK
from simulator.engine.run import play
from simulator.engine.totals import AWARDED
from simulator.population.readers import read_population
from tests.laws_of_the_model.playing import scenario
from tests.of_2013 import CASH_CLAUSES

DRAWS = 12


@pytest.mark.parametrize("source", ["synthetic", "register"])
def test_claims_add_up_to_the_run(source, monkeypatch):
    population = None if source == "synthetic" else read_population(resources.folder("data") / "sample")
    chosen = scenario(draws=DRAWS)
    draws = play(chosen, population, workers=1)
    monkeypatch.setattr(room, "ROOM", 10)  # too small for any block: room is made and the block played again
    block_of = claims_of(chosen, population)
    whole = block_of(0, draws.parameters)
    parts = np.concatenate([block_of(first, draws.parameters[first : first + 5]) for first in range(0, DRAWS, 5)])
    assert np.array_equal(whole, parts)
    sums = np.zeros((DRAWS, len(draws.years), CASH_CLAUSES + 1), np.int64)
    np.add.at(sums, (whole["draw"], whole["year"] - 1, whole["clause"]), whole["amount"])
    assert np.array_equal(sums[:, :, :CASH_CLAUSES], draws.by_clause[:, :, :CASH_CLAUSES, AWARDED])
    assert np.array_equal(sums[:, :, CLAWBACK], draws.of_year("clawback_due"))
    assert sums[:, :, CLAWBACK].any()
