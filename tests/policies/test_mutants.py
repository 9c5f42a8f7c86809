"""Cases made from a policy notice when one thing of it is changed; those that no case can notice change no amount, and say why."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from simulator import yamlfile
from simulator.engine import casemaking
from simulator.errors import LawError
from simulator.law.policyfile import document_of, law_of
from simulator.law.shipped import policy_path, shipped_policies
from tests.policies.mutants import listed, mutants, surviving

SAMPLE = 10  # changes of each policy; `python -m tests.policies.mutants` tries them all
HERE = Path(__file__).parent
POLICIES = {**{name: policy_path(name) for name in shipped_policies()}, **{name: HERE / f"{name}.yaml" for name in ("qingshan", "donghu")}}


@pytest.mark.parametrize("name", POLICIES)
def test_a_changed_policy_is_noticed_by_the_cases_of_the_unchanged_one(name, tmp_path):
    path = POLICIES[name]
    law = law_of(document_of(path))
    cases = [replace(case, confirmed=True) for case in casemaking.make(law)[0]]
    data = yamlfile.load(path, LawError, gather=True, quantities=True).data
    some = sorted(mutants(data), key=lambda mutant: zlib.crc32(mutant.name.encode()))[:SAMPLE]
    alive, tried, _ = surviving(law, cases, some, tmp_path)
    assert tried == SAMPLE
    assert [mutant.name for mutant in alive if not listed(name, mutant)] == []
