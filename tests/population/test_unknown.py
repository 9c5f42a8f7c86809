"""Unknown is not zero: whatever an unknown fact turns out to be, the award lies in the interval reported beforehand."""

import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from simulator import facts
from simulator.engine import combinations
from simulator.engine.assess import assess
from simulator.engine.brackets import LARGE
from simulator.engine.unknown import facts_unknown
from simulator.population import schema
from simulator.population.readers import read_population
from simulator.report import payout_list, register_screens
from tests import of_2013
from tests.law.against_oracle import baseline
from tests.of_2013 import SLUGS
from tests.oracle import random_registers
from tests.population.registers import full, table, write

COLUMNS = {c.name: c for c in (*of_2013.ENTERPRISES, *of_2013.ANNUAL) if c.name in
           (*facts.ENTERPRISE_FIELDS, *facts.ANNUAL_FIELDS)}  # fmt: skip
EDGES = {"money": (0, 1, 4_999_999, 5_000_000, 29_999_999, 30_000_000, 10**9, 3 * 10**9, 2 * 10**8, 10**8 + 1),
         "area": (0, 50_000, 50_001, 500_000, 500_001, 10**6), "rent": (0, 1, 500_000, 10**6),
         "count": (0, 1, 1000, 1001, 2001, 5001), "share": (0, 800_000, 800_001, 10**6)}  # fmt: skip


def a_value(rng: random.Random, column: schema.Column, known: list[int]) -> int:
    """Any value a fact may turn out to have, often near an edge or a known amount."""
    if column.kind == "flag":
        return rng.randrange(2)
    if column.kind == "choice":
        return rng.choice([stored for stored, _ in column.choices])
    if column.kind == "date":
        if rng.random() < 0.2:
            return 0
        return rng.randrange(2009, 2019) * 10_000 + rng.randrange(1, 13) * 100 + rng.choice([1, 2, 15, 28])
    which = rng.random()
    if which < 0.4:
        return rng.choice(EDGES[column.kind])
    if which < 0.7 and known:
        return max(0, rng.choice(known) + rng.choice([-2, -1, 0, 1, 2, 3, 5, 100_000]))
    return int(10 ** rng.uniform(0, 5.9 if column.kind != "money" else 11)) if column.kind != "share" else rng.randrange(10**6)


def filled(rng: random.Random, population, unknown):
    """The register with every unknown fact found out at random."""
    enterprises, annual = population.enterprises.copy(), population.annual.copy()
    support, paid = population.support.copy(), population.paid.copy()
    for row, found in unknown.items():
        for name, year in found:
            place = year - population.first_year
            if "." in name:
                held = support if name.startswith("existing") else paid
                if held.size:
                    held[row, place, SLUGS.index(name.split(".")[1])] += rng.choice([0, 1, 10**6, 2 * 10**6, 10**9])
            elif year:
                known = [int(v) for v in population.annual["retained_tax"][row] if v > 0]
                annual[name][row, place] = a_value(rng, COLUMNS[name], known)
            else:
                enterprises[name][row] = a_value(rng, COLUMNS[name], [])
    enterprises["ecommerce"] |= enterprises["online_retailer"]
    return replace(population, enterprises=enterprises, annual=annual, support=support, support_district=support, paid=paid,
                   unknown=[])  # fmt: skip


def unknown_at_random(rng: random.Random, population):
    """One to three unknown facts of every enterprise."""
    found = []
    for row, name in enumerate(population.ids):
        years = [population.first_year + int(j) for j in np.flatnonzero(population.annual["present"][row])]
        for _ in range(rng.choice([1, 1, 2, 3])):
            column = rng.choice(list(COLUMNS))
            if column in facts.ENTERPRISE_FIELDS:
                if not (column == "ecommerce" and population.enterprises["online_retailer"][row]):
                    found.append((name, 0, column))
            elif years:
                found.append((name, rng.choice(years), column))
        if rng.random() < 0.1 and years and population.support.size:
            found.append((name, rng.choice(years), f"existing_support.{rng.choice(SLUGS[:10])}"))
        if rng.random() < 0.2 and population.paid.size:
            year = rng.randrange(2013, population.last_paid_year + 1)
            found.append((name, year, f"paid.{rng.choice(SLUGS[:10])}"))
    return list(dict.fromkeys(found))


def blanked(population, unknown):
    """The register as the readers hand it over: the blank's value where a fact is unknown."""
    enterprises, annual = population.enterprises.copy(), population.annual.copy()
    rows = {name: row for row, name in enumerate(population.ids)}
    for name, year, column in unknown:
        if "." in column:
            continue
        default = COLUMNS[column].default
        if year:
            annual[column][rows[name], year - population.first_year] = default
        else:
            enterprises[column][rows[name]] = default
    enterprises["ecommerce"] |= enterprises["online_retailer"]
    return replace(population, enterprises=enterprises, annual=annual, unknown=unknown)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_it_turns_out_to_be_lies_in_the_interval(tmp_path, seed):
    lies_in_the_interval(tmp_path, seed)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_it_turns_out_to_be_lies_below_the_laws_ceiling(tmp_path, seed, monkeypatch):
    """As where the unknown facts are too many to be tried out one by one."""
    monkeypatch.setattr(combinations, "MOST", 0)
    lies_in_the_interval(tmp_path, seed)


def lies_in_the_interval(tmp_path, seed):
    rng = random.Random(seed)
    register = random_registers.random_register(40, seed, with_paid=seed % 2 == 1)
    random_registers.write_csv(register, tmp_path)
    amounts = dict.fromkeys([c.name for c in COLUMNS.values() if c.kind == "money"], "元")
    population = read_population(tmp_path, amounts)
    scenario = baseline().set({f"interpretation.{k}": v for k, v in random_registers.random_readings(rng).items()} if seed else {})
    found = unknown_at_random(rng, population)
    population = blanked(population, found)
    reported = assess(population, scenario)
    unknown = facts_unknown(population, scenario)
    assert len(reported.intervals) and len(reported.worth)
    known = {key[:3]: key[3] for key in reported.table().itertuples(index=False)}
    bounds = {(r.enterprise_id, r.year, r.clause): (r.low, r.high) for r in reported.intervals.itertuples()}
    assert not known.keys() & bounds.keys()
    for _ in range(60):
        real = {key[:3]: key[3] for key in assess(filled(rng, population, unknown), scenario).table().itertuples(index=False)}
        for key in real.keys() | known.keys() | bounds.keys():
            amount = real.get(key, 0.0)
            if key[2] == "clawback":
                amount = -amount
            if key in bounds:
                low, high = bounds[key]
                assert low - 1e-9 <= amount and not amount > high + 1e-9, (key, amount, bounds[key], unknown)
            else:
                expected = -known.get(key, 0.0) if key[2] == "clawback" else known.get(key, 0.0)
                assert amount == pytest.approx(expected), (key, amount, expected, unknown[list(population.ids).index(key[0])])


def one(tmp_path, enterprise, *years, **tables):
    """The assessment of one enterprise, newly settled online retailer in 2013."""
    base = {"enterprise_id": "E1", "name": "甲", "settled_on": "2013-03-01", "online_retailer": "是"}
    population = read_population(write(
        tmp_path, enterprises=full("enterprises", base | enterprise),
        annual=full("annual", *({"enterprise_id": "E1", "year": 2013 + n} | y for n, y in enumerate(years or ({},)))),
        **tables))  # fmt: skip
    return assess(population, baseline())


def open_of(result):
    return {(r.year, r.clause): (r.low, None if pd.isna(r.high) else r.high, r.unknown) for r in result.intervals.itertuples()}


def test_the_law_bounds_an_unknown_area(tmp_path):
    result = one(tmp_path, {"lease_started_on": "2013-03-01"},
                 {"designated_building": "是", "rent": "50", "rented_area": "未知"})  # fmt: skip
    assert open_of(result) == {(2013, "office_rent"): (0, 50 * 500 * 10, "rented_area")}
    assert result.table().empty and result.worth.iloc[0].to_dict() == {
        "column": "rented_area", "header": "租用面积", "unknown_cells": 1, "intervals": 1, "width_alone": 250_000.0,
        "width_shared": 0.0, "not_assessable": 0}  # fmt: skip


def test_too_many_to_try_are_reported_by_what_the_law_gives_at_most(tmp_path):
    """A platform of which the tax office knows nothing: its award is bounded by the text all the same."""
    columns = "enterprise_id year line_lease rent rented_area"
    annual = table(columns, *(f"E1 {year} 1000 50 600" for year in range(2013, 2017)))
    population = read_population(
        write(
            tmp_path,
            annual=annual,
            enterprises=table("enterprise_id settled_on registered_capital paid_in_capital", "E1 2013-03-01 5000000 5000000", "E2 . . ."),
        )
    )
    result = assess(population, baseline())
    found = {(year, clause): (low, high) for (year, clause), (low, high, _) in open_of(result).items() if clause != "clawback"}
    assert found[2014, "platform_membership_award"] == (0, 200_000) and found[2014, "model_building_award"] == (0, 100_000)
    assert found[2014, "office_rent"] == (0, 50 * 500 * 12) and found[2014, "platform_entry_fee"] == (0, None)
    assert (2013, "headquarters_award") not in found, "its capital is known, and too small"
    children = result.worth.set_index("column").loc["executive_children"]
    assert children["intervals"] == children["not_assessable"] > 0, "places are counted, though worth no sum"
    withdrawn = assess(population, baseline().set({"law.model_building_award.offered": False}))
    assert "model_building_award" not in set(withdrawn.intervals["clause"])


def test_nothing_bounds_an_unknown_rent(tmp_path):
    result = one(tmp_path, {"lease_started_on": "2013-03-01"},
                 {"designated_building": "是", "rent": "未知", "rented_area": "100"})  # fmt: skip
    assert open_of(result) == {(2013, "office_rent"): (0, None, "rent")}
    assert result.worth["not_assessable"].tolist() == [1]


def test_what_no_clause_asks_for_leaves_nothing_open(tmp_path):
    assert open_of(one(tmp_path / "a", {}, {"sales": "未知", "rent": "未知"})) == {}
    assert open_of(one(tmp_path / "b", {"paid_in_capital": "未知"})) == {}, "no headquarters, no shops: not asked"


def test_a_threshold_bounds_and_a_share_does_not(tmp_path):
    result = one(tmp_path / "a", {"headquarters": "全国", "paid_in_capital": "未知"})
    assert open_of(result) == {(2013, "headquarters_award"): (0, 3_000_000, "paid_in_capital")}
    result = one(tmp_path / "b", {"o2o": "是", "paid_in_capital": "未知", "registered_capital": "2000000"})
    assert open_of(result) == {(2013, "opening_award"): (0, None, "paid_in_capital")}
    result = one(tmp_path / "c", {"o2o": "是", "paid_in_capital": "1000000", "registered_capital": "未知"})
    assert open_of(result) == {(2013, "opening_award"): (0, 30_000, "registered_capital")}


def test_the_base_of_a_rise_bounds_it(tmp_path):
    settled = {"settled_on": ""}
    result = one(tmp_path, settled, {"retained_tax": "未知"}, {"retained_tax": "400000"}, {"retained_tax": "500000"})
    found = open_of(result)
    # 2013 has no base, so it pays nothing whatever it is; 2014 is measured from it; 2015 lies in the window either way
    assert found == {(2014, "tax_rebate"): (0, 200_000, "retained_tax")}
    assert result.table()[["year", "amount"]].values.tolist() == [[2015, 50_000]]


def test_unknown_conduct_leaves_every_award_open_and_the_rest_alone(tmp_path):
    result = one(tmp_path, {"accounts_sound": "未知", "certified_on": "2013-05-01"}, {"line_lease": "1000"})
    assert open_of(result) == {(2013, "certification_award"): (0, 20_000, "accounts_sound"),
                               (2013, "data_line"): (0, 300, "accounts_sound")}  # fmt: skip


def test_an_unknown_violation_leaves_the_clawback_open(tmp_path):
    result = one(tmp_path, {"violated_on": "未知", "certified_on": "2013-05-01"}, {}, {})
    assert open_of(result)[2014, "clawback"][:2] == (0, 20_000)
    assert open_of(result)[2013, "certification_award"][:2] == (0, 20_000)


def test_an_unknown_existing_support_may_outbid(tmp_path):
    support = table("enterprise_id year clause amount", "E1 2013 5 未知")
    result = one(tmp_path, {"certified_on": "2013-05-01"}, existing_support=support)
    assert open_of(result) == {(2013, "certification_award"): (0, 20_000, "existing_support.certification_award")}


def test_an_unknown_payment_is_not_bounded_by_the_law(tmp_path):
    paid = table("enterprise_id year clause amount", "E1 2013 9 未知", "E1 2013 5 1")
    result = one(tmp_path, {}, {"line_lease": "1000"}, {"line_lease": "1000"}, {"line_lease": "1000"}, paid=paid)
    found = open_of(result)
    assert found[2013, "data_line"][1] is None and found[2015, "data_line"][:2] == (0, 300)
    assert (2014, "data_line") not in found, "paid in 2013 or not, 2014 lies in the two years"


def test_an_absent_column_is_unknown_in_every_row_there_is(tmp_path):
    annual = table("enterprise_id year line_lease", "E1 2013 1000", "E2 2014 1000")
    enterprises = full("enterprises", {"enterprise_id": "E1"}, {"enterprise_id": "E2", "online_retailer": "是"})
    at = enterprises[0].index("ecommerce")
    enterprises = [row[:at] + row[at + 1 :] for row in enterprises]
    population = read_population(write(tmp_path, enterprises=enterprises, annual=annual))
    result = assess(population, baseline())
    assert (result.intervals["unknown"] == "ecommerce").any()
    e1 = result.intervals[result.intervals["enterprise_id"] == "E1"]
    assert e1[e1["clause"] == "data_line"][["low", "high"]].values.tolist() == [[0, 300]]
    e2 = result.table()[result.table()["enterprise_id"] == "E2"]
    assert e2["amount"].tolist() == [300], "an online retailer is an e-commerce enterprise"


def test_what_is_open_stands_beside_the_list_and_never_in_it(tmp_path):
    result = one(tmp_path / "r", {"accounts_sound": "未知", "certified_on": "2013-05-01"}, {"rented_area": "未知"})
    text = register_screens.assessment(result)
    assert "未计入上表" in text and "财务制度健全" in text and "查清各项未知情况的价值" in text
    english = register_screens.assessment(result, "en")
    assert "left out above" in english and "accounts_sound" in english and "not assessable" in english.lower()
    payout_list.save(result, tmp_path / "名单.csv")
    assert (tmp_path / "名单.csv").read_text("utf-8-sig").strip() == "enterprise_id,year,clause,amount,displaced"
    assert "certification_award,0.0,20000.0,accounts_sound" in (tmp_path / "名单.intervals.csv").read_text("utf-8-sig")
    assert "财务制度健全" in (tmp_path / "名单.worth.csv").read_text("utf-8-sig")
    payout_list.save(result, tmp_path / "名单.xlsx")
    import openpyxl

    book = openpyxl.load_workbook(tmp_path / "名单.xlsx")
    assert book["未知区间"]["G3"].value == 20_000 and book["待查字段"]["B2"].value == "accounts_sound"


def test_large_values_stay_inside_the_laws_arithmetic():
    assert 2 * LARGE["money"] < 10**15 and 2 * LARGE["rent"] * 50_000 * facts.AREA * 12 < 2**63
