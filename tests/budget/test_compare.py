"""Paired differences: exactly nothing between equals, parts that add up, intervals that cover, every change listed."""

from __future__ import annotations

import math
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

from simulator import compare, further_years, load_scenario, run
from simulator.budget.compare import MOST_SECTIONS, quantile_difference
from simulator.budget.summary import TOTAL
from simulator.document.numbers import UNITS
from simulator.errors import ScenarioError
from simulator.money import FEN
from simulator.render.xlsx import _FORMATS
from simulator.report import comparison

DRAWS = 120
SMALL = {"draws": DRAWS, "assumptions.incumbents.number": 20, "assumptions.joiners.a_year": 2}


@pytest.fixture(scope="module")
def base():
    return load_scenario("baseline", SMALL)


@pytest.fixture(scope="module")
def reform(base):
    return base.set({"law.tax_rebate.high_rate": 0.4, "law.office_rent.max_area": 300, "interpretation.opening_awards": "higher_of"})


@pytest.fixture(scope="module")
def result(base, reform):
    return compare(base, reform)


def test_equal_scenarios_differ_by_exactly_nothing(base):
    same = compare(base, base.set({"law.tax_rebate.high_rate": 0.5}))
    assert len(same.changed) == 0
    for column in ("mean", "standard_error", "share_higher"):
        assert (same.differences[column] == 0.0).all()
    assert (same.quantiles["difference"] == 0.0).all()
    bounds = same.quantiles[same.quantiles["quantile"] == 50][["low", "high"]]
    assert len(bounds) and (bounds == 0.0).all().all()  # not an interval around nothing: nothing
    assert (same.outcomes[["mean", "standard_error"]] == 0.0).all().all()


def test_every_change_is_listed_first_with_both_values_and_its_article(result, tmp_path):
    rows = {r.path: (r.baseline, r.reform, r.article) for r in result.changed.itertuples()}
    assert rows == {
        "law.tax_rebate.high_rate": ("0.5", "0.4", "四（四）"),
        "law.office_rent.max_area": ("500", "300", "四（三）"),
        "interpretation.opening_awards": ("cumulative", "higher_of", "四（一）（二）"),
    }
    assert (result.changed["zh"] != "").all() and (result.changed["en"] != "").all()
    lines = comparison.text(result, "en").splitlines()
    assert "law.office_rent.max_area" in "".join(lines[:6])


def test_the_share_of_dearer_draws_has_its_interval(result, base):
    table = result.differences
    assert (table["share_higher_low"] <= table["share_higher"]).all() and (table["share_higher"] <= table["share_higher_high"]).all()
    never = table[table["share_higher"] == 0]
    assert len(never) and never["share_higher_high"].to_numpy() == pytest.approx(1 - 0.025 ** (1 / base.draws))


def test_clauses_and_years_add_up(result):
    table = result.differences.set_index(["clause", "year"])["mean"]
    years = [y for y in result.differences["year"].unique() if y != TOTAL]
    for clause in result.differences["clause"].unique():
        assert sum(table[clause, y] for y in years) == pytest.approx(table[clause, TOTAL], abs=1e-6)
    clauses = [c for c in result.differences["clause"].unique() if c != TOTAL]
    assert sum(table[c, TOTAL] for c in clauses) == pytest.approx(table[TOTAL, TOTAL], abs=1e-6)


def test_the_difference_is_that_of_the_two_runs(base, reform, result):
    apart = run(reform).paid_totals() - run(base).paid_totals()
    row = result.differences[(result.differences["clause"] == TOTAL) & (result.differences["year"] == TOTAL)].iloc[0]
    assert row["mean"] == pytest.approx(apart.mean())
    assert row["standard_error"] == pytest.approx(apart.std(ddof=1) / math.sqrt(DRAWS))
    alone = run(base).paid_totals().std(ddof=1) / math.sqrt(DRAWS)
    assert row["standard_error"] < alone  # common random numbers: sharper than either run


def test_a_year_that_the_law_s_flags_reach_is_flagged(base, reform, result):
    assert list(result.legality["document"]) == ["国发〔2014〕62号", "国发〔2015〕25号"]
    early = compare(base.set({"horizon": 2013}), reform.set({"horizon": 2013}))
    assert len(early.legality) == 0


def test_each_further_year_is_priced_and_they_add_up_to_the_extension(base):
    steps = further_years(base, 2018)
    assert list(steps.changed["scenario"].unique()) == ["2016", "2017", "2018"]
    assert set(steps.changed["path"]) == {"policy.end"}
    totals = steps.differences[(steps.differences["clause"] == TOTAL) & (steps.differences["year"] == TOTAL)]
    assert (totals["mean"] > 0).all()
    horizon = {"horizon": 2020}
    first, last = run(base.set(horizon)), run(base.set(horizon | {"policy.end": base.law.end.replace(year=2018)}))
    whole = int(last.result.paid.sum() - first.result.paid.sum())
    paid = steps.differences[(steps.differences["clause"] != TOTAL) & (steps.differences["year"] == TOTAL)]
    places = last.result.paid[:, :, -1].sum() - first.result.paid[:, :, -1].sum()
    assert round(paid["mean"].sum() * FEN * DRAWS) == whole - places  # to the fen


def test_a_policy_without_a_later_end_is_refused(base):
    with pytest.raises(ScenarioError, match="2015 does not lie after 2015-12-31"):
        further_years(base, 2015)
    with pytest.raises(ScenarioError, match="the policy has no end"):
        further_years(base.set({"policy.end": None}), 2018)


def test_a_quantile_s_difference_is_covered_as_often_as_said():
    """Y = 1.5 X exactly: the difference of the medians is half the median of X. 95 % of 400 intervals, within 3 points."""
    dice = np.random.default_rng(20130815)
    truth, hits = 0.5, 0
    for _ in range(400):
        x = dice.lognormal(0.0, 0.7, 800)
        _, _, _, low, high = quantile_difference(x, 1.5 * x, 50)
        hits += low <= truth <= high
    assert 0.92 <= hits / 400 <= 0.98


def test_pairing_makes_a_shifted_quantile_exact_and_few_draws_have_no_interval():
    x = np.random.default_rng(1).lognormal(0.0, 1.0, 1000)
    was, now, difference, low, high = quantile_difference(x, x + 3.0, 95)
    assert (now - was, difference) == (pytest.approx(3.0), pytest.approx(3.0))
    assert low == pytest.approx(3.0) and high == pytest.approx(3.0)
    assert all(math.isnan(v) for v in quantile_difference(x[:400], x[:400] + 3.0, 95)[3:])  # 20 beyond: 4 sections
    assert not math.isnan(quantile_difference(x[:500], x[:500] + 3.0, 95)[3])
    assert MOST_SECTIONS == 20


def test_the_workbook_has_a_sheet_of_changes_and_one_of_clause_by_year(result, tmp_path):
    book = openpyxl.load_workbook(comparison.save(result, tmp_path / "比较.xlsx"))
    assert book.sheetnames == ["变更", "条款与年度差额", "分位数差额", "增长与税收", "合法性提示"]
    changes = [[c.value for c in row] for row in book["变更"].iter_rows(min_row=2)]
    assert any(
        row[0].startswith("baseline+office_rent.max_area=300")
        and row[1:] == ["law.office_rent.max_area", "500", "300", "四（三）", "补助面积上限"]
        for row in changes
    )
    sheet = book["条款与年度差额"]
    header = [c.value for c in sheet[3]]
    assert header[2:9] == ["2013", "2014", "2015", "2016", "2017", "2018", "各年合计"]
    total = [c.value for c in sheet[sheet.max_row]]
    row = result.differences[(result.differences["clause"] == TOTAL) & (result.differences["year"] == TOTAL)].iloc[0]
    assert total[8] == pytest.approx(row["mean"] / 1e4) and sum(total[2:8]) == pytest.approx(total[8])
    beside = dict(zip(header, total, strict=True))
    assert beside["± (各年合计)"] == pytest.approx(row["standard_error"] / 1e4)
    assert beside["高于基准的模拟占比 · 区间上限"] == pytest.approx(row["share_higher_high"])
    years = result.differences[(result.differences["clause"] == TOTAL) & (result.differences["year"] != TOTAL)]
    assert [beside[f"± ({y})"] for y in years["year"]] == pytest.approx((years["standard_error"] / 1e4).to_list())


def test_csv_files_keep_every_table_whole(result, tmp_path):
    comparison.save(result, tmp_path / "d.csv", "en")
    table = pd.read_csv(tmp_path / "d.csv", encoding="utf-8-sig", dtype={"year": str})
    assert len(table) == len(result.differences)
    assert {p.name for p in tmp_path.iterdir()} == {
        ".simulator.json",
        "d.csv",
        "d.changed.csv",
        "d.quantiles.csv",
        "d.outcomes.csv",
        "d.legality.csv",
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_rounds_to_nothing_has_no_sign(base, lang):
    """An award that the reform does not touch may move by some fen: on the screen and on the page that is nothing."""
    moved = base.set({"law.spin_off_award.award": 20_001, "law.data_line.cap": 199_999})
    reported = comparison.text(compare(base, moved), lang)
    assert "<0." in reported and not re.search(r"[+\u2212-]0(\.0+)?(?![\d.])", reported)
    assert [UNITS[lang]["money"].text(value, 0.1, digits=0, signed=True) for value in (-0.4, 0.0, 2e6)] == [
        "0",
        "0",
        {"zh": "+200", "en": "+2"}[lang],
    ]
    style = _FORMATS["signed"]["num_format"]
    assert style.count(";") == 2 and style.endswith(";0.00")
