"""The section on what drives the cost, and its words: whole in both languages, and no order finer than its error."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

import simulator
from simulator.budget.drivers import FEWEST, cost_drivers, sensitivity_of, tables
from simulator.render.pictures import svg
from simulator.report import driver_words, drivers, matters_charts, sections
from simulator.report.wording import load
from simulator.store.record import RunFolder
from tests.of_2013 import SWITCHES

ZH, EN = load("zh"), load("en")
LABELS = {"a": "Rent", "b": "Fees", "law.tax_rebate.low_contribution": "Lower band", "law.tax_rebate.high_contribution": "Upper band"}


@pytest.fixture(scope="module")
def played():
    """A small run with everything that drives its cost."""
    settings = simulator.load_scenario(changes={"draws": 40, "correlations.startups.a_year~office.rent": 0.3})
    budget = simulator.run(settings)
    whose = cost_drivers(budget.result, settings, few=6, pairs=1)
    matters = sensitivity_of(budget.result, settings, few=16, count=16)
    return budget, whose, matters, simulator.notches(settings, draws=6)


@pytest.fixture(scope="module")
def folder(played, tmp_path_factory):
    budget, whose, matters, near = played
    found = {
        "attribution": whose.attribution.clauses,
        "interaction": whose.attribution.causes,
        "readings": whose.readings,
        "tornado": matters.tornado,
        "indices": matters.indices,
        "notches": near.edges,
        "notch_map": near.map,
    }
    return budget.write(tmp_path_factory.mktemp("run"), found)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("profile", ["internal", "external"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_section_speaks(folder, lang, profile):
    html = sections.matters(RunFolder.open(folder, profile), lang).html
    text = text_of(html)
    assert not re.search(r"\bnan\b|\bNone\b|\{\w+\}", text) and html.count("<img") >= 3
    for key in ("attribution.title", "sensitivity.indices", "notches.chart"):
        assert load(lang).say(key) in text


def test_a_run_of_few_draws_says_so(played):
    budget = played[0]
    assert budget.scenario.draws < FEWEST and tables(budget.result, budget.scenario) == {}
    for lang, fewest in (("zh", "模拟 200 次以上"), ("en", "on 200 draws or more")):
        folder = RunFolder.__new__(RunFolder)
        object.__setattr__(folder, "record", {"outputs": {}})
        object.__setattr__(folder, "_raw", {})
        assert fewest in text_of(sections.matters(folder, lang).html)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_terminal_and_workbook_tell_the_same(played, lang, tmp_path):
    for result in played[1:]:
        text = drivers.text(result, lang)
        assert not re.search(r"\bnan\b|\bNone\b|\{\w+\}", text)
        path = drivers.save(result, tmp_path / f"{type(result).__name__}.xlsx", lang)
        book = load_workbook(path)
        sheets = drivers.sheets(result, lang)
        assert book.sheetnames == list(sheets)
        for name, sheet in sheets.items():
            head = next(row for row in book[name].iter_rows() if row[0].value == sheet.header[0])
            assert [cell.value for cell in head][: len(sheet.header)] == list(sheet.header)
            assert book[name].max_row == head[0].row + len(sheet.rows)
        drivers.save(result, tmp_path / "table.csv", lang)
        first = next(iter(drivers.frames(result).values()))
        assert len(pd.read_csv(tmp_path / "table.csv")) == len(first)


def test_correlated_assumptions_are_reported_together(played):
    shown = [row[1].text for row in drivers.sheets(played[2], "en")["Variance shares"].rows]
    assert any("monthly rent" in name and "online retailers newly settling a year" in name for name in shown)


def interaction(amount: float, error: float) -> str:
    frame = pd.DataFrame({"clause": ["x", "interaction"], "alone": [1.0, amount], "alone_error": [1.0, error]})
    key, said = driver_words.of_interaction(frame, EN)
    return EN.say(key, **said)


def test_an_interaction_is_reported_only_beyond_its_error():
    assert "0.80 million more than" in interaction(8e5, 1e4) and "less than" in interaction(-8e5, 1e4)
    assert "no more than the simulation error" in interaction(8e5, 5e5)


def tornado(*ranks) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"result": "paid", "path": path, "swing": 2e6, "swing_error": 1e5, "rank_low": low, "rank_high": high}
            for path, (low, high) in zip("ab", ranks, strict=True)
        ]
    )


@pytest.mark.parametrize(
    "ranks, reported",
    [
        (((1, 1), (2, 2)), "most is “Rent”: CNY 2.0 million"),
        (((1, 2), (1, 2)), "cannot tell apart: Rent, Fees"),
    ],
)
def test_what_matters_most_is_named_only_where_it_can_be_reported(ranks, reported):
    ((key, said),) = driver_words.of_assumptions(tornado(*ranks), "paid", LABELS, EN)
    assert reported in EN.say(key, **said)


def indices(*rows) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "result": "paid",
                "factor": f,
                "paths": p,
                "total_order": t,
                "total_order_low": t - 0.1,
                "total_order_high": t + 0.1,
                "rank_low": low,
                "rank_high": high,
            }
            for f, p, t, low, high in rows
        ]
    )


def test_variance_is_shared_with_chance_and_no_order_is_made_up():
    clear = indices(("a", "a", 0.6, 1, 1), ("chance", "", 0.3, 2, 2), ("b", "b", 0.1, 3, 3))
    reported = [EN.say(key, **said) for key, said in driver_words.of_indices(clear, "paid", LABELS, EN)]
    assert ", 30% has to do with chance" in reported[0] and "“Rent”: with its interactions 60%" in reported[1]
    tied = indices(("a", "a", 0.35, 1, 3), ("chance", "", 0.3, 1, 3), ("b", "b", 0.33, 1, 3), ("others", "c; d", 0.2, 1, 4))
    assert "among them are: Rent, Fees." in [EN.say(k, **s) for k, s in driver_words.of_indices(tied, "paid", LABELS, EN)][1]
    assert driver_words.factor("others", "c; d", LABELS, EN) == "All other assumptions (2)"


def edges(*rows) -> pd.DataFrame:
    return pd.DataFrame(
        [{"clause": "tax_rebate", "term": t, "year": "total", "below": b, "below_error": e, "gain": 5e4} for t, b, e in rows]
    )


def test_where_most_stand_below_an_edge():
    def reported(frame):
        key, said = driver_words.of_notches(frame, LABELS, EN)
        return EN.say(key, **said)

    assert "at “Lower band”: 5.0 on average" in reported(edges(("low_contribution", 5.0, 0.3), ("high_contribution", 0.5, 0.2)))
    assert "cannot be told" in reported(edges(("low_contribution", 1.0, 0.5), ("high_contribution", 0.8, 0.5)))
    assert reported(edges(("low_contribution", 0.0, 0.0))) == EN.say("notches.nobody")
    register = edges(("low_contribution", 5.0, np.nan), ("high_contribution", 4.0, np.nan))  # counted, not drawn: no error
    assert "at “Lower band”: 5 of them" in reported(register)


def test_readings_that_cannot_be_distinguished():
    others = {"rent_clock": "settling", "opening_awards": "higher_of"}
    names = [(SWITCHES[name].zh, SWITCHES[name].en, *SWITCHES[name].meanings[reading]) for name, reading in others.items()]
    frame = pd.DataFrame(names, columns=["switch_zh", "switch_en", "reading_zh", "reading_en"]).assign(
        mean=[5e5, -4e5], standard_error=1e5, rank_low=1, rank_high=2
    )
    key, said = driver_words.of_readings(frame, ZH)
    assert ZH.say(key, **said).endswith("前两年的起算：自落户之月；两项开办奖励并存时：就高享受一项。")
    frame[["rank_low", "rank_high"]] = [[1, 1], [2, 2]]
    assert "“前两年的起算：自落户之月”，成本平均变动 50 万元" in ZH.say(
        *driver_words.of_readings(frame, ZH)[:1], **driver_words.of_readings(frame, ZH)[1]
    )
    frame[["rank_low", "rank_high"]] = np.nan
    assert driver_words.of_readings(frame, ZH) == ("reading_costs.none", {})


def test_charts_name_their_unit_and_are_the_same_each_time(played):
    _, whose, matters, near = played
    total = near.edges[(near.edges["year"] == "total") & (near.edges["below"] + near.edges["above"] > 0)]
    ranked = matters.tornado[(matters.tornado["result"] == "paid") & matters.tornado["rank_low"].notna()]

    def drawn(words):
        names = drivers.labels(whose.scenario, words)
        return [
            matters_charts.tornado(ranked, names, words),
            matters_charts.readings(whose.readings, words),
            matters_charts.notch_map(near.map, total, names, words),
        ]

    for words in (ZH, EN):
        for figure, unit in zip(drawn(words), [words.say("unit.money")] * 2 + ["%"], strict=True):
            assert unit in figure.axes[0].get_xlabel()
    assert [svg(f) for f in drawn(ZH)] == [svg(f) for f in drawn(ZH)]
