"""Links between clauses decide awards, too: what is unknown of them leaves open, and a pot looks at its own applications."""

from __future__ import annotations

import pytest

from simulator.engine.assess import assess
from simulator.population.readers import read_population
from simulator.report.register_screens import remarks
from simulator.scenario import adopt_policy, under_policy

POLICY = """\
name: linked
zh: 相关条款
term: {start: 2021-01-01, end: 2022-12-31}
facts:
  equipment: {table: annual, unit: 元, zh: 设备投资}
  most: {table: annual, unit: 元, zh: 核定上限}
  small: {table: annual, kind: flag, zh: 小微}
numbers:
  fund: {value: 10万元, article: 三, zh: 资金}
clauses:
  a: {article: 一, zh: 甲, kind: recurrent, numbers: {r: {value: 10 %, zh: 比例}}, amount: r * equipment}
  b: {article: 二, zh: 乙, kind: recurrent, numbers: {x: {value: 15万元, zh: 额}}, where: {p: {if: equipment > 0, zh: 有投资}}, amount: x}
LINKS
"""
LINKS = {
    "cap by contribution": "links:\n  caps:\n    c: {of: [a], most: district_contribution, per: year, zh: 封顶, article: 四}",
    "cap by an own fact": "links:\n  caps:\n    c: {of: [a], most: most, per: year, zh: 封顶, article: 四}",
    "cap by last year's": "links:\n  caps:\n    c: {of: [a], most: last_year.most, per: year, zh: 封顶, article: 四}",
    "the higher of two": "links:\n  exclusive:\n    e: {of: [a, b], keep: highest, if: small, zh: 就高, article: 四}",
}
ROWS = ["A,{year},1000000,50000,500000,500000,否", "B,{year},1000000,50000,{unknown},{unknown},{flag}"]


def assessed(folder, links: str, unknown: str = "未知", applications: str = ""):
    (folder / "linked.yaml").write_text(POLICY.replace("LINKS", links), "utf-8")
    register = folder / "register"
    register.mkdir()
    (register / "enterprises.csv").write_text("enterprise_id,settled_on\nA,\nB,\n", "utf-8")
    rows = [row.format(year=y, unknown=unknown, flag="未知" if unknown == "未知" else "否") for row in ROWS for y in (2020, 2021)]
    head = "enterprise_id,year,equipment,sales,district_contribution,most,small"
    (register / "annual.csv").write_text("\n".join([head, *rows, ""]), "utf-8")
    if applications:
        (register / "applications.csv").write_text("enterprise_id,year,clause,applied_on\n" + applications, "utf-8")
    scenario = under_policy(folder / "linked.yaml").set({"horizon": 2021})
    return assess(read_population(register, policy=scenario.law.policy), scenario)


@pytest.mark.parametrize("link", LINKS)
def test_what_a_link_does_not_know_leaves_an_award_open(tmp_path, link):
    found = assessed(tmp_path, LINKS[link]).intervals
    of_b = found[(found["enterprise_id"] == "B") & (found["clause"] == "a")]
    assert of_b[["low", "high"]].to_numpy().tolist() == [[0.0, 100_000.0]]
    assert set(found["enterprise_id"]) == {"B"}


@pytest.mark.parametrize("link", LINKS)
def test_what_is_known_leaves_nothing_open_though_no_tax_is_known(tmp_path, link):
    assert assessed(tmp_path, LINKS[link], "70000").intervals.empty


@pytest.mark.parametrize("day, winner", [("2021-03-01", "A"), ("2021-01-15", "B")])
def test_a_pot_asks_when_its_own_clauses_were_applied_for(tmp_path, day, winner):
    pot = "pots:\n  p: {of: [a], amount: fund, share: first_come}"
    given = f"B,2021,b,2021-01-05\nA,2021,a,2021-02-01\nB,2021,a,{day}\n"
    table = assessed(tmp_path, pot, "70000", given).table()
    assert table.loc[(table["clause"] == "a") & (table["amount"] > 0), "enterprise_id"].tolist() == [winner]


@pytest.mark.parametrize("sales, said", [("", True), ("1000000", False)])
def test_a_run_says_whose_contribution_cannot_be_projected(tmp_path, sales, said):
    (tmp_path / "linked.yaml").write_text(POLICY.replace("LINKS", LINKS["cap by contribution"]), "utf-8")
    (tmp_path / "enterprises.csv").write_text("enterprise_id,settled_on\nA,\nB,\n", "utf-8")
    rows = [f"{code},{year},1000000,{sales},50000" for code in "AB" for year in (2020, 2021)]
    (tmp_path / "annual.csv").write_text("\n".join(["enterprise_id,year,equipment,sales,district_contribution", *rows, ""]), "utf-8")
    policy = under_policy(tmp_path / "linked.yaml").law.policy
    adopt_policy(policy)
    try:
        assert ("有 2 户填有区级财政贡献额而没有销售额" in remarks(read_population(tmp_path, policy=policy), "名册", "zh")) == said
    finally:
        adopt_policy(None)
