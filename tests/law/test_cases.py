"""The hand-chosen cases, on the engine."""

from pathlib import Path

import pytest

from tests.law.against_oracle import baseline, engine_answer, population_of
from tests.oracle.random_registers import case_registers

CASES = list(case_registers(Path(__file__).with_name("cases.yaml")))


def test_none_is_missing():
    assert len(CASES) == 86


@pytest.mark.parametrize("case", CASES, ids=[c[0] for c in CASES])
def test_case(case, tmp_path):
    _, register, readings, awards, displaced = case
    scenario = baseline().set({f"interpretation.{k}": v for k, v in readings.items()})
    ours, ours_displaced, _ = engine_answer(population_of(register, tmp_path), scenario)
    assert ours == {key: round(a * 100) for key, a in awards.items()}
    assert ours_displaced == {key: round(a * 100) for key, a in displaced.items()}
