"""The command line: every verb, every option, every way to say it wrong."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import subprocess
import sys

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy import stats

import simulator
from simulator import cli
from simulator.document import numbers
from simulator.document.numbers import UNITS, shown
from simulator.law.policy import CLAWBACK
from simulator.resources import folder
from simulator.scenario import load_scenario
from simulator.sources import source_hash
from tests.cli.running import ROOT, SAMPLE, Outcome, call, done, in_a_process, listing, refused
from tests.faults import english_in
from tests.of_2013 import CASH, SLUGS
from tests.population.registers import full, write

CLAUSE_COLUMNS = ["recipients", "entitled", "awarded", "paid", "displaced"]
YEAR_COLUMNS = [
    "retained_tax_with",
    "retained_tax_without",
    "online_sales",
    "services",
    "trscg",
    "merchants_of_scale",
    "leading",
    "traditional_online",
    "clawback_due",
    "clawback_recovered",
    "places",
]


def register(where, enterprises: list[dict], annual: list[dict] | None = None, support: list[dict] | None = None):
    """A register of these rows; every enterprise has rows of 2012 to 2014 unless `annual` says otherwise."""
    if annual is None:
        annual = [{"enterprise_id": e["enterprise_id"], "year": y} for e in enterprises for y in (2012, 2013, 2014)]
    tables = {"enterprises": full("enterprises", *enterprises), "annual": full("annual", *annual)}
    if support:
        tables["existing_support"] = full("existing_support", *support)
    return write(where, **tables)


NAME_OF = {slug: load_scenario("baseline").law.blocks[slug].zh for slug in SLUGS}
CERTIFIED = {"online_retailer": "true", "certified_on": "2013-09-01"}


@pytest.fixture
def small(tmp_path):
    """Five enterprises, one for each thing a row of the table may say."""
    firms = [
        {"enterprise_id": "A", "name": "甲"} | CERTIFIED | {"violated_on": "2014-06-01"},
        {"enterprise_id": "B", "name": "乙", "online_retailer": "true"},
        {"enterprise_id": "C", "name": "丙"} | CERTIFIED,
        {"enterprise_id": "D", "name": "丁"},
        {"enterprise_id": "E", "name": "戊", "ecommerce": "true"},
    ]
    facts = {
        ("B", 2013): {"executive_children": 2},
        ("B", 2014): {"executive_children": 1},
        ("E", 2013): {"line_lease": "1234.55"},
        ("E", 2014): {"line_lease": "0.01"},
    }
    annual = [
        {"enterprise_id": e["enterprise_id"], "year": year} | facts.get((e["enterprise_id"], year), {})
        for e in firms
        for year in (2012, 2013, 2014)
    ]
    support = [{"enterprise_id": "C", "year": 2013, "clause": 5, "amount": "15000.5", "payer": "municipal"}]
    return register(tmp_path / "名册 2013 年", firms, annual, support)


SMALL_CSV = """\
enterprise_id,year,clause,amount,displaced
A,2013,certification_award,20000.00,0.00
A,2014,clawback,-20000.00,0.00
B,2013,school_places,2,0.00
B,2014,school_places,1,0.00
C,2013,certification_award,20000.00,15000.50
E,2013,data_line,370.37,0.00
"""


# ----------------------------------------------------------------------------------------------------- assess


def test_assess_writes_its_table_exactly(small, tmp_path):
    out = tmp_path / "兑现 名单.csv"
    said = done("assess", small, "--out", out)
    assert out.read_bytes() == SMALL_CSV.encode("utf-8-sig")
    assert said.rstrip().endswith(f"→ {out}")
    assert sorted(p.name for p in tmp_path.glob("[!.]*")) == sorted(["名册 2013 年", "兑现 名单.csv"])


def test_assess_on_the_screen(small):
    said = done("assess", small)
    assert re.search(rf"四（五） {NAME_OF['certification_award']} +2 +40,000\.00 +— +— +40,000\.00", said)
    assert re.search(rf"四（九） {NAME_OF['data_line']} +1 +370\.37 +— +— +370\.37", said)
    assert re.search(rf"四（十一） {NAME_OF['school_places']} +1 +2 +1 +1 +3 个学位", said)
    assert re.search(r"五（五） 追回 +— +— +1 +-20,000\.00 +-20,000\.00", said)
    assert re.search(r"现金合计（不含追回） +40,370\.37 +0\.00 +40,370\.37", said)
    assert "替代既有政策" not in said  # the municipality's: no saving of the district
    english = done("assess", small, "--lang", "en")
    assert re.search(r"Certification award +2 +40,000\.00 +— +— +40,000\.00", english) and "替代" not in english


def test_assess_of_the_sample_is_the_law_on_the_sample(tmp_path):
    out = tmp_path / "sample.csv"
    said = done("assess", SAMPLE, "--out", out)
    written = pd.read_csv(out, encoding="utf-8-sig")
    result = simulator.assess(SAMPLE)
    pd.testing.assert_frame_equal(written, result.table(), check_dtype=False)
    assert (written["amount"] != 0).all() and set(written["clause"]) <= {*SLUGS, CLAWBACK}
    assert len(written) > 100 and not written.duplicated(["enterprise_id", "year", "clause"]).any()
    places = written["clause"] == "school_places"
    assert f"{written.loc[~places & (written['clause'] != CLAWBACK), 'amount'].sum():,.2f}" in said
    for slug, part in written.groupby("clause"):
        row = next(line for line in said.splitlines() if f"） {NAME_OF.get(slug, '追回')} " in line)
        assert re.search(rf" {len(part)} ", row)


def test_a_half_fen_is_rounded_up_and_nothing_is_a_float_of_it(tmp_path):
    """30 % of 0.05 is 1.5 fen, of 0.45 is 13.5 fen; 0.01 gives nothing and no row."""
    firms = [{"enterprise_id": f"E{n}", "ecommerce": "true"} for n in range(3)]
    annual = [{"enterprise_id": f"E{n}", "year": 2013, "line_lease": lease} for n, lease in enumerate(("0.05", "0.45", "0.01"))]
    out = tmp_path / "out.csv"
    done("assess", register(tmp_path / "r", firms, annual), "--out", out)
    assert out.read_text(encoding="utf-8-sig").splitlines()[1:] == ["E0,2013,data_line,0.02,0.00", "E1,2013,data_line,0.14,0.00"]


def test_an_older_list_is_replaced_and_keeps_no_part_beside_it(small, tmp_path):
    out = tmp_path / "new" / "deep" / "list.csv"
    for _ in range(2):
        done("assess", small, "--out", out)
        found = listing(tmp_path / "new")
        assert found.pop("deep/.simulator.json") and found == {
            "deep": "folder",
            "deep/list.csv": hashlib.sha256(SMALL_CSV.encode("utf-8-sig")).hexdigest(),
        }


# -------------------------------------------------------------------------------------------- the payout list


@pytest.fixture
def workbook(small, tmp_path):
    out = tmp_path / "兑现名单.xlsx"
    done("assess", small, "--out", out)
    return openpyxl.load_workbook(out), openpyxl.load_workbook(out, data_only=True)


def parts_of(sheet, values):
    """The rows of each clause, and its subtotal: formulas and the values they were saved with."""
    rows, parts = [], []
    for row in range(4, sheet.max_row + 1):
        label = str(values.cell(row, 6).value or "")
        if label.startswith(("小计", "合计")):
            parts.append((rows, row, label))
            rows = []
        elif values.cell(row, 2).value and values.cell(row, 4).value:
            rows.append(row)
    return parts


def test_the_payout_list_has_every_award_by_clause_in_chinese(workbook):
    sheet, values = workbook[0]["兑现名单"], workbook[1]["兑现名单"]
    assert workbook[0].sheetnames == ["兑现名单", "汇总", "数据问题"]
    assert values.cell(1, 1).value == "兑现名单（2013–2014年）"
    assert [c.value for c in values[3]] == [
        "序号",
        "统一社会信用代码",
        "企业名称",
        "年度",
        "文号",
        "条款",
        "金额（元）",
        "替代既有政策（元）",
    ]
    listed = [[c.value for c in values[row]] for rows, _, _ in parts_of(sheet, values) for row in rows]
    assert listed == [
        [1, "A", "甲", 2013, "四（五）", NAME_OF["certification_award"], 20000, 0],
        [2, "C", "丙", 2013, "四（五）", NAME_OF["certification_award"], 20000, 15000.5],
        [3, "E", "戊", 2013, "四（九）", NAME_OF["data_line"], 370.37, 0],
        [4, "B", "乙", 2013, "四（十一）", NAME_OF["school_places"], 2, 0],
        [5, "B", "乙", 2014, "四（十一）", NAME_OF["school_places"], 1, 0],
        [6, "A", "甲", 2014, "五（五）", "追回", -20000, 0],
    ]


def test_subtotals_are_the_sums_of_their_rows(workbook):
    sheet, values = workbook[0]["兑现名单"], workbook[1]["兑现名单"]
    parts = parts_of(sheet, values)
    assert [label for _, _, label in parts] == [
        f"小计：{NAME_OF['certification_award']}",
        f"小计：{NAME_OF['data_line']}",
        f"小计：{NAME_OF['school_places']}（个）",
        "小计：追回",
        "合计（不含实物、追回）",
    ]
    for rows, row, _ in parts[:-1]:
        for column, letter in ((7, "G"), (8, "H")):
            assert sheet.cell(row, column).value == f"=SUM({letter}{rows[0]}:{letter}{rows[-1]})"
            assert values.cell(row, column).value == pytest.approx(sum(values.cell(r, column).value for r in rows))
    cash = [parts[0][1], parts[1][1]]
    assert sheet.cell(parts[-1][1], 7).value == "=" + "+".join(f"G{row}" for row in cash)
    assert values.cell(parts[-1][1], 7).value == pytest.approx(40370.37)


def test_the_totals_sheet_agrees_with_the_summary(workbook, small):
    rows = [[c.value for c in row] for row in workbook[1]["汇总"].iter_rows(min_row=2)]
    summary = simulator.assess(small).summary()
    assert [(r[2], r[3], r[4], r[5], r[6]) for r in rows] == [
        (e.year, e.recipients, e.amount, e.displaced, e.saved_by_district) for e in summary.itertuples()
    ]
    assert rows[0][:2] == ["四（五）", NAME_OF["certification_award"]] and summary["displaced"].sum() == 15000.5


def test_what_was_odd_about_the_data_is_in_the_workbook(tmp_path):
    place = register(tmp_path / "r", [{"enterprise_id": "A", "registered_capital": 1, "paid_in_capital": 2}])
    done("assess", place, "--out", tmp_path / "list.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx")["数据问题"]
    assert [c.value for c in sheet[1]] == ["类别", "位置", "问题", "处理"]
    reported = [[c.value for c in row] for row in sheet.iter_rows(min_row=2)]
    assert any(row[0] == "提示" and "实缴资本" in row[1] for row in reported)


EVIL = ("=1+1", "+1+1", "-1+1", "@SUM(A1)")
NAMES = ('=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+3", "@x")


def test_no_id_or_name_becomes_a_formula(tmp_path):
    firms = [{"enterprise_id": i, "name": n} | CERTIFIED for i, n in zip(EVIL, NAMES, strict=True)]
    place = register(tmp_path / "r", firms)
    done("assess", place, "--out", tmp_path / "list.xlsx")
    done("assess", place, "--out", tmp_path / "list.csv")
    for sheet in openpyxl.load_workbook(tmp_path / "list.xlsx"):
        formulas = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert all(re.fullmatch(r"=SUM\([GH]\d+:[GH]\d+\)|=G\d+(\+G\d+)*", cell.value) for cell in formulas)
        assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
    listed = openpyxl.load_workbook(tmp_path / "list.xlsx")["兑现名单"]
    assert [listed.cell(row, 2).value for row in range(4, 8)] == ["'" + i for i in EVIL]
    assert [listed.cell(row, 3).value for row in range(4, 8)] == ["'" + n for n in NAMES]
    ids = [line.split(",")[0] for line in (tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert ids == ["'" + i for i in EVIL]


def test_a_list_with_nothing_in_it_can_be_opened(tmp_path):
    place = register(tmp_path / "r", [{"enterprise_id": "A"}])
    done("assess", place, "--out", tmp_path / "list.xlsx")
    done("assess", place, "--out", tmp_path / "list.csv")
    assert (tmp_path / "list.csv").read_text(encoding="utf-8-sig") == SMALL_CSV.splitlines()[0] + "\n"
    values = openpyxl.load_workbook(tmp_path / "list.xlsx", data_only=True)["兑现名单"]
    assert [r for r, _, _ in parts_of(values, values)] == [[]] and values.cell(4, 7).value == 0


# ---------------------------------------------------------------------------------------------------- explain


def test_explain_tells_one_enterprise_in_both_languages(small):
    zh, en = done("explain", small, "C"), done("explain", small, "C", "--lang", "en")
    assert f"四（五） {NAME_OF['certification_award']}: 20,000.00 元 [兑现]" in zh and "既有政策 15,000.50 元，替代 15,000.50 元" in zh
    assert "四（五） Certification award: 20,000.00 CNY [paid]" in en and "displaced 15,000.50 CNY" in en
    assert zh.splitlines()[0] == "C  丙" and len(re.findall("^── ", zh, re.M)) == 2
    assert "── 2014" not in done("explain", small, "C", "--year", 2013)
    assert "五（五） 追回：20,000.00 元" in done("explain", small, "A")


def test_explain_follows_set_and_scenario(small):
    award = ["--set", "law.certification_award.award=7.5"]
    assert "Certification award: 7.50 CNY [paid]" in done("explain", small, "A", "--lang", "en", *award)
    assert "Certification award: 0.00 CNY (due 7.50) [an existing policy gives as much or more" in done(
        "explain", small, "C", "--lang", "en", *award
    )
    reported = done("explain", small, "E", "--year", 2013, "--lang", "en", "--set", "law.data_line.rate=0.5")
    assert "Data line support: 617.28 CNY [paid]" in reported and "50%" in reported  # 617.275, half up
    assert "370.37" in done("explain", small, "E", "--scenario", "generous")


# ---------------------------------------------------------------------------------------- run and its folder


DRAWS = 200


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """One run kept in a folder with a blank in its Chinese name: what was said, and where it lies."""
    out = tmp_path_factory.mktemp("runs") / "运行 结果"
    said = done(
        "run",
        "baseline",
        "--draws",
        DRAWS,
        "--seed",
        7,
        "--population",
        SAMPLE,
        "--out",
        out,
        "--set",
        "law.tax_rebate.high_rate=0.4",
        "--set",
        "appropriation.2014=none",
        "--workers",
        2,
    )
    return said, out


@pytest.fixture(scope="module")
def draws(played):
    return pd.read_parquet(played[1] / "draws.parquet")


@pytest.fixture(scope="module")
def years(played):
    return pd.read_parquet(played[1] / "years.parquet")


@pytest.fixture(scope="module")
def summary(played):
    table = pd.read_csv(played[1] / "summary.csv", encoding="utf-8-sig", dtype={"year": str})
    return table.set_index(["measure", "clause", "year"])


def test_a_run_leaves_exactly_its_files(played):
    assert sorted(p.name for p in played[1].iterdir()) == [
        ".simulator.json",
        "draws.parquet",
        "record.json",
        "settings.csv",
        "summary.csv",
        "years.parquet",
    ]
    for name in ("settings.csv", "summary.csv"):
        assert (played[1] / name).read_bytes().startswith(b"\xef\xbb\xbf")


def test_draws_have_a_row_for_every_draw_year_and_clause(draws):
    assert list(draws.columns) == ["draw", "year", "clause", *CLAUSE_COLUMNS]
    assert len(draws) == DRAWS * 6 * 11 and not draws.duplicated(["draw", "year", "clause"]).any()
    assert sorted(draws["draw"].unique()) == list(range(DRAWS))
    assert sorted(draws["year"].unique()) == list(range(2013, 2019))
    assert list(draws["clause"].cat.categories) == list(SLUGS)
    assert not draws.isna().any(axis=None)
    assert (draws[CLAUSE_COLUMNS] >= 0).all(axis=None)
    amounts = draws[["entitled", "awarded", "paid", "displaced"]].to_numpy()
    assert np.array_equal(np.rint(amounts * 100) / 100, amounts)  # whole fen
    places = draws[draws["clause"] == "school_places"]
    assert (places["paid"] == 0).all() and (places["awarded"] % 1 == 0).all() and places["awarded"].sum() > 0
    assert (draws["awarded"] <= draws["entitled"]).all()
    last = draws[draws["year"] == 2018]  # cash alone runs a year longer
    assert (last[["recipients", "entitled", "awarded", "displaced"]] == 0).all(axis=None) and last["paid"].sum() > 0


def test_cash_is_paid_in_the_year_of_the_award_or_the_next(draws):
    cash = draws[draws["clause"] != "school_places"]
    sums = cash.groupby(["draw", "clause"], observed=True)[["awarded", "paid"]].sum()
    assert np.array_equal(np.rint(sums["awarded"] * 100), np.rint(sums["paid"] * 100))


def test_years_have_a_row_for_every_draw_and_year(years, draws):
    assert list(years.columns) == ["draw", "year", *YEAR_COLUMNS]
    assert len(years) == DRAWS * 6 and not years.duplicated(["draw", "year"]).any()
    places = draws[draws["clause"] == "school_places"].groupby(["draw", "year"])["awarded"].sum()
    assert np.array_equal(years["places"], places.to_numpy())
    stocks = ["retained_tax_with", "retained_tax_without", "online_sales", "services", "trscg"]
    assert years.loc[years["year"] == 2018, stocks].isna().all(axis=None)
    assert (years.loc[years["year"] < 2018, YEAR_COLUMNS] >= 0).all(axis=None)
    assert (years["clawback_recovered"].groupby(years["draw"]).sum() <= years["clawback_due"].groupby(years["draw"]).sum() + 0.06).all()


def test_settings_are_the_scenarios(played):
    scenario = load_scenario("baseline").set({"draws": DRAWS, "seed": 7, "law.tax_rebate.high_rate": 0.4, "appropriation.2014": None})
    settings = pd.read_csv(played[1] / "settings.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    assert settings.to_dict("records") == [{k: str(v) for k, v in vars(s).items()} for s in scenario.settings()]
    changed = settings[settings["changed"] == "True"]
    assert set(changed["path"]) == {"draws", "seed", "law.tax_rebate.high_rate"}
    record = json.loads((played[1] / "record.json").read_text(encoding="utf-8"))
    assert record["hashes"]["scenario"] == scenario.hash()


def test_the_record_says_what_made_these_numbers(played):
    record = json.loads((played[1] / "record.json").read_text(encoding="utf-8"))
    assert record["outputs"] == {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in played[1].glob("[!.]*") if p.name != "record.json"
    }
    assert (record["scenario"], record["seed"], record["draws"]) == ("baseline+tax_rebate.high_rate=0.4+1", 7, DRAWS)
    assert record["run_id"].startswith(f"baseline+tax_rebate.high_rate=0.4+1-7-{DRAWS}-")
    assert record["hashes"]["code"] == source_hash() and len(record["hashes"]["law"]) == 64
    population = simulator.read_population(SAMPLE)
    assert record["population"] == {"source": "sample", "enterprises": len(population), "synthetic": True, "sha256": population.sha256}
    assert (record["years"], record["cash_years"]) == (list(range(2013, 2018)), list(range(2013, 2019)))
    assert record["appropriation"] == {"2013": 2e6, "2015": 8e6, "2016": 7e6, "2017": 4e6, "2018": 1e6}
    assert [c["slug"] for c in record["clauses"]] == list(SLUGS)
    assert record["versions"]["numpy"] == np.__version__ and record["versions"]["python"] == sys.version.split()[0]
    assert [w for w in record["warnings"] if w != {"note": "heavy_tail"}] == [str(p) for p in population.warnings]


def wide(table: pd.DataFrame, column: str, year, clause: str | None = None) -> np.ndarray:
    """One figure per draw: of a year or all together, of a clause or all cash together."""
    rows = table
    if year != "total":
        rows = rows[rows["year"] == int(year)]
    if clause == "total":
        rows = rows[rows["clause"] != "school_places"]
    elif clause:
        rows = rows[rows["clause"] == clause]
    cents = np.rint(rows[column].to_numpy() * 100)
    return pd.Series(cents).groupby(rows["draw"].to_numpy()).sum().to_numpy() / 100


def check_figures(row: pd.Series, values: np.ndarray) -> None:
    """Mean, its error, and every quantile with its interval, worked out another way."""
    n = len(values)
    assert row["mean"] == pytest.approx(values.mean(), rel=1e-12, abs=1e-9)
    error = math.sqrt(((values - values.mean()) ** 2).sum() / (n - 1) / n)
    assert row["standard_error"] == pytest.approx(error, rel=1e-9, abs=1e-9)
    ordered = np.concatenate([[np.nan], np.sort(values)])  # the k-th smallest at k
    for percent in (5, 50, 80, 90, 95, 99):
        p = percent / 100
        if n * min(p, 1 - p) < 5:
            assert np.isnan(row[f"p{percent}"])
            continue
        assert row[f"p{percent}"] == pytest.approx(ordered[math.ceil(n * percent / 100)], rel=1e-12)
        ranks = np.arange(1, n + 1)
        lower = ranks[stats.binom.cdf(ranks - 1, n, p) <= 0.025].max()  # chance that the quantile lies below it
        upper = ranks[stats.binom.sf(ranks - 1, n, p) <= 0.025].min()
        assert row[f"p{percent}_low"] == pytest.approx(ordered[lower], rel=1e-12)
        assert row[f"p{percent}_high"] == pytest.approx(ordered[upper], rel=1e-12)


def test_the_summary_is_that_of_the_draws(summary, draws):
    checked = 0
    for (measure, clause, year), row in summary.iterrows():
        if measure in CLAUSE_COLUMNS and (measure, clause) != ("recipients", "total"):
            check_figures(row, wide(draws, measure, year, clause))
            assert row["unit"] == ("count" if clause == "school_places" or measure == "recipients" else "CNY")
            checked += 1
    assert checked == 4 * 12 * 6 + 12 * 7 - 6  # recipients of all clauses together are fewer: one enterprise, many awards
    together = summary.loc["recipients"].loc["total"]
    for year in ("2013", "2014", "2015", "2016", "2017"):
        parts = summary.loc["recipients"].xs(year, level="year").drop(index=["total", "school_places"])["mean"]
        assert parts.max() <= together.loc[year, "mean"] <= parts.sum() + 1e-9


def test_the_summary_is_that_of_the_years(summary, years):
    checked = 0
    for (measure, clause, year), row in summary.iterrows():
        if measure in YEAR_COLUMNS and clause == "total":
            values = years[years["year"] == int(year)] if year != "total" else years.fillna(0)
            check_figures(row, values.groupby("draw")[measure].sum().to_numpy())
            checked += 1
    assert checked >= 5 * len(YEAR_COLUMNS)


def test_the_chance_of_an_overrun_is_that_of_the_draws(summary, draws, played):
    appropriation = json.loads((played[1] / "record.json").read_text(encoding="utf-8"))["appropriation"]
    of_year = {year: wide(draws, "paid", year, "total") for year in appropriation}
    hits = {year: of_year[year] > sum_ for year, sum_ in appropriation.items()}
    hits["total"] = sum(of_year.values()) > sum(appropriation.values())  # of the years that have one
    rows = summary.loc["overrun"].loc["total"]
    assert set(rows.index) == set(hits) and "2014" not in hits
    assert len({float(h.mean()) for h in hits.values()}) > 2
    for year, hit in hits.items():
        k, n = int(hit.sum()), len(hit)
        low = stats.beta.ppf(0.025, k, n - k + 1) if k else 0.0
        high = stats.beta.ppf(0.975, k + 1, n - k) if k < n else 1.0
        found = rows.loc[year, ["probability", "probability_low", "probability_high"]]
        assert found.tolist() == pytest.approx([k / n, low, high], abs=1e-12)


def test_the_screen_shows_the_summary(played, summary):
    said = played[0]
    assert said.startswith(
        "基准情景：2013年实施意见（改：四（四） 高档返还比例 50%→40%；2014年预算安排 600 万元→无）"
        "（baseline+tax_rebate.high_rate=0.4+1），200 次模拟，种子 7，万元"
    )
    assert said.rstrip().endswith(f"→ {played[1]}")
    paid, overrun = summary.loc["paid"].loc["total"], summary.loc["overrun"].loc["total"]
    unit, lines = UNITS["zh"]["money"], said.splitlines()
    for year in [*map(str, range(2013, 2019)), "total"]:
        place = next(k for k, line in enumerate(lines) if line.startswith("各年合计" if year == "total" else year))
        row, reported = {**paid.loc[year], "measure": "paid"}, " ".join(lines[place : place + 2])
        assert f"± {unit.text(row['standard_error'], row['standard_error'] / 10)}" in reported
        for q in ("mean", "p5", "p50", "p80", "p95"):  # what is to suffice is rounded up
            assert f"  {shown(row, unit, q)} " in lines[place]
        assert lines[place].endswith(numbers.percent(overrun.loc[year, "probability"]) if year != "2014" else "—")


def test_the_same_command_gives_the_same_files(played, tmp_path):
    done(
        "run",
        "--draws",
        DRAWS,
        "--seed",
        7,
        "--population",
        SAMPLE,
        "--out",
        tmp_path,
        "--workers",
        1,
        "--set",
        "law.tax_rebate.high_rate=0.4",
        "--set",
        "appropriation.2014=none",
    )
    for name in ("draws.parquet", "years.parquet", "summary.csv", "settings.csv"):
        assert (tmp_path / name).read_bytes() == (played[1] / name).read_bytes(), name


def test_options_say_more_than_set_and_files(tmp_path):
    path = tmp_path / "情景 一.yaml"
    path.write_text("name: mine\nbase: cautious\nzh: 我的情景\ndraws: 9\nseed: 3\n", encoding="utf-8")
    assert "我的情景（mine），9 次模拟，种子 3" in done("run", path)
    assert "我的情景（mine），8 次模拟，种子 3" in done("run", path, "--set", "draws=8")
    assert "我的情景（mine），7 次模拟，种子 5" in done("run", path, "--set", "draws=8", "--draws", 7, "--seed", 5)


def test_a_few_draws_say_only_what_few_draws_can(tmp_path):
    said = done("run", "--draws", 1)
    assert "1 次模拟" in said and "± —" in said and "nan" not in said.lower()
    said = done("run", "--draws", 10)
    assert "P50" in said and "P95" not in said and "模拟次数不足以支持的，不列" in said


# ------------------------------------------------------------------------------------------ compare and terms


def test_compare_says_what_was_changed_and_what_it_costs(tmp_path):
    out = tmp_path / "差异.csv"
    said = done(
        "compare", "baseline", "cautious", "rebate_suspended", "--draws", 12, "--out", out, "--set", "law.certification_award.award=1000"
    )
    assert re.search(r"cautious\S* +law\.office_rent\.max_area +500 +300 +四（三）", said)
    assert re.search(r"rebate_suspended\S* +rebate_suspended_from +none +2015", said)
    assert "law.certification_award.award" not in said  # changed in all alike
    table = pd.read_csv(out, encoding="utf-8-sig", dtype={"year": str})
    assert list(table.columns) == [
        "scenario",
        "clause",
        "year",
        "mean",
        "standard_error",
        "share_higher",
        "share_higher_low",
        "share_higher_high",
    ]
    assert [name.partition("+")[0] for name in table["scenario"].unique()] == ["cautious", "rebate_suspended"]
    assert set(table["clause"]) == {*SLUGS, "total"} - {"school_places"}
    table["scenario"] = table["scenario"].str.partition("+")[0]
    totals = table[(table["clause"] == "total") & (table["year"] == "total")].set_index("scenario")["mean"]
    assert (totals < 0).all()
    whole = table[(table["clause"] == "total") & (table["year"] == "total")].set_index("scenario").loc["cautious"]
    written = UNITS["zh"]["money"].text(whole["mean"], whole["standard_error"], signed=True)
    assert re.search(rf"cautious\S* +合计 .* {written} ", said)  # to the digit that its error reaches
    assert len(pd.read_csv(tmp_path / "差异.changed.csv", encoding="utf-8-sig")) == 8
    parts = table[(table["clause"] != "total") & (table["year"] == "total")].groupby("scenario")["mean"].sum()
    assert parts.to_dict() == pytest.approx(totals.to_dict())


def test_a_scenario_compared_with_itself_differs_by_nothing():
    said = done("compare", "baseline", "baseline", "--draws", 5, "--lang", "en")
    assert said.splitlines()[1] == "no setting differs"
    assert re.search(r"Opening award +0 +0 ", said) and not re.search(r" [-+]\d", said)


def test_each_further_year_of_the_policy_is_priced():
    said = done("compare", "baseline", "--further-years", 2017, "--draws", 5, "--lang", "en")
    assert re.search(r"2016 +policy\.end +2015-12-31 +2016-12-31", said) and re.search(r"2017 +total ", said)


def test_a_design_says_what_fits_and_how_sure_that_is(tmp_path):
    out = tmp_path / "frontier.csv"
    said = done("design", "--draws", 60, "--budget", 27e6, "--free", "law.office_rent.max_area=100:400:150", "--out", out)
    assert "law.office_rent.max_area" in said and "2,700.00 万元" in said and "换一组随机数复核" in said
    assert "law.office_rent.max_area" in pd.read_csv(out, encoding="utf-8-sig").columns


def test_the_sample_of_the_guide_is_there_in_every_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "3,417,311.31" in done("assess", "data/sample")
    (tmp_path / "data" / "sample").mkdir(parents=True)  # somebody's own
    assert call("assess", "data/sample").code == 2


def test_terms_lists_everything_that_can_be_set():
    said = done("terms")
    settings, formulas, flags = said.split("\n\n", 2)
    paths = [line.split()[0] for line in (*settings.splitlines()[2:], *formulas.splitlines()[::2])]
    assert sorted(paths) == sorted(s.path for s in load_scenario("baseline").settings())
    assert "law.data_line.formula  数据专线补贴：金额公式\n    " in formulas
    assert flags.startswith("合法性提示") and "国发〔2014〕62号" in flags and flags in done("terms", "law.tax_rebate")
    assert "合法性" not in done("terms", "law.office_rent")
    lines = done("terms", "law.tax_rebate").partition("\n\n")[0].splitlines()
    assert len(lines) == 8 and all(line.startswith("law.tax_rebate.") for line in lines[2:])
    assert re.search(r"law\.tax_rebate\.high_rate +0\.5 +比例 +0 … 1 +四（四） 甲 +高档返还比例\n", said)
    assert " J" not in said and "判断" in said  # in words
    assert re.search(r"high_rate +0\.4 ", done("terms", "law.tax_rebate", "--set", "law.tax_rebate.high_rate=0.4"))
    assert re.search(r"office_rent\.max_area +300 ", done("terms", "law", "--scenario", "cautious"))
    for words in ("四（三）", "四(三)", "办公用房租金", "Office rent"):
        assert re.search(r"office_rent\.max_area +500 ", done("terms", words)) and "tax_rebate.high_rate" not in done("terms", words)


def test_columns_line_up_on_a_screen_where_chinese_is_two_cells_wide():
    from simulator.render.text import grid as table
    from simulator.render.text import width

    lines = table(("条款", "元"), [("四（一）", "1"), ("a", "12,345.00")]).split("\n")
    assert [width(line) for line in lines] == [19, 19, 19, 19]
    head, _, *rows = done("terms", "law.tax_rebate").partition("\n\n")[0].splitlines()
    assert {width(row[: row.index("四（四）")]) for row in rows} == {width(head[: head.index("依据")])}


@pytest.mark.slow
def test_report_writes_a_page_beside_its_run(tmp_path):
    out = tmp_path / "报告 一"
    said = done("report", "--draws", 30, "--population", SAMPLE, "--out", out, "--set", "law.tax_rebate.high_rate=0.41")
    page = out / "budget.zh.html"
    assert said == f"→ {page}\n"
    text = page.read_text(encoding="utf-8")
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    assert record["run_id"] in text and "http://" not in re.sub(r"http://www\.w3\.org/\S*", "", text)
    assert re.search("高档返还比例.{0,60}改.{0,40}41", text)  # what was changed is marked
    for name, digest in record["outputs"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest


# --------------------------------------------------------------------------- registers before they are assessed


def test_check_says_whether_a_register_can_be_used(tmp_path):
    said = done("check", SAMPLE, "--out", tmp_path / "检查.xlsx")
    assert "没有错误" in said and said.rstrip().endswith(f"→ {tmp_path / '检查.xlsx'}")
    assert openpyxl.load_workbook(tmp_path / "检查.xlsx").sheetnames[-2:]
    place = bad_register(
        tmp_path, {"enterprises": full("enterprises", GOOD[0] | {"registered_capital": "-5"}, GOOD[1] | {"settled_on": "soon"})}
    )
    found = call("check", place, "--lang", "en", "--out", tmp_path / "bad.xlsx")
    assert found.code == 2 and found.err == ""
    problems = refused(tmp_path, "assess", place, "--lang", "en")
    assert len(problems) == 2 and "registered_capital" in found.out and "settled_on" in found.out
    marked = openpyxl.load_workbook(tmp_path / "bad.xlsx")
    assert sum(bool(cell.comment) for sheet in marked for row in sheet.iter_rows() for cell in row) >= 2


def test_check_is_named_where_cells_are_at_fault_and_only_there(small, tmp_path):
    hint = "--out 检查.xlsx"
    place = bad_register(tmp_path, {"enterprises": full("enterprises", GOOD[0] | {"registered_capital": "-5"}, GOOD[1])})
    for command in (["assess", place], ["explain", place, "E1"], ["run", "--draws", 2, "--population", place]):
        reported = call(*command).err
        assert f"simulator check {place} {hint}" in reported, reported
    assert f"simulator check {place} --out marked.xlsx --lang en" in call("assess", place, "--lang", "en").err
    for other in (
        ["assess", tmp_path / "gone"],
        ["explain", small, "zzz"],
        ["run", "basline"],
        ["check", "gone"],
        ["synthesize", "--enterprises", 0, "--out", tmp_path / "x"],
    ):
        outcome = call(*other)
        assert outcome.code == 2 and hint not in outcome.err, other


def test_an_empty_register_to_fill_in_is_read_as_one_without_rows(tmp_path):
    out = tmp_path / "名册 模板.xlsx"
    assert done("template", "--out", out) == f'→ {out}\n填好后检查：simulator check "{out}" --out 检查.xlsx\n'
    problems = refused(tmp_path, "assess", out)
    assert len(problems) == 2 and all("表只有表头，没有数据" in p for p in problems)


def test_an_invented_register_is_assessed_like_any_other(tmp_path):
    done("synthesize", "--enterprises", 60, "--seed", 3, "--out", tmp_path / "一")
    done("synthesize", "cautious", "--enterprises", 60, "--seed", 3, "--out", tmp_path / "二")
    population = simulator.read_population(tmp_path / "一")
    assert len(population) == 60 and population.synthetic
    assert population == simulator.read_population(tmp_path / "二")  # cautious changes the law, not the enterprises
    assert "现金合计（不含追回）" in done("assess", tmp_path / "一")
    assert "1 次模拟" in done("run", "--draws", 1, "--population", tmp_path / "一")


def test_the_unit_of_a_column_can_be_said(tmp_path):
    place = register(
        tmp_path / "r",
        [
            {
                "enterprise_id": "A",
                "online_retailer": "true",
                "o2o": "true",
                "settled_on": "2013-08-03",
                "registered_capital": 500,
                "paid_in_capital": 400,
            }
        ],
    )
    units = ["--unit", "registered_capital=万元", "--unit", "paid_in_capital=万元"]
    assert re.search(r"四（二） \S+ +1 +120,000\.00", done("assess", place, *units))
    assert "120,000.00 元 [兑现]" in done("explain", place, "A", *units)
    assert refused(tmp_path, "assess", place, "--unit", "capital=万元", "--lang", "en")[0].startswith("--unit capital: is no column")
    assert refused(tmp_path, "run", "--draws", 2, "--unit", "sales=元", "--lang", "en") == [
        "--unit: says how a register is to be read → name it with --population"
    ]


@pytest.mark.parametrize("command", [["check", SAMPLE], ["template"], ["synthesize", "--enterprises", 20]])
def test_a_register_that_cannot_be_written(command, tmp_path):
    (tmp_path / "file.txt").write_text("keep me")
    [problem] = refused(tmp_path, *command, "--out", tmp_path / "file.txt" / "x.xlsx")
    assert "无法写入" in problem and "file.txt" in problem
    if command[0] != "synthesize":
        assert refused(tmp_path, *command, "--out", tmp_path / "x.csv") == [
            f"{tmp_path / 'x.csv'}：文件名不以 .xlsx 结尾 → 请写 --out 文件名.xlsx"
        ]


# --------------------------------------------------------------------------------------- everything said wrong


GOOD = [{"enterprise_id": "E1", "name": "甲"}, {"enterprise_id": "E2", "name": "乙"}]
GOOD_YEARS = [{"enterprise_id": "E1", "year": 2013}, {"enterprise_id": "E2", "year": 2013}]


def with_header(table: list[list[str]], old: str, new: str) -> list[list[str]]:
    return [[new if cell == old else cell for cell in table[0]], *table[1:]]


BAD_REGISTERS = {
    "wrong column": (
        {"enterprises": with_header(full("enterprises", *GOOD), "registered_capital", "registered_captal")},
        [r"enterprises\.csv line 1.*registered_captal.*did you mean registered_capital\?"],
    ),
    "duplicate id": (
        {"enterprises": full("enterprises", *GOOD, {"enterprise_id": "E1", "name": "丙"})},
        [r"enterprises\.csv line 4.*E1.*line 2 → keep one row per enterprise"],
    ),
    "negative capital": (
        {"enterprises": full("enterprises", GOOD[0] | {"registered_capital": "-5"}, GOOD[1] | {"paid_in_capital": "-0.01"})},
        [r"line 2, column registered_capital.*negative", r"line 3, column paid_in_capital.*negative"],
    ),
    "a word for an amount": (
        {"enterprises": full("enterprises", GOOD[0] | {"registered_capital": "lots"}, GOOD[1])},
        [r"line 2, column registered_capital.*not a number"],
    ),
    "a day that is none": (
        {"enterprises": full("enterprises", GOOD[0] | {"settled_on": "2013-02-30"}, GOOD[1])},
        [r"line 2, column settled_on"],
    ),
    "empty file": ({"enterprises": b""}, [r"enterprises\.csv"]),
    "header only": ({"annual": full("annual")}, [r"annual\.csv.*header but no row"]),
    "blank year": ({"annual": full("annual", GOOD_YEARS[0] | {"year": ""}, GOOD_YEARS[1])}, [r"annual\.csv line 2, column year"]),
    "a year that is none": (
        {"annual": full("annual", GOOD_YEARS[0] | {"year": "last"}, GOOD_YEARS[1] | {"year": "2013.5"})},
        [r"annual\.csv line 2, column year", r"annual\.csv line 3, column year"],
    ),
    "a year of an unknown enterprise": (
        {"annual": full("annual", *GOOD_YEARS, {"enterprise_id": "E9", "year": 2013})},
        [r"annual\.csv line 4.*E9.*not in the table enterprises"],
    ),
    "a year twice": ({"annual": full("annual", *GOOD_YEARS, GOOD_YEARS[0] | {"sales": 5})}, [r"annual\.csv line 4.*line 2"]),
    "binary rubbish": ({"enterprises": bytes(range(256)) * 9}, [r"enterprises\.csv"]),
    "an unknown clause": (
        {"existing_support": full("existing_support", {"enterprise_id": "E1", "year": 2013, "clause": 12, "amount": 5})},
        [r"existing_support\.csv line 2, column clause"],
    ),
}


def bad_register(where, tables):
    sound = {"enterprises": full("enterprises", *GOOD), "annual": full("annual", *GOOD_YEARS)}
    return write(where / "register", **(sound | tables))


@pytest.mark.parametrize("fault", BAD_REGISTERS)
@pytest.mark.parametrize("verb", ["assess", "explain", "run"])
def test_a_bad_register_is_refused(verb, fault, tmp_path):
    tables, expected = BAD_REGISTERS[fault]
    place = bad_register(tmp_path, tables)
    command = {
        "assess": ["assess", place, "--out", tmp_path / "list.xlsx"],
        "explain": ["explain", place, "E1"],
        "run": ["run", "--population", place, "--draws", 5, "--out", tmp_path / "run"],
    }[verb]
    if verb == "run":  # says the same in Chinese
        problems = refused(tmp_path, *command)
        assert all(re.search("[\u4e00-\u9fff]", p) for p in problems)
    else:
        problems = refused(tmp_path, *command, "--lang", "en")
        for pattern in expected:
            assert any(re.search(pattern, p) for p in problems), (pattern, problems)
    assert fault == "binary rubbish" or len(problems) == len(expected), problems


def test_all_problems_of_a_register_come_in_one_report(tmp_path):
    place = bad_register(
        tmp_path,
        {
            "enterprises": with_header(
                full("enterprises", GOOD[0] | {"registered_capital": "-5"}, GOOD[1] | {"settled_on": "soon"}, GOOD[0] | {"name": "x"}),
                "o2o",
                "o2oo",
            ),
            "annual": full(
                "annual", GOOD_YEARS[0] | {"year": ""}, {"enterprise_id": "E9", "year": 2013}, GOOD_YEARS[1] | {"building_occupancy": "85"}
            ),
            "paid": full("paid", {"enterprise_id": "E1", "year": 2013, "clause": 0, "amount": "x"}),
        },
    )
    problems = refused(tmp_path, "assess", place, "--out", tmp_path / "list.csv", "--lang", "en")
    places = [
        "enterprises.csv line 1",
        "enterprises.csv line 2",
        "enterprises.csv line 3",
        "enterprises.csv line 4",
        "annual.csv line 2",
        "annual.csv line 3",
        "annual.csv line 4",
        "paid.csv line 2",
        "paid.csv line 2",
    ]
    assert [p[: len(place)] for p, place in zip(problems, places, strict=True)] == places


def test_what_is_odd_is_listed_and_stops_nothing(tmp_path):
    firms = [
        {"enterprise_id": "A", "registered_capital": 100, "paid_in_capital": 200} | CERTIFIED,
        {"enterprise_id": "B", "online_retailer": "true"},
        {"enterprise_id": "C", "violated_on": "2019-01-01"},
    ]
    annual = [
        {"enterprise_id": "A", "year": 2011},
        {"enterprise_id": "A", "year": 2014, "rented_area": 9000},
        {"enterprise_id": "A", "year": 2013, "rent": 900},
        {"enterprise_id": "B", "year": 2013, "retained_tax": 60_000},
        {"enterprise_id": "B", "year": 2014, "sales": 1, "online_sales": 2},
        {"enterprise_id": "C", "year": 2013, "building_recognised": "true"},
        {"enterprise_id": "C", "year": 2014, "rented_area": 0.18, "rent": 0.0045},
    ]
    place = register(tmp_path / "r", firms, annual)
    said = done("assess", place, "--lang", "en")
    for words in (
        "paid-in capital 200",
        "enterprise-year absent: 2012",
        "an office of 9,000 m²",
        "a rent of 900 CNY",
        "an office of only 0.18 m²",
        "a rent of only 0.0045 CNY",
        "online sales 2",
        "a model building without an area",
        "20190101 lies after",
        "tax_rebate: no row of the year before",
        "add the row of 2012",
    ):
        assert words in said, words
    assert re.search(r"Certification award +1 +20,000\.00", said)
    assert "Gaps in the data (1)" in said and "Warnings (" in said
    chinese = done("assess", place)
    for words in ("实缴资本 200", "缺少年度 2012", "办公面积达 9,000 平方米", "20190101 晚于最后核定年度 2014", "数据缺口（1 处）"):
        assert words in chinese, words
    assert "paid_in" not in done("run", "--population", place, "--draws", 3, "--set", "population.known_until=2012")


def test_long_lists_of_what_is_odd_are_cut_on_the_screen_and_counted(tmp_path):
    firms = [{"enterprise_id": f"E{n:02d}", "registered_capital": 100_000, "paid_in_capital": 200_000} for n in range(30)]
    said = done("assess", register(tmp_path / "r", firms))
    assert "提示（30 处）" in said and "同类问题另有 25 处" in said and said.count("实缴资本 200,000") == 5


@pytest.mark.parametrize("verb", ["assess", "explain"])
@pytest.mark.parametrize(
    "path, reported",
    [
        ("nowhere", "there is no such file or folder → check the path"),
        ("file.txt", "is neither a folder of"),
        ("empty", "is missing"),
    ],
)
def test_what_is_no_register(verb, path, reported, tmp_path):
    (tmp_path / "file.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    problems = refused(tmp_path, verb, tmp_path / path, *(["X"] if verb == "explain" else []), "--lang", "en")
    assert any(reported in p for p in problems) and all(str(path) in p for p in problems)


@pytest.mark.parametrize("name", ["broken.xlsx", "broken.XLSX"])
def test_a_workbook_that_is_none_is_refused(name, tmp_path):
    (tmp_path / name).write_bytes(b"PK\x03\x04 not a workbook" + bytes(range(256)))
    assert len(refused(tmp_path, "assess", tmp_path / name)) == 1


def test_an_unknown_enterprise_is_refused_with_the_nearest(small, tmp_path):
    coded = register(tmp_path / "codes", [{"enterprise_id": i} for i in ("91350100M000100Y43", "91500107MA5U6XXX0A", "B-7")])
    assert refused(tmp_path, "explain", coded, "91350100M000100Y34", "--lang", "en") == [
        "codes: has no enterprise 91350100M000100Y34 → did you mean 91350100M000100Y43?"
    ]
    assert refused(tmp_path, "explain", coded, "B7") == ["codes：没有代码为 B7 的企业 → 是否应为“B-7”？"]
    assert refused(tmp_path, "explain", small, "zzz") == ["名册 2013 年：没有代码为 zzz 的企业 → 请核对代码"]
    assert refused(tmp_path, "explain", small, "A", "--year", 2012, "--lang", "en") == ["year 2012: is not assessed → a year 2013 … 2014"]
    assert refused(tmp_path, "explain", small, "A", "--year", 2015, "--lang", "en") == ["year 2015: is not assessed → a year 2013 … 2014"]


def test_a_register_of_before_the_policy_has_nothing_to_assess(small, tmp_path):
    [problem] = refused(tmp_path, "assess", small, "--set", "policy.start=2015-01-01", "--lang", "en")
    assert problem == (
        "名册 2013 年: its last year is 2014, the policy starts in 2015 → add the annual rows of the policy's years, or set policy.start"
    )


EVERY_VERB = {
    "assess": ["assess", SAMPLE],
    "explain": ["explain", SAMPLE, "SYN0000001"],
    "run": ["run", "--draws", 5],
    "report": ["report", "--draws", 5],
    "compare": ["compare", "baseline", "cautious", "--draws", 5],
    "terms": ["terms"],
    "loopholes": ["loopholes", "--draws", 5, "--population", SAMPLE],
    "design": ["design", "--draws", 60, "--budget", 27e6, "--free", "law.office_rent.max_area=100:400:150"],
}


@pytest.mark.parametrize("verb", EVERY_VERB)
def test_every_verb_takes_set_and_refuses_what_it_cannot_mean(verb, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # report would write to out/ here
    english = [*EVERY_VERB[verb], "--lang", "en", "--set"]
    assert refused(tmp_path, *english, "law.tax_rebate.hihg_rate=0.4", "--set", "sede=5") == [
        "sede: is no setting → did you mean seed?",
        "law.tax_rebate.hihg_rate: is no number of the law → did you mean law.tax_rebate.high_rate?",
    ]
    assert refused(tmp_path, *english, "seed", "--set", "law.tax_rebate.high_rate=0_5") == [
        "--set seed: is not path=value → e.g. law.tax_rebate.high_rate=0.4",
        "--set law.tax_rebate.high_rate: '0_5' is not a number the program reads; write digits, a point and nothing else",
    ]
    assert refused(tmp_path, *english, "law.tax_rebate.high_rate=50") == [
        "law.tax_rebate.high_rate: 50 lies outside 0 … 1 share → write 0.5 for 50 %"
    ]


def test_set_reaches_every_verb(small):
    award = "law.certification_award.award=1234.56"
    assert re.search(r" 2 +40,000\.00", done("assess", small))
    assert re.search(r" 1 +1,234\.56", done("assess", small, "--set", award))
    assert ": 1,234.56 元 [" in done("explain", small, "A", "--set", award)
    assert "1234.56" in done("terms", "law.certification_award", "--set", award)
    plain, changed = (done("run", "--draws", 5, "--set", f"law.data_line.cap={cap}") for cap in (200000, 1))
    assert plain != changed


@pytest.mark.parametrize(
    "arguments, reported",
    [
        (["run", "--draws", "0"], "draws: is 0 → a whole number 1 … 10,000,000"),
        (["run", "--draws", "-5"], "draws: is -5 → a whole number 1 … 10,000,000"),
        (["run", "--draws", "99999999999"], "draws: is 99999999999 → a whole number 1 … 10,000,000"),
        (["run", "--seed", "-1"], "seed: is -1 → a whole number 0 … 18,446,744,073,709,551,615"),
        (["run", "--draws", "5", "--workers", "0"], "--workers 0: at least one thread is needed"),
        (["run", "--draws", "5", "--workers", "-2"], "--workers -2: at least one thread is needed"),
        (["compare", "baseline", "cautious", "--draws", "5", "--workers", "0"], "--workers 0: at least one thread is needed"),
        (["design", "--free", "law.data_line.cap", "--workers", "0"], "--workers 0: at least one thread is needed"),
        (["budget", "--appropriation", "2014"], "--appropriation 2014: is not YEAR=CNY → e.g. --appropriation 2014=6000000"),
        (
            ["compare", "baseline", "cautious", "--further-years", "2018"],
            "--further-years: lengthens one scenario → e.g. simulator compare baseline --further-years 2018",
        ),
        (["design", "--draws", "20", "--free", "law.data_line.cap"], "draws: 20 cannot show a confidence of 0.95 → at least 59"),
        (["compare", "baseline"], "compare: needs at least two scenarios → e.g. simulator compare baseline cautious"),
        (["run", "basline"], "there is no scenario or file 'basline' → did you mean baseline?"),
        (["assess", SAMPLE, "--scenario", "causious"], "there is no scenario or file 'causious' → did you mean cautious?"),
        (["terms", "law.tax_rebat.years"], "law.tax_rebat.years: no such setting → did you mean law.tax_rebate.years?"),
        (["terms", "zzz"], "zzz: no such setting → simulator terms lists all"),
        (["run", "--draws", "5", "--population", "gone"], "gone: there is no such file or folder → check the path"),
        (["run", "--draws", "5", "--set", "population.source=gone"], "gone: there is no such file or folder → check the path"),
    ],
)
def test_what_a_command_cannot_mean(arguments, reported, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused(tmp_path, *arguments, "--lang", "en") == [reported]
    assert not english_in(refused(tmp_path, *arguments, "--lang", "zh")[0])


@pytest.mark.parametrize(
    "arguments",
    [
        ["asess", "x"],
        ["run", "--drows", "5"],
        ["run", "--draws", "many"],
        ["run", "--draws", "1.5"],
        ["assess"],
        ["explain", "x"],
        ["explain", SAMPLE, "SYN0000001", "--lang", "fr"],
        ["explain", SAMPLE, "SYN0000001", "--year", "x"],
        ["compare"],
        ["report", "--lang", "de"],
        ["run", "baseline", "cautious"],
        ["terms", "--set"],
    ],
)
def test_what_is_no_command(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = call(*arguments)
    assert outcome.code == 2 and outcome.out == "" and "Traceback" not in outcome.err
    assert outcome.err.startswith("共 1 处问题，未做任何处理：\n  ") and not english_in(outcome.err)
    assert listing(tmp_path) == {}


def test_help_names_every_verb_and_the_exit_codes():
    said = done("--help", "--lang", "en")
    verbs = re.search(r"\ncommands:\n  VERB *\n((?:    .*\n)+)", said)[1]
    named = re.findall(r"^    (\w+)(?: |$)", verbs, re.M)
    assert set(named) >= {*EVERY_VERB, "check", "template", "synthesize"}
    for verb in named:
        assert re.search(rf"Example: .*simulator {verb}\b", done(verb, "--help", "--lang", "en"))
        without = (
            "check",
            "template",
            "whatif",
            "lab",
            "guide",
            "batch",
            "verify",
            "purge",
            "audit",
            "completion",
            "policy",
        )  # nothing to set
        assert ("--set PATH=VALUE" in done(verb, "--help")) == (verb not in without)
    assert "Exit codes: 0 done" in said and "130 interrupted" in said


# ------------------------------------------------------------------------------------------ nowhere to write


@pytest.mark.parametrize(
    "out",
    ["file.txt/list.csv", "file.txt/list.xlsx", "taken.csv", "x" * 300 + ".csv", "x" * 300 + ".xlsx", "list.txt", "list", "list.csv.gz"],
)
def test_a_list_that_cannot_be_written(out, small, tmp_path):
    (tmp_path / "file.txt").write_text("keep me")
    (tmp_path / "taken.csv").mkdir()
    [problem] = refused(tmp_path, "assess", small, "--out", tmp_path / out, "--lang", "en")
    expected = "has no known ending → write FILE.csv or FILE.xlsx" if out.startswith("list") else "cannot be written"
    assert expected in problem and out in problem


def test_differences_and_runs_that_cannot_be_written(tmp_path):
    (tmp_path / "file.txt").write_text("keep me")
    for command in (
        ["compare", "baseline", "cautious", "--draws", 2, "--out", tmp_path / "file.txt" / "d.csv"],
        ["run", "--draws", 2, "--out", tmp_path / "file.txt"],
        ["run", "--draws", 2, "--out", tmp_path / "file.txt" / "deeper"],
        ["report", "--draws", 2, "--out", tmp_path / "file.txt" / "deeper"],
    ):
        before = listing(tmp_path)
        outcome = call(*command)
        assert outcome.code == 2 and "file.txt" in outcome.err and "无法写入" in outcome.err
        assert "Traceback" not in outcome.err and listing(tmp_path) == before


# ----------------------------------------------------------------------------------------- ends of a command


def test_an_interruption_is_130_and_says_so(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(simulator, "assess", interrupted)
    assert call("assess", SAMPLE) == Outcome(130, "", "已中断\n")


def test_a_defect_of_the_program_is_not_passed_off_as_bad_input(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(simulator, "assess", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main(["assess", str(SAMPLE)])


def test_a_reader_that_has_seen_enough_ends_the_command_quietly():
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "terms"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(120) == 0 and said == b""


@pytest.mark.parametrize(
    "verb, expected",
    [("terms", "高档返还比例"), ("assess", f"四（九） {NAME_OF['data_line']}"), ("explain", "√ 网络零售企业"), ("run", "基准情景")],
)
def test_a_gbk_console_shows_chinese(verb, expected):
    finished = in_a_process(*EVERY_VERB[verb], PYTHONIOENCODING="gbk", PYTHONUTF8="0")
    assert finished.returncode == 0 and b"Traceback" not in finished.stderr, finished.stderr
    assert expected in finished.stdout.decode("gbk")


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252"])
def test_a_console_without_the_signs_of_a_message_shows_a_question_mark(encoding):
    refusal = in_a_process("explain", SAMPLE, "企业²", "--lang", "en", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert refusal.returncode == 2 and refusal.stdout == b""
    said = refusal.stderr.decode(encoding)
    assert said.startswith("1 problem, nothing done:") and "check the id" in said and "Traceback" not in said
    assert ("企业?" in said) == (encoding == "gbk")


def test_a_process_elsewhere_with_chinese_paths_writes_what_it_says(small, tmp_path):
    finished = in_a_process("assess", small.name, "--out", "清 单.csv", "--set", "policy.end=none", cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "清 单.csv").read_bytes() == SMALL_CSV.encode("utf-8-sig")
    refusal = in_a_process("assess", small.name, "--scenario", "没有.yaml", cwd=tmp_path)
    assert refusal.returncode == 2 and refusal.stdout == b""
    assert refusal.stderr.decode() == (
        "共 1 处问题，未做任何处理：\n  没有名为 '没有.yaml' 的情景或文件 → "
        "请写路径，或下列之一：baseline, cautious, generous, hindsight, rebate_suspended\n"
    )


def test_the_shipped_sample_is_said_to_be_invented():
    assert simulator.read_population(folder("data") / "sample").synthetic
    assert sum(CASH) == len(SLUGS) - 1


# --------------------------------------------------------------------------------------- input that changes nothing


def test_an_option_that_would_change_nothing_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "run"
    run.mkdir()
    (run / "record.json").write_text("{}", encoding="utf-8")  # a finished run
    english = ("--lang", "en")
    assert refused(tmp_path, "report", run, *english, "--draws", 5, "--set", "seed=4", "--appropriation", "2014=500万") == [
        f"{name}: changes nothing: the run is finished → name the scenario to play it anew"
        for name in ("--draws", "--appropriation", "--set")
    ]
    assert refused(tmp_path, "report", *english, "--releases", run)[0].startswith("--releases: is for reports that leave the house")
    assert refused(tmp_path, "run", *english, "--of", "2014", "--max-draws", 9) == [
        f"{name}: is about --precision → give --precision, too" for name in ("--of", "--max-draws")
    ]
    assert refused(tmp_path, "run", *english, "--appropriation", "2030=5000000") == [
        "appropriation.2030: no cash is paid in 2030 → a year from 2013 … 2018"
    ]
    assert refused(tmp_path, "budget", *english, "--appropriation", "2014=500") == [
        "appropriation.2014: 500 CNY is less than a single award → write 500万元, or 500元 if it is meant"
    ]


@pytest.mark.parametrize("rate, said", [("0.6", True), ("0.5", False), ("0.4", False)])
def test_a_higher_band_that_gives_less_is_pointed_out(rate, said, tmp_path, capsys):
    assert cli.main(["run", "baseline", "--draws", "4", "--set", f"law.tax_rebate.low_rate={rate}", "--out", str(tmp_path)]) == 0
    assert ("law.tax_rebate.high_rate：低于下一档“low_contribution” → 请核对这两档" in capsys.readouterr().err) == said
