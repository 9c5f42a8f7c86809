"""What the page offers: every setting in its own words, sliders that land where `--set` would."""

from __future__ import annotations

from decimal import Decimal

import pytest

from simulator.dashboard import display
from simulator.dashboard.controls import controls, rooms
from simulator.dashboard.wording import load
from simulator.law.readings import SWITCHES
from simulator.scenario import load_scenario

BASE = load_scenario("baseline")
OFFERED = {control.path: control for control in controls(BASE)}
SLIDERS = [control for control in OFFERED.values() if control.kind == "slider"]


def test_every_number_every_switch_and_every_appropriation_is_offered():
    wanted = {f"law.{p}" for p in BASE.law.numbers} | {f"interpretation.{s}" for s in SWITCHES}
    wanted |= {f"appropriation.{y}" for y in BASE.appropriation} | {"policy.start", "policy.end", "behaviour", "uncertainty"}
    wanted |= {s.path for group in ("law", "rationing") for s in BASE.settings(group)}
    wanted |= {f"assumptions.{p}" for p, s in BASE.assumptions.items() if s.value.shape in ("pert", "uniform")}
    assert wanted <= set(OFFERED)


def test_settings_of_a_register_are_offered_with_one():
    assert "population.known_until" not in OFFERED
    assert "population.known_until" in {c.path for c in controls(BASE, register=True)}


def test_every_control_stands_under_a_heading_once():
    headings = rooms(BASE, list(OFFERED.values()))
    assert len(headings) == len(set(headings)) and {c.room for c in OFFERED.values()} == set(headings)


def test_labels_and_articles_are_the_settings_own():
    number = BASE.law.numbers["tax_rebate.high_rate"]
    control = OFFERED["law.tax_rebate.high_rate"]
    assert (control.zh, control.en, control.article) == (number.zh, number.en, number.article)


@pytest.mark.parametrize("control", SLIDERS, ids=lambda c: c.path)
def test_a_slider_put_back_is_the_scenarios_own_value(control):
    home = control.position(control.base)
    assert control.low <= home <= control.high
    assert control.at(float(home)) is control.base
    assert control.at(home - control.step) != control.base


@pytest.mark.parametrize("control", SLIDERS, ids=lambda c: c.path)
def test_every_position_of_a_slider_is_allowed(control):
    steps = int((control.high - control.low) / control.step)
    assert 5 <= steps <= 100
    for at in (0, 1, steps // 3, steps - 1, steps):
        BASE.set({control.path: control.at(float(control.low + at * control.step))})


def test_a_position_is_an_exact_number():
    assert OFFERED["law.tax_rebate.high_rate"].at(0.30000000000000004) == Decimal("0.3")
    assert OFFERED["law.office_rent.max_area"].at(300.0) == 300


def test_a_distribution_moves_in_proportion_and_stays_one():
    moved = OFFERED["assumptions.startups.a_year"].at(90.0)
    assert moved == {"low": 40, "mode": 90, "high": 180}
    logs = OFFERED["assumptions.market.growth"].at(0.42)
    assert {k: float(v) for k, v in logs.items()} == pytest.approx({"low": 0.32, "mode": 0.42, "high": 0.6})


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("control", OFFERED.values(), ids=lambda c: c.path)
def test_what_is_written_is_read_back(control, lang):
    words = load(lang)
    text = display.written(control, control.base, words)
    if control.kind == "choice":
        assert text
        return
    read = BASE.set({control.path: display.read(control, text, words)})
    assert read.to_dict() == BASE.to_dict() or _same_numbers(read, control.path)


def _same_numbers(read, path: str) -> bool:
    """0.5 for 0.50 is another text of the same number."""
    now, was = ({s.path: s.value for s in r.settings()} for r in (read, BASE))
    return all(now[p] == was[p] or (p == path and Decimal(now[p]) == Decimal(was[p])) for p in was)


@pytest.mark.parametrize("path, text, value", [
    ("law.tax_rebate.high_rate", "40", Decimal("0.4")),
    ("law.tax_rebate.high_rate", "40%", Decimal("0.4")),
    ("law.headquarters_award.national_award", "250", 2_500_000),
    ("appropriation.2014", "1,250.5", 12_505_000),
    ("assumptions.startups.a_year", "20 / 30 / 40", {"low": 20, "mode": 30, "high": 40}),
    ("assumptions.take_up.tax_rebate", "60 / 80", {"low": Decimal("0.6"), "high": Decimal("0.8")}),
    ("assumptions.startups.a_year", "{low: 1, high: 2}", {"low": 1, "high": 2}),
])
def test_numbers_are_typed_in_the_unit_shown(path, text, value):
    assert display.read(OFFERED[path], text, load("zh")) == value
