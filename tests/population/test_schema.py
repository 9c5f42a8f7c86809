"""The contract says what RULES' tables say, and what the machine records hold."""

import pytest

from simulator import facts
from simulator.population import schema
from simulator.population.schema import table_named
from tests.of_2013 import ANNUAL, ENTERPRISES, SLUGS, TABLES

COLUMNS = [(table, column) for table in TABLES for column in table.columns]


def names(columns):
    return [column.name for column in columns]


def test_the_columns_are_the_machine_records_fields():
    optional = ["group_id", "parent_id", "area", "sector", "closed_on", "former_id"]
    assert names(ENTERPRISES) == ["enterprise_id", "name", *facts.ENTERPRISE_FIELDS, *optional]
    assert names(ANNUAL) == ["enterprise_id", "year", *facts.ANNUAL_FIELDS[1:], "employees"]


def test_the_optional_tables():
    assert names(schema.EXISTING_SUPPORT) == ["enterprise_id", "year", "clause", "amount", "payer"]
    assert names(schema.PAID) == ["enterprise_id", "year", "clause", "amount"]
    assert names(schema.APPLICATIONS) == ["enterprise_id", "year", "clause", "applied_on"]
    assert [table.name for table in TABLES if table.required] == ["enterprises", "annual"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_name_and_header_means_one_column(table):
    spelt = [schema.plain(word) for column in table.columns for word in (column.name, column.header)]
    assert len(set(spelt)) == len(spelt)


@pytest.mark.parametrize("table, column", COLUMNS, ids=lambda part: part.name)
def test_a_column_is_declared_whole(table, column):
    assert column.kind in schema._KINDS
    assert set(column.needed_by) <= set(SLUGS)
    assert str(column.resolution).strip("0") == "1", "resolutions are powers of ten"
    assert bool(column.choices) == (column.kind == "choice")
    numeric = column.kind in ("money", "area", "rent", "share", "count", "date", "year", "clause")
    assert numeric == (column.low is not None and column.high is not None)


def test_resolutions_are_the_records():
    resolution = {column.kind: column.resolution for _, column in COLUMNS}
    assert (resolution["money"], resolution["area"], resolution["rent"], resolution["share"]) == (
        100, facts.AREA, facts.RENT, facts.OCCUPANCY)  # fmt: skip


def test_every_clause_needs_some_fact():
    assert {slug for _, column in COLUMNS for slug in column.needed_by} == set(SLUGS)


def test_tables_go_by_both_names():
    assert [table_named(word).name for word in ("Annual", " 年度 ", "既有政策", "已兑现", "申报", "企业")] == [
        "annual", "annual", "existing_support", "paid", "applications", "enterprises"]  # fmt: skip
    assert table_named("anual") is None


def test_highest_values_cannot_overflow():
    """Rent × area × 24 months, and children × any cost per pupil below 1 m CNY, stay inside int64."""
    assert schema.MOST_RENT * facts.RENT * schema.MOST_AREA * facts.AREA < 2**63
    assert schema.MOST_COUNT * 10**6 * 100 < 2**63
