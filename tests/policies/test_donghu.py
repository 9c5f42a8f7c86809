"""A policy of another kind against its text read a second time: enterprises at random, to the fen, as YAML and as a workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.law import policybook
from simulator.law.policyfile import document_of
from simulator.scenario import under_policy
from tests.policies.cases import answers
from tests.policies.donghu_by_hand import awards, enterprises

DONGHU = Path(__file__).with_name("donghu.yaml")
OF_ENTERPRISE = ("settled_on", "listed_on", "punished_on", "moved_on")


@pytest.mark.parametrize(("ending", "seed"), [("yaml", 1), ("yaml", 2), ("xlsx", 3)])
def test_what_each_enterprise_is_due_is_what_the_text_says(ending, seed, tmp_path):
    path = tmp_path / f"donghu.{ending}"
    if ending == "xlsx":
        policybook.save(document_of(DONGHU).data, path)
    else:
        path.write_bytes(DONGHU.read_bytes())
    firms = enterprises(seed, 150)
    written = [
        {
            "enterprise": {
                **{name: str(firm[name]) for name in OF_ENTERPRISE if firm[name]},
                "scale_before": firm["scale_before"],
                "accounts_sound": True,
            },
            "annual": {
                year: {name: value if isinstance(value, bool | str) else f"{float(value):.2f}" for name, value in row.items()}
                for year, row in firm["rows"].items()
            },
        }
        for firm in firms
    ]
    given, _ = answers({"case": "all", "enterprises": written}, under_policy(path))
    assert len(given) > 1_000 and given == awards(firms)
