"""Notches against hand-made registers at, below and above an edge; and of drawn populations."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from simulator.budget.notches import ESTIMATES, edges_of, notches, of_draws
from simulator.errors import ScenarioError
from simulator.facts import OCCUPANCY
from simulator.population.readers import read_population
from simulator.scenario import under_policy
from tests.laws_of_the_model.playing import register, scenario
from tests.of_2013 import SLUGS

BASELINE = scenario(draws=20)
YUAN = 100


def edge(found, clause, term, year="total"):
    table = found.edges
    return table[(table["clause"] == clause) & (table["term"] == term) & (table["year"] == year)].iloc[0]


def test_every_edge_of_the_law_is_asked_with_its_fact():
    found = [(SLUGS[e.clause], e.term, e.fact) for e in edges_of(BASELINE)]
    thresholds = [p for p, n in BASELINE.law.numbers.items() if n.edge and not p.startswith("targets")]
    assert [f"{c}.{t}" for c, t, _ in found] == thresholds
    facts = {(c, t): f for c, t, f in found}
    assert facts["headquarters_award", "national_capital"] == "paid_in_capital"
    assert facts["opening_award", "registered_capital"] == "registered_capital"
    assert facts["tax_rebate", "low_contribution"] == "district_contribution"
    assert facts["platform_membership_award", "tier2_members"] == "paid_members"
    assert facts["model_building_award", "occupancy"] == "building_occupancy"
    withdrawn = BASELINE.set({"law.tax_rebate.offered": False})
    assert "tax_rebate" not in {SLUGS[e.clause] for e in edges_of(withdrawn)}


def test_registered_capital_at_below_and_above_its_edge():
    """Edge 2 m, at least: six newly settled retailers with shops, of which two lie outside the band of a tenth."""
    capital = np.array([1_799_999, 1_900_000, 1_999_999, 2_000_000, 2_100_000, 2_300_000]) * YUAN
    capital[2] += 99  # 1,999,999.99
    people = register(
        6, range(2012, 2015), settled_on=2013_05_01, online_retailer=1, o2o=1, registered_capital=capital, paid_in_capital=capital // 2
    )
    row = edge(notches(BASELINE, people), "opening_award", "registered_capital")
    assert (row["in_band"], row["below"], row["above"]) == (4, 2, 2)
    jumps = 0.03 * capital[1:5] / 2 / YUAN
    assert row["jump"] == pytest.approx(jumps.mean(), abs=0.01) and row["jump_largest"] == pytest.approx(jumps.max(), abs=0.01)
    assert row["gain"] == pytest.approx(jumps[:2].mean(), abs=0.01) and row["gain_total"] == pytest.approx(jumps[:2].sum(), abs=0.02)
    assert row["short_of"] == pytest.approx((100_000 + 0.01) / 2)
    assert np.isnan([row[f"{name}_error"] for name in ESTIMATES]).all()  # counted in a register, not estimated
    assert row["threshold"] == 2_000_000 and row["edge"] == "at_least"
    wide = edge(notches(BASELINE, people, within=0.2), "opening_award", "registered_capital")
    assert (wide["in_band"], wide["below"], wide["above"]) == (6, 3, 3)


def test_those_the_edge_does_not_concern_are_in_the_band_only():
    capital = np.full(4, 1_950_000 * YUAN)
    people = register(
        4,
        range(2012, 2015),
        settled_on=np.array([2013_05_01, 2013_05_01, 0, 2013_05_01]),
        online_retailer=np.array([1, 1, 1, 0]),
        o2o=np.array([1, 0, 1, 1]),
        registered_capital=capital,
        paid_in_capital=capital,
    )
    row = edge(notches(BASELINE, people), "opening_award", "registered_capital")
    assert (row["in_band"], row["below"], row["above"]) == (4, 1, 0)


def test_a_rebate_just_missed():
    """Contribution 280 000 after 200 000: the higher band gives half of the rise, and the rise grows with what is missing."""
    people = register(1, range(2012, 2014), online_retailer=1)
    people.annual["retained_tax"][:] = people.annual["district_contribution"][:] = np.array([[200_000, 280_000]]) * YUAN
    found = notches(BASELINE, people)
    row = edge(found, "tax_rebate", "high_contribution", 2013)
    assert (row["below"], row["above"]) == (1, 0) and row["short_of"] == 20_000
    assert row["jump"] == pytest.approx((0.5 - 0.3) * 80_000)  # the fact alone moves, the rise stays
    assert row["gain"] == pytest.approx(0.5 * 100_000 - 0.3 * 80_000)  # who reaches it has paid more tax
    assert edge(found, "tax_rebate", "high_contribution")["below"] == 1
    assert edge(found, "tax_rebate", "low_contribution", 2013)["in_band"] == 0


@pytest.mark.parametrize("members, below, above", [(1000, 1, 0), (1001, 0, 1), (1100, 0, 1), (1103, 0, 0), (899, 0, 0)])
def test_more_than_means_more_than(members, below, above):
    people = register(1, range(2012, 2014), "platform", paid_members=members, membership_income=3_000_000 * YUAN)
    row = edge(notches(BASELINE, people), "platform_membership_award", "tier1_members", 2013)
    assert (row["below"], row["above"]) == (below, above)
    if below + above:
        assert row["jump"] == 50_000 and row["edge"] == "more_than"


def test_reaching_one_year_may_use_up_what_a_later_year_would_give():
    """Two years from the first paid one: a small rebate in 2013 ends the window before the large rise of 2015."""
    people = register(1, range(2012, 2016), online_retailer=1)
    tax = np.array([[40_000, 49_000, 60_000, 290_000]]) * YUAN
    people.annual["retained_tax"][:] = people.annual["district_contribution"][:] = tax
    row = edge(notches(BASELINE, people), "tax_rebate", "low_contribution", 2013)
    now, reached = 0.3 * 11_000 + 0.3 * 230_000, 0.3 * 10_000 + 0.3 * 10_000
    assert row["below"] == 1 and row["gain"] == pytest.approx(reached - now)


def test_the_map_counts_those_the_edge_concerns_by_distance():
    occupancy = np.array([0.73, 0.79, 0.80, 0.81, 0.85]) * OCCUPANCY
    people = register(
        5,
        range(2012, 2014),
        "building",
        building_area=6000 * YUAN,
        building_recognised=1,
        building_opened_on=2011_01_01,
        building_occupancy=occupancy.astype(np.int64),
    )
    found = notches(BASELINE, people)
    row = edge(found, "model_building_award", "occupancy")
    assert (row["below"], row["above"], row["jump"]) == (3, 2, 100_000)
    places = found.map[found.map["term"] == "occupancy"]
    assert places["enterprises"].to_list() == [1, 0, 0, 2, 1, 0, 1, 0]
    totals = found.map.groupby(["clause", "term"], sort=False)["enterprises"].sum()
    whole = found.edges[found.edges["year"] == "total"].set_index(["clause", "term"])
    assert totals.to_numpy() == pytest.approx((whole["below"] + whole["above"]).to_numpy())


def test_a_dated_edge_is_that_of_the_year():
    dated = BASELINE.set({"law.tax_rebate.low_contribution": {2013: Decimal(50_000), 2014: Decimal(60_000)}})
    people = register(1, range(2012, 2015), online_retailer=1)
    people.annual["retained_tax"][:] = people.annual["district_contribution"][:] = np.array([[10_000, 58_000, 59_000]]) * YUAN
    found = notches(dated, people)
    assert edge(found, "tax_rebate", "low_contribution", 2013)["in_band"] == 0
    assert edge(found, "tax_rebate", "low_contribution", 2014)["below"] == 1
    assert edge(found, "tax_rebate", "low_contribution", 2014)["threshold"] == 60_000


def test_drawn_populations_are_means_with_their_errors():
    found = notches(BASELINE, draws=10)
    row = edge(found, "tax_rebate", "low_contribution")
    people = of_draws(BASELINE, None, 10)
    facts, there = people.annual["district_contribution"][:, 1:], people.annual["present"][:, 1:]
    band = there * (np.abs(facts - 50_000 * YUAN) <= 5_000 * YUAN)
    assert row["in_band"] == pytest.approx(band.sum() / 10)
    by_draw = np.bincount(people.draw, band.sum(axis=1), 10)
    assert row["in_band_error"] == pytest.approx(by_draw.std(ddof=1) / np.sqrt(10))
    assert row["gain"] * row["below"] == pytest.approx(row["gain_total"]) and 0 < row["jump_error"] < row["jump"]
    assert row["gain_error"] > 0 and row["gain_total_error"] > 0 and 0 < row["short_of_error"] < row["short_of"]
    building = edge(found, "model_building_award", "occupancy")
    assert building["jump"] == pytest.approx(100_000) and building["jump_error"] == 0  # the award is the same for all
    places = found.map[found.map["term"] == "low_contribution"]
    assert ((places["enterprises_error"] > 0) == (places["enterprises"] > 0)).all()
    assert 0 < row["below"] <= row["in_band"] and row["below_error"] > 0
    years = found.edges[(found.edges["term"] == "low_contribution") & (found.edges["year"] != "total")]
    assert years["below"].sum() == pytest.approx(row["below"]) and list(years["year"]) == BASELINE.years
    assert notches(BASELINE, draws=10).edges.equals(found.edges)


def test_unknown_facts_are_left_out_not_taken_for_nothing():
    people = register(
        2, range(2012, 2015), settled_on=2013_05_01, online_retailer=1, o2o=1, registered_capital=1_950_000 * YUAN, paid_in_capital=10**8
    )
    people.unknown.append((str(people.ids[0]), 0, "o2o"))
    found = notches(BASELINE, people)
    assert found.left_out == 1 and edge(found, "opening_award", "registered_capital")["below"] == 1
    people.unknown.append(("", 0, "o2o"))
    assert np.isnan(edge(notches(BASELINE, people), "opening_award", "registered_capital")["below"])


@pytest.mark.parametrize("within", [0, 1, -0.1])
def test_a_band_is_a_share(within):
    with pytest.raises(ScenarioError, match="a share above 0"):
        notches(BASELINE, within=within)


OWN = """\
name: own_edges
zh: 自有事项的门槛
term: {start: 2021-01-01, end: 2022-12-31}
facts:
  equipment: {table: annual, unit: 元, zh: 设备投资}
  patents: {table: enterprises, kind: count, zh: 专利数}
clauses:
  a:
    {article: 一, zh: 甲, kind: recurrent, numbers: {low: {value: 500万元, zh: 门槛}, r: {value: 8 %, zh: 比例}},
     where: {w: {if: equipment >= low, zh: 达到}}, amount: equipment * r}
  b:
    {article: 二, zh: 乙, kind: one_off, numbers: {few: {value: 10件, zh: 件数}, x: {value: 1万元, zh: 额}},
     where: {w: {if: patents >= few, zh: 达到}}, amount: x}
"""


def test_the_edges_of_a_policy_s_own_facts_are_looked_at(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, "utf-8")
    register = tmp_path / "register"
    register.mkdir()
    (register / "enterprises.csv").write_text("enterprise_id,settled_on,patents\nA,2021-05-05,9\nB,2021-05-05,30\n", "utf-8")
    rows = ["A,2021,4999999.99,1000000", "B,2021,9000000,1000000"]
    (register / "annual.csv").write_text("\n".join(["enterprise_id,year,equipment,sales", *rows, ""]), "utf-8")
    scenario = under_policy(tmp_path / "own.yaml").set({"horizon": 2021, "draws": 20})
    edges = notches(scenario, read_population(register, policy=scenario.law.policy)).edges
    total = edges[edges["year"] == "total"].set_index("term")
    assert total.loc["low", ["below", "gain"]].tolist() == [1.0, 400_000.0]
    assert total.loc["few", ["below", "gain"]].tolist() == [1.0, 10_000.0]
    drawn = notches(scenario, None, draws=5).edges  # own facts are not drawn
    assert drawn["below"].isna().all()
