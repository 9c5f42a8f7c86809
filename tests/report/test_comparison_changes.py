"""What a comparison's page says of the changes: each with its article, the doubts about legality, and the quantiles' differences."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from simulator import load_scenario, run
from simulator.document.numbers import UNITS
from simulator.report import comparison_sections
from simulator.store.comparisons import ComparisonFolder, write_comparison

SMALL = {"draws": 10, "assumptions.incumbents.number": 10, "assumptions.joiners.a_year": 0}


def page(where, horizon, lang):
    base = load_scenario("baseline", SMALL | {"horizon": horizon})
    reform = base.set({"law.office_rent.max_area": 300, "assumptions.o2o_share": 0.3})
    return comparison_sections.changed(ComparisonFolder.open(write_comparison(where, run(base), run(reform))), lang).html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_changes_cite_their_article_and_years_that_are_reached_are_flagged(tmp_path, lang):
    reported = page(tmp_path, 2015, lang)
    assert "四（三）" in reported and ">scenario<" not in reported  # an article of the text, not the source of an assumption
    assert "国发〔2014〕62号" in reported and "国发〔2015〕25号" in reported and "公平竞争审查条例" not in reported


def test_years_before_the_clean_up_carry_no_flag(tmp_path):
    assert "国发" not in page(tmp_path, 2013, "zh")


def difference(where, draws, lang="zh"):
    base = load_scenario("baseline", SMALL | {"horizon": 2014, "draws": draws})
    runs = run(base), run(base.set({"law.office_rent.max_area": 300}))
    folder = ComparisonFolder.open(write_comparison(where, *runs))
    return runs, folder, comparison_sections.difference(folder, lang).html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_quantiles_differences_stand_on_the_page_with_their_interval(tmp_path, lang):
    """500 draws: five sections for P95. The figure is the difference of the runs' own quantiles, not of the mean."""
    runs, folder, html = difference(tmp_path, 500, lang)
    paid = [np.sort(r.paid_totals()) for r in runs]
    total = folder.quantiles[folder.quantiles["year"] == "total"].set_index("quantile")
    row = [re.sub("<.*?>", "", cell) for cell in html[html.index("P80") :].split("class=strong")[1].split("</tr>")[0].split("</td>")]
    for q, cell, interval in zip((50, 80, 95), row[0::2], row[1::2], strict=False):
        low, high = total.loc[q, ["low", "high"]]
        change = paid[1][round(500 * q / 100) - 1] - paid[0][round(500 * q / 100) - 1]
        assert total.loc[q, "difference"] == pytest.approx(change) and low < change < high
        assert cell.endswith(("+" if change > 0 else "") + UNITS[lang]["money"].text(change, (high - low) / 4))
        assert UNITS[lang]["money"].text(high, (high - low) / 4) in interval


def test_too_few_draws_give_no_interval_and_an_older_folder_no_table(tmp_path):
    _, folder, html = difference(tmp_path, 10)
    assert folder.quantiles["low"].isna().all() and "支出分位数与基准之差" in html and " 至 " not in html
    record = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))
    del record["outputs"]["quantiles.csv"]
    (tmp_path / "record.json").write_text(json.dumps(record), encoding="utf-8")
    (tmp_path / "quantiles.csv").unlink()
    older = comparison_sections.difference(ComparisonFolder.open(tmp_path), "zh").html
    assert "支出分位数与基准之差" not in older and html.startswith(older.removesuffix("</section>"))
