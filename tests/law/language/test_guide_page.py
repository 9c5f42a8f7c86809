"""The guide's page on policy files: its example is a policy that works, and it names every key and function there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator import facts
from simulator.cli import main
from simulator.engine.casemaking import make
from simulator.engine.policycases import assess_case
from simulator.law import policyclauses, policyfile
from simulator.law.language.formula import FUNCTIONS
from tests.law.language.writing import document

GUIDE = Path(__file__).resolve().parents[3] / "guide"


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request):
    return (GUIDE / request.param / "policy-files.md").read_text(encoding="utf-8")


def example(text):
    return next(block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "\nclauses:\n" in block)


def test_the_example_is_the_file_that_policy_new_writes(page, tmp_path):
    assert main(["policy", "new", str(tmp_path / "p.yaml")]) == 0
    assert example(page) == (tmp_path / "p.yaml").read_text(encoding="utf-8"), "python -m tests.reference writes it anew"


def test_the_example_is_a_policy_that_gives_what_its_text_says(page):
    law, problems = policyfile.examine(document(example(page)))
    assert law is not None and not problems
    cases, missed = make(law)
    assert not missed
    by_words = {(case.clause, case.zh): case for case in cases}
    at = by_words["growth", "网络零售额 1000000（自此变化）"]
    assert assess_case(law, at)[2016] == 1_000_000  # 1 万元 in fen
    assert max(case.gives.get(2016, 0) for case in cases if case.clause == "growth") == 20_000_000
    broken = {case.years[2016]["online_sales"]: case.gives[2016] for case in cases if case.clause == "first_sales" and 2016 in case.gives}
    assert broken[500_000_000] == 0 and broken[500_000_001] == 5_000_000  # 突破: not at the number itself
    assert broken[2_000_000_001] == 15_000_000


def test_every_key_function_and_fact_is_named(page):
    for word in (*policyfile.TOP, *policyclauses.CLAUSE_KEYS, *policyclauses.FOLLOW, *facts.KINDS):
        assert f"`{word}" in page or f"{word}:" in page or word == "reported", word
    for name in FUNCTIONS:
        assert f"`{name.strip('_')}(" in page, name
