"""Results do not change unnoticed: every sum of the shipped scenarios is what it was."""

import csv

import pytest

from tests.budget import golden

LAST_DIGITS = 1e-9  # of a run's sums: another processor may round an exponential differently; the law on a register to the fen


def rows(file) -> dict[tuple[str, ...], int]:
    with file.open(encoding="utf-8", newline="") as table:
        return {tuple(row[:-1]): int(row[-1]) for row in list(csv.reader(table))[1:]}


def test_the_sums_are_those_that_were_blessed(tmp_path):
    actual = tmp_path / "golden_actual.csv"
    golden.write(actual)
    now, was = rows(actual), rows(golden.FILE)
    assert len(was) > 200 and sum(was.values()) > 10**10
    different = [
        key
        for key in now.keys() | was.keys()
        if now.get(key) != was.get(key)
        and not (key[0] == "draws" and now.get(key) == pytest.approx(was.get(key, 0), rel=LAST_DIGITS, abs=1))
    ]
    assert not different, (
        f"{len(different)} sums changed, as {sorted(different)[:3]}; all as they are now: {actual}. "
        "If that is meant: python -m tests.budget.golden, and a line in CHANGELOG.md"
    )
