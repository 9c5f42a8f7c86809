"""What a scenario is called: a name and a title never stand for other settings than those they were given to."""

from __future__ import annotations

import re
import shutil

import pytest

from simulator.budget.result import BudgetRun
from simulator.resources import folder
from simulator.scenario import load_scenario, parse_set, shipped
from simulator.scenario.identity import OF_THE_RUN
from tests.scenario.test_scenario import BASELINE, SETTINGS, other_value, write

CHANGEABLE = [path for path in SETTINGS if path not in OF_THE_RUN]


@pytest.mark.parametrize("name", shipped())
def test_a_scenario_as_its_file_says_it_is_called_as_the_file_calls_it(name):
    scenario = load_scenario(name)
    assert (scenario.name, scenario.zh, scenario.en) == (scenario.given.name, scenario.given.zh, scenario.given.en)


def test_whatever_is_changed_stands_in_the_name_and_in_both_titles():
    """Every setting there is, changed alone."""
    for path in CHANGEABLE:
        value = parse_set([f"{path}={other_value(SETTINGS[path])}"])[path]
        cost = {path.removesuffix("effect") + "cost": 1} if path.endswith(".effect") else {}  # it asks for one
        changed = BASELINE.set({**cost, path: value})
        assert changed.name != BASELINE.name and changed.zh != BASELINE.zh and changed.en != BASELINE.en, path
        assert re.fullmatch(r"[\w.=+-]+", changed.name), changed.name  # a folder may bear it
        assert path in {c.path for c in changed.departures()}
        was = parse_set([f"{name}={BASELINE.to_dict()[name]}" for name in (path, *cost)])
        assert changed.set(was).name == BASELINE.name


def test_how_a_scenario_is_played_is_no_change_of_it():
    assert BASELINE.set({"seed": 7, "draws": 10, "sampling": "sobol"}).zh == BASELINE.zh


def test_a_file_that_takes_anothers_name_or_title_says_what_differs(tmp_path):
    law = ("law:", "  office_rent.max_area: 300")
    named = load_scenario(write(tmp_path, "baseline", f"zh: {BASELINE.zh}", "base: cautious", *law))
    assert named.name.startswith("baseline+") and "改" in named.zh
    titled = load_scenario(write(tmp_path, "mine", f"zh: {BASELINE.zh}", "base: baseline", *law))
    assert titled.name.startswith("mine+") and "500→300" in titled.zh
    shutil.copy(folder("scenarios") / "baseline.yaml", tmp_path / "copy.yaml")
    text = (tmp_path / "copy.yaml").read_text(encoding="utf-8").replace("name: baseline", "name: copy")
    (tmp_path / "copy.yaml").write_text(text, encoding="utf-8")
    assert load_scenario(tmp_path / "copy.yaml").name == "copy"


def test_an_own_name_and_title_is_kept_and_the_laws_changes_are_reported():
    cautious = load_scenario("cautious")
    assert {c.path for c in cautious.departures()} >= {"law.office_rent.max_area"}


def test_the_record_of_a_run_bears_it(monkeypatch):
    changed = BASELINE.set({"law.office_rent.max_area": 300})

    class Few:  # of a result only what a record says of it
        years, cash_years, seconds = [2013], [2013, 2014], 0.0

        @staticmethod
        def of_year(_):
            import numpy as np

            return np.zeros((1, 1))

    monkeypatch.setattr(BudgetRun, "_is_heavy", lambda self: False)  # asks for draws
    record = BudgetRun(changed, Few()).record()
    assert record["run_id"].startswith("baseline+office_rent.max_area=300-") and "500→300" in record["title"]["zh"]
    assert record["changed"][0]["was"] == "500" and record["changed"][0]["now"] == "300"


def test_what_was_and_what_is_are_said_in_words_whatever_the_setting():
    """Of every setting whose values are words: none of the program's own in a Chinese title or table."""
    settings = [row for row in BASELINE.settings() if row.unit in ("choice", "reading", "flag") and row.path in CHANGEABLE]
    assert len(settings) > 15
    for row in settings:
        (change,) = (c for c in BASELINE.set(parse_set([f"{row.path}={other_value(row)}"])).departures() if c.path == row.path)
        said = [change.zh, *change.ends("zh"), change.said("zh")]
        assert not [text for text in said if re.search("[a-z]{3,}", text)], said
        assert len(set(change.ends("en"))) == 2 and "_" not in "".join((*change.ends("en"), change.said("en")))
