"""Every section speaks of every kind of run, in both languages, without a hole."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

import simulator
from simulator.report import sections
from simulator.report.record import RunFolder
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


def test_a_real_run_is_told(tmp_path):
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
    table = page[page.index("Mean payout by clause") : page.index("From entitlement")]
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
    less = RunFolder(
        one.path, one.record, one.summary[one.summary["measure"] != "leading"], one.settings, one._raw
    )
    found = less.band("leading").loc[one.years]  # the draws also have the year of cash only
    pd.testing.assert_frame_equal(found, one.band("leading"), check_names=False, check_dtype=False)
