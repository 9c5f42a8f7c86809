"""The unit of an amount, wherever it is said (titles of public statistical tables; exceljs/exceljs#1409, office2pdf#365)."""

import pandas
import pytest
import xlwt
from openpyxl.comments import Comment

from tests.files_in_the_wild.register import asked, changed, column, folder, same, tables, workbook
from tests.of_2013 import ANNUAL

LEASE, AMOUNT = column("annual", "line_lease"), column("existing_support", "amount")


def in_wan(t, table="existing_support", at=AMOUNT, by=10_000):
    for row in t[table][1:]:
        row[at] = row[at] / by


def support(tmp_path, *, above=(), below=(), under=None, header="金额", name="existing_support", by=10_000, kind="xlsx", file="a"):
    """The register with 既有政策 in 万元 and lines above, below and under its header."""
    rows = changed(lambda t: in_wan(t, by=by))
    table = rows.pop("existing_support")
    table[0][AMOUNT] = header
    rows[name] = [*([text] for text in above), table[0], *([under] if under else []), *table[1:], *([text] for text in below)]
    return workbook(tmp_path / f"{file}.xlsx", rows) if kind == "xlsx" else folder(tmp_path / file, rows)


SAID = [
    dict(above=["单位：户、万元"]),
    dict(above=["单位:万元、户"]),
    dict(above=["计量单位：万元/户"]),
    dict(above=["既有政策情况表", "金额单位：人民币万元"]),
    dict(above=["货币单位：万元"]),
    dict(above=["2013年既有政策（单位：万元）"]),
    dict(above=["（以万元为单位）"]),
    dict(above=["本表按万元计"]),
    dict(above=["单位：家，万元，%"]),
    dict(above=["单位：万户、万元"]),
    dict(above=["Unit: 10,000 yuan"]),
    dict(above=["units: wan"]),
    dict(above=["万元"]),
    dict(above=["单位：㎡、万元"]),
    dict(above=["单位：元/平方米、万元"]),
    dict(above=["单位：千元"], by=1000),
    dict(above=["单位：亿元"], by=10**8),
    dict(above=["单位：百万元"], by=10**6),
    dict(below=["注：以上金额单位均为万元"]),
    dict(below=["注：表中金额单位为万元。"]),
    dict(below=["说明：1.金额以万元为单位"]),
    dict(below=["以上金额单位：万元"]),
    dict(below=["备注：金额（万元）"]),
    dict(below=["单位：万元"]),
    dict(below=["Note: amounts in 10,000 yuan"]),
    dict(under=["", "", "", "万元"]),
    dict(under=["单位", "年", "-", "（万元）"]),
    dict(under=["—", "", "", "万元", ""]),
    dict(under=["", "", "", "千元"], by=1000),
    dict(header="金额（万元）"),
    dict(header="金额 万元"),
    dict(header="金额-万元"),
    dict(header="金额_万元"),
    dict(header="金额\n万元"),
    dict(header="金额（万元，含税）"),
    dict(header="金额（人民币，万元）"),
    dict(header="金额（万元人民币）"),
    dict(header="金额（单位为万元）"),
    dict(header="金额〔万元〕"),
    dict(header="金额｛万元｝"),
    dict(header="金额（￥万）"),
    dict(header="amount_wan"),
    dict(header="金额/万元"),
    dict(header="金额\n[千元]", by=1000),
    dict(name="existing_support（万元）"),
    dict(name="既有政策(亿元)", by=10**8),
    dict(above=["单位：万元"], header="金额（万元）"),
    *(
        dict(above=[text], by=by)
        for text, by in (
            ("单位：萬元", 10_000),
            ("单位：一万元", 10_000),
            ("单位：10000元", 10_000),
            ("单位：仟元", 1_000),
            ("单位：佰元", 100),
            ("单位：百元", 100),
            ("单位：十亿元", 10**9),
            ("单位：“万元”", 10_000),
            ("单位=万元", 10_000),
            ("（金额：万元）", 10_000),
            ("金额数据以万元列示", 10_000),
            ("单位：RMB万元", 10_000),
            ("(in 10,000 CNY)", 10_000),
            ("Unit: ten thousand yuan", 10_000),
            ("Unit: RMB 10,000", 10_000),
            ("(CNY million)", 10**6),
            ("in thousands of CNY", 1_000),
            ("RMB'000", 1_000),
            ("Amounts in wan yuan", 10_000),
        )
    ),
    dict(header="金额（萬元）"),
    dict(header="金额（十万元）", by=100_000),
    dict(header="amount (RMB 10,000)"),
    dict(below=["注：金额单位：仟圆"], by=1_000),
    dict(name="existing_support_万元"),
    dict(name="既有政策-单位万元"),
    dict(name="既有政策万元"),
    dict(name="既有政策【萬元】"),
    dict(above=["單位：萬元"]),
    dict(above=["Expressed in RMB ten thousand"]),
    dict(above=["(RMB in ten thousands)"]),
    dict(above=["RMB'0000"]),
    dict(above=["单位：人民币/万元"]),
    dict(above=["单位：万RMB"]),
    dict(above=["单位：RMB万"]),
    dict(under=["", "", "", "（佰元）"], by=100),
]


@pytest.mark.parametrize("case", SAID, ids=str)
def test_the_unit_is_read_where_it_is_said(tmp_path, case):
    assert same(support(tmp_path, **case), tmp_path)


@pytest.mark.parametrize("case", SAID[:30:3], ids=str)
def test_in_a_csv_file_as_well(tmp_path, case):
    assert same(support(tmp_path, **case, kind="csv"), tmp_path)


ASKED = [
    (dict(above=["单位：元、万元"]), "the title names two units"),
    (dict(above=["单位：万元"], header="金额（元）"), "the header says 元, the title 万元"),
    (dict(above=["单位：元"], below=["注：金额单位为万元"]), "the title says 元, the note 万元"),
    (dict(above=["亿元企业名单"]), "the title mentions 亿元"),
    (dict(above=["单位：万元"], under=["", "", "", "元"]), "the row below the header says 元, the title 万元"),
    (dict(header="金额（元）", under=["", "", "", "万元"]), "the header says 元"),
    (dict(below=["注：万元以下忽略"]), "the note mentions 万元"),
    (dict(name="existing_support（元）", above=["单位：万元"]), "the name says 元, the title 万元"),
    (dict(above=["单位：万美元"], by=1), "the unit “万美元” is not known"),
    (dict(above=["单位：USD"], by=1), "the unit “usd” is not known"),
    (dict(above=["(HKD)"], by=1), "the unit “hkd” is not known"),
    (dict(above=["单位：万元、万美元"]), "the title names two units"),
    (dict(below=["注：单位为元", "注：单位为万元"]), "the note names two units"),
    (dict(header="金额（美元）"), "the unit “美元” is not known"),
    (dict(above=["单位：10⁴元"]), "the unit “10⁴元” is not known"),
    (dict(above=["单位：×10000元"]), "the unit “×10000元” is not known"),
    (dict(above=["单位：w"]), "the unit “w” is not known"),
]


@pytest.mark.parametrize("case, reported", ASKED, ids=str)
def test_what_contradicts_itself_or_is_only_mentioned_is_asked(tmp_path, case, reported):
    asked(support(tmp_path, **case), reported)


@pytest.mark.parametrize(
    "text",
    [
        "2013年既有政策情况表",
        "填报单位：某区商务局",
        "注册资本500万元以上企业",
        "单位名称：某公司",
        "规模以上（2000万元及以上）",
        "单位负责人：张三",
        "单位：商务局",
        "单位：某公司",
    ],
)
def test_what_says_no_unit_leaves_the_yuan(tmp_path, text):
    assert same(support(tmp_path, above=[text], by=1), tmp_path)


FORMATS = [
    ('0.00"万元"', 10_000),
    ("0.00万元", 10_000),
    ('#,##0.0_ "万元"', 10_000),
    ('0"千元"', 1_000),
    ('0.0000"亿元"', 10**8),
    ('0.00"百万元"', 10**6),
    ('0.00"元"', 1),
    ('#,##0,"千元"', 1),
    ('0!.0,"万元"', 1),
    ('0"."0,"万元"', 1),
    ('[>=100000000]0!.00,,"亿";[>=10000]0!.0,"万";0', 1),
    ('G/通用格式"万元"', 10_000),
    ('"¥"#,##0.00', 1),
    ("_ * #,##0.00_ ;_ * -#,##0.00_ ", 1),
    ('0.00"万元";[Red]-0.00"万元"', 10_000),
]


@pytest.mark.parametrize("code, by", FORMATS)
def test_a_unit_in_the_number_format(tmp_path, code, by):
    def style(book):
        for row in range(2, 10):
            book["annual"].cell(row, LEASE + 1).number_format = code

    assert same(workbook(tmp_path / "a.xlsx", changed(lambda t: in_wan(t, "annual", LEASE, by)), style), tmp_path)
    book = xlwt.Workbook()
    for name, rows in changed(lambda t: in_wan(t, "annual", LEASE, by)).items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                if name == "annual" and at and place == LEASE:
                    sheet.write(at, place, cell, xlwt.easyxf(num_format_str=code))
                else:
                    sheet.write(at, place, cell)
    book.save(str(tmp_path / "a.xls"))
    assert same(tmp_path / "a.xls", tmp_path)


def styled(code, rows=range(2, 10)):
    return lambda book: [setattr(book["annual"].cell(row, LEASE + 1), "number_format", code) for row in rows]


@pytest.mark.parametrize(
    "change, header, reported",
    [
        (styled('0.00"万元"'), "数据专线租费（元）", "bears another unit than its column"),
        (styled('0.00"万元"', range(2, 5)), "数据专线租费", "bears no unit while other"),
        (styled("#,##0,"), "数据专线租费（千元）", "is shown divided by 1,000"),
        (styled('0.00"美元"'), "数据专线租费", "not a number"),
        (styled('[$$-409]#,##0.00" USD"'), "数据专线租费", "not a number"),
        (styled('0.00"元"'), "数据专线租费（万元）", "bears another unit"),
    ],
)
def test_a_format_that_contradicts_is_asked(tmp_path, change, header, reported):
    asked(workbook(tmp_path / "a.xlsx", changed(lambda t: t["annual"][0].__setitem__(LEASE, header)), change), reported)


def test_a_divided_display_is_reported_and_the_stored_value_read(tmp_path):
    assert same(workbook(tmp_path / "a.xlsx", tables(), styled("#,##0,")), tmp_path, "shown divided by 1,000")


def test_a_share_shown_as_per_cent_under_a_header_of_per_cent(tmp_path):
    at = column("annual", "building_occupancy")
    path = workbook(
        tmp_path / "a.xlsx",
        changed(lambda t: t["annual"][0].__setitem__(at, "电商入驻率（%）")),
        lambda book: [setattr(book["annual"].cell(row, at + 1), "number_format", "0%") for row in range(2, 10)],
    )
    assert same(path, tmp_path)


def commented(sheet, cell, text):
    return lambda book: setattr(book[sheet][cell], "comment", Comment(text, "张三"))


@pytest.mark.parametrize("text", ["单位：万元", "金额单位为万元", "张三:\n单位：万元", "（万元）"])
def test_a_comment_on_the_header_says_the_unit(tmp_path, text):
    path = workbook(tmp_path / "a.xlsx", changed(in_wan), commented("existing_support", "D1", text))
    assert same(path, tmp_path)


@pytest.mark.parametrize("cell, text", [("D2", "此处为万元"), ("D3", "单位：万元"), ("D1", "张三:\n万元"), ("D2", "按万元计")])
def test_a_comment_on_one_cell_or_in_passing_is_asked(tmp_path, cell, text):
    asked(workbook(tmp_path / "a.xlsx", tables(), commented("existing_support", cell, text)), "the comment", "万元")


def test_a_note_that_names_a_column_is_about_that_column(tmp_path):
    rows = changed(lambda t: in_wan(t, "annual", LEASE))
    rows["annual"].append(["注：数据专线租费单位为万元"])
    asked(
        workbook(tmp_path / "a.xlsx", rows), "the unit of sales (销售额), online_sales (网络零售额)", "is unclear: the note mentions 万元"
    )
    rows["annual"][0] = [
        name + "（元）" if name != "数据专线租费" and place in range(2, 20) and c.kind == "money" else name
        for place, (name, c) in enumerate(zip(rows["annual"][0], columns(), strict=True))
    ]
    assert same(workbook(tmp_path / "b.xlsx", rows), tmp_path)


def columns():
    return ANNUAL


def test_a_unit_beside_the_header_or_in_two_cells_below(tmp_path):
    for at, change in enumerate(
        (
            lambda t: [row.append("单位：万元" if row is t["existing_support"][0] else "") for row in t["existing_support"]],
            lambda t: t["existing_support"].append(["单位", "万元"]),
            lambda t: t["existing_support"].append(["", "", "金额单位", "万元"]),
        )
    ):
        assert same(folder(tmp_path / f"{at}", changed(lambda t, change=change: (in_wan(t), change(t)))), tmp_path / f"p{at}")


@pytest.mark.parametrize("text", ["单位：万元", "以万元计"])
def test_a_remark_beside_a_row_that_says_a_unit_is_asked(tmp_path, text):
    def remark(t):
        for row in t["existing_support"]:
            row.append("备注" if row is t["existing_support"][0] else "")
        t["existing_support"][1][-1] = text

    asked(folder(tmp_path / "f", changed(remark)), "the remark mentions 万元")


def test_a_column_of_units_is_asked_for_in_the_header(tmp_path):
    rows = changed(lambda t: [row.append("单位" if row is t["existing_support"][0] else "万元") for row in t["existing_support"]])
    asked(folder(tmp_path / "f", rows), "unknown column “单位”", "write the unit into the headers")


@pytest.mark.parametrize("name", ["万元既有政策", "补贴", "Sheet1"])
def test_a_table_under_another_name_is_not_passed_over(tmp_path, name):
    rows = tables()
    rows[name] = rows.pop("existing_support")
    asked(
        workbook(tmp_path / "a.xlsx", rows), f"sheet {name}: has the columns of existing_support (既有政策)", "name it 既有政策; delete it"
    )
    asked(folder(tmp_path / "f", rows), f"{name}.csv: has the columns of existing_support (既有政策)")
    rows["existing_support"] = tables()["existing_support"]
    rows["paid"] = tables()["paid"]
    if name != "补贴":
        assert same(workbook(tmp_path / "b.xlsx", rows), tmp_path, "is no table of a register")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_share_under_a_header_of_per_cent_is_asked(tmp_path, kind):
    at = column("annual", "building_occupancy")
    rows = changed(lambda t: t["annual"][0].__setitem__(at, "电商入驻率（%）"))
    if kind == "parquet":
        path = folder(tmp_path / "f", rows)
        table = pandas.DataFrame([[None if cell == "" else cell for cell in row] for row in rows["annual"][1:]], columns=rows["annual"][0])
        table.to_parquet(path / "annual.parquet")
        (path / "annual.csv").unlink()
    else:
        path = folder(tmp_path / "f", rows) if kind == "csv" else workbook(tmp_path / "a.xlsx", rows)
    asked(path, "“0.85” in a column of per cent may be a share or per cent; 8 cell(s) in all")
    for row in rows["annual"][1:]:
        row[at] = 85
    assert same(folder(tmp_path / "g", rows), tmp_path)
