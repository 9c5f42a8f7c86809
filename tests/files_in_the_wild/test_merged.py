"""Merged cells in the body: only the first holds the value (alibaba/easyexcel#759, ExcelDataReader#729, python-calamine#181)."""

import pytest
import xlwt

from simulator.population.readers import examine
from tests.files_in_the_wild.register import (
    CODES,
    asked,
    by_xlsxwriter,
    changed,
    column,
    folder,
    same,
    tables,
    workbook,
)

AREA, RENT, BUILDING, LEASE = (column("annual", name) for name in ("rented_area", "rent", "designated_building", "line_lease"))
ONE_A_YEAR = ("rented_area", "rent", "designated_building", "building_occupancy", "enterprise_id")  # of both years alike


def merge(book, sheet, *ranges):
    for first, left, last, right in ranges:
        book[sheet].merge_cells(start_row=first + 1, start_column=left + 1, end_row=last + 1, end_column=right + 1)


@pytest.mark.parametrize("name", ONE_A_YEAR)
@pytest.mark.parametrize("kind", ["xlsx", "xlsxwriter", "xls", "html"])
def test_a_value_over_the_years_of_an_enterprise_is_that_of_each(tmp_path, name, kind):
    at, rows = column("annual", name), tables()
    ranges = [(row, at, row + 1, at) for row in range(1, 9, 2)]
    path = tmp_path / f"a.{kind[:4]}"
    if kind == "xlsx":
        workbook(path, rows, lambda book: merge(book, "annual", *ranges))
    elif kind == "xlsxwriter":
        by_xlsxwriter(path, rows, lambda _, sheets: [sheets["annual"].merge_range(*r, rows["annual"][r[0]][at]) for r in ranges])
    elif kind == "xls":
        book = xlwt.Workbook()
        for table, content in rows.items():
            sheet = book.add_sheet(table)
            for row, cells in enumerate(content):
                for place, cell in enumerate(cells):
                    if not (table == "annual" and row and place == at):
                        sheet.write(row, place, cell)
            for r in ranges if table == "annual" else ():
                sheet.write_merge(r[0], r[2], r[1], r[3], content[r[0]][at])
        book.save(str(path))
    else:
        path = folder(tmp_path / "f", rows)
        (path / "annual.csv").unlink()
        (path / "annual.xls").write_text(
            "<table>"
            + "".join(
                "<tr>"
                + "".join(
                    f"<td{' rowspan=2' if row % 2 and place == at else ''}>{cell}</td>"
                    for place, cell in enumerate(cells)
                    if not (row and row % 2 == 0 and place == at)
                )
                + "</tr>"
                for row, cells in enumerate(rows["annual"])
            )
            + "</table>"
        )
    assert same(path, tmp_path, "4 merged cell(s), this the first")


@pytest.mark.parametrize("name", ["sales", "vat", "line_lease", "paid_members", "executive_children", "membership_income"])
def test_a_figure_over_two_rows_may_be_their_sum_and_is_asked(tmp_path, name):
    at = column("annual", name)
    asked(
        workbook(tmp_path / "a.xlsx", tables(), lambda book: merge(book, "annual", (1, at, 2, at))),
        "is merged over 2 rows",
        "unmerge the cells and write the figure of each",
        "annual!" + chr(65 + at) + "2",
    )


@pytest.mark.parametrize(
    "sheet, range_",
    [("annual", (3, 4, 3, 5)), ("annual", (1, AREA, 1, RENT)), ("enterprises", (1, 3, 1, 4)), ("enterprises", (1, 3, 2, 4))],
)
def test_a_figure_over_several_columns_is_asked(tmp_path, sheet, range_):
    asked(workbook(tmp_path / "a.xlsx", tables(), lambda book: merge(book, sheet, range_)), "is merged over")


@pytest.mark.parametrize("sheet, range_", [("existing_support", (1, 3, 2, 3)), ("enterprises", (1, 4, 4, 4))])
def test_an_amount_or_capital_over_rows_is_asked(tmp_path, sheet, range_):
    asked(workbook(tmp_path / "a.xlsx", tables(), lambda book: merge(book, sheet, range_)), "is merged over")


def test_a_flag_over_rows_and_columns_is_that_of_all(tmp_path):
    left, right = column("enterprises", "ecommerce"), column("enterprises", "online_retailer")
    rows = changed(lambda t: [row.__setitem__(left, "是") for row in t["enterprises"][1:]])
    path = workbook(tmp_path / "a.xlsx", rows, lambda book: merge(book, "enterprises", (1, left, 4, right)))
    assert same(path, tmp_path, "1 merged cell(s)")


def test_unknown_over_columns_is_unknown_in_each(tmp_path):
    vat, income = column("annual", "vat"), column("annual", "income_tax")
    rows = changed(lambda t: [t["annual"][1].__setitem__(at, "未知") for at in range(vat, income + 1)])
    from tests.files_in_the_wild.register import facts, read_population

    merged = workbook(tmp_path / "a.xlsx", rows, lambda book: merge(book, "annual", (1, vat, 1, income)))
    assert facts(read_population(merged)) == facts(read_population(folder(tmp_path / "f", rows)))


def test_a_zero_or_a_blank_over_rows_is_no_question(tmp_path):
    rows = changed(lambda t: [row.__setitem__(LEASE, 0) for row in t["annual"][1:3]])
    from tests.files_in_the_wild.register import facts, read_population

    path = workbook(tmp_path / "a.xlsx", rows, lambda book: merge(book, "annual", (1, LEASE, 2, LEASE), (3, 19, 4, 19)))
    assert facts(read_population(path)) == facts(read_population(folder(tmp_path / "f", rows)))


def test_a_row_that_is_two_lines_tall_is_one_row(tmp_path):
    def tall(book):
        sheet = book["enterprises"]
        sheet.insert_rows(4)
        for at in range(1, len(tables()["enterprises"][0]) + 1):
            sheet.merge_cells(start_row=3, start_column=at, end_row=4, end_column=at)

    assert same(workbook(tmp_path / "a.xlsx", tables(), tall), tmp_path)


def test_a_code_over_its_years_and_its_subtotal(tmp_path):
    def change(t):
        for place, row in enumerate(range(3, 12, 3)):
            t["annual"].insert(row, [CODES[place], "小计", *[""] * (len(t["annual"][0]) - 2)])

    path = workbook(tmp_path / "a.xlsx", changed(change), lambda book: merge(book, "annual", (1, 0, 3, 0), (4, 0, 6, 0), (7, 0, 9, 0)))
    assert same(path, tmp_path)


def test_merged_titles_headers_and_notes_say_nothing_of_the_body(tmp_path):
    def title(book):
        sheet = book["annual"]
        sheet.insert_rows(1)
        sheet["A1"] = "税收情况表"
        sheet.append(["制表人：张三"])
        merge(book, "annual", (0, 0, 0, 9), (10, 0, 10, 5))

    path = workbook(tmp_path / "a.xlsx", tables(), title)
    assert same(path, tmp_path, "a footnote")


def test_a_header_merged_over_the_first_row_hides_its_value_and_is_asked(tmp_path):
    path = workbook(tmp_path / "a.xlsx", tables(), lambda book: merge(book, "annual", (0, RENT, 1, RENT)))
    asked(path, "annual!K2", "the header is merged over this cell")


def test_merged_cells_saved_as_text_are_reported(tmp_path):
    path = folder(tmp_path / "f", changed(lambda t: [row.__setitem__(RENT, "") for row in t["annual"][2::2]]))
    said = [problem for problem in examine(path).warnings if "first row of each enterprise only" in problem.cause]
    assert [problem.place for problem in said] == ["annual.csv line 3, column rent (月租金)"]
    path = folder(tmp_path / "g", changed(lambda t: [row.__setitem__(RENT, "") for row in t["annual"][2:8:2]]))
    assert not any("first row" in problem.cause for problem in examine(path).warnings)  # one enterprise has both


@pytest.mark.parametrize("rows", ["ROWSPAN='2 '", "rowspan=2.0", "rowspan=02"])
def test_a_span_is_read_as_a_browser_reads_it(tmp_path, rows):
    def cell(row, place, text):
        over = place == 0 and row
        return "" if over and row % 2 == 0 else f"<td {rows if over else ''}>{text}</td>"

    assert same(written(tmp_path / "f", cell), tmp_path)


def test_a_span_up_to_the_end_of_the_table(tmp_path):
    def cell(row, place, text):
        return "" if place == RENT and row > 1 else f"<td {'rowspan=0' if (row, place) == (1, RENT) else ''}>{text}</td>"

    assert same(written(tmp_path / "f", cell), tmp_path)


def written(path, cell):
    """The register with 年度 as a web page, cell by cell."""
    folder(path, tables())
    (path / "annual.csv").unlink()
    rows = enumerate(tables()["annual"])
    page = "".join(f"<tr>{''.join(cell(at, place, text) for place, text in enumerate(row))}</tr>" for at, row in rows)
    (path / "annual.xls").write_text(f"<html><table>{page}</table></html>", encoding="utf-8")
    return path
