"""One cause, one question: what follows from a fault that is reported is not reported beside it."""

import pytest

from simulator.population.readers import examine
from simulator.population.wording import translated
from tests.files_in_the_wild.register import asked, changed, column, folder, tables, workbook


def test_a_note_in_the_wrong_unit_is_one_question_and_not_one_a_column(tmp_path):
    rows = changed(lambda t: t["annual"].append(["注：本表金额单位为万元"]))
    asked(workbook(tmp_path / "a.xlsx", rows), "read as 万元", "9 other column(s) are out of line, too: online_sales", "--unit sales=元")
    assert len(examine(tmp_path / "a.xlsx").errors) == 1


def test_a_register_in_wan_that_says_so_nowhere_is_one_question(tmp_path):
    def in_wan(t):
        for row in t["annual"][1:]:
            for at, cell in enumerate(row):
                row[at] = cell / 10_000 if isinstance(cell, int | float) and cell >= 10_000 else cell

    path = folder(tmp_path / "f", changed(in_wan))
    asked(path, "read as 元", "other column(s) are out of line, too")
    assert len(examine(path).errors) < 4


def test_columns_that_name_different_units_are_asked_one_by_one(tmp_path):
    def wrong(t):
        for name in ("sales", "online_sales"):
            t["annual"][0][column("annual", name)] += "（万元）"

    assert len(examine(folder(tmp_path / "f", changed(wrong))).errors) == 2


def test_a_row_that_its_commas_tore_says_nothing_of_its_other_cells(tmp_path):
    path = folder(tmp_path / "f", tables())
    text = (path / "annual.csv").read_text(encoding="utf-8")
    (path / "annual.csv").write_text(text.replace("15000000", "15,000,000"), encoding="utf-8")
    asked(path, "15,000", "8 row(s) in all")
    assert len(examine(path).errors) == 1


def test_codes_that_a_spreadsheet_spoilt_are_not_missed_in_the_other_tables(tmp_path):
    path = folder(tmp_path / "f", changed(lambda t: [row.__setitem__(0, "9.1500107E+17") for row in t["enterprises"][1:]]))
    asked(path, "shortened")
    assert all(problem.place.startswith("enterprises.csv") for problem in examine(path).errors)


@pytest.mark.parametrize(
    "header, remedy",
    [
        ("营业收入", "remove the column"),  # no sister of 营业税, which stands beside it
        ("网络销售额（万元）", "did you mean 网络零售额（万元）?"),
        ("网络零售总额", "did you mean 网络零售额?"),
    ],
)
def test_the_nearest_name_is_one_that_is_missing(tmp_path, header, remedy):
    path = folder(tmp_path / "f", changed(lambda t: t["annual"][0].__setitem__(column("annual", "online_sales"), header)))
    problem = examine(path).errors[0]
    assert problem.remedy.startswith(remedy) and "did you mean" not in translated(problem, "zh").remedy
