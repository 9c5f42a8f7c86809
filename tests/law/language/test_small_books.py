"""A workbook that somebody filled in, a policy or worked cases, is looked through before it is opened: a small file fells no machine."""

from __future__ import annotations

import io
import re
import zipfile
from types import SimpleNamespace

import openpyxl
import pytest
import python_calamine

from simulator import smallbooks
from simulator.engine import casebook
from simulator.errors import LawError
from simulator.law import policybook
from simulator.law.policyfile import document_of
from simulator.law.shipped import policy_path
from tests.of_2013 import LAW


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The policy of 2013 as a workbook."""
    path = tmp_path_factory.mktemp("书") / "policy.xlsx"
    policybook.save(document_of(policy_path("jiulongpo_2013")).data, path)
    return path.read_bytes()


def sheet_of(raw: bytes, change) -> bytes:
    """The workbook with its second sheet's XML changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == "xl/worksheets/sheet2.xml" else content)
    return made.getvalue()


def far(raw: bytes) -> bytes:
    return sheet_of(raw, lambda sheet: sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'))


def far_without_case(raw: bytes) -> bytes:
    return sheet_of(raw, lambda sheet: sheet.replace(b"</sheetData>", b"<row r='9'><c r='xfd&#49;048576'><v>1</v></c></row></sheetData>"))


def often(raw: bytes) -> bytes:
    """One long text of the workbook's, shown in ten thousand cells."""
    made = io.BytesIO()
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(2000, 12_000))
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/sharedStrings.xml":
                content = re.sub(rb"<si>.*?</si>", b"<si><t>" + b"x" * 30_000 + b"</t></si>", content, count=1)
            new.writestr(name, content.replace(b"</sheetData>", cells + b"</sheetData>") if name == "xl/worksheets/sheet2.xml" else content)
    return made.getvalue()


def entities(raw: bytes) -> bytes:
    return sheet_of(raw, lambda sheet: sheet.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1))


def bomb(raw: bytes) -> bytes:
    made = io.BytesIO(raw)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image9.png", bytes(smallbooks.MOST_UNPACKED))
    return made.getvalue()


def no_workbook(_raw: bytes) -> bytes:
    return b"PK\x03\x04" + bytes(1000)


def old_workbook(_raw: bytes) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(5000)


def open_document(raw: bytes) -> bytes:
    made = io.BytesIO(raw)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("content.xml", "<office/>")
    return made.getvalue()


@pytest.mark.parametrize("hostile", [far, far_without_case, often, entities, bomb, no_workbook, old_workbook, open_document])
@pytest.mark.parametrize("reader", [policybook.load, lambda path: casebook.load(LAW.policy, path)], ids=["policy", "cases"])
def test_what_nobody_fills_in_is_refused_before_it_is_opened(hostile, reader, book, tmp_path, monkeypatch):
    path = tmp_path / "坏.xlsx"
    path.write_bytes(hostile(book))
    read = []
    monkeypatch.setattr(python_calamine, "CalamineWorkbook", SimpleNamespace(from_filelike=read.append))
    with pytest.raises(LawError) as refused:
        reader(path)
    assert "坏.xlsx" in str(refused.value) and not read


def test_a_filled_in_workbook_is_opened(book, tmp_path):
    path = tmp_path / "policy.xlsx"
    path.write_bytes(book)
    assert "条款" in smallbooks.sheets_of(path)[0]
    opened = openpyxl.load_workbook(path)
    opened["条款"].cell(900, 40).value = "备注"
    opened.save(path)
    assert "条款" in smallbooks.sheets_of(path)[0]
