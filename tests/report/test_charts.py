"""Charts name their units, can write their words, and hold no global state."""

from __future__ import annotations

import matplotlib
import pytest
from matplotlib.figure import Figure

from simulator.errors import ReportError
from simulator.report import charts, figures, outlook_charts
from simulator.report.rounding import UNITS
from simulator.report.wording import load


@pytest.fixture(params=["zh", "en"])
def words(request):
    return load(request.param)


def drawn(run, words) -> dict[str, Figure]:
    names = {c.slug: c.names[words.lang] for c in run.clauses}
    costs = run.summary[(run.summary["measure"] == "paid") & run.summary["clause"].isin(names)]
    costs = (
        costs[costs["year"] != "total"]
        .astype({"year": int})
        .pivot(index="year", columns="clause", values="mean")
    )
    chances = run.by_year("overrun")
    path = outlook_charts.TargetPath(
        "规模网商", "100", run.band("leading"), 1, 2, 2015, UNITS[words.lang]["count"]
    )
    return {
        "fan": charts.fan(run.by_year("paid"), run.appropriation, words),
        "stack": charts.stack(costs, names, words),
        "exceedance": charts.exceedance(run.paid_totals, 2e7, "20", {"P80": 2.6e7}, words),
        "overrun": charts.overrun(chances, [str(y) for y in chances.index], words),
        "growth": outlook_charts.growth(
            run.by_year("paid"), run.by_year("induced_tax"), run.by_year("online_sales"), words
        ),
        "targets": outlook_charts.targets([path] * 4, words),
    }


def test_every_axis_names_its_unit(run, words):
    units = {words.say("unit.money"), words.say("unit.big"), words.say("unit.count"), "%"}
    for name, figure in drawn(run(), words).items():
        for axes in figure.axes:
            labels = axes.get_ylabel() + axes.get_title(loc="left")
            assert any(unit in labels for unit in units), (name, labels)


def test_a_chart_is_one_self_contained_picture_and_the_same_each_time(run, words):
    for name, figure in drawn(run(), words).items():
        text = figures.svg(figure)
        assert "<text" not in text and "font-family" not in text, f"{name}: letters must be outlines"
        assert "<image" not in text
    again = drawn(run(), words)
    assert figures.svg(again["growth"]) == figures.svg(drawn(run(), words)["growth"])


def test_a_glyph_no_font_has_is_an_error():
    with figures.drawing():
        figure = Figure(figsize=(2, 1))
        figure.add_subplot().set_title("\U0010fffd")
    with pytest.raises(ReportError, match="pylopdf-fonts-zh-cn"):
        figures.svg(figure)


def test_rare_characters_of_names_can_be_written():
    with figures.drawing():
        figure = Figure(figsize=(2, 1))
        figure.add_subplot().set_title("镕㐂²−—％")
    assert figures.svg(figure)


def test_drawing_leaves_matplotlib_as_it_was(run):
    before = dict(matplotlib.rcParams)
    charts.overrun(run().by_year("overrun"), list("abcdef"), load("zh"))
    assert dict(matplotlib.rcParams) == before


def test_the_ticks_of_an_axis_have_equally_many_decimals():
    assert figures._Numbers().format_ticks([0, 2.5, 5, 1000]) == ["0.0", "2.5", "5.0", "1,000.0"]
    assert figures._Numbers().format_ticks([-500, 0, 500]) == ["−500", "0", "500"]
