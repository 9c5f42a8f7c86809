"""One table in every encoding an office uses, and in those that nobody should guess."""

import pytest

from simulator.population.readers import read_population
from tests.population.registers import ANNUAL, ENTERPRISES, as_csv, full, only_problem, write

RARE = full("enterprises", {"enterprise_id": "E1", "name": "㙍镕𠮷 有限公司"}, {"enterprise_id": "E2", "name": "甲"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_same_table_in_every_dress(tmp_path, encoding, delimiter, end):
    text = as_csv(RARE, delimiter).replace("\n", end)
    population = read_population(write(tmp_path, enterprises=text.encode(encoding)))
    assert population.details["name"].tolist() == ["㙍镕𠮷 有限公司", "甲"]


def test_gbk_is_read_as_what_it_is(tmp_path):
    text = as_csv(full("enterprises", {"enterprise_id": "E1", "name": "九龙坡电子商务"}))
    population = read_population(write(tmp_path, enterprises=text.encode("gbk")))
    assert population.details["name"].tolist() == ["九龙坡电子商务"]


def test_chinese_headers_in_gb18030_with_semicolons(tmp_path):
    text = "统一社会信用代码;年度;月租金\nE1;2013年;４５．５\n"
    population = read_population(write(tmp_path, annual=text.encode("gb18030")))
    assert population.annual["rent"][0, 0] == 455_000


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_mixed_bytes_are_refused_with_the_byte(tmp_path, mark):
    good = mark + as_csv(RARE).encode()
    at = good.index("甲".encode())
    problem = only_problem(write(tmp_path, enterprises=good[:at] + b"\xff" + good[at:]))
    assert problem.place == "enterprises.csv" and "UTF-8" in problem.cause and f"byte {at}" in problem.cause


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_sixteen_bits_without_a_mark_are_refused(tmp_path, encoding):
    problem = only_problem(write(tmp_path, annual=as_csv(ANNUAL).encode(encoding)))
    assert problem.place == "annual.csv" and "UTF-16" in problem.cause and "UTF-8" in problem.remedy


def test_quotations_hold_delimiters_lines_and_quotes(tmp_path):
    rows = [*ENTERPRISES[:1], ["E1", '甲, "乙"\n丙', *[""] * 19], ["E2", "x", *["?"] + [""] * 18]]
    problem = only_problem(write(tmp_path / "a", enterprises=rows))
    assert problem.place == "enterprises.csv line 4, column settled_on (落户日期)"
    rows[2][2] = ""
    assert read_population(write(tmp_path / "b", enterprises=rows)).details["name"][0] == '甲, "乙"\n丙'


def test_an_open_quotation_does_not_swallow_the_rest(tmp_path):
    text = as_csv(ANNUAL).replace("E1,2013", '"E1,2013')
    assert only_problem(write(tmp_path, annual=text)).place == "annual.csv line 2"
