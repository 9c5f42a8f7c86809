"""Bars of data import, E8 to E12: kinds of files, bombs, formulas, any bytes, all or nothing. Each has a test named after it."""

import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import yamlfile
from simulator.cli import main
from simulator.errors import LawError, PopulationError, ReportError, ScenarioError
from simulator.law import policybook
from simulator.population import checked, reading
from simulator.population.findings import write_annotated
from simulator.population.pseudonyms import read_key
from simulator.population.readers import examine, read_population
from simulator.population.template import write_workbook as write_tables
from simulator.store.folder import read_record
from tests.population.registers import ENTERPRISES, full, only_problem, table, write, write_workbook
from tests.population.test_workbook import rewritten

# ------------------------------------------------------------------------------------------------------------ E8


def test_e8_kinds_of_workbooks_that_are_refused(tmp_path):
    good = write_workbook(tmp_path / "good.xlsx").read_bytes()

    def with_part(name: str):
        path = tmp_path / "a.xlsx"
        path.write_bytes(good)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, b"<x/>")
        return only_problem(path).cause

    assert "macros" in with_part("xl/vbaProject.bin")
    assert "links to other workbooks" in with_part("xl/externalLinks/externalLink1.xml")
    for data, words in ((b"", "empty"), (good[: len(good) // 2], "no .xlsx workbook"), (b"%PDF-1.4", "no .xlsx workbook")):
        (tmp_path / "b.xlsx").write_bytes(data)
        assert words in only_problem(tmp_path / "b.xlsx").cause


def test_e8_protected_workbooks_are_named(tmp_path):
    """Both ways a spreadsheet protects: the new format inside an OLE container, and a record in the old one."""
    import xlwt

    book = xlwt.Workbook()
    book.add_sheet("annual").write(0, 0, "x" * 5000)
    book.save(str(tmp_path / "plain.xls"))
    data = (tmp_path / "plain.xls").read_bytes()
    name, new = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    at = data.index(name)
    inside = bytearray(data)
    inside[at : at + len(new)], inside[at + 64] = new, len(new) + 2
    (tmp_path / "a.xlsx").write_bytes(inside)
    start = data.index(b"\x09\x08\x10\x00")  # the first record of the workbook, 16 bytes long
    old = bytearray(data)
    old[start + 20 : start + 22] = b"\x2f\x00"  # the second one becomes FILEPASS
    (tmp_path / "b.xls").write_bytes(old)
    for path in ("a.xlsx", "b.xls"):
        assert only_problem(tmp_path / path).cause == "the workbook is protected by a password"


# ------------------------------------------------------------------------------------------------------------ E9


def limited(path, tmp_path) -> tuple[str, float, float]:
    """Read a hostile file in a process of its own: what it said, seconds of the processor (the bar is 2 of the clock)
    and megabytes beyond the imports."""
    code = textwrap.dedent("""
        import json, sys, time
        import simulator.population.readers as readers
        from simulator.errors import PopulationError
        try:
            import resource
            peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        except ImportError:
            peak = lambda: 0.0
        before, began = peak(), time.process_time()
        try:
            readers.read_population(sys.argv[1]); said = "read"
        except PopulationError as error:
            said = str(error)
        print(json.dumps([said, time.process_time() - began, peak() - before]))
    """)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


def bomb(tmp_path, kind: str):
    path = write_workbook(tmp_path / "a.xlsx")
    sheet = "xl/worksheets/sheet2.xml"
    if kind == "zip bomb":
        rewritten(path, "xl/styles.xml", lambda content: content + b" " * 300_000_000)
    elif kind == "dimension":
        rewritten(path, sheet, lambda c: c.replace(b'<dimension ref="A1:V3"', b'<dimension ref="A1:XFD1048576"'))
    elif kind == "far cell":
        rewritten(path, sheet, lambda c: c.replace(b'r="B2"', b'r="XFD1048576"'))
    elif kind == "deep cell":
        rewritten(path, sheet, lambda c: c.replace(b'r="B2"', b'r="CZ9999999"'))
    elif kind == "entities":
        lol = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"lol") for n in range(10))
        rewritten(path, "xl/workbook.xml", lambda c: b"<!DOCTYPE x [" + lol + b"]>" + c)
    elif kind == "deep xml":
        rewritten(path, "xl/workbook.xml", lambda c: c.replace(b"<sheets>", b"<a>" * 200_000 + b"</a>" * 200_000 + b"<sheets>"))
    elif kind == "overlap":
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
        data = bytearray(path.read_bytes())
        at = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 4)  # the second entry of the directory points to the first
        data[at + 42 : at + 46] = entries[0].header_offset.to_bytes(4, "little")
        path.write_bytes(data)
    elif kind == "long line":
        path = write(tmp_path / "f", annual=b"enterprise_id,year\nE1,2013," + b"x" * 200_000_000)
    elif kind == "many columns":
        path = write(tmp_path / "f", annual=b"," * 50_000_000)
    return path


@pytest.mark.parametrize("kind", ["zip bomb", "dimension", "far cell", "deep cell", "entities", "deep xml", "overlap"])
def test_e9_hostile_workbooks_cost_little(tmp_path, kind):
    said, seconds, megabytes = limited(bomb(tmp_path, kind), tmp_path)
    assert said != "read" or kind in ("dimension", "deep xml"), "these two are harmless"
    assert seconds < 6 and megabytes < 512, (said, seconds, megabytes)


@pytest.mark.parametrize("chain", ["of the folder", "of the allocation table"])
def test_e9_an_old_workbook_whose_sectors_go_in_a_circle(tmp_path, chain):
    """Found by `make fuzz`: the value reader followed such a chain until the machine's memory was full."""
    import xlwt

    book = xlwt.Workbook()
    book.add_sheet("enterprises").write(0, 0, "enterprise_id")
    book.save(str(tmp_path / "a.xls"))
    data = bytearray((tmp_path / "a.xls").read_bytes())
    if chain == "of the folder":
        directory, allocation = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 76)[0]
        struct.pack_into("<I", data, (allocation + 1) * 512 + 4 * directory, directory)
    else:
        struct.pack_into("<II", data, 68, 0, 1)
        struct.pack_into("<I", data, 512 + 508, 0)
    (tmp_path / "a.xls").write_bytes(data)
    said, seconds, megabytes = limited(tmp_path / "a.xls", tmp_path)
    assert "damaged" in said and seconds < 6 and megabytes < 512, (said[:200], seconds, megabytes)


def test_e9_an_old_workbook_with_a_cell_far_out(tmp_path):
    """Everything between it and the table would be made as blank cells."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("enterprises")
    sheet.write(0, 0, "enterprise_id")
    sheet.write(65_535, 255, 1)
    book.save(str(tmp_path / "a.xls"))
    said, seconds, megabytes = limited(tmp_path / "a.xls", tmp_path)
    assert "IV65536 lies far outside" in said and seconds < 6 and megabytes < 512, (said[:200], seconds, megabytes)


@pytest.mark.parametrize("record, at, form", [(0x200, 4, "<I"), (0x200, 10, "<H"), (0xFC, 4, "<I")], ids=["rows", "columns", "texts"])
def test_e9_an_old_workbook_that_declares_what_it_has_not(tmp_path, record, at, form):
    """Found by `make fuzz`: the value reader made room for it at once, and the process was gone."""
    import xlwt

    book = xlwt.Workbook()
    book.add_sheet("enterprises").write(0, 0, "enterprise_id")
    book.save(str(tmp_path / "a.xls"))
    data = bytearray((tmp_path / "a.xls").read_bytes())
    begin = data.index(struct.pack("<2H", 0x809, 16))
    while struct.unpack_from("<H", data, begin)[0] != record:
        begin += 4 + struct.unpack_from("<H", data, begin + 2)[0]
    struct.pack_into(form, data, begin + 4 + at, 0x7FFFFFFF if form == "<I" else 0xFFFF)
    (tmp_path / "a.xls").write_bytes(data)
    said, seconds, megabytes = limited(tmp_path / "a.xls", tmp_path)
    assert "damaged" in said and seconds < 6 and megabytes < 512, (said[:200], seconds, megabytes)


@pytest.mark.parametrize("kind", ["long line", "many columns"])
def test_e9_a_line_without_end_is_refused(tmp_path, kind):
    said, seconds, megabytes = limited(bomb(tmp_path, kind), tmp_path)
    assert "no row of a register" in said and seconds < 6 and megabytes < 512, (said[:200], seconds, megabytes)


def test_e9_rows_that_are_declared_and_not_there(tmp_path):
    """Few bytes of a Parquet file stand for any number of rows."""
    import pyarrow
    from pyarrow import parquet

    folder = write(tmp_path)
    (folder / "annual.csv").unlink()
    years = pyarrow.array([2013] * 25_000_000, pyarrow.int16())
    parquet.write_table(pyarrow.table({"year": years}), folder / "annual.parquet")
    assert (folder / "annual.parquet").stat().st_size < 200_000
    said, seconds, megabytes = limited(folder, tmp_path)
    assert "25,000,000 rows" in said and seconds < 6 and megabytes < 512, (said[:200], seconds, megabytes)


def test_e9_a_file_larger_than_any_register_is_not_opened(tmp_path, monkeypatch):
    folder = write(tmp_path)
    with (folder / "annual.csv").open("ab") as file:
        file.truncate(3 * 1024**3)  # sparse: it takes no room
    problem = only_problem(folder)
    assert "3,221,225,472 bytes" in problem.cause and problem.place == "annual.csv"


# ----------------------------------------------------------------------------------------------------- E10 to E12

NASTY = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", "<img onerror=1>", "＝1", "'=1"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
@pytest.mark.parametrize("endless", ["a pipe", "/dev/zero"])
def test_e9_nothing_beside_the_tables_is_read_without_end(tmp_path, endless):
    """A mark, an explanation, a stray file, a batch, a policy, a key: only files are opened, and only as far as they are looked at."""
    folder = write(tmp_path / "r")
    for name in ("synthetic.txt", "readme.txt", "other.csv"):
        put(folder / name, endless)
    found = examine(folder)
    assert not found.errors and [p.place for p in found.warnings if "not these tables" in p.cause] == ["synthetic.txt"]
    file = tmp_path / "file"
    put(file, endless)
    for read, error in ((yamlfile.load, ScenarioError), (policybook.load, LawError), (lambda path: read_key(str(path)), PopulationError)):
        with pytest.raises(error, match="a pipe or a device"):
            read(file)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_e9_no_record_is_read_without_end(tmp_path):
    os.mkfifo(tmp_path / "record.json")
    with pytest.raises(ReportError, match="a pipe or a device"):
        read_record(tmp_path / "record.json", ())


def put(place, endless):
    if endless == "a pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(endless)


def test_e9_a_long_yaml_file_is_not_read_to_its_end(tmp_path):
    file = tmp_path / "long.yaml"
    with file.open("wb") as written:
        written.truncate(yamlfile.LARGEST_FILE * 1000)  # takes no room on the disk
    with pytest.raises(ScenarioError, match=f"has {yamlfile.LARGEST_FILE * 1000:,} bytes"):
        yamlfile.load(file)


def test_e10_no_name_runs_in_any_export(tmp_path):
    rows = full("enterprises", *({"enterprise_id": f"E{n}", "name": name, "certified_on": "2013-09-01", "online_retailer": "是"}
                                 for n, name in enumerate(NASTY)))  # fmt: skip
    folder = write(tmp_path / "r", enterprises=rows, annual=full("annual", *(
        {"enterprise_id": f"E{n}", "year": 2013, "employees": "未知"} for n in range(len(NASTY)))))  # fmt: skip
    population = read_population(folder)
    text = (population.write_folder(tmp_path / "csv") / "enterprises.csv").read_text("utf-8-sig")
    for line in text.splitlines()[1:]:
        for cell in line.split(","):
            assert not cell.strip('"').startswith(("=", "+", "-", "@", "\t")) or cell in ("+1", "-1"), line  # numbers
    books = [write_tables(tmp_path / "t.xlsx", population.to_tables()), write_annotated(examine(folder), tmp_path / "c.xlsx")]
    assert main(["assess", str(folder), "--out", str(tmp_path / "名单.xlsx")]) == 0
    for path in (*books, tmp_path / "名单.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows():
                for cell in row:
                    total = isinstance(cell.value, str) and cell.value.startswith(("=SUM(G", "=SUM(H", "=G"))
                    assert cell.data_type != "f" or total, (path, cell.value)
    assert read_population(books[0]) == population


@settings(max_examples=60)
@given(
    data=st.one_of(
        st.binary(max_size=400),
        st.binary(max_size=400).map(lambda b: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b),
        st.binary(max_size=200).map(lambda b: b"<table><tr><td>" + b),
        st.binary().map(lambda b: b"PAR1" + b),
    )
)
def test_e11_any_bytes_under_any_name(tmp_path_factory, data):
    home = tmp_path_factory.mktemp("any")
    for name in ("a.xlsx", "a.xls", "a.xlsm", "a.et", "a.html", "a.duckdb"):
        (home / name).write_bytes(data)
        with pytest.raises(PopulationError):
            read_population(home / name)
    for suffix in (".xls", ".xlsx", ".parquet", ".csv"):
        folder = write(home / suffix)
        (folder / "annual.csv").unlink()
        (folder / f"年度{suffix}").write_bytes(data)
        with pytest.raises(PopulationError):
            read_population(folder)


def test_e12_the_hash_of_the_input_stands_in_the_record_and_the_original_is_untouched(tmp_path):
    annual = full("annual", *({"enterprise_id": "E1", "year": year} for year in (2012, 2013)))
    folder = write(tmp_path / "名 录", enterprises=ENTERPRISES, annual=annual)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["run", "baseline", "--draws", "3", "--population", str(folder), "--out", str(tmp_path / "out")]) == 0
    record = (tmp_path / "out" / "record.json").read_text("utf-8")
    assert read_population(folder).sha256 in record
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert hashlib.sha256(before["annual.csv"]).hexdigest() != read_population(folder).sha256, "of all tables together"


def test_e12_nothing_is_half_imported(tmp_path):
    found = examine(write(tmp_path, annual=table("enterprise_id year sales", "E1 2013 1", "E1 2014 x")))
    assert found.population is None and len(found.errors) == 1 and np.all([p.remedy for p in found.errors])


# --------------------------------------------------------------------------------------------------------------- all


def test_every_bar_has_a_test_named_after_it():
    named = {
        int(number)
        for path in Path(__file__).parent.glob("test_*.py")
        for number in re.findall(r"^def test_e(\d+)_", path.read_text("utf-8"), re.M)
    }
    assert named == set(range(1, 13))


def test_e12_of_a_column_full_of_faults_the_first_are_listed_and_the_others_counted(tmp_path, monkeypatch):
    """A few bytes of Parquet may stand for millions of rows: none of them may cost a problem of its own."""
    monkeypatch.setattr(checked, "MOST", 20)
    monkeypatch.setattr(reading, "MOST", 20)
    people = [f"E{number}" for number in range(60)]
    (tmp_path / "enterprises.csv").write_text("enterprise_id,name\n" + "".join(f"{code},{code}\n" for code in people), "utf-8")
    rows = [f"{code},2013,十{at},{'x' if at % 2 else 1}" for at, code in enumerate(people)]
    (tmp_path / "annual.csv").write_text("enterprise_id,year,sales（元）,employees\n" + "\n".join(rows), "utf-8")
    found = examine(tmp_path)
    sales = [p for p in found.errors if "sales" in p.place]
    assert [p.cause for p in sales[20:]] == ["40 more of this column are not listed"] and "line 21" in sales[19].place
    assert [p.cause for p in found.errors if "employees" in p.place][20:] == ["10 more of this column are not listed"]
    assert len(found.errors) == 42 and sum(map(len, (p.cause for p in found.errors))) < 4000
