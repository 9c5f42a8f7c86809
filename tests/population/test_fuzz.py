"""Whatever bytes an office sends, in whatever container, the readers answer with a population or with problems."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import PopulationError
from simulator.population.readers import examine
from simulator.population.wording import translated
from tests.fuzzing import answers, fuzz, mutated
from tests.population.registers import ANNUAL, ENTERPRISES, as_csv, table, write

PIECES = (
    b",",
    b"\n",
    b"\r",
    b'"',
    b"\x00",
    b"\xff",
    b"E1",
    b"2013",
    b"1e999",
    b"-",
    b"'=",
    b"unknown",
    b"\t",
    b";",
    "年度".encode(),
    "月租金".encode("gb18030"),
    "单位：万元".encode(),
    "合计".encode(),
    "3000万".encode(),
)
TAGS = (b"<", b">", b"<c>", b"</c>", b"<v>", b'r="XFD9"', b't="e"', b"<f>", b"<row>", b"&#0;", b"&amp;", b"<!--", b"<mergeCell/>")
HTML = (b"<table>", b"</table>", b"<tr>", b"<td>", b"<td colspan=9999999>", b"<td rowspan=9999999>", b"</td>", b"<!--", b"&nbsp;")
ROWS = table("enterprise_id year sales vat", "E1 2012 100000 12", "E1 2013 200000 34")


def html() -> bytes:
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    return f"<html><body><table>{cells}</table></body></html>".encode()


def xls() -> bytes:
    import xlwt

    book, out = xlwt.Workbook(), io.BytesIO()
    for name, rows in (("enterprises", ENTERPRISES), ("annual", ROWS)):
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for position, cell in enumerate(row):
                sheet.write(at, position, float(cell) if cell.isdecimal() else cell)
    book.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in (("enterprises", ENTERPRISES), ("annual", [["title"], *ROWS])):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, [float(cell) if cell.isdecimal() else cell for cell in row])
        book.get_worksheet_by_name("annual").write_formula("D3", "=6+6", None, 12)
    return out.getvalue()


def parquet_file() -> bytes:
    import pyarrow
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(
        pyarrow.table(
            {
                "enterprise_id": ["E1", "E2"],
                "year": [2012, 2013],
                "sales": [1e5, None],
                "designated_building": [True, None],
                "employees": [3, 4],
            }
        ),
        out,
    )
    return out.getvalue()


GOOD = {
    "csv": (as_csv(ANNUAL).encode(), PIECES),
    "html": (html(), (*HTML, *PIECES)),
    "xls": (xls(), ()),
    "xlsx": (xlsx(), ()),
    "parquet": (parquet_file(), ()),
}


def read(path) -> None:
    """Examine, tell every problem in both languages, and refuse with errors as every verb does."""
    found = examine(path)
    for problem in found.problems:
        assert problem.place and translated(problem, "zh").cause
    if found.population is None:
        raise PopulationError(found.errors)


def in_a_folder(home, data: bytes, suffix: str):
    """A register in which the table `annual` is this file."""
    folder = write(home)
    (folder / "annual.csv").unlink()
    (folder / f"annual.{suffix}").write_bytes(data)
    return folder


@fuzz
@given(data=st.one_of(st.binary(), st.lists(st.sampled_from(PIECES)).map(b"".join)))
def test_arbitrary_bytes_in_every_table(tmp_path_factory, data):
    home = tmp_path_factory.mktemp("bytes")
    answers(lambda: read(write(home, annual=data, paid=data, enterprises=data)), PopulationError)


@pytest.mark.parametrize("kind", GOOD)
def test_mutated_tables_in_every_container(tmp_path_factory, kind):
    good, pieces = GOOD[kind]

    @fuzz
    @given(data=mutated(good, pieces))
    def holds(data):
        folder = in_a_folder(tmp_path_factory.mktemp(kind), data, "xls" if kind == "html" else kind)
        answers(lambda: read(folder), PopulationError)

    read(in_a_folder(tmp_path_factory.mktemp(kind), good, "xls" if kind == "html" else kind))
    holds()


@pytest.mark.parametrize(
    "part",
    [
        "xl/worksheets/sheet2.xml",
        "xl/workbook.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    ],
)
def test_workbooks_mutated_inside(tmp_path_factory, part):
    """The zip is whole and its checksums right; the XML of one part is not what a spreadsheet writes."""
    with zipfile.ZipFile(io.BytesIO(xlsx())) as archive:
        parts = {entry.filename: archive.read(entry.filename) for entry in archive.infolist()}

    @fuzz
    @given(data=mutated(parts[part], TAGS))
    def holds(data):
        path = tmp_path_factory.mktemp("xlsx") / "a.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, data if name == part else content)
        answers(lambda: read(path), PopulationError)

    holds()


def test_mutated_duckdb_files(tmp_path_factory):
    duckdb = pytest.importorskip("duckdb")
    home = tmp_path_factory.mktemp("duckdb")
    with duckdb.connect(str(home / "good.duckdb")) as connection:
        connection.execute("CREATE TABLE enterprises (enterprise_id VARCHAR)")
        connection.execute("INSERT INTO enterprises VALUES ('E1')")
        connection.execute("CREATE TABLE annual (enterprise_id VARCHAR, year INTEGER, sales DOUBLE)")
        connection.execute("INSERT INTO annual VALUES ('E1', 2013, 100000)")
    good = (home / "good.duckdb").read_bytes()
    read(home / "good.duckdb")

    @fuzz
    @given(data=mutated(good))
    def holds(data):
        path = tmp_path_factory.mktemp("duckdb") / "a.duckdb"
        path.write_bytes(data)
        answers(lambda: read(path), PopulationError)

    holds()
