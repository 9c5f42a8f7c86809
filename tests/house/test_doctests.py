"""The examples in the package's docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import simulator

MODULES = sorted(module.name for module in pkgutil.walk_packages(simulator.__path__, "simulator."))
MODULES = ["simulator", *(name for name in MODULES if name != "simulator.__main__")]  # importing that one would run it


@pytest.mark.parametrize("name", MODULES)
def test_examples_of(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.failed == 0
