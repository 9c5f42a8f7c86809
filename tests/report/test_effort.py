"""One question, one effort: the same run, seed and draws give the same figures behind every door."""

from __future__ import annotations

import inspect

import pytest
from pandas.testing import assert_frame_equal

import simulator
from simulator.budget import drivers
from simulator.cli import attribute, notches, sensitivity

SIZES = ("few", "samples", "draws")


@pytest.fixture(scope="module")
def run():
    return simulator.run(simulator.load_scenario(changes={"draws": drivers.FEWEST, "horizon": 2014}))


def test_a_report_tells_what_the_verbs_tell(run):
    reported = drivers.tables(run.result, run.scenario)
    whose, matters = simulator.attribute(run), simulator.sensitivity(run)
    near = simulator.notches(run.scenario)
    assert_frame_equal(reported["attribution"].drop(columns="draws"), whose.attribution.clauses)
    assert_frame_equal(reported["interaction"], whose.attribution.causes)
    assert_frame_equal(reported["readings"], whose.readings)
    assert_frame_equal(reported["tornado"], matters.tornado)
    assert_frame_equal(reported["indices"], matters.indices)
    assert_frame_equal(reported["notches"], near.edges)
    assert (reported["attribution"]["draws"] == whose.attribution.draws).all()


@pytest.mark.parametrize("verb", [attribute, notches, sensitivity])
def test_a_verb_leaves_its_effort_to_the_one_place_that_says_it(verb):
    """No default of its own, neither on the command line nor in Python."""
    import argparse

    parser = argparse.ArgumentParser()
    verb.add(parser)
    given = vars(parser.parse_args([]))
    name = verb.__name__.rpartition(".")[2]
    defaults = {n: p.default for n, p in inspect.signature(getattr(simulator, name)).parameters.items()}
    assert {key: value for of in (given, defaults) for key, value in of.items() if key in SIZES and value is not None} == {}
