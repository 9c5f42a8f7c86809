"""Formulas that nobody calculated: libraries write 0, or nothing, and leave it to the program that opens the workbook
(jmcnamara/XlsxWriter#877, tidyverse/readxl#495); cells without addresses as Dynamics, SSRS and Power BI write them (calamine#261,
box/spout#267)."""

import io
import re
import struct
import zipfile

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from xlwt.CompoundDoc import XlsDoc

from simulator.population import legacy, xlsx
from simulator.population.formulas import LONGEST, MOST
from simulator.population.readers import examine
from tests.files_in_the_wild.register import asked, by_xlsxwriter, changed, column, rewritten, same, tables, workbook
from tests.fuzzing import fuzz

CAPITAL, O2O = column("enterprises", "paid_in_capital"), column("enterprises", "o2o")
PREFIX = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def formula(path, text, value=0, at=CAPITAL, **more):
    """The register with a formula of XlsxWriter's in 企业, row 2."""
    return by_xlsxwriter(path, tables(), lambda _, sheets: sheets["enterprises"].write_formula(1, at, text, None, value, **more))


@pytest.mark.parametrize(
    "text, at",
    [
        ("=2000000+1000000", CAPITAL),
        ('=IF(1=1,"是","否")', O2O),
        ("=SUM(A1:A3)", CAPITAL),
        ("=D2*0.6", CAPITAL),
        ("=VLOOKUP(A2,年度!A:C,3,0)", CAPITAL),
        ("=DATE(2014,1,1)", 2),
        ("=ROUND(1/3,2)", CAPITAL),
    ],
)
def test_a_cached_zero_that_is_to_be_calculated_is_asked(tmp_path, text, at):
    asked(formula(tmp_path / "a.xlsx", text, at=at), "enterprises!", "the cell's formula shows 0", "let it calculate")


def xml(path, change, part="xl/worksheets/sheet1.xml"):
    return rewritten(path, lambda name, content: change(content) if name == part else content)


SPELLINGS = {
    "without an address": lambda content: re.sub(rb' (r|spans)="[^"]*"', b"", content),
    "without any attribute": lambda content: re.sub(rb"<c [^>]*(?=><f)", b"<c", re.sub(rb' (r|spans)="[^"]*"', b"", content)),
    "with a prefix": lambda content: re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", content).replace(b'xmlns="' + PREFIX, b'xmlns:x="' + PREFIX),
    "with a long prefix": lambda content: re.sub(rb"<(/?)(?=[a-z])", rb"<\1ss-1.0:", content).replace(
        b'xmlns="' + PREFIX, b'xmlns:ss-1.0="' + PREFIX
    ),
    "with single quotes": lambda content: content.replace(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', b"").replace(
        b'"', b"'"
    ),
    "with line breaks": lambda content: content.replace(b"<c ", b"<c\n\t").replace(b"<f>", b"<f\n>"),
    "in UTF-16": lambda content: content.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "the value first": lambda content: re.sub(rb"(<f>.*?</f>)(<v>0</v>)", rb"\2\1", content),
    "with comments": lambda content: content.replace(b"<f>", b"<!-- <f/> --><f>"),
    "as character data": lambda content: re.sub(rb"<v>0</v></c><c r=\"F2", b'<v><![CDATA[0]]></v></c><c r="F2', content),
    "a shared formula": lambda content: content.replace(b"<f>2000000+1000000</f>", b'<f t="shared" si="0"/>'),
    "an array formula": lambda content: content.replace(b"<f>", b'<f t="array" ref="E2">'),
}


@pytest.mark.parametrize("value", ["0", ""])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_any_spelling_of_xml(tmp_path, spelling, value):
    path = xml(formula(tmp_path / "a.xlsx", "=2000000+1000000"), SPELLINGS[spelling])
    if not value:
        if spelling in ("in UTF-16", "as character data"):
            pytest.skip("the other value says it")
        path = xml(path, lambda content: re.sub(rb"<([\w.-]+:)?v>0</([\w.-]+:)?v>", b"", content))
    asked(path, "enterprises!E2", "formula")


@pytest.mark.parametrize(
    "spelling",
    [
        name
        for name in SPELLINGS
        if name not in ("a shared formula", "an array formula", "as character data", "the value first", "with comments")
    ],
)
def test_an_error_cell_in_any_spelling_is_reported_at_its_place(tmp_path, spelling):
    path = workbook(tmp_path / "a.xlsx", changed(lambda t: t["enterprises"][1].__setitem__(CAPITAL, "#N/A")))
    asked(xml(path, SPELLINGS[spelling]), "enterprises!E2: the cell shows #N/A")


def test_plain_cells_without_addresses_are_read(tmp_path):
    """As report servers write them: rows and cells in order, blank ones as <c/>."""

    def cell(value):
        kind, inner = ("n", f"<v>{value}</v>") if isinstance(value, int | float) else ("inlineStr", f"<is><t>{value}</t></is>")
        return "<c/>" if value == "" else f'<c t="{kind}">{inner}</c>'

    names = dict(enumerate(tables(), 1))
    bodies = {
        f"xl/worksheets/sheet{at}.xml": "".join("<row>" + "".join(map(cell, row)) + "</row>" for row in tables()[name])
        for at, name in names.items()
    }
    path = rewritten(
        workbook(tmp_path / "a.xlsx", tables()),
        lambda name, content: (
            f'<worksheet xmlns="{PREFIX.decode()}"><sheetData>{bodies[name]}</sheetData></worksheet>'.encode()
            if name in bodies
            else content
        ),
    )
    assert same(path, tmp_path)


def test_a_nonzero_value_nobody_can_date_is_reported_once(tmp_path):
    path = formula(tmp_path / "a.xlsx", "=2000000+1000000", 3_000_000)
    assert same(path, tmp_path, "1 cell(s) hold formulas whose values may be out of date", "enterprises!E2")


def test_without_a_chain_of_calculation_a_zero_is_asked(tmp_path):
    path = formula(tmp_path / "a.xlsx", "=2000000+1000000")
    asked(xml(path, lambda content: content.replace(b' fullCalcOnLoad="1"', b""), "xl/workbook.xml"), "formula shows 0")


def calculated(path):
    """As if WPS had written it, which calculates before it saves."""
    return rewritten(path, lambda name, content: content.replace(b' fullCalcOnLoad="1"', b"").replace(b"Microsoft Excel", b"WPS Office"))


def test_calculated_formulas_are_values(tmp_path):
    assert same(calculated(formula(tmp_path / "a.xlsx", "=2000000+1000000", 3_000_000)), tmp_path)
    path = by_xlsxwriter(
        tmp_path / "b.xlsx",
        changed(lambda t: [row.__setitem__(column("annual", "entry_fee"), 0) for row in t["annual"][1:2]]),
        lambda _, sheets: sheets["annual"].write_formula(1, column("annual", "entry_fee"), "=5-5", None, 0),
    )
    assert not examine(calculated(path)).errors


@pytest.mark.parametrize("spelled", [b'fullCalcOnLoad="true"', b"fullCalcOnLoad='1'"])
def test_the_wish_to_be_calculated_in_any_spelling(tmp_path, spelled):
    path = formula(tmp_path / "a.xlsx", "=2000000+1000000")
    asked(xml(path, lambda content: content.replace(b'fullCalcOnLoad="1"', spelled), "xl/workbook.xml"), "formula shows 0")


def test_openpyxl_and_xlwt_write_no_value_at_all(tmp_path):
    asked(workbook(tmp_path / "a.xlsx", tables(), lambda book: book["enterprises"].__setitem__("E2", "=1+2999999")), "never calculated")
    book = xlwt.Workbook()
    for name, rows in tables().items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(at, place, xlwt.Formula("1+2999999") if (name, at, place) == ("enterprises", 1, CAPITAL) else cell)
    book.save(str(tmp_path / "a.xls"))
    asked(tmp_path / "a.xls", "enterprises!E2", "formula")


@pytest.mark.parametrize("spelled", [b'calcMode="manual" calcOnSave="0"', b'calcCompleted="0"', b"calcCompleted='false'"])
def test_a_workbook_that_was_not_calculated_when_it_was_saved(tmp_path, spelled):
    path = calculated(formula(tmp_path / "a.xlsx", "=VLOOKUP(A2,年度!A:C,3,0)", 3_000_000))
    assert same(path, tmp_path) and not any("out of date" in problem.cause for problem in examine(path).warnings)
    rewritten(path, lambda _, content: content.replace(b"<calcPr ", b"<calcPr " + spelled + b" "))
    assert same(path, tmp_path, "1 cell(s) hold formulas whose values may be out of date")


# ---- old workbooks


def old(path, text, value=None, flags=0, at=CAPITAL, rows=None):
    """The register as .xls with a formula in 企业, row 2, and the value beside it (None: as xlwt leaves it)."""
    book = xlwt.Workbook()
    for name, cells in (rows or tables()).items():
        sheet = book.add_sheet(name)
        for row, values in enumerate(cells):
            for place, cell in enumerate(values):
                sheet.write(row, place, xlwt.Formula(text) if (name, row, place) == ("enterprises", 1, at) else cell)
    book.save(str(path))
    if value is not None:
        content = path.read_bytes()
        found = re.search(struct.pack("<H", 6) + b".." + struct.pack("<2H", 1, at), content, re.DOTALL)
        begin = found.start() + 10
        path.write_bytes(content[:begin] + value + struct.pack("<H", flags) + content[begin + 10 :])
    return path


def number(value):
    return struct.pack("<d", value)


@pytest.mark.parametrize(
    "text, gives",
    [
        ("2000000+1000000", "3000000"),
        ("(D2-1)*60%", "3000000"),
        ("SUM(D2;D3)-7000003", "3000000"),
        ("SUM(D2:D3)-7000003", "3000000"),
        ("ROUND(D2*0.6;0)", "3000001"),
        ("MAX(D2:D5)-2000004.5", "2999999.5"),
        ("-D2+8000001", "3000000"),
        ("INT(ABS(-3000000.4))", "3000000"),
        ("PRODUCT(D2;2)/2-2000001", "3000000"),
        ("AVERAGE(D2;D2)-2000001", "3000000"),
        ("2^3*375000", "3000000"),
    ],
)
def test_a_value_of_an_old_workbook_that_its_formula_does_not_give(tmp_path, text, gives):
    for value in (2e6, 0.0):
        asked(old(tmp_path / "a.xls", text, number(value)), f"shows {value:.0f}, and =", f"gives {gives}")
    if gives == "3000000":
        assert same(old(tmp_path / "b.xls", text, number(3e6)), tmp_path)


@pytest.mark.parametrize(
    "text, value, flags, reported",
    [
        ("VLOOKUP(A2;D1:E9;2)", number(0.0), 0, "the cell's formula shows 0"),
        ("VLOOKUP(A2;D1:E9;2)", number(0.0), 2, "the cell's formula shows 0"),
        ("1+2999999", bytes([3, 0, 0, 0, 0, 0]) + b"\xff\xff", 0, "never calculated"),
        ("1+2999999", bytes(6) + b"\xff\xff", 0, "never calculated"),
        ("1+2999999", bytes([2, 0, 7, 0, 0, 0]) + b"\xff\xff", 0, "the cell shows #DIV/0!"),
    ],
)
def test_an_old_workbook_of_a_program_that_does_not_calculate(tmp_path, text, value, flags, reported):
    asked(old(tmp_path / "a.xls", text, value, flags), "enterprises!E2", reported)


def test_a_value_of_an_old_workbook_that_nobody_can_date_is_reported_once(tmp_path):
    path = old(tmp_path / "a.xls", 'IF(D2>0;3000000;"")', number(3e6))
    assert same(path, tmp_path, "1 cell(s) hold formulas whose values may be out of date", "enterprises!E2")


def test_a_formula_written_once_for_many_rows_of_an_old_workbook():
    from simulator.population.legacy import formula_text

    def tokens(row, column):  # relative to the cell that has it
        inner = bytes([0x4C]) + struct.pack("<2H", row & 0xFFFF, 0xC000 | column & 0xFF) + bytes([0x1E, 2, 0, 5])
        return struct.pack("<H", len(inner)) + inner

    assert formula_text(tokens(0, -1), 4, 4) == "D5*2" and formula_text(tokens(-2, 1), 4, 4) == "F3*2"
    for damaged in (b"", b"\1", b"\5\0\x1e", b"\1\0\x03", b"\3\0\x42\1\xff"):
        assert formula_text(damaged, 0, 0) is None


def record(code, body):
    return struct.pack("<2H", code, len(body)) + body


def cell(row, tokens, shown=None):
    """A formula in column D; shown: a number, or none where a text follows."""
    value = bytes(6) + b"\xff\xff" if shown is None else number(shown)
    inner = struct.pack("<3H", row, 3, 15) + value + struct.pack("<HIH", 0, 0, len(tokens)) + tokens
    text = b"" if shown is not None else record(0x207, b"\1\0\0x")
    return record(legacy.FORMULA, inner), text


def shared(row, tokens):
    return record(legacy.SHARED_FORMULA, struct.pack("<2H4BH", row, row, 3, 3, 0, 0, len(tokens)) + tokens)


def repeats(row):
    return b"\x01" + struct.pack("<2H", row, 3)


def spliced(path, records):
    """The register as .xls with records at the end of its last sheet."""
    book = legacy.streams(old(path, "1+2999999", number(3e6)).read_bytes())["Workbook"]
    end = max(at for at, code, _ in legacy._records(book) if code == legacy.END_OF_SHEET)
    XlsDoc().save(str(path), book[:end] + records + book[end:])
    return list(legacy.look(path.read_bytes())[0].values())[-1]


A1, PLUS, TWO = b"\x44" + struct.pack("<2H", 0, 0xC000), b"\x03", b"\x1e\2\0"


@pytest.mark.parametrize("tokens", [A1 + (A1 + PLUS) * 10_000, TWO + b"\x15" * 60_000, TWO + b"\x13" * 60_000], ids=["+", "(", "-"])
def test_a_long_formula_that_many_cells_repeat_stays_small(tmp_path, tokens):
    """60 kB written once for many cells of an old workbook would be GB of text; so would one of a new workbook."""
    cells = b"".join(cell(row, repeats(100), 3.0)[0] for row in range(101, 300))
    found = spliced(tmp_path / "a.xls", cell(100, repeats(100), 3.0)[0] + shared(100, tokens) + cells)
    assert sum(map(len, found.formulas.values())) < 100


def test_a_long_formula_of_a_new_workbook_stays_small(tmp_path):
    rows = [f'<row r="{row}"><c r="D{row}"><f t="shared" si="0">{{}}</f><v>3</v></c></row>' for row in range(100, 300)]

    def put(text):
        body = rows[0].format(text) + "".join(row.format("") for row in rows[1:])
        return lambda content: content.replace(b"</sheetData>", body.encode() + b"</sheetData>")

    path = workbook(tmp_path / "a.xlsx", tables())
    found = xlsx.look(xml(path, put("+".join(["A1"] * 10_000))).read_bytes())[0]["enterprises"]
    assert not found.formulas
    path = workbook(tmp_path / "b.xlsx", tables())
    found = xlsx.look(xml(path, put("A1+1")).read_bytes())[0]["enterprises"]
    assert found.formulas[100, 3] == "A2+1" and len(found.formulas) == 200


def test_no_more_formulas_are_written_out_than_are_calculated(tmp_path, monkeypatch):
    for reader in (legacy, xlsx):
        monkeypatch.setattr(reader, "MOST", 3)
    assert MOST > 1000
    cells = b"".join(cell(row, TWO, 2.0)[0] for row in range(100, 110))
    assert len(spliced(tmp_path / "a.xls", cells).formulas) == 3
    rows = "".join(f'<row r="{row}"><c r="D{row}"><f>1+1</f><v>2</v></c></row>' for row in range(100, 110)).encode()
    path = xml(workbook(tmp_path / "a.xlsx", tables()), lambda content: content.replace(b"</sheetData>", rows + b"</sheetData>"))
    assert len(xlsx.look(path.read_bytes())[0]["enterprises"].formulas) == 3


def test_the_formula_of_a_text_is_not_taken_for_that_of_the_number_before(tmp_path):
    """Each stands once, behind the first cell that has it."""
    (amount, _), (word, text) = cell(100, repeats(100), 2.0), cell(101, repeats(101))
    records = amount + shared(100, TWO) + word + shared(101, TWO + TWO + PLUS) + text + cell(102, repeats(100), 2.0)[0]
    assert spliced(tmp_path / "a.xls", records).formulas == {(100, 3): "2", (102, 3): "2"}


def test_a_comment_behind_a_chart_is_of_the_sheet_around_it(tmp_path):
    chart = record(legacy.BOF, struct.pack("<2H", 0x600, 0x20) + bytes(12)) + record(legacy.END_OF_SHEET, b"")
    note = record(legacy.NOTE, struct.pack("<4H", 0, 3, 0, 1) + b"\0\0\0\0")
    assert (0, 3) in spliced(tmp_path / "a.xls", chart + note).comments


@fuzz
@given(
    tokens=st.lists(
        st.one_of(
            st.sampled_from(
                [A1, TWO, PLUS, b"\x13", b"\x14", b"\x15", b"\x19\x10\0\0", b"\x42\2\4\0", b"\x41\x1b\0", b"\x1f" + number(9e99)]
            ),
            st.binary(max_size=4),
        ),
        max_size=40,
    ).map(b"".join),
    declared=st.one_of(st.none(), st.integers(0, 0xFFFF)),
)
def test_whatever_stands_in_a_formula_of_an_old_workbook(tokens, declared):
    said = struct.pack("<H", len(tokens) if declared is None else declared)
    text = legacy.formula_text(said + tokens, 3, 3)
    assert text is None or len(text) <= 3 * LONGEST


def test_a_sheet_that_lies_in_another_folder_is_looked_at(tmp_path):
    path = formula(tmp_path / "a.xlsx", "=2000000+1000000")
    source = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            content = source.read(entry.filename).replace(b"worksheets/sheet1.xml", b"data/one.xml")
            target.writestr(entry.filename.replace("worksheets/sheet1.xml", "data/one.xml"), content)
    asked(path, "enterprises!E2: the cell's formula shows 0")


@pytest.mark.parametrize("address", [b"$E$2", b"2E", b"E", b"", b"E2:E3", b"-1"])
def test_a_cell_with_an_odd_address_is_no_endless_matter(tmp_path, address):
    path = xml(workbook(tmp_path / "a.xlsx", tables()), lambda content: content.replace(b'r="E2"', b'r="' + address + b'"'))
    assert examine(path).errors or same(path, tmp_path)
