"""All problems at once: as a table, as an annotated copy, in Chinese and English; planted faults reported exactly."""

import hashlib
import re

import openpyxl
import pytest

from simulator.cli import main
from simulator.phrases import phrase
from simulator.population.findings import problem_table, write_annotated
from simulator.population.readers import examine
from simulator.population.wording import chinese, place_in_chinese, translated
from tests import of_2013
from tests.population.registers import GOOD_CODE, full, table, write, write_workbook

FORTY = {  # place → part of the rule, one of each kind of fault
    "enterprises!C2": "no such day",
    "enterprises!D2": "is negative",
    "enterprises!E2": "is not a number",
    "enterprises!F2": "neither yes nor no",
    "enterprises!H2": "not one of the choices",
    "enterprises!J2": "is ambiguous",
    "enterprises!K2": "lies outside",
    "enterprises!L2": "is not a date",
    "enterprises!A3": "another row of this enterprise is on line 2",
    "enterprises!A4": "the cell is blank",
    "enterprises!A5": "shortened to a number",
    "enterprises!A6": "cannot be the code",
    "enterprises!D7": "the cell shows #N/A",
    "enterprises!E7": "formula was never calculated",
    "enterprises!D8": "above 10,000,000,000,000",
    "enterprises!E8": "is not a number",
    "enterprises!W8": "has a row of its own",
    "annual!W1": "unknown column",
    "annual!X1": "stands twice",
    "annual!Y1": "has no name",
    "annual!B2": "is not a year",
    "annual!B3": "the cell is blank",
    "annual!B4": "from 1990 to 2100",
    "annual!A5": "is not in the table enterprises",
    "annual!B7": "has a row of this year already",
    "annual!C6": "is not a number",
    "annual!D6": "is negative",
    "annual!J6": "is negative",
    "annual!K6": "above 100,000",
    "annual!L6": "neither yes nor no",
    "annual!Q6": "above 1,000,000,000",
    "annual!S6": "more than 1",
    "annual!E7": "bears no unit",
    "existing_support!C2": "is not a clause",
    "existing_support!D2": "is not a number",
    "existing_support!E2": "not one of the choices",
    "existing_support!A3": "is not in the table enterprises",
    "paid!A3": "the row repeats line 2",
    "applications!D2": "no such day",
    "a.xlsx, sheet 年度": "two sheets",
}


@pytest.fixture
def planted(tmp_path):
    """A workbook with forty different faults."""
    at = {column.name: n for n, column in enumerate(of_2013.ENTERPRISES)}
    rows = full("enterprises", {"enterprise_id": "E1", "settled_on": "2013-02-30", "registered_capital": "-5",
                                "paid_in_capital": "1_000", "ecommerce": "也许", "headquarters": "global",
                                "certified_on": "06/05/2013", "spun_off_on": "1850-01-01", "lease_started_on": "soon"},
                {"enterprise_id": "E1", "name": "乙"}, {"name": "丙"}, {"enterprise_id": "9.1500107E+17"},
                {"enterprise_id": "未知"}, {"enterprise_id": "E5", "registered_capital": "#N/A", "paid_in_capital": "=1+1"},
                {"enterprise_id": "E6", "registered_capital": "1e400", "paid_in_capital": "0x10", "former_id": "E5"})  # fmt: skip
    assert at["former_id"] == 22
    annual = full("annual", {"enterprise_id": "E1", "year": "soon"}, {"enterprise_id": "E1"},
                  {"enterprise_id": "E1", "year": "2200"}, {"enterprise_id": "E9", "year": "2013"},
                  {"enterprise_id": "E5", "year": "2013", "sales": "abc", "online_sales": "-1", "vat": "30万",
                   "rented_area": "-3", "rent": "200000", "designated_building": "√", "paid_members": "9999999999",
                   "building_occupancy": "85"}, {"enterprise_id": "E5", "year": "2013", "vat": "500"})  # fmt: skip
    annual = [[*annual[0], "colour", "月租金", ""], *([*row, "", "", "x" if n == 0 else ""] for n, row in enumerate(annual[1:]))]
    return write_workbook(
        tmp_path / "a.xlsx", enterprises=rows, annual=annual, 年度=table("enterprise_id year", "E5 2013"),
        existing_support=table("enterprise_id year clause amount payer", "E5 2013 12 x bank", "E8 2013 1 5 ."),
        paid=table("enterprise_id year clause amount", "E5 2013 1 5", "E5 2013 1 5"),
        applications=table("enterprise_id year clause applied_on", "E5 2013 1 2013-13-01"))  # fmt: skip


def test_e12_forty_planted_faults_are_reported_exactly(planted):
    before = hashlib.sha256(planted.read_bytes()).hexdigest()
    found = examine(planted)
    assert len(FORTY) == 40
    assert {p.place for p in found.errors} == set(FORTY) and len(found.errors) == 40
    for problem in found.errors:
        assert FORTY[problem.place] in problem.cause and problem.remedy, problem
    assert found.population is None, "nothing half imported"
    assert hashlib.sha256(planted.read_bytes()).hexdigest() == before, "the original untouched"


def test_the_table_says_place_value_rule_and_remedy_in_both_languages(planted):
    found = examine(planted)
    english, zh = problem_table(found, "en"), problem_table(found, "zh")
    assert len(english) == len(zh) == len(found.problems)
    row = english[english["place"] == "annual!K6"].iloc[0]
    assert (row["value"], row["severity"]) == ("200000", "error") and "above" in row["rule"]
    assert zh[zh["位置"] == "annual!K6"].iloc[0]["问题"].startswith("“200000”超过上限 100,000")
    assert (zh["问题"].str.contains(r"[\u4e00-\u9fff]")).all() and (zh["处理"].str.contains(r"[\u4e00-\u9fff]|^$")).all()


def test_the_annotated_copy_marks_the_cells(planted, tmp_path):
    found = examine(planted)
    out = write_annotated(found, tmp_path / "标注 副本.xlsx")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["问题 problems", "enterprises", "annual", "existing_support", "paid", "applications"]
    assert book["问题 problems"].max_row == 1 + len(found.problems)
    for place in FORTY:
        if "!" not in place:
            continue
        sheet, address = place.split("!")
        cell = book[sheet][address]
        assert cell.fill.fgColor.rgb == "FFFFC7CE", place
        assert FORTY[place] in cell.comment.text and re.search("[\u4e00-\u9fff]", cell.comment.text)
    links = {cell.hyperlink.location for cell in book["问题 problems"]["B"][1:] if cell.hyperlink is not None}
    assert links >= {f"'{sheet}'!{address}" for sheet, address in (place.split("!") for place in FORTY if "!" in place)}
    assert book["annual"]["K6"].value == "200000" and book["enterprises"]["A2"].comment is None
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_copy_says_it_first_in_the_language_asked_for_and_the_link_finds_the_line_of_a_file(tmp_path):
    annual = [["名录"], [], *table("enterprise_id year", "E1 2013", "E9 2013")]
    found = examine(write(tmp_path / "r", annual=annual))
    for lang, head in (("zh", "问题"), ("en", "rule")):
        sheet = openpyxl.load_workbook(write_annotated(found, tmp_path / f"{lang}.xlsx", lang))["问题 problems"]
        assert sheet["D1"].value == head and sheet["B2"].hyperlink.location == "'annual'!A5"


def test_warnings_are_marked_too_and_stop_nothing(tmp_path):
    code = GOOD_CODE[:17] + "4"
    rows = full("enterprises", {"enterprise_id": code, "registered_capital": "5", "paid_in_capital": "6"})
    annual = [["单位：元"], *table("enterprise_id year rent", f"{code} 2013 501"), ["合计", "", ""]]
    found = examine(write(tmp_path / "r", enterprises=rows, annual=annual))
    assert found.population is not None and found.errors == []
    book = openpyxl.load_workbook(write_annotated(found, tmp_path / "a.xlsx"))
    assert book["enterprises"]["A2"].fill.fgColor.rgb == book["annual"]["C3"].fill.fgColor.rgb == "FFFFEB9C"


@pytest.mark.parametrize("kind", ["csv", "wrong"])
def test_check_on_the_command_line(kind, tmp_path, capsys):
    folder = write(tmp_path / "名 录") if kind == "csv" else write(tmp_path / "名 录", annual=table("enterprise_id year", "E7 2013"))
    code = main(["check", str(folder), "--out", str(tmp_path / "检查.xlsx")])
    reported = capsys.readouterr().out
    assert code == (0 if kind == "csv" else 2) and (tmp_path / "检查.xlsx").is_file()
    assert ("可以使用" if kind == "csv" else "“E7”不在“企业”表中") in reported
    assert main(["check", str(folder), "--lang", "en"]) == code
    assert main(["check", str(folder), "--out", str(tmp_path / "a.csv")]) == 2


def test_other_verbs_point_to_check(tmp_path, capsys):
    assert main(["assess", str(write(tmp_path, annual="x"))]) == 2
    assert "simulator check" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------------- wording


def test_quoted_parts_that_are_messages_are_translated():
    assert chinese(phrase("a totals row: {}", phrase("{} is not a number", "“x”"))) == "合计行：“x”不是数字"
    assert chinese(phrase("required column {} is missing", "sales (销售额)")) == "缺少必填列“销售额”"
    assert place_in_chinese("annual.csv line 4, column sales (销售额)") == "annual.csv 第 4 行“销售额”列"


# What may stand in Latin letters in a Chinese message: what a cell or file is called, endings, encodings, commands.
NO_WORD = re.compile(
    r"“[^”]*”|\S*(?:[./\\]|\b(?:E\d|A\d))\S*|--\S+|\b(?:WPS|CSV|UTF-8|UTF-16|GB18030|Excel|Microsoft|Parquet|DuckDB|"
    r"SQLAlchemy|postgresql\S*|FILE|A?m²|[A-Z]+\d+|xlsx|env:\w+)\b|chmod \d+|python -c \S.*FILE"
)


def is_mixed(text: str) -> bool:
    """Whether a Chinese message holds an English word."""
    return bool(re.search(r"[A-Za-z]{2,}", NO_WORD.sub("", text)))


def test_no_message_is_in_two_languages(planted, tmp_path):
    assert is_mixed("列 sales 出现两次") and not is_mixed("“sales”列出现两次")
    for path in (planted, write(tmp_path / "r", annual=table("enterprise_id year sales", "E1 2013 ."))):
        for problem in examine(path).problems:
            said = translated(problem, "zh")
            assert not is_mixed(said.cause) and not is_mixed(said.remedy), said
