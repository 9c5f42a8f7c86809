"""Files as an office builds them: titles, merged headers, totals, remarks, units, old workbooks, web pages, Parquet."""

import datetime
import io
import subprocess

import openpyxl
import pandas as pd
import pytest

from simulator.errors import PopulationError
from simulator.population.legacy import streams
from simulator.population.raw import RawTable
from simulator.population.readers import examine, read_population
from simulator.population.writing import write_parquet
from tests import of_2013
from tests.population.registers import (
    ANNUAL,
    ENTERPRISES,
    as_csv,
    full,
    only_problem,
    problems,
    table,
    warnings,
    write,
    write_workbook,
)

PLAIN = table("enterprise_id year sales vat income_tax rented_area rent", "E1 2013 30000000 450000 60000 120 45",
              "E2 2013 1250000.5 18000 0 80.5 50")  # fmt: skip


def office_annual() -> list[list]:
    """The same rows as an office shows them: title, unit, merged two-row header, subtotals, a footnote."""
    return [
        ["2013年度电子商务企业税收及用房情况表"],
        ["填报单位：某区商务局", "", "", "", "", "", "单位：万元"],
        ["序号", "统一社会信用代码", "年度", "销售额", "税收", "", "办公用房", "", "备注"],
        ["", "", "", "", "增值税", "企业所得税", "租用面积（㎡）", "月租金\n（元/㎡·月）", ""],
        [1, "E1", 2013, 3000, 45, 6, 120, 45, "重点"],
        ["小计", "", "", 3000, 45, 6, 120, "", ""],
        [2, "E2", "2013年", 125.00005, 1.8, 0, 80.5, 50, ""],
        ["合　计", "", "", 3125, 46.8, 6, 200.5, "", ""],
        ["注：数据来自税务部门"],
        ["制表人：张三", "", "审核：李四"],
    ]


def test_a_number_column_that_spans_a_header_whose_names_all_stand_below(tmp_path):
    rows = [
        ["序号", "企业", "", "经营", "税收（万元）"],
        ["", "统一社会信用代码", "年度", "销售额（元）", "增值税"],
        ["1", "E1", "2013", "30000000", "45"],
        ["2", "E2", "2013", "1250000.5", "1.8"],
    ]
    plain = [[row[0], row[1], row[2], row[3]] for row in PLAIN]
    assert same_facts(read_population(write(tmp_path / "a", annual=rows)), read_population(write(tmp_path / "b", annual=plain)))


def with_totals_under_the_code(rows: list[list]) -> list[list]:
    """The word 合计 in the column of the code, as a sheet without 序号 has it."""
    return [[*row[1:]] if len(row) > 1 else row for row in rows]


def bare(path):
    return read_population(write(path, annual=PLAIN))


def same_facts(one, other) -> bool:
    return (one.annual == other.annual).all() and (one.enterprises == other.enterprises).all()


def test_title_rows_merged_headers_units_and_totals_in_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "年度"
    for row in office_annual():
        sheet.append([None if cell == "" else cell for cell in row])
    for merged in ("A1:I1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3", "G3:H3", "A8:C8"):
        sheet.merge_cells(merged)
    sheet = book.create_sheet("企业")
    for row in ENTERPRISES:
        sheet.append([cell or None for cell in row])
    book.save(tmp_path / "办公 表.xlsx")
    population = read_population(tmp_path / "办公 表.xlsx")
    assert same_facts(population, bare(tmp_path / "plain"))
    odd = [str(w) for w in population.warnings if "absent" not in w.cause]
    assert [w.split("→")[0] for w in odd] == ["年度 row 9: a footnote and not a row: “注:数据来自税务部门”; left out ",
                                              "年度 row 10: a footnote and not a row: “制表人:张三”; left out "]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_same_sheet_saved_as_text(tmp_path, encoding, delimiter):
    rows = [[str(cell) for cell in row] for row in office_annual()]
    folder = write(tmp_path / "a", annual=as_csv(rows, delimiter).encode(encoding))
    assert same_facts(read_population(folder), bare(tmp_path / "b"))
    assert {examine(folder).source.tables["annual"].encoding} <= {"UTF-8", "GB18030", "UTF-16"}


# ------------------------------------------------------------------------------------------------ control sums


def sums(tmp_path, *total: str) -> list[str]:
    rows = [*PLAIN, ["合计", "", *total]]
    return [w.cause for w in warnings(write(tmp_path, annual=rows)) if "totals row" in w.cause]


def test_a_right_sum_is_silent_and_the_row_is_no_enterprise(tmp_path):
    assert sums(tmp_path, "31250000.5", "468000", "60000", "200.5", "") == []
    assert len(read_population(tmp_path)) == 2


def test_a_differing_sum_names_both(tmp_path):
    assert sums(tmp_path, "31250000.5", "468001", "60000", "", "95") == [
        "the totals row says 468,001, the rows add up to 468,000"]  # fmt: skip


def test_a_sum_with_fewer_decimals_is_compared_with_as_many(tmp_path):
    assert sums(tmp_path / "a", "31250001", "", "", "", "") == []
    assert len(sums(tmp_path / "b", "31250002", "", "", "", "")) == 1


def test_a_sum_above_the_largest_amount_of_one_enterprise_stops_nothing(tmp_path):
    assert sums(tmp_path, "99999999999999", "", "", "", "") == []


def test_a_sum_that_is_no_number_is_reported(tmp_path):
    assert sums(tmp_path, "约三千万", "", "", "", "") == ["a totals row: “约三千万” is not a number"]


@pytest.mark.parametrize("word", ["合计", "总 计", "小计：", "商品类小计", "Total", "Grand total", "共计"])
def test_words_of_totals(tmp_path, word):
    rows = [*table("enterprise_id year", "E1 2013"), [word, ""]]
    assert read_population(write(tmp_path, annual=rows)).annual["present"].sum() == 1


def test_a_firm_may_be_called_total(tmp_path):
    rows = full("enterprises", {"enterprise_id": "E1", "name": "合计"}, {"enterprise_id": "E2", "name": "小计"})
    assert len(read_population(write(tmp_path, enterprises=rows))) == 2


# ------------------------------------------------------------------------------------------------------- former id


def test_old_and_new_code_are_one_enterprise(tmp_path):
    enterprises = full("enterprises", {"enterprise_id": "91350100M000100Y43", "former_id": "350100000000001"},
                       {"enterprise_id": "E2", "former_id": "旧一、旧二"})  # fmt: skip
    annual = table("enterprise_id year sales", "350100000000001 2012 1", "91350100m000100y43 2013 2", "旧一 2012 3",
                   "旧二 2013 未知", "E2 2014 4")  # fmt: skip
    paid = table("enterprise_id year clause amount", "350100000000001 2013 3 7")
    population = read_population(write(tmp_path, enterprises=enterprises, annual=annual, paid=paid))
    assert population.annual["sales"].tolist() == [[100, 200, 0], [300, 0, 400]] and population.paid[0, 1, 2] == 700
    assert ("E2", 2013, "sales") in population.unknown, "under the new code"
    assert read_population(population.write_folder(tmp_path / "again")) == population


@pytest.mark.parametrize(
    "rows, cause",
    [
        (({"enterprise_id": "E1", "former_id": "E2"}, {"enterprise_id": "E2"}), "“E2” has a row of its own, on line 3"),
        (({"enterprise_id": "E1", "former_id": "X"}, {"enterprise_id": "E2", "former_id": "X"}),
         "“X” is the former id of line 2 too"),
    ],
)  # fmt: skip
def test_former_codes_that_contradict(tmp_path, rows, cause):
    problem = only_problem(write(tmp_path, enterprises=full("enterprises", *rows)))
    assert problem.cause == cause


def test_both_codes_in_one_year_are_two_rows_of_one_enterprise(tmp_path):
    enterprises = full("enterprises", {"enterprise_id": "E1", "former_id": "X"})
    problem = only_problem(write(tmp_path, enterprises=enterprises,
                                 annual=table("enterprise_id year sales", "E1 2013 1", "X 2013 2")))  # fmt: skip
    assert "has a row of this year already, on line 2" in problem.cause


# ------------------------------------------------------------------------------------------------- old workbooks


@pytest.fixture
def old_book(tmp_path):
    """A true .xls, as a spreadsheet of the year 2003 wrote it."""
    import xlwt

    book = xlwt.Workbook()
    dates = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, rows in {"企业": ENTERPRISES, "年度": office_annual()}.items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for position, cell in enumerate(row):
                if cell != "":
                    sheet.write(at, position, cell)
    book.get_sheet("企业").write(1, 2, datetime.date(2013, 5, 6), dates)
    return book


def test_an_old_workbook(tmp_path, old_book):
    old_book.save(str(tmp_path / "旧 表.xls"))
    population = read_population(tmp_path / "旧 表.xls")
    assert population.enterprises["settled_on"][0] == 20130506
    assert (population.annual == bare(tmp_path / "plain").annual).all()


def test_an_old_workbook_under_a_new_name_is_read_and_reported(tmp_path, old_book):
    old_book.save(str(tmp_path / "a.xls"))
    (tmp_path / "b.xlsx").write_bytes((tmp_path / "a.xls").read_bytes())
    assert any("is a workbook of the kind .xls" in w.cause for w in warnings(tmp_path / "b.xlsx"))
    write_workbook(tmp_path / "c.xlsx")
    (tmp_path / "d.xls").write_bytes((tmp_path / "c.xlsx").read_bytes())
    assert any("is a workbook of the kind .xlsx" in w.cause for w in warnings(tmp_path / "d.xls"))


def test_errors_and_uncalculated_formulas_of_an_old_workbook_are_not_blank(tmp_path, old_book):
    import xlwt

    old_book.get_sheet("年度").row(4).set_cell_error(9, 0x2A)
    old_book.get_sheet("年度").write(6, 9, xlwt.Formula("1/0"))
    old_book.get_sheet("年度").write(2, 9, "数据专线租费")
    old_book.save(str(tmp_path / "a.xls"))
    found = problems(tmp_path / "a.xls")
    assert [(p.place, p.cause) for p in found] == [
        ("年度!J5", "the cell shows #N/A"), ("年度!J7", "the cell's formula was never calculated")]  # fmt: skip


def test_calculated_errors_of_a_real_spreadsheet_are_seen(need, tmp_path):
    """LibreOffice calculates and writes the old format itself."""
    path = write_workbook(tmp_path / "a.xlsx", annual=[["enterprise_id", "year", "sales", "vat"], ["E1", 2013, "=1/0", "=1+1"]])
    office = need("soffice", "libreoffice")
    subprocess.run([office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to",
                    "xls:MS Excel 97", "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=240)  # fmt: skip
    problem = only_problem(tmp_path / "a.xls")
    assert (problem.place, problem.cause) == ("annual!C2", "the cell shows #DIV/0!")


def test_damaged_old_workbooks(tmp_path, old_book):
    out = io.BytesIO()
    old_book.save(out)
    good = out.getvalue()
    assert "Workbook" in streams(good)
    for number in range(30):
        at = len(good) * number // 30
        (tmp_path / "a.xls").write_bytes(good[:at] + b"\xff\xfe\x00\x01" + good[at + 4 :])
        try:
            read_population(tmp_path / "a.xls")
        except Exception as error:
            assert type(error).__name__ == "PopulationError", (number, repr(error))
    for length in (0, 8, 100, 512, 1024, len(good) // 2):
        (tmp_path / "a.xls").write_bytes(good[:length])
        assert problems(tmp_path / "a.xls")


HTML = """<html><head><meta charset="gb2312"></head><body><table><tr><td>导航</td></tr></table>
<table border=1><tr><th colspan="3">企业销售情况</th></tr><tr><td>统一社会信用代码<td>年度<td>销售额（万元）</tr>
<tr><td rowspan="2">&nbsp;E1</td><td>2013</td><td>3,000</td></tr>
<tr><td>2014</td><td>125</td></tr></table></body></html>"""


def test_a_web_page_named_as_a_workbook(tmp_path):
    folder = write(tmp_path / "f")
    (folder / "annual.csv").unlink()
    (folder / "年度.xls").write_bytes(HTML.replace('rowspan="2"', "").replace(
        "<tr><td>2014", "<tr><td>E1<td>2014").encode("gb18030"))  # fmt: skip
    population = read_population(folder)
    assert population.annual["sales"][0].tolist() == [3_000_000_000, 125_000_000]
    assert any("is a web page named as a workbook" in w.cause for w in population.warnings)
    (tmp_path / "名录.xls").write_text(HTML, encoding="utf-8")
    problem = only_problem(tmp_path / "名录.xls")
    assert "web page" in problem.cause and "年度.xls" in problem.remedy


def test_a_code_over_two_rows_of_a_web_page_is_that_of_both(tmp_path):
    folder = write(tmp_path)
    (folder / "annual.csv").unlink()
    (folder / "年度.xls").write_text(HTML, encoding="utf-8")
    population = read_population(folder)
    assert population.annual["sales"][0].tolist() == [3_000_000_000, 125_000_000]
    assert any("merged cell(s)" in w.cause for w in population.warnings)


def test_an_xml_spreadsheet_is_refused_with_the_remedy(tmp_path):
    """Not a web page, and no table of it is one."""
    book = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
    folder = write(tmp_path / "r")
    (folder / "annual.csv").unlink()
    for path in (folder / "年度.xls", tmp_path / "名录.xls"):
        path.write_bytes(book)
    for where in (folder, tmp_path / "名录.xls"):
        problem = only_problem(where)
        assert "XML spreadsheet of 2003" in problem.cause and ".xlsx" in problem.remedy


@pytest.mark.parametrize("name", ["名录.et", "年度.ET", "a.ett"])
def test_a_wps_table_is_refused_with_the_remedy(tmp_path, name):
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    problem = only_problem(tmp_path / name)
    assert "WPS" in problem.cause and "另存为" in problem.remedy


def test_a_folder_of_workbooks_one_table_each(tmp_path):
    write_workbook(tmp_path / "book.xlsx")
    for name, sheet in (("企业.xlsx", "Sheet1"), ("年度.xlsx", "annual")):
        book = openpyxl.load_workbook(tmp_path / "book.xlsx")
        keep = book["enterprises" if name.startswith("企业") else "annual"]
        for other in list(book.worksheets):
            if other is not keep:
                book.remove(other)
        keep.title = sheet
        book.create_sheet("空")
        (tmp_path / "f").mkdir(exist_ok=True)
        book.save(tmp_path / "f" / name)
    assert read_population(tmp_path / "f") == read_population(write(tmp_path / "csv"))
    (tmp_path / "f" / "~$年度.xlsx").write_bytes(b"lock")
    assert read_population(tmp_path / "f").warnings == []


# ------------------------------------------------------------------------------------------------------- Parquet


def test_parquet(tmp_path):
    folder = tmp_path / "p"
    folder.mkdir()
    enterprises = pd.DataFrame({"enterprise_id": ["E1", "E2"], "name": ["NA", None],
                                "settled_on": [datetime.date(2013, 5, 6), None], "o2o": [True, False]})  # fmt: skip
    annual = pd.DataFrame({"统一社会信用代码": ["E1", "E2"], "年度": [2013, 2014], "销售额（万元）": [0.1 + 0.2, 3000.0]})
    enterprises.to_parquet(folder / "enterprises.parquet")
    annual.to_parquet(folder / "年度.parquet")
    population = read_population(folder)
    assert population.details["name"].tolist() == ["NA", ""] and population.enterprises["settled_on"].tolist() == [20130506, 0]
    assert population.annual["sales"].tolist() == [[300_000, 0], [0, 3_000_000_000]]
    annual.assign(销售额=float("nan")).drop(columns="销售额（万元）").astype({"销售额": object}).to_parquet(folder / "年度.parquet")
    (folder / "年度.parquet").write_bytes(b"PAR1 rubbish PAR1")
    assert "no Parquet file" in only_problem(folder).cause


@pytest.mark.parametrize(
    "column, values, cause",
    [
        ("sales", [1.0, float("inf")], "“inf” is not a number"),
        ("sales", [1.0, -5.0], "“-5” is negative"),
        ("sales", [1e20, 1.0], "above"),
        ("building_occupancy", [0.5, 1.5], "more than 1"),
        ("designated_building", [1.0, 2.0], "neither yes nor no"),
        ("year", [2013.0, 2013.5], "not a year"),
        ("year", [2013.0, None], "the cell is blank"),
        ("sales", [True, None], "is not a number"),
        ("vat", [datetime.date(2013, 1, 1), None], "is not a number"),
    ],
)
def test_typed_columns_are_held_to_the_same_rules(tmp_path, column, values, cause):
    folder = write(tmp_path)
    (folder / "annual.csv").unlink()
    frame = {"enterprise_id": ["E1", "E2"], "year": [2013, 2014]} | {column: values}
    pd.DataFrame(frame).to_parquet(folder / "annual.parquet")
    assert cause in only_problem(folder).cause


def test_typed_columns_say_the_same_as_their_text(tmp_path):
    frame = pd.DataFrame({"enterprise_id": ["E1", "E2"], "year": [2013, 2014], "rent": [0.3, None], "sales": [0.005, 7],
                          "paid_members": [3, 4], "designated_building": [True, False]})  # fmt: skip
    for name, folder in (("parquet", write(tmp_path / "a")), ("csv", write(tmp_path / "b"))):
        (folder / "annual.csv").unlink()
        frame.to_parquet(folder / "annual.parquet") if name == "parquet" else frame.to_csv(folder / "annual.csv", index=False)
    one, two = read_population(tmp_path / "a"), read_population(tmp_path / "b")
    assert one == two and [w.cause for w in one.warnings] == [w.cause for w in two.warnings]


def test_parquet_is_written_and_read_again(tmp_path):
    import simulator

    population = simulator.synthesize(enterprises=60)
    folder = write_parquet(population, tmp_path / "a")
    assert read_population(folder) == population
    (folder / ".simulator.json").unlink()  # as somebody else's
    with pytest.raises(PopulationError, match="already holds"):
        population.write_folder(folder)


# ---------------------------------------------------------------------------------------------------- odd columns


def test_hidden_sheets_and_rows_are_read_and_reported(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    book["enterprises"].sheet_state = "hidden"
    book["annual"].row_dimensions[3].hidden = True
    book.create_sheet("说").sheet_state = "visible"
    book.active = 2
    book.save(path)
    causes = [w.cause for w in warnings(path)]
    assert "the sheet is hidden; everything was read" in causes and "1 row(s) are hidden; everything was read" in causes


def test_days_of_a_spreadsheet_in_both_calendars(tmp_path):
    rows = full("enterprises", {"enterprise_id": "E1", "settled_on": "41400"})
    population = read_population(write(tmp_path / "a", enterprises=rows))
    assert population.enterprises["settled_on"][0] == 20130506
    assert ["spreadsheet's number of a day, read as 2013-05-06" in w.cause for w in population.warnings] == [True]
    path = write_workbook(tmp_path / "b.xlsx", enterprises=[["enterprise_id", "settled_on"], ["E1", 39938]])
    book = openpyxl.load_workbook(path)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(path)
    assert read_population(path).enterprises["settled_on"][0] == 20130506


def test_a_tables_name_may_bear_a_remark(tmp_path):
    folder = write(tmp_path)
    (folder / "annual.csv").rename(folder / "年度（2013-2014年）.csv")
    assert read_population(folder).years == range(2013, 2015)


def test_every_column_is_known_with_its_unit_behind_it():
    from simulator.population.template import header_of
    from simulator.population.units import column_named, declared_unit

    for one in of_2013.TABLES:
        for column in one.columns:
            header = header_of(column)
            assert column_named(header, one) is column
            raw = RawTable(one.name, False, [header], 1, [()], [])
            assert not isinstance(declared_unit(column, 0, raw, one), str), header


def test_what_was_left_of_the_first_form_still_is(tmp_path):
    assert read_population(write(tmp_path, annual=ANNUAL)).annual["present"].sum() == 2
