"""Tables that add up as printed, and agree with each other: one clause, one year and the whole are one figure wherever they stand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from simulator.document.numbers import UNITS, fitted
from simulator.report import forms, tables
from simulator.report.wording import load
from simulator.store.record import TOTAL, RunFolder

AMOUNTS = st.one_of(st.just(0.0), st.floats(0.01, 1e9))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), lang=st.sampled_from(["zh", "en"]))
def test_a_table_fits_totals_that_are_rounded_already(data, lang):
    unit = UNITS[lang]["money"]
    columns = data.draw(st.integers(1, 7))
    table = np.array(data.draw(st.lists(st.lists(AMOUNTS, min_size=columns, max_size=columns), min_size=1, max_size=11)))
    rows = [unit.rounded(float(amount)) for amount in table.sum(axis=1)]
    found, years = fitted(table, unit, rows)
    assert sum(years) == sum(rows)
    assert [sum(row) for row in found] == rows and [sum(column) for column in zip(*found, strict=True)] == years
    step = 10**-unit.finest
    exact = table.sum(axis=0) / unit.scale
    assert all(abs(float(year) - amount) < (len(rows) / 2 + 2) * step + 1e-9 * amount for year, amount in zip(years, exact, strict=True))
    assert all(
        printed >= 0 and abs(float(printed) - amount / unit.scale) < 2 * step + 1e-9 * amount
        for line, was in zip(found, table, strict=True)
        for printed, amount in zip(line, was, strict=True)
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_figure_is_printed_alike_wherever_it_stands(lang, tmp_path):
    budget = simulator.run(simulator.load_scenario("baseline", {"draws": 60}))
    run, words = RunFolder.open(budget.write(tmp_path)), load(lang)
    unit = UNITS[lang]["money"]

    def texts(table):
        return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}

    costs, stages, balance = texts(tables.costs(run, words)), texts(tables.stages(run, words)), texts(tables.balance(run, words))
    whole, years = words.say("cost.total"), [str(year) for year in run.cash_years]
    paid = balance[words.say("growth.row_paid")]
    assert costs[whole][: len(years) + 1] == paid
    assert {name: cells[len(years)] for name, cells in costs.items()} == {name: cells[2] for name, cells in stages.items()}
    plan = texts(forms.cash_plan(run, words))
    assert {year: cells[-1] for year, cells in plan.items()} == {
        year: total for year, total in zip(years, paid, strict=False) if year in plan
    }
    printed = tables.paid_as_printed(run, unit)
    for slug in {slug for slug, _ in printed}:
        assert printed[slug, TOTAL] == sum(printed[slug, year] for year in run.cash_years)
