"""That the mutation test (`make mutate`, half an hour) has something to do everywhere, and its table of survivors is kept."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from simulator.errors import LawError
from tests.mutation import policy_file
from tests.mutation.__main__ import SURVIVORS, TESTS
from tests.mutation.mutants import DISCLOSURE, functions, modules, mutants
from tests.mutation.plays import text_holds
from tests.of_2013 import CATALOGUE, LAW

ALL = {module: list(mutants(module)) for module in modules()}
POLICY = policy_file.policy_mutants()
EVERY = [*POLICY, *(mutant for found in ALL.values() for mutant in found)]
REASONS = yaml.safe_load(SURVIVORS.read_text("utf-8"))


def test_every_function_has_a_mutant():
    assert {*TESTS, *DISCLOSURE} == set(ALL)
    for module, found in ALL.items():
        counted = Counter(mutant.function for mutant in found)
        assert [name for name in functions(module) if not counted[name]] == [], module
    assert len(EVERY) > 1000


def test_every_formula_number_and_condition_of_the_policy_has_a_mutant():
    changed = Counter(mutant.function for mutant in POLICY)
    signs = (">", "<", "==", " and ", " or ", "not ", "+", " if ", "min(")
    for path, value in policy_file.leaves(policy_file.document().data):
        if policy_file.is_formula(path, value) and any(sign in value for sign in signs):
            assert changed[".".join(map(str, path))], path
    for path in LAW.numbers:
        assert any(path.replace(".", ".numbers.") in place for place in changed), path
    for clause in CATALOGUE:
        left_out = {m.function for m in POLICY if m.change == "left out" and m.function.startswith(f"clauses.{clause.slug}.where.")}
        own = {name for c in clause.conditions if (name := f"clauses.{clause.slug}.where.{c.name}") in changed}
        assert own and own == left_out
        assert changed[f"clauses.{clause.slug}"] or changed[f"clauses.{clause.slug}.term"]


def test_every_mutant_has_a_name_of_its_own():
    names = [mutant.key for mutant in EVERY]
    assert len(names) == len(set(names))


def test_every_survivor_is_a_mutant_and_has_its_reason():
    names = {mutant.key for mutant in EVERY}
    assert [key for key in REASONS if key not in names] == []
    assert all(isinstance(reason, str) and len(reason) > 20 for reason in REASONS.values())
    assert len(REASONS) < 0.1 * len(names)


def test_a_mutant_of_the_policy_is_another_policy():
    """Or is refused by the reader: a slip that cannot be made. The file itself stays what it is."""
    hashes, refused = set(), 0
    for mutant in POLICY[::20]:
        try:
            hashes.add(policy_file.law(mutant).policy.hash)
        except LawError:
            refused += 1
    assert len(hashes) + refused == len(POLICY[::20]) and refused < 5
    assert LAW.policy.hash not in hashes and policy_file.law_of(policy_file.document()).policy.hash == LAW.policy.hash


def test_a_number_of_the_policy_that_was_changed_is_not_the_texts():
    assert text_holds(LAW)
    of_numbers = [m for m in POLICY if ".numbers." in m.function]
    assert len(of_numbers) >= len(LAW.numbers) and not any(text_holds(policy_file.law(m)) for m in of_numbers[::6])


@pytest.mark.parametrize(
    "written, changed",
    [
        ("min(rate * line_lease, cap)", ["max(rate * line_lease, cap)"]),
        ("year(spun_off_on + 1年)", ["year(spun_off_on - 1年)", "year(spun_off_on + 0年)"]),
        (
            "income > 5 且 not o2o",
            [
                "income > 5 or not o2o",
                "not o2o",
                "income > 5",
                "income >= 5 and (not o2o)",
                "income > 5 and o2o",
                "income > 6 and (not o2o)",
                "income > 4 and (not o2o)",
            ],
        ),
        (
            "0 if known else last_year.retained_tax",
            ["0", "last_year.retained_tax", "1 if known else last_year.retained_tax", "0 if known else retained_tax"],
        ),
    ],
)
def test_what_a_formula_is_changed_to(written, changed):
    assert sorted(code for code, _ in policy_file.formula_variants(written)) == sorted(changed)


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
