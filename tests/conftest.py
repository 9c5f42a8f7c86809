"""What all tests share: no network, repeatable properties, and programs that may be missing at a desk."""

from __future__ import annotations

import os
import shutil
import socket

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")
for name in ("LC_ALL", "LC_MESSAGES", "LANG"):  # verbs speak the environment's language; the tests' is none
    os.environ.pop(name, None)

# On a build machine the same examples each time; at a desk new ones. No deadline: a first call compiles.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def need(*programs: str) -> str:
    """Path of the first of these system programs that is there; otherwise the test is skipped, naming them.

    With REQUIRE_ALL=1 (a build machine) the test fails instead: there nothing may be left out unnoticed.
    """
    for program in programs:
        if found := shutil.which(program):
            return found
    raise missing(f"needs {' or '.join(programs)}, which is not on this machine")


def missing(message: str) -> BaseException:
    """What leaves a test out for want of something, named; with REQUIRE_ALL=1 it fails it instead. To be raised."""
    kind = pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip
    return kind.Exception(message)


@pytest.fixture(name="need", scope="session")
def need_fixture():
    """The function `need`, for tests: `need("pdftotext")`, `need("chromium", "google-chrome")`."""
    return need


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Whatever the tests call in this process reaches this machine only."""
    connect = socket.socket.connect

    def guarded(self, address):
        outside = isinstance(address, tuple) and address[0] not in ("localhost", "::1", "")
        if outside and not str(address[0]).startswith("127."):
            raise AssertionError(f"a test tried to reach {address[0]}; no network is needed here")
        return connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()
