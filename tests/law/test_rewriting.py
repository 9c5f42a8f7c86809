"""Formulas are settings: read out of the file, set, refused with their fault, and put back; the law as written stays the reference."""

import pytest

import simulator
from simulator import load_scenario
from simulator.engine.generosity import generosity_of
from simulator.engine.replay import Session
from simulator.engine.run import play
from simulator.errors import ScenarioError
from simulator.law.rewriting import PATH, formulas
from simulator.law.shipped import law_at, policy_path, shipped_policies
from simulator.scenario import under_policy

AWARD = "law.certification_award.formula"


@pytest.mark.parametrize("name", shipped_policies())
def test_every_formula_of_a_policy_is_a_setting_and_the_same_when_set_to_itself(name):
    scenario = under_policy(name)
    known = formulas(law_at(policy_path(name)).policy)
    assert all(PATH.fullmatch(f"law.{path}") for path in known)
    assert {f"law.{path}" for path in known} == {row.path for row in scenario.settings("formula")}
    same = scenario.set({f"law.{path}": one.text for path, one in known.items()})
    assert same.law.policy is scenario.law.policy and same.hash() == scenario.hash() and same.departures() == []


def test_a_formula_pays_what_a_number_pays_that_says_the_same():
    base = load_scenario("baseline", {"draws": 40})
    twice, doubled = base.set({AWARD: "award * 2"}), base.set({"law.certification_award.award": 40_000})
    assert (generosity_of(twice) == generosity_of(doubled)).all()
    assert (play(twice).by_clause == play(doubled).by_clause).all()


def test_a_number_moved_under_another_formula_is_replayed_as_played():
    base = load_scenario("baseline", {"draws": 20})
    session = Session(base)
    for changes in ({}, {AWARD: "award * 2"}, {AWARD: "award * 2", "law.certification_award.award": 30_000}, {}):
        scenario = base.set(changes)
        assert (session.play(scenario).by_clause == play(scenario).by_clause).all()


def test_a_change_is_named_and_undone():
    base = load_scenario()
    changed = base.set({AWARD: "award * 2", "law.certification_award.award": 30_000})
    assert "四（五） 市级电商认定奖励：金额公式" in changed.zh and changed.hash() != base.hash()
    assert {c.path for c in changed.departures()} == {AWARD, "law.certification_award.award"}
    back = changed.set({AWARD: "award", "law.certification_award.award": 20_000})
    assert back.law.policy is base.law.policy and back.hash() == base.hash()


def test_every_fault_is_reported_at_once_at_its_setting():
    with pytest.raises(ScenarioError) as refused:
        load_scenario().set(
            {AWARD: "award + rented_area", "law.data_line.condition.nothing": "true", "law.office_rent.let.opens": "rent +"}
        )
    places = {problem.place for problem in refused.value.problems}
    assert places == {AWARD, "law.data_line.condition.nothing", "law.office_rent.let.opens"}
    assert "units do not agree" in str(refused.value) and "^" in str(refused.value)


@pytest.mark.parametrize("text", ["__import__('os').system('x')", "9" * 400, "(" * 200, "award ** 9999999", "lambda: award", ""])
def test_hostile_formulas_are_refused(text):
    with pytest.raises(ScenarioError) as refused:
        load_scenario().set({AWARD: text})
    assert all(problem.place == AWARD for problem in refused.value.problems)


def test_a_scenario_file_and_the_command_line_say_formulas(tmp_path):
    path = tmp_path / "reform.yaml"
    path.write_text(
        "base: baseline\nname: reform\nlaw:\n  certification_award:\n    formula: award * 2\n    condition:\n"
        "      in_scope: in_the_scope and online_sales >= 100万元\n",
        encoding="utf-8",
    )
    there = load_scenario(path)
    typed = simulator.scenario.parse_set(
        ["law.certification_award.formula=award * 2", "law.certification_award.condition.in_scope=in_the_scope and online_sales >= 100万元"]
    )
    assert load_scenario().set(typed).law.policy is there.law.policy
