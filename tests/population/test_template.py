"""The template comes from the contract; filled in, it is read; read, it can be written and read again."""

import openpyxl

import simulator
from simulator.cli import main
from simulator.population import documentation
from simulator.population.readers import read_population
from simulator.population.template import header_of, write_template, write_workbook
from tests import of_2013

FILLED = {
    "企业": {"统一社会信用代码": ["91350100M000100Y43", "350100000000001"], "企业名称": ["甲公司", "=1+1"],
             "落户日期": ["2013-05-06", None], "注册资本（元）": [5_000_000, 100_000], "实缴资本（元）": [5_000_000, "未知"],
             "电子商务企业": ["是", "是"], "网络零售企业": ["是", "未知"], "总部类型": ["区域", None], "行业": ["商品", "服务"]},
    "年度": {"统一社会信用代码": ["91350100M000100Y43", "350100000000001"], "年度": [2013, 2014], "销售额（元）": [1e6, 2e6],
             "月租金（元/㎡·月）": [45.5, None], "指定楼宇": ["是", "否"], "电商入驻率": [None, 0.85]},
    "既有政策": {"统一社会信用代码": ["350100000000001"], "年度": [2014], "条款": [3], "金额（元）": [100.5], "承担方": ["市级"]},
    "已兑现": {"统一社会信用代码": ["91350100M000100Y43"], "年度": [2013], "条款": [1], "金额（元）": [700000]},
    "申报": {"统一社会信用代码": ["91350100M000100Y43"], "年度": [2013], "条款": [3], "申报日期": ["2013-09-01"]},
}  # fmt: skip


def fill(path, content=FILLED):
    book = openpyxl.load_workbook(path)
    for name, columns in content.items():
        sheet = book[name]
        headers = [cell.value for cell in sheet[1]]
        for header, values in columns.items():
            for row, value in enumerate(values, start=2):
                cell = sheet.cell(row, headers.index(header) + 1, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    book.save(path)


def test_template_filled_imported_exported_imported(tmp_path):
    path = write_template(tmp_path / "名册 模板.xlsx")
    fill(path)
    population = read_population(path)
    assert [w for w in population.warnings if "absent" in w.cause] == [], "a template has all columns"
    assert population.details["name"].tolist() == ["甲公司", "=1+1"]
    assert population.enterprises["paid_in_capital"].tolist() == [500_000_000, 0]
    assert {("350100000000001", 0, "paid_in_capital"), ("350100000000001", 0, "online_retailer")} <= set(population.unknown)
    assert population.support[1, 1, 2] == 10_050 and population.support_district.sum() == 0
    assert population.paid[0, 0, 0] == 70_000_000 and population.applications["applied_on"].tolist() == [20130901]
    folder = population.write_folder(tmp_path / "导出")
    assert read_population(folder) == population
    book = write_workbook(tmp_path / "again.xlsx", population.to_tables())
    assert read_population(book) == population
    assert read_population(read_population(book).write_folder(tmp_path / "third")) == population


def test_a_synthetic_register_as_a_workbook(tmp_path):
    population = simulator.synthesize(enterprises=60)
    path = write_workbook(tmp_path / "合成.xlsx", population.to_tables(), synthetic=True)
    assert read_population(path) == population and read_population(path).synthetic


def test_the_template_holds_all_tables_columns_drop_downs_and_notes(tmp_path):
    assert main(["template", "--out", str(tmp_path / "t.xlsx")]) == 0
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == [*(t.header for t in of_2013.TABLES), "填表说明"]
    for table in of_2013.TABLES:
        sheet = book[table.header]
        assert [cell.value for cell in sheet[1]] == [header_of(column) for column in table.columns]
        lists = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
        for position, column in enumerate(table.columns, start=1):
            cell = sheet.cell(1, position)
            assert column.name in cell.comment.text
            rule = lists.get(f"{cell.column_letter}2")
            assert (rule is not None) == (column.kind != "text"), column.name
            if column.kind == "flag":
                assert rule.formula1 == '"是,否,未知"'
    assert main(["template", "--out", str(tmp_path / "t.csv")]) == 2


def test_the_documentation_names_every_column_once():
    frame = documentation.columns_table()
    assert len(frame) == sum(len(table.columns) for table in of_2013.TABLES)
    assert frame["规则 rules"].str.contains("数量级").sum() == 9
