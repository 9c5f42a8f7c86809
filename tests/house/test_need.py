"""A missing program skips a test at a desk and fails it on a build machine; the network is out of reach."""

import socket
import sys

import pytest
from _pytest.outcomes import Failed, Skipped


def test_a_program_that_is_there_is_found(need):
    assert need("no-such-program", "sh" if sys.platform != "win32" else "cmd")


def test_a_missing_program_skips_by_name(need, monkeypatch):
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    with pytest.raises(Skipped, match="no-such-program or nor-this"):
        need("no-such-program", "nor-this")


def test_a_missing_program_fails_where_all_are_required(need, monkeypatch):
    monkeypatch.setenv("REQUIRE_ALL", "1")
    with pytest.raises(Failed, match="no-such-program"):
        need("no-such-program")


def test_nothing_outside_is_reached():
    with socket.socket() as s, pytest.raises(AssertionError, match="192.0.2.1"):
        s.connect(("192.0.2.1", 80))
