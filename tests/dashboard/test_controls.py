"""What the page offers: every setting in its own words, sliders that land where `--set` would."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from itertools import pairwise

import pytest

from simulator.dashboard import catalogue, display
from simulator.dashboard.controls import STEPS, controls, headings
from simulator.dashboard.wording import load
from simulator.errors import ScenarioError
from simulator.scenario import load_scenario
from tests.of_2013 import SWITCHES

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
    found = headings(BASE, list(OFFERED.values()))
    assert len(found) == len(set(found)) and {c.heading for c in OFFERED.values()} == set(found)


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
def test_a_position_between_steps_means_what_it_shows(control):
    """Nor is one near the scenario's own value taken for it."""
    home = control.position(control.base)
    for away in (control.step / 2, control.step / 3, -control.step / 4):
        at = home + away
        if control.low < at < control.high:
            assert control.position(control.at(at)) == pytest.approx(at, rel=Decimal("1e-5"), abs=control.step * Decimal("1e-4"))
            assert control.at(at) != control.base


@pytest.mark.parametrize("control", SLIDERS, ids=lambda c: c.path)
def test_every_position_of_a_slider_is_allowed(control):
    steps = int((control.high - control.low) / control.step)
    assert 5 <= steps <= 100
    for at in (0, 1, steps // 3, steps - 1, steps):
        try:
            BASE.set({control.path: control.at(float(control.low + at * control.step))})
        except ScenarioError as e:  # allowed by itself, not beside the band above or below it
            assert ["the thresholds do not rise" in p.cause for p in e.problems] == [True]


@pytest.mark.parametrize("path", ["law.tax_rebate.high_rate", "assumptions.startups.a_year", "assumptions.market.growth"])
def test_a_step_further_is_the_next_place_of_the_slider_and_its_own_value_is_one(path):
    control, home = OFFERED[path], OFFERED[path].position(OFFERED[path].base)
    places, at = [control.low], control.low
    while at < control.high:
        at = control.beside(at, up=True)
        places.append(at)
    assert home in places and control.beside(at, up=True) == control.high
    assert (
        sorted({control.low + k * control.step for k in range(STEPS + 1) if control.low + k * control.step <= control.high} | {home})
        == places
    )
    for below, above in pairwise(places):
        assert control.beside(above, up=False) == below
        assert control.beside((below + above) / 2, up=True) == above and control.beside((below + above) / 2, up=False) == below


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


RATE, AWARD, UNITLESS = "law.tax_rebate.high_rate", "law.headquarters_award.national_award", "assumptions.startups.a_year"


@pytest.mark.parametrize(
    "path, text, value",
    [
        (RATE, "40", Decimal("0.4")),
        (RATE, "40%", Decimal("0.4")),
        (RATE, "４７．５％", Decimal("0.475")),
        (RATE, " 60 ％ ", Decimal("0.6")),
        (AWARD, "250", 2_500_000),
        (AWARD, "500万", 5_000_000),
        (AWARD, "500 万元", 5_000_000),
        (AWARD, "五百万元", 5_000_000),
        (AWARD, "两千五百", 25_000_000),
        (AWARD, "一点五亿", 150_000_000),
        (RATE, "百分之四十", Decimal("0.4")),
        (RATE, "四十", Decimal("0.4")),
        ("law.office_rent.max_area", "三百平方米", 300),
        (UNITLESS, "二十至四十", {"low": 20, "high": 40}),
        (AWARD, "0.05亿元", 5_000_000),
        (AWARD, "5000000元", 5_000_000),
        (AWARD, "１，２５０", 12_500_000),
        ("law.office_rent.max_area", "355㎡", 355),
        ("law.office_rent.max_area", "355 平方米", 355),
        ("law.office_rent.months", "18个月", 18),
        ("law.platform_membership_award.tier1_members", "1千户", 1000),
        ("appropriation.2014", "1,250.5", 12_505_000),
        (UNITLESS, "20 / 30 / 40", {"low": 20, "mode": 30, "high": 40}),
        (UNITLESS, "20至40", {"low": 20, "high": 40}),
        (UNITLESS, "123", 123),
        ("assumptions.take_up.tax_rebate", "60 / 80", {"low": Decimal("0.6"), "high": Decimal("0.8")}),
        ("assumptions.take_up.tax_rebate", "60％ / 80％", {"low": Decimal("0.6"), "high": Decimal("0.8")}),
        (UNITLESS, "{low: 1, high: 2}", {"low": 1, "high": 2}),
        ("policy.end", "2016年12月31日", datetime.date(2016, 12, 31)),
        ("policy.end", "2016-12-31", datetime.date(2016, 12, 31)),
        ("policy.end", "２０１６．１２．３１", datetime.date(2016, 12, 31)),
        ("policy.end", "20161231", datetime.date(2016, 12, 31)),
        ("policy.end", "无", None),
        ("rationing.enterprise_cap", "500万", 5_000_000),
        ("rationing.enterprise_cap", "不设", None),
        ("law.sharing.local_vat_share", "1994年起 25%；2016年起 50%", {1994: Decimal("0.25"), 2016: Decimal("0.5")}),
        ("law.sharing.local_vat_share", "{1994: 0.25, 2016: 0.5}", {1994: Decimal("0.25"), 2016: Decimal("0.5")}),
    ],
)
def test_numbers_are_typed_as_people_write_them(path, text, value):
    assert display.read(OFFERED[path], text, load("zh")) == value


@pytest.mark.parametrize(
    "path, text, value",
    [(AWARD, "5m", 5_000_000), (AWARD, "5 million", 5_000_000), (AWARD, "CNY 5 million", 5_000_000), (RATE, "40 %", Decimal("0.4"))],
)
def test_english_units_are_read_too(path, text, value):
    assert display.read(OFFERED[path], text, load("en")) == value


@pytest.mark.parametrize(
    "path, text, said",
    [
        (RATE, "140", "0 至 100 %"),
        (RATE, "４０公斤", "读不懂"),
        (RATE, "", "读不懂"),
        (RATE, "1/2/3/4", "读不懂"),
        (RATE, "40.123", "最细到 0.01 %"),
        (RATE, "0.475", "如指 47.5%，请填 47.5"),
        (RATE, "0.12345", "最细到 0.01 %"),
        (AWARD, "-3", "0 至"),
        (UNITLESS, "40 / 20", "从小到大"),
        ("policy.end", "明年底", "2016年12月31日"),
        ("policy.start", "2016年13月1日", "不是日期"),
        ("rationing.priority", "扶贫", "没有名为"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_is_reported_in_the_unit_of_the_box(path, text, said, lang):
    with pytest.raises(ScenarioError) as reported:
        display.read(OFFERED[path], text, load(lang))
    (problem,) = reported.value.problems
    assert problem.place == OFFERED[path].label(lang)
    assert lang == "en" or said in problem.cause


@pytest.mark.parametrize(
    "path, text, asked, instead",
    [
        (AWARD, "3000000", True, "300"),
        (AWARD, "30000", True, ""),
        (AWARD, "2900", False, ""),
        (RATE, "0.6", False, ""),
        (RATE, "0.4", True, "40"),
        ("law.office_rent.max_area", "49999", False, ""),
        ("law.office_rent.max_area", "2", True, ""),
        ("law.office_rent.max_area", "0", False, ""),
        ("seed", "7", False, ""),
    ],
)
def test_what_is_far_off_is_asked_about(path, text, asked, instead):
    control = OFFERED[path]
    found = display.far_off(control, display.read(control, text, load("zh")), control.base, text, load("zh"))
    assert bool(found) is asked and (not found or (found[1] == instead and control.zh in found[0]))


def test_no_choice_shows_an_identifier_and_no_source_a_key():
    words = load("zh")
    for control in OFFERED.values():
        reported = catalogue.described(control, words)
        for text in [*reported.get("choices", []), *([] if control.kind == "formula" else [reported["base"]["text"]])]:
            assert not re.search(r"[a-z]{2,}_|^none$|^true$|^false$|\{", text), (control.path, text)
        for line in reported["about"][:-1]:
            assert not re.search(r"\b[a-z]+_[a-z_]+|\bJ\b", line), (control.path, line)


def test_the_words_of_a_heading_find_its_numbers():
    """The search looks through headings too, so that a clause's own numbers are found by its name."""
    words = load("zh")
    reported = catalogue.sections(BASE, list(OFFERED.values()), words)
    assert [s["paths"][0] for s in reported if "租金" in s["title"]] == [next(p for p in OFFERED if p.startswith("law.office_rent."))]
