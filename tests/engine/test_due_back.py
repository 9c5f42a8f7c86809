"""What is due back, in a simulation, in every year in which the law says so, not only in the year of the breach."""

from __future__ import annotations

import pytest

from simulator.engine.assess import assess
from simulator.engine.run import play
from simulator.engine.totals import BY_YEAR
from simulator.law.calling import functions_of
from simulator.population.readers import read_population
from simulator.population.register import Population
from simulator.projection.columns import SEEN
from simulator.scenario import under_policy

POLICY = """\
name: due_back
zh: 追回
en: Due back
term: {{start: 2013-01-01, end: 2016-12-31}}
numbers:
  each: {{value: 1万元, article: 一, zh: 每年}}
clauses:
  yearly:
    article: 一
    zh: 每年
    kind: recurrent
    where: {{housed: {{if: designated_building, zh: 在指定楼宇}}}}
    amount: each
settlement:
  clawback: {{if: {condition}, zh: 违规, article: 二}}
  existing_support: none
"""


def policy_where(tmp_path, condition: str):
    path = tmp_path / "due_back.yaml"
    path.write_text(POLICY.format(condition=condition), "utf-8")
    return under_policy(path)


def register(folder) -> Population:
    """In the designated buildings in 2013 alone, so that later years can bring nothing; one has its breach in 2014, one has none."""
    rows = [f"{code},{year},1000000,{year == 2013:d}" for code in "AB" for year in range(2012, 2017)]
    (folder / "enterprises.csv").write_text("enterprise_id,violated_on\nA,2014-05-05\nB,\n", "utf-8")
    (folder / "annual.csv").write_text("enterprise_id,year,sales,designated_building\n" + "\n".join(rows) + "\n", "utf-8")
    return read_population(folder)


@pytest.mark.parametrize(
    ("condition", "years"),
    [("year(violated_on) == year", [2014]), ("year(violated_on) <= year", [2014, 2015, 2016]), ("year(violated_on) + 1 == year", [2015])],
)
def test_a_simulation_of_known_years_asks_back_what_an_assessment_does(tmp_path, condition, years):
    scenario = policy_where(tmp_path, condition).set({"behaviour": "as_the_law_says", "horizon": 2016, "draws": 1})
    population = register(tmp_path)
    assessed = assess(population, scenario)
    due = [1_000_000 if year in years else 0 for year in range(2013, 2017)]  # fen
    assert assessed.clawback.sum(axis=0).tolist() == due
    assert play(scenario, population).by_year[0, :, BY_YEAR.index("clawback_due")].tolist() == due


@pytest.mark.parametrize(
    ("condition", "looks_back"), [("year(violated_on) == year", 0), ("year(violated_on) <= year", 1), ("year(violated_on) + 1 == year", 1)]
)
def test_conduct_is_asked_every_year_where_more_than_the_year_of_a_breach_may_ask_back(tmp_path, condition, looks_back):
    assert functions_of(policy_where(tmp_path, condition).law.policy, SEEN).looks_back == looks_back
