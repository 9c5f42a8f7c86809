"""The rules between cells, rows and tables: what is an error, what a warning, what is stored."""

import hashlib

import openpyxl
import pytest

from simulator import facts, synthesize
from simulator.errors import PopulationError
from simulator.law.readings import defaults
from simulator.law.shipped import default_law
from simulator.population import schema, template
from simulator.population.checks import check_character
from simulator.population.readers import examine, read_population
from simulator.population.register import asked_for
from simulator.population.synthetic_mark import synthetic_mark
from tests import of_2013
from tests.population.registers import (
    ANNUAL,
    ENTERPRISES,
    GOOD_CODE,
    as_csv,
    enterprise,
    full,
    only_problem,
    problems,
    table,
    warnings,
    write,
    year,
)

# ------------------------------------------------------------------------------------------------ what is stored


def test_a_sound_register(tmp_path):
    population = read_population(write(tmp_path / "名录 一"))
    assert list(population.ids) == ["E1", "E2"] and population.ids.dtype == object
    assert population.years == range(2013, 2015) and population.annual.shape == (2, 2)
    assert population.annual["present"].tolist() == [[1, 1], [0, 0]]
    assert population.warnings == [] and population.unknown == [] and not population.synthetic
    assert population.source == "名录 一"
    assert population.support.shape == population.paid.shape == (0, 0, 10)
    assert population.details["name"].tolist() == ["甲", "乙"]


def test_facts_are_stored_in_machine_units(tmp_path):
    one = enterprise(
        tmp_path / "a",
        settled_on="2013年5月6日",
        paid_in_capital="1,234.56",
        registered_capital="5000",
        headquarters="区域",
        o2o="是",
    ).enterprises[0]
    assert (one["settled_on"], one["paid_in_capital"], one["headquarters"], one["o2o"]) == (
        20130506,
        123_456,
        1,
        1,
    )
    annual = year(tmp_path / "b", rented_area="620.5", rent="45.5501", building_occupancy="0.85", paid_members="1001",
                  vat="10", retained_tax="7.01").annual[0, 0]  # fmt: skip
    names = ("present", "rented_area", "rent", "building_occupancy", "paid_members", "vat", "retained_tax")
    assert [annual[name] for name in names] == [1, 62_050, 455_501, 850_000, 1_001, 1_000, 701]


def test_optional_columns_are_details(tmp_path):
    details = enterprise(tmp_path, closed_on="2015-01-31", sector="商品", group_id="G1", area="甲镇").details
    assert {name: column[0] for name, column in details.items()} == {"name": "甲", "group_id": "G1", "parent_id": "", "area": "甲镇",
                                         "sector": "goods", "closed_on": 20150131, "former_id": ""}  # fmt: skip


def test_blank_means_none_but_accounts_are_sound(tmp_path):
    population = enterprise(tmp_path)
    blank = {name: population.enterprises[0][name] for name in facts.ENTERPRISE_FIELDS}
    assert blank == dict.fromkeys(facts.ENTERPRISE_FIELDS, 0) | {"accounts_sound": 1}


def test_blank_derived_taxes_are_left_to_the_law(tmp_path):
    population = read_population(write(tmp_path))
    for name in facts.ANNUAL_FIELDS[1:]:
        expected = facts.BLANK if name in ("retained_tax", "district_contribution") else 0
        assert population.annual[name][0].tolist() == [expected] * 2
        assert population.annual[name][1].tolist() == [0, 0], "no row: zeros"


def test_an_online_retailer_is_an_ecommerce_enterprise(tmp_path):
    for number, ecommerce in enumerate(["", "否", "是", "未知"]):
        population = enterprise(tmp_path / str(number), online_retailer="是", ecommerce=ecommerce)
        assert population.enterprises["ecommerce"][0] == 1 and population.unknown == []
    assert enterprise(tmp_path / "no", ecommerce="未知").unknown == [("E1", 0, "ecommerce")]


def test_chinese_files_and_headers(tmp_path):
    english = read_population(write(tmp_path / "en"))
    for name, rows in {"企业": ENTERPRISES, "年度": ANNUAL}.items():
        header = [schema.table_named(name).column(column).header for column in rows[0]]
        path = tmp_path / "zh" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(as_csv([header, *rows[1:]]), encoding="utf-8")
    assert read_population(tmp_path / "zh") == english


def test_a_form_may_star_its_headers_and_call_year_and_code_otherwise(tmp_path):
    rows = [["*纳税人识别号", "年份*", "月租金（必填）"], ["E1", "2013", "45"]]
    population = read_population(write(tmp_path, annual=rows))
    assert population.annual["rent"][0, 0] == 450_000
    problem = only_problem(write(tmp_path / "b", annual=[["统一社会信用码", "年度"], ["E1", "2013"]]))
    assert problem.remedy == "did you mean 统一社会信用代码?", "one slip, one problem"


def test_headers_forgive_case_width_and_blanks(tmp_path):
    rows = [[" Enterprise_ID ", "ＹＥＡＲ", *ANNUAL[0][2:]], *ANNUAL[1:]]
    assert read_population(write(tmp_path / "a", annual=rows)) == read_population(write(tmp_path / "b"))


def test_existing_support_adds_up_and_knows_its_payer(tmp_path):
    rows = ("E1 2013 3 100.01 .", "E1 2013 3 50 市级", "E1 2013 3 7 区级", "E2 2014 10 9 other")
    support = table("enterprise_id year clause amount payer", *rows)
    population = read_population(write(tmp_path, existing_support=support))
    assert population.support.shape == population.support_district.shape == (2, 2, 10)
    assert population.support[0, 0, 2] == 15_701 and population.support_district[0, 0, 2] == 10_701
    assert population.support[1, 1, 9] == 900 and population.support_district[1, 1, 9] == 0
    assert population.support.sum() == 15_701 + 900


def test_equal_existing_support_counts_twice_and_is_warned_of(tmp_path):
    support = table("enterprise_id year clause amount", "E1 2013 3 100", "E1 2013 3 100")
    population = read_population(write(tmp_path, existing_support=support))
    assert population.support[0, 0, 2] == 20_000
    assert [w.cause for w in population.warnings] == ["the row repeats line 2; both are counted"]


def test_paid_and_its_last_year(tmp_path):
    paid = table("enterprise_id year clause amount", "E1 2013 1 100", "E1 2013 1 50", "E2 2014 1 .")
    population = read_population(write(tmp_path / "a", paid=paid))
    assert population.paid.shape == (2, 2, 10) and population.paid[0, 0, 0] == 15_000 == population.paid.sum()
    assert population.last_paid_year == 2014, "also where the last year paid nothing"
    empty = read_population(write(tmp_path / "b", paid=table("enterprise_id year clause amount")))
    assert empty.paid.shape == (0, 0, 10) and empty.last_paid_year == 0


def test_support_before_the_first_annual_year_widens_the_years_and_later_is_reported(tmp_path):
    support = table("enterprise_id year clause amount", "E1 2012 3 100", "E1 2016 3 100")
    population = read_population(write(tmp_path, existing_support=support))
    assert population.years == range(2012, 2015) and population.support[0, 0, 2] == 10_000
    assert population.annual["present"][0].tolist() == [0, 1, 1]
    assert ["1 row(s) lie after 2014" in w.cause for w in population.warnings] == [True]


def test_applications(tmp_path):
    rows = table("enterprise_id year clause applied_on", "E2 2014 3 2014-05-06", "E1 2013 1 .")
    assert read_population(write(tmp_path, applications=rows)).applications.tolist() == [
        (1, 2014, 3, 20140506), (0, 2013, 1, 0)]  # fmt: skip


def test_employees(tmp_path):
    assert year(tmp_path / "a", employees="12").employees.tolist() == [[12], [0]]
    without = [row[:-1] for row in ANNUAL]
    assert read_population(write(tmp_path / "b", annual=without)).employees.shape == (0, 0)


def test_a_mark_is_bound_to_the_tables_it_marks(tmp_path):
    """Left beside other tables it exempts nothing from disclosure control."""
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in write(tmp_path).glob("*.csv")}
    (tmp_path / "合成.txt").write_text(synthetic_mark(files), encoding="utf-8")
    assert read_population(tmp_path).synthetic
    for text in (
        "x",
        "",
        synthetic_mark({}),
        synthetic_mark({**files, "annual.csv": "0" * 64}),
        synthetic_mark({**files, "paid.csv": "0"}),
        synthetic_mark(dict(list(files.items())[:1])),
    ):
        (tmp_path / "合成.txt").write_text(text, encoding="utf-8")
        found = read_population(tmp_path)
        assert not found.synthetic and any("not these tables" in w.cause for w in found.warnings), text
    register = synthesize(enterprises=5).write_folder(tmp_path / "invented")
    assert read_population(register).synthetic
    (register / "annual.csv").write_bytes((register / "annual.csv").read_bytes().rstrip().rpartition(b"\n")[0] + b"\n")
    assert not read_population(register).synthetic


def test_the_mark_of_a_workbook_is_bound_too(tmp_path):
    people = synthesize(enterprises=5)
    path = template.write_workbook(tmp_path / "a.xlsx", people.to_tables(), synthetic=True)
    assert read_population(path).synthetic
    book = openpyxl.load_workbook(path)
    cell = next(cell for cell in book["年度"][3] if isinstance(cell.value, float))
    cell.value += 1
    book.save(tmp_path / "b.xlsx")
    assert not read_population(tmp_path / "b.xlsx").synthetic


def test_the_hash_is_of_the_bytes_not_of_the_place(tmp_path):
    one, two = read_population(write(tmp_path / "a")), read_population(write(tmp_path / "b" / "c"))
    (tmp_path / "a" / "annual.csv").rename(tmp_path / "a" / "年度.csv")
    renamed = read_population(tmp_path / "a")
    changed = read_population(write(tmp_path / "d", annual=[*ANNUAL[:2]]))
    assert one.sha256 == two.sha256 == renamed.sha256 != changed.sha256 and len(one.sha256) == 64


# ------------------------------------------------------------------------------------------------------ unknown


@pytest.mark.parametrize("word", ["未知", "unknown", "UNKNOWN", " Unknown "])
def test_unknown_cells_are_recorded_and_stored_as_blank(tmp_path, word):
    population = year(tmp_path, rent=word, retained_tax=word)
    assert population.annual["rent"][0, 0] == 0 and population.annual["retained_tax"][0, 0] == facts.BLANK
    assert set(population.unknown) == {("E1", 2013, "rent"), ("E1", 2013, "retained_tax")}
    assert enterprise(tmp_path / "e", accounts_sound=word).enterprises["accounts_sound"][0] == 1


def test_unknown_in_the_optional_tables_names_the_clause(tmp_path):
    population = read_population(write(
        tmp_path,
        existing_support=table("enterprise_id year clause amount payer", "E1 2013 3 未知 .", "E1 2014 3 5 未知"),
        paid=table("enterprise_id year clause amount", "E1 2013 1 unknown"),
        applications=table("enterprise_id year clause applied_on", "E2 2013 9 未知"),
    ))  # fmt: skip
    assert population.unknown == [
        ("E1", 2013, "existing_support.office_rent"),
        ("E1", 2014, "existing_support.office_rent.payer"),
        ("E1", 2013, "paid.headquarters_award"),
        ("E2", 2013, "applications.data_line"),
    ]
    assert population.support_district.sum() == 500, "a payer nobody knows counts as the district, like a blank one"


def test_an_absent_column_is_unknown_as_a_whole_and_warned_of_once(tmp_path):
    at = ANNUAL[0].index("rent")
    population = read_population(write(tmp_path, annual=[row[:at] + row[at + 1 :] for row in ANNUAL]))
    assert population.unknown == [("", 0, "rent")]
    (warning,) = population.warnings
    assert warning.place == "annual.csv"
    assert warning.cause == "absent, so unknown in every row: rent (月租金); clauses left open by it: office_rent"


def test_only_facts_without_a_derivation_are_missed(tmp_path):
    population = read_population(write(
        tmp_path, enterprises=table("enterprise_id", "E1"), annual=table("enterprise_id year", "E1 2013"),
        existing_support=table("enterprise_id year clause amount", "E1 2013 1 1")))  # fmt: skip
    silent = {"enterprise_id", "name", "group_id", "parent_id", "area", "sector", "closed_on", "former_id", "year",
              "employees", "retained_tax", "district_contribution"}  # fmt: skip
    under_a_reading = {"unsound_on", "founded_locally"}
    facts_asked = {column.name for column in (*of_2013.ENTERPRISES, *of_2013.ANNUAL)} - silent
    assert set(population.unknown) == {("", 0, name) for name in facts_asked}
    asked = asked_for(population.unknown, default_law().policy, defaults(default_law().policy))
    assert {name for _, _, name in population.unknown} - {name for _, _, name in asked} == under_a_reading
    silent, facts_asked = silent | under_a_reading, facts_asked - under_a_reading
    reported = " ".join(warning.cause for warning in population.warnings)
    assert all(f"{name} (" in reported for name in facts_asked) and not any(f" {name} (" in reported for name in silent)
    assert [w.cause.split("; ")[1].split(":")[0] for w in population.warnings] == [
        "every clause is left open by it",
        "clauses left open by it",
        "no clause needs it, the statistical tables do",
    ]
    assert population.annual["retained_tax"][0, 0] == facts.BLANK


# ------------------------------------------------------------------------------------------------------- errors


def test_a_missing_path(tmp_path):
    problem = only_problem(tmp_path / "nowhere")
    assert "no such file or folder" in problem.cause and problem.place.endswith("nowhere")
    assert "neither a folder" in only_problem(write(tmp_path) / "annual.csv").cause
    assert problems("a\0b")


def test_missing_tables(tmp_path):
    found = problems(tmp_path)
    assert [p.cause for p in found] == [
        "the table enterprises (企业) is missing",
        "the table annual (年度) is missing",
    ]
    assert found[0].remedy == "add the file enterprises.csv or 企业.csv"


@pytest.mark.parametrize(
    "name, rows, expected",
    [
        ("annual", table("enterprise_id sales", "E1 1"), ("annual.csv", "required column year (年度) is missing")),
        ("enterprises", table("name", "甲"), ("enterprises.csv", "required column enterprise_id")),
        ("paid", table("enterprise_id year clause", "E1 2013 1"), ("paid.csv", "required column amount")),
        ("annual", table("enterprise_id year rnt", "E1 2013 1"), ("annual.csv line 1", "unknown column “rnt”")),
        ("annual", [[*ANNUAL[0], "月租金"], *([*row, ""] for row in ANNUAL[1:])],
         ("annual.csv line 1", "column rent (月租金) stands twice, also as column 11")),
        ("annual", [[*ANNUAL[0], ""], *([*row, "x"] for row in ANNUAL[1:])],
         ("annual.csv line 1", "column 23 holds values but has no name")),
        ("annual", [ANNUAL[0], [*ANNUAL[1], "", "x"]], ("annual.csv line 1", "column 24 holds values but has no name")),
        ("enterprises", table("enterprise_id name", "E1 甲", "E1 乙"),
         ("enterprises.csv line 3, column enterprise_id (统一社会信用代码)", "another row of this enterprise is on")),
        ("enterprises", table("enterprise_id name", "E1 甲", ". 乙"),
         ("enterprises.csv line 3, column enterprise_id (统一社会信用代码)", "the cell is blank")),
        ("annual", table("enterprise_id year sales", "E1 2013 1", "E1 2013 2"),
         ("annual.csv line 3, column year (年度)", "“E1” has a row of this year already, on line 2")),
        ("annual", table("enterprise_id year", "E1 2013", "E9 2013"),
         ("annual.csv line 3, column enterprise_id (统一社会信用代码)", "“E9” is not in the table enterprises")),
        ("annual", table("enterprise_id year", "E1 2013", "E1 ."),
         ("annual.csv line 3, column year (年度)", "the cell is blank")),
        ("annual", table("enterprise_id year", "E1 2013", "E1 soon"),
         ("annual.csv line 3, column year (年度)", "“soon” is not")),
        ("annual", table("enterprise_id year", "E1 2013", "E1 3013"),
         ("annual.csv line 3, column year (年度)", "“3013” is not")),
        ("annual", table("enterprise_id year sales", "E1 2013 -1"),
         ("annual.csv line 2, column sales (销售额)", "“-1” is negative")),
        ("annual", table("enterprise_id year 月租金", "E1 2013 abc"),
         ("annual.csv line 2, column rent (月租金)", "“abc” is not a number")),
        ("paid", table("enterprise_id year clause amount", "E1 2013 1 5", "E1 2013 1 5"),
         ("paid.csv line 3, column enterprise_id (统一社会信用代码)", "the row repeats line 2")),
        ("existing_support", table("enterprise_id year clause amount", "E1 2013 11 5"),
         ("existing_support.csv line 2, column clause (条款)", "“11” is not a clause from 1 to 10")),
        ("existing_support", table("enterprise_id year clause amount payer", "E1 2013 1 5 bank"),
         ("existing_support.csv line 2, column payer (承担方)", "“bank” is not one of the choices")),
        ("existing_support", table("enterprise_id year clause amount", "E7 2013 1 5"),
         ("existing_support.csv line 2, column enterprise_id (统一社会信用代码)", "“E7” is not in the table")),
        ("paid", table("enterprise_id year clause amount", "E7 2013 1 5"),
         ("paid.csv line 2, column enterprise_id (统一社会信用代码)", "“E7” is not in the table")),
        ("applications", table("enterprise_id year clause applied_on", "E7 2013 1 ."),
         ("applications.csv line 2, column enterprise_id (统一社会信用代码)", "“E7” is not in the table")),
        ("annual", "", ("annual.csv", "the file is empty")),
        ("paid", "\ufeff \r\n", ("paid.csv", "the file is empty")),
        ("paid", ",,\n,,\n", ("paid.csv", "the table is empty")),
        ("annual", "enterprise_id,year\n", ("annual.csv", "the table has a header but no row")),
        ("annual", b"\x00\x01\x02\x03", ("annual.csv", "this is no text")),
        ("annual", 'enterprise_id,year\nE1,"2013\n', ("annual.csv line 2", "cannot be taken apart")),
        ("annual", "x" + "," * 600, ("annual.csv", "a row of 601 cells")),
    ],
)  # fmt: skip
def test_one_error(tmp_path, name, rows, expected):
    tables = {"enterprises": ENTERPRISES, "annual": ANNUAL, name: rows}
    if name == "enterprises":
        ids = [row[0] for row in rows[1:]] if rows[0][0] == "enterprise_id" else ["E1"]
        tables["annual"] = table("enterprise_id year", f"{ids[0]} 2013")
    problem = only_problem(write(tmp_path, **tables))
    assert problem.place == expected[0] and expected[1] in problem.cause and problem.remedy


def test_an_unknown_column_has_a_nearest_name(tmp_path):
    problem = only_problem(write(tmp_path, annual=table("enterprise_id year rnt", "E1 2013 1")))
    assert problem.remedy == "did you mean rent?"


@pytest.mark.parametrize(
    "name, rows",
    [
        ("enterprises", table("enterprise_id", "E1", "E2", "E1")),
        ("annual", table("enterprise_id year", "E1 2013", "E1 2013")),
        ("applications", table("enterprise_id year clause applied_on", "E1 2013 1 .", "E1 2013 1 .")),
    ],
)
def test_a_row_that_repeats_another_is_counted_once_and_reported(tmp_path, name, rows):
    population = read_population(write(tmp_path / "a", **{name: rows}))
    reported = [w for w in population.warnings if "counted once" in w.cause]
    assert [w.place.split(",")[0] for w in reported] == [f"{name}.csv line {len(rows)}"]
    assert population == read_population(write(tmp_path / "b", **{name: rows[:-1]}))


def test_an_unnamed_empty_column_is_ignored(tmp_path):
    rows = [[*row, "", ""] for row in ANNUAL]
    assert read_population(write(tmp_path / "a", annual=rows)) == read_population(write(tmp_path / "b"))


def test_blank_rows_are_skipped_and_lines_still_right(tmp_path):
    text = 'enterprise_id,year,sales\n\nE1,2013,"\n"\n,,\nE1,2014,x\n'
    assert only_problem(write(tmp_path, annual=text)).place == "annual.csv line 6, column sales (销售额)"


def test_two_files_for_one_table(tmp_path):
    (write(tmp_path) / "年度.csv").write_bytes((tmp_path / "annual.csv").read_bytes())
    assert "two files for annual (年度)" in only_problem(tmp_path).cause


def test_a_folder_in_the_place_of_a_table(tmp_path):
    (write(tmp_path) / "paid.csv").mkdir()
    assert only_problem(tmp_path).place == "paid.csv"


def test_amounts_that_add_up_to_too_much(tmp_path):
    paid = table("enterprise_id year clause amount", "E1 2013 1 10000000000000", "E1 2013 1 1")
    assert "add up to more than" in only_problem(write(tmp_path, paid=paid)).cause


def test_without_enterprises_nothing_is_said_of_unknown_ones(tmp_path):
    assert only_problem(write(tmp_path, enterprises="")).place == "enterprises.csv"


def test_every_planted_fault_is_reported_and_nothing_else(tmp_path):
    """Faults over all five tables, one report."""
    write(
        tmp_path,
        enterprises=table(
            "enterprise_id name settled_on headquarters o2o registered_capital",
            "E1 甲 2013-02-30 global 也许 -5",
            "E1 乙 . . . .",
            ". 丙 06/05/2013 . . .",
            "E2 丁 1800-01-01 . . 1_000",
        ),
        annual=table(
            "enterprise_id year sales building_occupancy paid_members colour",
            "E1 2013 1e400 85 -3 red",
            "E1 2013 . . . .",
            "E9 2014 . . . .",
            "E2 2200 . . . .",
            "E2 . nan . . .",
        ),
        existing_support=table("enterprise_id year clause amount payer", "E1 2013 12 x bank"),
        paid=b"\xff\xff\xff",
        applications="",
    )
    expected = [
        ("paid.csv", "encoding"), ("applications.csv", "empty"),
        ("enterprises.csv line 2", "no such day"), ("enterprises.csv line 2", "choices"),
        ("enterprises.csv line 2", "neither yes nor no"), ("enterprises.csv line 2", "negative"),
        ("enterprises.csv line 3", "twice"), ("enterprises.csv line 4", "blank"),
        ("enterprises.csv line 4", "ambiguous"),
        ("enterprises.csv line 5", "outside"), ("enterprises.csv line 5", "not a number"),
        ("annual.csv line 1", "unknown column"), ("annual.csv line 2", "above"), ("annual.csv line 2", "more than 1"),
        ("annual.csv line 2", "negative"), ("annual.csv line 3", "already"), ("annual.csv line 4", "not in the table"),
        ("annual.csv line 5", "not a year"), ("annual.csv line 6", "blank"), ("annual.csv line 6", "not a number"),
        ("existing_support.csv line 2", "not a clause"), ("existing_support.csv line 2", "not a number"),
        ("existing_support.csv line 2", "choices"),
    ]  # fmt: skip
    found = [(problem.place.split(",")[0], problem.cause) for problem in problems(tmp_path)]
    assert sorted(place for place, _ in found) == sorted(place for place, _ in expected)
    for place, cause in expected:
        assert any(at == place and cause in text for at, text in found), (place, cause)


def test_nothing_is_capped(tmp_path):
    rows = [["enterprise_id", "year"], *([f"X{number}", "2013"] for number in range(3000))]
    assert len(problems(write(tmp_path, annual=rows))) == 3000


def test_the_report_is_one_error_with_a_line_per_problem(tmp_path):
    with pytest.raises(PopulationError) as error:
        read_population(write(tmp_path, annual=table("enterprise_id year rent", "E1 2013 x", "E1 2014 y")))
    assert len(str(error.value).splitlines()) == 2


# ----------------------------------------------------------------------------------------------------- warnings


def only_warning(population):
    (warning,) = population.warnings
    assert warning.severity == "warning" and warning.place and warning.remedy
    return warning


def test_finer_than_the_resolution(tmp_path):
    rows = full("annual", *({"enterprise_id": "E1", "year": 2011 + n, "rent": f"{n + 1}.00005"} for n in range(3)))
    population = read_population(write(tmp_path, annual=rows))
    warning = only_warning(population)
    assert warning.place == "annual.csv line 2, column rent (月租金)"
    assert "“1.00005” is finer than 0.0001: rounded half up, as were 3 cell(s)" in warning.cause
    assert population.annual["rent"][0].tolist() == [10_001, 20_001, 30_001]


def test_paid_in_above_registered(tmp_path):
    warning = only_warning(enterprise(tmp_path / "a", registered_capital="100", paid_in_capital="100.01"))
    assert "paid-in capital 100.01 is above the registered 100.00" in warning.cause
    assert enterprise(tmp_path / "b", registered_capital="100", paid_in_capital="100").warnings == []
    assert enterprise(tmp_path / "c", registered_capital="未知", paid_in_capital="100").warnings == []


@pytest.mark.parametrize("name, edge, over", [("rented_area", "5000", "5000.01"), ("rent", "500", "500.0001")])
def test_large_offices_and_high_rents(tmp_path, name, edge, over):
    assert year(tmp_path / "a", **{name: edge}).warnings == []
    assert only_warning(year(tmp_path / "b", **{name: over})).place.startswith(f"annual.csv line 2, column {name}")


def test_online_sales_above_all_sales(tmp_path):
    assert "online sales 5.00" in only_warning(year(tmp_path / "a", sales="4", online_sales="5")).cause
    assert year(tmp_path / "b", sales="5", online_sales="5").warnings == []
    assert year(tmp_path / "c", sales="未知", online_sales="5").warnings == []


def test_a_model_building_without_area(tmp_path):
    assert "without an area" in only_warning(year(tmp_path / "a", building_recognised="是")).cause
    assert year(tmp_path / "b", building_recognised="是", building_area="6000").warnings == []
    assert year(tmp_path / "c", building_recognised="是", building_area="未知").warnings == []


def test_years_missing_in_the_middle_are_one_warning_per_enterprise(tmp_path):
    years = {"E1": (2010, 2012, 2013, 2017), "E2": (2012, 2013)}
    rows = [["enterprise_id", "year"], *([name, str(y)] for name, each in years.items() for y in each)]
    gaps = [w for w in warnings(write(tmp_path, annual=rows)) if "absent: 2" in w.cause]
    assert [w.cause for w in gaps] == ["“E1”: enterprise-year absent: 2011, 2014–2016"]


@pytest.mark.parametrize(
    "code, cause",
    [
        (GOOD_CODE, None),
        (GOOD_CODE.lower(), None),
        ("91350100M000100Y44", "the check character should be 3"),
        ("91350100M000100O43", "a letter that codes do not use"),
        ("SYNTHETIC-00000001", None),
        ("123456789012345", None),
    ],
)
def test_check_characters(tmp_path, code, cause):
    tables = {"enterprises": full("enterprises", {"enterprise_id": code}),
              "annual": full("annual", {"enterprise_id": code, "year": 2013})}  # fmt: skip
    found = warnings(write(tmp_path, **tables))
    assert [w.cause for w in found] == ([] if cause is None else [f"“{code}”: {cause}"])


def test_every_single_slip_in_a_code_is_seen():
    for place in range(17):
        for letter in set("0123456789ABCDEFGHJKLMNPQRTUWXY") - {GOOD_CODE[place]}:
            assert check_character(GOOD_CODE[:place] + letter + GOOD_CODE[place + 1 : 17]) != GOOD_CODE[17]


def test_short_rows_are_reported(tmp_path):
    (warning,) = warnings(write(tmp_path, annual=as_csv(ANNUAL[:2]) + "E1,2014\n"))
    assert warning.place == "annual.csv line 3" and "1 row(s) end before the last column" in warning.cause


def test_a_misspelt_optional_table_does_not_vanish(tmp_path):
    folder = write(tmp_path, existing_suport=table("enterprise_id year clause amount", "E1 2013 1 5"))
    (folder / "README.txt").write_text("x", encoding="utf-8")
    problem = only_problem(folder)
    assert problem.place == "existing_suport.csv" and problem.remedy.startswith("name it 既有政策 / 已兑现")


def test_a_workbook_of_fifty_thousand_rows_is_read_and_checked_within_twenty_seconds(tmp_path):
    """All columns filled; seconds of the processor, so that a busy machine changes nothing (about 6 on the build machine)."""
    import time

    import xlsxwriter

    columns = [column for column in of_2013.ANNUAL[2:] if column.kind != "flag"]
    header = ["enterprise_id", "year", *(column.name for column in columns)]
    share = [0.5 if column.kind == "share" else None for column in columns]
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True}) as book:
        for name, rows in (("enterprises", [["enterprise_id"], *([f"E{n}"] for n in range(10_000))]), ("annual", [header])):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
        for n in range(10_000):
            for at, year in enumerate(range(2012, 2017)):
                amounts = [10_000 * (c.kind == "money") + n % 400 + (n % 97) / 100 for c in columns]
                row = [own if own is not None else amount for own, amount in zip(share, amounts, strict=True)]
                sheet.write_row(1 + 5 * n + at, 0, [f"E{n}", year, *row])
    began = time.process_time()
    found = examine(tmp_path / "a.xlsx")
    assert time.process_time() - began < 20
    assert found.errors == [] and found.population.annual["present"].sum() == 50_000
    assert found.population.annual["sales"][123].tolist() == [10_123_26] * 5
