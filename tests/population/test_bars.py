"""Bars E1–E12 of data import that no other file of this folder holds whole; where each is held stands beside it.

E1 encodings: test_encodings, test_office · E2 numbers: test_cells · E3 units: test_units, test_magnitude · E4 ids: here,
test_readers · E5 implausible: here · E6 dates: test_cells, test_office · E7 layout: test_office, here · E8 kinds of
workbooks: here · E9 bombs: here · E10 formulas: here · E11 any bytes: test_arbitrary, here · E12 all or nothing:
test_findings, here
"""

import hashlib
import json
import subprocess
import sys
import textwrap
import zipfile

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.cli import main
from simulator.errors import PopulationError
from simulator.population.checks import CODE_ALPHABET, check_character
from simulator.population.findings import write_annotated
from simulator.population.readers import examine, read_population
from simulator.population.template import write_workbook as write_tables
from tests.population.registers import (
    ANNUAL,
    ENTERPRISES,
    GOOD_CODE,
    full,
    only_problem,
    problems,
    table,
    warnings,
    write,
    write_workbook,
)
from tests.population.test_workbook import rewritten

# ---------------------------------------------------------------------------------------------------------- E4, E5


@given(place=st.integers(0, 17), letter=st.sampled_from(CODE_ALPHABET))
def test_e4_one_changed_character_is_detected(place, letter):
    changed = GOOD_CODE[:place] + letter + GOOD_CODE[place + 1 :]
    assert (check_character(changed[:17]) == changed[17]) == (letter == GOOD_CODE[place])


@pytest.mark.parametrize("text", [GOOD_CODE.lower(), f" {GOOD_CODE} ", "９１３５０１００Ｍ０００１００Ｙ４３", f"{GOOD_CODE}\u200b"])
def test_e4_the_same_code_in_two_dresses_is_one_enterprise(tmp_path, text):
    population = read_population(write(
        tmp_path, enterprises=full("enterprises", {"enterprise_id": GOOD_CODE}),
        annual=full("annual", {"enterprise_id": text, "year": 2013})))  # fmt: skip
    assert list(population.ids) == [GOOD_CODE] and population.annual["present"].sum() == 1


def test_e5_impossible_stops_and_implausible_is_told(tmp_path):
    for number, cell in enumerate(("NaN", "inf", "-1", "1e18", "null")):
        assert len(problems(write(tmp_path / str(number), annual=full(
            "annual", {"enterprise_id": "E1", "year": 2013, "sales": cell})))) == 1  # fmt: skip
    for number, name in enumerate(("NA", "无", "null", "None", "nan")):
        rows = full("enterprises", {"enterprise_id": "E1", "name": name})
        assert read_population(write(tmp_path / f"n{number}", enterprises=rows)).details["name"][0] == name
    rows = full("enterprises", {"enterprise_id": "E1", "closed_on": "2012-06-30"})
    annual = full("annual", {"enterprise_id": "E1", "year": 2013, "vat": "5"})
    (warning,) = warnings(write(tmp_path / "c", enterprises=rows, annual=annual))
    assert "struck off on 2012-06-30" in warning.cause and warning.place.startswith("annual.csv line 2")


# -------------------------------------------------------------------------------------------------------- E7, E8


LAYOUTS = {
    "title": [["名册"], *ANNUAL],
    "two titles and a blank": [["名册"], ["单位：元"], [], *ANNUAL],
    "blank columns left": [["", *row] for row in ANNUAL],
    "total": [*ANNUAL, ["合计"]],
    "subtotals": [*ANNUAL[:2], ["小计"], *ANNUAL[2:], ["小计"], ["合 计"]],
    "numbered": [["序号", *ANNUAL[0]], *[[n, *row] for n, row in enumerate(ANNUAL[1:])]],
    "remarks": [[*ANNUAL[0], "备注"], *[[*row, "略"] for row in ANNUAL[1:]]],
    "footnote": [*ANNUAL, ["注：数据来自税务部门"]],
    "grouped": [["", "", "经营", *[""] * 20], *ANNUAL],
    "reordered": [row[::-1] for row in ANNUAL],
    "rows far apart": [ANNUAL[0], [], [], ANNUAL[1], [], ANNUAL[2]],
    "line breaks in the header": [[f"{name[:3]}\n{name[3:]}" if n > 2 else name for n, name in enumerate(ANNUAL[0])], *ANNUAL[1:]],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_e7_layouts_of_an_office(tmp_path, name):
    assert len(LAYOUTS) == 12
    expected = read_population(write(tmp_path / "plain"))
    found = read_population(write_workbook(tmp_path / "a.xlsx", annual=[[c for c in row] for row in LAYOUTS[name]]))
    assert found == expected and all("absent, so" not in w.cause for w in found.warnings)


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
    """Read a hostile file in a process of its own: what it said, seconds and megabytes beyond the imports."""
    code = textwrap.dedent("""
        import json, sys, time
        import simulator.population.readers as readers
        from simulator.errors import PopulationError
        try:
            import resource
            peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        except ImportError:
            peak = lambda: 0.0
        before, began = peak(), time.perf_counter()
        try:
            readers.read_population(sys.argv[1]); said = "read"
        except PopulationError as error:
            said = str(error)
        print(json.dumps([said, time.perf_counter() - began, peak() - before]))
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
    assert seconds < 6 and megabytes < 512, (said, seconds, megabytes)  # the bar is 2 s on an idle machine


@pytest.mark.parametrize("kind", ["long line", "many columns"])
def test_e9_a_line_without_end_is_refused(tmp_path, kind):
    said, seconds, megabytes = limited(bomb(tmp_path, kind), tmp_path)
    assert said != "read" and seconds < 20 and megabytes < 3_000, (said[:200], seconds, megabytes)


def test_e9_a_file_larger_than_any_register_is_not_opened(tmp_path, monkeypatch):
    folder = write(tmp_path)
    with (folder / "annual.csv").open("ab") as file:
        file.truncate(3 * 1024**3)  # sparse: it takes no room
    problem = only_problem(folder)
    assert "3,221,225,472 bytes" in problem.cause and problem.place == "annual.csv"


# ----------------------------------------------------------------------------------------------------- E10 to E12

NASTY = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", "<img onerror=1>", "＝1", "'=1"]


def test_e10_no_name_runs_in_any_export(tmp_path):
    rows = full("enterprises", *({"enterprise_id": f"E{n}", "name": name, "certified_on": "2013-05-01", "online_retailer": "是"}
                                 for n, name in enumerate(NASTY)))  # fmt: skip
    folder = write(tmp_path / "r", enterprises=rows, annual=full("annual", *(
        {"enterprise_id": f"E{n}", "year": 2013, "employees": "未知"} for n in range(len(NASTY)))))  # fmt: skip
    population = read_population(folder)
    text = (population.write_folder(tmp_path / "csv") / "enterprises.csv").read_text("utf-8-sig")
    for line in text.splitlines()[1:]:
        for cell in line.split(","):
            assert not cell.strip('"').startswith(("=", "+", "-", "@", "\t")), line
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
@given(data=st.one_of(st.binary(max_size=400), st.binary(max_size=400).map(lambda b: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b),
                      st.binary(max_size=200).map(lambda b: b"<table><tr><td>" + b), st.binary().map(lambda b: b"PAR1" + b)))
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
