"""What stands beside the table: the unit on a sheet of explanations, in a text file, in a print header, in a database's comment; rows
that are no enterprise; what is struck out, raised or hidden; values that their formula does not give."""

import datetime
import re

import openpyxl
import pandas as pd
import pyarrow
import pytest
import xlwt
from openpyxl.styles import Font
from pyarrow import parquet

from simulator.population.readers import examine, read_population
from simulator.population.tables import to_tables
from simulator.population.template import write_workbook
from tests.files_in_the_wild.register import (
    CODES,
    asked,
    by_xlsxwriter,
    changed,
    column,
    folder,
    rewritten,
    same,
    tables,
    workbook,
)
from tests.of_2013 import TABLES

LEASE, CAPITAL, SETTLED = (
    column("annual", "line_lease"),
    column("enterprises", "paid_in_capital"),
    column("enterprises", "settled_on"),
)
AMOUNT, AREA, O2O = column("existing_support", "amount"), column("annual", "rented_area"), column("enterprises", "o2o")
TOLD = "as an explanation beside the table says"


def scaled(by=10_000, only=None):
    """The register with its amounts in another unit, or those of one table."""
    money = {table.name: [at for at, c in enumerate(table.columns) if c.kind == "money"] for table in TABLES}
    rows = tables()
    for name, table in rows.items():
        for row in table[1:] if only in (None, name) else []:
            for at in money[name]:
                row[at] = row[at] / by if row[at] != "" else ""
    return rows


def explained(name, *lines):
    def change(book):
        sheet = book.create_sheet(name, 0)
        for line in lines:
            sheet.append(line if isinstance(line, list) else [line])

    return change


@pytest.mark.parametrize(
    "name, lines, by",
    [
        ("说明", ["本名册金额单位均为万元"], 10_000),
        ("填表说明", ["一、填报范围", "二、单位：万元"], 10_000),
        ("封面", ["区电商政策名册", "金额单位：千元"], 1_000),
        ("首页", [["单位", "万元"]], 10_000),
        ("Sheet1", ["单位：万元"], 10_000),
        ("README", ["Amounts in 10,000 yuan"], 10_000),
        ("字段说明", [["字段", "含义", "单位"], ["金额", "各表金额", "万元"]], 10_000),
        ("说明", ["1. 空白表示没有；金额以万元计。"], 10_000),
        ("备注", ["金额单位：元"], 1),
        ("说明", ["注册资本500万元以上的企业"], 1),
    ],
)
def test_a_sheet_of_explanations_says_the_unit_of_every_table(tmp_path, name, lines, by):
    assert same(workbook(tmp_path / "a.xlsx", scaled(by), explained(name, *lines)), tmp_path, TOLD if by > 1 else "")


def test_an_explanation_of_one_column_is_about_that_column(tmp_path):
    rows = changed(lambda t: [row.__setitem__(LEASE, row[LEASE] / 10_000) for row in t["annual"][1:]])
    assert same(workbook(tmp_path / "a.xlsx", rows, explained("字段说明", ["数据专线租费", "万元"])), tmp_path, TOLD)


def test_an_explanation_that_contradicts_the_header_is_asked(tmp_path):
    rows = changed(lambda t: t["existing_support"][0].__setitem__(AMOUNT, "金额（元）"))
    asked(
        workbook(tmp_path / "a.xlsx", rows, explained("说明", "金额单位：万元")),
        "the header says 元, the explanation 万元",
    )


def test_another_table_on_another_sheet_says_nothing_of_the_register(tmp_path):
    old = [["单位：万元"], ["代码", "2012年销售额", "2012年税收", "备注"], ["甲", 1, 2, "x"]]
    assert same(workbook(tmp_path / "a.xlsx", tables(), explained("2012年旧表", *old)), tmp_path, "is no table of a register")


@pytest.mark.parametrize(
    "name, text, encoding",
    [
        ("说明.txt", "金额单位：万元", "utf-8"),
        ("说明.txt", "金额单位：万元", "gbk"),
        ("README.md", "Amounts in 10,000 yuan", "utf-8"),
        ("填报要求.txt", "一、范围。\n二、金额以万元为单位；", "utf-8-sig"),
    ],
)
def test_a_text_beside_the_tables_says_the_unit(tmp_path, name, text, encoding):
    path = folder(tmp_path / "f", scaled())
    before = examine(path).source.sha256
    (path / name).write_bytes(text.encode(encoding))
    assert same(path, tmp_path, TOLD)
    assert examine(path).source.sha256 != before  # what changes an amount is in the hash


def test_the_name_of_the_folder_says_the_unit_and_a_document_is_named(tmp_path):
    path = folder(tmp_path / "名册（单位：万元）", scaled())
    (path / "说明.docx").write_bytes(b"PK")
    assert same(path, tmp_path, TOLD, "说明.docx: is a document, which is not read")


ON_THE_SHEET = {
    "print header": lambda book, sheets: sheets["existing_support"].set_header("&R单位：万元"),
    "print footer": lambda book, sheets: sheets["existing_support"].set_footer('&L&"宋体,常规"&10金额单位：万元'),
    "text box": lambda book, sheets: sheets["existing_support"].insert_textbox(8, 2, "单位：万元"),
    "comment on another header": lambda book, sheets: sheets["existing_support"].write_comment("A1", "单位：万元"),
    "comment beside": lambda book, sheets: sheets["existing_support"].write_comment("G1", "单位：万元"),
    "comment below": lambda book, sheets: sheets["existing_support"].write_comment("A9", "金额为万元"),
}


@pytest.mark.parametrize("where", ON_THE_SHEET)
def test_a_unit_said_on_the_sheet_but_in_no_cell(tmp_path, where):
    assert same(by_xlsxwriter(tmp_path / "a.xlsx", scaled(only="existing_support"), ON_THE_SHEET[where]), tmp_path)


def test_the_workbooks_own_title_and_a_prompt(tmp_path):
    assert same(
        by_xlsxwriter(tmp_path / "a.xlsx", scaled(), lambda book, _: book.set_properties({"title": "名册（单位：万元）"})),
        tmp_path,
    )
    rule = {"validate": "decimal", "criteria": ">=", "value": 0, "input_title": "金额", "input_message": "单位：万元"}
    asked(
        by_xlsxwriter(
            tmp_path / "b.xlsx",
            scaled(only="existing_support"),
            lambda _, sheets: sheets["existing_support"].data_validation("D2:D9", rule),
        ),
        "the comment on line 2 says 万元",
    )


def test_the_programs_own_form_filled_in_as_it_says(tmp_path):
    """Its sheet 填表说明, notes and prompts speak of 元; it asks to change the header where 万元 is written."""
    form = write_workbook(tmp_path / "a.xlsx", to_tables(read_population(folder(tmp_path / "f", tables()))))
    book = openpyxl.load_workbook(form)
    for sheet in book:
        for head in sheet[1]:
            if "（元）" in str(head.value):
                head.value = head.value.replace("（元）", "（万元）")
                for row in range(2, sheet.max_row + 1):
                    cell = sheet.cell(row, head.column)
                    cell.value = cell.value / 10_000 if isinstance(cell.value, int | float) else cell.value
    book.save(tmp_path / "b.xlsx")
    assert same(tmp_path / "b.xlsx", tmp_path)


def test_a_name_much_like_a_column_keeps_its_unit(tmp_path):
    rows = changed(lambda t: t["existing_support"][0].__setitem__(AMOUNT, "万元金额"))
    (problem,) = (p for p in examine(workbook(tmp_path / "a.xlsx", rows)).errors if "did you mean" in p.remedy)
    assert problem.remedy == "did you mean 金额（万元）?"


@pytest.mark.parametrize(
    "field, table",
    [({"unit": "万元"}, None), ({"comment": "金额，单位：万元"}, None), (None, {"description": "单位：万元"})],
)
def test_parquet_says_the_unit_in_its_metadata(tmp_path, field, table):
    (tmp_path / "p").mkdir()
    for name, rows in scaled(only="existing_support").items():
        frame = pd.DataFrame([[None if cell == "" else cell for cell in row] for row in rows[1:]], columns=rows[0])
        held = pyarrow.Table.from_pandas(frame, preserve_index=False)
        if name == "existing_support":
            held = held.set_column(AMOUNT, pyarrow.field("金额", pyarrow.float64(), metadata=field), held.column(AMOUNT))
            held = held.replace_schema_metadata(table)
        parquet.write_table(held, tmp_path / "p" / f"{name}.parquet")
    assert same(tmp_path / "p", tmp_path)


@pytest.mark.parametrize(
    "only, orders",
    [
        ("existing_support", ["COMMENT ON COLUMN existing_support.金额 IS '单位：万元'"]),
        ("existing_support", ["COMMENT ON TABLE existing_support IS '金额单位：万元'"]),
        ("paid", ["COMMENT ON TABLE paid IS '万元'", "ALTER TABLE annual ALTER 主体税区级留成 TYPE FLOAT"]),
        ("", ["CREATE TYPE yn AS ENUM ('是', '否')", "ALTER TABLE enterprises ALTER 线上线下结合 TYPE yn"]),
    ],
)
def test_duckdb_says_it_in_comments_and_has_types_of_its_own(tmp_path, only, orders):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        for name, rows in scaled(only=only).items():
            held = pd.DataFrame([[None if cell == "" else cell for cell in row] for row in rows[1:]], columns=rows[0])
            connection.register("held", pyarrow.Table.from_pandas(held, preserve_index=False))
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM held")
        for order in orders:
            connection.execute(order)
    assert same(tmp_path / "a.duckdb", tmp_path)


# ---- formulas


def calculated(path):
    """As if a program that calculates had written it."""
    return rewritten(path, lambda _, content: content.replace(b' fullCalcOnLoad="1"', b"").replace(b"Microsoft Excel", b"WPS Office"))


def formula(path, text, value, sheet="enterprises", row=1, at=CAPITAL):
    return by_xlsxwriter(path, tables(), lambda _, sheets: sheets[sheet].write_formula(row, at, text, None, value))


@pytest.mark.parametrize(
    "text, value, gives",
    [
        ("=1200*3", 1200, "3600"),
        ("=SUM(1000000,2000000)", 1_000_000, "3000000"),
        ("=D2*0.6", 1234, "3000000.6"),
        ("=(D2-D3)*-3", 1, "3"),
        ("=ROUND(D2/3,0)", 1, "1666667"),
        ("=SUM(D2:D5)/4", 3_000_000, "5000002.5"),
        ("=MAX($D$2,D3)-2E6", 1, "3000002"),
        ("=50%*D2", 7, "2500000.5"),
    ],
)
def test_a_value_that_its_formula_does_not_give_is_asked(tmp_path, text, value, gives):
    path = formula(tmp_path / "a.xlsx", text, value)
    asked(
        calculated(path),
        "enterprises!E2",
        f"the cell's formula shows {value}, and {text} gives {gives}",
        "let it calculate",
    )


@pytest.mark.parametrize(
    "text",
    [
        "=2000000+1000000",
        "=SUM(1000000,2000000)",
        "=VLOOKUP(A2,annual!A:C,3,0)",
        '=INDIRECT("D2")',
        "=D2-2000001",
        "=IF(D2>0,1,2)",
    ],
)
def test_a_value_that_is_right_or_not_simple_is_read(tmp_path, text):
    assert same(calculated(formula(tmp_path / "a.xlsx", text, 3_000_000)), tmp_path)


def test_a_formula_written_once_for_many_rows(tmp_path):
    def share(name, content):
        if name != "xl/worksheets/sheet2.xml":
            return content
        body = iter(range(8))
        return re.sub(
            rb"<f>C(\d+)/200</f>",
            lambda found: b'<f t="shared" ref="M2:M9" si="0">C2/200</f>' if not next(body) else b'<f t="shared" si="0"/>',
            content,
        )

    def write(_, sheets):
        for row in range(1, 9):
            sheets["annual"].write_formula(row, LEASE, f"=C{row + 1}/200", None, 100_000)

    asked(
        calculated(rewritten(by_xlsxwriter(tmp_path / "a.xlsx", tables(), write), share)),
        "and =C2/200 gives 100000.005; 8 cell(s) in all",
    )


def test_a_zero_that_the_formula_gives_is_a_zero_and_many_are_reported_once(tmp_path):
    fee = column("annual", "entry_fee")
    zero = changed(lambda t: t["annual"][1].__setitem__(fee, 0))
    found = examine(by_xlsxwriter(tmp_path / "a.xlsx", zero, lambda _, sheets: sheets["annual"].write_formula(1, fee, "=5-5", None, 0)))
    assert not found.errors
    for text, said in (
        ("=5*20000", "and =5*20000 gives 100000; 8 cell(s) in all"),
        ("=LEN(A2)", "formula shows 0, and the workbook was never"),
    ):
        path = by_xlsxwriter(
            tmp_path / "b.xlsx",
            tables(),
            lambda _, sheets, text=text: [sheets["annual"].write_formula(r, LEASE, text, None, 0) for r in range(1, 9)],
        )
        (problem,) = (p for p in examine(path).errors if "formula" in p.cause)
        assert said in problem.cause and "8 cell(s) in all" in problem.cause


@pytest.mark.parametrize("zero", [b"0.0", b"-0", b"0E+00"])
def test_a_zero_in_any_spelling(tmp_path, zero):
    path = formula(tmp_path / "a.xlsx", '=LEN(A1)*0+VALUE("3000000")', 0)
    asked(
        rewritten(path, lambda _, content: content.replace(b'<v>0</v></c><c r="F2', b"<v>" + zero + b'</v></c><c r="F2')),
        "formula shows 0",
    )


# ---- struck out, raised, hidden


@pytest.mark.parametrize("kind", ["xlsx", "xls", "html"])
def test_what_is_struck_out_is_asked(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        workbook(path, tables(), lambda book: [setattr(cell, "font", Font(strike=True)) for cell in book["annual"][3]])
    elif kind == "xls":
        xls(path, xlwt.easyxf("font: struck_out on"))
    else:
        path = page(tmp_path / "f", "<td style='text-decoration: line-through'>100000</td>")
    asked(path, "struck out", "delete what does not count")


@pytest.mark.parametrize("kind", ["xlsx", "xls", "html", "inline"])
def test_a_raised_mark_is_no_digit(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    if kind in ("xlsx", "inline"):
        by_xlsxwriter(
            path.with_suffix(".xlsx"),
            tables(),
            lambda book, sheets: sheets["annual"].write_rich_string(1, LEASE, "100000", book.add_format({"font_script": 1}), "1"),
        )
        path = path.with_suffix(".xlsx")
        if kind == "inline":
            rich = b'<is><r><t>100000</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r></is>'
            path = rewritten(
                path,
                lambda name, content: re.sub(rb'<c r="M2" t="s"><v>\d+</v>', b'<c r="M2" t="inlineStr">' + rich, content),
            )
    elif kind == "xls":
        xls(path, rich=["100000", ("1", xlwt.easyxf("font: escapement superscript").font)])
    else:
        path = page(tmp_path / "f", "<td>100000<sup>1</sup></td>")
    asked(path, "“100000¹” is not a number")


def xls(path, style=None, rich=None):
    book = xlwt.Workbook()
    for name, rows in tables().items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                if rich and (name, at, place) == ("annual", 1, LEASE):
                    sheet.write_rich_text(at, place, rich)
                else:
                    sheet.write(at, place, cell, *([style] if style and (name, at, place) == ("annual", 1, LEASE) else []))
        if not style and not rich:
            sheet.col(LEASE).hidden = True
            sheet.row(2).hidden = True
    book.save(str(path))
    return path


def page(path, cell="", *, head="", before="", after="", row=""):
    """The register with 年度 as a web page."""
    rows = tables()
    folder(path, rows)
    (path / "annual.csv").unlink()
    body = "".join(
        f"<tr {row if at == 2 else ''}>"
        + "".join(cell if cell and (at, place) == (1, LEASE) else f"<td>{text}</td>" for place, text in enumerate(line))
        + "</tr>"
        for at, line in enumerate(rows["annual"])
    )
    (path / "年度.xls").write_text(f"<html><style>{head}</style>{before}<table>{body}</table>{after}</html>", encoding="utf-8")
    return path


def test_hidden_rows_and_columns_are_said_in_every_kind(tmp_path):
    def hide(book):
        book["annual"].column_dimensions["N"].hidden = True
        book["annual"].row_dimensions[3].hidden = True

    assert same(workbook(tmp_path / "a.xlsx", tables(), hide), tmp_path, "1 row(s) are hidden; column(s) N are hidden")
    assert same(xls(tmp_path / "a.xls"), tmp_path, "1 row(s) are hidden; column(s) M are hidden")
    assert same(page(tmp_path / "f", row="style='display: none'"), tmp_path, "1 row(s) or cell(s) are hidden")


PAGES = [
    "<td>100000<span style='display:none'>9</span></td>",
    "<td><script>5</script>100000</td>",
    "<td><style>.a{}</style>100000</td>",
    "<td><input value='100000'></td>",
    "<td><select><option>1</option><option selected>100000</option></select></td>",
    "<td><!-- 5 -->100000</td>",
    "<td class=xl65 x:num>10</td>",
    "<td class=xl65 x:num='10'>10.00万元</td>",
    "<td style='mso-number-format:\"0\\.00\\0022万元\\0022\"' x:num='10'>10</td>",
]


@pytest.mark.parametrize("cell", PAGES)
def test_a_page_is_read_as_it_is_shown(tmp_path, cell):
    path = page(tmp_path / "f", cell, head='.xl65{mso-number-format:"0\\.00\\0022万元\\0022";}')
    if "万元" in cell or "xl65" in cell:
        asked(path, "bears no unit while other amounts of the column do, as “10")
    else:
        assert same(path, tmp_path)


@pytest.mark.parametrize(
    "cell",
    [
        "<td><del>200000</del>100000</td>",
        "<td><s>2</s>100000</td>",
        "<td class=x>100000</td>",
        "<td>1<sub>2</sub></td>",
    ],
)
def test_a_page_that_strikes_out_or_lowers_is_asked(tmp_path, cell):
    asked(page(tmp_path / "f", cell, head=".x{text-decoration:line-through}"), "年度.xls!M2")


@pytest.mark.parametrize(
    "where",
    [
        {"before": "<p>单位：万元</p>"},
        {"after": "<p>注：金额单位为万元</p>"},
        {"before": "<table><tr><td>单位：万元</td></tr></table>"},
    ],
)
def test_the_unit_beside_the_table_of_a_page(tmp_path, where):
    path = page(tmp_path / "f", **where)
    (path / "年度.xls").write_text(
        re.sub(
            r"(?<=<td>)(\d{4,}(\.\d+)?)(?=</td>)",
            lambda n: n.group(1) if len(n.group(1)) in (4, 18) else f"{float(n.group(1)) / 10_000:.8f}",
            (path / "年度.xls").read_text("utf-8"),
        ),
        "utf-8",
    )
    rows = (path / "年度.xls").read_text("utf-8")
    assert "单位" in rows
    fees = rows.replace("<td>3000</td>", "<td>0.3</td>")
    (path / "年度.xls").write_text(fees, "utf-8")
    assert same(path, tmp_path)


def test_a_text_named_as_a_workbook_is_read(tmp_path):
    path = folder(tmp_path / "f", tables())
    (path / "年度.xls").write_text("\n".join("\t".join(map(str, row)) for row in tables()["annual"]), encoding="gbk")
    (path / "annual.csv").unlink()
    assert same(path, tmp_path, "is a text with separators (CSV), whatever its name says")


@pytest.mark.parametrize("code", ['0"K"', '0"千"', '0.00"w"', '0"M"'])
def test_a_unit_of_the_format_that_is_none_is_asked(tmp_path, code):
    def style(book):
        for row in range(2, 10):
            book["annual"].cell(row, LEASE + 1).number_format = code

    rows = changed(lambda t: [row.__setitem__(LEASE, 100) for row in t["annual"][1:]])
    asked(workbook(tmp_path / "a.xlsx", rows, style), "is not a number")


# ---- rows that are no enterprise, days that are none


def with_row(tmp_path, table, row, at=None):
    def add(t):
        t[table].insert(len(t[table]) if at is None else at, row + [""] * (len(t[table][0]) - len(row)))

    return workbook(tmp_path / "a.xlsx", changed(add))


@pytest.mark.parametrize(
    "code",
    [
        "示例",
        "例",
        "（示例）",
        "例：91500107000000009X",
        "XXXXXXXXXXXXXXXXXX",
        "填写示例",
        "Example",
        "****************",
        "#########",
        "9,15E+17",
        "9.15×10^17",
    ],
)
def test_an_example_or_a_lost_code_is_no_enterprise(tmp_path, code):
    asked(with_row(tmp_path, "enterprises", [code, "某公司", "", 1_000_000, 1_000_000], 1), "enterprises!A2")


def test_an_example_by_its_name_is_reported(tmp_path):
    found = examine(with_row(tmp_path, "enterprises", ["91500107000000009B", "（示例）某公司"], 1))
    assert any("seems to be an example" in problem.cause for problem in found.warnings)


@pytest.mark.parametrize(
    "row",
    [
        ["合计：4户", "", "", 20_000_010, 12_000_000],
        ["合计（4户）", "", "", 20_000_010, 12_000_000],
        ["累计", "", "", 20_000_010, 12_000_000],
        ["共计4家企业", "", "", 20_000_010],
    ],
)
def test_a_total_that_counts_its_rows_is_a_total(tmp_path, row):
    assert same(with_row(tmp_path, "enterprises", row), tmp_path)


@pytest.mark.parametrize(
    "row, reported",
    [
        (["以下空白"], "a footnote"),
        (["续表"], "a footnote"),
        (["2、数据来源：区商务局"], "a footnote"),
        (["（4 行受影响）"], "a footnote"),
        (["注：", "金额单位", "元"], "a footnote"),
    ],
)
def test_a_remark_is_no_row(tmp_path, row, reported):
    assert same(with_row(tmp_path, "annual", row), tmp_path, reported)


@pytest.mark.parametrize("row", [tables()["annual"][0], [str(n) for n in range(1, 21)], ["甲", "乙", *map(str, range(1, 19))]])
def test_the_header_reported_again_and_numbers_of_columns_are_no_rows(tmp_path, row):
    at = 1 if row[0] in ("1", "甲") else 5
    assert same(with_row(tmp_path, "annual", list(row), at), tmp_path, "repeat the header or number its columns")


@pytest.mark.parametrize(
    "day",
    [
        "1900-01-00",
        "1900-01-01",
        "1900/1/0",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "1970-01-01",
        "1970-01-01 08:00:00",
        "1904-01-01",
        "0",
        "2099-12-31",
        "2100-12-31",
        "00000000",
        "9999-12-31",
        "0001-01-01",
        "1899-12-30",
    ],
)
def test_a_day_that_means_none_is_asked_once(tmp_path, day):
    rows = changed(lambda t: [row.__setitem__(SETTLED, day) for row in t["enterprises"][1:]])
    problems = examine(folder(tmp_path / "f", rows)).errors
    assert all("leave blank for no such date" in problem.remedy for problem in problems)
    assert len(problems) == (1 if "what programs write" in problems[0].cause else 4)


def test_an_epoch_in_a_typed_column_is_asked(tmp_path):
    (tmp_path / "p").mkdir()
    for name, rows in tables().items():
        frame = pd.DataFrame([[None if cell == "" else cell for cell in row] for row in rows[1:]], columns=rows[0])
        held = pyarrow.Table.from_pandas(frame, preserve_index=False)
        if name == "enterprises":
            held = held.set_column(SETTLED, rows[0][SETTLED], pyarrow.array([datetime.date(1970, 1, 1)] * 4))
        parquet.write_table(held, tmp_path / "p" / f"{name}.parquet")
    asked(tmp_path / "p", "is what programs write where there is no day")


@pytest.mark.parametrize(
    "day",
    [
        "2014年01月01号",
        "2014 年 1 月 1 日",
        "2014年1月1日 星期三",
        "2014-01-01(周三)",
        "2014–01–01",
        "二〇一四年一月一日",
        "二零一四年元月一日",
        "2014年元月1日",
        "20140101.0",
    ],
)
def test_a_day_in_words_is_the_day(tmp_path, day):
    assert same(folder(tmp_path / "f", changed(lambda t: t["enterprises"][1].__setitem__(SETTLED, day))), tmp_path)


@pytest.mark.parametrize(
    "name, text",
    [
        ("paid_members", "1500人"),
        ("rented_area", "120㎡"),
        ("rented_area", "120 平方米"),
        ("executive_children", "2名"),
        ("rent", "45元/平方米·月"),
        ("year", "2013年度"),
        ("year", "二〇一三年"),
    ],
)
def test_a_figure_with_its_own_unit(tmp_path, name, text):
    assert same(folder(tmp_path / "f", changed(lambda t: t["annual"][1].__setitem__(column("annual", name), text))), tmp_path)


@pytest.mark.parametrize("zero", ["零", "〇", "零元", "0.00", "０"])
def test_a_zero_is_a_zero(tmp_path, zero):
    none = folder(tmp_path / "g", changed(lambda t: t["annual"][1].__setitem__(LEASE, 0)))
    found = read_population(folder(tmp_path / "f", changed(lambda t: t["annual"][1].__setitem__(LEASE, zero))))
    assert (found.annual == read_population(none).annual).all() and CODES[0] in found.ids


@pytest.mark.parametrize("end", ["\0", "\0" * 512, "\x1a\0\0", "\r\n\0", "\x04"])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_what_fills_up_the_end_of_a_file_is_no_row(tmp_path, end, encoding):
    assert same(folder(tmp_path / "f", tables(), end, encoding), tmp_path)


def test_a_repeated_formula_that_points_outside_the_sheet_is_no_endless_matter():
    from simulator.population.formulas import calculated, shifted

    assert shifted("A1+$B$2", -3, -1) == "#REF!+$B$2" and calculated("#REF!+1", []) is None
    assert calculated("(" * 20 + "1" + ")" * 20, []) == 1 and calculated("9^9^9^9", []) is None
    assert calculated("(" * 190 + "1" + ")" * 190, []) is None and calculated("SUM(" * 21 + "1" + ")" * 21, []) is None
    assert calculated("-" * 301 + "1", []) == -1
