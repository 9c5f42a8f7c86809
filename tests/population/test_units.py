"""万元 or 元: declared in header, cell, sheet or title, answered by --unit, or asked for. Never guessed."""

import pytest

from simulator.errors import PopulationError
from simulator.population.readers import read_population
from simulator.population.units import parse_answers
from tests.population.registers import only_problem, problems, table, write, write_workbook

TEXT = "300000"


def sales(tmp_path, header: str, *cells: str, name: str = "annual", above: str = "", units=None):
    """The first stored sales of rows with these cells under this header."""
    rows = [[above]] if above else []
    rows += [["enterprise_id", "year", header]]
    rows += [["E1", str(2013 + n), cell] for n, cell in enumerate(cells or (TEXT,))]
    folder = write(tmp_path, annual=rows)
    if name != "annual":
        (folder / "annual.csv").rename(folder / f"{name}.csv")
    return int(read_population(folder, units).annual["sales"][0, 0])


@pytest.mark.parametrize(
    "header, factor",
    [
        ("sales", 1), ("销售额", 1), ("销售额（元）", 1), ("销售额(人民币元)", 1), ("sales (CNY)", 1), ("销售额（万元）", 10_000),
        ("销售额(万元)", 10_000), ("销售额/万元", 10_000), ("销售额：万元", 10_000), ("销售额\n（万元）", 10_000),
        ("销售额（单位：万元）", 10_000), ("销售额【万元】", 10_000), ("销 售 额（万元）", 10_000), ("销售额（千元）", 1_000),
        ("销售额（亿元）", 100_000_000), ("其中：销售额（万元）", 10_000), ("#销售额", 1), ("3.销售额（万元）", 10_000),
        ("（二）销售额", 1), ("*销售额（必填）", 1),
    ],
)  # fmt: skip
def test_a_unit_in_the_header(tmp_path, header, factor):
    text = "300" if factor == 100_000_000 else TEXT
    assert sales(tmp_path, header, text) == int(text) * 100 * factor


@pytest.mark.parametrize(
    "above, factor",
    [("单位：万元", 10_000), ("金额单位:元", 1), ("2013年情况（万元）", 10_000), ("单位：人民币万元", 10_000), ("单位：户", 1)],
)
def test_a_unit_in_the_title(tmp_path, above, factor):
    assert sales(tmp_path, "销售额", above=above) == 30_000_000 * factor


def test_a_unit_in_the_name_of_the_file(tmp_path):
    assert sales(tmp_path, "销售额", name="年度（万元）") == 30_000_000 * 10_000


def test_a_unit_in_the_cell(tmp_path):
    assert sales(tmp_path / "a", "销售额", "30万", "1,250万元", "", "0") == 30_000_000
    assert sales(tmp_path / "b", "销售额（万元）", "30万", "30万元") == 30_000_000


def test_units_that_contradict_stop_and_ask(tmp_path):
    for number, (header, above, cell) in enumerate([
        ("销售额（元）", "单位：万元", TEXT), ("销售额", "单位：万元 金额单位：元", TEXT), ("销售额（元）", "", "30万"),
        ("销售额（万元）", "", "300000元"), ("销售额（吨）", "", TEXT),
    ]):  # fmt: skip
        with pytest.raises(PopulationError) as error:
            sales(tmp_path / str(number), header, cell, above=above)
        assert (len(error.value.problems) == 1 and "--unit" in str(error.value)) or "元" in str(error.value)


def test_an_answer_settles_what_contradicts(tmp_path):
    for number, (header, above) in enumerate([("销售额（元）", "单位：万元"), ("销售额（吨）", ""), ("销售额", "")]):
        for unit, factor in (("万元", 10_000), ("元", 1)):
            for name in ("sales", "销售额", "annual.sales", "年度.销售额"):
                place = tmp_path / f"{number}{unit}{name}"
                assert sales(place, header, above=above, units={name: unit}) == 30_000_000 * factor


def test_amounts_with_and_without_a_unit_in_one_column_stop_and_ask(tmp_path):
    with pytest.raises(PopulationError) as error:
        sales(tmp_path / "a", "销售额", "30万", "500")
    (problem,) = error.value.problems
    assert problem.place.startswith("annual.csv line 3") and "--unit sales=元" in problem.remedy
    assert sales(tmp_path / "b", "销售额", "500", "30万", units={"sales": "万元"}) == 500_000_000
    assert sales(tmp_path / "c", "销售额", "30万", "500", units={"sales": "元"}) == 30_000_000


GROUPED = ["enterprise_id", "year", "销售额", "增值税", "企业所得税"]


@pytest.mark.parametrize(
    "above, vat, sales",
    [
        (["", "", "经营（元）", "税收（万元）", ""], 10_000, 1),
        (["", "", "经营（万元）", "税收（万元）", ""], 10_000, 10_000),
        (["", "", "", "税收（万元）", ""], 10_000, None),
        (["2013年情况表（万元）", "", "", "", ""], 10_000, 10_000),
        (["2013年情况表", "", "", "", "单位：万元"], 10_000, 10_000),
    ],
)
def test_a_unit_above_some_columns_is_theirs_and_above_the_table_everybodys(tmp_path, above, vat, sales):
    """A row of group headings above a whole header is no title: its 万元 counts below it, and beside it nobody can tell."""
    folder = write(tmp_path, annual=[above, GROUPED, ["E1", "2013", "3", "4", "5"]])
    if sales is None:
        problem = only_problem(folder)
        assert "sales (销售额) is unclear: “税收（万元）” stands above other columns only" in problem.cause
        sales = 1
        population = read_population(folder, {"sales": "元"})
    else:
        population = read_population(folder)
    row = population.annual[0, 0]
    assert (row["vat"], row["income_tax"], row["sales"]) == (400 * vat, 500 * vat, 300 * sales)


def test_merged_cells_say_how_far_a_heading_reaches(tmp_path):
    import openpyxl

    path = write_workbook(
        tmp_path / "a.xlsx", annual=[["", "", "", "税收（万元）", "", ""], [*GROUPED, "线下"], ["E1", "2013", "3", "4", "5", "6"]]
    )
    book = openpyxl.load_workbook(path)
    book["annual"]["F2"] = "平台会费收入（元）"
    book["annual"].merge_cells("D1:E1")
    book.save(path)
    row = read_population(path, {"sales": "元"}).annual[0, 0]
    assert (row["vat"], row["income_tax"], row["membership_income"]) == (4_000_000, 5_000_000, 600)


def test_other_units(tmp_path):
    rows = [["enterprise_id", "year", "租用面积（平方米）", "月租金（元/平方米/月）", "电商入驻率（%）", "付费会员数（户）"],
            ["E1", "2013", "120", "45.5", "85", "1001"]]  # fmt: skip
    row = read_population(write(tmp_path / "a", annual=rows)).annual[0, 0]
    assert (row["rented_area"], row["rent"], row["building_occupancy"], row["paid_members"]) == (12_000, 455_000, 850_000, 1001)
    rows[0][2] = "租用面积（亩）"
    assert "unit “亩” is not known" in only_problem(write(tmp_path / "b", annual=rows)).cause


@pytest.mark.parametrize("options", [["sales"], ["sale=万元"], ["rent=元"], ["sales=万"], ["sales="], ["o2o=元", "x=y"]])
def test_answers_that_cannot_be_meant(tmp_path, options):
    with pytest.raises(PopulationError) as error:
        parse_answers(options)
    assert all(p.place.startswith("--unit") and p.remedy for p in error.value.problems)


def test_an_answer_for_a_column_of_two_tables(tmp_path):
    rows = table("enterprise_id year clause amount", "E1 2013 3 5")
    population = read_population(write(tmp_path, paid=rows, existing_support=rows), {"paid.amount": "万元"})
    assert population.paid.sum() == 5_000_000 and population.support.sum() == 500


def test_all_columns_ask_at_once(tmp_path):
    rows = [["单位：万元"], ["enterprise_id", "year", "销售额（元）", "增值税（元）", "月租金（元/㎡·月）"], ["E1", "2013", "1", "2", "3"]]
    assert len(problems(write(tmp_path, annual=rows))) == 2, "a rent is not meant by the title"
