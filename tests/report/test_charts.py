"""Charts name their units, can write their words, and hold no global state."""

from __future__ import annotations

import matplotlib
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure

from simulator.document.numbers import UNITS
from simulator.errors import ReportError
from simulator.render import pictures
from simulator.report import charts, figures, outlook_charts
from simulator.report.wording import load


@pytest.fixture(params=["zh", "en"])
def words(request):
    return load(request.param)


def drawn(run, words) -> dict[str, Figure]:
    names = {c.slug: c.names[words.lang] for c in run.clauses}
    costs = run.summary[(run.summary["measure"] == "paid") & run.summary["clause"].isin(names)]
    costs = costs[costs["year"] != "total"].astype({"year": int}).pivot(index="year", columns="clause", values="mean")
    chances = run.by_year("overrun")
    path = outlook_charts.TargetPath("规模网商", "100", run.band("leading"), 1, 2, 2015, UNITS[words.lang]["count"])
    return {
        "fan": charts.fan(run.by_year("paid"), run.appropriation, words),
        "stack": charts.stack(costs, names, words),
        "exceedance": charts.exceedance(run.paid_totals, 2e7, "20", {"P80": 2.6e7}, words),
        "overrun": charts.overrun(chances, [str(y) for y in chances.index], words),
        "growth": outlook_charts.growth(run.by_year("paid"), run.by_year("induced_tax"), run.by_year("online_sales"), words),
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
        text = pictures.svg(figure)
        assert "<text" not in text and "font-family" not in text, f"{name}: letters must be outlines"
        assert "<image" not in text
    again = drawn(run(), words)
    assert pictures.svg(again["growth"]) == pictures.svg(drawn(run(), words)["growth"])


def test_a_glyph_no_font_has_is_an_error():
    with pictures.drawing():
        figure = Figure(figsize=(2, 1))
        figure.add_subplot().set_title("\U0010fffd")
    with pytest.raises(ReportError, match="write it in another way"):
        pictures.svg(figure)


def _system_fonts_of(machine: str, tmp_path) -> list[font_manager.FontEntry]:
    """What matplotlib's list of fonts says on a machine: of a newcomer, an office, and one whose list is of another time."""
    packaged, signs = (str(file) for file in pictures.font_files())
    latin = font_manager.FontEntry(signs, name="DejaVu Sans")
    return {
        "no fonts at all": [],
        "no Chinese font": [latin],
        "a Chinese font that can write nothing else": [font_manager.FontEntry(signs, name="Noto Sans SC"), latin],
        "files that are gone": [
            font_manager.FontEntry(str(tmp_path / "gone.ttf"), name=name) for name in ("Noto Sans SC", *pictures.FAMILIES, "DejaVu Sans")
        ],
        "our names on other files": [font_manager.FontEntry(signs, name=name) for name in (*pictures.FAMILIES, "DejaVu Sans")],
        "the packaged font last": [latin, font_manager.FontEntry(packaged, name="Noto Sans SC")],
    }[machine]


@pytest.mark.parametrize(
    "machine",
    [
        "no fonts at all",
        "no Chinese font",
        "a Chinese font that can write nothing else",
        "files that are gone",
        "our names on other files",
        "the packaged font last",
    ],
)
@pytest.mark.parametrize("asked_first", [pictures.missing_glyphs, None])
def test_what_fonts_a_machine_lists_changes_nothing(monkeypatch, tmp_path, machine, asked_first):
    def chart():
        with pictures.drawing():
            figure = Figure(figsize=(3, 1))
            figure.add_subplot().set_title("万元 budget −5 ％ ≤ 镕㐂")
        return pictures.svg(figure)

    expected = chart()
    pictures._written.cache_clear()
    monkeypatch.setattr(font_manager.fontManager, "ttflist", _system_fonts_of(machine, tmp_path))
    font_manager.fontManager._findfont_cached.cache_clear()
    if asked_first:
        assert asked_first("预算（万元）−5 budget ≤") == set()
    assert chart() == expected
    assert pictures.missing_glyphs("预算（万元）−5 budget ≤") == set()
    vars(font_manager.fontManager)["ttflist"] = _system_fonts_of(machine, tmp_path)  # as when it makes its list anew
    font_manager.fontManager._findfont_cached.cache_clear()
    assert chart() == expected


def test_a_font_that_is_missing_names_its_package_and_what_brings_it_back(monkeypatch, tmp_path):
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)
    with pytest.raises(ReportError) as refused:
        pictures.font_files()
    [problem] = refused.value.problems
    assert " -m pip install " in problem.remedy and problem.remedy.endswith(pictures.FONT_PACKAGE)
    assert "NotoSansSC-Regular.otf" in problem.cause
    monkeypatch.undo()
    monkeypatch.setattr(pictures.matplotlib, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(ReportError, match="of the package matplotlib is missing"):
        pictures.font_files()


def test_rare_characters_of_names_can_be_written():
    with pictures.drawing():
        figure = Figure(figsize=(2, 1))
        figure.add_subplot().set_title("镕㐂²−—％")
    assert pictures.svg(figure)


def test_drawing_leaves_matplotlib_as_it_was(run):
    before = dict(matplotlib.rcParams)
    charts.overrun(run().by_year("overrun"), list("abcdef"), load("zh"))
    assert dict(matplotlib.rcParams) == before


def test_the_ticks_of_an_axis_have_equally_many_decimals():
    assert figures._Numbers().format_ticks([0, 2.5, 5, 1000]) == ["0.0", "2.5", "5.0", "1,000.0"]
    assert figures._Numbers().format_ticks([-500, 0, 500]) == ["−500", "0", "500"]
