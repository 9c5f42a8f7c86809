"""Every section speaks of every kind of run, in both languages, without a hole."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

import simulator
from simulator.render.html import blocks
from simulator.report import sections, tables
from simulator.report.wording import load
from simulator.store.record import RunFolder
from tests.report.conftest import KINDS

NAMES = [name for name in sections.__all__ if name not in ("design", "end")]  # a design: test_design_section


def text_of(block) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style.*?</style>", " ", block.html, flags=re.S))


def assert_whole(run: RunFolder, lang: str) -> None:
    for name in NAMES:
        text = text_of(getattr(sections, name)(run, lang))
        assert text.strip(), name
        assert not re.search(r"\bnan\b|\bNone\b|\bTrue\b|\{\w+\}|&lt;b", text), (name, text)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_section_has_a_hole(run, kind, lang):
    assert_whole(run(kind), lang)


def test_a_real_run_is_reported(tmp_path):
    """What the engine writes is what the report reads."""
    budget = simulator.run(simulator.load_scenario("baseline", {"draws": 120}))
    run = RunFolder.open(budget.write(tmp_path))
    assert run.paid_totals.to_numpy() == pytest.approx(budget.paid_totals())
    assert [c.kind for c in run.clauses].count("in_kind") == 1 and len(run.targets) == 7
    for lang in ("zh", "en"):
        assert_whole(run, lang)
        assert "CNY" not in text_of(sections.targets(run, "zh"))
        flags = text_of(sections.readings(run, lang))
        assert all(document in flags for document in ("国发〔2014〕62号", "国发〔2015〕25号", "公平竞争审查条例"))
        assert flags.count({"zh": "测算期之后", "en": "after them"}[lang]) == 1  # 2024 lies after 2017


def test_a_synthetic_register_is_named_on_the_first_screen(run):
    assert "合成" in text_of(sections.cover(run(), "zh"))
    assert "synthetic" in text_of(sections.cover(run(), "en"))
    assert "合成" not in text_of(sections.cover(run("register"), "zh"))


def test_without_an_appropriation_no_overrun_is_stated(run):
    block = sections.answer(run("unfunded"), "en")
    assert 'data-card="overrun"' not in block.html and 'data-card="net_cost"' in block.html
    assert "no appropriation" in text_of(block)


def test_too_few_draws_are_said(run):
    assert "只模拟了" in text_of(sections.answer(run("few draws"), "zh"))


def test_g5_what_comes_from_a_run_is_text_never_markup(folder, tmp_path):
    spoiled = dict(json.loads((folder() / "record.json").read_text(encoding="utf-8")))
    spoiled["title"] = {"zh": "<script>x</script>", "en": "<script>x</script>"}
    spoiled["warnings"] = ["<img src=x>"]
    for file in folder().iterdir():
        if file.suffix in (".csv", ".parquet"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "record.json").write_text(json.dumps(spoiled), encoding="utf-8")
    run = RunFolder.open(tmp_path)
    for name in NAMES:
        assert not re.search(r"<script|<img src=x", getattr(sections, name)(run, "zh").html)


def test_changed_settings_are_marked(run):
    for name in ("assumptions", "readings"):
        assert getattr(sections, name)(run(), "en").html.count(">changed<") == 1


def test_the_cost_table_shows_every_cash_clause_and_no_support_in_kind(run):
    page = sections.cost(run(), "en").html
    table = page[page.index("Mean payout by clause") :]
    rows = re.findall(r'<th scope="row">([^<]*)', table)
    assert [row.strip() for row in rows] == [
        *(c.names["en"] for c in run().clauses if c.kind != "in_kind"), "Total"
    ]  # fmt: skip


def test_a_policy_without_targets_has_no_section_of_them(run):
    one = run()
    record = dict(one.record) | {"targets": []}
    bare = RunFolder(one.path, record, one.summary, one.settings, one._raw)
    assert sections.targets(bare, "zh").html == ""


def test_the_band_of_a_quantity_the_summary_lacks_comes_from_its_draws(run):
    one = run()
    less = RunFolder(one.path, one.record, one.summary[one.summary["measure"] != "leading"], one.settings, one._raw)
    found = less.band("leading").loc[one.years]  # the draws also have the year of cash only
    pd.testing.assert_frame_equal(found, one.band("leading"), check_names=False, check_dtype=False)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_filed_is_short_and_every_annex_says_whom_it_is_for(run, lang):
    one, words = run(), load(lang)
    body = "".join(text_of(getattr(sections, name)(one, lang)) for name in ("cover", "answer", *sections.BODY))
    assert len(re.findall(r"\d[\d,.]*", body)) <= 600
    for name in set(sections.CONTENTS) - set(sections.BODY):
        assert words.say(f"reader.{name}") in text_of(getattr(sections, name)(one, lang))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_one_says_what_is_needed_what_there_is_and_what_to_add(run, lang):
    """Needed less the budget is what is to be added, as printed."""
    table = blocks(tables.asks(run(), load(lang)))
    rows = [re.sub("<i[^>]*></i>|<span.*?</span>", "", row) for row in re.findall("<tr>.*?</tr>|<tr class=strong>.*?</tr>", table)][1:]
    assert len(rows) == len(run().cash_years) + 1
    for row in rows:
        need, budget, change = (float(c.replace(",", "").replace("\u2212", "-")) for c in re.findall(r"<td[^>]*>([^<]*)", row)[:3])
        assert need - budget == pytest.approx(change, abs=1e-9)
    assert words_of(blocks(tables.asks(run("unfunded"), load(lang)))).isdisjoint({load(lang).say("asks.change")})


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_title_of_what_is_needed_promises_only_what_its_table_has(run, lang):
    words = load(lang)
    titles = {kind: tables.asks(run(kind), words).title for kind in ("ordinary", "unfunded")}
    assert titles == {"ordinary": words.say("asks.title"), "unfunded": words.say("asks.title_unentered")}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_net_gain_is_called_so_and_has_no_sign(run, lang):
    one, words = run("unfunded"), load(lang)
    summary = one.summary.copy()
    net = summary["measure"] == "net_cost"
    numbers = [column for column in summary.columns if (column[:1] == "p" and column[1:2].isdigit()) or column == "mean"]
    summary.loc[net, numbers] = -summary.loc[net, numbers].abs() - 5_000_000
    gaining = replace(one, summary=summary)
    for name in ("answer", "appraisal"):
        said = {of is gaining: text_of(getattr(sections, name)(of, lang)) for of in (one, gaining)}
        gain, cost = {"answer": ("answer.card_net_gain", "answer.card_net"), "appraisal": ("appraisal.net_gain", "appraisal.net")}[name]
        gain, cost = (words.sentences[key].split("{")[0].split("，")[-1] for key in (gain, cost))
        assert cost in said[False] and gain not in said[False]
        assert gain in said[True] and cost not in said[True]
        assert not re.search(re.escape(gain) + r"\s*\u2212", said[True])


def words_of(html: str) -> set[str]:
    return set(re.findall(r">([^<]+)<", html))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_printed_parts_add_up_to_printed_totals(run, lang):
    def number(text: str) -> Decimal:
        return Decimal(text.replace(",", "").replace("\u2212", "-").lstrip("<").strip() or "0")

    def cells(html: str) -> list[list[str]]:
        rows = re.findall("<tr(?: class=strong)?>(.*?)</tr>", html.partition("<tbody>")[2])
        return [re.findall(r"<td[^>]*>([^<]*)", row) for row in rows]

    for kind in ("ordinary", "unfunded"):
        *parts, total = cells(blocks(tables.costs(run(kind), load(lang))))
        for column in range(len(total) - 1):  # the last is a quantile
            assert sum(number(row[column]) for row in parts if not row[column].startswith("<")) == number(total[column])
        for row in [*parts, total]:
            assert sum(number(c) for c in row[:-2] if not c.startswith("<")) == number(row[-2]) or row[-2].startswith("<")
