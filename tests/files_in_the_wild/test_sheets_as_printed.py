"""Sheets as they are printed: a header on each page, headings of parts, two tables on a sheet, years side by side."""

import pytest

from tests.files_in_the_wild.register import CODES, asked, by_xlsxwriter, changed, column, folder, same, tables, workbook

LEASE, AMOUNT = column("annual", "line_lease"), column("existing_support", "amount")


def paged(*titles, header=None, every=3):
    """年度 with its titles and header on each page."""
    rows = tables()
    first, *body = rows["annual"]
    pages = [body[at : at + every] for at in range(0, len(body), every)]
    rows["annual"] = [
        row for page in pages for row in (*([title] for title in titles), first if page is pages[0] else header or first, *page)
    ]
    return rows


@pytest.mark.parametrize("titles", [[], ["2013年度情况表"], ["2013年度情况表", "单位：元"], ["情况表（续）", "第 2 页"]])
@pytest.mark.parametrize("write", [lambda p, rows: workbook(p / "a.xlsx", rows), lambda p, rows: folder(p / "f", rows)])
def test_what_is_printed_on_each_page_is_no_row(tmp_path, titles, write):
    assert same(write(tmp_path, paged(*titles)), tmp_path, "repeat the header")


def another_order(header):
    header[2], header[3] = header[3], header[2]


@pytest.mark.parametrize(
    "change", [another_order, lambda header: header.__setitem__(LEASE, "数据专线租费（万元）"), lambda header: header.pop()]
)
def test_a_header_that_differs_on_a_later_page_is_asked_once(tmp_path, change):
    header = list(tables()["annual"][0])
    change(header)
    asked(workbook(tmp_path / "a.xlsx", paged(header=header)), "annual row 5: another header begins here")


@pytest.mark.parametrize("above", [[], ["2012年（单位：万元）"], [""]])
def test_a_second_table_below_the_first_is_asked(tmp_path, above):
    more = [[text] for text in above] + [["统一社会信用代码", "年度", "条款", "金额"], [CODES[2], 2012, 9, 15]]
    path = folder(tmp_path / "f", changed(lambda t: t["existing_support"].extend(more)))
    asked(path, f"existing_support.csv line {4 + len(above)}: another header begins here")


@pytest.mark.parametrize("text", ["一、网络零售企业", "（二）平台", "第二部分", "二. 其他"])
def test_the_heading_of_a_part_is_no_row(tmp_path, text):
    assert same(workbook(tmp_path / "a.xlsx", changed(lambda t: t["annual"].insert(5, [text]))), tmp_path, "a footnote and not a row")


def test_a_heading_merged_over_the_table_is_no_row(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", changed(lambda t: t["annual"].insert(5, ["甲镇"])), lambda book: book["annual"].merge_cells("A6:T6")
    )
    assert same(path, tmp_path, "annual row 6: a footnote and not a row")


@pytest.mark.parametrize(
    "header", [["销售额2013", "销售额2014"], ["2013年销售额", "2014年销售额"], ["2013", "2014"], ["2013年度", "2014年度"]]
)
def test_years_side_by_side_are_asked_for_as_rows(tmp_path, header):
    rows = changed(lambda t: t.__setitem__("annual", [["统一社会信用代码", *header], *([code, 1, 2] for code in CODES)]))
    asked(workbook(tmp_path / "a.xlsx", rows), "is of the year 2013", "one row per enterprise and year")


@pytest.mark.parametrize(
    "header",
    [
        "金额\n单位：万元",
        "金额 单位:万元",
        "金额（单位：万元）",
        "金额·万元",
        "金额《万元》",
        "金额\n（计量单位：万元）",
        "金额计量单位：万元",
    ],
)
def test_a_unit_behind_the_name(tmp_path, header):
    def in_wan(t):
        t["existing_support"][0][AMOUNT] = header
        for row in t["existing_support"][1:]:
            row[AMOUNT] /= 10_000

    assert same(workbook(tmp_path / "a.xlsx", changed(in_wan)), tmp_path)


def test_a_note_of_another_year_is_asked_and_one_that_is_read_says_so(tmp_path):
    rows = changed(lambda t: t["existing_support"].append(["另：2012年兑现金额单位：万元"]))
    asked(folder(tmp_path / "f", rows), "the note mentions 万元")
    rows = changed(lambda t: t["existing_support"].append(["注：金额单位为元"]))
    assert same(folder(tmp_path / "g", rows), tmp_path, "read for the unit it says")


def test_what_a_merged_cell_hides_is_asked(tmp_path):
    area = column("annual", "rented_area")
    path = tmp_path / "a.xlsx"
    for hidden, said in ((999, "“999” lies hidden under the merged “120”"), (120, "")):

        def write(_, sheets, hidden=hidden):
            sheets["annual"].merge_range(1, area, 2, area, 120)
            sheets["annual"].write(2, area, hidden)

        by_xlsxwriter(path, tables(), write)
        assert asked(path, said) if said else same(path, tmp_path, "1 merged cell(s)")
