"""Two languages, the same sentences; and how numbers are written in them."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest

from simulator.document import Paragraph
from simulator.document.numbers import UNITS, error_of, percent, shown
from simulator.errors import ReportError
from simulator.render.html import blocks
from simulator.report.settings import value_and_unit
from simulator.report.sources import named
from simulator.report.wording import LANGUAGES, load, places

ZH, EN = load("zh"), load("en")


def test_both_languages_have_the_same_keys():
    assert set(ZH.sentences) == set(EN.sentences)


@pytest.mark.parametrize("key", sorted(ZH.sentences))
def test_both_languages_have_the_same_places(key):
    assert places(ZH.sentences[key]) == places(EN.sentences[key])


@pytest.mark.parametrize("key", [k for k in sorted(ZH.sentences) if not k.startswith("units.")])
def test_chinese_is_chinese(key):
    plain = re.sub(r"\{\w+\}|SHA-256|P\d+", "", ZH.sentences[key])
    assert not re.search(r"[A-Za-z]{2,}", plain)
    assert not re.search(r"[,;:?!](?!\d)", plain), "Chinese sentences have Chinese punctuation"


def test_english_has_no_chinese():
    assert [k for k, sentence in EN.sentences.items() if re.search(r"[\u4e00-\u9fff]", sentence)] == []


def test_places_are_filled_exactly():
    with pytest.raises(ValueError, match="answer.net"):
        ZH.say("answer.net", net="1")
    with pytest.raises(ValueError, match="answer.title"):
        ZH.say("answer.title", net="1")


def test_what_is_filled_in_is_set_off_and_escaped():
    assert blocks(Paragraph(EN.rich("page.run", run_id="a<b"))) == "<p>Run <b>a&lt;b</b></p>"


def test_an_unknown_language_is_refused():
    with pytest.raises(ReportError, match="one of zh, en"):
        load("fr")
    assert LANGUAGES == ("zh", "en")


@pytest.mark.parametrize(
    "value, error, text",
    [
        (21_940_000, 280_000, "2,190"),  # ±28 万元: tens
        (21_940_000, 28_000, "2,194"),
        (21_940_000, 2_800, "2,194.0"),
        (21_940_000, 2, "2,194.0"),  # never finer than a tenth
        (21_940_000, 9_000_000, "2,190"),  # never coarser than tens
        (21_945_000, 10_000, "2,195"),  # half up
        (-4_700_000, 20_000, "−470"),
        (0, 0, "0"),
        (300, 100, "<0.1"),
        (3_000, 50_000, "0.3"),  # something is never shown as nothing
        (20_000_000, 0, "2,000"),  # exact numbers keep the digits they have
        (1_234_500, 0, "123.5"),
        (math.nan, 1, "—"),
    ],
)
def test_numbers_are_rounded_to_their_error(value, error, text):
    assert UNITS["zh"]["money"].text(value, error) == text


def test_a_quantile_s_error_comes_from_its_interval():
    row = pd.Series({"p80": 27e6, "p80_low": 26.4e6, "p80_high": 27.6e6, "standard_error": 1.0})
    assert error_of(row, "p80") == pytest.approx(1.2e6 / 2 / 1.96, rel=1e-4)
    assert shown(row, UNITS["zh"]["money"], "p80") == "2,700"


@pytest.mark.parametrize("p, text", [(0.0, "<1%"), (0.0049, "<1%"), (0.235, "24%"), (0.999, ">99%"), (1.0, ">99%")])
def test_nothing_is_called_impossible_or_certain(p, text):
    assert percent(p) == text


@pytest.mark.parametrize(
    "value, unit, zh",
    [
        (
            "{low: 430000000, mode: 1050000000, high: 1700000000}",
            "CNY",
            ("4.3\u00a0/\u00a010.5\u00a0/\u00a017", "亿元"),
        ),
        ("20000", "CNY", ("2", "万元")),
        ("600", "CNY", ("600", "元")),
        ("{low: 500, mode: 3000, high: 20000}", "CNY", ("500\u00a0/\u00a03,000\u00a0/\u00a020,000", "元")),
        ("{low: 0.15, mode: 0.35, high: 0.6}", "share", ("15\u00a0/\u00a035\u00a0/\u00a060", "%")),
        ("{1994: 0.25, 2016: 0.4167}", "share", ("25（1994年起） / 41.67（2016年起）", "%")),
        ("{values: [0.5, 1.0], weights: [0.4, 0.6]}", "share", ("50（权重 0.4） / 100（权重 0.6）", "%")),
        ("-0.04", "log", ("−0.04", "对数")),
        ("2013-01-01", "date", ("2013-01-01", "")),
        ("none", "year", ("无", "")),
        ("2017", "year", ("2017", "")),
        ("", "text", ("无", "")),
    ],
)
def test_settings_are_written_for_a_person(value, unit, zh):
    assert value_and_unit(value, unit, ZH) == zh


def test_sources_are_named():
    assert named("J", ZH) == "—"
    assert named("cn_online_2012", ZH) == "全国网络零售额（2012年）"
    assert named("takeup_cash_grant J", ZH).endswith("；并参考判断")
    assert named("my_own_key", EN) == "my_own_key"
