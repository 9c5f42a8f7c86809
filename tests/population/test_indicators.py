"""The tables of 三（十）: what they count by year, and that unknown is never counted as none."""

import re

import openpyxl
import pytest

import simulator
from simulator.cli import main
from simulator.errors import PopulationError
from simulator.population.indicators import HEADERS, SHEETS, indicators, write_indicators
from simulator.population.readers import read_population
from tests.population.registers import full, write


@pytest.fixture
def population(tmp_path):
    enterprises = full("enterprises", {"enterprise_id": "E1", "name": "秘密甲", "sector": "商品", "online_retailer": "是"},
                       {"enterprise_id": "E2", "sector": "服务"}, {"enterprise_id": "E3"})  # fmt: skip
    annual = full("annual",
                  {"enterprise_id": "E1", "year": "2012", "sales": "4000000", "online_sales": "3000000", "vat": "100",
                   "retained_tax": "7", "employees": "4"},
                  {"enterprise_id": "E1", "year": "2013", "sales": "6000000", "online_sales": "4500000", "vat": "200",
                   "income_tax": "100", "employees": "6"},
                  {"enterprise_id": "E2", "year": "2013", "sales": "900000", "business_tax": "45000", "employees": "未知"},
                  {"enterprise_id": "E3", "year": "2013", "sales": "未知", "online_sales": "未知", "vat": "未知"})  # fmt: skip
    return read_population(write(tmp_path / "r", enterprises=enterprises, annual=annual))


def test_online_retail_and_its_share(population):
    table = indicators(population, trscg={2013: 45_000_000})["online_retail"].set_index("year")
    assert table.loc[2012, ["enterprises", "sales", "online_sales"]].tolist() == [1, 4e6, 3e6]
    assert table.loc[2013, ["enterprises", "with_online_sales", "sales", "online_sales"]].tolist() == [3, 1, 6.9e6, 4.5e6]
    assert table.loc[2013, "growth"] == pytest.approx(0.5) and table.loc[2013, "share_of_trscg"] == pytest.approx(0.1)
    assert table.loc[2013, ["unknown_sales", "unknown_online_sales"]].tolist() == [1, 1]
    assert table["share_of_trscg"].isna().tolist() == [True, False]


def test_merchants_by_size_taxes_employment_and_services(population):
    tables = indicators(population)
    assert list(tables) == list(SHEETS)
    sizes = tables["sizes"].set_index(["year", "size"])["enterprises"]
    assert sizes[2013, "微型 micro"] == 1 and sizes[2013, "中型 medium"] == 1 and sizes[2013].sum() == 2, "one is unknown"
    scale = tables["of_scale"].set_index(["year", "threshold"])["enterprises"]
    assert scale[2013, 3_000_000] == 1 and scale[2013, 5_000_000] == 0
    taxes = tables["taxes"].set_index("year")
    assert taxes.loc[2013, ["vat", "business_tax", "income_tax", "unknown_taxes", "left_blank"]].tolist() == [200, 45_000, 100, 1, 3]
    assert taxes.loc[2013, "taxpayers"] == 2
    employment = tables["employment"].set_index("year")
    assert employment.loc[2012, "employees"] == 4 and employment.loc[2013, "unknown"] == 1
    services = tables["services"].set_index(["year", "sector"])["sales"]
    assert services[2013, "services"] == 900_000 and services[2013, "platform"] == 0


def test_the_law_works_out_what_was_left_blank(population):
    taxes = simulator.indicators(population)["taxes"].set_index("year")
    assert taxes.loc[2012, "retained_tax"] == 7 and taxes.loc[2013, "left_blank"] == 0
    assert taxes.loc[2013, "retained_tax"] == pytest.approx(0.5 * (0.25 * 200 + 0.4 * 100) + 0.5 * 45_000)


def test_without_employees_and_sectors_there_is_no_employment_and_no_service(tmp_path):
    from tests.population.registers import ANNUAL

    population = read_population(write(tmp_path, annual=[row[:-1] for row in ANNUAL]))
    assert not {"employment", "services"} & set(indicators(population)), "nor services where no sector is known: not zero"


def test_on_the_command_line_in_both_languages(population, tmp_path, capsys):
    folder = population.write_folder(tmp_path / "again")
    out = tmp_path / "统计 指标.xlsx"
    assert main(["indicators", str(folder), "--trscg", "2013=45000000", "--out", str(out)]) == 0
    reported = capsys.readouterr().out
    assert "占社零总额比重" in reported and "10.0%" in reported and "中型" in reported and out.is_file() and "秘密" not in reported
    assert main(["indicators", str(folder), "--lang", "en"]) == 0
    reported = capsys.readouterr().out
    assert "medium" in reported and not re.search("[\u4e00-\u9fff]", reported)
    assert main(["indicators", str(folder), "--trscg", "2013"]) == 2


def test_as_excel_with_counts_and_no_names(population, tmp_path):
    path = write_indicators(simulator.indicators(population), tmp_path / "统计 指标.xlsx", population.source)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == list(SHEETS.values())
    text = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "年度" in text and not any("秘密" in word or word in ("E1", "E2") for word in text)
    assert all(column in HEADERS for frame in indicators(population).values() for column in frame.columns)
    with pytest.raises(PopulationError):
        write_indicators({}, tmp_path / "a.csv")
