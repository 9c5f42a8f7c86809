"""One cell at a time: what an office may write, and what is refused rather than guessed."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.population import cells
from simulator.population.cells import Refused, parse
from simulator.population.spelling import spell
from simulator.population.units import Declared
from simulator.spreadsheets import escaped, unescaped
from tests import of_2013
from tests.of_2013 import ANNUAL_TABLE, ENTERPRISES_TABLE, SUPPORT_TABLE

MONEY = ANNUAL_TABLE.column("sales")
AREA = ANNUAL_TABLE.column("rented_area")
RENT = ANNUAL_TABLE.column("rent")
SHARE = ANNUAL_TABLE.column("building_occupancy")
COUNT = ANNUAL_TABLE.column("paid_members")
FLAG = ENTERPRISES_TABLE.column("o2o")
DATE = ENTERPRISES_TABLE.column("certified_on")
YEAR = ANNUAL_TABLE.column("year")
CLAUSE = SUPPORT_TABLE.column("clause")
NAME = ENTERPRISES_TABLE.column("name")
ID = ENTERPRISES_TABLE.column("enterprise_id")


@pytest.mark.parametrize(
    "text, column, stored",
    [
        ("300000", MONEY, 30_000_000),
        ("0", MONEY, 0),
        ("-0", MONEY, 0),
        ("1234.5", MONEY, 123_450),
        ("1234.", MONEY, 123_400),
        (".5", MONEY, 50),
        ("３，０００．５", MONEY, 300_050),
        ("1,234,567.89", MONEY, 123_456_789),
        ("¥ 5", MONEY, 500),
        ("1e3", MONEY, 100_000),
        ("10000000000000", MONEY, 10**15),
        (" 12 ", MONEY, 1_200),
        ("500.25", AREA, 50_025),
        ("45.5501", RENT, 455_501),
        ("0.8", SHARE, 800_000),
        ("1", SHARE, 1_000_000),
        ("1000", COUNT, 1_000),
        ("1000.0", COUNT, 1_000),
        ("2013", YEAR, 2013),
        ("2013年", YEAR, 2013),
        ("２０１３", YEAR, 2013),
        ("2013.0", YEAR, 2013),
        ("10", CLAUSE, 10),
        ("1.0", CLAUSE, 1),
        ("四（三）", CLAUSE, 3),
        ("四(十)", CLAUSE, 10),
    ],
)
def test_numbers(text, column, stored):
    assert parse(text, column) == (stored, "")


@pytest.mark.parametrize(
    "text, column, stored",
    [
        ("0.005", MONEY, 1),
        ("0.0049", MONEY, 0),
        ("37037.025", MONEY, 3_703_703),
        ("45.55555", RENT, 455_556),
        ("0.8000004", SHARE, 800_000),
        ("3.5", COUNT, 4),
    ],
)
def test_finer_than_the_resolution_is_rounded_half_up_and_said(text, column, stored):
    assert parse(text, column) == (stored, "rounded")


@pytest.mark.parametrize(
    "text, column, cause",
    [
        ("abc", MONEY, "not a number"),
        ("1_000", MONEY, "not a number"),
        ("inf", MONEY, "not a number"),
        ("nan", MONEY, "not a number"),
        ("0x10", MONEY, "not a number"),
        ("12%", MONEY, "not a number"),
        ("120%", SHARE, "more than 1"),
        ("3000百万", AREA, "not a number"),
        ("3000万", COUNT, "not a number"),
        ("1,23", MONEY, "not a number"),
        ("--1", MONEY, "not a number"),
        ("(1,200)", MONEY, "negative"),
        ("-0.01", MONEY, "negative"),
        ("－５", COUNT, "negative"),
        ("-1", AREA, "negative"),
        ("10000000000000.01", MONEY, "above 10,000,000,000,000"),
        ("1e400", MONEY, "above"),
        ("9" * 5000, MONEY, "above"),
        ("1.0001", SHARE, "more than 1"),
        ("85", SHARE, "more than 1"),
        ("-0.1", SHARE, "negative"),
        ("1989", YEAR, "not a year from 1990 to 2100"),
        ("2101", YEAR, "not a year from 1990 to 2100"),
        ("2013.5", YEAR, "not a year from 1990 to 2100"),
        ("next", YEAR, "not a year"),
        ("2013-01-01", YEAR, "not a year"),
        ("0", CLAUSE, "not a clause from 1 to 10"),
        ("11", CLAUSE, "not a clause from 1 to 10"),
        ("四（十一）", CLAUSE, "not a clause"),
        ("三", CLAUSE, "not a clause"),
    ],
)
def test_numbers_refused(text, column, cause):
    with pytest.raises(Refused, match=cause) as refused:
        parse(text, column)
    assert text[:20] in refused.value.cause and refused.value.remedy


@pytest.mark.parametrize(
    "text, fen",
    [
        ("3000万", 3_000_000_000),
        ("3,000 万元", 3_000_000_000),
        ("３０００万元", 3_000_000_000),
        ("1.5亿", 15_000_000_000),
        ("12.5元", 1_250),
        ("人民币5万元", None),
        ("0.00001万", 10),
    ],
)
def test_an_amount_may_bear_its_unit(text, fen):
    if fen is None:
        with pytest.raises(Refused, match="not a number"):
            parse(text, MONEY)
    else:
        assert parse(text, MONEY) == (fen, "")


def test_the_columns_unit_scales_and_contradicts():
    wan = Declared(Decimal(10_000), "万元", "header")
    assert parse("3000", MONEY, wan) == (3_000_000_000, "")
    assert parse("3000.00005", MONEY, wan) == (3_000_000_050, "")
    assert parse("3000万", MONEY, wan) == (3_000_000_000, "")
    with pytest.raises(Refused, match="bears another unit than its column, which is in 万元"):
        parse("3000元", MONEY, wan)
    assert parse("3000元", MONEY, Declared(Decimal(10_000), "万元", "answer")) == (300_000, "")


def test_a_share_may_be_written_in_percent():
    assert parse("85%", SHARE) == (850_000, "") and parse("８５ ％", SHARE) == (850_000, "")


@pytest.mark.parametrize("text, mac, stored", [("41400", False, 20130506), ("41400.0", False, 20130506), ("39938", True, 20130506)])
def test_a_spreadsheets_day(text, mac, stored):
    assert parse(text, DATE, None, mac) == (stored, "serial")


@pytest.mark.parametrize(
    "text",
    [
        "2013-05-06",
        "2013-5-6",
        "2013/5/6",
        "2013/05/06",
        "2013年5月6日",
        "20130506",
        "２０１３年５月６日",
        "2013.5.6",
        "2013.05.06",
        "2013/5/6 0:00",
        "2013-05-06 00:00:00",
        "2013-05-06T00:00:00.000",
    ],
)
def test_dates(text):
    assert parse(text, DATE) == (20130506, "")


@pytest.mark.parametrize(
    "text, cause",
    [
        ("06/05/2013", "ambiguous"),
        ("6.5.2013", "ambiguous"),
        ("2013-02-30", "no such day"),
        ("2013-13-01", "no such day"),
        ("2015-02-29", "no such day"),
        ("4140", "not a date"),
        ("99999", "not a date"),
        ("2013-05", "not a date"),
        ("5 May 2013", "not a date"),
        ("2013-05-06T00:00X", "not a date"),
        ("1989-12-31", "outside 1990-01-01"),
        ("2101-01-01", "outside"),
        ("0000-01-01", "no such day"),
    ],
)
def test_dates_refused(text, cause):
    with pytest.raises(Refused, match=cause):
        parse(text, DATE)


def test_an_enterprise_may_have_settled_long_ago_but_nothing_else_predates_1990():
    assert parse("1958-10-01", ENTERPRISES_TABLE.column("settled_on")) == (19581001, "")
    for column in of_2013.ENTERPRISES:
        if column.kind == "date" and column.name != "settled_on":
            with pytest.raises(Refused):
                parse("1989-12-31", column)


@pytest.mark.parametrize("text", ["是", "true", "TRUE", "1", "yes", "Yes", "１", "1.0", " 是 "])
def test_flags_true(text):
    assert parse(text, FLAG) == (1, "")


@pytest.mark.parametrize("text", ["否", "false", "False", "0", "no", "NO", "０"])
def test_flags_false(text):
    assert parse(text, FLAG) == (0, "")


@pytest.mark.parametrize("text", ["2", "√", "y", "truee", "有"])
def test_flags_refused(text):
    with pytest.raises(Refused, match="neither yes nor no"):
        parse(text, FLAG)


@pytest.mark.parametrize(
    "text, name, stored",
    [
        ("none", "headquarters", 0),
        ("无", "headquarters", 0),
        ("Regional", "headquarters", 1),
        ("区域", "headquarters", 1),
        ("全国", "headquarters", 2),
        ("national", "headquarters", 2),
        ("平台", "sector", "platform"),
        ("goods", "sector", "goods"),
    ],
)
def test_choices(text, name, stored):
    assert parse(text, ENTERPRISES_TABLE.column(name)) == (stored, "")


def test_payers():
    payer = SUPPORT_TABLE.column("payer")
    words = ("区级", "district", "市级", "municipal", "其他", "other")
    assert [parse(word, payer)[0] for word in words] == [0, 0, 1, 1, 2, 2]


def test_an_unknown_choice_names_the_choices():
    with pytest.raises(Refused, match="not one of the choices") as refused:
        parse("global", ENTERPRISES_TABLE.column("headquarters"))
    assert refused.value.remedy == "write one of none/无, regional/区域, national/全国"


@pytest.mark.parametrize("text", ["NA", "null", "nan", "None", "无", "001", "1e5", "未知", "unknown", "合计"])
def test_a_name_stays_what_it_is(text):
    assert parse(text, NAME) == (text, "")


def test_an_id_is_stripped_and_half_width():
    assert parse(" ９１X\u200b", ID) == ("91X", "")
    assert parse("0001", ID) == ("0001", "")
    assert parse("NA", ID) == ("NA", "")


@pytest.mark.parametrize(
    "text, cause",
    [
        ("9.1500107E+17", "shortened"),
        ("合计", "totals row"),
        ("Total", "totals row"),
        ("未知", "cannot be the code"),
    ],
)
def test_ids_refused(text, cause):
    with pytest.raises(Refused, match=cause):
        parse(text, ID)


def test_a_long_or_unprintable_text_is_shown_short():
    assert cells.shown("a\n" * 100) == "“" + "a " * 30 + "…”"


@given(st.text())
def test_no_text_escapes_the_kinds(text):
    for column in (
        MONEY,
        SHARE,
        COUNT,
        FLAG,
        DATE,
        YEAR,
        CLAUSE,
        NAME,
        ID,
        ENTERPRISES_TABLE.column("headquarters"),
    ):
        try:
            stored, _ = parse(text, column)
        except Refused as refused:
            assert "\n" not in refused.cause
        else:
            assert isinstance(stored, str) == (column.kind == "text")


@given(st.sampled_from([MONEY, AREA, RENT, SHARE, COUNT]), st.data())
def test_what_is_spelt_is_read_back(column, data):
    stored = data.draw(st.integers(0, column.high * column.resolution))
    written = spell(stored, column)
    assert parse(repr(written), column) == (stored, "")


@given(st.text())
def test_escaping_is_undone_and_leaves_no_formula(text):
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "@", "\t", "\r"))
    assert not escaped(text).startswith(("+", "-", "−")) or re.search(r"\d", text)  # a number is none
