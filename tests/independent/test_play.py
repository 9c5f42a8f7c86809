"""The engine against an independent play of the model: clause by clause and year by year the means agree within their errors."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from simulator import load_scenario
from simulator.engine import totals
from simulator.engine.run import play as play_engine
from simulator.resources import folder
from tests.independent import play
from tests.of_2013 import SLUGS

DRAWS, MOST = 2_000, 3.0


def test_it_uses_nothing_of_what_it_checks():
    tree = ast.parse(Path(play.__file__).read_text(encoding="utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(name.startswith(("simulator", "tests")) for name in named), named


@pytest.fixture(scope="module")
def both():
    theirs = play.play(folder("scenarios") / "baseline.yaml", DRAWS, seed=20130630)
    draws = play_engine(load_scenario("baseline").set({"draws": DRAWS}))
    ours = draws.by_clause[:, :, :, totals.BY_CLAUSE.index("awarded")] / 100
    assert SLUGS[: len(play.CLAUSES)] == play.CLAUSES and [*play.YEARS] == draws.years
    return ours[:, :, : len(play.CLAUSES)], theirs


def z(one: np.ndarray, other: np.ndarray) -> float:
    error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    return float((one.mean() - other.mean()) / error) if error > 0 else 0.0


@pytest.mark.parametrize("slug", play.CLAUSES)
def test_a_clause_costs_the_same(both, slug):
    ours, theirs = (side[:, :, play.CLAUSES.index(slug)].sum(axis=1) for side in both)
    assert ours.mean() > 0 and abs(z(ours, theirs)) < MOST, (slug, ours.mean(), theirs.mean(), z(ours, theirs))


@pytest.mark.parametrize("year", play.YEARS)
def test_a_year_costs_the_same(both, year):
    ours, theirs = (side[:, year - play.YEARS[0]].sum(axis=1) for side in both)
    assert abs(z(ours, theirs)) < MOST, (year, ours.mean(), theirs.mean(), z(ours, theirs))


def test_the_total_spreads_alike(both):
    ours, theirs = (np.percentile(side.sum(axis=(1, 2)), [5, 25, 50, 75, 95]) for side in both)
    assert np.allclose(ours, theirs, rtol=0.08), (ours, theirs)
