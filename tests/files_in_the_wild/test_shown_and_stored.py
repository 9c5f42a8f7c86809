"""What is shown and what is stored: web pages that an office calls .xls keep the number beside a rounded text (SheetJS/sheetjs#1647,
Excel's and LibreOffice's own pages); amounts in a unit that nobody says; files that stand for more than any register."""

import os
import stat
import zipfile

import pyarrow
import pytest
import xlwt
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from pyarrow import parquet

from simulator.population.readers import examine
from tests.files_in_the_wild.register import asked, by_xlsxwriter, changed, column, folder, same, tables, workbook
from tests.of_2013 import TABLES

RETAINED, LEASE, OCCUPANCY = (column("annual", name) for name in ("retained_tax", "line_lease", "building_occupancy"))


def page(path, cells):
    """The register with 年度 as a web page; cells: HTML of some cells by row and column."""
    rows = tables()
    folder(path, rows)
    (path / "annual.csv").unlink()
    (path / "年度.xls").write_text(
        "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table>"
        + "".join(
            "<tr>" + "".join(cells.get((at, place), f"<td>{cell}</td>") for place, cell in enumerate(row)) + "</tr>"
            for at, row in enumerate(rows["annual"])
        )
        + "</table></html>",
        encoding="utf-8",
    )
    return path


KEPT = [
    (RETAINED, '<td x:num="299999.6">300,000</td>'),
    (RETAINED, "<td x:num=299999.6>300000</td>"),
    (RETAINED, '<td align=right x:num="299999.6">￥300,000</td>'),
    (RETAINED, '<td sdval="299999.6" sdnum="2052;0;#,##0">300,000</td>'),
    (RETAINED, '<td data-v="299999.6" data-t="n">300,000</td>'),
    (RETAINED, '<td data-value="299999.6">300000</td>'),
    (RETAINED, '<td x:num="299999.6">####</td>'),
    (RETAINED, '<td x:num="299999.6"></td>'),
    (RETAINED, '<td data-sheets-value=\'{"1":3,"3":299999.6}\'>300,000</td>'),
    (RETAINED, '<td x:num="2.999996E5">3.0E+05</td>'),
    (LEASE, '<td x:num="10">10.00万元</td>'),
    (LEASE, '<td x:num="100000">10.00万元</td>'),
    (LEASE, "<td x:num>100000</td>"),
    (LEASE, '<td x:num="100000">10万</td>'),
    (LEASE, '<td x:str="100000">100000</td>'),
    (OCCUPANCY, '<td x:num="0.85">85%</td>'),
    (OCCUPANCY, '<td x:num="0.85">0.9</td>'),
    (OCCUPANCY, '<td data-v="0.85">85.0%</td>'),
    (LEASE, '<td x:num="100000.000">100,000.00</td>'),
    (column("annual", "year"), '<td x:num="2013">2013年</td>'),
]


@pytest.mark.parametrize("at, cell", KEPT)
def test_the_stored_number_counts(tmp_path, at, cell):
    rows = range(1, 9) if at == LEASE else (1,)
    assert same(page(tmp_path / "f", {(row, at): cell for row in rows}), tmp_path)


@pytest.mark.parametrize(
    "at, cell",
    [
        (LEASE, '<td x:num="100000">10</td>'),
        (LEASE, '<td data-v="10">100,000</td>'),
        (LEASE, '<td sdval="99000">100,000</td>'),
        (OCCUPANCY, '<td x:num="0.5">85%</td>'),
        (LEASE, '<td x:num="100">10.00万元</td>'),
        (LEASE, '<td x:num="-100000">100,000</td>'),
    ],
)
def test_two_different_numbers_are_asked(tmp_path, at, cell):
    asked(page(tmp_path / "f", {(1, at): cell}), "is shown and", "write the number that is meant")


def test_a_day_shown_as_one_is_what_is_shown(tmp_path):
    path = folder(tmp_path / "f", tables())
    rows = tables()["enterprises"]
    (path / "enterprises.csv").unlink()
    (path / "企业.xls").write_text(
        "<table>"
        + "".join(
            "<tr>" + "".join(f"<td{' x:num=41640' if cell == '2014-01-01' else ''}>{cell}</td>" for cell in row) + "</tr>" for row in rows
        )
        + "</table>",
        encoding="utf-8",
    )
    assert same(path, tmp_path)


@pytest.mark.parametrize("factor", [1e4, 1e-4])
@pytest.mark.parametrize(
    "table, name",
    [
        ("annual", "line_lease"),
        ("annual", "entry_fee"),
        ("annual", "membership_income"),
        ("existing_support", "amount"),
        ("paid", "amount"),
        ("annual", "sales"),
        ("annual", "vat"),
        ("annual", "retained_tax"),
    ],
)
def test_a_column_in_another_unit_is_asked_however_few_its_amounts(tmp_path, table, name, factor):
    at = column(table, name)
    rows = changed(lambda t: [row.__setitem__(at, round(row[at] * factor, 4)) for row in t[table][1:]])
    path = folder(tmp_path / "f", rows)
    if name == "amount":  # of tables that may hold anything: reported, and asked from eight amounts on
        assert any("believable" in str(problem) for problem in examine(path).warnings)
        return
    asked(path, "believable", f"--unit {table + '.' if name == 'amount' else ''}{name}=元 or 万元")
    answer = {f"{table}.{name}" if name == "amount" else name: "元"}
    label = next(c.label for t in TABLES if t.name == table for c in t.columns if c.name == name)
    assert not any(f"{label} all lie" in str(problem) or f"median of {label}" in str(problem) for problem in examine(path, answer).errors)


def test_yuan_under_a_header_of_wan(tmp_path):
    for name in ("entry_fee", "line_lease", "membership_income"):
        at = column("annual", name)
        rows = changed(lambda t, at=at: t["annual"][0].__setitem__(at, t["annual"][0][at] + "（万元）"))
        asked(folder(tmp_path / name, rows), "believable", "read as 万元", f"--unit {name}=元")


def test_a_short_dictionary_of_a_long_text(tmp_path):
    """7.6 kB of Parquet that stand for gigabytes."""
    path = folder(tmp_path / "f", tables())
    rows = 50_000
    values = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * rows, pyarrow.int32()), pyarrow.array(["长" * 1_000_000]))
    parquet.write_table(pyarrow.table({"enterprise_id": values}), path / "annual.parquet")
    (path / "annual.csv").unlink()
    asked(path, "no Parquet file that can be read")


def test_one_text_shown_in_every_cell(tmp_path):
    path = by_xlsxwriter(tmp_path / "a.xlsx", tables(), lambda *_: None)
    source = zipfile.ZipFile(path)
    parts = {name: source.read(name) for name in source.namelist()}
    source.close()
    for text, cells in (("长" * 300_000, 10), ("长" * 32_000, 30_000)):
        sheet = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, cells + 1))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
            for name, content in parts.items():
                if name == "xl/sharedStrings.xml":
                    content = (
                        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{text}</t></si></sst>'.encode()
                    )
                if name == "xl/worksheets/sheet2.xml":
                    content = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>'.encode()
                target.writestr(name, content)
        asked(path, "text")


def test_a_sparse_sheet_needs_no_room(tmp_path):
    path = workbook(tmp_path / "a.xlsx", tables())
    source = zipfile.ZipFile(path)
    parts = {name: source.read(name) for name in source.namelist()}
    source.close()
    sheet = b"".join(b'<row r="%d"><c r="CZ%d"><v>1</v></c></row>' % (row, row) for row in range(1, 300_000))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(
                name,
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                + sheet
                + b"</sheetData></worksheet>"
                if name == "xl/worksheets/sheet2.xml"
                else content,
            )
    asked(path, "lies far outside a register's table")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW annual AS SELECT 'E' || i AS enterprise_id, 2013 AS year FROM range(100000000000) AS r(i)",
        "CREATE VIEW annual AS SELECT repeat('x', 1000000000) AS enterprise_id, 2013 AS year",
        "CREATE TABLE annual (n INTEGER, year INTEGER, enterprise_id VARCHAR AS (repeat('x', n)))",
        "CREATE TABLE annual AS SELECT range(10) AS enterprise_id, 2013 AS year",
        "CREATE TABLE annual AS SELECT repeat('x', 1000000) AS enterprise_id, 2013 AS year",
    ],
)
def test_a_database_that_stands_for_more_than_it_holds(tmp_path, sql):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.execute("CREATE TABLE enterprises AS SELECT 'E1' AS enterprise_id")
        connection.execute(sql)
    from simulator.errors import PopulationError

    try:
        problems = examine(tmp_path / "a.duckdb").errors
    except PopulationError as error:
        problems = error.problems
    said = " ".join(map(str, problems))
    assert "only stored tables are read" in said or "lists or records" in said or "more text" in said, said


def test_a_pipe_or_a_device_is_no_table(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with a name here")
    path = folder(tmp_path / "f", tables())
    (path / "annual.csv").unlink()
    os.mkfifo(path / "annual.csv")
    assert stat.S_ISFIFO((path / "annual.csv").stat().st_mode)
    asked(path, "a pipe or a device")


@pytest.mark.parametrize(
    "name, content, reported",
    [
        ("a.ods", {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}, "OpenDocument table (.ods)"),
        ("a.xlsx", {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}, "OpenDocument table (.ods)"),
        ("a.xlsb", {"xl/workbook.bin": b"x"}, "binary workbook (.xlsb)"),
        ("a.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "WPS table (.et)"),
        ("a.xlsm", {"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b""}, "macros"),
        ("a.ett", b"PK", "WPS table (.et)"),
    ],
)
def test_kinds_that_are_not_read_are_refused_by_name(tmp_path, name, content, reported):
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for part, text in content.items():
                archive.writestr(part, text)
    asked(path, reported, "xlsx")


# ---- pages of other programs


@pytest.mark.parametrize(
    "cell",
    [
        *(
            f'<td {name}="299999.6">300,000</td>'
            for name in ("data-sort", "data-order", "data-val", "data-raw", "value", "title", "v", "office:value", "ss:value", "x:str")
        ),
        '<td><data value="299999.6">300,000</data></td>',
        '<td><span title="299999.6">300,000</span></td>',
        '<td data-row="7" width="80">299999.6</td>',
        "<td>299999.6<input type=hidden value=5></td>",
        "<td>299999.6<template>9</template><noscript>9</noscript></td>",
        '<td>299999.6<span style="visibility: hidden">9</span></td>',
    ],
)
def test_what_other_programs_keep_beside_a_rounded_number(tmp_path, cell):
    assert same(page(tmp_path / "f", {(1, RETAINED): cell}), tmp_path)


@pytest.mark.parametrize(
    "mark", ['<a href="#n1">1</a>', "<small>1</small>", '<span style="vertical-align: super">1</span>', '<span class="sup">1</span>']
)
def test_a_mark_of_a_footnote_is_no_digit(tmp_path, mark):
    asked(page(tmp_path / "f", {(1, LEASE): f"<td>100000{mark}</td>"}), "“100000¹” is not a number")
    if "align" not in mark:  # a link or small letters may be the whole of a cell
        assert same(page(tmp_path / "g", {(1, LEASE): f"<td>{mark.replace('>1<', '>100000<')}</td>"}), tmp_path)


def test_a_page_says_what_it_does_not_show(tmp_path):
    for style in ("color: white", "visibility:hidden", "font-size:0", "display:none"):
        path = page(tmp_path / style.replace(" ", ""), {(1, LEASE): f'<td style="{style}">100000</td>'})
        assert same(path, tmp_path, "1 row(s) or cell(s) are hidden")
    path = page(tmp_path / "blue", {(1, LEASE): '<td style="background-color:white;color:#fff000">100000</td>'})
    assert same(path, tmp_path) and not any("hidden" in str(problem) for problem in examine(path).warnings)


# ---- number formats and colours of workbooks


def dressed(path, code="General", style="", rows=range(1, 9), table="annual", at=LEASE, by=1.0):
    """The register in both kinds of workbook, a column with a number format or a style."""
    old, given = xlwt.Workbook(), changed(lambda t: [row.__setitem__(at, row[at] / by) for row in t[table][1:]] if by != 1 else None)
    look = xlwt.easyxf(style, num_format_str=code)
    for name, cells in given.items():
        sheet = old.add_sheet(name)
        for row, values in enumerate(cells):
            for place, cell in enumerate(values):
                sheet.write(row, place, cell, *([look] if (name, place) == (table, at) and row in rows else []))
    path.mkdir()
    old.save(str(path / "a.xls"))

    def format_cells(book):
        for row in rows:
            cell = book[table].cell(row + 1, at + 1)
            cell.number_format = code
            if style:
                cell.font = Font(color="FFFFFFFF")
                cell.fill = PatternFill("solid", fgColor="FF000080") if "solid" in style else PatternFill()

    workbook(path / "a.xlsx", given, format_cells)
    return path / "a.xls", path / "a.xlsx"


@pytest.mark.parametrize(
    "code",
    ['[>=10000]0.0,"万";0', '0.00,"万元"', '0.0,,"亿"', '0"00"', '0"000"', "-0", "(0)", '"-"0'],
)
def test_a_format_that_shows_another_number_is_asked(tmp_path, code):
    for path in dressed(tmp_path / "f", code):
        asked(path, "“100000” is stored, and its number format shows another number; 8 cell(s) in all")


@pytest.mark.parametrize("code", ['0"百元"', '0"十万元"', '0.00"元/月"', '0"户"', '0"㎡"', "[$$-409]#,##0.00", "[$£-809]#,##0"])
def test_a_format_of_another_quantity_or_currency_is_asked(tmp_path, code):
    for path in dressed(tmp_path / "f", code):
        asked(path, "is not a number")


@pytest.mark.parametrize(
    "table, name, code, by",
    [
        ("annual", "rented_area", '0.00"㎡"', 1),
        ("annual", "rent", '0.00"元/㎡·月"', 1),
        ("annual", "paid_members", '#,##0"人"', 1),
        ("annual", "building_occupancy", "0.0%", 1),
        ("annual", "year", '0"年"', 1),
        ("annual", "line_lease", '0.0,,"百万"', 1),
        ("annual", "line_lease", '"¥"* #,##0.00_ ;"¥"* -#,##0.00_ ', 1),
        ("annual", "line_lease", "#,##0.00_);(#,##0.00)", 1),
        ("annual", "line_lease", '[=0]"-";#,##0', 1),
        ("annual", "line_lease", '0.00;[Red]0.00"万元"', 1),
        ("enterprises", "paid_in_capital", '0.00"万元"', 10_000),
        ("enterprises", "paid_in_capital", '0.00"萬元"', 10_000),
        ("enterprises", "paid_in_capital", '0.00"万 元"', 10_000),
        ("enterprises", "paid_in_capital", '0.0000"億圓"', 100_000_000),
    ],
)
def test_a_format_of_the_columns_own_unit_is_read(tmp_path, table, name, code, by):
    rows = range(1, len(tables()[table]))
    for path in dressed(tmp_path / "f", code, rows=rows, table=table, at=column(table, name), by=by):
        assert same(path, tmp_path)


@pytest.mark.parametrize("code", [";;;", '"***"', ""])
def test_a_number_that_is_not_shown_is_read_and_said(tmp_path, code):
    for path in dressed(tmp_path / "f", code or "General", "" if code else "font: colour white", rows=[1]):
        assert same(path, tmp_path, "annual!M2: 1 cell(s) hold a number that is not shown")


def test_white_on_blue_is_shown(tmp_path):
    for path in dressed(tmp_path / "f", style="font: colour white; pattern: pattern solid, fore_colour dark_blue"):
        assert not any("not shown" in str(problem) for problem in examine(path).warnings)


@pytest.mark.parametrize(
    "form, reported",
    [
        (dict(numFmt=NumberFormat(numFmtId=170, formatCode='0.00"万元"')), ""),
        (dict(font=Font(strike=True)), ""),
        (dict(numFmt=NumberFormat(numFmtId=170, formatCode=";;;")), "a conditional format here hides numbers"),
        (dict(numFmt=NumberFormat(numFmtId=170, formatCode="#,##0,")), "a conditional format here hides numbers"),
        (dict(font=Font(color="FFFF0000")), None),
        (dict(numFmt=NumberFormat(numFmtId=170, formatCode='0!.0,"万元"')), None),
    ],
)
def test_a_format_that_depends_on_the_value(tmp_path, form, reported):
    rule = Rule(type="cellIs", operator="greaterThan", formula=["10"], dxf=DifferentialStyle(**form))
    path = workbook(tmp_path / "a.xlsx", tables(), lambda book: book["annual"].conditional_formatting.add("M2:M9", rule))
    if reported == "":
        asked(path, "annual!M2: a conditional format here shows numbers in another unit or struck out")
    else:
        assert same(path, tmp_path, reported or "")
        assert reported or not examine(path).warnings


def test_a_row_or_column_too_thin_to_be_seen_is_said(tmp_path):
    def thin(book):
        book["annual"].row_dimensions[3].height = 0.5
        book["annual"].column_dimensions["M"].width = 0.2

    assert same(workbook(tmp_path / "a.xlsx", tables(), thin), tmp_path, "1 row(s) are hidden; column(s) M are hidden")
