"""The same register written by every library and program there is, in every dialect the reader knows: the same facts to the fen."""

import datetime
import random
import shutil
import subprocess
from decimal import Decimal

import pandas as pd
import pyarrow
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from simulator.population.readers import examine, read_population
from tests.files_in_the_wild.register import asked, by_xlsxwriter, facts, folder, same, tables, workbook
from tests.of_2013 import TABLES

KINDS = {table.name: [column.kind for column in table.columns] for table in TABLES}
WAN = {"元": 1, "千元": 1_000, "万元": 10_000, "亿元": 100_000_000}


def typed(rows):
    """The tables with dates as dates."""
    return {
        name: [
            table[0],
            *(
                [
                    datetime.date.fromisoformat(cell) if kind == "date" and cell else cell
                    for kind, cell in zip(KINDS[name], row, strict=True)
                ]
                for row in table[1:]
            ),
        ]
        for name, table in rows.items()
    }


def xls(path, rows):
    book, day = xlwt.Workbook(), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, table in typed(rows).items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(table):
            for place, cell in enumerate(row):
                sheet.write(at, place, cell, *([day] if isinstance(cell, datetime.date) else []))
    book.save(str(path))
    return path


def xlsx(path, rows):
    def write(book, sheets):
        day = book.add_format({"num_format": "yyyy/m/d"})
        for name, table in typed(rows).items():
            for at, row in enumerate(table):
                for place, cell in enumerate(row):
                    if isinstance(cell, datetime.date):
                        sheets[name].write_datetime(at, place, datetime.datetime.combine(cell, datetime.time()), day)

    return by_xlsxwriter(path, rows, write)


def frames(rows):
    return {
        name: pd.DataFrame([[None if cell == "" else cell for cell in row] for row in table[1:]], columns=table[0])
        for name, table in typed(rows).items()
    }


def by_pandas(path, rows):
    with pd.ExcelWriter(path) as writer:
        for name, frame in frames(rows).items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return path


def by_pandas_as_html(path, rows):
    path.mkdir()
    for name, frame in frames(rows).items():
        frame = frame.astype(object).where(frame.notna(), "")
        (path / f"{name}.xls").write_text(
            frame.to_html(index=False, na_rep="", float_format=lambda number: f"{Decimal(repr(number)):f}"),
            encoding="utf-8",
        )
    return path


def as_parquet(path, rows):
    path.mkdir()
    for name, frame in frames(rows).items():
        parquet.write_table(pyarrow.Table.from_pandas(frame, preserve_index=False), path / f"{name}.parquet")
    return path


def as_duckdb(path, rows):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(path)) as connection:
        for name, frame in frames(rows).items():
            held = pyarrow.Table.from_pandas(frame, preserve_index=False)
            connection.register("held", held)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM held")
            connection.unregister("held")
    return path


WRITERS = {
    "openpyxl": lambda path, rows: workbook(path / "a.xlsx", typed(rows)),
    "xlsxwriter": lambda path, rows: xlsx(path / "a.xlsx", rows),
    "xlwt": lambda path, rows: xls(path / "a.xls", rows),
    "pandas": lambda path, rows: by_pandas(path / "a.xlsx", rows),
    "html": lambda path, rows: by_pandas_as_html(path / "h", rows),
    "parquet": lambda path, rows: as_parquet(path / "p", rows),
    "duckdb": lambda path, rows: as_duckdb(path / "a.duckdb", rows),
    "csv": lambda path, rows: folder(path / "c", rows),
}


def in_dialect(rows, unit, english, shuffle):
    """The tables in another dialect: unit of amounts in the header, English names, columns in another order."""
    rng, found = random.Random(shuffle), {}
    for table in TABLES:
        if table.name not in rows:
            continue
        header, *body = rows[table.name]
        order = list(range(len(header)))
        rng.shuffle(order)
        money = [column.kind == "money" for column in table.columns]
        names = [
            (column.name if english else column.header) + (f"（{unit}）" if amount and unit != "元" else "")
            for column, amount in zip(table.columns, money, strict=True)
        ]
        scaled = [
            [round(cell / WAN[unit], 10) if amount and cell != "" else cell for amount, cell in zip(money, row, strict=True)]
            for row in body
        ]
        found[table.name] = [[row[at] for at in order] for row in (names, *scaled)]
    return found


@pytest.mark.parametrize("writer", WRITERS)
def test_every_writer_in_every_unit(tmp_path, writer):
    whole = facts(read_population(folder(tmp_path / "plain", tables())))
    for number, unit in enumerate(WAN):  # in yuan as they stand, otherwise in another order, by English names
        path = tmp_path / f"{number}"
        path.mkdir()
        rows = in_dialect(tables(), unit, number % 2 == 1, number) if number else tables()
        found = examine(write_in_order(writer, path, rows))
        assert not found.errors, (writer, unit, [str(problem) for problem in found.errors])
        by_id = sorted(range(len(found.population)), key=lambda at: found.population.ids[at])
        assert facts(found.population.subset(by_id)) == whole, (writer, unit)


def write_in_order(writer, path, rows):
    """Write; columns in another order have their kinds in that order, too."""
    known = {name: column.kind for table in TABLES for column in table.columns for name in (column.name, column.header)}
    kinds = {name: [known[str(head).partition("（")[0]] for head in table[0]] for name, table in rows.items()}
    held = dict(KINDS)
    KINDS.update(kinds)
    try:
        return WRITERS[writer](path, rows)
    finally:
        KINDS.update(held)


@settings(max_examples=12)
@given(
    unit=st.sampled_from(sorted(WAN)),
    english=st.booleans(),
    shuffle=st.integers(0, 1000),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    end=st.sampled_from(["", "\x1a", "\r\n\r\n"]),
    line=st.sampled_from(["\n", "\r\n", "\r"]),
    title=st.sampled_from(["", "2013年情况表", "单位：{unit}"]),
)
def test_every_dialect_of_text(tmp_path_factory, unit, english, shuffle, delimiter, encoding, end, line, title):
    import csv
    import io

    path = tmp_path_factory.mktemp("d")
    for name, table in in_dialect(tables(), unit, english, shuffle).items():
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter, lineterminator=line)
        writer.writerows([[title.format(unit=unit)]] if title else [])
        writer.writerows(table)
        (path / f"{name}.csv").write_bytes((text.getvalue() + end).encode(encoding))
    found = examine(path)
    assert not found.errors, [str(problem) for problem in found.errors]
    assert facts(found.population) == facts(read_population(folder(path / "plain", tables())))


@pytest.fixture(scope="module")
def office(need, tmp_path_factory):
    """Turn a file into another kind by LibreOffice."""
    program, home = need("soffice", "libreoffice"), tmp_path_factory.mktemp("office")

    def convert(path, kind):
        out = home / kind.partition(":")[0]
        subprocess.run(
            [program, f"-env:UserInstallation=file://{home}/profile", "--headless", "--convert-to", kind, "--outdir", str(out), str(path)],
            check=True,
            capture_output=True,
            timeout=180,
        )
        return out / f"{path.stem}.{kind.partition(':')[0]}"

    return convert


def test_libreoffice_writes_the_same(tmp_path, office):
    given = xlsx(tmp_path / "名册.xlsx", tables())
    for kind in ("xlsx", "xls:MS Excel 97"):
        assert same(office(given, kind), tmp_path / kind[:4])
    asked(office(given, "ods"), "OpenDocument table (.ods)")


def test_libreoffice_saves_what_a_library_did_not_calculate_as_it_is(tmp_path, office):
    """It calculates a workbook of another program only when it is asked to: its saving is no proof."""
    given = by_xlsxwriter(tmp_path / "名册.xlsx", tables(), lambda _, sheets: sheets["enterprises"].write_formula(1, 4, "=2000000+1000000"))
    asked(given, "the cell's formula shows 0")
    asked(office(given, "xlsx"), "the cell's formula shows 0")


def test_libreoffice_keeps_formats_merges_and_comments(tmp_path, office):
    from openpyxl.comments import Comment

    from tests.files_in_the_wild.register import changed, column

    lease, area = column("annual", "line_lease"), column("annual", "rented_area")

    def dress(book):
        for row in range(2, 10):
            book["annual"].cell(row, lease + 1).number_format = '0.00"万元"'
        for row in range(2, 10, 2):
            book["annual"].merge_cells(start_row=row, start_column=area + 1, end_row=row + 1, end_column=area + 1)
        book["existing_support"]["D1"].comment = Comment("单位：万元", "张三")

    def in_wan(t):
        for row in t["annual"][1:]:
            row[lease] = row[lease] / 10_000
        for row in t["existing_support"][1:]:
            row[3] = row[3] / 10_000

    given = workbook(tmp_path / "名册.xlsx", changed(in_wan), dress)
    for kind in ("xlsx", "xls:MS Excel 97"):
        assert same(office(given, kind), tmp_path / kind[:4], "4 merged cell(s)")


def test_a_page_of_libreoffice_keeps_what_is_stored(tmp_path, office):
    path = folder(tmp_path / "f", tables())
    given = xlsx(tmp_path / "年度.xlsx", {"annual": tables()["annual"]})
    (path / "annual.csv").unlink()
    shutil.copy(office(given, "html"), path / "年度.xls")
    assert same(path, tmp_path)
