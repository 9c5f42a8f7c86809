"""What was changed: undo and redo, files, options; always the scenario that --set would make."""

from __future__ import annotations

from decimal import Decimal

import pytest

from simulator.dashboard.state import State
from simulator.errors import ScenarioError
from simulator.scenario import load_scenario, parse_set, shipped

RATE, AREA = "law.tax_rebate.high_rate", "law.office_rent.max_area"
AWKWARD = {
    RATE: Decimal("0.4"),
    "policy.end": None,
    "appropriation.2014": None,
    "interpretation.new_firm_increment": "none",
    "assumptions.startups.a_year": {"low": 20, "mode": 30, "high": 40},
    "horizon": 2018,
    "law.sharing.local_vat_share": {1994: Decimal("0.25"), 2016: Decimal("0.5")},
    "uncertainty": "none",
    "rationing.mode": "first_come",
    "rationing.unpaid": "lapses",
    "correlations.o2o_share~startups.a_year": Decimal("0.5"),
}


@pytest.fixture
def state() -> State:
    return State(load_scenario("baseline"))


def test_a_change_is_what_set_makes_of_it(state):
    assert state.set(RATE, Decimal("0.4"), Decimal("0.50"))
    assert state.scenario.hash() == load_scenario("baseline").set({RATE: Decimal("0.4")}).hash()
    assert not state.set(RATE, Decimal("0.4"), Decimal("0.50"))


def test_a_setting_put_back_is_no_change(state):
    state.set(RATE, Decimal("0.4"), Decimal("0.50"))
    state.set(RATE, Decimal("0.50"), Decimal("0.50"))
    assert state.changes == {} and state.scenario is not None and state.scenario.hash() == state.base.hash()


def test_undo_and_redo_go_by_control(state):
    for rate in ("0.45", "0.42", "0.4"):
        state.set(RATE, Decimal(rate))
    state.set(AREA, 300)
    assert state.undo() and state.changes == {RATE: Decimal("0.4")}
    assert state.undo() and state.changes == {}
    assert not state.undo() and state.redo() and state.redo()
    assert state.changes == {RATE: Decimal("0.4"), AREA: 300} and not state.can_redo
    state.undo()
    state.set(RATE, Decimal("0.1"))
    assert not state.can_redo


def test_reset_of_one_and_of_all_can_be_undone(state):
    state.set(RATE, Decimal("0.4"))
    state.set(AREA, 300)
    assert state.reset(RATE) and state.changes == {AREA: 300}
    assert state.reset() and state.changes == {} and not state.reset()
    state.undo()
    assert state.changes == {AREA: 300}


def test_a_value_that_may_not_be_changes_nothing(state):
    state.set(AREA, 300)
    with pytest.raises(ScenarioError, match="40 lies outside"):
        state.set(RATE, 40)
    assert state.changes == {AREA: 300} and state.scenario.law.numbers["tax_rebate.high_rate"].at(2013) == Decimal("0.50")


def test_a_file_holds_what_differs_and_reads_back_as_the_same(state, tmp_path):
    state.set_all(AWKWARD)
    text = state.saved("kept", '留下的：一"二"')
    file = tmp_path / "kept.yaml"
    file.write_text(text, encoding="utf-8")
    assert load_scenario(file).hash() == state.scenario.hash()
    assert len(text.splitlines()) == 4 + 2 + len(AWKWARD) + len({p.partition(".")[0] for p in AWKWARD if "." in p})
    other = State(load_scenario("baseline"))
    other.load(text, "kept.yaml")
    assert other.scenario.hash() == state.scenario.hash()


def test_options_make_the_same_scenario(state):
    state.set_all(AWKWARD)
    options = [part.strip().strip('"') for part in state.options().split("--set ") if part.strip()]
    assert state.base.set(parse_set(options)).hash() == state.scenario.hash()


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_can_be_loaded(state, name):
    from simulator import resources

    state.load((resources.folder("scenarios") / f"{name}.yaml").read_text(encoding="utf-8"), name)
    wanted, found = load_scenario(name).to_dict(), state.scenario.to_dict()
    assert {p: v for p, v in found.items() if wanted[p] != v and p != "draws"} == {}


def test_seed_and_draws_are_saved_and_the_seed_is_taken_back(state):
    state.set("seed", 7)
    text = state.saved("kept", draws=123)
    other = State(load_scenario("baseline"))
    assert other.load(text, "kept.yaml").draws == 123 and other.scenario.seed == 7 and "draws" not in other.changes


def test_a_file_at_fault_is_reported_by_its_own_name_and_changes_nothing(state):
    with pytest.raises(ScenarioError, match="mine.yaml line 3"):
        state.load("base: baseline\nname: x\nlaw: {tax_rebate.high_rate: 40}\n", "mine.yaml")
    assert state.changes == {}


def test_a_name_that_is_a_path_is_refused(state):
    with pytest.raises(ScenarioError, match="cannot name"):
        state.saved("../x")
