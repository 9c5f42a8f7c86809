"""A population: what it promises, what it shows, and that it can be written and read again unchanged."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import facts
from simulator.errors import PopulationError
from simulator.population import schema
from simulator.population.readers import read_population
from simulator.population.register import Population, details_of
from tests import of_2013
from tests.population.registers import ANNUAL, full, table, write

RICH = {
    "enterprises": full(
        "enterprises",
        {"enterprise_id": "E1", "name": "=HYPERLINK(1)", "settled_on": "2013-05-06", "registered_capital": "1234.56",
         "ecommerce": "是", "headquarters": "全国", "accounts_sound": "否", "group_id": "G,1", "sector": "平台"},
        {"enterprise_id": "-E2", "name": "'=秘密", "online_retailer": "1", "violated_on": "2014-01-31",
         "closed_on": "未知", "o2o": "未知", "area": "未知"},
        {"enterprise_id": "0003", "name": 'NA, "null"\n', "accounts_sound": "unknown", "parent_id": "E1"},
    ),
    "annual": full(
        "annual",
        {"enterprise_id": "E1", "year": "2012", "sales": "9999999999999.99", "retained_tax": "0", "rent": "0.0001"},
        {"enterprise_id": "E1", "year": "2014", "retained_tax": "未知", "building_occupancy": "0.000001",
         "employees": "3"},
        {"enterprise_id": "-E2", "year": "2013", "district_contribution": "0.01", "paid_members": "未知"},
    ),
    "existing_support": table(
        "enterprise_id year clause amount payer",
        "E1 2013 3 10.01 .", "E1 2013 3 5 市级", "-E2 2011 10 7 未知", "0003 2014 1 未知 .",
    ),
    "paid": table("enterprise_id year clause amount", "E1 2013 3 1.5", "0003 2012 4 未知", "-E2 2014 1 0"),
    "applications": table(
        "enterprise_id year clause applied_on", "E1 2013 3 2013-09-01", "0003 2012 4 未知", "E1 2012 9 .",
    ),
}  # fmt: skip


@pytest.fixture
def rich(tmp_path) -> Population:
    return read_population(write(tmp_path / "rich", **RICH))


def test_round_trip(rich, tmp_path):
    assert rich.years == range(2011, 2015) and len(rich.unknown) == 10
    folder = rich.write_folder(tmp_path / "新 目录")
    again = read_population(folder)
    assert again == rich
    assert sorted(path.name for path in folder.glob("[!.]*")) == [f"{name}.csv" for name in sorted(RICH)]


def test_round_trip_of_absent_columns_and_of_the_synthetic_mark(tmp_path):
    at = ANNUAL[0].index("rent")
    population = read_population(write(tmp_path / "a", enterprises=table("enterprise_id", "E1"),
                                       annual=[row[:at] + row[at + 1 :] for row in ANNUAL]))  # fmt: skip
    population = dataclasses.replace(population, synthetic=True)
    folder = population.write_folder(tmp_path / "b")
    again = read_population(folder)
    assert again == population and ("", 0, "rent") in again.unknown
    assert {path.name for path in folder.glob("[!.]*")} == {"enterprises.csv", "annual.csv", "synthetic.txt"}


@given(st.data())
def test_round_trip_of_any_facts(tmp_path_factory, data):
    """Any stored values within the contract's bounds, any names: written and read again they are the same."""
    count = data.draw(st.integers(1, 3))
    years = data.draw(st.integers(1, 3))
    enterprises = np.zeros(count, facts.ENTERPRISE)
    annual = np.zeros((count, years), facts.ANNUAL)

    def value(column: schema.Column):
        if column.kind == "flag":
            return st.integers(0, 1)
        if column.kind == "choice":
            return st.sampled_from([stored for stored, _ in column.choices])
        if column.kind == "date":
            days = st.dates(pd.Timestamp(1990, 1, 1).date(), pd.Timestamp(2100, 12, 31).date())
            return st.one_of(st.just(0), days.map(lambda day: int(day.strftime("%Y%m%d"))))
        number = st.integers(0, column.high * column.resolution)
        return st.one_of(number, st.just(facts.BLANK)) if column.derived else number

    for column in of_2013.ENTERPRISES:
        if column.name in facts.ENTERPRISE_FIELDS:
            enterprises[column.name] = data.draw(st.lists(value(column), min_size=count, max_size=count))
    enterprises["ecommerce"] |= enterprises["online_retailer"]
    annual["present"] = 1  # so that the horizon is the array's
    for column in of_2013.ANNUAL[2:-1]:
        drawn = data.draw(st.lists(value(column), min_size=count * years, max_size=count * years))
        annual[column.name] = np.reshape(drawn, (count, years))
    letters = st.characters(exclude_categories=["Cs", "Cc"])
    names = st.text(letters | st.sampled_from("=+-@'\n\"，")).map(lambda text: text.strip("\ufeff\u200b \t\r\n").strip())
    name = st.lists(names, min_size=count, max_size=count)
    population = Population(
        ids=np.array([f"E{number}" for number in range(count)], dtype=object), enterprises=enterprises, annual=annual,
        first_year=2013, details=details_of(count, name=data.draw(name)))  # fmt: skip
    amounts = [c.name for t in (of_2013.ENTERPRISES, of_2013.ANNUAL) for c in t if c.kind == "money"]
    folder = population.write_folder(tmp_path_factory.mktemp("any"))
    assert read_population(folder, dict.fromkeys(amounts, "元")) == population  # any facts: any magnitude


def test_tables_hold_yuan_iso_dates_and_booleans(rich):
    tables = rich.to_tables()
    assert list(tables) == [table.name for table in of_2013.TABLES]
    first = tables["enterprises"].iloc[0]
    assert (first["registered_capital"], first["settled_on"], first["headquarters"]) == (
        1234.56,
        "2013-05-06",
        "national",
    )
    assert bool(first["ecommerce"]) and not first["accounts_sound"] and first["violated_on"] == ""
    assert tables["enterprises"]["o2o"].tolist() == [False, "unknown", False]
    annual = tables["annual"]
    assert annual["sales"].tolist()[0] == 9999999999999.99 and annual["sales"].dtype == float
    assert annual["retained_tax"].tolist()[:2] == [0.0, "unknown"] and annual["retained_tax"].isna()[2]
    assert tables["existing_support"]["payer"].tolist() == ["district", "other", "unknown", "district"]


def test_written_files_open_in_a_spreadsheet_and_run_nothing(rich, tmp_path):
    folder = rich.write_folder(tmp_path / "out")
    content = (folder / "enterprises.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content
    text = content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text and ",'=秘密" in text and "'-E2" in text and ",true," in text


def test_nothing_is_written_beside_tables_that_would_be_read_too(rich, tmp_path):
    folder = write(tmp_path / "old", paid=table("enterprise_id year clause amount", "E1 2013 1 1"))
    plain = dataclasses.replace(rich, paid=np.zeros((0, 0, 10), np.int64), last_paid_year=0, unknown=[])
    before = (folder / "annual.csv").read_bytes()
    with pytest.raises(PopulationError, match=r"paid\.csv: is there already"):
        rich.write_folder(folder)
    with pytest.raises(PopulationError, match=r"already holds paid\.csv"):
        plain.write_folder(folder)
    assert (folder / "annual.csv").read_bytes() == before
    again = plain.write_folder(rich.write_folder(tmp_path / "mine"))  # the program's own are replaced, and go
    assert not (again / "paid.csv").exists() and read_population(again) == plain
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(PopulationError, match="cannot be written"):
        rich.write_folder(tmp_path / "file")


def test_subset(rich):
    for index in ([2, 0], np.array([True, False, True]), slice(None, None, 2)):
        part = rich.subset(index)
        order = np.arange(3)[index]
        assert list(part.ids) == [rich.ids[row] for row in order] and part.years == rich.years
        assert np.array_equal(part.annual, rich.annual[order]) and np.array_equal(part.support, rich.support[order])
        assert part.details["name"].tolist() == rich.details["name"][order].tolist()
        assert part.last_paid_year == rich.last_paid_year
        assert {entry[0] for entry in part.unknown} <= {"E1", "0003"}
        assert [part.ids[row] for row in part.applications["enterprise"]] == ["E1", "0003", "E1"]
    assert len(rich.subset([])) == 0 and rich.subset(slice(None)) == rich


def test_equality_is_of_the_data(rich):
    assert rich == dataclasses.replace(rich, source="x", sha256="y", warnings=[])
    other = rich.annual.copy()
    other["vat"][0, 1] = 1
    assert rich != dataclasses.replace(rich, annual=other)
    assert rich != dataclasses.replace(rich, synthetic=True) and rich != "a population"
    with pytest.raises(TypeError):
        hash(rich)


def test_what_is_shown_never_names_an_enterprise(rich):
    for shown in (repr(rich), rich._repr_html_()):
        assert "3" in shown and "2011–2014" in shown
        assert not any(secret in shown for secret in ("HYPERLINK", "秘密", "E2", "0003"))


def test_arrays_that_do_not_fit_are_a_defect():
    good = {"ids": np.array(["E1"], dtype=object), "enterprises": np.zeros(1, facts.ENTERPRISE),
            "annual": np.zeros((1, 2), facts.ANNUAL), "first_year": 2013}  # fmt: skip
    assert Population(**good).last_year == 2014
    for wrong in ({"annual": np.zeros((2, 2), facts.ANNUAL)}, {"enterprises": np.zeros(1)},
                  {"paid": np.zeros((1, 3, 10), np.int64)}, {"support": np.zeros((1, 2, 10), np.int64)},
                  {"details": details_of(2)}):  # fmt: skip
        with pytest.raises(ValueError, match="do not fit"):
            Population(**(good | wrong))
    with pytest.raises(ValueError, match="no details"):
        details_of(1, nmae=["x"])
