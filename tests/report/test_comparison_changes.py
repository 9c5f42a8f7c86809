"""What a comparison's page says of the changes: each with its article, and the doubts about legality its years reach."""

from __future__ import annotations

import pytest

from simulator import load_scenario, run
from simulator.report import comparison_sections
from simulator.report.comparison_folder import ComparisonFolder, write_comparison

SMALL = {"draws": 10, "assumptions.incumbents.number": 10, "assumptions.joiners.a_year": 0}


def page(where, horizon, lang):
    base = load_scenario("baseline", SMALL | {"horizon": horizon})
    reform = base.set({"law.office_rent.max_area": 300, "assumptions.o2o_share": 0.3})
    return comparison_sections.changed(ComparisonFolder.open(write_comparison(where, run(base), run(reform))), lang).html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_changes_cite_their_article_and_years_that_are_reached_are_flagged(tmp_path, lang):
    told = page(tmp_path, 2015, lang)
    assert "四（三）" in told and ">scenario<" not in told  # an article of the text, not the source of an assumption
    assert "国发〔2014〕62号" in told and "国发〔2015〕25号" in told and "公平竞争审查条例" not in told


def test_years_before_the_clean_up_carry_no_flag(tmp_path):
    assert "国发" not in page(tmp_path, 2013, "zh")
