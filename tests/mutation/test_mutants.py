"""That the mutation test (`make mutate`, half an hour) has something to do everywhere, and its table of survivors is kept."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from tests.mutation.__main__ import SURVIVORS
from tests.mutation.mutants import functions, modules, mutants
from tests.of_2013 import SLUGS

ALL = {module: list(mutants(module)) for module in modules()}
REASONS = yaml.safe_load(SURVIVORS.read_text("utf-8"))


def test_every_function_of_the_law_has_a_mutant():
    assert {f"clauses.{slug}" for slug in SLUGS} < set(ALL)
    for module, found in ALL.items():
        counted = Counter(mutant.function for mutant in found)
        assert [name for name in functions(module) if not counted[name]] == [], module
    assert sum(map(len, ALL.values())) > 1000


def test_every_mutant_has_a_name_of_its_own():
    names = [mutant.key for found in ALL.values() for mutant in found]
    assert len(names) == len(set(names))


def test_every_survivor_is_a_mutant_and_has_its_reason():
    names = {mutant.key for found in ALL.values() for mutant in found}
    assert [key for key in REASONS if key not in names] == []
    assert all(isinstance(reason, str) and len(reason) > 20 for reason in REASONS.values())
    assert len(REASONS) < 0.1 * len(names)


@pytest.mark.parametrize("function, arguments", [("year_later", (20120229,)), ("year_later", (20130301,)), ("month_of", (20130520,))])
def test_a_mutant_is_another_law(function, arguments):
    """Each change of a small function changes its answer on one of these days, and only that function's."""
    def answer(code):
        module = {"__name__": "simulator.law.calendar"}
        exec(code, module)
        return module[function].py_func(*arguments)

    own = [mutant for mutant in ALL["calendar"] if mutant.function == function]
    other = next(mutant for mutant in ALL["calendar"] if mutant.function == "date_in_term")
    right = answer(other.code)
    assert right == {20120229: 20130228, 20130301: 20140301, 20130520: 2013 * 12 + 4}[arguments[0]]
    assert sum(answer(mutant.code) != right for mutant in own) >= 4
