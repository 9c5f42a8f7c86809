"""Days with a time of day (SheetJS/sheetjs#2350, #1805, StarRocks#55093, apache/spark#16781, duckdb#11974) and texts that are almost
numbers (microsoft/calculator#504, Rdatatable/data.table#1612, footnote marks of public tables)."""

import datetime

import openpyxl
import pandas as pd
import pyarrow
import pytest
from pyarrow import parquet

from simulator.population.readers import examine, read_population
from tests.files_in_the_wild.register import (
    CODES,
    asked,
    by_xlsxwriter,
    changed,
    column,
    facts,
    folder,
    same,
    tables,
    workbook,
)

SETTLED, LEASE = column("enterprises", "settled_on"), column("annual", "line_lease")
UTC, BEIJING = datetime.UTC, datetime.timezone(datetime.timedelta(hours=8))


def settled(text):
    return changed(lambda t: t["enterprises"][1].__setitem__(SETTLED, text))


DAYS = [  # as text, and what is said
    ("2013-12-31 23:59:17", "within minutes of midnight"),
    ("2014-01-01 00:00:43", "within minutes"),
    ("2013-12-31T23:51:00", "within minutes"),
    ("2014-01-01 00:00:00", ""),
    ("2014-01-01T00:00", ""),
    ("2014-1-1 0:0:0", ""),
    ("2013-12-31 24:00", "within minutes of midnight"),
    ("2014/1/1 0:00", ""),
    ("2014年1月1日 0:00:00", ""),
    ("2014年1月1日0:00", ""),
    ("2014-01-01 00:00:00.000", ""),
    ("2014-01-01 12:00:00 AM", ""),
    ("2014-01-01 上午 0:00:00", ""),
    ("2014-01-01 08:00", "has a time of day"),
    ("2014-01-01 15:59:59", "has a time of day"),
    ("2014-01-01 02:30 PM", "has a time of day"),
    ("2013-12-31T16:00:00Z", "Beijing time"),
    ("2013-12-31 16:00:00+00:00", "Beijing time"),
    ("2013-12-31 16:00:00 UTC", "Beijing time"),
    ("2014-01-01 00:00:00+08:00", ""),
    ("2014-01-01T00:00:00+0800", ""),
    ("2013-12-31T11:00:00-05:00", "Beijing time"),
    ("2014-01-01 18:00:00+08:00", "has a time of day"),
    ("41640", "spreadsheet's number"),
    ("41639.9995", "within minutes"),
    ("41640.5", "has a time of day"),
    ("20140101 00:00:00", ""),
    ("2014.1.1 0:00", ""),
    ("\u202a2014-01-01\u202c", "U+202A U+202C"),
    ('="2014-01-01"', ""),
    ("２０１４-０１-０１", ""),
]


@pytest.mark.parametrize("text, reported", DAYS)
def test_a_day_with_a_time_is_the_day_it_means(tmp_path, text, reported):
    assert same(folder(tmp_path / "f", settled(text)), tmp_path, reported)


@pytest.mark.parametrize(
    "text",
    ["2013-12-31 16:00:00", "2013-12-31T16:00", "2013-12-31 23:30", "2013/12/31 20:15:00", "41639.6666666667", "2013-12-31 04:00 PM"],
)
def test_a_time_that_in_utc_is_another_day_is_asked(tmp_path, text):
    asked(folder(tmp_path / "f", settled(text)), "in UTC it is the day after", "write the day alone")


@pytest.mark.parametrize(
    "text",
    ["2013-12-31 24:61", "2014-01-01 25:00", "2014-01-0¹", "2014-01-①", "2014-13-01 00:00", "01/01/2014 00:00", "2014-01-01 00:00 Mars"],
)
def test_what_is_no_day_stays_none(tmp_path, text):
    asked(folder(tmp_path / "f", settled(text)), "落户日期")


def test_an_instant_once_a_column_not_once_a_cell(tmp_path):
    rows = changed(lambda t: [row.__setitem__(SETTLED, f"2013-12-31 16:00:0{at}") for at, row in enumerate(t["enterprises"][1:])])
    assert len(examine(folder(tmp_path / "f", rows)).errors) == 1


@pytest.mark.parametrize(
    "value, reported",
    [
        (datetime.datetime(2013, 12, 31, 23, 59, 17), "within minutes"),
        (datetime.datetime(2014, 1, 1, 0, 0, 43), "within"),
        (datetime.datetime(2014, 1, 1), ""),
        (datetime.datetime(2014, 1, 1, 9, 30), "has a time of day"),
    ],
)
def test_a_workbooks_cell_shown_as_a_date(tmp_path, value, reported):
    def write(book, sheets):
        sheets["enterprises"].write_datetime(1, SETTLED, value, book.add_format({"num_format": "yyyy-mm-dd"}))

    assert same(by_xlsxwriter(tmp_path / "a.xlsx", tables(), write), tmp_path, reported)


TYPES = [
    (pyarrow.timestamp("us", "UTC"), "Beijing"),
    (pyarrow.timestamp("ns", "UTC"), "Beijing"),
    (pyarrow.timestamp("ms", "Asia/Shanghai"), ""),
    (pyarrow.timestamp("s", "+08:00"), ""),
    (pyarrow.timestamp("us", "America/New_York"), "Beijing"),
    (pyarrow.timestamp("us", "Asia/Tokyo"), "Beijing"),
]


@pytest.mark.parametrize("kind, reported", TYPES, ids=str)
def test_parquet_instants_are_days_in_beijing(tmp_path, kind, reported):
    assert same(
        as_parquet(tmp_path / "f", pyarrow.array([datetime.datetime(2013, 12, 31, 16, tzinfo=UTC), None, None, None], kind)),
        tmp_path,
        reported,
    )


@pytest.mark.parametrize(
    "kind", [pyarrow.timestamp("us"), pyarrow.timestamp("ns"), pyarrow.date32(), pyarrow.date64(), pyarrow.string()], ids=str
)
def test_parquet_days_without_a_zone(tmp_path, kind):
    days = pyarrow.array([datetime.date(2014, 1, 1), None, None, None])
    assert same(as_parquet(tmp_path / "f", days.cast(kind)), tmp_path)


@pytest.mark.parametrize("more", [{}, {"use_deprecated_int96_timestamps": True}, {"coerce_timestamps": "ms"}], ids=str)
def test_parquet_instants_without_a_zone_are_asked(tmp_path, more):
    asked(
        as_parquet(tmp_path / "f", pyarrow.array([datetime.datetime(2013, 12, 31, 16), None, None, None]), **more),
        "in UTC it is the day after",
    )


def as_parquet(path, days, **more):
    path.mkdir()
    for name, rows in tables().items():
        frame = pd.DataFrame([[None if cell == "" else cell for cell in row] for row in rows[1:]], columns=rows[0])
        table = pyarrow.Table.from_pandas(frame, preserve_index=False)
        if name == "enterprises":
            table = table.set_column(SETTLED, rows[0][SETTLED], days)
        parquet.write_table(table, path / f"{name}.parquet", **more)
    return path


@pytest.mark.parametrize(
    "kind, value, reported",
    [
        ("DATE", "2014-01-01", ""),
        ("TIMESTAMP", "2014-01-01 00:00:00", ""),
        ("TIMESTAMPTZ", "2014-01-01 00:00:00+08", "Beijing"),
        ("VARCHAR", "2014-01-01", ""),
        ("TIMESTAMP_NS", "2014-01-01 00:00:00", ""),
        ("TIMESTAMP_S", "2014-01-01 00:00:00", ""),
        ("TIMESTAMP", "2013-12-31 16:00:00", "asked"),
    ],
)
def test_duckdb_days(tmp_path, kind, value, reported):
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "a.duckdb"
    with duckdb.connect(str(path)) as connection:
        for name, rows in tables().items():
            columns = ", ".join(f'"{head}" {kind if head == "落户日期" else "VARCHAR"}' for head in rows[0])
            connection.execute(f"CREATE TABLE {name} ({columns})")
            connection.executemany(
                f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})",
                [
                    [
                        value if head == "落户日期" and cell else None if cell == "" else str(cell)
                        for head, cell in zip(rows[0], row, strict=True)
                    ]
                    for row in rows[1:]
                ],
            )
    assert asked(path, "in UTC") if reported == "asked" else same(path, tmp_path, reported)


NUMBERS = [
    ("100000", ""),
    ("100,000", ""),
    ("１０００００", ""),
    ("¥100,000", ""),
    ("￥100000.00", ""),
    ("\u202d100,000\u202c", "U+202D U+202C"),
    ("100000\u00a0", "U+00A0"),
    ("\u200b100000", "U+200B"),
    ("100\u200d000", "U+200D"),
    ("100000\ufeff", "U+FEFF"),
    ("\u2066100000\u2069", "U+2066 U+2069"),
    ("100000\u202f元", "U+202F"),
    ('="100000"', ""),
    ("1E5", ""),
    ("+100000", ""),
    ("10万", ""),
    ("10 万元", ""),
    (" 100000 ", ""),
    ("\u3000100000", ""),
    ("100000\u00ad", "U+00AD"),
]


@pytest.mark.parametrize("text, reported", NUMBERS)
def test_almost_a_number_and_plainly_meant(tmp_path, text, reported):
    rows = changed(lambda t: [row.__setitem__(LEASE, text) for row in t["annual"][1:]])
    assert same(folder(tmp_path / "f", rows), tmp_path, reported)


@pytest.mark.parametrize(
    "text",
    [
        "100000¹",
        "100000①",
        "100000²",
        "10⁵",
        "⑩",
        "100000⁽¹⁾",
        "100000㈠",
        "1½",
        "100000*",
        "约100000",
        "100000[1]",
        "١٠٠٠٠٠",
        "1 00 000",
        "100000㋀",
        "100000\x07",
        "0x186A0",
        "1_000",
        "100.000,00",
        "壹拾万",
    ],
)
def test_what_only_looks_like_a_number_is_refused(tmp_path, text):
    asked(folder(tmp_path / "f", changed(lambda t: t["annual"][1].__setitem__(LEASE, text))), "is not a number")


def test_a_character_nobody_sees_is_named_by_its_code_point(tmp_path):
    asked(folder(tmp_path / "f", changed(lambda t: t["annual"][1].__setitem__(LEASE, "10\x070"))), "“10‹U+0007›0”")


@pytest.mark.parametrize("text", ["-", "—", "--", "NaN", "N/A", "NULL", "/", "…", "nan", "——", "*", "无"])
def test_a_mark_for_nothing_is_asked_once_a_column(tmp_path, text):
    rows = changed(lambda t: [row.__setitem__(LEASE, text) for row in t["annual"][1:]])
    (problem,) = examine(folder(tmp_path / "f", rows)).errors
    assert "8 cell(s) in all" in problem.cause and "leave blank for none, write 未知 for unknown" in problem.remedy


@pytest.mark.parametrize("code", ["\u202d{}\u202c", "{}\u200b", '="{}"', " {} ", "{}\u00a0", "\ufeff{}"])
def test_a_code_is_the_same_however_it_was_pasted(tmp_path, code):
    rows = changed(lambda t: [row.__setitem__(0, code.format(row[0])) for row in t["annual"][1::2]])
    assert same(folder(tmp_path / "f", rows), tmp_path)


@pytest.mark.parametrize("code", ["9.15001E+17", "915001070000000000", "9.15E17", "123456789012345000"])
def test_a_code_that_lost_digits_is_refused(tmp_path, code):
    asked(
        folder(tmp_path / "f", changed(lambda t: [t[name][1].__setitem__(0, code) for name in ("enterprises", "annual")])),
        "format the column as text",
    )


@pytest.mark.parametrize("sign", [" ", "-", "\u00a0"])
def test_a_code_written_in_groups_is_the_code(tmp_path, sign):
    def grouped(t):
        for row in t["annual"][1:]:
            row[0] = f"{row[0][:6]}{sign}{row[0][6:]}"

    assert same(folder(tmp_path / "f", changed(grouped)), tmp_path)


def test_a_year_in_a_cell_of_days_is_asked(tmp_path):
    asked(folder(tmp_path / "f", settled("1905-07-06")), "lies outside 1949-10-01")  # so a spreadsheet shows 2014


def test_less_than_one_per_cent_among_large_shares_is_asked(tmp_path):
    at = column("annual", "building_occupancy")
    path = folder(tmp_path / "f", changed(lambda t: t["annual"][2].__setitem__(at, "0.85%")))
    asked(path, "“0.85%” is less than one per cent", "0.0085")
    few = folder(tmp_path / "g", changed(lambda t: [row.__setitem__(at, "0.85%") for row in t["annual"][1:]]))
    assert not examine(few).errors


def test_a_code_with_a_footnote_mark_is_another_code(tmp_path):
    asked(folder(tmp_path / "f", changed(lambda t: t["annual"][1].__setitem__(0, CODES[0] + "¹"))), "is not in the table")


@pytest.mark.parametrize(
    "end, encoding",
    [
        ("\x1a", "gb18030"),
        ("\x1a", "utf-8"),
        ("\r\n\x1a", "gb18030"),
        ("\x1a\x1a\x1a", "utf-8"),
        ("\x1a\r\n", "utf-8"),
        ("\n\n\x1a", "utf-16"),
    ],
)
def test_the_end_mark_of_dos_is_no_row(tmp_path, end, encoding):
    assert same(folder(tmp_path / "f", tables(), end, encoding), tmp_path)


@pytest.mark.parametrize("text, cells", [("3,000,000", 0), ("100,000", 0), ("20,000,001.00", 0), ("1,200,000", 5), ("100,050", 9)])
def test_thousands_commas_without_quotation_are_known_for_what_they_are(tmp_path, text, cells):
    path = folder(tmp_path / "f", tables())
    lines = (path / "annual.csv").read_text(encoding="utf-8").split("\n")
    row = lines[3].split(",")
    row[2] = text
    lines[3] = ",".join(row[: len(row) - cells])
    (path / "annual.csv").write_text("\n".join(lines), encoding="utf-8")
    asked(path, "annual.csv line 4", "its comma has torn into two cells")


def test_quoted_and_other_delimiters_are_left_alone(tmp_path):
    rows = changed(lambda t: [row.__setitem__(2, f"{row[2]:,}") for row in t["annual"][1:]])
    assert same(folder(tmp_path / "f", rows), tmp_path)
    path = folder(tmp_path / "g", tables())
    for file in path.iterdir():
        file.write_text(file.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert same(path, tmp_path)


@pytest.mark.parametrize("text", ["100.000", "1.000", "１００．０００"])
def test_points_between_thousands_are_asked_and_answered(tmp_path, text):
    path = folder(tmp_path / "f", changed(lambda t: [row.__setitem__(LEASE, text) for row in t["annual"][1:]]))
    asked(path, "may mean thousands, or three digits behind the point; 8 cell(s) in all", "--unit line_lease=元")
    assert not any("thousands" in problem.cause for problem in examine(path, {"line_lease": "元"}).errors)
    rows = changed(
        lambda t: (
            [row.__setitem__(LEASE, "10.000") for row in t["annual"][1:]] + [t["annual"][0].__setitem__(LEASE, "数据专线租费（万元）")]
        )
    )
    assert same(folder(tmp_path / "g", rows), tmp_path)


def test_a_code_kept_as_text_by_an_apostrophe(tmp_path):
    assert same(folder(tmp_path / "f", changed(lambda t: [row.__setitem__(0, "'" + row[0]) for row in t["annual"][1:]])), tmp_path)


def test_single_precision_is_said(tmp_path):
    (tmp_path / "p").mkdir()
    for name, rows in tables().items():
        frame = pd.DataFrame([[None if cell == "" else cell for cell in row] for row in rows[1:]], columns=rows[0])
        table = pyarrow.Table.from_pandas(frame, preserve_index=False)
        if name == "annual":
            table = table.set_column(LEASE, rows[0][LEASE], pyarrow.array([100_000.0] * 8, pyarrow.float32()))
        parquet.write_table(table, tmp_path / "p" / f"{name}.parquet")
    assert same(tmp_path / "p", tmp_path, "line_lease (数据专线租费) is kept in single precision")


def test_the_same_in_a_workbook(tmp_path):
    for text in ("\u202d100,000\u202c", "100000\u00a0", "10万元"):
        rows = changed(lambda t, text=text: [row.__setitem__(LEASE, text) for row in t["annual"][1:]])
        assert same(workbook(tmp_path / "a.xlsx", rows), tmp_path)
    assert facts(read_population(workbook(tmp_path / "b.xlsx", tables()))) and openpyxl
