"""Facts that a policy declares itself: none is another column of a register."""

from __future__ import annotations

import pytest

from simulator import facts, yamlfile
from simulator.errors import LawError
from simulator.law.policyfile import examine
from simulator.population import schema

POLICY = """name: tried
zh: 试写
term: {{start: 2023-01-01, end: 2025-12-31}}
facts: {{{name}: {{unit: 人, zh: {zh}}}}}
clauses:
  one:
    {{article: 一, zh: 奖, kind: recurrent, numbers: {{each: {{value: 100元/人, zh: 每人}}}}, amount: each * {name}}}
"""


def test_every_column_is_a_fact_or_refused():
    for column in (*schema.ENTERPRISES, *schema.ANNUAL):
        known = facts.NO_FACTS.get(column.name) or facts.KINDS[column.name][1]
        assert known == column.header and not facts.KINDS.keys() & facts.NO_FACTS.keys()


@pytest.mark.parametrize(
    ("name", "zh", "place"), [("employees", "员工", "facts.employees"), ("staff", "从业人数", "facts.staff.zh"), ("staff", "员工", "")]
)
def test_a_column_that_formulas_cannot_use_is_no_own_fact(name, zh, place):
    problems = examine(yamlfile.loads(POLICY.format(name=name, zh=zh), "p", LawError, gather=True, quantities=True))[1]
    assert [p.place.split(", ")[-1] for p in problems if p.severity == "error"][:1] == ([place] if place else [])
