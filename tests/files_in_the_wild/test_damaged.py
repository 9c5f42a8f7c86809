"""Files that were cut off on their way, that hold a cell twice (optilude/xlsx-template#65), or that are of a kind or in an encoding nobody
writes any more: tables of FoxPro, workbooks of Excel 95 (OpenRefine#564) and 4 (PHPOffice/PhpSpreadsheet#2490), Big5."""

import io
import re
import struct

import pytest
import xlwt
from xlwt.CompoundDoc import XlsDoc

from simulator.population.readers import examine
from tests.files_in_the_wild.register import asked, changed, column, folder, rewritten, same, tables, workbook

# ---- a cell twice


def parts(content):
    return re.findall(rb"<row.*?</row>", content)


def moved(content, at, before):
    row = parts(content)[at]
    return content.replace(row, b"").replace(before, row + before)


TWICE = {
    "a cell": lambda c: c.replace(b'<c r="D2" t="n"><v>5000001</v></c>', b'<c r="D2" t="n"><v>5000001</v></c><c r="D2" t="n"><v>7</v></c>'),
    "a cell, to the fen": lambda c: re.sub(rb'(<c r="D2".*?</c>)', rb"\1\1", c),
    "a row": lambda c: c.replace(b"</sheetData>", parts(c)[2].replace(b"3000000", b"3000001") + b"</sheetData>"),
    "a row with other cells": lambda c: re.sub(rb'<c r="D2"', b'</row><row r="2"><c r="D2"', c),
    "a row numbered as the one before": lambda c: c.replace(b'r="3"', b'r="2"').replace(b'3" t=', b'2" t='),
    "a cell of another row": lambda c: c.replace(b'r="D3"', b'r="D4"', 1),
    "in single quotes": lambda c: TWICE["a row"](c).replace(b'"', b"'"),
}


@pytest.mark.parametrize("change", TWICE)
def test_a_cell_that_the_file_holds_twice_is_asked(tmp_path, change):
    path = workbook(tmp_path / "a.xlsx", tables())
    rewritten(path, lambda name, content: TWICE[change](content) if name.endswith("sheet1.xml") else content)
    asked(path, "enterprises!", "second value")
    assert sum("second value" in problem.cause for problem in examine(path).errors) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda c: moved(c, 3, parts(c)[1]),
        lambda c: moved(c, 0, b"</sheetData>"),
        lambda c: c.replace(parts(c)[2], b'<row r="3">' + b"".join(re.findall(rb"<c .*?</c>", parts(c)[2])[::-1]) + b"</row>"),
        lambda c: c.replace(b"5000001</v></c>", b'5000001</v></c><c r="D2" s="0"/>'),
    ],
)
def test_rows_and_cells_in_another_order_are_the_same_sheet(tmp_path, change):
    path = workbook(tmp_path / "a.xlsx", tables())
    assert same(rewritten(path, lambda name, content: change(content) if name.endswith("sheet1.xml") else content), tmp_path)


def test_a_cell_twice_in_an_old_workbook(tmp_path):
    book = xlwt.Workbook()
    for name, rows in tables().items():
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(at, place, cell)
    book.save(str(tmp_path / "a.xls"))
    assert same(tmp_path / "a.xls", tmp_path)
    content = (tmp_path / "a.xls").read_bytes()
    name, capital = (struct.pack("<2H", 1, column("enterprises", which)) for which in ("name", "registered_capital"))
    (tmp_path / "a.xls").write_bytes(content.replace(b"\xfd\0\x0a\0" + name, b"\xfd\0\x0a\0" + capital, 1))
    asked(tmp_path / "a.xls", "enterprises!D2", "second value")


# ---- cut off


def cut(path, name, by, encoding="utf-8", rows=None):
    """The register with the end of one file missing: so many bytes, or what a function leaves of it."""
    folder(path, rows or tables(), encoding=encoding)
    content = (path / f"{name}.csv").read_bytes()
    (path / f"{name}.csv").write_bytes(by(content) if callable(by) else content[:-by])
    return path


@pytest.mark.parametrize(
    "texts",
    [
        ("150000.00", "20000.00", "9000.00", "1000.0"),
        ("150000.00", "20000.00", "9000.00", "1000."),
        ("150000.00", "20000.00", "9000.00", "10"),
        ("150000", "20000", "9000", ""),
    ],
)
def test_an_amount_that_ends_otherwise_than_all_others_is_asked(tmp_path, texts):
    head, row = tables()["existing_support"][:2]
    cells = dict(zip(head, row, strict=True))
    rows = [cells | {"年度": 2010 + n, "金额": text} for n, text in enumerate(texts)]
    last = [*(name for name in head if name != "金额"), "金额"]
    support = tables() | {"existing_support": [last, *([row[name] for name in last] for row in rows)]}
    asked(cut(tmp_path / "f", "existing_support", 1, rows=support), "existing_support.csv line 5", "cut off within its last line")
    assert not examine(folder(tmp_path / "g", support)).errors  # its line has an end


def test_a_last_row_that_alone_lacks_cells_is_asked(tmp_path):
    asked(cut(tmp_path / "f", "annual", 8), "annual.csv line 9", "cut off")
    assert len(examine(tmp_path / "f").problems) == 1
    path = cut(tmp_path / "g", "annual", lambda c: c.replace(b",\n", b"\n")[:-1])  # all rows do: they are written so
    assert same(path, tmp_path, "8 row(s) end before the last column")


def test_a_file_that_ends_with_a_block_is_asked(tmp_path):
    def filled(content):
        head, _, row = content.rstrip(b"\n").partition(b"\n")
        return head + b"\n" * (512 - len(head) - len(row)) + row

    asked(cut(tmp_path / "f", "paid", filled), "paid.csv", "cut off")
    assert same(cut(tmp_path / "g", "paid", lambda c: filled(c).replace(b"\n", b"", 1)), tmp_path)


def test_a_file_without_a_last_line_end_is_read_and_reported_where_others_have_one(tmp_path):
    path = cut(tmp_path / "f", "annual", 1)
    assert same(path, tmp_path, "annual.csv: the last line has no end")
    for name in tables():
        (path / f"{name}.csv").write_bytes((path / f"{name}.csv").read_bytes().rstrip(b"\n"))
    assert same(path, tmp_path) and not examine(path).problems


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk"])
def test_a_file_that_ends_within_a_character_was_cut_off(tmp_path, encoding):
    asked(cut(tmp_path / "f", "enterprises", lambda c: c[: c.rindex("样".encode(encoding)) + 1], encoding), "the file was cut off")


def test_a_page_that_ends_within_its_table_was_cut_off(tmp_path):
    path = folder(tmp_path / "f", tables())
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in tables()["paid"])
    (path / "paid.csv").unlink()
    (path / "paid.xls").write_text(f"<html><table>{rows}</table></html>", encoding="utf-8")
    assert same(path, tmp_path)
    (path / "paid.xls").write_text(f"<html><table>{rows}"[:-15], encoding="utf-8")
    asked(path, "paid.xls", "ends within its table")


def test_an_old_workbook_that_was_cut_off_is_never_read_in_part(tmp_path, capfd):
    book = xlwt.Workbook()
    for name, rows in tables().items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(at, place, cell)
    book.save(str(tmp_path / "a.xls"))
    content = (tmp_path / "a.xls").read_bytes()
    for length in range(600, len(content) - 512, 211):
        (tmp_path / "b.xls").write_bytes(content[:length])
        asked(tmp_path / "b.xls", "b.xls")
    assert "panicked" not in capfd.readouterr().err


# ---- encodings and kinds that are named


@pytest.mark.parametrize(
    "encoding, named",
    [("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("utf-32-le", "UTF-16"), ("utf-32-be", "UTF-16"), ("big5", "Big5")],
)
def test_an_encoding_that_is_not_read_is_named(tmp_path, encoding, named):
    path = folder(tmp_path / "f", tables())
    for file in path.iterdir():
        text = file.read_text(encoding="utf-8").translate(str.maketrans("统业额资税码销缴册区设实", "統業額資稅碼銷繳冊區設實"))
        file.write_bytes(text.encode(encoding, "replace"))
    asked(path, named, "Notepad")
    assert len(examine(path).errors) == 4


@pytest.mark.parametrize("name", ["paid.dbf", "已兑现.txt", "已兑现（2013）.numbers", "paid.tsv", "paid"])
def test_a_file_called_like_a_table_is_never_passed_over(tmp_path, name):
    path = folder(tmp_path / "f", tables())
    (path / "paid.csv").rename(path / name)
    asked(path, name, "of a kind that is not read")
    (path / "paid.csv").write_bytes((path / name).read_bytes())
    assert same(path, tmp_path)


def of_excel_5():
    file = io.BytesIO()
    XlsDoc().save(file, struct.pack("<2H4H", 0x809, 8, 0x500, 5, 0, 0) + bytes(9000))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        of_excel_5(),
        b"\x09\0\4\0\2\0\x10\0" + bytes(99),  # as programs in PHP wrote it
        b"\x09\2\6\0\0\0\x10\0" + bytes(99),
        b"\x09\4\6\0\0\0\x10\0" + bytes(99),
        b"\x09\x08\x08\0\0\5\5\0" + bytes(99),
    ],
)
def test_a_workbook_of_excel_95_is_refused_by_name(tmp_path, content):
    path = folder(tmp_path / "f", changed(lambda t: t.pop("paid")))
    (path / "paid.xls").write_bytes(content)
    asked(path, "paid.xls: is a workbook of Excel 95 or before", "(.xlsx)")
