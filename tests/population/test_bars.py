"""Bars of data import, E1 to E8 (E9 to E12: test_hostile_bars): each has a test here named after it. Many more cases of them
stand in the files about cells, units, encodings, offices and workbooks."""

import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import synthesize
from simulator.population.checks import CODE_ALPHABET, check_character
from simulator.population.readers import examine, read_population
from tests.population.registers import (
    ANNUAL,
    GOOD_CODE,
    as_csv,
    full,
    only_problem,
    problems,
    warnings,
    write,
    write_workbook,
)

# ---------------------------------------------------------------------------------------------------------- E1 to E3

NAMES = full("enterprises", {"enterprise_id": "E1", "name": "㙍镕 电子商务"}, {"enterprise_id": "E2", "name": "九龙坡"})


def test_e1_the_same_table_in_five_encodings(tmp_path):
    """UTF-8 with and without mark, GB18030 (㙍 is not in GBK), GBK, UTF-16; what was read in is reported; never a guess."""
    common = full("enterprises", {"enterprise_id": "E1", "name": "镕 电子商务"}, {"enterprise_id": "E2", "name": "九龙坡"})
    found = {}
    for encoding, rows in (("utf-8", NAMES), ("utf-8-sig", NAMES), ("gb18030", NAMES), ("utf-16", NAMES), ("gbk", common)):
        found[encoding] = examine(write(tmp_path / encoding, enterprises=as_csv(rows).encode(encoding)))
    for encoding, said in (("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")):
        assert found[encoding].population == found["utf-8"].population, encoding
        assert f"enterprises.csv {said}" in found[encoding].encodings
    assert found["gbk"].population == read_population(write(tmp_path / "c", enterprises=as_csv(common)))


def test_e1_what_is_in_no_encoding_is_named_by_its_byte(tmp_path):
    data = as_csv(NAMES).encode("gb18030")
    at = data.index("九".encode("gb18030"))
    problem = only_problem(write(tmp_path, enterprises=data[:at] + b"\xff" + data[at:]))
    assert problem.place == "enterprises.csv" and f"(byte {at})" in problem.cause


NUMBERS = {  # as typed → fen, or the rule it breaks
    "３０００": 300_000, "１，０００．５": 100_050, "1,234,567.89": 123_456_789, "¥3": 300, " 7 ": 700, "0": 0, "300000.005": 30_000_001,
    "－５": "is negative", "（100）": "is negative", "(100)": "is negative", "12%": "is not a number", "1_000": "is not a number",
    "1e400": "is above", "inf": "is not a number", "NaN": "is not a number", "0x10": "is not a number", "1,00": "is not a number",
    "三千": "is not a number", "1.2.3": "is not a number",
}  # fmt: skip


@pytest.mark.parametrize("engine", ["csv", "xlsx"])
def test_e2_numbers_as_offices_write_them(tmp_path, engine):
    for number, (text, expected) in enumerate(NUMBERS.items()):
        rows = full("annual", {"enterprise_id": "E1", "year": 2013, "line_lease": text})
        path = write(tmp_path / str(number), annual=rows) if engine == "csv" else write_workbook(tmp_path / f"{number}.xlsx", annual=rows)
        if isinstance(expected, int):
            assert read_population(path).annual["line_lease"][0, 0] == expected, text
        else:
            problem = only_problem(path)
            assert expected in problem.cause and text.strip() in problem.cause and problem.remedy, text


def lease(tmp_path, header: str, cells: tuple[str, ...], above: tuple[str, ...] = (), name: str = "annual"):
    """A workbook whose annual table has two rows of one amount; header: of that column; above: title rows."""
    rows = [
        *([line] for line in above),
        ["enterprise_id", "year", header],
        *([f"E{n}", "2013", cell] for n, cell in enumerate(cells, start=1)),
    ]
    path = write_workbook(tmp_path / f"{len(list(tmp_path.iterdir()))}.xlsx", annual=rows)
    book = openpyxl.load_workbook(path)
    book["annual"].title = name
    book.save(path)
    return path


UNITS = (  # header, cells, title rows, sheet → amounts in yuan
    ("数据专线租费（万元）", ("3", "4"), (), "annual", [30_000, 40_000]),
    ("数据专线租费(元)", ("3", "4"), (), "annual", [3, 4]),
    ("数据专线租费", ("3万", "4万元"), (), "annual", [30_000, 40_000]),
    ("数据专线租费", ("3", "4"), ("单位：万元",), "annual", [30_000, 40_000]),
    ("数据专线租费", ("3", "4"), ("2013年情况（千元）",), "annual", [3_000, 4_000]),
    ("数据专线租费", ("3", "4"), (), "年度（万元）", [30_000, 40_000]),
    ("数据专线租费", ("3", "4"), (), "annual", [3, 4]),
    ("数据专线租费（元）", ("3", "4"), ("单位：万元",), "annual", "the header says 元, the title 万元"),
    ("数据专线租费", ("3万", "4"), (), "annual", "bears no unit while other amounts of the column do"),
    ("数据专线租费（美元）", ("3", "4"), (), "annual", "is not known"),
)


@pytest.mark.parametrize("header, cells, above, name, expected", UNITS)
def test_e3_units_are_found_or_asked_for(tmp_path, header, cells, above, name, expected):
    path = lease(tmp_path, header, cells, above, name)
    if isinstance(expected, list):
        assert (read_population(path).annual["line_lease"][:, 0] / 100).tolist() == expected
    else:
        problem = only_problem(path)
        assert expected in problem.cause and "--unit line_lease=元 or 万元" in problem.remedy
        assert read_population(path, {"line_lease": "万元"}).annual["line_lease"][0, 0] == 3_000_000


SOUND = synthesize(enterprises=80, seed=11).to_tables()


@pytest.mark.parametrize(
    "table, name",
    [
        ("enterprises", "registered_capital"),
        ("enterprises", "paid_in_capital"),
        ("annual", "sales"),
        ("annual", "online_sales"),
        ("annual", "vat"),
        ("annual", "business_tax"),
        ("annual", "income_tax"),
    ],
)
@pytest.mark.parametrize("factor", [1e4, 1e-4])
def test_e3_a_column_in_another_unit_stops_and_asks(tmp_path, table, name, factor):
    """One register through the readers; test_magnitude measures how often over many."""
    frames = {key: SOUND[key].copy() for key in ("enterprises", "annual")}
    frames[table][name] = frames[table][name] * factor
    for key, frame in frames.items():
        (tmp_path / f"{key}.csv").write_text(frame.to_csv(index=False), encoding="utf-8")
    found = problems(tmp_path)
    assert any(name in problem.cause and "--unit" in problem.remedy for problem in found), [str(p) for p in found]


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


def test_e5_impossible_stops_and_implausible_is_reported(tmp_path):
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


# --------------------------------------------------------------------------------------------------------------- E6

DAYS = {
    "2013年5月6日": 20130506, "２０１３年５月６日": 20130506, "2013-05-06": 20130506, "2013/5/6": 20130506, "20130506": 20130506,
    "2013.5.6": 20130506, "2013/5/6 0:00": 20130506,
    "41400": 20130506, "06/05/2013": "ambiguous", "6.5.2013": "ambiguous", "2013/2/30": "no such day", "2013-13-01": "no such day",
    "May 6, 2013": "is not a date", "13-05-06": "is not a date", "2013-05": "is not a date", "4140": "is not a date",
    "1989-01-01": "lies outside",
}  # fmt: skip


def test_e6_dates_come_from_a_closed_list_and_are_never_guessed(tmp_path):
    for number, (text, expected) in enumerate(DAYS.items()):
        folder = write(
            tmp_path / str(number), enterprises=full("enterprises", {"enterprise_id": "E1", "certified_on": text}, {"enterprise_id": "E2"})
        )
        if isinstance(expected, int):
            assert read_population(folder).enterprises["certified_on"][0] == expected, text
        else:
            assert expected in only_problem(folder).cause, text


def test_e6_day_numbers_count_from_1900_or_1904_as_the_workbook_says(tmp_path):
    path = write_workbook(
        tmp_path / "a.xlsx", enterprises=[["enterprise_id", "settled_on", "certified_on"], ["E1", 39938, datetime.date(2013, 5, 6)]]
    )
    book = openpyxl.load_workbook(path)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(path)
    assert read_population(path).enterprises[["settled_on", "certified_on"]].tolist() == [(20130506, 20130506)]


# -------------------------------------------------------------------------------------------------------- E7


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
    found = read_population(write_workbook(tmp_path / "a.xlsx", annual=[list(row) for row in LAYOUTS[name]]))
    assert found == expected and all("absent, so" not in w.cause for w in found.warnings)
