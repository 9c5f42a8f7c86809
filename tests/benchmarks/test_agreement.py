"""The peers of the benchmarks give our sums to the fen: by clause and year, and every total of a year.

Two more readings of RULES.md and MODEL.md beside the engine's and the oracle's. No time is asserted here.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from simulator import synthesize
from simulator.engine.run import play
from simulator.engine.totals import ENTITLED, RECIPIENTS
from tests.benchmarks import accuracy, contenders, measures
from tests.benchmarks.arrays import Arrays
from tests.benchmarks.timing import as_markdown
from tests.benchmarks.work import Work, common_scenario, differences, work_of
from tests.of_2013 import SLUGS

# the work that is timed: all known until the base year
PLAIN = {}
# every clause, every stream: newcomers of 2013 are known, incumbents re-register, contributions bunch, tenants leave
EVERYTHING = {
    "population__known_until": 2013,
    "horizon": 2016,
    "rebate_suspended_from": 2016,
    "assumptions__reregistration__share": 0.1,
    "assumptions__bunching__contribution": 0.3,
    "assumptions__exit__after_support": 0.5,
    "assumptions__breach__rate": 0.1,
    "assumptions__butfor__startups": 0.5,
}


@pytest.fixture(scope="module", params=[PLAIN, EVERYTHING], ids=["plain", "everything"])
def played(request) -> tuple[Work, tuple[np.ndarray, np.ndarray]]:
    """The common work on an invented register, and the sums of our engine."""
    scenario, population = common_scenario(6, **request.param), synthesize(enterprises=1500)
    ours = play(scenario, population, workers=1)
    work = work_of(scenario, population)
    recipients = ours.by_clause[..., RECIPIENTS].sum(axis=(0, 1))
    if request.param is EVERYTHING:
        assert (recipients > 0).all(), [slug for slug, n in zip(SLUGS, recipients, strict=True) if n == 0]
    assert (ours.by_clause[..., ENTITLED] > 0).any()
    return work, (ours.by_clause, ours.by_year)


def test_whole_arrays_give_our_sums(played):
    work, ours = played
    assert not differences(ours, contenders.sums_of(Arrays(work), work, work.draws), work)


def test_openfisca_gives_our_sums(played):
    if not contenders.HAS_OPENFISCA and os.environ.get("REQUIRE_ALL") != "1":
        pytest.skip("needs openfisca-core: pip install -e '.[bench]'")
    from tests.benchmarks.openfisca_peer import OpenFisca

    work, ours = played
    assert not differences(ours, contenders.sums_of(OpenFisca(work), work, work.draws), work)


def test_accuracy_is_measured():
    """Small runs of the benchmark: every row has its figure, shares are shares."""
    rows = [*accuracy.sobol(2, 2, 64), *accuracy.expectation(1, 32), *accuracy.covered(4, 320), *accuracy.stopped(2, 0.5)]
    assert len(rows) == 3 + 2 + 6 + 2 and all(row.measured != "not measured" for row in rows)
    assert all(0 <= share <= 1 for row in rows if row.what.startswith("coverage") for share in row.numbers.values())


def test_a_difference_is_reported(played):
    work, ours = played
    changed = ours[0].copy(), ours[1]
    changed[0][1, 0, 8, RECIPIENTS] += 1
    assert [text.split(":")[0] for text in differences(ours, changed, work)] == ["draw 1 2013 data_line recipients"]


def test_the_table_is_made():
    rows = measures.against_peers(60, rounds=1, seconds=0.01, two_cores=False) + measures.intervals(50, draws=200)
    assert {"ours, one thread", "floor, one thread", "ours over the floor, one thread each"} <= {row.what for row in rows}
    table = as_markdown({"all": rows}, ["a note"])
    assert table.count("\n| ") == len(rows) + 1 and "not measured" not in table


def test_a_peer_that_disagrees_is_not_timed(monkeypatch):
    monkeypatch.setattr(Arrays, "_tier", lambda self, year: np.full(self.n, 3))
    with pytest.raises(AssertionError, match="nothing is timed"):
        measures.against_peers(300, rounds=1, seconds=0.01, two_cores=False)
