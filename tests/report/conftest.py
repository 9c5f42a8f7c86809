"""Invented runs, written once a session: an ordinary one and the odd ones a report must survive too."""

from __future__ import annotations

import pytest

from simulator.store.record import RunFolder
from tests.report import fake_run

KINDS = {
    "ordinary": {"draws": 400},
    "unfunded": {"draws": 400, "funded": False},
    "few draws": {"draws": 20},
    "one draw": {"draws": 2},
    "register": {"draws": 200, "synthetic": False},
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """folder(kind): the path of a run of that kind; its name has what users' folders have in them."""
    made = {}

    def written(kind: str = "ordinary"):
        if kind not in made:
            made[kind] = fake_run.write(tmp_path_factory.mktemp("运行 {x} run"), **KINDS[kind])
        return made[kind]

    return written


@pytest.fixture(scope="session")
def run(folder):
    """run(kind): that run, read."""
    return lambda kind="ordinary": RunFolder.open(folder(kind))
