"""The appropriation that comes with the program is an example: every place says so, until a bureau has entered its own."""

from __future__ import annotations

import html
import re

import pytest

import simulator
from simulator.document.numbers import UNITS
from simulator.report import budgeting, forms, screen, sections
from simulator.report.wording import words_of
from simulator.scenario import load_scenario
from simulator.store.record import RunFolder
from tests.report.test_sections import text_of

OWN = {f"appropriation.{year}": 5_000_000 for year in range(2013, 2019)}


@pytest.fixture(scope="module", params=["example", "own"])
def played(request, tmp_path_factory):
    """A run with the program's appropriation, and one with a bureau's own; whether it is the example."""
    budget = simulator.run(simulator.load_scenario("baseline", {"draws": 200} | (OWN if request.param == "own" else {})))
    run = RunFolder.open(budget.write(tmp_path_factory.mktemp("example"), budget.budgeting()))
    return budget, run, request.param == "example"


def named(text: str) -> list[str]:
    """Where an appropriation is named that is not the bureau's own to be."""
    return re.findall(r"(?<!本单位的)(?<!本单位各年)(?<!用于)预算安排(?!（示例）)", text)


def test_every_place_says_whose_appropriation_it_is(played):
    budget, run, example = played
    shown = [text_of(getattr(sections, name)(run, "zh")) for name in ("answer", "risk", "readings", "performance", "appraisal")]
    tables = {"summary": budget.summary, **budget.budgeting()}
    shown += [screen.budget(budget, "zh"), budgeting.text(tables, "zh", example=example)]
    for text in shown:
        assert ("（示例）" in text) <= example
        assert not example or named(text) == [], text
    about = [text for text in shown if "预算" in text]
    assert len(about) >= 6 and sum("示例" in text for text in about) == (len(about) if example else 0)


def test_the_chance_of_an_overrun_is_no_headline_of_an_example(played):
    _, run, example = played
    cards = re.findall(r'data-card="(\w+)"', sections.answer(run, "zh").html)
    assert ("overrun" in cards) != example
    assert ("缺口的可能性" in text_of(sections.risk(run, "zh")).split("各年度兑现支出的可能区间")[0]) != example


def test_the_form_is_left_blank(played):
    _, run, example = played
    table = sections.performance(run, "zh").html.partition("<table>")[2].partition("</table>")[0]
    cells = re.findall(r'<td class="num[^>]*>([^<]*)', table)
    assert cells and all(cell == "" for cell in cells) == example
    assert bool(forms.funds(run, UNITS["zh"]["money"])) != example


def test_a_year_that_is_entered_is_the_bureaus_own():
    scenario = load_scenario("baseline").set({"appropriation.2014": 5_000_000})
    assert 2014 not in scenario.examples and scenario.examples == frozenset(range(2013, 2019)) - {2014}
    assert load_scenario("cautious").examples == frozenset(range(2013, 2019))


@pytest.mark.parametrize(
    "lang, own, example", [("zh", "2014", "2013、2015、2016、2017、2018"), ("en", "2014", "2013, 2015, 2016, 2017, 2018")]
)
def test_page_one_says_which_years_are_the_bureaus_own(tmp_path, lang, own, example):
    budget = simulator.run(simulator.load_scenario("baseline", {"draws": 200, "appropriation.2014": 5_000_000}))
    run = RunFolder.open(budget.write(tmp_path))
    words = words_of(run, lang)
    said = words.say("answer.overrun_example_years", own=2014, example=example, p80="@").split("@")[0]
    page = html.unescape(text_of(sections.answer(run, lang)))
    assert re.sub(r"\s", "", said) in re.sub(r"\s", "", page)
    assert re.sub(r"\s", "", words.sentences["answer.overrun_example"])[:12] not in re.sub(r"\s", "", page)
