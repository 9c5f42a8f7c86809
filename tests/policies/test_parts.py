"""Awards paid in parts, in a run's folder, beside a reform, and in what may leave the house."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator.budget.contributions import DRAWS, SEED, contributions
from simulator.budget.result import BudgetRun
from simulator.engine.run import play
from simulator.engine.synthesize import synthesize
from simulator.engine.totals import AWARDED
from simulator.scenario import load_scenario, under_policy

QINGSHAN = Path(__file__).with_name("qingshan.yaml")


def test_a_run_is_repeated_to_the_byte_where_its_policy_is_named(tmp_path):
    budget = simulator.run(under_policy(QINGSHAN).set({"draws": 20}))
    budget.write(tmp_path / "run", budget.analyses())
    again = simulator.verify(tmp_path / "run", rerun=True, policy=QINGSHAN)
    assert set(again["state"]) == {"same", "repeated"}
    alone = simulator.verify(tmp_path / "run", rerun=True)
    (note,) = alone.loc[alone["state"] == "not_repeated", "note"]
    assert "qingshan_2023" in note and "--policy" in note


def test_a_reform_of_the_policy_costs_its_parts_in_their_years(tmp_path):
    """Each brand award 20万元 higher: the difference of the awards in each year falls due by 50, 30 and 20 %."""
    file = tmp_path / "reform.yaml"
    file.write_text(f"base: {QINGSHAN}\nname: reform\nlaw: {{brand_award: {{省: 35万元, 国: 50万元}}}}\n", "utf-8")
    changes = {"draws": 10, "law.level.offered": False, "law.numbers.单户上限": 100_000_000}  # nothing stands in its way
    runs = [simulator.run(scenario.set(changes)) for scenario in (load_scenario(QINGSHAN), load_scenario(file))]
    compared = simulator.compare(*[run.scenario for run in runs])
    k = runs[0].scenario.law.policy.index("brand_award")
    awarded, paid = ([run.result.by_clause[..., k, AWARDED] for run in runs], [run.result.paid[..., k] for run in runs])
    more, due = awarded[1] - awarded[0], paid[1] - paid[0]
    expected = np.zeros(due.shape)
    for j in range(more.shape[1]):
        for later, share in enumerate((0.5, 0.3, 0.2)):
            if j + later < expected.shape[1]:
                expected[:, j + later] += share * more[:, j]
    assert more.any() and np.abs(due - expected).max() <= 2 * more.shape[1]
    of_clause = compared.differences[compared.differences["clause"] == "brand_award"].set_index("year")["mean"]
    assert of_clause.loc[2024] == pytest.approx(due[:, 1].mean() / 100)


@pytest.mark.parametrize("name", ["municipal_2014", QINGSHAN])
def test_who_is_behind_a_payment_is_known_in_the_year_of_each_part(name):
    """The sums of what each holder gets are those of a run that looks at the same draws, year by year and clause by clause."""
    scenario = under_policy(name).set({"behaviour": "as_the_law_says", "uncertainty": "none"})
    population = replace(synthesize(scenario, 60), synthetic=False)
    scenario = scenario.set({"population.known_until": population.last_year})
    found = contributions(scenario, population)
    looked_at = scenario.set({"seed": SEED, "draws": DRAWS, "sampling": "plain"})
    run = BudgetRun(looked_at, play(looked_at, population))
    policy = scenario.law.policy
    paid = found[found["measure"] == "paid"].groupby(["clause", "year"])["amount"].sum()
    for k, slug in enumerate(policy.slugs[: policy.cash_clauses]):
        for j, year in enumerate(run.result.cash_years):
            mean = run.result.paid[:, j, k].mean() / 100
            assert paid.get((slug, year), 0) == pytest.approx(mean, abs=0.02 * len(population)), (slug, year)
    assert name == "municipal_2014" or {*found["year"]} >= {2024, 2025}
