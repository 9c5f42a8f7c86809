"""Clauses, years and governments add up to the fen, and a figure that does not is never printed."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from simulator import load_scenario
from simulator.budget.adding_up import GOVERNMENTS, NET, differences_hold, faults_of, hold
from simulator.budget.result import BudgetRun
from simulator.budget.summary import by_year, figures_of
from simulator.engine.run import play
from simulator.errors import ReportError, SimulatorError
from simulator.store.record import RunFolder
from tests.of_2013 import SLUGS

SCENARIO = load_scenario("baseline").set({"draws": 30})


@pytest.fixture(scope="module")
def draws():
    return play(SCENARIO)


def test_a_run_adds_up(draws):
    hold(draws, by_year(draws, SCENARIO))
    assert draws.paid.sum() > 0


@pytest.mark.parametrize("clause, fault", [("office_rent", "cash over the years"), ("school_places", "in kind")])
def test_one_fen_too_much_is_seen(draws, clause, fault):
    paid = draws.paid.copy()
    paid[7, 2, SLUGS.index(clause)] += 1
    with pytest.raises(SimulatorError, match=fault):
        figures_of(dataclasses.replace(draws, paid=paid), SCENARIO)


@pytest.mark.parametrize("government", GOVERNMENTS)
def test_a_fen_missing_from_a_government_is_seen(draws, government):
    found = by_year(draws, SCENARIO)
    found[government] = np.array(found[government])
    found[government][3, 1] -= 0.01
    with pytest.raises(SimulatorError, match="governments|parts of the district"):
        hold(draws, found)


@pytest.fixture(scope="module")
def summary(draws):
    return BudgetRun(SCENARIO, draws).summary


@pytest.mark.parametrize(
    "measure, clause, year, reported",
    [
        ("paid", "office_rent", 2014, "the years are not|the clauses are not"),
        ("paid", "total", "total", "the years are not|the clauses are not"),
        ("awarded", "tax_rebate", "total", "the years are not|the clauses are not"),
        ("administration", "total", 2015, "the years are not|not what is induced"),
        ("net_impact", "total", "total", "the years are not|not what is induced"),
        ("induced_zone_and_towns", "total", 2016, "the years are not|parts of the district"),
        ("recipients", "total", 2014, "the years are not"),
    ],
)
def test_a_table_in_which_a_fen_is_missing_is_refused(summary, measure, clause, year, reported):
    """Clauses, years and governments of the table itself: what is printed, not only what was played."""
    assert faults_of(summary.to_dict("records")) == []
    row = (summary["measure"] == measure) & (summary["clause"] == clause) & (summary["year"] == year)
    assert row.sum() == 1
    wrong = summary.assign(mean=summary["mean"].where(~row, summary["mean"] - 0.01))
    found = faults_of(wrong.to_dict("records"))
    assert {part for part in reported.split("|") if any(part in fault for fault in found)} == set(reported.split("|"))
    assert all(measure in fault or measure in (*NET, *GOVERNMENTS) for fault in found)


def test_an_edited_folder_is_no_report(draws, tmp_path):
    """Even where somebody wrote new checksums, too."""
    folder = BudgetRun(SCENARIO, draws).write(tmp_path)
    RunFolder.open(folder)
    text = (folder / "summary.csv").read_text(encoding="utf-8-sig")
    line = next(x for x in text.splitlines() if x.startswith("paid,office_rent,2015,"))
    cells = line.split(",")
    cells[4] = str(float(cells[4]) + 1)
    (folder / "summary.csv").write_text(text.replace(line, ",".join(cells)), encoding="utf-8-sig")
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    record["outputs"]["summary.csv"] = hashlib.sha256((folder / "summary.csv").read_bytes()).hexdigest()
    (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ReportError, match="the clauses are not the whole"):
        RunFolder.open(folder)


@pytest.mark.parametrize("clause, year", [("office_rent", 2014), ("total", 2015), ("total", "total")])
def test_a_comparison_in_which_a_fen_is_missing_is_refused(clause, year):
    clauses, years = ["office_rent", "tax_rebate", "total"], [2014, 2015, "total"]
    table = pd.DataFrame(
        [("a", c, y, (1 + (c == "total")) * 10.0 * (1 + (y == "total"))) for c in clauses for y in years],
        columns=["scenario", "clause", "year", "mean"],
    )
    differences_hold(table)
    row = (table["clause"] == clause) & (table["year"] == year)
    with pytest.raises(SimulatorError, match="the years are not"):
        differences_hold(table.assign(mean=table["mean"].where(~row, table["mean"] + 0.01)))
