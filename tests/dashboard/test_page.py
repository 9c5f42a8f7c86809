"""The page without a browser: widgets are told values, an engine that answers at once stands behind them."""

from __future__ import annotations

import datetime
import re
import threading
from pathlib import Path
from xml.etree import ElementTree

import ipywidgets as widgets
import pandas as pd
import pytest

import simulator
from simulator.budget.purse import ledger_table
from simulator.budget.result import BudgetRun
from simulator.dashboard import pictures, views, worker
from simulator.dashboard.page import Dashboard
from simulator.dashboard.panel import Panel
from simulator.dashboard.worker import Replaying
from simulator.scenario import load_scenario

RATE = "law.tax_rebate.high_rate"
DRAWS = 12
WAIT = 240


class Counting(Replaying):
    """The engine, and how often it played."""

    def __init__(self):
        super().__init__(None)
        self.plays = 0

    def play(self, scenario, progress=None) -> BudgetRun:
        self.plays += 1
        return super().play(scenario, progress)


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Dashboard:
    page = Dashboard(load_scenario("baseline"), lang="zh", draws=DRAWS, out=tmp_path_factory.mktemp("kept"), engine=Counting())
    settled(page)
    for section in page.panel.sections:
        section.head.value = True
    return page


@pytest.fixture(autouse=True)
def put_back(page):
    yield
    page.reset()
    settled(page)


def settled(page: Dashboard) -> None:
    """Wait until the answer of the present settings is shown."""
    came = threading.Event()

    def look(_=None) -> None:
        if 'data-state="current"' in page.status.value:
            came.set()

    page.status.observe(look, "value")
    look()
    assert came.wait(WAIT), page.status.value
    page.status.unobserve(look, "value")


def row(page: Dashboard, path: str):
    return next(section.rows[path] for section in page.panel.sections if path in section.rows)


def figures(page: Dashboard) -> dict[str, str]:
    return dict(re.findall(r'data-card="(\w+)" data-value="([^"]+)"', page.view.cards.value))


def test_a_slider_is_a_set_and_undo_takes_it_back(page):
    first = figures(page)
    row(page, RATE)._slider.value = 40.0
    settled(page)
    run = BudgetRun(page.shown.run.scenario, page.shown.run.result)
    wanted = load_scenario("baseline").set({RATE: 0.4, "draws": DRAWS})
    assert page.shown.run.scenario.hash() == wanted.hash()
    assert float(figures(page)["net"]) == run.figure("net_impact")["mean"]
    assert "50 → 40" in page.list.value and f"--set {RATE}=0.4" in page.keep.options.value
    assert "changed" in row(page, RATE).box._dom_classes
    page.undo.click()
    settled(page)
    assert figures(page) == first and row(page, RATE)._slider.value == 50.0


def test_where_all_has_to_be_played_the_first_draws_are_shown_before_the_rest(page, monkeypatch):
    monkeypatch.setattr(worker, "PATIENCE", 0.0)
    monkeypatch.setattr(worker, "FIRST", 5)
    seen = []
    page.view.cards.observe(lambda change: seen.append(figures(page)["net"]), "value")
    page.set_path("assumptions.startups.a_year=30")
    settled(page)
    told = [simulator.run(page.shown.run.scenario.set({"draws": n})).figure("net_impact")["mean"] for n in (5, DRAWS)]
    assert [float(net) for net in seen] == told and page.shown.final


def test_a_slider_stands_where_it_belongs_when_the_browser_first_hears_of_it(page, monkeypatch):
    """A key pressed before a later message arrived would move it from somewhere else."""
    born: dict[widgets.FloatSlider, float] = {}
    opened = widgets.FloatSlider.open
    monkeypatch.setattr(widgets.FloatSlider, "open", lambda slider: (born.update({slider: slider.value}), opened(slider)))
    again = Panel(page.state, page.words, register=False, set_value=lambda *_: True, back=lambda _: None, refuse=lambda _: None)
    for section in again.sections:
        section.head.value = True
    assert len(born) > 50 and all(slider.value == value for slider, value in born.items())


def test_the_baseline_is_not_played_twice(page):
    before = page.worker.engine.plays
    row(page, RATE)._slider.value = 45.0
    settled(page)
    page.reset()
    settled(page)
    assert page.worker.engine.plays == before + 1


@pytest.mark.parametrize("text", ["140", "abc", "{", "1 / 2", ""])
def test_g5_a_bad_value_is_told_and_the_old_one_stands(page, text):
    row(page, RATE)._entry.value = text
    assert "未采用" in page.message.value and RATE in page.message.value
    assert page.state.changes == {} and row(page, RATE)._entry.value == "50"


def test_numbers_are_typed_and_lists_chosen(page):
    row(page, "law.office_rent.max_area")._entry.value = "1,250"  # beyond the slider, but allowed
    row(page, "assumptions.startups.a_year")._entry.value = "20 / 30 / 40"
    row(page, "rationing.mode")._entry.value = 1
    row(page, "policy.end")._entry.value = "none"
    settled(page)
    assert page.state.changes == {
        "law.office_rent.max_area": 1250, "assumptions.startups.a_year": {"low": 20, "mode": 30, "high": 40},
        "rationing.mode": "first_come", "policy.end": None}
    assert page.message.value == ""


def test_any_other_setting_can_be_written(page):
    page.other.value = "assumptions.cash.same_year=0.5"
    assert "assumptions.cash.same_year" in page.state.changes and page.other.value == ""
    page.other.value = "assumptions.cash.same_yaer=0.5"
    assert "是否应为" in page.message.value


def test_the_number_of_draws_is_said_and_bad_ones_are_refused(page):
    page.quick.value = "15"
    settled(page)
    assert "模拟 15 次" in page.status.value and page.shown.run.scenario.draws == 15
    page.quick.value = "many"
    assert "未采用" in page.message.value and page.quick.value == "15"
    page.quick.value = str(DRAWS)


def test_a_full_run_has_its_own_draws(page):
    page.full.value = "25"
    page.ask(full=True)
    settled(page)
    assert page.shown.run.scenario.draws == 25 and "away" in page.bar._dom_classes
    page.cancel()
    assert 'data-state="current"' in page.status.value
    page.ask()


def test_the_search_finds_by_label_path_and_article(page):
    def shown() -> set[str]:
        return {path for section in page.panel.sections for path, row in section.rows.items()
                if row.box in section.body.children}

    every = shown()
    page.panel.search.value = "高档返还"
    assert shown() == {RATE} and "1 项" in page.panel.found.value
    page.panel.search.value = "四（十）"
    assert shown() and all("四（十）" in row(page, path).control.article for path in shown())
    page.panel.search.value = ""
    assert shown() == every


def test_what_is_saved_is_loaded_as_the_same(page):
    row(page, RATE)._slider.value = 40.0
    page.keep.name.value = "留存"
    page.keep.save()
    file = Path(page.out) / "留存.yaml"
    assert load_scenario(file).set({}).law.numbers["tax_rebate.high_rate"].at(2013) == page.state.scenario.law.numbers[
        "tax_rebate.high_rate"].at(2013)
    text = file.read_text(encoding="utf-8")
    page.reset()
    page.keep.upload.value = ({"name": "留存.yaml", "content": memoryview(text.encode("gb18030")), "size": 1, "type": "",
                               "last_modified": datetime.datetime(2013, 1, 1)},)
    assert page.state.changes.keys() == {RATE} and "1 项" in page.message.value
    page.keep.name.value = "a/b"
    page.keep.save()
    assert "未能完成" in page.message.value


def test_a_budget_line_is_set_and_a_bad_one_is_told(page):
    before = page.view.curve.value
    page.view.line.value = "1,500"
    assert page.view.curve.value != before and page.view._line_problem.value == ""
    page.view.line.value = "much"
    assert "请填写" in page.view._line_problem.value
    page.view.line.value = ""
    assert page.view.curve.value == before


def test_appropriations_shared_out_show_what_waits(page):
    assert page.view.rationed.value == ""
    page.set_path("rationing.mode=pro_rata")
    page.set_path("appropriation.2014=1000000")
    settled(page)
    waiting = ledger_table(page.shown.run.ledger(), page.shown.run.result).query("measure == 'waiting' and clause == 'total'")
    assert waiting["mean"].max() > 0 and "年末结转待付" in page.view.rationed.value and "按同一比例" in page.view.rationed.value
    page.reset()
    settled(page)
    assert page.view.rationed.value == ""


def test_the_report_made_from_the_page_is_of_what_it_shows(page, monkeypatch):
    monkeypatch.setattr(BudgetRun, "analyses", lambda run, workers=None: {})  # half a minute, tested elsewhere
    row(page, RATE)._slider.value = 40.0
    settled(page)
    page.keep.name.value = "试算"
    page.keep._report(page.shown.run)
    folder = Path(page.out) / "试算"
    assert "测算报告已生成" in page.message.value and list(folder.glob("*.html"))
    kept = pd.read_csv(folder / "summary.csv", encoding="utf-8-sig").query("measure == 'paid' and clause == 'total' and year == 'total'")
    assert float(kept["mean"].iloc[0]) == page.shown.run.figure("paid")["mean"]
    settings = pd.read_csv(folder / "settings.csv", encoding="utf-8-sig").set_index("path")["value"]
    assert float(settings[RATE]) == 0.4


def test_the_pictures_show_the_answers_figures(page):
    """What is drawn, read back from where it lies, is what the run found."""
    run, figures = page.shown.run, views.Figures(page.shown.run)
    fan, curve = (ElementTree.fromstring(picture.value) for picture in (page.view.fan, page.view.curve))
    assert all(picture.get("aria-label") and picture.get("role") == "img" for picture in (fan, curve))
    ticks = {float(t.get("y")) - 4: float(t.text.replace(",", "")) for t in fan.iter("text") if t.get("text-anchor") == "end"}
    (low, zero), (high, top) = max(ticks.items()), min(ticks.items())
    median = next(line for line in fan.iter("polyline") if line.get("stroke-width") == "2.8").get("points").split()
    for year, point in zip(run.result.cash_years, median, strict=True):
        drawn = zero + (low - float(point.split(",")[1])) / (low - high) * (top - zero)
        assert drawn == pytest.approx(figures("paid", "total", year)["p50"] / 1e4, abs=0.01 * top)
    heights = [float(point.split(",")[1]) for point in next(curve.iter("polyline")).get("points").split()]
    assert heights == sorted(heights) and len(heights) > 10  # from certain down to impossible
    total = run.figure("paid")
    assert [t.text for t in curve.iter("text") if t.text[0] == "P"] == [q.upper() for q in pictures.QUANTILES if pd.notna(total.get(q))]
